package order_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kessai/internal/order"
)

// TestRealOrders recomputes every order in every dump, to the yen: the stored
// rows add up to the stored columns, each row's tax is what its own rate says,
// and products, fee, charge and points bought anew make the same rows and totals.
func TestRealOrders(t *testing.T) {
	t.Parallel()
	for _, file := range dumpFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			d := readDump(t, file)
			if len(d["dtb_order"]) == 0 && strings.Contains(file, "with-orders") {
				t.Fatal("the dump should hold orders, and none was read")
			}
			for _, o := range d["dtb_order"] {
				t.Run("order "+o["id"], func(t *testing.T) { checkRealOrder(t, d, o) })
			}
			t.Logf("%d orders recomputed", len(d["dtb_order"]))
		})
	}
}

// TestRealMasterData compares our names with those in every dump.
func TestRealMasterData(t *testing.T) {
	t.Parallel()
	names := map[string]func(id int64) string{
		"mtb_order_status":          func(id int64) string { return order.Status(id).Name() },
		"mtb_customer_order_status": func(id int64) string { return order.Status(id).CustomerName() },
		"mtb_order_status_color":    func(id int64) string { return order.Status(id).Color() },
		"mtb_order_item_type":       func(id int64) string { return order.ItemType(id).Name() },
		"mtb_pref":                  order.PrefName,
	}
	compared := 0
	for _, file := range dumpFiles(t) {
		d := readDump(t, file)
		for table, name := range names {
			for _, r := range d[table] {
				if got := name(r.number(t, "id")); got != r["name"] {
					t.Errorf("%s %s %s: %q, the shop says %q", filepath.Base(file), table, r["id"], got, r["name"])
				}
				compared++
			}
		}
	}
	if compared < 47 {
		t.Errorf("only %d names were compared", compared)
	}
}

