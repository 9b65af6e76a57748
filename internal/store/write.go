package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// writer writes what a decision changed.
type writer struct {
	tx     *database.Tx
	rows   rowWriter
	before *loaded
	after  *ledger.Ledger
	goods  *goods
	sheet  *sheetRow // as it was loaded; nil while no decision asked for it
	now    time.Time

	out     []order.Movement // what leaves the stock, or comes back, by the decision's moves
	back    int64            // the points the member gets back
	missing []string         // goods that could not be moved because their row is gone
	touched bool             // something of the ledger was written

	memberLocked bool // by the move of points
}

// write writes the difference. Stock goes first, for a row that is gone becomes an alert.
func (w *writer) write(ctx context.Context) error {
	for _, step := range []func(context.Context) error{w.move, w.ownRows, w.summary} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ownRows writes the ledger and the order. The ledger's own row comes last, when it is known
// whether anything changed.
func (w *writer) ownRows(ctx context.Context) error {
	w.after.Events = w.numbered()
	for _, step := range []func(context.Context) error{
		w.payments, w.operations, w.hold, w.events, w.alerts, w.mails, w.wake, w.notices, w.save, w.order, w.ship, w.ledger,
	} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("store: order %d: %w", w.before.Order.ID, err)
		}
	}
	return nil
}

// check refuses changes of what Update does not write, so that none is lost silently, and
// sums up what moves.
func (w *writer) check() error {
	was, is := w.before.Order, w.after.Order
	was.Status, was.OrderDate, was.PaymentDate, was.PendingSince = is.Status, is.OrderDate, is.PaymentDate, is.PendingSince
	if w.sheet != nil { // written with the sheet
		was.Total, was.UsePoint, was.AddPoint = is.Total, is.UsePoint, is.AddPoint
		was.PaymentRow, was.MethodClass, was.PaymentMethod = is.PaymentRow, is.MethodClass, is.PaymentMethod
	}
	if was != is {
		return fmt.Errorf("store: order %d: a decision changed what it may only read", is.ID)
	}
	if len(w.after.Payments) < len(w.before.Payments) || len(w.after.Operations) < len(w.before.Operations) {
		return fmt.Errorf("store: order %d: a decision dropped payments or operations", is.ID)
	}
	for i, e := range w.after.Events {
		if want := w.before.EventSeq + int64(i) + 1; e.Seq != 0 && e.Seq != want {
			return fmt.Errorf("store: order %d: event %d comes where %d is due", is.ID, e.Seq, want)
		}
	}
	return w.reckon()
}

// numbered is the decision's events and those about goods that are gone, numbered
// without gaps.
func (w *writer) numbered() []ledger.Event {
	events := w.after.Events
	for _, cause := range w.missing {
		w.after.Alerts = append(w.after.Alerts, ledger.AlertChange{Kind: ledger.AlertGoodsMissing, Cause: cause, At: w.now})
		events = append(events, ledger.Event{
			At: w.now, Kind: ledger.EventAlertOpened, Actor: ledger.System, Cause: cause,
			Data: ledger.EventData{Alert: ledger.AlertGoodsMissing},
		})
	}
	for i := range events {
		events[i].Seq = w.before.EventSeq + int64(i) + 1
	}
	return events
}

func (w *writer) payments(ctx context.Context) error {
	known := map[string]*ledger.Payment{}
	for _, p := range w.before.Payments {
		known[p.ID] = p
	}
	var fresh []*paymentRow
	for _, p := range w.after.Payments {
		row := &paymentRow{*p, w.before.Order.ID}
		if old := known[p.ID]; old == nil {
			fresh = append(fresh, row)
		} else if err := w.update(paymentTable.update(ctx, w.rows, &paymentRow{*old, row.order}, row, guard{})); err != nil {
			return paymentConflict(err)
		}
	}
	if err := w.insert(len(fresh), paymentTable.insert(ctx, w.rows, fresh...)); err != nil {
		return paymentConflict(err)
	}
	return w.paymentIDs(ctx, known)
}

// paymentIDs registers ids Paygent gave; the one in force always is one of them.
func (w *writer) paymentIDs(ctx context.Context, known map[string]*ledger.Payment) error {
	var fresh []*paymentIDRow
	for _, p := range w.after.Payments {
		had := map[string]bool{"": true}
		pos := 0
		if old := known[p.ID]; old != nil && lost(old.PaymentIDs, p.PaymentIDs) {
			// Written anew below; the one that went may be another payment's there.
			if _, err := w.tx.Exec(ctx, "DELETE FROM plg_kessai_payment_id WHERE payment_id = ?", p.ID); err != nil {
				return err
			}
		} else if old != nil {
			pos = len(old.PaymentIDs)
			for _, id := range old.PaymentIDs {
				had[id] = true
			}
		}
		for _, id := range append(p.PaymentIDs[:len(p.PaymentIDs):len(p.PaymentIDs)], p.PaymentID) {
			if !had[id] {
				had[id] = true
				pos++
				fresh = append(fresh, &paymentIDRow{*p, id, pos})
			}
		}
	}
	return conflict(w.insert(len(fresh), paymentIDTable.insert(ctx, w.rows, fresh...)), "payment.payment_id_taken")
}

