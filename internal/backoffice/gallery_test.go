package backoffice_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/internal/web/webtest"
)

// scene is a page to look at.
type scene struct{ name, path string }

func longName(d *store.Draft) {
	d.Buyer.Name01, d.Buyer.Name02 = "勅使河原アレクサンドラ", "寿限無寿限無五劫の擦り切れ海砂利水魚"
	d.Buyer.CompanyName = "株式会社とても長い名前の商店ホールディングス西日本支社"
	d.Buyer.Email = "a-very-long-mail-address-that-never-ends.because-it-can@subdomain.example.co.jp"
	d.Message = "のし紙をお願いします。\n<script>alert(1)</script>"
	d.PaymentName = "ペイジェントクレジット（分割・リボ払い対応）"
	d.Items[0].Name = "季節の上生菓子 六個詰め合わせ 化粧箱入り（賞味期限の短い商品につき、お届け日にご注意ください）"
	d.Items[0].ClassName1, d.Items[0].ClassCategoryName1 = "味", "栗と抹茶"
}

// stage fills the shop with orders in every state.
func stage(t *testing.T, r *rig) []scene {
	t.Helper()
	scenes := []scene{{"list-empty", "/admin/paygent_payment/payment_status?multi=%E3%81%AA%E3%81%84"}}
	for n := range 25 {
		r.paid(int64(1 + n%4))
	}
	fresh := r.paid(3)
	captured := r.paid(2)
	r.operate(captured, true)
	cancelled := r.paid(1)
	r.operate(cancelled, false)
	refused := r.paid(12)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Reject, Code: "P010", Detail: "パラメータエラー"})
	r.operate(refused, true)
	member := r.Member(500)
	points := r.paid(5, storetest.Wanted{Customer: member, UsePoint: 300})
	unknown := r.paid(4)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
	r.operate(unknown, true)
	trouble := r.paid(7, storetest.Wanted{Edit: longName})
	r.trouble(t, trouble)
	pending := r.order(1)
	r.centre.say(payment.Authorize, ledger.Answer{Outcome: ledger.Mystery})
	r.pay(pending)
	draft := r.order(2)
	r.malformed(0, 71)
	r.gone(3)
	for _, s := range []struct {
		name string
		id   order.ID
	}{{"order-fresh", fresh}, {"order-captured", captured}, {"order-cancelled", cancelled}, {"order-refused", refused}, {"order-points", points},
		{"order-unknown", unknown}, {"order-trouble", trouble}, {"order-pending", pending}, {"order-draft", draft}} {
		scenes = append(scenes, scene{s.name, editPath(s.id)})
	}
	scenes = append(scenes, scene{"inbox", inboxPath})
	scenes = append(scenes, r.jobScenes(fresh, trouble, captured)...)
	return append(scenes, scene{"home", "/admin/"}, scene{"list", "/admin/paygent_payment/payment_status"},
		scene{"list-filtered", "/admin/paygent_payment/payment_status?multi=%E5%B1%B1%E7%94%B0&status=1&status=3&page_no=2&page_count=10"},
		scene{"list-wrong", "/admin/paygent_payment/payment_status?status=77"}, scene{"not-found", "/admin/order/999999/edit"})
}

// jobScenes are bulk work in every state, and the list of it.
func (r *rig) jobScenes(ids ...order.ID) []scene {
	r.t.Helper()
	var scenes []scene
	made := func(name, kind string, dry bool, s job.Selection) string {
		j, err := r.jobs.Create(r.t.Context(), job.Wanted{Kind: kind, Selection: s, Requester: "staff:1", Key: name, Rehearsal: dry})
		if err != nil {
			r.t.Fatal(err)
		}
		scenes = append(scenes, scene{"job-" + name, "/admin/job/" + j.ID})
		r.Advance(time.Minute)
		return j.ID
	}
	all := job.Selection{Filter: &store.Filter{}}
	var some job.Selection
	for _, id := range ids {
		some.Orders = append(some.Orders, job.Chosen{Order: id})
	}
	made("rehearsed", job.CancelKind, true, all)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
	made("mixed", job.CaptureKind, false, some)
	r.work()
	paused := made("paused", job.InquiryKind, false, all)
	if err := r.jobs.Pause(r.t.Context(), paused); err != nil {
		r.t.Fatal(err)
	}
	made("none", job.RollbackKind, false, job.Selection{Before: r.Now().Add(-1000 * time.Hour)})
	r.work()
	made("waiting", job.CancelKind, true, all)
	if err := r.jobs.SetSchedule(r.t.Context(), job.Schedule{Task: "nightly", Kind: job.RollbackKind, Spec: "30 4 * * *"}); err != nil {
		r.t.Fatal(err)
	}
	return append(scenes, scene{"jobs", "/admin/job"})
}

