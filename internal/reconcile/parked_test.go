package reconcile_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

// unconfirmed is a paid order with a notice that 094 never confirmed, however long it was asked.
func (r *rig) unconfirmed() (order.ID, int64) {
	r.t.Helper()
	id := r.paid()
	r.noticeID = r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice") // no holes for 091
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) { return ledger.Finding{Kind: ledger.NoAnswer}, true }
	n := r.tell(id, "40")
	r.waitBy(26*time.Hour, 10*time.Minute)
	if got := r.notice(n); got != "parked unconfirmed" {
		r.t.Fatal(got)
	}
	return id, n
}

// untold is a paid order with a notice of a payment that is not in the book.
func (r *rig) untold() (order.ID, int64) {
	r.t.Helper()
	id := r.paid()
	r.noticeID = r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice") // no holes for 091
	n, _ := r.notify(paygent.Notice{PaymentID: "777", TradingID: r.trading(id) + "_9", Status: "20", Amount: 1100})
	if got := r.notice(n); got != "parked no_order" {
		r.t.Fatal(got)
	}
	return id, n
}

// seen closes the alert about a parked notice by hand.
func (r *rig) seen(id order.ID, n int64) {
	r.t.Helper()
	cause := r.lines("SELECT cause FROM plg_kessai_alert WHERE kind = 'notice_parked' AND cause LIKE ?", "notice:"+strconv.FormatInt(n, 10)+":%")[0]
	if _, err := r.service.Acknowledge(r.t.Context(), ledger.Acknowledge{Order: id, Kind: ledger.AlertNoticeParked, Cause: cause, Reason: "確認", Actor: "staff:1", Key: cause}); err != nil {
		r.t.Fatal(err)
	}
	r.same("alerts", r.alerts(id))
}

// TestParkedCostsLittle: what is tried again after each sweep, and stays as it is, writes
// nothing; 094 is asked only where nothing else can tell, then after every sweep.
func TestParkedCostsLittle(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		park func(*rig) (order.ID, int64)
		asks bool
	}{
		"no such payment in our book": {(*rig).untold, false},
		"094 is silent":               {(*rig).unconfirmed, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, n := tt.park(r)
			r.seen(id, n)
			s := r.sweeper("node-1")
			r.run(s.Step, r.confirmer.Step)
			var reads, writes []string
			stands := func() []string {
				return r.lines("SELECT l.version || ' ' || l.event_seq || ' ' || n.state || ' ' || n.reason || ' ' || n.asked || ' ' || COALESCE(n.due_at, '') FROM plg_kessai_ledger l JOIN plg_kessai_notice n ON n.order_id = l.order_id WHERE l.order_id = ? AND n.notice_id = ?", int64(id), n)
			}
			sweeps := func(times int, every time.Duration) (asked int) {
				before, had := len(r.spy.asked), stands()
				reads, writes = nil, nil
				for range times {
					r.Advance(every)
					r.observe = func(q string) {
						switch {
						case strings.Contains(q, "plg_kessai_lease"): // the sweep's own
						case strings.HasPrefix(q, "SELECT"):
							reads = append(reads, q)
						default:
							writes = append(writes, q)
						}
					}
					r.run(s.Step, r.confirmer.Step)
					r.observe = nil
				}
				r.same("order and notice", stands(), had...)
				if len(writes) > 0 {
					t.Errorf("%d sweeps wrote:\n%s", times, strings.Join(writes, "\n"))
				}
				return len(r.spy.asked) - before
			}
			want := func(asked, most int) {
				t.Helper()
				if !tt.asks {
					most = 0
				}
				if asked != most {
					t.Errorf("094 was asked %d times, not %d", asked, most)
				}
			}
			want(sweeps(1, notice.SweepEvery), 1)
			if len(reads) > 20 {
				t.Errorf("%d reads:\n%s", len(reads), strings.Join(reads, "\n"))
			}
			want(sweeps(6, notice.SweepEvery), 6)
			r.Advance(7 * 24 * time.Hour)
			r.run(s.Step)
			want(sweeps(12, 2*time.Hour), 12)

			// Nor does it after transaction B of its order, which tries it once.
			r.run(s.Step)
			r.wire.script("022", script{body: "\r\nresult=1\r\nresponse_code=2003\r\n"})
			if _, err := r.change(id, true, "c1"); err != nil {
				t.Fatal(err)
			}
			version := r.view(id).Version
			r.run(r.confirmer.Step)
			if got := r.view(id).Version; got != version {
				t.Errorf("trying it wrote the order: version %d, then %d", version, got)
			}
			r.same("alerts", r.alerts(id))
		})
	}
}

