package ledger

import (
	"context"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// hostCause is that of what EC-CUBE's own hand did.
const hostCause = "host"

// MeetHost decides nothing but what EC-CUBE's own hand did to an order asks for.
func (s *Service) MeetHost(ctx context.Context, id order.ID) error {
	_, err := s.update(ctx, id, func(*Ledger, tick) error { return nil })
	return err
}

// StrandedAlert is the alert of the shop that a payment is alive, or may be, whose order EC-CUBE's
// own hand deleted: no decision about it can be made any more.
func StrandedAlert(p Payment, at time.Time) AlertChange {
	return AlertChange{Kind: AlertKept, Cause: p.ID, At: at, Data: EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount - p.HandRefunded}}
}

// meetHost compares the order's status with the last we saw. Where EC-CUBE's own hand
// moved it, it has moved stock and points too: the hold is marked accordingly and
// nothing is moved (money.md §7). Where it saved another total or method, the alerts tell. It runs
// before every decision.
func (l *Ledger) meetHost(t tick) error {
	if err := l.statusByHost(t); err != nil {
		return err
	}
	l.methodByHost(t)
	if l.Hold == nil {
		return nil
	}
	l.pointsByHost(t)
	return l.goodsByHost(t)
}

func (l *Ledger) statusByHost(t tick) error {
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

// savedByHost reports that EC-CUBE's own hand saved the order since our book was written.
func (l *Ledger) savedByHost() bool {
	return l.Version != 0 && l.Order.UpdatedAt.Unix() > l.WrittenAt.Unix()
}

// methodByHost sees to the payment where EC-CUBE's own hand gave its order another method, as where
// staff do it here and keep it: one that only waits is no longer the order's.
func (l *Ledger) methodByHost(t tick) {
	p := l.Current()
	if p == nil || !l.active() || !l.savedByHost() || l.Order.PaymentRow == 0 {
		return
	}
	switch other := l.gotMethod(p); {
	case other && Asks(l) != nil:
		l.alertKept(t, AlertKept, p)
	case other && (p.Phase == payment.AwaitingPayment || p.Phase == payment.AwaitingBuyer):
		before := l.openly()
		l.CurrentID = ""
		l.syncAlerts(t, before)
	case l.isOpen(AlertKept, p.ID) && !l.otherMethod(p):
		l.closeAlert(t, AlertKept, p.ID)
	}
}

// gotMethod reports that the order was given another method than the payment's. The system type alone
// is that of the method's row, which may be another by now.
func (l *Ledger) gotMethod(p *Payment) bool {
	s, _ := payment.SchemeOf(l.Order.MethodClass) // none, where it is not one of ours
	return s.Method != p.Method && !l.leftUnder(s.Method, p)
}

// leftUnder reports that a later try gave the order this method before p came alive after all: it
// is nobody's change.
func (l *Ledger) leftUnder(m payment.Method, p *Payment) bool {
	last := p
	for _, try := range l.Payments {
		if !try.Adopted && try.Seq > last.Seq {
			last = try
		}
	}
	return last.Method == m
}

// pointsByHost marks the points of a hold as EC-CUBE's own hand saved the order's use_point: it has
// moved the difference, and what it gave back is not to be given back again.
func (l *Ledger) pointsByHost(t tick) {
	if l.Hold.Points == l.pointsIn(l.Order.Status) {
		return
	}
	was := l.asHeld()
	l.Hold.Points = l.pointsIn(l.Order.Status)
	l.event(t, EventHoldChanged, System, nil, nil, hostCause, holding(was, *l.Hold))
}

// goodsByHost marks the goods of a hold as the order's lines stand, if EC-CUBE's own hand saved the
// order since our book was written: it has moved the difference. Of a class that is unlimited by
// now nobody can tell what was taken; the hold keeps it while the order does.
func (l *Ledger) goodsByHost(t tick) error {
	if !l.savedByHost() {
		return nil
	}
	if l.Goods == nil {
		return errNeedGoods
	}
	was := l.asHeld()
	var held []order.Movement
	for _, m := range l.Goods.Wanted {
		if s, ok := l.Goods.Stock[m.ProductClassID]; !ok { // the row is gone: it was taken before, or never
			m.Quantity = min(m.Quantity, was.of(m.ProductClassID))
		} else if s.Unlimited {
			continue
		}
		if m.Quantity > 0 {
			held = append(held, m)
		}
	}
	for _, m := range was.Movements {
		if l.Goods.Stock[m.ProductClassID].Unlimited {
			held = append(held, m)
		}
	}
	l.Hold.Movements = order.Difference(nil, held)
	if len(order.Difference(was.Movements, held)) > 0 {
		l.event(t, EventHoldChanged, System, nil, nil, hostCause, holding(was, *l.Hold))
	}
	return nil
}

// pointsIn is what an order in this status holds of its member's points: they go back with a return.
func (l *Ledger) pointsIn(s order.Status) int64 {
	if l.Order.CustomerID == 0 || s == order.Returned {
		return 0
	}
	return l.Order.UsePoint
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
	case was == order.Processing && l.Order.elsewhere() && Asks(l) == nil:
		l.CurrentID = "" // its buyer went on there: an earlier try that comes alive late is not the order's payment
	case l.active() && (was == order.Canceled || was == order.Returned):
		l.takeMoney(t)
	}
}

// heldByHost marks that EC-CUBE holds the order's goods, and its points unless they went
// back with a return.
func (l *Ledger) heldByHost(t tick, is order.Status) error {
	points := l.pointsIn(is)
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
