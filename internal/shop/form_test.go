package shop

import (
	"context"
	"strings"
	"testing"
	"testing/quick"

	"kessai/internal/order"
)

// with replaces one field of a form.
func with(fields []string, name, value string) []string {
	out := append([]string(nil), fields...)
	for n := 0; n < len(out); n += 2 {
		if out[n] == name {
			out[n+1] = value
		}
	}
	return out
}

func TestGuestForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.add("tenugui-seigaiha", 1)
	tests := []struct{ name, value, says string }{
		{"name01", "", "入力されていません"}, {"name02", " 　", "入力されていません"}, {"kana01", "山田", "カタカナで"}, {"kana02", "", "入力されていません"},
		{"company_name", strings.Repeat("あ", 256), "255文字以内"}, {"postal_code", "123", "7桁"}, {"pref", "", "選択されていません"}, {"pref", "48", "選択されていません"},
		{"pref", "x", "選択されていません"}, {"addr01", "", "入力されていません"}, {"addr02", "a\x00b", "使用できない文字"}, {"phone_number", "abc", "半角数字"},
		{"email", "taro@", "有効なメールアドレス"}, {"email_confirm", "hanako@example.com", "一致しません"},
	}
	for _, tc := range tests {
		p := y.post("/shopping/nonmember", with(guestFields(), tc.name, tc.value)...).at("/shopping/nonmember", 422)
		p.says("#f-"+tc.name+"-error", tc.says).has("#error-summary a[href='#f-"+tc.name+"']", 1)
		if tc.name != "name01" {
			if got := p.value("input[name=name01]"); got != "山田" {
				t.Errorf("%s: what was typed is lost: %q", tc.name, got)
			}
		}
	}
	y.get("/shopping").at("/shopping/login", 200)
	p := y.get("/shopping/nonmember").at("/shopping/nonmember", 200)
	for name, want := range map[string]string{"postal_code": "postal-code", "phone_number": "tel", "email": "email", "name01": "family-name"} {
		if got := p.Find("input[name="+name+"]").AttrOr("autocomplete", ""); got != want {
			t.Errorf("%s: autocomplete %q", name, got)
		}
	}
}

func TestGuestIsRemembered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.procedure()
	p := y.get("/shopping/nonmember")
	if p.value("input[name=kana01]") != "ヤマダ" || p.value("input[name=phone_number]") != "0612345678" || p.Find("option[selected]").AttrOr("value", "") != "27" {
		t.Error("the details are not filled in again")
	}
	y.post("/shopping/nonmember", with(guestFields(), "addr02", "中之島1-1")...).at("/shopping", 200).says(".who", "中之島1-1")
	d, err := b.drafts.LoadByID(context.Background(), 1)
	if err != nil || d.Buyer.Addr02 != "中之島1-1" || d.Shippings[0].Address.Addr02 != "中之島1-1" {
		t.Errorf("the order keeps the old address: %+v %v", d, err)
	}
}

func TestDestination(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec("UPDATE dtb_delivery_fee SET fee = 1800 WHERE pref_id = 47")
	y := b.buyer()
	y.confirm()
	y.get("/shopping/shipping_edit").has("button[name=same]", 0).has("input[name=email]", 0)
	f := with(with(guestFields(), "pref", "47"), "name01", "比嘉")
	y.post("/shopping/shipping_edit", with(f, "kana01", "")...).at("/shopping/shipping_edit", 422).says("#f-kana01-error", "入力されていません")
	y.post("/shopping/shipping_edit", f...).at("/shopping", 200).says("main", "比嘉 太郎 様").says(".shop-side", "送料¥1,800")
	y.get("/shopping/confirm").says("main", "沖縄県").says(".shop-bar", "¥4,440")
	// the buyer's own change does not move it
	y.post("/shopping/nonmember", with(guestFields(), "name01", "佐藤")...).at("/shopping", 200).says("main", "比嘉 太郎 様").says("main", "佐藤 太郎 様")
	y.get("/shopping/shipping_edit").has("button[name=same]", 1)
	y.post("/shopping/shipping_edit", "same", "1").at("/shopping", 200).says(".shop-side", "送料¥1,000").says("main", "お客様情報と同じ住所")
}

