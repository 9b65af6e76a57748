package store

import (
	"context"
	"fmt"
	"strings"

	"kessai/internal/database"
	"kessai/internal/order"
)

// net is what the decision's moves come to: quantities that leave the stock per
// class, and points that the member gets back.
func (w *writer) net() (out []order.Movement, points int64, err error) {
	for _, m := range w.after.Moves {
		switch m.Sign {
		case -1:
			out = order.Difference(nil, append(out, m.Movements...))
		case 1:
			out = order.Difference(m.Movements, out)
		default:
			return nil, 0, fmt.Errorf("store: order %d: a move has sign %d", w.before.Order.ID, m.Sign)
		}
		points += m.Sign * m.Points
	}
	return out, points, nil
}

// move applies the decision's moves. A row that is gone is remembered for an
// alert: what is true of the payment is written all the same (money.md §2).
func (w *writer) move(ctx context.Context) error {
	out, points, err := w.net()
	if err != nil {
		return err
	}
	if err := w.moveStock(ctx, out); err != nil {
		return fmt.Errorf("store: stock for order %d: %w", w.before.Order.ID, err)
	}
	if err := w.movePoints(ctx, points); err != nil {
		return fmt.Errorf("store: points for order %d: %w", w.before.Order.ID, err)
	}
	return nil
}

// moveStock writes both stock columns of limited classes.
func (w *writer) moveStock(ctx context.Context, out []order.Movement) (err error) {
	if len(out) == 0 {
		return nil
	}
	rows := w.goods.known(out)
	if rows == nil {
		if rows, err = lockStock(ctx, w.tx, out); err != nil {
			return err
		}
	}
	var movable []order.Movement
	for _, m := range out {
		r, ok := rows[m.ProductClassID]
		switch {
		case !ok || r.noClass:
			w.missing = append(w.missing, fmt.Sprintf("class:%d", m.ProductClassID))
		case !r.unlimited: // an unlimited one has no number to move
			movable = append(movable, m)
		}
	}
	if err := w.shift(ctx, "dtb_product_stock", "product_class_id", movable); err != nil {
		return err
	}
	return w.shift(ctx, "dtb_product_class", "id", movable)
}

// shift takes quantities from the stock column of a table, all classes at once.
func (w *writer) shift(ctx context.Context, table, key string, ms []order.Movement) error {
	if len(ms) == 0 {
		return nil
	}
	var args, classes []any
	for _, m := range ms {
		args = append(args, m.ProductClassID, m.Quantity)
		classes = append(classes, m.ProductClassID)
	}
	args = append(append(args, database.At(w.now)), classes...)
	moved := strings.Repeat(" WHEN ? THEN CAST(? AS "+integer(w.tx.Engine())+")", len(ms))
	_, err := w.tx.Exec(ctx, "UPDATE "+table+" SET stock = COALESCE(stock, 0) - CASE "+key+moved+" ELSE 0 END, update_date = ? WHERE "+
		key+" IN ("+database.Marks(len(ms))+")", args...)
	return w.insert(len(ms), err)
}

// integer is the type to cast an argument to whose type the engine cannot infer.
func integer(e database.Engine) string {
	if e == database.MySQL {
		return "SIGNED"
	}
	return "BIGINT"
}

// movePoints gives the member points back, or takes them.
func (w *writer) movePoints(ctx context.Context, back int64) error {
	customer := w.before.Order.CustomerID
	if back == 0 || customer == 0 {
		return nil
	}
	n, err := execCount(ctx, w.tx, "UPDATE dtb_customer SET point = point + ?, update_date = ? WHERE id = ?", back, database.At(w.now), customer)
	if err == nil && n == 0 {
		w.missing = append(w.missing, fmt.Sprintf("customer:%d", customer))
	}
	w.memberLocked = true
	return w.update(int(n), err)
}

// summary keeps what EC-CUBE keeps about a member's purchases, whenever an order
// begins or ceases to count as one (eccube.md §4.1).
func (w *writer) summary(ctx context.Context) error {
	was, is, customer := w.before.Order.Status, w.after.Order.Status, w.before.Order.CustomerID
	edited := is.CountsAsPurchase() && w.after.Order.Total != w.before.Order.Total
	if customer == 0 || was.CountsAsPurchase() == is.CountsAsPurchase() && !edited {
		return nil
	}
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

// lockMember makes other orders of the member wait before they are counted: an
// UPDATE that waits itself would count what it saw before it waited.
func (w *writer) lockMember(ctx context.Context, customer int64) error {
	if w.memberLocked || w.goods != nil || w.tx.ForUpdate() == "" {
		return nil
	}
	_, _, err := points(ctx, w.tx, customer)
	return err
}
