// Package payment is the pure domain of one settlement at Paygent: methods,
// phases, roles, Paygent's statuses, the state table, and the rules by which an
// outcome may be believed. It imports order and problem only and does no I/O.
//
// Source of its rules: money.md §2, §3, §6; of its statuses: protocol.md §6 and
// the operations manual 2.2.1 and 2.3.
package payment
