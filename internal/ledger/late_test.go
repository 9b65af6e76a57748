package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// lowerCarrier is an order paid by a carrier, whose total staff lowered.
func lowerCarrier(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	p := w.authorised("p1")
	p.Method, p.Brand = payment.Carrier, payment.SoftBank
	w.l.Order.MethodClass = p.scheme().Class()
	w.l.Order.Total = lower
	return w, p
}

// correct plans 103 to the order's total.
func (w *world) correct(p *Payment) *Operation {
	w.t.Helper()
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: l.payment(p.ID).Amount, Total: l.Order.Total, Actor: clerk})
		return err
	})
	return op
}

// notHappened settles an operation by two inquiries that tell of no effect.
func (w *world) notHappened(op *Operation, f Finding) {
	w.t.Helper()
	op = w.unknown(op)
	for _, after := range []time.Duration{settleMargin, settleMargin + negativeApart} {
		w.now = op.DeadlineAt.Add(after)
		w.resolve(op, f)
	}
	if op = w.l.operation(op.ID); op.State != payment.DeclinedOp || op.Cause != causeNotHappened {
		w.t.Fatalf("%+v", op)
	}
}

// TestALateCorrection: what was settled as not happened takes effect after all. Whoever asks
// 094 learns the amount; another one is nobody's.
func TestALateCorrection(t *testing.T) {
	t.Parallel()
	at := func(w *world, amount order.Yen) Finding {
		f := w.foundOf(payment.Carrier, "20")
		f.Amount = amount
		return f
	}
	for name, tt := range map[string]struct {
		tell   func(*world, *Payment)
		amount order.Yen
		open   bool // 金額未反映
	}{
		"by the watch": {func(w *world, p *Payment) {
			w.l.payment(p.ID).AskAt = w.now
			w.watch(p, at(w, lower))
		}, lower, false},
		"by a notice": {func(w *world, _ *Payment) {
			n, f := w.toldOf(payment.Carrier, "20"), at(w, lower)
			if n.Amount = lower; w.take(n) {
				t.Error("what moves nothing is not asked about")
			}
			if w.confirm(n, &f); n.State != NoticeApplied {
				t.Errorf("%s %s", n.State, n.Reason)
			}
		}, lower, false},
		"while another one is unknown": {func(w *world, p *Payment) {
			w.l.Order.Total = lower - 100
			w.notHappened(w.correct(p), at(w, lower))
		}, lower, true},
		"of an amount that nobody asked for": {func(w *world, p *Payment) {
			w.l.payment(p.ID).AskAt = w.now
			w.watch(p, at(w, lower-1))
		}, total, true},
	} {
		w, p := lowerCarrier(t)
		w.notHappened(w.correct(p), at(w, total))
		w.must(func(l *Ledger, tk tick) error { l.checkAmount(tk); return nil })
		w.alerted(AlertAmountOpen)
		tt.tell(w, p)
		if got := w.l.payment(p.ID).Amount; got != tt.amount {
			t.Errorf("%s: %s", name, got)
		}
		if w.alerts[string(AlertAmountOpen)] != tt.open {
			t.Errorf("%s: %v", name, w.alerts)
		}
		if late := w.l.Operations[1]; (late.State == payment.Succeeded) != (tt.amount == lower) {
			t.Errorf("%s: %+v", name, late)
		}
	}
}

// TestARefusedCorrectionIsNone: what the centre refused is not ours if it stands there.
func TestARefusedCorrectionIsNone(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	w.settle(w.send(w.correct(p)), verdictOf(no))
	w.l.payment(p.ID).AskAt = w.now
	f := w.foundOf(payment.Carrier, "20")
	f.Amount = lower
	w.watch(p, f)
	if got := w.l.payment(p.ID).Amount; got != total || w.l.Operations[1].State != payment.DeclinedOp {
		t.Errorf("%s, %+v", got, w.l.Operations[1])
	}
}
