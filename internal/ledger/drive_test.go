package ledger

import (
	"context"
	"errors"
	"slices"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// lowered is a shop whose order is paid by p1, at this status, and whose total was edited
// since; the centre gives the next authorisation the id p2.
func lowered(t *testing.T, captured bool) *shop {
	t.Helper()
	s := open(t, newWorld(t))
	if captured {
		s.world.captured("p1")
	} else {
		s.authorised("p1")
	}
	s.answer = func(c Command) Answer {
		if c.Kind == payment.Authorize {
			return yes("p2")
		}
		return yes(c.PaymentID)
	}
	s.tells(s.theirs(s.l.Current().Status))
	s.l.Order.Total = lower
	return s
}

func changeButton(captured bool) payment.Button {
	if captured {
		return payment.SaleChangeButton
	}
	return payment.AuthChangeButton
}

// TestTheAmountIsChanged by one press: the centre confirms the old payment, then each step
// has its telegram.
func TestTheAmountIsChanged(t *testing.T) {
	t.Parallel()
	for captured, want := range map[bool][]payment.Kind{
		false: {payment.Authorize, payment.CancelAuthorization},
		true:  {payment.Authorize, payment.Capture, payment.CancelCapture},
	} {
		s := lowered(t, captured)
		var at []Boundary
		s.at = func(b Boundary) { at = append(at, b) }
		r, err := s.press(changeButton(captured), "k")
		if err != nil || r.Operation.Kind != payment.ChangeAmount || r.Operation.State != payment.Succeeded || r.Step.Kind != StepComplete {
			t.Fatalf("%+v, %v", r, err)
		}
		if got := s.telegrams(); !slices.Equal(got, want) || s.sent[0].ReferenceID != "123" || s.sent[0].Amount != lower {
			t.Errorf("sent %v, %+v", got, s.sent[0])
		}
		if len(s.asked) != 1 || s.asked[0].PaymentID != "p1" {
			t.Errorf("asked %v", s.asked)
		}
		if n := len(want); len(at) != 4*n || at[0] != AfterPlanned || at[4*n-1] != AfterSettled {
			t.Errorf("passed %v", at)
		}
		if p := s.l.Current(); p.PaymentID != "p2" || p.Amount != lower || s.l.Payments[0].living() {
			t.Errorf("%+v", p)
		}
		s.alerted()
		again, err := s.press(changeButton(captured), "k")
		if err != nil || !again.Replayed || again.Operation.ID != r.Operation.ID || len(s.asked) != 1 || len(s.sent) != len(want) {
			t.Errorf("pressed again: %+v, %v, asked %v, sent %v", again, err, s.asked, s.telegrams())
		}
	}
}

// TestAChangeWhoseAnswerIsLost waits for it; nothing further is sent.
func TestAChangeWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := lowered(t, false)
	s.answer = func(Command) Answer { return Answer{Outcome: Mystery} }
	r, err := s.press(payment.AuthChangeButton, "k")
	if err != nil || !r.Operation.State.Open() || r.Operation.Kind != payment.ChangeAmount || len(s.sent) != 1 {
		t.Errorf("%+v, %v, sent %v", r, err, s.telegrams())
	}
	s.stands(s.l.Payments[0], payment.Authorised, "")
	s.status(order.New)
}

