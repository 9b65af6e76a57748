package store

import (
	"context"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// wake makes the order's waiting notices due at once where the decision settled the
// operation that kept them waiting, and with them the parked ones that may fit now. One
// that a worker holds is being looked at.
func (w *writer) wake(ctx context.Context) error {
	if !w.after.WakeNotices {
		return nil
	}
	now, reasons := w.now.UnixMilli(), ledger.WakeReasons()
	args := []any{now, now, int64(w.before.Order.ID), now}
	for _, r := range reasons {
		args = append(args, string(r))
	}
	_, err := w.tx.Exec(ctx, `UPDATE plg_kessai_notice SET next_at = ?, due_at = ?
WHERE order_id = ? AND owner = '' AND (state = 'received' AND due_at > ? OR state = 'parked' AND reason IN (`+database.Marks(len(reasons))+`))`, args...)
	return err
}

// WakeParked implements ledger.Sweeps.
func (s *Store) WakeParked(ctx context.Context, env payment.Environment, merchant string, now time.Time) error {
	reasons := ledger.WakeReasons()
	args := []any{now.UnixMilli(), now.UnixMilli(), string(ledger.AlertNoticeParked), string(env), merchant}
	for _, r := range reasons {
		args = append(args, string(r))
	}
	_, err := s.changed(ctx, `UPDATE plg_kessai_notice SET next_at = ?, due_at = ?
WHERE order_id IN (SELECT order_id FROM plg_kessai_alert WHERE closed_at IS NULL AND kind = ?)
  AND environment = ? AND merchant_id = ? AND owner = '' AND state = 'parked' AND reason IN (`+database.Marks(len(reasons))+`)`, args...)
	return err
}
