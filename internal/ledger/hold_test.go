package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestWhatAHoldTakes: limited stock, points of members, nothing by halves (money.md §7).
func TestWhatAHoldTakes(t *testing.T) {
	t.Parallel()
	both := []order.Movement{{ProductClassID: 1, Quantity: 2}, {ProductClassID: 2, Quantity: 3}}
	for name, tt := range map[string]struct {
		goods    Goods
		customer int64
		use      int64
		code     string
		taken    int
		points   int64
	}{
		"all there":           {Goods{Wanted: both, Stock: map[int64]Stock{1: {Left: 2}, 2: {Left: 3}}}, 0, 0, "", 2, 0},
		"one short":           {Goods{Wanted: both, Stock: map[int64]Stock{1: {Left: 2}, 2: {Left: 2}}}, 0, 0, "stock.short", 0, 0},
		"one gone":            {Goods{Wanted: both, Stock: map[int64]Stock{1: {Left: 2}}}, 0, 0, "stock.gone", 0, 0},
		"one without a limit": {Goods{Wanted: both, Stock: map[int64]Stock{1: {Unlimited: true}, 2: {Left: 3}}}, 0, 0, "", 1, 0},
		"a member's points":   {Goods{Points: 100}, 9, 100, "", 0, 100},
		"too few points":      {Goods{Points: 99}, 9, 100, "point.short", 0, 0},
		"a guest has none":    {Goods{}, 0, 100, "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &Ledger{Order: Head{Status: order.Processing, CustomerID: tt.customer, UsePoint: tt.use}, Goods: &tt.goods}
			err := l.takeHold(newWorld(t).tick())
			if code(err) != tt.code {
				t.Fatalf("%v", err)
			}
			if err != nil {
				if l.Hold != nil || len(l.Moves) > 0 || problem.CategoryOf(err) != problem.NotNow {
					t.Errorf("short, and yet %+v %+v", l.Hold, l.Moves)
				}
				return
			}
			if len(l.Hold.Movements) != tt.taken || l.Hold.Points != tt.points || len(l.Moves) != 1 || l.Moves[0].Sign != -1 || l.Moves[0].Points != tt.points {
				t.Errorf("%+v, moves %+v", l.Hold, l.Moves)
			}
		})
	}
}

// TestReleasedTwiceIsReleasedOnce whoever comes first, also within one decision.
func TestReleasedTwiceIsReleasedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	w.must(func(l *Ledger, tk tick) error {
		l.releaseHold(tk)
		l.releaseHold(tk)
		return nil
	})
	w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
	if w.stock != begunWith {
		t.Errorf("%d in stock", w.stock)
	}
	w.holds(Released)
}

// TestCommittedTwiceIsCommittedOnce.
func TestCommittedTwiceIsCommittedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	before, events := *w.l.Hold, w.events
	w.now = w.now.Add(time.Hour)
	w.must(func(l *Ledger, tk tick) error { return l.commitHold(tk) })
	if !w.l.Hold.CommittedAt.Equal(before.CommittedAt) || w.events != events {
		t.Errorf("%+v, %d events more", w.l.Hold, w.events-events)
	}
}

// TestTakenAgain: a hold given back in a decision is taken again by it, without a look
// at the stock, and moves nothing on balance.
func TestTakenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	w.must(func(l *Ledger, tk tick) error {
		l.releaseHold(tk)
		return l.commitHold(tk)
	})
	w.holds(Committed)
	if w.stock != begunWith-wanted {
		t.Errorf("%d in stock", w.stock)
	}
}

// TestEndsGiveGoodsBackOnce: every way an order's payment ends, in each order status.
func TestEndsGiveGoodsBackOnce(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*world){
		"expired":             func(w *world) { f := w.found("33"); w.confirm(w.notice("33"), &f) },
		"cancelled elsewhere": func(w *world) { f := w.found("32"); w.confirm(w.notice("32"), &f) },
		"cancelled by us":     func(w *world) { w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success})) },
		"refunded elsewhere": func(w *world) {
			f := w.found("40")
			w.confirm(w.notice("40"), &f)
			f.Status = "60"
			w.confirm(w.notice("60"), &f)
		},
	}
	for _, s := range []order.Status{order.New, order.InProgress, order.Paid, order.Delivered, order.Returned} {
		for name, end := range ends {
			t.Run(name+" in "+s.Name(), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				p := w.authorised("p1")
				w.l.Order.Status = s
				end(w)
				if got := w.l.payment(p.ID); got.Phase != payment.Ended {
					t.Fatalf("%+v", got)
				}
				shipped := s == order.Delivered || s == order.Returned
				if shipped {
					w.status(s)
					w.holds(Committed)
				} else {
					w.status(order.Canceled)
					w.holds(Released)
				}
				if want := shipped && name != "cancelled by us"; w.alerts[string(AlertShippedUnpaid)] != want {
					t.Errorf("alerts %v", w.alerts)
				}
				for _, again := range []payment.Status{"32", "33", "60"} { // whatever comes after gives nothing more
					f := w.found(again)
					w.confirm(w.notice(again), &f)
				}
				if back := w.stock == begunWith; back == shipped {
					t.Errorf("%d in stock", w.stock)
				}
			})
		}
	}
}

// TestPaymentDate is Paygent's own where it gave one; 40 on 対応中 and 発送済み sets it
// and nothing else.
func TestPaymentDate(t *testing.T) {
	t.Parallel()
	for _, s := range []order.Status{order.New, order.InProgress, order.Delivered, order.Paid} {
		w := newWorld(t)
		w.authorised("p1")
		w.l.Order.Status = s
		n, f := w.notice(payment.Cleared), w.found(payment.Cleared)
		n.PaymentDate = w.now.Add(-3600e9)
		f.PaymentDate = n.PaymentDate
		w.confirm(n, &f)
		want := s
		if s == order.New {
			want = order.Paid
		}
		w.status(want)
		if !w.l.Order.PaymentDate.Equal(n.PaymentDate) {
			t.Errorf("%s: paid on %s", s.Name(), w.l.Order.PaymentDate)
		}
		w.holds(Committed)
		if len(w.alerts) > 0 || len(w.mails) > 1 {
			t.Errorf("alerts %v, mails %v", w.alerts, w.mails)
		}
	}
}

// TestContradiction: what cannot be comes before a person, once, and moves nothing.
func TestContradiction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	for range 2 {
		f := w.found(payment.AuthNG)
		n := w.notice(payment.AuthNG)
		w.must(func(l *Ledger, tk tick) error { return l.applyNotice(tk, n, l.payment(p.ID), f.Status, f.PaymentDate) })
	}
	if !w.alerts[string(AlertContradiction)] || len(w.mails) != 2 { // the order's and one more
		t.Errorf("alerts %v, mails %v", w.alerts, w.mails)
	}
	w.status(order.New)
	w.stands(p, payment.Authorised, "")
	w.holds(Committed)
}

// TestWhatStays: 売上変更 is not called 売上 again by a later 40, and an order that was
// placed before is not placed anew.
func TestWhatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.captured("p1").Situation = payment.SaleChanged
	w.take(w.notice(payment.ClearedFinal))
	if got := w.l.Current().Situation; got != payment.SaleChanged {
		t.Errorf("ペイジェント状況 is %s", got.Name())
	}
	w = newWorld(t)
	placed := w.now.Add(-time.Hour)
	w.l.Order.OrderDate = placed
	w.authorised("p1")
	if !w.l.Order.OrderDate.Equal(placed) || len(w.mails) > 0 {
		t.Errorf("placed %s, mails %v", w.l.Order.OrderDate, w.mails)
	}
}
