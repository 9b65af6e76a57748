package gateway

import (
	"context"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// authorize sends 020: with a token, a stored card, or the card of an earlier payment.
func authorize(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	q := paygent.AuthorizeRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), PaymentClass: classOf(c.PaymentClass), SplitCount: c.SplitCount,
	}
	if c.ReferenceID != "" {
		q.RefTradingID = c.ReferenceID // its card, without 3-D Secure and security code
	} else {
		q.CardToken, q.StoredCard = paygent.Secret(string(c.Beside.Token)), storedCardOf(c)
		// The shop's rule holds for stored cards too: one without a code is then refused.
		q.UseSecurityCode = l.Settings.Card.UseSecurityCode || q.StoredCard != nil && q.StoredCard.WithCVCToken
		addThreeDS(&q, c)
	}
	a, err := l.Client.Authorize(ctx, q)
	if err != nil {
		return ledger.Answer{}, err
	}
	if a.NeedsThreeDS {
		return challenge(c, a), nil
	}
	out := authorised(a)
	// Without a challenge nothing told is no authentication in full: the card takes no part.
	out.Protected = out.Attempt != "" && Protected(out.Attempt)
	return out, nil
}

func authorised(a *paygent.Authorization) ledger.Answer {
	out := done(a.PaymentID)
	out.Attempt = a.AttemptKbn
	return out
}

// storedCardOf is the stored card to pay with, nil for a card that was entered. A token
// beside it can only be one of its security code.
func storedCardOf(c ledger.Command) *paygent.StoredCard {
	if c.StoredCard == "" {
		return nil
	}
	return &paygent.StoredCard{CustomerID: customerID(c.CustomerID), CustomerCardID: c.StoredCard, WithCVCToken: c.Beside.Token != ""}
}

// customerID is a member as the centre knows them, empty for a guest.
func customerID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// changeCard sends 021, 022 or 023.
func changeCard(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	send := map[payment.Kind]func(context.Context, paygent.SettlementRequest) (*paygent.Settlement, error){
		payment.CancelAuthorization: l.Client.CancelAuthorization, payment.Capture: l.Client.Capture, payment.CancelCapture: l.Client.CancelCapture,
	}[c.Kind]
	if _, err := send(ctx, settlementOf(c)); err != nil {
		return ledger.Answer{}, err
	}
	return done(c.PaymentID), nil
}

func settlementOf(c ledger.Command) paygent.SettlementRequest {
	return paygent.SettlementRequest{PaymentID: c.PaymentID, TradingID: c.TradingID}
}

// classOf is the payment class on the wire: the settings call ボーナス一括払い 21 as the
// original does, every other source sends 23 (protocol.md §19).
func classOf(choice string) paygent.PaymentClass {
	if choice == "21" {
		return paygent.BonusLumpSum
	}
	return paygent.PaymentClass(choice)
}
