package browsertest

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// Names as long as some are; nothing in them may push a page wider than its window.
const (
	longSurname = "勅使河原アレクサンドラ寿限無寿限無五劫の擦り切れ"
	longGiven   = "海砂利水魚の水行末雲来末風来末"
	longCompany = "株式会社とても長い名前の商店ホールディングス西日本支社オンライン営業部"
	longStreet  = "1234番地5678 グランドメゾン・ル・パヴィヨン・デュ・ソレイユ梅田イーストタワー3901号室"
	longMail    = "a-very-long-mail-address-that-never-ends.because-it-can@subdomain.example.co.jp"
)

// edges looks at the pages nobody hopes to see: an empty cart, goods that are sold out,
// goods with a choice, names longer than a line, an address that leads nowhere.
func edges(f flow) {
	v := f.buyer()
	v.open("/cart")
	v.says("main", "現在カート内に商品はございません。")
	v.look("1-cart-empty")
	v.open("/")
	v.click(".tile.is-soldout a")
	v.says("main", "ただいま品切れ中です。")
	v.look("2-sold-out")
	v.open(f.detailWithChoices())
	v.look("3-choices")
	v.click(".goods-form button[type=submit]")
	v.says("#f-ProductClass-error", "選択されていません。")
	v.look("4-choice-missing")
	v.longNames()
	v.open("/nothing-here")
	v.says("main", "見つかりません")
	v.look("9-not-found")
}

// detailWithChoices is the page of a product with classes.
func (w *world) detailWithChoices() string {
	w.t.Helper()
	id := w.number("SELECT MIN(product_id) FROM dtb_product_class WHERE class_category_id1 IS NOT NULL")
	return fmt.Sprint("/products/detail/", id)
}

// longNames buys under a name that breaks every line it stands on.
func (v *visitor) longNames() {
	v.t.Helper()
	v.exec("UPDATE dtb_product SET name = ? WHERE id = (SELECT product_id FROM dtb_product_class WHERE product_code = ?)",
		"季節の上生菓子 六個詰め合わせ 化粧箱入り（賞味期限の短い商品につき、お届け日にご注意ください）", "tenugui-seigaiha")
	v.take()
	v.register()
	v.guest()
	v.open("/shopping/nonmember")
	v.retype(map[string]string{
		"#f-name01": longSurname, "#f-name02": longGiven, "#f-company_name": longCompany, "#f-addr02": longStreet, "#f-email": longMail, "#f-email_confirm": longMail,
	})
	v.click("#main form.sheet:last-of-type .btn-main")
	v.arrive("/shopping")
	v.says("main", longCompany)
	v.look("5-procedure-long")
	v.choose()
	v.look("6-confirm-long")
	v.next()
	v.look("7-card-long")
	v.pay(goodCard)
	v.arrive(pathComplete)
	v.look("8-complete-long")
}

// lockedOut: six wrong passwords close the login, with words that say until when.
func lockedOut(f flow) {
	v := f.member()
	for range 6 {
		v.retype(map[string]string{"#f-login_id": loginID, "#f-password": "wrong password"})
		v.do(chromedp.Evaluate[chromedp.Void](`document.body.dataset.before = "1"; void 0`))
		v.click("main .btn-main")
		v.until(`document.readyState === "complete" && !document.body.dataset.before`)
	}
	v.says("#error-summary", "30分後")
	v.look("1-locked")
	if in := eval[string](v, `location.pathname`); !strings.HasSuffix(in, "/login") {
		f.t.Errorf("at %s", in)
	}
}