// operate presses 売上 or 取消 without pages.
func (r *rig) operate(id order.ID, capture bool) ledger.Result {
	r.t.Helper()
	p := r.view(id).Current()
	result, err := r.ledger.Change(r.t.Context(), ledger.Change{Order: id, PaymentID: p.ID, Button: map[bool]payment.Button{true: payment.SaleButton, false: payment.CancelButton}[capture], Amount: p.Amount, Actor: "staff:1", Key: r.ID()})
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}

// trouble gives an order everything that can be wrong with one.
func (r *rig) trouble(t *testing.T, id order.ID) {
	t.Helper()
	r.change(id, func(l *ledger.Ledger) {
		cur := l.Payments[0]
		other := *cur
		other.ID, other.Seq, other.TradingID, other.PaymentID, other.PaymentIDs = r.ID(), 2, l.Order.ID.String()+"_2", "9000002", []string{"9000002"}
		other.Phase, other.Status, other.Amount, other.CapturedAt = payment.Captured, payment.Cleared, 12345, r.Now()
		other.PaymentClass, other.SplitCount = "61", 3
		l.Payments = append(l.Payments, &other)
		cur.Amount += 1200
		for _, k := range ledger.AlertKinds() {
			l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: k, Cause: "x", At: r.Now(),
				Data: ledger.EventData{TradingID: cur.TradingID, PaygentID: "9000001", Amount: cur.Amount}})
		}
		for n, why := range ledger.ParkReasons() {
			l.Notices = append(l.Notices, ledger.NoticeChange{New: true, Notice: r.notice(id, int64(1000+n), why)})
		}
		for _, k := range ledger.EventKinds() {
			l.Events = append(l.Events, ledger.Event{At: r.Now(), Kind: k, Actor: "staff:99", Cause: "notice:1001", PaymentID: cur.ID,
				Data: ledger.EventData{Telegram: "022", TradingID: cur.TradingID, PaygentID: "9000001", Amount: 4080, Code: "2003", Detail: "カード会社から承認が得られませんでした",
					Status: "40", OrderFrom: order.New, OrderTo: order.Paid, Mail: ledger.MailOrder, Alert: ledger.AlertDouble, Text: string(ledger.NoticeApplied)}})
		}
	})
}

func (r *rig) notice(id order.ID, noticeID int64, why ledger.ParkReason) ledger.Notice {
	state := ledger.NoticeParked
	if why == ledger.NotParked {
		state = ledger.NoticeReceived
	}
	return ledger.Notice{
		ID: r.ID(), Environment: payment.Simulator, MerchantID: "12345", NoticeID: noticeID, Digest: fmt.Sprint(noticeID), PaymentID: "9000001",
		TradingID: id.String(), Type: "02", Status: payment.Cleared, Amount: 4080, ReceivedAt: r.Now(), State: state, Reason: why, OrderID: id, NextAt: r.Now().Add(time.Hour),
	}
}

// TestGallery opens every page in every state at the widths of a small phone, a
// phone and a desk: none is wider than its window, and nothing is refused by its own
// policy. KESSAI_TEST_GALLERY names a folder for pictures to look at.
func TestGallery(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	browser := webtest.NewBrowser(t)
	ctx := browser.Page(t, 1280, 800)
	webtest.Do(t, ctx, chromedp.Navigate(r.Base+"/admin/order/1/edit"))
	look(t, r, browser, scene{"login", "/admin/login"})
	webtest.Do(t, ctx, chromedp.SendKeys("#f-login_id", loginID), chromedp.SendKeys("#f-password", string(password)+"\r"), chromedp.WaitVisible(".admin-menu"))
	for _, s := range []scene{{"home-empty", "/admin/"}, {"inbox-empty", inboxPath}, {"jobs-empty", "/admin/job"}} {
		look(t, r, browser, s)
	}
	for _, s := range stage(t, r) {
		look(t, r, browser, s)
	}
	lookAtQuestions(t, r, browser)
}

