// Package reconcile keeps our book in step with Paygent's: it takes up operations
// whose outcome is open, and asks about payments whose time has come.
//
// Its workers are Steps: they start no goroutine and read no clock of their own;
// app loops over them, tests call them. What is decided stands in ledger and, about
// stored cards, in wallet.
// Host meets what EC-CUBE's own pages did to orders about which nothing is decided any more.
// Rollback ends orders that were left in 決済処理中; Compare holds our book against the
// centre's, for the command reconcile. Source of its rules: money.md §2 (recovery), §3, §6, §9.
package reconcile
