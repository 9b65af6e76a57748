package app

import (
	"context"
	"log/slog"

	"kessai/internal/ledger"
)

// outspoken logs why the centre could not be asked: an operator reads there which file
// and which key to mend. The operation keeps code and detail for the staff; the buyer
// sees the code alone.
type outspoken struct {
	ledger.Gateway
	log *slog.Logger
}

// Execute implements ledger.Gateway.
func (g outspoken) Execute(ctx context.Context, c ledger.Command) ledger.Answer {
	a := g.Gateway.Execute(ctx, c)
	if a.Outcome == ledger.Reject {
		g.log.ErrorContext(ctx, "telegram rejected or not sent; nothing happened",
			"telegram", c.Kind.Telegram(), "order", int64(c.OrderID), "code", a.Code, "why", a.Detail)
	}
	return a
}

// Inquire implements ledger.Gateway.
func (g outspoken) Inquire(ctx context.Context, q ledger.Inquiry) ledger.Finding {
	f := g.Gateway.Inquire(ctx, q)
	if f.Kind == ledger.NoAnswer {
		g.log.WarnContext(ctx, "094 was not answered",
			"trading_id", q.TradingID, "payment_id", q.PaymentID, "code", f.Code, "why", f.Detail)
	}
	return f
}
