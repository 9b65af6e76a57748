package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
)

// An alert of the shop stands under order 0, which no order is.

// OpenShopAlert implements ledger.Sweeps.
func (s *Store) OpenShopAlert(ctx context.Context, a ledger.AlertChange) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return openShopAlert(ctx, tx, a)
	})
}

func openShopAlert(ctx context.Context, tx *database.Tx, a ledger.AlertChange) error {
	w := &writer{tx: tx, rows: direct{tx}, before: &loaded{}}
	return w.openAlerts(ctx, []ledger.AlertChange{a})
}

// ShopAlerts implements ledger.Sweeps.
func (s *Store) ShopAlerts(ctx context.Context, kind ledger.AlertKind) ([]ledger.AlertChange, error) {
	list, err := database.List(ctx, s.db.Read(), func(row database.Row) (ledger.AlertChange, error) {
		a, err := scanAlert(row)
		return ledger.AlertChange{Kind: a.Kind, Cause: a.Cause, At: a.OpenedAt, Data: a.Data}, err
	}, alertSQL+" AND order_id = 0 AND kind = ? ORDER BY opened_at, cause", string(kind))
	if err != nil {
		return nil, fmt.Errorf("store: alerts of the shop: %w", err)
	}
	return list, nil
}

// CloseShopAlert implements ledger.Sweeps.
func (s *Store) CloseShopAlert(ctx context.Context, kind ledger.AlertKind, cause string, at time.Time) error {
	_, err := s.changed(ctx, "UPDATE plg_kessai_alert SET closed_at = ? WHERE order_id = 0 AND kind = ? AND cause = ? AND closed_at IS NULL",
		at.UnixMilli(), string(kind), cause)
	return err
}

// AcknowledgeShopAlert implements ledger.Store.
func (s *Store) AcknowledgeShopAlert(ctx context.Context, in ledger.Acknowledge, at time.Time) (closed bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		a, found, err := database.One(ctx, tx, scanParked, parkedAlertSQL+"order_id = ? AND kind = ? AND cause = ?"+tx.ForUpdate(), int64(in.Order), string(in.Kind), in.Cause)
		switch {
		case err != nil || !found:
			return err
		case !a.Open:
			closed = in.Key != "" && a.Data.Key == in.Key
			return nil
		case !in.Opened.IsZero() && !in.Opened.Equal(a.OpenedAt):
			return ledger.AlertReopened()
		}
		closed = true
		a.Data.Actor, a.Data.Text, a.Data.Key = in.Actor, in.Reason, in.Key
		data, err := facts{&a.Data}.Value()
		if err != nil {
			return err
		}
		return execOne(ctx, tx, "UPDATE plg_kessai_alert SET closed_at = ?, data = ? WHERE order_id = ? AND kind = ? AND cause = ? AND closed_at IS NULL",
			at.UnixMilli(), data, int64(in.Order), string(in.Kind), in.Cause)
	})
	return closed, err
}
