package backoffice_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store/storetest"
	"kessai/internal/web/webtest"
)

// choose answers the question of a button of 対応状況.
func (r *rig) choose(p webtest.Page, button string) webtest.Page {
	r.t.Helper()
	return r.Submit(p, "dialog#ask-status-"+button+" form", nil)
}

// atStore is an order that was paid in a convenience store.
func (r *rig) atStore(quantity int64) order.ID {
	r.t.Helper()
	id := r.paid(quantity)
	r.change(id, func(l *ledger.Ledger) {
		p := l.Current()
		p.Method, p.Phase, p.Status, p.CapturedAt = payment.Conveni, payment.Captured, payment.Cleared, r.Now()
		l.Order.Status = order.Paid
	})
	return id
}

func TestStatusButtons(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.order(1, storetest.Wanted{Customer: r.Member(500)})
	if p := r.Get(editPath(id)); p.Find("#statuses").Length() != 0 || webtest.Text(p.Document, "#locked") != "対応状況が「購入処理中」のため、この操作は行えません。" {
		t.Errorf("in 8: %s", webtest.Text(p.Document, "#locked"))
	}
	r.pay(id)
	p := r.Get(editPath(id))
	for button, want := range map[string]string{"6": "入金済み", "4": "対応中", "5": "発送済み", "3cancel": "注文取消し（決済も取り消す）", "3keep": "注文取消し（決済は残す）"} {
		if got := webtest.Text(p.Document, "#statuses button[data-confirm=ask-status-"+button+"]"); got != want {
			t.Errorf("%s: %q", button, got)
		}
	}
	if n := p.Find("#statuses dialog").Length(); n != 5 || p.Find("#statuses dialog#ask-status-3cancel").Prev().Length() == 0 {
		t.Errorf("%d questions", n)
	}
	p = r.choose(p, "5")
	if flash(p) != "対応状況を「発送済み」に変更しました。" || r.Status(id) != order.Delivered {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}
	if got := webtest.Text(p.Document, "dialog#ask-status-9 .consequence"); got != "在庫は戻りません。加算ポイント（0pt）を取り消します。" {
		t.Error(got)
	}
	ev := r.view(id)
	if list, err := r.Reader.Timeline(t.Context(), id); err != nil || list[0].Kind != ledger.EventOrderMoved || list[0].Actor != "staff:1" || ev.Order.Status != order.Delivered {
		t.Errorf("%+v, %v", list[0], err)
	}
}

// TestCancelWithThePayment asks what becomes of the payment by offering both.
func TestCancelWithThePayment(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(2)
	left, _ := r.Stock(r.class)
	page := r.Get(editPath(id))
	p := r.choose(page, "3cancel")
	if flash(p) != "取消に成功しました。" || r.Status(id) != order.Canceled || r.centre.count(payment.CancelAuthorization) != 1 {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}
	if now, _ := r.Stock(r.class); now != left+2 {
		t.Errorf("%d in stock", now)
	}
	if p = r.choose(page, "3cancel"); flash(p) != "取消に成功しました。" || r.centre.count(payment.CancelAuthorization) != 1 {
		t.Errorf("twice: %s", flash(p)) // the same button again
	}

	id = r.paid(2)
	p = r.choose(r.Get(editPath(id)), "3keep")
	if flash(p) != "対応状況を「注文取消し」に変更しました。" || r.Status(id) != order.Canceled || r.view(id).Current().Phase != payment.Authorised {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}
	if !strings.Contains(webtest.Text(p.Document, "#attention"), "決済は有効") {
		t.Error("nobody is told")
	}
	p = r.Submit(p, "dialog#ask-revive form", nil)
	if flash(p) != "注文を復活しました。" || r.Status(id) != order.InProgress || p.Find("#attention").Length() != 0 {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}

	id = r.paid(1)
	r.centre.say(payment.CancelAuthorization, ledger.Answer{Outcome: ledger.Mystery})
	if p = r.choose(r.Get(editPath(id)), "3cancel"); !strings.HasPrefix(flash(p), "結果を確認しています。") || r.Status(id) != order.New {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}
	if got := webtest.Text(p.Document, "#locked"); !strings.Contains(got, "結果を確認しています") || p.Find("#statuses").Length() != 0 {
		t.Errorf("unknown: %s", got)
	}

	id = r.atStore(1) // no telegram gives it back
	if p = r.choose(r.Get(editPath(id)), "3cancel"); !strings.Contains(flash(p), "この支払方法の決済は") || r.Status(id) != order.Paid {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}
}

// TestStatusFromAStalePage is refused with what it is now.
func TestStatusFromAStalePage(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	page := r.Get(editPath(id))
	r.choose(r.Get(editPath(id)), "4")
	if p := r.choose(page, "5"); !strings.Contains(flash(p), "対応状況の変更は行われませんでした。") || !strings.Contains(flash(p), "「新規受付」から「対応中」") || r.Status(id) != order.InProgress {
		t.Errorf("%s, %s", flash(p), r.Status(id))
	}
}

