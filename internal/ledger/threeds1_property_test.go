package ledger

import (
	"testing"

	"pgregory.net/rapid"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestWhateverHappensAtThePages of 3-D Secure 1.0, where the centre authorises by itself: the
// buyer passes or fails, comes back or not, hands in what the card company gave them, leaves
// for another try, and the page left behind may be passed all the same. Under each policy.
func TestWhateverHappensAtThePages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &centre{world: newWorld(rt), rt: rt, lost: map[string]bool{}}
		c.policy.Confirm = rapid.SampledFrom([]Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever}).Draw(rt, "confirm")
		c.policy.ThreeDS = ThreeDS1
		c.policy.Attempts = rapid.SampledFrom([]Attempts{AcceptAttempts, ProtectedAttempts, FullOnly}).Draw(rt, "attempts")
		c.points, c.l.Order.CustomerID, c.l.Order.UsePoint = 100, 9, 100
		actions := c.actions()
		delete(actions, "paid in cash")
		pass := func(rt *rapid.T) { c.pass(rt) }
		actions["the buyer is at the page"], actions["the buyer is there again"] = pass, pass
		actions["the buyer comes back"] = func(rt *rapid.T) { c.comeBack(rt) }
		actions["the buyer hands it in"] = func(rt *rapid.T) { c.handIn() }
		actions["the buyer gives up"] = func(*rapid.T) { c.leavePage(c.l.Current(), true, payment.BuyerGaveUp) }
		actions["another try"] = func(*rapid.T) { c.leavePage(c.l.Current(), true, payment.TryReplaced) }
		actions["the page is looked at"] = func(*rapid.T) { c.leavePage(c.l.Current(), false, payment.BuyerGaveUp) }
		rt.Repeat(actions)
		c.rest()
		c.sums()
		if len(c.alerts) == 0 && c.l.Order.Status != order.Pending {
			alive, lost := c.books()
			if !lost {
				c.agreeOrder(alive)
			}
		}
	})
}

// pass is what the buyer does at a card company's page.
func (c *centre) pass(rt *rapid.T) {
	for _, f := range c.held {
		if f.Status == payment.ThreeDSRunning {
			c.move(f, rapid.SampledFrom([]payment.Status{payment.AuthOK, payment.AuthOK, payment.ThreeDSAbandoned}).Draw(rt, "at the page"))
			return
		}
	}
}

// comeBack is Service.Challenged.
func (c *centre) comeBack(rt *rapid.T) {
	for _, p := range c.l.Payments {
		f := c.payment(p.PaymentID)
		if f == nil || p.ThreeDS != ThreeDS1 || rapid.Bool().Draw(rt, "another one") {
			continue
		}
		in := Authenticated{PaymentID: p.ID, PaygentID: p.PaymentID, OK: f.Status.Alive()}
		if in.OK {
			in.Attempt = rapid.SampledFrom([]string{"", "0", "1"}).Draw(rt, "attempt")
			in.Protected = in.Attempt != "1"
		}
		c.must(func(l *Ledger, t tick) error { return l.challenged(t, in) })
		c.leavePage(c.l.payment(p.ID), !in.OK, payment.Refused)
		return
	}
}

// leavePage is Service.leave.
func (c *centre) leavePage(p *Payment, stop bool, event payment.Event) {
	if p == nil {
		return
	}
	var f *Finding
	if p.Phase == payment.AwaitingBuyer && c.l.outside(p) {
		found := c.inquire(p.PaymentID, p.TradingID)
		f = &found
	}
	err := c.do(func(l *Ledger, t tick) error { return l.leave(t, p.ID, f, stop, event) })
	if pr, ok := problem.As(err); err != nil && (!ok || pr.Category == problem.Internal) {
		c.rt.Fatalf("%v", err)
	}
}

// handIn is Service.CompleteChallenge.
func (c *centre) handIn() {
	p := c.l.Current()
	if p == nil || p.ThreeDS != ThreeDS1 || p.Phase != payment.AwaitingBuyer || c.l.Order.Status != order.Pending || c.l.OpenOperation() != nil || p.Amount != c.l.Order.Total {
		return
	}
	var op *Operation
	c.must(func(l *Ledger, t tick) error {
		op = l.planOperation(t, l.payment(p.ID), payment.CompleteThreeDS, orderKey(l.Order.ID), t.node, Buyer, "", p.Amount)
		return nil
	})
	c.run(c.l.operation(op.ID), c.fate())
}
