package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestAChangeThatNobodyWantsAnyMore: the node that planned it died before its first step, and
// EC-CUBE's own hand was at the order before another one took it up. Nothing is authorised or
// captured for an order that is over, nor for a total that nobody confirmed.
func TestAChangeThatNobodyWantsAnyMore(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*world){
		"the order is cancelled":   func(w *world) { w.byHost(order.Canceled) },
		"its total is another one": func(w *world) { w.l.Order.Total-- },
	} {
		for _, begin := range []func(*testing.T) (*world, *Payment, *Operation){
			func(t *testing.T) (*world, *Payment, *Operation) { return changing(t, false) },
			func(t *testing.T) (*world, *Payment, *Operation) { return changing(t, true) },
			changingPaidy,
		} {
			w, old, parent := begin(t)
			was := *w.l.payment(old.ID)
			meanwhile(w)
			if op := w.step(parent); op != nil {
				t.Errorf("%s: sends %s for %s", name, op.Kind, w.l.Order.Status)
				continue
			}
			if op := w.l.operation(parent.ID); op.State != payment.DeclinedOp || !op.NeverSent() {
				t.Errorf("%s: %+v", name, op)
			}
			w.stands(old, was.Phase, "")
			if len(w.l.Payments) != 1 || len(w.alerts) == 0 {
				t.Errorf("%s: %d payments, alerts %v", name, len(w.l.Payments), w.alerts)
			}
		}
	}
}

// changingPaidy is changing of a Paidy payment that is authorised.
func changingPaidy(t *testing.T) (w *world, old *Payment, parent *Operation) {
	t.Helper()
	w = of(t, payment.Scheme{Method: payment.Paidy, System: payment.Module})
	w.begin(nil)
	old = w.l.Current()
	n := w.notice(payment.AuthOK)
	n.Type = payment.Paidy.Type()
	w.confirm(n, &Finding{Kind: Found, PaymentID: "p1", TradingID: "123", Type: payment.Paidy.Type(), Status: payment.AuthOK, Amount: total, BegunAt: w.now})
	w.l.Order.Total = lower
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: "staff:1"})
		return err
	})
	return w, old, parent
}
