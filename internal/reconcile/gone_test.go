package reconcile_test

import (
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/paygent"
)

// TestNoticesOfAnOrderThatIsGone: EC-CUBE's own pages can delete an order, and money that comes
// for it must not go unseen. What tells of it is stored and put before a person, once, however
// often it is tried again.
func TestNoticesOfAnOrderThatIsGone(t *testing.T) {
	t.Parallel()
	told := func(r *rig, p *ledger.Payment, change ...func(*paygent.Notice)) int64 {
		n := paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "40", Amount: paygent.Yen(p.Amount)}
		for _, c := range change {
			c(&n)
		}
		id, said := r.notify(n)
		if said != "200 result=0" {
			r.t.Fatalf("answered %q", said)
		}
		return id
	}
	for name, tt := range map[string]struct {
		tell func(*rig, order.ID) int64
		want string
	}{
		"paid when it was gone": {func(r *rig, id order.ID) int64 {
			p := r.view(id).Current()
			r.drop(id)
			return told(r, p)
		}, "parked no_order"},
		"gone before it was confirmed": {func(r *rig, id order.ID) int64 {
			n := told(r, r.view(id).Current())
			r.drop(id)
			return n
		}, "parked no_order"},
		"says nothing that we can use": {func(r *rig, id order.ID) int64 {
			p := r.view(id).Current()
			r.drop(id)
			return told(r, p, func(n *paygent.Notice) { n.Status = "" })
		}, "parked malformed"},
		"contradicts another one": {func(r *rig, id order.ID) int64 {
			p := r.view(id).Current()
			n := told(r, p, func(n *paygent.Notice) { n.Status = "10" })
			r.drop(id)
			r.Exec("UPDATE plg_kessai_notice SET state = 'applied', next_at = NULL, due_at = NULL WHERE notice_id = ?", n)
			return told(r, p, func(c *paygent.Notice) { c.NoticeID = n })
		}, "parked conflict"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			r.noticeID = r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice") // no holes for 091
			n := tt.tell(r, id)
			parked := func(when string) {
				t.Helper()
				states := r.lines("SELECT state || ' ' || reason FROM plg_kessai_notice WHERE notice_id = ? AND state <> 'applied'", n)
				open := r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = 0 AND kind = 'notice_parked' AND closed_at IS NULL")
				if len(states) != 1 || states[0] != tt.want || open != 1 {
					t.Errorf("%s: %v, %d alerts", when, states, open)
				}
			}
			r.run(r.confirmer.Step)
			parked("at first")
			s := r.sweeper("node-1")
			for range 3 {
				r.Advance(notice.SweepEvery)
				r.run(s.Step, r.confirmer.Step)
			}
			parked("after sweeps")
			r.Advance(48 * time.Hour)
			r.run(s.Step, r.confirmer.Step)
			parked("after days")
		})
	}
}
