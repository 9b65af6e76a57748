package gateway

import (
	"context"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// Difference implements ledger.Differences.
func (g *Gateway) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	c, ctx, cancel, err := g.ask(ctx, q.SettingsVersion)
	if err != nil {
		return ledger.Difference{}, err
	}
	defer cancel()
	d, err := c.Client.Difference(ctx, paygent.DifferenceRequest{NoticeID: q.NoticeID})
	if err != nil {
		return ledger.Difference{}, noAnswer(err)
	}
	if d.Notice == nil {
		return ledger.Difference{Kind: ledger.DifferenceNone}, nil
	}
	out := ledger.Difference{Kind: ledger.DifferenceFound, Notice: noticeOf(*d.Notice, q.Environment, q.MerchantID)}
	if d.Code == paygent.DifferenceLost {
		out.Kind = ledger.DifferencePurged
	}
	return out, nil
}
