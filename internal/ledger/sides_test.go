package ledger

import (
	"slices"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestAPaymentBesideAChange is none of its own: what is told of it does not wait for its end.
func TestAPaymentBesideAChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	beside := other(w)
	w.settle(w.send(w.reversal(beside)), verdictOf(no))
	own := w.l.Current()
	w.l.Order.Total = lower
	w.must(func(l *Ledger, tk tick) error {
		_, err := l.planChange(tk, Change{PaymentID: own.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	if w.l.saga(beside) != nil || w.l.saga(own) == nil {
		t.Errorf("of the one beside it %+v, of its own %+v", w.l.saga(beside), w.l.saga(own))
	}
}

// TestAChangeThatGoesBack does so until the new payment is gone, and tells why it ended.
func TestAChangeThatGoesBack(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	for _, a := range []Answer{yes("p2"), yes("p2")} {
		w.settle(w.step(parent), verdictOf(a))
	}
	op := w.step(parent)
	w.must(func(l *Ledger, tk tick) error {
		return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.ClearedFinal))
	})
	w.steps(parent, "023", yes("p2"))
	if op := w.l.operation(parent.ID); op.State != payment.DeclinedOp || op.Cause != sagaBack || w.l.CurrentID != old.ID {
		t.Errorf("%+v, the order's is %s", op, w.l.CurrentID)
	}
}

// TestPaidyGivesBackWhateverTheOrderSays by then: 341 took all of it, and what was confirmed is
// given back although the order was cancelled, or its total changed, meanwhile.
func TestPaidyGivesBackWhateverTheOrderSays(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*world){
		"the order is cancelled":   func(w *world) { w.byHost(order.Canceled) },
		"its total is another one": func(w *world) { w.l.Order.Total-- },
	} {
		w, p, parent := changingPaidy(t)
		w.settle(w.step(parent), verdictOf(yes("p1")))
		meanwhile(w)
		w.steps(parent, "342", yes("p1"))
		if p = w.l.payment(p.ID); p.Amount != lower {
			t.Errorf("%s: %s is kept", name, p.Amount)
		}
	}
}

// TestAChangeOfPaidyRepeatsNoClass: only a card's does.
func TestAChangeOfPaidyRepeatsNoClass(t *testing.T) {
	t.Parallel()
	w, p, _ := atPaidy(t)
	w.l.payment(p.ID).PaymentClass = ""
	w.l.Order.Total = lower
	if err := Buttons(w.l, p.ID, w.policy, w.now)[payment.SaleChangeButton]; err != nil {
		t.Error(err)
	}
}

// TestWhoTookItsPlace: only what was planned instead of the operation, and is not taken up yet.
func TestWhoTookItsPlace(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		op  Operation
		did bool
	}{
		"planned":           {Operation{State: payment.Planned, Reason: replacing("a")}, true},
		"instead of others": {Operation{State: payment.Planned, Reason: replacing("b")}, false},
		"a reversal":        {Operation{State: payment.Planned}, false},
		"sent":              {Operation{State: payment.Sent, Reason: replacing("a")}, false},
		"never sent":        {Operation{State: payment.DeclinedOp, Cause: neverSentCause, Reason: replacing("a")}, false},
		"taken up before":   {Operation{State: payment.Planned, Cause: "lease", Reason: replacing("a")}, false},
	} {
		l := &Ledger{Operations: []*Operation{&tt.op}}
		if got := l.successorOf(Operation{ID: "a"}); (got != nil) != tt.did {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestOnlyABuyersBeginningTellsOfTheBuyer: what staff do, or a change's step, is sent even where the
// orderer's row cannot be read.
func TestOnlyABuyersBeginningTellsOfTheBuyer(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	if _, err := s.pay("k"); err != nil {
		t.Fatal(err)
	}
	s.fail = func(call string, _ int) error {
		if call == "Orderer" {
			return errAway
		}
		return nil
	}
	s.l.Order.Total = lower
	s.there["p1"] = s.found(payment.AuthOK)
	s.answer = func(c Command) Answer { return yes(map[bool]string{true: "p2", false: c.PaymentID}[c.Kind.Begins()]) }
	if r, err := s.press(payment.AuthChangeButton, "k2"); err != nil || r.Operation.State != payment.Succeeded {
		t.Errorf("%+v, %v, sent %v", r.Operation, err, s.telegrams())
	}
	if r, err := s.press(payment.SaleButton, "k3"); err != nil || r.Operation.State != payment.Succeeded {
		t.Errorf("%+v, %v, sent %v", r.Operation, err, s.telegrams())
	}
	for _, c := range s.sent[1:] {
		if c.Returns != (Returns{}) || c.Orderer != (Orderer{}) {
			t.Errorf("%s tells of %+v, and comes back to %+v", c.Kind, c.Orderer, c.Returns)
		}
	}
}

// TestWhatIsSealed: a token that came with an authentication that begins, nothing else.
func TestWhatIsSealed(t *testing.T) {
	t.Parallel()
	page := Answer{Outcome: Success, AuthID: "a1", Needs: Needs{Action: "https://acs.example/"}}
	for name, tt := range map[string]struct {
		token CardToken
		a     Answer
		seals bool
		cause string
	}{
		"begun":                 {"tok", page, true, "answer"},
		"begun, a card on file": {"", page, false, "answer"},
		"refused":               {"tok", no, false, "answer"},
	} {
		s := open(t, newWorld(t))
		s.policy.ThreeDS = ThreeDS2
		s.answer = func(Command) Answer { return tt.a }
		_, err := s.service.Begin(bg, Begin{Order: s.order(), Amount: total, PaymentClass: "10", Beside: Beside{Token: tt.token}, Actor: Buyer, Key: "k"})
		if err != nil || slices.Contains(s.calls, "seal") != tt.seals || s.l.Operations[0].Cause != tt.cause {
			t.Errorf("%s: %v, called %v, %+v", name, err, s.calls, s.l.Operations[0])
		}
	}
}

// TestAnIDInUseIsNeverFinal: however sure the centre is, the id may be in use by our own telegram.
func TestAnIDInUseIsNeverFinal(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.answer = func(Command) Answer { return Answer{Outcome: Decline, Final: true, IDInUse: true, Code: idInUseCode} }
	s.there["123"] = s.world.found(payment.AuthOK)
	if r, err := s.pay("k"); err != nil || len(s.asked) != 1 || r.Operation.State != payment.Succeeded || len(s.sent) != 1 {
		t.Errorf("%+v, %v, asked %d, sent %v", r.Operation, err, len(s.asked), s.telegrams())
	}
}

// TestOnlyABeginningIsBegunAnew: a capture that is refused as if its id were in use is refused.
func TestOnlyABeginningIsBegunAnew(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	if _, err := s.pay("k"); err != nil {
		t.Fatal(err)
	}
	p := s.l.Current()
	s.answer = func(Command) Answer { return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode} }
	s.there["p1"] = s.world.found(payment.AuthOK)
	if r, err := s.press(payment.SaleButton, "k2"); err != nil || r.Operation.State != payment.DeclinedOp || len(s.sent) != 2 || len(s.l.Payments) != 1 {
		t.Errorf("%+v, %v, sent %v, %d payments", r.Operation, err, s.telegrams(), len(s.l.Payments))
	}
	s.stands(p, payment.Authorised, "")
	s.status(order.New)
	s.alerted()
}

// TestAnIDInUseUnderAnotherMethod: staff chose another method for the order meanwhile. No card is
// charged for it anew.
func TestAnIDInUseUnderAnotherMethod(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.answer = func(Command) Answer {
		s.l.Order.MethodClass = module(payment.Conveni).Class()
		return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
	}
	stranger := s.world.found(payment.AuthOK)
	stranger.Amount = 9
	s.there["123"] = stranger
	if r, err := s.pay("k"); err != nil || r.Operation.State != payment.DeclinedOp || len(s.sent) != 1 || len(s.l.Payments) != 1 {
		t.Errorf("%+v, %v, sent %v, %d payments", r.Operation, err, s.telegrams(), len(s.l.Payments))
	}
}

// TestAStepIsBegunAnewByItsChangeOnly: also where EC-CUBE's own hand put the order back to where it
// waits for a payment.
func TestAStepIsBegunAnewByItsChangeOnly(t *testing.T) {
	t.Parallel()
	w, _, parent := changing(t, false)
	op := w.step(parent)
	w.l.Order.Status = order.Processing
	operations := len(w.l.Operations)
	w.must(func(l *Ledger, tk tick) error {
		return l.replace(tk, op.ID, verdictOf(Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}))
	})
	if len(w.l.Operations) != operations || len(w.l.Payments) != 2 {
		t.Errorf("%d operations more, %d payments", len(w.l.Operations)-operations, len(w.l.Payments))
	}
}
