package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
)

func (s *Shop) orderer(t *testing.T, id order.ID) ledger.Orderer {
	t.Helper()
	w, err := s.Store.Orderer(context.Background(), id, s.Now())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// somewhere is another destination in 東京都.
func somewhere() order.Address {
	a := Destination()
	a.PostalCode, a.PrefID, a.Addr01, a.Addr02 = "1000001", 13, "千代田区", "千代田1-1"
	return a
}

func TestOrdererOfAGuest(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id := s.Order(Wanted{Edit: func(d *store.Draft) {
			first := d.Shippings[0]
			first.Address = somewhere()
			d.Shippings = []store.Shipping{first, d.Shippings[0]}
			d.Shippings[0].ID, d.Shippings[1].ID = -1, -2
		}})
		want := ledger.Orderer{
			FamilyName: "山田", GivenName: "太郎", FamilyKana: "ヤマダ", GivenKana: "タロウ", Tel: "0612345678", Email: "taro@example.com",
			PostalCode: "5300001", Pref: "27", Addr1: "大阪市北区", Addr2: "梅田2-4-9",
			ShipPostalCode: "1000001", ShipPref: "13", ShipAddr1: "千代田区", ShipAddr2: "千代田1-1",
		}
		if diff := cmp.Diff(want, s.orderer(t, id)); diff != "" {
			t.Error(diff)
		}
		s.Exec(`UPDATE dtb_order SET kana01 = NULL, kana02 = NULL, phone_number = NULL, email = NULL, postal_code = NULL, pref_id = NULL,
addr01 = NULL, addr02 = NULL WHERE id = ?`, int64(id))
		s.Exec("DELETE FROM dtb_shipping WHERE order_id = ?", int64(id))
		if diff := cmp.Diff(ledger.Orderer{FamilyName: "山田", GivenName: "太郎"}, s.orderer(t, id)); diff != "" {
			t.Error(diff)
		}
		if _, err := s.Store.Orderer(context.Background(), 999, s.Now()); !problem.Is(err, "order.unknown") {
			t.Errorf("no such order: %v", err)
		}
	})
}

// TestOrdererOfAMember looks back on orders of many dates and statuses.
func TestOrdererOfAMember(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		const day = 24 * time.Hour
		member := s.Member(0)
		joined := s.Now()
		umbrella, book := s.product("傘"), s.product("本")
		past := func(status order.Status, ago time.Duration, product int64, to order.Address) order.ID {
			id := s.Order(Wanted{Customer: member, Edit: func(d *store.Draft) {
				d.Shippings[0].Address = to
				d.Items = append(d.Items, order.Item{Type: order.ItemProduct, ProductID: product, Name: "商品", Quantity: 1, TaxType: order.Taxable, TaxDisplayType: order.TaxExcluded})
			}})
			at := database.At(s.Now().Add(-ago))
			s.Exec("UPDATE dtb_order SET order_status_id = ?, create_date = ? WHERE id = ?", int64(status), at, int64(id))
			if status != order.Pending && status != order.Processing {
				s.Exec("UPDATE dtb_order SET order_date = ? WHERE id = ?", at, int64(id))
			}
			return id
		}
		s.Advance(400 * day)
		now := s.Now()
		past(order.Delivered, 365*day+time.Second, umbrella, somewhere()) // older than a year
		past(order.Returned, 365*day, book, Destination())
		past(order.Delivered, 180*day+time.Second, umbrella, Destination())
		past(order.Paid, 180*day, umbrella, somewhere())
		past(order.New, 24*time.Hour+time.Second, umbrella, Destination())
		past(order.InProgress, 24*time.Hour, umbrella, Destination())
		past(order.Canceled, 50*day, book, Destination())
		past(order.Pending, time.Hour, book, Destination())
		past(order.Processing, time.Minute, book, Destination())
		s.Order(Wanted{Customer: s.Member(0)}) // somebody else's

		id := past(order.Pending, 0, umbrella, Destination())
		want := ledger.Member{
			ID: member, CreatedAt: joined, ChangedAt: joined, Purchases180Days: 3, Day: 3, Year: 8, ShippedToSince: now.Add(-365 * day), Reordered: true,
		}
		if diff := cmp.Diff(want, s.orderer(t, id).Member); diff != "" {
			t.Error(diff)
		}
		s.insert(`INSERT INTO dtb_customer_address (customer_id, name01, name02, create_date, update_date, discriminator_type)
VALUES (?, '山田', '太郎', ?, ?, 'customeraddress')`, member, database.At(joined), database.At(joined.Add(time.Hour)))
		if got := s.orderer(t, id).Member.ChangedAt; !got.Equal(joined.Add(time.Hour)) {
			t.Errorf("the address book changed, the member says %v", got)
		}
		s.Exec("UPDATE dtb_customer SET update_date = ? WHERE id = ?", database.At(joined.Add(2*time.Hour)), member)
		if got := s.orderer(t, id).Member.ChangedAt; !got.Equal(joined.Add(2 * time.Hour)) {
			t.Errorf("the member changed, and says %v", got)
		}
	})
}

// TestOrdererOfANewMember: only other orders count, placed ones where it matters.
func TestOrdererOfANewMember(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member, umbrella := s.Member(0), s.product("傘")
		make := func() order.ID {
			return s.Order(Wanted{Customer: member, Edit: func(d *store.Draft) {
				d.Items = append(d.Items, order.Item{Type: order.ItemProduct, ProductID: umbrella, Name: "傘", Quantity: 1, TaxType: order.Taxable, TaxDisplayType: order.TaxExcluded})
			}})
		}
		canceled, id := make(), make()
		s.Exec("UPDATE dtb_order SET order_status_id = 3, order_date = create_date WHERE id = ?", int64(canceled))
		s.Exec("UPDATE dtb_order SET order_status_id = 1, order_date = create_date WHERE id = ?", int64(id))
		want := ledger.Member{ID: member, CreatedAt: s.Now(), ChangedAt: s.Now(), Day: 1, Year: 1}
		if diff := cmp.Diff(want, s.orderer(t, id).Member); diff != "" {
			t.Error(diff)
		}
	})
}

// product makes a product and returns dtb_product.id.
func (s *Shop) product(name string) int64 {
	return s.Number("SELECT product_id FROM dtb_product_class WHERE id = ?", s.Unlimited(name))
}
