package shop

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
)

func TestProductList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	p := y.get("/").at("/", 200).has(".tile", 6).has(".tile svg.art", 6)
	p.says(".tile:first-child h2", "季節の絵はがき 5枚組").says(".tile:nth-child(3) .price", "¥5,280～¥5,720（税込）").says(".tile.is-soldout", "在庫なし")
	if got := p.Find(".tile:first-child a").AttrOr("href", ""); got != fmt.Sprintf("/products/detail/%d", b.productOf("hagaki-shiki")) {
		t.Errorf("link = %q", got)
	}
	b.exec("UPDATE dtb_base_info SET option_nostock_hidden = ?", true)
	y.get("/").has(".tile", 5)
	b.exec("UPDATE dtb_product SET product_status_id = 2")
	y.get("/").has(".tile", 0).says(".empty", "ただいま準備中です")
}

func TestProductPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	y := b.buyer()
	detail := func(code string) page { return y.get(fmt.Sprintf("/products/detail/%d", b.productOf(code))) }
	p := detail("apron-m-kon").has("input[name=ProductClass]", 4).has("input[name=ProductClass]:disabled", 1)
	p.says("legend", "サイズ / カラー").says(".option:nth-child(3)", "残りわずか").says(".option:nth-child(4)", "在庫なし")
	detail("kyusu-arare").has("form.goods-form", 0).says(".soldout", "品切れ")
	detail("wan-yozakura").says(".field-hint", "2点まで").has("input[name=ProductClass][type=hidden]", 1)
	detail("sencha-asagiri").says(".goods-facts", "軽減税率8%対象").says(".goods-price", "¥1,080")
	y.get("/products/detail/0").at("/products/detail/0", 404)
	y.get("/products/detail/abc").at("/products/detail/abc", 404)
	y.get("/products/detail/9999").at("/products/detail/9999", 404)
	b.exec("UPDATE dtb_product SET product_status_id = 2 WHERE id = ?", b.productOf("wan-yozakura"))
	if got := detail("wan-yozakura").status; got != 404 {
		t.Errorf("a hidden product answers %d", got)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	apron, other := b.productOf("apron-m-kon"), b.class("tenugui-seigaiha")
	kon := fmt.Sprint(b.class("apron-m-kon"))
	tests := []struct{ name, class, quantity, field, says string }{
		{"nothing chosen", "", "1", "#f-ProductClass-error", "選択されていません"},
		{"another product's class", fmt.Sprint(other), "1", "#f-ProductClass-error", "有効な選択ではありません"},
		{"no quantity", kon, "", "#f-quantity-error", "入力されていません"},
		{"no number", kon, "<b>", "#f-quantity-error", "数字で入力してください"},
		{"zero", kon, "0", "#f-quantity-error", "1以上"},
		{"too many", kon, "99999", "#f-quantity-error", "9999以下"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			y := b.buyer()
			path := fmt.Sprintf("/products/add_cart/%d", apron)
			p := y.post(path, "ProductClass", tc.class, "quantity", tc.quantity).at(path, 422).says(tc.field, tc.says)
			if got := p.value("input[name=quantity]"); got != tc.quantity {
				t.Errorf("typed quantity %q became %q", tc.quantity, got)
			}
			y.get("/cart").has(".line", 0)
		})
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	of := func(stock int64, unlimited bool, limit int64) class {
		return class{Stock: stock, Unlimited: unlimited, Limit: limit, Price: 1000, Tax: order.TaxRule{Rate: 10, Rounding: order.RoundHalfUp}}
	}
	tests := []struct {
		class class
		word  string
		most  int64
	}{
		{of(0, false, 0), "在庫なし", 0},
		{of(-3, false, 0), "在庫なし", 0},
		{of(5, false, 0), "残りわずか", 5},
		{of(6, false, 0), "", 6},
		{of(6, false, 2), "", 2},
		{of(0, true, 0), "", plenty},
		{of(0, true, 3), "", 3},
	}
	for _, tc := range tests {
		if got := tc.class.StockWord(); got != tc.word {
			t.Errorf("%+v: word %q, want %q", tc.class, got, tc.word)
		}
		if got := tc.class.Most(); got != tc.most {
			t.Errorf("%+v: most %d, want %d", tc.class, got, tc.most)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 1, 16, 0, 0, 0, time.UTC) // the 2nd in Japan
	days := func(n int64) class { return class{Days: &n} }
	tests := []struct {
		name    string
		classes []class
		first   string
		n       int
	}{
		{"none says", []class{{}}, "", 0},
		{"at once", []class{days(0)}, "2026-04-02", 21},
		{"the slowest counts", []class{days(1), {}, days(7)}, "2026-04-09", 21},
		{"one on order", []class{days(1), days(-1)}, "", 0},
	}
	for _, tc := range tests {
		got := dates(tc.classes, now)
		first := ""
		if len(got) > 0 {
			first = got[0].Format(dateForm)
		}
		if len(got) != tc.n || first != tc.first {
			t.Errorf("%s: %d days from %q, want %d from %q", tc.name, len(got), first, tc.n, tc.first)
		}
	}
}

func TestArt(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, p := range []product{{Name: "南部鉄器 急須「霰」0.6L"}, {Name: "会津塗 汁椀"}, {Name: "朝霧", words: "お茶 煎茶"}, {Name: "無題"}, {Name: "手ぬぐい", words: "お茶"}} {
		got[p.Name] = artOf(p).Motif
	}
	want := map[string]string{"南部鉄器 急須「霰」0.6L": "teapot", "会津塗 汁椀": "bowl", "朝霧": "leaf", "無題": "parcel", "手ぬぐい": "cloth"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
