package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

const lower = order.Yen(1500)

// changing is an order whose total was edited after it was authorised or captured, with
// the change of the amount planned.
func changing(t *testing.T, captured bool) (w *world, old *Payment, parent *Operation) {
	t.Helper()
	w = newWorld(t)
	button := payment.AuthChangeButton
	old = w.authorised("p1")
	if captured {
		button = payment.SaleChangeButton
		w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
		w.take(w.notice(payment.Cleared))
	}
	w.l.Order.Total = lower
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: button, Amount: total, Total: lower, Actor: "staff:1"})
		return err
	})
	return w, old, parent
}

// TestChangeOfAnUntoldCard: while no notice has told how the holder pays, a change of the amount
// says so, before anything is sent; to nothing it needs no new authorisation.
func TestChangeOfAnUntoldCard(t *testing.T) {
	t.Parallel()
	for _, captured := range []bool{false, true} {
		w := newWorld(t)
		p, b, to := w.authorised("p1"), payment.AuthChangeButton, lower
		if captured {
			w = newWorld(t)
			p, b = w.captured("p1"), payment.SaleChangeButton
		}
		w.l.payment(p.ID).PaymentClass = ""
		for _, want := range []string{"payment.class_unknown", ""} {
			w.l.Order.Total = to
			in := Change{PaymentID: p.ID, Button: b, Amount: total, Total: to, Actor: clerk}
			if said := Buttons(w.l, p.ID, w.policy, w.now)[b]; code(said) != want {
				t.Errorf("to %d: the button says %v", to, said)
			}
			if err := w.do(func(l *Ledger, tk tick) error { _, err := l.planChange(tk, in); return err }); code(err) != want {
				t.Errorf("to %d: %v", to, err)
			}
			to = 0
		}
	}
}

// TestAChangeThatWaitsIsLeftAlone: while its step is at the centre nobody looks at it each minute;
// it goes on as soon as the step is settled.
func TestAChangeThatWaitsIsLeftAlone(t *testing.T) {
	t.Parallel()
	w, _, parent := changing(t, false)
	step := w.step(parent)
	w.settle(step, verdictOf(Answer{Outcome: Mystery}))
	if w.step(parent) != nil {
		t.Fatal("a second step")
	}
	if at := w.l.operation(parent.ID).NotBefore; at.Before(w.now.Add(time.Hour)) {
		t.Errorf("looked at again after %s", at.Sub(w.now))
	}
	w.now = w.now.Add(3 * time.Minute)
	f := w.found(payment.AuthOK)
	f.PaymentID, f.TradingID, f.Amount = "p2", "123_2", lower
	w.resolve(step, f)
	if at := w.l.operation(parent.ID).NotBefore; !at.Equal(w.now) {
		t.Errorf("it goes on in %s", at.Sub(w.now))
	}
}

// TestChangeOfALinkedCard: 020 needs to know how the holder pays, which was chosen at the
// centre's page: the notices tell (protocol.md §7.6).
func TestChangeOfALinkedCard(t *testing.T) {
	t.Parallel()
	w := linked(t, payment.Card)
	for _, class := range []string{"61", "10"} { // the first that tells
		n := w.noticeOf("p1", payment.AuthOK)
		n.PaymentClass, n.SplitCount = class, len(class)+1
		f := w.found(payment.AuthOK)
		if w.take(n) {
			w.confirm(n, &f)
		}
	}
	old := w.l.Current()
	if old.PaymentClass != "61" || old.SplitCount != 3 {
		t.Fatalf("paid by %q-%d", old.PaymentClass, old.SplitCount)
	}
	var parent *Operation
	w.l.Order.Total = lower
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: "staff:1"})
		return err
	})
	if fresh := w.l.payment(w.step(parent).PaymentID); fresh.PaymentClass != "61" || fresh.SplitCount != 3 {
		t.Errorf("authorised again by %q-%d", fresh.PaymentClass, fresh.SplitCount)
	}
}

