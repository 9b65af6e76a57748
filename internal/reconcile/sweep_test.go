package reconcile_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

// sweeper is a node's.
func (r *rig) sweeper(node string) *notice.Sweeper {
	r.t.Helper()
	return r.sweeperOn(node, r.spy.Gateway.(ledger.Differences))
}

func (r *rig) sweeperOn(node string, d ledger.Differences) *notice.Sweeper {
	return notice.NewSweeper(d, r.Store, r.service, node, notice.SweepEvery, r.Now, slog.New(slog.NewTextHandler(r.t.Output(), nil)))
}

// loseAll keeps every further notice from being sent.
func (r *rig) loseAll() {
	r.t.Helper()
	r.loseNext(20)
}

// loseNext keeps the next notices from being sent.
func (r *rig) loseNext(n int) {
	r.t.Helper()
	for range n {
		if err := r.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
			r.t.Fatal(err)
		}
	}
}

// TestSweepAlone: every notice is lost, and 091 alone brings the orders to where they are.
func TestSweepAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.paid() // the first id seen
	sold, gone, corrected, kept := r.paid(), r.paid(), r.paid(), r.paid()
	r.loseAll()
	r.at(sold, paygentsim.Captured, true)
	r.at(gone, paygentsim.AuthorizationCancelled, true)
	fresh := r.corrected(corrected, 800)
	r.settle()
	if l := r.view(sold); l.Order.Status != order.New {
		t.Fatalf("known without a notice: %s", l.Order.Status.Name())
	}
	s := r.sweeper("node-1")
	r.run(s.Step, r.sim.Step, r.confirmer.Step, r.watcher.Step)
	r.wait(5 * time.Minute)
	for id, want := range map[order.ID]order.Status{sold: order.Paid, gone: order.Canceled, corrected: order.New, kept: order.New} {
		if got := r.view(id).Order.Status; got != want {
			t.Errorf("order %d is %s, not %s", id, got.Name(), want.Name())
		}
	}
	if p := r.view(corrected).Current(); p.PaymentID != fresh || p.Amount != 800 {
		t.Errorf("%+v", p)
	}
	r.expectStock(6) // of five orders one gave its goods back
	for _, n := range r.sim.Notices() {
		if r.notice(n.NoticeID) == "" {
			t.Errorf("%d is not stored", n.NoticeID)
		}
	}
	// Swept again it does nothing; a notice that comes after all is a duplicate.
	stored := r.noticeCount()
	r.resend(fresh)
	r.waitBy(notice.SweepEvery, time.Minute)
	r.run(s.Step)
	if r.noticeCount() != stored {
		t.Errorf("%d notices, not %d", r.noticeCount(), stored)
	}
	if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || at.IsZero() {
		t.Errorf("not noted: %s, %v", at, err)
	}
}

// dying is a sweeper's centre that kills it after an answer, before anything is stored.
type dying struct {
	ledger.Differences
	after int
}

func (d *dying) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	got, err := d.Differences.Difference(ctx, q)
	if d.after--; d.after == 0 {
		panic(errCrash)
	}
	return got, err
}

// TestSweepLosesNothing: an answer of 091 that is lost, or a sweeper that dies with it,
// counts as delivered at the centre; its id finds it again.
func TestSweepLosesNothing(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*rig){
		"an answer is lost":    func(r *rig) { r.wire.script("091", script{effect: true}) },
		"an answer is garbage": func(r *rig) { r.wire.script("091", script{effect: true, body: "\r\nxx"}) },
		"two are lost":         func(r *rig) { r.wire.script("091", script{effect: true}, script{effect: true}) },
		"killed at the first":  func(r *rig) { r.die(1) },
		"killed at the second": func(r *rig) { r.die(2) },
		"killed at the third":  func(r *rig) { r.die(3) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, other := r.paid(), r.paid()
			first := r.sweeper("node-1")
			r.run(first.Step)
			r.loseAll()
			r.at(id, paygentsim.Captured, true)
			r.at(other, paygentsim.Captured, true)
			r.Advance(notice.SweepEvery)
			spoil(r)
			next := r.sweeper("node-1") // what the former one knew is gone
			r.run(next.Step, r.confirmer.Step, r.watcher.Step)
			r.wait(2 * time.Minute)
			r.Advance(notice.SweepEvery)
			r.run(next.Step, r.confirmer.Step, r.watcher.Step)
			for _, id := range []order.ID{id, other} {
				if got := r.view(id).Order.Status; got != order.Paid {
					t.Errorf("order %d is %s", id, got.Name())
				}
			}
		})
	}
}

