package app_test

import (
	"strings"
	"testing"

	"kessai/internal/problem"
)

// TestRefusalIsNoFailure: what a buyer is told may not be done now is no error of the
// node, and is not in its log as one.
func TestRefusalIsNoFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	id := r.oneOrder(10, 1)
	if _, err := r.pay(id, "4900000000009001", "k1"); err != nil { // the answer is lost
		t.Fatal(err)
	}
	r.log.take()
	if err := r.app.Ledger.GiveUp(t.Context(), id); !problem.Is(err, "operation.open") {
		t.Fatalf("giving up: %v", err)
	}
	if _, err := r.app.Ledger.Place(t.Context(), id, 1100); !problem.Is(err, "order.payment_running") {
		t.Fatalf("placing: %v", err)
	}
	if text := r.log.take(); strings.Contains(text, "level=ERROR") {
		t.Errorf("logged: %s", text)
	}
}
