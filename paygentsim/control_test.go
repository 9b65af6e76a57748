package paygentsim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

// control calls the control face.
func (b *bundle) control(method, path, body string, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if method == http.MethodPost && !strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	b.sim.ControlHandler().ServeHTTP(rec, req)
	return rec
}

func decode[T any](t *testing.T, rec *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, rec.Body)
	}
	return v
}

func TestControlChangesAStatus(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	path := "/control/payments/" + id + "/status"
	p := decode[paygentsim.Payment](t, b.control("POST", path, "status=40"))
	if p.Status != paygentsim.Captured || b.status(id) != paygentsim.Captured {
		t.Errorf("status %s", p.Status)
	}
	b.control("POST", path, "status=60&notice=0")
	b.drain()
	if got := b.status(id); got != paygentsim.CaptureCancelled {
		t.Errorf("status %s", got)
	}
	if diff := cmp.Diff([]string{"1", "2"}, b.shop.ids()); diff != "" {
		t.Errorf("the last notice was withheld (-want +got):\n%s", diff)
	}
	if rec := b.control("POST", path, "status=20"); rec.Code != http.StatusConflict {
		t.Errorf("unlawful change: status %d", rec.Code)
	}
}

func TestControlErrorsHaveOneShape(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	b.sim.SetNoticeURL("")
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"no such payment":    {"GET", "/control/payments/1", "", 404, "unknown_payment"},
		"change of none":     {"POST", "/control/payments/1/status", "status=40", 404, "unknown_payment"},
		"unlawful":           {"POST", "/control/payments/" + id + "/status", "status=60", 409, "unlawful_status"},
		"no status":          {"POST", "/control/payments/" + id + "/status", "", 409, "unlawful_status"},
		"nowhere to send":    {"POST", "/control/payments/" + id + "/notices", "", 409, "no_notice_url"},
		"faults empty":       {"POST", "/control/faults", "", 400, "invalid_faults"},
		"faults no JSON":     {"POST", "/control/faults", "{", 400, "invalid_faults"},
		"faults unknown key": {"POST", "/control/faults", `{"rain":1}`, 400, "invalid_faults"},
		"faults two values":  {"POST", "/control/faults", `{}{}`, 400, "invalid_faults"},
		"faults too many":    {"POST", "/control/faults", `{"faults":{"slow":2}}`, 400, "invalid_faults"},
		"unknown profile":    {"POST", "/control/faults", `{"profile":"rain"}`, 400, "invalid_faults"},
		"unknown next":       {"POST", "/control/faults", `{"next":[{"telegram_kind":"020","fault":"rain"}]}`, 400, "invalid_faults"},
		"unknown notice":     {"POST", "/control/faults", `{"next_notice":["rain"]}`, 400, "invalid_faults"},
		"nowhere":            {"GET", "/control/nothing", "", 404, "not_found"},
	} {
		rec := b.control(tc.method, tc.path, tc.body)
		got := decode[struct {
			Error struct{ Code, Message string }
		}](t, rec)
		if rec.Code != tc.status || got.Error.Code != tc.code || got.Error.Message == "" {
			t.Errorf("%s: status %d, %+v", name, rec.Code, got)
		}
	}
}

func TestControlLists(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if got := strings.TrimSpace(b.control("GET", "/control/payments", "").Body.String()); got != "[]" {
		t.Errorf("an empty list is %s", got)
	}
	id := b.authorize("52", good, nil)["payment_id"]
	b.drain()
	if got := decode[[]paygentsim.Payment](t, b.control("GET", "/control/payments", "")); len(got) != 1 || got[0].PaymentID != id {
		t.Errorf("payments %+v", got)
	}
	if got := decode[paygentsim.Payment](t, b.control("GET", "/control/payments/"+id, "")); got.TradingID != "52" || len(got.Changes) != 1 {
		t.Errorf("payment %+v", got)
	}
	if got := decode[[]paygentsim.Notice](t, b.control("GET", "/control/notices", "")); len(got) != 1 || got[0].Delivery != paygentsim.DeliveryAccepted {
		t.Errorf("notices %+v", got)
	}
	if got := decode[[]paygentsim.MagicCard](t, b.control("GET", "/control/magic", "")); len(got) != len(paygentsim.MagicCards()) {
		t.Errorf("%d magic cards", len(got))
	}
	rec := b.control("GET", "/control/requests", "")
	got := decode[[]paygentsim.Request](t, rec)
	if len(got) != 2 || got[0].Kind != "token" || got[1].Kind != "020" || got[1].PaymentID != id || !got[1].Effect {
		t.Errorf("requests %+v", got)
	}
	for _, secret := range []string{"pass01", "tok_", good, "test_tokenkey"} {
		if strings.Contains(rec.Body.String(), secret) {
			t.Errorf("the history tells %q", secret)
		}
	}
}

