package job

import (
	"context"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// PendingStore lists orders that were left in 決済処理中.
type PendingStore interface {
	PendingOrders(ctx context.Context, before time.Time, after order.ID, limit int) ([]order.ID, error)
}

// Timelines tell what was done to an order, newest first.
type Timelines interface {
	Timeline(ctx context.Context, id order.ID) ([]ledger.Event, error)
}

// rollback ends orders left in 決済処理中 (manual 2.4, money.md §9).
type rollback struct {
	ledger *ledger.Service
	store  PendingStore
	lines  Timelines
	term   func(context.Context) (int, error)
	now    func() time.Time
}

// Rollback is 決済処理中の注文の取消; term is the setting 決済処理中の注文の取消期間.
func Rollback(l *ledger.Service, s PendingStore, lines Timelines, term func(context.Context) (int, error), now func() time.Time) Kind {
	r := rollback{l, s, lines, term, now}
	return Kind{
		Name: RollbackKind, Select: r.find, Look: r.look,
		Run:      func(ctx context.Context, i Item) (Outcome, error) { return r.run(ctx, i, false) },
		Rehearse: func(ctx context.Context, i Item) (Outcome, error) { return r.run(ctx, i, true) },
	}
}

func (r rollback) find(ctx context.Context, s Selection, after order.ID, limit int) ([]Target, order.ID, error) {
	before := s.Before
	if before.IsZero() {
		days, err := r.term(ctx)
		if err != nil {
			return nil, 0, err
		}
		before = ledger.PendingBefore(r.now(), days)
	}
	ids, err := r.store.PendingOrders(ctx, before, after, limit)
	if err != nil || len(ids) == 0 {
		return nil, 0, err
	}
	found := make([]Target, len(ids))
	for n, id := range ids {
		found[n].Order = id
	}
	return found, ids[len(ids)-1], nil
}

func (r rollback) run(ctx context.Context, i Item, rehearse bool) (Outcome, error) {
	out, e, err := r.ledger.RollBackEffect(ctx, i.Order, rehearse)
	switch {
	case err != nil:
		return refused(err)
	case out.Verdict == ledger.RolledBack:
		return rolledBack(e), nil
	case out.Verdict == ledger.RollbackStands:
		return Outcome{State: Skipped, Code: string(out.Verdict), Facts: Facts{From: e.From, To: e.To}}, nil
	case i.Again && out.Reason == ledger.SkipMoved:
		return r.look(ctx, i) // it may be this very item that moved it
	}
	return Outcome{State: Skipped, Code: out.Reason}, nil
}

// rolledBack is the outcome of an order that was, or would be, cancelled.
func rolledBack(e ledger.Effect) Outcome {
	return Outcome{State: Succeeded, Code: string(ledger.RolledBack), Facts: Facts{
		Amount: e.Amount, From: e.From, To: e.To, Goods: e.Goods, Points: e.Points,
	}}
}

// look reads what became of an order off its timeline, which also tells what was moved.
func (r rollback) look(ctx context.Context, i Item) (Outcome, error) {
	l, err := r.ledger.View(ctx, i.Order)
	if err != nil {
		return refused(err)
	}
	if l.Order.Status == order.Pending {
		return Outcome{State: Waiting}, nil
	}
	lines, err := r.lines.Timeline(ctx, i.Order)
	if err != nil {
		return Outcome{}, err
	}
	if e, did := ledger.RollbackIn(lines); did {
		return rolledBack(e), nil
	}
	return Outcome{State: Skipped, Code: ledger.SkipMoved}, nil
}
