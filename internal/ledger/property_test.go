package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// centre is a truthful centre: what it holds is what 094 tells, and every change
// makes a notice that may come at any time, or never.
type centre struct {
	*world
	rt      *rapid.T
	held    []*Finding
	notices []*Notice // not yet taken
	last    int64
	offline bool            // the order was placed by other means
	late    []*Operation    // telegrams that linger on the way
	lost    map[string]bool // payments of which a notice never came
	silent  func() bool     // whether 094 does not answer now
	sweep   []*Notice       // lost, and told by 091 in the end
	sweptAt time.Time       // when it had told everything
}

func (c *centre) told(p *Finding) {
	c.last++
	c.notices = append(c.notices, &Notice{
		ID: fmt.Sprintf("notice %d", c.last), NoticeID: c.last, Environment: payment.Simulator, MerchantID: "m", PaymentID: p.PaymentID,
		TradingID: p.TradingID, Type: "02", Status: p.Status, Amount: p.Amount, BaseID: p.BaseID, ReceivedAt: c.now, State: NoticeReceived,
	})
}

func (c *centre) move(p *Finding, to payment.Status) { p.Status = to; c.told(p) }

func (c *centre) by(match func(*Finding) bool) *Finding {
	if i := slices.IndexFunc(c.held, match); i >= 0 {
		return c.held[i]
	}
	return nil
}

func (c *centre) payment(id string) *Finding {
	return c.by(func(f *Finding) bool { return f.PaymentID == id })
}

// Inquire is 094, as the services ask it.
func (c *centre) Inquire(_ context.Context, q Inquiry) Finding {
	if c.silent != nil && c.silent() {
		return Finding{Kind: NoAnswer}
	}
	if same := slices.DeleteFunc(slices.Clone(c.held), func(f *Finding) bool { return f.TradingID != q.TradingID }); q.PaymentID == "" && len(same) > 1 {
		return Finding{Kind: NoAnswer, Code: "SIM004"}
	}
	return c.inquire(q.PaymentID, q.TradingID)
}

func (c *centre) Execute(context.Context, Command) Answer { panic("the test sends telegrams itself") }

// asking is the service's way to ask 094: with it what took a payment's place.
func (c *centre) asking() *Service {
	return &Service{gateway: c, store: inbox{c: c}, log: slog.New(slog.DiscardHandler)}
}

// inbox answers from the notices that were stored.
type inbox struct {
	Store
	c *centre
}

func (i inbox) Successors(_ context.Context, _ order.ID, _ payment.Environment, _, id string) ([]Successor, error) {
	var list []Successor
	for _, f := range slices.Backward(i.c.held) {
		x, told := Successor{PaymentID: f.PaymentID}, false
		for _, n := range i.c.world.notices {
			if n.PaymentID != f.PaymentID || n.BaseID != id {
				continue
			}
			told = true
			if ended := n.Status == payment.AuthCancelDone || n.Status == payment.RefundDone; ended && (x.EndedAt.IsZero() || n.ReceivedAt.Before(x.EndedAt)) {
				x.EndedAt = n.ReceivedAt
			}
		}
		if told {
			list = append(list, x)
		}
	}
	return list, nil
}

func (i inbox) SweptAt(context.Context, payment.Environment, string) (time.Time, error) {
	return i.c.sweptAt, nil
}

func (i inbox) PurgedAt(context.Context, payment.Environment, string) (time.Time, error) {
	return time.Time{}, nil
}

// inquire is 094 by payment_id or trading_id.
func (c *centre) inquire(paymentID, tradingID string) Finding {
	if p := c.by(func(f *Finding) bool { return f.PaymentID == paymentID || paymentID == "" && f.TradingID == tradingID }); p != nil {
		return *p
	}
	return Finding{Kind: NoSuch}
}

