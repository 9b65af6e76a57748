package app_test

import (
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestStatements counts what a whole node sends to its database for the things that
// happen most: transactions A and B, what stands between them, and a notice. A number
// that grows is a question about each of these, not only about its test.
func TestStatements(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	id := r.oneOrder(10, 2)
	var sent []string
	r.observe = func(statement string) { sent = append(sent, statement) } // one goroutine at a time sends
	r.close()
	r.open()
	count := func(name string, most int) {
		t.Helper()
		t.Logf("%-28s %2d of %2d", name, len(sent), most)
		if len(sent) == 0 || len(sent) > most {
			t.Errorf("%s: %d statements, at most %d:\n%s", name, len(sent), most, strings.Join(sent, "\n"))
		}
		sent = nil
	}
	r.reached = func(b ledger.Boundary, _ order.ID) {
		// The version in force is looked up with each step: one small query.
		count("  to "+string(b), map[ledger.Boundary]int{
			ledger.AfterPlanned: 1 + 12, ledger.AfterSent: 2, ledger.AfterAnswer: 2, ledger.AfterSettled: 1 + 13,
		}[b])
	}
	token, total := r.token(goodCard), r.view(id).Order.Total
	sent = nil
	if _, err := r.app.Ledger.Begin(t.Context(), ledger.Begin{
		Order: id, Amount: total, Beside: ledger.Beside{Token: token}, PaymentClass: "10", Actor: ledger.Buyer, Key: "k1",
	}); err != nil {
		t.Fatal(err)
	}
	r.idle(true)

	r.reached = func(b ledger.Boundary, _ order.ID) {
		count("  to "+string(b), map[ledger.Boundary]int{
			ledger.AfterPlanned: 1 + 7, ledger.AfterSent: 2, ledger.AfterAnswer: 4, ledger.AfterSettled: 1 + 10,
		}[b])
	}
	p := r.view(id).Current()
	sent = nil
	if _, err := r.app.Ledger.Change(t.Context(), ledger.Change{Order: id, PaymentID: p.ID, Button: payment.SaleButton, Amount: p.Amount, Actor: "staff:1", Key: "c1"}); err != nil {
		t.Fatal(err)
	}
	sent = nil
	if worked, _, err := r.sim.Step(t.Context()); err != nil || !worked {
		t.Fatalf("no notice: %v", err)
	}
	// Keys and policy are two looks at the version in force; 10 are the notice's own.
	count("notice received and applied", 2+2+10)
	if l := r.view(id); l.Order.Status != order.Paid {
		t.Errorf("the order is %s", l.Order.Status.Name())
	}
	sent = nil
	if _, _, err := r.app.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent = nil
	if worked, _, err := r.app.Step(t.Context()); err != nil || worked {
		t.Fatalf("still at work: %v", err)
	}
	count("workers with nothing to do", 6+3) // of them bulk work 2, schedules 1
}
