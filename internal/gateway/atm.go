package gateway

import (
	"context"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// applyATM sends 010. The shop's kana name stands at the ATM in both widths, as the
// original sends it.
func applyATM(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	a, err := l.Client.ApplyATM(ctx, paygent.ATMRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), Buyer: buyerOf(c.Orderer),
		Detail: l.Settings.ATM.Detail, Limit: paygent.InDays(l.Settings.ATM.LimitDays),
	})
	if err != nil {
		return ledger.Answer{}, err
	}
	out := done(a.PaymentID)
	out.LimitAt = endOfDay(a.LimitDate)
	out.Needs = ledger.Needs{PayCenter: a.CenterNumber, Customer: a.CustomerNumber, Confirm: a.ConfirmationNumber}
	return out, nil
}
