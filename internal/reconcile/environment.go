package reconcile

import (
	"context"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// LivingLister lists a merchant's payments that have not ended, by their id.
type LivingLister interface {
	LivePayments(ctx context.Context, env payment.Environment, merchant, after string, limit int) ([]ledger.DuePayment, error)
}

// Living tells each payment of an environment and merchant that has not ended to each, in
// pages, so that memory does not grow with their number.
func Living(ctx context.Context, store LivingLister, env payment.Environment, merchant string, each func(ledger.DuePayment) error) error {
	for after := ""; ; {
		page, err := store.LivePayments(ctx, env, merchant, after, rollbackPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if err := ctx.Err(); err != nil {
				return err
			}
			after = p.PaymentID
			if err := each(p); err != nil {
				return err
			}
		}
	}
}

// CloseTest ends the payments of a test environment, and their orders, without a telegram
// (money.md §10). Each order is told to each, with what kept it from being closed; one
// order's failure never stops the rest.
func CloseTest(ctx context.Context, s *ledger.Service, store LivingLister, env payment.Environment, merchant string, actor ledger.Actor, each func(order.ID, error) error) (closed int, err error) {
	err = Living(ctx, store, env, merchant, func(p ledger.DuePayment) error {
		n, err := s.CloseTest(ctx, p.OrderID, env, merchant, actor)
		if closed += n; n == 0 && err == nil {
			return nil // with another payment of its order
		}
		return each(p.OrderID, err)
	})
	return closed, err
}
