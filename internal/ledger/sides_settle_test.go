package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhichRefundsLeaveLess once another one gave 700 back: those that may still come.
func TestWhichRefundsLeaveLess(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		o       Operation
		less    bool
		pending bool // it is the one on its way
	}{
		"under way":                  {Operation{State: payment.Sent, Amount: 2000}, true, true},
		"unknown":                    {Operation{State: payment.UnknownState, Amount: 2000}, true, true},
		"not sent yet":               {Operation{State: payment.Planned, Amount: 2000}, false, false},
		"all of it, under way":       {Operation{State: payment.Sent}, false, false},
		"not happened":               {Operation{State: payment.DeclinedOp, Cause: causeNotHappened, Amount: 2000}, true, false},
		"not happened, staff say":    {Operation{State: payment.DeclinedOp, Cause: byHand, Amount: 2000}, true, false},
		"happened, staff say":        {Operation{State: payment.Succeeded, Cause: byHand, Amount: 2000}, false, false},
		"refused":                    {Operation{State: payment.DeclinedOp, Cause: "answer", Amount: 2000}, false, false},
		"of another payment":         {Operation{PaymentID: "q", State: payment.DeclinedOp, Cause: causeNotHappened, Amount: 2000}, false, false},
		"no refund":                  {Operation{Kind: payment.CorrectCarrier, State: payment.DeclinedOp, Cause: causeNotHappened, Amount: 2000}, false, false},
		"no refund, but under way":   {Operation{Kind: payment.CorrectCarrier, State: payment.Sent, Amount: 2000}, false, false},
		"one that leaves too little": {Operation{State: payment.DeclinedOp, Cause: causeNotHappened, Amount: 700}, false, false},
	} {
		p, op, o := &Payment{ID: "p", Amount: 2200}, &Operation{ID: "op", PaymentID: "p", Kind: payment.RefundPaidy, State: payment.Succeeded, Amount: 1500}, tt.o
		if o.PaymentID == "" {
			o.PaymentID = p.ID
		}
		if o.Kind == "" {
			o.Kind = payment.RefundPaidy
		}
		l := &Ledger{Payments: []*Payment{p, {ID: "q", Amount: 2200}}, Operations: []*Operation{op, &o}}
		if got := l.openDifference(p) != nil; got != tt.pending {
			t.Errorf("%s: on its way: %t", name, got)
		}
		l.leaveLess(op, p)
		want := tt.o.Amount
		if tt.less {
			want -= 700
		}
		if o.Amount != want || op.Amount != 1500 {
			t.Errorf("%s: it leaves %s, and the one that came %s", name, o.Amount, op.Amount)
		}
	}
}

// TestALateAnswerAndWhatCameSince: only another change of this payment's amount that took effect
// makes it doubtful which was the last.
func TestALateAnswerAndWhatCameSince(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		since Operation
		asks  bool
	}{
		"another change":                     {Operation{Kind: payment.CorrectCarrier, State: payment.Succeeded, Amount: 1700}, true},
		"another change, refused":            {Operation{Kind: payment.CorrectCarrier, State: payment.DeclinedOp, Amount: 1700}, false},
		"its capture":                        {Operation{Kind: payment.CaptureCarrier, State: payment.Succeeded, Amount: 1700}, false},
		"another change, of another payment": {Operation{Kind: payment.CorrectCarrier, State: payment.Succeeded, PaymentID: "q", Amount: 1700}, false},
	} {
		w, p, op := correcting(t)
		w.settle(op, verdict{state: payment.DeclinedOp, cause: causeNotHappened})
		since := tt.since
		since.ID = "since"
		if since.PaymentID == "" {
			since.PaymentID = p.ID
		}
		w.l.Operations = append(w.l.Operations, &since)
		w.l.payment(p.ID).AskAt = w.now.AddDate(0, 0, 9)
		w.settle(op, verdictOf(Answer{Outcome: Success}))
		p = w.l.payment(p.ID)
		if asks := p.AskAt.Equal(w.now); asks != tt.asks || (p.Amount == lower) == tt.asks {
			t.Errorf("%s: %s, asked about at %s", name, p.Amount, p.AskAt)
		}
	}
}

