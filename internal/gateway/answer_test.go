package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// centre answers every telegram with one text, or with an error.
type centre struct {
	body   string
	status int
	err    error
	unread bool // the connection fails before a byte is read
	asked  []url.Values
}

func (c *centre) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.unread {
		return nil, errors.New("no route to host")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	params, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	c.asked = append(c.asked, params)
	if c.err != nil {
		return nil, c.err
	}
	status := c.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte("\r\n" + c.body)))}, nil
}

func newGateway(t *testing.T, c *centre) *gateway.Gateway {
	t.Helper()
	config, err := paygent.ParseConfig("test", strings.NewReader(everyURL))
	if err != nil {
		t.Fatal(err)
	}
	client, err := paygent.New(paygent.Options{Config: config, MerchantID: "12345", ConnectID: "c", ConnectPassword: "p", Transport: c})
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(func(context.Context, int64) (gateway.Centre, error) {
		return gateway.Centre{Client: client, Settings: gateway.Settings{InquiryTimeout: time.Second}}, nil
	}, begin)
	t.Cleanup(g.Close)
	return g
}

func command(kind payment.Kind) ledger.Command {
	return ledger.Command{
		OperationID: "o", Kind: kind, OrderID: 52, TradingID: "52", PaymentID: map[bool]string{true: "", false: "77"}[kind.Begins()], Amount: 3300,
		PaymentClass: "10", Beside: ledger.Beside{Token: "tok"}, Remaining: 30 * time.Second, BeforeSend: func() error { return nil },
	}
}

// TestAnswers: what each shape of answer comes to, for the telegram that begins a
// payment and for those that change one.
func TestAnswers(t *testing.T) {
	t.Parallel()
	type answers = map[bool]ledger.Answer // by whether it is a 020
	both := func(a ledger.Answer) answers { return answers{true: a, false: a} }
	declined := func(code string, final bool) answers {
		a := ledger.Answer{Outcome: ledger.Decline, Code: code, Detail: "why", PaymentID: "77"}
		b := a
		b.Final = final
		return answers{true: b, false: a}
	}
	refusal := func(result, code string) centre {
		return centre{body: "result=" + result + "\r\nresponse_code=" + code + "\r\nresponse_detail=why\r\npayment_id=77"}
	}
	for name, tt := range map[string]struct {
		centre centre
		want   answers
	}{
		"success":          {centre{body: "result=0\r\npayment_id=77\r\ntrading_id=52"}, both(ledger.Answer{Outcome: ledger.Success, PaymentID: "77"})},
		"2003":             {refusal("1", "2003"), declined("2003", true)},
		"2001":             {refusal("1", "2001"), declined("2001", true)},
		"1511":             {refusal("1", "1511"), declined("1511", true)},
		"2021":             {refusal("1", "2021"), declined("2021", true)},
		"SIM005":           {refusal("1", "SIM005"), declined("SIM005", true)},
		"SIM006":           {refusal("1", "SIM006"), declined("SIM006", true)},
		"SIM001":           {refusal("1", "SIM001"), declined("SIM001", false)},
		"SIM003":           {refusal("1", "SIM003"), declined("SIM003", false)},
		"another code":     {refusal("1", "9999"), declined("9999", false)},
		"an empty code":    {refusal("1", ""), declined("", false)},
		"result 2":         {refusal("2", "2003"), answers{true: {Outcome: ledger.Decline, Code: "2003", Detail: "why", PaymentID: "77"}, false: {Outcome: ledger.Decline, Code: "2003", Detail: "why", PaymentID: "77"}}},
		"result 2, P code": {refusal("2", "P010"), answers{true: {Outcome: ledger.Decline, Code: "P010", Detail: "why", PaymentID: "77"}, false: {Outcome: ledger.Decline, Code: "P010", Detail: "why", PaymentID: "77"}}},
		"P code":           {refusal("1", "P010"), both(ledger.Answer{Outcome: ledger.Reject, Final: true, Code: "P010", Detail: "why", PaymentID: "77"})},
		"E code":           {refusal("1", "E0001"), both(ledger.Answer{Outcome: ledger.Reject, Final: true, Code: "E0001", Detail: "why", PaymentID: "77"})},
		"results 2 and 0":  {centre{body: "result=2\r\nresult=0\r\nresponse_code=2003"}, both(ledger.Answer{Outcome: ledger.Mystery, Code: "E02005"})},
		"no result":        {centre{body: "payment_id=77"}, both(ledger.Answer{Outcome: ledger.Mystery, Code: "E02005"})},
		"garbage":          {centre{body: "<html>"}, both(ledger.Answer{Outcome: ledger.Mystery, Code: "E02005"})},
		"cut":              {centre{err: io.ErrUnexpectedEOF}, both(ledger.Answer{Outcome: ledger.Mystery, Code: "E02005"})},
		"time-out":         {centre{err: context.DeadlineExceeded}, both(ledger.Answer{Outcome: ledger.Mystery, Code: "E02005"})},
		"503":              {centre{body: "result=1", status: 503}, both(ledger.Answer{Outcome: ledger.Mystery, Code: "E02005"})},
		"never left":       {centre{unread: true}, both(ledger.Answer{Outcome: ledger.Reject, Final: true, NotSent: true, Code: "E02005"})},
		"result 7": {centre{body: "result=7\r\npayment_id=77\r\nout_acs_html=<html>"},
			answers{true: {Outcome: ledger.Mystery, PaymentID: "77", Code: "7"}, false: {Outcome: ledger.Mystery, Code: "E02005"}}},
	} {
		for _, kind := range []payment.Kind{payment.Authorize, payment.CancelAuthorization, payment.Capture, payment.CancelCapture} {
			t.Run(name+" to "+kind.Telegram(), func(t *testing.T) {
				t.Parallel()
				c := tt.centre
				got := newGateway(t, &c).Execute(t.Context(), command(kind))
				if got.Detail != "why" {
					got.Detail = "" // a sentence of the client's own
				}
				if diff := cmp.Diff(tt.want[kind.Begins()], got); diff != "" {
					t.Error(diff)
				}
				if !c.unread && len(c.asked) != 1 {
					t.Errorf("sent %d times", len(c.asked))
				}
			})
		}
	}
}

