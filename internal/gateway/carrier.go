package gateway

import (
	"context"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// loginCarrier sends 104 (au, d払い): the buyer proves to the carrier who they are.
func loginCarrier(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	p, err := l.Client.AuthenticateCareer(ctx, paygent.CareerAuthRequest{
		TradingID: c.TradingID, Career: paygent.CareerType(c.Brand.CareerType()), RedirectURL: c.Returns.OK, CancelURL: c.Returns.Stop,
	})
	if err != nil {
		return ledger.Answer{}, err
	}
	return carrierPage(p), nil
}

// applyCarrier sends 100: the payment waits at 10 until the buyer has agreed.
func applyCarrier(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	p, err := l.Client.ApplyCareer(ctx, paygent.CareerRequest{
		TradingID: c.TradingID, Amount: paygent.Yen(c.Amount), Career: paygent.CareerType(c.Brand.CareerType()),
		ReturnURL: c.Returns.OK, CancelURL: c.Returns.Stop, OpenID: paygent.Secret(string(c.Beside.OpenID)),
	})
	if err != nil {
		return ledger.Answer{}, err
	}
	return carrierPage(p), nil
}

// carrierPage is where the buyer goes next: an address, or a form (d払い).
func carrierPage(p *paygent.CareerPage) ledger.Answer {
	out := done("")
	if p.RedirectURL == "" {
		out = pageOf(p.RedirectForm())
	}
	out.PaymentID = p.PaymentID
	if p.RedirectURL != "" {
		out.Needs.URL = p.RedirectURL
	}
	return out
}

// changeCarrier sends 101 or 102.
func changeCarrier(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	send := l.Client.CaptureCareer
	if c.Kind == payment.CancelCarrier {
		send = l.Client.CancelCareer
	}
	if _, err := send(ctx, settlementOf(c)); err != nil {
		return ledger.Answer{}, err
	}
	return done(c.PaymentID), nil
}

// correctCarrier sends 103: the amount is the new total.
func correctCarrier(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	_, err := l.Client.ChangeCareer(ctx, paygent.CareerChangeRequest{PaymentID: c.PaymentID, TradingID: c.TradingID, Amount: paygent.Yen(c.Amount)})
	if err != nil {
		return ledger.Answer{}, err
	}
	return done(c.PaymentID), nil
}
