package order_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"kessai/internal/order"
)

func anyRule(t *rapid.T) order.TaxRule {
	return order.TaxRule{
		Rate:     rapid.SampledFrom([]int64{0, 5, 8, 10, 100}).Draw(t, "rate"),
		Rounding: order.Rounding(rapid.IntRange(1, 3).Draw(t, "rounding")),
	}
}

func anyDraft(t *rapid.T) order.Draft {
	d := order.Draft{
		Tax: anyRule(t),
		Shop: order.Shop{
			PerProductDeliveryFee: rapid.Bool().Draw(t, "own fees"),
			DeliveryFreeAmount:    order.Yen(rapid.Int64Range(0, 20000).Draw(t, "free amount")),
			DeliveryFreeQuantity:  rapid.Int64Range(0, 20).Draw(t, "free quantity"),
			Points:                rapid.Bool().Draw(t, "points"),
			BasicPointRate:        rapid.Int64Range(0, 20).Draw(t, "point rate"),
			PointConversionRate:   rapid.Int64Range(0, 100).Draw(t, "conversion"),
			TaxByRate:             rapid.Bool().Draw(t, "by rate"),
		},
		Shipments: []order.Shipment{{DeliveryID: 1, PrefID: 13}},
		Fees:      []order.DeliveryFee{{DeliveryID: 1, PrefID: 13, Fee: order.Yen(rapid.Int64Range(0, 2000).Draw(t, "fee"))}},
		UsePoint:  rapid.Int64Range(0, 30000).Draw(t, "use"),
	}
	if rapid.Bool().Draw(t, "member") {
		d.Member = &order.Member{Points: rapid.Int64Range(-10, 30000).Draw(t, "balance")}
	}
	if rapid.Bool().Draw(t, "paid") {
		d.Payment = &order.Payment{Charge: order.Yen(rapid.Int64Range(0, 1000).Draw(t, "charge"))}
	}
	for range rapid.IntRange(1, 5).Draw(t, "lines") {
		d.Lines = append(d.Lines, order.Line{
			Price: order.Yen(rapid.Int64Range(0, 10000).Draw(t, "price")), Quantity: rapid.Int64Range(1, 9).Draw(t, "quantity"),
			DeliveryFee: order.Yen(rapid.Int64Range(0, 500).Draw(t, "own fee")), Tax: anyRule(t),
		})
	}
	return d
}

// TestTotalsHold: what every order of the shop must satisfy.
func TestTotalsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDraft(t)
		got, items, err := order.Calculate(d)
		if err != nil {
			t.Fatal(err)
		}
		var sum order.Yen
		for _, i := range items {
			sum += i.PriceIncTax() * order.Yen(i.Quantity)
		}
		if got.Total != sum || got.PaymentTotal != sum {
			t.Fatalf("total %d, rows %d", got.Total, sum)
		}
		if got.Total != got.Subtotal+got.DeliveryFeeTotal+got.Charge-got.Discount {
			t.Fatalf("the parts do not make the total: %+v", got)
		}
		if got.Tax < 0 || got.Total < 0 || got.Discount < 0 || got.AddPoint < 0 || got.UsePoint < 0 {
			t.Fatalf("negative: %+v", got)
		}
		if got.Tax > got.Subtotal+got.DeliveryFeeTotal+got.Charge {
			t.Fatalf("more tax than goods: %+v", got)
		}
		if got.Discount != order.Yen(got.UsePoint*d.Shop.PointConversionRate) || got.UsePoint > d.UsePoint {
			t.Fatalf("points used %d of %d, discount %d", got.UsePoint, d.UsePoint, got.Discount)
		}
		if (got.UsePoint < d.UsePoint) != (d.Cap(got) != order.NotCapped) {
			t.Fatalf("used %d of %d, cap %q", got.UsePoint, d.UsePoint, d.Cap(got))
		}
		if d.Member != nil && got.UsePoint > max(d.Member.Points, 0) {
			t.Fatalf("more points than the member has")
		}
		again, err := order.Retax(items)
		if err != nil {
			t.Fatal(err)
		}
		for n := range items {
			if again[n] != items[n] {
				t.Fatalf("taxing twice changes row %d", n)
			}
		}
	})
}

// TestRoundingAsPHP compares whole-number arithmetic with the floating point that
// EC-CUBE computes with.
func TestRoundingAsPHP(t *testing.T) {
	t.Parallel()
	php := map[order.Rounding]func(float64) float64{
		order.RoundHalfUp: math.Round, order.RoundDown: math.Floor, order.RoundUp: math.Ceil,
	}
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(-int64(order.MaxYen), int64(order.MaxYen)).Draw(t, "price")
		rate := rapid.Int64Range(0, 100).Draw(t, "rate")
		rounding := order.Rounding(rapid.IntRange(1, 3).Draw(t, "rounding"))
		f := php[rounding]
		on := f(float64(price) * float64(rate) / 100)
		if got := order.TaxOn(order.Yen(price), rate, rounding, 0); float64(got) != on {
			t.Fatalf("on %d: %d, PHP %v", price, got, on)
		}
		in := f(float64(price) * float64(rate) / float64(100+rate))
		if got := order.TaxIn(order.Yen(price), rate, rounding, 0); float64(got) != in {
			t.Fatalf("in %d: %d, PHP %v", price, got, in)
		}
	})
}

// TestTaxByRateAddsUp: the totals per rate are the order's total, give or take
// the rounding of each rate.
func TestTaxByRateAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		totals, items, err := order.Calculate(anyDraft(t))
		if err != nil {
			t.Fatal(err)
		}
		var sum order.Yen
		rates := order.TaxByRate(items)
		for n, r := range rates {
			sum += r.Total
			if r.Tax < 0 || r.Tax > r.Total+1 || n > 0 && rates[n-1].Rate >= r.Rate {
				t.Fatalf("%+v", rates)
			}
		}
		if d := sum - totals.Total; d < -order.Yen(len(rates)) || d > order.Yen(len(rates)) {
			t.Fatalf("rates say %d, the order %d", sum, totals.Total)
		}
	})
}
