package reconcile_test

import (
	"slices"
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

func (r *rig) noticeCount() int64 { return r.Number("SELECT COUNT(*) FROM plg_kessai_notice") }

// TestWrongHash: result=1, and nothing is stored (money.md §5).
func TestWrongHash(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	p, before := r.view(id).Current(), r.noticeCount()
	n := paygent.Notice{NoticeID: 999, PaymentID: p.PaymentID, TradingID: p.TradingID, Type: "02", Status: "40", Amount: 1100}
	form, err := paygent.SignNotice(n, "another key")
	if err != nil {
		t.Fatal(err)
	}
	right, err := paygent.SignNotice(n, paygent.Secret(r.merchant.NoticeKey.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	tampered := strings.Replace(right.Encode(), "payment_amount=1100", "payment_amount=1", 1)
	for name, body := range map[string]string{"another key": form.Encode(), "tampered": tampered, "no hash": "payment_notice_id=999&payment_id=1", "empty": "", "garbage": "%zz"} {
		if said := r.post(body); said != "200 result=1" {
			t.Errorf("%s: answered %q", name, said)
		}
	}
	if r.noticeCount() != before {
		t.Error("stored")
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
	// The centre comes again with a right one.
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeBadHash); err != nil {
		t.Fatal(err)
	}
	r.at(id, paygentsim.Captured, true)
	r.wait(time.Minute)
	r.expect(id, order.Paid, payment.Captured, 9)
}

// TestDuplicate does nothing, however often it comes.
func TestDuplicate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.at(id, paygentsim.Captured, true)
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 9)
	before, stored := r.view(id), r.noticeCount()
	if n, err := r.sim.ResendNotices(before.Current().PaymentID); err != nil || n < 2 {
		t.Fatalf("%d, %v", n, err)
	}
	r.settle()
	if after := r.view(id); after.Version != before.Version || r.noticeCount() != stored {
		t.Errorf("version %d → %d, %d notices → %d", before.Version, after.Version, stored, r.noticeCount())
	}
	for _, n := range r.sim.Notices() {
		if n.Delivery != paygentsim.DeliveryAccepted {
			t.Errorf("notice %d is %s", n.NoticeID, n.Delivery)
		}
	}
}

// TestConflict: the same id with other content is parked, and 094 tells the truth.
func TestConflict(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	p := r.view(id).Current()
	r.at(id, paygentsim.Captured, false)
	first := r.tell(id, "20")
	if _, said := r.notify(paygent.Notice{NoticeID: first, PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "60", Amount: 1100}); said != "200 result=0" {
		t.Errorf("answered %q", said)
	}
	if got := r.notice(first); got != "applied, parked conflict" {
		t.Errorf("the notices are %s", got)
	}
	r.same("alerts", r.alerts(id), string(ledger.AlertNoticeParked))
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 9) // as 094 says, not as either notice
}

// TestConflictIsTakenUp: whatever payment a notice names that contradicts another one, 094 is
// asked about it at once, also where ours is over, and a living one that was found so is
// treated like any.
func TestConflictIsTakenUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		names  func(r *rig, p *ledger.Payment) string // whose payment_id it bears
		status string
		want   string
		later  string // a day later
	}{
		"the payment that is over": {func(_ *rig, p *ledger.Payment) string { return p.PaymentID }, "40", "superseded", "superseded"},
		"another one, alive": {func(r *rig, p *ledger.Payment) string {
			r.loseNext(1)
			return r.elsewhere(p.TradingID, 1100)
		}, "20", "applied", "applied"},
		"nobody's": {func(*rig, *ledger.Payment) string { return "999999" }, "20", "received conflict", "parked unconfirmed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.twice = true
			id := r.paid()
			p := r.view(id).Current()
			first := r.tell(id, "20")
			if _, err := r.change(id, false, "cancel"); err != nil {
				t.Fatal(err)
			}
			r.wait(2 * time.Minute)
			r.expect(id, order.Canceled, payment.Ended, 10)
			paymentID, asked := tt.names(r, p), len(r.spy.asked)
			if _, said := r.notify(paygent.Notice{NoticeID: first, PaymentID: paymentID, TradingID: p.TradingID, Status: paygent.PaymentStatus(tt.status), Amount: 1100}); said != "200 result=0" {
				t.Fatal(said)
			}
			r.settle()
			if !slices.ContainsFunc(r.spy.asked[asked:], func(q question) bool { return q.PaymentID == paymentID }) {
				t.Errorf("asked %+v", r.spy.asked[asked:])
			}
			r.wait(5 * time.Minute)
			if got := r.notice(first); !strings.HasSuffix(got, ", "+tt.want) {
				t.Errorf("the notices are %s", got)
			}
			if alive, _ := r.charged(); alive != 0 {
				t.Errorf("%d yen are alive", alive)
			}
			r.expect(id, order.Canceled, payment.Ended, 10)
			if parked := tt.want != tt.later; slices.Contains(r.alerts(id), string(ledger.AlertNoticeParked)) != parked {
				t.Errorf("alerts %v", r.alerts(id))
			}
			r.waitBy(26*time.Hour, time.Hour)
			if got := r.notice(first); !strings.HasSuffix(got, ", "+tt.later) {
				t.Errorf("a day later the notices are %s", got)
			}
			quiet := len(r.spy.asked)
			if r.waitBy(6*time.Hour, time.Hour); len(r.spy.asked) != quiet {
				t.Errorf("asked on and on: %d times more", len(r.spy.asked)-quiet)
			}
		})
	}
}

