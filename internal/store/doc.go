// Package store owns the SQL of the ledger (ledger.Store), of orders in 8 that
// belong to the shop's pages (Drafts), and of the staff's lists (Reader).
//
// Update loads a ledger under its lock, lets a decision change it in memory, and
// writes the difference and nothing else, guarded by the ledger's version, so the
// rules hold also where row locks are local to a node (money.md §2). Locks are
// taken in one order: order, holds, stock rows by class, customer.
//
// Updates of different orders, and reads, that come at the same time share their
// statements and a transaction (together.go; decision 0014).
//
// A customer's stored cards are a wallet.Wallet: what UpdateWallet does for it is what Update
// does for a ledger. Operations of both stand in one table; a row belongs to an order
// and one of its payments, or to a customer.
//
// Everything is written once for SQLite, MariaDB/MySQL and PostgreSQL; what
// differs is asked of database. It must not decide about money, read clocks
// beyond the handed one, or talk to anything but the database.
//
// Source of its facts: money.md, architecture.md (Rows), eccube.md §1, §4, §9.
package store
