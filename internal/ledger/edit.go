package ledger

import (
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Edit is what staff save of an order: the whole sheet, and what they had been shown.
type Edit struct {
	Order     order.ID
	Version   int64     // Ledger.Version as it was shown
	UpdatedAt time.Time // Head.UpdatedAt as it was shown
	Sheet     Sheet
	Living    Living // of another method: what becomes of the payment
	Actor     Actor
	Key       string
}

// planEdit saves a sheet. The operation, if any, is the cancellation of a payment whose
// order has another method now.
func (l *Ledger) planEdit(t tick, in Edit) (*Operation, error) {
	if l.Sheet == nil {
		return nil, sheetNeeded{in.Sheet.Items}
	}
	if in.Version != l.Version || in.UpdatedAt.Unix() != l.Order.UpdatedAt.Unix() {
		return nil, problem.New(problem.Conflict, "order.edited_meanwhile", nil)
	}
	was, is := *l.Sheet, in.Sheet.keeping(*l.Sheet)
	if was.same(is) {
		return nil, nil
	}
	var op *Operation
	before, total := l.openly(), l.Order.Total
	if !was.sameMoney(is) {
		var err error
		if err = l.maySave(); err == nil {
			op, err = l.editMoney(t, in, was, is)
		}
		if err != nil {
			return nil, err
		}
	}
	l.Sheet = &is
	data := EventData{}
	if l.Order.Total != total {
		data.Amount = l.Order.Total
	}
	l.event(t, EventEdited, in.Actor, nil, nil, "staff", data)
	l.Events[len(l.Events)-1].IdemKey = in.Key
	l.syncAlerts(t, before)
	if l.Order.Total != total {
		return op, l.fitAgain(t)
	}
	return op, nil
}

// editMoney moves what lines, totals and method decide.
func (l *Ledger) editMoney(t tick, in Edit, was, is Sheet) (*Operation, error) {
	if err := l.checkTotals(is); err != nil {
		return nil, err
	}
	moves, held := len(l.Moves), l.asHeld()
	if err := l.moveGoods(was.Items, is.Items); err != nil {
		return nil, err
	}
	if err := l.movePoints(is.Totals); err != nil {
		return nil, err
	}
	if len(l.Moves) > moves {
		l.event(t, EventHoldChanged, in.Actor, nil, nil, "staff", holding(held, l.asHeld()))
	}
	l.Order.Total, l.Order.UsePoint, l.Order.AddPoint = is.Totals.PaymentTotal, is.Totals.UsePoint, is.Totals.AddPoint
	if is.PaymentRow == was.PaymentRow {
		return nil, nil
	}
	return l.changeMethod(t, in, is)
}

// checkTotals refuses amounts that are not those of the lines: they are computed by
// whoever calls, and money depends on them.
func (l *Ledger) checkTotals(s Sheet) error {
	for _, i := range s.Items {
		if i.IsProduct() && i.Quantity < 1 {
			return problem.New(problem.Invalid, order.CodeQuantityInvalid, problem.Args{"name": i.Title()}).On("quantity")
		}
	}
	sum, err := order.Sum(s.Items)
	if err != nil {
		return err
	}
	sum.Tax, sum.UsePoint, sum.AddPoint = s.Totals.Tax, s.Totals.UsePoint, s.Totals.AddPoint // not seen in items, or by another rule
	if sum != s.Totals {
		return problem.New(problem.Internal, "order.totals_wrong", problem.Args{"Order": l.Order.ID})
	}
	guest := l.Order.CustomerID == 0
	if u, a := s.Totals.UsePoint, s.Totals.AddPoint; u < 0 || a < 0 || guest && (u > 0 || a > 0) {
		return problem.New(problem.Invalid, order.CodePointInvalid, nil).On("use_point")
	}
	return nil
}

// moveGoods moves the difference between two lists of lines. What the hold never took is
// not given back by it.
func (l *Ledger) moveGoods(was, is []order.Item) error {
	if l.Hold == nil {
		return nil
	}
	var taken, given []order.Movement
	for _, d := range order.Difference(order.Movements(was, nil), order.Movements(is, nil)) {
		s, known := l.Goods.Stock[d.ProductClassID]
		switch {
		case d.Quantity < 0:
			if back := min(-d.Quantity, l.Hold.of(d.ProductClassID)); back > 0 {
				given = append(given, order.Movement{ProductClassID: d.ProductClassID, Quantity: back})
			}
		case !known:
			return problem.New(problem.NotNow, "stock.gone", problem.Args{"ClassID": d.ProductClassID})
		case s.Unlimited:
		case s.Left < d.Quantity:
			return problem.New(problem.NotNow, "stock.short", problem.Args{"Name": s.Name, "Left": s.Left, "Wanted": d.Quantity})
		default:
			taken = append(taken, d)
		}
	}
	if len(taken) > 0 {
		l.Moves = append(l.Moves, StockMove{Movements: taken, Sign: -1})
	}
	if len(given) > 0 {
		l.Moves = append(l.Moves, StockMove{Movements: given, Sign: 1})
	}
	l.Hold.Movements = order.Difference(given, append(append([]order.Movement(nil), l.Hold.Movements...), taken...))
	return nil
}

// movePoints moves the differences of the points used, unless they went back with the
// goods, and of those given, once they were given. Staff cannot bring a member below 0.
func (l *Ledger) movePoints(is order.Totals) error {
	used, given := is.UsePoint-l.Order.UsePoint, int64(0)
	if l.Order.Status == order.Delivered {
		given = is.AddPoint - l.Order.AddPoint
	}
	if l.Hold == nil || l.Order.Status == order.Returned {
		used = 0
	}
	if left := l.Goods.Points + given - used; l.Order.CustomerID != 0 && left < 0 && (used > 0 || given < 0) {
		return problem.New(problem.NotNow, "point.short", problem.Args{"Left": l.Goods.Points, "Wanted": used - given})
	}
	l.grant(given)
	l.shiftPoints(used)
	return nil
}

// of is how much of a class the hold took.
func (h *Hold) of(class int64) int64 {
	n := int64(0)
	for _, m := range h.Movements {
		if m.ProductClassID == class {
			n += m.Quantity
		}
	}
	return n
}

// methodChanged is the reason of the cancellation of a payment whose order is to be paid
// in another way: what becomes of it touches neither the order nor its hold.
const methodChanged = "method_changed"

// changeMethod gives the order another method, and asks what becomes of its payment if
// that is alive. One that only waits is no longer the order's.
func (l *Ledger) changeMethod(t tick, in Edit, is Sheet) (*Operation, error) {
	m, ok := is.method()
	if !ok {
		return nil, problem.New(problem.Invalid, "order.method_unknown", nil).On("payment")
	}
	p := Asks(l)
	alive := p != nil
	if s, ours := payment.SchemeOf(m.Class); alive && ours && s == p.scheme() && in.Living != LivingCancel {
		l.Order.PaymentRow, l.Order.MethodClass, l.Order.PaymentMethod = m.ID, m.Class, m.Name
		if l.Order.Status != order.Canceled { // then it is kept for that, too
			l.closeAlert(t, AlertKept, p.ID)
		}
		return nil, nil
	}
	if alive && in.Living == LivingAsk {
		return nil, askLiving(p)
	}
	var op *Operation
	if alive && in.Living == LivingCancel {
		kind, err := l.mayPress(t, p, payment.CancelButton)
		if err != nil {
			return nil, err
		}
		op = l.planOperation(t, p, kind, orderKey(l.Order.ID), t.node, in.Actor, in.Key, p.Amount)
		if kind == payment.RefundPaidy {
			op.Amount = 0 // what is left of it
		}
		op.Reason = methodChanged
	}
	l.Order.PaymentRow, l.Order.MethodClass, l.Order.PaymentMethod = m.ID, m.Class, m.Name
	if alive && op == nil {
		l.alertKept(t, AlertKept, p)
		return nil, nil
	}
	l.CurrentID = ""
	return op, nil
}
