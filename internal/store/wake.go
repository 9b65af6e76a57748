package store

import "context"

// wake makes the order's waiting notices due at once where the decision settled the
// operation that kept them waiting. One that a worker holds is being looked at.
func (w *writer) wake(ctx context.Context) error {
	if !w.after.WakeNotices {
		return nil
	}
	now := w.now.UnixMilli()
	_, err := w.tx.Exec(ctx, `UPDATE plg_kessai_notice SET next_at = ?, due_at = ?
WHERE order_id = ? AND state = 'received' AND owner = '' AND due_at > ?`, now, now, int64(w.before.Order.ID), now)
	return err
}