// TestClassOfTheCardThatPaid: at the centre's page a card can be tried again in another way
// (re_payment_type); how the refused one was to pay is nothing the next authorisation repeats.
// Nor does a later notice change how the card that paid was to pay, least of all to nothing.
func TestClassOfTheCardThatPaid(t *testing.T) {
	t.Parallel()
	w := linked(t, payment.Card)
	for _, try := range []struct {
		id, class string
		split     int
		status    payment.Status
	}{{"p1", "61", 3, payment.AuthNG}, {"p2", "10", 0, payment.AuthOK}, {"p1", "61", 3, payment.AuthNG}, {"p2", "", 0, payment.Cleared}, {"p2", "61", 5, payment.ClearedFinal}} {
		n := w.noticeOf(try.id, try.status)
		n.PaymentClass, n.SplitCount = try.class, try.split
		f := w.found(try.status)
		f.PaymentID = try.id
		if w.take(n) {
			w.confirm(n, &f)
		}
	}
	if p := w.l.Payments[0]; p.PaymentID != "p2" || p.Phase != payment.Captured || p.Status != payment.ClearedFinal || p.PaymentClass != "10" || p.SplitCount != 0 {
		t.Errorf("%s %s, paid by %q-%d", p.PaymentID, p.Phase, p.PaymentClass, p.SplitCount)
	}
}

// step plans the saga's next step and sends it; nil where there is none now.
func (w *world) step(parent *Operation) *Operation {
	w.t.Helper()
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		op, err = l.sagaStep(t, parent.ID)
		return err
	})
	if op == nil {
		return nil
	}
	return w.send(op)
}

// steps runs a saga against answers, one per step, and checks each step's telegram.
func (w *world) steps(parent *Operation, want ...any) {
	w.t.Helper()
	for i := 0; i < len(want); i += 2 {
		op := w.step(parent)
		if op == nil || op.Kind.Telegram() != want[i] {
			w.t.Fatalf("step %d is %+v, not %s", i/2+1, op, want[i])
		}
		w.settle(op, verdictOf(want[i+1].(Answer)))
	}
	if op := w.step(parent); op != nil {
		w.t.Fatalf("one step too many: %s", op.Kind)
	}
}

func yes(id string) Answer { return Answer{Outcome: Success, PaymentID: id} }

var no = Answer{Outcome: Decline, Final: true, Code: "2003", Detail: "1G12"}

// TestChangeOfAnAuthorisation: a new payment for the new amount, then the old one goes.
func TestChangeOfAnAuthorisation(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.steps(parent, "020", yes("p2"), "021", yes("p1"))
	fresh := w.l.Current()
	if fresh.ID == old.ID || fresh.Amount != lower || fresh.Situation != payment.AuthChanged || fresh.TradingID != "123_2" {
		t.Errorf("%+v", fresh)
	}
	w.stands(fresh, payment.Authorised, "")
	w.stands(old, payment.Ended, payment.Canceled)
	w.status(order.New)
	w.holds(Committed)
	if op := w.l.operation(parent.ID); op.State != payment.Succeeded || op.OpenKey != "" {
		t.Errorf("%+v", op)
	}
	// The old one's 32 comes late and moves nothing.
	n := w.notice(payment.AuthCancelDone)
	n.PaymentID, n.TradingID = "p1", old.TradingID
	w.take(n)
	w.status(order.New)
	if w.alerts[string(AlertReversing)] || w.alerts[string(AlertAmountOpen)] || w.alerts[string(AlertContradiction)] {
		t.Errorf("alerts: %v", w.alerts)
	}
}

// TestChangeOfASale captures the new payment before the old one is given back.
func TestChangeOfASale(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	w.steps(parent, "020", yes("p2"), "022", yes("p2"), "023", yes("p1"))
	fresh := w.l.Current()
	w.stands(fresh, payment.Captured, "")
	w.stands(old, payment.Ended, payment.Refunded)
	if fresh.Situation != payment.SaleChanged || fresh.AskAt.IsZero() {
		t.Errorf("%+v", fresh)
	}
	w.status(order.Paid)
	w.holds(Committed)
}

// TestAFailedChange leaves the old payment as it was, and no second one alive.
func TestAFailedChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		captured bool
		steps    []any
		cause    string
	}{
		"the new one refused":          {false, []any{"020", no}, "answer"},
		"the new one refused, sale":    {true, []any{"020", no}, "answer"},
		"its capture refused":          {true, []any{"020", yes("p2"), "022", no, "021", yes("p2")}, sagaUndo},
		"rejected before it was begun": {false, []any{"020", Answer{Outcome: Reject, Final: true, NotSent: true, Code: "E02005"}}, neverSentCause},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, old, parent := changing(t, tt.captured)
			status := w.l.Order.Status
			w.steps(parent, tt.steps...)
			if w.l.CurrentID != old.ID {
				t.Error("the old payment is no longer the order's")
			}
			phase := payment.Authorised
			if tt.captured {
				phase = payment.Captured
			}
			w.stands(old, phase, "")
			for _, p := range w.l.Payments {
				if p.ID != old.ID && p.living() {
					t.Errorf("a second payment lives: %+v", p)
				}
			}
			if op := w.l.operation(parent.ID); op.State != payment.DeclinedOp || op.Cause != tt.cause || op.Code == "" {
				t.Errorf("%+v", op)
			}
			if !w.alerts[string(AlertAmountOpen)] {
				t.Error("nobody is told that the amounts differ")
			}
			w.status(status)
			w.holds(Committed)
		})
	}
}

