package shop

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kessai/internal/order"
)

func TestCart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.get("/cart").at("/cart", 200).says(".empty", "現在カート内に商品はございません。").has(".empty a[href='/']", 1)
	y.add("tenugui-seigaiha", 2).at("/cart", 200).says(".messages", "カートに追加しました").says(".sum-total", "¥2,640").says(".cart-count", "2")
	y.add("tenugui-seigaiha", 1).has(".line", 1).says("output", "3")
	y.add("sencha-asagiri", 1).has(".line", 2).says(".sum-total", "¥5,040")
	id := b.class("tenugui-seigaiha")
	up, down, remove := fmt.Sprintf("/cart/up/%d", id), fmt.Sprintf("/cart/down/%d", id), fmt.Sprintf("/cart/remove/%d", id)
	// from the number shown: a second click changes nothing more
	for range 2 {
		y.post(up, "quantity", "3").at("/cart", 200).says(".line:first-child output", "4")
	}
	y.post(down, "quantity", "4").says(".line:first-child output", "3")
	y.post(remove).at("/cart", 200).has(".line", 1)
	y.post(remove).at("/cart", 200).has(".line", 1)
	if n := b.number("SELECT total_price FROM dtb_cart"); n != 1080 {
		t.Errorf("dtb_cart.total_price = %d", n)
	}
	y.post(fmt.Sprintf("/cart/remove/%d", b.class("sencha-asagiri"))).has(".line", 0)
	if n := b.number("SELECT COUNT(*) FROM dtb_cart"); n != 0 {
		t.Errorf("%d empty carts are kept", n)
	}
}

func TestCartRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.add("tenugui-seigaiha", 1)
	id := b.class("tenugui-seigaiha")
	for path, status := range map[string]int{
		fmt.Sprintf("/cart/double/%d", id): 404, "/cart/up/x": 404, "/cart/up/-1": 404,
	} {
		y.post(path, "quantity", "1").at(path, status)
	}
	for _, quantity := range []string{"x", "-5", "99999999999999999999", "10000"} {
		p := y.post(fmt.Sprintf("/cart/up/%d", id), "quantity", quantity)
		if p.status != 400 {
			t.Errorf("quantity %q answers %d", quantity, p.status)
		}
	}
	y.get("/cart").says("output", "1")
}

// TestCartSettles: what changed meanwhile is said in EC-CUBE's words, once.
func TestCartSettles(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, change, says, output string }{
		{"price", "UPDATE dtb_product_class SET price02 = 1500 WHERE product_code = 'tenugui-seigaiha'", "「手ぬぐい「青海波」」の価格が¥1,320から¥1,650に変更されました。", "3"},
		{"stock", "UPDATE dtb_product_class SET stock = 2 WHERE product_code = 'tenugui-seigaiha'", "「手ぬぐい「青海波」」の在庫が足りません。数量を2に変更しました。", "2"},
		{"limit", "UPDATE dtb_product_class SET sale_limit = 1 WHERE product_code = 'tenugui-seigaiha'", "は販売制限しております。一度に販売制限数を超える購入はできません。", "1"},
		{"sold out", "UPDATE dtb_product_class SET stock = 0 WHERE product_code = 'tenugui-seigaiha'", "の在庫が足りません。該当商品をカートから削除しました。", ""},
		{"hidden", "UPDATE dtb_product SET product_status_id = 2", "現時点で購入できない商品が含まれておりました。該当商品をカートから削除しました。", ""},
		{"class hidden", "UPDATE dtb_product_class SET visible = 0", "該当商品をカートから削除しました。", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			y := b.buyer()
			y.add("tenugui-seigaiha", 3)
			b.exec(tc.change)
			p := y.get("/cart").at("/cart", 200).says(".messages", tc.says)
			if got := squeeze(p.Find("output").Text()); got != tc.output {
				t.Errorf("quantity %q, want %q", got, tc.output)
			}
			y.get("/cart").has(".message", 0)
		})
	}
}

