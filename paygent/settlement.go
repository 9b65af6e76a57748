package paygent

import (
	"context"
	"errors"
	"fmt"
)

// SettlementRequest names a payment for 021–023 (protocol.md §5.1.2), 101 and 102 (§5.7.1). PaymentID is
// required: one trading_id can have several payments.
type SettlementRequest struct {
	PaymentID string // 決済ID, at most 18 digits
	TradingID string // マーチャント取引ID, optional
	SiteID    string
	Extra     Params
}

// Settlement is the answer to 021–023, 101–103 and 340–342.
type Settlement struct {
	PaymentID string
	TradingID string
	Fields    Params // the whole answer
}

// CancelAuthorization sends 021 (カード決済オーソリキャンセル): status 20 becomes 32.
func (c *Client) CancelAuthorization(ctx context.Context, q SettlementRequest) (*Settlement, error) {
	return c.settle(ctx, KindCancelAuthorization, q)
}

// Capture sends 022 (カード決済売上): status 20 becomes 40.
func (c *Client) Capture(ctx context.Context, q SettlementRequest) (*Settlement, error) {
	return c.settle(ctx, KindCapture, q)
}

// CancelCapture sends 023 (カード決済売上キャンセル): status 40 becomes 60; not possible after 41.
func (c *Client) CancelCapture(ctx context.Context, q SettlementRequest) (*Settlement, error) {
	return c.settle(ctx, KindCancelCapture, q)
}

func (c *Client) settle(ctx context.Context, kind Kind, q SettlementRequest) (*Settlement, error) {
	b := builder{kind: kind}
	b.paymentID(q.PaymentID)
	b.given("trading_id", q.TradingID)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readSettlement(r, q.TradingID, q.PaymentID)
}

func readSettlement(r *Response, tradingID, paymentID string) (*Settlement, error) {
	if err := sameSettlement(r, tradingID, paymentID, false); err != nil {
		return nil, err
	}
	return &Settlement{PaymentID: r.Get("payment_id"), TradingID: r.Get("trading_id"), Fields: r.Fields}, nil
}

// sameSettlement refuses to believe a success that is about another payment, or that
// lacks the id which alone identifies a new one.
func sameSettlement(r *Response, tradingID, paymentID string, idRequired bool) error {
	answered, trading := r.Get("payment_id"), r.Get("trading_id")
	var problem string
	switch {
	case answered == "" && idRequired:
		problem = "the answer has no payment_id"
	case answered != "" && !isPaymentID(answered):
		problem = fmt.Sprintf("the answer's payment_id %q is not a number", answered)
	case answered != "" && paymentID != "" && answered != paymentID:
		problem = fmt.Sprintf("the answer is about payment_id %q", answered)
	case trading != "" && tradingID != "" && trading != tradingID:
		problem = fmt.Sprintf("the answer is about trading_id %q", trading)
	default:
		return nil
	}
	return untrusted(r, tradingID, problem)
}

// untrusted makes a success that cannot be believed an unknown outcome.
func untrusted(r *Response, tradingID, problem string) error {
	return &UnknownError{
		Failure:    Failure{Kind: r.Kind, TradingID: tradingID, PaymentID: r.Get("payment_id"), Code: CodeOther, Detail: problem},
		HTTPStatus: r.HTTPStatus, Response: r, Err: errors.New(problem),
	}
}
