package paygent

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"testing"
	"time"
)

// telling is an operation with a request that could be sent.
type telling struct {
	client func(*Client, context.Context) error
	link   func(*Link, context.Context) error
}

func tells[Q, A any](operation func(*Client, context.Context, Q) (A, error), q Q) telling {
	return telling{client: func(c *Client, ctx context.Context) error { _, err := operation(c, ctx, q); return err }}
}

// everyOperation has one good request for each method that talks to the centre.
func everyOperation() map[string]telling {
	pay := SettlementRequest{PaymentID: "1"}
	return map[string]telling{
		"Client.Do":             tells((*Client).Do, Request{Kind: KindCapture}),
		"Client.TestConnection": {client: (*Client).TestConnection},
		"Client.Sweep": {client: func(c *Client, ctx context.Context) error {
			_, err := c.Sweep(ctx, SweepRequest{Highest: 5, Missing: []NoticeIDs{{1, 2}}}, func(Notice) error { return nil })
			return err
		}},
		"Client.Difference":           tells((*Client).Difference, DifferenceRequest{}),
		"Client.Inquire":              tells((*Client).Inquire, InquireRequest{PaymentID: "1"}),
		"Client.List":                 tells((*Client).List, ListRequest{}),
		"Client.ApplyATM":             tells((*Client).ApplyATM, ATMRequest{TradingID: "1", Amount: 1, Detail: "ダイキン"}),
		"Client.ApplyConveni":         tells((*Client).ApplyConveni, ConveniRequest{TradingID: "1", Amount: 1, Buyer: takahashi, Tel: "03", Store: Lawson}),
		"Client.ApplyBank":            tells((*Client).ApplyBank, BankRequest{TradingID: "1", Amount: 1, Claim: "ダイキン"}),
		"Client.Authorize":            tells((*Client).Authorize, AuthorizeRequest{Amount: 1, PaymentClass: LumpSum, CardToken: "t"}),
		"Client.Capture":              tells((*Client).Capture, pay),
		"Client.CancelAuthorization":  tells((*Client).CancelAuthorization, pay),
		"Client.CancelCapture":        tells((*Client).CancelCapture, pay),
		"Client.CorrectAuthorization": tells((*Client).CorrectAuthorization, CorrectionRequest{PaymentID: "1", Amount: 1}),
		"Client.CorrectCapture":       tells((*Client).CorrectCapture, CorrectionRequest{PaymentID: "1", Amount: 1}),
		"Client.CompleteThreeDS":      tells((*Client).CompleteThreeDS, CompleteRequest{PaymentID: "1", PaRes: "x", MD: "y"}),
		"Client.AuthenticateThreeDS":  tells((*Client).AuthenticateThreeDS, ThreeDSRequest{Amount: 1, TermURL: "https://a.example", MerchantName: "S", CardToken: "t"}),
		"Client.StoreCard":            tells((*Client).StoreCard, StoreCardRequest{CustomerID: "7", CardToken: "t"}),
		"Client.DeleteCard":           tells((*Client).DeleteCard, DeleteCardRequest{CustomerID: "7", CustomerCardID: "1"}),
		"Client.ListCards":            tells((*Client).ListCards, ListCardsRequest{CustomerID: "7"}),
		"Client.AuthenticateCareer":   tells((*Client).AuthenticateCareer, CareerAuthRequest{Career: CareerAu, RedirectURL: "https://a.example", CancelURL: "https://a.example"}),
		"Client.ApplyCareer":          tells((*Client).ApplyCareer, CareerRequest{TradingID: "1", Amount: 1, Career: CareerSoftBank, ReturnURL: "https://a.example", CancelURL: "https://a.example"}),
		"Client.CaptureCareer":        tells((*Client).CaptureCareer, pay),
		"Client.CancelCareer":         tells((*Client).CancelCareer, pay),
		"Client.ChangeCareer":         tells((*Client).ChangeCareer, CareerChangeRequest{PaymentID: "1", Amount: 1}),
		"Client.CancelPaidy":          tells((*Client).CancelPaidy, PaidyRequest{PaymentID: "1"}),
		"Client.CapturePaidy":         tells((*Client).CapturePaidy, PaidyRequest{PaymentID: "1"}),
		"Client.RefundPaidy":          tells((*Client).RefundPaidy, PaidyRefundRequest{PaymentID: "1"}),
		"Client.VerifyPaidy":          tells((*Client).VerifyPaidy, PaidyVerifyRequest{PaidyPaymentID: "pay_1"}),
		"Link.Open": {link: func(l *Link, ctx context.Context) error {
			_, err := l.Open(ctx, LinkRequest{TradingID: "1", Amount: 1, TermDays: 5})
			return err
		}},
	}
}

func (o telling) do(t *testing.T, ctx context.Context, transport http.RoundTripper) error {
	if o.link != nil {
		return o.link(testLink(t, LinkStandard, "k", transport), ctx)
	}
	return o.client(testClient(t, transport), ctx)
}

// A context that has ended before sends nothing; one that ends while the answer is waited
// for leaves the outcome unknown. No operation is left out.
func TestEveryOperationHonoursItsContext(t *testing.T) {
	t.Parallel()
	operations := everyOperation()
	for _, receiver := range []reflect.Type{reflect.TypeFor[*Client](), reflect.TypeFor[*Link]()} {
		for method := range receiver.Methods() {
			name := receiver.Elem().Name() + "." + method.Name
			if _, ok := operations[name]; !ok && method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]() {
				t.Errorf("%s is not tested", name)
			}
		}
	}
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			waiting := roundTrip(func(r *http.Request) (*http.Response, error) {
				drain(r)
				cancel()
				select { // the telegram's context must be the caller's
				case <-r.Context().Done():
				case <-time.After(10 * time.Second):
					t.Error("the telegram does not end with its context")
				}
				return nil, r.Context().Err()
			})
			if err := operation.do(t, ctx, waiting); Outcome(err) != OutcomeUnknown || !errors.Is(err, context.Canceled) {
				t.Errorf("ended while waiting: %v", err)
			}
			wantNotSent(t, operation.do(t, ctx, refusing{t}), CodeConnection)
		})
	}
}

// Reading a long answer ends with the context too.
func TestContextEndsWithinTheBody(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		drain(r)
		_, _ = w.Write([]byte("\r\nresult=0\r\n"))
		_ = http.NewResponseController(w).Flush()
		<-release
	})
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithCancel(t.Context())
	client := testClientWith(t, Options{Config: plainConfig(address), Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		cancel()
		return answer, err
	})})
	if err := capture(ctx, client); Outcome(err) != OutcomeUnknown || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
