package ledger

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

var bg = context.Background()

// TestStaffActOnce: each thing that staff do is done once per form shown; the second submit
// tells where the first one stands, also when it was refused because the first was faster.
func TestStaffActOnce(t *testing.T) {
	t.Parallel()
	status := func(to order.Status) func(*shop) (Result, error) {
		return func(s *shop) (Result, error) {
			return s.service.ChangeStatus(bg, StatusChange{Order: s.order(), From: order.New, To: to, Living: LivingCancel, Actor: clerk, Key: "k"})
		}
	}
	for name, tt := range map[string]struct {
		put func(*world)
		do  func(*shop) (Result, error)
		is  order.Status
		op  payment.Kind
	}{
		"a status":       {func(w *world) { w.authorised("p1") }, status(order.InProgress), order.InProgress, ""},
		"a cancellation": {func(w *world) { w.authorised("p1") }, status(order.Canceled), order.Canceled, payment.CancelAuthorization},
		"a save": {func(w *world) { w.authorised("p1") }, func(s *shop) (Result, error) {
			return s.service.EditOrder(bg, Edit{Order: s.order(), Sheet: sheetOf(1), Actor: clerk, Key: "k"})
		}, order.New, ""},
		"a refund": {func(w *world) { w.paidAtStore() }, func(s *shop) (Result, error) {
			return s.service.RefundByHand(bg, HandRefund{Order: s.order(), PaymentID: s.l.CurrentID, Amount: 100, Day: s.now, How: "振込", Actor: clerk, Key: "k"})
		}, order.Paid, ""},
		"a revival": {func(w *world) { w.paidAtStore(); _, _ = w.to(order.Canceled, LivingKeep) }, func(s *shop) (Result, error) {
			return s.service.Revive(bg, Revive{Order: s.order(), Actor: clerk, Key: "k"})
		}, order.InProgress, ""},
		"an order": {func(*world) {}, func(s *shop) (Result, error) {
			return s.service.PlaceByStaff(bg, StaffOrder{Order: s.order(), Total: total, Actor: clerk, Key: "k"})
		}, order.New, ""},
	} {
		w := newWorld(t)
		tt.put(w)
		s := open(t, w)
		first, err := tt.do(s)
		if err != nil || first.Replayed || first.Operation.Kind != tt.op {
			t.Fatalf("%s: %+v, %v", name, first, err)
		}
		s.status(tt.is)
		events, sent := s.events, len(s.sent)
		again, err := tt.do(s)
		if err != nil || !again.Replayed || again.Operation.ID != first.Operation.ID || again.Step.Kind != Next(s.l).Kind {
			t.Errorf("%s, twice: %+v, %v", name, again, err)
		}
		if s.events != events || len(s.sent) != sent {
			t.Errorf("%s, twice: done again", name)
		}
	}
}

