package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// notHappened is an order whose first try went unanswered and was settled as not
// happened; the buyer is back at the payment page.
func notHappened(w *world) *Payment {
	w.t.Helper()
	op := w.unknown(w.authorize())
	for range 2 {
		w.now = w.now.Add(2 * time.Minute)
		op = w.resolve(op, noSuch(w))
	}
	if op.State != payment.DeclinedOp || w.l.Order.Status != order.Processing {
		w.t.Fatalf("not settled: %+v", op)
	}
	return w.l.Current()
}

// alive makes a payment come alive late, by a notice that 094 confirms.
func (w *world) alive(p *Payment, id string, s payment.Status) {
	w.t.Helper()
	n := w.notice(s)
	n.TradingID, n.PaymentID, n.Amount = p.TradingID, id, p.Amount
	if !w.take(n) {
		w.t.Errorf("%s was applied without asking 094", s)
	}
	w.confirm(n, &Finding{Kind: Found, PaymentID: id, TradingID: p.TradingID, Type: "02", Status: s, Amount: p.Amount, BegunAt: p.BegunAt})
	if n.State != NoticeApplied {
		w.t.Errorf("the notice is %s %s", n.State, n.Reason)
	}
}

// reversal is the open cancellation of a payment, nil if there is none.
func (w *world) reversal(p *Payment) *Operation {
	op := w.l.openOn(w.l.payment(p.ID))
	if op != nil && op.Kind == payment.CancelAuthorization && op.Actor == System {
		return op
	}
	return nil
}

// TestLatePayment: a payment settled as not happened comes alive (money.md §6).
func TestLatePayment(t *testing.T) {
	t.Parallel()
	type end struct {
		order    order.Status
		phase    payment.Phase
		hold     HoldState
		reversed bool
		alert    AlertKind
	}
	for name, tt := range map[string]struct {
		between func(*world)
		status  payment.Status
		end     end
	}{
		"the order waits":               {func(*world) {}, "20", end{order.New, payment.Authorised, Committed, false, ""}},
		"the order waits, captured":     {func(*world) {}, "40", end{order.Paid, payment.Captured, Committed, false, ""}},
		"another try is under way":      {func(w *world) { w.send(w.authorize()) }, "20", end{order.New, payment.Authorised, Committed, false, ""}},
		"placed by other means":         {placeOffline, "20", end{order.New, payment.Authorised, Committed, true, ""}},
		"placed by other means, paid":   {placeOffline, "40", end{order.New, payment.Captured, Committed, false, AlertDouble}},
		"cancelled meanwhile":           {func(w *world) { w.l.Order.Status = order.Canceled }, "20", end{order.Canceled, payment.Authorised, Released, true, ""}},
		"cancelled meanwhile, paid":     {func(w *world) { w.l.Order.Status = order.Canceled }, "40", end{order.Canceled, payment.Captured, Released, false, AlertPaidCanceled}},
		"returned meanwhile":            {func(w *world) { w.l.Order.Status = order.Returned }, "20", end{order.Returned, payment.Authorised, Released, true, ""}},
		"returned meanwhile, paid":      {func(w *world) { w.l.Order.Status = order.Returned }, "41", end{order.Returned, payment.Captured, Released, false, AlertPaidCanceled}},
		"another total meanwhile":       {func(w *world) { w.l.Order.Total++ }, "20", end{order.Processing, payment.Authorised, Released, true, ""}},
		"another total meanwhile, paid": {func(w *world) { w.l.Order.Total++ }, "40", end{order.Processing, payment.Captured, Released, false, AlertDouble}},
		"the second try stands": {func(w *world) {
			w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, PaymentID: "p2"}))
		}, "20", end{order.New, payment.Authorised, Committed, true, ""}},
		"the second try stands, both taken": {func(w *world) {
			w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, PaymentID: "p2"}))
		}, "40", end{order.New, payment.Captured, Committed, false, AlertDouble}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := notHappened(w)
			tt.between(w)
			w.alive(p, "p1", tt.status)
			w.status(tt.end.order)
			w.stands(p, tt.end.phase, "")
			w.holds(tt.end.hold)
			if got := w.reversal(p) != nil; got != tt.end.reversed || w.l.payment(p.ID).Reverse != got {
				t.Errorf("reversed: %v", got)
			}
			if tt.end.alert != "" && !w.alerts[string(tt.end.alert)] {
				t.Errorf("alerts: %v, not %s", w.alerts, tt.end.alert)
			}
			if tt.end.alert == "" && len(w.alerts) > 0 {
				t.Errorf("alerts: %v", w.alerts)
			}
			if tt.end.reversed {
				w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Success}))
				w.stands(p, payment.Ended, payment.Canceled)
				w.status(tt.end.order)
				w.holds(tt.end.hold)
			}
		})
	}
}

