package paygent

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Typed requests must send exactly what the vectors say.
func TestTypedRequests(t *testing.T) {
	t.Parallel()
	pay := SettlementRequest{PaymentID: "900000001", TradingID: "52"}
	calls := map[string]func(*Client, context.Context) error{
		"authorize.txt: token, lump sum, success": authorizing(AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: LumpSum,
			CardToken: "tok_0123456789abcdef", UseSecurityCode: true}),
		"authorize.txt: re-authorisation of an earlier trading, instalments, captured at once": authorizing(AuthorizeRequest{
			TradingID: "52_2", Amount: 5000, PaymentClass: Instalments, SplitCount: 3, RefTradingID: "52", CaptureAtOnce: true}),
		"authorize.txt: stored card with a token of its security code, after 3-D Secure 2.0": authorizing(AuthorizeRequest{
			TradingID: "53", Amount: 1, PaymentClass: Revolving, CardToken: "tok_cvc1", UseSecurityCode: true,
			StoredCard:   &StoredCard{CustomerID: "7", CustomerCardID: "10000001", WithCVCToken: true},
			ThreeDSecure: ThreeDSecure2, ThreeDSAuthID: "1b4e28ba-2fa1-11d2-883f-0016d3cca427"}),
		"authorize.txt: 3-D Secure 1.0 is asked for; the page is the last item": authorizing(AuthorizeRequest{
			TradingID: "55", Amount: 3300, PaymentClass: BonusLumpSum, CardToken: "tok_3ds1", ThreeDSecure: ThreeDSecure1,
			TermURL: "https://shop.example/return?order=55", HTTPAccept: "*/*", HTTPUserAgent: "Mozilla/5.0 (X)"}),
		"settle.txt: 021 success": func(c *Client, ctx context.Context) error { _, err := c.CancelAuthorization(ctx, pay); return err },
		"settle.txt: 022 success": func(c *Client, ctx context.Context) error { _, err := c.Capture(ctx, pay); return err },
		"settle.txt: 023 success": func(c *Client, ctx context.Context) error { _, err := c.CancelCapture(ctx, pay); return err },
		"inquire.txt: by payment_id and trading_id, captured": func(c *Client, ctx context.Context) error {
			_, err := c.Inquire(ctx, InquireRequest{PaymentID: "900000001", TradingID: "52"})
			return err
		},
		"difference.txt: the next one": func(c *Client, ctx context.Context) error {
			_, err := c.Difference(ctx, DifferenceRequest{})
			return err
		},
		"difference.txt: by id; earlier ones are lost": func(c *Client, ctx context.Context) error {
			_, err := c.Difference(ctx, DifferenceRequest{NoticeID: 1005})
			return err
		},
		"difference.txt: connection test; nothing to deliver": func(c *Client, ctx context.Context) error { return c.TestConnection(ctx) },
	}
	for _, v := range vectors(t, "request bytes") {
		call, ok := calls[v.name]
		if !ok {
			continue
		}
		delete(calls, v.name)
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			centre := &answering{contentType: v.text("response type"), body: v.bytes(t, "response bytes")}
			if err := call(testClient(t, centre), t.Context()); err != nil {
				t.Errorf("error: %v", err)
			}
			if diff := cmp.Diff(string(v.bytes(t, "request bytes")), string(centre.got)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
	for name := range calls {
		t.Errorf("no vector %q", name)
	}
}

func authorizing(q AuthorizeRequest) func(*Client, context.Context) error {
	return func(c *Client, ctx context.Context) error { _, err := c.Authorize(ctx, q); return err }
}

func text(body string) *answering { return &answering{contentType: "text/plain", body: []byte(body)} }

func TestAuthorizeAnswers(t *testing.T) {
	t.Parallel()
	q := AuthorizeRequest{TradingID: "52", Amount: 100, PaymentClass: LumpSum, CardToken: "tok"}
	good, err := testClient(t, text("\r\nresult=7\r\npayment_id=1\r\ntrading_id=52\r\nattempt_kbn=1\r\nmasked_card_number=*1\r\nout_acs_html=<!DOCTYPE html>\r\n<p>x=1\r\n")).Authorize(t.Context(), q)
	if err != nil || !good.NeedsThreeDS || good.PaymentID != "1" || good.AttemptKbn != "1" || good.ACSHTML != "<!DOCTYPE html>\r\n<p>x=1" {
		t.Errorf("%+v, %v", good, err)
	}
	for name, body := range map[string]string{
		"no id":           "\r\nresult=0\r\ntrading_id=52",
		"id not a number": "\r\nresult=0\r\npayment_id=a1\r\ntrading_id=52",
		"id too long":     "\r\nresult=0\r\npayment_id=1234567890123456789",
		"another trading": "\r\nresult=0\r\npayment_id=1\r\ntrading_id=53",
	} {
		_, err := testClient(t, text(body)).Authorize(t.Context(), q)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Response == nil || unknown.TradingID != "52" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = testClient(t, text("\r\nresult=1\r\nresponse_code=2003\r\nresponse_detail=1G12\r\npayment_id=77")).Authorize(t.Context(), q)
	var declined *DeclinedError
	if !errors.As(err, &declined) || declined.PaymentID != "77" || declined.Code != "2003" || declined.Detail != "1G12" || declined.TradingID != "52" || declined.Kind != KindAuthorize {
		t.Errorf("declined: %+v", err)
	}
}

// refusing fails the test when anything is sent.
type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) {
	r.t.Error("something was sent")
	return nil, errors.New("sent")
}

func TestTypedRequestsRefuseNonsense(t *testing.T) {
	t.Parallel()
	good := AuthorizeRequest{TradingID: "52", Amount: 100, PaymentClass: LumpSum, CardToken: "tok"}
	with := func(change func(*AuthorizeRequest)) func(*Client, context.Context) error {
		q := good
		change(&q)
		return authorizing(q)
	}
	for name, call := range map[string]func(*Client, context.Context) error{
		"payment_amount":      with(func(q *AuthorizeRequest) { q.Amount = 0 }),
		"payment_class":       with(func(q *AuthorizeRequest) { q.PaymentClass = "" }),
		"split_count":         with(func(q *AuthorizeRequest) { q.SplitCount = 3 }),
		"split_count ":        with(func(q *AuthorizeRequest) { q.PaymentClass = Instalments }),
		"card_token":          with(func(q *AuthorizeRequest) { q.CardToken = "" }),
		"card_token ":         with(func(q *AuthorizeRequest) { q.RefTradingID = "51" }),
		"customer_card_id":    with(func(q *AuthorizeRequest) { q.CardToken, q.StoredCard = "", &StoredCard{CustomerID: "7"} }),
		"security_code_token": with(func(q *AuthorizeRequest) { q.StoredCard = &StoredCard{CustomerID: "7", CustomerCardID: "1"} }),
		"payment_id": func(c *Client, ctx context.Context) error {
			_, err := c.Capture(ctx, SettlementRequest{TradingID: "52"})
			return err
		},
		"payment_id ": func(c *Client, ctx context.Context) error { _, err := c.Inquire(ctx, InquireRequest{}); return err },
		"payment_id  ": func(c *Client, ctx context.Context) error {
			_, err := c.Inquire(ctx, InquireRequest{PaymentID: "x"})
			return err
		},
		"payment_notice_id": func(c *Client, ctx context.Context) error {
			_, err := c.Difference(ctx, DifferenceRequest{NoticeID: -1})
			return err
		},
	} {
		err := call(testClient(t, refusing{t}), t.Context())
		var rejected *RejectedError
		if !errors.As(err, &rejected) || !rejected.NotSent || rejected.Code != CodeParameter || !strings.Contains(rejected.Detail, strings.TrimSpace(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSettlementAboutAnother(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"\r\nresult=0\r\npayment_id=2", "\r\nresult=0\r\npayment_id=1\r\ntrading_id=53"} {
		_, err := testClient(t, text(body)).Capture(t.Context(), SettlementRequest{PaymentID: "1", TradingID: "52"})
		if Outcome(err) != OutcomeUnknown {
			t.Errorf("%q: %v", body, err)
		}
	}
	// Follow-ups identify the payment themselves: a bare success is one.
	if _, err := testClient(t, text("\r\nresult=0")).Capture(t.Context(), SettlementRequest{PaymentID: "1"}); err != nil {
		t.Error(err)
	}
}

func TestInquireAnswers(t *testing.T) {
	t.Parallel()
	const head = "\r\nresult=0\r\npayment_id=1\r\ntrading_id=52\r\n"
	q := InquireRequest{TradingID: "52"}
	got, err := testClient(t, text(head+"payment_type=06\r\npayment_status=20\r\npayment_amount=3300\r\npayment_init_date=20250401120000\r\npayment_date=\r\ncareer_type=5\r\ncustomer_tel=0312345678")).Inquire(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if got.Type != TypeCareer || got.Status != StatusAuthOK || got.Amount != 3300 || got.CareerType != "5" || !got.PaymentDate.IsZero() ||
		!got.InitDate.Equal(time.Date(2025, 4, 1, 3, 0, 0, 0, time.UTC)) || got.Fields.Get("customer_tel") != "0312345678" {
		t.Errorf("%+v", got)
	}
	for _, rest := range []string{
		"payment_type=02\r\npayment_amount=1", "payment_type=02\r\npayment_status=2\r\npayment_amount=1",
		"payment_type=02\r\npayment_status=20", "payment_type=02\r\npayment_status=20\r\npayment_amount=-1",
		"payment_type=02\r\npayment_status=20\r\npayment_amount=1,000", "payment_type=02\r\npayment_status=20\r\npayment_amount=99999999999999999999",
		"payment_type=02\r\npayment_status=20\r\npayment_amount=1\r\npayment_date=20250230000000",
		"payment_type=02\r\npayment_status=20\r\npayment_amount=1\r\npayment_init_date=20250401120000.5",
	} {
		if _, err := testClient(t, text(head+rest)).Inquire(t.Context(), q); Outcome(err) != OutcomeUnknown {
			t.Errorf("%q: %v", rest, err)
		}
	}
}

func TestDifferenceAnswers(t *testing.T) {
	t.Parallel()
	const record = "payment_notice_id=7\r\nchange_date=20250401120000\r\npayment_id=1\r\ntrading_id=52\r\npayment_type=02\r\npayment_status=20\r\npayment_amount=1"
	for name, c := range map[string]struct {
		id   int64
		body string
		want OutcomeKind
		code SuccessCode
	}{
		"delivered":     {0, "\r\nresult=0\r\nsuccess_code=0\r\n" + record, OutcomeSucceeded, DifferenceDelivered},
		"lost":          {7, "\r\nresult=0\r\nsuccess_code=2\r\n" + record, OutcomeSucceeded, DifferenceLost},
		"none":          {9, "\r\nresult=0\r\nsuccess_code=1", OutcomeSucceeded, DifferenceNone},
		"another id":    {8, "\r\nresult=0\r\nsuccess_code=0\r\n" + record, OutcomeUnknown, ""},
		"no code":       {0, "\r\nresult=0\r\n" + record, OutcomeUnknown, ""},
		"strange code":  {0, "\r\nresult=0\r\nsuccess_code=3\r\n" + record, OutcomeUnknown, ""},
		"record broken": {0, "\r\nresult=0\r\nsuccess_code=0\r\npayment_notice_id=7", OutcomeUnknown, ""},
	} {
		d, err := testClient(t, text(c.body)).Difference(t.Context(), DifferenceRequest{NoticeID: c.id})
		if Outcome(err) != c.want || err == nil && (d.Code != c.code || (d.Notice == nil) != (c.code == DifferenceNone)) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
		if err == nil && d.Notice != nil && (d.Notice.NoticeID != 7 || d.Notice.Status != StatusAuthOK) {
			t.Errorf("%s: %+v", name, d.Notice)
		}
	}
}