// takes carries a telegram out, if it can, and tells the outcome.
func (c *centre) takes(op *Operation, approve bool) Answer {
	p := c.l.payment(op.PaymentID)
	if op.Kind.Begins() {
		f := &Finding{Kind: Found, PaymentID: fmt.Sprintf("p%d", len(c.held)+1), TradingID: p.TradingID, Type: "02", Amount: op.Amount, BegunAt: c.now}
		c.held = append(c.held, f)
		if !approve {
			c.move(f, payment.AuthNG)
			return Answer{Outcome: Decline, Final: true, Code: "2003", PaymentID: f.PaymentID}
		}
		if c.l.payment(op.PaymentID).ThreeDS == ThreeDS1 {
			c.move(f, payment.ThreeDSRunning)
			return Answer{Outcome: Success, PaymentID: f.PaymentID, Challenge: true, Needs: Needs{URL: "https://acs.example/"}}
		}
		c.move(f, payment.AuthOK)
		return Answer{Outcome: Success, PaymentID: f.PaymentID}
	}
	from := map[payment.Kind]payment.Status{payment.Capture: "20", payment.CancelAuthorization: "20", payment.CancelCapture: "40", payment.CompleteThreeDS: "14"}[op.Kind]
	if f := c.payment(p.PaymentID); approve && f != nil && f.Status == from {
		c.move(f, op.Kind.Target())
		return Answer{Outcome: Success, PaymentID: f.PaymentID}
	}
	return Answer{Outcome: Decline, Code: "SIM002"}
}

// answered is transaction B of the service: a decline that is not final asks first.
func (c *centre) answered(op *Operation, a Answer) {
	if a.Outcome == Decline && !a.Final {
		p := c.l.payment(op.PaymentID)
		f := c.inquire(p.PaymentID, p.TradingID)
		c.must(func(l *Ledger, t tick) error { return l.settleRefused(t, op.ID, verdictOf(a), f) })
		return
	}
	c.settle(op, verdictOf(a))
}

// run sends a planned operation and lets something happen to it.
func (c *centre) run(op *Operation, fate string) {
	if fate == "never sent" {
		c.settle(op, neverSent())
		return
	}
	c.send(op)
	switch fate {
	case "answered":
		c.answered(op, c.takes(op, true))
	case "refused":
		c.answered(op, c.takes(op, false))
	case "lost on its way":
		c.settle(op, verdictOf(Answer{Outcome: Mystery}))
	case "late":
		c.late = append(c.late, op)
		c.settle(op, verdictOf(Answer{Outcome: Mystery}))
	case "answer lost":
		c.takes(op, true)
		c.settle(op, verdictOf(Answer{Outcome: Mystery}))
	case "crashed":
		c.takes(op, true)
		c.settle(op, interrupted())
	case "answered twice":
		a := c.takes(op, true)
		c.answered(op, a)
		c.answered(op, a)
	case "id in use":
		c.inUse(op)
	}
}

// inUse refuses a beginning because somebody else's payment bears its trading_id, as the service
// takes it; what else is heard meanwhile comes first.
func (c *centre) inUse(op *Operation) {
	if !op.Kind.Begins() {
		c.answered(op, c.takes(op, true))
		return
	}
	c.arrive()
	if len(c.notices) > 0 {
		c.deliver(len(c.notices) - 1)
	}
	v := verdictOf(Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode, PaymentID: "somebody else's"})
	c.must(func(l *Ledger, t tick) error { return l.replace(t, op.ID, v) })
}

var fates = []string{"answered", "answered", "late", "late", "refused", "never sent", "lost on its way", "answer lost", "crashed", "answered twice", "id in use"}

func (c *centre) fate() string { return rapid.SampledFrom(fates).Draw(c.rt, "fate") }

// open lists operations in a state.
func (c *centre) open(s payment.State) []*Operation {
	var list []*Operation
	for _, op := range c.l.Operations {
		if op.State == s {
			list = append(list, op)
		}
	}
	return list
}

