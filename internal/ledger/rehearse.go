package ledger

import (
	"context"
	"errors"
	"slices"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Effect is what an operation of staff, or a rollback, did or would do.
type Effect struct {
	Operation payment.Kind // of staff
	Amount    order.Yen    // that would be taken, or given back
	From, To  order.Status // of the order
	Goods     int64        // pieces that would be put back into stock
	Points    int64        // points that would be given back
}

// RehearseChange tells what a change would do if it succeeded now, or why it is not
// possible, by the same decisions on a ledger that is not written. It asks nobody.
func (s *Service) RehearseChange(ctx context.Context, in Change) (Effect, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Effect{}, err
	}
	var e Effect
	err = s.store.Update(ctx, in.Order, func(l *Ledger) error {
		if err := l.meetHost(t); err != nil {
			return err
		}
		done, err := l.rehearse(t, in)
		if err != nil {
			return err
		}
		e = done
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return e, err
}

func (l *Ledger) rehearse(t tick, in Change) (Effect, error) {
	from := l.Order.Status
	op, err := l.planChange(t, in)
	if err != nil {
		return Effect{}, err
	}
	e := Effect{Operation: op.Kind, Amount: l.payment(op.PaymentID).Amount, From: from, To: from}
	if op.Kind == payment.ChangeAmount {
		return e, nil // its steps show only as they go
	}
	if err := l.settle(t, op.ID, verdict{state: payment.Succeeded, cause: "rehearsal"}); err != nil {
		return Effect{}, err
	}
	e.To = l.Order.Status
	e.Goods, e.Points = givenBack(l)
	return e, nil
}

// givenBack is what a decision put back into stock, and gave back of points.
func givenBack(l *Ledger) (goods, points int64) {
	for _, m := range l.Moves {
		if m.Sign != 1 {
			continue
		}
		points += m.Points
		for _, one := range m.Movements {
			goods += one.Quantity
		}
	}
	return goods, points
}

// RollBackEffect is RollBack that tells what it moved; a rehearsal tells what it would
// move, by the same decisions, and writes nothing.
func (s *Service) RollBackEffect(ctx context.Context, id order.ID, rehearse bool) (Rollback, Effect, error) {
	seen := &watchedStore{Store: s.store, undo: rehearse}
	watched := *s
	watched.store = seen
	out, err := watched.RollBack(ctx, id, false)
	if err != nil {
		return out, Effect{}, err
	}
	if out.Reason == SkipMoved && seen.doubted.To == order.Canceled && !seen.byHost {
		l, err := s.store.View(ctx, id)
		if err != nil {
			return out, Effect{}, err
		}
		if l.Order.Status == order.Canceled && l.EventSeq >= seen.doubtedSeq { // it was this very run that moved it
			out.Verdict, out.Reason = RolledBack, ""
			return out, seen.doubted, nil
		}
	}
	return out, seen.effect, nil
}

// watchedStore sees what the last decision moved, and may undo it. A decision whose commit
// was in doubt is made again, and then finds the order moved: what it moved is kept.
type watchedStore struct {
	Store
	undo       bool
	effect     Effect
	doubted    Effect
	doubtedSeq int64
	byHost     bool // EC-CUBE's own hand had moved the order before the last decision
}

func (w *watchedStore) Update(ctx context.Context, id order.ID, decide func(*Ledger) error) error {
	var e Effect
	var seq int64
	err := w.Store.Update(ctx, id, func(l *Ledger) error {
		w.byHost = l.LastStatus != l.Order.Status
		if err := decide(l); err != nil {
			return err
		}
		e, seq = effectOf(l.Events), l.EventSeq
		if w.undo {
			return errRehearsed
		}
		return nil
	})
	if err == nil || errors.Is(err, errRehearsed) {
		w.effect = e
		return nil
	}
	if e.To != 0 {
		w.doubted, w.doubtedSeq = e, seq
	}
	return err
}

// RollbackIn reads off an order's timeline, newest first, what the rollback that ended it
// moved; false if it was not a rollback that moved the order last.
func RollbackIn(timeline []Event) (Effect, bool) {
	last := slices.IndexFunc(timeline, func(e Event) bool { return e.Kind == EventOrderMoved || e.Kind == EventHostMoved })
	if last < 0 || timeline[last].Kind != EventOrderMoved || timeline[last].Cause != rolledBackCause {
		return Effect{}, false
	}
	at := timeline[last].At
	var same []Event // of its transaction
	for _, e := range timeline {
		if e.At.Equal(at) {
			same = append(same, e)
		}
	}
	slices.Reverse(same)
	return effectOf(same), true
}

// rolledBackCause is that of an order's move by a rollback.
const rolledBackCause = "rollback"

// effectOf is what a decision moved, by its events. What EC-CUBE's own hand had moved
// before is none of it.
func effectOf(events []Event) (e Effect) {
	for _, v := range events {
		switch v.Kind {
		case EventPlanned:
			e.Amount += v.Data.Amount
		case EventOrderMoved:
			if e.From == 0 {
				e.From = v.Data.OrderFrom
			}
			e.To = v.Data.OrderTo
		case EventHeld, EventHoldChanged, EventReleased:
			if v.Cause == hostCause {
				continue
			}
			e.Points -= v.Data.Points
			for _, m := range v.Data.Goods {
				e.Goods -= m.Quantity
			}
		}
	}
	return e
}
