package gateway

import (
	"cmp"
	"context"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// openLink asks for a page of the link type, from server to server as the original does
// (storefront.md §4.2). The page's own form would put the buyer's name and the hash into
// what is stored for them.
func openLink(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	switch {
	case l.Link == nil:
		return rejected(paygent.CodeConfInvalid, "リンクタイプリクエスト先URLが入力されていません。"), nil
	case c.Method.Type() == "": // the page would offer every method of the contract
		return rejected(paygent.CodeParameter, "利用決済が入力されていません。"), nil
	}
	p, err := l.Link.Open(ctx, linkRequest(l.Settings.Link, c))
	if err != nil {
		return ledger.Answer{}, err
	}
	out := done("")
	out.Needs.URL, out.LimitAt = p.URL, p.LimitDate
	return out, nil
}

func linkRequest(s LinkSettings, c ledger.Command) paygent.LinkRequest {
	q := paygent.LinkRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), Methods: []paygent.PaymentType{paygent.PaymentType(c.Method.Type())},
		FixedFields: paygent.LinkBuyerFields(), InformURL: c.Returns.Note, TermDays: s.LimitDays,
		Classes: paygent.LinkClasses(s.Classes), UseSecurityCode: &s.SecurityCode,
		MerchantName: s.MerchantName, CopyRight: s.CopyRight, FreeMemo: s.FreeMemo, Buyer: buyerOf(c.Orderer), Tel: c.Orderer.Tel,
		ReturnURL: cmp.Or(s.ReturnURL, c.Returns.OK), StopURL: c.Returns.Stop, RetryCard: true,
	}
	if member := cmp.Or(c.CustomerID, c.Orderer.Member.ID); member != 0 {
		q.CustomerID, q.StockCards = customerID(member), paygent.NoStoredCards
		if s.StockCard {
			q.StockCards = paygent.OfferStoring
		}
	}
	return q
}
