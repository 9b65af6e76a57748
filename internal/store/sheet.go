package store

import (
	"context"
	"fmt"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// sheetRow is an order as staff save it: a draft with the shop's note.
type sheetRow struct {
	Draft
	note string
}

// sheetTable is orderTable with what only staff write.
var sheetTable = func() table[sheetRow] {
	t := table[sheetRow]{name: orderTable.name}
	for _, c := range orderTable.columns {
		t.columns = append(t.columns, column[sheetRow]{c.name, func(r *sheetRow) any { return c.ref(&r.Draft) }})
	}
	t.columns = append(t.columns, column[sheetRow]{"note", func(r *sheetRow) any { return optional[string]{&r.note} }})
	return t
}()

// loadSheet reads what staff may change of an order whose row is locked.
func loadSheet(ctx context.Context, q database.Querier, id order.ID) (*sheetRow, error) {
	r, found, err := database.One(ctx, q, func(row database.Row) (r sheetRow, err error) {
		err = row.Scan(sheetTable.dest(&r)...)
		return r, err
	}, "SELECT "+sheetTable.list("")+" FROM dtb_order WHERE id = ?", int64(id))
	switch {
	case err != nil:
		return nil, fmt.Errorf("store: order %d: %w", id, err)
	case !found:
		return nil, errLostRace
	}
	return &r, r.loadRows(ctx, q)
}

// loadMethods reads the methods an order can be given.
func loadMethods(ctx context.Context, q database.Querier) ([]ledger.MethodRow, error) {
	list, err := database.List(ctx, q, func(row database.Row) (m ledger.MethodRow, err error) {
		err = row.Scan(&m.ID, optional[string]{&m.Class}, optional[string]{&m.Name})
		return m, err
	}, "SELECT id, method_class, payment_method FROM dtb_payment ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("store: payment methods: %w", err)
	}
	return list, nil
}

// view is the sheet as a decision sees it, sharing nothing with the row.
func (r *sheetRow) view(methods []ledger.MethodRow) *ledger.Sheet {
	return &ledger.Sheet{
		PaymentRow: r.PaymentRow, Items: append([]order.Item(nil), r.Items...), Shippings: append([]ledger.Shipping(nil), r.Shippings...),
		Totals: r.Totals, Buyer: r.Buyer, Message: r.Message, Note: r.note, Methods: methods,
	}
}

// with is the row as the decision left the sheet.
func (r *sheetRow) with(s *ledger.Sheet, h ledger.Head) *sheetRow {
	is := *r
	is.PaymentRow, is.PaymentName = h.PaymentRow, h.PaymentMethod
	is.Items, is.Shippings, is.Totals = s.Items, s.Shippings, s.Totals
	is.Buyer, is.Message, is.note = s.Buyer, s.Message, s.Note
	return &is
}

// save writes the difference of the sheet, if the decision asked for it.
func (w *writer) save(ctx context.Context) error {
	if w.sheet == nil {
		return nil
	}
	is := w.sheet.with(w.after.Sheet, w.after.Order)
	if is.Totals.PaymentTotal != w.after.Order.Total || is.Totals.UsePoint != w.after.Order.UsePoint || is.Totals.AddPoint != w.after.Order.AddPoint {
		return fmt.Errorf("the sheet's totals are not the order's")
	}
	changed, err := sheetTable.update(ctx, direct{w.tx}, w.sheet, is, guard{stamp: database.At(w.now)})
	if w.update(changed, err) != nil {
		return err
	}
	d := draftWriter{Drafts: &Drafts{now: w.clock}, tx: w.tx, order: w.before.Order.ID}
	if err := d.write(ctx, w.sheet.Draft, is.Draft); err != nil || changed > 0 || !d.wrote {
		return err
	}
	return w.update(1, execOne(ctx, w.tx, "UPDATE dtb_order SET update_date = ? WHERE id = ?", database.At(w.now), int64(w.before.Order.ID)))
}

// ship dates what is shipped now.
func (w *writer) ship(ctx context.Context) error {
	if !w.after.Ship {
		return nil
	}
	n, err := execCount(ctx, w.tx, "UPDATE dtb_shipping SET shipping_date = ?, update_date = ? WHERE order_id = ? AND shipping_date IS NULL",
		database.At(w.now), database.At(w.now), int64(w.before.Order.ID))
	return w.update(int(n), err)
}