// TestParkedShareAQuestion: two of one payment cost one question a sweep, and are applied after
// the same sweep.
func TestParkedShareAQuestion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, first := r.unconfirmed()
	second := r.tell(id, "41")
	r.waitBy(26*time.Hour, 10*time.Minute)
	s := r.sweeper("node-1")
	r.run(s.Step)
	asked := len(r.spy.asked)
	for range 3 {
		r.Advance(notice.SweepEvery)
		r.run(s.Step, r.confirmer.Step)
	}
	if n := len(r.spy.asked) - asked; n != 3 {
		t.Errorf("094 was asked %d times in three sweeps", n)
	}
	r.same("notices", []string{r.notice(first), r.notice(second)}, "parked unconfirmed", "parked unconfirmed")
	r.spy.answer = nil
	r.at(id, paygentsim.Captured, false)
	r.at(id, paygentsim.CapturedFinal, false)
	r.Advance(notice.SweepEvery)
	r.run(s.Step, r.confirmer.Step)
	r.same("notices", []string{r.notice(first), r.notice(second)}, "superseded", "applied")
	r.expect(id, order.Paid, payment.Captured, 9)
	r.same("alerts", r.alerts(id))
}

// TestParkedEndBearsFruit: a cancellation in ペイジェントオンライン whose notice 094 did not confirm
// for a day is taken once 094 tells it, also where the trading_id names several payments and
// only a later sweep shows that nothing took its place.
func TestParkedEndBearsFruit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.noticeID = r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice") // no holes for 091
	r.at(id, paygentsim.AuthorizationCancelled, false)
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) { return ledger.Finding{Kind: ledger.NoAnswer}, true }
	n := r.tell(id, "32")
	r.waitBy(26*time.Hour, 10*time.Minute)
	if got := r.notice(n); got != "parked unconfirmed" {
		t.Fatal(got)
	}
	r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
		return ledger.Finding{Kind: ledger.NoAnswer}, q.PaymentID == "" // several bear it
	}
	s := r.sweeper("node-1")
	for range 6 {
		r.Advance(notice.SweepEvery)
		r.run(s.Step, r.confirmer.Step, r.watcher.Step)
	}
	r.expect(id, order.Canceled, payment.Ended, 10)
	if got := r.notice(n); got != "applied" {
		t.Errorf("the notice is %q", got)
	}
	r.same("alerts", r.alerts(id))
}

// TestParkedIsHeldWhileItIsTried: slow questions before it was claimed cost nothing of the
// claim.
func TestParkedIsHeldWhileItIsTried(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, n := r.unconfirmed()
	asked := 0
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		if asked++; asked == 1 {
			r.Advance(3 * time.Minute)
			return ledger.Finding{}, false
		}
		due, _, err := r.store.ClaimNotices(t.Context(), "node-2", r.Now(), r.Now().Add(time.Minute), 10)
		if err != nil || len(due) > 0 {
			t.Errorf("another node took %d, %v", len(due), err)
		}
		return ledger.Finding{}, false
	}
	if _, err := r.sim.SetStatus(r.view(id).Current().PaymentID, paygentsim.Captured, false); err != nil {
		t.Fatal(err)
	}
	r.run(r.sweeper("node-1").Step)
	if got := r.notice(n); got != "applied" || asked != 2 {
		t.Errorf("%q after %d questions", got, asked)
	}
}