// TestRefundForm stands where an alert needs it, and records once.
func TestRefundForm(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.atStore(2)
	p := r.choose(r.Get(editPath(id)), "3keep")
	if !strings.Contains(webtest.Text(p.Document, "#attention"), "入金あり・取消済み") || p.Find("form.refund").Length() != 1 {
		t.Fatalf("%s", webtest.Text(p.Document, "#attention"))
	}
	form := p.Find("form.refund")
	values := webtest.Values(form)
	if values.Get("amount") != "2200" || values.Get("day") != "2026-04-01" {
		t.Errorf("%v", values)
	}
	post := func(change map[string]string) webtest.Page {
		v := url.Values{}
		for name, list := range values {
			v[name] = list
		}
		v.Set("confirmed", "1")
		v.Set("how", "銀行振込")
		for name, to := range change {
			v.Set(name, to)
		}
		return r.Post(form.AttrOr("action", ""), v)
	}
	for want, change := range map[string]map[string]string{
		"返金額は1以上の整数で入力してください。":        {"amount": "千円"},
		"返金額は¥2,200以下で入力してください。":      {"amount": "2201"},
		"返金日を入力してください。未来の日付は入力できません。": {"day": "2026-04-03"},
		"返金方法を255文字以内で入力してください。":      {"how": " "},
	} {
		if p := post(change); !strings.Contains(flash(p), "返金の記録は行われませんでした。") || !strings.Contains(flash(p), want) {
			t.Errorf("%v: %s", change, flash(p))
		}
	}
	const evil = `<script>alert(1)</script>`
	for range 2 { // a double click
		if p = post(map[string]string{"amount": "1200", "how": evil}); flash(p) != "返金済み(手動)を記録しました。" {
			t.Error(flash(p))
		}
		clean(t, p)
	}
	if got := r.view(id).Current().HandRefunded; got != 1200 {
		t.Errorf("%s given back", got)
	}
	fresh := webtest.Values(p.Find("form.refund"))
	values.Set("key", fresh.Get("key")) // another tab, which shows what was left before
	if p = post(map[string]string{"amount": "1000"}); !strings.Contains(flash(p), "この決済の残りが表示と変わりました（残り¥1,000）。") || r.view(id).Current().HandRefunded != 1200 {
		t.Error(flash(p))
	}
	values = webtest.Values(p.Find("form.refund"))
	if p = post(map[string]string{"amount": "1000"}); p.Find("#attention").Length() != 0 || r.view(id).Current().HandRefunded != 2200 {
		t.Errorf("%s", webtest.Text(p.Document, "#attention"))
	}
	if !strings.Contains(webtest.Text(p.Document, "#timeline"), "返金済み(手動)") {
		t.Error("nothing stands in the timeline")
	}
	for name, change := range map[string]map[string]string{"no key": {"key": ""}, "short key": {"key": "00"}} {
		if p := post(change); p.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	card := r.paid(1) // a telegram gives it back
	r.choose(r.Get(editPath(card)), "3keep")
	if p := r.Get(editPath(card)); p.Find("form.refund").Length() != 0 {
		t.Error("it is offered where a telegram does it")
	}
}

// TestForgedStatusForms change nothing.
func TestForgedStatusForms(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	form := r.Get(editPath(id)).Find("dialog#ask-status-4 form")
	action := form.AttrOr("action", "")
	for name, change := range map[string]map[string]string{
		"no status": {"to": ""}, "unknown": {"to": "2"}, "markup": {"to": `"><script>`}, "living": {"living": "x"}, "no key": {"key": ""},
	} {
		v := webtest.Values(form)
		for k, to := range change {
			v.Set(k, to)
		}
		if p := r.Post(action, v); p.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	v := webtest.Values(form)
	v.Set("to", "7")
	if p := r.Post(action, v); !strings.Contains(flash(p), "新規受付 から 決済処理中 にはステータス変更できません") {
		t.Errorf("to 7: %s", flash(p))
	}
	if r.Status(id) != order.New {
		t.Errorf("%s", r.Status(id))
	}
	p := r.Post(strings.Replace(action, "/status", "/revive", 1), url.Values{"key": {v.Get("key")}, "confirmed": {"1"}})
	if !strings.Contains(flash(p), "対応状況が「新規受付」の注文は、復活できません。") {
		t.Errorf("revived: %s", flash(p))
	}
}

// TestStaffWithoutScripts presses the button itself: a page asks, and its answer runs.
func TestStaffWithoutScripts(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	p := r.Submit(r.Get(editPath(id)), "#statuses form.confirm-form:has(input[name=to][value='3']):has(input[value=keep])", nil)
	if p.Status != http.StatusOK || r.Status(id) != order.New || !strings.Contains(webtest.Text(p.Document, "main"), "ペイジェントの決済（¥1,100）は取り消しません。") {
		t.Fatalf("%d, %s", p.Status, webtest.Text(p.Document, "main"))
	}
	if p = r.Submit(p, "main form", nil); r.Status(id) != order.Canceled {
		t.Errorf("%s", flash(p))
	}
}
