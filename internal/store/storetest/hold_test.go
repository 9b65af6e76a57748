package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// approving is a centre that says yes to everything.
type approving struct{}

func (approving) Execute(_ context.Context, c ledger.Command) ledger.Answer {
	return ledger.Answer{Outcome: ledger.Success, PaymentID: "8" + c.TradingID}
}
func (approving) Inquire(context.Context, ledger.Inquiry) ledger.Finding {
	return ledger.Finding{Kind: ledger.NoAnswer}
}

// service runs real decisions on the shop's store.
func (s *Shop) service(t *testing.T) *ledger.Service {
	t.Helper()
	policy := ledger.Policy{
		Version: 1, Environment: payment.Simulator, MerchantID: "12345", TelegramTimeout: 30 * time.Second,
		Confirm: ledger.ConfirmRisky, PaymentClasses: []string{"10"},
	}
	return ledger.New(ledger.Deps{
		Store: s.Store, Gateway: approving{}, Now: s.Now, Rand: rand.Reader, Node: "node1", Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Policy: func(context.Context) (ledger.Policy, error) { return policy, nil },
	})
}

func (s *Shop) authorize(t *testing.T, id order.ID) error {
	t.Helper()
	_, err := s.service(t).Begin(context.Background(), ledger.Begin{
		Order: id, Amount: s.view(t, id).Order.Total, PaymentClass: "10", Actor: ledger.Buyer, Key: s.ID(),
	})
	return err
}

// expect compares both stock columns.
func (s *Shop) expect(t *testing.T, class, want int64) {
	t.Helper()
	if a, b := s.Stock(class); a != want || b != want {
		t.Errorf("stock of class %d: %d in dtb_product_stock, %d in dtb_product_class, want %d", class, a, b, want)
	}
}

// TestGoodsAreReadWhenAsked runs the real decision that needs them.
func TestGoodsAreReadWhenAsked(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		umbrella, book, air := s.Class("傘", 10), s.Class("本", 5), s.Unlimited("空気")
		member := s.Member(500)
		id := s.Order(Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{
			{ProductClassID: book, Quantity: 1}, {ProductClassID: umbrella, Quantity: 2}, {ProductClassID: air, Quantity: 9}, {ProductClassID: book, Quantity: 3},
		}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		l := s.view(t, id)
		if l.Hold == nil || l.Hold.State != ledger.Committed || len(l.Hold.Movements) != 2 || l.Hold.Points != 100 {
			t.Fatalf("hold %+v", l.Hold)
		}
		s.expect(t, umbrella, 8)
		s.expect(t, book, 1)
		if got := s.Points(member); got != 400 {
			t.Errorf("points %d", got)
		}
		if s.Number("SELECT COUNT(*) FROM dtb_product_class WHERE stock IS NULL AND id = ?", air) != 1 {
			t.Error("the unlimited class got a number")
		}
		if l.Order.Status != order.New || s.Number("SELECT buy_times FROM dtb_customer WHERE id = ?", member) != 1 ||
			s.Number("SELECT buy_total FROM dtb_customer WHERE id = ?", member) != int64(l.Order.Total) ||
			s.Number("SELECT COUNT(*) FROM dtb_customer WHERE first_buy_date = last_buy_date AND id = ?", member) != 1 {
			t.Errorf("the purchase does not count: %v", l.Order.Status)
		}
		s.update(t, id, func(l *ledger.Ledger) { s.release(l); l.Order.Status = order.Canceled })
		s.expect(t, umbrella, 10)
		s.expect(t, book, 5)
		if got := s.Points(member); got != 500 {
			t.Errorf("points %d after the release", got)
		}
		if n := s.Number("SELECT COUNT(*) FROM dtb_customer WHERE buy_times = 0 AND buy_total = 0 AND first_buy_date IS NULL AND id = ?", member); n != 1 {
			t.Error("a cancelled order still counts as a purchase")
		}
	})
}

func TestShortGoods(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		umbrella, member := s.Class("傘", 1), s.Member(50)
		gone := s.Class("幻", 3)
		lost := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: gone, Quantity: 1}}})
		s.Exec("DELETE FROM dtb_product_stock WHERE product_class_id = ?", gone)
		for _, c := range []struct {
			code string
			id   order.ID
		}{
			{"stock.short", s.Order(Wanted{Lines: []order.Movement{{ProductClassID: umbrella, Quantity: 2}}})},
			{"point.short", s.Order(Wanted{Lines: []order.Movement{{ProductClassID: umbrella, Quantity: 1}}, Customer: member, UsePoint: 60})},
			{"stock.gone", lost},
		} {
			if err := s.authorize(t, c.id); !problem.Is(err, c.code) {
				t.Errorf("%s: %v", c.code, err)
			}
			if l := s.view(t, c.id); l.Version != 0 || l.Order.Status != order.Processing {
				t.Errorf("%s left a trace: %+v", c.code, l)
			}
		}
		s.expect(t, umbrella, 1)
	})
}

// TestReleasedTwice shows that the second release finds nothing to give back.
func TestReleasedTwice(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class := s.Class("傘", 10)
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 4}}})
		s.update(t, id, func(l *ledger.Ledger) { s.take(l, 0, order.Movement{ProductClassID: class, Quantity: 4}) })
		s.expect(t, class, 6)
		s.update(t, id, s.release)
		s.update(t, id, s.release)
		s.expect(t, class, 10)
		s.update(t, id, func(l *ledger.Ledger) { s.take(l, 0, order.Movement{ProductClassID: class, Quantity: 1}) })
		if l := s.view(t, id); l.Hold == nil || l.Hold.State != ledger.Held {
			t.Errorf("hold %+v", l.Hold)
		}
		// A second one beside the first cannot be: it would take its place.
		s.update(t, id, func(l *ledger.Ledger) { s.take(l, 0, order.Movement{ProductClassID: class, Quantity: 1}) })
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_hold WHERE open_key IS NOT NULL"); n != 1 {
			t.Errorf("%d unreleased holds", n)
		}
	})
}

