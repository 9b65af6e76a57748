package ledger

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestEccubesOwnHand: where EC-CUBE moved the order it has moved stock and points too;
// the hold is marked and nothing is moved (money.md §7).
func TestEccubesOwnHand(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		was, is order.Status // was 0: we have never seen the order
		hold    HoldState    // before: Released is none
		points  int64        // of the hold before
		want    HoldState
		left    int64 // points of the hold after
	}{
		"cancelled":                 {order.New, order.Canceled, Committed, 100, Released, 0},
		"cancelled in 7":            {order.Pending, order.Canceled, Held, 100, Released, 0},
		"rolled back":               {order.Pending, order.Processing, Held, 100, Released, 0},
		"cancelled, nothing held":   {order.New, order.Canceled, Released, 0, Released, 0},
		"back in progress":          {order.Canceled, order.InProgress, Released, 0, Committed, 100},
		"finished by another hand":  {order.Pending, order.New, Held, 100, Committed, 100},
		"returned":                  {order.Delivered, order.Returned, Committed, 100, Committed, 0},
		"return taken back":         {order.Returned, order.Delivered, Committed, 0, Committed, 100},
		"shipped":                   {order.New, order.Delivered, Committed, 100, Committed, 100},
		"as it was":                 {order.New, order.New, Committed, 100, Committed, 100},
		"first seen, placed":        {0, order.New, Released, 0, Committed, 100},
		"first seen, returned":      {0, order.Returned, Released, 0, Committed, 0},
		"first seen, being paid":    {0, order.Pending, Released, 0, Held, 100},
		"first seen, at the buyer":  {0, order.Processing, Released, 0, Released, 0},
		"first seen, cancelled":     {0, order.Canceled, Released, 0, Released, 0},
		"cancelled and taken again": {order.New, order.InProgress, Committed, 100, Committed, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &Ledger{Order: Head{ID: 1, Status: tt.is, CustomerID: 9, UsePoint: 100}, LastStatus: tt.was}
			if tt.hold != Released {
				l.Hold = &Hold{ID: "h", State: tt.hold, Points: tt.points, Movements: []order.Movement{{ProductClassID: 8, Quantity: 2}}}
			}
			tk := newWorld(t).tick()
			err := l.meetHost(tk)
			if NeedsGoods(err) {
				l.Goods = &Goods{
					Wanted: []order.Movement{{ProductClassID: 8, Quantity: 2}, {ProductClassID: 9, Quantity: 1}, {ProductClassID: 10, Quantity: 1}},
					Stock:  map[int64]Stock{8: {Left: 0}, 10: {Unlimited: true}}, Points: 0,
				}
				err = l.meetHost(tk)
			}
			if err != nil || len(l.Moves) > 0 || l.LastStatus != tt.is || l.Order.Status != tt.is {
				t.Fatalf("%v, moves %+v, %s seen", err, l.Moves, l.LastStatus)
			}
			told := int64(0)
			for _, e := range l.Events {
				told += e.Data.Points
				for _, m := range e.Data.Goods {
					if m.ProductClassID != 8 || m.Quantity != 2 && m.Quantity != -2 {
						t.Errorf("%s of %+v", e.Kind, m)
					}
				}
			}
			if was := map[bool]int64{true: tt.points}[tt.hold != Released]; was+told != tt.left {
				t.Errorf("the timeline leads from %d points to %d, not to %d", was, was+told, tt.left)
			}
			state, points := Released, int64(0)
			if l.Hold != nil {
				state, points = l.Hold.State, l.Hold.Points
				if l.Hold.of(8) != 2 || len(l.Hold.Movements) != 1 {
					t.Errorf("%+v", l.Hold)
				}
			}
			if tt.want == Committed && tt.was != tt.is && (l.Hold.CommittedAt.IsZero() || !l.Hold.ReleasedAt.IsZero()) {
				t.Errorf("committed at %s, released at %s", l.Hold.CommittedAt, l.Hold.ReleasedAt)
			}
			if state != tt.want || points != tt.left {
				t.Errorf("the hold is %s with %d points, not %s with %d", state, points, tt.want, tt.left)
			}
			if err := l.meetHost(tk); err != nil || len(l.Moves) > 0 {
				t.Errorf("again: %v, %+v", err, l.Moves)
			}
		})
	}
}

