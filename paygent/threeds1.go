package paygent

import "context"

// CompleteRequest is telegram 024, the second half of 3-D Secure 1.0 in its old style: the
// card company's page posts PaRes and MD to the shop (protocol.md §10.2).
type CompleteRequest struct {
	PaymentID string // as 020 answered beside result 7
	TradingID string
	PaRes     Secret
	MD        Secret
	SiteID    string
	Extra     Params
}

// CompleteThreeDS sends 024 (カード決済3Dオーソリ). It is answered as 020 is.
func (c *Client) CompleteThreeDS(ctx context.Context, q CompleteRequest) (*Authorization, error) {
	b := builder{kind: KindThreeDSComplete}
	b.paymentID(q.PaymentID)
	b.given("trading_id", q.TradingID)
	b.need("PaRes", string(q.PaRes))
	b.need("MD", string(q.MD))
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, q.PaymentID, true); err != nil {
		return nil, err
	}
	return readAuthorization(r), nil
}
