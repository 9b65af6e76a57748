package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// MovedByHost lists the orders with an id above after that do not stand where our book saw them
// last, by id: EC-CUBE's own hand moved them, and no decision has met that yet. With since only
// those it saved from then on, which an index leads to, and also those whose total or method is not
// what their payment is alive or waits for, or was so before, whether that was met or not. Zero reads all.
func (s *Store) MovedByHost(ctx context.Context, since time.Time, after order.ID, limit int) ([]order.ID, error) {
	known := database.Anys(order.Statuses())
	moved := "CASE WHEN o.order_status_id IS NULL OR o.order_status_id IN (" + database.Marks(len(known)) + ") THEN o.order_status_id ELSE " +
		strconv.Itoa(int(order.InProgress)) + " END <> l.last_status" // as ourStatus reads it
	query := "SELECT l.order_id FROM plg_kessai_ledger l JOIN dtb_order o ON o.id = l.order_id WHERE l.order_id > ? AND " + moved
	args := append([]any{int64(after)}, known...)
	if !since.IsZero() {
		var classes []any
		for _, s := range payment.Schemes() {
			classes = append(classes, string(s.Method)+" "+s.Class())
		}
		query = `SELECT l.order_id FROM dtb_order o JOIN plg_kessai_ledger l ON l.order_id = o.id LEFT JOIN plg_kessai_payment p ON p.id = l.current_id
WHERE o.update_date >= ? AND l.order_id > ? AND (` + moved + ` OR p.phase IN (?, ?, ?, ?) AND (p.amount - p.hand_refunded <> o.payment_total
  OR o.order_status_id <> ? AND (EXISTS (SELECT 1 FROM dtb_payment m WHERE m.id = o.payment_id
    AND CONCAT(p.method, ' ', COALESCE(m.method_class, '')) NOT IN (` + database.Marks(len(classes)) + `))
  OR EXISTS (SELECT 1 FROM plg_kessai_alert a WHERE a.order_id = l.order_id AND a.kind = ? AND a.closed_at IS NULL))))`
		args = append(append([]any{database.At(since)}, args...), string(payment.AwaitingBuyer), string(payment.AwaitingPayment),
			string(payment.Authorised), string(payment.Captured), int64(order.Canceled))
		args = append(append(args, classes...), string(ledger.AlertKept))
	}
	list, err := database.List(ctx, s.db.Read(), database.Scalar[order.ID], query+" ORDER BY l.order_id LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("store: orders that EC-CUBE moved: %w", err)
	}
	return list, nil
}

// Stranded lists the payments that are alive, or about which an operation is open, whose order
// EC-CUBE's own hand deleted, and of which nobody was told (ledger.StrandedAlert), by id.
func (s *Store) Stranded(ctx context.Context, limit int) ([]ledger.Payment, error) {
	open := openStates()
	args := append([]any{string(payment.Authorised), string(payment.Captured)}, open...)
	list, err := database.List(ctx, s.db.Read(), func(row database.Row) (ledger.Payment, error) {
		var p paymentRow
		err := row.Scan(paymentTable.dest(&p)...)
		return p.Payment, err
	}, "SELECT "+paymentTable.list("p.")+` FROM plg_kessai_ledger l JOIN plg_kessai_payment p ON p.order_id = l.order_id
WHERE (SELECT o.id FROM dtb_order o WHERE o.id = l.order_id) IS NULL
  AND (p.phase IN (?, ?) AND p.amount > p.hand_refunded OR EXISTS (SELECT 1 FROM plg_kessai_operation x
    WHERE x.order_id = p.order_id AND x.payment_id = p.id AND x.state IN (`+database.Marks(len(open))+`)))
  AND NOT EXISTS (SELECT 1 FROM plg_kessai_alert a WHERE a.order_id = 0 AND a.kind = ? AND a.cause = p.id)
ORDER BY p.id LIMIT ?`, append(args, string(ledger.AlertKept), limit)...)
	if err != nil {
		return nil, fmt.Errorf("store: payments of orders that are gone: %w", err)
	}
	return list, nil
}