// TestAGuestsPointsAreNone, whatever the order says.
func TestAGuestsPointsAreNone(t *testing.T) {
	t.Parallel()
	l := &Ledger{Order: Head{ID: 1, Status: order.InProgress, UsePoint: 100}, LastStatus: order.New, Hold: &Hold{ID: "h", State: Committed}}
	if err := l.meetHost(newWorld(t).tick()); err != nil || l.Hold.Points != 0 {
		t.Errorf("%v, %+v", err, l.Hold)
	}
}

// TestEccubesMoveIsALine of the timeline, but for an order that was never seen before.
func TestEccubesMoveIsALine(t *testing.T) {
	t.Parallel()
	for was, lines := range map[order.Status]int{order.New: 1, 0: 0} {
		l := &Ledger{Order: Head{ID: 1, Status: order.InProgress}, LastStatus: was, Hold: &Hold{ID: "h", State: Committed}}
		if err := l.meetHost(newWorld(t).tick()); err != nil {
			t.Fatal(err)
		}
		if len(l.Events) != lines || lines > 0 && (l.Events[0].Kind != EventHostMoved || l.Events[0].Data.OrderFrom != was || l.Events[0].Data.OrderTo != order.InProgress) {
			t.Errorf("from %d: %+v", was, l.Events)
		}
	}
}

// TestNothingIsGivenBackTwice: EC-CUBE cancelled the order, and then its payment ends.
func TestNothingIsGivenBackTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	w.l.Order.Status = order.Canceled // by EC-CUBE, which gives the stock back
	l := clone(w.l)
	if err := l.meetHost(w.tick()); err != nil {
		t.Fatal(err)
	}
	if err := l.learn(w.tick(), l.Current(), "32", total, w.now, "inquiry"); err != nil {
		t.Fatal(err)
	}
	if len(l.Moves) > 0 || l.Hold != nil {
		t.Errorf("moves %+v, hold %+v", l.Moves, l.Hold)
	}
}

// byHost moves the order as EC-CUBE's own hand does, with its stock, and has the next decision
// meet it.
func (w *world) byHost(to order.Status) {
	w.t.Helper()
	switch {
	case to == order.Canceled:
		w.stock += w.l.Hold.of(class)
	case w.l.Order.Status == order.Canceled:
		w.stock -= order.Movements(w.sheet.Items, nil)[0].Quantity
	}
	w.l.Order.Status = to
	w.must(func(l *Ledger, tk tick) error { return l.meetHost(tk) })
	w.status(to)
}

// TestAlertsFollowEccubesOwnHand: what stands open about an order is what its status makes of
// its payments, whoever changed it (money.md §6, §11).
func TestAlertsFollowEccubesOwnHand(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin  func(*world)
		to     []order.Status
		alerts []AlertKind
	}{
		"cancelled, authorised":      {func(w *world) { w.authorised("p1") }, []order.Status{order.Canceled}, []AlertKind{AlertKept}},
		"cancelled, captured":        {func(w *world) { w.captured("p1") }, []order.Status{order.Canceled}, []AlertKind{AlertPaidCanceled}},
		"cancelled, a number waits":  {func(w *world) { w.number("p1") }, []order.Status{order.Canceled}, nil},
		"cancelled, and taken again": {func(w *world) { w.captured("p1") }, []order.Status{order.Canceled, order.InProgress}, nil},
		"taken again, nothing pays it": {func(w *world) {
			w.learnt(w.authorised("p1"), payment.AuthCancelDone)
		}, []order.Status{order.InProgress}, []AlertKind{AlertUnmade}},
		"cancelled, nothing paid it": {func(w *world) {
			w.learnt(w.authorised("p1"), payment.AuthCancelDone)
		}, []order.Status{order.InProgress, order.Canceled}, nil},
		"taken again with late money": {func(w *world) {
			p := w.number("p1")
			w.moved(order.Canceled)
			w.learnt(p, payment.Cleared)
			w.alerted(AlertPaidCanceled)
		}, []order.Status{order.InProgress}, nil},
		"returned, unpaid": {func(w *world) {
			p := w.authorised("p1")
			w.moved(order.Delivered)
			w.learnt(p, payment.AuthExpired)
			w.alerted(AlertShippedUnpaid, AlertUnmade)
		}, []order.Status{order.Returned}, nil},
		"return taken back, paid meanwhile": {func(w *world) {
			p := w.captured("p1")
			w.moved(order.Delivered)
			w.moved(order.Returned)
			w.learnt(p, payment.Cleared)
			w.alerted(AlertPaidCanceled)
		}, []order.Status{order.Delivered}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.begin(w)
			for _, to := range tt.to {
				w.byHost(to)
			}
			w.alerted(tt.alerts...)
		})
	}
}

