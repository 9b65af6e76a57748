package ledger

import (
	"context"
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// corrected is a notice of the payment that took ours's place in ペイジェントオンライン, and what
// 094 tells of it.
func (w *world) corrected(id, base string, s payment.Status, amount order.Yen) (*Notice, Finding) {
	n := w.notice(s)
	n.PaymentID, n.BaseID, n.Amount = id, base, amount
	return n, Finding{Kind: Found, PaymentID: id, BaseID: base, TradingID: n.TradingID, Type: "02", Status: s, Amount: amount, BegunAt: w.now}
}

// TestSuccessorTakesTheRole whatever its amount (money.md §4): the order, its goods and its
// status stay, and 金額未反映 tells where the amount is not the total.
func TestSuccessorTakesTheRole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stand  func(*world) *Payment
		status payment.Status
		amount order.Yen
		phase  payment.Phase
		end    payment.End
		order  order.Status
		open   bool
	}{
		"028, lower":            {func(w *world) *Payment { return w.authorised("p1") }, "20", lower, payment.Authorised, payment.Canceled, order.New, true},
		"028, the same":         {func(w *world) *Payment { return w.authorised("p1") }, "20", total, payment.Authorised, payment.Canceled, order.New, false},
		"028, higher":           {func(w *world) *Payment { return w.authorised("p1") }, "20", 3000, payment.Authorised, payment.Canceled, order.New, true},
		"029":                   {func(w *world) *Payment { return w.captured("p1") }, "40", lower, payment.Captured, payment.Refunded, order.Paid, true},
		"captured there before": {func(w *world) *Payment { return w.authorised("p1") }, "40", lower, payment.Captured, payment.Canceled, order.Paid, true},
		"being captured":        {func(w *world) *Payment { return w.authorised("p1") }, "30", lower, payment.Authorised, payment.Canceled, order.New, true},
	} {
		for _, toldBase := range []bool{true, false} { // the notice may leave base_payment_id out; 094 tells it
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				old := tt.stand(w)
				n, f := w.corrected("p2", "p1", tt.status, tt.amount)
				if !toldBase {
					n.BaseID = ""
				}
				if !w.take(n) || len(w.l.Payments) != 1 {
					t.Fatal("believed without 094: the hash does not cover base_payment_id")
				}
				w.confirm(n, &f)
				p := w.l.Current()
				if n.State != NoticeApplied || p.PaymentID != "p2" || p.Amount != tt.amount || p.Replaces != old.ID || p.Phase != tt.phase || p.Protected {
					t.Fatalf("notice %s %s, the order's payment is %+v", n.State, n.Reason, p)
				}
				w.stands(old, payment.Ended, tt.end)
				w.status(tt.order)
				w.holds(Committed)
				if w.alerts[string(AlertAmountOpen)] != tt.open || len(w.alerts) > 1 || w.reversal(p) != nil || w.reversal(old) != nil {
					t.Errorf("alerts %v", w.alerts)
				}
				// The predecessor's end comes late and moves nothing; nor does its own 20.
				for _, s := range []payment.Status{"32", "60", "20"} {
					late := w.notice(s)
					late.PaymentID = "p1"
					gone := w.found(payment.AuthCancelDone)
					if w.take(late) {
						w.confirm(late, &gone)
					}
					if late.State == NoticeReceived || late.State == NoticeParked {
						t.Errorf("%s of the predecessor is %s %s", s, late.State, late.Reason)
					}
				}
				w.status(tt.order)
				w.holds(Committed)
				if w.l.Current().ID != p.ID || w.alerts[string(AlertContradiction)] {
					t.Errorf("alerts %v", w.alerts)
				}
			})
		}
	}
}

// TestSuccessorKeepsWhatWentBack by hand: the money left the shop, whatever is charged now.
func TestSuccessorKeepsWhatWentBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		amount, back order.Yen // of the successor, and what of it counts as given back
		first        bool      // its predecessor's end is known before
		open         bool      // 金額未反映
	}{
		"still the difference":   {total, 700, false, false},
		"corrected as well":      {total - 700, 700, false, true},
		"less than went back":    {500, 500, false, true},
		"the end was told first": {total, 700, true, false}, // its role is over, and it was found alive all the same
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			old := w.captured("p1")
			w.learnt(old, payment.ClearedFinal)
			if err := w.refund(old, 700); err != nil {
				t.Fatal(err)
			}
			w.l.Order.Total = total - 700
			w.must(func(l *Ledger, tk tick) error { l.checkAmount(tk); return nil })
			w.alerted()
			if tt.first {
				w.learnt(old, payment.RefundDone)
			}
			n, f := w.corrected("p2", "p1", payment.Cleared, tt.amount)
			w.take(n)
			w.confirm(n, &f)
			fresh := w.l.holder("p2")
			if fresh == nil || fresh.HandRefunded != tt.back {
				t.Fatalf("notice %s %s, %+v", n.State, n.Reason, fresh)
			}
			if open := w.alerts[string(AlertAmountOpen)]; open != tt.open {
				t.Errorf("alerts %v", w.alerts)
			}
		})
	}
}

