package ledger

import (
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestRollbackIn: what a rollback moved is read off the events of its own transaction, and
// only where the order was moved by it last.
func TestRollbackIn(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	goods := func(n int64) []order.Movement { return []order.Movement{{ProductClassID: class, Quantity: n}} }
	moved := func(kind EventKind, from, to order.Status, cause string) Event {
		return Event{At: day, Kind: kind, Cause: cause, Data: EventData{OrderFrom: from, OrderTo: to}}
	}
	taken := Event{At: day.Add(-time.Hour), Kind: EventHeld, Data: EventData{Goods: goods(3), Points: 50}}
	fewer := Event{At: day.Add(-time.Minute), Kind: EventHoldChanged, Data: EventData{Goods: goods(-1)}}
	released := Event{At: day, Kind: EventReleased, Data: EventData{Goods: goods(-2), Points: -50}}
	planned := Event{At: day, Kind: EventPlanned, Data: EventData{Amount: 2100}}
	back := moved(EventOrderMoved, order.Pending, order.Canceled, "rollback")
	later := Event{At: day.Add(time.Hour), Kind: EventPlanned, Data: EventData{Amount: 7}}
	whole := Effect{Amount: 2100, From: order.Pending, To: order.Canceled, Goods: 2, Points: 50}
	for name, tt := range map[string]struct {
		timeline []Event // oldest first
		want     Effect
		did      bool
	}{
		"with a reversal":     {[]Event{taken, fewer, planned, released, back}, whole, true},
		"and what came later": {[]Event{taken, fewer, planned, released, back, later}, whole, true},
		"nothing alive":       {[]Event{taken, fewer, released, back}, Effect{From: order.Pending, To: order.Canceled, Goods: 2, Points: 50}, true},
		"given back by EC-CUBE": {[]Event{taken, {At: day, Kind: EventReleased, Cause: hostCause, Data: released.Data}, back},
			Effect{From: order.Pending, To: order.Canceled}, true},
		"cancelled by staff":       {[]Event{taken, released, moved(EventOrderMoved, order.New, order.Canceled, "staff")}, Effect{}, false},
		"moved on since":           {[]Event{taken, released, back, moved(EventOrderMoved, order.Canceled, order.InProgress, "staff")}, Effect{}, false},
		"moved on by another hand": {[]Event{taken, released, back, moved(EventHostMoved, order.Canceled, order.InProgress, hostCause)}, Effect{}, false},
		"never moved":              {[]Event{taken}, Effect{}, false},
		"nothing":                  {nil, Effect{}, false},
	} {
		var newest []Event
		for _, e := range tt.timeline {
			newest = append([]Event{e}, newest...)
		}
		if got, did := RollbackIn(newest); got != tt.want || did != tt.did {
			t.Errorf("%s: %+v, %v", name, got, did)
		}
	}
}

// TestRollBackEffectInDoubt: a commit nobody knows of is made again, and then finds the order moved.
// If it was this run's, what it moved is told; if it was not written, another hand's move is not.
func TestRollBackEffectInDoubt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		written bool
		unread  bool // and the order cannot be read then
		want    Rollback
		effect  Effect
	}{
		"written":             {true, false, Rollback{Verdict: RolledBack}, Effect{From: order.Pending, To: order.Canceled, Goods: wanted}},
		"written, and unread": {true, true, Rollback{Verdict: RollbackSkipped, Reason: SkipMoved}, Effect{}},
		"not written":         {false, false, Rollback{Verdict: RollbackSkipped, Reason: SkipMoved}, Effect{}},
	} {
		w, p := atPage(t, bank)
		p.Phase, p.End = payment.Ended, payment.Declined
		s := open(t, w)
		before, commits := clone(s.l), 0
		s.fail = func(call string, _ int) error {
			switch {
			case call == "View" && tt.unread && commits > 0:
				return errAway
			case call != "commit":
				return nil
			}
			if commits++; commits > 1 {
				return nil
			}
			if !tt.written { // and another hand cancels it
				s.l, s.told, s.events = before, wanted, before.EventSeq
				s.l.Order.Status = order.Canceled // and gives the goods back
			}
			return errAway
		}
		got, e, err := s.service.RollBackEffect(bg, s.order(), false)
		got.Order, got.No = 0, ""
		if errors.Is(err, errAway) != tt.unread || got != tt.want || e != tt.effect {
			t.Errorf("%s: %+v, %+v, %v", name, got, e, err)
		}
	}
}

// TestRollBackEffectWithoutADatabase tells nothing that was not written.
func TestRollBackEffectWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, rehearse := range []bool{true, false} {
		for n := 1; ; n++ {
			w, p := atPage(t, bank)
			s := open(t, w)
			s.there["123"] = Finding{Kind: NoSuch}
			s.now = p.LimitAt.Add(margin)
			s.away(n, true)
			_, e, err := s.service.RollBackEffect(bg, s.order(), rehearse)
			if n > len(s.calls) {
				if err != nil || e.Goods != wanted || e.To != order.Canceled || rehearse != (s.l.Order.Status == order.Pending) {
					t.Errorf("rehearsed %v: %+v, %v", rehearse, e, err)
				}
				break
			}
			if err == nil && s.l.Order.Status != order.Canceled || err != nil && e != (Effect{}) {
				t.Errorf("call %d (%s): %+v, %v", n, s.calls[n-1], e, err)
			}
		}
	}
}