// die lets a sweeper die with its n-th answer.
func (r *rig) die(n int) {
	r.t.Helper()
	s := r.sweeperOn("node-1", &dying{r.spy.Gateway.(ledger.Differences), n})
	defer func() {
		if got := recover(); got != errCrash { //nolint:errorlint // the very value
			r.t.Fatalf("it did not die: %v", got)
		}
	}()
	r.run(s.Step)
}

// TestSweepHoles: an id between two known ones is asked for, found after all, or given up
// after a day and shown.
func TestSweepHoles(t *testing.T) {
	t.Parallel()
	for name, purged := range map[string]bool{"found": false, "gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, other := r.paid(), r.paid()
			r.loseAll()
			r.at(id, paygentsim.Captured, true)
			hole := r.sim.Notices()[len(r.sim.Notices())-1].NoticeID
			r.at(other, paygentsim.Captured, true)
			for range hole { // somebody else has had 091 deliver it
				if _, err := r.client.Difference(t.Context(), paygent.DifferenceRequest{}); err != nil {
					t.Fatal(err)
				}
			}
			if purged {
				if err := r.sim.PurgeDifferences(r.policy.MerchantID, hole); err != nil {
					t.Fatal(err)
				}
			}
			s := r.sweeper("node-1")
			r.run(s.Step)
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice"); n != 1 {
				t.Fatalf("%d are missing", n)
			}
			if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || !at.IsZero() {
				t.Errorf("complete with a hole: %s, %v", at, err)
			}
			if r.run(s.Step, r.confirmer.Step); !purged {
				r.expectStatus(id, order.Paid)
			}
			for range 30 {
				r.Advance(time.Hour)
				r.run(s.Step)
			}
			lost, err := r.Reader.LostNotices(t.Context(), 10)
			if err != nil || (len(lost) == 1) != purged {
				t.Fatalf("%+v, %v", lost, err)
			}
			if purged && (lost[0].NoticeID != hole || lost[0].ClosedAt.Sub(lost[0].FirstSeen) < 24*time.Hour || lost[0].Asked < 20) {
				t.Errorf("%+v", lost[0])
			}
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice WHERE next_at IS NOT NULL"); n != 0 {
				t.Errorf("%d are still open", n)
			}
		})
	}
}

func (r *rig) expectStatus(id order.ID, want order.Status) {
	r.t.Helper()
	if got := r.view(id).Order.Status; got != want {
		r.t.Errorf("order %d is %s, not %s", id, got.Name(), want.Name())
	}
}

// TestSweepPurged: what the centre no longer has is told, and 094 is asked about every
// payment not ended.
func TestSweepPurged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, other := r.paid(), r.paid()
	s := r.sweeper("node-1")
	r.run(s.Step)
	r.loseAll()
	r.at(id, paygentsim.Captured, true)
	if err := r.sim.PurgeDifferences(r.policy.MerchantID, r.sim.Notices()[len(r.sim.Notices())-1].NoticeID); err != nil {
		t.Fatal(err)
	}
	r.at(other, paygentsim.Captured, true)
	r.Advance(notice.SweepEvery)
	r.run(s.Step, r.confirmer.Step, r.watcher.Step)
	r.expectStatus(id, order.Paid)
	r.expectStatus(other, order.Paid)
	alerts := func() int64 {
		return r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = 0 AND kind = 'notices_purged' AND closed_at IS NULL")
	}
	if alerts() != 1 {
		t.Error("nobody is told")
	}
	asked := len(r.spy.asked)
	for range 26 {
		r.Advance(time.Hour)
		r.run(s.Step)
	}
	if alerts() != 0 || len(r.spy.asked) != asked {
		t.Errorf("%d alerts are open, asked %d times more", alerts(), len(r.spy.asked)-asked)
	}
}

