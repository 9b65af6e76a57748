package order_test

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/problem"
)

func TestChooseTaxRule(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	general := order.TaxRule{ID: 1, Rate: 10, Rounding: 1, ApplyDate: day(1)}
	with := func(id int64, date int, change func(*order.TaxRule)) order.TaxRule {
		r := general
		r.ID, r.ApplyDate = id, day(date)
		if change != nil {
			change(&r)
		}
		return r
	}
	product := with(2, 1, func(r *order.TaxRule) { r.ProductID = 7 })
	class := with(3, 1, func(r *order.TaxRule) { r.ProductClassID = 70 })
	pref := with(4, 1, func(r *order.TaxRule) { r.PrefID = 13 })
	country := with(5, 1, func(r *order.TaxRule) { r.CountryID = 392 })
	newer, future := with(6, 5, nil), with(7, 20, nil)
	all := []order.TaxRule{general, product, class, pref, country}
	now := order.TaxFor{Now: day(10), PerProduct: true}
	for name, c := range map[string]struct {
		rules []order.TaxRule
		ask   func(*order.TaxFor)
		want  int64
	}{
		"general":                     {all, nil, 1},
		"product":                     {all, func(f *order.TaxFor) { f.ProductID = 7 }, 2},
		"class over product":          {all, func(f *order.TaxFor) { f.ProductID, f.ProductClassID = 7, 70 }, 3},
		"pref over class":             {all, func(f *order.TaxFor) { f.ProductClassID, f.PrefID = 70, 13 }, 4},
		"country over pref":           {all, func(f *order.TaxFor) { f.PrefID, f.CountryID = 13, 392 }, 5},
		"another product":             {all, func(f *order.TaxFor) { f.ProductID = 8 }, 1},
		"per product is off":          {all, func(f *order.TaxFor) { f.ProductID, f.ProductClassID, f.PerProduct = 7, 70, false }, 1},
		"newest first":                {[]order.TaxRule{product, newer, general}, func(f *order.TaxFor) { f.ProductID = 7 }, 6},
		"the future does not count":   {[]order.TaxRule{future, general}, nil, 1},
		"from the second after":       {[]order.TaxRule{newer, general}, func(f *order.TaxFor) { f.Now = day(5) }, 1},
		"and then it does":            {[]order.TaxRule{newer, general}, func(f *order.TaxFor) { f.Now = day(5).Add(time.Second) }, 6},
		"all equal: the lowest id":    {[]order.TaxRule{with(9, 1, nil), general}, nil, 1},
		"order of rows is irrelevant": {[]order.TaxRule{country, pref, class, product, general}, func(f *order.TaxFor) { f.ProductID = 7 }, 2},
	} {
		ask := now
		if c.ask != nil {
			c.ask(&ask)
		}
		got, err := order.ChooseTaxRule(c.rules, ask)
		if err != nil || got.ID != c.want {
			t.Errorf("%s: rule %d, %v; want %d", name, got.ID, err, c.want)
		}
	}
	if _, err := order.ChooseTaxRule([]order.TaxRule{future}, now); !problem.Is(err, "tax_rule.missing") {
		t.Errorf("no rule in force: %v", err)
	}
	broken := with(8, 1, func(r *order.TaxRule) { r.Rounding = 0 })
	if _, err := order.ChooseTaxRule([]order.TaxRule{broken}, now); !problem.Is(err, "tax_rule.invalid") {
		t.Errorf("a rule without rounding: %v", err)
	}
}

func TestPriceIncTax(t *testing.T) {
	t.Parallel()
	r := order.TaxRule{Rate: 8, Rounding: order.RoundDown, Adjust: 2}
	if got := r.PriceIncTax(198); got != 215 { // 198 + 15 + 2
		t.Errorf("%d", got)
	}
}
