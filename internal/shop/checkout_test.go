package shop

import (
	"context"
	"fmt"
	"testing"

	"kessai/internal/order"
)

// TestGuestToConfirmation walks the whole way and looks at what is written.
func TestGuestToConfirmation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	p := y.procedure()
	p.has("input[name=payment]", 4).has("input[name=delivery]", 1).says(".who", "山田 太郎 様").says(".who", "ヤマダ タロウ").
		says(".shop-side .sum-total", "¥3,640").says(".shop-side", "送料¥1,000").says(".rates", "10%対象")
	p = y.post("/shopping/confirm", "delivery", "1", "time_1", "2", "payment", "3", "message", "玄関前に\n置いてください").at("/shopping/confirm", 200)
	p.says(".shown", "午後").says("main", "銀行振込").says("main", "玄関前に").says(".shop-bar", "¥3,640").says(".shop-bar button", "注文する")
	if got := p.value("#confirm input[name=total]"); got != "3640" {
		t.Errorf("total = %s", got)
	}
	if p.Find("#confirm").AttrOr("action", "") != "/shopping/checkout" {
		t.Error("the form does not post to the checkout")
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		t.Errorf("%d orders", n)
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_order o JOIN dtb_cart c ON c.pre_order_id = o.pre_order_id WHERE o.order_status_id = 8"); n != 1 {
		t.Errorf("the cart's order in 8: %d", n)
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_order_item"); n != 3 { // product, charge, fee
		t.Errorf("%d items", n)
	}
	d, err := b.drafts.LoadByID(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if d.Shippings[0].TimeID != 2 || d.Shippings[0].Time != "午後" || d.PaymentName != "銀行振込" || d.Message != "玄関前に\r\n置いてください" && d.Message != "玄関前に\n置いてください" {
		t.Errorf("draft = %+v", d)
	}
	if d.Buyer.PostalCode != "5300001" || d.Buyer.Phone != "0612345678" || d.Shippings[0].Address.Email != "" {
		t.Errorf("buyer = %+v", d.Buyer)
	}
}

// TestSameOrder: back, reload and a changed cart lead to one order.
func TestSameOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	y.get("/shopping").at("/shopping", 200)
	y.add("sencha-asagiri", 1)
	y.get("/shopping").at("/shopping", 200).says(".rates", "8%対象").says(".shop-side .sum-total", "¥4,720")
	y.get("/shopping/confirm").at("/shopping/confirm", 200)
	y.get("/shopping/confirm").at("/shopping/confirm", 200)
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		t.Errorf("%d orders", n)
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_order_item"); n != 4 {
		t.Errorf("%d items", n)
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_shipping"); n != 1 {
		t.Errorf("%d shippings", n)
	}
}