// placeOffline places the order by one of EC-CUBE's own methods.
func placeOffline(w *world) {
	w.t.Helper()
	w.l.Order.MethodClass = offlineClass
	w.must(func(l *Ledger, t tick) error { return l.placeOrder(t, l.Order.Total) })
	w.status(order.New)
}

// TestSecondTryLosesToTheFirst: the first comes alive while the second is under way;
// what the second comes to touches neither order nor hold.
func TestSecondTryLosesToTheFirst(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]Answer{
		"authorised": {Outcome: Success, PaymentID: "p2"},
		"declined":   {Outcome: Decline, Final: true, Code: "2003"},
		"rejected":   {Outcome: Reject},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := notHappened(w)
			op := w.send(w.authorize())
			second := w.l.Current()
			w.alive(first, "p1", payment.AuthOK)
			if w.l.CurrentID != first.ID {
				t.Fatal("the first is not the order's")
			}
			w.settle(op, verdictOf(a))
			w.status(order.New)
			w.holds(Committed)
			w.stands(first, payment.Authorised, "")
			if got := w.reversal(second) != nil; got != (a.Outcome == Success) {
				t.Errorf("the second is reversed: %v", got)
			}
			if w.reversal(first) != nil || w.l.OpenOperation() != nil {
				t.Error("the order is busy")
			}
		})
	}
}

// shortAtReturn is a late payment for goods that others have bought meanwhile.
func shortAtReturn(w *world, s payment.Status) *Payment {
	w.t.Helper()
	p := notHappened(w)
	w.stock = 1 // and the world's own sum must agree
	defer func() { w.stock = 1 }()
	n := w.notice(s)
	n.TradingID, n.PaymentID = p.TradingID, "p1"
	f := w.found(s)
	l := clone(w.l)
	l.Goods = &Goods{Wanted: []order.Movement{{ProductClassID: class, Quantity: wanted}}, Stock: map[int64]Stock{class: {Left: 1}}}
	if _, err := l.decideNotice(w.tick(), n, &f); err != nil {
		w.t.Fatalf("%v", err)
	}
	for _, a := range l.Alerts {
		w.alerts[string(a.Kind)] = !a.Close
	}
	for _, m := range l.Mails {
		w.mails = append(w.mails, string(m.Kind)+" "+m.Cause)
	}
	if len(l.Moves) > 0 {
		w.t.Errorf("goods were moved: %+v", l.Moves)
	}
	l.Events, l.Alerts, l.Mails, l.Moves, l.Goods = nil, nil, nil, nil, nil
	w.l = l
	return w.l.payment(p.ID)
}

// TestGoodsGone: an authorisation is reversed, money that was taken comes before a person.
func TestGoodsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := shortAtReturn(w, payment.AuthOK)
	if p.Phase != payment.Authorised || !p.Reverse || w.reversal(p) == nil || w.l.Order.Status != order.Processing || w.l.Hold != nil {
		t.Errorf("authorised: %+v in %s", p, w.l.Order.Status.Name())
	}
	l := clone(w.l)
	if err := l.settle(w.tick(), w.reversal(p).ID, verdictOf(Answer{Outcome: Success})); err != nil {
		t.Fatal(err)
	}
	for _, a := range l.Alerts {
		w.alerts[string(a.Kind)] = !a.Close
	}
	if w.alerts[string(AlertStockShort)] || l.payment(p.ID).Phase != payment.Ended || len(l.Moves) > 0 {
		t.Errorf("the alert outlives its cause: %v, moves %v", w.alerts, l.Moves)
	}
	w = newWorld(t)
	p = shortAtReturn(w, payment.Cleared)
	if p.Phase != payment.Captured || p.Reverse || w.reversal(p) != nil || !w.alerts[string(AlertStockShort)] || len(w.mails) != 1 {
		t.Errorf("captured: %+v, alerts %v, mails %v", p, w.alerts, w.mails)
	}
}

