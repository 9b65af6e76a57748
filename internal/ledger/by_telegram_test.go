package ledger

import (
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestAReversalThatNoTelegramFits: au at 21 can only be cancelled by hand, so a person is
// told at once, and no longer when it is gone.
func TestAReversalThatNoTelegramFits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		brand  payment.Brand
		status payment.Status
		sent   bool
	}{{payment.AU, payment.AuthComplete, false}, {payment.AU, payment.AuthOK, true}, {payment.SoftBank, payment.AuthComplete, true}} {
		w := newWorld(t)
		w.must(func(l *Ledger, tk tick) error { // another payment of the order, for another amount
			l.Payments = append(l.Payments, &Payment{
				ID: "other", Seq: 1, Environment: payment.Simulator, MerchantID: "m", Method: payment.Carrier, System: payment.Module, Brand: tt.brand,
				TradingID: "123", PaymentID: "p9", PaymentIDs: []string{"p9"}, Amount: total + 1, Phase: payment.Opening, BegunAt: tk.now,
			})
			return l.observe(tk, l.payment("other"), told(tt.status, time.Time{}, "inquiry"))
		})
		p := w.l.payment("other")
		if sent := w.l.openOn(p) != nil; sent != tt.sent || w.alerts[string(AlertReversing)] == sent || !p.Reverse {
			t.Errorf("%s at %s: sent %v, alerts %v", tt.brand, tt.status, sent, w.alerts)
		}
		w.must(func(l *Ledger, tk tick) error {
			return l.learn(tk, l.payment("other"), payment.AuthCancelDone, p.Amount, time.Time{}, "inquiry")
		})
		if len(w.alerts) != 0 {
			t.Errorf("%s at %s: alerts %v are left", tt.brand, tt.status, w.alerts)
		}
	}
}

// TestAnotherWindowsPaymentIsNoRenumbering: what 341 may have renumbered is captured.
func TestAnotherWindowsPaymentIsNoRenumbering(t *testing.T) {
	t.Parallel()
	p := &Payment{ID: "p", Method: payment.Paidy, Amount: total, PaymentID: "p1", PaymentIDs: []string{"p1"}}
	op := &Operation{ID: "o", PaymentID: "p", Kind: payment.CapturePaidy, State: payment.UnknownState}
	l := &Ledger{Payments: []*Payment{p}, Operations: []*Operation{op}}
	for _, tt := range []struct {
		id     string
		status payment.Status
		want   reading
	}{
		{"p1", payment.AuthOK, readNegative}, {"p2", payment.AuthOK, readNothing}, {"p2", payment.AuthCancelDone, readNothing},
		{"p1", payment.Cleared, readYes}, {"p2", payment.Cleared, readYes},
	} {
		f := Finding{Kind: Found, PaymentID: tt.id, Type: payment.Paidy.Type(), Status: tt.status, Amount: total}
		if got := l.judge(op, f, true); got != tt.want {
			t.Errorf("%s at %s: %s", tt.id, tt.status, got)
		}
	}
}