// TestTheFirstSubmitWasFaster: refused, the second one looks again.
func TestTheFirstSubmitWasFaster(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		looks    error // of the second look
		key      string
		replayed bool
	}{
		"found":          {nil, "k", true},
		"not found":      {nil, "other", false},
		"cannot be seen": {errAway, "k", false},
		"without a key":  {nil, "", false},
	} {
		w := newWorld(t)
		w.authorised("p1")
		s := open(t, w)
		change := StatusChange{Order: s.order(), From: order.New, To: order.InProgress, Actor: clerk, Key: "k"}
		looks := 0
		s.fail = func(call string, _ int) error {
			if call != "KeyUsed" {
				return nil
			}
			if looks++; looks == 2 {
				return tt.looks
			}
			return nil
		}
		first := change
		s.world.must(func(l *Ledger, tk tick) error { _, err := l.planStatus(tk, first); return err })
		delete(s.keys, "k")
		hook := s.fail
		s.fail = func(call string, n int) error { // written between the look and the decision
			if call == "Update" && tt.key == "k" {
				s.keys["k"] = true
			}
			return hook(call, n)
		}
		change.Key = tt.key
		r, err := s.service.ChangeStatus(bg, change)
		if r.Replayed != tt.replayed || (err == nil) != tt.replayed || err != nil && !problem.Is(err, "order.status_changed") {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// TestStaffWithoutADatabase are told so, and nothing is sent unless it is written.
func TestStaffWithoutADatabase(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		w := newWorld(t)
		w.authorised("p1")
		s := open(t, w)
		s.away(n, true)
		_, err := s.service.ChangeStatus(bg, StatusChange{Order: s.order(), From: order.New, To: order.Canceled, Living: LivingCancel, Actor: clerk, Key: "k"})
		if n > len(s.calls) {
			break
		}
		if !errors.Is(err, errAway) {
			t.Errorf("call %d (%s): %v", n, s.calls[n-1], err)
		}
		if len(s.sent) > 0 && !slices.Contains(s.calls[:n], "MarkSent") {
			t.Errorf("call %d: sent all the same", n)
		}
	}
	w := newWorld(t) // and where an earlier submit is told of
	w.authorised("p1")
	s := open(t, w)
	s.keys["k"] = true
	s.away(2, true)
	if r, err := s.service.ChangeStatus(bg, StatusChange{Order: s.order(), Key: "k"}); !errors.Is(err, errAway) || r.Replayed {
		t.Errorf("%+v, %v", r, err)
	}
}

// changed presses 売上変更 or オーソリ変更 after the total was edited.
func changedTotal(t *testing.T, captured bool) (*shop, *Payment, payment.Button) {
	t.Helper()
	w := newWorld(t)
	p, button, at := w.authorised("p1"), payment.AuthChangeButton, payment.AuthOK
	if captured {
		w = newWorld(t)
		p, button, at = w.captured("p1"), payment.SaleChangeButton, payment.Cleared
	}
	if _, err := w.save(w.sheet.priced(lower), LivingAsk); err != nil {
		t.Fatal(err)
	}
	s := open(t, w)
	s.answer = func(c Command) Answer {
		if c.Kind == payment.Authorize {
			return Answer{Outcome: Success, PaymentID: "p2"}
		}
		return Answer{Outcome: Success, PaymentID: c.PaymentID}
	}
	s.there["p1"] = s.world.found(at)
	return s, w.l.payment(p.ID), button
}

// TestAChangeOfTheAmount asks about the old payment first, and then goes through its steps at
// once: the new authorisation names the old one's card by its trading_id.
func TestAChangeOfTheAmount(t *testing.T) {
	t.Parallel()
	for name, captured := range map[string]bool{"of an authorisation": false, "of a sale": true} {
		s, old, button := changedTotal(t, captured)
		r, err := s.press(button, "k")
		if err != nil || r.Operation.Kind != payment.ChangeAmount || r.Operation.State != payment.Succeeded || r.Step.Kind != StepComplete {
			t.Fatalf("%s: %+v, %v", name, r, err)
		}
		want := []payment.Kind{payment.Authorize, payment.CancelAuthorization}
		if captured {
			want = []payment.Kind{payment.Authorize, payment.Capture, payment.CancelCapture}
		}
		if !slices.Equal(s.telegrams(), want) || len(s.asked) != 1 || s.asked[0].PaymentID != "p1" {
			t.Errorf("%s: sent %v, asked %+v", name, s.telegrams(), s.asked)
		}
		c := s.sent[0]
		if c.ReferenceID != old.TradingID || c.TradingID != "123_2" || c.Amount != lower || c.Orderer != (Orderer{}) || c.Returns != (Returns{}) {
			t.Errorf("%s: %+v", name, c)
		}
		for _, c := range s.sent[1 : len(s.sent)-1] {
			if c.PaymentID != "p2" {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if last := s.sent[len(s.sent)-1]; last.PaymentID != "p1" || last.Amount != total {
			t.Errorf("%s: %+v", name, last)
		}
		s.alerted()
		asked := len(s.asked)
		again, err := s.service.Change(bg, Change{Order: s.order(), PaymentID: old.ID, Button: button, Amount: total, Total: lower, Actor: clerk, Key: "k"})
		if err != nil || !again.Replayed || again.Operation.ID != r.Operation.ID || len(s.sent) != len(want) || len(s.asked) != asked {
			t.Errorf("%s, twice: %+v, %v", name, again, err)
		}
	}
}

// TestTheOldPaymentIsConfirmed before its amount is changed: what the centre knows better is
// learnt, and where it says nothing, or the payment may have ended, nothing is begun.
func TestTheOldPaymentIsConfirmed(t *testing.T) {
	t.Parallel()
	gone := func(heir, alone bool) func(*shop) {
		return func(s *shop) {
			f := s.world.found(payment.AuthCancelDone)
			f.Alone = false
			s.there["p1"], s.there["123"] = f, f
			if heir {
				h := s.world.found(payment.AuthOK)
				h.PaymentID, h.BaseID, h.Amount = "p9", "p1", 1800
				s.next["p1"], s.there["p9"] = []Successor{{PaymentID: "p9"}}, h
			}
			if !heir && !alone {
				delete(s.there, "123")
			}
		}
	}
	for name, tt := range map[string]struct {
		put   func(*shop)
		code  string
		sent  int
		asks  int
		order order.Status
	}{
		"as it stands":                {func(*shop) {}, "", 2, 1, order.New},
		"no answer":                   {func(s *shop) { delete(s.there, "p1") }, "payment.unconfirmed", 0, 1, order.New},
		"another amount":              {func(s *shop) { f := s.there["p1"]; f.Amount++; s.there["p1"] = f }, "payment.unconfirmed", 0, 1, order.New},
		"captured there":              {func(s *shop) { s.there["p1"] = s.world.found(payment.Cleared) }, "payment.not_offered", 0, 1, order.Paid},
		"being captured":              {func(s *shop) { s.there["p1"] = s.world.found(payment.CaptureRequested) }, "payment.transit", 0, 1, order.New},
		"cancelled, and nothing else": {gone(false, true), "payment.ended", 0, 2, order.Canceled},
		"cancelled, nobody can tell":  {gone(false, false), "payment.unconfirmed", 0, 2, order.New},
		"corrected":                   {gone(true, false), "payment.ended", 0, 3, order.New},
		"of another environment":      {func(s *shop) { s.policy.MerchantID = "other" }, "payment.other_environment", 0, 0, order.New},
		"not alive here":              {func(s *shop) { s.learnt(s.l.Current(), payment.AuthExpired) }, "payment.expired", 0, 0, order.Canceled},
		"the button is not offered":   {func(s *shop) { s.l.Current().Status = payment.AuthComplete }, "payment.not_offered", 0, 0, order.New},
		"it moved while it was asked": {func(s *shop) {
			s.there["p1"] = s.world.found(payment.CaptureRequested)
			s.fail = func(call string, _ int) error {
				if call == "Update" && s.l.Current().Status == payment.AuthOK {
					s.learnt(s.l.Current(), payment.Cleared)
				}
				return nil
			}
		}, "payment.not_offered", 0, 1, order.Paid},
	} {
		s, p, _ := changedTotal(t, false)
		tt.put(s)
		_, err := s.service.Change(bg, Change{Order: s.order(), PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: clerk, Key: "k"})
		if code(err) != tt.code || len(s.sent) != tt.sent || len(s.asked) != tt.asks {
			t.Errorf("%s: %v, sent %v, asked %+v", name, err, s.telegrams(), s.asked)
		}
		s.status(tt.order)
	}
	s, _, _ := changedTotal(t, false) // 売上 and 取消 ask nobody
	if _, err := s.press(payment.CancelButton, "k"); err != nil || len(s.asked) != 0 {
		t.Errorf("%v, asked %+v", err, s.asked)
	}
	s, _, _ = changedTotal(t, false)
	if _, err := s.service.Change(bg, Change{Order: s.order(), PaymentID: "none", Button: payment.AuthChangeButton}); !problem.Is(err, "payment.unknown") {
		t.Errorf("%v", err)
	}
}

// TestAChangeWithoutADatabase: an error is told at whichever call the database goes away, and
// recovery finds a saga that goes on from there.
func TestAChangeWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, learns := range []bool{false, true} {
		for n := 1; ; n++ {
			s, _, button := changedTotal(t, false)
			if learns {
				s.there["p1"] = s.world.found(payment.CaptureRequested)
			}
			s.away(n, true)
			r, err := s.press(button, "k")
			if n > len(s.calls) {
				break
			}
			if (!errors.Is(err, errAway) || r.Operation.ID != "") && s.calls[n-1] != "Orderer" {
				t.Errorf("call %d (%s): %+v, %v", n, s.calls[n-1], r, err)
			}
			s.fail = nil
			for range 10 {
				s.now = s.now.Add(10 * time.Minute)
				for _, op := range s.l.Operations {
					if op.State.Open() && !s.now.Before(op.LeaseUntil) {
						if err := s.service.TakeUp(bg, Due{OperationID: op.ID, OrderID: s.order(), State: op.State, Unowned: op.Owner == ""}); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			if op := s.l.OpenOperation(); op != nil && op.Kind != payment.ChangeAmount {
				t.Errorf("call %d: %+v stays open", n, op)
			}
		}
	}
}

// TestASagaStops for a step whose outcome is not known, and says so.
func TestASagaStops(t *testing.T) {
	t.Parallel()
	s, _, button := changedTotal(t, false)
	s.answer = func(Command) Answer { return Answer{Outcome: Mystery} }
	r, err := s.press(button, "k")
	if err != nil || r.Operation.Kind != payment.ChangeAmount || !r.Operation.State.Open() || len(s.sent) != 1 {
		t.Errorf("%+v, %v, sent %v", r, err, s.telegrams())
	}
}