// other is an order whose payment stands, and a second one that must not stay alive.
func other(w *world) (reversed *Payment) {
	w.t.Helper()
	p := notHappened(w)
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, PaymentID: "p2"}))
	w.alive(p, "p1", payment.AuthOK)
	return w.l.payment(p.ID)
}

// TestAliveAfterAll: an end that was settled and was none leaves no trace of when it was.
func TestAliveAfterAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if p := notHappened(w); p.EndedAt.IsZero() {
		t.Fatalf("%+v", p)
	}
	w = newWorld(t)
	if p := other(w); !p.living() || !p.EndedAt.IsZero() {
		t.Errorf("%+v", p)
	}
}

// TestReversalIsRetriedUntilItIsGone: with back-off, and an alert meanwhile (money.md §8).
func TestReversalIsRetriedUntilItIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := other(w)
	pauses := []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, time.Hour, time.Hour}
	for n, pause := range pauses {
		op := w.reversal(p)
		if op == nil || op.Owner != "" || op.OpenKey != paymentKey(p) {
			t.Fatalf("try %d: %+v", n+1, op)
		}
		w.settle(w.send(op), verdict{state: payment.DeclinedOp, cause: "answer", code: "2003"})
		if !w.alerts[string(AlertReversing)] {
			t.Fatalf("no alert: %v", w.alerts)
		}
		p = w.l.payment(p.ID)
		if got := p.AskAt.Sub(w.now); got != pause {
			t.Errorf("after try %d: %s, not %s", n+1, got, pause)
		}
		w.watch(p, w.found("20")) // not due: nothing
		if w.reversal(p) != nil {
			t.Fatal("tried again before its time")
		}
		w.now = p.AskAt
		w.watch(p, Finding{Kind: NoAnswer})
	}
	w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Success}))
	w.stands(p, payment.Ended, payment.Canceled)
	if p = w.l.payment(p.ID); len(w.alerts) != 0 || !p.AskAt.IsZero() || p.Reverse {
		t.Errorf("alerts %v, %+v", w.alerts, p)
	}
	w.status(order.New)
	w.holds(Committed)
}

// TestReversalFindsItGone, captured, or expired: nothing more is sent.
func TestReversalFindsItGone(t *testing.T) {
	t.Parallel()
	for status, want := range map[payment.Status]struct {
		phase payment.Phase
		alert AlertKind
	}{"32": {payment.Ended, ""}, "33": {payment.Ended, ""}, "40": {payment.Captured, AlertDouble}} {
		w := newWorld(t)
		p := other(w)
		op := w.send(w.reversal(p))
		f := w.found(status)
		w.must(func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), f)
		})
		p = w.l.payment(p.ID)
		if p.Phase != want.phase || p.Reverse || w.reversal(p) != nil || (want.phase == payment.Ended && !p.AskAt.IsZero()) {
			t.Errorf("%s: %+v", status, p)
		}
		if want.alert != "" != (len(w.alerts) > 0) || want.alert != "" && !w.alerts[string(want.alert)] {
			t.Errorf("%s: alerts %v", status, w.alerts)
		}
		for range 3 { // and stays so however often it is looked at
			w.now = w.now.Add(25 * time.Hour)
			w.must(func(l *Ledger, tk tick) error { return l.watched(tk, p.ID, f, true) })
		}
		if w.reversal(p) != nil {
			t.Errorf("%s: a reversal was planned", status)
		}
	}
}

// TestReversalUnknown is settled by 094 like any other.
func TestReversalUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := other(w)
	op := w.unknown(w.reversal(p))
	w.now = w.now.Add(time.Hour)
	w.must(func(l *Ledger, tk tick) error { // whatever else looks at the payment plans no second one
		l.planReversal(tk, l.payment(p.ID), "again")
		return nil
	})
	w.resolve(op, w.found("32"))
	w.stands(p, payment.Ended, payment.Canceled)
	if n := len(w.l.Operations); n != 3 {
		t.Errorf("%d operations", n)
	}
	w.status(order.New)
}

