package ledger

import (
	"testing"
	"time"

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
