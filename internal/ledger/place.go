package ledger

import (
	"strings"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// offlineClass is the method_class of EC-CUBE's own methods (eccube.md §3).
const offlineClass = `Eccube\Service\Payment\Method\Cash`

// placeOrder places an order without a payment at Paygent.
func (l *Ledger) placeOrder(t tick, shown order.Yen) error {
	switch {
	case l.Order.Status == order.Pending:
		return notNow("order.payment_running", problem.Args{"Order": l.Order.ID})
	case l.Order.Status != order.Processing:
		return nil // placed before: a second click finds it so
	case shown != l.Order.Total:
		return problem.New(problem.Conflict, "order.amount_changed", problem.Args{"Old": shown, "New": l.Order.Total})
	case l.Order.Total > 0 && l.Order.MethodClass != offlineClass:
		return problem.New(problem.Conflict, "order.other_method", problem.Args{"Method": l.Order.PaymentMethod})
	}
	if l.captured() != nil {
		return notNow("payment.alive", problem.Args{"Order": l.Order.ID})
	}
	if err := l.commitHold(t); err != nil {
		return err
	}
	to := order.New
	if l.Order.Total == 0 {
		to = order.Paid
		l.Order.PaymentDate = t.now
	}
	l.CurrentID = "" // an earlier try by card that comes alive late is not this order's payment
	l.place(t, Buyer)
	l.move(t, to, "placed")
	return nil
}

// Offline reports whether the order's method is one of EC-CUBE's own.
func (h Head) Offline() bool { return h.MethodClass == offlineClass }

// Paygent reports whether the order's method is one of ours.
func (h Head) Paygent() bool { return strings.HasPrefix(h.MethodClass, `Plugin\PaygentPayment\`) }

// elsewhere reports an order to be paid by a method that is none of ours; not one whose method's
// row is gone, of which nobody can tell.
func (h Head) elsewhere() bool { return h.MethodClass != "" && !h.Paygent() }

// heldElsewhere reports of an order in 7 that another plugin's payment is under way, and none of ours:
// that plugin alone ends it, and gives the goods back.
func (l *Ledger) heldElsewhere() bool { return l.CurrentID == "" && l.Order.elsewhere() }

// StaffOrder places an order that staff made.
type StaffOrder struct {
	Order order.ID
	Total order.Yen // as staff was shown it
	Actor Actor
	Key   string
}

// placeByStaff takes the order in as 新規受付, with its goods and points. One that
// Paygent should be paid for has no payment yet: 決済未作成 (manual 2.5).
func (l *Ledger) placeByStaff(t tick, in StaffOrder) error {
	switch {
	case l.Order.Status != order.Processing:
		return notNow("order.status", problem.Args{"Status": l.Order.Status})
	case len(l.Payments) > 0: // a buyer's
		return notNow("order.payment_running", problem.Args{"Order": l.Order.ID})
	case in.Total != l.Order.Total:
		return problem.New(problem.Conflict, "order.amount_changed", problem.Args{"Old": in.Total, "New": l.Order.Total})
	}
	before := l.openly()
	if err := l.commitHold(t); err != nil {
		return err
	}
	l.Order.OrderDate = t.now
	l.event(t, EventPlaced, in.Actor, nil, nil, "staff", EventData{Amount: l.Order.Total})
	l.moveBy(t, in.Actor, in.Key, order.New)
	l.syncAlerts(t, before)
	return nil
}
