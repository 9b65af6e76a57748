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

// mute is a centre that answers no 091 while it is silent.
type mute struct {
	ledger.Differences
	silent *bool
}

func (m mute) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	if *m.silent {
		return ledger.Difference{}, &ledger.NoAnswerError{Code: paygent.CodeConnection}
	}
	return m.Differences.Difference(ctx, q)
}

// hole loses the notices of two captures, of which the first cannot be told by its id.
func (r *rig) hole() (id order.ID, hole int64) {
	r.t.Helper()
	id = r.paid()
	other := r.paid()
	r.run(r.sweeper("node-1").Step)
	r.loseAll()
	r.at(id, paygentsim.Captured, true)
	hole = r.sim.Notices()[len(r.sim.Notices())-1].NoticeID
	r.at(other, paygentsim.Captured, true)
	r.Advance(notice.SweepEvery + 5*time.Minute)
	return id, hole
}

// TestAMissingNoticeThatIsNeverRead is given up after a day like one that there is not, and shown;
// as nobody knows what it told, every payment is asked about. Sweeps are complete again.
func TestAMissingNoticeThatIsNeverRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, hole := r.hole()
	s := r.sweeperOn("node-2", spoilt{r.spy.Gateway.(ledger.Differences), hole})
	for range 30 {
		r.run(s.Step, r.confirmer.Step, r.watcher.Step)
		r.Advance(time.Hour)
	}
	lost, err := r.Reader.LostNotices(t.Context(), 10)
	if err != nil || len(lost) != 1 || lost[0].NoticeID != hole || lost[0].ClosedAt.Sub(lost[0].FirstSeen) < 24*time.Hour || lost[0].Asked > 40 {
		t.Errorf("%+v, %v", lost, err)
	}
	if r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE kind = 'notices_purged' AND closed_at IS NULL") != 1 {
		t.Error("nobody is told")
	}
	if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || r.Now().Sub(at) > 2*time.Hour {
		t.Errorf("complete last at %s, %v", at, err)
	}
	r.expectStatus(id, order.Paid)
}

// TestNobodyAnswers091ForDays gives no missing notice up: it may be told when 091 is there again.
func TestNobodyAnswers091ForDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, hole := r.hole()
	silent := false
	s := r.sweeperOn("node-2", mute{spoilt{r.spy.Gateway.(ledger.Differences), hole}, &silent})
	r.run(s.Step)
	silent = true
	for range 30 {
		r.Advance(time.Hour)
		r.run(s.Step)
	}
	if lost, err := r.Reader.LostNotices(t.Context(), 10); err != nil || len(lost) != 0 {
		t.Errorf("%+v, %v", lost, err)
	}
	s = r.sweeper("node-2")
	for range 3 {
		r.run(s.Step, r.confirmer.Step)
		r.Advance(time.Hour)
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice WHERE found = 1"); n != 1 {
		t.Errorf("%d were found", n)
	}
	r.expectStatus(id, order.Paid)
}

// TestAMissingNoticeIsNotGivenUpByOneFailure of the question: neither by the first one after a day
// for which no node asked, nor where the next question about it is answered.
func TestAMissingNoticeIsNotGivenUpByOneFailure(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		hours   int // for which a node asks, and is not answered
		fails   int // how many questions about the missing id fail after that
		notSent bool
	}{
		"a node away for a day":    {0, 5, false},
		"the next one is answered": {30, 1, false},
		"none was sent":            {30, 5, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, hole := r.hole()
			silent, fails := false, 1<<30
			s := r.sweeperOn("node-2", mute{failing{r.spy.Gateway.(ledger.Differences), hole, &fails, tt.notSent}, &silent})
			for range 3 {
				r.run(s.Step)
				r.Advance(notice.SweepEvery + time.Minute)
			}
			silent = true
			for range tt.hours {
				r.Advance(time.Hour)
				r.run(s.Step)
			}
			r.Advance(48 * time.Hour)
			silent, fails = false, tt.fails
			for range 8 {
				r.run(s.Step, r.confirmer.Step)
				r.Advance(time.Hour)
			}
			if lost, err := r.Reader.LostNotices(t.Context(), 10); err != nil || len(lost) != 0 {
				t.Errorf("%+v, %v", lost, err)
			}
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice WHERE found = 1"); n != 1 {
				t.Errorf("%d were found", n)
			}
			r.expectStatus(id, order.Paid)
		})
	}
}

// failing is a centre that does not answer so many questions about one id.
type failing struct {
	ledger.Differences
	id      int64
	fails   *int
	notSent bool
}

func (f failing) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	d, err := f.Differences.Difference(ctx, q)
	if err == nil && d.Notice.NoticeID == f.id && *f.fails > 0 {
		*f.fails--
		return ledger.Difference{}, &ledger.NoAnswerError{Code: paygent.CodeConnection, NotSent: f.notSent}
	}
	return d, err
}