// TestPurgedWithoutAnOrder: a payment whose order is no longer there, or about which nothing can be
// decided, keeps a sweep from asking about no other. What can be decided again is asked about then.
func TestPurgedWithoutAnOrder(t *testing.T) {
	t.Parallel()
	total := func(r *rig, id order.ID, yen string) {
		r.Exec("UPDATE dtb_order SET payment_total = "+yen+" WHERE id = ?", int64(id))
	}
	for name, tt := range map[string]struct{ spoil, mend func(*rig, order.ID) }{
		"is gone":        {(*rig).drop, nil},
		"cannot be read": {func(r *rig, id order.ID) { total(r, id, "1100.5") }, func(r *rig, id order.ID) { total(r, id, "1100") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			bad, id := r.paid(), r.paid()
			s := r.sweeper("node-1")
			r.run(s.Step)
			r.loseAll()
			if tt.mend != nil {
				r.at(bad, paygentsim.Captured, true)
			}
			tt.spoil(r, bad)
			r.at(id, paygentsim.Captured, true)
			r.purge(r.sim.Notices()[len(r.sim.Notices())-1].NoticeID)
			other := r.paid()
			r.loseAll()
			r.at(other, paygentsim.Captured, true)
			sweep := func() {
				r.Advance(notice.SweepEvery)
				for range 20 { // failures are logged, and tried again
					for _, step := range []func(context.Context) (bool, time.Time, error){s.Step, r.confirmer.Step, r.watcher.Step} {
						_, _, _ = step(t.Context())
					}
				}
			}
			sweep()
			if tt.mend != nil {
				tt.mend(r, bad)
				sweep()
				r.expectStatus(bad, order.Paid)
			}
			r.expectStatus(id, order.Paid)
			r.expectStatus(other, order.Paid)
		})
	}
}

// TestSweepOfASharedMerchant never asks without an id: what it is told then is lost for the
// others.
func TestSweepOfASharedMerchant(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *ledger.Policy) { p.SharedMerchant, p.Mark = true, "B" })
	id := r.paid()
	r.loseAll()
	r.at(id, paygentsim.Captured, true)
	s := r.sweeper("node-1")
	r.run(s.Step, r.confirmer.Step)
	r.expectStatus(id, order.Paid)
	for _, q := range r.wire.sent {
		if q.Get("telegram_kind") == "091" && q.Get("payment_notice_id") == "" {
			t.Errorf("asked without an id: %v", q)
		}
	}
	if r.wire.count("091", "") == 0 {
		t.Error("not asked")
	}
}

// TestOneSweeper: the others wait for its turn to end, and take over from one that died.
func TestOneSweeper(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.paid()
	a, b := r.sweeper("node-1"), r.sweeper("node-2")
	count := func() int { return r.wire.count("091", "") }
	r.run(a.Step)
	asked := count()
	if asked == 0 {
		t.Fatal("not asked at the start")
	}
	r.run(b.Step)
	r.Advance(notice.SweepEvery)
	if r.run(b.Step); count() != asked {
		t.Error("two sweep")
	}
	if r.run(a.Step); count() == asked {
		t.Error("it keeps its turn, and did not use it")
	}
	asked = count()
	if err := b.SweepNow(t.Context()); err != nil { // from another node: the one whose turn it is sweeps
		t.Fatal(err)
	}
	r.Advance(10 * time.Second)
	if r.run(b.Step); count() != asked {
		t.Error("two sweep")
	}
	if r.run(a.Step); count() == asked {
		t.Error("nobody sweeps on demand")
	}
	asked = count()
	if r.run(a.Step); count() != asked {
		t.Error("on demand, and then again and again")
	}
	r.Advance(notice.SweepEvery + 5*time.Minute) // the first is dead
	if r.run(b.Step); count() == asked {
		t.Error("nobody took over")
	}
}

