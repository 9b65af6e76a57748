package ledger

import (
	"slices"

	"kessai/internal/payment"
)

// A change of the amount that was settled as not happened may take effect all the same: its
// telegram was under way for longer than anybody waits. 094 then tells its amount, which is no
// stranger's (decision 0017).

// lateCorrection is the change of the payment's amount that 094 shows to have taken effect
// after all, nil if it shows none.
func (l *Ledger) lateCorrection(p *Payment, f Finding) *Operation {
	stands := f.Kind == Found && f.PaymentID == p.PaymentID && f.Type == p.Method.Type() && (f.Status.Authorises() || f.Status.Pays())
	if !stands || l.rightAmount(p, f.Amount) {
		return nil
	}
	for _, op := range slices.Backward(l.Operations) {
		silent := op.State == payment.DeclinedOp && (op.Cause == causeNotHappened || op.Cause == byHand)
		if op.PaymentID == p.ID && silent && changesAmount(op) && op.Amount == f.Amount {
			return op
		}
	}
	return nil
}

// learnLate takes a late effect as what it is: the operation's.
func (l *Ledger) learnLate(t tick, p *Payment, f Finding) error {
	op := l.lateCorrection(p, f)
	if op == nil {
		return nil
	}
	op.State, op.Cause, op.SettledAt = payment.Succeeded, "inquiry", t.now
	l.event(t, EventSucceeded, Paygent, p, op, op.Cause, EventData{Status: string(f.Status), Amount: op.Amount, Text: "late"})
	return l.succeeded(t, op, p, verdict{cause: op.Cause})
}
