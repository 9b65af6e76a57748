package ledger

import (
	"context"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// With 3-D Secure 1.0 the centre authorises by itself as soon as the buyer was
// authenticated: a refusal by the shop's policy on attempts cancels what stands
// (money.md §6). What the buyer's return has not told, and a card that takes no part,
// count as not authenticated.

// attemptCode marks the beginning of a payment that the policy refused.
const attemptCode = "attempt"

// returnTerm is how long a stricter policy waits for the buyer's return, which says how
// they were authenticated, before what the centre tells is taken without it.
const returnTerm = 10 * time.Minute

// Challenged takes a buyer who came back from 3-D Secure 1.0, as the callback tells, and
// what 094 says of the payment.
func (s *Service) Challenged(ctx context.Context, in Authenticated) (Step, error) {
	_, err := s.update(ctx, in.Order, func(l *Ledger, t tick) error { return l.challenged(t, in) })
	if err != nil {
		return Step{}, err
	}
	return s.leave(ctx, in.Order, in.PaymentID, !in.OK, payment.Refused)
}

// challenged keeps how the buyer was authenticated, once; where the payment stands
// already it is judged now.
func (l *Ledger) challenged(t tick, in Authenticated) error {
	p := l.payment(in.PaymentID)
	if p == nil || p.ThreeDS != ThreeDS1 || p.PaymentID == "" || p.PaymentID != in.PaygentID {
		return problem.New(problem.NotFound, "payment.unknown", nil)
	}
	begun := l.beginning(p)
	switch {
	case !in.OK:
		if begun != nil && p.Phase == payment.AwaitingBuyer { // what the buyer reads about this try
			begun.Code, begun.Detail = in.Code, in.Detail
		}
		return nil
	case p.Attempt != "" || p.Protected:
		return nil // a reload
	case p.Phase == payment.AwaitingBuyer, p.Phase == payment.Authorised:
		p.Attempt, p.Protected = in.Attempt, in.Protected
	}
	if l.wronglyPlaced(t, p) {
		l.refusePlaced(t, p)
	}
	return nil
}

// wronglyPlaced reports a payment that was taken in, and that the policy refuses.
func (l *Ledger) wronglyPlaced(t tick, p *Payment) bool {
	return p.Phase == payment.Authorised && p.ID == l.CurrentID && !p.Reverse && l.Order.Status == order.New && l.OpenOperation() == nil && !t.policy.acceptsThreeDS1(p)
}

// refusedInVain reports one whose cancellation came to nothing, and that nobody touched since.
func (l *Ledger) refusedInVain(t tick, p *Payment) bool {
	var last *Operation
	for _, op := range l.Operations {
		if op.PaymentID == p.ID {
			last = op
		}
	}
	return last != nil && last.Reason == attemptCode && l.wronglyPlaced(t, p)
}

// refusePlaced cancels a payment that was taken in before the buyer's return told how it
// was authenticated; the order goes with it.
func (l *Ledger) refusePlaced(t tick, p *Payment) {
	if !mayReverse(t, p) {
		l.alert(t, AlertReversing, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount})
		return
	}
	if kind := p.standing().Offers(payment.CancelButton); kind != "" {
		l.planOperation(t, p, kind, orderKey(l.Order.ID), "", System, "", p.Amount).Reason = attemptCode
	}
}

// acceptsThreeDS1 applies the policy to what is known of a payment's authentication. In
// full means that the issuer bears the liability and no attempt was told.
func (p Policy) acceptsThreeDS1(pay *Payment) bool {
	return p.accepts(Authenticated{Full: pay.Protected && pay.Attempt == "", Protected: pay.Protected})
}

// unaccepted reports whether a fact makes a payment stand that the policy refuses.
func (l *Ledger) unaccepted(t tick, p *Payment, f fact) bool {
	return p.ThreeDS == ThreeDS1 && f.status.Authorises() && !p.living() && p.stage() != payment.StageFinished && !t.policy.acceptsThreeDS1(p)
}

// refuseAuthorised cancels it: the order waits for another try.
func (l *Ledger) refuseAuthorised(t tick, p *Payment, f fact) {
	l.stand(t, p, f)
	if begun := l.beginning(p); begun != nil {
		begun.Code = attemptCode
	}
	if p.ID == l.CurrentID && l.Order.Status == order.Pending {
		l.releaseHold(t)
		l.move(t, order.Processing, f.cause)
	}
	l.reverse(t, p, attemptCode)
}

// awaitsReturn reports whether the buyer of a payment may be on the way back with what
// the policy asks for.
func (l *Ledger) awaitsReturn(t tick, p *Payment) (until time.Time, waits bool) {
	until = p.BegunAt.Add(returnTerm)
	return until, p.ThreeDS == ThreeDS1 && p.Phase == payment.AwaitingBuyer && !t.policy.acceptsThreeDS1(p) && t.now.Before(until)
}

// beginning is the operation that began a payment, nil if none of ours did.
func (l *Ledger) beginning(p *Payment) *Operation {
	for _, op := range l.Operations {
		if op.PaymentID == p.ID && op.Kind.Begins() && op.State == payment.Succeeded {
			return op
		}
	}
	return nil
}

// Completed is a buyer who came back from 3-D Secure 1.0 in its old style, with what the
// card company gave them.
type Completed struct {
	Order     order.ID
	PaymentID string // Payment.ID, from the address's HMAC
	PaRes, MD string
}

// CompleteChallenge hands it to the centre (024), once per payment; one that never left does
// not count.
func (s *Service) CompleteChallenge(ctx context.Context, in Completed) (Result, error) {
	l, err := s.store.View(ctx, in.Order)
	if err != nil {
		return Result{}, err
	}
	key := "pares:" + in.PaymentID
	for _, op := range l.Operations {
		if op.PaymentID == in.PaymentID && op.Kind == payment.CompleteThreeDS && op.Cause == neverSentCause {
			key += "+"
		}
	}
	return s.begin(ctx, in.Order, key, Beside{PaRes: in.PaRes, MD: in.MD}, func(l *Ledger, t tick) (*Operation, error) {
		p := l.payment(in.PaymentID)
		switch {
		case p == nil || p.ThreeDS != ThreeDS1 || in.PaRes == "":
			return nil, problem.New(problem.NotFound, "payment.unknown", nil)
		case p.ID != l.CurrentID || p.Phase != payment.AwaitingBuyer || l.Order.Status != order.Pending || l.OpenOperation() != nil || p.Amount != l.Order.Total:
			return nil, nil
		}
		if err := t.policy.refuseElsewhere(p); err != nil {
			return nil, err
		}
		return l.planOperation(t, p, payment.CompleteThreeDS, orderKey(l.Order.ID), t.node, Buyer, key, p.Amount), nil
	})
}