// slow lets time pass while 091 is under way.
type slow struct {
	ledger.Differences
	meanwhile func()
}

func (s slow) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	s.meanwhile()
	return s.Differences.Difference(ctx, q)
}

// TestASlowSweep keeps its turn for as long as a question may take; a node that stood still
// for longer finds that another sweeps, and lets it.
func TestASlowSweep(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.paid()
	b := r.sweeper("node-2")
	takes, meanwhile := 25*time.Second, 0
	a := r.sweeperOn("node-1", slow{r.spy.Gateway.(ledger.Differences), func() {
		r.Advance(takes)
		asked := r.wire.count("091", "")
		if _, _, err := b.Step(t.Context()); err != nil {
			t.Error(err)
		}
		meanwhile += r.wire.count("091", "") - asked
		takes = 155 * time.Second // a telegram's deadline
	}})
	step := func() (worked bool) {
		worked, _, err := a.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return worked
	}
	for step(); meanwhile == 0 && r.wire.count("091", "") < 2; step() {
	}
	if meanwhile > 0 {
		t.Error("two sweep")
	}
	r.Advance(notice.SweepEvery + time.Hour)
	r.run(b.Step)
	if step() {
		t.Error("it goes on beside the other")
	}
}

// TestNobodyAnswers091: the sweep is given up, and begun again.
func TestNobodyAnswers091(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	s := r.sweeper("node-1")
	r.run(s.Step)
	r.loseAll()
	r.at(id, paygentsim.Captured, true)
	r.Advance(notice.SweepEvery)
	r.wire.script("", script{unsent: true})
	r.run(s.Step)
	r.expectStatus(id, order.New)
	r.Advance(notice.SweepEvery)
	r.run(s.Step, r.confirmer.Step)
	r.expectStatus(id, order.Paid)
}

// TestParkedIsTriedAgain: by a sweep, after transaction B of its order, and by a press.
func TestParkedIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(r *rig, id order.ID, n int64){
		"by a sweep": func(r *rig, _ order.ID, _ int64) {
			r.Advance(notice.SweepEvery)
			r.run(r.sweeper("node-1").Step, r.confirmer.Step)
		},
		"by a sweep, and seen": func(r *rig, id order.ID, n int64) {
			r.seen(id, n)
			r.Advance(30 * 24 * time.Hour)
			r.run(r.sweeper("node-1").Step, r.confirmer.Step)
		},
		"after transaction B": func(r *rig, id order.ID, _ int64) {
			r.wire.script("022", script{body: "\r\nresult=1\r\nresponse_code=2003\r\n"})
			if _, err := r.change(id, true, "c1"); err != nil {
				r.t.Fatal(err)
			}
			r.settle()
		},
		"by staff": func(r *rig, id order.ID, n int64) {
			for range 2 { // a double press
				if _, err := r.service.RetryNotice(r.t.Context(), r.noticeRow(n), "staff:1"); err != nil {
					r.t.Fatal(err)
				}
			}
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_event WHERE kind = 'notice_retried' AND actor = 'staff:1' AND order_id = ?", int64(id)); n != 1 {
				r.t.Errorf("%d presses in the timeline", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) { return ledger.Finding{Kind: ledger.NoAnswer}, true }
			n := r.tell(id, "40")
			r.waitBy(26*time.Hour, 10*time.Minute)
			if got := r.notice(n); got != "parked unconfirmed" {
				t.Fatal(got)
			}
			r.same("alerts", r.alerts(id), string(ledger.AlertNoticeParked))
			r.spy.answer = nil
			r.at(id, paygentsim.Captured, false)
			again(r, id, n)
			if got := r.notice(n); got != "applied" && got != "superseded" {
				t.Errorf("then %s", got)
			}
			r.expectStatus(id, order.Paid)
			r.same("alerts", r.alerts(id))
		})
	}
}

