// Package beside does several things at once, no more than so many. One at a time they stay
// in the caller's goroutine, in their order: so a whole system can be driven by one.
package beside
