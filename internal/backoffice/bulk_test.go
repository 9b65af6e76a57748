package backoffice_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web/webtest"
)

const bulkPath = listPath + "/request_action"

// ticks are the boxes of a column: the orders that can be ticked.
func ticks(p webtest.Page, name string) (ids []string) {
	p.Find(".orders tbody input[name=" + name + "]").Each(func(_ int, s *goquery.Selection) {
		id, _, _ := strings.Cut(s.AttrOr("value", ""), ":")
		ids = append(ids, id)
	})
	slices.Sort(ids)
	return ids
}

func tick(p webtest.Page, name string, ids ...order.ID) (values []string) {
	for _, id := range ids {
		p.Find(".orders tbody input[name=" + name + "]").Each(func(_ int, s *goquery.Selection) {
			if v := s.AttrOr("value", ""); strings.HasPrefix(v, id.String()+":") {
				values = append(values, v)
			}
		})
	}
	return values
}

// ask presses 実行 with boxes ticked.
func (r *rig) ask(do string, ids ...order.ID) webtest.Page {
	r.t.Helper()
	p := r.Get(listPath)
	return r.Post(bulkPath, url.Values{"do": {do}, do: tick(p, do, ids...)})
}

// answer presses a button of the page that asks.
func (r *rig) answer(p webtest.Page, how string) webtest.Page {
	r.t.Helper()
	if p.Find("form.bulk-ask button[value="+how+"]").Length() != 1 {
		r.t.Fatalf("no button %s at %s: %s", how, p.Path, p.Text())
	}
	return r.Submit(p, "form.bulk-ask", url.Values{"go": {how}})
}

// TestBoxesAreTheButtons: the list has a box where the order's own page has the button,
// and no other.
func TestBoxesAreTheButtons(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	fresh, captured, canceled, unknown, final := r.paid(1), r.paid(1), r.paid(1), r.paid(1), r.paid(1)
	r.operate(captured, true)
	r.operate(canceled, false)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
	r.operate(unknown, true)
	r.operate(final, true)
	r.change(final, func(l *ledger.Ledger) { l.Payments[0].Status = payment.ClearedFinal })
	shipped := r.paid(1)
	r.change(shipped, func(l *ledger.Ledger) { l.Order.Status = order.Canceled })
	p := r.Get(listPath)
	for _, id := range []order.ID{fresh, captured, canceled, unknown, final, shipped} {
		page := r.Get(editPath(id))
		for name, do := range map[string]string{"capture": "capture", "cancel": "cancel"} {
			button := page.Find("dialog[id^=ask-"+do+"-] form input[name=key]").Length() > 0
			if box := slices.Contains(ticks(p, name), id.String()); box != button {
				t.Errorf("order %d, %s: box %v, button %v", id, do, box, button)
			}
		}
	}
	if got := ticks(p, "capture"); !slices.Equal(got, []string{fresh.String()}) {
		t.Errorf("売上: %v", got)
	}
}

func TestBulkCapture(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	good, bad, other := r.paid(1), r.paid(2), r.paid(1)
	p := r.ask("capture", good, bad)
	if got := webtest.Texts(p.Document, ".facts dd"); p.Status != http.StatusOK || !slices.Equal(got, []string{"2件", "¥3,300"}) {
		t.Fatalf("%d %v", p.Status, got)
	}
	if r.centre.count(payment.Capture) != 0 {
		t.Error("it ran without being asked")
	}
	p = r.answer(p, "run")
	if !strings.HasPrefix(p.Path, "/admin/job/") || p.Find("#progress[hx-get]").Length() != 1 {
		t.Fatalf("%s", p.Path)
	}
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Success, PaymentID: "1"})
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Reject, Code: "2003", Detail: "カード会社から承認が得られませんでした"})
	r.work()
	p = r.Get(p.Path)
	if got := webtest.Texts(p.Document, ".message"); !slices.Equal(got, []string{"1件が成功しました", "1件が失敗しました"}) {
		t.Errorf("messages %v", got)
	}
	got := webtest.Texts(p.Document, ".results tbody td")
	want := []string{good.String(), "山田 太郎", "売上成功", "¥1,100", "", bad.String(), "山田 太郎", "売上失敗", "カード会社から承認が得られませんでした（2003）", ""}
	got[4], got[9] = "", ""
	if !slices.Equal(got, want) {
		t.Errorf("results %q", got)
	}
	if p.Find("#progress[hx-get]").Length() != 0 || webtest.Text(p.Document, ".job-count") != "2 / 2件（100%）" {
		t.Errorf("%q", webtest.Text(p.Document, ".job-count"))
	}
	if r.view(good).Current().Phase != payment.Captured || r.view(other).Current().Phase != payment.Authorised {
		t.Error("the wrong ones were captured")
	}
	if only := r.Get(p.Path + "?outcome=failed"); len(webtest.Texts(only.Document, ".results tbody tr")) != 1 {
		t.Error("the failed ones alone")
	}
}

