package paygentsim_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kessai/paygentsim"
)

// TestBooksAreConsistent drives the centre at random and compares its book with a
// client's simple one: telegrams bring one payment per trading_id to life, legal steps only, and
// notices without gaps that tell every change once.
func TestBooksAreConsistent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t, paygentsim.Options{Seed: rapid.Uint64Min(1).Draw(rt, "seed"), Faults: paygentsim.FaultsHostile,
			Pace: paygentsim.Pace{TransitMillis: rapid.SampledFrom([]int64{0, 60_000, 90_000_000}).Draw(rt, "transit")}})
		cards := paygentsim.MagicCards()
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			id := strconv.Itoa(rapid.IntRange(1, 4).Draw(rt, "trade"))
			payment := fields{"payment_id": strconv.Itoa(900000000 + rapid.IntRange(1, 8).Draw(rt, "payment"))}
			// Faults are expected: what counts is the book.
			switch rapid.IntRange(0, 11).Draw(rt, "act") {
			case 0, 1:
				card := cards[rapid.IntRange(0, len(cards)-1).Draw(rt, "card")].Number
				_, _ = b.try("020", b.order(id, card, nil))
			case 2:
				_, _ = b.try("020", b.order(id+"_2", "", fields{"ref_trading_id": id}))
			case 3, 4, 5:
				payment["amount"], payment["payment_amount"], payment["reduction_flag"] = "1000", "1000", "0"
				kinds := []string{"021", "022", "023", "028", "029", "101", "102", "103", "340", "341", "342", "094", "091"}
				_, _ = b.try(rapid.SampledFrom(kinds).Draw(rt, "kind"), payment)
			case 6:
				b.clock.advance(time.Duration(rapid.IntRange(1, 70*24).Draw(rt, "hours")) * time.Hour)
			case 7:
				if _, _, err := b.sim.Step(context.Background()); err != nil {
					rt.Fatal(err)
				}
			case 8:
				_, _ = b.try("010", atm(fields{"trading_id": id}))
			case 9:
				_, _ = b.try("030", conveni("00C001", fields{"trading_id": id}))
			case 10:
				if _, err := b.sim.Foreign("12345", id+"-"+fmt.Sprint(len(b.sim.Payments())), paygentsim.TypeCarrier, 3000); err != nil {
					rt.Fatal(err)
				}
			case 11:
				b.moveByHand(rt, payment["payment_id"])
			}
		}
		checkBook(rt, b)
	})
}

// moveByHand does something that the payment's own table allows.
func (b *bundle) moveByHand(rt *rapid.T, id string) {
	p, known := b.sim.Payment(id)
	if moves := p.Moves(); known && len(moves) > 0 {
		// The clock may have moved it on meanwhile: then it is refused, and the book must still be right.
		_, err := b.sim.SetStatus(id, rapid.SampledFrom(moves).Draw(rt, "to"), rapid.Bool().Draw(rt, "told"))
		if err != nil && !errors.Is(err, paygentsim.ErrUnlawful) {
			rt.Fatal(err)
		}
	}
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
		from, entered := paygentsim.Status(""), map[paygentsim.Status]int{}
		byHand := false // brought to life so: an operator may do what no telegram may
		for _, c := range p.Changes {
			sameWithNewAmount := from == c.To && c.Amount != 0
			if c.From != from || from != "" && !sameWithNewAmount && !lawful(p.Type, from, c.To) {
				rt.Fatalf("payment %s went %v", p.PaymentID, p.Changes)
			}
			byHand = byHand || c.By == "operator" && c.To.Live() && !from.Live()
			from = c.To
			entered[c.To]++
		}
		for status, n := range entered {
			if told[p.PaymentID+string(status)] > n {
				rt.Fatalf("%s of %s was told %d times, entered %d times", status, p.PaymentID, told[p.PaymentID+string(status)], n)
			}
		}
		if from != p.Status {
			rt.Fatalf("payment %s is at %s after %v", p.PaymentID, p.Status, p.Changes)
		}
		if p.Status.Live() && p.RefTradingID == "" && !byHand {
			live[p.TradingID]++
		}
	}
	for id, n := range live {
		if n > 1 {
			rt.Fatal(fmt.Sprintf("%d live payments of trading_id %s", n, id))
		}
	}
}