// TestAtOnce: many requests at once come to one order.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.procedure()
	b.exec("UPDATE dtb_cart SET pre_order_id = NULL")
	b.exec("DELETE FROM dtb_order_item")
	b.exec("DELETE FROM dtb_shipping")
	b.exec("DELETE FROM dtb_order")
	done := make(chan page)
	for range 6 {
		go func() { done <- y.get("/shopping") }()
	}
	for range 6 {
		(<-done).at("/shopping", 200)
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// TestOvertaken: a cart that changes while the order is computed is no error.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	done := make(chan page)
	steps := []func() page{
		func() page { return y.get("/shopping") },
		func() page { return y.add("sencha-asagiri", 1) },
		func() page { return y.post(fmt.Sprintf("/cart/remove/%d", b.class("sencha-asagiri"))) },
		func() page { return y.get("/shopping/confirm") },
	}
	for n := range 16 {
		go func() { done <- steps[n%len(steps)]() }()
	}
	for range 16 {
		if p := <-done; p.status != 200 {
			t.Errorf("%s answers %d: %s", p.path, p.status, squeeze(p.Find("main").Text()))
		}
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// TestOtherSession: another browser reaches neither cart nor order.
func TestOtherSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	key := y.get("/cart").Find("a[href^='/cart/buystep/']").AttrOr("href", "")
	z := b.buyer()
	z.get(key).at("/cart", 200).has(".line", 0)
	z.get("/shopping").at("/cart", 200)
	z.get("/shopping/confirm").at("/cart", 200)
	z.post("/shopping/confirm", "delivery", "1", "payment", "3").at("/cart", 200)
	z.post("/shopping/nonmember", guestFields()...).at("/cart", 200)
	z.get("/shopping/shipping_edit").at("/cart", 200)
}

// TestRunningOrder: an order in 7 is resumed or given up from the cart.
func TestRunningOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	b.exec("UPDATE dtb_order SET order_status_id = 7")
	p := y.get("/shopping").at("/cart", 200).has("a[href='/pay?o=token-1']", 1).has("a[href^='/cart/buystep/']", 0).has(".steps-by-one", 0)
	p.says("#running", "お支払い手続き中のご注文があります")
	if got := p.value("#running form[action='/shopping/giveup'] input[name=o]"); got != "token-1" {
		t.Errorf("token = %q", got)
	}
	y.add("tenugui-seigaiha", 1).at("/cart", 200).says(".messages", "お支払い手続き中").says(".line", "数量 2")
	y.post("/cart/remove/1").at("/cart", 200).has(".line", 1)
	y.post("/shopping/confirm", "delivery", "1", "payment", "3").at("/cart", 200)
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		t.Errorf("%d orders", n)
	}
	// given up: the same order goes on
	b.exec("UPDATE dtb_order SET order_status_id = 8")
	y.get("/shopping").at("/shopping", 200)
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		t.Errorf("%d orders after giving up", n)
	}
	// rolled back: the cart stays and makes a new one
	b.exec("UPDATE dtb_order SET order_status_id = 3")
	y.get("/cart").at("/cart", 200).has(".line", 1).has("a[href^='/cart/buystep/']", 1)
	y.get("/shopping").at("/shopping", 200)
	if n := b.number("SELECT COUNT(*) FROM dtb_order"); n != 2 {
		t.Errorf("%d orders after a rollback", n)
	}
}

// TestPlacedOrder: the cart of a placed order goes, what came later stays.
func TestPlacedOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	b.exec("UPDATE dtb_order SET order_status_id = 1")
	for range 2 {
		y.get("/test/completed/1").at("/test/completed/1", 204)
	}
	if n := b.number("SELECT (SELECT COUNT(*) FROM dtb_cart) + (SELECT COUNT(*) FROM dtb_cart_item)"); n != 0 {
		t.Errorf("%d rows of carts left", n)
	}
	y.get("/cart").at("/cart", 200).says(".empty", "カート内に商品はございません")
	// the guest is forgotten
	y.add("tenugui-seigaiha", 1)
	y.get("/shopping").at("/shopping/login", 200)
}

func TestPlacedOrderLeavesLaterGoods(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	y.add("tenugui-seigaiha", 1)
	y.add("hagaki-shiki", 1)
	b.exec("UPDATE dtb_order SET order_status_id = 6")
	y.get("/cart").at("/cart", 200).has(".line", 2)
	if n := b.number("SELECT SUM(quantity) FROM dtb_cart_item"); n != 2 {
		t.Errorf("quantity %d, want 1 tenugui and 1 set of cards", n)
	}
	if n := b.number("SELECT COUNT(*) FROM dtb_cart WHERE pre_order_id IS NULL"); n != 1 {
		t.Error("the cart still has the placed order")
	}
}

// TestCompletedTooEarly: while the order is before the buyer nothing is cleared.
func TestCompletedTooEarly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	for _, status := range []int{8, 7} {
		b.exec("UPDATE dtb_order SET order_status_id = ?", status)
		y.get("/test/completed/1").at("/test/completed/1", 204)
		if n := b.number("SELECT COUNT(*) FROM dtb_cart_item"); n != 1 {
			t.Errorf("status %d: %d items", status, n)
		}
	}
}

func TestRecalculate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, change string
		now          order.Yen
		changed      bool
	}{
		{"nothing", "", 3640, false},
		{"price", "UPDATE dtb_product_class SET price02 = 1300 WHERE product_code = 'tenugui-seigaiha'", 3860, true},
		{"fee", "UPDATE dtb_delivery_fee SET fee = 700 WHERE pref_id = 27", 3340, true},
		{"charge", "UPDATE dtb_payment SET charge = 330 WHERE id = 3", 3970, true},
		{"tax", "UPDATE dtb_tax_rule SET tax_rate = 8", 3592, true},
		{"method hidden", "UPDATE dtb_payment SET visible = 0 WHERE id = 3", 3640, true},
		{"free delivery", "UPDATE dtb_base_info SET delivery_free_amount = 2000", 2640, true},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			y := b.buyer()
			y.confirm()
			if tc.change != "" {
				b.exec(tc.change)
			}
			old, now, changed, err := b.shop.Recalculate(context.Background(), 1)
			if err != nil || old != 3640 || now != tc.now || changed != tc.changed {
				t.Fatalf("Recalculate = %v, %v, %v, %v", old, now, changed, err)
			}
			if n := b.number("SELECT total FROM dtb_order"); n != int64(tc.now) {
				t.Errorf("saved total %d", n)
			}
			_, again, changed, err := b.shop.Recalculate(context.Background(), 1)
			if err != nil || changed || again != tc.now {
				t.Errorf("once more: %v, %v, %v", again, changed, err)
			}
		})
	}
}

func TestRecalculateRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.buyer().confirm()
	b.exec("UPDATE dtb_product SET product_status_id = 2")
	_, _, _, err := b.shop.Recalculate(context.Background(), 1)
	if err == nil || err.Error() != "not_now: stock.gone" {
		t.Errorf("err = %v", err)
	}
	b.exec("UPDATE dtb_order SET order_status_id = 7")
	if _, now, changed, err := b.shop.Recalculate(context.Background(), 1); err != nil || changed || now != 3640 {
		t.Errorf("an order in 7 is computed again: %v, %v, %v", now, changed, err)
	}
}

// TestAmountChanged: old and new are shown on 確認, once.
func TestAmountChanged(t *testing.T) {
	t.Parallel()
	for _, change := range []string{
		"UPDATE dtb_product_class SET price02 = 1300 WHERE product_code = 'tenugui-seigaiha'",
		"UPDATE dtb_delivery_fee SET fee = 1220 WHERE pref_id = 27",
	} {
		t.Run(change, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			y := b.buyer()
			y.confirm()
			b.exec(change)
			p := y.get("/test/again/1").at("/shopping/confirm", 200).says("#changed", "¥3,640").says("#changed", "¥3,860").says(".shop-bar", "¥3,860")
			if got := p.value("#confirm input[name=total]"); got != "3860" {
				t.Errorf("total = %s", got)
			}
			y.get("/shopping/confirm").at("/shopping/confirm", 200).has("#changed", 0)
		})
	}
}

// TestMethodGone: another method at the same price has to be confirmed too.
func TestMethodGone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.confirm()
	b.exec("UPDATE dtb_payment SET visible = 0 WHERE id = 3")
	y.get("/test/again/1").at("/shopping/confirm", 200).says("#changed", "お支払方法または配送方法が").says("main", "郵便振替")
	b.exec("UPDATE dtb_payment SET visible = 0 WHERE id = 1")
	y.get("/shopping/confirm").says(".message", "「郵便振替」は、このご注文にはご利用いただけなくなりました").says("main", "現金書留")
	b.exec("UPDATE dtb_payment SET charge = 200")
	y.get("/shopping/confirm").says(".message", "手数料が更新されました")
	b.exec("UPDATE dtb_delivery_fee SET fee = 500")
	y.get("/shopping").says(".message", "送料が更新されました")
}

// TestMethodsOffered: a method of Paygent's that has no payment page is not offered,
// not even to who asks for it.
func TestMethodsOffered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	offered := func() int { return b.buyer().procedure().Find("input[name=payment][value='4']").Length() }
	for class, want := range map[string]int{
		`Eccube\Service\Payment\Method\Cash`:                       1,
		`Plugin\PaygentPayment\Service\Method\Module\Credit`:       1,
		`Plugin\PaygentPayment\Service\Method\Credit`:              0,
		`Plugin\PaygentPayment\Service\Method\Module\Conveni`:      0,
		`Plugin\PaygentPayment\Service\Method\Module\SomethingNew`: 0,
	} {
		b.exec("UPDATE dtb_payment SET method_class = ? WHERE id = 4", class)
		if got := offered(); got != want {
			t.Errorf("%s: offered %d times, want %d", class, got, want)
		}
	}
	y := b.buyer()
	y.procedure()
	b.exec("UPDATE dtb_payment SET method_class = ? WHERE id = 4", `Plugin\PaygentPayment\Service\Method\Module\SomethingNew`)
	y.post("/shopping/confirm", "delivery", "1", "payment", "4").at("/shopping/confirm", 422).says("main", "有効な選択ではありません。")
}
