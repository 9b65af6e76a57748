package ledger

import (
	"time"

	"kessai/internal/order"
)

// hostCause is that of what EC-CUBE's own hand did.
const hostCause = "host"

// meetHost compares the order's status with the last we saw. Where EC-CUBE's own hand
// moved it, it has moved stock and points too: the hold is marked accordingly and
// nothing is moved (money.md §7). Where it saved another total, the alerts tell. It runs
// before every decision.
func (l *Ledger) meetHost(t tick) error {
	was, is := l.LastStatus, l.Order.Status
	before := standings{unmade: l.isOpen(AlertUnmade, unmadeCause)} // as it was written: the facts are EC-CUBE's
	if was == is {
		l.syncAlerts(t, before)
		return nil
	}
	first := was == 0
	switch is {
	case order.Canceled, order.Processing: // stock and points are back
		if l.Hold != nil {
			l.event(t, EventReleased, System, nil, nil, hostCause, holding(*l.Hold, Hold{}))
			l.Hold = nil // let go: the store releases it, and no move is written
		}
	default:
		if err := l.heldByHost(t, is); err != nil {
			return err
		}
	}
	l.LastStatus = is
	if !first {
		l.event(t, EventHostMoved, System, nil, nil, hostCause, EventData{OrderFrom: was, OrderTo: is})
		l.followHost(t, was)
		l.syncAlerts(t, before)
	}
	return nil
}

// followHost sees to the alerts as where staff change the status here; but nobody was asked
// what becomes of a payment that is alive, so it is kept.
func (l *Ledger) followHost(t tick, was order.Status) {
	switch {
	case l.Order.Status == order.Canceled:
		if p := Asks(l); p != nil {
			l.keep(t, p)
		}
	case l.Order.Status == order.Returned:
		l.closeShippedUnpaid(t)
	case l.active() && (was == order.Canceled || was == order.Returned):
		l.takeMoney(t)
	}
}

// heldByHost marks that EC-CUBE holds the order's goods, and its points unless they went
// back with a return.
func (l *Ledger) heldByHost(t tick, is order.Status) error {
	points := l.Order.UsePoint
	if l.Order.CustomerID == 0 || is == order.Returned {
		points = 0
	}
	was, kind := l.asHeld(), EventHoldChanged
	if l.Hold == nil {
		if l.Goods == nil {
			return errNeedGoods
		}
		kind = EventHeld
		l.Hold = &Hold{ID: t.newID(), State: Held, TakenAt: t.now}
		for _, m := range l.Goods.Wanted {
			if s, ok := l.Goods.Stock[m.ProductClassID]; ok && !s.Unlimited {
				l.Hold.Movements = append(l.Hold.Movements, m)
			}
		}
	}
	l.Hold.Points = points
	if kind == EventHeld || was.Points != points {
		l.event(t, kind, System, nil, nil, hostCause, holding(was, *l.Hold))
	}
	if is == order.Pending {
		return nil
	}
	l.Hold.State = Committed
	if l.Hold.CommittedAt.IsZero() {
		l.Hold.CommittedAt = t.now
	}
	l.Hold.ReleasedAt = time.Time{}
	return nil
}
