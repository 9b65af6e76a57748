package backoffice_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web/webtest"
)

func flash(p webtest.Page) string { return webtest.Text(p.Document, "#messages") }

func TestCapture(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(2)
	p := r.press(r.Get(editPath(id)), "capture")
	if p.Path != editPath(id) || p.Find("#messages .message-success").Length() != 1 || flash(p) != "売上に成功しました。" {
		t.Errorf("%s: %s", p.Path, flash(p))
	}
	if got := pairs(p, "#payment")["ペイジェント状況"]; got != "売上" {
		t.Error(got)
	}
	ops := r.view(id).Operations
	if last := ops[len(ops)-1]; last.Kind != payment.Capture || last.Actor != "staff:1" || last.Amount != 2200 {
		t.Errorf("%+v", last)
	}
	if again := r.Get(editPath(id)); flash(again) != "" {
		t.Errorf("said twice: %s", flash(again))
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(2)
	left, _ := r.Stock(r.class)
	p := r.Get(editPath(id))
	if got := webtest.Text(p.Document, "dialog[id^=ask-cancel] .consequence"); got != "オーソリを取り消します。購入者への請求はありません。注文は取消しになり、在庫が戻ります。" {
		t.Error(got)
	}
	if p = r.press(p, "cancel"); flash(p) != "取消に成功しました。" {
		t.Error(flash(p))
	}
	if now, _ := r.Stock(r.class); now != left+2 || r.Status(id) != order.Canceled {
		t.Errorf("stock %d → %d, order %s", left, now, r.Status(id))
	}
	if got := pairs(p, "#payment")["ペイジェント状況"]; got != "オーソリキャンセル" {
		t.Error(got)
	}
}

func TestConsequences(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	for _, tc := range []struct {
		name string
		do   func(l *ledger.Ledger)
		want string
	}{
		{"captured", func(l *ledger.Ledger) { l.Current().Phase = payment.Captured }, "売上を取り消し、¥1,100を購入者に返金します。元に戻せません。注文は取消しになり、在庫が戻ります。"},
		{"shipped", func(l *ledger.Ledger) { l.Order.Status = order.Delivered }, "オーソリを取り消します。購入者への請求はありません。対応状況は「発送済み」のままで、在庫は戻りません。"},
		{"returned", func(l *ledger.Ledger) { l.Order.Status, l.Current().Phase = order.Returned, payment.Captured }, "売上を取り消し、¥1,100を購入者に返金します。元に戻せません。対応状況は「返品」のままで、在庫は戻りません。"},
		{"cancelled", func(l *ledger.Ledger) { l.Order.Status = order.Canceled }, "オーソリを取り消します。購入者への請求はありません。対応状況は「注文取消し」のままです。"},
	} {
		id := r.paid(1)
		r.change(id, tc.do)
		if got := webtest.Text(r.Get(editPath(id)).Document, "dialog[id^=ask-cancel] .consequence"); got != tc.want {
			t.Errorf("%s: %s", tc.name, got)
		}
	}
}

func TestFailures(t *testing.T) {
	const reachUs = "ペイジェントに接続できないか設定に誤りがあるため、処理は行われていません。プラグインの設定と接続キットを確認してください。"
	t.Parallel()
	for _, tc := range []struct {
		name, want, tone string
		answer           ledger.Answer
	}{
		{"declined", "売上に失敗しました。NG詳細（2003）", "danger", ledger.Answer{Outcome: ledger.Decline, Final: true, Code: "2003", Detail: "NG詳細"}},
		{"our request", "売上に失敗しました。（P010）" + reachUs, "danger", ledger.Answer{Outcome: ledger.Reject, Code: "P010", Detail: "パラメータエラー"}},
		{"our module", "売上に失敗しました。（E02004）" + reachUs, "danger", ledger.Answer{Outcome: ledger.Reject, Code: "E02004"}},
		{"nothing sent", "売上に失敗しました。 " + reachUs, "danger", ledger.Answer{Outcome: ledger.Reject}},
		{"silence", "結果を確認しています。 ペイジェントから応答がありませんでした。自動で確認し、この画面に反映します。二重に処理されることはありません。", "warning", ledger.Answer{Outcome: ledger.Mystery}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := loggedIn(t)
			id := r.paid(1)
			r.centre.say(payment.Capture, tc.answer)
			p := r.press(r.Get(editPath(id)), "capture")
			if p.Path != editPath(id) || p.Find("#messages .message-"+tc.tone).Length() != 1 {
				t.Errorf("%s with %s", p.Path, p.Find("#messages div").AttrOr("class", ""))
			}
			if got := strings.ReplaceAll(flash(p), "。ペイ", "。 ペイ"); got != tc.want {
				t.Error(got)
			}
			unknown := tc.answer.Outcome == ledger.Mystery
			if refreshes := p.Find("meta[http-equiv=refresh]").Length() == 1; refreshes != unknown {
				t.Errorf("refreshes: %v", refreshes)
			}
			if got := webtest.Text(p.Document, "#payment .message-warning"); unknown != strings.Contains(got, "売上の結果を確認しています") {
				t.Error(got)
			}
		})
	}
}