// TestFindings: what each answer of 094 is worth (money.md §3).
func TestFindings(t *testing.T) {
	t.Parallel()
	found := ledger.Finding{
		Kind: ledger.Found, PaymentID: "77", TradingID: "52", Type: "02", Status: "40", Amount: 3300,
		BegunAt: time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC), PaymentDate: time.Date(2026, 4, 2, 3, 0, 0, 0, time.UTC),
	}
	for name, tt := range map[string]struct {
		centre centre
		want   ledger.Finding
	}{
		"found": {centre{body: "result=0\r\npayment_id=77\r\ntrading_id=52\r\npayment_type=02\r\npayment_status=40\r\npayment_amount=3300\r\n" +
			"payment_init_date=20260401120000\r\npayment_date=20260402120000"}, found},
		"no such payment": {centre{body: "result=1\r\nresponse_code=SIM003"}, ledger.Finding{Kind: ledger.NoSuch, Code: "SIM003"}},
		"several":         {centre{body: "result=1\r\nresponse_code=SIM004"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "SIM004"}},
		"wrong password":  {centre{body: "result=1\r\nresponse_code=SIM001"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "SIM001"}},
		"another code":    {centre{body: "result=1\r\nresponse_code=9999"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "9999"}},
		"no code":         {centre{body: "result=1"}, ledger.Finding{Kind: ledger.NoAnswer}},
		"P code":          {centre{body: "result=1\r\nresponse_code=P015"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "P015"}},
		"result 2":        {centre{body: "result=2\r\nresponse_code=SIM003"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
		"cut":             {centre{err: io.ErrUnexpectedEOF}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
		"never left":      {centre{unread: true}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005", Detail: "the connection to centre.example failed: no route to host"}},
		"503":             {centre{status: 503, body: "result=1\r\nresponse_code=SIM003"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
		"garbage":         {centre{body: "SIM003"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
		"found nothing":   {centre{body: "result=0"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
		"a strange date":  {centre{body: "result=0\r\npayment_id=77\r\npayment_type=02\r\npayment_status=40\r\npayment_amount=3300\r\npayment_init_date=yesterday"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
		"a strange sum":   {centre{body: "result=0\r\npayment_id=77\r\npayment_type=02\r\npayment_status=40\r\npayment_amount=lots"}, ledger.Finding{Kind: ledger.NoAnswer, Code: "E02005"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := tt.centre
			got := newGateway(t, &c).Inquire(t.Context(), ledger.Inquiry{PaymentID: "77"})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAskedByOneID only: with both, an older payment under the trading_id could answer.
func TestAskedByOneID(t *testing.T) {
	t.Parallel()
	for _, q := range []ledger.Inquiry{{PaymentID: "77", TradingID: "52"}, {PaymentID: "77"}, {TradingID: "52"}} {
		c := &centre{body: "result=1\r\nresponse_code=SIM003"}
		newGateway(t, c).Inquire(t.Context(), q)
		want := "52"
		if q.PaymentID != "" {
			want = ""
		}
		if got := c.asked[0]; got.Get("payment_id") != q.PaymentID || got.Get("trading_id") != want || got.Get("telegram_kind") != "094" {
			t.Errorf("%+v: %v", q, got)
		}
	}
}

// TestOneClientPerVersion: made when first needed, kept; a failure is not kept.
func TestOneClientPerVersion(t *testing.T) {
	t.Parallel()
	made, fail := map[int64]int{}, true
	g := gateway.New(func(_ context.Context, v int64) (gateway.Centre, error) {
		made[v]++
		if fail {
			return gateway.Centre{}, errors.New("the settings cannot be read")
		}
		config, err := paygent.ParseConfig("test", strings.NewReader(everyURL))
		if err != nil {
			return gateway.Centre{}, err
		}
		c, err := paygent.New(paygent.Options{Config: config, MerchantID: "12345", ConnectID: "c", ConnectPassword: "p", Transport: &centre{body: "result=0"}})
		return gateway.Centre{Client: c}, err
	}, begin)
	defer g.Close()
	ask := func(v int64) { g.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: v, PaymentID: "1"}) }
	ask(1)
	fail = false
	for _, v := range []int64{1, 1, 2, 1, 2} {
		ask(v)
	}
	if diff := cmp.Diff(map[int64]int{1: 2, 2: 1}, made); diff != "" {
		t.Error(diff)
	}
}

// stub is a gateway whose centre answers with one text.
func stub(t *testing.T, body string, s gateway.Settings) *gateway.Gateway {
	t.Helper()
	config, err := paygent.ParseConfig("test", strings.NewReader(everyURL))
	if err != nil {
		t.Fatal(err)
	}
	client, err := paygent.New(paygent.Options{Config: config, MerchantID: "12345", ConnectID: "c", ConnectPassword: "p", Transport: &centre{body: body}})
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(func(context.Context, int64) (gateway.Centre, error) {
		return gateway.Centre{Client: client, Settings: s}, nil
	}, begin)
	t.Cleanup(g.Close)
	return g
}
