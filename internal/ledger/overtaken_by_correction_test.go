package ledger

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// late is a cancellation of ours about a payment that was corrected in ペイジェントオンライン before
// it came, and what the centre tells of both.
type late struct {
	*world
	op    *Operation
	old   *Payment
	gone  Finding // of ours, while nobody can tell what took its place
	fresh *Notice
	heir  Finding
}

// tooLate is 021 or 022 that staff pressed, and that was sent.
func tooLate(t *testing.T, captured bool) *late {
	t.Helper()
	c := &late{world: newWorld(t)}
	c.old, c.gone = c.authorised("p1"), c.found(payment.AuthCancelDone)
	stands := payment.AuthOK
	if captured {
		c = &late{world: newWorld(t)}
		c.old, c.gone, stands = c.captured("p1"), c.found(payment.RefundDone), payment.Cleared
	}
	c.gone.Alone = false
	c.fresh, c.heir = c.corrected("p2", "p1", stands, lower)
	c.op = c.send(c.change(false))
	return c
}

// withHeir is what 094 tells where the successor was found.
func (c *late) withHeir() Finding { f := c.gone; f.Heir = &c.heir; return f }

// refused is the answer, with what 094 told about it.
func (c *late) refused(f Finding) {
	c.t.Helper()
	c.must(func(l *Ledger, t tick) error {
		return l.settleRefused(t, c.op.ID, verdictOf(Answer{Outcome: Decline, Code: "P009"}), f)
	})
}

// lost is a node that died at it, whether or not it had the answer.
func (c *late) lost() {
	c.t.Helper()
	c.now = c.op.DeadlineAt.Add(time.Minute)
	c.settle(c.op, interrupted())
}

func (c *late) resolved(f Finding) { c.t.Helper(); c.resolve(c.op, f) }

// end is the predecessor's own notice.
func (c *late) end(f Finding) *Notice {
	c.t.Helper()
	n := c.notice(f.Status)
	n.PaymentID = "p1"
	if c.take(n) {
		c.confirm(n, &f)
	}
	return n
}

// told is the successor's notice; without its base_payment_id, which 094 tells alone.
func (c *late) told() {
	c.t.Helper()
	c.fresh.BaseID = ""
	c.confirm(c.fresh, &c.heir)
}

