package app

import (
	"context"

	"kessai/internal/order"
	"kessai/internal/verify"
)

// Verify checks the invariants of money.md §11 on everything the database keeps. It may
// run beside whatever works on it.
func (a *App) Verify(ctx context.Context, report func(verify.Breach) error) (verify.Count, error) {
	return verify.New(a.Reader).All(ctx, report)
}

// VerifyOrders checks them on these orders only.
func (a *App) VerifyOrders(ctx context.Context, ids []order.ID, report func(verify.Breach) error) (verify.Count, error) {
	return verify.New(a.Reader).Orders(ctx, ids, report)
}