// workers do once what is due.
func (c *centre) workers(fate func() string) {
	for _, op := range c.open(payment.Planned) {
		if op.Kind != payment.ChangeAmount {
			c.run(op, fate())
		} else if !op.NotBefore.After(c.now) {
			c.drive(op, fate)
		}
	}
	for _, op := range c.open(payment.UnknownState) {
		if !op.NextAskAt.After(c.now) {
			p := c.l.payment(op.PaymentID)
			c.resolve(op, c.asking().inquire(context.Background(), c.l, p, inquiryAbout(op, p, "")))
		}
	}
	for _, p := range c.l.Payments {
		if !p.AskAt.IsZero() && !p.AskAt.After(c.now) {
			f := c.asking().inquire(context.Background(), c.l, p, inquiryOf(p, 1))
			c.must(func(l *Ledger, t tick) error { return l.watched(t, p.ID, f, true) })
		}
	}
}

// deliver takes one notice, asking 094 where it must, and keeps it while it waits.
func (c *centre) deliver(i int) {
	n := c.notices[i]
	n.State = NoticeReceived
	if c.take(n) {
		f := c.asking().askOfNotice(context.Background(), c.l, *n, 1)
		c.confirm(n, &f)
	}
	if n.State != NoticeReceived {
		c.notices = slices.Delete(c.notices, i, i+1)
	}
}

// pay submits the card page.
func (c *centre) pay() {
	var op *Operation
	err := c.do(func(l *Ledger, t tick) (err error) {
		op, err = l.planBegin(t, Begin{Order: l.Order.ID, Amount: l.Order.Total, PaymentClass: "10", Actor: Buyer})
		return err
	})
	if err == nil {
		c.run(c.l.operation(op.ID), c.fate())
	}
}

// arrive lets a telegram take effect that had been given up for lost.
func (c *centre) arrive() {
	if len(c.late) > 0 {
		op := c.late[0]
		c.late = c.late[1:]
		c.takes(op, true)
	}
}

func (c *centre) wait(seconds int) {
	c.now = c.now.Add(time.Duration(seconds) * time.Second)
	c.workers(c.fate)
}

func (c *centre) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"the buyer pays":       func(*rapid.T) { c.pay() },
		"the buyer pays again": func(*rapid.T) { c.pay() },
		"staff change": func(rt *rapid.T) {
			p, capture := c.l.Current(), rapid.Bool().Draw(rt, "capture")
			if p == nil {
				return
			}
			var op *Operation
			err := c.do(func(l *Ledger, t tick) (err error) {
				op, err = l.planChange(t, Change{PaymentID: p.ID, Button: pressed(capture), Amount: p.Amount, Actor: "staff:1"})
				return err
			})
			if err == nil {
				c.run(c.l.operation(op.ID), c.fate())
			}
		},
		"another hand": func(rt *rapid.T) {
			if len(c.held) == 0 {
				return
			}
			p := rapid.SampledFrom(c.held).Draw(rt, "payment")
			if next := map[payment.Status][]payment.Status{"20": {"40", "32", "33"}, "40": {"60", "41"}}[p.Status]; next != nil {
				c.move(p, rapid.SampledFrom(next).Draw(rt, "to"))
			}
		},
		"a notice comes": func(rt *rapid.T) {
			if len(c.notices) > 0 {
				c.deliver(rapid.IntRange(0, len(c.notices)-1).Draw(rt, "which"))
			}
		},
		"a telegram arrives": func(rt *rapid.T) { c.arrive() },
		"a notice is lost": func(rt *rapid.T) {
			if len(c.notices) > 0 && rapid.IntRange(0, 9).Draw(rt, "rarely") == 0 {
				i := rapid.IntRange(0, len(c.notices)-1).Draw(rt, "which")
				c.lost[c.notices[i].PaymentID] = true
				c.notices = slices.Delete(c.notices, i, i+1)
			}
		},
		"a notice lies": func(rt *rapid.T) {
			if c.policy.Confirm == ConfirmNever || len(c.held) == 0 {
				return
			}
			p := *rapid.SampledFrom(c.held).Draw(rt, "payment")
			p.Status = rapid.SampledFrom(payment.Card.Statuses()).Draw(rt, "status")
			if op := c.l.lastSucceeded(c.l.holderOrNone(p.PaymentID)); op != nil && op.Kind.Target() == p.Status {
				return // what our own operation leads to is believed
			}
			if p.Status.Informational() || p.Status == payment.ClearedFinal {
				return
			}
			c.told(&p)
			c.deliver(len(c.notices) - 1)
		},
		"time passes": func(rt *rapid.T) { c.wait(rapid.IntRange(1, 400).Draw(rt, "seconds")) },
		"minutes pass": func(*rapid.T) {
			for range 4 {
				c.wait(70)
			}
		},
		"the buyer gives up": func(*rapid.T) {
			_ = c.do(func(l *Ledger, t tick) error { return l.leave(t, "", nil, true, payment.BuyerGaveUp) }) // refused while something is open
		},
		"paid in cash": func(*rapid.T) {
			if c.l.Order.Status == order.Processing && len(c.l.Payments) > 0 {
				c.l.Order.MethodClass = offlineClass
				c.offline = c.do(func(l *Ledger, t tick) error { return l.placeOrder(t, l.Order.Total) }) == nil
			}
		},
		"": func(*rapid.T) { c.check() },
	}
}

