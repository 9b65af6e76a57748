// Package wallet owns what a member keeps at Paygent (カード情報お預かり): cards are stored
// by 025, deleted by 026, and listed by 027.
//
// A 025 or 026 is an operation as any other (money.md §2): transaction A, the wire,
// transaction B; planned, sent, then succeeded, declined, rejected or unknown. It belongs to
// the member, never to an order, and a member has at most one open. 027 changes nothing and
// is no operation: it is asked before each of them and after one whose outcome is not
// known, and the two lists are compared by customer_card_id and fingerprint (money.md §3):
//
//	025  one card more         succeeded, cause inquiry
//	     several more          declined, not_known
//	026  the card is gone      succeeded, cause inquiry
//	     no difference         declined, not_happened: after the deadline and a minute, twice, a minute apart
//	     silent for 30 min     declined, not_known
//
// The list before is the wallet itself: transaction A writes it there, and while the
// operation is open nothing else does. What takes effect later all the same is found by the
// next List, which makes our list the centre's. Nothing is ever repeated by itself.
//
// Decisions are plain functions on *Wallet, in memory; Store.UpdateWallet loads one under
// the member's lock, lets one decide, and writes the difference. The package does no I/O
// and knows no HTML, HTTP or SQL.
//
// Sources: money.md §2, §3; protocol.md §11; storefront.md §6.
package wallet
