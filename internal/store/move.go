package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
)

// reckon sums up what the decision's moves come to.
func (w *writer) reckon() error {
	for _, m := range w.after.Moves {
		switch m.Sign {
		case -1:
			w.out = order.Difference(nil, append(w.out, m.Movements...))
		case 1:
			w.out = order.Difference(m.Movements, w.out)
		default:
			return fmt.Errorf("store: order %d: a move has sign %d", w.before.Order.ID, m.Sign)
		}
		w.back += m.Sign * m.Points
	}
	return nil
}

// move applies the decision's moves. A row that is gone is remembered for an
// alert: what is true of the payment is written all the same (money.md §2).
func (w *writer) move(ctx context.Context) error {
	if err := w.moveStock(ctx); err != nil {
		return fmt.Errorf("store: stock for order %d: %w", w.before.Order.ID, err)
	}
	if err := w.movePoints(ctx); err != nil {
		return fmt.Errorf("store: points for order %d: %w", w.before.Order.ID, err)
	}
	return nil
}

func (w *writer) moveStock(ctx context.Context) (err error) {
	if len(w.out) == 0 {
		return nil
	}
	rows := w.goods.known(w.out)
	if rows == nil {
		if rows, err = lockStock(ctx, w.tx, w.out); err != nil {
			return err
		}
	}
	return shift(ctx, w.tx, w.now, w.movable(rows))
}

// movable is what moves on the given rows.
func (w *writer) movable(rows shelf) (ms []order.Movement) {
	for _, m := range w.out {
		r, ok := rows[m.ProductClassID]
		switch {
		case !ok || r.noClass:
			w.missing = append(w.missing, fmt.Sprintf("class:%d", m.ProductClassID))
		case !r.unlimited: // an unlimited one has no number to move
			ms = append(ms, m)
		}
	}
	w.touched = w.touched || len(ms) > 0
	return ms
}

// shift takes quantities from both stock columns of limited classes, all at once.
func shift(ctx context.Context, tx *database.Tx, at time.Time, ms []order.Movement) error {
	if len(ms) == 0 {
		return nil
	}
	var args, classes []any
	for _, m := range ms {
		args = append(args, m.ProductClassID, m.Quantity)
		classes = append(classes, m.ProductClassID)
	}
	args = append(append(args, database.At(at)), classes...)
	moved := strings.Repeat(" WHEN ? THEN CAST(? AS "+integer(tx.Engine())+")", len(ms))
	for _, stock := range []struct{ table, key string }{{"dtb_product_stock", "product_class_id"}, {"dtb_product_class", "id"}} {
		if _, err := tx.Exec(ctx, "UPDATE "+stock.table+" SET stock = COALESCE(stock, 0) - CASE "+stock.key+moved+" ELSE 0 END, update_date = ? WHERE "+
			stock.key+" IN ("+database.Marks(len(ms))+")", args...); err != nil {
			return err
		}
	}
	return nil
}

// integer is the type to cast an argument to whose type the engine cannot infer.
func integer(e database.Engine) string {
	if e == database.MySQL {
		return "SIGNED"
	}
	return "BIGINT"
}

// movePoints gives the member points back, or takes them.
func (w *writer) movePoints(ctx context.Context) error {
	customer := w.before.Order.CustomerID
	if w.back == 0 || customer == 0 {
		return nil
	}
	n, err := execCount(ctx, w.tx, "UPDATE dtb_customer SET point = point + ?, update_date = ? WHERE id = ?", w.back, database.At(w.now), customer)
	if err == nil && n == 0 {
		w.missing = append(w.missing, fmt.Sprintf("customer:%d", customer))
	}
	w.memberLocked = true
	return w.update(int(n), err)
}

// summary keeps what EC-CUBE keeps about a member's purchases, whenever an order
// begins or ceases to count as one (eccube.md §4.1).
func (w *writer) summary(ctx context.Context) error {
	if !w.counts() {
		return nil
	}
	customer := w.before.Order.CustomerID
	if err := w.lockMember(ctx, customer); err != nil {
		return err
	}
	var counted []any
	for _, s := range order.Statuses() {
		if s.CountsAsPurchase() {
			counted = append(counted, int64(s))
		}
	}
	of := "FROM dtb_order o WHERE o.customer_id = ? AND o.order_status_id IN (" + database.Marks(len(counted)) + ")"
	first := func(edge string) string {
		return "(SELECT d.order_date FROM dtb_order d WHERE d.id = (SELECT " + edge + "(o.id) " + of + "))"
	}
	var args []any
	for range 4 {
		args = append(append(args, customer), counted...)
	}
	_, err := w.tx.Exec(ctx, "UPDATE dtb_customer SET buy_times = (SELECT COUNT(*) "+of+"), buy_total = (SELECT COALESCE(SUM(o.total), 0) "+of+
		"), first_buy_date = "+first("MIN")+", last_buy_date = "+first("MAX")+", update_date = ? WHERE id = ?",
		append(args, database.At(w.now), customer)...)
	return err
}

// counts reports whether what is kept about the member's purchases changes.
func (w *writer) counts() bool {
	was, is := w.before.Order.Status, w.after.Order.Status
	edited := is.CountsAsPurchase() && w.after.Order.Total != w.before.Order.Total
	return w.before.Order.CustomerID != 0 && (was.CountsAsPurchase() != is.CountsAsPurchase() || edited)
}

// lockMember makes other orders of the member wait before they are counted: an
// UPDATE that waits itself would count what it saw before it waited.
func (w *writer) lockMember(ctx context.Context, customer int64) error {
	if w.memberLocked || w.goods != nil || w.tx.ForUpdate() == "" {
		return nil
	}
	_, _, err := points(ctx, w.tx, customer)
	return err
}
