package wallet_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store/storetest"
	"kessai/internal/wallet"
)

// centre keeps cards for whoever asks at the same time. Its answers are never lost.
type centre struct {
	mu    sync.Mutex
	cards map[int64][]ledger.KeptCard
	next  int
	sent  int
}

func (c *centre) Execute(_ context.Context, cmd ledger.Command) ledger.Answer {
	if err := cmd.BeforeSend(); err != nil {
		return ledger.Answer{Outcome: ledger.Reject, NotSent: true}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	a := ledger.Answer{Outcome: ledger.Success}
	if cmd.Kind == payment.StoreCard {
		c.next++
		a.Card = ledger.KeptCard{ID: fmt.Sprint(10000000 + c.next), Masked: "************0000", ValidTerm: "1230", Fingerprint: fmt.Sprint("f", c.next)}
		c.cards[cmd.CustomerID] = append(c.cards[cmd.CustomerID], a.Card)
		return a
	}
	var left []ledger.KeptCard
	for _, k := range c.cards[cmd.CustomerID] {
		if k.ID != cmd.StoredCard {
			left = append(left, k)
		}
	}
	if len(left) == len(c.cards[cmd.CustomerID]) {
		return ledger.Answer{Outcome: ledger.Reject, Final: true, Code: "P026"}
	}
	c.cards[cmd.CustomerID] = left
	return a
}

func (c *centre) CardList(_ context.Context, q ledger.CardsQuery) ([]ledger.KeptCard, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]ledger.KeptCard{}, c.cards[q.CustomerID]...), nil
}

// TestManyAtOnce: one form from many tabs, at two nodes, and different wishes beside it, on
// every engine: each form is sent once, and both books agree.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			shop := storetest.New(t, dbtest.On(t, engine))
			c := &centre{cards: map[int64][]ledger.KeptCard{}}
			var nodes []*wallet.Service
			for _, name := range []string{"node-1", "node-2"} {
				nodes = append(nodes, wallet.New(wallet.Deps{
					Store: shop.Store, Gateway: c, Lists: c, Now: shop.Now, Rand: rand.Reader, Node: name, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
					Policy: func(context.Context) (ledger.Policy, error) {
						return ledger.Policy{Version: 1, Environment: payment.Simulator, MerchantID: "12345", TelegramTimeout: telegramTimeout, KeepsCards: true}, nil
					},
				}))
			}
			member := shop.Member(0)
			var mu sync.Mutex
			operations := map[string]map[string]bool{} // by form
			var wg sync.WaitGroup
			for i := range 24 {
				wg.Go(func() {
					key := fmt.Sprint("form-", i%3)
					for range 40 { // until it is its turn
						r, err := nodes[i%2].Store(context.Background(), wallet.StoreCard{Customer: member, Token: "tok", Key: key})
						if err == nil {
							mu.Lock()
							if operations[key] == nil {
								operations[key] = map[string]bool{}
							}
							operations[key][r.Operation.ID] = true
							mu.Unlock()
							return
						}
						if !problem.Is(err, "card.busy") {
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			if c.sent != len(operations) || c.sent == 0 {
				t.Errorf("%d telegrams of %d forms", c.sent, len(operations))
			}
			for key, ids := range operations {
				if len(ids) != 1 {
					t.Errorf("%s has %d operations", key, len(ids))
				}
			}
			w, err := nodes[0].Wallet(context.Background(), member)
			if err != nil || len(w.Cards) != len(c.cards[member]) {
				t.Errorf("%d cards, %d at the centre; %v", len(w.Cards), len(c.cards[member]), err)
			}
			var gone sync.WaitGroup
			sent := c.sent
			for i := range 8 {
				gone.Go(func() {
					for range 40 {
						_, err := nodes[i%2].Delete(context.Background(), wallet.DeleteCard{Customer: member, Card: w.Cards[0].ID, Key: fmt.Sprint("gone-", i)})
						if err == nil {
							return
						}
						if !problem.Is(err, "card.busy") {
							t.Error(err)
							return
						}
					}
				})
			}
			gone.Wait()
			if c.sent != sent+1 {
				t.Errorf("%d telegrams for one card", c.sent-sent)
			}
			if w, err = nodes[0].Wallet(context.Background(), member); err != nil || len(w.Cards) != len(c.cards[member]) || w.Operation != nil {
				t.Errorf("%+v, %v", w, err)
			}
			if len(w.Gone) != 1 {
				t.Errorf("%d gone", len(w.Gone))
			}
		})
	}
}
