package paygent

import (
	"context"
	"time"
)

// ATMRequest is telegram 010 (protocol.md §5.3).
type ATMRequest struct {
	TradingID  string
	Amount     Yen
	Buyer      Buyer  // optional
	Detail     string // payment_detail, 店舗名 shown at the ATM; at most 32 characters
	DetailKana string // payment_detail_kana; empty: made from Detail, which must be kana then
	Limit      Days   // 0 to 60, 0 ends today; left to the centre: 30
	SiteID     string
	Extra      Params
}

// ATMApplication is the answer to 010: what the buyer types at the ATM.
type ATMApplication struct {
	PaymentID          string
	TradingID          string
	CenterNumber       string    // pay_center_number, 収納機関番号
	CustomerNumber     string    // customer_number, お客様番号
	ConfirmationNumber string    // conf_number, 確認番号
	LimitDate          time.Time // お支払期日, a day in JST
	Fields             Params    // the whole answer
}

// ApplyATM sends 010 (ATM決済申込): the payment waits in status 10.
func (c *Client) ApplyATM(ctx context.Context, q ATMRequest) (*ATMApplication, error) {
	b := builder{kind: KindATM}
	b.need("trading_id", q.TradingID)
	b.amount("payment_amount", q.Amount)
	q.Buyer.add(&b)
	b.needText("payment_detail", q.Detail)
	if q.DetailKana == "" {
		q.DetailKana = q.Detail
	}
	b.needText("payment_detail_kana", q.DetailKana)
	b.days("payment_limit_date", q.Limit, 0, 60)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", true); err != nil {
		return nil, err
	}
	f := fieldReader{fields: r.Fields}
	a := &ATMApplication{
		PaymentID: r.Get("payment_id"), TradingID: r.Get("trading_id"),
		CenterNumber: f.required("pay_center_number"), CustomerNumber: f.required("customer_number"),
		ConfirmationNumber: f.required("conf_number"), LimitDate: f.day("payment_limit_date"), Fields: r.Fields,
	}
	return trusted(a, r, q.TradingID, f.err)
}

// trusted returns what was read, or an unknown outcome where the answer lacks what it is for.
func trusted[T any](read *T, r *Response, tradingID string, err error) (*T, error) {
	if err != nil {
		return nil, untrusted(r, tradingID, err.Error())
	}
	return read, nil
}