func (r *rig) noticeRow(n int64) string {
	return r.lines("SELECT id FROM plg_kessai_notice WHERE notice_id = ? ORDER BY received_at DESC", n)[0]
}

// TestRetryOfWhatCannotBeCured: it stays parked, without a second alert or line.
func TestRetryOfWhatCannotBeCured(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	p := r.view(id).Current()
	bad, _ := r.notify(paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Amount: 1100})
	type_, _ := r.notify(paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Type: "03", Status: "40", Amount: 1100})
	for _, n := range []int64{bad, type_} {
		before := r.notice(n)
		for range 2 {
			if _, err := r.service.RetryNotice(t.Context(), r.noticeRow(n), "staff:1"); err != nil {
				t.Fatal(err)
			}
		}
		if after := r.notice(n); after != before {
			t.Errorf("%s, then %s", before, after)
		}
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_event WHERE kind = 'notice_parked' AND order_id = ?", int64(id)); n != 2 {
		t.Errorf("%d lines tell that they are parked", n)
	}
	if _, err := r.service.RetryNotice(t.Context(), "01H00000000000000000000000", "staff:1"); code(err) != "notice.unknown" {
		t.Errorf("%v", err)
	}
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestRetryOfAConflict: of two notices of one id 094 decides.
func TestRetryOfAConflict(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	p := r.view(id).Current()
	first := r.tell(id, "20")
	if _, said := r.notify(paygent.Notice{NoticeID: first, PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "40", Amount: 1100}); said != "200 result=0" {
		t.Fatal(said)
	}
	r.same("alerts", r.alerts(id), string(ledger.AlertNoticeParked))
	r.at(id, paygentsim.Captured, false)
	if n, err := r.service.RetryNotice(t.Context(), r.noticeRow(first), "staff:1"); err != nil {
		t.Errorf("%+v, %v", n, err)
	}
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 9)
}

// TestParkedWithoutAnOrder is an alert of the shop, and its order's once there is one: by a
// press, by a sweep, or by whoever comes after a node that died at it.
func TestParkedWithoutAnOrder(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]func(*rig, string) error{
		"by staff":   func(r *rig, n string) error { _, err := r.service.RetryNotice(r.t.Context(), n, "staff:1"); return err },
		"by a sweep": func(r *rig, _ string) error { r.run(r.sweeper("node-1").Step); return nil },
		"a node died": func(r *rig, n string) error {
			_, _, err := r.store.ClaimParked(r.t.Context(), n, "node-2", r.Now(), r.Now().Add(time.Minute))
			r.Advance(time.Minute)
			r.run(r.confirmer.Step)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withoutAnOrder(newRig(t), try)
		})
	}
}

func withoutAnOrder(r *rig, try func(*rig, string) error) {
	r.t.Helper()
	t := r.t
	open := func() int64 {
		return r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = 0 AND kind = 'notice_parked' AND closed_at IS NULL")
	}
	n, said := r.notify(paygent.Notice{PaymentID: "777", TradingID: "x1", Status: "20", Amount: 5})
	if said != "200 result=0" || open() != 0 {
		t.Fatalf("%s, %d alerts for what is another's", said, open())
	}
	if _, said := r.notify(paygent.Notice{NoticeID: n, PaymentID: "777", TradingID: "x1", Status: "40", Amount: 5}); said != "200 result=0" || r.notice(n) != "foreign, parked conflict" || open() != 1 {
		t.Fatalf("%s, %s, %d alerts", said, r.notice(n), open())
	}
	id := r.paid()
	r.Exec("UPDATE plg_kessai_notice SET payment_id = ?, trading_id = ?, amount = 1100 WHERE state = 'parked'", r.view(id).Current().PaymentID, r.trading(id))
	row := r.lines("SELECT id FROM plg_kessai_notice WHERE state = 'parked'")[0]
	if err := try(r, row); err != nil || r.Number("SELECT COALESCE(order_id, 0) FROM plg_kessai_notice WHERE id = ?", row) != int64(id) {
		t.Fatalf("%s, %v", r.notice(n), err)
	}
	if open() != 0 {
		t.Error("it is still the shop's alert")
	}
}

