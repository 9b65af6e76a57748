package gateway

import (
	"context"
	"errors"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
)

// Inquire asks 094. Anything but a payment, or a code that is known to mean "none",
// is no answer: a wrong password is not "not found", several are not one (money.md §3).
func (g *Gateway) Inquire(ctx context.Context, q ledger.Inquiry) ledger.Finding {
	c, ctx, cancel, err := g.ask(ctx, q.SettingsVersion)
	if err != nil {
		return findingOf(err)
	}
	defer cancel()
	// By one id only: with both, an older payment under the same trading_id could answer.
	request := paygent.InquireRequest{PaymentID: q.PaymentID}
	if q.PaymentID == "" {
		request.TradingID = q.TradingID
	}
	a, err := c.Client.Inquire(ctx, request)
	if err != nil {
		return findingOf(noAnswer(err))
	}
	return ledger.Finding{
		Kind: ledger.Found, PaymentID: a.PaymentID, TradingID: a.TradingID, Type: string(a.Type), Status: payment.Status(a.Status),
		Amount: order.Yen(a.Amount), Brand: payment.BrandOf(a.CareerType), BegunAt: a.InitDate, PaymentDate: a.PaymentDate,
		BaseID: a.BasePaymentID,
	}
}

func findingOf(err error) ledger.Finding {
	f := ledger.Finding{Kind: ledger.NoAnswer}
	var none *ledger.NoAnswerError
	if errors.As(err, &none) {
		f.Code, f.Detail = none.Code, none.Detail
		if isNoSuch(none.Code) {
			f.Kind = ledger.NoSuch
		}
	}
	return f
}
