package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestCaptureWhileAmountsDiffer: staff have to know which amount is charged.
func TestCaptureWhileAmountsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.l.Order.Total = lower
	press := func(c Change) error {
		c.PaymentID, c.Amount = p.ID, total
		return w.do(func(l *Ledger, tk tick) error { _, err := l.planChange(tk, c); return err })
	}
	if err := press(Change{Button: payment.SaleButton}); !problem.Is(err, "payment.amount_differs") {
		t.Errorf("without knowing: %v", err)
	}
	if err := press(Change{Button: payment.CancelButton}); err != nil {
		t.Errorf("取消 takes back what is there: %v", err)
	}
	w = newWorld(t)
	p = w.authorised("p1")
	w.l.Order.Total = lower
	if err := press(Change{Button: payment.SaleButton, Differs: true}); err != nil {
		t.Errorf("knowing it: %v", err)
	}
}

// TestInstalmentsAreKept by a change of the amount.
func TestInstalmentsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.send(w.begin(func(b *Begin) { b.PaymentClass, b.SplitCount = "61", 3 }))
	w.settle(op, verdictOf(yes("p1")))
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: l.CurrentID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: "staff:1"})
		return err
	})
	w.steps(parent, "020", yes("p2"), "021", yes("p1"))
	if p := w.l.Current(); p.PaymentClass != "61" || p.SplitCount != 3 {
		t.Errorf("%+v", p)
	}
}

// TestAnotherChallengesReturn goes on with nothing.
func TestAnotherChallengesReturn(t *testing.T) {
	t.Parallel()
	w, p := challenged(t)
	for _, id := range []string{"", "a2"} {
		err := w.do(func(l *Ledger, tk tick) error {
			_, err := l.planAuthenticated(tk, Authenticated{PaymentID: p.ID, AuthID: id, OK: true, Full: true}, true)
			return err
		})
		if !problem.Is(err, "payment.unknown") {
			t.Errorf("3ds_auth_id %q: %v", id, err)
		}
	}
	w.status(order.Pending)
}

// TestTheOldSalesNoticesDuringTheChange: its 60 between the new sale and its own
// cancellation is the old payment's alone.
func TestTheOldSalesNoticesDuringTheChange(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	for _, a := range []Answer{yes("p2"), yes("p2")} {
		w.settle(w.step(parent), verdictOf(a))
	}
	n := w.notice(payment.RefundDone)
	n.PaymentID, n.TradingID = "p1", old.TradingID
	w.take(n)
	w.status(order.Paid)
	w.holds(Committed)
	w.steps(parent, "023", yes("p1"))
	f := w.found(payment.RefundDone)
	w.confirm(n, &f)
	w.status(order.Paid)
	w.holds(Committed)
	w.stands(old, payment.Ended, payment.Refunded)
	w.stands(w.l.Current(), payment.Captured, "")
}
