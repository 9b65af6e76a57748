package paygent

import (
	"context"
	"fmt"
	"time"
)

// BankRequest is telegram 060 (protocol.md §5.5).
type BankRequest struct {
	TradingID       string
	Amount          Yen
	Claim           string // claim_kanji, 店舗名(全角); at most 32 characters
	ClaimKana       string // claim_kana, 店舗名(カナ); at most 32; empty: made from Claim, which must be kana then
	MerchantName    string // shown on the page; at most 32
	Buyer           Buyer  // optional
	ReceiptName     string
	ReceiptNameKana string
	Term            time.Duration // asp_payment_term: 1 to 99 whole days, or 1 to 59 minutes; 0: left to the centre
	ReturnURL       string        // after the payment
	StopURL         string        // 戻る
	CopyRight       string        // half-width; at most 128
	FreeMemo        string        // full width; at most 128
	MobileType      MobileType    // empty: not sent
	SiteID          string
	Extra           Params
}

// BankApplication is the answer to 060. It has no payment_id: the centre makes the payment
// when the buyer pays, and until then 094 finds none (protocol.md §5.5).
type BankApplication struct {
	TradingID    string
	PageURL      string    // asp_url: send the buyer there
	PageLimit    time.Time // asp_limit_date: until then the page opens
	PaymentLimit time.Time // asp_payment_limit_date: until then it can be paid
	GeneratedAt  time.Time // trade_generation_date
	Fields       Params    // the whole answer
}

// ApplyBank sends 060 (銀行ネット決済ASP申込).
func (c *Client) ApplyBank(ctx context.Context, q BankRequest) (*BankApplication, error) {
	b := builder{kind: KindBank}
	q.add(&b)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", false); err != nil {
		return nil, err
	}
	f := fieldReader{fields: r.Fields}
	a := &BankApplication{
		TradingID: r.Get("trading_id"), PageURL: f.address("asp_url"), PageLimit: f.time("asp_limit_date"),
		PaymentLimit: f.time("asp_payment_limit_date"), GeneratedAt: f.time("trade_generation_date"), Fields: r.Fields,
	}
	if answered := r.Get("amount"); answered != "" && answered != q.Amount.String() {
		f.fail("amount", "%q is not what was asked for", answered)
	}
	return trusted(a, r, q.TradingID, f.err)
}

func (q BankRequest) add(b *builder) {
	b.need("trading_id", q.TradingID)
	b.amount("amount", q.Amount)
	b.needText("claim_kanji", q.Claim)
	if q.ClaimKana == "" {
		q.ClaimKana = q.Claim
	}
	b.needText("claim_kana", q.ClaimKana)
	b.text("merchant_name", q.MerchantName)
	q.Buyer.add(b)
	b.text("receipt_name", q.ReceiptName)
	b.text("receipt_name_kana", q.ReceiptNameKana)
	if q.Term != 0 {
		b.need("asp_payment_term", b.term(q.Term))
	}
	b.url("return_url", q.ReturnURL)
	b.url("stop_return_url", q.StopURL)
	b.text("copy_right", q.CopyRight)
	b.text("free_memo", q.FreeMemo)
	b.mobile(q.MobileType)
}

// term is 0, two digits of days, and four digits that some read as hours and minutes, some
// as minutes (protocol.md §5.5) [C]: only what both read alike is sent.
func (b *builder) term(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day && d <= 99*day && d%day == 0:
		return fmt.Sprintf("0%02d0000", d/day)
	case d >= time.Minute && d < time.Hour && d%time.Minute == 0:
		return fmt.Sprintf("00000%02d", d/time.Minute)
	}
	b.fail(outOfRange("asp_payment_term", "must be 1 to 99 whole days, or 1 to 59 minutes"))
	return "0"
}