func checkRealOrder(t *testing.T, d dump, o row) {
	stored, items := storedTotals(t, o), storedItems(t, d, o["id"])
	if len(items) == 0 {
		t.Fatal("no items read")
	}
	sum, err := order.Sum(items)
	if err != nil {
		t.Fatal(err)
	}
	sum.UsePoint = stored.UsePoint
	if o["customer_id"] != "" {
		if sum.AddPoint, err = order.AddPoints(items, d["dtb_base_info"][0].number(t, "basic_point_rate")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(stored, sum); diff != "" {
		t.Errorf("sums of the stored rows (-stored +computed):\n%s", diff)
	}
	retaxed, err := order.Retax(items)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(items, retaxed); diff != "" {
		t.Errorf("tax of the stored rows (-stored +computed):\n%s", diff)
	}

	totals, made, err := order.Calculate(draftOf(t, d, o, items))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(stored, totals); diff != "" {
		t.Errorf("totals bought anew (-stored +computed):\n%s", diff)
	}
	if diff := cmp.Diff(items, made, cmpopts.IgnoreFields(order.Item{}, "ID", "PointRate")); diff != "" {
		t.Errorf("rows bought anew (-stored +computed):\n%s", diff)
	}
}

func storedTotals(t *testing.T, o row) order.Totals {
	yen := func(column string) order.Yen { return order.Yen(o.number(t, column)) }
	return order.Totals{
		Subtotal: yen("subtotal"), Discount: yen("discount"), DeliveryFeeTotal: yen("delivery_fee_total"),
		Charge: yen("charge"), Tax: yen("tax"), Total: yen("total"), PaymentTotal: yen("payment_total"),
		AddPoint: o.number(t, "add_point"), UsePoint: o.number(t, "use_point"),
	}
}

// storedItems are an order's rows by id, whatever order the engine dumped them in.
func storedItems(t *testing.T, d dump, orderID string) []order.Item {
	var out []order.Item
	for _, r := range d["dtb_order_item"] {
		if r["order_id"] == orderID {
			out = append(out, storedItem(t, r))
		}
	}
	slices.SortFunc(out, func(a, b order.Item) int { return int(a.ID - b.ID) })
	return out
}

func storedItem(t *testing.T, r row) order.Item {
	i := order.Item{
		ID: r.number(t, "id"), Type: order.ItemType(r.number(t, "order_item_type_id")),
		ProductID: r.number(t, "product_id"), ProductClassID: r.number(t, "product_class_id"),
		ShippingID: r.number(t, "shipping_id"),
		Name:       r["product_name"], Code: r["product_code"], ClassName1: r["class_name1"], ClassName2: r["class_name2"],
		ClassCategoryName1: r["class_category_name1"], ClassCategoryName2: r["class_category_name2"],
		Price: order.Yen(r.number(t, "price")), Quantity: r.number(t, "quantity"),
		Tax: order.Yen(r.number(t, "tax")), TaxRate: r.number(t, "tax_rate"), TaxAdjust: order.Yen(r.number(t, "tax_adjust")),
		TaxType: order.TaxType(r.number(t, "tax_type_id")), TaxDisplayType: order.DisplayType(r.number(t, "tax_display_type_id")),
		RoundingType: order.Rounding(r.number(t, "rounding_type_id")), Processor: r["processor_name"],
	}
	if _, set := r["point_rate"]; set {
		i.PointRate = order.PointPercent(r.number(t, "point_rate"))
	}
	return i
}

// draftOf puts the order together from what the shop's tables say, not from the
// amounts that the order stored.
func draftOf(t *testing.T, d dump, o row, items []order.Item) order.Draft {
	base := d["dtb_base_info"][0]
	draft := order.Draft{
		Shop: order.Shop{
			PerProductDeliveryFee: base.number(t, "option_product_delivery_fee") == 1,
			DeliveryFreeAmount:    order.Yen(base.number(t, "delivery_free_amount")),
			DeliveryFreeQuantity:  base.number(t, "delivery_free_quantity"),
			Points:                base.number(t, "option_point") == 1,
			BasicPointRate:        base.number(t, "basic_point_rate"),
			PointConversionRate:   base.number(t, "point_conversion_rate"),
		},
		Tax:      ruleFor(t, d, 0),
		UsePoint: o.number(t, "use_point"),
	}
	if o["customer_id"] != "" {
		draft.Member = &order.Member{Points: draft.UsePoint}
	}
	for _, r := range d["dtb_payment"] {
		if r["id"] == o["payment_id"] {
			draft.Payment = &order.Payment{ID: r.number(t, "id"), Charge: order.Yen(r.number(t, "charge"))}
		}
	}
	for _, r := range d["dtb_shipping"] {
		if r["order_id"] == o["id"] {
			draft.Shipments = append(draft.Shipments, order.Shipment{
				ID: r.number(t, "id"), DeliveryID: r.number(t, "delivery_id"), PrefID: r.number(t, "pref_id"),
			})
		}
	}
	for _, r := range d["dtb_delivery_fee"] {
		draft.Fees = append(draft.Fees, order.DeliveryFee{
			DeliveryID: r.number(t, "delivery_id"), PrefID: r.number(t, "pref_id"), Fee: order.Yen(r.number(t, "fee")),
		})
	}
	for _, i := range items {
		if i.IsProduct() {
			draft.Lines = append(draft.Lines, lineOf(t, d, i))
		}
	}
	return draft
}

func lineOf(t *testing.T, d dump, i order.Item) order.Line {
	for _, r := range d["dtb_product_class"] {
		if r.number(t, "id") == i.ProductClassID {
			return order.Line{
				ShippingID: i.ShippingID, ProductID: i.ProductID, ProductClassID: i.ProductClassID,
				Name: i.Name, Code: r["product_code"], Quantity: i.Quantity,
				Price: order.Yen(r.number(t, "price02")), DeliveryFee: order.Yen(r.number(t, "delivery_fee")),
				Tax: ruleFor(t, d, i.ProductClassID),
			}
		}
	}
	t.Fatalf("product class %d is not in the dump", i.ProductClassID)
	return order.Line{}
}

func ruleFor(t *testing.T, d dump, class int64) order.TaxRule {
	var rules []order.TaxRule
	for _, r := range d["dtb_tax_rule"] {
		applies, err := time.Parse("2006-01-02 15:04:05", applyDate(r["apply_date"]))
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, order.TaxRule{
			ID: r.number(t, "id"), ProductID: r.number(t, "product_id"), ProductClassID: r.number(t, "product_class_id"),
			PrefID: r.number(t, "pref_id"), CountryID: r.number(t, "country_id"), Rate: r.number(t, "tax_rate"),
			Adjust: order.Yen(r.number(t, "tax_adjust")), Rounding: order.Rounding(r.number(t, "rounding_type_id")),
			ApplyDate: applies,
		})
	}
	rule, err := order.ChooseTaxRule(rules, order.TaxFor{
		ProductClassID: class, Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

// applyDate is the date and time alone; PostgreSQL adds "+00", SQLite's driver a "T" and a "Z".
func applyDate(s string) string {
	return strings.Replace(s[:len("2006-01-02 15:04:05")], "T", " ", 1)
}
