package app

import (
	"context"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/reconcile"
)

// CompareBooks holds our book against the centre's.
func (a *App) CompareBooks(ctx context.Context, o reconcile.CompareOptions, each func(reconcile.Compared) error) (reconcile.CompareTotals, error) {
	return reconcile.Compare(ctx, a.Ledger, a.Store, byID{a.gateway}, a.deps.Now(), o, each)
}

// byID asks 091 by an id only: without one the centre would count what it delivers as
// delivered, and the sweep would never see it.
type byID struct{ *gateway.Gateway }

// Difference implements reconcile.Differences.
func (g byID) Difference(ctx context.Context, p ledger.Policy, noticeID int64) (ledger.Notice, bool, error) {
	d, err := g.Gateway.Difference(ctx, gateway.DifferenceQuery{
		Environment: p.Environment, MerchantID: p.MerchantID, SettingsVersion: p.Version, NoticeID: noticeID,
	})
	return d.Notice, err == nil && d.Kind != gateway.DifferenceNone, err
}