// TestTheOldPaymentIsConfirmed before anything is planned: what the centre knows better is
// learnt first, and where it is silent nothing is begun (money.md §8).
func TestTheOldPaymentIsConfirmed(t *testing.T) {
	t.Parallel()
	heir := func(s *shop) {
		f := s.theirs("20")
		f.PaymentID, f.BaseID, f.Amount = "p2", "p1", 1700
		s.tells(f)
		s.there["p1"] = s.theirs("32")
	}
	for name, tt := range map[string]struct {
		there   func(*shop)
		code    string
		phase   payment.Phase
		current string // the payment_id of the order's payment then
	}{
		"as we know it":   {func(*shop) {}, "", payment.Ended, "p2"},
		"silent":          {func(s *shop) { clear(s.there) }, "payment.unconfirmed", payment.Authorised, "p1"},
		"no such payment": {func(s *shop) { s.there["p1"] = Finding{Kind: NoSuch} }, "payment.unconfirmed", payment.Authorised, "p1"},
		"another amount":  {func(s *shop) { f := s.theirs("20"); f.Amount--; s.tells(f) }, "payment.unconfirmed", payment.Authorised, "p1"},
		"captured there":  {func(s *shop) { s.tells(s.theirs("40")) }, "payment.not_offered", payment.Captured, "p1"},
		"at work there":   {func(s *shop) { s.tells(s.theirs("30")) }, "payment.transit", payment.Authorised, "p1"},
		"expired there":   {func(s *shop) { s.tells(s.theirs("33")) }, "payment.expired", payment.Ended, "p1"},
		"cancelled there": {func(s *shop) { s.tells(s.theirs("32")) }, "payment.ended", payment.Ended, "p1"},
		"cancelled there, corrected perhaps": {func(s *shop) { s.there = map[string]Finding{"p1": s.theirs("32")} },
			"payment.unconfirmed", payment.Authorised, "p1"},
		"corrected there": {heir, "payment.ended", payment.Ended, "p2"},
	} {
		s := lowered(t, false)
		p := s.l.Current()
		tt.there(s)
		_, err := s.press(payment.AuthChangeButton, "k")
		if code(err) != tt.code || len(s.sent) > 0 != (tt.code == "") {
			t.Errorf("%s: %v, sent %v", name, err, s.telegrams())
		}
		if s.l.payment(p.ID).Phase != tt.phase || s.l.Current().PaymentID != tt.current {
			t.Errorf("%s: %+v, the order's is %+v", name, s.l.payment(p.ID), s.l.Current())
		}
	}
}

// TestNoSaleAtTheCentre: what is not captured there, or no longer, is not replaced by another
// sale.
func TestNoSaleAtTheCentre(t *testing.T) {
	t.Parallel()
	for theirs, want := range map[payment.Status]string{"20": "payment.uncaptured", "33": "payment.expired"} {
		s := lowered(t, true)
		p := s.l.Current()
		p.Status = payment.AuthOK // by the answer alone
		s.tells(s.theirs(theirs))
		if _, err := s.press(payment.SaleChangeButton, "k"); code(err) != want || len(s.sent) > 0 {
			t.Errorf("%s: %v, sent %v", theirs, err, s.telegrams())
		}
		s.stands(p, payment.Captured, "")
	}
}

// TestADifferenceIsConfirmedFirst: 342 gives a difference back, and is begun from the amount that
// stands at the centre.
func TestADifferenceIsConfirmedFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there  order.Yen // at the centre; 0: it is silent
		code   string
		amount order.Yen // in our book then
	}{
		"as we know it":    {total, "", lower},
		"silent":           {0, "payment.unconfirmed", total},
		"changed by hand":  {total - 1, "payment.unconfirmed", total},
		"one that is late": {total - 50, "payment.amount_changed", total - 50},
	} {
		s := lowered(t, true)
		p := s.l.Current()
		p.Method, p.Status, p.PaymentClass = payment.Paidy, payment.Cleared, ""
		s.l.Order.MethodClass = p.scheme().Class()
		late := &Operation{ID: "late", PaymentID: p.ID, Kind: payment.RefundPaidy, State: payment.DeclinedOp, Cause: causeNotHappened, Amount: total - 50}
		s.l.Operations = append(s.l.Operations, late)
		f := s.theirs("40")
		f.Type, f.Amount = p.Method.Type(), tt.there
		if s.tells(f); tt.there == 0 {
			clear(s.there)
		}
		_, err := s.press(payment.SaleChangeButton, "k")
		if got := s.l.payment(p.ID).Amount; code(err) != tt.code || got != tt.amount {
			t.Errorf("%s: %v, %s, sent %v", name, err, got, s.telegrams())
		}
	}
}

// TestConfirmedTooLate: what became known while 094 was asked is newer than its answer.
func TestConfirmedTooLate(t *testing.T) {
	t.Parallel()
	s := lowered(t, false)
	s.tells(s.theirs("33"))
	updates := 0
	s.fail = func(call string, _ int) error {
		if call == "Update" {
			if updates++; updates == 1 {
				s.learnt(s.l.Current(), "30")
			}
		}
		return nil
	}
	if _, err := s.press(payment.AuthChangeButton, "k"); code(err) != "payment.transit" {
		t.Errorf("%v", err)
	}
	s.stands(s.l.Current(), payment.Authorised, "")
}

