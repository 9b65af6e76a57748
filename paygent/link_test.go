package paygent

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testLink(t *testing.T, order LinkOrder, key Secret, transport http.RoundTripper) *Link {
	t.Helper()
	o := LinkOptions{URL: "https://link.example/v/u/request", MerchantID: "1234", HashKey: key, Order: order, Transport: transport}
	if order == LinkECCUBE {
		o.Partner, o.ShopVersion, o.PluginVersion = "lockon", "4.0.6", "1.4.1"
	}
	l, err := NewLink(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// linkRequests are what the vectors' requests are made of, by the end of their name.
func linkRequests() map[string]LinkRequest {
	yes, no := true, false
	buyer := func(q LinkRequest) LinkRequest {
		q.FixedFields, q.Buyer, q.Tel = LinkBuyerFields(), takahashi, "090-1234-5678"
		return q
	}
	example := LinkRequest{TradingID: "52", Amount: 3300, Methods: []PaymentType{TypeConveni}, TermDays: 5, Classes: OneTimeOnly, UseSecurityCode: &yes}
	bad := LinkRequest{TradingID: "56", Amount: 3300, Methods: []PaymentType{TypeConveni}, TermDays: 5}
	all := map[string]LinkRequest{
		"standard order: the worked example of protocol.md §8.3, §8.4": example,
		"EC-CUBE order: the worked example of protocol.md §8.3":        buyer(example),
		"card of a member, every item": buyer(LinkRequest{TradingID: "53", Amount: 12000, Methods: []PaymentType{TypeCard},
			InformURL: "https://shop.example/notice", TermMinutes: 2880, Classes: EveryClass, UseSecurityCode: &yes, StockCards: OfferStoring, CustomerID: "7",
			ThreeDSecure: NoThreeDSecure, MerchantName: "決済商店", BannerURL: "https://shop.example/banner.png", CopyRight: "(c) 2025 Shop",
			FreeMemo: "お問い合わせは店舗へ", Detail: "お買上げ代金", DetailKana: "オカイアゲダイキン",
			ReturnURL: "https://shop.example/ok?order_id=53", StopURL: "https://shop.example/stop?order_id=53", RetryCard: true, SkipFinish: true,
			CaptureAtOnce: true, Appendix: "1", Language: "en", Currency: "JPY", MailSuccess: "1", MailFailure: "0"}),
		"every contracted method, in the browser, without a key": {TradingID: "54", Amount: 3300, TermDays: 2},
		"several methods, in the browser":                        {TradingID: "55", Amount: 3300, TermDays: 2, Methods: []PaymentType{TypeATM, TypeCard, TypeBank}},
		"declined":                                               bad,
		"rejected, a name has characters that cannot be used":    bad,
		"result unknown":                                         bad,
	}
	for name, method := range map[string]PaymentType{"ATM": TypeATM, "bank": TypeBank, "carrier": TypeCareer} {
		q := buyer(LinkRequest{TradingID: "5" + string(method), Amount: 1, Methods: []PaymentType{method}, TermDays: 60, Classes: OneTimeOnly, UseSecurityCode: &no})
		q.ReturnURL, q.StopURL, q.RetryCard = "https://shop.example/ok", "https://shop.example/stop", true
		all[name] = q
	}
	return all
}

func TestWireLinks(t *testing.T) {
	t.Parallel()
	requests := linkRequests()
	for _, v := range vectors(t, "link request bytes") {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			q, ok := requests[strings.TrimPrefix(v.name, "link.txt: ")]
			if !ok {
				t.Fatal("no request is made for this vector")
			}
			centre := &answering{contentType: "text/plain", body: v.bytes(t, "link response bytes")}
			l := testLink(t, LinkOrder(v.text("link order")), Secret(v.text("key")), centre)
			want := v.values(t, "link request values")
			if !v.has("link response bytes") {
				form, err := l.Form(q)
				if err != nil || form.Action != "https://link.example/v/u/request" || form.Method != http.MethodPost {
					t.Errorf("form to %q by %q, %v", form.Action, form.Method, err)
				}
				if diff := cmp.Diff(pairs(want), pairs(form.Fields)); diff != "" {
					t.Errorf("form (-want +got):\n%s", diff)
				}
				return
			}
			page, err := l.Open(t.Context(), q)
			if diff := cmp.Diff(string(v.bytes(t, "link request bytes")), string(centre.got)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			v.checkOutcome(t, err)
			answer := answerOf(err)
			if err == nil {
				answer = &Response{Fields: page.Fields}
				if page.URL != "https://link.example/v/u/top?p=abc" || !page.LimitDate.Equal(time.Date(2025, 4, 6, 23, 59, 59, 0, jst)) {
					t.Errorf("page %q until %v", page.URL, page.LimitDate)
				}
			}
			if diff := cmp.Diff(pairs(v.values(t, "link response values")), pairs(answer.Fields)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLinkHashSuffix(t *testing.T) {
	t.Parallel()
	q := linkRequests()["several methods, in the browser"]
	plain, err := testLink(t, LinkStandard, "LINKKEY0001", refusing{t}).Form(q)
	if err != nil {
		t.Fatal(err)
	}
	shape := regexp.MustCompile(`^[0-9a-fA-F]{0,20}$`)
	lengths := map[int]bool{}
	l := testLink(t, LinkStandard, "LINKKEY0001", refusing{t})
	l.options.Random = rand.NewChaCha8([32]byte{1})
	for range 200 {
		form, err := l.Form(q)
		if err != nil {
			t.Fatal(err)
		}
		suffix, ok := strings.CutPrefix(form.Fields.Get("hc"), plain.Fields.Get("hc"))
		if !ok || !shape.MatchString(suffix) {
			t.Fatalf("hc %q", form.Fields.Get("hc"))
		}
		lengths[len(suffix)] = true
	}
	if !lengths[0] || !lengths[20] || len(lengths) < 10 {
		t.Errorf("lengths %v", lengths)
	}
	l.options.Random = strings.NewReader("too short")
	if _, err := l.Form(q); Outcome(err) != OutcomeRejected {
		t.Errorf("no randomness: %v", err)
	}
}

func TestLinkRefusesNonsense(t *testing.T) {
	t.Parallel()
	good := LinkRequest{TradingID: "52", Amount: 1, TermDays: 5}
	for field, change := range map[string]func(*LinkRequest){
		"trading_id":           func(q *LinkRequest) { q.TradingID = "" },
		"id":                   func(q *LinkRequest) { q.Amount = 0 },
		"payment_term_day":     func(q *LinkRequest) { q.TermDays = 0 },
		"payment_term_day ":    func(q *LinkRequest) { q.TermMinutes = 30 },
		"payment_term_day  ":   func(q *LinkRequest) { q.TermDays = 61 },
		"payment_term_min":     func(q *LinkRequest) { q.TermDays, q.TermMinutes = 0, 2881 },
		"payment_class":        func(q *LinkRequest) { q.Classes = "10" },
		"customer_id":          func(q *LinkRequest) { q.StockCards = OfferStoring },
		"return_url":           func(q *LinkRequest) { q.ReturnURL = "javascript:alert(1)" },
		"customer_family_name": func(q *LinkRequest) { q.Buyer.FamilyName = "七文字の名前だ" },
		"customer_name_kana":   func(q *LinkRequest) { q.Buyer.GivenNameKana = "漢字" },
		"customer_tel":         func(q *LinkRequest) { q.Tel = "123456789012" },
		"customer_family_name_kana": func(q *LinkRequest) {
			q.Extra = Params{{"customer_family_name_kana", "x"}}
			q.Buyer.FamilyNameKana = "カナ"
		},
	} {
		q := good
		change(&q)
		_, err := testLink(t, LinkStandard, "k", refusing{t}).Open(t.Context(), q)
		var rejected *RejectedError
		var bad *FieldError
		if !errors.As(err, &rejected) || !rejected.NotSent || !errors.As(err, &bad) || bad.Field != strings.TrimSpace(field) || bad.Label() == "" || !strings.Contains(err.Error(), bad.Label()) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNewLink(t *testing.T) {
	t.Parallel()
	for _, o := range []LinkOptions{{MerchantID: "1"}, {URL: "link.example", MerchantID: "1"}, {URL: "https://link.example", MerchantID: "x"},
		{URL: "https://link.example", MerchantID: "1", Order: "other"}} {
		var conf *ConfigError
		if _, err := NewLink(o); !errors.As(err, &conf) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// The link type's own answers: line ends of every kind, statuses, a server nobody trusts.
func TestLinkAnswers(t *testing.T) {
	t.Parallel()
	q := LinkRequest{TradingID: "52", Amount: 1, TermDays: 5}
	for name, c := range map[string]struct {
		status int
		body   string
		want   OutcomeKind
	}{
		"CR":             {200, "result=0\rurl=https://link.example/?a=b=c\rtrading_id=52\r", OutcomeSucceeded},
		"LF, a BOM":      {200, "\xEF\xBB\xBFresult=0\nurl=https://link.example/\n", OutcomeSucceeded},
		"no url":         {200, "result=0\r\nurl=\r\n", OutcomeUnknown},
		"strange url":    {200, "result=0\r\nurl=javascript:x\r\n", OutcomeUnknown},
		"another trade":  {200, "result=0\r\nurl=https://link.example/\r\ntrading_id=53", OutcomeUnknown},
		"two addresses":  {200, "result=0\r\nurl=https://a.example/\r\nurl=https://b.example/", OutcomeUnknown},
		"a page":         {200, "<html>メンテナンス</html>", OutcomeUnknown},
		"404":            {404, "result=0\r\nurl=https://link.example/", OutcomeUnknown},
		"bad limit date": {200, "result=0\r\nurl=https://link.example/\r\nlimit_date=tomorrow", OutcomeUnknown},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		defer server.Close()
		l, err := NewLink(LinkOptions{URL: server.URL, MerchantID: "1234", Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Open(t.Context(), q); Outcome(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		l.client.Close()
	}
}

func TestLinkSaysWhatToLookAt(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = discardLog()
	server.StartTLS()
	defer server.Close()
	l, err := NewLink(LinkOptions{URL: server.URL, MerchantID: "1234", Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Open(context.Background(), LinkRequest{TradingID: "52", Amount: 1, TermDays: 5})
	var rejected *RejectedError
	if !errors.As(err, &rejected) || !rejected.NotSent || rejected.Code != CodeCertificate || !strings.Contains(rejected.Detail, "リクエスト先URL") {
		t.Errorf("%v", err)
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add([]byte("result=0\r\nurl=https://link.example/?a=b\r\nlimit_date=20250406235959"))
	f.Add([]byte("\xEF\xBB\xBFresult=1\rresponse_code=P008\nresponse_detail=\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > fuzzSize {
			return
		}
		r, err := parseLink(body)
		if err != nil {
			return
		}
		if page, err := readLinkPage(r, LinkRequest{}); err == nil && !isWebAddress(page.URL) {
			t.Fatalf("address %q", page.URL)
		}
	})
}
