package paygent

import "context"

// CorrectionRequest changes the amount of a card payment: telegrams 028 and 029
// (protocol.md §5.1.3). Not possible for payments with 3-D Secure.
type CorrectionRequest struct {
	PaymentID string
	TradingID string // optional
	Amount    Yen    // the new total; with Reduce what is subtracted from the old one
	Reduce    bool
	SiteID    string
	Extra     Params
}

// Correction is the answer to 028 and 029. The payment goes on under a new PaymentID.
type Correction struct {
	PaymentID     string // the new payment
	BasePaymentID string // the old one, now cancelled
	TradingID     string
	ReducedAmount string // as answered; what it counts is not public
	Fields        Params // the whole answer
}

// CorrectAuthorization sends 028 (カード決済補正オーソリ): a payment in status 20.
func (c *Client) CorrectAuthorization(ctx context.Context, q CorrectionRequest) (*Correction, error) {
	return c.correct(ctx, KindCorrectAuthorization, q)
}

// CorrectCapture sends 029 (カード決済補正売上): a payment in status 40.
func (c *Client) CorrectCapture(ctx context.Context, q CorrectionRequest) (*Correction, error) {
	return c.correct(ctx, KindCorrectCapture, q)
}

func (c *Client) correct(ctx context.Context, kind Kind, q CorrectionRequest) (*Correction, error) {
	b := builder{kind: kind}
	b.paymentID(q.PaymentID)
	b.given("trading_id", q.TradingID)
	b.amount("payment_amount", q.Amount)
	b.params.Add("reduction_flag", flagText(q.Reduce))
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", true); err != nil {
		return nil, err
	}
	base := r.Get("base_payment_id")
	if base != "" && base != q.PaymentID {
		return nil, untrusted(r, q.TradingID, "the answer corrects another payment")
	}
	return &Correction{PaymentID: r.Get("payment_id"), BasePaymentID: base, TradingID: r.Get("trading_id"),
		ReducedAmount: r.Get("reduced_amount"), Fields: r.Fields}, nil
}

func flagText(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