// TestCancelledTooLate: 取消 of a payment that was corrected in ペイジェントオンライン. It did not
// end the payment: its order stands, with its goods, and the successor is the order's, in
// whichever order all that becomes known.
func TestCancelledTooLate(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string]func(*late){
		"refused, and the successor found":        func(c *late) { c.refused(c.withHeir()) },
		"refused, the successor found later":      func(c *late) { c.refused(c.gone); c.now = c.now.Add(time.Minute); c.resolved(c.withHeir()) },
		"refused, the successor's notice later":   func(c *late) { c.refused(c.gone); c.told() },
		"refused, silence, then its notice":       func(c *late) { c.refused(Finding{Kind: NoAnswer}); c.told() },
		"refused, the end's notice, then its own": func(c *late) { c.refused(Finding{Kind: NoAnswer}); c.end(c.gone); c.told() },
		"refused, the end's notice finds it":      func(c *late) { c.refused(Finding{Kind: NoAnswer}); c.end(c.withHeir()) },
		"the end's notice first": func(c *late) {
			n := c.end(c.withHeir())
			if n.State != NoticeReceived || !n.NextAt.Equal(c.op.DeadlineAt) { // the telegram is in flight
				c.t.Errorf("%+v", n)
			}
			c.refused(c.withHeir())
		},
		"the successor's notice first": func(c *late) {
			c.told()
			if c.fresh.State != NoticeReceived || c.l.holder("p2") != nil {
				c.t.Errorf("%+v", c.fresh)
			}
			c.refused(c.gone)
			c.told()
		},
		"a crash, and the successor found":   func(c *late) { c.lost(); c.resolved(c.withHeir()) },
		"a crash, then its notice":           func(c *late) { c.lost(); c.resolved(c.gone); c.told() },
		"a crash, the end's notice, its own": func(c *late) { c.lost(); c.end(c.gone); c.told() },
		"a crash, the end's notice finds it": func(c *late) { c.lost(); c.end(c.withHeir()) },
		"a crash, the watch finds it":        func(c *late) { c.lost(); c.overdue(c.old, c.gone); c.overdue(c.old, c.withHeir()) },
		"a crash, the buyer is asked about": func(c *late) {
			c.lost()
			c.must(func(l *Ledger, t tick) error { return l.leave(t, c.old.ID, &c.gone, false, payment.BuyerGaveUp) })
			c.told()
		},
		"the answer is lost at once": func(c *late) { // the telegram may still be on its way
			c.settle(c.op, verdictOf(Answer{Outcome: Mystery}))
			c.resolved(c.withHeir())
			c.told()
			if c.fresh.State != NoticeReceived || !c.fresh.NextAt.Equal(c.op.DeadlineAt) || c.l.holder("p2") != nil {
				c.t.Errorf("%+v", c.fresh)
			}
			c.now = c.op.DeadlineAt
			c.told()
		},
		"the watch while it is in flight": func(c *late) {
			c.overdue(c.old, c.withHeir())
			if op := c.l.operation(c.op.ID); op.State != payment.Sent {
				c.t.Errorf("the telegram in flight is %s", op.State)
			}
			c.refused(c.withHeir())
		},
	} {
		for what, captured := range map[string]bool{"021": false, "022": true} {
			t.Run(what+", "+name, func(t *testing.T) {
				t.Parallel()
				c := tooLate(t, captured)
				happen(c)
				phase, at := payment.Authorised, order.New
				if captured {
					phase, at = payment.Captured, order.Paid
				}
				if op := c.l.operation(c.op.ID); op.State != payment.DeclinedOp {
					t.Errorf("the cancellation is %s by %q", op.State, op.Cause)
				}
				p := c.l.Current()
				if p.PaymentID != "p2" || p.Amount != lower || p.Phase != phase || p.Replaces != c.old.ID || c.l.openOn(p) != nil {
					t.Errorf("the order's payment is %+v", p)
				}
				if c.stands(c.old, payment.Ended, c.l.payment(c.old.ID).End); len(c.l.Payments) != 2 {
					t.Errorf("%d payments", len(c.l.Payments))
				}
				c.status(at)
				c.holds(Committed)
				c.alerted(AlertAmountOpen)
				// Staff press again, and the successor goes with its order.
				c.settle(c.send(c.change(false)), verdictOf(Answer{Outcome: Success}))
				c.status(order.Canceled)
				c.holds(Released)
				c.alerted()
			})
		}
	}
}

// TestOvertakenOnce: what the successor settled is not judged again by the same answer, nor asked
// about any more.
func TestOvertakenOnce(t *testing.T) {
	t.Parallel()
	c := tooLate(t, false)
	c.lost()
	c.must(func(l *Ledger, tk tick) error {
		err := l.resolve(tk, c.op.ID, c.withHeir(), true)
		lines := slices.DeleteFunc(slices.Clone(l.Events), func(e Event) bool { return e.OperationID != c.op.ID })
		if len(lines) != 1 || lines[0].Kind != EventDeclined || !l.operation(c.op.ID).NextAskAt.IsZero() {
			t.Errorf("%+v, %+v", lines, l.operation(c.op.ID))
		}
		return err
	})
}

