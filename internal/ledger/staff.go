package ledger

import (
	"context"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Living says what becomes of a payment that is alive when staff cancel its order, or
// give the order another method. Nobody is cancelled or kept without being asked.
type Living string

const (
	LivingAsk    Living = ""       // not asked yet: refused with the question
	LivingCancel Living = "cancel" // cancelled at Paygent too: what a page offers first
	LivingKeep   Living = "keep"   // left as it is, under an alert
)

// EditOrder saves what staff changed of an order. Lines, totals, method and delivery
// cannot be saved while the order is in 7 or an operation is open, notes and addresses
// can (money.md §6).
func (s *Service) EditOrder(ctx context.Context, in Edit) (Result, error) {
	return s.act(ctx, in.Order, in.Key, func(l *Ledger, t tick) (*Operation, error) { return l.planEdit(t, in) })
}

// ChangeStatus changes an order's status as EC-CUBE's machine allows it to staff, with
// EC-CUBE's effects. Where the payment is to be cancelled too, the order is cancelled
// when the payment is.
func (s *Service) ChangeStatus(ctx context.Context, in StatusChange) (Result, error) {
	return s.act(ctx, in.Order, in.Key, func(l *Ledger, t tick) (*Operation, error) { return l.planStatus(t, in) })
}

// Revive takes an order in again whose payment is there and whose goods are not: 3 → 4,
// or one in 7 or 8 that was paid when its goods were gone.
func (s *Service) Revive(ctx context.Context, in Revive) (Result, error) {
	return s.act(ctx, in.Order, in.Key, func(l *Ledger, t tick) (*Operation, error) { return nil, l.revive(t, in) })
}

// RefundByHand records 返金済み(手動): money that staff gave back where no telegram does.
func (s *Service) RefundByHand(ctx context.Context, in HandRefund) (Result, error) {
	return s.act(ctx, in.Order, in.Key, func(l *Ledger, t tick) (*Operation, error) { return nil, l.refundByHand(t, in) })
}

// PlaceByStaff places an order that staff made, as EC-CUBE's back office does: its goods
// are taken, and no mail goes out.
func (s *Service) PlaceByStaff(ctx context.Context, in StaffOrder) (Result, error) {
	return s.act(ctx, in.Order, in.Key, func(l *Ledger, t tick) (*Operation, error) { return nil, l.placeByStaff(t, in) })
}

// act runs what staff decided, once per key: a second submit tells where the first one
// stands.
func (s *Service) act(ctx context.Context, id order.ID, key string, plan func(*Ledger, tick) (*Operation, error)) (Result, error) {
	if r, done, err := s.acted(ctx, id, key); err != nil || done {
		return r, err
	}
	r, err := s.begin(ctx, id, key, Beside{}, plan)
	switch problem.CategoryOf(err) {
	case problem.Conflict, problem.NotNow: // perhaps because the same submit was faster
		if again, done, lookErr := s.acted(ctx, id, key); lookErr == nil && done {
			return again, nil
		}
	}
	return r, err
}

// acted tells what became of an earlier submit with this key.
func (s *Service) acted(ctx context.Context, id order.ID, key string) (Result, bool, error) {
	if key == "" {
		return Result{}, false, nil
	}
	used, err := s.store.KeyUsed(ctx, key)
	if err != nil || !used {
		return Result{}, false, err
	}
	l, err := s.store.View(ctx, id)
	if err != nil {
		return Result{}, false, err
	}
	r := Result{Step: Next(l), Replayed: true}
	for _, op := range l.Operations {
		if op.IdemKey == key {
			r.Operation = *op
		}
	}
	return r, true, nil
}

// MaySave tells why staff cannot change an order's lines, total, method, delivery or
// status now, nil if they can.
func MaySave(l *Ledger) error { return l.maySave() }

// Asks is the payment about which staff are asked when they cancel the order or give it
// another method, nil if none is alive.
func Asks(l *Ledger) *Payment {
	if p := l.Current(); p != nil && p.worth() > 0 && !p.Reverse {
		return p
	}
	return nil
}

// Worth is what a payment holds or has taken, less what was given back by hand.
func (p *Payment) Worth() order.Yen { return p.worth() }

// MayRevive tells why an order cannot be taken in again, nil if it can.
func MayRevive(l *Ledger) error {
	_, err := l.mayRevive()
	return err
}

// maySave tells why staff cannot save anything that concerns money now.
func (l *Ledger) maySave() error {
	switch l.Order.Status {
	case order.Pending:
		return notNow("order.pending_locked", nil)
	case order.Processing:
		return notNow("order.status", problem.Args{"Status": l.Order.Status})
	}
	return l.notBusy()
}

// notBusy tells which operation keeps the order busy.
func (l *Ledger) notBusy() error { return busy(l.OpenOperation()) }

// busy tells of an open operation, nil if there is none.
func busy(op *Operation) error {
	switch {
	case op == nil:
		return nil
	case op.State == payment.UnknownState:
		return notNow("operation.unknown", problem.Args{"Since": op.UnknownAt})
	}
	return notNow("operation.open", nil)
}

// moveBy is a status change that staff made.
func (l *Ledger) moveBy(t tick, actor Actor, key string, to order.Status) {
	from := l.Order.Status
	if from == to {
		return
	}
	l.Order.Status = to
	l.event(t, EventOrderMoved, actor, nil, nil, "staff", EventData{OrderFrom: from, OrderTo: to})
	l.Events[len(l.Events)-1].IdemKey = key
}

// grant gives the member the order's add_point, or takes it back.
func (l *Ledger) grant(points int64) {
	switch {
	case l.Order.CustomerID == 0:
	case points > 0:
		l.Moves = append(l.Moves, StockMove{Sign: 1, Points: points})
	case points < 0:
		l.Moves = append(l.Moves, StockMove{Sign: -1, Points: -points})
	}
}

// spend takes points of the member for the order's hold, or gives some of it back.
func (l *Ledger) spend(points int64) error {
	if points > 0 && l.Hold != nil && l.Order.CustomerID != 0 {
		if l.Goods == nil {
			return errNeedGoods
		}
		if l.Goods.Points < points {
			return problem.New(problem.NotNow, "point.short", problem.Args{"Left": l.Goods.Points, "Wanted": points})
		}
	}
	l.shiftPoints(points)
	return nil
}

// shiftPoints is spend where the member is known to have them.
func (l *Ledger) shiftPoints(points int64) {
	h := l.Hold
	switch {
	case h == nil || l.Order.CustomerID == 0:
		return
	case points < 0:
		points = -min(-points, h.Points)
		l.Moves = append(l.Moves, StockMove{Sign: 1, Points: -points})
	case points > 0:
		l.Moves = append(l.Moves, StockMove{Sign: -1, Points: points})
	}
	h.Points += points
}