// drive runs a saga's steps until it has to wait.
func (c *centre) drive(parent *Operation, fate func() string) {
	for range driveLimit {
		var step *Operation
		c.must(func(l *Ledger, t tick) (err error) {
			step, err = l.sagaStep(t, parent.ID)
			return err
		})
		if step == nil {
			return
		}
		c.run(c.l.operation(step.ID), fate())
	}
}

// changeAmount presses the button that fits, as the service does.
func (c *centre) changeAmount() {
	p := c.l.Current()
	if p == nil || !p.living() {
		return
	}
	button := payment.AuthChangeButton
	if p.Phase == payment.Captured {
		button = payment.SaleChangeButton
	}
	f := c.inquire(p.PaymentID, "")
	if !c.l.tells(p, f) {
		return
	}
	if f.Status != p.Status {
		c.must(func(l *Ledger, t tick) error {
			return l.learn(t, l.payment(p.ID), f.Status, f.Amount, time.Time{}, "inquiry")
		})
	}
	var op *Operation
	err := c.do(func(l *Ledger, t tick) (err error) {
		op, err = l.planChange(t, Change{PaymentID: p.ID, Button: button, Amount: p.Amount, Total: l.Order.Total, Actor: "staff:1"})
		return err
	})
	switch {
	case err != nil:
	case op.Kind == payment.ChangeAmount:
		c.drive(op, c.fate)
	default:
		c.run(c.l.operation(op.ID), c.fate())
	}
}

func (l *Ledger) holderOrNone(id string) *Payment {
	if p := l.holder(id); p != nil {
		return p
	}
	return &Payment{}
}

// rest lets everything come to rest: no more faults, everything asked about, 091 swept.
func (c *centre) rest() {
	for range 80 {
		c.arrive()
		c.now = c.now.Add(30 * time.Minute)
		c.workers(func() string { return "answered" })
		c.sweepAll()
	}
	for _, op := range c.l.Operations {
		if op.State.Open() {
			c.rt.Fatalf("still open after two days: %+v", op)
		}
	}
}

// TestWhateverHappens: after any sequence of events, stock and points are conserved
// at every step, and when all has come to rest the book agrees with the centre.
func TestWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &centre{world: newWorld(rt), rt: rt, lost: map[string]bool{}}
		c.policy.Confirm = rapid.SampledFrom([]Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever}).Draw(rt, "confirm")
		c.points, c.l.Order.CustomerID, c.l.Order.UsePoint = 100, 9, 100
		rt.Repeat(c.actions())
		c.rest()
		c.agree()
	})
}

