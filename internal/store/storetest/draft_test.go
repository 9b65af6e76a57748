package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
)

// fullDraft fills every field that pages write.
func (s *Shop) fullDraft() store.Draft {
	class, member := s.Class("傘", 10), s.Member(500)
	return s.Draft(Wanted{
		Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}, Customer: member, UsePoint: 100,
		Edit: func(d *store.Draft) {
			d.SexID, d.JobID, d.Birth, d.Device, d.Message = 1, 2, time.Date(1990, 5, 3, 15, 0, 0, 0, time.UTC), store.Mobile, "急ぎません。"
			d.Buyer.CompanyName = "株式会社カワウソ"
			d.Items[0].ClassName1, d.Items[0].ClassCategoryName1 = "色", "紺"
			d.Items = append(d.Items,
				order.Item{Type: order.ItemDeliveryFee, Name: "送料", Price: 1000, Quantity: 1, Tax: 91, TaxRate: 10, TaxType: order.Taxable,
					TaxDisplayType: order.TaxIncluded, RoundingType: 1, Processor: order.ProcessorDeliveryFee},
				order.Item{Type: order.ItemCharge, Name: "手数料", Quantity: 1, TaxRate: 10, TaxType: order.Taxable,
					TaxDisplayType: order.TaxIncluded, RoundingType: 1, Processor: order.ProcessorCharge})
			d.Totals = order.Totals{Subtotal: 2200, Discount: 100, DeliveryFeeTotal: 1000, Tax: 291, Total: 3100, PaymentTotal: 3100, AddPoint: 19, UsePoint: 100}
			d.Shippings[0].TimeID, d.Shippings[0].Time, d.Shippings[0].Date = 1, "午前", time.Date(2026, 4, 9, 15, 0, 0, 0, time.UTC)
		},
	})
}

func (s *Shop) load(t *testing.T, id order.ID) store.Draft {
	t.Helper()
	d, err := s.Drafts.LoadByID(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// unnumbered ignores what the engine numbers.
func unnumbered() cmp.Options {
	return cmp.Options{cmpopts.IgnoreFields(order.Item{}, "ID", "ShippingID"), cmpopts.IgnoreFields(store.Shipping{}, "ID")}
}

func TestDraftsComeBack(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		want := s.fullDraft()
		id := s.Order(Wanted{Edit: func(d *store.Draft) { *d = want }})
		got, err := s.Drafts.Load(context.Background(), want.PreOrderID)
		if err != nil {
			t.Fatal(err)
		}
		want.ID, want.No, want.Status = id, id.String(), order.Processing
		if diff := cmp.Diff(want, got, unnumbered()); diff != "" {
			t.Error(diff)
		}
		for _, i := range got.Items { // products and fees belong to the destination, the others to none
			if belongs := i.ShippingID == got.Shippings[0].ID; belongs != (i.IsProduct() || i.Type == order.ItemDeliveryFee) {
				t.Errorf("%s: shipping %d", i.Name, i.ShippingID)
			}
		}
		view, err := s.Reader.Order(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(store.OrderView{Draft: got, CreatedAt: s.Now(), UpdatedAt: s.Now()}, view); diff != "" {
			t.Error(diff)
		}
	})
}

// TestDraftsAreEccubesRows looks at the columns EC-CUBE needs and nobody reads back.
func TestDraftsAreEccubesRows(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		d := s.fullDraft()
		id := s.Order(Wanted{Edit: func(x *store.Draft) { *x = d }})
		for _, q := range []string{
			"SELECT COUNT(*) FROM dtb_order WHERE id = ? AND discriminator_type = 'order' AND currency_code = 'JPY' AND create_date = update_date AND order_date IS NULL",
			"SELECT COUNT(*) FROM dtb_shipping WHERE order_id = ? AND discriminator_type = 'shipping' AND create_date = update_date AND sort_no IS NULL",
			"SELECT COUNT(*) FROM dtb_order_item WHERE order_id = ? AND order_item_type_id = 6 AND discriminator_type = 'orderitem' AND currency_code = 'JPY' AND product_class_id IS NULL AND shipping_id IS NULL AND rounding_type_id IS NULL AND price = -100",
			"SELECT COUNT(*) FROM dtb_order_item WHERE order_id = ? AND order_item_type_id = 1 AND discriminator_type = 'orderitem' AND processor_name IS NULL AND point_rate = 1",
		} {
			if n := s.Number(q, int64(id)); n != 1 {
				t.Errorf("%d rows: %s", n, q)
			}
		}
	})
}

