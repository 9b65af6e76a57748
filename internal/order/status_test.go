package order_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
	"kessai/internal/problem"
)

func TestStatuses(t *testing.T) {
	t.Parallel()
	type seen struct {
		id                     int
		name, customer, color  string
		incomplete, isPurchase bool
	}
	// eccube.md §3, typed in the order of sort_no.
	want := []seen{
		{1, "新規受付", "注文受付", "#437ec4", false, true},
		{6, "入金済み", "注文受付", "#25B877", false, true},
		{4, "対応中", "注文受付", "#EEB128", false, true},
		{3, "注文取消し", "注文取消し", "#C04949", false, false},
		{5, "発送済み", "発送済み", "#25B877", false, true},
		{8, "購入処理中", "注文未完了", "#A3A3A3", true, false},
		{7, "決済処理中", "注文受付", "#A3A3A3", true, false},
		{9, "返品", "返品", "#C04949", false, false},
	}
	var got []seen
	for _, s := range order.Statuses() {
		if !s.Valid() {
			t.Errorf("%d is not valid", s)
		}
		got = append(got, seen{int(s), s.Name(), s.CustomerName(), s.Color(), s.Incomplete(), s.CountsAsPurchase()})
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	for _, s := range []order.Status{-1, 0, 2, 10} {
		if s.Valid() {
			t.Errorf("%d is valid", s)
		}
	}
	if got := order.Status(2).Name(); got != "2" {
		t.Errorf("an unknown status is called %q", got)
	}
}

// TestMachine walks every pair of statuses against the table of eccube.md §4.1.
func TestMachine(t *testing.T) {
	t.Parallel()
	want := map[string]order.Effects{
		"1→6": {Name: "pay", SetsPaymentDate: true},
		"1→4": {Name: "packing"}, "6→4": {Name: "packing"},
		"1→3": {Name: "cancel", Stock: +1, UsedPoints: +1},
		"4→3": {Name: "cancel", Stock: +1, UsedPoints: +1},
		"6→3": {Name: "cancel", Stock: +1, UsedPoints: +1},
		"3→4": {Name: "back_to_in_progress", Stock: -1, UsedPoints: -1},
		"1→5": {Name: "ship", AddedPoints: +1, SetsShipped: true},
		"6→5": {Name: "ship", AddedPoints: +1, SetsShipped: true},
		"4→5": {Name: "ship", AddedPoints: +1, SetsShipped: true},
		"5→9": {Name: "return", UsedPoints: +1, AddedPoints: -1},
		"9→5": {Name: "cancel_return", UsedPoints: -1, AddedPoints: +1},
	}
	for _, from := range order.Statuses() {
		var reachable []order.Status
		for _, to := range order.Statuses() {
			pair := fmt.Sprintf("%d→%d", from, to)
			e, lawful := want[pair]
			got, err := order.Transition(from, to)
			if order.CanTransition(from, to) != lawful || (err == nil) != lawful {
				t.Errorf("%s: lawful should be %v, got %v", pair, lawful, err)
			}
			if err != nil && !problem.Is(err, "order.transition_refused") {
				t.Errorf("%s: %v", pair, err)
			}
			if got != e {
				t.Errorf("%s: %+v, want %+v", pair, got, e)
			}
			if lawful {
				reachable = append(reachable, to)
			}
		}
		if !slices.Equal(order.Reachable(from), reachable) {
			t.Errorf("from %d: %v, want %v", from, order.Reachable(from), reachable)
		}
	}
}

func TestRefusalNamesBothStatuses(t *testing.T) {
	t.Parallel()
	_, err := order.Transition(order.Delivered, order.Canceled)
	p, ok := problem.As(err)
	if !ok || p.Category != problem.NotNow || p.Args["from"] != "発送済み" || p.Args["to"] != "注文取消し" {
		t.Errorf("%#v", err)
	}
}

func TestPaymentMoves(t *testing.T) {
	t.Parallel()
	lawful := map[string]bool{
		"8→7": true, "8→1": true, "8→6": true, "7→1": true, "7→6": true, "7→8": true, "7→3": true,
		"1→6": true, "1→3": true, "4→3": true, "6→3": true,
	}
	for _, from := range order.Statuses() {
		for _, to := range order.Statuses() {
			pair := fmt.Sprintf("%d→%d", from, to)
			if got := order.PaymentMayMove(from, to); got != lawful[pair] {
				t.Errorf("%s: %v", pair, got)
			}
		}
	}
	for _, m := range order.Moves() {
		if m.Why == "" {
			t.Errorf("%d→%d has no reason", m.From, m.To)
		}
	}
}
