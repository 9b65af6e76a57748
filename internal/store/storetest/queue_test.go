package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// due lists what is due now, and how long until the next.
func (s *Shop) due(t *testing.T, limit int) ([]ledger.Due, time.Duration) {
	t.Helper()
	list, next, err := s.Store.Due(context.Background(), s.Now(), limit)
	if err != nil {
		t.Fatal(err)
	}
	if next.IsZero() {
		return list, -1
	}
	return list, next.Sub(s.Now())
}

func TestDueFollowsLeaseAndState(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, op := s.planned(t)
		if list, next := s.due(t, 10); len(list) != 0 || next != time.Minute {
			t.Fatalf("planned, owned: %v, next in %v", list, next)
		}
		s.Advance(30 * time.Second)
		mark := func(owner string) bool {
			mine, err := s.Store.MarkSent(ctx, op.ID, ledger.Sent{Owner: owner, At: s.Now(), DeadlineAt: s.Now().Add(60 * time.Second), LeaseUntil: s.Now().Add(90 * time.Second)})
			if err != nil {
				t.Fatal(err)
			}
			return mine
		}
		if mark("node2") || !mark("node1") || mark("node1") {
			t.Fatal("only the owner of a planned operation marks it sent, once")
		}
		if o := s.view(t, id).Operations[0]; o.State != payment.Sent || !o.SentAt.Equal(s.Now()) || o.DeadlineAt.Sub(o.SentAt) != time.Minute {
			t.Fatalf("%+v", o)
		}
		if list, next := s.due(t, 10); len(list) != 0 || next != 90*time.Second {
			t.Fatalf("sent: %v, next in %v", list, next)
		}
		claim := func(owner string) bool {
			ok, err := s.Store.Claim(ctx, op.ID, owner, s.Now(), s.Now().Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if claim("node2") {
			t.Fatal("claimed under a living lease")
		}
		s.Advance(90 * time.Second)
		want := []ledger.Due{{OperationID: op.ID, OrderID: id, State: payment.Sent}}
		if list, next := s.due(t, 10); !cmp.Equal(list, want) || next != -1 {
			t.Fatalf("lease over: %v, next in %v", list, next)
		}
		if !claim("node2") || claim("node3") {
			t.Fatal("one claims")
		}
		s.update(t, id, func(l *ledger.Ledger) {
			o := l.Operations[0]
			o.State, o.Owner, o.LeaseUntil, o.UnknownAt, o.NextAskAt = payment.UnknownState, "", time.Time{}, s.Now(), s.Now().Add(10*time.Second)
		})
		if list, next := s.due(t, 10); len(list) != 0 || next != 10*time.Second {
			t.Fatalf("unknown: %v, next in %v", list, next)
		}
		if !claim("node2") { // somebody asks ahead of time: nobody else for the lease
			t.Fatal("an unknown one cannot be claimed")
		}
		if _, next := s.due(t, 10); next != time.Minute {
			t.Fatalf("unknown, leased: next in %v", next)
		}
		s.update(t, id, func(l *ledger.Ledger) { settled(l.Operations[0], payment.DeclinedOp, s.Now()) })
		if list, next := s.due(t, 10); len(list) != 0 || next != -1 || claim("node2") {
			t.Fatalf("settled: %v, next in %v", list, next)
		}
	})
}

func TestUnownedOperationsWaitForNotBefore(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, op := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			l.Operations[0].Owner, l.Operations[0].LeaseUntil = "", time.Time{}
			l.Operations[0].NotBefore = s.Now().Add(time.Hour)
			l.Operations[0].IdemKey = "form-1"
		})
		if list, next := s.due(t, 10); len(list) != 0 || next != time.Hour {
			t.Fatalf("%v, next in %v", list, next)
		}
		s.Advance(time.Hour)
		want := ledger.Due{OperationID: op.ID, OrderID: id, State: payment.Planned, Unowned: true}
		if list, _ := s.due(t, 10); !cmp.Equal(list, []ledger.Due{want}) {
			t.Fatalf("%v", list)
		}
		got, found, err := s.Store.OperationByKey(context.Background(), "form-1")
		if err != nil || !found || got != want {
			t.Errorf("by key: %v, %v, %v", got, found, err)
		}
		if _, found, err := s.Store.OperationByKey(context.Background(), "form-2"); err != nil || found {
			t.Errorf("unknown key: %v, %v", found, err)
		}
	})
}

