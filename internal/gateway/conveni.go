package gateway

import (
	"cmp"
	"context"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// applyConveni sends 030, for the store the buyer chose.
func applyConveni(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	a, err := l.Client.ApplyConveni(ctx, paygent.ConveniRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), Buyer: buyerOf(c.Orderer), Tel: c.Orderer.Tel,
		Limit: paygent.InDays(l.Settings.Conveni.LimitDays), Store: paygent.ConveniStore(c.Beside.Store),
	})
	if err != nil {
		return ledger.Answer{}, err
	}
	out := done(a.PaymentID)
	out.LimitAt = endOfDay(a.LimitDate)
	out.Needs = ledger.Needs{Store: cmp.Or(string(a.Store), c.Beside.Store), Receipt: a.ReceiptNumber, PrintURL: a.ReceiptPrintURL}
	for _, store := range a.UsableStores {
		out.Needs.Stores = append(out.Needs.Stores, string(store))
	}
	return out, nil
}

// buyerOf is who pays, as they typed it: paygent makes it fit.
func buyerOf(o ledger.Orderer) paygent.Buyer {
	return paygent.Buyer{FamilyName: o.FamilyName, GivenName: o.GivenName, FamilyNameKana: o.FamilyKana, GivenNameKana: o.GivenKana}
}
