package store

import (
	"cmp"
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

// load reads a ledger; lock is what the order's SELECT ends with.
func load(ctx context.Context, q database.Querier, id order.ID, lock string) (*loaded, error) {
	all, err := loadAll(ctx, q, []order.ID{id}, lock)
	if err != nil {
		return nil, err
	}
	if all[id] == nil {
		return nil, problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
	}
	return all[id], nil
}

// loadAll reads ledgers by four statements, and a fifth where an alert is open; orders that
// have none by two: whoever writes a payment or an operation writes a ledger first. An order
// that is not there, or that the lock passes over, is not among them.
func loadAll(ctx context.Context, q database.Querier, ids []order.ID, lock string) (shelves, error) {
	all := shelves{}
	steps := []struct {
		read func(context.Context, database.Querier, []any, string) error
		of   func(*loaded) bool
	}{
		{all.heads, func(*loaded) bool { return true }},
		{all.ledgers, func(*loaded) bool { return true }},
		{all.payments, (*loaded).booked}, {all.operations, (*loaded).booked},
		{all.alerts, func(l *loaded) bool { return l.openAlerts != 0 }},
	}
	for i, step := range steps {
		if i > 0 {
			ids = all.ids(step.of)
		}
		if len(ids) == 0 {
			continue
		}
		if err := step.read(ctx, q, plain(ids), lock); err != nil {
			return nil, fmt.Errorf("store: ledger of order %v: %w", ids, err)
		}
	}
	return all, nil
}

// booked reports whether the order has a ledger.
func (l *loaded) booked() bool { return l.Version != 0 }

// shelves are ledgers while they are read.
type shelves map[order.ID]*loaded

// plain are ids as arguments, in one of a few numbers.
func plain(ids []order.ID) []any {
	args := make([]any, 0, len(ids))
	for _, id := range padded(ids) {
		args = append(args, int64(id))
	}
	return args
}

// ids are those of which it holds.
func (all shelves) ids(of func(*loaded) bool) []order.ID {
	var ids []order.ID
	for id, l := range all {
		if of(l) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

const headColumns = `o.id, o.order_no, o.order_status_id, o.payment_total, o.use_point, o.add_point, o.customer_id, o.payment_id,
  (SELECT p.method_class FROM dtb_payment p WHERE p.id = o.payment_id), o.payment_method, o.order_date, o.payment_date, o.update_date`

// scanHead scans headColumns, and what follows them.
func scanHead(row database.Row, h *ledger.Head, more ...any) error {
	err := row.Scan(append([]any{&h.ID, optional[string]{&h.No}, optionalInt[order.Status]{&h.Status},
		database.Whole(&h.Total, "dtb_order.payment_total", (*int64)(&h.ID)),
		database.Whole(&h.UsePoint, "dtb_order.use_point", (*int64)(&h.ID)),
		database.Whole(&h.AddPoint, "dtb_order.add_point", (*int64)(&h.ID)),
		optionalInt[int64]{&h.CustomerID}, optionalInt[int64]{&h.PaymentRow},
		optional[string]{&h.MethodClass}, optional[string]{&h.PaymentMethod}, date{&h.OrderDate}, date{&h.PaymentDate}, date{&h.UpdatedAt}}, more...)...)
	h.Status = ourStatus(h.Status)
	return err
}

// ourStatus is a status as we know it: one that the shop added to EC-CUBE's is 対応中, for the order was
// taken in, and is not over. It stays until a decision moves the order.
func ourStatus(s order.Status) order.Status {
	if s != 0 && !slices.Contains(order.Statuses(), s) {
		return order.InProgress
	}
	return s
}

func (all shelves) heads(ctx context.Context, q database.Querier, ids []any, lock string) error {
	_, err := database.List(ctx, q, func(row database.Row) (bool, error) {
		l := &loaded{}
		err := scanHead(row, &l.Order)
		all[l.Order.ID] = l
		return true, err
	}, "SELECT "+headColumns+" FROM dtb_order o WHERE o.id IN ("+database.Marks(len(ids))+") ORDER BY o.id"+lock, ids...)
	return err
}

// ledgers reads the ledgers' own rows and the holds that are not released. An order without
// a ledger row has neither.
func (all shelves) ledgers(ctx context.Context, q database.Querier, ids []any, _ string) error {
	query := `SELECT l.order_id, l.version, l.event_seq, l.current_id, l.pending_since, l.last_status, l.updated_at,
  (SELECT COUNT(*) FROM plg_kessai_alert a WHERE a.order_id = l.order_id AND a.closed_at IS NULL), ` + holdTable.list("h.") + `
FROM plg_kessai_ledger l LEFT JOIN plg_kessai_hold h ON h.open_key = l.order_id WHERE l.order_id IN (` + database.Marks(len(ids)) + `)`
	_, err := database.List(ctx, q, func(row database.Row) (bool, error) {
		var id order.ID
		var l loaded
		var hold holdRow
		dest := append([]any{&id, &l.Version, &l.EventSeq, optional[string]{&l.CurrentID}, millis{&l.Order.PendingSince}, &l.LastStatus, millis{&l.WrittenAt}, &l.openAlerts},
			holdTable.dest(&hold)...)
		if err := row.Scan(dest...); err != nil {
			return false, err
		}
		pending := l.Order.PendingSince
		l.Order, l.Order.PendingSince = all[id].Order, pending
		if hold.ID != "" {
			l.Hold = &hold.Hold
		}
		*all[id] = l
		return true, nil
	}, query, ids...)
	return err
}

// payments reads the payments, each with every id Paygent gave it. They are sorted here: for
// rows with texts in them MariaDB would make a file first.
func (all shelves) payments(ctx context.Context, q database.Querier, ids []any, _ string) error {
	query := "SELECT " + paymentTable.list("p.") + `, i.paygent_id, i.pos
FROM plg_kessai_payment p LEFT JOIN plg_kessai_payment_id i ON i.payment_id = p.id WHERE p.order_id IN (` + database.Marks(len(ids)) + ")"
	type line struct {
		payment paymentRow
		id      string
		pos     int64
	}
	lines, err := database.List(ctx, q, func(row database.Row) (*line, error) {
		var l line
		return &l, row.Scan(append(paymentTable.dest(&l.payment), optional[string]{&l.id}, nullableInt{&l.pos})...)
	}, query, ids...)
	if err != nil {
		return err
	}
	slices.SortFunc(lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.payment.Seq, b.payment.Seq), cmp.Compare(a.payment.ID, b.payment.ID), cmp.Compare(a.pos, b.pos))
	})
	for _, x := range lines {
		l := all[x.payment.order]
		if n := len(l.Payments); n == 0 || l.Payments[n-1].ID != x.payment.ID {
			l.Payments = append(l.Payments, &x.payment.Payment)
		}
		if last := l.Payments[len(l.Payments)-1]; x.id != "" {
			last.PaymentIDs = append(last.PaymentIDs, x.id)
		}
	}
	return nil
}

