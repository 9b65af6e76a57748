package ledger

import (
	"context"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// CloseTest ends an order's payments of an environment that is no real one, and with its
// own payment the order, without a telegram (money.md §10). It returns how many.
func (s *Service) CloseTest(ctx context.Context, id order.ID, env payment.Environment, merchant string, actor Actor) (closed int, err error) {
	if env != payment.Simulator && env != payment.Test {
		return 0, notNow("environment.production", nil)
	}
	_, err = s.update(ctx, id, func(l *Ledger, t tick) error {
		closed, err = l.closeTest(t, env, merchant, actor)
		return err
	})
	return closed, err
}

func (l *Ledger) closeTest(t tick, env payment.Environment, merchant string, actor Actor) (closed int, err error) {
	var own *Payment
	before := l.openly()
	for _, p := range l.Payments {
		if p.Environment != env || p.MerchantID != merchant || p.Phase == payment.Ended {
			continue
		}
		if l.openOn(p) != nil || l.saga(p) != nil {
			return 0, notNow("operation.open", nil)
		}
		if p.ID == l.CurrentID && !KeptApart(l, p) { // an order that is paid in another way goes on
			own = p
		}
		closed++
		l.setPhase(t, p, payment.Rule{Phase: payment.Ended, End: payment.Unused}, fact{event: payment.NeverUsed, cause: "environment", actor: actor})
	}
	if own == nil {
		return closed, nil
	}
	switch l.Order.Status {
	case order.New, order.InProgress, order.Paid, order.Pending:
		l.releaseHold(t)
		l.move(t, order.Canceled, "environment")
	case order.Processing, order.Canceled:
		l.releaseHold(t)
	case order.Delivered, order.Returned: // the goods are gone; a person decides
		l.alert(t, AlertShippedUnpaid, own.ID, EventData{TradingID: own.TradingID, PaygentID: own.PaymentID, Amount: own.Amount})
	}
	l.syncAlerts(t, before) // a shipped order has nothing that pays it any more
	return closed, nil
}

// elsewhere reports a payment of another environment or merchant than the one in force:
// another centre would answer about another payment.
func (p Policy) elsewhere(pay *Payment) bool {
	return pay.Environment != p.Environment || pay.MerchantID != p.MerchantID
}

// refuseElsewhere says so.
func (p Policy) refuseElsewhere(pay *Payment) error {
	if !p.elsewhere(pay) {
		return nil
	}
	return notNow("payment.other_environment", problem.Args{"Environment": pay.Environment})
}
