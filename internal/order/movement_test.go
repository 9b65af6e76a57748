package order_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kessai/internal/order"
)

func TestMovements(t *testing.T) {
	t.Parallel()
	items := []order.Item{
		{Type: order.ItemProduct, ProductClassID: 11, Quantity: 2},
		{Type: order.ItemProduct, ProductClassID: 3, Quantity: 1},
		{Type: order.ItemDeliveryFee, ProductClassID: 99, Quantity: 1},
		{Type: order.ItemProduct, ProductClassID: 11, Quantity: 4},
		{Type: order.ItemProduct, Quantity: 5}, // typed by staff, without a class
		{Type: order.ItemProduct, ProductClassID: 8, Quantity: 0},
		{Type: order.ItemProduct, ProductClassID: 5, Quantity: 7},
	}
	want := []order.Movement{{3, 1}, {5, 7}, {11, 6}}
	if diff := cmp.Diff(want, order.Movements(items, nil)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	limited := func(id int64) bool { return id != 5 }
	if diff := cmp.Diff([]order.Movement{{3, 1}, {11, 6}}, order.Movements(items, limited)); diff != "" {
		t.Errorf("limited (-want +got):\n%s", diff)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	got := order.Difference([]order.Movement{{1, 2}, {2, 5}, {3, 1}}, []order.Movement{{4, 1}, {2, 3}, {1, 2}})
	if diff := cmp.Diff([]order.Movement{{2, -2}, {3, -1}, {4, 1}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]order.Movement{{1, -2}}, order.Reverse([]order.Movement{{1, 2}})); diff != "" {
		t.Errorf("reverse (-want +got):\n%s", diff)
	}
}

// TestDifferenceLeadsThere: taking from and then the difference is taking to, by
// any number of edits.
func TestDifferenceLeadsThere(t *testing.T) {
	t.Parallel()
	list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) order.Item {
		return order.Item{
			Type:           order.ItemProduct,
			ProductClassID: rapid.Int64Range(1, 5).Draw(t, "class"),
			Quantity:       rapid.Int64Range(0, 9).Draw(t, "quantity"),
		}
	}), 0, 6)
	rapid.Check(t, func(t *rapid.T) {
		stock := map[int64]int64{}
		apply := func(ms []order.Movement) {
			for _, m := range ms {
				stock[m.ProductClassID] -= m.Quantity
			}
		}
		var now []order.Movement
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			next := order.Movements(list.Draw(t, "items"), nil)
			d := order.Difference(now, next)
			if !slices.IsSortedFunc(d, func(a, b order.Movement) int { return int(a.ProductClassID - b.ProductClassID) }) {
				t.Fatalf("%v is not sorted", d)
			}
			apply(d)
			now = next
		}
		apply(order.Reverse(now))
		for id, n := range stock {
			if n != 0 {
				t.Fatalf("class %d ends at %d", id, n)
			}
		}
	})
}

func TestShortages(t *testing.T) {
	t.Parallel()
	classes := map[int64]order.Class{
		1: {ID: 1, Name: "有", Stock: 5},
		2: {ID: 2, Name: "無限", StockUnlimited: true, SaleLimit: 3},
		3: {ID: 3, Name: "負", Stock: -2},
		4: {ID: 4, Name: "制限", Stock: 100, SaleLimit: 2},
	}
	wanted := []order.Movement{{4, 2}, {1, 3}, {1, 3}, {2, math.MaxInt32}, {3, 1}, {9, 1}, {8, -1}}
	want := []order.Shortage{
		{ProductClassID: 1, Name: "有", Wanted: 6, Left: 5},
		{ProductClassID: 3, Name: "負", Wanted: 1, Left: 0},
		{ProductClassID: 9, Wanted: 1, Left: 0},
	}
	if diff := cmp.Diff(want, order.Shortages(wanted, classes)); diff != "" {
		t.Errorf("shortages (-want +got):\n%s", diff)
	}
	if got := order.Shortages([]order.Movement{{1, 5}}, classes); got != nil {
		t.Errorf("the last ones are refused: %v", got)
	}
	over := order.OverLimit([]order.Movement{{4, 2}, {4, 1}, {2, 4}, {1, 1000}}, classes)
	wantOver := []order.Shortage{
		{ProductClassID: 2, Name: "無限", Wanted: 4, Left: 3},
		{ProductClassID: 4, Name: "制限", Wanted: 3, Left: 2},
	}
	if diff := cmp.Diff(wantOver, over); diff != "" {
		t.Errorf("over the limit (-want +got):\n%s", diff)
	}
	if got := order.OverLimit([]order.Movement{{4, 2}}, classes); got != nil {
		t.Errorf("the limit itself is refused: %v", got)
	}
}