// TestOneQuestionIsOneJob: a double click, a reload and another tab of the same question
// make one job.
func TestOneQuestionIsOneJob(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	p := r.ask("capture", id)
	first := r.answer(p, "run")
	second := r.answer(p, "run")
	if first.Path != second.Path || r.Number("SELECT COUNT(*) FROM plg_kessai_job") != 1 {
		t.Errorf("%s, then %s", first.Path, second.Path)
	}
	r.work()
	if r.answer(p, "run"); r.centre.count(payment.Capture) != 1 {
		t.Errorf("%d telegrams", r.centre.count(payment.Capture))
	}
}

// TestWholeSearch: 全注文 means what the search finds, on whatever page, with scripts or
// without; orders that come after the question was asked are none of it.
func TestWholeSearch(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	var ids []order.ID
	for range 12 {
		ids = append(ids, r.paid(1))
	}
	r.operate(ids[3], true)
	shipped := ids[5]
	r.change(shipped, func(l *ledger.Ledger) { l.Order.Status = order.Delivered })
	p := r.Get(listPath + "?status=1&page_count=10")
	if len(ticks(p, "capture")) > 10 || webtest.Text(p.Document, ".bulk-whole strong") == "" {
		t.Fatalf("one page has %d boxes", len(ticks(p, "capture")))
	}
	p = r.Submit(p, "#bulk", url.Values{"do": {"capture"}, "all": {"capture"}})
	if got := webtest.Texts(p.Document, ".facts dd"); !slices.Equal(got, []string{"検索結果のすべて", "10件", "¥11,000"}) {
		t.Fatalf("%v %s", got, p.Text())
	}
	late := r.paid(1)
	p = r.answer(p, "run")
	r.work()
	p = r.Get(p.Path)
	if got := webtest.Text(p.Document, ".message"); got != "10件が成功しました" {
		t.Error(got)
	}
	for _, id := range append(ids, late) {
		want := id != shipped && id != late
		if got := r.view(id).Current().Phase == payment.Captured; got != want {
			t.Errorf("order %d: captured %v", id, got)
		}
	}
}

func TestBulkCancelAfterARehearsal(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	a, b := r.paid(3), r.paid(1)
	r.operate(b, true)
	p := r.answer(r.ask("cancel", a, b), "rehearse")
	r.work()
	p = r.Get(p.Path)
	if got := webtest.Text(p.Document, ".message"); got != "確認のみ行いました。何も変更していません。実行すると2件が処理されます。" {
		t.Error(got)
	}
	if got := webtest.Texts(p.Document, ".results .c-result, .results .c-why"); !slices.Equal(got, []string{
		"オーソリキャンセル可能", "¥3,300 新規受付 → 注文取消し 在庫 3点が戻ります", "売上キャンセル可能", "¥1,100 " + r.view(b).Order.Status.Name() + " → 注文取消し 在庫 1点が戻ります"}) {
		t.Errorf("%q", got)
	}
	if len(r.centre.sent) != 3 { // two authorisations and a capture
		t.Errorf("%d telegrams", len(r.centre.sent))
	}
	asked := r.Submit(p, "form.confirm-form[action$='/run']", nil) // without scripts: asked on a page of its own
	if r.Number("SELECT COUNT(*) FROM plg_kessai_job") != 1 || asked.Find(".consequence").Length() != 1 {
		t.Fatalf("%s", asked.Text())
	}
	p = r.Submit(asked, "form.ask-buttons", nil)
	r.work()
	p = r.Get(p.Path)
	if got := webtest.Text(p.Document, ".message"); got != "2件が成功しました" {
		t.Error(got)
	}
	if r.view(a).Order.Status != order.Canceled || r.view(b).Order.Status != order.Canceled {
		t.Error("not cancelled")
	}
}

