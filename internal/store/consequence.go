package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/problem"
)

// eventRow is a row of plg_kessai_event.
type eventRow struct {
	ledger.Event
	order int64
}

var eventTable = table[eventRow]{"plg_kessai_event", []column[eventRow]{
	{"order_id", func(r *eventRow) any { return &r.order }},
	{"seq", func(r *eventRow) any { return &r.Seq }},
	{"happened_at", func(r *eventRow) any { return millis{&r.At} }},
	{"kind", func(r *eventRow) any { return &r.Kind }},
	{"actor", func(r *eventRow) any { return &r.Actor }},
	{"payment_id", func(r *eventRow) any { return optional[string]{&r.PaymentID} }},
	{"operation_id", func(r *eventRow) any { return optional[string]{&r.OperationID} }},
	{"cause", func(r *eventRow) any { return &r.Cause }},
	{"data", func(r *eventRow) any { return facts{&r.Data} }},
	{"idem_key", func(r *eventRow) any { return optional[string]{&r.IdemKey} }},
}}

func (w *writer) events(ctx context.Context) error {
	rows := make([]*eventRow, len(w.after.Events))
	for i, e := range w.after.Events {
		rows[i] = &eventRow{e, int64(w.before.Order.ID)}
	}
	return eventConflict(w.insert(len(rows), eventTable.insert(ctx, w.rows, rows...)))
}

// alerts opens by one statement and closes by one; of several changes of one
// alert the last counts.
func (w *writer) alerts(ctx context.Context) error {
	type key struct {
		kind  ledger.AlertKind
		cause string
	}
	last := map[key]int{}
	for i, a := range w.after.Alerts {
		last[key{a.Kind, a.Cause}] = i
	}
	var open, closed []ledger.AlertChange
	for i, a := range w.after.Alerts {
		switch {
		case last[key{a.Kind, a.Cause}] != i:
		case a.Close:
			closed = append(closed, a)
		default:
			open = append(open, a)
		}
	}
	if err := w.openAlerts(ctx, open); err != nil {
		return err
	}
	return w.closeAlerts(ctx, closed)
}

// openAlerts inserts alerts and opens closed ones again; an open one stays as it is.
func (w *writer) openAlerts(ctx context.Context, open []ledger.AlertChange) error {
	if len(open) == 0 {
		return nil
	}
	i := insertion{table: "plg_kessai_alert", columns: "order_id, kind, cause, opened_at, data", conflict: reopen(w.tx.Engine())}
	for _, a := range open {
		data, err := facts{&a.Data}.Value()
		if err != nil {
			return err
		}
		i.rows = append(i.rows, []any{int64(w.before.Order.ID), string(a.Kind), a.Cause, ms(a.At), data})
	}
	return w.insert(len(open), w.rows.insertRows(ctx, i))
}

// reopen ends an INSERT of alerts. MySQL assigns from left to right.
func reopen(e database.Engine) string {
	if e == database.MySQL {
		return ` ON DUPLICATE KEY UPDATE opened_at = IF(closed_at IS NULL, opened_at, VALUES(opened_at)),
  data = IF(closed_at IS NULL, data, VALUES(data)), closed_at = NULL`
	}
	return ` ON CONFLICT (order_id, kind, cause) DO UPDATE SET opened_at = excluded.opened_at, data = excluded.data, closed_at = NULL
WHERE plg_kessai_alert.closed_at IS NOT NULL`
}

// closeAlerts closes those that are open, if the order has any.
func (w *writer) closeAlerts(ctx context.Context, closed []ledger.AlertChange) error {
	if len(closed) == 0 || w.before.openAlerts == 0 {
		return nil
	}
	args := []any{ms(closed[0].At), int64(w.before.Order.ID)}
	var which []string
	for _, a := range closed {
		if !a.Opened.IsZero() {
			if err := w.closeSeen(ctx, a); err != nil {
				return err
			}
			continue
		}
		which, args = append(which, "kind = ? AND cause = ?"), append(args, string(a.Kind), a.Cause)
	}
	if len(which) == 0 {
		return nil
	}
	n, err := execCount(ctx, w.tx, "UPDATE plg_kessai_alert SET closed_at = ? WHERE order_id = ? AND closed_at IS NULL AND ("+
		strings.Join(which, " OR ")+")", args...)
	return w.update(int(n), err)
}

// closeSeen closes an alert that a person was shown.
func (w *writer) closeSeen(ctx context.Context, a ledger.AlertChange) error {
	n, err := execCount(ctx, w.tx, "UPDATE plg_kessai_alert SET closed_at = ? WHERE order_id = ? AND closed_at IS NULL AND kind = ? AND cause = ? AND opened_at = ?",
		ms(a.At), int64(w.before.Order.ID), string(a.Kind), a.Cause, ms(a.Opened))
	if err == nil && n == 0 { // the decision found it open
		return ledger.AlertReopened()
	}
	return w.update(int(n), err)
}

// mails queues mails; one that was queued for the same cause is not queued again.
func (w *writer) mails(ctx context.Context) error {
	for _, m := range w.after.Mails {
		data, err := facts{&m.Data}.Value()
		if err != nil {
			return err
		}
		err = w.rows.insertRows(ctx, insertion{
			table: "plg_kessai_outbox", columns: "id, order_id, kind, cause, data, queued_at, attempts, next_at, owner, last_error", conflict: ignore(w.tx.Engine(), "id"),
			rows: [][]any{{m.ID, int64(w.before.Order.ID), string(m.Kind), m.Cause, data, ms(m.At), 0, ms(m.At), "", ""}},
		})
		if err := w.insert(1, err); err != nil {
			return err
		}
	}
	return nil
}

// ignore ends an INSERT that leaves an existing row as it is. MySQL's INSERT IGNORE
// would also swallow values that do not fit.
func ignore(e database.Engine, column string) string {
	if e == database.MySQL {
		return " ON DUPLICATE KEY UPDATE " + column + " = " + column
	}
	return " ON CONFLICT DO NOTHING"
}

// notices stores the notice a decision is about, or its new state.
func (w *writer) notices(ctx context.Context) error {
	for _, c := range w.after.Notices {
		row := &noticeRow{c.Notice}
		var err error
		if c.New {
			if err = noticeTable.insert(ctx, w.rows, row); database.IsDuplicate(err) {
				err = problem.Wrap(err, problem.Conflict, "notice.duplicate", problem.Args{"Notice": c.Notice.NoticeID})
			}
		} else if err = saveNotice(ctx, w.rows, row); err == nil && c.Same {
			continue
		}
		if err := w.insert(1, err); err != nil {
			return err
		}
	}
	return nil
}

// facts is an event's data as JSON in a text column.
type facts struct{ data *ledger.EventData }

func (f facts) Value() (driver.Value, error) {
	b, err := json.Marshal(f.data)
	return string(b), err
}

func (f facts) Scan(src any) error {
	var raw string
	if err := (optional[string]{&raw}).Scan(src); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(raw), f.data); err != nil {
		return fmt.Errorf("store: data of an event: %w", err)
	}
	return nil
}
