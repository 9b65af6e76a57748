package gateway

import (
	"cmp"
	"context"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// changePaidy sends 340 or 341. A captured payment may go on under another id.
func changePaidy(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	if c.PaymentID == "" { // by trading_id alone, another window's payment could be meant
		return rejected(paygent.CodeParameter, "決済IDが入力されていません。"), nil
	}
	send := l.Client.CancelPaidy
	if c.Kind == payment.CapturePaidy {
		send = l.Client.CapturePaidy
	}
	a, err := send(ctx, paygent.PaidyRequest{PaymentID: c.PaymentID, TradingID: c.TradingID})
	if err != nil {
		return ledger.Answer{}, err
	}
	return done(cmp.Or(a.PaymentID, c.PaymentID)), nil
}

// refundPaidy sends 342. The command says what is to be left, the telegram what is
// given back; nothing left is everything given back, which names no amount.
func refundPaidy(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	q := paygent.PaidyRefundRequest{PaymentID: c.PaymentID, TradingID: c.TradingID}
	if c.Amount != 0 {
		q.Amount = paygent.Yen(c.Was - c.Amount)
	}
	switch {
	case c.PaymentID == "":
		return rejected(paygent.CodeParameter, "決済IDが入力されていません。"), nil
	case c.Amount < 0, c.Amount > 0 && q.Amount <= 0: // an amount of 0 would give everything back
		return rejected(paygent.CodeParameter, "決済金額の値が範囲外です。"), nil
	}
	if _, err := l.Client.RefundPaidy(ctx, q); err != nil {
		return ledger.Answer{}, err
	}
	return done(c.PaymentID), nil
}
