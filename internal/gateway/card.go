package gateway

import (
	"context"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// authorize sends 020. Without 3-D Secure the original says so by skipping 1.0
// (storefront.md §6.1).
func authorize(ctx context.Context, m made, c ledger.Command) ledger.Answer {
	a, err := m.client.Authorize(ctx, paygent.AuthorizeRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount),
		PaymentClass: classOf(c.PaymentClass), SplitCount: c.SplitCount,
		CardToken: paygent.Secret(string(c.Token)), UseSecurityCode: m.card.UseSecurityCode,
		ThreeDSecure: paygent.ThreeDSecure1, SkipThreeDSecure: true,
	})
	switch {
	case err != nil:
		return answerOf(err, c.Kind)
	case a.NeedsThreeDS:
		// Nothing is authorised, and nobody asked for 3-D Secure: 094 says how it stands.
		return ledger.Answer{Outcome: ledger.Mystery, PaymentID: a.PaymentID, Code: string(paygent.ResultThreeDSecure)}
	}
	return ledger.Answer{Outcome: ledger.Success, PaymentID: a.PaymentID}
}

// change sends 021, 022 or 023.
func change(ctx context.Context, m made, c ledger.Command) ledger.Answer {
	q := paygent.SettlementRequest{PaymentID: c.PaymentID, TradingID: c.TradingID}
	var err error
	switch c.Kind {
	case payment.CancelAuthorization:
		_, err = m.client.CancelAuthorization(ctx, q)
	case payment.Capture:
		_, err = m.client.Capture(ctx, q)
	case payment.CancelCapture:
		_, err = m.client.CancelCapture(ctx, q)
	default:
		return ledger.Answer{Outcome: ledger.Reject, Final: true, NotSent: true, Code: paygent.CodeFixedValue}
	}
	if err != nil {
		return answerOf(err, c.Kind)
	}
	return ledger.Answer{Outcome: ledger.Success, PaymentID: c.PaymentID}
}

// classOf is the payment class on the wire: the settings call ボーナス一括払い 21 as the
// original does, every other source sends 23 (protocol.md §19).
func classOf(choice string) paygent.PaymentClass {
	if choice == "21" {
		return "23"
	}
	return paygent.PaymentClass(choice)
}
