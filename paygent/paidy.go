package paygent

import "context"

// PaidyRequest names a Paidy payment for 340 and 341 (protocol.md §5.12): by PaymentID,
// TradingID or both.
type PaidyRequest struct {
	PaymentID string
	TradingID string
	SiteID    string
	Extra     Params
}

// PaidyRefundRequest is telegram 342.
type PaidyRefundRequest struct {
	PaymentID string
	TradingID string
	Amount    Yen // what is given back; 0: everything
	SiteID    string
	Extra     Params
}

// CancelPaidy sends 340 (Paidyオーソリキャンセル): status 20 becomes 32.
func (c *Client) CancelPaidy(ctx context.Context, q PaidyRequest) (*Settlement, error) {
	return c.paidy(ctx, KindPaidyCancel, q)
}

// CapturePaidy sends 341 (Paidy売上): status 20 becomes 40. The payment may get another
// PaymentID by it [C].
func (c *Client) CapturePaidy(ctx context.Context, q PaidyRequest) (*Settlement, error) {
	return c.paidy(ctx, KindPaidyCapture, q)
}

func (c *Client) paidy(ctx context.Context, kind Kind, q PaidyRequest) (*Settlement, error) {
	b := builder{kind: kind}
	b.payment(q.PaymentID, q.TradingID)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if kind == KindPaidyCapture {
		q.PaymentID = "" // another number in the answer is no contradiction
	}
	return readSettlement(r, q.TradingID, q.PaymentID)
}

// RefundPaidy sends 342 (Paidy返金): a part leaves status 40, everything makes it 60.
func (c *Client) RefundPaidy(ctx context.Context, q PaidyRefundRequest) (*Settlement, error) {
	b := builder{kind: KindPaidyRefund}
	b.payment(q.PaymentID, q.TradingID)
	if q.Amount != 0 {
		b.amount("amount", q.Amount)
	}
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readSettlement(r, q.TradingID, q.PaymentID)
}
