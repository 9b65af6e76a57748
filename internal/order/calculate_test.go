package order_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
	"kessai/internal/problem"
)

func TestTaxOfOneUnit(t *testing.T) {
	t.Parallel()
	for _, r := range readTable(t, "tax.txt", 40) {
		w := strings.Fields(r.text)
		tax, price := rule(w[1]+"~"+w[2]), order.Yen(number(w[0]))
		if got, want := order.TaxOn(price, tax.Rate, tax.Rounding, tax.Adjust), order.Yen(number(w[3])); got != want {
			t.Errorf("%s: 税抜 %s: %d, want %d", r.at, r.text, got, want)
		}
		if got, want := order.TaxIn(price, tax.Rate, tax.Rounding, tax.Adjust), order.Yen(number(w[4])); got != want {
			t.Errorf("%s: 税込 %s: %d, want %d", r.at, r.text, got, want)
		}
	}
}

var lineWord = regexp.MustCompile(`^([0-9]+)x([0-9]+)@([0-9]+[rdu](?:~[0-9]+)?)(?:\+([0-9]+))?(?:%([0-9]+))?(?:#([0-9]+))?$`)

// draft reads the left side of a row of orders.txt.
func draft(t *testing.T, text string) order.Draft {
	d := order.Draft{}
	var rest []string
	ships := map[int64]bool{}
	for _, w := range strings.Fields(text) {
		m := lineWord.FindStringSubmatch(w)
		if m == nil {
			rest = append(rest, w)
			continue
		}
		l := order.Line{
			Name: "品", ProductClassID: int64(len(d.Lines) + 1),
			Price: order.Yen(number(m[1])), Quantity: number(m[2]), Tax: rule(m[3]),
		}
		if m[4] != "" {
			l.DeliveryFee = order.Yen(number(m[4]))
		}
		if m[5] != "" {
			l.PointRate = order.PointPercent(number(m[5]))
		}
		if m[6] != "" {
			l.ShippingID = number(m[6])
		}
		if !ships[l.ShippingID] {
			ships[l.ShippingID] = true
			d.Shipments = append(d.Shipments, order.Shipment{ID: l.ShippingID, DeliveryID: 1, PrefID: 13})
		}
		d.Lines = append(d.Lines, l)
	}
	applyOptions(t, &d, options(rest))
	return d
}

func applyOptions(t *testing.T, d *order.Draft, o map[string]string) {
	d.Tax = rule("10r")
	d.Shop = order.Shop{Points: true, BasicPointRate: 1, PointConversionRate: 1}
	fee := order.Yen(0)
	for k, v := range o {
		switch k {
		case "fee":
			fee = order.Yen(number(v))
		case "charge":
			d.Payment = &order.Payment{Charge: order.Yen(number(v))}
		case "general":
			d.Tax = rule(v)
		case "freeamt":
			d.Shop.DeliveryFreeAmount = order.Yen(number(v))
		case "freeqty":
			d.Shop.DeliveryFreeQuantity = number(v)
		case "perproduct":
			d.Shop.PerProductDeliveryFee = true
		case "rate":
			d.Shop.BasicPointRate = number(v)
		case "nopoints":
			d.Shop.Points = false
		case "byrate":
			d.Shop.TaxByRate = true
		case "points":
			p := strings.Split(v, "/")
			d.UsePoint, d.Shop.PointConversionRate = number(p[0]), number(p[2])
			if p[1] != "guest" {
				d.Member = &order.Member{Points: number(p[1])}
			}
		default:
			t.Fatalf("unknown word %q", k)
		}
	}
	d.Fees = []order.DeliveryFee{{DeliveryID: 1, PrefID: 13, Fee: fee}, {DeliveryID: 1, PrefID: 14, Fee: fee + 1}, {DeliveryID: 2, PrefID: 13, Fee: fee + 2}}
}