// TestPredecessorsEndFirst: 32 or 60 that nobody of us asked for waits until it is known
// whether something took the payment's place, by whichever way it becomes known.
func TestPredecessorsEndFirst(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*world, Finding){
		"notice": func(w *world, f Finding) {
			n := w.notice(f.Status)
			n.PaymentID = "p1"
			w.confirm(n, &f)
			if n.State != NoticeReceived && f.Heir == nil {
				w.t.Errorf("the notice is %s %s", n.State, n.Reason)
			}
		},
		"watch": func(w *world, f Finding) {
			w.l.Current().AskAt = w.now
			id := w.l.Current().ID
			w.must(func(l *Ledger, t tick) error { return l.watched(t, id, f, true) })
			if f.Heir == nil && !w.alerts[string(AlertContradiction)] {
				w.t.Errorf("nobody is told: %v", w.alerts)
			}
		},
		"a refused capture": func(w *world, f Finding) {
			op := w.send(w.change(true))
			w.must(func(l *Ledger, t tick) error {
				return l.settleRefused(t, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), f)
			})
			if p := w.l.Current(); f.Heir == nil && !p.AskAt.Equal(w.now) {
				w.t.Errorf("asked at %s", p.AskAt)
			}
		},
	}
	for name, tell := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			old := w.authorised("p1")
			f := w.found(payment.AuthCancelDone)
			f.Alone = false
			tell(w, f)
			w.status(order.New)
			w.holds(Committed)
			w.stands(old, payment.Authorised, "")
			n, heir := w.corrected("p2", "p1", "20", lower)
			w.confirm(n, &heir)
			if p := w.l.Current(); p.PaymentID != "p2" || n.State != NoticeApplied {
				t.Fatalf("%+v, notice %s", p, n.State)
			}
			w.status(order.New)
			w.holds(Committed)
		})
		t.Run(name+", the successor's lost", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.authorised("p1")
			f := w.found(payment.AuthCancelDone)
			_, heir := w.corrected("p2", "p1", "20", lower)
			f.Alone, f.Heir = false, &heir
			tell(w, f)
			if p := w.l.Current(); !p.AskAt.IsZero() && !p.AskAt.After(w.now) { // put off: asked at once
				w.must(func(l *Ledger, t tick) error { return l.watched(t, p.ID, f, true) })
			}
			if p := w.l.Current(); p.PaymentID != "p2" || p.Amount != lower {
				t.Fatalf("%+v", p)
			}
			w.status(order.New)
			w.holds(Committed)
		})
		t.Run(name+", nothing took its place", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.authorised("p1")
			f := w.found(payment.AuthCancelDone)
			f.Alone = true
			if name != "notice" {
				tellAlone(w, f)
			} else {
				n := w.notice(f.Status)
				w.confirm(n, &f)
			}
			w.status(order.Canceled)
			w.holds(Released)
		})
	}
}

func tellAlone(w *world, f Finding) {
	id := w.l.Current().ID
	w.l.Current().AskAt = w.now
	w.must(func(l *Ledger, t tick) error { return l.watched(t, id, f, true) })
}

// TestSuccessorOfWhatIsOver: where the order was cancelled meanwhile the successor does not
// stay, and where money was taken a person is told.
func TestSuccessorOfWhatIsOver(t *testing.T) {
	t.Parallel()
	for s, want := range map[payment.Status]AlertKind{"20": "", "40": AlertPaidCanceled} {
		w := newWorld(t)
		w.authorised("p1")
		w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
		n, f := w.corrected("p2", "p1", s, lower)
		w.confirm(n, &f)
		p := w.l.holder("p2")
		if p == nil || n.State != NoticeApplied || (want == "") != (w.reversal(p) != nil) || want != "" && !w.alerts[string(want)] {
			t.Errorf("%s: %+v, alerts %v", s, p, w.alerts)
		}
		w.status(order.Canceled)
		w.holds(Released)
	}
}

// TestSuccessorWhileBusy waits for our own operation on its predecessor.
func TestSuccessorWhileBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	op := w.unknown(w.change(true))
	n, f := w.corrected("p2", "p1", "20", lower)
	w.now = w.now.Add(time.Minute)
	w.confirm(n, &f)
	if n.State != NoticeReceived || len(w.l.Payments) != 1 {
		t.Fatalf("%s, %d payments", n.State, len(w.l.Payments))
	}
	gone := w.found(payment.AuthCancelDone)
	gone.Alone = false
	w.resolve(op, gone)
	w.status(order.New)
	w.confirm(n, &f)
	if p := w.l.Current(); p.PaymentID != "p2" {
		t.Errorf("%+v", p)
	}
	w.status(order.New)
	w.holds(Committed)
}

// TestSuccessorOfAnUnknown: what was corrected had been authorised.
func TestSuccessorOfAnUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	w.l.Current().addPaygentID("p1")
	w.now = w.now.Add(time.Minute)
	n, f := w.corrected("p2", "p1", "20", lower)
	w.confirm(n, &f)
	if op = w.l.operation(op.ID); op.State != payment.Succeeded {
		t.Errorf("%+v", op)
	}
	if p := w.l.Current(); p.PaymentID != "p2" || p.Amount != lower || !w.alerts[string(AlertAmountOpen)] {
		t.Errorf("%+v, alerts %v", p, w.alerts)
	}
	w.status(order.New)
	w.holds(Committed)
}

