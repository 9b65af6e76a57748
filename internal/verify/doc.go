// Package verify checks the invariants of money.md §11 on a shop's books as they stand in
// the database: the rules are plain functions on one order's book, a Verifier streams
// every book past them.
//
// It only reads, locks nothing, and holds one page of orders at a time. All of a page is
// read from one unchanging view, so an order that changes meanwhile is judged as it stood
// before or after, never in between. What only the centre knows (a notice that was
// acknowledged and not stored, what is alive there) is not its business: reconcile
// compares both books. Nor can it tell how much stock there was before the first hold; it
// checks that holds and timeline agree, and that both of EC-CUBE's stock columns do.
//
// It must not know HTTP or SQL; the store reads the books for it.
package verify