// TestGoodsThatAreGone shows that a consequence that cannot be written becomes an
// alert and undoes nothing (money.md §2).
func TestGoodsThatAreGone(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		kept, lost, member := s.Class("傘", 10), s.Class("本", 10), s.Member(500)
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: kept, Quantity: 1}, {ProductClassID: lost, Quantity: 1}}, Customer: member, UsePoint: 100})
		ms := []order.Movement{{ProductClassID: kept, Quantity: 1}, {ProductClassID: lost, Quantity: 1}}
		s.update(t, id, func(l *ledger.Ledger) { s.take(l, 100, ms...); s.note(l, ledger.EventHeld) })
		s.Exec("DELETE FROM dtb_product_stock WHERE product_class_id = ?", lost)
		want := int64(1)
		if s.loseMember(t, member) {
			want = 2
		}
		s.update(t, id, func(l *ledger.Ledger) {
			s.release(l)
			l.Order.Status = order.Canceled
			s.note(l, ledger.EventReleased)
		})
		s.expect(t, kept, 10)
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE kind = 'goods_missing' AND closed_at IS NULL AND order_id = ?", int64(id)); n != want {
			t.Errorf("%d alerts, want %d", n, want)
		}
		if l := s.view(t, id); l.Hold != nil || l.Order.Status != order.Canceled || l.EventSeq != 2+want {
			t.Errorf("hold %v, status %v, events %d", l.Hold, l.Order.Status, l.EventSeq)
		}
		s.noGaps(t, id)
	})
}

// loseMember deletes a customer whom an order still names, where the engine can be
// told to look away, as EC-CUBE 4.0 on SQLite always does.
func (s *Shop) loseMember(t *testing.T, member int64) bool {
	t.Helper()
	if s.DB.Engine() != database.MySQL {
		return false
	}
	err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		for _, q := range []string{"SET foreign_key_checks = 0", fmt.Sprintf("DELETE FROM dtb_customer WHERE id = %d", member), "SET foreign_key_checks = 1"} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return true
}

// TestStockIsKept takes, commits and releases at random: what is in stock and what
// unreleased holds say always add up.
func TestStockIsKept(t *testing.T) {
	t.Parallel()
	s := New(t, dbtest.SQLite(t))
	const stock = 1000
	classes := []int64{s.Class("傘", stock), s.Class("本", stock), s.Class("靴", stock)}
	member := s.Member(stock)
	rapid.Check(t, func(rt *rapid.T) {
		ids := make([]order.ID, rapid.IntRange(1, 3).Draw(rt, "orders"))
		for i := range ids {
			ids[i] = s.Order(Wanted{Customer: member})
		}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			id := rapid.SampledFrom(ids).Draw(rt, "order")
			step(rt, s, id, classes)
			s.adds(rt, classes, member, stock)
		}
		for _, id := range ids { // the next round begins with everything at home
			if err := s.try(id, s.release); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func step(rt *rapid.T, s *Shop, id order.ID, classes []int64) {
	var ms []order.Movement
	for _, c := range classes {
		if n := rapid.Int64Range(0, 3).Draw(rt, "quantity"); n > 0 {
			ms = append(ms, order.Movement{ProductClassID: c, Quantity: n})
		}
	}
	points := rapid.Int64Range(0, 5).Draw(rt, "points")
	action := rapid.SampledFrom([]string{"take", "commit", "release", "again", "fail"}).Draw(rt, "action")
	err := s.Store.Update(context.Background(), id, func(l *ledger.Ledger) error {
		switch action {
		case "take":
			if l.Hold == nil {
				s.take(l, points, ms...)
			}
		case "commit":
			if l.Hold != nil {
				l.Hold.State, l.Hold.CommittedAt = ledger.Committed, s.Now()
			}
		case "release":
			s.release(l)
		case "again": // released and taken again in one decision
			s.release(l)
			s.take(l, points, ms...)
		case "fail":
			s.take(l, points, ms...)
			return problem.New(problem.NotNow, "test.refused", nil)
		}
		return nil
	})
	if err != nil && !problem.Is(err, "test.refused") {
		rt.Fatal(err)
	}
}

// adds checks the invariant of money.md §11.
func (s *Shop) adds(rt *rapid.T, classes []int64, member, stock int64) {
	held, points := map[int64]int64{}, int64(0)
	ids, err := database.List(context.Background(), s.DB.Read(), database.Scalar[int64], "SELECT open_key FROM plg_kessai_hold WHERE open_key IS NOT NULL")
	if err != nil {
		rt.Fatal(err)
	}
	for _, id := range ids {
		l, err := s.Store.View(context.Background(), order.ID(id))
		if err != nil {
			rt.Fatal(err)
		}
		points += l.Hold.Points
		for _, m := range l.Hold.Movements {
			held[m.ProductClassID] += m.Quantity
		}
	}
	for _, c := range classes {
		if a, b := s.Stock(c); a != b || a+held[c] != stock {
			rt.Fatalf("class %d: %d and %d in stock, %d held", c, a, b, held[c])
		}
	}
	if got := s.Points(member); got+points != stock {
		rt.Fatalf("%d points, %d held", got, points)
	}
}
