// Package job does bulk work over many orders, and starts some of it by the clock.
//
// A job is a kind, a selection of orders and who asked for it; its key makes a form
// that is sent twice one job. Its items, one per order, are written in batches
// (memory does not grow with their number) and are then worked on by lanes: a job has
// as many lanes as its width says, over all nodes together, and a worker that finds
// none free does nothing. Each lane has a lease, counters of its own, and a token that
// fences off who had it before.
//
//	preparing ─→ running ─→ done          item: waiting → claimed → succeeded, failed,
//	     │    ⇅     │ ⇅                          skipped or unknown → …
//	     └──→ paused ─┴──→ canceled
//
// What must hold:
//
//   - An order is never worked on by two items at once, of whatever job: the claimed
//     item bears the order in a UNIQUE column. One whose order is taken waits.
//
//   - An item may be run again: after a crash, or when a lease ended. So a kind's Run is
//     done once however often it is called; for money that is the ledger's idempotency
//     key, one per job and order.
//
//   - Outcomes of a lane's claimed items and the claim of its next ones are one
//     transaction, and its statements do not grow with the size of the job.
//
//   - A rehearsal writes outcomes of its own items and nothing else.
//
//   - A slot of a schedule runs once on any number of nodes: its row is unique. What was
//     missed while nobody was there runs once at most.
//
//     job.go       what a job and an item are; kinds and outcomes
//     board.go     create, list, pause, resume, cancel
//     prepare.go   writes the items of a selection
//     worker.go    one lane at work; exchange.go its transaction
//     foreman.go   one a node: prepares, ends, and asks again what was unknown
//     schedule.go  schedules and their slots
//     kind_*.go    the kinds: 売上, 取消, 決済処理中の注文の取消, 照会
//
// Workers start no goroutine and read no clock of their own: clocks and chance are handed in.
//
// Sources: architecture.md (Time, chance, and workers), admin.md §3.4 and §6, manual 2.2.1 and 2.4.
package job