// TestTheOldPaymentWillNotGo: it is tried again with growing pauses, and a person is
// told as long as both are there.
func TestTheOldPaymentWillNotGo(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	op := w.step(parent)
	w.settle(op, verdictOf(yes("p2")))
	for try := range 3 {
		op = w.step(parent)
		if op == nil || op.Kind != payment.CancelAuthorization || op.PaymentID != old.ID {
			t.Fatalf("try %d: %+v", try, op)
		}
		w.must(func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.AuthOK))
		})
		if again := w.step(parent); again != nil {
			t.Fatalf("try %d is made at once", try+1)
		}
		if !w.alerts[string(AlertReversing)] {
			t.Fatal("nobody is told")
		}
		w.now = w.l.operation(parent.ID).NotBefore
	}
	w.steps(parent, "021", yes("p1"))
	if w.alerts[string(AlertReversing)] {
		t.Error("the alert stays open")
	}
	w.stands(old, payment.Ended, payment.Canceled)
}

// TestTheOldSaleCanNoLongerGo: at 41 the new payment is the one that is cancelled, and
// the amounts differ for good.
func TestTheOldSaleCanNoLongerGo(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	for _, a := range []Answer{yes("p2"), yes("p2")} {
		w.settle(w.step(parent), verdictOf(a))
	}
	op := w.step(parent)
	w.must(func(l *Ledger, tk tick) error {
		return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.ClearedFinal))
	})
	fresh := w.l.Current()
	w.steps(parent, "023", yes("p2"))
	if w.l.CurrentID != old.ID {
		t.Error("the old payment is not the order's again")
	}
	w.stands(fresh, payment.Ended, payment.Refunded)
	w.stands(old, payment.Captured, "")
	if !w.alerts[string(AlertAmountOpen)] || w.alerts[string(AlertReversing)] {
		t.Errorf("alerts: %v", w.alerts)
	}
}

// TestASagaGoesOn after a crash before a step left, and after a step nobody answered.
func TestASagaGoesOn(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	// The node dies with the first step planned.
	w.must(func(l *Ledger, tk tick) error { _, err := l.sagaStep(tk, parent.ID); return err })
	lost := w.l.Operations[len(w.l.Operations)-1]
	w.settle(lost, neverSent())
	w.status(order.Paid)
	first := w.step(parent)
	if first.Kind != payment.Authorize || w.l.payment(first.PaymentID).TradingID != "123_3" {
		t.Fatalf("%+v", first)
	}
	// Nobody answers; 094 finds it.
	w.settle(first, verdictOf(Answer{Outcome: Mystery}))
	if op := w.step(parent); op != nil {
		t.Fatalf("the saga does not wait for the unknown: %+v", op)
	}
	f := w.found(payment.AuthOK)
	f.PaymentID, f.TradingID, f.Amount = "p3", "123_3", lower
	w.resolve(first, f)
	// The capture is answered by its notice alone.
	second := w.step(parent)
	w.settle(second, verdictOf(Answer{Outcome: Mystery}))
	n := w.notice(payment.Cleared)
	n.PaymentID, n.TradingID, n.Amount = "p3", "123_3", lower
	f.Status = payment.Cleared
	w.confirm(n, &f)
	w.steps(parent, "023", yes("p1"))
	w.stands(w.l.Current(), payment.Captured, "")
	w.stands(old, payment.Ended, payment.Refunded)
	w.status(order.Paid)
}

