package reconcile_test

import (
	"context"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/paygent"
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

// TestNoticesOfAnOrderThatCannotBeRead are stored, put before a person as the shop's, and taken by
// the order once it can be read again.
func TestNoticesOfAnOrderThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		notice func(r *rig, p *ledger.Payment) paygent.Notice
		waits  time.Duration // until a person is told
		cured  bool
	}{
		"captured": {func(r *rig, p *ledger.Payment) paygent.Notice {
			return paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "40", Amount: paygent.Yen(p.Amount)}
		}, 26 * time.Hour, true},
		"a conflict": {func(r *rig, p *ledger.Payment) paygent.Notice {
			n := r.Number("SELECT MIN(notice_id) FROM plg_kessai_notice WHERE payment_id = ?", p.PaymentID)
			return paygent.Notice{NoticeID: n, PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "40", Amount: paygent.Yen(p.Amount)}
		}, 0, true},
		"malformed": {func(r *rig, p *ledger.Payment) paygent.Notice {
			return paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Amount: paygent.Yen(p.Amount)}
		}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.broken = true
			id := r.paid()
			r.noticeID = r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice") // no holes for 091
			p := r.view(id).Current()
			r.at(id, paygentsim.Captured, false)
			r.Exec("UPDATE dtb_order SET payment_total = 1100.5 WHERE id = ?", int64(id))
			t.Cleanup(func() { r.Exec("UPDATE dtb_order SET payment_total = 1100 WHERE id = ?", int64(id)) })
			if _, said := r.notify(tt.notice(r, p)); said != "200 result=0" {
				t.Errorf("answered %q", said)
			}
			for end := r.Now().Add(tt.waits); r.Now().Before(end); r.Advance(10 * time.Minute) {
				_, _, _ = r.confirmer.Step(t.Context())
			}
			open := func() int64 {
				return r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = 0 AND kind = 'notice_parked' AND closed_at IS NULL")
			}
			if n := open(); n != 1 {
				t.Fatalf("%d alerts of the shop: %v", n, r.lines("SELECT state || ' ' || reason FROM plg_kessai_notice"))
			}
			r.Exec("UPDATE dtb_order SET payment_total = 1100 WHERE id = ?", int64(id))
			r.run(r.sweeper("node-1").Step, r.confirmer.Step)
			if !tt.cured {
				return
			}
			r.expectStatus(id, order.Paid)
			if n := open(); n != 0 {
				t.Errorf("%d alerts of the shop once it was taken", n)
			}
		})
	}
}
