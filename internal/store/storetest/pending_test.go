package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/wallet"
)

func TestPendingOrders(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		pending := func(edit func(*store.Draft)) order.ID {
			id := s.Order(Wanted{Edit: edit})
			s.update(t, id, func(l *ledger.Ledger) { l.Order.Status, l.Order.PendingSince = order.Pending, s.Now() })
			return id
		}
		offline := func(d *store.Draft) { d.PaymentRow, d.PaymentName = 3, "銀行振込" }
		byHand := s.Order(Wanted{}) // by the original plugin: kessai has no ledger of it
		s.Exec("UPDATE dtb_order SET order_status_id = 7 WHERE id = ?", int64(byHand))
		s.Advance(time.Minute)
		first := pending(nil)
		pending(offline)
		moved := pending(offline) // its method was another when it was begun
		s.update(t, moved, func(l *ledger.Ledger) { s.newPayment(l) })
		elsewhere := pending(offline) // its buyer goes on by another plugin since
		s.update(t, elsewhere, func(l *ledger.Ledger) { s.newPayment(l) })
		s.update(t, elsewhere, func(l *ledger.Ledger) { l.CurrentID = "" })
		placed := pending(nil)
		s.update(t, placed, func(l *ledger.Ledger) { l.Order.Status = order.New })
		again := pending(nil) // it came back to 7 late
		s.Advance(time.Minute)
		s.update(t, again, func(l *ledger.Ledger) { l.Order.PendingSince = s.Now() })
		late := pending(nil)

		now := s.Now()
		for _, c := range []struct {
			name   string
			before time.Time
			after  order.ID
			limit  int
			want   []order.ID
		}{
			{"all", now.Add(time.Second), 0, 10, []order.ID{byHand, first, moved, again, late}},
			{"before the last minute", now, 0, 10, []order.ID{byHand, first, moved}},
			{"the first page", now, 0, 2, []order.ID{byHand, first}},
			{"the next page", now, first, 2, []order.ID{moved}},
			{"those of the beginning", now.Add(-time.Minute), 0, 10, []order.ID{byHand}},
			{"none", now.Add(-2 * time.Minute), 0, 10, nil},
		} {
			got, err := s.Store.PendingOrders(ctx, c.before, c.after, c.limit)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v; %v", c.name, got, c.want, err)
			}
		}
	})
}

// TestOrigin: when an order was created; and whether the original plugin sent telegrams for it,
// which only a shop that has run it can tell.
func TestOrigin(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		s.Advance(time.Hour)
		created := s.Now()
		id := s.Order(Wanted{})
		s.Advance(time.Hour)
		s.update(t, id, func(l *ledger.Ledger) { l.Order.Status = order.Pending })
		if o, err := s.Store.Origin(ctx, id); err != nil || o != (ledger.Origin{CreatedAt: created}) {
			t.Errorf("%+v, %v, want %s", o, err, created)
		}
		if _, err := s.Store.Origin(ctx, id+1); !problem.Is(err, "order.unknown") {
			t.Errorf("an order that is not there: %v", err)
		}
	})
}

// TestADeletedOrderHoldsNothingUp: what nobody can settle or end any more keeps neither
// environment nor merchant from being changed.
func TestADeletedOrderHoldsNothingUp(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		count := func(operations, payments int64) {
			t.Helper()
			ops, err := store.OpenOperations(context.Background(), s.DB.Read())
			if err != nil || ops != operations {
				t.Errorf("%d operations, not %d, %v", ops, operations, err)
			}
			living, err := store.LivingPayments(context.Background(), s.DB.Read(), payment.Simulator, "12345")
			if err != nil || living != payments {
				t.Errorf("%d payments, not %d, %v", living, payments, err)
			}
		}
		id, _ := s.planned(t)
		s.planned(t)
		member := s.Member(0)
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Operation = s.cardOperation(member, payment.StoreCard) })
		count(3, 2)
		for _, table := range []string{"dtb_order_item", "dtb_shipping"} {
			s.Exec("DELETE FROM "+table+" WHERE order_id = ?", int64(id))
		}
		s.Exec("DELETE FROM dtb_order WHERE id = ?", int64(id))
		count(2, 1)
	})
}

func TestLivePayments(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		var want []ledger.DuePayment
		for _, phase := range payment.Phases() {
			id, op := s.planned(t)
			s.update(t, id, func(l *ledger.Ledger) { l.Payments[0].Phase = phase })
			if phase != payment.Ended {
				want = append(want, ledger.DuePayment{OrderID: id, PaymentID: op.PaymentID})
			}
		}
		other, _ := s.planned(t)
		s.update(t, other, func(l *ledger.Ledger) { l.Payments[0].MerchantID = "67890" })
		test, _ := s.planned(t)
		s.update(t, test, func(l *ledger.Ledger) { l.Payments[0].Environment = payment.Test })

		var got []ledger.DuePayment
		for after := ""; ; {
			page, err := s.Store.LivePayments(context.Background(), payment.Simulator, "12345", after, 4)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			got, after = append(got, page...), page[len(page)-1].PaymentID
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
