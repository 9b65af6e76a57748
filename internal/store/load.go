package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// loaded is a ledger as it stands in the database.
type loaded struct {
	ledger.Ledger
	openAlerts int64
}

// loadAlerts reads which alerts are open, where any are: so opening one that is open adds
// nothing to the timeline.
func (l *loaded) loadAlerts(ctx context.Context, q database.Querier, id order.ID) (err error) {
	if l.openAlerts == 0 {
		return nil
	}
	l.OpenAlerts, err = database.List(ctx, q, func(row database.Row) (a ledger.AlertRef, err error) {
		err = row.Scan(&a.Kind, &a.Cause)
		return a, err
	}, "SELECT kind, cause FROM plg_kessai_alert WHERE order_id = ? AND closed_at IS NULL ORDER BY kind, cause", int64(id))
	return err
}

// load reads a ledger by four statements, and a fifth where an alert is open; lock is what
// the order's SELECT ends with.
func load(ctx context.Context, q database.Querier, id order.ID, lock string) (*loaded, error) {
	l := &loaded{}
	if err := loadHead(ctx, q, id, lock, &l.Order); err != nil {
		return nil, err
	}
	if err := l.loadLedger(ctx, q, id); err != nil {
		return nil, fmt.Errorf("store: ledger of order %d: %w", id, err)
	}
	if err := l.loadPayments(ctx, q, id); err != nil {
		return nil, fmt.Errorf("store: payments of order %d: %w", id, err)
	}
	if err := l.loadOperations(ctx, q, id); err != nil {
		return nil, fmt.Errorf("store: operations of order %d: %w", id, err)
	}
	if err := l.loadAlerts(ctx, q, id); err != nil {
		return nil, fmt.Errorf("store: alerts of order %d: %w", id, err)
	}
	return l, nil
}

const headColumns = `o.id, o.order_no, o.order_status_id, o.payment_total, o.use_point, o.add_point, o.customer_id, o.payment_id,
  (SELECT p.method_class FROM dtb_payment p WHERE p.id = o.payment_id), o.payment_method, o.order_date, o.payment_date, o.update_date`

// scanHead scans headColumns, and what follows them.
func scanHead(row database.Row, h *ledger.Head, more ...any) error {
	return row.Scan(append([]any{&h.ID, optional[string]{&h.No}, optionalInt[order.Status]{&h.Status},
		database.Whole(&h.Total, "dtb_order.payment_total", (*int64)(&h.ID)),
		database.Whole(&h.UsePoint, "dtb_order.use_point", (*int64)(&h.ID)),
		database.Whole(&h.AddPoint, "dtb_order.add_point", (*int64)(&h.ID)),
		optionalInt[int64]{&h.CustomerID}, optionalInt[int64]{&h.PaymentRow},
		optional[string]{&h.MethodClass}, optional[string]{&h.PaymentMethod}, date{&h.OrderDate}, date{&h.PaymentDate}, date{&h.UpdatedAt}}, more...)...)
}

func loadHead(ctx context.Context, q database.Querier, id order.ID, lock string, h *ledger.Head) error {
	_, found, err := database.One(ctx, q, func(row database.Row) (*ledger.Head, error) {
		return h, scanHead(row, h)
	}, "SELECT "+headColumns+" FROM dtb_order o WHERE o.id = ?"+lock, int64(id))
	if err != nil {
		return fmt.Errorf("store: order %d: %w", id, err)
	}
	if !found {
		return problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
	}
	return nil
}

// loadLedger reads the ledger's own row and the hold that is not released. An
// order without a ledger row has neither.
func (l *loaded) loadLedger(ctx context.Context, q database.Querier, id order.ID) error {
	query := `SELECT l.version, l.event_seq, l.current_id, l.pending_since, l.last_status,
  (SELECT COUNT(*) FROM plg_kessai_alert a WHERE a.order_id = l.order_id AND a.closed_at IS NULL), ` + holdTable.list("h.") + `
FROM plg_kessai_ledger l LEFT JOIN plg_kessai_hold h ON h.open_key = l.order_id WHERE l.order_id = ?`
	var hold holdRow
	dest := append([]any{&l.Version, &l.EventSeq, optional[string]{&l.CurrentID}, millis{&l.Order.PendingSince}, &l.LastStatus, &l.openAlerts},
		holdTable.dest(&hold)...)
	_, _, err := database.One(ctx, q, func(row database.Row) (bool, error) { return true, row.Scan(dest...) }, query, int64(id))
	if err == nil && hold.ID != "" {
		l.Hold = &hold.Hold
	}
	return err
}

// loadPayments reads the payments, each with every id Paygent gave it.
func (l *loaded) loadPayments(ctx context.Context, q database.Querier, id order.ID) error {
	query := "SELECT " + paymentTable.list("p.") + `, i.paygent_id
FROM plg_kessai_payment p LEFT JOIN plg_kessai_payment_id i ON i.payment_id = p.id WHERE p.order_id = ? ORDER BY p.seq, i.pos`
	_, err := database.List(ctx, q, func(row database.Row) (bool, error) {
		var p paymentRow
		var paygentID string
		if err := row.Scan(append(paymentTable.dest(&p), optional[string]{&paygentID})...); err != nil {
			return false, err
		}
		if n := len(l.Payments); n == 0 || l.Payments[n-1].ID != p.ID {
			l.Payments = append(l.Payments, &p.Payment)
		}
		if last := l.Payments[len(l.Payments)-1]; paygentID != "" {
			last.PaymentIDs = append(last.PaymentIDs, paygentID)
		}
		return true, nil
	}, query, int64(id))
	return err
}

func (l *loaded) loadOperations(ctx context.Context, q database.Querier, id order.ID) (err error) {
	query := "SELECT " + operationTable.list("") + " FROM plg_kessai_operation WHERE order_id = ? ORDER BY planned_at, id"
	l.Operations, err = database.List(ctx, q, scanOperation, query, int64(id))
	return err
}

func scanOperation(row database.Row) (*ledger.Operation, error) {
	var r operationRow
	err := row.Scan(operationTable.dest(&r)...)
	return &r.Operation, err
}

// copy is a ledger for a decision to change, sharing nothing with l.
func (l *loaded) copy() *ledger.Ledger {
	c := l.Ledger
	if l.Hold != nil {
		h := *l.Hold
		h.Movements = slices.Clone(h.Movements)
		c.Hold = &h
	}
	c.Payments = slices.Clone(l.Payments)
	for i, p := range c.Payments {
		q := *p
		q.PaymentIDs = slices.Clone(p.PaymentIDs)
		q.Needs.Fields, q.Needs.Stores = slices.Clone(p.Needs.Fields), slices.Clone(p.Needs.Stores)
		c.Payments[i] = &q
	}
	c.Operations = slices.Clone(l.Operations)
	for i, o := range c.Operations {
		q := *o
		c.Operations[i] = &q
	}
	return &c
}

// nullText scans a text column of dtb_ where NULL is the empty text.
func nullText(s *string) sql.Scanner { return optional[string]{s} }
