package gateway

import (
	"context"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// DifferenceQuery asks 091 for one difference.
type DifferenceQuery struct {
	Environment     payment.Environment
	MerchantID      string
	SettingsVersion int64
	NoticeID        int64 // 0: the oldest not yet delivered to 091, which then counts as delivered
}

// Difference is what 091 answered.
type Difference struct {
	Kind   DifferenceKind
	Notice ledger.Notice // unless none
}

// DifferenceKind is what 091 delivered, by success_code (protocol.md §7.6).
type DifferenceKind string

const (
	DifferenceFound  DifferenceKind = "found"
	DifferenceNone   DifferenceKind = "none"   // nothing more, or no such id
	DifferencePurged DifferenceKind = "purged" // found, but the centre no longer has earlier ones
)

// Difference asks 091. An error is a *NoAnswerError: unless it says that the question
// never left, a difference asked for without its id may count as delivered all the same.
func (g *Gateway) Difference(ctx context.Context, q DifferenceQuery) (Difference, error) {
	c, ctx, cancel, err := g.ask(ctx, q.SettingsVersion)
	if err != nil {
		return Difference{}, err
	}
	defer cancel()
	d, err := c.Client.Difference(ctx, paygent.DifferenceRequest{NoticeID: q.NoticeID})
	if err != nil {
		return Difference{}, noAnswer(err)
	}
	if d.Notice == nil {
		return Difference{Kind: DifferenceNone}, nil
	}
	out := Difference{Kind: DifferenceFound, Notice: noticeOf(*d.Notice, q.Environment, q.MerchantID)}
	if d.Code == paygent.DifferenceLost {
		out.Kind = DifferencePurged
	}
	return out, nil
}