func (all shelves) operations(ctx context.Context, q database.Querier, ids []any, _ string) error {
	query := "SELECT " + operationTable.list("") + " FROM plg_kessai_operation WHERE order_id IN (" + database.Marks(len(ids)) + ")"
	rows, err := database.List(ctx, q, func(row database.Row) (*operationRow, error) {
		var r operationRow
		return &r, row.Scan(operationTable.dest(&r)...)
	}, query, ids...)
	slices.SortFunc(rows, func(a, b *operationRow) int {
		return cmp.Or(a.PlannedAt.Compare(b.PlannedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, r := range rows {
		all[r.order].Operations = append(all[r.order].Operations, &r.Operation)
	}
	return err
}

// alerts reads which alerts are open: so opening one that is open adds nothing to the timeline.
func (all shelves) alerts(ctx context.Context, q database.Querier, ids []any, _ string) error {
	_, err := database.List(ctx, q, func(row database.Row) (bool, error) {
		var id order.ID
		var a ledger.AlertRef
		if err := row.Scan(&id, &a.Kind, &a.Cause); err != nil {
			return false, err
		}
		all[id].OpenAlerts = append(all[id].OpenAlerts, a)
		return true, nil
	}, "SELECT order_id, kind, cause FROM plg_kessai_alert WHERE order_id IN ("+database.Marks(len(ids))+") AND closed_at IS NULL ORDER BY order_id, kind, cause", ids...)
	return err
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
