package paygentsim_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kessai/paygentsim"
)

// TestBooksAreConsistent drives the centre at random and compares its book with a
// client's simple one: at most one live payment per trading_id, legal steps only, and
// notices without gaps that tell every change once.
func TestBooksAreConsistent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t, paygentsim.Options{Seed: rapid.Uint64Min(1).Draw(rt, "seed"), Faults: paygentsim.FaultsHostile})
		cards := paygentsim.MagicCards()
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			id := strconv.Itoa(rapid.IntRange(1, 4).Draw(rt, "trade"))
			payment := fields{"payment_id": strconv.Itoa(900000000 + rapid.IntRange(1, 8).Draw(rt, "payment"))}
			// Faults are expected: what counts is the book.
			switch rapid.IntRange(0, 7).Draw(rt, "act") {
			case 0, 1:
				card := cards[rapid.IntRange(0, len(cards)-1).Draw(rt, "card")].Number
				_, _ = b.try("020", b.order(id, card, nil))
			case 2:
				_, _ = b.try("020", b.order(id+"_2", "", fields{"ref_trading_id": id}))
			case 3, 4, 5:
				_, _ = b.try(rapid.SampledFrom([]string{"021", "022", "023"}).Draw(rt, "kind"), payment)
			case 6:
				b.clock.advance(time.Duration(rapid.IntRange(1, 70*24).Draw(rt, "hours")) * time.Hour)
			case 7:
				if _, _, err := b.sim.Step(context.Background()); err != nil {
					rt.Fatal(err)
				}
			}
		}
		checkBook(rt, b)
	})
}

func lawful(t paygentsim.PaymentType, from, to paygentsim.Status) bool {
	return slices.Contains(paygentsim.Payment{Type: t, Status: from}.Moves(), to)
}

func checkBook(rt *rapid.T, b *bundle) {
	told := map[string]int{}
	for i, n := range b.sim.Notices() {
		if first := b.sim.Notices()[0].NoticeID; n.NoticeID != first+int64(i) {
			rt.Fatalf("notice %d stands at place %d after %d", n.NoticeID, i, first)
		}
		told[n.PaymentID+string(n.Status)]++
	}
	live := map[string]int{}
	for _, p := range b.sim.Payments() {
		from := paygentsim.Status("")
		for _, c := range p.Changes {
			if c.From != from || from != "" && !lawful(p.Type, from, c.To) {
				rt.Fatalf("payment %s went %v", p.PaymentID, p.Changes)
			}
			from = c.To
			if told[p.PaymentID+string(c.To)] > 1 {
				rt.Fatalf("%s of %s was told twice", c.To, p.PaymentID)
			}
		}
		if from != p.Status {
			rt.Fatalf("payment %s is at %s after %v", p.PaymentID, p.Status, p.Changes)
		}
		if p.Status.Live() && p.RefTradingID == "" {
			live[p.TradingID]++
		}
	}
	for id, n := range live {
		if n > 1 {
			rt.Fatal(fmt.Sprintf("%d live payments of trading_id %s", n, id))
		}
	}
}
