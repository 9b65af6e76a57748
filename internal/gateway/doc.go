// Package gateway implements the ledger's ports on paygent: telegram ↔ domain, and
// what an answer's code means. paygent reports the shape of an answer; here alone it
// is decided what may be believed at once (money.md §2), which codes of 094 mean that
// there is no such payment (money.md §3), and what attempt_kbn is worth (money.md §6).
//
//	card.go        020 and its changes 021 to 023
//	threeds.go     3-D Secure: 450, 024, the buyer's return
//	storedcard.go  025, 026, 027
//	conveni.go     030
//	atm.go         010
//	bank.go        060
//	carrier.go     100 to 104
//	paidy.go       340 to 342
//	link.go        the link type's request
//	inquire.go     094
//	difference.go  091
//	callback.go    difference notifications
//	codes.go       the one table of codes
//
// It keeps one client per settings version, so an operation is carried out and asked
// about with the settings it was planned under.
package gateway