// lookAtQuestions looks at boxes that are ticked, and at the pages that then ask, which
// are answers to a POST.
func lookAtQuestions(t *testing.T, r *rig, browser *webtest.Browser) {
	t.Helper()
	for _, s := range []struct{ name, click string }{
		{"list-ticked", `document.querySelector(".c-bulk input[data-all=capture]").click()`},
		{"bulk-chosen", `document.querySelectorAll(".orders tbody input[name=cancel]").forEach((b, i) => { if (i < 5) b.click() }); document.querySelector(".c-bulk button[value=cancel]").click()`},
		{"bulk-whole", `document.querySelector(".c-bulk input[data-all=capture]").click(); document.querySelector(".c-bulk button[value=capture]").click()`},
		{"bulk-inquiry", `document.querySelector("form.inquiry button").click()`},
	} {
		ctx := browser.Page(t, 1280, 800)
		complaints := webtest.Complaints(t, ctx)
		webtest.Do(t, ctx, chromedp.Navigate(r.Base+listPath+"?page_count=10"))
		webtest.Eval[bool](t, ctx, s.click+"; true")
		if strings.HasPrefix(s.name, "bulk") {
			webtest.Do(t, ctx, chromedp.WaitVisible("form.bulk-ask"), chromedp.Click(".bulk-pace summary"), chromedp.WaitVisible("#f-width"))
		} else if webtest.Eval[bool](t, ctx, `document.querySelector("[data-whole]").hidden || !document.querySelector(".bulk-phone input[data-all=capture]").checked`) {
			t.Errorf("%s: nothing tells that the whole search is meant", s.name)
		}
		for _, width := range []int{320, 390, 1280} {
			webtest.Resize(t, ctx, width, 800)
			if width < 900 {
				webtest.Until(t, ctx, `getComputedStyle(document.querySelector(".admin-menu")).visibility === "hidden"`)
			}
			if wide := webtest.Eval[int](t, ctx, `document.documentElement.scrollWidth`); wide > width {
				t.Errorf("%s is %d px wide in a window of %d", s.name, wide, width)
			}
			if folder := os.Getenv("KESSAI_TEST_GALLERY"); folder != "" && width > 320 {
				webtest.Shoot(t, ctx, width, filepath.Join(folder, fmt.Sprintf("%s-%d.png", s.name, width)))
			}
		}
		for _, text := range complaints() {
			t.Errorf("%s: %s", s.name, text)
		}
	}
}

// look opens a page of its own, so that no scene waits for another.
func look(t *testing.T, r *rig, browser *webtest.Browser, s scene) {
	t.Helper()
	ctx := browser.Page(t, 1280, 800)
	complaints := webtest.Complaints(t, ctx)
	folder := os.Getenv("KESSAI_TEST_GALLERY")
	widths := []int{320, 720, 960, 1280}
	if folder != "" {
		widths = append(widths, 390)
	}
	for _, width := range widths {
		webtest.Resize(t, ctx, width, 800)
		webtest.Do(t, ctx, chromedp.Navigate(r.Base+s.path))
		if at := webtest.Eval[string](t, ctx, `location.pathname`); s.name != "login" && at == "/admin/login" {
			t.Fatalf("%s asks for a login", s.name)
		}
		if wide := webtest.Eval[int](t, ctx, `document.documentElement.scrollWidth`); wide > width {
			t.Errorf("%s is %d px wide in a window of %d", s.name, wide, width)
		}
		if folder != "" && (width == 390 || width == 1280) {
			webtest.Shoot(t, ctx, width, filepath.Join(folder, fmt.Sprintf("%s-%d.png", s.name, width)))
		}
	}
	for _, text := range complaints() {
		t.Errorf("%s: %s", s.name, text)
	}
}