// TestWhateverHappensToAChange: the same while staff change totals and amounts.
func TestWhateverHappensToAChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &centre{world: newWorld(rt), rt: rt, lost: map[string]bool{}}
		c.policy.Confirm = rapid.SampledFrom([]Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever}).Draw(rt, "confirm")
		actions := c.actions()
		delete(actions, "the buyer gives up")
		actions["staff edit the lines"] = func(rt *rapid.T) {
			if p := c.l.Current(); p != nil && p.living() && c.l.OpenOperation() == nil && (c.l.Order.Status == order.New || c.l.Order.Status == order.Paid) {
				sum := rapid.SampledFrom([]order.Yen{0, lower, total, 3000}).Draw(rt, "total")
				c.must(func(l *Ledger, t tick) error {
					before := l.openly()
					l.Order.Total = sum
					l.checkAmount(t)
					l.syncAlerts(t, before)
					return nil
				})
			}
		}
		actions["staff change the amount"] = func(*rapid.T) { c.changeAmount() }
		actions[""] = func(*rapid.T) { c.seen() }
		actions["and again"] = actions["staff change the amount"]
		rt.Repeat(actions)
		c.rest()
		c.agree()
	})
}

// seen: two payments are never alive without somebody being at it, or told.
func (c *centre) seen() {
	living, seen := 0, len(c.alerts) > 0
	for _, p := range c.l.Payments {
		if p.living() {
			living++
		}
		seen = seen || p.Reverse && !p.AskAt.IsZero()
	}
	for _, op := range c.l.Operations {
		seen = seen || op.State.Open()
	}
	if living > 1 && !seen {
		c.rt.Fatalf("%d payments are alive, and nobody knows", living)
	}
}

// agree compares the book with the centre (money.md §11). Of a payment that stood and
// whose notices were lost only the expiry watch would know (money.md §9).
func (c *centre) agree() {
	alive, lost := c.books()
	if !lost && len(c.alerts) == 0 {
		c.agreeOrder(alive)
	}
	if c.l.Order.Status == order.Pending && len(c.alerts) == 0 {
		c.rt.Fatalf("the order is stuck in 7")
	}
	if placed := slices.Contains(c.mails, "order placed"); placed == c.l.Order.OrderDate.IsZero() {
		c.rt.Fatalf("placed %s, mails %v", c.l.Order.OrderDate, c.mails)
	}
}

// books compares payment by payment, and tells what lives at the centre.
func (c *centre) books() (alive order.Yen, lost bool) {
	for _, f := range c.held {
		lost = lost || c.lost[f.PaymentID]
		if f.Status.Alive() {
			alive += f.Amount
		}
		p := c.l.holder(f.PaymentID)
		if f.Status.Alive() && p == nil && !c.lost[f.PaymentID] {
			c.rt.Fatalf("%+v lives and is not in the book", f)
		}
		if p != nil && !c.lost[f.PaymentID] && (p.living() != f.Status.Alive() || p.living() && p.Status != f.Status) {
			c.rt.Fatalf("payment %s is %s at %s here and at %s there", p.TradingID, p.Phase, p.Status, f.Status)
		}
	}
	return alive, lost
}

// agreeOrder compares order and hold with what lives at the centre.
func (c *centre) agreeOrder(alive order.Yen) {
	placed := c.l.Order.Status == order.New || c.l.Order.Status == order.Paid
	held := c.l.Hold != nil && c.l.Hold.State == Committed
	switch p := c.l.Current(); {
	case c.offline:
		if alive != 0 || !held || !placed {
			c.rt.Fatalf("paid in cash: %d yen live, hold %+v, order in %s", alive, c.l.Hold, c.l.Order.Status.Name())
		}
	case placed && c.l.Order.Total == 0:
		if alive != 0 || !held {
			c.rt.Fatalf("nothing to pay: %d yen live, hold %+v", alive, c.l.Hold)
		}
	case placed && c.alerts[string(AlertUnmade)]: // its payment was to be cancelled when staff made it cost something again
		if alive != 0 || !held {
			c.rt.Fatalf("no payment is made: %d yen live, hold %+v", alive, c.l.Hold)
		}
	case placed:
		if alive != c.l.Order.Total || !held || p == nil || !p.living() {
			c.rt.Fatalf("placed: %d yen live, hold %+v, payment %+v", alive, c.l.Hold, p)
		}
	default:
		if alive != 0 || c.l.Hold != nil {
			c.rt.Fatalf("in %s: %d yen live, hold %+v", c.l.Order.Status.Name(), alive, c.l.Hold)
		}
	}
}