// TestForgedBulk: the address believes neither operation nor id (A14), and nothing is
// done about an order that has moved since it was shown.
func TestForgedBulk(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	for name, form := range map[string]url.Values{
		"another operation":  {"do": {"change_capture"}, "change_capture": {id.String() + ":1100"}},
		"no operation":       {"capture": {id.String() + ":1100"}},
		"no number":          {"do": {"capture"}, "capture": {"x:1100"}},
		"the original's own": {"do": {"capture"}, "capture": {"change_commit," + id.String()}},
		"no key":             {"do": {"capture"}, "capture": {id.String() + ":1100"}, "go": {"run"}},
		"short key":          {"do": {"capture"}, "capture": {id.String() + ":1100"}, "go": {"run"}, "key": {"00"}},
		"another answer":     {"do": {"capture"}, "capture": {id.String() + ":1100"}, "go": {"both"}, "key": {strings.Repeat("0", 32)}},
		"another status":     {"do": {"capture"}, "all": {"capture"}, "status": {"77"}},
	} {
		if p := r.Post(bulkPath, form); p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, p.Status, p.Path)
		}
	}
	if p := r.Post(bulkPath, url.Values{"do": {"capture"}}); p.Path != listPath || webtest.Text(p.Document, ".message") != "1件も選択されていません。" {
		t.Errorf("nothing ticked: %s %s", p.Path, webtest.Text(p.Document, ".message"))
	}
	if p := r.Post(bulkPath, url.Values{"do": {"capture"}, "capture": {"999999:1"}}); p.Find("form.bulk-ask button").Length() != 0 {
		t.Error("an order that is not there is offered")
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_job"); n != 0 {
		t.Errorf("%d jobs", n)
	}
	stale := r.ask("capture", id)
	r.operate(id, false)
	p := r.answer(stale, "run")
	r.work()
	p = r.Get(p.Path)
	if got := webtest.Text(p.Document, ".c-why"); got != "この決済はすでに終了しています。" || r.centre.count(payment.Capture) != 0 {
		t.Errorf("%q, %d telegrams", got, r.centre.count(payment.Capture))
	}
}

// TestBulkIsPosted: no address of bulk work answers a GET (A38), and another site cannot
// post to one.
func TestBulkIsPosted(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	for _, path := range []string{bulkPath + "?do=capture&go=run&capture=" + id.String(), "/admin/paygent_payment/rollback", "/admin/job/x/run", "/admin/job/x/pause"} {
		if p := r.Get(path); p.Status != http.StatusMethodNotAllowed && p.Status != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, p.Status)
		}
	}
	for _, path := range []string{bulkPath, "/admin/paygent_payment/rollback"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Base+path, strings.NewReader("do=capture&go=run"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s from elsewhere: %d", path, resp.StatusCode)
		}
	}
	stranger := webtest.NewClient(t, r.handler)
	for _, path := range []string{"/admin/job", bulkPath, "/admin/paygent_payment/rollback"} {
		if p := stranger.Post(path, url.Values{"do": {"capture"}, "go": {"run"}}); p.Path != "/admin/login" && p.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s without a login: %s, %d", path, p.Path, p.Status)
		}
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_job"); n != 0 {
		t.Errorf("%d jobs", n)
	}
}