// TestSuccessorsSuccessor: corrected twice; whatever of the line becomes known.
func TestSuccessorsSuccessor(t *testing.T) {
	t.Parallel()
	for name, order2 := range map[string][]string{"in order": {"p2", "p3"}, "the last first": {"p3", "p2"}, "the last alone": {"p3"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.authorised("p1")
			for _, id := range order2 {
				n, f := w.corrected(id, "p1", "20", 1800)
				if id == "p3" {
					n, f = w.corrected("p3", "p2", "20", lower)
					f.Line = []string{"p2", "p1"}
				} else if name == "the last first" {
					f.Status = payment.AuthCancelDone // by now
				}
				w.confirm(n, &f)
				if n.State == NoticeParked {
					t.Errorf("%s is parked: %s", id, n.Reason)
				}
			}
			if p := w.l.Current(); p.PaymentID != "p3" || p.Amount != lower {
				t.Errorf("%+v", p)
			}
			w.status(order.New)
			w.holds(Committed)
			living := slices.DeleteFunc(slices.Clone(w.l.Payments), func(p *Payment) bool { return !p.living() })
			if len(living) != 1 {
				t.Errorf("%d live", len(living))
			}
		})
	}
}

// TestEndOfAnUnknownSuccessor: 32 of a payment we do not hold, which took ours's place, is
// not ours's end by itself: 094 is asked about ours at once.
func TestEndOfAnUnknownSuccessor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	n, f := w.corrected("p2", "p1", "32", lower)
	w.confirm(n, &f)
	if p = w.l.payment(p.ID); n.State != NoticeSuperseded || !p.AskAt.Equal(w.now) || p.Phase != payment.Authorised {
		t.Errorf("%s, %+v", n.State, p)
	}
	w.status(order.New)
	w.holds(Committed)
}

// TestForgedBase: that a payment corrects ours is believed of 094 alone; where 094 tells
// nothing of it the trading_id must be ours.
func TestForgedBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	n, f := w.corrected("p9", "p1", "20", lower)
	n.TradingID, f.TradingID, f.BaseID = "999", "999", ""
	w.confirm(n, &f)
	if n.State != NoticeParked || len(w.l.Payments) != 1 {
		t.Errorf("%s, %d payments", n.State, len(w.l.Payments))
	}
	for _, f := range []Finding{{Kind: NoAnswer}, {Kind: NoSuch}} {
		n, _ := w.corrected("p8", "p1", "20", lower)
		w.confirm(n, &f)
		if n.State != NoticeReceived || len(w.l.Payments) != 1 {
			t.Errorf("%s: %s", f.Kind, n.State)
		}
	}
}

// TestStrangerOrSuccessor: a payment under our trading_id that tells of none it corrects is
// reversed only where ours still stands at the centre.
func TestStrangerOrSuccessor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ours     payment.Status
		silent   bool
		payments int
		state    NoticeState
		current  string
	}{
		"ours stands":  {"20", false, 2, NoticeApplied, "p1"},
		"ours is gone": {"32", false, 2, NoticeApplied, "p2"},
		"no answer":    {"20", true, 1, NoticeReceived, "p1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &centre{world: newWorld(t)}
			c.authorised("p1")
			n, f := c.corrected("p2", "", "20", lower)
			c.held = []*Finding{{Kind: Found, PaymentID: "p1", TradingID: "123", Type: "02", Status: tt.ours, Amount: total, BegunAt: c.now}, &f}
			if tt.silent {
				asked := 0
				c.silent = func() bool { asked++; return asked > 1 }
			}
			got := c.asking().askOfNotice(context.Background(), c.l, *n, 1)
			c.confirm(n, &got)
			if len(c.l.Payments) != tt.payments || n.State != tt.state || c.l.Current().PaymentID != tt.current {
				t.Errorf("%d payments, %s %s, current %s", len(c.l.Payments), n.State, n.Reason, c.l.Current().PaymentID)
			}
			if stranger := c.l.holder("p2"); tt.current == "p1" && stranger != nil && c.reversal(stranger) == nil {
				t.Error("the stranger stays")
			}
			c.status(order.New)
			c.holds(Committed)
		})
	}
}

