package order

import (
	"cmp"
	"maps"
	"slices"
)

// Movement is a quantity of one product class. In a list of what an order needs
// it is what leaves the stock; in a difference it is negative where goods come back.
type Movement struct {
	ProductClassID int64 `json:"class"`
	Quantity       int64 `json:"quantity"`
}

// Movements is what the items take from stock: product rows with a class,
// merged per class, sorted by class id (the order in which stock rows are
// locked), without those of 0. limited says which classes have a limited stock;
// nil means all.
func Movements(items []Item, limited func(productClassID int64) bool) []Movement {
	sums := map[int64]int64{}
	for _, i := range items {
		if i.IsProduct() && i.ProductClassID != 0 && (limited == nil || limited(i.ProductClassID)) {
			sums[i.ProductClassID] += i.Quantity
		}
	}
	return movements(sums)
}

// Difference is what must move in addition when an order that took from now
// takes to: positive leaves the stock, negative comes back.
func Difference(from, to []Movement) []Movement {
	sums := map[int64]int64{}
	for _, m := range to {
		sums[m.ProductClassID] += m.Quantity
	}
	for _, m := range from {
		sums[m.ProductClassID] -= m.Quantity
	}
	return movements(sums)
}

// Reverse is the movements the other way round.
func Reverse(ms []Movement) []Movement { return Difference(ms, nil) }

func movements(sums map[int64]int64) []Movement {
	var out []Movement
	for _, id := range slices.SortedFunc(maps.Keys(sums), cmp.Compare[int64]) {
		if sums[id] != 0 {
			out = append(out, Movement{ProductClassID: id, Quantity: sums[id]})
		}
	}
	return out
}