// TestDifferenceWithAnotherDate: a difference that 091 tells is the notice that came before,
// also where only one of the two carries payment_date: the public record does not say that
// they are the same to the byte. Two dates contradict each other, and 094 is asked.
func TestDifferenceWithAnotherDate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status paygentsim.Status // of which 091 tells a date if it is 40
		date   time.Duration     // of the notice, from now; 0: it carries none
		want   string
		first  bool // 091 comes first
	}{
		"only the notice carries one":              {paygentsim.Authorized, time.Second, "applied", false},
		"only the notice does, and comes later":    {paygentsim.Authorized, time.Second, "applied", true},
		"only 091 tells one":                       {paygentsim.Captured, 0, "applied", false},
		"only 091 tells one, and comes first":      {paygentsim.Captured, 0, "applied", true},
		"they carry different ones":                {paygentsim.Captured, -time.Hour, "applied, applied", false},
		"they carry different ones, 091 the first": {paygentsim.Captured, -time.Hour, "applied, applied", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.paid() // the first id seen
			id := r.order(1)
			r.loseNext(1)
			if _, err := r.pay(id, goodCard, r.key(id)); err != nil {
				t.Fatal(err)
			}
			r.settle()
			if tt.status == paygentsim.Captured {
				r.loseNext(1)
				r.at(id, paygentsim.Captured, true)
			}
			all := r.sim.Notices()
			n := all[len(all)-1]
			told := paygent.Notice{NoticeID: n.NoticeID, PaymentID: n.PaymentID, TradingID: n.TradingID, Status: paygent.PaymentStatus(tt.status), Amount: 1100}
			if tt.date != 0 {
				told.PaymentDate = r.Now().Add(tt.date)
			}
			s := r.sweeper("node-1")
			post := func() {
				if _, said := r.notify(told); said != "200 result=0" {
					t.Fatal(said)
				}
			}
			sweep := func() { r.run(s.Step, r.confirmer.Step, r.watcher.Step) }
			do := []func(){post, sweep}
			if tt.first {
				do = []func(){sweep, post}
			}
			for _, f := range do {
				f()
				r.run(r.confirmer.Step, r.watcher.Step)
				r.Advance(time.Second)
			}
			if got := r.notice(n.NoticeID); got != tt.want {
				t.Errorf("the notices are %q", got)
			}
			r.same("alerts", r.alerts(id))
			stored := r.noticeCount()
			post() // once more, and by 091
			r.Advance(notice.SweepEvery)
			if r.run(r.sweeper("node-2").Step, s.Step, r.confirmer.Step); r.noticeCount() != stored {
				t.Errorf("%d notices more", r.noticeCount()-stored)
			}
		})
	}
}

