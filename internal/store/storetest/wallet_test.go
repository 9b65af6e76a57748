package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wallet"
)

func (s *Shop) card(customer int64, paygentID string) *wallet.Card {
	return &wallet.Card{
		ID: s.ID(), CustomerID: customer, Environment: payment.Simulator, MerchantID: "12345", PaygentID: paygentID, Brand: "VISA",
		Masked: "************1111", ValidTerm: "0930", Fingerprint: "f-" + paygentID, CreatedAt: s.Now(),
	}
}

// cardOperation plans an operation of node1 about the customer's cards.
func (s *Shop) cardOperation(customer int64, kind payment.Kind) *wallet.Operation {
	return &wallet.Operation{Operation: ledger.Operation{
		ID: s.ID(), Kind: kind, State: payment.Planned, OpenKey: wallet.Key(customer), Owner: "node1", LeaseUntil: s.Now().Add(time.Minute),
		NotBefore: s.Now(), SettingsVersion: 3, Environment: payment.Simulator, MerchantID: "12345", Actor: ledger.Buyer, PlannedAt: s.Now(),
	}}
}

func (s *Shop) wallet(t *testing.T, customer int64) *wallet.Wallet {
	t.Helper()
	w, err := s.Store.Wallet(context.Background(), customer, payment.Simulator, "12345")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (s *Shop) tryWallet(customer int64, decide func(*wallet.Wallet)) error {
	return s.Store.UpdateWallet(context.Background(), customer, payment.Simulator, "12345", func(w *wallet.Wallet) error {
		decide(w)
		return nil
	})
}

func (s *Shop) updateWallet(t *testing.T, customer int64, decide func(*wallet.Wallet)) {
	t.Helper()
	if err := s.tryWallet(customer, decide); err != nil {
		t.Fatal(err)
	}
}

// TestACardIsStoredAndDeleted walks one card's life with its two operations.
func TestACardIsStoredAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member, other := s.Member(0), s.Member(0)
		empty := &wallet.Wallet{CustomerID: member, Environment: payment.Simulator, MerchantID: "12345"}
		if diff := cmp.Diff(empty, s.wallet(t, member)); diff != "" {
			t.Error(diff)
		}
		storing := s.cardOperation(member, payment.StoreCard)
		storing.IdemKey = "form-1"
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Operation = storing })
		if diff := cmp.Diff(storing, s.wallet(t, member).Operation); diff != "" {
			t.Error(diff)
		}
		if s.wallet(t, other).Operation != nil {
			t.Error("another customer has the operation")
		}
		got, found, err := s.Store.OperationByKey(context.Background(), "form-1")
		if want := (ledger.Due{OperationID: storing.ID, State: payment.Planned}); err != nil || !found || got != want {
			t.Errorf("by key: %+v, %v, %v", got, found, err)
		}
		byKey := wallet.Found{Operation: *storing, CustomerID: member}
		if got, found, err := s.Store.CardOperationByKey(context.Background(), "form-1"); err != nil || !found || !cmp.Equal(byKey, got) {
			t.Errorf("by key: %+v, %v, %v", got, found, err)
		}
		if _, found, err := s.Store.CardOperationByKey(context.Background(), "form-2"); err != nil || found {
			t.Errorf("by another key: %v, %v", found, err)
		}

		card, second := s.card(member, "1001"), s.card(member, "1002")
		second.CreatedAt = s.Now().Add(time.Second)
		s.updateWallet(t, member, func(w *wallet.Wallet) {
			w.Cards = append(w.Cards, card, second)
			w.Operation.CardID = card.ID
			settled(&w.Operation.Operation, payment.Succeeded, s.Now())
		})
		if f, found, err := s.Store.CardOperation(context.Background(), storing.ID); err != nil || !found || f.CustomerID != member || f.CardID != card.ID || f.State != payment.Succeeded {
			t.Errorf("settled: %+v, %v, %v", f, found, err)
		}
		w := s.wallet(t, member)
		if diff := cmp.Diff([]*wallet.Card{card, second}, w.Cards); diff != "" || w.Operation != nil {
			t.Errorf("%s operation %v", diff, w.Operation)
		}

		deleting := s.cardOperation(member, payment.DeleteCard)
		deleting.CardID = card.ID
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Operation = deleting })
		s.updateWallet(t, member, func(w *wallet.Wallet) {
			if diff := cmp.Diff(deleting, w.Operation); diff != "" {
				t.Error(diff)
			}
			settled(&w.Operation.Operation, payment.Succeeded, s.Now())
			w.Cards[0].DeletedAt = s.Now()
		})
		card.DeletedAt = s.Now()
		w = s.wallet(t, member)
		if diff := cmp.Diff([]*wallet.Card{second}, w.Cards); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]*wallet.Card{card}, w.Gone); diff != "" {
			t.Error(diff)
		}
		ops, err := s.Reader.CardOperations(context.Background(), "", 10)
		if err != nil || len(ops) != 2 {
			t.Fatal(ops, err)
		}
		for _, o := range ops { // of both the card is gone
			if o.Customer != member || o.CardID != card.ID || !o.CardGone || o.Due {
				t.Errorf("%+v", o)
			}
		}
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Cards = append(w.Cards, s.card(member, "1001")) }) // its id is free again
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_card WHERE paygent_card_id = '1001'"); n != 2 {
			t.Errorf("%d rows of card 1001", n)
		}
	})
}

