package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// challenged1 is an order whose buyer is at the page of 3-D Secure 1.0.
func challenged1(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	w.policy.ThreeDS = ThreeDS1
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, Challenge: true, PaymentID: "p1"}))
	p := w.l.Current()
	w.stands(p, payment.AwaitingBuyer, "")
	return w, p
}

// TestTheFirstReturnTells how the buyer was authenticated; a later one changes nothing.
func TestTheFirstReturnTells(t *testing.T) {
	t.Parallel()
	for _, first := range []Authenticated{{Attempt: "0", Protected: true}, {Attempt: "1"}, {Protected: true}} {
		w, p := challenged1(t)
		for _, in := range []Authenticated{first, {Attempt: "2", Protected: !first.Protected}} {
			in.PaymentID, in.PaygentID, in.OK = p.ID, "p1", true
			w.must(func(l *Ledger, tk tick) error { return l.challenged(tk, in) })
		}
		if p = w.l.payment(p.ID); p.Attempt != first.Attempt || p.Protected != first.Protected {
			t.Errorf("%+v: %+v", first, p)
		}
	}
}

// TestAPolicyThatBecameStricter leaves what stands, and revives nothing that has ended.
func TestAPolicyThatBecameStricter(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]bool{"standing": false, "cancelled": true} {
		w, p := challenged1(t)
		again := func(s payment.Status) {
			w.must(func(l *Ledger, tk tick) error { return l.observe(tk, l.payment(p.ID), told(s, time.Time{}, "inquiry")) })
		}
		again(payment.AuthOK)
		phase, ended := payment.Authorised, payment.End("")
		if end {
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
			phase, ended = payment.Ended, payment.Canceled
		}
		w.policy.Attempts = FullOnly
		again(payment.AuthOK)
		w.stands(p, phase, ended)
		if p = w.l.payment(p.ID); p.Reverse || w.l.openOn(p) != nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestAnEndOf024 ends the try: the goods go back, and the buyer sees the payment page again
// (money.md §3). One that never left changes nothing.
func TestAnEndOf024(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end   func(w *world, op *Operation)
		ended payment.End // empty: the buyer may still come back
	}{
		"found at 14": {func(w *world, op *Operation) {
			w.unknown(op)
			w.now = w.now.Add(time.Minute)
			w.resolve(op, w.found(payment.ThreeDSRunning))
		}, payment.Unreachable},
		"found at 10, twice": {func(w *world, op *Operation) {
			w.unknown(op)
			for range 2 {
				w.now = w.now.Add(2 * time.Minute)
				w.resolve(op, w.found(payment.Applied))
			}
		}, payment.NotHappened},
		"refused": {func(w *world, op *Operation) {
			w.settle(w.send(op), verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
		}, payment.Declined},
		"refused, and 11": {func(w *world, op *Operation) {
			f := w.found(payment.AuthNG)
			w.send(op)
			w.must(func(l *Ledger, tk tick) error {
				return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "2001"}), f)
			})
		}, payment.Declined},
		"never sent": {func(w *world, op *Operation) { w.settle(op, neverSent()) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := challenged1(t)
			var op *Operation
			w.must(func(l *Ledger, tk tick) error {
				op = l.planOperation(tk, l.payment(p.ID), payment.CompleteThreeDS, orderKey(l.Order.ID), "node", Buyer, "pares", total)
				return nil
			})
			tt.end(w, w.l.operation(op.ID))
			if w.l.operation(op.ID).State != payment.DeclinedOp {
				t.Fatalf("%+v", w.l.operation(op.ID))
			}
			if tt.ended == "" {
				w.stands(p, payment.AwaitingBuyer, "")
				w.status(order.Pending)
				w.holds(Held)
				return
			}
			w.stands(p, payment.Ended, tt.ended)
			w.status(order.Processing)
			w.holds(Released)
		})
	}
}
