package reconcile_test

import (
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestMadeByHandTwice: 決済未作成 asks staff to make a payment in ペイジェントオンライン under the order's
// id (money.md §4, manual 2.5). It is found the second time too, when the first is over and
// the order goes on; whether it is made before or after the order is taken in again.
func TestMadeByHandTwice(t *testing.T) {
	t.Parallel()
	byStaff := func(r *rig) order.ID {
		id := r.order(1)
		if _, err := r.service.PlaceByStaff(r.t.Context(), ledger.StaffOrder{Order: id, Total: 1100, Actor: "staff:1", Key: "p"}); err != nil {
			r.t.Fatal(err)
		}
		r.same("alerts", r.alerts(id), string(ledger.AlertUnmade))
		r.elsewhere(r.trading(id), 1100)
		r.wait(time.Minute)
		return id
	}
	canceled := func(r *rig, id order.ID) {
		if _, err := r.change(id, false, "x"); err != nil {
			r.t.Fatal(err)
		}
		r.wait(time.Minute)
	}
	for name, tt := range map[string]struct {
		first func(*rig) order.ID
		over  func(*rig, order.ID)
		early bool // the second is made before the order is taken in again
	}{
		"the first cancelled":                  {byStaff, canceled, false},
		"the first expired":                    {byStaff, func(r *rig, id order.ID) { r.at(id, "33", true); r.wait(time.Minute) }, false},
		"the second before the order is again": {byStaff, canceled, true},
		"after a buyer's own":                  {(*rig).paid, canceled, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.twice = true
			id := tt.first(r)
			r.expect(id, order.New, payment.Authorised, 9)
			tt.over(r, id)
			r.expect(id, order.Canceled, payment.Ended, 10)
			var second string
			if tt.early {
				second = r.elsewhere(r.trading(id), 1100)
				r.wait(time.Minute)
				r.same("alerts", r.alerts(id), string(ledger.AlertNoticeParked))
			}
			if _, err := r.service.Revive(t.Context(), ledger.Revive{Order: id, Actor: "staff:1", Key: "r"}); err != nil {
				t.Fatal(err)
			}
			if !tt.early {
				r.same("alerts", r.alerts(id), string(ledger.AlertUnmade))
				second = r.elsewhere(r.trading(id), 1100)
			}
			r.wait(time.Minute)
			if tt.early { // it was parked: a sweep tries it again
				s := r.sweeper("node-1")
				r.run(s.Step, r.confirmer.Step)
			}
			r.expect(id, order.InProgress, payment.Authorised, 9)
			if p := r.view(id).Current(); p.PaymentID != second {
				t.Errorf("the order's payment is %s, not %s", p.PaymentID, second)
			}
			r.same("alerts", r.alerts(id))
			if _, err := r.change(id, true, "sale"); err != nil { // it is captured like any
				t.Fatal(err)
			}
			r.wait(time.Minute)
			r.expect(id, order.InProgress, payment.Captured, 9)
		})
	}
}