// TestASagasParentIsClaimedAgainAndAgain: it is planned while its steps run, and each
// worker that drives it hands it back.
func TestASagasParentIsClaimedAgainAndAgain(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, op := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			o := l.Operations[0]
			o.Kind, o.Owner, o.LeaseUntil, o.NotBefore = payment.ChangeAmount, "", time.Time{}, s.Now().Add(time.Minute)
		})
		claim := func(owner string) bool {
			t.Helper()
			ok, err := s.Store.Claim(ctx, op.ID, owner, s.Now(), s.Now().Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		waiting := []ledger.Due{{OperationID: op.ID, OrderID: id, State: payment.Planned, Unowned: true}}
		for round, owner := range []string{"node1", "node2", "node2", "node1"} {
			if list, next := s.due(t, 10); len(list) != 0 || next != time.Minute {
				t.Fatalf("round %d, before its time: %v, next in %v", round, list, next)
			}
			s.Advance(time.Minute)
			if list, _ := s.due(t, 10); !cmp.Equal(list, waiting) {
				t.Fatalf("round %d: %v", round, list)
			}
			if !claim(owner) || claim("node3") {
				t.Fatalf("round %d: one claims", round)
			}
			if list, next := s.due(t, 10); len(list) != 0 || next != time.Minute {
				t.Fatalf("round %d, claimed: %v, next in %v", round, list, next)
			}
			s.update(t, id, func(l *ledger.Ledger) {
				o := l.Operations[0]
				if o.State != payment.Planned || o.Owner != owner {
					t.Fatalf("round %d: %+v", round, o)
				}
				o.Owner, o.LeaseUntil, o.NotBefore = "", time.Time{}, s.Now().Add(time.Minute)
			})
		}
		s.Advance(time.Minute)
		if !claim("node1") { // who dies with it: the lease ends
			t.Fatal("not claimed")
		}
		s.Advance(time.Minute)
		want := []ledger.Due{{OperationID: op.ID, OrderID: id, State: payment.Planned}}
		if list, _ := s.due(t, 10); !cmp.Equal(list, want) || !claim("node2") {
			t.Errorf("its owner is dead: %v", list)
		}
		s.update(t, id, func(l *ledger.Ledger) { settled(l.Operations[0], payment.Succeeded, s.Now()) })
		if list, next := s.due(t, 10); len(list) != 0 || next != -1 || claim("node1") {
			t.Errorf("settled: %v", list)
		}
	})
}

func TestDueOldestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		var ids []string
		for range 3 {
			_, op := s.planned(t)
			ids = append(ids, op.ID)
			s.Advance(time.Second)
		}
		s.Advance(time.Hour)
		list, next := s.due(t, 2)
		if len(list) != 2 || list[0].OperationID != ids[0] || list[1].OperationID != ids[1] {
			t.Errorf("%v", list)
		}
		if next >= 0 {
			t.Errorf("the third is due already, not in %v", next)
		}
	})
}