// TestRenumberedPaidy: 341 was carried out under another id, and answer and notice are
// lost: 094 no longer finds ours, and by trading_id finds what took its place.
func TestRenumberedPaidy(t *testing.T) {
	t.Parallel()
	for name, byNotice := range map[string]bool{"by the resolver": false, "by a notice": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &centre{world: newWorld(t)}
			c.authorised("p1")
			p := c.l.Current()
			p.Method = payment.Paidy
			op := c.unknown(c.change(true))
			c.now = c.now.Add(time.Hour)
			c.held = []*Finding{{Kind: Found, PaymentID: "p2", TradingID: "123", Type: "22", Status: "40", Amount: total, BegunAt: c.now}}
			if byNotice {
				n := c.notice(payment.Cleared)
				n.PaymentID, n.Type = "p2", "22"
				f := c.asking().askOfNotice(context.Background(), c.l, *n, 1)
				c.confirm(n, &f)
			} else {
				for range 3 {
					c.resolve(op, c.asking().inquire(context.Background(), c.l, c.l.payment(p.ID), inquiryAbout(op, c.l.payment(p.ID), "")))
					c.now = c.now.Add(2 * time.Minute)
				}
			}
			if op = c.l.operation(op.ID); op.State != payment.Succeeded {
				t.Errorf("the capture is %s by %s", op.State, op.Cause)
			}
			if p = c.l.payment(p.ID); p.PaymentID != "p2" || p.Phase != payment.Captured || !slices.Equal(p.PaymentIDs, []string{"p1", "p2"}) || len(c.l.Payments) != 1 {
				t.Errorf("%+v", p)
			}
			c.status(order.Paid)
		})
	}
}

// TestTwoTriesOnOnePage: the id in force is that of the try that stands, not of the refused
// one before it on the same page (re_payment_type).
func TestTwoTriesOnOnePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unknown(w.authorize())
	w.now = w.now.Add(time.Minute)
	refused, f := w.notice(payment.AuthNG), w.found(payment.AuthNG)
	w.confirm(refused, &f)
	if p := w.l.payment(w.l.Payments[0].ID); p.PaymentID != "p1" || p.Phase != payment.Ended {
		t.Fatalf("%+v", p)
	}
	n, g := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	n.TradingID, n.PaymentID, g.PaymentID = "123", "p2", "p2"
	if w.take(n) {
		w.confirm(n, &g)
	}
	if p := w.l.Current(); n.State != NoticeApplied || p == nil || p.PaymentID != "p2" || p.Phase != payment.Authorised || len(w.l.Payments) != 1 {
		t.Errorf("%s, %+v", n.State, p)
	}
	w.status(order.New)
}

// TestSuccessorOfWhatMustGo: what is to be cancelled is cancelled under its new id too, though
// it is still the one that the order points at.
func TestSuccessorOfWhatMustGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policy.ThreeDS, w.policy.Attempts = ThreeDS1, FullOnly
	op := w.send(w.authorize())
	w.settle(op, verdict{state: payment.Succeeded, challenge: true, paygentID: "p1", cause: "answer"})
	w.now = w.now.Add(time.Hour) // the buyer never came back
	old := w.l.Current()
	w.learnt(old, payment.AuthOK)
	op = w.send(w.reversal(w.l.payment(old.ID)))
	w.settle(op, verdictOf(Answer{Outcome: Decline, Final: true, Code: "P010"}))
	w.status(order.Processing)
	w.alerted(AlertReversing)
	n, f := w.corrected("p2", "p1", "20", lower)
	w.confirm(n, &f)
	p := w.l.holder("p2")
	if p == nil || !p.Reverse || w.reversal(p) == nil {
		t.Fatalf("it stays alive: %+v, alerts %v", p, w.alerts)
	}
	w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Success}))
	w.stands(p, payment.Ended, payment.Canceled)
	w.status(order.Processing)
	w.alerted()
}

// TestSuccessorWhoseGoodsWentBack: the end's own notice finds what took the payment's place, and the
// order takes its goods again for that.
func TestSuccessorWhoseGoodsWentBack(t *testing.T) {
	t.Parallel()
	w, p := challenged1(t)
	w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
	n, gone := w.notice(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
	_, heir := w.corrected("p2", "p1", payment.AuthOK, lower)
	gone.Alone, gone.Heir, gone.BegunAt = false, &heir, p.BegunAt
	w.confirm(n, &gone)
	if cur := w.l.Current(); cur.PaymentID != "p2" || n.State == NoticeParked {
		t.Errorf("%+v, notice %s %s", cur, n.State, n.Reason)
	}
	w.status(order.New)
	w.holds(Committed)
}

// TestAlertsGoOverToTheSuccessor: what a person has to see to does not end with a correction,
// and ends with the successor.
func TestAlertsGoOverToTheSuccessor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stand func(*world) *Payment
		s     payment.Status
		end   payment.Status
		kind  AlertKind
	}{
		"authorised": {func(w *world) *Payment { return w.authorised("p1") }, "20", payment.AuthCancelDone, AlertKept},
		"captured":   {func(w *world) *Payment { return w.captured("p1") }, "40", payment.RefundDone, AlertPaidCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			old := tt.stand(w)
			if _, err := w.to(order.Canceled, LivingKeep); err != nil {
				t.Fatal(err)
			}
			w.alerted(tt.kind)
			n, f := w.corrected("p2", "p1", tt.s, lower)
			w.confirm(n, &f)
			p := w.l.holder("p2")
			if p == nil || !p.living() || !w.open[[2]string{string(tt.kind), p.ID}] || w.open[[2]string{string(tt.kind), old.ID}] {
				t.Fatalf("%+v, alerts %v", p, w.open)
			}
			gone := w.found(tt.end)
			gone.PaymentID, gone.Amount = "p2", lower
			w.l.payment(p.ID).AskAt = w.now
			w.must(func(l *Ledger, t tick) error { return l.watched(t, p.ID, gone, true) })
			w.alerted()
			w.status(order.Canceled)
			w.holds(Released)
		})
	}
}

