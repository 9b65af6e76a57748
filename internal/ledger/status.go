package ledger

import (
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// StatusChange is staff's change of an order's status.
type StatusChange struct {
	Order  order.ID
	From   order.Status // as staff was shown it
	To     order.Status
	Living Living // of 注文取消し: what becomes of the payment
	Actor  Actor
	Key    string // idempotency: one per form shown
}

// planStatus changes the status with EC-CUBE's effects (eccube.md §4.1). The operation,
// if any, is the payment's cancellation: its transaction B cancels the order.
func (l *Ledger) planStatus(t tick, in StatusChange) (*Operation, error) {
	if err := l.maySave(); err != nil {
		return nil, err
	}
	if in.From != l.Order.Status {
		return nil, problem.New(problem.Conflict, "order.status_changed", problem.Args{"From": in.From, "Now": l.Order.Status})
	}
	e, err := order.Transition(in.From, in.To)
	if err != nil {
		return nil, err
	}
	if in.From == order.Canceled {
		return nil, l.revive(t, Revive{Order: in.Order, Actor: in.Actor, Key: in.Key})
	}
	if in.To == order.Canceled {
		if op, err := l.mayCancel(t, in); op != nil || err != nil {
			return op, err
		}
	}
	before := l.openly()
	if err := l.carryOut(t, in.Actor, e); err != nil {
		return nil, err
	}
	l.moveBy(t, in.Actor, in.Key, in.To)
	if in.To == order.Returned {
		l.closeShippedUnpaid(t) // nothing is to be paid for it any more
	}
	if in.From == order.Returned {
		l.takeMoney(t)
	}
	l.syncAlerts(t, before)
	return nil, nil
}

// mayCancel asks what becomes of the order's payment if it is alive: it is cancelled by
// the operation returned, or kept under an alert.
func (l *Ledger) mayCancel(t tick, in StatusChange) (*Operation, error) {
	p := Asks(l)
	if p == nil {
		return nil, nil
	}
	switch in.Living {
	case LivingCancel:
		return l.planChange(t, Change{Order: in.Order, PaymentID: p.ID, Button: payment.CancelButton, Amount: p.Amount, Actor: in.Actor, Key: in.Key, withOrder: true})
	case LivingKeep:
		l.keep(t, p)
		return nil, nil
	}
	return nil, askLiving(p)
}

func askLiving(p *Payment) error {
	return problem.New(problem.Conflict, "order.ask_payment", problem.Args{"Amount": p.worth()})
}

// IsAsked reports whether staff have to say what becomes of the payment first.
func IsAsked(err error) bool { return problem.Is(err, "order.ask_payment") }

// keep leaves the payment of an order that is cancelled alive.
func (l *Ledger) keep(t tick, p *Payment) {
	kind := AlertKept
	if p.Phase == payment.Captured {
		kind = AlertPaidCanceled
	}
	l.alertKept(t, kind, p)
}

// alertKept shows a payment that staff kept alive when they cancelled its order or gave
// it another method.
func (l *Ledger) alertKept(t tick, kind AlertKind, p *Payment) {
	l.alert(t, kind, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.worth()})
}

// carryOut is what a transition does beside the status itself. None but a revival takes
// stock.
func (l *Ledger) carryOut(t tick, actor Actor, e order.Effects) error {
	held := l.asHeld()
	switch {
	case e.Stock == order.Give:
		l.releaseHold(t)
	case e.UsedPoints == order.Give && l.Hold != nil:
		if err := l.spend(-l.Hold.Points); err != nil {
			return err
		}
	case e.UsedPoints == order.Take:
		if err := l.spend(l.Order.UsePoint); err != nil {
			return err
		}
	}
	if l.Hold != nil && l.Hold.Points != held.Points {
		l.event(t, EventHoldChanged, actor, nil, nil, "staff", holding(held, *l.Hold))
	}
	l.grant(int64(e.AddedPoints) * l.Order.AddPoint)
	if e.SetsPaymentDate {
		l.Order.PaymentDate = t.now
	}
	l.Ship = e.SetsShipped
	return nil
}

// Revive takes a cancelled order in again.
type Revive struct {
	Order order.ID
	Actor Actor
	Key   string
}

// revive takes the goods again and makes the money that is there the order's.
func (l *Ledger) revive(t tick, in Revive) error {
	to, err := l.mayRevive()
	if err != nil {
		return err
	}
	before := l.openly()
	if err := l.commitHold(t); err != nil {
		return err
	}
	if to == order.Paid {
		l.place(t, in.Actor)
	}
	l.moveBy(t, in.Actor, in.Key, to)
	l.takeMoney(t)
	l.syncAlerts(t, before)
	return nil
}

// mayRevive says in which status an order is taken in again, or why it is not.
func (l *Ledger) mayRevive() (order.Status, error) {
	if err := l.notBusy(); err != nil {
		return 0, err
	}
	if money := l.payer(); money != nil {
		if err := busy(l.openOn(money)); err != nil { // on its way back, or gone: nobody knows yet
			return 0, err
		}
	}
	switch {
	case l.Order.Status == order.Canceled:
		return order.InProgress, nil
	case l.Order.Status.Incomplete() && l.captured() != nil: // paid when the goods were gone
		return order.Paid, nil
	}
	return 0, notNow("order.not_revivable", problem.Args{"Status": l.Order.Status})
}

// payer is the payment that an order which is taken in again is paid by, nil if none is there:
// its own, or else the first whose money is here, and stays.
func (l *Ledger) payer() *Payment {
	if cur := l.Current(); cur != nil && cur.worth() > 0 && !cur.Reverse {
		return cur
	}
	for _, p := range l.Payments {
		if p.Phase == payment.Captured && p.worth() > 0 && l.openOn(p) == nil {
			return p
		}
	}
	return l.captured()
}

// captured is the first payment whose money is here.
func (l *Ledger) captured() *Payment {
	for _, p := range l.Payments {
		if p.Phase == payment.Captured && p.worth() > 0 {
			return p
		}
	}
	return nil
}

// takeMoney makes the money that is there the order's, where it was over and is no more: it
// closes the alerts about it, and leaves those about any further money.
func (l *Ledger) takeMoney(t tick) {
	if money := l.payer(); money != nil && l.openOn(money) == nil {
		l.CurrentID = money.ID
	}
	for _, p := range l.Payments {
		switch {
		case p.worth() == 0 || p.Reverse:
		case p.ID == l.CurrentID:
			l.closeMoney(t, p)
			if p.Phase == payment.Captured && p.Status != payment.EarlyReport && l.Order.PaymentDate.IsZero() {
				l.Order.PaymentDate = p.CapturedAt
			}
		case p.Phase == payment.Captured:
			l.closeAlert(t, AlertPaidCanceled, p.ID)
			l.alert(t, AlertDouble, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.worth()})
		}
	}
}

// closeMoney closes the alerts that a payment is alive for an order that does not have it.
func (l *Ledger) closeMoney(t tick, p *Payment) {
	for _, kind := range []AlertKind{AlertDouble, AlertPaidCanceled, AlertStockShort, AlertKept} {
		l.closeAlert(t, kind, p.ID)
	}
}