// TestCanceledByEccubeWhileTheAmountChanges: the payment that takes the old one's place is as
// alive as that was.
func TestCanceledByEccubeWhileTheAmountChanges(t *testing.T) {
	t.Parallel()
	for captured, want := range map[bool]AlertKind{false: AlertKept, true: AlertPaidCanceled} {
		w, _, parent := changing(t, captured)
		w.settle(w.step(parent), verdictOf(yes("p2")))
		w.byHost(order.Canceled)
		w.alerted(want, AlertAmountOpen)
		steps := []any{"021", Answer{Outcome: Success}}
		if captured {
			steps = []any{"022", Answer{Outcome: Success}, "023", Answer{Outcome: Success}}
		}
		w.steps(parent, steps...)
		w.status(order.Canceled)
		w.alerted(want)
	}
}

// TestEccubesOwnTotalIsMet by the next decision about the order, whatever it is: one that
// nothing becomes known by, too.
func TestEccubesOwnTotalIsMet(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin   func(*world)
		was, is order.Yen
		moved   order.Status // by the same hand, if any
		opened  AlertKind
	}{
		"captured":              {func(w *world) { w.captured("p1") }, total, lower, 0, AlertAmountOpen},
		"captured, and shipped": {func(w *world) { w.captured("p1") }, total, lower, order.Delivered, AlertAmountOpen},
		"a number waits":        {func(w *world) { w.number("p1") }, total, lower, 0, AlertAmountOpen},
		"nothing pays it":       {func(w *world) { w.l.Order.Status, w.l.LastStatus, w.l.Order.Total = order.New, order.New, 0 }, 0, lower, 0, AlertUnmade},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.begin(w)
			w.l.Order.Total = tt.is
			if tt.moved != 0 {
				w.l.Order.Status = tt.moved
			}
			w.must(func(l *Ledger, tk tick) error { return l.meetHost(tk) })
			w.alerted(tt.opened)
			w.l.Order.Total = tt.was
			w.must(func(l *Ledger, tk tick) error { return l.meetHost(tk) })
			w.alerted()
		})
	}
}

// TestEccubesOwnTotal: EC-CUBE saved another total, which no status tells of: the next that
// becomes known of the payment opens 金額未反映, or closes it.
func TestEccubesOwnTotal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.captured("p1")
	w.l.Order.Total = lower
	w.learnt(p, payment.Cleared)
	w.alerted(AlertAmountOpen)
	w.l.Order.Total = total
	w.learnt(p, payment.ClearedFinal)
	w.alerted()
}

