// Package gateway implements the ledger's ports on paygent: telegram ↔ domain, and
// what an answer's code means. paygent reports the shape of an answer; here alone it
// is decided what may be believed at once (money.md §2) and which codes of 094 mean
// that there is no such payment (money.md §3).
//
// It keeps one client per settings version, so an operation is carried out and asked
// about with the settings it was planned under.
package gateway
