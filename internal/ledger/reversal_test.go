package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestARevivedOrderOutlivesTheReversal: an order was rolled back and its authorisation is being
// cancelled; staff took the order in again meanwhile. The cancellation, by whichever way it
// becomes known, is the payment's alone.
func TestARevivedOrderOutlivesTheReversal(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, *Payment){
		"answered": func(w *world, p *Payment) {
			w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Success}))
		},
		"by the watch": func(w *world, p *Payment) { w.learnt(p, payment.AuthCancelDone) },
		"expired":      func(w *world, p *Payment) { w.learnt(p, payment.AuthExpired) },
		"refused, then found gone": func(w *world, p *Payment) {
			w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Decline, Final: true}))
			w.learnt(p, payment.AuthCancelDone)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := revivedUnderReversal(t)
			end(w, p)
			if p = w.l.payment(p.ID); p.Phase != payment.Ended {
				t.Errorf("%+v", p)
			}
			w.status(order.InProgress)
			w.holds(Committed)
			w.alerted(AlertUnmade)
		})
	}
}

// TestARevivedOrderIsCancelledByStaff: their own 取消 takes the order with it all the same.
func TestARevivedOrderIsCancelledByStaff(t *testing.T) {
	t.Parallel()
	w, p := revivedUnderReversal(t)
	w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Decline, Final: true}))
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.status(order.Canceled)
	w.holds(Released)
	w.alerted()
}

// revivedUnderReversal is an order in 対応中 whose payment is being cancelled.
func revivedUnderReversal(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	w.policy.RollbackCancels = true
	w.unknown(w.authorize())
	p := w.l.Current()
	w.must(func(l *Ledger, tk tick) error {
		l.close(tk, l.OpenOperation(), verdict{state: payment.Succeeded, cause: "inquiry"})
		p := l.payment(p.ID)
		p.Phase = payment.AwaitingBuyer
		_, _, err := l.rollBack(tk, map[string]asked{p.ID: {w.found(payment.AuthOK), true}}, nil)
		return err
	})
	w.status(order.Canceled)
	w.holds(Released)
	p = w.l.payment(p.ID)
	if !p.Reverse || w.reversal(p) == nil {
		t.Fatalf("%+v", p)
	}
	if err := w.revive(); err != nil {
		t.Fatal(err)
	}
	w.status(order.InProgress)
	w.alerted(AlertUnmade)
	return w, p
}
