//go:build race

package app_test

// raced says that the race detector watches: everything takes ten times as long, and
// tests whose point is volume do less.
const raced = true