func TestPauseResumeAndStop(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	ids := []order.ID{r.paid(1), r.paid(1), r.paid(1)}
	p := r.answer(r.ask("capture", ids...), "run")
	path := p.Path
	p = r.Submit(p, "form[action$='/pause']", nil)
	if p.Path != path || webtest.Text(p.Document, ".badge-tone") != "一時停止中" {
		t.Fatalf("%s %s", p.Path, webtest.Text(p.Document, ".badge-tone"))
	}
	r.work()
	if r.centre.count(payment.Capture) != 0 {
		t.Error("a paused job runs")
	}
	p = r.Submit(p, "form[action$='/resume']", nil)
	asked := r.Submit(p, "form.confirm-form[action$='/cancel']", nil)
	if j := r.onlyJob(); j.State.Ended() {
		t.Fatal("it was stopped without being asked")
	}
	p = r.Submit(asked, "form.ask-buttons", nil)
	r.work()
	if p = r.Get(path); webtest.Text(p.Document, "#progress .badge-tone") != "中止" || p.Find(".job-buttons").Length() != 0 || r.centre.count(payment.Capture) != 0 {
		t.Errorf("%s", p.Text())
	}
	if again := r.Post(path+"/resume", nil); webtest.Text(again.Document, ".message-danger") != "ジョブの状態が変わったため、この操作は行えません。" {
		t.Errorf("%s", again.Text())
	}
}

func (r *rig) onlyJob() job.Job {
	r.t.Helper()
	list, n, err := r.jobs.List(r.t.Context(), 1, 10)
	if err != nil || n != 1 {
		r.t.Fatal(n, err)
	}
	return list[0]
}

// TestRollbackPage: 決済処理中の注文の取消 asks first, and says what became of each order.
func TestRollbackPage(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	p := r.Post("/admin/paygent_payment/rollback", nil)
	if p.Path != listPath || webtest.Text(p.Document, ".message") != "取消対象の注文はありません。" {
		t.Errorf("%s %s", p.Path, webtest.Text(p.Document, ".message"))
	}
	left, unclear := r.order(2), r.order(1)
	for _, id := range []order.ID{left, unclear} {
		r.centre.say(payment.Authorize, ledger.Answer{Outcome: ledger.Decline, Final: true, Code: "2003"})
		r.pay(id)
		r.change(id, func(l *ledger.Ledger) { l.Order.Status, l.Order.PendingSince = order.Pending, r.Now() })
	}
	r.change(unclear, func(l *ledger.Ledger) {
		l.Payments[0].Phase, l.Payments[0].End, l.Payments[0].LimitAt = payment.AwaitingBuyer, payment.NotEnded, r.Now()
	})
	r.Advance(8 * 24 * time.Hour)
	r.relogin()
	p = r.Submit(r.Get(listPath), "form.rollback", nil)
	if got := webtest.Texts(p.Document, ".facts dd"); !slices.Equal(got, []string{"「決済処理中」になってから7日経過した注文", "2件"}) {
		t.Fatalf("%v %s", got, p.Text())
	}
	if !strings.Contains(p.Text(), "「決済処理中」の注文の取り消し処理を実行します。在庫数とポイントが元に戻ります。") {
		t.Error("the manual's words are missing")
	}
	dry := r.answer(p, "rehearse")
	r.work()
	if r.view(left).Order.Status != order.Pending {
		t.Error("the rehearsal cancelled it")
	}
	if got := webtest.Texts(r.Get(dry.Path).Document, ".job-figures dd"); got[0] != "1件" || got[2] != "1件" {
		t.Errorf("rehearsed: %v", got)
	}
	p = r.answer(p, "run")
	r.work()
	p = r.Get(p.Path)
	if got := webtest.Texts(p.Document, ".message"); !slices.Equal(got, []string{"以下の 1件の注文を取り消しました。", "1件は見送りました。"}) {
		t.Errorf("%v", got)
	}
	if got := webtest.Texts(p.Document, ".results .c-result"); !slices.Equal(got, []string{"取消成功", "見送り"}) {
		t.Errorf("%v", got)
	}
	if r.view(left).Order.Status != order.Canceled || r.view(unclear).Order.Status != order.Pending {
		t.Error("the wrong order was cancelled")
	}
}

