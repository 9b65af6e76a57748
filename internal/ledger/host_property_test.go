package ledger

import (
	"testing"

	"pgregory.net/rapid"

	"kessai/internal/order"
)

// TestWhateverEccubesHandDoes: the same while EC-CUBE's own hand moves the order, which the next
// decision meets. After every step stock and points add up, and no money is unseen.
func TestWhateverEccubesHandDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &centre{world: newWorld(rt), rt: rt, lost: map[string]bool{}}
		c.hosted = true
		c.policy.Confirm = rapid.SampledFrom([]Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever}).Draw(rt, "confirm")
		c.member(balance, uses, adds)
		actions := c.actions()
		for name, do := range c.staff() {
			actions[name] = do
		}
		host := func(rt *rapid.T) { c.hostMoves(rapid.SampledFrom(order.Statuses()).Draw(rt, "to")) }
		actions["EC-CUBE moves the order"], actions["EC-CUBE moves it again"] = host, host
		actions["EC-CUBE saves other points"] = func(rt *rapid.T) { c.hostSaves(rapid.SampledFrom([]int64{0, 50, uses, balance}).Draw(rt, "points")) }
		actions["it is met"] = func(*rapid.T) { c.meet() }
		actions["staff change the amount"] = func(*rapid.T) { c.changeAmount() }
		actions[""] = func(*rapid.T) {
			if c.met() {
				c.adds()
				c.unseen()
			}
		}
		rt.Repeat(actions)
		c.meet()
		c.rest()
		c.adds()
		c.sums()
		c.unseen()
	})
}

// meet is a decision that has nothing to decide.
func (c *centre) meet() { c.must(func(*Ledger, tick) error { return nil }) }

// hostMoves moves the order as EC-CUBE's own pages do, with its stock and points.
func (c *centre) hostMoves(to order.Status) {
	from := c.l.Order.Status
	e, err := order.Transition(from, to)
	if from == order.Pending && (to == order.Canceled || to == order.Processing) { // given up by its own rollback
		e, err = order.Effects{Stock: order.Give, UsedPoints: order.Give}, nil
	}
	if from == order.Pending && to == order.New { // finished by its own payment pages
		err = nil
	}
	pieces := order.Movements(c.sheet.Items, nil)[0].Quantity
	if err != nil || e.Stock == order.Take && c.stock < pieces || e.UsedPoints == order.Take && c.points < c.l.Order.UsePoint {
		return
	}
	switch e.Stock {
	case order.Give:
		c.stock += pieces
	case order.Take:
		c.stock -= pieces
	}
	switch e.UsedPoints {
	case order.Give:
		c.points += c.l.Order.UsePoint
	case order.Take:
		c.points -= c.l.Order.UsePoint
	}
	c.points += int64(e.AddedPoints) * c.l.Order.AddPoint
	c.l.Order.Status = to
}

// hostSaves saves other points used of a placed order, and moves the member's.
func (c *centre) hostSaves(points int64) {
	switch c.l.Order.Status {
	case order.New, order.InProgress, order.Paid, order.Delivered:
		if more := points - c.l.Order.UsePoint; more <= c.points {
			c.points -= more
			c.l.Order.UsePoint, c.sheet.Totals.UsePoint = points, points
		}
	}
}

// met reports that nothing is left of what EC-CUBE's own hand did.
func (c *centre) met() bool {
	return c.l.LastStatus == c.l.Order.Status && (c.l.Hold == nil || c.l.Hold.Points == c.l.pointsIn(c.l.Order.Status))
}

// unseen: money of an order that is over is on its way back, or a person was told.
func (c *centre) unseen() {
	for _, p := range c.l.Payments {
		if c.l.Order.Status == order.Canceled && p.worth() > 0 && !p.Reverse && c.l.openOn(p) == nil && c.l.saga(p) == nil && len(c.alerts) == 0 {
			c.rt.Fatalf("in %s: payment %s is %s at %s, and nobody knows", c.l.Order.Status.Name(), p.TradingID, p.Phase, p.Status)
		}
	}
}
