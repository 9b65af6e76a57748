package ledger

import (
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// leaseMargin is how much longer than its telegram an owner keeps an operation.
const leaseMargin = 25 * time.Second

func (t tick) lease() time.Time {
	return t.now.Add(max(60*time.Second, t.policy.TelegramTimeout+leaseMargin))
}

// planOperation writes an operation. One without owner waits to be claimed.
func (l *Ledger) planOperation(t tick, p *Payment, kind payment.Kind, openKey, owner string, actor Actor, idemKey string, amount order.Yen) *Operation {
	op := &Operation{
		ID: t.newID(), PaymentID: p.ID, Kind: kind, State: payment.Planned, OpenKey: openKey, Owner: owner,
		SettingsVersion: t.policy.Version, Environment: p.Environment, MerchantID: p.MerchantID,
		Actor: actor, IdemKey: idemKey, Amount: amount, PlannedAt: l.nextPlannedAt(t), NotBefore: t.now,
	}
	if owner != "" {
		op.LeaseUntil = t.lease()
	}
	l.Operations = append(l.Operations, op)
	l.event(t, EventPlanned, actor, p, op, "", EventData{Amount: amount})
	return op
}

// reverse sees to it that an authorised payment does not stay alive.
func (l *Ledger) reverse(t tick, p *Payment, cause string) {
	p.Reverse = true
	stuck := l.openOn(p) == nil && p.standing().Offers(payment.CancelButton) == "" // no telegram does it, or none now
	if !mayReverse(t, p) || p.unnamed() || stuck {
		l.alert(t, AlertReversing, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount})
	}
	l.planReversal(t, p, cause)
}

// mayReverse reports whether the payment is ours to cancel: where others share the
// merchant, one without our mark may be another shop's, and a person decides.
func mayReverse(t tick, p *Payment) bool {
	return bearsOurMark(t, p.TradingID)
}

// planReversal plans the cancellation of an authorisation, if nothing is open for
// the payment. It has no owner: a worker claims it.
func (l *Ledger) planReversal(t tick, p *Payment, cause string) {
	if !mayReverse(t, p) || p.Phase != payment.Authorised {
		return
	}
	if l.openOn(p) != nil { // which may end and leave the payment as it is
		p.askBy(t.now.Add(time.Hour))
		return
	}
	kind := p.standing().Offers(payment.CancelButton)
	if kind == "" || p.unnamed() { // not by a telegram, or not yet: asked about again
		p.AskAt = t.now.Add(time.Hour)
		return
	}
	op := l.planOperation(t, p, kind, paymentKey(p), "", System, "", p.Amount)
	op.Reason = cause
}

// standing is what decides which buttons the payment has.
func (p *Payment) standing() payment.Standing {
	return payment.Standing{Method: p.Method, Brand: p.Brand, Phase: p.Phase, Status: p.Status, Situation: p.Situation}
}

// nextPlannedAt is now, but after everything planned before: operations are read back in
// this order, and a saga reads off the last one what comes next, whatever its clock did.
func (l *Ledger) nextPlannedAt(t tick) time.Time {
	at := t.now
	for _, op := range l.Operations {
		if at.UnixMilli() <= op.PlannedAt.UnixMilli() {
			at = op.PlannedAt.Truncate(time.Millisecond).Add(time.Millisecond)
		}
	}
	return at
}