// TestFirstSweepBesideHistory: the first run starts at the first id seen. A merchant that
// another program served until yesterday has differences of weeks that 091 has not delivered
// yet: they are none of ours, and neither are those that the centre no longer has. News of a
// payment of ours is ours at any age.
func TestFirstSweepBesideHistory(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put    func(r *rig, old string)
		ours   bool // 091 tells of our payment
		shared bool
	}{
		"all is there":              {func(*rig, string) {}, true, false},
		"a part of it is purged":    {func(r *rig, _ string) { r.purge(2) }, true, false},
		"all of it is purged":       {func(r *rig, _ string) { r.purge(6) }, false, false},
		"an answer is lost":         {func(r *rig, _ string) { r.wire.script("091", script{effect: true}) }, true, false},
		"old ones are sent again":   {(*rig).resend, true, false},
		"only questions by id":      {func(*rig, string) {}, false, true},
		"by id, beside old notices": {(*rig).resend, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) {
				if tt.shared {
					p.SharedMerchant, p.Mark = true, "B"
				}
			})
			r.broken = true                             // the former plugin's orders have no payment in our book
			canceled, shipped := r.order(1), r.order(1) // of the former plugin
			r.Exec("UPDATE dtb_order SET order_status_id = 3 WHERE id = ?", int64(canceled))
			r.Exec("UPDATE dtb_order SET order_status_id = 5, order_date = create_date WHERE id = ?", int64(shipped))
			r.loseNext(6)
			old := r.elsewhere(r.trading(canceled), 1100)
			r.atCentre(old, paygentsim.AuthorizationCancelled)
			r.atCentre(r.elsewhere(r.trading(shipped), 1100), paygentsim.Captured)
			ours := r.order(1)
			if _, err := r.pay(ours, goodCard, r.key(ours)); err != nil {
				t.Fatal(err)
			}
			r.at(ours, paygentsim.Captured, true)
			r.settle()
			s := r.sweeper("node-1")
			r.run(s.Step)
			if n := r.wire.count("091", ""); n != 0 {
				t.Fatalf("asked %d times before any id was seen", n)
			}
			if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || !at.IsZero() {
				t.Errorf("noted as told everything: %s, %v", at, err)
			}
			r.Advance(24 * time.Hour)
			r.paid() // the first id seen
			first := r.Number("SELECT MIN(notice_id) FROM plg_kessai_notice")
			if first != 7 {
				t.Fatalf("%d is the first id seen", first)
			}
			tt.put(r, old)
			for range 26 {
				r.Advance(time.Hour)
				r.run(s.Step, r.confirmer.Step, r.watcher.Step)
			}
			// What the centre itself sends again is stored like any notice; it does not bring the others.
			taken := r.lines("SELECT trading_id FROM plg_kessai_notice WHERE notice_id < ? AND payment_id <> ? ORDER BY notice_id", first, old)
			want := []string{}
			if tt.ours {
				want = []string{r.trading(ours), r.trading(ours)}
				r.expectStatus(ours, order.Paid)
			}
			r.same("taken", taken, want...)
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_payment WHERE order_id IN (?, ?)", int64(canceled), int64(shipped)); n != 0 {
				t.Errorf("%d payments of the former plugin were taken in", n)
			}
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice"); n != 0 {
				t.Errorf("%d are missing", n)
			}
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE kind = 'notices_purged'"); n != 0 {
				t.Error("what was never ours is said to be lost")
			}
			r.same("alerts", r.alerts(shipped))
			if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || at.IsZero() {
				t.Errorf("not noted: %s, %v", at, err)
			}
			// From here on a sweeper that knows nothing starts where this one did.
			r.loseAll()
			late := r.paid()
			r.at(late, paygentsim.Captured, true)
			stored := r.noticeCount()
			next := r.sweeper("node-1")
			r.run(next.Step, r.confirmer.Step)
			if got := r.noticeCount() - stored; got != 2 {
				t.Errorf("%d notices more, not the 2 that were lost", got)
			}
			r.expectStatus(late, order.Paid)
		})
	}
}

