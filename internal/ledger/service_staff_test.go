package ledger

import (
	"context"
	"errors"
	"slices"
	"testing"

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
			return s.service.RefundByHand(bg, HandRefund{Order: s.order(), PaymentID: s.l.CurrentID, Amount: 100, Left: s.l.Current().worth(), Day: s.now, How: "振込", Actor: clerk, Key: "k"})
		}, order.Paid, ""},
		"a revival": {func(w *world) { w.paidAtStore(); w.keeping(order.Canceled) }, func(s *shop) (Result, error) {
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
