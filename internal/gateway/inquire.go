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
// is no answer: a wrong password is not "not found" (money.md §3).
func (g *Gateway) Inquire(ctx context.Context, q ledger.Inquiry) ledger.Finding {
	m, err := g.client(ctx, q.SettingsVersion)
	if err != nil {
		return ledger.Finding{Kind: ledger.NoAnswer, Code: unsent(err).Code, Detail: oneLine(err)}
	}
	if m.card.InquiryTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, m.card.InquiryTimeout)
		defer cancel()
	}
	// By one id only: with both, an older payment under the same trading_id could answer.
	request := paygent.InquireRequest{PaymentID: q.PaymentID}
	if q.PaymentID == "" {
		request.TradingID = q.TradingID
	}
	a, err := m.client.Inquire(ctx, request)
	if err != nil {
		return findingOf(err)
	}
	return ledger.Finding{
		Kind: ledger.Found, PaymentID: a.PaymentID, TradingID: a.TradingID, Type: string(a.Type), Status: payment.Status(a.Status),
		Amount: order.Yen(a.Amount), BegunAt: a.InitDate, PaymentDate: a.PaymentDate,
	}
}

func findingOf(err error) ledger.Finding {
	var declined *paygent.DeclinedError
	if errors.As(err, &declined) {
		f := ledger.Finding{Kind: ledger.NoAnswer, Code: declined.Code, Detail: declined.Detail}
		if isNoSuch(declined.Code) {
			f.Kind = ledger.NoSuch
		}
		return f
	}
	f := ledger.Finding{Kind: ledger.NoAnswer, Code: paygent.CodeConnection}
	var rejected *paygent.RejectedError
	if errors.As(err, &rejected) {
		f.Code, f.Detail = rejected.Code, rejected.Detail
	}
	return f
}
