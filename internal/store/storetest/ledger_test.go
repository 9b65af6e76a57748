package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// each runs a test on every engine, in parallel.
func each(t *testing.T, fn func(t *testing.T, s *Shop)) {
	t.Helper()
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) { fn(t, New(t, db)) })
}

// update runs a decision that must succeed.
func (s *Shop) update(t *testing.T, id order.ID, decide func(*ledger.Ledger)) {
	t.Helper()
	if err := s.try(id, decide); err != nil {
		t.Fatalf("update order %d: %v", id, err)
	}
}

// try runs a decision and returns what the store makes of it.
func (s *Shop) try(id order.ID, decide func(*ledger.Ledger)) error {
	return s.Store.Update(context.Background(), id, func(l *ledger.Ledger) error {
		decide(l)
		return nil
	})
}

func (s *Shop) view(t *testing.T, id order.ID) *ledger.Ledger {
	t.Helper()
	l, err := s.Store.View(context.Background(), id)
	if err != nil {
		t.Fatalf("view order %d: %v", id, err)
	}
	return l
}

// note adds an event, as decisions do.
func (s *Shop) note(l *ledger.Ledger, kind ledger.EventKind) {
	l.EventSeq++
	l.Events = append(l.Events, ledger.Event{Seq: l.EventSeq, At: s.Now(), Kind: kind, Actor: ledger.System})
}

// newPayment begins a payment of the order.
func (s *Shop) newPayment(l *ledger.Ledger) *ledger.Payment {
	seq := len(l.Payments) + 1
	trading := l.Order.ID.String()
	if seq > 1 {
		trading += "_" + order.ID(seq).String()
	}
	p := &ledger.Payment{
		ID: s.ID(), Seq: seq, Environment: payment.Simulator, MerchantID: "12345", Method: payment.Card, System: payment.Module,
		TradingID: trading, Amount: l.Order.Total, Phase: payment.Opening, PaymentClass: "10",
		LimitAt: s.Now().Add(60 * 24 * time.Hour), BegunAt: s.Now(),
	}
	l.Payments = append(l.Payments, p)
	l.CurrentID = p.ID
	return p
}

// newOperation plans an operation of node1 that keeps the order busy.
func (s *Shop) newOperation(l *ledger.Ledger, p *ledger.Payment, kind payment.Kind) *ledger.Operation {
	o := &ledger.Operation{
		ID: s.ID(), PaymentID: p.ID, Kind: kind, State: payment.Planned, OpenKey: "order:" + l.Order.ID.String(), Owner: "node1",
		LeaseUntil: s.Now().Add(time.Minute), NotBefore: s.Now(), SettingsVersion: 3, Environment: p.Environment, MerchantID: p.MerchantID,
		Actor: ledger.Buyer, Amount: p.Amount, PlannedAt: s.Now(),
	}
	l.Operations = append(l.Operations, o)
	return o
}

// planned plans an authorisation of a new order and returns both.
func (s *Shop) planned(t *testing.T) (order.ID, *ledger.Operation) {
	t.Helper()
	id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Unlimited("傘"), Quantity: 1}}})
	var op *ledger.Operation
	s.update(t, id, func(l *ledger.Ledger) { op = s.newOperation(l, s.newPayment(l), payment.Authorize) })
	return id, op
}

// settled closes an operation, as transaction B does.
func settled(o *ledger.Operation, state payment.State, at time.Time) {
	o.State, o.OpenKey, o.Owner, o.LeaseUntil, o.NextAskAt, o.SettledAt = state, "", "", time.Time{}, time.Time{}, at
}

// take takes a hold, as a decision does that knows its goods.
func (s *Shop) take(l *ledger.Ledger, points int64, ms ...order.Movement) {
	l.Hold = &ledger.Hold{ID: s.ID(), State: ledger.Held, Movements: ms, Points: points, TakenAt: s.Now()}
	l.Moves = append(l.Moves, ledger.StockMove{Movements: ms, Sign: -1, Points: points})
}

// release gives it back.
func (s *Shop) release(l *ledger.Ledger) {
	if l.Hold == nil {
		return
	}
	l.Hold.State, l.Hold.ReleasedAt = ledger.Released, s.Now()
	l.Moves = append(l.Moves, ledger.StockMove{Movements: l.Hold.Movements, Sign: 1, Points: l.Hold.Points})
}

// TestAnIDIsAnothers: an id that was taken for one payment's turns out to be another's.
func TestAnIDIsAnothers(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			p := l.Payments[0]
			p.PaymentID, p.PaymentIDs = "9002", []string{"9001", "9002", "9003"}
		})
		s.update(t, id, func(l *ledger.Ledger) {
			l.Payments[0].PaymentIDs = []string{"9002", "9003", "9004"}
			other := s.newPayment(l)
			other.PaymentID, other.PaymentIDs, other.Phase = "9001", []string{"9001"}, payment.Captured
		})
		s.update(t, id, func(l *ledger.Ledger) { l.Payments[0].PaymentIDs = append(l.Payments[0].PaymentIDs, "9005") })
		l := s.view(t, id)
		if got := l.Payments[0]; got.PaymentID != "9002" || !slices.Equal(got.PaymentIDs, []string{"9002", "9003", "9004", "9005"}) {
			t.Errorf("%s of %v", got.PaymentID, got.PaymentIDs)
		}
		if got := l.Payments[1]; got.PaymentID != "9001" || !slices.Equal(got.PaymentIDs, []string{"9001"}) {
			t.Errorf("%s of %v", got.PaymentID, got.PaymentIDs)
		}
	})
}
