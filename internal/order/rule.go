package order

import (
	"time"

	"kessai/internal/problem"
)

// TaxRule is a row of dtb_tax_rule. Ids of 0 are NULL: the rule is general there.
type TaxRule struct {
	ID             int64
	ProductID      int64
	ProductClassID int64
	PrefID         int64
	CountryID      int64
	Rate           int64 // percent
	Adjust         Yen   // tax_adjust, per unit
	Rounding       Rounding
	ApplyDate      time.Time
}

// TaxFor says what a tax rule is looked up for. Zero ids match general rules
// only. PrefID and CountryID are the logged-in member's, 0 for a guest.
type TaxFor struct {
	ProductID      int64
	ProductClassID int64
	PrefID         int64
	CountryID      int64
	Now            time.Time
	PerProduct     bool // dtb_base_info.option_product_tax_rule
}

// ChooseTaxRule picks the rule in force: the newest apply_date before now, then
// by the weight of what the rule is special about: country over prefecture over
// product class over product (eccube.md §4.3); the lowest id where all is equal.
func ChooseTaxRule(rules []TaxRule, f TaxFor) (TaxRule, error) {
	if !f.PerProduct {
		f.ProductID, f.ProductClassID = 0, 0
	}
	var best TaxRule
	found := false
	for _, r := range rules {
		if !r.appliesTo(f) {
			continue
		}
		if !found || r.before(best) {
			best, found = r, true
		}
	}
	if !found {
		return TaxRule{}, problem.New(problem.Misset, CodeTaxRuleMissing, nil)
	}
	return best, best.check()
}

func (r TaxRule) appliesTo(f TaxFor) bool {
	fits := func(rule, wanted int64) bool { return rule == 0 || rule == wanted }
	return r.ApplyDate.Before(f.Now) &&
		fits(r.ProductID, f.ProductID) && fits(r.ProductClassID, f.ProductClassID) &&
		fits(r.PrefID, f.PrefID) && fits(r.CountryID, f.CountryID)
}

// before reports whether r is preferred to o.
func (r TaxRule) before(o TaxRule) bool {
	if !r.ApplyDate.Equal(o.ApplyDate) {
		return r.ApplyDate.After(o.ApplyDate)
	}
	if a, b := r.weight(), o.weight(); a != b {
		return a > b
	}
	return r.ID < o.ID
}

func (r TaxRule) weight() int {
	w := 0
	for n, id := range []int64{r.ProductID, r.ProductClassID, r.PrefID, r.CountryID} {
		if id != 0 {
			w |= 1 << n
		}
	}
	return w
}

// maxRate keeps price × rate far inside 64 bits.
const maxRate = 10_000

func (r TaxRule) check() error {
	if !r.Rounding.Valid() || r.Rate < 0 || r.Rate > maxRate || r.Adjust < 0 || r.Adjust > MaxYen {
		return problem.New(problem.Misset, CodeTaxRuleInvalid, problem.Args{"id": r.ID})
	}
	return nil
}

// PriceIncTax is a product's price with tax, as its page shows it.
func (r TaxRule) PriceIncTax(price Yen) Yen {
	return price + TaxOn(price, r.Rate, r.Rounding, r.Adjust)
}