// TestOnceOnly presses the same button again: with the browser's reload, and many
// times at the same moment.
func TestOnceOnly(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	page := r.Get(editPath(id))
	for range 3 {
		if p := r.press(page, "capture"); flash(p) != "売上に成功しました。" {
			t.Error(flash(p))
		}
	}
	if n := r.centre.count(payment.Capture); n != 1 {
		t.Errorf("022 was sent %d times", n)
	}
	id = r.paid(1)
	page = r.Get(editPath(id))
	started, goOn := make(chan struct{}), make(chan struct{})
	r.centre.mu.Lock()
	r.centre.during = func(ledger.Command) { close(started); <-goOn }
	r.centre.mu.Unlock()
	var all sync.WaitGroup
	all.Go(func() { r.press(page, "capture") })
	<-started
	for range 4 {
		all.Go(func() {
			if p := r.press(page, "capture"); !strings.Contains(flash(p), "売上を処理しています。") && flash(p) != "" && !strings.Contains(flash(p), "売上に成功しました。") {
				t.Errorf("meanwhile: %s", flash(p))
			}
		})
	}
	time.Sleep(50 * time.Millisecond) // let some of them meet the open operation
	close(goOn)
	all.Wait()
	if n := r.centre.count(payment.Capture); n != 2 {
		t.Errorf("022 was sent %d times for two orders", n)
	}
}

// TestAStalePage presses buttons of a page that was overtaken.
func TestAStalePage(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	page, other := r.Get(editPath(id)), r.Get(editPath(id))
	r.press(other, "cancel")
	if p := r.press(page, "capture"); !strings.Contains(flash(p), "売上は行われませんでした。") || !strings.Contains(flash(p), "この決済はすでに終了しています。") {
		t.Error(flash(p))
	}
	id = r.paid(1)
	page = r.Get(editPath(id))
	r.change(id, func(l *ledger.Ledger) { l.Current().Amount = 9999 })
	if p := r.press(page, "capture"); !strings.Contains(flash(p), "売上は行われませんでした。") || !strings.Contains(flash(p), "¥9,999") {
		t.Error(flash(p))
	}
	if n := r.centre.count(payment.Capture); n != 0 {
		t.Errorf("022 was sent %d times", n)
	}
}

// TestWithoutScripts presses the button itself: a page asks, and its answer runs.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	p := r.Submit(r.Get(editPath(id)), "#payment form.confirm-form:has(input[value=cancel])", nil)
	if p.Status != http.StatusOK || r.centre.count(payment.CancelAuthorization) != 0 {
		t.Fatalf("%d, sent %d", p.Status, r.centre.count(payment.CancelAuthorization))
	}
	text := webtest.Text(p.Document, "main")
	for _, want := range []string{"取消処理を実行しますか？", "注文番号" + id.String(), "金額¥1,100", "注文は取消しになり、在庫が戻ります。", "取消処理を実行する"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	safe := p.Find("main a[autofocus]")
	if safe.AttrOr("href", "") != editPath(id) || safe.Text() != "閉じる" {
		t.Error("the safe choice is not the first")
	}
	if p = r.Submit(p, "main form", nil); p.Path != editPath(id) || flash(p) != "取消に成功しました。" {
		t.Errorf("%s: %s", p.Path, flash(p))
	}
}

func TestForgedForms(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id, other := r.paid(1), r.paid(1)
	page := r.Get(editPath(id))
	form := page.Find("dialog[id^=ask-capture] form")
	action, good := form.AttrOr("action", ""), webtest.Values(form)
	elsewhere := r.Get(editPath(other)).Find("dialog[id^=ask-capture] form").AttrOr("action", "")
	const evil = `"><script>alert(1)</script>`
	for _, tc := range []struct {
		name, action string
		change       map[string]string
		status       int
	}{
		{"unknown operation", action, map[string]string{"do": "refund"}, 400},
		{"markup", action, map[string]string{"do": evil, "amount": evil, "key": evil}, 400},
		{"no amount", action, map[string]string{"amount": ""}, 400},
		{"negative amount", action, map[string]string{"amount": "-1"}, 400},
		{"no key", action, map[string]string{"key": ""}, 400},
		{"short key", action, map[string]string{"key": "00"}, 400},
		{"a payment nobody has", strings.Replace(action, "/payment/", "/payment/X", 1), nil, 404},
		{"another order's payment", "/admin/order/" + id.String() + "/payment/" + paymentPart(elsewhere), nil, 404},
		{"an order nobody has", strings.Replace(action, "/order/"+id.String(), "/order/999", 1), nil, 404},
	} {
		values := url.Values{}
		for name, list := range good {
			values[name] = list
		}
		for name, v := range tc.change {
			values.Set(name, v)
		}
		p := r.Post(tc.action, values)
		if p.Status != tc.status {
			t.Errorf("%s: %d", tc.name, p.Status)
		}
		clean(t, p)
	}
	if n := r.centre.count(payment.Capture); n != 0 {
		t.Errorf("022 was sent %d times", n)
	}
}

func TestOtherSitesCannotPress(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	form := r.Get(editPath(id)).Find("dialog[id^=ask-capture] form")
	q := httptest.NewRequest(http.MethodPost, "http://shop.test"+form.AttrOr("action", ""), strings.NewReader(webtest.Values(form).Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, q)
	if rec.Code != http.StatusForbidden && rec.Code != http.StatusSeeOther || r.centre.count(payment.Capture) != 0 {
		t.Errorf("%d", rec.Code)
	}
	if p := r.Get(strings.TrimSuffix(form.AttrOr("action", ""), "/")); p.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET is %d", p.Status)
	}
}

func TestEveryButtonHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	seen := map[string]int{}
	for range 2 {
		r.Get(editPath(id)).Find("#payment dialog input[name=key]").Each(func(_ int, s *goquery.Selection) { seen[s.AttrOr("value", "")]++ })
	}
	if len(seen) != 4 {
		t.Errorf("%v", seen)
	}
}

// paymentPart is what stands behind /payment/ in an address.
func paymentPart(address string) string {
	_, rest, _ := strings.Cut(address, "/payment/")
	return rest
}