func TestDuePayments(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, op := s.planned(t)
		list, next, err := s.Store.DuePayments(context.Background(), s.Now(), 5)
		if err != nil || len(list) != 0 || !next.IsZero() {
			t.Fatalf("%v, %v, %v", list, next, err)
		}
		s.update(t, id, func(l *ledger.Ledger) { l.Payments[0].AskAt = s.Now().Add(time.Minute) })
		if list, next, err = s.Store.DuePayments(context.Background(), s.Now(), 5); err != nil || len(list) != 0 || !next.Equal(s.Now().Add(time.Minute)) {
			t.Fatalf("%v, %v, %v", list, next, err)
		}
		list, next, err = s.Store.DuePayments(context.Background(), s.Now().Add(time.Minute), 5)
		if err != nil || !cmp.Equal(list, []ledger.DuePayment{{OrderID: id, PaymentID: op.PaymentID}}) || !next.IsZero() {
			t.Errorf("%v, %v, %v", list, next, err)
		}
		due, later := s.Now().Add(time.Minute), s.Now().Add(time.Hour)
		for at, want := range map[time.Time]time.Time{s.Now(): due, due: later} { // only what is due is put off
			s.update(t, id, func(l *ledger.Ledger) { l.Payments[0].AskAt = due })
			if err := s.Store.PutOff(context.Background(), op.PaymentID, at, later); err != nil {
				t.Fatal(err)
			}
			if _, next, err = s.Store.DuePayments(context.Background(), s.Now(), 5); err != nil || !next.Equal(want) {
				t.Errorf("put off at %s: due at %s, %v", at, next, err)
			}
		}
	})
}

func TestEndLeases(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		_, mine := s.planned(t)
		other, _ := s.planned(t)
		s.update(t, other, func(l *ledger.Ledger) { l.Operations[0].Owner = "node2" })
		n := s.notice(other, 1)
		n.Owner, n.LeaseUntil = "node1", s.Now().Add(time.Hour)
		tried := s.notice(other, 2) // a parked one that was being tried again
		tried.Owner, tried.LeaseUntil, tried.State, tried.Reason = "node1", n.LeaseUntil, ledger.NoticeParked, ledger.ParkSilent
		for _, n := range []ledger.Notice{n, tried} {
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		lease := func(name, owner string) bool {
			mine, err := s.Store.TakeLease(ctx, name, owner, s.Now(), s.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return mine
		}
		if !lease("sweep", "node1") || !lease("other", "node2") {
			t.Fatal("free leases were not taken")
		}
		if err := s.Store.EndLeases(ctx, "node1", s.Now()); err != nil {
			t.Fatal(err)
		}
		if !lease("sweep", "node3") || lease("other", "node3") {
			t.Error("of the named leases only the former self's end")
		}
		if list, next := s.due(t, 10); len(list) != 1 || list[0].OperationID != mine.ID || next != time.Minute {
			t.Errorf("%v, next in %v", list, next)
		}
		claimed, _, err := s.Store.ClaimNotices(ctx, "node1", s.Now(), s.Now().Add(time.Minute), 5)
		if err != nil || len(claimed) != 2 {
			t.Errorf("notices %v, %v", claimed, err)
		}
	})
}

func TestWitness(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		witness := func() (string, string, bool) {
			p, tr, found, err := s.Store.Witness(ctx, payment.Simulator, "12345", 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			return p, tr, found
		}
		id, _ := s.planned(t)
		if _, _, found := witness(); found {
			t.Error("a payment that nobody saw is no witness")
		}
		stand := func(l *ledger.Ledger, id string) {
			l.Payments[0].PaymentID, l.Payments[0].AuthorisedAt, l.Payments[0].Phase = id, s.Now(), payment.Authorised
		}
		s.update(t, id, func(l *ledger.Ledger) { stand(l, "1001") })
		s.Advance(time.Second)
		newer, _ := s.planned(t)
		s.update(t, newer, func(l *ledger.Ledger) { stand(l, "1002") })
		if p, tr, found := witness(); !found || p != "1002" || tr != newer.String() {
			t.Errorf("%s %s %v", p, tr, found)
		}
		if p, _, found, err := s.Store.Witness(ctx, payment.Simulator, "12345", newer); err != nil || !found || p != "1001" {
			t.Errorf("but the newest: %s %v %v", p, found, err)
		}
		if _, _, found, err := s.Store.Witness(ctx, payment.Production, "12345", 0); err != nil || found {
			t.Errorf("of another environment: %v %v", found, err)
		}
	})
}