// TestNoticesOfASagaWait: what is told of its payments is judged when it has ended.
func TestNoticesOfASagaWait(t *testing.T) {
	t.Parallel()
	w, _, parent := changing(t, false)
	n := w.notice(payment.AuthCancelDone) // somebody cancels the old one elsewhere
	w.take(n)
	if got := w.notices[n.ID]; got.State != NoticeReceived || got.NextAt.IsZero() {
		t.Errorf("%+v", got)
	}
	w.status(order.New)
	w.steps(parent, "020", yes("p2"), "021", yes("p1"))
	w.take(n)
	w.status(order.New)
	w.holds(Committed)
}

// TestWhenTheAmountMayBeChanged gives the reason for each refusal.
func TestWhenTheAmountMayBeChanged(t *testing.T) {
	t.Parallel()
	for code, change := range map[string]func(*world, *Payment, *Change){
		"payment.amount_same":      func(w *world, _ *Payment, c *Change) { w.l.Order.Total, c.Total = total, total },
		"order.amount_changed":     func(_ *world, _ *Payment, c *Change) { c.Total++ },
		"payment.amount_changed":   func(_ *world, _ *Payment, c *Change) { c.Amount++ },
		"payment.change_term_over": func(w *world, p *Payment, _ *Change) { w.now = p.CapturedAt.Add(57 * 24 * time.Hour) },
		"payment.cancel_term_over": func(_ *world, p *Payment, _ *Change) { p.Status = payment.ClearedFinal },
		"payment.transit":          func(_ *world, p *Payment, _ *Change) { p.Status = payment.RefundRequested },
		"order.status":             func(w *world, _ *Payment, _ *Change) { w.l.Order.Status = order.Canceled },
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.captured("p1")
			w.l.Order.Total = lower
			c := Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower}
			change(w, p, &c)
			err := w.do(func(l *Ledger, tk tick) error { _, err := l.planChange(tk, c); return err })
			if !problem.Is(err, code) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestNothingToPayAnyMore cancels the payment and keeps the order and its goods.
func TestNothingToPayAnyMore(t *testing.T) {
	t.Parallel()
	for name, declined := range map[string]bool{"cancelled": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			w.l.Order.Total = 0
			var op *Operation
			w.must(func(l *Ledger, tk tick) (err error) {
				op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total, Actor: "staff:1"})
				return err
			})
			w.send(op)
			if declined {
				w.settle(op, verdictOf(no))
				if w.l.CurrentID != p.ID || !w.alerts[string(AlertAmountOpen)] {
					t.Errorf("current %q, alerts %v", w.l.CurrentID, w.alerts)
				}
				return
			}
			w.settle(op, verdictOf(yes("p1")))
			n := w.notice(payment.AuthCancelDone)
			n.TradingID = p.TradingID
			w.take(n)
			w.status(order.New)
			w.holds(Committed)
			w.stands(p, payment.Ended, payment.Canceled)
		})
	}
}

// TestPaidyGivesBackTheDifference: all of it is captured, then the difference refunded.
func TestPaidyGivesBackTheDifference(t *testing.T) {
	t.Parallel()
	w := of(t, payment.Scheme{Method: payment.Paidy, System: payment.Module})
	w.begin(nil)
	p := w.l.Current()
	w.must(func(l *Ledger, tk tick) error {
		q := l.payment(p.ID)
		q.addPaygentID("p1")
		return l.learn(tk, q, payment.AuthOK, total, time.Time{}, "inquiry")
	})
	press := func(amount order.Yen) (*Operation, error) {
		w.l.Order.Total = amount
		var op *Operation
		err := w.do(func(l *Ledger, tk tick) (err error) {
			op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: l.Current().Amount, Total: amount, Actor: "staff:1"})
			return err
		})
		return op, err
	}
	if _, err := press(total + 1); !problem.Is(err, "payment.paidy_increase") {
		t.Errorf("more than was authorised: %v", err)
	}
	parent, err := press(lower)
	if err != nil || parent.Kind != payment.ChangeAmount {
		t.Fatalf("%+v, %v", parent, err)
	}
	w.steps(parent, "341", yes("p1"), "342", yes("p1"))
	if p = w.l.Current(); p.Amount != lower || p.Phase != payment.Captured || p.Situation != payment.Sold {
		t.Errorf("%+v", p)
	}
	again, err := press(1000)
	if err != nil || again.Kind != payment.RefundPaidy || again.Amount != 1000 {
		t.Fatalf("a captured one: %+v, %v", again, err)
	}
	w.settle(w.send(again), verdictOf(yes("p1")))
	if p = w.l.Current(); p.Amount != 1000 {
		t.Errorf("%+v", p)
	}
}
