package gateway

import (
	"context"
	"time"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// applyBank sends 060. It makes no payment: that stands when the buyer pays.
func applyBank(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	s := l.Settings.Bank
	a, err := l.Client.ApplyBank(ctx, paygent.BankRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), Buyer: buyerOf(c.Orderer),
		Claim: s.Claim, ClaimKana: s.ClaimKana, MerchantName: s.Claim, CopyRight: s.CopyRight, FreeMemo: s.FreeMemo,
		Term: time.Duration(s.LimitDays) * 24 * time.Hour, ReturnURL: c.Returns.OK, StopURL: c.Returns.Stop,
	})
	if err != nil {
		return ledger.Answer{}, err
	}
	out := done("")
	out.Needs.URL = a.PageURL
	// The page may close before the bank does: what counts is until when money can come.
	if out.LimitAt = a.PaymentLimit; a.PageLimit.After(a.PaymentLimit) {
		out.LimitAt = a.PageLimit
	}
	return out, nil
}
