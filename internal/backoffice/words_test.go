package backoffice

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/web"
)

var ascii = regexp.MustCompile(`[a-z]{3,}`)

// TestEveryWordIsJapanese walks the domain's lists: a word that a later kind brings
// along must be named here too.
func TestEveryWordIsJapanese(t *testing.T) {
	t.Parallel()
	check := func(what, word string) {
		t.Helper()
		if word == "" || ascii.MatchString(strings.ReplaceAll(word, "Paidy", "")) { // a name
			t.Errorf("%s is %q", what, word)
		}
	}
	for _, k := range ledger.AlertKinds() {
		w := wordsOfAlert(k)
		for _, word := range []string{w.Title, w.Meaning, w.Remedy} {
			check(string(k), word)
		}
	}
	for _, k := range ledger.EventKinds() {
		w := wordsOfEvent(ledger.Event{Kind: k, Data: ledger.EventData{Telegram: "022", OrderFrom: order.New, OrderTo: order.Paid, Alert: ledger.AlertDouble, Mail: ledger.MailOrder, Text: "applied", Status: "40"}})
		check(string(k), w.Name)
		if w.Icon == "" {
			t.Errorf("%s has no icon", k)
		}
	}
	for _, s := range ledger.NoticeStates() {
		check(string(s), noticeStateWords(s))
	}
	for _, k := range ledger.ParkReasons() {
		if k != ledger.NotParked {
			check(string(k), parkWords(k))
		}
	}
	for _, k := range ledger.SkipReasons() {
		check(k, skippedWords(k))
	}
	for _, k := range ledger.MailKinds() {
		check(string(k), mailWords(k))
	}
	for _, e := range payment.Ends() {
		if e != payment.NotEnded {
			check(string(e), endWords(e))
		}
	}
	for _, k := range payment.Kinds() {
		check(string(k), telegramName(k.Telegram()))
		check(string(k), buttonName(k))
	}
	for _, ph := range payment.Phases() {
		check(string(ph), phaseBadge(&ledger.Payment{Phase: ph}).Text)
		check(string(ph), paymentStatus(&ledger.Payment{Phase: ph}))
	}
	for _, s := range payment.AllStatuses() {
		check(string(s), wordsOfObserved(ledger.EventData{Status: string(s)}).Text)
	}
	for _, e := range payment.OwnEvents() {
		check(string(e), wordsOfObserved(ledger.EventData{Text: string(e)}).Text)
	}
	for _, e := range []payment.Environment{payment.Simulator, payment.Test, payment.Production} {
		check(string(e), environmentWords(e))
	}
}

// TestReasonsAreSpecific: every refusal of 売上 and 取消 has words of its own.
func TestReasonsAreSpecific(t *testing.T) {
	t.Parallel()
	general := reasonWords(problem.New(problem.NotNow, "nothing.known", nil))
	for code, args := range map[string]problem.Args{
		"operation.open": nil, "operation.unknown": {"Since": time.Unix(0, 0)}, "payment.expired": nil, "payment.ended": {"End": payment.Canceled},
		"payment.not_authorised": nil, "payment.none": nil, "payment.transit": {"Status": payment.CaptureRequested}, "payment.already_captured": nil,
		"payment.not_the_orders": nil, "payment.cancel_term_over": nil, "payment.other_environment": {"Environment": payment.Test},
		"order.status": {"Status": order.Canceled}, "payment.amount_changed": {"Old": order.Yen(1), "New": order.Yen(2)},
	} {
		if got := reasonWords(problem.New(problem.NotNow, code, args)); got == general || got == "" || ascii.MatchString(got) {
			t.Errorf("%s is %q", code, got)
		}
	}
	if got := reasonWords(errors.New("secret detail")); ascii.MatchString(got) {
		t.Errorf("an error's text is shown: %q", got)
	}
}

func TestCodeWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ code, detail, want string }{
		{"", "x", ""}, {"P003", "x", "（P003）"}, {"E02004", "", "（E02004）"}, {"2003|2004", "x", "（2003|2004）"},
		{"2003", "NG詳細", "NG詳細（2003）"}, {"2003", "", "（2003）"}, {"SIM002", "状態が違います", "状態が違います（SIM002）"},
	} {
		if got := codeWords(tc.code, tc.detail); got != tc.want {
			t.Errorf("%q, %q: %q", tc.code, tc.detail, got)
		}
	}
}