// lost reports whether an id that the payment had turned out to be another's.
func lost(had, have []string) bool {
	return slices.ContainsFunc(had, func(id string) bool { return !slices.Contains(have, id) })
}

// operations are guarded by state and owner: MarkSent and Claim change them
// without the order's lock.
func (w *writer) operations(ctx context.Context) error {
	known := map[string]*ledger.Operation{}
	for _, o := range w.before.Operations {
		known[o.ID] = o
	}
	var fresh []*operationRow
	for _, o := range w.after.Operations {
		row := &operationRow{Operation: *o, order: w.before.Order.ID}
		old := known[o.ID]
		if old == nil {
			fresh = append(fresh, row)
			continue
		}
		g := guard{sql: " AND state = ? AND owner = ?", args: []any{string(old.State), old.Owner}}
		if err := w.update(operationTable.update(ctx, w.rows, &operationRow{Operation: *old, order: row.order}, row, g)); err != nil {
			return operationConflict(err)
		}
	}
	return operationConflict(w.insert(len(fresh), operationTable.insert(ctx, w.rows, fresh...)))
}

// hold writes the hold that was there, and the one that was taken. One that the
// decision let go of is released.
func (w *writer) hold(ctx context.Context) error {
	id, was, is := w.before.Order.ID, w.before.Hold, w.after.Hold
	if was != nil {
		end := *was
		switch {
		case is != nil && is.ID == was.ID:
			end = *is
		default:
			end.State, end.ReleasedAt = ledger.Released, w.now
		}
		g := guard{sql: " AND open_key IS NOT NULL"}
		if err := w.update(holdTable.update(ctx, w.rows, &holdRow{*was, id}, &holdRow{end, id}, g)); err != nil {
			return err
		}
	}
	if is == nil || was != nil && is.ID == was.ID {
		return nil
	}
	return w.insert(1, holdTable.insert(ctx, w.rows, &holdRow{*is, id}))
}

// order writes dtb_order; its update date tells staff's lists that a payment moved.
func (w *writer) order(ctx context.Context) error {
	u := updating{table: "dtb_order", key: "id", id: int64(w.before.Order.ID), set: []string{"update_date"}, args: []any{database.At(w.now)}}
	to := func(column string, v any) { u.set, u.args = append(u.set, column), append(u.args, v) }
	was, is := w.before.Order, w.after.Order
	if was.Status != is.Status {
		to("order_status_id", int64(is.Status))
	}
	if date := database.AtOrNull(is.OrderDate); date != database.AtOrNull(was.OrderDate) {
		to("order_date", date)
	}
	if date := database.AtOrNull(is.PaymentDate); date != database.AtOrNull(was.PaymentDate) {
		to("payment_date", date)
	}
	if len(u.set) == 1 && !w.paymentMoved() {
		return nil
	}
	return w.update(1, w.rows.updateRow(ctx, u))
}

// paymentMoved reports whether a payment stands elsewhere than before.
func (w *writer) paymentMoved() bool {
	stands := func(p *ledger.Payment) [4]string {
		return [4]string{string(p.Phase), string(p.End), string(p.Status), string(p.Situation)}
	}
	was := map[string][4]string{}
	for _, p := range w.before.Payments {
		was[p.ID] = stands(p)
	}
	return slices.ContainsFunc(w.after.Payments, func(p *ledger.Payment) bool { return was[p.ID] != stands(p) })
}

// ledger writes the ledger's own row where anything changed. Its version decides a race.
func (w *writer) ledger(ctx context.Context) error {
	l := w.after
	pending := ms(l.Order.PendingSince)
	if !w.touched && l.CurrentID == w.before.CurrentID && pending == ms(w.before.Order.PendingSince) && l.LastStatus == w.before.LastStatus {
		return nil
	}
	seq := w.before.EventSeq + int64(len(l.Events))
	if w.before.Version == 0 {
		err := w.rows.insertRows(ctx, insertion{
			table: "plg_kessai_ledger", columns: "order_id, version, event_seq, current_id, pending_since, last_status, updated_at",
			rows: [][]any{{int64(l.Order.ID), 1, seq, text(l.CurrentID), pending, int64(l.Order.Status), w.now.UnixMilli()}},
		})
		if database.IsDuplicate(err) {
			return errLostRace
		}
		return err
	}
	u := updating{
		table: "plg_kessai_ledger", key: "order_id", id: int64(l.Order.ID),
		set:   []string{"version", "event_seq", "current_id", "pending_since", "updated_at"},
		args:  []any{w.before.Version + 1, seq, text(l.CurrentID), pending, w.now.UnixMilli()},
		guard: guard{sql: " AND version = ?", args: []any{w.before.Version}},
	}
	last := l.LastStatus // another hand may have moved the order since, and the decision not seen it (money.md §7)
	if l.Order.Status != w.before.Order.Status {
		last = l.Order.Status
	}
	if last != w.before.LastStatus {
		u.set, u.args = append(u.set, "last_status"), append(u.args, int64(last))
	}
	return w.rows.updateRow(ctx, u)
}

// clock tells the time of the decision.
func (w *writer) clock() time.Time { return w.now }

// update notes that a row was written.
func (w *writer) update(changed int, err error) error {
	w.touched = w.touched || changed > 0
	return err
}

// insert notes that n rows were written.
func (w *writer) insert(n int, err error) error {
	w.touched = w.touched || n > 0
	return err
}
