package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Reader answers what pages show of orders, payments, notices and alerts. It never
// writes.
type Reader struct{ db *database.DB }

// NewReader makes a Reader.
func NewReader(db *database.DB) *Reader { return &Reader{db: db} }

// OrderView is an order as a page shows it.
type OrderView struct {
	Draft
	OrderDate           time.Time // zero while not placed
	PaymentDate         time.Time // zero while unpaid
	CreatedAt           time.Time
	UpdatedAt           time.Time
	Note                string // ショップ用メモ欄
	CompleteMessage     string
	CompleteMailMessage string
}

// orderViewColumns is what an OrderView has beyond a draft.
func orderViewColumns() []column[OrderView] {
	out := make([]column[OrderView], 0, len(orderTable.columns)+7)
	for _, c := range orderTable.columns {
		out = append(out, column[OrderView]{c.name, func(v *OrderView) any { return c.ref(&v.Draft) }})
	}
	return append(out,
		column[OrderView]{"order_date", func(v *OrderView) any { return date{&v.OrderDate} }},
		column[OrderView]{"payment_date", func(v *OrderView) any { return date{&v.PaymentDate} }},
		column[OrderView]{"create_date", func(v *OrderView) any { return date{&v.CreatedAt} }},
		column[OrderView]{"update_date", func(v *OrderView) any { return date{&v.UpdatedAt} }},
		column[OrderView]{"note", func(v *OrderView) any { return optional[string]{&v.Note} }},
		column[OrderView]{"complete_message", func(v *OrderView) any { return optional[string]{&v.CompleteMessage} }},
		column[OrderView]{"complete_mail_message", func(v *OrderView) any { return optional[string]{&v.CompleteMailMessage} }},
	)
}

// Order reads an order with its rows. There is none: problem NotFound "order.unknown".
func (r *Reader) Order(ctx context.Context, id order.ID) (v OrderView, err error) {
	t := table[OrderView]{"dtb_order", orderViewColumns()}
	err = r.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) error {
		_, found, err := database.One(ctx, q, func(row database.Row) (bool, error) {
			return true, row.Scan(t.dest(&v)...)
		}, "SELECT "+t.list("")+" FROM dtb_order WHERE id = ?", int64(id))
		switch {
		case err != nil:
			return fmt.Errorf("store: order %d: %w", id, err)
		case !found:
			return problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
		}
		return v.loadRows(ctx, q)
	})
	return v, err
}

// Timeline is an order's events, newest first.
func (r *Reader) Timeline(ctx context.Context, id order.ID) ([]ledger.Event, error) {
	list, err := database.List(ctx, r.db.Read(), func(row database.Row) (ledger.Event, error) {
		var e eventRow
		err := row.Scan(eventTable.dest(&e)...)
		return e.Event, err
	}, "SELECT "+eventTable.list("")+" FROM plg_kessai_event WHERE order_id = ? ORDER BY seq DESC", int64(id))
	if err != nil {
		return nil, fmt.Errorf("store: timeline of order %d: %w", id, err)
	}
	return list, nil
}

// Alert is something that needs a person (要対応).
type Alert struct {
	OrderID  order.ID
	Kind     ledger.AlertKind
	Cause    string
	OpenedAt time.Time
	Data     ledger.EventData
}

const alertSQL = "SELECT order_id, kind, cause, opened_at, data FROM plg_kessai_alert WHERE closed_at IS NULL"

func scanAlert(row database.Row) (a Alert, err error) {
	err = row.Scan(&a.OrderID, &a.Kind, &a.Cause, millis{&a.OpenedAt}, facts{&a.Data})
	return a, err
}

// Alerts is an order's open alerts, oldest first.
func (r *Reader) Alerts(ctx context.Context, id order.ID) ([]Alert, error) {
	return r.alerts(ctx, alertSQL+" AND order_id = ? ORDER BY opened_at, kind, cause", int64(id))
}

// OpenAlerts is the oldest open alerts of all orders; first those of the shop that no other page
// shows.
func (r *Reader) OpenAlerts(ctx context.Context, limit int) ([]Alert, error) {
	return r.alerts(ctx, alertSQL+" ORDER BY CASE WHEN order_id = 0 AND kind <> ? THEN 0 ELSE 1 END, opened_at, order_id, kind, cause LIMIT ?", string(ledger.AlertNoticeParked), limit)
}

func (r *Reader) alerts(ctx context.Context, query string, args ...any) ([]Alert, error) {
	list, err := database.List(ctx, r.db.Read(), scanAlert, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: alerts: %w", err)
	}
	return list, nil
}

// OpenAlertCount is how many alerts are open.
func (r *Reader) OpenAlertCount(ctx context.Context) (int64, error) {
	n, _, err := database.One(ctx, r.db.Read(), database.Scalar[int64], "SELECT COUNT(*) FROM plg_kessai_alert WHERE closed_at IS NULL")
	if err != nil {
		return 0, fmt.Errorf("store: alerts: %w", err)
	}
	return n, nil
}

// Begun is an order beyond 8 that a cart still points at.
type Begun struct {
	ID     order.ID
	No     string
	Status order.Status
}

// PendingOf tells which of these pre_order_ids name an order that is in 7 or placed.
func (r *Reader) PendingOf(ctx context.Context, preOrderIDs []string) (map[string]Begun, error) {
	out := map[string]Begun{}
	if len(preOrderIDs) == 0 {
		return out, nil
	}
	_, err := database.List(ctx, r.db.Read(), func(row database.Row) (bool, error) {
		var pre string
		var b Begun
		err := row.Scan(&pre, &b.ID, optional[string]{&b.No}, &b.Status)
		out[pre] = b
		return true, err
	}, "SELECT pre_order_id, id, order_no, order_status_id FROM dtb_order WHERE pre_order_id IN ("+database.Marks(len(preOrderIDs))+
		") AND order_status_id <> ?", append(database.Anys(preOrderIDs), int64(order.Processing))...)
	if err != nil {
		return nil, fmt.Errorf("store: orders of carts: %w", err)
	}
	return out, nil
}
