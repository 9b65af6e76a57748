package reconcile_test

import (
	"context"
	"testing"
	"time"

	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/paygentsim"
)

// spoilt makes so many captured orders whose rows another hand spoilt: no decision about them can be made.
func (r *rig) spoilt(n int) {
	r.t.Helper()
	r.Exec("UPDATE dtb_product_stock SET stock = 50")
	r.Exec("UPDATE dtb_product_class SET stock = 50")
	r.broken = true
	for range n {
		id := r.paid()
		if _, err := r.change(id, true, "spoilt"+id.String()); err != nil {
			r.t.Fatal(err)
		}
		r.Exec("UPDATE dtb_order SET payment_total = 1100.5 WHERE id = ?", int64(id))
	}
	r.t.Cleanup(func() { r.Exec("UPDATE dtb_order SET payment_total = 1100 WHERE payment_total = 1100.5") })
}

// TestPaymentsOfOrdersThatCannotBeRead, however many they are, keep no other order's payment from
// being asked about.
func TestPaymentsOfOrdersThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.spoilt(25)
	r.Advance(time.Second)
	id := r.paid()
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.Advance(2 * time.Minute)
	for range 5 {
		if _, _, err := r.watcher.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Advance(time.Second)
	}
	r.expectStatus(id, order.Paid)
}

// TestPurgedWhileOrdersCannotBeRead: nor, where they are all of a page, does the sweep stop at it.
func TestPurgedWhileOrdersCannotBeRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.spoilt(20)
	id := r.paid()
	s := r.sweeper("node-1")
	r.run(s.Step)
	r.loseAll()
	r.at(id, paygentsim.Captured, true)
	r.purge(r.sim.Notices()[len(r.sim.Notices())-1].NoticeID)
	r.paid()
	r.Advance(notice.SweepEvery)
	for range 20 {
		for _, step := range []func(context.Context) (bool, time.Time, error){s.Step, r.confirmer.Step, r.watcher.Step} {
			_, _, _ = step(t.Context())
		}
		r.Advance(time.Minute)
	}
	r.expectStatus(id, order.Paid)
}
