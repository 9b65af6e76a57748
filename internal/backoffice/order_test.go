package backoffice_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/internal/web/webtest"
)

// pairs reads a description list.
func pairs(p webtest.Page, selector string) map[string]string {
	out := map[string]string{}
	p.Find(selector + " dt").Each(func(_ int, s *goquery.Selection) {
		out[strings.TrimSpace(s.Text())] = strings.Join(strings.Fields(s.NextFiltered("dd").Text()), " ")
	})
	return out
}

func expectPairs(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

func TestOrderPage(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	member := r.Member(500)
	id := r.paid(5, storetest.Wanted{Customer: member, UsePoint: 300, Edit: func(d *store.Draft) {
		d.Items[0].ClassName1, d.Items[0].ClassCategoryName1 = "色", "白"
		d.Shippings[0].Time = "午前"
	}})
	p := r.Get(editPath(id))
	if got, want := webtest.Texts(p.Document, ".two > div:first-child .panel-head h2"), []string{"注文情報", "注文者情報", "出荷情報", "商品情報", "ペイジェント決済", "決済履歴"}; !slices.Equal(got, want) {
		t.Errorf("cards %v", got)
	}
	expectPairs(t, pairs(p, "section[aria-labelledby=t-order]"), map[string]string{
		"注文番号": id.String(), "受注日": "2026/04/01 09:00", "対応状況": "新規受付", "支払方法": "ペイジェントクレジット", "入金日": "―"})
	expectPairs(t, pairs(p, "section[aria-labelledby=t-buyer]"), map[string]string{
		"お名前": "山田 太郎 ヤマダ タロウ", "住所": "〒530-0001 大阪府大阪市北区梅田2-4-9", "電話番号": "0612345678", "メールアドレス": "taro@example.com"})
	if got := webtest.Text(p.Document, ".goods tbody"); got != "商品1色：白item-1¥1,100×5¥5,500" {
		t.Error(got)
	}
	if got := webtest.Text(p.Document, ".goods-sums"); got != "小計¥5,500手数料¥0送料¥0ポイント（300 pt利用）-¥300 合計¥5,200 お支払い合計¥5,200 利用ポイント300 pt加算ポイント0 pt" {
		t.Error(got)
	}
	expectPairs(t, pairs(p, "#payment"), map[string]string{
		"決済ステータス": "オーソリOK（20）", "ペイジェント状況": "未処理", "ペイジェントの金額": "¥5,200", "支払回数": "一括払い",
		"マーチャント取引ID": id.String(), "決済ID": "900" + id.String(), "オーソリ有効期限": "2026/05/31"})
	if got := webtest.Texts(p.Document, "#payment .confirm-form button"); !slices.Equal(got, []string{"売上", "取消"}) {
		t.Errorf("buttons %v", got)
	}
	if p.Find("meta[http-equiv=refresh]").Length() != 0 || webtest.Text(p.Document, ".admin-title h1") != "受注登録" {
		t.Error("frame")
	}
}

func TestOrderThatIsNotThere(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	for _, path := range []string{"/admin/order/999/edit", "/admin/order/0/edit", "/admin/order/-1/edit", "/admin/order/x/edit", "/admin/order/99999999999999999999/edit"} {
		if p := r.Get(path); p.Status != http.StatusNotFound || !strings.Contains(webtest.Text(p.Document, "main"), "ご注文が見つかりません。") {
			t.Errorf("%s: %d %s", path, p.Status, webtest.Text(p.Document, "main"))
		}
	}
}

func TestOrderWithoutPayment(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	p := r.Get(editPath(r.order(1)))
	if !strings.Contains(webtest.Text(p.Document, "#payment"), "ペイジェントの決済はありません") || p.Find("#payment button").Length() != 0 || p.Find("#attention, #notices").Length() != 0 {
		t.Error(webtest.Text(p.Document, "main"))
	}
}

// TestButtons looks at what can be pressed in each state, and why not.
func TestButtons(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name            string
		do              func(r *rig, id order.ID)
		capture, cancel string // the reason; empty: it can be pressed
	}{
		{"authorised", func(*rig, order.ID) {}, "", ""},
		{"captured", func(r *rig, id order.ID) { r.operate(id, true) }, "この決済はすでに売上になっています。", ""},
		{"cancelled", func(r *rig, id order.ID) { r.operate(id, false) }, "この決済はすでに終了しています。", "この決済はすでに終了しています。"},
		{"refunded", func(r *rig, id order.ID) { r.operate(id, true); r.operate(id, false) }, "この決済はすでに終了しています。", "この決済はすでに終了しています。"},
		{"unknown", func(r *rig, id order.ID) {
			r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
			r.operate(id, true)
		}, "2026年4月1日(水) 09:00から結果を確認しています。結果が確定するまで操作できません。", "2026年4月1日(水) 09:00から結果を確認しています。結果が確定するまで操作できません。"},
		{"transit", func(r *rig, id order.ID) {
			r.change(id, func(l *ledger.Ledger) { l.Current().Status = payment.CaptureRequested })
		}, "ペイジェントで処理中です（売上要求中（30））。完了してからもう一度お試しください。", "ペイジェントで処理中です（売上要求中（30））。完了してからもう一度お試しください。"},
		{"expired", func(r *rig, id order.ID) {
			r.change(id, func(l *ledger.Ledger) { l.Current().Phase, l.Current().End = payment.Ended, payment.Expired })
		}, "オーソリの有効期限が切れています。", "オーソリの有効期限が切れています。"},
		{"final", func(r *rig, id order.ID) {
			r.change(id, func(l *ledger.Ledger) {
				l.Current().Phase, l.Current().Status = payment.Captured, payment.ClearedFinal
			})
		}, "この決済はすでに売上になっています。", "取消できる期間を過ぎています。ペイジェントにお問い合わせください。"},
		{"elsewhere", func(r *rig, id order.ID) {
			r.change(id, func(l *ledger.Ledger) { l.Current().Environment = payment.Test })
		}, "別の接続環境（試験環境）またはマーチャントの決済のため、ここからは操作できません。", "別の接続環境（試験環境）またはマーチャントの決済のため、ここからは操作できません。"},
		{"order cancelled", func(r *rig, id order.ID) {
			r.change(id, func(l *ledger.Ledger) { l.Order.Status = order.Canceled })
		}, "対応状況が「注文取消し」のため、この操作は行えません。", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := loggedIn(t)
			id := r.paid(1)
			tc.do(r, id)
			p := r.Get(editPath(id))
			for do, reason := range map[string]string{"capture": tc.capture, "cancel": tc.cancel} {
				name := map[string]string{"capture": "売上", "cancel": "取消"}[do]
				button := p.Find("#payment .payment-buttons button:not([type=button]), #payment .denied button").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == name })
				_, off := button.Attr("disabled")
				if button.Length() != 1 || off != (reason != "") || button.Parent().Find(".reason").Text() != reason {
					t.Errorf("%s: %d buttons, off %v, %q, want %q", do, button.Length(), off, button.Parent().Find(".reason").Text(), reason)
				}
			}
		})
	}
}

