package ledger

import (
	"time"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// takeHold takes stock and points for the order, or says what is short. An
// unreleased hold serves again.
func (l *Ledger) takeHold(t tick) error {
	if l.Hold != nil && l.Hold.State == Released {
		// Given back in this very decision: what was just put back is taken again.
		l.Hold.State, l.Hold.ReleasedAt = Held, time.Time{}
		l.Moves = append(l.Moves, StockMove{Movements: l.Hold.Movements, Sign: -1, Points: l.Hold.Points})
		l.event(t, EventHeld, System, nil, nil, "", holding(Hold{}, *l.Hold))
		return nil
	}
	if l.Hold != nil {
		return nil
	}
	if l.Goods == nil {
		return errNeedGoods
	}
	var taken []order.Movement
	for _, m := range l.Goods.Wanted {
		s, ok := l.Goods.Stock[m.ProductClassID]
		switch {
		case !ok:
			return problem.New(problem.NotNow, "stock.gone", problem.Args{"ClassID": m.ProductClassID})
		case s.Unlimited:
			continue
		case s.Left < m.Quantity:
			return problem.New(problem.NotNow, "stock.short", problem.Args{"Name": s.Name, "Left": s.Left, "Wanted": m.Quantity})
		}
		taken = append(taken, m)
	}
	if l.Order.UsePoint > l.Goods.Points && l.Order.CustomerID != 0 {
		return problem.New(problem.NotNow, "point.short", problem.Args{"Left": l.Goods.Points, "Wanted": l.Order.UsePoint})
	}
	points := int64(0)
	if l.Order.CustomerID != 0 {
		points = l.Order.UsePoint
	}
	l.Hold = &Hold{ID: t.newID(), State: Held, Movements: taken, Points: points, TakenAt: t.now}
	l.Moves = append(l.Moves, StockMove{Movements: taken, Sign: -1, Points: points})
	l.event(t, EventHeld, System, nil, nil, "", holding(Hold{}, *l.Hold))
	return nil
}

// commitHold commits the hold, taking it again if it was released.
func (l *Ledger) commitHold(t tick) error {
	if err := l.takeHold(t); err != nil {
		return err
	}
	if l.Hold.State == Committed {
		return nil
	}
	l.Hold.State, l.Hold.CommittedAt = Committed, t.now
	l.event(t, EventCommitted, System, nil, nil, "", EventData{})
	return nil
}

// releaseHold gives stock and points back, once: a released hold is no longer the
// ledger's, so whoever comes second finds none.
func (l *Ledger) releaseHold(t tick) {
	if l.Hold == nil || l.Hold.State == Released {
		return
	}
	l.Hold.State, l.Hold.ReleasedAt = Released, t.now
	l.Moves = append(l.Moves, StockMove{Movements: l.Hold.Movements, Sign: 1, Points: l.Hold.Points})
	l.event(t, EventReleased, System, nil, nil, "", holding(*l.Hold, Hold{}))
}

// holding is what a change of a hold took, as its event records it: every event that
// takes, changes or releases one goes through here, so that their sum is what is held.
func holding(was, is Hold) EventData {
	return EventData{Goods: order.Difference(was.Movements, is.Movements), Points: is.Points - was.Points}
}

// asHeld is the hold as it stands, to compare with later; its movements are replaced and
// never written to.
func (l *Ledger) asHeld() Hold {
	if l.Hold == nil {
		return Hold{}
	}
	return *l.Hold
}