// TestCorrectedAfterARefusedCancellation: a cancellation of ours that had no effect does not
// explain a later 32: a correction may.
func TestCorrectedAfterARefusedCancellation(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]verdict{
		"declined":     verdictOf(Answer{Outcome: Decline, Final: true, Code: "P010"}),
		"rejected":     verdictOf(Answer{Outcome: Reject, Code: "E02"}),
		"not happened": {state: payment.DeclinedOp, event: payment.NoEffect, cause: "not_happened"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			old := w.authorised("p1")
			w.settle(w.send(w.change(false)), refusal)
			w.status(order.New)
			w.now = w.now.Add(time.Hour)
			n, gone := w.notice(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
			gone.Alone = false
			w.confirm(n, &gone)
			w.status(order.New)
			w.holds(Committed)
			heir, f := w.corrected("p2", "p1", "20", lower)
			w.confirm(heir, &f)
			if p := w.l.Current(); p.PaymentID != "p2" || p.Amount != lower || w.reversal(p) != nil {
				t.Errorf("%+v", p)
			}
			w.stands(old, payment.Ended, payment.Canceled)
			w.status(order.New)
			w.holds(Committed)
		})
	}
}

// TestNoOtherTryWhileItsEndIsUnclear: the authorisation took effect, and what ended it may be a
// correction whose successor lives: the buyer is not let pay again before that is known.
func TestNoOtherTryWhileItsEndIsUnclear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	w.now = w.now.Add(time.Minute)
	gone := w.found(payment.AuthCancelDone)
	gone.Alone = false
	if op = w.resolve(op, gone); op.State != payment.Succeeded {
		t.Fatalf("%+v", op)
	}
	p := w.l.Current()
	for _, event := range []payment.Event{payment.BuyerGaveUp, payment.TryReplaced} {
		if err := w.do(func(l *Ledger, tk tick) error { return l.leave(tk, p.ID, nil, true, event) }); code(err) != "payment.unconfirmed" {
			t.Errorf("%s: %v", event, err)
		}
	}
	w.status(order.Pending)
	w.holds(Held)
	w.must(func(l *Ledger, tk tick) error {
		gone.Alone = true
		return l.watched(tk, p.ID, gone, true)
	})
	w.status(order.Canceled)
	w.holds(Released)
}

// TestWhatMayBeAnEndElsewhere: an end that none of our own telegrams led to, of a payment that
// is not over; and "no such payment" of one of Paidy's that should be there.
func TestWhatMayBeAnEndElsewhere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put  func(*world, *Payment)
		f    Finding
		want bool
	}{
		"cancelled there":          {func(*world, *Payment) {}, Finding{Kind: Found, Status: "32"}, true},
		"given back there":         {func(*world, *Payment) {}, Finding{Kind: Found, Status: "60"}, true},
		"expired there":            {func(*world, *Payment) {}, Finding{Kind: Found, Status: "33"}, false},
		"our telegram is sent":     {func(w *world, _ *Payment) { w.send(w.change(false)) }, Finding{Kind: Found, Status: "32"}, true},
		"we may have cancelled it": {func(w *world, _ *Payment) { w.unknown(w.change(false)) }, Finding{Kind: Found, Status: "32"}, true},
		"cancelled by us":          {func(w *world, _ *Payment) { w.change(false).State = payment.Succeeded }, Finding{Kind: Found, Status: "32"}, false},
		"given back by us":         {func(w *world, _ *Payment) { w.change(false).State = payment.Succeeded }, Finding{Kind: Found, Status: "60"}, true},
		"not sent yet":             {func(w *world, _ *Payment) { w.change(false) }, Finding{Kind: Found, Status: "32"}, true},
		"our try was refused":      {func(w *world, _ *Payment) { w.settle(w.send(w.change(false)), verdictOf(no)) }, Finding{Kind: Found, Status: "32"}, true},
		"our capture":              {func(w *world, _ *Payment) { w.send(w.change(true)) }, Finding{Kind: Found, Status: "32"}, true},
		"over":                     {func(w *world, p *Payment) { p.Phase, p.End = payment.Ended, payment.Canceled }, Finding{Kind: Found, Status: "32"}, false},
		"taken up just now":        {func(w *world, p *Payment) { p.Adopted, p.Phase = true, payment.Opening }, Finding{Kind: Found, Status: "32"}, false},
		"taken up before":          {func(w *world, p *Payment) { p.Adopted = true }, Finding{Kind: Found, Status: "32"}, true},
		"a carrier's":              {func(w *world, p *Payment) { p.Method = payment.Carrier }, Finding{Kind: Found, Status: "32"}, false},
		"not told":                 {func(*world, *Payment) {}, Finding{Kind: NoAnswer}, false},
		"no such card":             {func(*world, *Payment) {}, Finding{Kind: NoSuch}, false},
		"no such one of Paidy's":   {func(_ *world, p *Payment) { p.Method = payment.Paidy }, Finding{Kind: NoSuch}, true},
		"Paidy's without an id":    {func(_ *world, p *Payment) { p.Method, p.PaymentID = payment.Paidy, "" }, Finding{Kind: NoSuch}, false},
		"Paidy's window, not used": {func(_ *world, p *Payment) { p.Method, p.Phase = payment.Paidy, payment.AwaitingBuyer }, Finding{Kind: NoSuch}, false},
		"Paidy's, a telegram of us": {func(w *world, p *Payment) {
			w.send(w.change(true))
			p = w.l.payment(p.ID)
			p.Method, p.Phase = payment.Paidy, payment.AwaitingBuyer
		}, Finding{Kind: NoSuch}, true},
	} {
		w := newWorld(t)
		p := w.authorised("p1")
		tt.put(w, p)
		if got := w.l.endsElsewhere(w.l.payment(p.ID), tt.f); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestAnEndThatWasNone: where the payment is found alive after all, nobody need look at it any
// more; silence does not tell that.
func TestAnEndThatWasNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	gone := w.found(payment.AuthCancelDone)
	gone.Alone = false
	since := w.now
	p = w.overdue(p, gone)
	w.alerted(AlertContradiction)
	w.now = w.now.Add(time.Minute)
	p = w.overdue(p, gone) // still nobody can tell
	w.alerted(AlertContradiction)
	if !p.EndedAt.Equal(since) || !p.AskAt.Equal(since.Add(5*time.Minute)) {
		t.Errorf("ended at %s, asked about at %s", p.EndedAt, p.AskAt)
	}
	p = w.overdue(p, Finding{Kind: NoAnswer})
	w.alerted(AlertContradiction)
	p = w.overdue(p, w.found(payment.AuthOK))
	w.alerted()
	if !p.EndedAt.IsZero() {
		t.Errorf("ended at %s", p.EndedAt)
	}
	w.stands(p, payment.Authorised, "")
}

