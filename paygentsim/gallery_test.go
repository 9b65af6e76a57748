package paygentsim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kessai/internal/web/webtest"
	"kessai/paygentsim"
)

// galleryPage is one page to look at, and what it must show to be that page.
type galleryPage struct{ name, address, says string }

const (
	longName = "株式会社決済商店オンラインショップ東京本店別館地下売場和菓子コーナー"
	longMemo = "お支払いの前に商品の内容と金額を必ずご確認ください。ご不明な点はお電話または電子メールでお問い合わせください。営業時間は平日の午前十時から午後五時までです。土日祝日は休業とさせていただきます。お届けまで七日ほどいただきます。"
)

// longForm is a link type request in which everything is as long as it may be.
func longForm(paymentType string, more fields) url.Values {
	f := fields{"trading_id": "W" + strings.Repeat("0123456789", 2)[:20] + paymentType[:2], "merchant_name": longName[:3*32], "free_memo": longMemo, "id": "99999999",
		"payment_detail": longName[:3*32], "copy_right": strings.Repeat("Copyright-kessai", 8)}
	for k, v := range more {
		f[k] = v
	}
	return linkForm(paymentType, f)
}

// galleryBundle has every kind of payment at a simulator that a browser reaches at pages.
func galleryBundle(t *testing.T, pages string) *bundle {
	t.Helper()
	m := merchant()
	m.LinkKey, m.ThreeDSKey, m.PaidyKey = "LINKKEY0001", "TDSKEY0001", "pk_test_1"
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}, PageURL: pages})
	for _, kind := range paygentsim.PaymentTypes() {
		if _, err := b.sim.Foreign("12345", "order-2026-12-03-0000-0"+string(kind), kind, 99_999_999); err != nil {
			t.Fatal(err)
		}
	}
	b.authorize("52", "4900000000008101", nil)
	captured := b.authorize("53", good, fields{"sales_mode": "1"})["payment_id"]
	if _, err := b.sim.SetStatus(captured, paygentsim.CaptureCancelled, false); err != nil {
		t.Fatal(err)
	}
	id := b.authorize("54", good, nil)["payment_id"]
	b.send("028", fields{"payment_id": id, "payment_amount": "3000", "reduction_flag": "0"})
	if err := b.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		t.Fatal(err)
	}
	b.send("030", conveni("00C002", nil))
	b.send("010", atm(nil))
	b.drain()
	b.send("025", fields{"customer_id": "7", "card_token": b.token(good)})
	return b
}

// galleryPages opens what buyers and testers see.
func galleryPages(t *testing.T, b *bundle, pages, control, empty string) []galleryPage {
	t.Helper()
	stock := fields{"stock_card_mode": "1", "customer_id": "7"}
	link := func(paymentType string, more fields) string {
		got := b.link(longForm(paymentType, more))
		if got["url"] == "" {
			t.Fatalf("link %s: %v", paymentType, got)
		}
		return got["url"]
	}
	number := func(paymentType, id, store string) string {
		address := link(paymentType, fields{"trading_id": id})
		b.browser().open(address).press("pay", "cvs_company_id", store)
		return address
	}
	paid := link("02", fields{"trading_id": "L1"})
	b.browser().open(paid).press("pay", card()...)
	stopped := link("02", fields{"trading_id": "L2"})
	b.browser().open(stopped).press("stop")
	expired := link("02", fields{"trading_id": "L3", "payment_term_day": "", "payment_term_min": "5"})
	carrier := b.send("104", fields{"trading_id": "90", "career_type": au, "pc_mobile_type": "0", "redirect_url": "https://shop.example/a", "cancel_url": "https://shop.example/b"})
	pay := b.apply(softbank, "", nil)
	long := asp(fields{"trading_id": "81", "claim_kanji": sjis(longName[:3*32]), "merchant_name": sjis(longName[:3*32]), "free_memo": sjis(longMemo), "amount": "99999999"})
	bank, chosen := b.send("060", long)["asp_url"], b.send("060", long)["asp_url"]
	b.browser().open(chosen).press("bank")
	b.send("450", b.authentication("4900000000007002", fields{"merchant_name": longName[:3*32], "payment_amount": "99999999"}))
	acs := b.visitPath("three_ds")
	receipt := b.send("030", conveni("00C001", fields{"trading_id": "71"}))["receipt_print_url"]
	b.clock.advance(10 * time.Minute)
	return []galleryPage{
		{"control", control + "/control/", "試験環境ツール"},
		{"control-few", control + "/control/?q=54", "すべて表示"},
		{"control-search", control + "/control/?q=00C", "該当する決済はありません"},
		{"control-unlawful", control + "/control/?error=" + url.QueryEscape("unlawful_status"), "変更できません"},
		{"control-empty", empty + "/control/", "決済はまだありません"},
		{"index", pages + "/", "シミュレーター"},
		{"nowhere", pages + "/nowhere", "ページが見つかりません"},
		{"link-choose", link("01,02,03,05,06", fields{"trading_id": "L4"}), "お支払方法"},
		{"link-card", link("02", stock), "登録カード"},
		{"link-conveni", link("03", fields{"fix_params": ""}), "コンビニ"},
		{"link-atm", link("01", nil), "ATM決済"},
		{"link-bank", link("05", nil), "銀行ネット"},
		{"link-carrier", link("06", nil), "キャリア"},
		{"link-conveni-done", number("03", "L5", "00C001"), "受付番号"},
		{"link-atm-done", number("01", "L6", ""), "収納機関番号"},
		{"link-card-done", paid, "お手続きが完了しました"},
		{"link-stopped", stopped, "中止されました"},
		{"link-expired", expired, "有効期限が切れています"},
		{"link-unknown", pages + "/v/u/pay?p=x", "お取引が見つかりません"},
		{"acs", pages + acs, "本人認証"},
		{"bank", bank, "金融機関"},
		{"bank-chosen", chosen, "シミュレーター銀行"},
		{"carrier-auth", carrier["redirect_url"], "ログインする"},
		{"carrier-pay", pay["redirect_url"], "承諾して購入する"},
		{"receipt", receipt, "払込票"},
	}
}

