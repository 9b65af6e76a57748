package ledger

import (
	"slices"
	"strconv"
	"strings"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// For an order that staff enter no payment is made at Paygent: they make one in
// ペイジェントオンライン, under the order's id (manual 2.5), and another one where that is over and
// the order goes on. Its notices bring it into the book (money.md §4).

// decideHandMade takes a notice of a payment that staff made by hand for an order. It
// reports whether the notice is dealt with.
func (l *Ledger) decideHandMade(t tick, n *Notice, f *Finding) (done, ask bool, err error) {
	scheme, ok := l.mayBeHandMade(t, n)
	switch {
	case !ok:
		return false, false, nil
	case f == nil: // the hash covers neither status nor whose it is
		return true, true, nil
	}
	n.Asked++
	switch {
	case !f.about(n), f.Status.Transit():
		return true, false, l.askLater(t, n)
	case f.Type != n.Type || f.Amount != n.Amount || f.TradingID != n.TradingID, !l.begunSince(*f):
		return true, false, l.park(t, n, ParkNoOrder)
	case f.behind(n):
		return true, false, l.askLater(t, n)
	case !f.Status.Alive(): // nothing to pay with yet, or no more
		return true, false, l.finish(t, n, nil, NoticeSuperseded)
	}
	p, err := l.takeHandMade(t, scheme, *f, noticeCause(n))
	if err != nil {
		return true, false, err
	}
	if n.Status.Backwards(f.Status) { // 094 is behind the notice
		return true, false, l.askLater(t, n)
	}
	state := NoticeSuperseded
	if f.Status == n.Status {
		state = NoticeApplied
	}
	return true, false, l.finish(t, n, p, state)
}

// mayBeHandMade: no payment of the order is alive or waited for, and id, type and amount fit.
// An order that a buyer still pays for has its own way; one that is over is not revived.
func (l *Ledger) mayBeHandMade(t tick, n *Notice) (payment.Scheme, bool) {
	scheme, ours := payment.SchemeOf(l.Order.MethodClass)
	id := strconv.FormatInt(int64(l.Order.ID), 10)
	marked := t.policy.Mark != "" && n.TradingID == t.policy.Mark+id
	fits := ours && l.unpaid(t, n) && n.Type == scheme.Method.Type() && n.Amount == l.Order.Total && l.Order.Total > 0 &&
		(marked || n.TradingID == id && !t.policy.SharedMerchant)
	return scheme, fits && slices.Contains([]order.Status{order.New, order.InProgress, order.Delivered, order.Paid}, l.Order.Status)
}

// unpaid reports that no payment in our book pays the order or still can, and that the notice
// is about none of them.
func (l *Ledger) unpaid(t tick, n *Notice) bool {
	return !slices.ContainsFunc(l.Payments, func(p *Payment) bool {
		over := !l.canComeAlive(t, p) || p.Phase == payment.Captured && p.worth() == 0
		known := slices.Contains(p.PaymentIDs, n.PaymentID)
		ours := p.TradingID == n.TradingID && !p.Adopted && l.mayBe(p, n.Status)
		return !over || known || ours
	})
}

// begunSince: a payment older than the order bears its id by chance.
func (l *Ledger) begunSince(f Finding) bool {
	return !f.BegunAt.Before(l.Order.OrderDate.Add(-begunTolerance))
}

// takeHandMade records the payment as the order's. Stock is EC-CUBE's business where staff
// enter an order (money.md §7): an authorisation takes none.
func (l *Ledger) takeHandMade(t tick, scheme payment.Scheme, f Finding, cause string) (*Payment, error) {
	before := l.openly()
	p := l.adopt(t, &Payment{Environment: t.policy.Environment, MerchantID: t.policy.MerchantID, Method: scheme.Method, System: scheme.System}, f)
	l.CurrentID = p.ID
	l.learnBrand(p, f)
	fact := told(f.Status, f.PaymentDate, cause)
	if f.Status.Authorises() {
		l.stand(t, p, fact)
	} else if err := l.observe(t, p, fact); err != nil {
		return nil, err
	}
	l.syncAlerts(t, before) // 決済未作成 is over
	return p, nil
}

// bearsOurMark reports whether a trading_id is ours beyond doubt where others share the
// merchant.
func bearsOurMark(t tick, tradingID string) bool {
	return !t.policy.SharedMerchant || t.policy.Mark != "" && strings.HasPrefix(tradingID, t.policy.Mark)
}
