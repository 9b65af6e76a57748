package browsertest

import (
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keyboardOnly: the whole purchase without a mouse.
func keyboardOnly(f flow) {
	v := f.buyer()
	v.open("/")
	v.see(v.product())
	v.keyTo(".skip")
	v.follow(v.product())
	v.until(`location.pathname.startsWith("/products/detail/")`)
	v.until(`document.readyState === "complete"`)
	v.follow(".goods-form button[type=submit]")
	v.arrive("/cart")
	v.follow("a[href^='/cart/buystep/']")
	v.arrive("/shopping/login")
	v.follow("a[href='/shopping/nonmember']")
	v.arrive("/shopping/nonmember")
	for _, field := range [][2]string{
		{"name01", "山田"}, {"name02", "花子"}, {"kana01", "ヤマダ"}, {"kana02", "ハナコ"}, {"postal_code", "5300001"}, {"pref", "大"},
		{"addr01", "大阪市北区梅田"}, {"addr02", "2-4-9"}, {"phone_number", "0612345678"},
		{"email", "hanako@example.com"}, {"email_confirm", "hanako@example.com"},
	} {
		v.keyTo("#f-" + field[0])
		if field[0] == "pref" {
			for eval[string](v, `document.getElementById("f-pref").value`) != "27" {
				v.press(kb.ArrowDown)
			}
			continue
		}
		v.press(field[1])
	}
	v.follow("#main form.sheet .btn-main")
	v.arrive("/shopping")
	v.follow(".shop-bar button[form=procedure]")
	v.arrive("/shopping/confirm")
	v.follow(".shop-bar button[form=confirm]")
	v.arrive(pathCard)
	for _, field := range [][2]string{{"number", goodCard}, {"expiry", "1230"}, {"cvc", "123"}, {"name", "HANAKO YAMADA"}} {
		v.keyTo("#f-card_" + field[0])
		v.press(field[1])
	}
	v.keyTo("#pay-button")
	v.ring()
	v.press(kb.Enter)
	v.arrive(pathComplete)
	v.officeByKeyboard(v.text(".order-no"), f)
}

// officeByKeyboard: login, the order, and 売上 without a mouse.
func (v *visitor) officeByKeyboard(no string, f flow) {
	v.t.Helper()
	m := f.member()
	m.until(`document.readyState === "complete"`)
	m.keyTo("#f-login_id")
	m.press(loginID)
	m.keyTo("#f-password")
	m.press(string(v.password) + kb.Enter)
	m.see(".admin-menu")
	list := `a[href$="` + listPath + `"]`
	if eval[bool](m, "document.querySelector('nav "+list+"').closest('details:not([open])') !== null") {
		m.follow(".admin-menu summary")
	}
	m.follow(list)
	m.arrive(v.config.AdminRoute + listPath)
	m.follow(".c-no a")
	m.arrive(v.config.AdminRoute + "/order/" + no + "/edit")
	m.follow("#payment .payment-buttons button")
	m.see("dialog[open]")
	m.press(kb.Escape)
	m.until(`document.querySelector("dialog[open]") === null`)
	m.follow("#payment .payment-buttons button")
	m.see("dialog[open]")
	m.follow("dialog[open] button[type=submit]")
	m.says("#messages", "売上に成功しました。")
}

// press types keys into whatever has the focus.
func (v *visitor) press(keys string) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(keys))
}

// keyTo presses Tab until what a selector finds has the focus.
func (v *visitor) keyTo(selector string) {
	v.t.Helper()
	reached := fmt.Sprintf(`document.activeElement !== null && document.activeElement.matches(%q)`, selector)
	for range 80 {
		if eval[bool](v, reached) {
			return
		}
		v.press(kb.Tab)
	}
	v.t.Fatalf("Tab never reaches %s on %s", selector, eval[string](v, `location.pathname`))
}

// follow reaches something by Tab and presses Enter on it.
func (v *visitor) follow(selector string) {
	v.t.Helper()
	v.keyTo(selector)
	v.press(kb.Enter)
}

// ring: what has the focus shows it.
func (v *visitor) ring() {
	v.t.Helper()
	if wide := eval[float64](v, `parseFloat(getComputedStyle(document.activeElement).outlineWidth)`); wide < 3 {
		v.t.Errorf("the focus ring is %v px wide, want 3", wide)
	}
}
