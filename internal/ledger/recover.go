package ledger

import (
	"context"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TakeUp works on one open operation that is due (Store.Due): a planned one whose
// owner is gone is closed as never sent, a sent one becomes unknown, an unknown one
// is asked about, and one that waits for an owner is sent.
func (s *Service) TakeUp(ctx context.Context, due Due) error {
	now := s.now()
	claimed, err := s.store.Claim(ctx, due.OperationID, s.node, now, now.Add(time.Minute+leaseMargin))
	if err != nil || !claimed {
		return err
	}
	l, err := s.store.View(ctx, due.OrderID)
	if err != nil {
		return err
	}
	op := l.operation(due.OperationID)
	switch {
	case op == nil:
		return nil
	case op.Kind == payment.ChangeAmount:
		_, err = s.drive(ctx, due.OrderID, op.ID)
	case op.State == payment.Planned && due.Unowned:
		_, err = s.run(context.WithoutCancel(ctx), due.OrderID, *op, Beside{}) // a node that ends lets its telegram be answered
	case op.State == payment.Planned:
		_, err = s.update(ctx, due.OrderID, func(l *Ledger, t tick) error {
			if l.operation(op.ID).State != payment.Planned { // its owner stood still, bears our name, and has just sent it
				return nil
			}
			return l.settle(t, op.ID, neverSent())
		})
	case op.State == payment.Sent:
		_, err = s.settle(ctx, due.OrderID, op.ID, interrupted())
	case op.State == payment.UnknownState:
		err = s.ask(ctx, due.OrderID, l, op)
	}
	return err
}

// ask asks 094 about an unknown operation and takes the answer.
func (s *Service) ask(ctx context.Context, id order.ID, l *Ledger, op *Operation) error {
	p := l.payment(op.PaymentID)
	f := s.askAbout(ctx, l, op, p, "")
	witnessed := s.witnessed(ctx, op.Environment, op.MerchantID, op.SettingsVersion, f, id)
	_, err := s.update(ctx, id, func(l *Ledger, t tick) error { return l.resolve(t, op.ID, f, witnessed) })
	return err
}

// witnessed tells whether "no such payment" may be believed: the simulator's codes
// count as proved; elsewhere the same question about a payment known to exist has to
// be answered well (money.md §3).
func (s *Service) witnessed(ctx context.Context, env payment.Environment, merchant string, version int64, f Finding, id order.ID) bool {
	if f.Kind != NoSuch || env == payment.Simulator {
		return true
	}
	paymentID, _, found, err := s.store.Witness(ctx, env, merchant, id)
	if err != nil || !found {
		return false
	}
	w := s.gateway.Inquire(ctx, Inquiry{Environment: env, MerchantID: merchant, SettingsVersion: version, PaymentID: paymentID})
	return w.Kind == Found
}

// Place places an order that has nothing to do with Paygent: EC-CUBE's own methods
// become 新規受付, an order of zero yen 入金済み, in one transaction with its hold.
func (s *Service) Place(ctx context.Context, id order.ID, shown order.Yen) (Step, error) {
	l, err := s.update(ctx, id, func(l *Ledger, t tick) error { return l.placeOrder(t, shown) })
	if err != nil {
		return Step{}, err
	}
	return Next(l), nil
}
