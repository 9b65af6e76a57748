// Package reconcile keeps our book in step with Paygent's: it takes up operations
// whose outcome is open, and asks about payments whose time has come.
//
// Its workers are Steps: they start no goroutine and read no clock of their own;
// app loops over them, tests call them. What is decided stands in ledger.
// Later slices add the rollback, the expiry watch and the comparison of both books.
// Source of its rules: money.md §2 (recovery), §3, §6.
package reconcile
