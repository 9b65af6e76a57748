package order

// Class is what stock and limit checks know about a product class.
type Class struct {
	ID             int64
	Name           string // Title of the product
	Stock          int64
	StockUnlimited bool
	SaleLimit      int64 // per order; 0 = none
}

// Shortage is an ordinary result: there is less than wanted. The sentences are
// 「「{Name}」の在庫が足りません。」 and, for OverLimit,
// 「「{Name}」は販売制限しております。一度に販売制限数を超える購入はできません。」
type Shortage struct {
	ProductClassID int64
	Name           string
	Wanted         int64
	Left           int64
}

// Shortages lists what cannot be taken, by class id. A class that is not in
// classes is gone: nothing is left of it. Movements that give back are never short.
func Shortages(wanted []Movement, classes map[int64]Class) []Shortage {
	return exceeding(wanted, classes, func(c Class, known bool) (int64, bool) {
		return max(c.Stock, 0), !known || !c.StockUnlimited
	})
}

// OverLimit lists what is more than may be bought at once, by class id; Left is
// the sale limit.
func OverLimit(wanted []Movement, classes map[int64]Class) []Shortage {
	return exceeding(wanted, classes, func(c Class, _ bool) (int64, bool) {
		return c.SaleLimit, c.SaleLimit > 0
	})
}

// exceeding compares each movement with the limit that its class has, if any.
func exceeding(wanted []Movement, classes map[int64]Class, limit func(Class, bool) (int64, bool)) []Shortage {
	var out []Shortage
	for _, m := range movementsOf(wanted) {
		c, known := classes[m.ProductClassID]
		if most, limited := limit(c, known); limited && m.Quantity > most { // no limit is below 0
			out = append(out, Shortage{m.ProductClassID, c.Name, m.Quantity, most})
		}
	}
	return out
}

// movementsOf merges and sorts a list that may not be merged yet.
func movementsOf(ms []Movement) []Movement { return Difference(nil, ms) }
