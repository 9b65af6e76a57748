package ledger

import (
	"testing"

	"pgregory.net/rapid"

	"kessai/internal/order"
	"kessai/internal/payment"
)

const (
	balance = int64(500)
	uses    = int64(100)
	adds    = int64(20)
)

// TestWhateverStaffDo: buyer, staff, notices and faults in any order. After every step
// stock and points add up with what the hold says, and the standing alerts are open
// exactly when they should be; at rest the book agrees with the centre.
func TestWhateverStaffDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &centre{world: newWorld(rt), rt: rt, lost: map[string]bool{}}
		c.policy.Confirm = rapid.SampledFrom([]Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever}).Draw(rt, "confirm")
		c.member(balance, uses, adds)
		actions := c.actions()
		for name, do := range c.staff() {
			actions[name] = do
		}
		actions["staff change the amount"] = func(*rapid.T) { c.changeAmount() }
		actions[""] = func(*rapid.T) { c.adds() }
		rt.Repeat(actions)
		c.rest()
		c.adds()
		c.sums()
	})
}

func (c *centre) staff() map[string]func(*rapid.T) {
	living := func(rt *rapid.T) Living {
		return rapid.SampledFrom([]Living{LivingAsk, LivingCancel, LivingKeep}).Draw(rt, "living")
	}
	carry := func(op *Operation, err error) {
		if err == nil && op != nil {
			c.run(c.l.operation(op.ID), c.fate())
		}
	}
	save := func(rt *rapid.T) {
		s := sheetOf(rapid.Int64Range(1, begunWith+1).Draw(rt, "pieces"))
		s.Totals.UsePoint = rapid.SampledFrom([]int64{0, 50, uses, balance + 1}).Draw(rt, "points")
		s.Totals.AddPoint = rapid.SampledFrom([]int64{0, adds, 55}).Draw(rt, "gives")
		s.PaymentRow = c.sheet.PaymentRow
		if rapid.IntRange(0, 3).Draw(rt, "another method") == 0 {
			s.PaymentRow = rapid.SampledFrom([]int64{cardRow, cashRow}).Draw(rt, "method")
		}
		s = s.priced(rapid.SampledFrom([]order.Yen{0, lower, c.l.Order.Total, 3000}).Draw(rt, "total"))
		carry(c.save(s, living(rt)))
	}
	move := func(rt *rapid.T) {
		carry(c.to(rapid.SampledFrom(order.Statuses()).Draw(rt, "to"), living(rt)))
	}
	return map[string]func(*rapid.T){
		"staff save": save, "staff save again": save, "staff move": move, "staff move again": move,
		"staff revive": func(*rapid.T) { _ = c.revive() },
		"staff refund": func(rt *rapid.T) {
			for _, p := range c.l.Payments {
				_ = c.refund(p, rapid.SampledFrom([]order.Yen{1, 700, p.worth()}).Draw(rt, "amount"))
			}
		},
	}
}

// adds is what holds after every step (money.md §7, §11).
func (c *centre) adds() {
	o, held := c.l.Order, int64(0)
	if c.l.Hold != nil {
		held = c.l.Hold.Points
	}
	given := int64(0)
	if o.Status == order.Delivered {
		given = o.AddPoint
	}
	if c.points+held-given != balance {
		c.rt.Fatalf("%s: the member has %d points, %d held and %d given", o.Status.Name(), c.points, held, given)
	}
	switch o.Status {
	case order.Canceled, order.Processing:
		if c.l.Hold != nil {
			c.rt.Fatalf("%s holds %+v", o.Status.Name(), c.l.Hold)
		}
	case order.New, order.Paid, order.InProgress, order.Delivered, order.Returned:
		if c.l.Hold == nil || c.l.Hold.State != Committed {
			c.rt.Fatalf("%s holds %+v", o.Status.Name(), c.l.Hold)
		}
	}
	if c.sheet.Totals.Total != o.Total {
		c.rt.Fatalf("the sheet says %s, the order %s", c.sheet.Totals.Total, o.Total)
	}
	if c.l.OpenOperation() == nil {
		c.alertsFit()
	}
}

// alertsFit: 金額未反映 is open exactly when the order's living payment is not worth the
// total; an order that Paygent should pay has a payment or an alert.
func (c *centre) alertsFit() {
	p, o := c.l.Current(), c.l.Order
	placed := !o.Status.Incomplete()
	over := o.Status == order.Canceled || o.Status == order.Returned
	if placed && p != nil && p.living() && !p.Reverse {
		live := p.Amount - p.HandRefunded
		want := live != o.Total && !(live == 0 && over)
		if got := c.world.open[[2]string{string(AlertAmountOpen), p.ID}]; got != want {
			c.rt.Fatalf("%s: worth %s of %s, 金額未反映 %v", o.Status.Name(), live, o.Total, got)
		}
	}
	if placed && !over && o.Paygent() && o.Total > 0 && (p == nil || p.Phase == payment.Ended || p.Reverse) && len(c.alerts) == 0 {
		c.rt.Fatalf("%s: nothing pays it and nobody knows", o.Status.Name())
	}
	if c.alerts[string(AlertUnmade)] && (!placed || over || !o.Paygent() || o.Total == 0 || p != nil && p.living() && !p.Reverse) {
		c.rt.Fatalf("%s: 決済未作成, and yet it is paid by %+v", o.Status.Name(), p)
	}
	for _, p := range c.l.Payments {
		if p.HandRefunded < 0 || p.HandRefunded > p.Amount {
			c.rt.Fatalf("%s of %s given back", p.HandRefunded, p.Amount)
		}
	}
}

// sums: at rest what lives at the centre, less what was given back by hand, is nothing or
// the order's total, or somebody is told.
func (c *centre) sums() {
	alive, lost := c.books()
	for _, p := range c.l.Payments {
		if p.living() {
			alive -= p.HandRefunded
		}
	}
	if !lost && len(c.alerts) == 0 && alive != 0 && alive != c.l.Order.Total {
		c.rt.Fatalf("%s: %s of %s live, and nobody knows", c.l.Order.Status.Name(), alive, c.l.Order.Total)
	}
}