// TestNotConfirmedFirst: what needs no saga, or cannot be, is not asked about.
func TestNotConfirmedFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*shop) *Payment
		b     payment.Button
		code  string
	}{
		"sold":                {func(s *shop) *Payment { s.l.Order.Total = total; return s.l.Current() }, payment.SaleButton, ""},
		"cancelled":           {func(s *shop) *Payment { return s.l.Current() }, payment.CancelButton, ""},
		"a payment of nobody": {func(*shop) *Payment { return &Payment{ID: "nobody", Amount: total} }, payment.AuthChangeButton, "payment.unknown"},
		"another environment": {func(s *shop) *Payment { s.policy.Environment = payment.Production; return s.l.Current() }, payment.AuthChangeButton, "payment.other_environment"},
		"another merchant":    {func(s *shop) *Payment { s.policy.MerchantID = "x"; return s.l.Current() }, payment.AuthChangeButton, "payment.other_environment"},
		"over, by 取消": {func(s *shop) *Payment {
			s.settle(s.send(s.change(false)), verdictOf(yes("p1")))
			return s.l.Payments[0]
		}, payment.AuthChangeButton, "payment.ended"},
		"one that it has not":  {func(s *shop) *Payment { return s.l.Current() }, payment.SaleChangeButton, "payment.not_offered"},
		"of a carrier, by 103": {func(s *shop) *Payment { return s.l.Current() }, payment.SaleChangeButton, ""},
	} {
		s := lowered(t, false)
		if name == "of a carrier, by 103" {
			p := s.l.Current()
			p.Method, p.Brand = payment.Carrier, payment.SoftBank
			s.l.Order.MethodClass = p.scheme().Class()
		}
		p := tt.begin(s)
		s.calls = nil
		_, err := s.service.Change(context.Background(), Change{Order: s.order(), PaymentID: p.ID, Button: tt.b, Amount: total, Total: s.l.Order.Total, Actor: clerk, Key: "k"})
		if code(err) != tt.code || len(s.asked) != 0 {
			t.Errorf("%s: %v, asked %v", name, err, s.asked)
		}
		if len(s.sent) > 0 != (tt.code == "") {
			t.Errorf("%s: sent %v", name, s.telegrams())
		}
		if first := s.calls[0]; (first == "View") != (tt.b != payment.SaleButton && tt.b != payment.CancelButton) {
			t.Errorf("%s: begins with %s: the many that are sold in one go are read once each", name, first)
		}
	}
}

// TestAChangeWithoutAKey is no second click of one that had none either.
func TestAChangeWithoutAKey(t *testing.T) {
	t.Parallel()
	s := lowered(t, false)
	clear(s.there)
	if _, err := s.press(payment.AuthChangeButton, ""); code(err) != "payment.unconfirmed" || len(s.sent) != 0 {
		t.Errorf("%v, sent %v", err, s.telegrams())
	}
}

// TestAChangeMeetsOneFailure: it is told, though the next call would have gone well.
func TestAChangeMeetsOneFailure(t *testing.T) {
	t.Parallel()
	for call, asked := range map[string]int{"View": 0, "policy": 0, "MarkSent": 1} {
		s := lowered(t, false)
		failed := false
		s.fail = func(c string, _ int) error {
			if c != call || failed {
				return nil
			}
			failed = true
			return errAway
		}
		if r, err := s.press(payment.AuthChangeButton, "k"); !errors.Is(err, errAway) || r.Operation.ID != "" || len(s.asked) != asked || len(s.sent) != 0 {
			t.Errorf("%s: %+v, %v, asked %v, sent %v", call, r, err, s.asked, s.telegrams())
		}
	}
}

// TestAChangeWhileTheDatabaseIsAway: staff are told so; nothing is sent that was not
// written, and never twice.
func TestAChangeWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]payment.Status{"as we know it": "20", "corrected perhaps": "32"} {
		whole := lowered(t, false)
		whole.there = map[string]Finding{"p1": whole.theirs(there)}
		whole.calls = nil
		_, said := whole.press(payment.AuthChangeButton, "k")
		for n := 1; n <= len(whole.calls); n++ {
			call := whole.calls[n-1]
			if call == "Orderer" || call == "Successors" || call == "SweptAt" {
				continue
			}
			s := lowered(t, false)
			s.there = map[string]Finding{"p1": s.theirs(there)}
			s.calls = nil
			s.away(n, true)
			if r, err := s.press(payment.AuthChangeButton, "k"); !errors.Is(err, errAway) || r.Operation.ID != "" {
				t.Errorf("%s, %s (%d): %+v, %v", name, call, n, r, err)
			}
			for i, c := range s.telegrams() {
				if slices.Contains(s.telegrams()[:i], c) {
					t.Errorf("%s, %s (%d): sent %v", name, call, n, s.telegrams())
				}
			}
		}
		if (said == nil) != (there == "20") {
			t.Errorf("%s: %v", name, said)
		}
	}
}
