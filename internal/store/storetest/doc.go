// Package storetest is the conformance suite of store, run on every engine, and
// the small shop it runs in, for other packages' tests too: products with a stock,
// members with points, orders in 8, and numbers read back from EC-CUBE's tables.
//
// It is for tests only; nothing else may import it.
package storetest