func TestWalletsAreGuarded(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member, other := s.Member(0), s.Member(0)
		s.updateWallet(t, member, func(w *wallet.Wallet) {
			w.Cards = append(w.Cards, s.card(member, "1001"))
			w.Operation = s.cardOperation(member, payment.StoreCard)
			w.Operation.IdemKey = "form-1"
		})
		keep := func(customer int64, edit func(*wallet.Card)) func(*wallet.Wallet) {
			return func(w *wallet.Wallet) {
				c := s.card(customer, "1001")
				edit(c)
				w.Cards = append(w.Cards, c)
			}
		}
		id, _ := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) { settled(l.Operations[0], payment.Succeeded, s.Now()) })
		for _, c := range []struct {
			name, code string // no code: any error
			err        error
		}{
			{"the same card twice", "card.kept_already", s.tryWallet(member, keep(member, func(*wallet.Card) {}))},
			{"an idempotency key twice", "operation.repeated", s.tryWallet(other, func(w *wallet.Wallet) {
				w.Operation = s.cardOperation(other, payment.DeleteCard)
				w.Operation.IdemKey = "form-1"
			})},
			{"another's key", "", s.tryWallet(other, func(w *wallet.Wallet) {
				w.Operation = s.cardOperation(other, payment.StoreCard)
				w.Operation.OpenKey = "customer:99999"
			})},
			{"an order's kind", "", s.tryWallet(other, func(w *wallet.Wallet) { w.Operation = s.cardOperation(other, payment.Capture) })},
			{"a card's kind of an order", "", s.try(id, func(l *ledger.Ledger) { s.newOperation(l, l.Payments[0], payment.StoreCard) })},
			{"the operation dropped", "", s.tryWallet(member, func(w *wallet.Wallet) { w.Operation = nil })},
			{"a card dropped", "", s.tryWallet(member, func(w *wallet.Wallet) { w.Cards = nil })},
		} {
			if c.err == nil || c.code != "" && !problem.Is(c.err, c.code) {
				t.Errorf("%s: %v", c.name, c.err)
			}
		}
		for name, edit := range map[string]func(*wallet.Card){
			"environment": func(c *wallet.Card) { c.Environment = payment.Test },
			"merchant":    func(c *wallet.Card) { c.MerchantID = "67890" },
			"customer":    func(c *wallet.Card) { c.CustomerID = other },
		} {
			if err := s.tryWallet(member, keep(member, edit)); err != nil {
				t.Errorf("the same id of another %s: %v", name, err)
			}
		}
		refusal := errors.New("no")
		err := s.Store.UpdateWallet(context.Background(), member, payment.Simulator, "12345", func(w *wallet.Wallet) error {
			w.Cards[0].DeletedAt = s.Now()
			return refusal
		})
		if !errors.Is(err, refusal) || len(s.wallet(t, member).Cards) != 1 {
			t.Errorf("a refused decision: %v", err)
		}
	})
}

// TestCardOperationsAreDue: they wait in a queue of their own, claimed and marked like
// any other.
func TestCardOperationsAreDue(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		member := s.Member(0)
		op := s.cardOperation(member, payment.DeleteCard)
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Operation = op })
		due := func() ([]wallet.Due, time.Time) {
			list, next, err := s.Store.DueCards(ctx, s.Now(), 5)
			if err != nil {
				t.Fatal(err)
			}
			return list, next
		}
		if list, next := due(); len(list) != 0 || !next.Equal(op.LeaseUntil) {
			t.Errorf("leased: %v, next %v", list, next)
		}
		sent := ledger.Sent{Owner: "node1", At: s.Now(), DeadlineAt: s.Now(), LeaseUntil: s.Now().Add(time.Minute)}
		if mine, err := s.Store.MarkSent(ctx, op.ID, sent); err != nil || !mine {
			t.Fatalf("mark sent: %v, %v", mine, err)
		}
		s.Advance(time.Minute)
		want := []wallet.Due{{OperationID: op.ID, CustomerID: member, Environment: payment.Simulator, MerchantID: "12345", State: payment.Sent}}
		if list, _ := due(); !cmp.Equal(want, list) {
			t.Errorf("lease over: %v", list)
		}
		if list, next := s.due(t, 5); len(list) != 0 || next != -1 {
			t.Errorf("no order's: %v", list)
		}
		if mine, err := s.Store.Claim(ctx, op.ID, "node2", s.Now(), s.Now().Add(time.Minute)); err != nil || !mine {
			t.Fatalf("claim: %v, %v", mine, err)
		}
		s.updateWallet(t, member, func(w *wallet.Wallet) { settled(&w.Operation.Operation, payment.DeclinedOp, s.Now()) })
		if list, next := due(); len(list) != 0 || !next.IsZero() {
			t.Errorf("settled: %v, next %v", list, next)
		}
	})
}