// TestNoticesOfNobody: foreign, only like an order of ours, a check of a card, malformed.
func TestNoticesOfNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	p := r.view(id).Current()
	for name, tt := range map[string]struct {
		n      paygent.Notice
		want   string
		alerts []string
	}{
		"another shop's":    {paygent.Notice{PaymentID: "777", TradingID: "99999", Status: "20", Amount: 1100}, "foreign", nil},
		"not even a number": {paygent.Notice{PaymentID: "778", TradingID: "abcdefgh", Status: "20", Amount: 1100}, "foreign", nil},
		"a check of a card": {paygent.Notice{PaymentID: "779", TradingID: "", Status: "20", Amount: 0}, "applied", nil},
		"like our order":    {paygent.Notice{PaymentID: "780", TradingID: p.TradingID + "_9", Status: "20", Amount: 1100}, "parked no_order", []string{"notice_parked"}},
		"without status":    {paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Amount: 1100}, "parked malformed", []string{"notice_parked"}},
	} {
		before := r.view(id)
		r.Exec("UPDATE plg_kessai_alert SET closed_at = 1")
		n, said := r.notify(tt.n)
		if said != "200 result=0" {
			t.Errorf("%s: answered %q", name, said)
		}
		r.settle()
		if got := r.notice(n); got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
		r.same(name+": alerts", r.alerts(id), tt.alerts...)
		if after := r.view(id); after.Order.Status != before.Order.Status || len(after.Payments) != 1 || len(after.Operations) != 1 {
			t.Errorf("%s: it touched the order", name)
		}
	}
}

// TestForgedStatus: the hash does not cover the status. 094 says 20, so nothing is
// applied; after a day a person sees it.
func TestForgedStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"40", "41", "32", "33", "60"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			n := r.tell(id, status)
			r.waitBy(23*time.Hour, 10*time.Minute)
			r.expect(id, order.New, payment.Authorised, 9)
			if got := r.notice(n); got != "received" {
				t.Errorf("the notice is %s", got)
			}
			r.same("alerts", r.alerts(id))
			r.waitBy(3*time.Hour, 10*time.Minute)
			r.expect(id, order.New, payment.Authorised, 9)
			if got := r.notice(n); got != "parked unconfirmed" {
				t.Errorf("the notice is %s", got)
			}
			r.same("alerts", r.alerts(id), string(ledger.AlertNoticeParked))
		})
	}
}

// TestConfirmSetting: always, risky, never.
func TestConfirmSetting(t *testing.T) {
	t.Parallel()
	for confirm, want := range map[ledger.Confirm]struct{ own, foreign int }{
		ledger.ConfirmAlways: {1, 1}, ledger.ConfirmRisky: {0, 1}, ledger.ConfirmNever: {0, 0},
	} {
		t.Run(string(confirm), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) { p.Confirm = confirm })
			id := r.paid()
			if n := len(r.spy.asked); n != want.own {
				t.Errorf("after our own 020: asked %d times", n)
			}
			asked := len(r.spy.asked)
			r.at(id, paygentsim.Captured, true)
			r.settle()
			if n := len(r.spy.asked) - asked; n != want.foreign {
				t.Errorf("after a capture elsewhere: asked %d times", n)
			}
			r.expect(id, order.Paid, payment.Captured, 9)
		})
	}
}

// TestNoticeOvertakesOurAnswer: it waits and is taken up right after transaction B.
func TestNoticeOvertakesOurAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	var n int64
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b != ledger.AfterAnswer {
			return
		}
		r.run(r.sim.Step, r.confirmer.Step)
		n = r.sim.Notices()[0].NoticeID
		if got := r.notice(n); got != "received" {
			t.Errorf("the notice is %s", got)
		}
		if l := r.view(id); l.Order.Status != order.Pending || l.OpenOperation() == nil || len(l.Payments) != 1 {
			t.Errorf("it was taken up: %s", l.Order.Status.Name())
		}
		r.same("alerts", r.alerts(id))
	}
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	r.run(r.confirmer.Step) // at the same instant
	if got := r.notice(n); got != "applied" {
		t.Errorf("after B the notice is %s", got)
	}
	r.expect(id, order.New, payment.Authorised, 9)
	if len(r.spy.asked) != 0 {
		t.Error("094 was asked about what our own answer told")
	}
}

// TestNoticeSettlesTheUnknown while 094 by trading_id is silent.
func TestNoticeSettlesTheUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
		return ledger.Finding{Kind: ledger.NoAnswer}, q.TradingID != ""
	}
	id := r.order(1)
	if _, err := r.pay(id, lostAfter, "k1"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
	if op := r.view(id).Operations[0]; !strings.HasPrefix(op.Cause, "notice:") {
		t.Errorf("settled by %s", op.Cause)
	}
	r.wire.script("022", script{effect: true})
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.run(r.sim.Step, r.confirmer.Step)
	r.expect(id, order.Paid, payment.Captured, 9)
}

