package ledger

import (
	"errors"
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestNoLateChange: an amount that is the book's already, and one that is told of another payment or
// of one that has ended, show no earlier change to have taken effect.
func TestNoLateChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		again bool // another change to the same amount succeeded
		tell  func(*Finding)
	}{
		"the amount is the book's": {true, func(*Finding) {}},
		"another payment's":        {false, func(f *Finding) { f.PaymentID = "p9" }},
		"of another method":        {false, func(f *Finding) { f.Type = payment.Card.Type() }},
		"of one that has ended":    {false, func(f *Finding) { f.Status = payment.AuthCancelDone }},
		"no such payment":          {false, func(f *Finding) { f.Kind = NoSuch }},
	} {
		w, p := lowerCarrier(t)
		at := w.foundOf(payment.Carrier, "20")
		first := w.correct(p)
		w.notHappened(first, at)
		if tt.again {
			w.settle(w.send(w.correct(p)), verdictOf(Answer{Outcome: Success}))
		}
		w.l.payment(p.ID).AskAt = w.now
		at.Amount = lower
		tt.tell(&at)
		w.watch(p, at)
		if op := w.l.operation(first.ID); op.State != payment.DeclinedOp {
			t.Errorf("%s: %+v", name, op)
		}
	}
}

// TestALateAnswerAfterAnEarlierChange: only what succeeded after the change in question makes its
// late answer doubtful; what had succeeded before is what it changed.
func TestALateAnswerAfterAnEarlierChange(t *testing.T) {
	t.Parallel()
	w, p, at := capturedAtPaidy(t)
	w.l.Order.Total = total - 50
	w.settle(w.send(w.correct(p)), verdictOf(Answer{Outcome: Success}))
	w.l.Order.Total = total - 1100
	second := w.correct(p)
	w.notHappened(second, at(total-50))
	w.settle(second, verdictOf(Answer{Outcome: Success}))
	if op := w.l.operation(second.ID); op.State != payment.Succeeded || w.l.payment(p.ID).Amount != total-1100 {
		t.Errorf("%+v, %s", op, w.l.payment(p.ID).Amount)
	}
}

// TestAnotherAmountIsToldOrTriedAgain: a return that could not put another amount before a person
// fails, so that the buyer comes again.
func TestAnotherAmountIsToldOrTriedAgain(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, payment.Scheme{Method: payment.Card, System: payment.Link})
	s := open(t, w)
	f := s.world.found(payment.AuthOK)
	f.Amount--
	s.there["p1"], s.there["123"] = f, f
	tries := writeTries // and then the database is back
	s.fail = func(call string, _ int) error {
		if call != "Update" || tries == 0 {
			return nil
		}
		tries--
		return errAway
	}
	if _, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: p.ID}); !errors.Is(err, errAway) || tries != 0 {
		t.Errorf("%v, %d tries left", err, tries)
	}
}

// TestWhosMoneyPays an order that is taken in again: the first that is here and stays. Money on its
// way back pays it only where there is no other.
func TestWhosMoneyPays(t *testing.T) {
	t.Parallel()
	here := func(id string) *Payment {
		return &Payment{ID: id, Phase: payment.Captured, Amount: total, CapturedAt: time.Unix(1, 0)}
	}
	leaves := func(id string) *Operation {
		return &Operation{ID: "op " + id, PaymentID: id, Kind: payment.CancelCapture, State: payment.Sent}
	}
	for name, tt := range map[string]struct {
		open []*Operation
		want string
	}{
		"both stay":       {nil, "a"},
		"the first goes":  {[]*Operation{leaves("a")}, "b"},
		"the second goes": {[]*Operation{leaves("b")}, "a"},
		"both go":         {[]*Operation{leaves("a"), leaves("b")}, "a"},
	} {
		l := &Ledger{Payments: []*Payment{{ID: "0", Phase: payment.Ended, Amount: total}, {ID: "1", Phase: payment.Captured, Amount: total, HandRefunded: total}, here("a"), here("b")}, Operations: tt.open}
		if got := l.payer(); got == nil || got.ID != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
