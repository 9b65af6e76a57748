package web_test

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kessai/internal/database/dbtest"
	"kessai/internal/order"
	"kessai/internal/web"
	"kessai/internal/web/webtest"
)

//go:embed testdata/gallery
var galleryFiles embed.FS

type galleryOrder struct {
	No, Name, Method string
	At               time.Time
	Status           order.Status
	Badge            web.Badge
	Total            order.Yen
}

type galleryList struct {
	Orders []galleryOrder
	Chips  []web.Chip
	Pager  web.Pager
	Run    web.Confirm
	Empty  web.Empty
}

type galleryLine struct {
	Name       string
	Price, Sum order.Yen
	Quantity   int
}

type galleryCart struct {
	Lines                          []galleryLine
	Methods                        []web.Option
	Subtotal, Fee, Discount, Total order.Yen
	Nothing                        web.Empty
}

type galleryForm struct {
	Name, Kana                     web.Row
	Email, Postal, Pref, Pay, Keep web.Field
}

type galleryNumber struct {
	Note   web.Message
	Number string
	Amount order.Yen
	Until  time.Time
}

type galleryEdit struct {
	Badge, Unknown web.Badge
	Asks           []web.Confirm
	Fields         []web.Field
}

func galleryMoment() time.Time { return time.Date(2026, 12, 3, 14, 59, 0, 0, time.UTC) }

// gallery serves sample pages of both faces.
func gallery(t *testing.T) http.Handler {
	t.Helper()
	k := webtest.Kernel(t, dbtest.SQLite(t), galleryMoment, func(o *web.Options) {
		o.Around = func(f web.Face, r *http.Request) (web.Around, error) { return galleryAround(f, r), nil }
	})
	set := k.Templates(galleryFiles, "testdata/gallery")
	mountShopGallery(k, set)
	mountAdminGallery(k, set)
	if err := set.Err(); err != nil {
		t.Fatal(err)
	}
	return k.Handler()
}

func galleryAround(f web.Face, r *http.Request) web.Around {
	a := web.Around{ShopName: "和菓子 あさぎり", Environment: web.Test, CartCount: 3, Links: []web.Link{{Title: "特定商取引法に基づく表記", URL: "/help/tradelaw"}, {Title: "お問い合わせ", URL: "/contact"}}}
	if f != web.Admin || r.URL.Path == "/admin/login" {
		return a
	}
	a.Person, a.Attention = "山田 花子", 2
	if r.URL.Query().Get("environment") == "simulator" {
		a.Environment = web.Simulator
	}
	a.Menu = []web.MenuGroup{
		{Name: "home", Title: "ホーム", Icon: "home", URL: "/admin/"},
		{Title: "商品管理", Icon: "tag", Items: []web.MenuItem{{Name: "product", Title: "商品一覧", URL: "/admin/product"}}},
		{Title: "受注管理", Icon: "order", Items: []web.MenuItem{
			{Name: "order", Title: "受注一覧", URL: "/admin/order"}, {Name: "order_new", Title: "受注登録", URL: "/admin/order/new"},
			{Name: "paygent", Title: "ペイジェント決済管理", URL: "/admin/paygent_order"}}},
		{Title: "会員管理", Icon: "people", Items: []web.MenuItem{{Name: "customer", Title: "会員一覧", URL: "/admin/customer"}}},
		{Title: "設定", Icon: "gear", Items: []web.MenuItem{
			{Title: "店舗設定", Items: []web.MenuItem{{Name: "payment", Title: "支払方法設定", URL: "/admin/setting/shop/payment"}}},
			{Title: "システム設定", Items: []web.MenuItem{{Name: "member", Title: "メンバー管理", URL: "/admin/setting/system/member"}}}}},
		{Title: "オーナーズストア", Icon: "plug", Items: []web.MenuItem{{Name: "plugin", Title: "プラグイン一覧", URL: "/admin/store/plugin"}}},
	}
	return a
}

func serve[T any](rt *web.Routes, pattern string, p *web.Page[T], f web.Frame, data func(r *http.Request) T) {
	rt.Handle(pattern, func(w http.ResponseWriter, r *http.Request) error { return p.Render(w, r, f, data(r)) })
}

func mountShopGallery(k *web.Kernel, set *web.Set) {
	shop := k.Shop()
	serve(shop, "GET /confirm", web.NewPage[galleryCart](set, "shop_confirm.html", web.Shop),
		web.Frame{Title: "ご注文内容のご確認", Step: web.StepConfirm}, func(*http.Request) galleryCart { return sampleCart() })
	var wrong web.Errors
	wrong.Say("email", "有効なメールアドレスではありません。")
	wrong.Say("kana02", "カタカナで入力してください。")
	wrong = wrong.Label(map[string]string{"email": "メールアドレス", "kana02": "お名前(カナ)"})
	serve(shop, "GET /form", web.NewPage[galleryForm](set, "shop_form.html", web.Shop),
		web.Frame{Title: "お客様情報の入力", Step: web.StepCustomer, Errors: wrong, Narrow: true}, func(*http.Request) galleryForm { return sampleForm(wrong) })
	serve(shop, "GET /number", web.NewPage[galleryNumber](set, "shop_number.html", web.Shop),
		web.Frame{Title: "お支払いのご案内", Payment: true, Narrow: true}, func(*http.Request) galleryNumber {
			return galleryNumber{web.Message{Tone: web.Info, Lines: []string{"お支払いのご案内をメールでもお送りしました。"}}, "123456789012", 4080, galleryMoment()}
		})
	serve(shop, "GET /done", web.NewPage[string](set, "shop_done.html", web.Shop),
		web.Frame{Title: "ご注文完了", Step: web.StepComplete, Narrow: true}, func(*http.Request) string { return "10023" })
	shop.Handle("GET /broken", func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("the disk is on fire") })
	shop.Handle("POST /slow", func(w http.ResponseWriter, r *http.Request) error {
		select {
		case <-r.Context().Done():
		case <-time.After(400 * time.Millisecond):
		}
		return web.Redirect(w, r, "/done")
	})
}

