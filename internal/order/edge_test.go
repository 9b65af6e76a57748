package order_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// TestTheHighestAmounts that the columns hold are amounts, and one more is none. A row may be as far
// below zero, but no total.
func TestTheHighestAmounts(t *testing.T) {
	t.Parallel()
	const most = order.MaxYen
	item := func(price, tax order.Yen, quantity, rate int64) order.Item {
		return order.Item{
			Type: order.ItemProduct, Name: "品", Price: price, Quantity: quantity, Tax: tax, TaxRate: rate,
			TaxType: order.Taxable, TaxDisplayType: order.TaxIncluded, RoundingType: order.RoundHalfUp,
		}
	}
	for name, tt := range map[string]struct {
		items []order.Item
		code  string
		total order.Yen
	}{
		"a price":                 {[]order.Item{item(most, 0, 1, 0)}, "", most},
		"too high a price":        {[]order.Item{item(most+1, 0, 1, 0)}, "order.item_invalid", 0},
		"two prices":              {[]order.Item{item(most, 0, 1, 0), item(1, 0, 1, 0)}, "order.total_too_large", 0},
		"a quantity":              {[]order.Item{item(1, 0, int64(most), 0)}, "", most},
		"too high a quantity":     {[]order.Item{item(1, 0, int64(most)+1, 0)}, "order.item_invalid", 0},
		"a tax":                   {[]order.Item{item(1, most, 1, 0)}, "", 1},
		"two taxes":               {[]order.Item{item(1, most, 1, 0), item(1, 1, 1, 0)}, "order.total_too_large", 0},
		"a rate":                  {[]order.Item{item(1, 0, 1, 10_000)}, "", 1},
		"too high a rate":         {[]order.Item{item(1, 0, 1, 10_001)}, "order.item_invalid", 0},
		"the lowest price":        {[]order.Item{item(-most, 0, 1, 0)}, "order.total_negative", 0},
		"too low a price":         {[]order.Item{item(-most-1, 0, 1, 0)}, "order.item_invalid", 0},
		"two low prices":          {[]order.Item{item(-most, 0, 1, 0), item(-1, 0, 1, 0)}, "order.total_too_large", 0},
		"the lowest quantity":     {[]order.Item{item(1, 0, -int64(most), 0)}, "order.total_negative", 0},
		"the lowest tax":          {[]order.Item{item(1, -most, 1, 0)}, "order.total_negative", 0},
		"two low taxes":           {[]order.Item{item(1, -most, 1, 0), item(1, -1, 1, 0)}, "order.total_too_large", 0},
		"over it, and down again": {[]order.Item{item(most, 0, 1, 0), item(1, 0, 1, 0), item(-2, 0, 1, 0)}, "order.total_too_large", 0},
		"a tax, the same way":     {[]order.Item{item(1, most, 1, 0), item(1, 1, 1, 0), item(1, -2, 1, 0)}, "order.total_too_large", 0},
		"too high, of none":       {[]order.Item{item(most+1, 0, 0, 0)}, "order.item_invalid", 0},
		"of no type":              {[]order.Item{{Price: 1, Quantity: 1, TaxType: order.NonTaxable, TaxDisplayType: order.TaxIncluded}}, "order.item_invalid", 0},
		"up and down once more":   {[]order.Item{item(most, 0, 1, 0), item(-1, 0, 1, 0)}, "", most - 1},
	} {
		got, err := order.Sum(tt.items)
		if tt.code == "" && err != nil || tt.code != "" && !problem.Is(err, tt.code) || err == nil && got.Total != tt.total {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestTheMostPoints that the column holds.
func TestTheMostPoints(t *testing.T) {
	t.Parallel()
	row := func(price order.Yen) order.Item {
		return order.Item{Type: order.ItemPoint, Price: price, Quantity: 1, TaxDisplayType: order.TaxIncluded}
	}
	for name, tt := range map[string]struct {
		items  []order.Item
		rate   int64
		points int64
		code   string
	}{
		"as many as the price":      {[]order.Item{row(order.MaxYen)}, 100, int64(order.MaxYen), ""},
		"one more":                  {[]order.Item{row(order.MaxYen), row(1)}, 100, 0, "order.total_too_large"},
		"as many again":             {[]order.Item{row(order.MaxYen), row(order.MaxYen)}, 100, 0, "order.total_too_large"},
		"at the highest rate":       {[]order.Item{row(1)}, 10_000, 100, ""},
		"at a rate beyond that one": {[]order.Item{row(1)}, 10_001, 0, "order.item_invalid"},
	} {
		if got, err := order.AddPoints(tt.items, tt.rate); got != tt.points || tt.code == "" && err != nil || tt.code != "" && !problem.Is(err, tt.code) {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	if used, why := (order.Shop{}).CapPoints(0, 10, 10); used != 0 || why != order.NotCapped {
		t.Errorf("who wants none is refused none: %d, %q", used, why)
	}
}

// TestTheHighestSettings of a shop, and what the buyer may ask for at most, are no mistakes.
func TestTheHighestSettings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*order.Draft)
		code   string
	}{
		"points asked for": {func(d *order.Draft) { d.UsePoint = int64(order.MaxYen) }, ""},
		"and one more":     {func(d *order.Draft) { d.UsePoint = int64(order.MaxYen) + 1 }, "order.point_invalid"},
		"point rate":       {func(d *order.Draft) { d.Shop.BasicPointRate = 10_000 }, ""},
		"too high a rate":  {func(d *order.Draft) { d.Shop.BasicPointRate = 10_001 }, "shop.base_invalid"},
		"conversion":       {func(d *order.Draft) { d.Shop.PointConversionRate = int64(order.MaxYen) }, ""},
		"and one yen more": {func(d *order.Draft) { d.Shop.PointConversionRate = int64(order.MaxYen) + 1 }, "shop.base_invalid"},
		"tax rate":         {func(d *order.Draft) { d.Tax.Rate = 10_000 }, ""},
		"too high a tax":   {func(d *order.Draft) { d.Tax.Rate = 10_001 }, "tax_rule.invalid"},
		"adjust of the tax": {func(d *order.Draft) {
			d.Lines[0].Price, d.Lines[0].Quantity, d.Lines[0].Tax.Adjust = 0, 1, order.MaxYen
		}, "order.total_too_large"},
		"too high a one": {func(d *order.Draft) { d.Lines[0].Tax.Adjust = order.MaxYen + 1 }, "tax_rule.invalid"},
		"fee":            {func(d *order.Draft) { d.Fees[0].Fee = order.MaxYen }, "order.total_too_large"},
		"too high a fee": {func(d *order.Draft) { d.Fees[0].Fee = order.MaxYen + 1 }, "order.item_invalid"},
		"own fee, with the fee of the place": {func(d *order.Draft) {
			d.Shop.PerProductDeliveryFee, d.Lines[0].Quantity, d.Lines[0].DeliveryFee = true, 1, order.MaxYen
		}, "order.item_invalid"},
		"own fees of two lines": {func(d *order.Draft) {
			d.Shop.PerProductDeliveryFee, d.Lines[0].Quantity, d.Lines[0].DeliveryFee = true, 1, order.MaxYen
			d.Lines = append(d.Lines, d.Lines[0])
		}, "order.total_too_large"},
	} {
		d := draft(t, "1000x2@10r fee=500 charge=0 points=10/100/1")
		tt.change(&d)
		if _, _, err := order.Calculate(d); tt.code == "" && err != nil || tt.code != "" && !problem.Is(err, tt.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNoPointsNoRow: who uses none has no row of them.
func TestNoPointsNoRow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1000x1@10r points=0/500/1": 0, "1000x1@10r points=1/500/1": 1} {
		_, items, err := order.Calculate(draft(t, text))
		rows := 0
		for _, i := range items {
			if i.Type == order.ItemPoint {
				rows++
			}
		}
		if err != nil || rows != want {
			t.Errorf("%s: %d rows, %v", text, rows, err)
		}
	}
}

// TestUntaxedInTheInvoice: a discount that bears no tax lowers what each rate is charged on, a fee
// that bears none does not. An exact half is rounded as the row says.
func TestUntaxedInTheInvoice(t *testing.T) {
	t.Parallel()
	row := func(kind order.ItemType, tax order.TaxType, price order.Yen, rate int64) order.Item {
		return order.Item{Type: kind, Price: price, Quantity: 1, TaxType: tax, TaxDisplayType: order.TaxIncluded, TaxRate: rate, RoundingType: order.RoundHalfUp}
	}
	for name, tt := range map[string]struct {
		items []order.Item
		want  order.RateTotal
	}{
		"alone":       {[]order.Item{row(order.ItemProduct, order.Taxable, 1100, 10)}, order.RateTotal{Rate: 10, Total: 1100, Tax: 100}},
		"a discount":  {[]order.Item{row(order.ItemProduct, order.Taxable, 1100, 10), row(order.ItemDiscount, order.NonTaxable, -110, 0)}, order.RateTotal{Rate: 10, Total: 990, Tax: 90}},
		"points":      {[]order.Item{row(order.ItemProduct, order.Taxable, 1100, 10), row(order.ItemPoint, order.NonTaxable, -110, 0)}, order.RateTotal{Rate: 10, Total: 990, Tax: 90}},
		"a fee":       {[]order.Item{row(order.ItemProduct, order.Taxable, 1100, 10), row(order.ItemCharge, order.NonTaxable, 110, 0)}, order.RateTotal{Rate: 10, Total: 1100, Tax: 100}},
		"half a yen":  {[]order.Item{row(order.ItemProduct, order.Taxable, 5, 100)}, order.RateTotal{Rate: 100, Total: 5, Tax: 3}},
		"and a minus": {[]order.Item{row(order.ItemProduct, order.Taxable, -5, 100)}, order.RateTotal{Rate: 100, Total: -5, Tax: -3}},
	} {
		if diff := cmp.Diff([]order.RateTotal{tt.want}, order.TaxByRate(tt.items)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestNothingToTax: a rate whose rows come to nothing has no tax, and nothing is shared out.
func TestNothingToTax(t *testing.T) {
	t.Parallel()
	row := func(price order.Yen) order.Item {
		return order.Item{Type: order.ItemProduct, Price: price, Quantity: 1, TaxType: order.Taxable, TaxDisplayType: order.TaxIncluded, TaxRate: 10, RoundingType: order.RoundHalfUp}
	}
	for name, items := range map[string][]order.Item{"a gift": {row(0)}, "as much off": {row(110), row(-110)}} {
		if diff := cmp.Diff([]order.RateTotal{{Rate: 10}}, order.TaxByRate(append(items, order.PointItem(5, 1)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestWhatNoColumnHolds though the total would fit: a subtotal that a discount before it hides,
// points beyond what is counted, a line that cannot be computed, told before a fee that is missing.
func TestWhatNoColumnHolds(t *testing.T) {
	t.Parallel()
	row := func(kind order.ItemType, price order.Yen) order.Item {
		return order.Item{Type: kind, Price: price, Quantity: 1, TaxType: order.NonTaxable, TaxDisplayType: order.TaxIncluded}
	}
	if _, err := order.Sum([]order.Item{row(order.ItemDiscount, -2), row(order.ItemProduct, order.MaxYen), row(order.ItemProduct, 1)}); !problem.Is(err, "order.total_too_large") {
		t.Errorf("a subtotal: %v", err)
	}
	if _, _, err := order.Calculate(draft(t, "200000000x1@0r points=0/5/1 rate=10000")); !problem.Is(err, "order.total_too_large") {
		t.Errorf("points: %v", err)
	}
	d := draft(t, "10000000000x1@0r")
	d.Fees = nil
	if _, _, err := order.Calculate(d); !problem.Is(err, "order.item_invalid") {
		t.Errorf("a line: %v", err)
	}
}

// TestOwnFeesOfEachShipment: a class's own delivery fee is on the shipment it goes with, on no other.
func TestOwnFeesOfEachShipment(t *testing.T) {
	t.Parallel()
	d := draft(t, "1000x2@0r fee=500 perproduct")
	d.Lines[0].DeliveryFee = 30
	other := d.Lines[0]
	other.ShippingID, other.Quantity, other.DeliveryFee = 9, 1, 7
	d.Lines, d.Shipments = append(d.Lines, other), append(d.Shipments, order.Shipment{ID: 9, DeliveryID: 1, PrefID: 13})
	_, items, err := order.Calculate(d)
	fees := map[int64]order.Yen{}
	for _, i := range items {
		if i.Type == order.ItemDeliveryFee {
			fees[i.ShippingID] += i.Total()
		}
	}
	if want := map[int64]order.Yen{0: 560, 9: 507}; err != nil || !cmp.Equal(fees, want) {
		t.Errorf("fees %v, not %v, %v", fees, want, err)
	}
}

// TestTheFeeIsTheDeliverys: another delivery's to the same prefecture, or its own to another one, is not.
func TestTheFeeIsTheDeliverys(t *testing.T) {
	t.Parallel()
	fees := []order.DeliveryFee{{DeliveryID: 2, PrefID: 13, Fee: 2}, {DeliveryID: 1, PrefID: 14, Fee: 3}, {DeliveryID: 1, PrefID: 13, Fee: 5}}
	if fee, ok := order.FeeFor(fees, 1, 13); !ok || fee != 5 {
		t.Errorf("%s, %t", fee, ok)
	}
	if fee, ok := order.FeeFor(fees, 2, 14); ok {
		t.Errorf("of nobody: %s", fee)
	}
}