// TestStockShort: at every step of the checkout the buyer is told which product.
func TestStockShort(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/shopping", "/shopping/confirm", "/shopping/shipping_edit"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			y := b.buyer()
			y.confirm()
			b.exec("UPDATE dtb_product_class SET stock = 1 WHERE product_code = 'tenugui-seigaiha'")
			y.get(path).at("/cart", 200).says(".messages", "「手ぬぐい「青海波」」の在庫が足りません。")
		})
	}
}

// TestTwoSaleTypes: each sale type is a cart and an order of its own.
func TestTwoSaleTypes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec("UPDATE dtb_product_class SET sale_type_id = 2 WHERE product_code = 'hagaki-shiki'")
	y := b.buyer()
	y.add("tenugui-seigaiha", 1)
	p := y.add("hagaki-shiki", 1).at("/cart", 200).has("section.sheet", 2).says("main", "同時に購入できない商品")
	second := p.Find("a[href$='_2']").AttrOr("href", "")
	y.get("/shopping").at("/cart", 200) // which one is not said yet
	y.get(second).at("/shopping/login", 200)
	y.post("/shopping/nonmember", guestFields()...).at("/shopping", 200).says(".line-name", "絵はがき").has("input[name=payment]", 1).says(".shop-side .sum-total", "¥550")
	y.post("/shopping/confirm", "delivery", "2", "payment", "3").at("/shopping/confirm", 200)
	b.exec("UPDATE dtb_order SET order_status_id = 1")
	y.get("/test/completed/1")
	y.get("/cart").has("section.sheet", 1).says(".line-name", "手ぬぐい")
	if key := b.number("SELECT COUNT(*) FROM dtb_cart WHERE cart_key LIKE '%!_1' ESCAPE '!'"); key != 1 {
		t.Error("the other sale type's cart is gone")
	}
}

func TestCartKey(t *testing.T) {
	t.Parallel()
	prefix, err := newPrefix(bytes.NewReader(append([]byte{255, 250, 0, 61, 62}, bytes.Repeat([]byte{7}, 40)...)))
	if err != nil || len(prefix) != 32 || !strings.HasPrefix(prefix, "0z07") {
		t.Errorf("prefix %q, %v", prefix, err)
	}
	if got := (cart{Key: prefix + "_12"}).SaleType(); got != 12 {
		t.Errorf("sale type %d", got)
	}
	if _, err := newPrefix(bytes.NewReader(nil)); err == nil {
		t.Error("a key without chance")
	}
}

// TestSettledCart: whatever was in a cart, what settling leaves can be bought, costs
// today's price, is never more than before, and settles to itself.
func TestSettledCart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := cart{}
		before := map[int64]int64{}
		for n := range rapid.IntRange(0, 5).Draw(t, "lines") {
			id := int64(n + 1)
			i := cartItem{ID: id, ClassID: id, Price: order.Yen(rapid.Int64Range(0, 5000).Draw(t, "price")), Quantity: rapid.Int64Range(1, 30).Draw(t, "quantity")}
			i.Class = class{
				ID: id, OnSale: rapid.Bool().Draw(t, "sale"), Unlimited: rapid.Bool().Draw(t, "unlimited"), Stock: rapid.Int64Range(-2, 20).Draw(t, "stock"),
				Limit: rapid.Int64Range(0, 9).Draw(t, "limit"), Price: order.Yen(rapid.Int64Range(0, 5000).Draw(t, "now")), Tax: order.TaxRule{Rate: 10, Rounding: order.RoundHalfUp},
			}
			c.Items = append(c.Items, i)
			before[id] = i.Quantity
		}
		said, cut := c.settle()
		less := len(c.Items) < len(before)
		for _, i := range c.Items {
			if !i.Class.OnSale || i.Quantity < 1 || i.Quantity > i.Class.Most() || i.Quantity > before[i.ID] || i.Price != i.Class.PriceIncTax() {
				t.Fatalf("left %+v", i)
			}
			less = less || i.Quantity < before[i.ID]
		}
		if cut != less || cut && len(said) == 0 {
			t.Fatalf("cut %v, less %v, said %v", cut, less, said)
		}
		if said, cut := c.settle(); cut || len(said) > 0 {
			t.Fatalf("settled again: %v", said)
		}
	})
}