func TestControlFaults(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{Seed: 18446744073709551615})
	rec := b.control("POST", "/control/faults", `{"profile":"hostile","next":[{"telegram_kind":"094","fault":"timeout_before"}],"next_notice":["lost"]}`)
	got := decode[struct {
		Seed   string
		Faults paygentsim.Faults
	}](t, rec)
	want, err := paygentsim.FaultsHostile.Faults()
	if err != nil || got.Faults != want || got.Seed != "18446744073709551615" {
		t.Errorf("answer %+v, %v", got, err)
	}
	if seen := outcome(b.try("094", fields{"trading_id": "1"})); seen != "time-out" {
		t.Errorf("the forced fault did not come: %s", seen)
	}
	b.control("POST", "/control/faults", `{"faults":{"error_before":1}}`)
	if b.sim.CurrentFaults() != (paygentsim.Faults{ErrorBefore: 1}) {
		t.Errorf("knobs %+v", b.sim.CurrentFaults())
	}
}

func TestControlReset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := setup(t, paygentsim.Options{Dir: dir})
	token := b.fill()
	b.control("POST", "/control/reset", "")
	if n, m := len(b.sim.Payments()), len(b.sim.Notices()); n+m != 0 || len(b.sim.Requests()) != 0 {
		t.Fatalf("%d payments, %d notices", n, m)
	}
	if got := b.authorize("9", "", fields{"card_token": token}); got["response_code"] != "2021" {
		t.Errorf("the token survived: %v", got)
	}
	b.open(paygentsim.Options{Dir: dir}) // also from the journal
	got := b.authorize("1", good, nil)
	if got["payment_id"] != "900000004" {
		t.Errorf("ids must go on: %v", got)
	}
	if got := b.send("091", nil); got["success_code"] != "0" || got["payment_notice_id"] != "5" {
		t.Errorf("091 after a reset: %v", got)
	}
	b.drain()
}

func TestControlResends(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if err := b.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		t.Fatal(err)
	}
	id := b.authorize("52", good, nil)["payment_id"]
	b.send("022", fields{"payment_id": id})
	b.drain()
	if got := decode[map[string]int](t, b.control("POST", "/control/payments/"+id+"/notices", "")); got["resent"] != 2 {
		t.Errorf("answer %v", got)
	}
	b.drain()
	if diff := cmp.Diff([]string{"2", "1", "2"}, b.shop.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestControlPage(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	refused := b.authorize("60", "4900000000008101", fields{"payment_amount": "1234567"})["payment_id"]
	page := func(query string) *goquery.Document {
		rec := b.control("GET", "/control/?q="+url.QueryEscape(query), "")
		doc, err := goquery.NewDocumentFromReader(rec.Body)
		if err != nil || rec.Code != http.StatusOK {
			t.Fatalf("status %d, %v", rec.Code, err)
		}
		return doc
	}
	rows := func(query string) []string {
		return page(query).Find("section:first-of-type tbody tr").Map(func(_ int, s *goquery.Selection) string {
			return s.Find("td").First().Text()
		})
	}
	for query, want := range map[string][]string{"": {refused, id}, "52": {id}, id: {id}, refused: {refused}, "nothing": nil} {
		if diff := cmp.Diff(want, rows(query)); diff != "" && !(len(want) == 0 && len(rows(query)) == 0) {
			t.Errorf("search %q (-want +got):\n%s", query, diff)
		}
	}
	doc := page("52")
	offered := doc.Find(`form[action="/control/payments/` + id + `/status"] option`).Map(func(_ int, s *goquery.Selection) string {
		return s.AttrOr("value", "")
	})
	if diff := cmp.Diff([]string{"40", "32", "33", "30", "31"}, offered); diff != "" {
		t.Errorf("offered (-want +got):\n%s", diff)
	}
	all := page("").Text()
	for _, text := range []string{"試験環境ツール", "実際の請求は発生しません", "20 オーソリOK", "11 オーソリNG", "¥3,300", "¥1,234,567", "NOTICEKEY0000001"} {
		if !strings.Contains(all, text) {
			t.Errorf("the page does not say %s", text)
		}
	}
	if got := page(`"><script>alert(1)</script>`).Find("script").Length(); got != 0 {
		t.Error("a query became markup")
	}
}

func TestControlForPeople(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	rec := b.control("POST", "/control/payments/"+id+"/status", "status=33", "Accept", "text/html")
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/control/?done=status" {
		t.Errorf("status %d to %q", rec.Code, rec.Header().Get("Location"))
	}
	if rec := b.control("GET", "/", ""); rec.Header().Get("Location") != "/control/" {
		t.Errorf("the root leads to %q", rec.Header().Get("Location"))
	}
	foreign := b.control("POST", "/control/reset", "", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if foreign.Code != http.StatusForbidden || len(b.sim.Payments()) != 1 {
		t.Errorf("another site's form: status %d", foreign.Code)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{History: 10})
	for range 35 {
		b.send("094", fields{"trading_id": "1"})
	}
	got := b.sim.Requests()
	if len(got) != 10 || got[0].Ordinal != 26 || got[9].Ordinal != 35 {
		t.Errorf("%d requests, from %d", len(got), got[0].Ordinal)
	}
}
