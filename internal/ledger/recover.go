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
	case op.State == payment.Planned && due.Unowned:
		_, err = s.run(ctx, due.OrderID, *op, "")
	case op.State == payment.Planned:
		_, err = s.settle(ctx, due.OrderID, op.ID, neverSent())
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
	f := s.gateway.Inquire(ctx, inquiryAbout(op, p, ""))
	witnessed := s.witnessed(ctx, op, f, id)
	_, err := s.update(ctx, id, func(l *Ledger, t tick) error { return l.resolve(t, op.ID, f, witnessed) })
	return err
}

// witnessed tells whether "no such payment" may be believed: the simulator's codes
// count as proved; elsewhere the same question about a payment known to exist has to
// be answered well (money.md §3).
func (s *Service) witnessed(ctx context.Context, op *Operation, f Finding, id order.ID) bool {
	if f.Kind != NoSuch || op.Environment == payment.Simulator {
		return true
	}
	paymentID, _, found, err := s.store.Witness(ctx, op.Environment, op.MerchantID, id)
	if err != nil || !found {
		return false
	}
	w := s.gateway.Inquire(ctx, Inquiry{Environment: op.Environment, MerchantID: op.MerchantID, SettingsVersion: op.SettingsVersion, PaymentID: paymentID})
	return w.Kind == Found
}

// Watch asks 094 about one payment whose time has come (Store.DuePayments): a
// capture no notice has confirmed, or a payment that must not stay alive.
func (s *Service) Watch(ctx context.Context, due DuePayment) error {
	l, err := s.store.View(ctx, due.OrderID)
	if err != nil {
		return err
	}
	p := l.payment(due.PaymentID)
	if p == nil || p.AskAt.IsZero() {
		return nil
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return err
	}
	if p.Environment != policy.Environment || p.MerchantID != policy.MerchantID {
		return s.watchLater(ctx, due) // another centre would answer about another payment
	}
	f := s.gateway.Inquire(ctx, Inquiry{Environment: p.Environment, MerchantID: p.MerchantID, SettingsVersion: policy.Version, PaymentID: p.PaymentID})
	_, err = s.update(ctx, due.OrderID, func(l *Ledger, t tick) error { return l.watched(t, due.PaymentID, f) })
	return err
}

// watchLater looks again in a day whether the payment's environment is back.
func (s *Service) watchLater(ctx context.Context, due DuePayment) error {
	_, err := s.update(ctx, due.OrderID, func(l *Ledger, t tick) error {
		if p := l.payment(due.PaymentID); p != nil && !p.AskAt.IsZero() {
			p.AskAt = t.now.Add(24 * time.Hour)
		}
		return nil
	})
	return err
}

// watched takes what 094 said about a watched payment.
func (l *Ledger) watched(t tick, id string, f Finding) error {
	p := l.payment(id)
	if p == nil || p.AskAt.IsZero() || p.AskAt.After(t.now) {
		return nil
	}
	p.AskAt = time.Time{}
	if f.Kind == Found && f.Type == p.Method.Type() && f.Amount == p.Amount && f.Status != p.Status {
		if err := l.learn(t, p, f.Status, f.PaymentDate, "inquiry"); err != nil {
			return err
		}
	}
	switch {
	case p.Phase == payment.Captured:
		p.AskAt = watchCapture(p, t.now)
	case p.Reverse && p.Phase == payment.Authorised:
		p.AskAt = t.now.Add(time.Hour) // in case the next try is lost
		l.planReversal(t, p, "again")
	}
	return nil
}

// GiveUp ends the buyer's attempt and gives stock and points back. It is refused
// while an operation is open: nobody knows yet what it did.
func (s *Service) GiveUp(ctx context.Context, id order.ID) error {
	_, err := s.update(ctx, id, func(l *Ledger, t tick) error { return l.giveUp(t) })
	return err
}

func (l *Ledger) giveUp(t tick) error {
	if l.Order.Status != order.Pending {
		return nil
	}
	if l.OpenOperation() != nil {
		return notNow("operation.open", nil)
	}
	l.event(t, EventGivenUp, Buyer, l.Current(), nil, "", EventData{})
	if p := l.Current(); p != nil && p.stage() == payment.StageOpening {
		return l.observe(t, p, fact{event: payment.BuyerGaveUp, cause: "given_up", actor: Buyer})
	}
	l.releaseHold(t)
	l.move(t, order.Processing, "given_up")
	return nil
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
