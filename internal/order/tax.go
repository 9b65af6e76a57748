package order

// Rounding is dtb_tax_rule.rounding_type_id.
type Rounding int16

const (
	RoundHalfUp Rounding = 1 // 四捨五入: half away from zero, as PHP's round()
	RoundDown   Rounding = 2 // 切り捨て: towards minus infinity, as PHP's floor()
	RoundUp     Rounding = 3 // 切り上げ: towards plus infinity, as PHP's ceil()
)

// Valid reports whether r is one of the three.
func (r Rounding) Valid() bool { return r >= RoundHalfUp && r <= RoundUp }

// div is n ÷ d rounded; d is positive. Whole-number arithmetic gives what PHP's
// floating point gives, because no quotient with a denominator this small comes
// near a rounding edge without being on it.
func (r Rounding) div(n, d int64) int64 {
	q, rest := n/d, n%d
	switch {
	case rest == 0:
		return q
	case r == RoundDown:
		if rest < 0 {
			q--
		}
	case r == RoundHalfUp:
		if 2*abs(rest) >= d {
			q += sign(rest)
		}
	default: // EC-CUBE rounds up whatever it does not know
		if rest > 0 {
			q++
		}
	}
	return q
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

// TaxOn is the tax on top of a price without tax: round(price×rate/100)+adjust.
func TaxOn(price Yen, rate int64, rounding Rounding, adjust Yen) Yen {
	return Yen(rounding.div(int64(price)*rate, 100)) + adjust
}

// TaxIn is the tax contained in a price with tax: round((price−adjust)×rate/(100+rate)).
func TaxIn(price Yen, rate int64, rounding Rounding, adjust Yen) Yen {
	return Yen(rounding.div(int64(price-adjust)*rate, 100+rate))
}

// Retaxed is the item with its tax computed from its own rate, rounding and
// adjustment; rows that are not taxable lose all three (EC-CUBE's TaxProcessor).
func (i Item) Retaxed() Item {
	switch {
	case i.TaxType != Taxable:
		i.Tax, i.TaxRate, i.TaxAdjust, i.RoundingType = 0, 0, 0, 0
	case i.TaxDisplayType == TaxIncluded:
		i.Tax = TaxIn(i.Price, i.TaxRate, i.RoundingType, i.TaxAdjust)
	default:
		i.Tax = TaxOn(i.Price, i.TaxRate, i.RoundingType, i.TaxAdjust)
	}
	return i
}

// Taxed is the item taxed by a rule.
func (i Item) Taxed(r TaxRule) Item {
	i.TaxRate, i.TaxAdjust, i.RoundingType = r.Rate, r.Adjust, r.Rounding
	return i.Retaxed()
}

// Retax gives every item Retaxed, for lines that staff edited: their rate stays
// what the order had (EC-CUBE's order flow). Items that cannot be computed are
// the problem order.item_invalid.
func Retax(items []Item) ([]Item, error) {
	out := make([]Item, 0, len(items))
	for _, i := range items {
		if err := i.check(); err != nil {
			return nil, err
		}
		out = append(out, i.Retaxed())
	}
	return out, nil
}