// relogin: the session has ended in the meantime.
func (r *rig) relogin() {
	r.t.Helper()
	r.Client = webtest.NewClient(r.t, r.handler)
	r.logIn()
}

func TestJobsList(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	if got := webtest.Text(r.Get("/admin/job").Document, ".empty-title"); got != "ジョブはまだありません" {
		t.Error(got)
	}
	id := r.paid(1)
	r.answer(r.ask("capture", id), "rehearse")
	r.work()
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
	r.Advance(time.Second)
	r.answer(r.ask("capture", id), "run")
	r.work()
	if err := r.jobs.SetSchedule(context.Background(), job.Schedule{Task: "nightly", Kind: job.RollbackKind, Spec: "30 4 * * *"}); err != nil {
		t.Fatal(err)
	}
	p := r.Get("/admin/job")
	if got := webtest.Texts(p.Document, ".jobs .c-job, .jobs .c-state, .jobs .c-name"); !slices.Equal(got, []string{
		"一括売上", "結果確認中", "山田 花子", "一括売上 確認のみ", "完了", "山田 花子"}) {
		t.Errorf("%q", got)
	}
	if got := webtest.Text(p.Document, ".schedules li"); !strings.HasPrefix(got, "決済処理中の注文の取消") || !strings.Contains(got, "04:30") {
		t.Error(got)
	}
	if p := r.Get("/admin/job/nothing"); p.Status != http.StatusNotFound {
		t.Errorf("%d", p.Status)
	}
}

// TestProgressPart: what is fetched again while the job runs; at the end it has the page
// loaded anew.
func TestProgressPart(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	p := r.answer(r.ask("capture", r.paid(1), r.paid(1)), "run")
	part := r.Get(p.Path + "/progress")
	if part.Find("#progress[hx-get$='/progress']").Length() != 1 || part.Find(".admin-menu").Length() != 0 || part.Header.Get("HX-Refresh") != "" {
		t.Errorf("%s", part.Text())
	}
	r.work()
	if part = r.Get(p.Path + "/progress"); part.Header.Get("HX-Refresh") != "true" {
		t.Errorf("%v", part.Header)
	}
}

// TestBulkPace: how many at once and how many a minute are staff's to choose; what was
// rehearsed runs as it was chosen.
func TestBulkPace(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	paceOf := func(path string) [2]int64 {
		t.Helper()
		job := path[strings.LastIndex(path, "/")+1:]
		return [2]int64{r.Number("SELECT width FROM plg_kessai_job WHERE id = ?", job), r.Number("SELECT rate FROM plg_kessai_job WHERE id = ?", job)}
	}
	p := r.ask("capture", id)
	if p.Find(".bulk-pace[open]").Length() != 0 || p.Find(".bulk-pace input").Length() != 2 {
		t.Errorf("%s", p.Text())
	}
	for _, wrong := range []url.Values{
		{"width": {"0"}}, {"width": {"65"}}, {"width": {"多め"}}, {"rate": {"-1"}}, {"rate": {"60001"}}, {"rate": {"1.5"}}, {"width": {"99999999999999999999"}},
	} {
		wrong.Set("go", "run")
		again := r.Submit(p, "form.bulk-ask", wrong)
		if again.Find(".bulk-pace[open] .field-error").Length() != 1 || again.Find("input[name=key]").AttrOr("value", "") != p.Find("input[name=key]").AttrOr("value", "") {
			t.Errorf("%v: %d %s", wrong, again.Status, again.Text())
		}
		for _, name := range []string{"width", "rate"} {
			if got := again.Find("input[name="+name+"]").AttrOr("value", ""); got != wrong.Get(name) {
				t.Errorf("%v: %s is shown as %q", wrong, name, got)
			}
		}
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_job"); n != 0 {
		t.Fatalf("%d jobs", n)
	}
	if got := paceOf(r.answer(p, "run").Path); got != [2]int64{job.DefaultWidth, 0} {
		t.Errorf("nothing chosen: %v", got)
	}
	dry := r.Submit(r.ask("cancel", id), "form.bulk-ask", url.Values{"go": {"rehearse"}, "width": {"2"}, "rate": {"600"}})
	r.work()
	if got := paceOf(dry.Path); got != [2]int64{2, 600} {
		t.Errorf("chosen: %v", got)
	}
	if got := webtest.Text(r.Get(dry.Path).Document, ".job-meta"); !strings.Contains(got, "同時に2件、1分に600件まで") {
		t.Errorf("shown: %q", got)
	}
	asked := r.Submit(r.Get(dry.Path), "form.confirm-form[action$='/run']", nil)
	if got := paceOf(r.Submit(asked, "form.ask-buttons", nil).Path); got != [2]int64{2, 600} {
		t.Errorf("run after a rehearsal: %v", got)
	}
}