// TestSharedMerchant: without our mark nothing is reversed by itself (money.md §4).
func TestSharedMerchant(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mark, trading string
		reversed      bool
	}{
		"our mark":      {"B", "B123", true},
		"another":       {"B", "A123", false},
		"none on it":    {"B", "123", false},
		"none to be on": {"", "123", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.policy.Mark, w.policy.SharedMerchant = tt.mark, true
			p := notHappened(w)
			w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, PaymentID: "p2"}))
			w.l.payment(p.ID).TradingID = tt.trading
			w.alive(w.l.payment(p.ID), "p1", payment.AuthOK)
			if got := w.reversal(p) != nil; got != tt.reversed || w.alerts[string(AlertReversing)] == got {
				t.Errorf("reversed %v, alerts %v", got, w.alerts)
			}
			if tt.reversed {
				return
			}
			// Staff try, the centre refuses: still nothing goes by itself.
			var op *Operation
			w.must(func(l *Ledger, tk tick) (err error) {
				op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.CancelButton, Amount: p.Amount, Actor: "staff:1"})
				return err
			})
			w.settle(w.send(op), verdict{state: payment.DeclinedOp, code: "2003"})
			for range 3 {
				w.now = w.now.Add(2 * time.Hour)
				w.must(func(l *Ledger, tk tick) error { return l.watched(tk, p.ID, w.found("20"), true) })
			}
			if w.reversal(p) != nil {
				t.Error("reversed by itself after staff's own try failed")
			}
		})
	}
}

// TestAPersonsAlertEndsWithItsCause: the money goes back, here or elsewhere.
func TestAPersonsAlertEndsWithItsCause(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(*world){
		"double":    placeOffline,
		"cancelled": func(w *world) { w.l.Order.Status = order.Canceled },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := notHappened(w)
			between(w)
			w.alive(p, "p1", payment.Cleared)
			if len(w.alerts) != 1 {
				t.Fatalf("alerts %v", w.alerts)
			}
			n, f := w.notice(payment.RefundDone), w.found(payment.RefundDone)
			n.PaymentID = "p1"
			w.confirm(n, &f)
			if len(w.alerts) != 0 {
				t.Errorf("alerts %v", w.alerts)
			}
			w.stands(p, payment.Ended, payment.Refunded)
		})
	}
}

// TestMoneyTakenWithoutGoods keeps its order: another try that comes alive is reversed.
func TestMoneyTakenWithoutGoods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := notHappened(w)
	w.settle(w.authorize(), neverSent())
	second := w.l.Current()
	second.Phase, second.End, second.PaymentID = payment.Captured, "", "p2" // its goods were gone
	w.alive(first, "p1", payment.AuthOK)
	if w.reversal(first) == nil || w.l.CurrentID != second.ID {
		t.Errorf("%+v is the order's", w.l.Current())
	}
	w.status(order.Processing)
}

// TestNoGoodsInSeven: a payment that stands when the goods of an order in 7 are gone.
func TestNoGoodsInSeven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.send(w.authorize())
	p := w.l.Current()
	l := clone(w.l)
	l.Hold, l.Goods = nil, &Goods{Wanted: []order.Movement{{ProductClassID: class, Quantity: wanted}}, Stock: map[int64]Stock{class: {Left: 1}}}
	if err := l.settle(w.tick(), op.ID, verdictOf(Answer{Outcome: Success, PaymentID: "p1"})); err != nil {
		t.Fatal(err)
	}
	if l.Order.Status != order.Processing || !l.payment(p.ID).Reverse || l.openOn(l.payment(p.ID)) == nil || len(l.Moves) > 0 {
		t.Errorf("in %s, %+v", l.Order.Status.Name(), l.payment(p.ID))
	}
}

// TestStandsAfterAll: a try settled as not happened that the centre then tells of can still be
// paid; it is watched, whether a notice comes or not.
func TestStandsAfterAll(t *testing.T) {
	t.Parallel()
	for told, want := range map[payment.Status]payment.End{payment.Applied: payment.Unreachable, payment.AuthNG: payment.NotHappened} {
		w := newWorld(t)
		p := notHappened(w)
		n := w.notice(told)
		n.TradingID, n.PaymentID = p.TradingID, "p1"
		f := w.found(told)
		f.TradingID = p.TradingID
		w.confirm(n, &f)
		w.stands(p, payment.Ended, want)
		got := w.l.payment(p.ID)
		if watched := !got.AskAt.IsZero(); watched != (want == payment.Unreachable) || n.State != NoticeApplied {
			t.Errorf("%s: notice %s, asked at %v", told, n.State, got.AskAt)
		}
		w.now = got.LimitAt.Add(margin)
		if told == payment.Applied {
			w.watch(got, w.found(payment.Applied))
			if !w.l.payment(p.ID).AskAt.IsZero() {
				t.Error("never used, past its limit, and asked for ever")
			}
		}
	}
}
