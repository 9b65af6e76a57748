package ledger

import (
	"context"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Inquired is what asking about an order brought.
type Inquired struct {
	Asked    int            // questions put
	Answered int            // of them answered about what was asked
	Status   payment.Status // of the order's payment, as it stands now
	From, To order.Status
}

// Reinquire asks 094 now about all of an order that can still move: its open operation
// if its outcome is unknown, and each payment that has not ended for good. The answers
// are taken as the resolver's and the watcher's are.
func (s *Service) Reinquire(ctx context.Context, id order.ID) (Inquired, error) {
	l, err := s.store.View(ctx, id)
	if err != nil {
		return Inquired{}, err
	}
	out := Inquired{From: l.Order.Status}
	policy, err := s.policy(ctx)
	if err != nil {
		return out, err
	}
	ops, payments := l.openQuestions(policy)
	out.Asked = len(ops) + len(payments)
	for _, op := range ops {
		if err := s.TakeUp(ctx, Due{OperationID: op.ID, OrderID: id, State: op.State}); err != nil {
			return out, err
		}
	}
	for _, p := range payments {
		told, err := s.askNow(ctx, l, p, policy.Version)
		if err != nil {
			return out, err
		}
		if told {
			out.Answered++
		}
	}
	if l, err = s.store.View(ctx, id); err != nil {
		return out, err
	}
	out.To = l.Order.Status
	for _, op := range ops {
		if !l.operation(op.ID).State.Open() {
			out.Answered++
		}
	}
	if p := l.Current(); p != nil {
		out.Status = p.Status
	}
	return out, nil
}

// OpenQuestions counts what Reinquire would ask.
func (s *Service) OpenQuestions(ctx context.Context, id order.ID) (int, error) {
	l, err := s.store.View(ctx, id)
	if err != nil {
		return 0, err
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return 0, err
	}
	ops, payments := l.openQuestions(policy)
	return len(ops) + len(payments), nil
}

// openQuestions are the operations whose outcome is unknown, and the payments that may
// have moved at the centre.
func (l *Ledger) openQuestions(policy Policy) (ops []*Operation, payments []*Payment) {
	for _, op := range l.Operations {
		if op.State == payment.UnknownState {
			ops = append(ops, op)
		}
	}
	for _, p := range l.Payments {
		if l.openOn(p) == nil && l.saga(p) == nil && p.canMove() && !policy.elsewhere(p) {
			payments = append(payments, p)
		}
	}
	return ops, payments
}

// canMove reports whether something may still become of a payment at the centre.
func (p *Payment) canMove() bool {
	return p.Phase != payment.Ended || p.End.Left()
}

// askNow asks about one payment, as Watch does when its time has come.
func (s *Service) askNow(ctx context.Context, l *Ledger, p *Payment, version int64) (told bool, err error) {
	f := s.inquire(ctx, l, p, inquiryOf(p, version))
	witnessed := s.witnessed(ctx, p.Environment, p.MerchantID, version, f, l.Order.ID)
	_, err = s.update(ctx, l.Order.ID, func(l *Ledger, t tick) error {
		now := l.payment(p.ID)
		if !now.stillAs(p) || l.openOn(now) != nil {
			return nil // what became known meanwhile is newer than the answer
		}
		told = l.tells(now, f)
		now.AskAt = t.now
		return l.watched(t, p.ID, f, witnessed)
	})
	return told, err
}