func TestChoices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`INSERT INTO dtb_delivery (id, sale_type_id, name, sort_no, visible, create_date, update_date, discriminator_type) VALUES (3, 1, '急ぎ便', 0, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'delivery')`)
	b.exec(`INSERT INTO dtb_delivery_fee (delivery_id, pref_id, fee, discriminator_type) VALUES (3, 27, 1500, 'deliveryfee')`)
	b.exec(`INSERT INTO dtb_payment_option (delivery_id, payment_id, discriminator_type) VALUES (3, 3, 'paymentoption')`)
	b.exec("UPDATE dtb_product_class SET delivery_duration_id = 2 WHERE product_code = 'tenugui-seigaiha'")
	b.exec("UPDATE dtb_payment SET charge = 300 WHERE id = 4")
	y := b.buyer()
	p := y.procedure().has("input[name=delivery]", 2).has("select[name=date] option", 22)
	first := p.Find("select[name=date] option:nth-child(2)")
	if first.AttrOr("value", "") != "2026-04-02" || !strings.Contains(first.Text(), "2026年4月2日(木)") {
		t.Errorf("first day %q %q", first.AttrOr("value", ""), first.Text())
	}
	tests := []struct{ name, value, id, says string }{
		{"delivery", "", "delivery", "選択されていません"}, {"delivery", "2", "delivery", "有効な選択"}, {"delivery", "1 OR 1=1", "delivery", "有効な選択"},
		{"time_1", "99", "time_1", "有効な選択"}, {"date", "2026-04-01", "date", "有効な選択"}, {"date", "x", "date", "有効な選択"},
		{"payment", "", "payment", "選択されていません"}, {"payment", "99", "payment", "有効な選択"},
		{"message", strings.Repeat("あ", 3001), "message", "3000文字以内"}, {"message", "a\x00", "message", "使用できない文字"},
	}
	good := []string{"delivery", "1", "time_1", "1", "date", "2026-04-05", "payment", "4", "message", "こんにちは"}
	for _, tc := range tests {
		p := y.post("/shopping/confirm", with(good, tc.name, tc.value)...).at("/shopping/confirm", 422)
		p.says("#f-"+tc.id+"-error", tc.says).has("#error-summary a[href='#f-"+tc.id+"']", 1)
		if p.Find("#f-"+tc.id).Length() != 1 {
			t.Errorf("%s: the summary leads nowhere", tc.name)
		}
	}
	y.post("/shopping/confirm", good...).at("/shopping/confirm", 200).says("main", "2026年4月5日(日)").says("main", "午前").says(".shop-side", "手数料¥300").says("main", "こんにちは")
	// the other delivery cannot be paid by 代金引換
	y.post("/shopping/confirm", with(good, "delivery", "3")...).at("/shopping/confirm", 422).says("#f-payment-error", "有効な選択").has("input[name=payment]", 1).says(".shop-side", "送料¥1,500")
	y.post("/shopping/redirect_to", "delivery", "3", "payment", "3").at("/shopping", 200).has("input[name=payment]:checked", 1).says(".shop-bar", "¥4,140")
}

func TestNothingToChoose(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.procedure()
	b.exec("UPDATE dtb_payment SET visible = 0")
	y.get("/shopping").at("/shopping", 200).says("main", "ご利用いただけるお支払方法がありません").has(".shop-bar button", 0)
	y.get("/shopping/confirm").at("/shopping", 200)
	b.exec("UPDATE dtb_delivery SET visible = 0")
	y.get("/shopping").at("/shopping", 200).says("main", "ご利用いただける配送方法がありません").has(".shop-bar button", 0)
	y.post("/shopping/confirm", "delivery", "1", "payment", "3").at("/shopping/confirm", 422)
}

// TestPaygentLabel: ours go on to a page of their own, so the button says 次へ.
func TestPaygentLabel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`UPDATE dtb_payment SET method_class = 'Plugin\PaygentPayment\Service\Method\Module\Credit' WHERE id = 3`)
	b.buyer().confirm().says(".shop-bar button", "次へ")
}

// TestInjection: whatever is typed comes back as text, never as markup.
func TestInjection(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`
	b := setup(t)
	b.exec("UPDATE dtb_product SET name = ?, description_list = ?, description_detail = ?", evil, evil, evil)
	b.exec("UPDATE dtb_base_info SET message = ?, company_name = ?", evil, evil)
	b.exec("UPDATE dtb_payment SET payment_method = ?", evil)
	b.exec("UPDATE dtb_delivery SET name = ?", evil)
	y := b.buyer()
	clean := func(p page) {
		t.Helper()
		if n := p.Find("main script, main img, [onerror]").Length(); n > 0 {
			t.Errorf("%s: %d elements came in", p.path, n)
		}
		p.says("main, main input", "<script>alert(1)</script>")
	}
	clean(y.get("/"))
	clean(y.get("/products/detail/1"))
	clean(y.add("tenugui-seigaiha", 1))
	f := guestFields()
	for _, name := range []string{"name01", "name02", "company_name", "addr01", "addr02"} {
		f = with(f, name, evil)
	}
	bad := y.post("/shopping/nonmember", with(f, "email", evil)...).at("/shopping/nonmember", 422)
	if bad.value("input[name=email]") != evil || bad.Find("main script").Length() > 0 {
		t.Error("the form does not give back what was typed, as text")
	}
	clean(y.post("/shopping/nonmember", f...).at("/shopping", 200))
	clean(y.post("/shopping/confirm", "delivery", "1", "payment", "3", "message", evil+"\n</textarea><script>").at("/shopping/confirm", 200))
	clean(y.get("/shopping"))
	clean(y.get("/cart"))
	clean(y.get("/help/tradelaw"))
}

func TestTradeLaw(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	y.get("/help/tradelaw").at("/help/tradelaw", 200).says(".law", "けっさい商店")
	b.exec(`INSERT INTO dtb_tradelaw (name, description, sort_no, display_order_screen, discriminator_type) VALUES ('返品・交換', '7日以内', 1, 0, 'tradelaw')`)
	y.get("/help/tradelaw").says(".law dt", "返品・交換").has(".law dt", 1)
	y.get("/shopping/error").at("/shopping/error", 200).has("a[href='/cart'].btn-main", 1)
}

// TestFormRoundTrip: an address survives its own form.
func TestFormRoundTrip(t *testing.T) {
	t.Parallel()
	err := quick.Check(func(a order.Address) bool {
		a = a.Normalized()
		return formOf(a).address() == a.Normalized()
	}, nil)
	if err != nil {
		t.Error(err)
	}
}
