package app

import (
	"context"
	"log/slog"

	"kessai/internal/ledger"
	"kessai/internal/order"
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

// alarming logs what came to wait for a person (要対応), once it is written: who reads
// only the log has to learn of it too.
type alarming struct {
	ledger.Store
	log *slog.Logger
}

// Update implements ledger.Store.
func (s alarming) Update(ctx context.Context, id order.ID, decide func(*ledger.Ledger) error) error {
	var written *ledger.Ledger // decide may be called again: the last one counts
	err := s.Store.Update(ctx, id, func(l *ledger.Ledger) error {
		written = l
		return decide(l)
	})
	if err != nil || written == nil {
		return err
	}
	for _, a := range written.Alerts {
		if !a.Close {
			s.log.WarnContext(ctx, "alert: a person is needed", "order", int64(id), "alert", string(a.Kind), "cause", a.Cause,
				"trading_id", a.Data.TradingID, "payment_id", a.Data.PaygentID, "status", a.Data.Status, "code", a.Data.Code)
		}
	}
	return nil
}