// TestAnswersThatComeTwice: a change of the amount that was answered again is one; a capture that
// was settled as not happened counts whatever became of the amount since; and no answer at all
// contradicts nothing.
func TestAnswersThatComeTwice(t *testing.T) {
	t.Parallel()
	w, p, op := correcting(t)
	w.settle(op, verdictOf(Answer{Outcome: Success}))
	events := w.events
	w.settle(op, verdictOf(Answer{Outcome: Success}))
	w.settle(op, verdictOf(Answer{Outcome: Mystery}))
	if w.events != events || w.l.payment(p.ID).Amount != lower {
		t.Errorf("%d lines more, %s", w.events-events, w.l.payment(p.ID).Amount)
	}
	w.alerted()

	w, p = byCarrier(t)
	w.l.payment(p.ID).Brand = payment.AU
	op = w.send(w.change(true))
	w.settle(op, verdict{state: payment.DeclinedOp, cause: causeNotHappened})
	w.l.Operations = append(w.l.Operations, &Operation{ID: "since", PaymentID: p.ID, Kind: payment.CorrectCarrier, State: payment.Succeeded, Amount: total})
	w.settle(op, verdictOf(Answer{Outcome: Success}))
	w.stands(p, payment.Captured, "")
}

// TestCancelledInVainAndGone: the cancellation was refused because the payment has ended there. It
// is not the order's again, and nobody is told that it is still alive.
func TestCancelledInVainAndGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.l.Order.Total = 0
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total, Actor: clerk})
		return err
	})
	w.settle(w.send(op), verdict{state: payment.DeclinedOp, cause: "inquiry", status: payment.AuthExpired})
	if w.stands(p, payment.Ended, payment.Expired); w.l.CurrentID != "" {
		t.Errorf("the order's is %s", w.l.CurrentID)
	}
	w.status(order.New)

	w = newWorld(t)
	beside := other(w)
	w.settle(w.send(w.reversal(beside)), verdict{state: payment.DeclinedOp, cause: "inquiry", status: payment.AuthExpired})
	w.stands(beside, payment.Ended, payment.Expired)
	w.alerted()
}

// TestKeptAndCaptured: staff take the money of a payment that was kept when the order got another
// method; it is cancelled by nobody, and no change of the method.
func TestKeptAndCaptured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	s := w.sheet
	s.PaymentRow = cashRow
	w.saved(s, LivingKeep)
	op := w.change(true)
	if op.Reason != "" {
		t.Errorf("for %q", op.Reason)
	}
	w.settle(w.send(op), verdictOf(no))
	w.settle(w.send(w.change(false)), verdictOf(no))
	if q := w.l.payment(p.ID); w.l.CurrentID != p.ID || q.Reverse || w.reversal(q) != nil {
		t.Errorf("the order's is %s, %+v", w.l.CurrentID, q)
	}
	w.alerted(AlertKept)
}

// TestTriesOfOnePayment: what another one's, or other telegrams met does not slow it down.
func TestTriesOfOnePayment(t *testing.T) {
	t.Parallel()
	p := &Payment{ID: "p"}
	l := &Ledger{Operations: []*Operation{
		{PaymentID: "p", Kind: payment.CancelAuthorization, State: payment.DeclinedOp},
		{PaymentID: "p", Kind: payment.Authorize, State: payment.Succeeded},
		{PaymentID: "q", Kind: payment.CancelAuthorization, State: payment.DeclinedOp},
		{PaymentID: "p", Kind: payment.CancelAuthorization, State: payment.Sent},
	}}
	if got := l.tries(p, payment.CancelAuthorization); got != 1 {
		t.Errorf("%d", got)
	}
}

// TestNobodyAnswersForAPaymentThatEnded meanwhile: it stays ended.
func TestNobodyAnswersForAPaymentThatEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.send(w.authorize())
	p := w.l.payment(op.PaymentID)
	p.Phase, p.End = payment.Ended, payment.GivenUp
	w.settle(op, verdictOf(Answer{Outcome: Mystery}))
	w.stands(p, payment.Ended, payment.GivenUp)
}

// TestBothPaymentsOfAChangeAreGone: the old one was cancelled, and then the new one, which stood by
// somebody's word only, is told to have been refused. The change is over, and a person is told.
func TestBothPaymentsOfAChangeAreGone(t *testing.T) {
	t.Parallel()
	s, parent, fresh, said := byWord(t, false, false)
	said()
	s.settle(s.step(parent), verdictOf(yes("p1")))
	n, f := s.about(s.l.payment(fresh.ID), payment.AuthNG)
	s.take(n)
	s.confirm(n, &f)
	s.stands(fresh, payment.Ended, payment.Declined)
	s.step(parent)
	if op := s.l.operation(parent.ID); op.State != payment.Succeeded || s.l.CurrentID != fresh.ID {
		t.Errorf("%+v, the order's is %s", op, s.l.CurrentID)
	}
	s.alerted(AlertUnmade)
}
