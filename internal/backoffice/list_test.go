package backoffice_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/internal/web/webtest"
)

const listPath = "/admin/paygent_payment/payment_status"

func numbers(p webtest.Page) []string { return webtest.Texts(p.Document, ".orders tbody .c-no") }

func TestListIsTheManuals(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(2)
	r.operate(id, true)
	p := r.Get(listPath)
	if got, want := webtest.Texts(p.Document, ".orders thead th"), []string{"受注日時", "注文番号", "ペイジェント状況", "一括売上実行全注文", "一括取消実行全注文", "お名前", "支払方法", "購入金額", "対応状況"}; !slices.Equal(got, want) {
		t.Errorf("columns %v", got)
	}
	if got, want := webtest.Texts(p.Document, ".orders tbody td"), []string{"2026/04/01 09:00", id.String(), "売上", "", "取消（注文番号 " + id.String() + "）", "山田 太郎", "ペイジェントクレジット", "¥2,200", "新規受付"}; !slices.Equal(got, want) {
		t.Errorf("row %v", got)
	}
	if got, want := webtest.Texts(p.Document, "fieldset .form-check-label"), []string{"新規受付", "入金済み", "対応中", "注文取消し", "発送済み", "購入処理中", "決済処理中", "返品"}; !slices.Equal(got, want) {
		t.Errorf("statuses %v", got)
	}
	if got := webtest.Text(p.Document, "label[for=f-multi]"); got != "注文番号・お名前・会社名・メールアドレス・電話番号" {
		t.Error(got)
	}
	if got := webtest.Text(p.Document, ".count"); !strings.HasPrefix(got, "検索結果：1件が該当しました") {
		t.Error(got)
	}
	if got := webtest.Text(p.Document, ".admin-title"); got != "ペイジェント決済管理 受注管理" && got != "ペイジェント決済管理受注管理" {
		t.Error(got)
	}
	row := p.Find(".orders tbody tr")
	if row.AttrOr("data-href", "") != editPath(id) || row.Find("a").AttrOr("href", "") != editPath(id) || row.Find(".status-1").Length() != 1 {
		t.Error("the row does not lead to its order")
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	fresh, canceled, pending := r.paid(1), r.paid(1), r.order(1)
	r.operate(canceled, false)
	r.centre.say(payment.Authorize, ledger.Answer{Outcome: ledger.Mystery})
	r.pay(pending)
	hanako := r.paid(1, storetest.Wanted{Edit: func(d *store.Draft) { d.Buyer.Name01, d.Buyer.Name02 = "佐藤", "花子" }})
	for _, tc := range []struct {
		query string
		want  []order.ID
		chips []string
	}{
		{"", []order.ID{hanako, canceled, fresh}, nil},
		{"multi=佐藤 花子", []order.ID{hanako}, []string{"キーワード佐藤 花子"}},
		{"multi=佐藤&status=3", nil, []string{"キーワード佐藤", "対応状況注文取消し"}},
		{"status=3&status=7", []order.ID{pending, canceled}, []string{"対応状況注文取消し", "対応状況決済処理中"}},
		{"multi=" + fresh.String(), []order.ID{fresh}, []string{"キーワード" + fresh.String()}},
		{"attention=1", nil, []string{"要対応あり"}},
		{"multi=%25", nil, []string{"キーワード%"}},
	} {
		values, _ := url.ParseQuery(tc.query)
		p := r.Get(listPath + "?" + values.Encode())
		var want []string
		for _, id := range tc.want {
			want = append(want, id.String())
		}
		slices.Sort(want)
		got := numbers(p)
		slices.Sort(got)
		if diff := cmp.Diff(want, got, cmp.Transformer("", func(s []string) string { return strings.Join(s, " ") })); diff != "" {
			t.Errorf("%s: %s", tc.query, diff)
		}
		var chips []string
		for _, c := range webtest.Texts(p.Document, ".chip") {
			chips = append(chips, strings.ReplaceAll(c, " ", ""))
		}
		for i, c := range tc.chips {
			tc.chips[i] = strings.ReplaceAll(c, " ", "")
		}
		if !slices.Equal(chips, tc.chips) {
			t.Errorf("%s: chips %q, want %q", tc.query, chips, tc.chips)
		}
		if p.Find("#f-multi").AttrOr("value", "") != values.Get("multi") || p.Find("input[name=status][checked]").Length() != len(values["status"]) {
			t.Errorf("%s: the search is not kept", tc.query)
		}
		if len(tc.want) == 0 && webtest.Text(p.Document, ".empty") != "検索条件に合致するデータが見つかりませんでした検索条件を変えて、再度検索をお試しください。" {
			t.Errorf("%s: %q", tc.query, webtest.Text(p.Document, ".empty"))
		}
	}
}

func TestAChipTakesItsFilterOut(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	p := r.Get(listPath + "?multi=x&status=1&status=3&page_no=2")
	for _, href := range p.Find(".chip a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }) {
		u, err := url.Parse(href)
		if err != nil || len(u.Query()["status"])+len(u.Query()["multi"]) != 2 || u.Query().Has("page_no") {
			t.Errorf("%s, %v", href, err)
		}
	}
}

func TestWrongSearch(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	r.paid(1)
	long := strings.Repeat("あ", 256)
	for query, at := range map[string]string{"status=2": "#f-status-error", "status=x": "#f-status-error", "multi=" + url.QueryEscape(long): "#f-multi-error", "multi=%FF": "#f-multi-error"} {
		p := r.Get(listPath + "?" + query)
		if p.Status != http.StatusUnprocessableEntity || p.Find(at).Length() != 1 || p.Find(".summary a").Length() != 1 || !strings.Contains(webtest.Text(p.Document, ".empty"), "検索条件に誤りがあります") {
			t.Errorf("%s: %d %s", query, p.Status, webtest.Text(p.Document, "main"))
		}
	}
	if p := r.Get(listPath + "?multi=" + url.QueryEscape(long)); p.Find("#f-multi").AttrOr("value", "") != long {
		t.Error("what was typed is gone")
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	for range 23 {
		r.paid(1)
	}
	p := r.Get(listPath + "?page_count=10&status=1")
	if got := webtest.Texts(p.Document, ".pager ol li"); !slices.Equal(got, []string{"ページ1", "ページ2", "ページ3"}) || len(numbers(p)) != 10 {
		t.Errorf("%d rows, pages %q", len(numbers(p)), got)
	}
	next := r.Get(p.Find(".pager a[rel=next]").AttrOr("href", ""))
	if got := numbers(next); len(got) != 10 || got[0] == numbers(p)[0] || next.Find("input[name=status][checked]").Length() != 1 {
		t.Errorf("the next page shows %v", got)
	}
	for _, path := range []string{listPath + "?page_count=10&page_no=99", listPath + "/page/99?page_count=10"} {
		if got := len(numbers(r.Get(path))); got != 3 {
			t.Errorf("%s: %d rows on the last page", path, got)
		}
	}
	if got := len(numbers(r.Get(listPath + "?page_count=7"))); got != 23 {
		t.Errorf("a size nobody offers gave %d rows", got)
	}
	sizes := webtest.Texts(p.Document, "#page-count option")
	if len(sizes) != 10 || sizes[0] != "10件" || sizes[9] != "100件" || webtest.Text(p.Document, "#page-count option[selected]") != "10件" {
		t.Errorf("sizes %v", sizes)
	}
	smaller := r.Submit(p, "form[data-sizes]", url.Values{"page_count": {"20"}})
	if len(numbers(smaller)) != 20 || smaller.Find("input[name=status][checked]").Length() != 1 {
		t.Errorf("%d rows at %s", len(numbers(smaller)), smaller.Path)
	}
	if p := r.Get(listPath + "/page/x"); p.Status != http.StatusNotFound {
		t.Errorf("page x is %d", p.Status)
	}
}

func TestSearchSentAsAForm(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	r.paid(1)
	p := r.Post(listPath, url.Values{"multi": {"山田"}, "status": {"1", "6"}, "page_count": {"20"}, "other": {"x"}})
	if want := listPath + "?" + (url.Values{"multi": {"山田"}, "status": {"1", "6"}, "page_count": {"20"}}).Encode(); p.Path != want || len(numbers(p)) != 1 {
		t.Errorf("led to %s", p.Path)
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	unknown, busy, alert := r.paid(1), r.paid(1), r.paid(1)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
	r.operate(unknown, true)
	r.change(busy, func(l *ledger.Ledger) {
		p := l.Current()
		l.Operations = append(l.Operations, &ledger.Operation{ID: r.ID(), PaymentID: p.ID, Kind: payment.Capture, State: payment.Planned, OpenKey: "order:" + busy.String(),
			Environment: p.Environment, MerchantID: p.MerchantID, Actor: "staff:1", Amount: p.Amount, PlannedAt: r.Now(), NotBefore: r.Now()})
	})
	r.change(alert, func(l *ledger.Ledger) {
		l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: ledger.AlertDouble, Cause: "x", At: r.Now()})
	})
	for id, want := range map[order.ID]string{unknown: "結果不明", busy: "処理中", alert: "要対応"} {
		p := r.Get(listPath + "?multi=" + id.String())
		if got := webtest.Text(p.Document, ".c-situation"); got != want {
			t.Errorf("order %d: %q, want %q", id, got, want)
		}
	}
	if got := numbers(r.Get(listPath + "?attention=1")); !slices.Equal(got, []string{alert.String()}) {
		t.Errorf("with alerts: %v", got)
	}
}

func TestListTakesNoMarkup(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	const evil = `"><script>alert(1)</script>`
	r.paid(1, storetest.Wanted{Edit: func(d *store.Draft) { d.Buyer.Name01, d.PaymentName = evil, evil }})
	clean(t, r.Get(listPath))
	q := url.Values{"multi": {evil}, "status": {evil}, "attention": {evil}, "page_no": {evil}, "page_count": {evil}}
	clean(t, r.Get(listPath+"?"+q.Encode()))
	clean(t, r.Get(listPath+"?"+url.Values{"multi": {evil}}.Encode()))
}

func TestHome(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	if p := r.Get("/admin"); p.Path != "/admin/" || !strings.Contains(webtest.Text(p.Document, "#attention"), "対応が必要な注文はありません") || p.Find(".attention").Length() != 0 {
		t.Errorf("%s: %s", p.Path, webtest.Text(p.Document, "main"))
	}
	if p := r.Get("/admin"); p.Find("main .message-danger").Length() != 0 {
		t.Errorf("%s", webtest.Text(p.Document, "main"))
	}
	id, gone := r.paid(1), r.paid(1)
	for _, one := range []order.ID{id, gone} {
		r.change(one, func(l *ledger.Ledger) {
			l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: ledger.AlertDouble, Cause: "x", At: r.Now()})
		})
	}
	r.deleteOrder(gone)
	p := r.Get("/admin/")
	if got := webtest.Text(p.Document, "header .attention"); got != "要対応2件" {
		t.Error(got)
	}
	if got := p.Find("#attention a.btn").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }); !slices.Equal(got, []string{editPath(id) + "#attention"}) {
		t.Errorf("links %v", got)
	}
	if got := webtest.Texts(p.Document, ".figure"); !slices.Equal(got, []string{"新規受付1件", "入金済み0件", "対応中0件", "決済処理中0件"}) {
		t.Errorf("figures %v", got)
	}
	for _, href := range p.Find("main a, nav a[href^='/']").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }) {
		if got := r.Get(href); got.Status != http.StatusOK {
			t.Errorf("%s is %d", href, got.Status)
		}
	}
}

