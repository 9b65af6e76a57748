package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

var paidy = payment.Scheme{Method: payment.Paidy, System: payment.Module}

// atPaidy is an order paid by Paidy and authorised, as 094 tells of it.
func atPaidy(t *testing.T) (*world, *Payment, func(payment.Status) Finding) {
	t.Helper()
	w := of(t, paidy)
	w.begin(nil)
	p := w.l.Current()
	w.must(func(l *Ledger, tk tick) error {
		q := l.payment(p.ID)
		q.addPaygentID("p1")
		return l.learn(tk, q, payment.AuthOK, total, time.Time{}, "inquiry")
	})
	return w, p, func(s payment.Status) Finding {
		f := w.found(s)
		f.Type, f.Amount = payment.Paidy.Type(), w.l.payment(p.ID).Amount
		return f
	}
}

// TestATokenIsForgotten after its term, whatever became of the telegram it was for: one
// that nobody answers must not be looked at over and over.
func TestATokenIsForgotten(t *testing.T) {
	t.Parallel()
	w, p := challenged(t)
	w.unknown(w.back(Authenticated{AuthID: "a1", OK: true}, true))
	w.now = p.BegunAt.Add(tokenTerm)
	w.must(func(l *Ledger, tk tick) error { l.forgetToken(tk, p.ID); return nil })
	if p = w.l.payment(p.ID); p.SealedToken != "" || !p.AskAt.After(w.now) {
		t.Errorf("%q, asked at %s", p.SealedToken, p.AskAt)
	}
}

// TestALateChallenge leaves no token with a try that was begun again.
func TestALateChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policy.ThreeDS = ThreeDS2
	op := w.send(w.authorize())
	w.settle(op, interrupted())
	v := verdictOf(Answer{Outcome: Success, AuthID: "a1", Needs: Needs{Action: "https://acs.example/"}})
	v.sealed = "sealed"
	w.settle(op, v)
	if p := w.l.Current(); p.SealedToken != "" || p.Phase != payment.Ended {
		t.Errorf("%+v", p)
	}
}

// TestAStatusOfNoMethod is nothing that can be believed, and nothing that stops the rest.
func TestAStatusOfNoMethod(t *testing.T) {
	t.Parallel()
	for _, s := range []payment.Status{"35", "12", "99"} {
		t.Run(string(s), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			n, f := w.notice(s), w.found(s)
			w.take(n)
			w.confirm(n, &f)
			w.stands(p, payment.Authorised, "")
			if !w.alerts[string(AlertContradiction)] {
				t.Error("nobody is told")
			}
			op := w.unknown(w.change(false))
			w.now = w.now.Add(2 * time.Minute)
			if op = w.resolve(op, w.found(s)); !op.State.Open() {
				t.Errorf("settled by it: %+v", op)
			}
		})
	}
}

// TestAPartialRefundEndsNothing: 60 after it is no consequence of ours.
func TestAPartialRefundEndsNothing(t *testing.T) {
	t.Parallel()
	w, p, _ := atPaidy(t)
	w.settle(w.send(w.change(true)), verdictOf(yes("p1")))
	w.l.Order.Total = lower
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower})
		return err
	})
	w.settle(w.send(op), verdictOf(yes("p1")))
	n := w.notice(payment.RefundDone)
	n.Type, n.Amount = payment.Paidy.Type(), lower
	if !w.take(n) {
		t.Error("believed without 094")
	}
	w.stands(p, payment.Captured, "")
}

// TestANoticeOfTheFormerAmount is late, not wrong: what 094 tells counts.
func TestANoticeOfTheFormerAmount(t *testing.T) {
	t.Parallel()
	w, p, found := atPaidy(t)
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower})
		return err
	})
	n := w.notice(payment.Cleared) // of 341
	n.Type = payment.Paidy.Type()
	w.settle(w.step(parent), verdictOf(yes("p1")))
	w.take(n)
	w.settle(w.step(parent), verdictOf(yes("p1")))
	w.step(parent)
	if !w.take(n) {
		t.Fatalf("not asked: %+v", n)
	}
	f := found(payment.Cleared)
	w.confirm(n, &f)
	if n.State != NoticeSuperseded || w.alerts[string(AlertNoticeParked)] {
		t.Errorf("%s %s, alerts %v", n.State, n.Reason, w.alerts)
	}
	w.status(order.Paid)
	if p = w.l.payment(p.ID); p.Amount != lower || p.Status != payment.Cleared {
		t.Errorf("%+v", p)
	}
}

// TestPaidyRenumbers: a captured payment goes on under the id that 341 gave it.
func TestPaidyRenumbers(t *testing.T) {
	t.Parallel()
	for name, learn := range map[string]func(*world, *Operation, Finding){
		"answered": func(w *world, op *Operation, _ Finding) { w.settle(op, verdictOf(yes("p2"))) },
		"told": func(w *world, op *Operation, f Finding) {
			w.settle(op, verdictOf(Answer{Outcome: Mystery}))
			n := w.notice(payment.Cleared)
			n.PaymentID, n.Type = "p2", payment.Paidy.Type()
			f.PaymentID = "p2"
			w.take(n)
			w.confirm(n, &f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, found := atPaidy(t)
			learn(w, w.send(w.change(true)), found(payment.Cleared))
			if p = w.l.payment(p.ID); p.PaymentID != "p2" || len(p.PaymentIDs) != 2 || len(w.l.Payments) != 1 {
				t.Errorf("%+v of %d", p, len(w.l.Payments))
			}
			w.stands(p, payment.Captured, "")
		})
	}
}

// TestATryIsNotLeft while the centre is at work on it.
func TestATryIsNotLeft(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, payment.Scheme{Method: payment.Carrier, System: payment.Module})
	f := w.found(payment.CaptureRequested)
	f.Type = payment.Carrier.Type()
	err := w.do(func(l *Ledger, tk tick) error { return l.leave(tk, p.ID, &f, true, payment.TryReplaced) })
	if !problem.Is(err, "payment.unconfirmed") {
		t.Errorf("%v", err)
	}
	w.stands(p, payment.AwaitingBuyer, "")
}

// TestAnotherPaymentUnderOurID that the order has already is not this one too.
func TestAnotherPaymentUnderOurID(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, bank)
	w.must(func(l *Ledger, tk tick) error {
		l.adopt(tk, l.payment(p.ID), Finding{PaymentID: "p9", TradingID: p.TradingID, Amount: total})
		return nil
	})
	f := w.found(payment.Cleared)
	f.PaymentID, f.Type = "p9", "05"
	w.must(func(l *Ledger, tk tick) error { return l.leave(tk, p.ID, &f, false, payment.BuyerGaveUp) })
	w.stands(p, payment.AwaitingBuyer, "")
	w.status(order.Pending)
}
