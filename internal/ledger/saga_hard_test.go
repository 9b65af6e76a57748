package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestASagaMeetsAnIDInUse: the step begins anew under the next trading_id; the order
// stays where it is.
func TestASagaMeetsAnIDInUse(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	op := w.step(parent)
	inUse := Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
	w.must(func(l *Ledger, tk tick) error { return l.replace(tk, op.ID, verdictOf(inUse)) })
	w.status(order.Paid)
	if w.l.CurrentID != old.ID || w.l.OpenOperation().ID != parent.ID {
		t.Errorf("current %s, open %+v", w.l.CurrentID, w.l.OpenOperation())
	}
	next := w.step(parent)
	if next == nil || next.Kind != payment.Authorize || next.Parent != parent.ID || w.l.payment(next.PaymentID).TradingID != "123_3" {
		t.Fatalf("%+v", next)
	}
	w.settle(next, verdictOf(yes("p3")))
	w.steps(parent, "022", yes("p3"), "023", yes("p1"))
	w.stands(old, payment.Ended, payment.Refunded)
	w.status(order.Paid)
}

// TestACancellationRefusedBefore the change: two payments alive are told all the same.
func TestACancellationRefusedBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.authorised("p1")
	refuse := func(op *Operation) {
		w.must(func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.AuthOK))
		})
	}
	refuse(w.send(w.change(false)))
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower})
		return err
	})
	w.settle(w.step(parent), verdictOf(yes("p2")))
	refuse(w.step(parent))
	w.step(parent)
	if !w.alerts[string(AlertReversing)] {
		t.Error("two payments are alive, and nobody is told")
	}
}

// TestNeitherSaleCanGo: both are past their cancel term; the order is free again and a
// person is told.
func TestNeitherSaleCanGo(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	for _, a := range []Answer{yes("p2"), yes("p2")} {
		w.settle(w.step(parent), verdictOf(a))
	}
	fresh := w.l.Operations[len(w.l.Operations)-1].PaymentID
	for range 2 {
		op := w.step(parent)
		f := w.found(payment.ClearedFinal)
		p := w.l.payment(op.PaymentID)
		f.Amount, f.PaymentID = p.Amount, p.PaymentID
		w.must(func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), f)
		})
	}
	if w.step(parent) != nil || w.l.OpenOperation() != nil {
		t.Error("the order is busy for ever")
	}
	if w.l.CurrentID != old.ID || !w.l.payment(fresh).living() || !w.alerts[string(AlertDouble)] || !w.alerts[string(AlertAmountOpen)] {
		t.Errorf("current %s, alerts %v", w.l.CurrentID, w.alerts)
	}
}

// TestTheAlertOfAnAmountCloses when a second try changes it.
func TestTheAlertOfAnAmountCloses(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.steps(parent, "020", no)
	if !w.alerts[string(AlertAmountOpen)] {
		t.Fatal("nobody is told that the amounts differ")
	}
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower})
		return err
	})
	w.steps(parent, "020", yes("p3"), "021", yes("p1"))
	if w.alerts[string(AlertAmountOpen)] {
		t.Error("the alert stays open for ever")
	}
}

// TestTheLateEndOfADetachedPayment: its cancellation was taken for failed, and shows
// itself later; order and goods stay.
func TestTheLateEndOfADetachedPayment(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]func(*world, *Operation){
		"answer": func(w *world, op *Operation) { w.settle(op, verdictOf(yes("p1"))) },
		"notice": func(w *world, _ *Operation) {
			n, f := w.notice(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
			w.confirm(n, &f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			w.l.Order.Total = 0
			var op *Operation
			w.must(func(l *Ledger, tk tick) (err error) {
				op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total})
				return err
			})
			w.send(op)
			w.settle(op, verdictOf(no))
			late(w, op)
			w.stands(p, payment.Ended, payment.Canceled)
			w.status(order.New)
			w.holds(Committed)
		})
	}
}