// TestHomeClosesWhatNoOrdersPageHas: an alert of an order that is gone, and that its money is
// still there.
func TestHomeClosesWhatNoOrdersPageHas(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	paid := r.gone(1)
	p := r.Get("/admin/")
	for _, want := range []string{"削除された注文の決済", "ペイジェントオンラインで", "マーチャント取引ID " + paid.TradingID, "決済ID " + paid.PaymentID} {
		if said := webtest.Text(p.Document, "#attention"); !strings.Contains(said, want) {
			t.Errorf("%q is missing in %q", want, said)
		}
	}
	for left := int64(2); left > 0; left-- {
		form := p.Find("#attention form").First()
		p = r.Submit(p, "#attention li:has(form) form", url.Values{form.Find("textarea").AttrOr("name", ""): {"取り消しました"}})
		if said := webtest.Text(p.Document, "main"); !strings.Contains(said, "確認済みにしました") || r.openAlerts() != left-1 {
			t.Errorf("%d alerts are open: %s", r.openAlerts(), said)
		}
	}
}

// TestHomeShowsWhatNoOtherPageDoes, however many orders need a person.
func TestHomeShowsWhatNoOtherPageDoes(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	r.change(id, func(l *ledger.Ledger) {
		for n := range 60 {
			l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: ledger.AlertDouble, Cause: strconv.Itoa(n), At: r.Now()})
		}
	})
	r.Advance(time.Minute)
	if err := r.Store.OpenShopAlert(t.Context(), ledger.StrandedAlert(*r.view(id).Current(), r.Now())); err != nil {
		t.Fatal(err)
	}
	if said := webtest.Text(r.Get("/admin/").Document, "#attention"); !strings.Contains(said, "削除された注文の決済") || !strings.Contains(said, "61件") {
		t.Errorf("%s", said)
	}
}

