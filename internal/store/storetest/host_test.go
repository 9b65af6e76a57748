package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/wallet"
)

func TestMovedByHost(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		var ids []order.ID
		for range 3 {
			id, _ := s.planned(t)
			s.Exec("UPDATE dtb_order SET order_status_id = 3 WHERE id = ?", int64(id))
			ids = append(ids, id)
		}
		s.planned(t)
		s.Order(Wanted{}) // not in our book
		for after, want := range map[order.ID][]order.ID{0: ids[:2], ids[0]: ids[1:], ids[2]: nil} {
			if got, err := s.Store.MovedByHost(ctx, time.Time{}, after, 2); err != nil || !slices.Equal(got, want) {
				t.Errorf("after %d: %v, %v", after, got, err)
			}
		}
		s.Exec("UPDATE dtb_order SET update_date = ? WHERE id = ?", database.At(s.Now().Add(time.Hour)), int64(ids[1]))
		if got, err := s.Store.MovedByHost(ctx, s.Now().Add(time.Hour), 0, 9); err != nil || !slices.Equal(got, ids[1:2]) {
			t.Errorf("since: %v, %v", got, err)
		}
	})
}

// TestMethodByHost: an order whose living payment is of another method than EC-CUBE saved, or was, is
// found among those that were saved lately.
func TestMethodByHost(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, _ := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			p := l.Payments[0]
			settled(l.Operations[0], payment.Succeeded, s.Now())
			p.Phase, p.PaymentID, p.AuthorisedAt, l.CurrentID = payment.Authorised, "91", s.Now(), p.ID
		})
		since := s.Now().Add(-time.Hour)
		expect := func(what string, want ...order.ID) {
			t.Helper()
			if got, err := s.Store.MovedByHost(ctx, since, 0, 9); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v", what, got, err)
			}
		}
		expect("as it was")
		card := s.Number("SELECT payment_id FROM dtb_order WHERE id = ?", int64(id))
		s.Exec("UPDATE dtb_order SET payment_id = 3 WHERE id = ?", int64(id))
		expect("EC-CUBE's own", id)
		s.Exec("UPDATE dtb_order SET payment_id = NULL WHERE id = ?", int64(id))
		expect("none")
		s.Exec("UPDATE dtb_order SET payment_id = ? WHERE id = ?", card, int64(id))
		s.update(t, id, func(l *ledger.Ledger) {
			l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: ledger.AlertKept, Cause: l.CurrentID, At: s.Now()})
		})
		expect("back", id)
	})
}

func TestStranded(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		gone := func(edit func(*ledger.Payment, *ledger.Operation)) string {
			id, _ := s.planned(t)
			var p *ledger.Payment
			s.update(t, id, func(l *ledger.Ledger) {
				p = l.Payments[0]
				settled(l.Operations[0], payment.Succeeded, s.Now())
				p.Phase, p.PaymentID = payment.Authorised, "9"+id.String()
				edit(p, l.Operations[0])
			})
			for _, table := range []string{"dtb_order_item WHERE order_id", "dtb_shipping WHERE order_id", "dtb_order WHERE id"} {
				s.Exec("DELETE FROM "+table+" = ?", int64(id))
			}
			return p.ID
		}
		authorised := gone(func(*ledger.Payment, *ledger.Operation) {})
		captured := gone(func(p *ledger.Payment, _ *ledger.Operation) { p.Phase = payment.Captured })
		open := gone(func(p *ledger.Payment, o *ledger.Operation) {
			p.Phase, o.State, o.OpenKey, o.SettledAt = payment.Unknown, payment.UnknownState, "order:1000001", s.Now()
		})
		gone(func(p *ledger.Payment, _ *ledger.Operation) { p.Phase, p.End = payment.Ended, payment.Canceled })
		gone(func(p *ledger.Payment, _ *ledger.Operation) {
			p.Phase, p.HandRefunded = payment.Captured, p.Amount
		})
		s.planned(t) // it stands
		found := func(limit int) (ids []string) {
			t.Helper()
			list, err := s.Store.Stranded(ctx, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				ids = append(ids, p.ID)
			}
			return ids
		}
		if got := found(10); !slices.Equal(got, []string{authorised, captured, open}) {
			t.Errorf("%v", got)
		}
		if got := found(2); !slices.Equal(got, []string{authorised, captured}) {
			t.Errorf("%v", got)
		}
		a := ledger.StrandedAlert(ledger.Payment{ID: captured}, s.Now())
		if err := s.Store.OpenShopAlert(ctx, a); err != nil {
			t.Fatal(err)
		}
		if got := found(10); !slices.Equal(got, []string{authorised, open}) {
			t.Errorf("told of one: %v", got)
		}
		if err := s.Store.CloseShopAlert(ctx, a.Kind, a.Cause, s.Now()); err != nil {
			t.Fatal(err)
		}
		if got := found(10); !slices.Equal(got, []string{authorised, open}) {
			t.Errorf("seen by a person: %v", got)
		}
	})
}

// TestOpenWorkOfAnOrderThatIsGone keeps nobody in an environment: nothing can end it any more, and a
// person was told (ledger.StrandedAlert).
func TestOpenWorkOfAnOrderThatIsGone(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		stands, _ := s.planned(t)
		gone, _ := s.planned(t)
		customer := s.Member(0)
		s.updateWallet(t, customer, func(w *wallet.Wallet) { w.Operation = s.cardOperation(customer, payment.StoreCard) })
		expect := func(when string, open, living int64) {
			t.Helper()
			gotOpen, err := store.OpenOperations(ctx, s.DB.Read())
			if err != nil {
				t.Fatal(err)
			}
			p := s.view(t, stands).Payments[0]
			gotLiving, err := store.LivingPayments(ctx, s.DB.Read(), p.Environment, p.MerchantID)
			if err != nil || gotOpen != open || gotLiving != living {
				t.Errorf("%s: %d operations are open, %d payments live, %v", when, gotOpen, gotLiving, err)
			}
		}
		expect("at first", 3, 2)
		for _, table := range []string{"dtb_order_item WHERE order_id", "dtb_shipping WHERE order_id", "dtb_order WHERE id"} {
			s.Exec("DELETE FROM "+table+" = ?", int64(gone))
		}
		expect("one is gone", 2, 1)
	})
}
