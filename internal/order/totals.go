package order

import "kessai/internal/problem"

// Totals are the amounts of dtb_order, all with tax.
type Totals struct {
	Subtotal         Yen // products
	Discount         Yen // a positive number: −Σ of discount and point rows
	DeliveryFeeTotal Yen
	Charge           Yen
	Tax              Yen // contained in Total
	Total            Yen
	PaymentTotal     Yen // always Total
	AddPoint         int64
	UsePoint         int64
}

// Sum adds up existing items into the columns of dtb_order. Points are not seen
// in items: AddPoint and UsePoint stay 0 (see AddPoints).
func Sum(items []Item) (Totals, error) {
	var t Totals
	for _, i := range items {
		if err := i.check(); err != nil {
			return Totals{}, err
		}
		amount := i.Total()
		switch i.Type {
		case ItemProduct:
			t.Subtotal += amount
		case ItemDeliveryFee:
			t.DeliveryFeeTotal += amount
		case ItemCharge:
			t.Charge += amount
		case ItemDiscount, ItemPoint:
			t.Discount -= amount
		}
		t.Tax += i.Tax * Yen(i.Quantity)
		t.Total += amount
		// Each step is bounded by check, so looking after each keeps the sum exact.
		if t.Total > MaxYen || t.Total < -MaxYen || t.Tax > MaxYen || t.Tax < -MaxYen {
			return Totals{}, problem.New(problem.Invalid, CodeTotalTooLarge, nil)
		}
	}
	t.PaymentTotal = t.Total
	return t, t.check()
}

// check refuses what dtb_order's unsigned columns cannot hold.
func (t Totals) check() error {
	for _, y := range []Yen{t.Subtotal, t.Discount, t.DeliveryFeeTotal, t.Charge, t.Tax, t.Total} {
		if y < 0 {
			return problem.New(problem.Invalid, CodeTotalNegative, nil)
		}
		if y > MaxYen {
			return problem.New(problem.Invalid, CodeTotalTooLarge, nil)
		}
	}
	return nil
}

// check refuses a row whose amounts cannot be computed exactly.
func (i Item) check() error {
	if i.Type < ItemProduct || i.Type > ItemPoint {
		return i.invalid("type")
	}
	if i.TaxDisplayType != TaxIncluded && i.TaxDisplayType != TaxExcluded {
		return i.invalid("tax_display_type")
	}
	if i.TaxType == Taxable && !i.RoundingType.Valid() {
		return i.invalid("rounding_type")
	}
	if i.TaxRate < 0 || i.TaxRate > maxRate {
		return i.invalid("tax_rate")
	}
	for _, y := range []Yen{i.Price, i.Tax, i.TaxAdjust} {
		if y < -MaxYen || y > MaxYen {
			return i.invalid("price")
		}
	}
	for _, y := range []Yen{i.PriceIncTax(), i.Tax} {
		if _, ok := y.times(i.Quantity); !ok {
			return i.invalid("quantity")
		}
	}
	return nil
}

// invalid is the problem of this row, with the column that is wrong.
func (i Item) invalid(column string) error {
	return problem.New(problem.Invalid, CodeItemInvalid, problem.Args{"name": i.Name, "column": column})
}

// AddPoints is what the member gets when the order is shipped: for products,
// discounts and points Σ round(price × rate %) × quantity, by the price as
// written in the row, never below 0 (eccube.md §4.3).
func AddPoints(items []Item, basicRate int64) (int64, error) {
	var sum int64
	for _, i := range items {
		if i.Type != ItemProduct && i.Type != ItemDiscount && i.Type != ItemPoint {
			continue
		}
		if err := i.check(); err != nil {
			return 0, err
		}
		rate := i.PointRate.or(basicRate)
		if rate < 0 || rate > maxRate {
			return 0, i.invalid("point_rate")
		}
		each := RoundHalfUp.div(int64(i.Price)*rate, 100)
		points, ok := Yen(each).times(i.Quantity)
		if !ok || sum+int64(points) > int64(MaxYen) {
			return 0, problem.New(problem.Invalid, CodeTotalTooLarge, nil)
		}
		sum += int64(points)
	}
	return max(sum, 0), nil
}