// atCentre moves a payment that is none of ours.
func (r *rig) atCentre(paymentID string, to paygentsim.Status) {
	r.t.Helper()
	if _, err := r.sim.SetStatus(paymentID, to, true); err != nil {
		r.t.Fatal(err)
	}
}

// purge makes the centre forget its differences up to an id.
func (r *rig) purge(through int64) {
	r.t.Helper()
	if err := r.sim.PurgeDifferences(r.policy.MerchantID, through); err != nil {
		r.t.Fatal(err)
	}
}

// purging is a centre that says with every difference that it no longer has earlier ones.
type purging struct{ ledger.Differences }

func (p purging) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	d, err := p.Differences.Difference(ctx, q)
	if err == nil && d.Kind == ledger.DifferenceFound {
		d.Kind = ledger.DifferencePurged
	}
	return d, err
}

// TestSweepPurgedByID: that differences are gone is told with a question by id too, which is
// all that a shared merchant asks; and then with many. One alert a day stands for them, and
// with each that tells it anew 094 is asked about every payment not ended.
func TestSweepPurgedByID(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]bool{"a shared merchant": true, "our own": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) {
				if shared {
					p.SharedMerchant, p.Mark = true, "B"
				}
			})
			quiet, id := r.paid(), r.paid()
			s := r.sweeperOn("node-1", purging{r.spy.Gateway.(ledger.Differences)})
			alerts := func() int64 {
				return r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = 0 AND kind = 'notices_purged' AND closed_at IS NULL")
			}
			sweep := func() { r.run(s.Step, r.confirmer.Step, r.watcher.Step) }
			r.loseNext(2)
			r.paid()
			lost := r.paid()
			r.at(quiet, paygentsim.Captured, false) // of which nothing tells but 094
			if sweep(); alerts() != 1 {
				t.Fatalf("%d alerts", alerts())
			}
			if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || !at.IsZero() {
				t.Errorf("noted as told everything: %s, %v", at, err)
			}
			r.expectStatus(quiet, order.Paid)
			r.at(id, paygentsim.Captured, false)
			r.loseNext(1)
			r.at(lost, paygentsim.Captured, true)
			r.Advance(notice.SweepEvery)
			if sweep(); alerts() != 1 {
				t.Errorf("%d alerts", alerts())
			}
			r.expectStatus(lost, order.Paid)
			r.expectStatus(id, order.Paid)
			asked := len(r.spy.asked)
			r.Advance(notice.SweepEvery)
			if sweep(); len(r.spy.asked) != asked {
				t.Errorf("asked %d times more about nothing new", len(r.spy.asked)-asked)
			}
			r.waitBy(13*time.Hour, time.Hour)
			r.loseNext(1)
			r.paid()
			if sweep(); alerts() != 2 {
				t.Errorf("%d alerts, not another one for what is gone half a day later", alerts())
			}
		})
	}
}

// TestPurgedByAHole: a missing id that is found tells it as well.
func TestPurgedByAHole(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *ledger.Policy) { p.SharedMerchant, p.Mark = true, "B" })
	quiet := r.paid()
	s := r.sweeperOn("node-1", purging{r.spy.Gateway.(ledger.Differences)})
	r.run(s.Step)
	r.at(quiet, paygentsim.Captured, false)
	r.loseNext(1)
	r.paid()
	r.paid() // after it there is a hole
	for range 2 {
		r.Advance(notice.SweepEvery)
		r.run(s.Step, r.confirmer.Step, r.watcher.Step)
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice WHERE found = 1"); n != 1 {
		t.Fatalf("%d holes", n)
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE kind = 'notices_purged'"); n != 1 {
		t.Errorf("%d alerts", n)
	}
	r.expectStatus(quiet, order.Paid)
}