func TestSavedDrafts(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id := s.Order(Wanted{Edit: func(d *store.Draft) { *d = s.fullDraft() }})
		d := s.load(t, id)
		s.Advance(time.Hour)
		if err := s.Drafts.Save(ctx, d); err != nil {
			t.Fatal(err)
		}
		updated := func() bool { return s.Number("SELECT COUNT(*) FROM dtb_order WHERE update_date > create_date") == 1 }
		if updated() {
			t.Error("saving the same changed the update date")
		}
		d.Message, d.PaymentRow, d.PaymentName = "", 4, "代金引換"
		d.Shippings[0].Address.Addr02, d.Shippings[0].Time = "梅田9-9", "午後"
		kept := d.Items[0].ID
		d.Items[0].Quantity = 3
		d.Items = append(d.Items[:2:2], order.Item{Type: order.ItemCharge, Name: "手数料", Price: 330, Quantity: 1, TaxRate: 10, Tax: 30, TaxType: order.Taxable,
			TaxDisplayType: order.TaxIncluded, RoundingType: 1, Processor: order.ProcessorCharge})
		d.Totals.Charge, d.Totals.Total, d.Totals.PaymentTotal = 330, 3430, 3430
		d.PreOrderID, d.No = "something else", "something else" // not a page's to change
		if err := s.Drafts.Save(ctx, d); err != nil {
			t.Fatal(err)
		}
		got := s.load(t, id)
		d.PreOrderID, d.No = got.PreOrderID, id.String()
		if diff := cmp.Diff(d, got, unnumbered()); diff != "" || got.PreOrderID == "something else" {
			t.Error(diff)
		}
		if got.Items[0].ID != kept || len(got.Items) != 3 || !updated() {
			t.Errorf("items %v, updated %v", got.Items, updated())
		}

		// A second destination, named by a number of the page's own.
		second := got.Shippings[0]
		second.ID = -1
		got.Shippings = append(got.Shippings, second)
		got.Items[0].ShippingID = -1
		if err := s.Drafts.Save(ctx, got); err != nil {
			t.Fatal(err)
		}
		got = s.load(t, id)
		if len(got.Shippings) != 2 || got.Items[0].ShippingID != got.Shippings[1].ID {
			t.Fatalf("%+v", got.Shippings)
		}
		got.Items[0].ShippingID = got.Shippings[0].ID
		got.Shippings = got.Shippings[:1]
		if err := s.Drafts.Save(ctx, got); err != nil {
			t.Fatal(err)
		}
		if got = s.load(t, id); len(got.Shippings) != 1 {
			t.Errorf("%+v", got.Shippings)
		}
	})
}

func TestDraftsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		d := s.fullDraft()
		id := s.Order(Wanted{Edit: func(x *store.Draft) { *x = d }})
		if _, err := s.Drafts.Create(ctx, d); !problem.Is(err, "order.draft_exists") {
			t.Errorf("taken pre_order_id: %v", err)
		}
		if _, err := s.Drafts.Create(ctx, store.Draft{}); err == nil {
			t.Error("no pre_order_id: no error")
		}
		if _, err := s.Drafts.Load(ctx, "nobody's"); !problem.Is(err, "order.unknown") {
			t.Errorf("unknown: %v", err)
		}
		if err := s.Drafts.Save(ctx, store.Draft{ID: 999}); !problem.Is(err, "order.unknown") {
			t.Errorf("saving an unknown one: %v", err)
		}
		for code, edit := range map[string]func(*store.Draft){
			"order.item_unknown":     func(d *store.Draft) { d.Items[0].ID = 9999 },
			"order.shipping_unknown": func(d *store.Draft) { d.Items[0].ShippingID = 9999 },
		} {
			bad := s.load(t, id)
			edit(&bad)
			if err := s.Drafts.Save(ctx, bad); !problem.Is(err, code) {
				t.Errorf("%s: %v", code, err)
			}
		}
		loaded := s.load(t, id)
		for _, status := range []order.Status{order.Pending, order.New, order.Canceled} {
			s.update(t, id, func(l *ledger.Ledger) { l.Order.Status = status })
			if err := s.Drafts.Save(ctx, loaded); !problem.Is(err, "order.not_draft") || problem.CategoryOf(err) != problem.NotNow {
				t.Errorf("in %v: %v", status, err)
			}
		}
	})
}
