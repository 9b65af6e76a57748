package browsertest

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// declined: the card page comes again with the reason, and another card works.
func declined(f flow) {
	v := f.buyer()
	v.toCard()
	amount := int64(v.sum())
	v.pay(declinedCard)
	v.see("#refusal")
	v.says("#refusal", "決済に失敗しました。")
	v.says("#refusal", "別のカード")
	v.look("1-declined")
	if f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 8") != 1 {
		f.t.Error("the order is not with the buyer again")
	}
	v.pay(goodCard)
	v.arrive(pathComplete)
	f.charged(amount)
	if n := f.telegrams("020"); n != 2 {
		f.t.Errorf("%d telegrams 020, want 2", n)
	}
	if n := f.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		f.t.Errorf("%d orders, want 1", n)
	}
}

// formErrors: what is wrong is said beside the field, what was typed stays, and the
// card's number leaves the browser for Paygent alone.
func formErrors(f flow) {
	v := f.buyer()
	v.take()
	v.register()
	v.write("#f-name01", "山田")
	v.write("#f-email", "hanako@")
	v.click("#main form.sheet:last-of-type .btn-main")
	v.see("#error-summary")
	v.until(`document.activeElement.id === "error-summary"`)
	v.says("#f-name02-error", "入力されていません。")
	v.says("#f-email-error", "有効なメールアドレスではありません。")
	for field, typed := range map[string]string{"#f-name01": "山田", "#f-email": "hanako@"} {
		if got := eval[string](v, `document.querySelector("`+field+`").value`); got != typed {
			f.t.Errorf("%s = %q, want what was typed: %q", field, got, typed)
		}
	}
	v.look("1-guest")
	v.click(`#error-summary a[href="#f-email"]`)
	v.until(`document.activeElement.id === "f-email"`)
	v.empty("#f-name01")
	v.empty("#f-email")
	v.guest()
	v.choose()
	v.next()
	v.cardErrors()
}

// cardErrors tries the card page.
func (v *visitor) cardErrors() {
	v.t.Helper()
	if named := eval[int](v, `document.querySelectorAll("#f-card_number[name], #f-card_expiry[name], #f-card_cvc[name], #f-card_name[name]").length`); named != 0 {
		v.t.Errorf("%d inputs of the card have a name: the browser would send them", named)
	}
	v.click("#pay-button")
	for _, field := range []string{"number", "expiry", "cvc", "name"} {
		v.says("#f-card_"+field+"-error:not([hidden])", "入力されていません。")
	}
	v.until(`document.activeElement.id === "f-card_number"`)
	v.look("2-card-empty")

	v.write("#f-card_number", goodCard)
	v.says("#card-brand", "Visa")
	if got := eval[string](v, `document.getElementById("f-card_number").value`); got != grouped(goodCard) {
		v.t.Errorf("number shown as %q, want %q", got, grouped(goodCard))
	}
	v.write("#f-card_expiry", "1320")
	v.write("#f-card_cvc", "12")
	v.write("#f-card_name", "山田花子")
	v.click("#pay-button")
	v.says("#f-card_expiry-error:not([hidden])", "有効期限")
	v.says("#f-card_cvc-error:not([hidden])", "セキュリティコードの書式が不正です。")
	v.says("#f-card_name-error:not([hidden])", "半角ローマ字")
	if !eval[bool](v, `document.getElementById("f-card_number-error").hidden`) {
		v.t.Error("the number is right and still marked")
	}
	v.until(`document.activeElement.id === "f-card_expiry"`)
	v.look("3-card-wrong")

	// A term that is past passes the page's own check and is refused by Paygent.
	v.retype(map[string]string{"#f-card_expiry": "0120", "#f-card_cvc": "123", "#f-card_name": "HANAKO YAMADA"})
	v.click("#pay-button")
	v.says("#f-card_expiry-error:not([hidden])", "有効期限(年月)が不正です。")
	if got := eval[string](v, `document.getElementById("f-card_number").value`); got != grouped(goodCard) {
		v.t.Errorf("after the refusal the number is %q", got)
	}
	v.look("4-card-refused")
	v.retype(map[string]string{"#f-card_expiry": "1230"})
	v.click("#pay-button")
	v.arrive(pathComplete)
	v.numberStayedAway()
}

// empty takes out what a field holds, as a person does.
func (v *visitor) empty(field string) {
	v.t.Helper()
	if eval[string](v, fmt.Sprintf(`(function (i) { i.focus(); i.select(); return i.value; })(document.querySelector(%q))`, field)) != "" {
		v.do(chromedp.KeyEvent(kb.Backspace))
	}
}

// retype empties fields and types anew.
func (v *visitor) retype(fields map[string]string) {
	v.t.Helper()
	for field, text := range fields {
		v.empty(field)
		v.write(field, text)
	}
}

// numberStayedAway: the card's number went to Paygent's token endpoint and nowhere else.
func (v *visitor) numberStayedAway() {
	v.t.Helper()
	toPaygent := 0
	for _, form := range []string{goodCard, grouped(goodCard), strings.ReplaceAll(grouped(goodCard), " ", "+"), strings.ReplaceAll(grouped(goodCard), " ", "%20")} {
		for _, r := range v.sent.holding(form) {
			if strings.Contains(r, v.plain.Addr().String()) {
				toPaygent++
				continue
			}
			v.t.Errorf("the card number was sent to somebody else: %.60s…", r)
		}
		if v.arrived.contains(form) {
			v.t.Errorf("the card number reached the shop as %q", form)
		}
	}
	if toPaygent == 0 {
		v.t.Error("the card number was not even seen on its way to Paygent: this check sees nothing")
	}
}
