package storetest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestStatements counts what Updates send. On SQLite every statement sent is an
// Update's, for nothing else runs meanwhile; the others send the same.
func TestStatements(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent []string
	s := New(t, dbtest.Open(t, database.SQLite, database.Options{Observe: func(statement string) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, statement)
	}}))
	ctx, service := context.Background(), s.service(t)
	id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Class("傘", 10), Quantity: 2}}})
	if err := s.authorize(t, id); err != nil {
		t.Fatal(err)
	}
	p := s.view(t, id).Current()
	s.Advance(time.Minute)
	count := func(name string, most int, run func() error) {
		t.Helper()
		mu.Lock()
		sent = nil
		mu.Unlock()
		if err := run(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Logf("%s: %d statements", name, len(sent))
		if len(sent) > most || len(sent) == 0 {
			t.Errorf("%s: %d statements, at most %d", name, len(sent), most)
			for _, q := range sent {
				t.Log(q)
			}
		}
	}
	none := func(l *ledger.Ledger) error { return nil }
	count("look", 4, func() error { return s.Store.Update(ctx, id, none) })

	// Transaction A and B of a capture, the MarkSent and View between them apart.
	count("capture planned", 12, func() error {
		return s.Store.Update(ctx, id, func(l *ledger.Ledger) error {
			s.newOperation(l, l.Payments[0], payment.Capture)
			s.note(l, ledger.EventPlanned)
			return nil
		})
	})
	count("capture settled", 12, func() error {
		return s.Store.Update(ctx, id, func(l *ledger.Ledger) error {
			o := l.Operations[len(l.Operations)-1]
			settled(o, payment.Succeeded, s.Now())
			l.Payments[0].Phase, l.Payments[0].Situation, l.Payments[0].CapturedAt = payment.Captured, payment.Sold, s.Now()
			s.note(l, ledger.EventSucceeded)
			s.note(l, ledger.EventObserved)
			return nil
		})
	})

	// A notice as the service takes it: looked up, matched, stored and applied.
	notice := func(noticeID int64, status payment.Status) error {
		n := s.notice(id, noticeID)
		n.PaymentID, n.BaseID, n.Amount, n.Status, n.Type = p.PaymentID, "", p.Amount, status, payment.Card.Type()
		got, err := service.Receive(ctx, n)
		t.Logf("notice %s: %s %s", status, got.State, got.Reason)
		return err
	}
	count("notice looked up, matched and applied", 10+2, func() error { return notice(1, payment.Cleared) })
	if got := s.Status(id); got != order.Paid {
		t.Errorf("the notice was not applied: %v", got)
	}
}

// TestStatementsGoByTheOrder: on SQLite, which plans without knowing how much is in a
// table, no statement of a checkout or a notice leads through all orders of the shop.
func TestStatementsGoByTheOrder(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	sent := map[string]bool{}
	s := New(t, dbtest.Open(t, database.SQLite, database.Options{Observe: func(statement string) {
		mu.Lock()
		defer mu.Unlock()
		sent[statement] = true
	}}))
	service := s.service(t)
	id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Class("傘", 10), Quantity: 2}}})
	mu.Lock()
	clear(sent)
	mu.Unlock()
	if err := s.authorize(t, id); err != nil {
		t.Fatal(err)
	}
	p := s.view(t, id).Current()
	n := s.notice(id, 1)
	n.PaymentID, n.BaseID, n.Amount, n.Status, n.Type = p.PaymentID, "", p.Amount, payment.Cleared, payment.Card.Type()
	if _, err := service.Receive(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	for _, statement := range slices.Sorted(maps.Keys(sent)) {
		plan, err := database.List(context.Background(), s.DB.Read(), func(row database.Row) (step string, err error) {
			var id, parent, unused int
			err = row.Scan(&id, &parent, &unused, &step)
			return step, err
		}, "EXPLAIN QUERY PLAN "+statement, make([]any, strings.Count(statement, "?"))...)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN dtb_") || strings.HasPrefix(step, "SCAN plg_") || strings.Contains(step, "(order_item_type_id=?") || strings.Contains(step, "(order_status_id=?") {
				t.Errorf("%s: %s", step, statement)
			}
		}
	}
}
