package store

import (
	"context"
	"fmt"

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

// ParkedNotices implements ledger.Sweeps. Every parked notice was put before a person: the
// alerts, which are few and whose causes end with its id, lead to it, also one closed by hand.
// The CAST lets PostgreSQL go by the primary key, a CHAR(26).
func (s *Store) ParkedNotices(ctx context.Context, env payment.Environment, merchant string, after ledger.Notice, limit int) ([]ledger.Notice, error) {
	reasons := ledger.SweepReasons()
	args := []any{string(ledger.AlertNoticeParked), string(env), merchant, after.PaymentID, after.PaymentID, after.ID, string(ledger.ParkMalformed)}
	for _, r := range reasons {
		args = append(args, string(r))
	}
	list, err := database.List(ctx, s.db.Read(), scanNotice, "SELECT "+noticeTable.list("")+` FROM plg_kessai_notice
WHERE id IN (SELECT CAST(SUBSTR(cause, LENGTH(cause) - 25) AS CHAR(26)) FROM plg_kessai_alert WHERE kind = ?)
  AND environment = ? AND merchant_id = ? AND (payment_id > ? OR payment_id = ? AND id > ?) AND owner = '' AND state = 'parked'
  AND (order_id IS NULL AND reason <> ? OR reason IN (`+database.Marks(len(reasons))+`))
ORDER BY payment_id, id LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("store: parked notices: %w", err)
	}
	return list, nil
}
