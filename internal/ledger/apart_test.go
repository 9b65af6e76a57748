package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// takenWindow is an order at Paidy's window, where another amount was authorised and
// lapsed before 094 could show it: that is another payment under the order's trading_id.
func takenWindow(t *testing.T) (w *world, waiting *Payment, f Finding) {
	t.Helper()
	w = of(t, paidy)
	w.begin(nil)
	waiting = w.l.Current()
	n := w.noticeOf("p9", payment.AuthExpired)
	n.Amount = 598
	f = w.found(payment.AuthExpired)
	f.PaymentID, f.Type, f.Amount = "p9", n.Type, n.Amount
	w.confirm(n, &f)
	if len(w.l.Payments) != 2 || w.l.Order.Status != order.Pending {
		t.Fatalf("%d payments, %s", len(w.l.Payments), w.l.Order.Status.Name())
	}
	return w, waiting, f
}

// TestAnotherUnderItsTradingID: asked by the trading_id, 094 names that other payment
// alone. So there is none of the window's own, and the order does not stay in 決済処理中.
func TestAnotherUnderItsTradingID(t *testing.T) {
	t.Parallel()
	t.Run("watched", func(t *testing.T) {
		t.Parallel()
		w, p, f := takenWindow(t)
		w.now = p.LimitAt.Add(margin)
		w.watch(p, f)
		w.stands(p, payment.Ended, payment.Unused)
		w.status(order.Canceled)
	})
	for name, tt := range map[string]struct {
		after   time.Duration // the window's limit
		verdict RollbackVerdict
		reason  string
	}{
		"rolled back too early": {0, RollbackSkipped, SkipWaiting},
		"rolled back":           {margin, RolledBack, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, f := takenWindow(t)
			w.now = p.LimitAt.Add(tt.after)
			w.must(func(l *Ledger, tk tick) error {
				verdict, reason, err := l.rollBack(tk, map[string]asked{p.ID: {f, true}}, nil)
				if verdict != tt.verdict || reason != tt.reason {
					t.Errorf("%s %s", verdict, reason)
				}
				return err
			})
		})
	}
}
