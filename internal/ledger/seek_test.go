package ledger

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// lineStore answers seek: which payments correct which, and when the last sweep began.
type lineStore struct {
	Store
	next  map[string][]Successor
	swept time.Time
}

func (s lineStore) Successors(_ context.Context, _ order.ID, _ payment.Environment, _, id string) ([]Successor, error) {
	return s.next[id], nil
}

func (s lineStore) SweptAt(context.Context, payment.Environment, string) (time.Time, error) {
	return s.swept, nil
}

// byID is a centre where several payments bear the trading_id.
type byID map[string]Finding

func (g byID) Inquire(_ context.Context, q Inquiry) Finding {
	if q.PaymentID == "" {
		return Finding{Kind: NoAnswer} // several
	}
	return g[q.PaymentID]
}

func (byID) Execute(context.Context, Command) Answer { panic("seek sends nothing") }

// TestASweepTellsOfTheWholeLine: where several payments bear the trading_id, only a sweep that
// began after the last end of the line shows that nothing took its place: an earlier one may
// have missed the last correction, which lives.
func TestASweepTellsOfTheWholeLine(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	last := first.Add(3 * time.Hour)
	gone := Successor{PaymentID: "p2", EndedAt: last}
	for name, tt := range map[string]struct {
		ended time.Time // ours
		next  []Successor
		swept time.Time
		alone bool
	}{
		"after ours, no successor":             {first, nil, first.Add(time.Hour), true},
		"before ours":                          {last, nil, first.Add(time.Hour), false},
		"within the margin":                    {first, nil, first.Add(sweepMargin), false},
		"ours's end is not known":              {time.Time{}, nil, last.Add(time.Hour), false},
		"between ours and the successor's end": {first, []Successor{gone}, first.Add(time.Hour), false},
		"after the successor's end":            {first, []Successor{gone}, last.Add(time.Hour), true},
		"the successor's end is not known":     {first, []Successor{{PaymentID: "p2"}}, last.Add(time.Hour), false},
		"the successor ended first":            {last, []Successor{{PaymentID: "p2", EndedAt: first}}, first.Add(time.Hour), false},
		"never swept":                          {first, []Successor{gone}, time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			p.EndedAt = tt.ended
			ours, theirs := w.found(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
			ours.Alone, theirs.Alone, theirs.PaymentID = false, false, "p2"
			s := &Service{
				gateway: byID{"p1": ours, "p2": theirs}, log: slog.New(slog.DiscardHandler),
				store: lineStore{next: map[string][]Successor{"p1": tt.next}, swept: tt.swept},
			}
			f := s.inquire(context.Background(), w.l, p, inquiryOf(p, 1))
			if f.Alone != tt.alone || f.Heir != nil {
				t.Errorf("alone %t, heir %+v", f.Alone, f.Heir)
			}
		})
	}
}