// TestOneOperationPerCustomer lets a customer press in many tabs at once.
func TestOneOperationPerCustomer(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member := s.Member(0)
		busy := errors.New("busy")
		var planned atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := s.Store.UpdateWallet(context.Background(), member, payment.Simulator, "12345", func(w *wallet.Wallet) error {
					if w.Operation != nil {
						return busy
					}
					w.Operation = s.cardOperation(member, payment.StoreCard)
					return nil
				})
				switch {
				case err == nil:
					planned.Add(1)
				case !errors.Is(err, busy) && !problem.Is(err, "operation.open"):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := planned.Load(); n != 1 {
			t.Errorf("%d were planned", n)
		}
	})
}

// TestAWalletsLostRaceIsRunAgain marks the operation sent under a decision's feet. On
// SQLite nobody can: there is one writer.
func TestAWalletsLostRaceIsRunAgain(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := New(t, dbtest.On(t, engine))
			member := s.Member(0)
			s.updateWallet(t, member, func(w *wallet.Wallet) { w.Operation = s.cardOperation(member, payment.StoreCard) })
			runs := 0
			s.updateWallet(t, member, func(w *wallet.Wallet) {
				if runs++; runs == 1 {
					sent := ledger.Sent{Owner: "node1", At: s.Now(), DeadlineAt: s.Now(), LeaseUntil: s.Now()}
					if mine, err := s.Store.MarkSent(context.Background(), w.Operation.ID, sent); err != nil || !mine {
						t.Errorf("mark sent: %v, %v", mine, err)
					}
				}
				w.Operation.Asked++
			})
			if o := s.wallet(t, member).Operation; runs != 2 || o.Asked != 1 || o.State != payment.Sent {
				t.Errorf("decided %d times: asked %d, %s", runs, o.Asked, o.State)
			}
		})
	}
}

// TestAnIDGivenAgain: one decision deletes a card and keeps another one under its id.
func TestAnIDGivenAgain(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member := s.Member(0)
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Cards = append(w.Cards, s.card(member, "1001")) })
		again := s.card(member, "1001")
		s.updateWallet(t, member, func(w *wallet.Wallet) {
			w.Cards[0].DeletedAt = s.Now()
			w.Cards = append(w.Cards, again)
		})
		if w := s.wallet(t, member); len(w.Gone) != 1 || !cmp.Equal([]*wallet.Card{again}, w.Cards) {
			t.Errorf("%+v", w)
		}
	})
}

// TestUsesOfCards: payments of the member's that may still be sent with a kept card.
func TestUsesOfCards(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member, other := s.Member(0), s.Member(0)
		s.updateWallet(t, member, func(w *wallet.Wallet) { w.Cards = append(w.Cards, s.card(member, "1001")) })
		until := s.Now().Add(time.Hour)
		pay := func(customer int64, edit func(*ledger.Payment)) {
			t.Helper()
			id := s.Order(Wanted{Customer: customer})
			s.update(t, id, func(l *ledger.Ledger) {
				p := s.newPayment(l)
				p.StoredCard, p.Phase, p.LimitAt = "1001", payment.AwaitingBuyer, until
				edit(p)
			})
		}
		want := []wallet.Use{}
		for _, c := range []struct {
			edit func(*ledger.Payment)
			use  *wallet.Use
		}{
			{func(*ledger.Payment) {}, &wallet.Use{PaygentID: "1001", Until: until}},
			{func(p *ledger.Payment) { p.Phase = payment.Opening }, &wallet.Use{PaygentID: "1001"}},
			{func(p *ledger.Payment) { p.Phase, p.StoredCard = payment.Unknown, "1002" }, &wallet.Use{PaygentID: "1002"}},
			{func(p *ledger.Payment) { p.Phase = payment.Authorised }, nil},
			{func(p *ledger.Payment) { p.Phase, p.End = payment.Ended, payment.Declined }, nil},
			{func(p *ledger.Payment) { p.StoredCard = "" }, nil},
			{func(p *ledger.Payment) { p.MerchantID = "67890" }, nil},
			{func(p *ledger.Payment) { p.Environment = payment.Test }, nil},
		} {
			pay(member, c.edit)
			if c.use != nil {
				want = append(want, *c.use)
			}
		}
		pay(other, func(*ledger.Payment) {})
		if diff := cmp.Diff(want, s.wallet(t, member).Uses); diff != "" {
			t.Error(diff)
		}
	})
}
