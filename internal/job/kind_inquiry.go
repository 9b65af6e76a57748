package job

import (
	"context"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/store"
)

// inquiry asks 094 about each order now.
type inquiry struct {
	ledger *ledger.Service
	reader *store.Reader
}

// Inquiry is 照会: what the resolver and the watcher ask by and by, now.
func Inquiry(l *ledger.Service, r *store.Reader) Kind {
	q := inquiry{l, r}
	return Kind{Name: InquiryKind, Select: q.find, Run: q.run, Rehearse: q.rehearse, Look: q.look}
}

func (q inquiry) find(ctx context.Context, s Selection, after order.ID, limit int) ([]Target, order.ID, error) {
	rows, next, err := rowsOf(ctx, q.reader, s, after, limit)
	var found []Target
	for _, row := range rows {
		if row.Payment != nil || s.Filter == nil {
			found = append(found, Target{Order: row.ID})
		}
	}
	return found, next, err
}

func (q inquiry) run(ctx context.Context, i Item) (Outcome, error) {
	out, err := q.ledger.Reinquire(ctx, i.Order)
	if err != nil {
		return refused(err)
	}
	f := Facts{Status: string(out.Status), From: out.From, To: out.To}
	switch {
	case out.Asked == 0:
		return Outcome{State: Skipped, Code: "nothing_open", Facts: f}, nil
	case out.Answered == 0:
		return Outcome{State: Failed, Code: "no_answer", Facts: f}, nil
	}
	return Outcome{State: Succeeded, Code: "answered", Facts: f}, nil
}

func (q inquiry) rehearse(ctx context.Context, i Item) (Outcome, error) {
	open, err := q.ledger.OpenQuestions(ctx, i.Order)
	switch {
	case err != nil:
		return refused(err)
	case open == 0:
		return Outcome{State: Skipped, Code: "nothing_open"}, nil
	}
	return Outcome{State: Succeeded, Code: "answered"}, nil
}

// look: asking twice does no harm.
func (inquiry) look(context.Context, Item) (Outcome, error) { return Outcome{State: Waiting}, nil }
