package order_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
	"kessai/internal/problem"
)

func TestItemChecks(t *testing.T) {
	t.Parallel()
	for column, change := range map[string]func(*order.Item){
		"type":             func(i *order.Item) { i.Type = 7 },
		"tax_display_type": func(i *order.Item) { i.TaxDisplayType = 0 },
		"rounding_type":    func(i *order.Item) { i.RoundingType = 4 },
		"tax_rate":         func(i *order.Item) { i.TaxRate = -1 },
		"price":            func(i *order.Item) { i.TaxAdjust = math.MinInt64 },
		"quantity":         func(i *order.Item) { i.Quantity = math.MinInt64 },
	} {
		i := order.Item{
			Type: order.ItemProduct, Name: "品", Price: 100, Quantity: 1, Tax: 10, TaxRate: 10,
			TaxType: order.Taxable, TaxDisplayType: order.TaxExcluded, RoundingType: order.RoundHalfUp,
		}
		change(&i)
		_, sumErr := order.Sum([]order.Item{i})
		_, taxErr := order.Retax([]order.Item{i})
		_, pointErr := order.AddPoints([]order.Item{i}, 1)
		if column == "type" {
			pointErr = sumErr // rows of no known kind earn no points
		}
		for _, err := range []error{sumErr, taxErr, pointErr} {
			p, ok := problem.As(err)
			if !ok || p.Code != "order.item_invalid" || p.Args["column"] != column || p.Args["name"] != "品" {
				t.Errorf("%s: %#v", column, err)
			}
		}
	}
}

func TestAddPointsRefuses(t *testing.T) {
	t.Parallel()
	i := order.Item{Type: order.ItemPoint, Price: order.MaxYen, Quantity: 1, TaxDisplayType: order.TaxIncluded}
	if _, err := order.AddPoints([]order.Item{i}, 200); !problem.Is(err, "order.total_too_large") {
		t.Errorf("more points than the column holds: %v", err)
	}
	if _, err := order.AddPoints([]order.Item{i}, -1); !problem.Is(err, "order.item_invalid") {
		t.Errorf("a negative rate: %v", err)
	}
	if _, err := order.Sum([]order.Item{order.PointItem(math.MaxInt64, 2)}); !problem.Is(err, "order.item_invalid") {
		t.Errorf("points beyond any order: %v", err)
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for want, i := range map[string]order.Item{
		"サンド":         {Name: "サンド"},
		"サンド - 大":     {Name: "サンド", ClassCategoryName1: "大"},
		"サンド - 大 - 赤": {Name: "サンド", ClassCategoryName1: "大", ClassCategoryName2: "赤"},
	} {
		if got := i.Title(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for kind, want := range map[order.ItemType]string{0: "", order.ItemProduct: "商品", order.ItemPoint: "ポイント", order.ItemPoint + 1: "", 9: ""} {
		if got := kind.Name(); got != want {
			t.Errorf("kind %d is called %q", kind, got)
		}
	}
}

// TestTaxByRate: 2200 at 10 % and −500 at 8 %; 2200×10/110 = 200 and
// −500×8/108 = −37.03, rounded each way.
func TestTaxByRate(t *testing.T) {
	t.Parallel()
	for word, tax := range map[string]order.Yen{"r": -37, "d": -38, "u": -37} {
		items, err := order.Retax([]order.Item{
			staffItem(t, "p:2000x1@10"+word+":ex"), staffItem(t, "d:-500x1@8"+word+":in"),
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []order.RateTotal{{Rate: 8, Total: -500, Tax: tax}, {Rate: 10, Total: 2200, Tax: 200}}
		if diff := cmp.Diff(want, order.TaxByRate(items)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
	// nothing taxable but a discount that eats nothing
	if got := order.TaxByRate([]order.Item{order.PointItem(5, 1)}); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