// TestPaidyIsNotFound and nothing is known in its place: it is judged as silence is, no end.
func TestPaidyIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	p.Method = payment.Paidy
	p = w.overdue(p, Finding{Kind: NoSuch})
	if !p.EndedAt.IsZero() || p.Phase != payment.Authorised {
		t.Errorf("%+v", p)
	}
	w.alerted()
}

// TestASecondSuccessor: one payment is corrected once; what claims its place afterwards waits,
// and is counted as asked about.
func TestASecondSuccessor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	n, f := w.corrected("p2", "p1", "20", lower)
	w.confirm(n, &f)
	if w.l.holder("p2") == nil || n.State != NoticeApplied || n.Asked != 1 {
		t.Fatalf("%+v", n)
	}
	n, f = w.corrected("p3", "p1", "20", lower)
	w.confirm(n, &f)
	if w.l.holder("p3") != nil || n.State != NoticeReceived || n.Asked != 1 || !n.NextAt.After(w.now) {
		t.Errorf("%+v", n)
	}
	w.confirm(n, &Finding{Kind: NoAnswer}) // 094 is silent
	if n.Asked != 2 || n.State != NoticeReceived {
		t.Errorf("%+v", n)
	}
}

// TestRenumberedElsewhere: one of Paidy's that goes on under another id takes what stands
// there; where our own telegram is under way, that is settled by it first.
func TestRenumberedElsewhere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put    func(*world)
		status payment.Status
		amount order.Yen
		phase  payment.Phase
		worth  order.Yen
	}{
		"another amount":       {func(*world) {}, payment.AuthOK, lower, payment.Authorised, lower},
		"captured there":       {func(*world) {}, payment.Cleared, total, payment.Captured, total},
		"our capture, unknown": {func(w *world) { w.unknown(w.change(true)) }, payment.Cleared, total, payment.Captured, total},
		"our capture, not yet": {func(w *world) { w.unknown(w.change(true)) }, payment.AuthOK, lower, payment.Authorised, total},
		"our refund of a part, unknown": {func(w *world) {
			w.learnt(w.l.Current(), payment.Cleared)
			w.l.Order.Total = lower
			var op *Operation
			w.must(func(l *Ledger, tk tick) (err error) {
				op, err = l.planChange(tk, Change{PaymentID: l.CurrentID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
				return err
			})
			w.unknown(op)
		}, payment.Cleared, lower, payment.Captured, lower},
	} {
		w, p, _ := atPaidy(t)
		w.learnt(p, payment.AuthOK)
		p = w.l.payment(p.ID)
		p.PaymentID, p.PaymentIDs = "p1", []string{"p1"}
		tt.put(w)
		heir := Finding{Kind: Found, PaymentID: "p2", TradingID: p.TradingID, Type: "22", Status: tt.status, Amount: tt.amount, BegunAt: w.now}
		w.must(func(l *Ledger, tk tick) error {
			_, err := l.succeed(tk, l.payment(p.ID), heir, "inquiry")
			return err
		})
		p = w.l.payment(p.ID)
		if p.PaymentID != "p2" || p.Amount != tt.worth || p.Phase != tt.phase || len(w.l.Payments) != 1 {
			t.Errorf("%s: %+v", name, p)
		}
		if op := w.l.openOn(p); (op == nil) != (tt.phase == payment.Captured || name == "another amount") {
			t.Errorf("%s: open %+v", name, op)
		}
	}
}

// TestWhatASuccessorInherits: where its predecessor stood, since when, and when it is asked
// about next.
func TestWhatASuccessorInherits(t *testing.T) {
	t.Parallel()
	for name, captured := range map[string]bool{"an authorisation": false, "a sale": true} {
		w := newWorld(t)
		old := w.authorised("p1")
		status := payment.AuthOK
		if captured {
			w = newWorld(t)
			old, status = w.captured("p1"), payment.Cleared
		}
		old.PaymentClass, old.SplitCount, old.StoredCard, old.Protected = "61", 3, "card", true
		n, f := w.corrected("p2", "p1", status, lower)
		f.BegunAt = w.now.Add(-time.Minute)
		w.confirm(n, &f)
		p := w.l.Current()
		if p.PaymentClass != "61" || p.SplitCount != 3 || p.StoredCard != "card" || p.Protected {
			t.Errorf("%s: %+v", name, p)
		}
		if !p.AuthorisedAt.Equal(f.BegunAt) || !p.LimitAt.Equal(f.BegunAt.Add(authorisationTerm)) {
			t.Errorf("%s: since %s, until %s", name, p.AuthorisedAt, p.LimitAt)
		}
		if !captured && (!p.CapturedAt.IsZero() || !p.AskAt.Equal(p.LimitAt.Add(margin))) {
			t.Errorf("%s: captured at %s, asked about at %s", name, p.CapturedAt, p.AskAt)
		}
		if captured && (!p.CapturedAt.Equal(f.BegunAt) || !p.AskAt.IsZero()) {
			t.Errorf("%s: captured at %s, asked about at %s", name, p.CapturedAt, p.AskAt)
		}
	}
}

// TestASuccessorBegunNobodyKnowsWhen was begun now, as far as its limit goes; nothing begins later.
func TestASuccessorBegunNobodyKnowsWhen(t *testing.T) {
	t.Parallel()
	for name, begun := range map[string]time.Duration{"nobody tells": 0, "later than now": time.Hour} {
		w := newWorld(t)
		w.authorised("p1")
		n, f := w.corrected("p2", "p1", payment.AuthOK, lower)
		if f.BegunAt = w.now.Add(begun); begun == 0 {
			f.BegunAt = time.Time{}
		}
		w.confirm(n, &f)
		if p := w.l.Current(); p.PaymentID != "p2" || !p.AuthorisedAt.Equal(w.now) || !p.LimitAt.Equal(w.now.Add(authorisationTerm)) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestSuccessorsMoneyOfAnOrderThatIsOver is 入金あり・取消済み, and no double payment.
func TestSuccessorsMoneyOfAnOrderThatIsOver(t *testing.T) {
	t.Parallel()
	for status, want := range map[order.Status]AlertKind{order.Canceled: AlertPaidCanceled, order.Returned: AlertPaidCanceled, order.InProgress: AlertDouble} {
		w := newWorld(t)
		p := w.captured("p1")
		w.must(func(l *Ledger, tk tick) error {
			l.Order.Status, l.CurrentID = status, "" // it is not the order's any more
			l.judgeOther(tk, l.payment(p.ID), "x")
			if len(l.Alerts) != 1 || l.Alerts[0].Kind != want {
				t.Errorf("%s: %+v", status.Name(), l.Alerts)
			}
			return nil
		})
	}
}

// TestAMovedSuccessorOfWhatMustGo is cancelled although the centre is at work about it already;
// until it is gone staff know of it.
func TestAMovedSuccessorOfWhatMustGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := other(w)
	w.settle(w.send(w.reversal(old)), verdictOf(Answer{Outcome: Decline, Final: true, Code: "P010"}))
	n, f := w.corrected("p3", old.PaymentID, payment.CaptureRequested, lower)
	n.TradingID, f.TradingID = old.TradingID, old.TradingID
	w.confirm(n, &f)
	p := w.l.holder("p3")
	if p == nil || !p.Reverse || !p.AskAt.Equal(w.now.Add(time.Hour)) {
		t.Fatalf("%+v, notice %s %s", p, n.State, n.Reason)
	}
	w.alerted(AlertReversing)
	w.now = p.AskAt
	w.watch(p, Finding{Kind: Found, PaymentID: "p3", TradingID: old.TradingID, Type: "02", Status: "40", Amount: lower, BegunAt: w.now})
	w.alerted(AlertDouble)
}

// TestCorrectedWhileItIsChanged: オーソリ変更 finds the old payment's successor being captured.
// Two payments are alive when it ends, and staff are told.
func TestCorrectedWhileItIsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parent := w.begunChange()
	old := w.l.payment(parent.PaymentID)
	w.settle(w.step(parent), verdictOf(yes("p2")))
	gone := w.step(parent)
	if gone == nil || gone.Kind != payment.CancelAuthorization || gone.PaymentID != old.ID {
		t.Fatalf("%+v", gone)
	}
	gone = w.unknown(gone)
	w.now = gone.DeadlineAt.Add(time.Minute)
	n, f := w.corrected("p3", old.PaymentID, payment.CaptureRequested, 1500)
	w.confirm(n, &f)
	w.steps(parent)
	if parent = w.l.operation(parent.ID); parent.State != payment.Succeeded || len(w.alivePayments()) != 2 {
		t.Fatalf("%+v, %d alive", parent, len(w.alivePayments()))
	}
	w.alerted(AlertReversing)
}

// TestSuccessorUnderATelegram: while a telegram of ours about its predecessor is under way, the
// notice waits for the answer. Neither the operation is settled nor another id asked about by
// what the notice tells.
func TestSuccessorUnderATelegram(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begun    func(*testing.T) (*world, *Operation)
		typ      string
		amount   order.Yen
		answer   Answer
		payments int
	}{
		"its authorisation": {func(t *testing.T) (*world, *Operation) {
			w := newWorld(t)
			op := w.send(w.authorize())
			w.l.Current().addPaygentID("p1") // told by its own notice, which waits as well
			return w, op
		}, "02", lower, yes("p1"), 2},
		"Paidy's capture": {func(t *testing.T) (*world, *Operation) {
			w, _, _ := atPaidy(t)
			return w, w.send(w.change(true))
		}, "22", total, yes("p2"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, op := tt.begun(t)
			p, ids := w.l.Current(), len(w.l.Current().PaymentIDs)
			n, f := w.corrected("p2", "p1", "20", tt.amount)
			n.Type, f.Type = tt.typ, tt.typ
			w.confirm(n, &f)
			if n.State != NoticeReceived || !n.NextAt.Equal(op.DeadlineAt) {
				t.Errorf("%s %s, again at %s", n.State, n.Reason, n.NextAt)
			}
			if got := w.l.operation(op.ID); got.State != payment.Sent || len(w.l.Payments) != 1 || len(w.l.payment(p.ID).PaymentIDs) != ids {
				t.Errorf("the telegram is %s by %q, payments %+v", got.State, got.Cause, w.l.Payments)
			}
			w.settle(op, verdictOf(tt.answer))
			w.confirm(n, &f)
			if cur := w.l.Current(); n.State == NoticeParked || cur.PaymentID != "p2" || cur.Amount != tt.amount || len(w.l.Payments) != tt.payments {
				t.Errorf("%s %s, %d payments, %+v", n.State, n.Reason, len(w.l.Payments), cur)
			}
		})
	}
}