// TestBulkFailureWords: 「売上失敗 NG詳細（2003）」, where NG詳細 is the centre's detail, and
// 「（P003）」 alone for codes with P or E (admin.md §3.4).
func TestBulkFailureWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ code, detail, want string }{
		{"2003", "NG詳細", "NG詳細（2003）"}, {"P003", "x", "（P003）"}, {"E02004", "", "（E02004）"}, {"2003", "", "（2003）"},
		{"", "", "ペイジェントで処理されませんでした。決済は変わっていません。"},
	} {
		out := job.Outcome{State: job.Failed, Facts: job.Facts{Operation: string(payment.Capture), Paygent: tt.code, Detail: tt.detail}}
		got := wordsOfOutcome(job.Job{Kind: job.CaptureKind}, job.Result{Outcome: out})
		if got.Badge.Text != "売上失敗" || got.Why != tt.want {
			t.Errorf("%s %s, not 売上失敗 %s", got.Badge.Text, got.Why, tt.want)
		}
	}
}

// TestRollbackWords tell the money that goes back beside the goods, before and after.
func TestRollbackWords(t *testing.T) {
	t.Parallel()
	facts := job.Facts{Amount: 2200, From: order.Pending, To: order.Canceled, Goods: 2, Points: 30}
	for rehearsal, badge := range map[bool]string{true: "取消可能", false: "取消成功"} {
		j := job.Job{Kind: job.RollbackKind, Rehearsal: rehearsal, State: job.Done, Counts: job.Counts{Succeeded: 1, Amount: 2200}}
		got := wordsOfOutcome(j, job.Result{Outcome: job.Outcome{State: job.Succeeded, Code: string(ledger.RolledBack), Facts: facts}})
		if got.Badge.Text != badge || got.Why != "オーソリキャンセル ¥2,200　決済処理中 → 注文取消し　在庫 2点が戻ります　30ポイントが戻ります" {
			t.Errorf("%+v", got)
		}
		if f := figuresOf(j); !slices.Contains(f, jobFigure{Label: "取消金額", Value: "¥2,200"}) {
			t.Errorf("%+v", f)
		}
	}
	b := &BackOffice{Deps: Deps{Kernel: &web.Kernel{}}}
	for kind, want := range map[string]string{job.RollbackKind: "取消金額", job.CancelKind: "合計金額", job.InquiryKind: ""} {
		q := b.runQuestion(job.Job{ID: "j", Kind: kind, Counts: job.Counts{Succeeded: 1, Amount: 2200}})
		if last := q.Facts[len(q.Facts)-1]; want == "" && len(q.Facts) != 1 || want != "" && (last.Name != want || last.Value != "¥2,200") || q.Danger != (kind != job.InquiryKind) {
			t.Errorf("%s: %+v", kind, q)
		}
	}
}

func TestClassWords(t *testing.T) {
	t.Parallel()
	for class, want := range map[string]string{"10": "一括払い", "61": "分割払い（6回）", "80": "リボ払い", "21": "ボーナス一括払い", "23": "ボーナス一括払い", "": ""} {
		if got := classWords(class, 6); got != want {
			t.Errorf("%s: %s", class, got)
		}
	}
}

// TestOutcomeReturnsWhatIsNoAnswer: faults and wrong input are not said as a flash.
func TestOutcomeReturnsWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []problem.Category{problem.Unavailable, problem.Misset, problem.Invalid, problem.NotFound} {
		if _, _, err := outcome(payment.SaleButton, ledger.Result{}, problem.New(c, "x", nil)); err == nil {
			t.Errorf("%s is swallowed", c)
		}
	}
}

// TestFailureWords: staff read the centre's reason, and what to do where none was asked.
func TestFailureWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op   ledger.Operation
		want string
	}{
		{ledger.Operation{Kind: payment.Capture, State: payment.DeclinedOp, Code: "2003", Detail: "1G97 当該要求拒否"}, "売上に失敗しました。1G97 当該要求拒否（2003）"},
		{ledger.Operation{Kind: payment.Authorize, State: payment.DeclinedOp, Cause: "never_sent"}, "オーソリに失敗しました。ペイジェントに送信していません。決済は変わっていません。"},
		{ledger.Operation{Kind: payment.Authorize, State: payment.RejectedOp, Code: "E02005", Detail: "127.0.0.1 cannot be reached"}, "オーソリに失敗しました。（E02005） ペイジェントに接続できないか設定に誤りがあるため、処理は行われていません。プラグインの設定と接続キットを確認してください。"},
	} {
		if got := strings.Join(failureWords(c.op), " "); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
