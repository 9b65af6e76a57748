package ledger

import (
	"context"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// driveLimit is far above the steps of any saga that comes to rest.
const driveLimit = 12

// drive runs a saga's steps until it ends or has to wait.
func (s *Service) drive(ctx context.Context, id order.ID, parent string) (Result, error) {
	var left *Ledger
	for range driveLimit {
		var step *Operation
		var err error
		left, err = s.update(ctx, id, func(l *Ledger, t tick) (err error) {
			step, err = l.sagaStep(t, parent)
			return err
		})
		if err != nil {
			return Result{}, err
		}
		if step == nil {
			break
		}
		s.reached(AfterPlanned, id)
		if _, err := s.run(context.WithoutCancel(ctx), id, *step, Beside{}); err != nil { // a node that ends finishes its step
			return Result{}, err
		}
	}
	return Result{Operation: *left.operation(parent), Step: Next(left)}, nil
}

// confirmOld asks 094 about a payment whose amount is to be changed by a saga or by a difference,
// before anything is planned: what the centre knows better is learnt first (money.md §8).
func (s *Service) confirmOld(ctx context.Context, in Change) error {
	if in.Button != payment.AuthChangeButton && in.Button != payment.SaleChangeButton {
		return nil
	}
	l, err := s.store.View(ctx, in.Order)
	if err != nil {
		return err
	}
	for _, op := range l.Operations {
		if in.Key != "" && op.IdemKey == in.Key {
			return nil // a second click: what became of the first is told
		}
	}
	p := l.payment(in.PaymentID)
	if p == nil {
		return nil
	}
	if kind := p.standing().Offers(in.Button); kind != payment.ChangeAmount && kind != payment.RefundPaidy {
		return nil
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return err
	}
	if err := policy.refuseElsewhere(p); err != nil {
		return err
	}
	f := s.inquire(ctx, l, p, inquiryOf(p, policy.Version))
	if len(l.lateChanges(p, f)) > 0 { // then planning refuses the amount that the person was shown
		_, err = s.update(ctx, in.Order, func(l *Ledger, t tick) error {
			if now := l.payment(in.PaymentID); now.stillAs(p) {
				return l.learnLate(t, now, f)
			}
			return nil
		})
		return err
	}
	if !l.tells(p, f) {
		return notNow("payment.unconfirmed", nil)
	}
	switch {
	case p.uncaptured(f.Status):
		return notNow("payment.uncaptured", nil)
	case f.Status == p.Status:
		return nil
	}
	unclear, expired := false, false
	_, err = s.update(ctx, in.Order, func(l *Ledger, t tick) error {
		if now := l.payment(in.PaymentID); now.stillAs(p) {
			done, err := l.inherit(t, now, f, "inquiry")
			if done || err != nil {
				unclear = now.living()
				return err
			}
			err = l.learn(t, now, f.Status, f.Amount, f.PaymentDate, "inquiry")
			expired = now.living() && f.Status.Ends()
			return err
		}
		return nil
	})
	if err == nil && expired { // what we hold for captured is gone there: a person looks into it
		return notNow("payment.expired", nil)
	}
	if err == nil && unclear { // it ended there, and something may stand in its place
		return notNow("payment.unconfirmed", nil)
	}
	return err
}
