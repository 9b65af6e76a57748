package paygentsim

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzSim is a simulator of fixed time with one merchant.
func fuzzSim(f *testing.F) *Sim {
	f.Helper()
	now := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)
	s, err := New(Options{Seed: 1, History: 1, Clock: func() time.Time { return now }, Merchants: []Merchant{{
		MerchantID: "1", ConnectID: "c", ConnectPassword: "p", TokenKey: "k", LinkKey: "", ThreeDSKey: "t", PaidyKey: "pk",
	}}})
	if err != nil {
		f.Fatal(err)
	}
	return s
}

func serveFuzz(h http.Handler, path, contentType, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// FuzzTelegram sends anything as parameters of any kind: the answer keeps its form, and
// says so when nothing happened.
func FuzzTelegram(f *testing.F) {
	for kind, p := range goodRequests() {
		lines := []line{}
		for name, value := range p {
			lines = append(lines, line{name, value})
		}
		text, err := encodeFormAs(lines, isUTF8Kind(kind))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(kind, text)
	}
	s := fuzzSim(f)
	h := s.Handler()
	f.Fuzz(func(t *testing.T, kind, body string) {
		path := pathOf(kind)
		if path == "" {
			return
		}
		before := len(s.st.order)
		rec := serveFuzz(h, path, "application/x-www-form-urlencoded",
			"merchant_id=1&connect_id=c&connect_password=p&telegram_version=1.0&telegram_kind="+url.QueryEscape(kind)+"&"+body)
		got := rec.Body.Bytes()
		switch {
		case rec.Code == http.StatusBadRequest:
		case rec.Code != http.StatusOK:
			t.Errorf("status %d: %s", rec.Code, got)
		case isTableKind(kind):
			if !bytes.HasPrefix(got, []byte(`"1","`)) {
				t.Errorf("no header in %q", got)
			}
		case !bytes.HasPrefix(got, []byte("\r\nresult=")):
			t.Errorf("no result in %q", got)
		case isUTF8Kind(kind) && !utf8.Valid(got):
			t.Errorf("no UTF-8: %q", got)
		case bytes.Count(got, []byte("\r\nresult=")) != 1:
			t.Errorf("more than one result in %q", got)
		case bytes.Contains(got, []byte("response_code=P0")) && len(s.st.order) != before:
			t.Errorf("a refused request made a payment: %q", got)
		}
	})
}

// FuzzLink sends anything as a link type request and to its page.
func FuzzLink(f *testing.F) {
	f.Add("trading_id=9&id=100&seq_merchant_id=1&payment_term_day=5&isbtob=1", "do=pay&type=02&card_number=4900000000000000&month=12&year=30&class=10")
	f.Add("trading_id=9&id=100&seq_merchant_id=1&payment_term_min=5&payment_type=03", "do=pay&cvs_company_id=00C001&customer_name=%E4%B8%80")
	s := fuzzSim(f)
	h := s.Handler()
	f.Fuzz(func(t *testing.T, request, page string) {
		rec := serveFuzz(h, requestPath, "application/x-www-form-urlencoded", request)
		if rec.Code >= 500 {
			t.Fatalf("status %d: %s", rec.Code, rec.Body)
		}
		visits := s.st.allVisits()
		if len(visits) == 0 {
			return
		}
		rec = serveFuzz(h, linkPath, "application/x-www-form-urlencoded", "p="+visits[len(visits)-1].ID+"&"+page)
		if rec.Code >= 500 {
			t.Fatalf("page: status %d: %s", rec.Code, rec.Body)
		}
		s.st.forget()
	})
}

// FuzzPaidy sends anything to Paidy's window.
func FuzzPaidy(f *testing.F) {
	f.Add([]byte(`{"api_key":"pk","decision":"authorized","payload":{"amount":1,"currency":"JPY","order":{"order_ref":1,"items":[{"id":null,"title":"😀\n"}]}}}`))
	f.Add([]byte(`{"api_key":"pk","decision":"rejected","lose_webhook":true}`))
	s := fuzzSim(f)
	h := s.Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		if rec := serveFuzz(h, paidyPayments, "text/plain", string(body)); rec.Code >= 500 {
			t.Fatalf("status %d: %s", rec.Code, rec.Body)
		}
		for _, n := range s.st.book("1").notices {
			if _, err := noticeForm(n, &s.merchants[0]); err != nil {
				t.Fatalf("the notice cannot be written: %v", err)
			}
		}
		s.st.forget()
	})
}
