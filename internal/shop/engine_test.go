package shop

import (
	"context"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// TestEveryEngine walks from the list to a cleared cart on each engine.
func TestEveryEngine(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		b := setupOn(t, db)
		y := b.buyer()
		y.get("/").at("/", 200).has(".tile", 6)
		y.add("wan-yozakura", 5).at("/cart", 200).says(".messages", "販売制限").says("output", "2")
		b.exec("UPDATE dtb_base_info SET option_nostock_hidden = ?, delivery_free_amount = ?, delivery_free_quantity = ?", true, 50000, 100)
		y.get("/").has(".tile", 5)
		y.confirm().says(".shop-bar", "¥17,720")
		b.exec("UPDATE dtb_delivery_fee SET fee = 700")
		old, now, changed, err := b.shop.Recalculate(context.Background(), 1)
		if err != nil || old != 17720 || now != 17420 || !changed {
			t.Fatalf("Recalculate = %v, %v, %v, %v", old, now, changed, err)
		}
		y.get("/help/tradelaw").at("/help/tradelaw", 200)
		b.exec("UPDATE dtb_order SET order_status_id = ?", 6)
		y.get("/test/completed/1").at("/test/completed/1", 204)
		y.get("/cart").has(".line", 0)
		if n := b.number("SELECT COUNT(*) FROM dtb_cart"); n != 0 {
			t.Errorf("%d carts left", n)
		}
	}, dbtest.Catalogue)
}