// visitPath is the newest open page of a kind.
func (b *bundle) visitPath(kind string) string {
	b.t.Helper()
	all := b.sim.Visits()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Kind == kind {
			return all[i].Path
		}
	}
	b.t.Fatalf("nobody is at a page %s", kind)
	return ""
}

// shopOfPaidy is a shop's page that opens Paidy's window.
func shopOfPaidy(pages *string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>ショップ</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>ショップ</h1></main><script src="`+*pages+`/paidy/paidy.js"></script>
<script>Paidy.configure({ api_key: "pk_test_1", closed: function () {} }).launch(`+strings.ReplaceAll(paidyOrder, "決済商店", longName[:3*32])+`);</script></body></html>`)
	}
}

// gallery serves the pages to a browser and lists them.
func gallery(t *testing.T) []galleryPage {
	t.Helper()
	var sim, control http.Handler
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sim.ServeHTTP(w, r) }))
	t.Cleanup(pages.Close)
	tool := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { control.ServeHTTP(w, r) }))
	t.Cleanup(tool.Close)
	b := galleryBundle(t, pages.URL)
	sim, control = b.sim.Handler(), b.sim.ControlHandler()
	none := httptest.NewServer(setup(t, paygentsim.Options{}).sim.ControlHandler())
	t.Cleanup(none.Close)
	shop := httptest.NewServer(shopOfPaidy(&pages.URL))
	t.Cleanup(shop.Close)
	return append(galleryPages(t, b, pages.URL, tool.URL, none.URL), galleryPage{"paidy", shop.URL, "Paidy翌月払い"})
}

// TestGallery opens every page at the widths of a small phone, a phone and a desk. A page says
// that it is a simulator, is nowhere wider than its window, and nothing on it is refused by its own
// policy. KESSAI_TEST_GALLERY names a folder for pictures to look at.
func TestGallery(t *testing.T) {
	t.Parallel()
	browser := webtest.NewBrowser(t)
	for _, p := range gallery(t) {
		t.Run(p.name, func(t *testing.T) {
			ctx := browser.Page(t, 1280, 800)
			complaints := webtest.Complaints(t, ctx)
			webtest.Do(t, ctx, chromedp.Navigate(p.address))
			webtest.Eval[bool](t, ctx, `document.querySelectorAll("details").forEach(function (d) { d.open = true; }), true`)
			if text := webtest.Eval[string](t, ctx, `document.body.innerText`); !strings.Contains(text, p.says) || !strings.Contains(text, "シミュレーター") {
				t.Errorf("it does not say %q and that it is a simulator: %.200s", p.says, text)
			}
			for _, width := range []int{1280, 390, 320} {
				webtest.Resize(t, ctx, width, 800)
				if wide := webtest.Eval[int](t, ctx, `document.documentElement.scrollWidth`); wide > width {
					t.Errorf("it is %d px wide in a window of %d", wide, width)
				}
				photograph(t, ctx, p.name, width)
			}
			for _, text := range complaints() {
				// The browser itself complains of a page that is not there.
				if !strings.Contains(text, "404") && !strings.Contains(text, "410") {
					t.Error(text)
				}
			}
		})
	}
}

func photograph(t *testing.T, ctx context.Context, name string, width int) {
	t.Helper()
	folder := os.Getenv("KESSAI_TEST_GALLERY")
	if folder == "" || width == 320 {
		return
	}
	height := webtest.Eval[int](t, ctx, `document.documentElement.scrollHeight`)
	webtest.Resize(t, ctx, width, min(height, 2400))
	webtest.ShootWindow(t, ctx, filepath.Join(folder, fmt.Sprintf("sim-%s-%d.png", name, width)))
}

// TestGalleryBarriers lets axe look at every page on a phone. The whole control page is
// left out: its rows are those of control-few, many times.
func TestGalleryBarriers(t *testing.T) {
	t.Parallel()
	browser := webtest.NewBrowser(t)
	for _, p := range gallery(t) {
		if p.name == "control" {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			ctx := browser.Page(t, 390, 800)
			webtest.Do(t, ctx, chromedp.Navigate(p.address))
			for _, finding := range webtest.Axe(t, ctx) {
				t.Error(finding)
			}
		})
	}
}
