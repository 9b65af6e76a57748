package ledger

import (
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestWhatTookEffectLast shows by when it was settled, whatever the clocks of the nodes that did it.
func TestWhatTookEffectLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.now = w.now.Add(4 * time.Second) // a node whose clock is ahead
	w.settle(w.send(w.change(true)), verdictOf(yes("p1")))
	w.now = w.now.Add(-3 * time.Second)
	refund := w.send(w.change(false))
	w.settle(refund, verdictOf(yes("p1")))
	for _, op := range w.l.Operations {
		if op.ID != refund.ID && !w.l.operation(refund.ID).SettledAt.After(op.SettledAt) {
			t.Errorf("%s was settled at %s, %s after it at %s", op.Kind, op.SettledAt, refund.Kind, w.l.operation(refund.ID).SettledAt)
		}
	}
	if last := w.l.lastSucceeded(w.l.payment(p.ID)); last.ID != refund.ID {
		t.Errorf("the last is %s", last.Kind)
	}
	if at := w.l.settlesAt(tick{now: w.now.Add(time.Hour)}); !at.Equal(w.now.Add(time.Hour)) {
		t.Errorf("settled at %s", at)
	}
}

// TestALateCorrectionTookEffectLast, also where the node that learns it has a clock behind.
func TestALateCorrectionTookEffectLast(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	op := w.correct(p)
	w.notHappened(op, func() Finding { f := w.foundOf(payment.Carrier, "20"); f.Amount = w.l.payment(p.ID).Amount; return f }())
	settled := w.l.operation(op.ID).SettledAt
	w.now = settled.Add(-3 * time.Second)
	w.must(func(l *Ledger, tk tick) error {
		return l.takeLate(tk, l.operation(op.ID), l.payment(p.ID), "inquiry", "20")
	})
	if at := w.l.operation(op.ID).SettledAt; !at.After(settled) {
		t.Errorf("settled at %s, and late at %s", settled, at)
	}
}
