package browsertest

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"

	"kessai/internal/order"
)

// Cards of the simulator (paygentsim.MagicCards).
const (
	goodCard         = "4900000000000000"
	declinedCard     = "4900000000008101"
	lostAnswerCard   = "4900000000009001" // takes effect, no answer
	lostRequestCard  = "4900000000009002" // no effect, no answer
	slowCard         = "4900000000009003"
	pathCard         = "/paygent_payment/payment_credit"
	pathWait         = "/shopping/wait"
	pathComplete     = "/shopping/complete"
	creditMethodText = "クレジット"
)

// product is the link in the list to a product with a limited stock and no choice.
func (v *visitor) product() string {
	v.t.Helper()
	id := v.number("SELECT product_id FROM dtb_product_class WHERE product_code = ?", "tenugui-seigaiha")
	return fmt.Sprintf(`#main .tile a[href="/products/detail/%d"]`, id)
}

// take puts one product into the cart.
func (v *visitor) take() {
	v.t.Helper()
	v.open("/")
	v.click(v.product())
	v.until(`location.pathname.startsWith("/products/detail/")`)
	v.click(".goods-form button[type=submit]")
	v.arrive("/cart")
}

// register goes from the cart to the guest's form.
func (v *visitor) register() {
	v.t.Helper()
	v.click("a[href^='/cart/buystep/']")
	v.arrive("/shopping/login")
	v.click("a[href='/shopping/nonmember']")
	v.arrive("/shopping/nonmember")
}

// guest fills お客様情報 in.
func (v *visitor) guest() {
	v.t.Helper()
	for _, f := range [][2]string{
		{"name01", "山田"}, {"name02", "花子"}, {"kana01", "ヤマダ"}, {"kana02", "ハナコ"}, {"postal_code", "5300001"},
		{"addr01", "大阪市北区梅田"}, {"addr02", "2-4-9"}, {"phone_number", "0612345678"},
		{"email", "hanako@example.com"}, {"email_confirm", "hanako@example.com"},
	} {
		v.write("#f-"+f[0], f[1])
	}
	v.do(chromedp.SetValue(chromedp.CSS("#f-pref"), "27"))
	v.click("#main form.sheet:last-of-type .btn-main")
	v.arrive("/shopping")
}

// choose takes card and goes on to ご注文内容のご確認.
func (v *visitor) choose() {
	v.t.Helper()
	id := eval[string](v, `Array.from(document.querySelectorAll("#procedure input[name=payment]")).find(function (i) { return i.closest("label").textContent.includes("`+creditMethodText+`"); }).id`)
	if !eval[bool](v, `document.getElementById("`+id+`").checked`) {
		v.click("#" + id)
		v.until(`document.readyState === "complete" && document.getElementById("` + id + `").checked`)
	}
	v.click(".shop-bar button[form=procedure]")
	v.arrive("/shopping/confirm")
}

// next goes from ご注文内容のご確認 to the card page.
func (v *visitor) next() {
	v.t.Helper()
	v.click(".shop-bar button[form=confirm]")
	v.arrive(pathCard)
}

// toCard goes all the way from the product list to the card page.
func (v *visitor) toCard() {
	v.t.Helper()
	v.take()
	v.register()
	v.guest()
	v.choose()
	v.next()
}

// card types a card into the card page.
func (v *visitor) card(number string) {
	v.t.Helper()
	v.see("#f-card_number")
	v.write("#f-card_number", number)
	v.write("#f-card_expiry", "1230")
	v.write("#f-card_cvc", "123")
	v.write("#f-card_name", "HANAKO YAMADA")
}

// pay types a card and presses the main button.
func (v *visitor) pay(number string) {
	v.t.Helper()
	v.card(number)
	v.click("#pay-button")
}

// buy does it all and ends at ご注文完了.
func (v *visitor) buy(number string) string {
	v.t.Helper()
	v.toCard()
	v.pay(number)
	v.arrive(pathComplete)
	return v.text(".order-no")
}

// sum is the total the card page shows.
func (v *visitor) sum() order.Yen {
	v.t.Helper()
	return order.Yen(eval[int64](v, `Number(document.querySelector("input[name=total]").value)`))
}

// grouped is a card number as the page shows it.
func grouped(number string) string {
	var parts []string
	for len(number) > 4 {
		parts = append(parts, number[:4])
		number = number[4:]
	}
	return strings.Join(append(parts, number), " ")
}
