package browsertest

import (
	"context"

	"github.com/chromedp/chromedp"
)

const listPath = "/paygent_payment/payment_status"

// staff is a member of the shop's staff, logged in.
func (w *world) staff(tab context.Context, pictures string) *visitor {
	w.t.Helper()
	v := w.visit(tab, pictures)
	v.do(chromedp.Navigate(w.admin() + "/"))
	v.arrive(w.config.AdminRoute + "/login")
	return v
}

func (v *visitor) logIn() {
	v.t.Helper()
	v.write("#f-login_id", loginID)
	v.write("#f-password", string(v.password))
	v.click("main .btn-main")
	v.see(".admin-menu")
}

// list opens ペイジェント決済管理.
func (v *visitor) list() {
	v.t.Helper()
	v.do(chromedp.Navigate(v.admin() + listPath))
	v.see("main")
}

// order opens an order from the list.
func (v *visitor) order(no string) {
	v.t.Helper()
	v.list()
	v.do(chromedp.Click(`//td[contains(@class, "c-no")]/a[normalize-space() = "` + no + `"]`))
	v.arrive(v.config.AdminRoute + "/order/" + no + "/edit")
}

// ask presses 売上 or 取消, which asks before it does anything.
func (v *visitor) ask(button string) {
	v.t.Helper()
	v.do(chromedp.Click(`//div[contains(@class, "payment-buttons")]//button[normalize-space() = "` + button + `"]`))
	v.see("dialog[open]")
}

// confirm answers the question with yes.
func (v *visitor) confirm() {
	v.t.Helper()
	v.click("dialog[open] button[type=submit]")
	v.do(chromedp.WaitNotPresent(chromedp.CSS("dialog[open]")), chromedp.WaitVisible(chromedp.CSS("#messages .message")))
}
