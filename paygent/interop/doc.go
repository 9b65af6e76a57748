// Package interop holds no code: its tests run package paygent against package paygentsim,
// operation by operation, through the pages that a buyer sees. Both were written from
// protocol.md, each with a codec of its own; neither may import the other, so the tests
// stand here.
package interop
