package ledger

import (
	"context"
	"errors"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Effect is what an operation of staff would do.
type Effect struct {
	Operation payment.Kind
	Amount    order.Yen    // that would be taken, or given back
	From, To  order.Status // of the order
	Goods     int64        // pieces that would be put back into stock
	Points    int64        // points that would be given back
}

// RehearseChange tells what a change would do if it succeeded now, or why it is not
// possible, by the same decisions on a ledger that is not written. It asks nobody.
func (s *Service) RehearseChange(ctx context.Context, in Change) (Effect, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Effect{}, err
	}
	var e Effect
	err = s.store.Update(ctx, in.Order, func(l *Ledger) error {
		if e, err = l.rehearse(t, in); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return e, err
}

func (l *Ledger) rehearse(t tick, in Change) (Effect, error) {
	from := l.Order.Status
	op, err := l.planChange(t, in)
	if err != nil {
		return Effect{}, err
	}
	e := Effect{Operation: op.Kind, Amount: l.payment(op.PaymentID).Amount, From: from, To: from}
	if op.Kind == payment.ChangeAmount {
		return e, nil // its steps show only as they go
	}
	if err := l.settle(t, op.ID, verdict{state: payment.Succeeded, cause: "rehearsal"}); err != nil {
		return Effect{}, err
	}
	e.To = l.Order.Status
	e.Goods, e.Points = givenBack(l)
	return e, nil
}

// givenBack is what a decision put back into stock, and gave back of points.
func givenBack(l *Ledger) (goods, points int64) {
	for _, m := range l.Moves {
		if m.Sign != 1 {
			continue
		}
		points += m.Points
		for _, one := range m.Movements {
			goods += one.Quantity
		}
	}
	return goods, points
}
