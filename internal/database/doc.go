// Package database opens the three engines and hides what differs between them:
// placeholders, locks, errors, column types, transactions with retry, group
// commit on SQLite, EC-CUBE's schema for an embedded shop, and the migrations of
// kessai's own tables.
//
//	engine.go, dialect.go   names of the engines, what SQL differs in
//	url.go, open*.go        DATABASE_URL to pools
//	prepared.go             what a SQLite connection has compiled is kept
//	querier.go, tx.go       statements with "?" on every engine, counted
//	write.go, group.go      one transaction: retried, and grouped on SQLite
//	failure.go              what an engine's error means
//	column_*.go             how dtb_ values are read and written (eccube.md §1)
//	migrate*.go, baseline*  an empty or an attached database made ready
//	catalogue.go            the demo shop's goods
//
// It knows no rule of the shop and of money, and reads no clock: times and pauses
// are handed in, except the engine's own clock behind Now.
//
// Sources: architecture.md (Rows, The ledger), money.md §2 (locks and commits),
// eccube.md §1, §2, §3, §9, libraries.md §1–§4.
package database
