// Package exttest proves that a module of somebody else can use paygent: that nothing of
// its API needs an internal package, and that its examples compile outside.
package exttest