// TestCancelledAllTheSame: what looks alike, and nothing took the payment's place: it is gone,
// and our cancellation did it as far as anybody can tell.
func TestCancelledAllTheSame(t *testing.T) {
	t.Parallel()
	alone := func(c *late) Finding { f := c.gone; f.Alone = true; return f }
	for name, happen := range map[string]func(*late){
		"refused":                 func(c *late) { c.refused(alone(c)) },
		"refused, clear later":    func(c *late) { c.refused(c.gone); c.now = c.now.Add(20 * time.Minute); c.resolved(alone(c)) },
		"a crash":                 func(c *late) { c.lost(); c.resolved(alone(c)) },
		"a crash, clear later":    func(c *late) { c.lost(); c.resolved(c.gone); c.now = c.now.Add(20 * time.Minute); c.resolved(alone(c)) },
		"a crash, and its notice": func(c *late) { c.lost(); c.end(alone(c)) },
		"a crash, and the watch":  func(c *late) { c.lost(); c.overdue(c.old, alone(c)) },
		"staff say so": func(c *late) {
			c.lost()
			c.resolved(c.gone)
			c.must(func(l *Ledger, t tick) error {
				return l.settleByHand(t, SettleUnknown{Operation: c.op.ID, Happened: true, Reason: "画面で確認", Actor: clerk})
			})
		},
	} {
		for what, captured := range map[string]bool{"021": false, "022": true} {
			t.Run(what+", "+name, func(t *testing.T) {
				t.Parallel()
				c := tooLate(t, captured)
				happen(c)
				if op := c.l.operation(c.op.ID); op.State != payment.Succeeded {
					t.Errorf("the cancellation is %s by %q", op.State, op.Cause)
				}
				c.status(order.Canceled)
				c.holds(Released)
				c.alerted()
			})
		}
	}
}

// TestCancelledPerhaps: while nobody can tell, nothing is settled, the end is dated for the sweep
// that will tell, and a person may decide after a while.
func TestCancelledPerhaps(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*late){
		"refused": func(c *late) { c.refused(c.gone) },
		"a crash": func(c *late) { c.lost(); c.resolved(c.gone) },
	} {
		c := tooLate(t, false)
		begin(c)
		op, p := c.l.operation(c.op.ID), c.l.payment(c.old.ID)
		if op.State != payment.UnknownState || !p.EndedAt.Equal(c.now) || !op.NextAskAt.After(c.now) {
			t.Errorf("%s: %s, asked at %s, ended at %s", name, op.State, op.NextAskAt, p.EndedAt)
		}
		c.overdue(c.old, c.gone) // nor is the watch's alert opened beside the operation's own
		c.alerted()
		c.status(order.New)
		c.holds(Committed)
		if got := c.l.judge(op, c.gone, true); got != readNothing {
			t.Errorf("%s: a person's word is not heard: %s", name, got)
		}
		c.now = op.UnknownAt.Add(alertUnknown)
		c.resolved(c.gone)
		c.alerted(AlertUnknown)
		c.resolved(c.found(payment.AuthOK)) // it stands there after all
		if p = c.l.payment(c.old.ID); !p.EndedAt.IsZero() {
			t.Errorf("%s: ended at %s", name, p.EndedAt)
		}
		c.status(order.New)
	}
}

// TestReversedTooLate: what is cancelled because it must not stay is cancelled under its new id.
func TestReversedTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := other(w)
	gone := w.found(payment.AuthCancelDone)
	_, heir := w.corrected("p3", p.PaymentID, "20", lower)
	gone.PaymentID, gone.TradingID, heir.TradingID, gone.Alone, gone.Heir = p.PaymentID, p.TradingID, p.TradingID, false, &heir
	op := w.send(w.reversal(p))
	w.must(func(l *Ledger, t tick) error {
		return l.settleRefused(t, op.ID, verdictOf(Answer{Outcome: Decline, Code: "P009"}), gone)
	})
	fresh := w.l.holder("p3")
	if fresh == nil || !fresh.Reverse || w.reversal(fresh) == nil {
		t.Fatalf("%+v", fresh)
	}
	w.alerted()
	w.settle(w.send(w.reversal(fresh)), verdictOf(Answer{Outcome: Success}))
	w.stands(fresh, payment.Ended, payment.Canceled)
	w.status(order.New)
	w.holds(Committed)
	w.alerted()
}