func mountAdminGallery(k *web.Kernel, set *web.Set) {
	admin := k.Admin()
	list := web.NewPage[galleryList](set, "admin_list.html", web.Admin)
	frame := web.Frame{Title: "ペイジェント決済管理", Group: "受注管理", Menu: "paygent"}
	serve(admin, "GET /paygent_order", list, frame, sampleList)
	serve(admin, "GET /empty", list, frame, func(r *http.Request) galleryList {
		return galleryList{Pager: web.NewPager(r, 0, 50), Empty: web.Empty{Icon: "order", Title: "検索条件に該当するデータがありませんでした", Text: "検索条件を変えて、再度検索をお試しください。"}}
	})
	serve(admin, "GET /order/10023", web.NewPage[galleryEdit](set, "admin_order.html", web.Admin),
		web.Frame{Title: "受注登録", Group: "受注管理", Menu: "order"}, func(*http.Request) galleryEdit { return sampleEdit() })
	serve(admin, "GET /setting", web.NewPage[[]web.Field](set, "admin_setting.html", web.Admin),
		web.Frame{Title: "プラグイン設定", Group: "オーナーズストア", Menu: "plugin"}, func(*http.Request) []web.Field { return sampleSettings() })
	serve(admin, "GET /login", web.NewPage[[]web.Field](set, "admin_login.html", web.Admin),
		web.Frame{Title: "ログイン", Narrow: true}, func(*http.Request) []web.Field {
			return []web.Field{{Name: "login_id", Label: "ログインID", Autocomplete: "username"}, {Name: "password", Label: "パスワード", Kind: web.KindPassword, Autocomplete: "current-password"}}
		})
	serve(admin, "GET /job", web.NewPage[int](set, "admin_job.html", web.Admin).Script("vendor/htmx.min.js"),
		web.Frame{Title: "ジョブ"}, func(*http.Request) int { return 1 })
	progress := web.NewPart[int](set, "admin_job.html", "progress")
	admin.Handle("GET /job/progress", func(w http.ResponseWriter, _ *http.Request) error { return progress.Render(w, 2) })
	admin.Handle("GET /job/broken", func(http.ResponseWriter, *http.Request) error { return errors.New("the disk is on fire") })
	admin.Handle("POST /cancel", func(w http.ResponseWriter, r *http.Request) error {
		if ok, err := k.Confirmed(w, r, web.Admin, web.Frame{Group: "受注管理"}, sampleEdit().Asks[1]); !ok {
			return err
		}
		if err := web.PutFlash(r, web.Success, "10023：取消しました", "10024：取消しました"); err != nil {
			return err
		}
		return web.Redirect(w, r, "/admin/paygent_order")
	})
}

var galleryPages = []string{"/confirm", "/form", "/number", "/done", "/broken",
	"/admin/paygent_order", "/admin/empty", "/admin/order/10023", "/admin/setting?environment=simulator", "/admin/login", "/admin/nothing-here"}

// TestGallery opens every sample page at the widths of a small phone, a phone and a
// desk. A page may be nowhere wider than its window and nothing may be refused by
// its own policy, and axe may find no barrier. KESSAI_TEST_GALLERY names a folder for pictures to look at.
func TestGallery(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(gallery(t))
	t.Cleanup(server.Close)
	browser := webtest.NewBrowser(t)
	for _, width := range []int{320, 390, 1280} {
		ctx := browser.Page(t, width, 800)
		complaints := webtest.Complaints(t, ctx)
		for _, path := range galleryPages {
			webtest.Do(t, ctx, chromedp.Navigate(server.URL+path))
			if wide := webtest.Eval[int](t, ctx, `document.documentElement.scrollWidth`); wide > width {
				t.Errorf("%s is %d px wide in a window of %d", path, wide, width)
			}
			if width == 390 || (width > 390 && strings.HasPrefix(path, "/admin")) {
				for _, finding := range webtest.Axe(t, ctx) {
					t.Errorf("%s at %d px: %s", path, width, finding)
				}
			}
			photograph(t, ctx, width, path)
		}
		for _, text := range complaints() {
			t.Errorf("at %d px: %s", width, text)
		}
	}
}

func photograph(t *testing.T, ctx context.Context, width int, path string) {
	folder := os.Getenv("KESSAI_TEST_GALLERY")
	if folder == "" || width == 320 {
		return
	}
	name := filepath.Join(folder, fmt.Sprintf("%s-%d.png", filepath.Base(path), width))
	webtest.Shoot(t, ctx, width, name)
	webtest.Resize(t, ctx, width, 800)
}
