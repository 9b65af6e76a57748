package ledger

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// correct does 028 or 029 in ペイジェントオンライン: a new payment of another amount, which tells
// the id it corrects, and ours left behind at 32 or 60.
func (c *centre) correct(p *Finding, amount order.Yen) {
	fresh := *p
	fresh.PaymentID, fresh.BaseID, fresh.Amount, fresh.BegunAt = "p"+string(rune('a'+len(c.held))), p.PaymentID, amount, c.now
	c.held = append(c.held, &fresh)
	c.told(&fresh)
	left := payment.AuthCancelDone
	if p.Status == payment.Cleared {
		left = payment.RefundDone
	}
	c.move(p, left)
}

// corrections adds what staff do in ペイジェントオンライン to the actions.
func (c *centre) corrections(actions map[string]func(*rapid.T)) {
	correct := func(rt *rapid.T) {
		var can []*Finding
		for _, f := range c.held {
			if f.Status == payment.AuthOK || f.Status == payment.Cleared {
				can = append(can, f)
			}
		}
		if done := slices.DeleteFunc(slices.Clone(c.held), func(f *Finding) bool { return f.BaseID == "" }); len(can) > 0 && len(done) < 4 {
			c.correct(rapid.SampledFrom(can).Draw(rt, "corrected"), rapid.SampledFrom([]order.Yen{lower, total, 3000}).Draw(rt, "amount"))
		}
	}
	actions["staff correct elsewhere"], actions["and once more"] = correct, correct
	actions["a notice is lost"] = func(rt *rapid.T) {
		if len(c.notices) > 0 {
			i := rapid.IntRange(0, len(c.notices)-1).Draw(rt, "which")
			c.sweep = append(c.sweep, c.notices[i])
			c.notices = slices.Delete(c.notices, i, i+1)
		}
	}
	actions["091 is swept"] = func(*rapid.T) { c.sweepAll() }
	actions["094 is silent"] = func(rt *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(rt, "times")
		c.silent = func() bool { n--; return n >= 0 }
	}
	actions[""] = func(*rapid.T) { c.check(); c.noneForgotten() }
	delete(actions, "a notice lies")
	delete(actions, "paid in cash")
}

// sweepAll lets 091 tell everything that happened.
func (c *centre) sweepAll() {
	began := c.now
	c.notices, c.sweep = append(c.notices, c.sweep...), nil
	for i := len(c.notices) - 1; i >= 0; i-- {
		c.deliver(i)
	}
	c.sweptAt = began
}

// noneForgotten: an order is never cancelled for the end of a payment that another one
// lives in place of, unless somebody of ours cancelled it.
func (c *centre) noneForgotten() {
	if c.l.Order.Status != order.Canceled {
		return
	}
	for _, f := range c.held {
		for base := f.BaseID; f.Status.Alive() && base != ""; base = c.payment(base).BaseID {
			p := c.l.holder(base)
			if p == nil || p.Phase != payment.Ended {
				continue
			}
			ours := slices.ContainsFunc(c.l.Operations, func(op *Operation) bool {
				return op.Kind == payment.CancelAuthorization || op.Kind == payment.CancelCapture
			})
			gone := slices.ContainsFunc(c.held, func(g *Finding) bool { // or it expired, or was cancelled there as well
				return g.Status == payment.AuthExpired || g.Status.Ends() && !c.replaced(g)
			})
			if !ours && !gone {
				c.rt.Fatalf("the order is cancelled, and %s lives in place of %s", f.PaymentID, base)
			}
		}
	}
}

func (c *centre) replaced(p *Finding) bool {
	return slices.ContainsFunc(c.held, func(f *Finding) bool { return f.BaseID == p.PaymentID })
}

// oneLives: all has come to rest, and 091 has told what was lost. At most one payment of
// the order is alive, or a person is told; and the order is not over while it is.
func (c *centre) oneLives() {
	var alive []*Finding
	for _, f := range c.held {
		if f.Status.Alive() {
			alive = append(alive, f)
		}
	}
	told := len(c.alerts) > 0
	switch {
	case len(alive) > 1 && !told:
		c.rt.Fatalf("%d payments live, and nobody is told", len(alive))
	case len(alive) == 1 && !told:
		p := c.l.Current()
		if p == nil || p.PaymentID != alive[0].PaymentID || !p.living() || p.Amount != alive[0].Amount || p.Amount != c.l.Order.Total {
			c.rt.Fatalf("%+v lives, and the order's is %+v", alive[0], p)
		}
		if c.l.Order.Status != order.New && c.l.Order.Status != order.Paid || c.l.Hold == nil || c.l.Hold.State != Committed {
			c.rt.Fatalf("%s lives, and the order is in %s, hold %+v", alive[0].PaymentID, c.l.Order.Status.Name(), c.l.Hold)
		}
	case len(alive) == 0 && !told && c.l.Hold != nil:
		c.rt.Fatalf("nothing lives, and the goods are held: order in %s", c.l.Order.Status.Name())
	}
	for _, f := range alive {
		if p := c.l.holder(f.PaymentID); p == nil && !told {
			c.rt.Fatalf("%s lives and is not in the book", f.PaymentID)
		}
	}
}

// TestWhateverIsCorrectedElsewhere: while staff correct payments in ペイジェントオンライン, and
// notices of both payments come in any order, twice, late, or not at all, an order is never
// cancelled while the payment that took its own's place lives, nor are its goods given
// back twice (world.check).
func TestWhateverIsCorrectedElsewhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &centre{world: newWorld(rt), rt: rt, lost: map[string]bool{}}
		c.policy.Confirm = rapid.SampledFrom([]Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever}).Draw(rt, "confirm")
		c.points, c.l.Order.CustomerID, c.l.Order.UsePoint = 100, 9, 100
		actions := c.actions()
		c.corrections(actions)
		actions["a notice comes twice"] = func(rt *rapid.T) {
			if len(c.notices) > 0 {
				n := *c.notices[rapid.IntRange(0, len(c.notices)-1).Draw(rt, "which")]
				n.ID += " again" // another row, as after a conflict: the store stops plain duplicates
				c.notices = append(c.notices, &n)
			}
		}
		rt.Repeat(actions)
		c.silent = nil
		for range 4 {
			c.wait(3600)
			c.sweepAll()
		}
		c.rest()
		c.noneForgotten()
		c.oneLives()
	})
}
