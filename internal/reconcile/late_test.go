package reconcile_test

import (
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// givenUp is an order whose 020 lingers on the way: settled as not happened.
func (r *rig) givenUp(w storetest.Wanted) order.ID {
	r.t.Helper()
	id := r.orderOf(w)
	if _, err := r.pay(id, lostBefore, "first"); err != nil {
		r.t.Fatal(err)
	}
	r.wait(4 * time.Minute)
	if l := r.view(id); l.Order.Status != order.Processing || l.OpenOperation() != nil || l.Hold != nil {
		r.t.Fatalf("not settled: %+v", l.Current())
	}
	r.twice = true
	return id
}

// arrives lets the lingering 020 take effect at the centre, which tells it.
func (r *rig) arrives(id order.ID) string {
	r.t.Helper()
	return r.elsewhere(r.trading(id), int64(r.view(id).Order.Total))
}

// offline places the order by one of EC-CUBE's own methods.
func (r *rig) offline(id order.ID) {
	r.t.Helper()
	cash := r.Number("SELECT MIN(id) FROM dtb_payment WHERE method_class = ?", `Eccube\Service\Payment\Method\Cash`)
	r.Exec("UPDATE dtb_order SET payment_id = ?, payment_method = '代金引換' WHERE id = ?", cash, int64(id))
	step, err := r.service.Place(r.t.Context(), id, r.view(id).Order.Total)
	if err != nil || step.Kind != ledger.StepComplete {
		r.t.Fatalf("%+v, %v", step, err)
	}
}

// TestLateEffect: what was settled as not happened comes alive (money.md §3, §6).
func TestLateEffect(t *testing.T) {
	t.Parallel()
	one := func(r *rig) storetest.Wanted {
		return storetest.Wanted{Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}}}
	}
	for name, tt := range map[string]struct {
		between func(*rig, order.ID)
		status  order.Status
		stock   int64
		alive   int64
		alerts  []string
		paid    bool // it is captured at once
	}{
		"the order waits":           {func(*rig, order.ID) {}, order.New, 9, 1100, nil, false},
		"the order waits, captured": {func(*rig, order.ID) {}, order.Paid, 9, 1100, nil, true},
		"another try is refused": {func(r *rig, id order.ID) {
			_, _ = r.pay(id, refusedCard, "second")
		}, order.New, 9, 1100, nil, false},
		"another try stands": {func(r *rig, id order.ID) {
			_, _ = r.pay(id, goodCard, "second")
		}, order.New, 9, 1100, nil, false},
		"another try stands, both captured": {func(r *rig, id order.ID) {
			_, _ = r.pay(id, goodCard, "second")
		}, order.New, 9, 2200, []string{string(ledger.AlertDouble)}, true},
		"another try is unknown": {func(r *rig, id order.ID) {
			r.wire.script("020", script{})
			_, _ = r.pay(id, goodCard, "second")
		}, order.New, 9, 1100, nil, false},
		"paid in cash":           {(*rig).offline, order.New, 9, 0, nil, false},
		"paid in cash, captured": {(*rig).offline, order.New, 9, 1100, []string{string(ledger.AlertDouble)}, true},
		"cancelled": {func(r *rig, id order.ID) {
			r.byHand = true
			r.Exec("UPDATE dtb_order SET order_status_id = 3 WHERE id = ?", int64(id))
		}, order.Canceled, 10, 0, nil, false},
		"cancelled, captured": {func(r *rig, id order.ID) {
			r.byHand = true
			r.Exec("UPDATE dtb_order SET order_status_id = 3 WHERE id = ?", int64(id))
		}, order.Canceled, 10, 1100, []string{string(ledger.AlertPaidCanceled)}, true},
		"the goods are gone": {func(r *rig, _ order.ID) {
			id := r.order(10)
			if _, err := r.pay(id, goodCard, "theirs"); err != nil {
				r.t.Fatal(err)
			}
		}, order.Processing, 0, 11000, nil, false},
		"the goods are gone, captured": {func(r *rig, _ order.ID) {
			id := r.order(10)
			if _, err := r.pay(id, goodCard, "theirs"); err != nil {
				r.t.Fatal(err)
			}
		}, order.Processing, 0, 12100, []string{string(ledger.AlertStockShort)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.givenUp(one(r))
			tt.between(r, id)
			late := r.arrives(id)
			if tt.paid {
				if _, err := r.sim.SetStatus(late, paygentsim.Captured, true); err != nil {
					t.Fatal(err)
				}
			}
			r.wait(6 * time.Minute)
			if l := r.view(id); l.Order.Status != tt.status {
				t.Errorf("in %s", l.Order.Status.Name())
			}
			r.expectStock(tt.stock)
			if alive, _ := r.charged(); alive != tt.alive {
				t.Errorf("%d yen live", alive)
			}
			r.same("alerts", r.alerts(id), tt.alerts...)
			if p, _ := r.sim.Payment(late); tt.paid && p.Status != paygentsim.Captured {
				t.Errorf("money that was taken was touched: %s", p.Status)
			}
		})
	}
}