// TestSuccessorOfAnotherType: a card's payment does not go on as a bank's. Whoever says so, a
// person looks at it, and ours stays the order's.
func TestSuccessorOfAnotherType(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Notice, *Finding){
		"so the notice": func(n *Notice, _ *Finding) { n.Type = "05" },
		"so 094":        func(_ *Notice, f *Finding) { f.Type = "05" },
		"so both":       func(n *Notice, f *Finding) { n.Type, f.Type = "05", "05" },
	} {
		w := newWorld(t)
		p := w.authorised("p1")
		n, f := w.corrected("p2", "p1", "20", lower)
		change(n, &f)
		w.confirm(n, &f)
		if n.State != NoticeParked || n.Reason != ParkType || len(w.l.Payments) != 1 || w.l.CurrentID != p.ID {
			t.Errorf("%s: %s %s, %d payments", name, n.State, n.Reason, len(w.l.Payments))
		}
		w.stands(p, payment.Authorised, "")
		w.alerted(AlertNoticeParked)
	}
}

// TestAnHeirThatIsKnown: 094 tells that ours ended, and what stands in its place is a payment the
// order holds already. It is not taken a second time: the same money would count twice.
func TestAnHeirThatIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	n, heir := w.corrected("p2", "", "20", lower)
	w.confirm(n, &heir) // a stranger's, as far as 094 told
	if len(w.l.Payments) != 2 || w.reversal(w.l.holder("p2")) == nil {
		t.Fatalf("%s %s, %d payments", n.State, n.Reason, len(w.l.Payments))
	}
	f := w.found(payment.AuthCancelDone)
	heir.BaseID = "p1"
	f.Alone, f.Heir = false, &heir
	w.overdue(p, f)
	if len(w.l.Payments) != 2 || w.reversal(w.l.holder("p2")) == nil {
		t.Errorf("%d payments", len(w.l.Payments))
	}
	if p = w.l.payment(p.ID); !p.AskAt.After(w.now) {
		t.Errorf("asked about again at %s", p.AskAt)
	}
	f.Alone, f.Heir = true, nil // the stranger is gone as well
	w.settle(w.send(w.reversal(w.l.holder("p2"))), verdictOf(yes("p2")))
	w.overdue(p, f)
	w.stands(p, payment.Ended, payment.Canceled)
	w.status(order.Canceled)
	w.holds(Released)
}