// TestHomeSaysWhyCardsAreRefused: 3-D Secure is set, and there is no page for it.
func TestHomeSaysWhyCardsAreRefused(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	r.policy.ThreeDS, r.policy.NoReturns = ledger.ThreeDS2, true
	got := webtest.Text(r.Get("/admin").Document, "main .message-danger")
	for _, want := range []string{"クレジット決済を受け付けていません", "3Dセキュア2.0", "「不要」"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
}

// deleteOrder deletes an order as EC-CUBE's list does.
// gone is the payment of an order that EC-CUBE deleted, with an alert of its own and one of the shop.
func (r *rig) gone(quantity int64) ledger.Payment {
	r.t.Helper()
	id := r.paid(quantity)
	p := *r.view(id).Current()
	r.change(id, func(l *ledger.Ledger) {
		l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: ledger.AlertDouble, Cause: "x", At: r.Now()})
	})
	r.deleteOrder(id)
	if err := r.Store.OpenShopAlert(r.t.Context(), ledger.StrandedAlert(p, r.Now())); err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *rig) deleteOrder(id order.ID) {
	r.t.Helper()
	for _, table := range []string{"dtb_order_item", "dtb_shipping"} {
		r.Exec("DELETE FROM "+table+" WHERE order_id = ?", int64(id))
	}
	r.Exec("DELETE FROM dtb_order WHERE id = ?", int64(id))
}