// TestRollbackPace: 決済処理中の注文の取消 has the same fields.
func TestRollbackPace(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.order(1)
	r.centre.say(payment.Authorize, ledger.Answer{Outcome: ledger.Decline, Final: true, Code: "2003"})
	r.pay(id)
	r.change(id, func(l *ledger.Ledger) { l.Order.Status, l.Order.PendingSince = order.Pending, r.Now() })
	r.Advance(8 * 24 * time.Hour)
	r.relogin()
	p := r.Submit(r.Get(listPath), "form.rollback", nil)
	if again := r.Submit(p, "form.bulk-ask", url.Values{"go": {"run"}, "width": {"x"}}); again.Find(".field-error").Length() != 1 || r.Number("SELECT COUNT(*) FROM plg_kessai_job") != 0 {
		t.Errorf("%s", again.Text())
	}
	r.Submit(p, "form.bulk-ask", url.Values{"go": {"run"}, "width": {"1"}, "rate": {"30"}})
	if r.Number("SELECT COUNT(*) FROM plg_kessai_job WHERE width = 1 AND rate = 30") != 1 {
		t.Error("the pace was lost")
	}
}

// TestBulkInquiry: 決済情報照会 asks the centre about what the search finds, after a question,
// and moves no money.
func TestBulkInquiry(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	a, b := r.paid(1), r.paid(1)
	shipped := r.paid(1)
	r.change(shipped, func(l *ledger.Ledger) { l.Order.Status = order.Delivered })
	p := r.Submit(r.Get(listPath+"?status=1"), "form.inquiry", url.Values{"do": {"inquiry"}})
	if got := webtest.Texts(p.Document, ".facts dd"); !slices.Equal(got, []string{"検索結果のすべて", "2件"}) || p.Find("h1").Text() == "" || p.Find(".btn-stop").Length() != 0 {
		t.Fatalf("%v %s", got, p.Text())
	}
	if got := webtest.Text(p.Document, "h1"); !strings.Contains(got, "決済情報照会を実行しますか？") {
		t.Error(got)
	}
	sent := len(r.centre.sent)
	done := r.answer(p, "run")
	r.work()
	done = r.Get(done.Path)
	j := r.onlyJob()
	if j.Kind != job.InquiryKind || j.Total != 2 || j.Counts.Ended() != 2 || len(r.centre.sent) != sent {
		t.Errorf("%+v, %d telegrams that move money", j, len(r.centre.sent)-sent)
	}
	if got := webtest.Texts(done.Document, ".results .c-no"); !slices.Equal(got, []string{a.String(), b.String()}) {
		t.Errorf("%v", got)
	}
	if none := r.Get(listPath + "?multi=%E3%81%AA%E3%81%84"); none.Find("form.inquiry").Length() != 0 {
		t.Error("a search that finds nothing can be asked about")
	}
}
