package order_test

import (
	"math"
	"testing"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// TestCalculateRefuses feeds drafts that cannot be an order: each is a problem
// with its own code, never a wrong amount and never a panic.
func TestCalculateRefuses(t *testing.T) {
	t.Parallel()
	discount := order.Item{
		Type: order.ItemDiscount, Name: "値引き", Price: -10, Quantity: 1, TaxType: order.Taxable,
		TaxDisplayType: order.TaxIncluded, TaxRate: 10, RoundingType: order.RoundDown,
	}
	for name, c := range map[string]struct {
		change func(*order.Draft)
		code   string
	}{
		"no lines":          {func(d *order.Draft) { d.Lines = nil }, "order.no_lines"},
		"no quantity":       {func(d *order.Draft) { d.Lines[0].Quantity = 0 }, "order.quantity_invalid"},
		"negative quantity": {func(d *order.Draft) { d.Lines[0].Quantity = -1 }, "order.quantity_invalid"},
		"negative price":    {func(d *order.Draft) { d.Lines[0].Price = -1 }, "order.item_invalid"},
		"huge price":        {func(d *order.Draft) { d.Lines[0].Price = math.MaxInt64 }, "order.item_invalid"},
		"huge quantity":     {func(d *order.Draft) { d.Lines[0].Quantity = math.MaxInt64 }, "order.item_invalid"},
		"huge amount":       {func(d *order.Draft) { d.Lines[0].Price = 9_999_999_999 }, "order.item_invalid"},
		"just too much": {func(d *order.Draft) {
			d.Lines[0].Price, d.Lines[0].Quantity, d.Lines[0].Tax = 9_999_999_999, 1, rule("0r")
		}, "order.total_too_large"},
		"negative own fee":       {func(d *order.Draft) { d.Lines[0].DeliveryFee = -1 }, "order.item_invalid"},
		"huge own fee":           {func(d *order.Draft) { d.Shop.PerProductDeliveryFee, d.Lines[0].DeliveryFee = true, math.MaxInt64 }, "order.total_too_large"},
		"huge fee":               {func(d *order.Draft) { d.Fees[0].Fee = math.MaxInt64 }, "order.item_invalid"},
		"negative fee":           {func(d *order.Draft) { d.Fees[0].Fee = -1 }, "order.item_invalid"},
		"no fee for the place":   {func(d *order.Draft) { d.Shipments[0].PrefID = 47 }, "delivery.fee_missing"},
		"negative charge":        {func(d *order.Draft) { d.Payment = &order.Payment{Charge: -1} }, "order.total_negative"},
		"huge charge":            {func(d *order.Draft) { d.Payment = &order.Payment{Charge: math.MaxInt64} }, "order.item_invalid"},
		"negative points":        {func(d *order.Draft) { d.UsePoint = -1 }, "order.point_invalid"},
		"huge points":            {func(d *order.Draft) { d.UsePoint = math.MaxInt64 }, "order.point_invalid"},
		"negative rate":          {func(d *order.Draft) { d.Lines[0].Tax.Rate = -100 }, "tax_rule.invalid"},
		"huge rate":              {func(d *order.Draft) { d.Tax.Rate = math.MaxInt64 }, "tax_rule.invalid"},
		"no rounding":            {func(d *order.Draft) { d.Tax.Rounding = 0 }, "tax_rule.invalid"},
		"negative adjust":        {func(d *order.Draft) { d.Tax.Adjust = -1 }, "tax_rule.invalid"},
		"unknown shipment":       {func(d *order.Draft) { d.Lines[0].ShippingID = 9 }, "order.shipment_unknown"},
		"shipment twice":         {func(d *order.Draft) { d.Shipments = append(d.Shipments, d.Shipments[0]) }, "order.shipment_unknown"},
		"negative free amount":   {func(d *order.Draft) { d.Shop.DeliveryFreeAmount = -1 }, "shop.base_invalid"},
		"negative free quantity": {func(d *order.Draft) { d.Shop.DeliveryFreeQuantity = -1 }, "shop.base_invalid"},
		"negative point rate":    {func(d *order.Draft) { d.Shop.BasicPointRate = -1 }, "shop.base_invalid"},
		"negative conversion":    {func(d *order.Draft) { d.Shop.PointConversionRate = -1 }, "shop.base_invalid"},
		"own point rate":         {func(d *order.Draft) { d.Lines[0].PointRate = order.PointPercent(-1) }, "order.item_invalid"},
		"a discount too big":     {func(d *order.Draft) { i := discount; i.Price = -100_000; d.Discounts = []order.Item{i} }, "order.total_negative"},
		"a discount's rate":      {func(d *order.Draft) { i := discount; i.TaxRate = -100; d.Discounts = []order.Item{i} }, "order.item_invalid"},
		"not a discount":         {func(d *order.Draft) { i := discount; i.Type = order.ItemCharge; d.Discounts = []order.Item{i} }, "order.item_invalid"},
	} {
		d := draft(t, "1000x2@10r fee=500 charge=0 points=10/100/1")
		c.change(&d)
		totals, items, err := order.Calculate(d)
		if !problem.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if totals != (order.Totals{}) || items != nil {
			t.Errorf("%s: came with totals %+v", name, totals)
		}
	}
}

func TestDiscountsAreKept(t *testing.T) {
	t.Parallel()
	d := draft(t, "1000x1@10r fee=500 points=100/100/1")
	d.Discounts = []order.Item{{
		ID: 5, Type: order.ItemDiscount, Name: "値引き", Price: -110, Quantity: 1, TaxType: order.Taxable,
		TaxDisplayType: order.TaxIncluded, TaxRate: 10, RoundingType: order.RoundHalfUp,
	}}
	got, items, err := order.Calculate(d)
	if err != nil {
		t.Fatal(err)
	}
	// 1100 + 500 − 110 − 100; tax 100 + 45 − 10; points 10 − 1.1 → 1 − 1
	if got.Total != 1390 || got.Discount != 210 || got.Tax != 135 || got.AddPoint != 8 {
		t.Errorf("%+v", got)
	}
	if i := items[2]; i.ID != 5 || i.Tax != -10 {
		t.Errorf("the discount row is %+v", i)
	}
}
