package browsertest

import "strings"

// story: a guest buys by card, the staff see it, capture, and the notice makes it 入金済み.
func story(f flow) {
	buyer := f.buyer()
	amount := shopping(buyer)
	buyer.pay(goodCard)
	buyer.arrive(pathComplete)
	buyer.look("09-complete")
	buyer.says("main", "ご注文ありがとうございました")
	no := buyer.text(".order-no")
	f.charged(amount)
	if f.arrived.contains(goodCard) {
		f.t.Error("the card number reached the shop")
	}

	staff := f.member()
	staff.look("10-login")
	staff.logIn()
	staff.look("11-home")
	staff.list()
	staff.says("tr[data-href] .c-status", "新規受付")
	staff.says("tr[data-href] .c-name", "山田 花子")
	staff.look("12-list")
	staff.order(no)
	staff.look("13-order")
	staff.ask("売上")
	staff.says("dialog[open]", "売上処理を実行しますか？")
	staff.look("14-question")
	staff.confirm()
	staff.says("#messages", "売上に成功しました。")
	staff.says("#payment", "売上済み")
	staff.look("15-captured")
	if got := f.charged(amount).Status; got != "40" {
		f.t.Errorf("status at the centre = %s, want 40", got)
	}

	f.wait("the notice of the capture", func() bool {
		return f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 6") == 1
	})
	staff.order(no)
	staff.says(".order-side", "入金済み")
	staff.says("#timeline", "差分通知")
	staff.look("16-paid")
	staff.list()
	staff.says("tr[data-href] .c-status", "入金済み")
	staff.look("17-list")
	f.mailed(no)
}

// shopping goes from the product list to the card page and looks at every page.
func shopping(v *visitor) int64 {
	v.t.Helper()
	v.open("/")
	v.see(v.product())
	v.look("01-products")
	v.click(v.product())
	v.until(`location.pathname.startsWith("/products/detail/")`)
	v.look("02-product")
	v.take()
	v.look("03-cart")
	v.register()
	v.look("05-guest")
	v.guest()
	v.look("06-procedure")
	v.choose()
	v.look("07-confirm")
	v.next()
	v.look("08-card")
	return int64(v.sum())
}

// mailed waits for the order's mail to the buyer.
func (w *world) mailed(no string) {
	w.t.Helper()
	var found letter
	w.wait("the mail of the order", func() bool {
		for _, l := range w.letters() {
			if strings.Contains(l.To, "hanako@example.com") {
				found = l
			}
		}
		return found.To != ""
	})
	if !strings.Contains(found.Subject, "ご注文ありがとうございます") || !strings.Contains(found.Text, no) || !strings.Contains(found.Text, "山田") {
		w.t.Errorf("the mail: %+v", found)
	}
}

// capturedThenCancelled: 取消 of an authorisation, and of another order's capture; the
// goods come back both times.
func capturedThenCancelled(f flow) {
	buyer := f.buyer()
	first := buyer.buy(goodCard)
	second := buyer.buy(goodCard)
	stock := f.number("SELECT SUM(stock) FROM dtb_product_stock")
	staff := f.member()
	staff.logIn()
	staff.order(first)
	staff.ask("取消")
	if !eval[bool](staff, `document.activeElement.closest("dialog") !== null && document.activeElement.dataset.close !== undefined`) {
		f.t.Error("the safe choice has not the focus")
	}
	staff.look("1-question")
	staff.click("dialog[open] [data-close]")
	if n := len(f.alive()); n != 2 {
		f.t.Fatalf("%d payments alive after 閉じる, want 2", n)
	}
	staff.ask("取消")
	staff.confirm()
	staff.says("#messages", "取消に成功しました。")
	staff.says(".order-side", "注文取消し")
	staff.look("2-cancelled")
	staff.order(second)
	staff.ask("売上")
	staff.confirm()
	staff.ask("取消")
	staff.says("dialog[open]", "購入者に返金します")
	staff.confirm()
	staff.says("#messages", "取消に成功しました。")
	staff.says(".order-side", "注文取消し")
	staff.look("3-refunded")
	if live := f.alive(); len(live) != 0 {
		f.t.Errorf("alive at the centre: %+v", live)
	}
	if n := f.number("SELECT SUM(stock) FROM dtb_product_stock"); n != stock+2 {
		f.t.Errorf("stock = %d, want %d", n, stock+2)
	}
}