// TestChangedTooLate: the last step of a change of the amount meets a payment that was corrected.
// The new one is the order's, the change is done, and what took the old one's place goes.
func TestChangedTooLate(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]func(*world, *Operation, Finding, *Notice, Finding){
		"refused, and found": func(w *world, step *Operation, gone Finding, _ *Notice, heir Finding) {
			gone.Heir = &heir
			w.must(func(l *Ledger, t tick) error {
				return l.settleRefused(t, step.ID, verdictOf(Answer{Outcome: Decline, Code: "P009"}), gone)
			})
		},
		"a crash, then its notice": func(w *world, step *Operation, gone Finding, n *Notice, heir Finding) {
			w.now = step.DeadlineAt.Add(time.Minute)
			w.settle(step, interrupted())
			w.resolve(step, gone)
			w.confirm(n, &heir)
		},
		"refused before, then the watch": func(w *world, step *Operation, gone Finding, _ *Notice, heir Finding) {
			w.settle(step, verdictOf(Answer{Outcome: Decline, Final: true, Code: "P009"}))
			if next := w.step(w.l.operation(step.Parent)); next != nil {
				w.t.Fatalf("%+v", next)
			}
			gone.Heir = &heir
			w.overdue(w.l.payment(step.PaymentID), gone)
		},
	} {
		for what, captured := range map[string]bool{"021": false, "022": true} {
			t.Run(what+", "+name, func(t *testing.T) {
				t.Parallel()
				w, old, parent := changing(t, captured)
				w.must(func(l *Ledger, t tick) error { l.alert(t, AlertAmountOpen, old.ID, EventData{}); return nil }) // as by the edit
				w.settle(w.step(parent), verdictOf(yes("p2")))
				gone, s := w.found(payment.AuthCancelDone), payment.AuthOK
				if captured {
					w.settle(w.step(parent), verdictOf(yes("")))
					gone, s = w.found(payment.RefundDone), payment.Cleared
				}
				gone.Alone = false
				step := w.step(parent)
				if step == nil || step.PaymentID != old.ID || !cancels(step.Kind) {
					t.Fatalf("%+v", step)
				}
				n, heir := w.corrected("p3", "p1", s, 1000)
				n.TradingID, heir.TradingID = old.TradingID, old.TradingID
				told(w, step, gone, n, heir)
				if next := w.step(parent); next != nil {
					t.Errorf("the change goes on by %s", next.Kind)
				}
				if parent = w.l.operation(parent.ID); parent.State != payment.Succeeded || w.l.Current().PaymentID != "p2" {
					t.Errorf("the change is %s %s, %+v", parent.State, parent.Cause, w.l.Current())
				}
				fresh := w.l.holder("p3")
				if fresh == nil || (w.reversal(fresh) != nil) == captured || w.alerts[string(AlertDouble)] != captured || w.alerts[string(AlertReversing)] || w.alerts[string(AlertAmountOpen)] {
					t.Errorf("%+v, alerts %v", fresh, w.alerts)
				}
				w.holds(Committed)
			})
		}
	}
}

// TestAnHeirMustWait for what of ours is in flight, and in a change of the amount until that one
// wants the payment gone.
func TestAnHeirMustWait(t *testing.T) {
	t.Parallel()
	heirOf := func(w *world) Finding {
		f := w.found(payment.AuthCancelDone)
		_, heir := w.corrected("p9", "p1", "20", 1000)
		f.Alone, f.Heir = false, &heir
		return f
	}
	for name, put := range map[string]func(t *testing.T) (*world, *Payment){
		"a planned telegram": func(t *testing.T) (*world, *Payment) {
			w := newWorld(t)
			p := w.authorised("p1")
			w.change(false)
			return w, p
		},
		"a capture in flight": func(t *testing.T) (*world, *Payment) {
			w := newWorld(t)
			p := w.authorised("p1")
			w.send(w.change(true))
			return w, p
		},
		"a change that has begun": func(t *testing.T) (*world, *Payment) {
			w, p, parent := changing(t, false)
			w.settle(w.step(parent), verdictOf(yes("p2")))
			return w, p
		},
	} {
		w, p := put(t)
		w.overdue(p, heirOf(w))
		if w.l.holder("p9") != nil || w.l.payment(p.ID).Phase != payment.Authorised {
			t.Errorf("%s: it was taken", name)
		}
	}
}
