package storetest

import (
	"context"
	"os"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
)

// TestRealShops works on databases that EC-CUBE itself made, of each version.
func TestRealShops(t *testing.T) {
	t.Parallel()
	if os.Getenv("KESSAI_TEST_ECCUBE") == "" {
		t.Skip("NOT TESTED on EC-CUBE's own databases: KESSAI_TEST_ECCUBE is not set")
	}
	for _, engine := range database.Engines() {
		for _, version := range []string{"4.0", "4.1", "4.2"} {
			t.Run(string(engine)+"/"+version, func(t *testing.T) {
				db := dbtest.On(t, engine, dbtest.Blank)
				dbtest.LoadDump(t, db, version)
				if _, err := database.Migrate(context.Background(), db, database.MigrateOptions{Host: database.Attached, Now: dbtest.Now}); err != nil {
					t.Fatal(err)
				}
				attached(t, New(t, db))
			})
		}
	}
}

func attached(t *testing.T, s *Shop) {
	ctx := context.Background()
	page, err := s.Reader.Search(ctx, store.Filter{Scope: store.AllOrders})
	if err != nil || page.Count == 0 {
		t.Fatalf("%d orders, %v", page.Count, err)
	}
	for _, row := range page.Rows {
		v, err := s.Reader.Order(ctx, row.ID)
		if err != nil || v.No != row.No || len(v.Items) == 0 || len(v.Shippings) == 0 || v.OrderDate.IsZero() {
			t.Errorf("order %d: %+v, %v", row.ID, v, err)
		}
	}
	if found := s.found(t, store.Filter{Scope: store.AllOrders, Keyword: "山田太郎"}); len(found) == 0 {
		t.Error("nobody is called 山田太郎")
	}

	class := s.Number("SELECT MIN(id) FROM dtb_product_class WHERE product_code = 'sand-01'")
	before, _ := s.Stock(class)
	id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
	if err := s.authorize(t, id); err != nil {
		t.Fatal(err)
	}
	s.expect(t, class, before-2)
	s.Advance(time.Minute)
	s.update(t, id, func(l *ledger.Ledger) {
		s.release(l)
		l.Order.Status = order.Canceled
		l.Payments[0].Phase, l.Payments[0].End = payment.Ended, payment.Canceled
	})
	s.expect(t, class, before)
	if got := s.found(t, store.Filter{}); len(got) != 1 || got[0] != id {
		t.Errorf("payments of ours: %v", got)
	}
}

// TestThePluginsTelegrams: in a shop that ran the original plugin its column tells for which
// orders it has sent telegrams.
func TestThePluginsTelegrams(t *testing.T) {
	t.Parallel()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			db := dbtest.On(t, engine, dbtest.Blank)
			dbtest.LoadDump(t, db, "4.0-paygent1.4.1")
			if _, err := database.Migrate(context.Background(), db, database.MigrateOptions{Host: database.Attached, Now: dbtest.Now}); err != nil {
				t.Fatal(err)
			}
			s := New(t, db)
			sent, other := s.Order(Wanted{}), s.Order(Wanted{})
			s.Exec("UPDATE dtb_order SET paygent_code = 'PaygentPayment' WHERE id = ?", int64(sent))
			for id, want := range map[order.ID]bool{sent: true, other: false} {
				if o, err := s.Store.Origin(context.Background(), id); err != nil || o.Plugin != want || o.CreatedAt.IsZero() {
					t.Errorf("%+v, %v", o, err)
				}
			}
		})
	}
}

// TestThePluginsOrders finds the orders of a shop that ran the original plugin,
// though kessai knows no payment of them.
func TestThePluginsOrders(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t, dbtest.Blank)
	dbtest.LoadDump(t, db, "4.0-paygent1.4.1")
	if _, err := database.Migrate(context.Background(), db, database.MigrateOptions{Host: database.Attached, Now: dbtest.Now}); err != nil {
		t.Fatal(err)
	}
	page, err := store.NewReader(db).Search(context.Background(), store.Filter{})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ID != 3 || page.Rows[0].PaymentMethod != "ペイジェントコンビニ(番号方式)" || page.Rows[0].Payment != nil {
		t.Errorf("%+v, %v", page, err)
	}
}