func TestOrdersByHand(t *testing.T) {
	t.Parallel()
	for _, r := range readTable(t, "orders.txt", 55) {
		left, right, _ := strings.Cut(r.text, "->")
		got, items, err := order.Calculate(draft(t, left))
		if err != nil {
			t.Errorf("%s: %v", r.at, err)
			continue
		}
		if diff := cmp.Diff(wantTotals(t, right), got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", r.at, r.text, diff)
		}
		sum, err := order.Sum(items)
		if err != nil || sum.Total != got.Total || sum.Discount != got.Discount {
			t.Errorf("%s: the rows add up to %+v (%v)", r.at, sum, err)
		}
	}
}

var staffWord = regexp.MustCompile(`^([pfcdxt]):(-?[0-9]+)x([0-9]+)@([0-9]+[rdu]):(ex|in|no)$`)

func staffItem(t *testing.T, w string) order.Item {
	m := staffWord.FindStringSubmatch(w)
	if m == nil {
		t.Fatalf("row %q", w)
	}
	tax := rule(m[4])
	i := order.Item{
		Type:  order.ItemType(strings.Index("pfcdxt", m[1]) + 1),
		Price: order.Yen(number(m[2])), Quantity: number(m[3]),
		TaxType: order.Taxable, TaxDisplayType: order.TaxIncluded,
		TaxRate: tax.Rate, RoundingType: tax.Rounding,
	}
	if m[5] == "ex" {
		i.TaxDisplayType = order.TaxExcluded
	}
	if m[5] == "no" {
		i.TaxType = order.NonTaxable
	}
	return i
}

func TestStaffRowsByHand(t *testing.T) {
	t.Parallel()
	for _, r := range readTable(t, "staff.txt", 20) {
		left, right, _ := strings.Cut(r.text, "->")
		var items []order.Item
		for _, w := range strings.Fields(left) {
			items = append(items, staffItem(t, w))
		}
		var got order.Totals
		items, err := order.Retax(items)
		if err == nil {
			got, err = order.Sum(items)
		}
		if code, wanted := strings.CutPrefix(strings.TrimSpace(right), "error="); wanted {
			if !problem.Is(err, code) {
				t.Errorf("%s: %v, want %s", r.at, err, code)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", r.at, err)
		} else if diff := cmp.Diff(wantTotals(t, right), got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", r.at, r.text, diff)
		}
	}
}

// TestRowsOfAnOrder pins the rows themselves: their order and what EC-CUBE finds
// them by (eccube.md §4.3).
func TestRowsOfAnOrder(t *testing.T) {
	t.Parallel()
	d := draft(t, "2800x1@10r fee=1000 charge=330 freeamt=3000 points=100/500/1")
	_, got, err := order.Calculate(d)
	if err != nil {
		t.Fatal(err)
	}
	one := order.PointPercent(1)
	want := []order.Item{
		{Type: order.ItemProduct, ProductClassID: 1, Name: "品", Price: 2800, Quantity: 1, Tax: 280, TaxRate: 10,
			TaxType: order.Taxable, TaxDisplayType: order.TaxExcluded, RoundingType: order.RoundHalfUp, PointRate: one},
		{Type: order.ItemCharge, Name: "手数料", Price: 330, Quantity: 1, Tax: 30, TaxRate: 10, PointRate: one,
			TaxType: order.Taxable, TaxDisplayType: order.TaxIncluded, RoundingType: order.RoundHalfUp,
			Processor: `Eccube\Service\PurchaseFlow\Processor\PaymentChargePreprocessor`},
		{Type: order.ItemDeliveryFee, Name: "送料", Price: 1000, Quantity: 0, Tax: 91, TaxRate: 10, PointRate: one,
			TaxType: order.Taxable, TaxDisplayType: order.TaxIncluded, RoundingType: order.RoundHalfUp,
			Processor: `Eccube\Service\PurchaseFlow\Processor\DeliveryFeePreprocessor`},
		{Type: order.ItemPoint, Name: "ポイント", Price: -100, Quantity: 1,
			TaxType: order.NonTaxable, TaxDisplayType: order.TaxIncluded,
			Processor: `Eccube\Service\PurchaseFlow\Processor\PointProcessor`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