// TestLostNotice: after 売上 the order becomes 入金済み by 094 a minute later.
func TestLostNotice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		t.Fatal(err)
	}
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	l := r.view(id)
	if l.Order.Status != order.New || l.Current().Situation != payment.Sold || !l.Order.PaymentDate.IsZero() {
		t.Errorf("at once: %s, %s", l.Order.Status.Name(), l.Current().Situation)
	}
	r.wait(59 * time.Second)
	if got := r.view(id).Order.Status; got != order.New || len(r.spy.asked) > 0 {
		t.Errorf("before the minute is over: %s", got.Name())
	}
	r.wait(time.Second)
	r.expect(id, order.Paid, payment.Captured, 9)
	if l := r.view(id); l.Order.PaymentDate.IsZero() || !l.Current().AskAt.IsZero() {
		t.Errorf("%+v", l.Current())
	}
	asked := len(r.spy.asked)
	r.wait(10 * time.Minute)
	if len(r.spy.asked) != asked {
		t.Error("asked although 40 is known")
	}
}

// TestOutOfOrder: 40 before 20.
func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeReordered); err != nil {
		t.Fatal(err)
	}
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.wait(10 * time.Minute)
	r.expect(id, order.Paid, payment.Captured, 9)
	notices := r.sim.Notices()
	if first, second := r.notice(notices[0].NoticeID), r.notice(notices[1].NoticeID); first != "superseded" || second != "applied" {
		t.Errorf("20 is %s, 40 is %s", first, second)
	}
}

// TestStoreFails: no result=0 while nothing is stored; then the centre comes again.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		updates, notices []doubt
		said, after      string
	}{
		"nothing works":        {[]doubt{lost}, []doubt{lost}, "503 result=1", ""},
		"applying fails":       {[]doubt{lost}, nil, "200 result=0", "received"},
		"applied, in doubt":    {[]doubt{committed}, nil, "200 result=0", "applied"},
		"all in doubt":         {[]doubt{committed}, []doubt{committed}, "503 result=1", "applied"},
		"stored, but in doubt": {[]doubt{lost}, []doubt{committed}, "503 result=1", "received"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			r.store.updates, r.store.notices = tt.updates, tt.notices
			p := r.view(id).Current()
			n := paygent.Notice{NoticeID: 500, PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "30", Amount: 1100}
			if _, said := r.notify(n); said != tt.said {
				t.Errorf("answered %q", said)
			}
			if got := r.notice(500); got != tt.after {
				t.Errorf("stored as %q", got)
			}
			if _, said := r.notify(n); said != "200 result=0" { // the centre comes again
				t.Errorf("then answered %q", said)
			}
			r.wait(30 * time.Second)
			if got := r.notice(500); got != "applied" {
				t.Errorf("in the end %q", got)
			}
			if p := r.view(id).Current(); p.Status != payment.CaptureRequested {
				t.Errorf("the payment is at %s", p.Status)
			}
		})
	}
}

// TestExpiry: sixty days later the authorisation ends by itself, or the capture is final.
func TestExpiry(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, sold := r.paid(), r.paid()
	if _, err := r.change(sold, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.waitBy(61*24*time.Hour, 6*time.Hour)
	r.expect(id, order.Canceled, payment.Ended, 9)
	if p := r.view(id).Current(); p.End != payment.Expired {
		t.Errorf("%+v", p)
	}
	r.expect(sold, order.Paid, payment.Captured, 9)
	if p := r.view(sold).Current(); p.Status != payment.ClearedFinal {
		t.Errorf("%+v", p)
	}
	if _, err := r.change(sold, false, "x1"); code(err) != "payment.cancel_term_over" {
		t.Errorf("取消 after the term: %v", err)
	}
	if _, err := r.change(id, true, "x2"); code(err) != "payment.expired" {
		t.Errorf("売上 after the term: %v", err)
	}
}

// TestDeadConfirmer: a notice whose confirmer died is taken over by another.
func TestDeadConfirmer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.at(id, paygentsim.Captured, true)
	r.run(r.sim.Step)
	claimed, _, err := r.store.ClaimNotices(t.Context(), "dead", r.Now(), r.Now().Add(2*time.Minute), 10)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("%d, %v", len(claimed), err)
	}
	r.run(r.confirmer.Step)
	if got := r.view(id).Order.Status; got != order.New {
		t.Errorf("taken from a living owner: %s", got.Name())
	}
	r.wait(2 * time.Minute)
	r.expect(id, order.Paid, payment.Captured, 9)
}
