package ledger

import (
	"slices"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// A change of the amount that was settled as not happened may take effect all the same: its
// telegram was under way for longer than anybody waits. 094 then tells its amount, which is no
// stranger's (decision 0017).

// lateChanges are the changes of the payment's amount that 094 shows to have taken effect after
// all, none if it shows none.
func (l *Ledger) lateChanges(p *Payment, f Finding) []*Operation {
	if !p.standsAt(f) || l.rightAmount(p, f.Amount) {
		return nil
	}
	var refunds []*Operation
	for _, op := range slices.Backward(l.Operations) {
		switch {
		case op.PaymentID != p.ID || !op.silentlyDeclined() || !changesAmount(op):
		case op.Kind == payment.RefundPaidy:
			refunds = append(refunds, op)
		case op.Amount == f.Amount:
			return []*Operation{op}
		}
	}
	return l.lateRefunds(p, f, refunds)
}

// lateRefundsAtMost bounds the refunds of one payment that are held against what 094 tells.
const lateRefundsAtMost = 10

// lateRefunds are those refunds of a part that took effect late: 342 gives a difference back, so
// that less is left, also than one that is open wanted. The fewest of them explain it; those
// alone, rather than together with what is open.
func (l *Ledger) lateRefunds(p *Payment, f Finding, refunds []*Operation) (came []*Operation) {
	refunds = refunds[:min(len(refunds), lateRefundsAtMost)]
	from := []order.Yen{p.Amount}
	if open := l.openDifference(p); open != nil {
		from = append(from, open.Amount)
	}
	for set := 1; set < 1<<len(refunds); set++ {
		var some []*Operation
		back := order.Yen(0)
		for i, op := range refunds {
			if set&(1<<i) != 0 && p.Amount > op.Amount {
				some, back = append(some, op), back+p.Amount-op.Amount
			}
		}
		for _, had := range from {
			if len(some) > 0 && (came == nil || len(some) < len(came)) && f.Amount == had-back {
				came = some
			}
		}
	}
	return came
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

// learnLate takes late effects as what they are: the operations'.
func (l *Ledger) learnLate(t tick, p *Payment, f Finding) error {
	for _, op := range l.lateChanges(p, f) {
		if err := l.takeLate(t, op, p, "inquiry", f.Status); err != nil {
			return err
		}
	}
	return nil
}

// takeLate is the late success of a change of the amount.
func (l *Ledger) takeLate(t tick, op *Operation, p *Payment, cause string, s payment.Status) error {
	op.State, op.Cause, op.SettledAt = payment.Succeeded, cause, l.settlesAt(t)
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
