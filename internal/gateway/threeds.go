package gateway

import (
	"cmp"
	"context"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/paygent"
)

// addThreeDS says by which version of 3-D Secure a 020 goes. Without any, the original
// says so by skipping 1.0 (storefront.md §6.1).
func addThreeDS(q *paygent.AuthorizeRequest, c ledger.Command) {
	switch c.ThreeDS {
	case ledger.ThreeDS2:
		q.ThreeDSecure, q.ThreeDSAuthID = paygent.ThreeDSecure2, c.AuthID
	case ledger.ThreeDS1:
		q.ThreeDSecure, q.TermURL = paygent.ThreeDSecure1, c.Returns.Term
		q.HTTPAccept, q.HTTPUserAgent = cmp.Or(c.Beside.Accept, "*/*"), c.Beside.UserAgent
	default:
		q.ThreeDSecure, q.SkipThreeDSecure = paygent.ThreeDSecure1, true
	}
}

// challenge is the answer 7 of a 020: the payment stands at 14 until the buyer has
// been to the page.
func challenge(c ledger.Command, a *paygent.Authorization) ledger.Answer {
	if c.ThreeDS != ledger.ThreeDS1 || c.ReferenceID != "" {
		// Nobody asked for 3-D Secure: 094 says how it stands.
		return ledger.Answer{Outcome: ledger.Mystery, PaymentID: a.PaymentID, Code: paygent.ResultThreeDSecure}
	}
	out := pageOf(a.ACSForm())
	out.PaymentID, out.Challenge = a.PaymentID, out.Outcome == ledger.Success
	return out
}

// completeThreeDS sends 024, the second half of 3-D Secure 1.0 in its old style.
func completeThreeDS(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	a, err := l.Client.CompleteThreeDS(ctx, paygent.CompleteRequest{
		PaymentID: c.PaymentID, TradingID: c.TradingID, PaRes: paygent.Secret(c.Beside.PaRes), MD: paygent.Secret(c.Beside.MD),
	})
	if err != nil { // the client takes an answer 7, which has no meaning here, for none
		return ledger.Answer{}, err
	}
	out := authorised(a)
	out.Protected = Protected(out.Attempt)
	return out, nil
}

// authenticate sends 450. It makes no payment and does not use up the token; 020
// follows when the buyer has come back.
func authenticate(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	o := c.Orderer
	q := paygent.ThreeDSRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), TermURL: c.Returns.Term, MerchantName: l.Settings.Card.MerchantName,
		CardToken: paygent.Secret(string(c.Beside.Token)), StoredCard: storedCardOf(c),
		Guest: o.Member.ID == 0, Email: o.Email,
		Address: paygent.DifferentAddress, ShipTo: paygent.ShipElsewhere,
		Billing: addressOf(o.PostalCode, o.Pref, o.Addr1, o.Addr2), Shipping: addressOf(o.ShipPostalCode, o.ShipPref, o.ShipAddr1, o.ShipAddr2),
	}
	if o.Pref == o.ShipPref && o.Addr1 == o.ShipAddr1 && o.Addr2 == o.ShipAddr2 {
		q.Address, q.ShipTo = paygent.SameAddress, paygent.ShipToBuyer
	}
	if o.Member.ID != 0 {
		addMember(&q, l, o.Member)
	}
	a, err := l.Client.AuthenticateThreeDS(ctx, q)
	if err != nil {
		return ledger.Answer{}, err
	}
	out := pageOf(a.ACSForm())
	out.AuthID = a.AuthID
	return out, nil
}

func addMember(q *paygent.ThreeDSRequest, l line, m ledger.Member) {
	q.Account = &paygent.ThreeDSMember{
		Age: paygent.AccountAgeAt(m.CreatedAt, l.now), CreatedAt: m.CreatedAt,
		ChangeAge: paygent.ChangeAgeAt(m.ChangedAt, l.now), ChangedAt: m.ChangedAt,
		Purchases: m.Purchases180Days, Day: m.Day, Year: m.Year,
		ShipToAge: paygent.ShipToAgeAt(m.ShippedToSince, l.now), ShipToSince: m.ShippedToSince,
	}
	if m.ShippedToSince.IsZero() {
		q.Account.ShipToSince = l.now // by this order
	}
	q.Reorder = paygent.FirstOrder
	if m.Reordered {
		q.Reorder = paygent.OrderedBefore
	}
}

// addressOf is an address in Japan, in the original's places (storefront.md §6.1).
func addressOf(postalCode, pref, addr1, addr2 string) paygent.ThreeDSAddress {
	id, err := strconv.ParseInt(pref, 10, 64)
	name := order.PrefName(id)
	if err != nil || name == "" {
		return paygent.ThreeDSAddress{}
	}
	return paygent.ThreeDSAddress{
		City: name, Country: "392", Line1: addr1, Line2: addr2, PostCode: postalCode, State: twoDigits(id),
	}
}

func twoDigits(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}