// TestEccubesOwnPoints: EC-CUBE saved another use_point, and moved the member's points with it; what
// it gave back is not given back again.
func TestEccubesOwnPoints(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		to   int64 // use_point as EC-CUBE saved it
		do   func(*world)
		left int64 // points of the member at last
	}{
		"given back, then cancelled": {0, func(w *world) { w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success})) }, balance},
		"more taken, then cancelled": {300, func(w *world) { w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success})) }, balance},
		"given back, then returned":  {0, func(w *world) { w.moved(order.Delivered); w.moved(order.Returned) }, balance},
		"given back, and kept":       {0, func(w *world) { w.learnt(w.l.Current(), payment.Cleared) }, balance},
		"returned, then given back": {uses, func(w *world) {
			w.moved(order.Delivered)
			w.moved(order.Returned)
			w.moved(order.Delivered)
		}, balance - uses + adds},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.member(balance, uses, adds)
			w.authorised("p1")
			w.hosted = true
			w.points -= tt.to - uses
			w.l.Order.UsePoint = tt.to
			w.sheet.Totals.UsePoint = tt.to
			tt.do(w)
			if w.points != tt.left {
				t.Errorf("the member has %d points, not %d", w.points, tt.left)
			}
		})
	}
}

// TestEccubesOwnGoods: of a class that is unlimited by now, or whose row is gone, the hold keeps what
// it took while the order has it; what never was taken is not held.
func TestEccubesOwnGoods(t *testing.T) {
	t.Parallel()
	one := func(class, n int64) order.Movement { return order.Movement{ProductClassID: class, Quantity: n} }
	saved := newWorld(t).now.Add(time.Minute)
	for name, tt := range map[string]struct {
		at    time.Time // update_date
		goods *Goods
		want  []order.Movement
	}{
		"not saved since":          {saved.Add(-time.Minute), nil, []order.Movement{one(8, 2), one(9, 1)}},
		"saved as it was":          {saved, &Goods{Wanted: []order.Movement{one(8, 2), one(9, 1)}, Stock: map[int64]Stock{8: {}, 9: {}}}, []order.Movement{one(8, 2), one(9, 1)}},
		"another line":             {saved, &Goods{Wanted: []order.Movement{one(8, 2), one(10, 3)}, Stock: map[int64]Stock{8: {}, 10: {}}}, []order.Movement{one(8, 2), one(10, 3)}},
		"one is unlimited now":     {saved, &Goods{Wanted: []order.Movement{one(8, 1)}, Stock: map[int64]Stock{8: {}, 9: {Unlimited: true}}}, []order.Movement{one(8, 1), one(9, 1)}},
		"two are unlimited now":    {saved, &Goods{Wanted: []order.Movement{one(8, 2), one(9, 1), one(11, 3)}, Stock: map[int64]Stock{8: {}, 9: {Unlimited: true}, 11: {Unlimited: true}}}, []order.Movement{one(8, 2), one(9, 1)}},
		"the rows of two are gone": {saved, &Goods{Wanted: []order.Movement{one(8, 5), one(10, 1)}, Stock: map[int64]Stock{}}, []order.Movement{one(8, 2)}},
		"no line is left":          {saved, &Goods{}, nil},
	} {
		w := newWorld(t)
		l := &Ledger{Order: Head{ID: 1, Status: order.New, UpdatedAt: tt.at}, Version: 1, LastStatus: order.New, WrittenAt: w.now,
			Hold: &Hold{ID: "h", State: Committed, Movements: []order.Movement{one(8, 2), one(9, 1)}}}
		if err := l.meetHost(w.tick()); NeedsGoods(err) != (tt.goods != nil) {
			t.Errorf("%s: %v", name, err)
		}
		l.Goods = tt.goods
		was := l.asHeld()
		if err := l.meetHost(w.tick()); err != nil || !slices.Equal(l.Hold.Movements, tt.want) || len(l.Moves) > 0 {
			t.Errorf("%s: %v, holds %+v, moves %+v", name, err, l.Hold.Movements, l.Moves)
		}
		if same := slices.Equal(was.Movements, tt.want); (len(l.Events) == 0) != same {
			t.Errorf("%s: %d lines in the timeline", name, len(l.Events))
		}
		told := was.Movements
		for _, e := range l.Events {
			told = append(slices.Clone(told), e.Data.Goods...)
		}
		if left := order.Difference(told, tt.want); len(left) > 0 {
			t.Errorf("%s: the timeline differs by %+v", name, left)
		}
	}
}
