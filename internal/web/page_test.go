package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
)

func document(t *testing.T, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

type linePage struct {
	Lines []struct{ Name string }
	Total order.Yen
	When  time.Time
	Sub   *struct{ Deep string }
}

func TestPagesAreTriedOutWhenMounted(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"fits", `{{define "content"}}{{range .Lines}}{{.Name}}{{end}}{{yen .Total}}{{with .Sub}}{{.Deep}}{{end}}{{end}}`, ""},
		{"unknown field", `{{define "content"}}{{.Nothing}}{{end}}`, "can't evaluate field Nothing"},
		{"unknown field inside a list", `{{define "content"}}{{range .Lines}}{{.Nam}}{{end}}{{end}}`, "can't evaluate field Nam"},
		{"unknown field inside a pointer", `{{define "content"}}{{with .Sub}}{{.Deeper}}{{end}}{{end}}`, "can't evaluate field Deeper"},
		{"unknown field on the empty side", `{{define "content"}}{{range .Lines}}{{else}}{{.Gone}}{{end}}{{end}}`, "can't evaluate field Gone"},
		{"unknown field in the bar", `{{define "content"}}{{end}}{{define "bar"}}{{.Foo}}{{end}}`, "can't evaluate field Foo"},
		{"unknown component", `{{define "content"}}{{template "fild" .}}{{end}}`, `no such template "fild"`},
		{"unknown asset", `{{define "content"}}{{asset "gone.js"}}{{end}}`, `no asset "gone.js"`},
		{"unknown icon", `{{define "content"}}{{icon "gone"}}{{end}}`, `no icon "gone"`},
		{"no content", `{{define "side"}}{{end}}`, `no block "content"`},
		{"does not parse", `{{define "content"}}{{if}}{{end}}`, "missing value for if"},
		{"money of a wrong type", `{{define "content"}}{{yen .When}}{{end}}`, "no whole number"},
	}
	b := setup(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			set := pageSet(b, map[string]string{"page.html": tc.text})
			NewPage[linePage](set, "page.html", Shop)
			err := set.Err()
			if tc.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "page.html") {
				t.Errorf("Err = %v, want one with %q and the file's name", err, tc.want)
			}
		})
	}
}

func TestMissingFileStopsTheStart(t *testing.T) {
	t.Parallel()
	set := pageSet(setup(t), nil)
	p := NewPage[linePage](set, "gone.html", Shop)
	if set.Err() == nil {
		t.Error("no error for a missing file")
	}
	if err := p.Render(nil, nil, Frame{}, linePage{}); err == nil {
		t.Error("a page that was not mounted renders")
	}
}

func TestShopPage(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *Options) {
		o.Around = func(f Face, _ *http.Request) (Around, error) {
			return Around{ShopName: `<店>`, CartCount: 3, Environment: Test, Person: ""}, nil
		}
	})
	set := pageSet(b, map[string]string{"cart.html": `{{define "content"}}<p id="x">{{.Total}}</p>{{end}}{{define "bar"}}<button>次へ</button>{{end}}`})
	page := NewPage[linePage](set, "cart.html", Shop)
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	b.Shop().Handle("GET /cart", func(w http.ResponseWriter, r *http.Request) error {
		return page.Render(w, r, Frame{Title: "カート", Step: StepCart, Payment: true}, linePage{Total: 4080})
	})
	w := get(b.Handler(), "/cart?x=1")
	doc := document(t, w.Body.String())
	texts := map[string]string{}
	for _, sel := range []string{"h1", "title", "#x", ".shop-name", ".shop-bar button", ".steps [aria-current=step] .step-title"} {
		texts[sel] = doc.Find(sel).Text()
	}
	want := map[string]string{"h1": "カート", "title": "カート | <店>", "#x": "¥4,080", ".shop-name": "<店>", ".shop-bar button": "次へ",
		".steps [aria-current=step] .step-title": "カート（現在のステップ）"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
	if n := doc.Find(".steps li").Length(); n != 5 {
		t.Errorf("%d steps for a guest, want 5", n)
	}
	if !strings.Contains(doc.Find(".foot-environment").Text(), "試験環境です。実際の請求は発生しません") {
		t.Error("the payment page's foot does not show the environment")
	}
	if lang, _ := doc.Find("html").Attr("lang"); lang != "ja" {
		t.Errorf("lang = %q", lang)
	}
}

func TestMemberHasNoCustomerStep(t *testing.T) {
	t.Parallel()
	var titles []string
	for _, s := range Steps(StepConfirm, true) {
		titles = append(titles, s.Title)
	}
	want := []string{"カート", "ご注文手続き", "ご注文内容のご確認", "完了"}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Error(diff)
	}
}

func TestAdminPage(t *testing.T) {
	t.Parallel()
	menu := []MenuGroup{
		{Name: "home", Title: "ホーム", Icon: "home", URL: "/admin/"},
		{Name: "setting", Title: "設定", Items: []MenuItem{{Title: "店舗設定", Items: []MenuItem{{Name: "payment", Title: "支払方法設定", URL: "/admin/setting/shop/payment"}}}}},
	}
	b := setup(t, func(o *Options) {
		o.Around = func(Face, *http.Request) (Around, error) {
			return Around{ShopName: "店", Person: "山田", Environment: Simulator, Menu: menu}, nil
		}
	})
	set := pageSet(b, map[string]string{"p.html": `{{define "content"}}{{template "status" .}}{{end}}`})
	page := NewPage[order.Status](set, "p.html", Admin)
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	b.Admin().Handle("GET /setting/shop/payment", func(w http.ResponseWriter, r *http.Request) error {
		return page.Render(w, r, Frame{Title: "支払方法設定", Group: "店舗設定", Menu: "payment"}, order.Paid)
	})
	doc := document(t, get(b.Handler(), "/admin/setting/shop/payment").Body.String())
	if got := doc.Find("details[open]").Length(); got != 2 {
		t.Errorf("%d groups are open, want the two above the current entry", got)
	}
	if got := doc.Find(".admin-menu [aria-current=page]").Text(); got != "支払方法設定" {
		t.Errorf("current entry %q", got)
	}
	if got := doc.Find(".environment-simulator").Text(); !strings.Contains(got, "シミュレータ") {
		t.Errorf("strip %q", got)
	}
	if got := doc.Find(".status.status-6").Text(); got != "入金済み" {
		t.Errorf("status %q", got)
	}
}
