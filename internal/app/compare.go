package app

import (
	"context"

	"kessai/internal/reconcile"
)

// CompareBooks holds our book against the centre's.
func (a *App) CompareBooks(ctx context.Context, o reconcile.CompareOptions, each func(reconcile.Compared) error) (reconcile.CompareTotals, error) {
	return reconcile.Compare(ctx, a.Ledger, a.Store, a.gateway, a.deps.Now(), o, each)
}
