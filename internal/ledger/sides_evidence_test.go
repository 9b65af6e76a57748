package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhichLateRefundsCame: the fewest, whichever was planned first; none that would have added to
// what is left, no whole one, and none of another payment.
func TestWhichLateRefundsCame(t *testing.T) {
	t.Parallel()
	refund := func(id string, left order.Yen) *Operation {
		return &Operation{ID: id, PaymentID: "p", Kind: payment.RefundPaidy, State: payment.DeclinedOp, Cause: causeNotHappened, Amount: left}
	}
	elsewhere, capture := refund("a", 1500), refund("a", 1500)
	elsewhere.PaymentID, capture.Kind = "q", payment.Capture
	for name, tt := range map[string]struct {
		ops  []*Operation
		told order.Yen
		came string
	}{
		"one alone, planned last":  {[]*Operation{refund("a", 2150), refund("b", 2080), refund("c", 2030)}, 2030, "c"},
		"one alone, planned first": {[]*Operation{refund("c", 2030), refund("a", 2150), refund("b", 2080)}, 2030, "c"},
		"two together":             {[]*Operation{refund("a", 2150), refund("b", 2080)}, 2030, "ba"},
		"one that adds":            {[]*Operation{refund("a", 2500)}, 2500, ""},
		"all of it":                {[]*Operation{refund("a", 0)}, 0, ""},
		"another payment's":        {[]*Operation{elsewhere}, 1500, ""},
		"no change":                {[]*Operation{capture}, 1500, ""},
	} {
		p := &Payment{ID: "p", Method: payment.Paidy, PaymentID: "p1", Amount: total, Phase: payment.Captured}
		l := &Ledger{Payments: []*Payment{p}, Operations: tt.ops}
		came := ""
		for _, op := range l.lateChanges(p, Finding{Kind: Found, PaymentID: "p1", Type: payment.Paidy.Type(), Status: payment.Cleared, Amount: tt.told}) {
			came += op.ID
		}
		if came != tt.came {
			t.Errorf("%s: %q", name, came)
		}
	}
}

// TestFoundNeedsNoWitness: what was found is there, whether or not the centre is known to find anything.
func TestFoundNeedsNoWitness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	w.must(func(l *Ledger, tk tick) error { return l.resolve(tk, op.ID, w.found(payment.AuthOK), false) })
	if op = w.l.operation(op.ID); op.State != payment.Succeeded {
		t.Errorf("%+v", op)
	}
}

// TestAChallengeThatTookLong: what 024 completes began with its 020, long before.
func TestAChallengeThatTookLong(t *testing.T) {
	t.Parallel()
	w, _ := challenged1(t)
	begun := w.now
	w.now = w.now.Add(time.Hour)
	var op *Operation
	w.must(func(l *Ledger, tk tick) error {
		op = l.planOperation(tk, l.Current(), payment.CompleteThreeDS, orderKey(l.Order.ID), tk.node, Buyer, "", total)
		return nil
	})
	w.unknown(op)
	f := w.found(payment.AuthOK)
	f.BegunAt = begun
	if op = w.resolve(op, f); op.State != payment.Succeeded {
		t.Errorf("%+v", op)
	}
}

// TestAttemptThatEndedBeforeItsReversal: nobody is told that it is still alive.
func TestAttemptThatEndedBeforeItsReversal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	op := w.change(false)
	op.Reason = attemptCode
	w.settle(w.send(op), verdict{state: payment.DeclinedOp, cause: "inquiry", status: payment.AuthExpired})
	w.stands(p, payment.Ended, payment.Expired)
	if w.alerts[string(AlertReversing)] {
		t.Errorf("alerts %v", w.alerts)
	}
}

// TestAnotherWhereNothingWasTried: there is nothing to leave and nothing to ask about.
func TestAnotherWhereNothingWasTried(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	if step, err := s.service.Another(bg, s.order()); err != nil || step.Kind != StepPay || len(s.asked) != 0 {
		t.Errorf("%+v, %v, asked %v", step, err, s.asked)
	}
	s.status(order.Processing)
}
