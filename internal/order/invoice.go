package order

import (
	"cmp"
	"math/big"
	"slices"
)

// RateTotal is what an invoice says about one tax rate, after the discounts that
// bear no tax (points) are spread over the rates.
type RateTotal struct {
	Rate  int64
	Total Yen // with tax
	Tax   Yen // contained in Total
}

// TaxByRate adds up taxable items per rate, lowest rate first. A rate's tax is
// rounded once, by the rounding of its last row (EC-CUBE 4.3's dtb_order.tax and
// the 内訳 of its mails).
func TaxByRate(items []Item) []RateTotal {
	sums, roundings := map[int64]Yen{}, map[int64]Rounding{}
	var taxable, untaxed Yen
	for _, i := range items {
		if i.TaxType == Taxable {
			sums[i.TaxRate] += i.Total()
			roundings[i.TaxRate] = i.RoundingType
			taxable += i.Total()
		} else if i.Type == ItemDiscount || i.Type == ItemPoint {
			untaxed += i.Total()
		}
	}
	out := make([]RateTotal, 0, len(sums))
	for rate, sum := range sums {
		r := roundings[rate]
		out = append(out, RateTotal{
			Rate:  rate,
			Total: share(r, sum, taxable, untaxed, 1, 1),
			Tax:   share(r, sum, taxable, untaxed, rate, 100+rate),
		})
	}
	slices.SortFunc(out, func(a, b RateTotal) int { return cmp.Compare(a.Rate, b.Rate) })
	return out
}

// share is (sum − |untaxed|·sum/taxable) · n/d, rounded once. The product of
// four amounts outgrows 64 bits.
func share(r Rounding, sum, taxable, untaxed Yen, n, d int64) Yen {
	if taxable == 0 {
		return 0
	}
	left := int64(taxable) - abs(int64(untaxed))
	num := big.NewInt(int64(sum))
	num.Mul(num, big.NewInt(left)).Mul(num, big.NewInt(n))
	den := new(big.Int).Mul(big.NewInt(int64(taxable)), big.NewInt(d))
	return Yen(r.bigDiv(num, den).Int64())
}

// bigDiv is div for numbers of any size and sign.
func (r Rounding) bigDiv(n, d *big.Int) *big.Int {
	if d.Sign() < 0 {
		n, d = new(big.Int).Neg(n), new(big.Int).Neg(d)
	}
	q, rest := new(big.Int).QuoRem(n, d, new(big.Int))
	step := big.NewInt(int64(rest.Sign()))
	switch {
	case rest.Sign() == 0:
	case r == RoundDown:
		if rest.Sign() < 0 {
			q.Add(q, step)
		}
	case r == RoundHalfUp:
		if rest.Abs(rest).Lsh(rest, 1).Cmp(d) >= 0 {
			q.Add(q, step)
		}
	default:
		if rest.Sign() > 0 {
			q.Add(q, step)
		}
	}
	return q
}

func taxOf(rates []RateTotal) Yen {
	var sum Yen
	for _, r := range rates {
		sum += r.Tax
	}
	return sum
}