// TestLateEffectOfPoints: a member's points are taken again, or the payment is reversed.
func TestLateEffectOfPoints(t *testing.T) {
	t.Parallel()
	for _, left := range []int64{100, 99} {
		r := newRig(t)
		member := r.Member(100)
		id := r.givenUp(storetest.Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}}})
		if got := r.Points(member); got != 100 {
			t.Fatalf("%d points after the first try", got)
		}
		r.Exec("UPDATE dtb_customer SET point = ? WHERE id = ?", left, member)
		r.arrives(id)
		r.wait(2 * time.Minute)
		alive, _ := r.charged()
		switch {
		case left == 100 && (r.Points(member) != 0 || alive != 1000 || r.Status(id) != order.New):
			t.Errorf("%d points, %d yen, %s", r.Points(member), alive, r.Status(id).Name())
		case left == 99 && (r.Points(member) != 99 || alive != 0 || r.Status(id) != order.Processing):
			t.Errorf("%d points, %d yen, %s", r.Points(member), alive, r.Status(id).Name())
		}
	}
}

// TestPoints are taken with the hold and given back once.
func TestPoints(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	member := r.Member(500)
	id := r.orderOf(storetest.Wanted{Customer: member, UsePoint: 300, Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}}})
	if _, err := r.pay(id, refusedCard, "k1"); err != nil || r.Points(member) != 500 {
		t.Errorf("%d points after a refusal (%v)", r.Points(member), err)
	}
	if _, err := r.pay(id, goodCard, "k2"); err != nil || r.Points(member) != 200 {
		t.Errorf("%d points after the payment (%v)", r.Points(member), err)
	}
	if _, err := r.change(id, false, "x"); err != nil || r.Points(member) != 500 {
		t.Errorf("%d points after the cancellation (%v)", r.Points(member), err)
	}
	r.wait(time.Hour) // the notice of the cancellation gives nothing more
	r.expect(id, order.Canceled, payment.Ended, 10)
	if r.Points(member) != 500 {
		t.Errorf("%d points in the end", r.Points(member))
	}
	poor := r.orderOf(storetest.Wanted{Customer: member, UsePoint: 400, Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}}})
	r.Exec("UPDATE dtb_customer SET point = 399 WHERE id = ?", member)
	if _, err := r.pay(poor, goodCard, "k3"); err == nil || r.wire.count("020", r.trading(poor)) != 0 {
		t.Errorf("paid with points nobody has: %v", err)
	}
}

// TestStockShort is an ordinary refusal before anything is sent.
func TestStockShort(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(11)
	if _, err := r.pay(id, goodCard, "k1"); err == nil {
		t.Error("paid")
	}
	if l := r.view(id); l.Order.Status != order.Processing || len(l.Payments) > 0 || len(r.wire.sent) > 0 {
		t.Errorf("%s, %d payments", l.Order.Status.Name(), len(l.Payments))
	}
	r.expectStock(10)
}
