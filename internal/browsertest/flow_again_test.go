package browsertest

import (
	"github.com/chromedp/chromedp"

	"kessai/paygentsim"
)

// pressedTwice: a double click, a second tab, back and reload: one order, one 020.
func pressedTwice(f flow) {
	f.ok(f.sim.SetFaults(paygentsim.Faults{SlowMillis: 1500}))
	v := f.buyer()
	v.toCard()
	amount := int64(v.sum())
	other := v.another()
	other.open(eval[string](v, `location.pathname + location.search`))
	other.card(goodCard)
	v.card(slowCard)
	v.do(chromedp.DoubleClick(chromedp.CSS("#pay-button")))
	v.until(`document.getElementById("pay-button").textContent.includes("お支払い中です")`)
	f.wait("the order in 7", func() bool { return f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 7") == 1 })
	other.click("#pay-button")
	v.arrive(pathComplete)
	other.arrive(pathComplete)
	if a, b := v.text(".order-no"), other.text(".order-no"); a != b {
		f.t.Errorf("the tabs show orders %s and %s", a, b)
	}
	v.do(chromedp.Reload())
	v.arrive(pathComplete)
	v.do(chromedp.NavigateBack())
	v.arrive(pathComplete) // the card page leads to where the order is
	v.open("/shopping")
	v.arrive("/cart")
	f.charged(amount)
	if n := f.telegrams("020"); n != 1 {
		f.t.Errorf("%d telegrams 020, want 1", n)
	}
	if n := f.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		f.t.Errorf("%d orders, want 1", n)
	}
}

// stockShort: somebody else bought the last one while the buyer typed the card.
func stockShort(f flow) {
	v := f.buyer()
	v.toCard()
	name := v.text(".pay-items li span")
	for _, table := range []string{"dtb_product_class", "dtb_product_stock"} {
		f.exec("UPDATE " + table + " SET stock = 0 WHERE stock IS NOT NULL")
	}
	v.pay(goodCard)
	v.says("main", name)
	v.says("main", "在庫")
	v.look("1-short")
	if n := f.telegrams("020"); n != 0 {
		f.t.Errorf("%d telegrams 020, want none", n)
	}
	if n := f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 8"); n != 1 {
		f.t.Error("the order is not where it was")
	}
}

// priceChanged: the shop raises the price between 確認 and 次へ.
func priceChanged(f flow) {
	v := f.buyer()
	v.take()
	v.register()
	v.guest()
	v.choose()
	was := v.text(".shop-bar .bar-total strong")
	f.exec("UPDATE dtb_product_class SET price02 = price02 + 1000")
	v.click(".shop-bar button[form=confirm]")
	v.see("#changed")
	v.arrive("/shopping/confirm")
	is := v.text(".shop-bar .bar-total strong")
	v.says("#changed", "変更前 "+was)
	v.says("#changed", "変更後 "+is)
	if was == is {
		f.t.Errorf("the total is still %s", is)
	}
	v.look("1-confirm")
	v.next()
	amount := int64(v.sum())
	v.pay(goodCard)
	v.arrive(pathComplete)
	f.charged(amount)
}
