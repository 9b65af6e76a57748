// Package notice receives Paygent's difference notifications (決済情報差分通知):
//
//	POST /paygent_payment_difference_notice
//
// A notice is verified, stored, and only then acknowledged with result=0; one whose
// hash is wrong gets result=1 and leaves a log line. What can be applied at once is
// applied with it; what has to be confirmed by 094 is taken up by Confirmer. Sweeper asks
// 091 for what never came, one node at a time: from the first id on that was received, for
// what came before is another program's, and not before there is one.
//
// It must not decide what a notice means: that is ledger's.
// Source of its rules: money.md §5; protocol.md §7; admin.md §5.
package notice
