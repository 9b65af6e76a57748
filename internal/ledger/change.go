package ledger

import (
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Change is a button that staff pressed about one payment.
type Change struct {
	Order     order.ID
	PaymentID string // Payment.ID
	Button    payment.Button
	Amount    order.Yen // the payment's amount that staff was shown
	Total     order.Yen // of a change of the amount: the order's total that staff was shown
	Differs   bool      // 売上: staff know that the amount is not the order's total
	Apart     bool      // 売上: staff know that the order is to be paid by another method
	Actor     Actor
	Key       string // idempotency: one per form shown

	withOrder bool // of 取消: it is the order that is cancelled
}

// planChange is transaction A of 売上, 取消, and of a change of the amount that one
// telegram makes.
func (l *Ledger) planChange(t tick, in Change) (*Operation, error) {
	p := l.payment(in.PaymentID)
	if p == nil {
		return nil, problem.New(problem.NotFound, "payment.unknown", nil)
	}
	kind, err := l.mayPress(t, p, in.Button)
	if err != nil {
		return nil, err
	}
	if in.Amount != p.Amount {
		return nil, problem.New(problem.Conflict, "payment.amount_changed", problem.Args{"Old": in.Amount, "New": p.Amount})
	}
	if in.Button == payment.SaleButton && p.Amount != l.Order.Total && !in.Differs {
		return nil, problem.New(problem.Conflict, "payment.amount_differs", problem.Args{"Amount": p.Amount, "Total": l.Order.Total})
	}
	if in.Button == payment.SaleButton && PaysOtherwise(l, p) && !in.Apart { // it was kept, perhaps by nobody's word
		return nil, problem.New(problem.Conflict, "payment.method_differs", problem.Args{"Method": l.Order.PaymentMethod, "Amount": p.Amount})
	}
	if in.Button == payment.AuthChangeButton || in.Button == payment.SaleChangeButton {
		return l.planAmount(t, p, kind, in)
	}
	key := orderKey(l.Order.ID)
	if p.ID != l.CurrentID {
		key = paymentKey(p)
	}
	op := l.planOperation(t, p, kind, key, t.node, in.Actor, in.Key, p.Amount)
	if kind == payment.RefundPaidy {
		op.Amount = 0 // what is left of it
	}
	if in.Button == payment.CancelButton && !in.withOrder && KeptApart(l, p) {
		op.Reason = methodChanged
	}
	return op, nil
}

// mayOperate holds what all buttons have in common.
func (l *Ledger) mayOperate(t tick, p *Payment) error {
	if err := t.policy.refuseElsewhere(p); err != nil {
		return err
	}
	if op := l.openOn(p); op != nil {
		if op.State == payment.UnknownState {
			return notNow("operation.unknown", problem.Args{"Since": op.UnknownAt})
		}
		return notNow("operation.open", nil)
	}
	if op := l.OpenOperation(); op != nil && p.ID == l.CurrentID || l.saga(p) != nil {
		return notNow("operation.open", nil)
	}
	switch {
	case p.End == payment.Expired:
		return notNow("payment.expired", nil)
	case p.Phase == payment.Ended:
		return notNow("payment.ended", problem.Args{"End": p.End})
	case !p.living():
		return notNow("payment.not_authorised", nil)
	case p.Status.Transit():
		return notNow("payment.transit", problem.Args{"Status": p.Status})
	}
	return nil
}

// mayPress says by which operation a button is carried out now, or why it cannot be.
func (l *Ledger) mayPress(t tick, p *Payment, b payment.Button) (payment.Kind, error) {
	if err := l.mayOperate(t, p); err != nil {
		return "", err
	}
	if b != payment.CancelButton {
		if b == payment.SaleButton && p.Phase == payment.Captured && p.Method.Captures() {
			return "", notNow("payment.already_captured", nil)
		}
		if err := l.mayTouch(p); err != nil {
			return "", err
		}
	}
	kind := p.standing().Offers(b)
	if b == payment.CancelButton {
		kind = l.cancelKind(p)
	}
	if kind == payment.ChangeAmount && p.Method == payment.Card && p.PaymentClass == "" && l.Order.Total > 0 {
		return "", notNow("payment.class_unknown", nil) // a new authorisation repeats it
	}
	if kind != "" {
		return kind, p.refuseUnnamed()
	}
	return "", notOffered(p, b)
}

// mayTouch: only the order's payment is captured or changed, and only while the order
// is one that is delivered.
func (l *Ledger) mayTouch(p *Payment) error {
	if p.ID != l.CurrentID || p.Reverse {
		return notNow("payment.not_the_orders", nil)
	}
	if delivers(l.Order.Status) {
		return nil
	}
	return notNow("order.status", problem.Args{"Status": l.Order.Status})
}

// delivers reports the statuses of an order that is, or was, delivered.
func delivers(s order.Status) bool {
	return s == order.New || s == order.Paid || s == order.InProgress || s == order.Delivered
}

// Offered says by which operation a button of an order's payment would be carried out,
// "" if it would not, for lists: as mayPress decides where nothing else is under way.
func Offered(s payment.Standing, at order.Status, b payment.Button) payment.Kind {
	if b != payment.CancelButton && !delivers(at) {
		return ""
	}
	return s.Offers(b)
}

// notOffered is why a living payment does not have a button.
func notOffered(p *Payment, b payment.Button) error {
	switch {
	case !p.Method.Captures():
		return notNow("payment.by_hand", nil)
	case p.Method == payment.Carrier && p.Brand == payment.NoBrand:
		return notNow("payment.brand_unknown", nil)
	case p.Brand == payment.Docomo:
		return notNow("payment.not_complete_yet", nil)
	case p.Status == payment.ClearedFinal:
		return notNow("payment.cancel_term_over", nil)
	}
	return notNow("payment.not_offered", problem.Args{"Button": b.Name()})
}

// planAmount is transaction A of a change of the amount: by one telegram where the
// method has one, by a saga where it takes several (money.md §8).
func (l *Ledger) planAmount(t tick, p *Payment, kind payment.Kind, in Change) (*Operation, error) {
	total := l.Order.Total
	switch {
	case in.Total != total:
		return nil, problem.New(problem.Conflict, "order.amount_changed", problem.Args{"Old": in.Total, "New": total})
	case total == p.Amount:
		return nil, notNow("payment.amount_same", problem.Args{"Amount": p.Amount})
	case total == 0:
		return l.planDetached(t, p, in)
	case p.Method == payment.Paidy && total > p.Amount:
		return nil, notNow("payment.paidy_increase", problem.Args{"Amount": p.Amount, "Total": total})
	case kind == payment.ChangeAmount:
		return l.planSaga(t, p, in)
	}
	return l.planOperation(t, p, kind, orderKey(l.Order.ID), t.node, in.Actor, in.Key, total), nil
}

// detached is the reason of the cancellation of a payment whose order has nothing to
// pay any more: what becomes of it touches neither the order nor its hold.
const detached = "total_zero"

func (l *Ledger) planDetached(t tick, p *Payment, in Change) (*Operation, error) {
	kind := l.cancelKind(p)
	if kind == "" {
		return nil, notOffered(p, payment.CancelButton)
	}
	op := l.planOperation(t, p, kind, orderKey(l.Order.ID), t.node, in.Actor, in.Key, p.Amount)
	if kind == payment.RefundPaidy {
		op.Amount = 0
	}
	op.Reason = detached
	l.CurrentID = ""
	return op, nil
}

// detached reports whether the payment was to be cancelled without its order, which
// still has nothing to pay, or another method: what becomes of it, however late, touches neither the order
// nor its hold, unless staff then cancelled it with the order.
func (l *Ledger) detached(p *Payment) bool {
	is := false
	for _, op := range l.Operations {
		if op.PaymentID == p.ID && op.Actor != System {
			is = op.Reason == detached && l.Order.Total == 0 || op.Reason == methodChanged && l.otherMethod(p)
		}
	}
	return is
}

// otherMethod reports whether the order is no longer to be paid by the payment's method.
func (l *Ledger) otherMethod(p *Payment) bool {
	s, _ := payment.SchemeOf(l.Order.MethodClass) // none, where it is not one of ours
	return s != p.scheme()
}

// PaysOtherwise reports that the order was given another method than the payment's: what is charged
// now may be paid twice. Not where the method's row is gone, of which nobody can tell.
func PaysOtherwise(l *Ledger, p *Payment) bool {
	return l.Order.MethodClass != "" && l.gotMethod(p)
}

// checkAmount opens 金額未反映 while the order's living payment is not worth the
// order's total, and closes it when it is (money.md §6).
func (l *Ledger) checkAmount(t tick) {
	p := l.Current()
	if p == nil {
		return
	}
	if l.amountOpen() == nil {
		l.closeAlert(t, AlertAmountOpen, p.ID)
		return
	}
	l.alert(t, AlertAmountOpen, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount})
}

// NeverSent reports an operation of which it is certain that nothing left for the centre.
func (op Operation) NeverSent() bool { return op.Cause == neverSentCause }