func TestOtherPayments(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(3)
	r.trouble(t, id)
	p := r.Get(editPath(id))
	titles := webtest.Texts(p.Document, ".payment h3")
	if !slices.Equal(titles, []string{"クレジット（1回目）", "クレジット（2回目）"}) {
		t.Errorf("payments %v", titles)
	}
	if got := webtest.Text(p.Document, ".payment:not(.payment-other) dd:has(.difference)"); got != "¥4,500差額 +¥1,200 （お支払い合計 ¥3,300）" {
		t.Error(got)
	}
	other := webtest.Text(p.Document, ".payment-other")
	for _, want := range []string{"この注文の現在の決済ではありません。", "分割払い（3回）", "消込済（40）", "この決済はすでに売上になっています。"} {
		if !strings.Contains(other, want) {
			t.Errorf("%s is missing in %s", want, other)
		}
	}
	if got := webtest.Text(p.Document, ".payment-other dialog .consequence"); got != "売上を取り消し、¥12,345を購入者に返金します。元に戻せません。注文の対応状況と在庫は変わりません。" {
		t.Error(got)
	}
}

func TestAttention(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(3)
	r.trouble(t, id)
	p := r.Get(editPath(id))
	if n := p.Find("#attention li").Length(); n != len(ledger.AlertKinds()) {
		t.Errorf("%d alerts", n)
	}
	if n := p.Find("#notices li").Length(); n != len(ledger.ParkReasons()) {
		t.Errorf("%d notices", n)
	}
	first := webtest.Text(p.Document, "#notices li:last-child")
	for _, want := range []string{"消込済（40）", "¥4,080", "決済通知ID 1000", "確認中"} {
		if !strings.Contains(first, want) {
			t.Errorf("%s is missing in %s", want, first)
		}
	}
	if !strings.Contains(webtest.Text(p.Document, "main > .message, main .message-danger"), fmt.Sprintf("要対応が%d件あります。", len(ledger.AlertKinds()))) {
		t.Error("no hint on top")
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Decline, Final: true, Code: "2003", Detail: "NG詳細"})
	r.operate(id, true)
	p := r.Get(editPath(id))
	first := p.Find("#timeline .timeline > li").First()
	if got := strings.Join(strings.Fields(first.Text()), " "); got != "売上電文種別022失敗¥1,100 NG詳細（2003） 2026/04/01 09:00 山田 花子詳細マーチャント取引ID"+id.String()+"決済ID900"+id.String()+"金額¥1,100コード2003詳細NG詳細きっかけペイジェントの応答" {
		t.Error(got)
	}
	if first.Find(".timeline-mark.tone-danger svg").Length() != 1 || first.Find(".word-danger").Length() != 1 {
		t.Error("the outcome has no picture or no word")
	}
	if _, open := first.Find("details").Attr("open"); open {
		t.Error("details stand open")
	}
	actors := webtest.Text(p.Document, "#timeline")
	for _, want := range []string{"購入者", "システム", "山田 花子", "決済処理中 → 新規受付"} {
		if !strings.Contains(actors, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if got := webtest.Text(p.Document, "#payment .message-danger"); got != "売上に失敗しました。NG詳細（2003）" {
		t.Error(got)
	}
}

// TestTimelineOfACapture: an answer tells no status, so no line may show the one the
// payment had before; the notice's line shows its own.
func TestTimelineOfACapture(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	r.operate(id, true)
	p := r.Get(editPath(id))
	var lines []string
	p.Find("#timeline .timeline > li").Each(func(_ int, li *goquery.Selection) {
		lines = append(lines, strings.TrimSpace(li.Find("strong").Text()+" "+li.Children().Filter("p").First().Text()))
	})
	if want := []string{"決済の状況 売上済み", "売上", "売上"}; len(lines) < 3 || !slices.Equal(lines[:3], want) {
		t.Errorf("the newest lines are %q, want %q", lines, want)
	}
	if n := strings.Count(strings.Join(lines, "\n"), "オーソリOK"); n != 1 {
		t.Errorf("オーソリOK stands in %d lines, want the authorisation's alone: %q", n, lines)
	}
}

func TestManyEventsAreFolded(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	r.change(id, func(l *ledger.Ledger) {
		for range 300 {
			l.Events = append(l.Events, ledger.Event{At: r.Now(), Kind: ledger.EventInquired, Actor: ledger.System})
		}
	})
	p := r.Get(editPath(id))
	all := p.Find("#timeline .timeline li").Length()
	older := p.Find("#timeline details.timeline-older .timeline li").Length()
	if all-older != 20 || older < 280 || !strings.Contains(webtest.Text(p.Document, ".timeline-older > summary"), fmt.Sprint(older)) {
		t.Errorf("%d events, %d folded", all, older)
	}
}

func TestTheWayBackKeepsTheSearch(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	if got := r.Get(editPath(id)).Find(".bar-back").AttrOr("href", ""); got != listPath {
		t.Error(got)
	}
	r.Get(listPath + "?status=1&page_no=1")
	if got := r.Get(editPath(id)).Find(".bar-back").AttrOr("href", ""); got != listPath+"?status=1&page_no=1" {
		t.Error(got)
	}
}

func TestOrderTakesNoMarkup(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	id := r.paid(1, storetest.Wanted{Edit: func(d *store.Draft) {
		a := order.Address{Name01: evil, Name02: evil, Kana01: evil, Kana02: evil, CompanyName: evil, PostalCode: `<b>1234`, PrefID: 1, Addr01: evil, Addr02: evil, Phone: "<b>", Email: evil}
		d.Buyer, d.Shippings[0].Address = a, a
		d.Message, d.PaymentName, d.Shippings[0].DeliveryName, d.Shippings[0].Time = evil, evil, evil, evil
		d.Items[0].Name, d.Items[0].Code, d.Items[0].ClassName1, d.Items[0].ClassCategoryName1 = evil, evil, evil, evil
	}})
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Decline, Final: true, Code: evil, Detail: evil})
	r.operate(id, true)
	r.change(id, func(l *ledger.Ledger) {
		l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: ledger.AlertDouble, Cause: evil, At: r.Now(), Data: ledger.EventData{TradingID: evil, Detail: evil}})
		l.Events = append(l.Events, ledger.Event{At: r.Now(), Kind: ledger.EventNoticeParked, Actor: ledger.Actor("staff:" + evil[:9]), Data: ledger.EventData{Telegram: evil, Text: evil, Status: evil}})
	})
	p := r.Get(editPath(id))
	clean(t, p)
	if p.Find("main img, main b").Length() != 0 {
		t.Error("an element came from data")
	}
	clean(t, r.Get("/admin/"))
}