// TestPurgedBeforeItIsTaken: a sweeper that cannot store the difference that told it leaves
// the alert; another one goes on with it.
func TestPurgedBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	quiet := r.paid()
	s := r.sweeper("node-1")
	r.run(s.Step)
	r.at(quiet, paygentsim.Captured, false)
	r.loseNext(2)
	r.paid()
	r.purge(2)
	r.paid()
	r.Advance(notice.SweepEvery)
	r.store.updates, r.store.notices = []doubt{lost}, []doubt{lost}
	for range 3 {
		if _, _, err := s.Step(t.Context()); err != nil {
			break
		}
	}
	alerts := func() int64 {
		return r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = 0 AND kind = 'notices_purged' AND closed_at IS NULL")
	}
	if got := r.notice(3); got != "" || alerts() != 1 {
		t.Fatalf("%q is stored, %d alerts", got, alerts())
	}
	r.Advance(notice.SweepEvery + 5*time.Minute) // it is dead
	next := r.sweeper("node-2")
	r.run(next.Step, r.confirmer.Step, r.watcher.Step)
	r.expectStatus(quiet, order.Paid)
	r.paid() // whose id shows that there are others
	r.Advance(notice.SweepEvery)
	r.run(next.Step, r.confirmer.Step)
	if got := r.notice(3); got != "applied" || alerts() != 1 {
		t.Errorf("it is %q, %d alerts", got, alerts())
	}
}

// TestPurgedAtAnotherNode: that one node has asked about every payment does not count for what the
// other one was told to be lost since, and died before it asked.
func TestPurgedAtAnotherNode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	quiet := r.paid()
	last := func() int64 { return r.sim.Notices()[len(r.sim.Notices())-1].NoticeID }
	lose := func() { // and tell so with the next one
		r.loseNext(2)
		r.paid()
		r.purge(last())
		r.paid()
	}
	here := r.sweeper("node-1")
	r.run(here.Step)
	lose()
	r.Advance(notice.SweepEvery)
	r.run(here.Step, r.confirmer.Step, r.watcher.Step)
	r.at(quiet, paygentsim.Captured, false) // of which nothing tells but 094
	lose()
	r.Advance(notice.SweepEvery + 5*time.Minute) // node-1 stands still
	purged := func() time.Time {
		at, err := r.Store.PurgedAt(t.Context(), r.policy.Environment, r.policy.MerchantID)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	first := purged()
	there := r.sweeperOn("node-2", slow{r.spy.Gateway.(ledger.Differences), func() {
		if purged().After(first) {
			r.Advance(time.Minute) // its Step comes to an end
		}
	}})
	for range 10 {
		if _, _, err := there.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if purged().After(first) {
			break
		}
	}
	r.Advance(notice.SweepEvery + 5*time.Minute) // node-2 is dead
	r.run(here.Step, r.confirmer.Step, r.watcher.Step)
	r.expectStatus(quiet, order.Paid)
}

// spoilt is a centre whose answer about one difference can never be read.
type spoilt struct {
	ledger.Differences
	id int64
}

func (s spoilt) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	d, err := s.Differences.Difference(ctx, q)
	if err == nil && d.Notice.NoticeID == s.id {
		return ledger.Difference{}, &ledger.NoAnswerError{Code: paygent.CodeConnection}
	}
	return d, err
}

// TestADifferenceThatCannotBeRead keeps nothing else from being found out: what was lost before it is
// asked about.
func TestADifferenceThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	quiet := r.paid()
	r.run(r.sweeper("node-1").Step)
	r.at(quiet, paygentsim.Captured, false) // of which nothing tells but 094
	r.loseAll()
	r.paid()
	r.purge(2)
	r.paid() // the third, which tells so
	r.paid() // the fourth
	r.Advance(notice.SweepEvery + 5*time.Minute)
	s := r.sweeperOn("node-2", spoilt{r.spy.Gateway.(ledger.Differences), 4})
	for range 3 {
		r.run(s.Step, r.confirmer.Step, r.watcher.Step)
		r.Advance(notice.SweepEvery)
	}
	if r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE kind = 'notices_purged'") != 1 {
		t.Error("nobody is told")
	}
	r.expectStatus(quiet, order.Paid)
}
