// Package ledger owns one order's ledger: the order's head, its hold, payments,
// operations, and what a decision adds to them (events, alerts, mails, notices).
//
// Decisions are plain functions on *Ledger, in memory, free of side effects;
// Store.Update loads the ledger under its lock, lets one decide, and writes the
// difference in one transaction guarded by the ledger's version. Service runs an
// operation: transaction A, the wire, transaction B (money.md §2). Next says at
// which step the buyer is. Everything needed from outside is declared in ports.go.
//
// It must not do I/O, read clocks, or know HTML, HTTP or SQL.
// Source of its rules: money.md.
package ledger
