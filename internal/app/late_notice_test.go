package app_test

import (
	"testing"
	"time"

	"kessai/internal/payment"
	"kessai/paygentsim"
)

// TestLateNotice: the notice of an authorisation that comes after staff's own 売上 or
// 取消 is answered by 094, and is no contradiction: nobody is called, no mail goes out.
func TestLateNotice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		capture bool
		own     paygentsim.NoticeFault // what happens to the operation's own notice
		phase   payment.Phase
	}{
		{"before the capture's", true, paygentsim.NoticeReordered, payment.Captured},
		{"capture's lost", true, paygentsim.NoticeLost, payment.Captured},
		{"before the cancellation's", false, paygentsim.NoticeReordered, payment.Ended},
		{"cancellation's lost", false, paygentsim.NoticeLost, payment.Ended},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, rigOptions{})
			if err := r.sim.SetFaults(paygentsim.Faults{LateMillis: 30_000}); err != nil {
				t.Fatal(err)
			}
			for _, f := range []paygentsim.NoticeFault{paygentsim.NoticeLate, tt.own} {
				if err := r.sim.ForceNoticeFault(f); err != nil {
					t.Fatal(err)
				}
			}
			id := r.oneOrder(10, 1)
			if _, err := r.pay(id, goodCard, "k1"); err != nil {
				t.Fatal(err)
			}
			r.Advance(25 * time.Second)
			if _, err := r.change(id, tt.capture, "c1"); err != nil {
				t.Fatal(err)
			}
			r.wait(30*time.Minute, true)
			if p := r.view(id).Current(); p.Phase != tt.phase {
				t.Errorf("the payment is %s/%s", p.Phase, p.Status)
			}
			for what, query := range map[string]string{
				"alerts":           "SELECT COUNT(*) FROM plg_kessai_alert",
				"mails to staff":   "SELECT COUNT(*) FROM plg_kessai_outbox WHERE kind <> 'order'",
				"notices in doubt": "SELECT COUNT(*) FROM plg_kessai_notice WHERE state NOT IN ('applied', 'superseded')",
			} {
				if n := r.Number(query); n != 0 {
					t.Errorf("%d %s", n, what)
				}
			}
		})
	}
}
