package ledger

import (
	"kessai/internal/order"
	"kessai/internal/payment"
)

// worth is what a payment holds or has taken, less what was given back by hand.
func (p *Payment) worth() order.Yen {
	if !p.living() {
		return 0
	}
	return p.Amount - p.HandRefunded
}

// standings are which standing alerts an order has by its facts alone.
type standings struct {
	amount string // the payment that 金額未反映 is about, empty if it is closed
	unmade bool   // 決済未作成
}

// openly reads the standing alerts off the facts.
func (l *Ledger) openly() standings {
	s := standings{unmade: l.unmade()}
	if p := l.amountOpen(); p != nil {
		s.amount = p.ID
	}
	return s
}

// active reports an order that is delivered or will be.
func (l *Ledger) active() bool {
	switch l.Order.Status {
	case order.New, order.InProgress, order.Delivered, order.Paid:
		return true
	}
	return false
}

// amountOpen is the payment by which 金額未反映 is open: the order's, if it is worth
// another sum than the order's total; or the one that was cancelled because there was
// nothing to pay any more, and there is again. What was given back wholly is settled
// once the order is over. What is to be cancelled anyway, and an order that staff do not
// have yet, are other matters.
func (l *Ledger) amountOpen() *Payment {
	p := l.Current()
	switch {
	case p != nil && p.living():
		if p.worth() == l.Order.Total || p.Reverse || l.Order.Status.Incomplete() || p.worth() == 0 && !l.active() {
			return nil
		}
		return p
	case p != nil && p.Phase == payment.AwaitingPayment:
		if l.active() && p.Amount != l.Order.Total {
			return p
		}
		return nil
	case p != nil && p.Phase != payment.Ended:
		return nil
	}
	if l.active() && l.Order.Paygent() && l.Order.Total > 0 {
		return l.letGo()
	}
	return nil
}

// letGo is the payment that was cancelled without its order, for the order had nothing
// to pay; nil if none was.
func (l *Ledger) letGo() *Payment {
	for _, op := range l.Operations {
		if p := l.payment(op.PaymentID); op.Reason == detached && op.State == payment.Succeeded && p != nil && p.Phase == payment.Ended {
			return p
		}
	}
	return nil
}

// unmade reports an order that Paygent should be paid by, and nothing there pays it:
// 決済未作成 (money.md §11).
func (l *Ledger) unmade() bool {
	if !l.active() || !l.Order.Paygent() || l.Order.Total <= 0 {
		return false
	}
	p := l.Current()
	switch {
	case p == nil:
		return l.letGo() == nil
	case l.saga(p) != nil: // it says when it ends
		return false
	case p.Phase == payment.Ended:
		return l.letGo() == nil
	}
	return p.Reverse
}

// syncAlerts opens and closes the standing alerts after a decision; before is what stood
// before it.
func (l *Ledger) syncAlerts(t tick, before standings) {
	after := l.openly()
	for _, p := range l.Payments {
		if p.ID != after.amount && l.isOpen(AlertAmountOpen, p.ID) {
			l.closeAlert(t, AlertAmountOpen, p.ID)
		}
	}
	if after.amount != "" { // also where EC-CUBE's own hand saved the total
		p := l.payment(after.amount)
		l.alert(t, AlertAmountOpen, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount})
	}
	l.syncUnmade(t, before.unmade)
}

func (l *Ledger) syncUnmade(t tick, before bool) {
	switch after := l.unmade(); {
	case after && !before:
		l.alert(t, AlertUnmade, unmadeCause, EventData{Amount: l.Order.Total})
	case before && !after:
		l.closeAlert(t, AlertUnmade, unmadeCause)
		cur := l.Current()
		if cur != nil && cur.living() || !l.Order.Paygent() || l.Order.Total <= 0 { // a shipped order is paid for after all, or not through Paygent
			l.closeShippedUnpaid(t)
		}
	}
}

func (l *Ledger) closeShippedUnpaid(t tick) {
	for _, p := range l.Payments {
		l.closeAlert(t, AlertShippedUnpaid, p.ID)
	}
}

// unmadeCause is that of 決済未作成: the order itself.
const unmadeCause = "order"

// fitAgain takes the order's own money as what it is, once it is worth the total: paid
// when it was not, it was a double payment until then.
func (l *Ledger) fitAgain(t tick) error {
	p := l.Current()
	if p == nil || p.Phase != payment.Captured || p.worth() != l.Order.Total || p.Reverse {
		return nil
	}
	l.closeAlert(t, AlertDouble, p.ID)
	switch l.Order.Status {
	case order.New, order.InProgress, order.Delivered:
		return l.rejudge(t, p, "staff")
	}
	return nil
}
