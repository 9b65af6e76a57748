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
	if !p.standsAt(f) || l.rightAmount(p, f.Amount) {
		return nil
	}
	for _, op := range slices.Backward(l.Operations) {
		if op.PaymentID == p.ID && op.silentlyDeclined() && changesAmount(op) && op.Amount == f.Amount {
			return op
		}
	}
	return nil
}

// lateRefund is a refund of a part at Paidy that took effect late, and before one that is open:
// 342 gives a difference back, so that less than either wanted is left.
func (l *Ledger) lateRefund(p *Payment, f Finding) *Operation {
	open := l.openDifference(p)
	if open == nil || !p.standsAt(f) {
		return nil
	}
	for _, op := range slices.Backward(l.Operations) {
		if op.PaymentID != p.ID || !changesAmount(op) || op == open {
			continue
		}
		if op.State == payment.Succeeded { // the differences of those before were from another amount
			return nil
		}
		if op.silentlyDeclined() && f.Amount == open.Amount-(p.Amount-op.Amount) {
			return op
		}
	}
	return nil
}

// openDifference is the refund of a part that is on its way, nil if none is.
func (l *Ledger) openDifference(p *Payment) *Operation {
	if op := l.openOn(p); op != nil && op.Kind == payment.RefundPaidy && changesAmount(op) && op.State != payment.Planned {
		return op
	}
	return nil
}

// standsAt reports whether 094 found the payment under its id, authorised or captured.
func (p *Payment) standsAt(f Finding) bool {
	return f.Kind == Found && f.PaymentID == p.PaymentID && f.Type == p.Method.Type() && (f.Status.Authorises() || f.Status.Pays())
}

// silentlyDeclined reports what was settled as not happened without a word of the centre's.
func (op *Operation) silentlyDeclined() bool {
	return op.State == payment.DeclinedOp && (op.Cause == causeNotHappened || op.Cause == byHand)
}

// learnLate takes a late effect as what it is: the operation's.
func (l *Ledger) learnLate(t tick, p *Payment, f Finding) error {
	late := l.lateCorrection(p, f)
	if late == nil {
		late = l.lateRefund(p, f)
	}
	if late == nil {
		return nil
	}
	return l.takeLate(t, late, p, "inquiry", f.Status)
}

// takeLate is the late success of a change of the amount.
func (l *Ledger) takeLate(t tick, op *Operation, p *Payment, cause string, s payment.Status) error {
	op.State, op.Cause, op.SettledAt = payment.Succeeded, cause, t.now
	l.event(t, EventSucceeded, Paygent, p, op, op.Cause, EventData{Status: string(s), Amount: op.Amount, Text: "late"})
	return l.succeeded(t, op, p, verdict{cause: op.Cause})
}

// leaveLess lowers what the other refunds of a part would leave that are under way, or may still
// come: each gives its difference back, from whatever is left by then.
func (l *Ledger) leaveLess(op *Operation, p *Payment) {
	for _, o := range l.Operations {
		if o == op || o.PaymentID != p.ID || o.Kind != payment.RefundPaidy || !changesAmount(o) || o != l.openDifference(p) && !o.silentlyDeclined() {
			continue
		}
		if left := o.Amount - (p.Amount - op.Amount); left > 0 { // else the centre refuses it
			o.Amount = left
		}
	}
}

// lateAnswer takes an answer that was written after its change was settled as not happened. Where
// another one succeeded since, 094 tells which of them was the last to arrive.
func (l *Ledger) lateAnswer(t tick, op *Operation, p *Payment, v verdict) error {
	for _, o := range slices.Backward(l.Operations) {
		if o == op {
			break
		}
		if o.PaymentID == p.ID && changesAmount(o) && o.State == payment.Succeeded {
			p.AskAt = t.now
			return nil
		}
	}
	return l.takeLate(t, op, p, v.cause, v.status)
}
