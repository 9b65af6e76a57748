package paygentsim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kessai/paygentsim"
)

// tester presses buttons of the 試験環境ツール as a person does: only forms that stand on the page.
type tester struct {
	*bundle
	at string
}

func (w *tester) page() *goquery.Document {
	w.t.Helper()
	rec := w.control("GET", w.at, "")
	doc, err := goquery.NewDocumentFromReader(rec.Body)
	if err != nil || rec.Code != http.StatusOK {
		w.t.Fatalf("%s: %d, %v", w.at, rec.Code, err)
	}
	return doc
}

// submit fills the form that posts to an address and follows where it leads; its page says what.
func (w *tester) submit(action, says string, pairs ...string) {
	w.t.Helper()
	form := w.page().Find(`form[action="` + action + `"]`).First()
	if form.Length() == 0 {
		w.t.Fatalf("no form for %s at %s", action, w.at)
	}
	values := formValues(form)
	for i := 0; i < len(pairs); i += 2 {
		if form.Find(`[name="`+pairs[i]+`"]`).Length() == 0 {
			w.t.Fatalf("the form for %s has no field %s", action, pairs[i])
		}
		if list := form.Find(`select[name="` + pairs[i] + `"]`); list.Length() != 0 && list.Find(`option[value="`+pairs[i+1]+`"]`).Length() == 0 {
			w.t.Fatalf("the form for %s does not offer %s", action, pairs[i+1])
		}
		values.Set(pairs[i], pairs[i+1])
	}
	rec := w.control("POST", action, values.Encode(), "Accept", "text/html")
	if rec.Code != http.StatusSeeOther {
		w.t.Fatalf("%s: %d %s", action, rec.Code, rec.Body)
	}
	w.at = rec.Header().Get("Location")
	if text := w.page().Find(".said").Text(); !strings.Contains(text, says) {
		w.t.Errorf("%s: the page says %q, want %q", action, text, says)
	}
}

// TestToolByItsPage does everything the page is for, by its own forms, after finding the payment.
func TestToolByItsPage(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	w := &tester{b, "/control/"}
	at := func(id string, want paygentsim.Status) {
		t.Helper()
		if got := b.status(id); got != want {
			t.Errorf("%s is at %s, want %s", id, got, want)
		}
	}
	do := func(id string, to paygentsim.Status) {
		t.Helper()
		w.submit("/control/payments/"+id+"/status", "ステータスを変更しました。", "status", string(to))
		at(id, to)
	}
	store := b.send("030", conveni("00C001", nil))["payment_id"]
	w.at = "/control/?q=70"
	do(store, paygentsim.Preliminary)
	if q := w.page().Find("#q").AttrOr("value", ""); q != "70" {
		t.Errorf("the search is lost: %q", q)
	}
	do(store, paygentsim.PreliminaryCancelled)
	w.at = "/control/"
	machine := b.send("010", atm(nil))["payment_id"]
	do(machine, paygentsim.Captured)
	expired := b.send("010", atm(fields{"trading_id": "61"}))["payment_id"]
	do(expired, paygentsim.TermExpired)
	b.browser().open(b.send("060", asp(nil))["asp_url"]).press("bank")
	bank := b.sim.Payments()[3].PaymentID
	do(bank, paygentsim.Captured)
	card := b.authorize("1", good)["payment_id"]
	w.submit("/control/payments/"+card+"/correct", "金額を補正しました。", "amount", "3000")
	corrected := b.sim.Payments()[5].PaymentID
	do(corrected, paygentsim.Captured)
	w.submit("/control/payments/"+corrected+"/correct", "金額を補正しました。", "amount", "2000")
	sold := b.sim.Payments()[6].PaymentID
	w.submit("/control/payments/"+sold+"/withhold", "差分通知の送信を止めました。")
	do(sold, paygentsim.CaptureCancelled)
	b.drain()
	before := len(b.shop.ids())
	w.submit("/control/payments/"+sold+"/notices", "差分通知を再送します。")
	b.drain()
	if got := len(b.shop.ids()) - before; got != 2 {
		t.Errorf("%d notices came again, want the withheld and the sent one", got)
	}
	w.submit("/control/foreign", "他店舗の決済を発生させました。", "amount", "7")
	w.submit("/control/clock", "センターの時計を変更しました。", "advance", "24h")
	w.submit("/control/pace", "設定を変更しました。", "transit_ms", "60000")
	w.submit("/control/profile", "障害の設定を変更しました。", "profile", "default")
	w.submit("/control/reset", "消去しました。")
	if got := len(b.sim.Payments()); got != 0 {
		t.Errorf("%d payments after the reset", got)
	}
}

// A person is told in Japanese, on the page, why something was not done.
func TestToolSaysWhyNot(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("1", good)["payment_id"]
	b.sim.SetNoticeURL("")
	for _, tc := range []struct{ path, body, says string }{
		{"/control/payments/1/status", "status=40", "該当する決済がありません。"},
		{"/control/payments/" + id + "/status", "status=60&q=1", "現在のステータスからは変更できません。"},
		{"/control/payments/" + id + "/notices", "", "送信先が設定されていません。"},
		{"/control/payments/" + id + "/correct", "amount=x", "金額は1以上の整数で入力してください。"},
		{"/control/clock", "advance=-1h", "時計は先にだけ進められます。"},
		{"/control/pace", "transit_ms=x", "ミリ秒の整数"},
		{"/control/profile", "profile=cruel", "障害の設定が正しくありません。"},
		{"/control/differences/purge", "through=x", "決済通知IDは整数で入力してください。"},
	} {
		rec := b.control("POST", tc.path, tc.body, "Accept", "text/html,application/xhtml+xml")
		w := &tester{b, rec.Header().Get("Location")}
		if rec.Code != http.StatusSeeOther || !strings.Contains(w.page().Find("[role=alert]").Text(), tc.says) {
			t.Errorf("%s %s: %d to %s", tc.path, tc.body, rec.Code, w.at)
		}
	}
	for _, q := range []string{"done", "error"} {
		w := &tester{b, "/control/?" + q + "=" + url.QueryEscape(`<script>alert(1)</script>`)}
		if w.page().Find("script").Length() != 0 {
			t.Errorf("%s became markup", q)
		}
	}
}

// A payment is found as JSON too.
func TestToolFindsAsJSON(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good)["payment_id"]
	b.authorize("53", good)
	for query, want := range map[string]int{"": 2, "?q=52": 1, "?q=" + id: 1, "?q=nothing": 0} {
		if got := decode[[]paygentsim.Payment](t, b.control("GET", "/control/payments"+query, "")); len(got) != want {
			t.Errorf("%q: %d payments", query, len(got))
		}
	}
}

// An order to the clock that is half wrong does nothing at all.
func TestClockOrderIsWhole(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	before := b.sim.Now()
	for _, body := range []string{"speed=60&set=never", "speed=60&advance=soon", `{"speed":60,"set":"2020-01-01T00:00:00Z"}`} {
		header := []string{}
		if strings.HasPrefix(body, "{") {
			header = []string{"Content-Type", "application/json"}
		}
		if rec := b.control("POST", "/control/clock", body, header...); rec.Code != http.StatusBadRequest || b.sim.Speed() != 1 || !b.sim.Now().Equal(before) {
			t.Errorf("%s: %d, speed %v", body, rec.Code, b.sim.Speed())
		}
	}
}
