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
	"kessai/internal/reconcile"
	"kessai/paygent"
	"kessai/paygentsim"
)

// claims is a store whose first claimed notice is about an order that is not there.
type claims struct{ ledger.Store }

func (s claims) ClaimNotices(ctx context.Context, owner string, now, until time.Time, limit int) ([]ledger.Notice, time.Time, error) {
	list, next, err := s.Store.ClaimNotices(ctx, owner, now, until, limit)
	bad := ledger.Notice{ID: "x", OrderID: 999_999, State: ledger.NoticeReceived}
	return append([]ledger.Notice{bad}, list...), next, err
}

// TestOneNoticeStopsNoOther: one that cannot be taken up is logged, and the others are.
func TestOneNoticeStopsNoOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.at(id, paygentsim.Captured, true)
	r.run(r.sim.Step)
	r.expectStatus(id, order.New)
	c := notice.NewConfirmer(r.service, claims{r.store}, "node-1", r.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if _, _, err := c.Step(t.Context()); err != nil {
		t.Error(err)
	}
	r.expectStatus(id, order.Paid)
}

// partly is a centre that answers 091 about some ids alone.
type partly struct {
	ledger.Differences
	refuses func(id int64) *ledger.NoAnswerError
}

func (d partly) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	if err := d.refuses(q.NoticeID); err != nil {
		return ledger.Difference{}, err
	}
	return d.Differences.Difference(ctx, q)
}

func (r *rig) differences() ledger.Differences { return r.spy.Gateway.(ledger.Differences) }

// TestNothingToldIsNothing: a question that could not be sent, with an id or without, stores no
// notice and completes no sweep.
func TestNothingToldIsNothing(t *testing.T) {
	t.Parallel()
	for name, refuses := range map[string]func(id int64) bool{
		"without an id": func(id int64) bool { return id == 0 },
		"with an id":    func(id int64) bool { return id != 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.paid()
			before, refused := r.noticeCount(), 0
			s := r.sweeperOn("node-1", partly{r.differences(), func(id int64) *ledger.NoAnswerError {
				if !refuses(id) {
					return nil
				}
				refused++
				return &ledger.NoAnswerError{Code: paygent.CodeConnection, NotSent: true}
			}})
			for range 3 {
				if _, _, err := s.Step(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n := r.noticeCount() - before; n != 0 || refused != 1 {
				t.Errorf("%d notices of no answer, asked %d times", n, refused)
			}
			if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || !at.IsZero() {
				t.Errorf("complete at %s, %v", at, err)
			}
		})
	}
}

func (r *rig) missing() int64 { return r.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice") }

// TestOneMissingStopsNoOther: an id about which 091 says nothing keeps no later one from being
// asked for.
func TestOneMissingStopsNoOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	bad, id, other := r.paid(), r.paid(), r.paid()
	r.loseAll()
	r.at(bad, paygentsim.Captured, true)
	hole := r.sim.Notices()[len(r.sim.Notices())-1].NoticeID
	r.at(id, paygentsim.Captured, true)
	r.at(other, paygentsim.Captured, true)
	for range hole + 1 { // somebody else has had 091 deliver both
		if _, err := r.client.Difference(t.Context(), paygent.DifferenceRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	s := r.sweeperOn("node-1", partly{r.differences(), func(n int64) *ledger.NoAnswerError {
		if n != hole {
			return nil
		}
		return &ledger.NoAnswerError{Code: "9999"}
	}})
	for range 10 {
		r.run(r.confirmer.Step)
		if _, _, err := s.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.run(r.confirmer.Step)
	r.expectStatus(bad, order.New)
	r.expectStatus(id, order.Paid)
	r.expectStatus(other, order.Paid)
}

// TestManyHoles: more ids are missing than one sweep registers. None is passed over.
func TestManyHoles(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.paid()
	last := r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice")
	const holes = 1200
	if _, said := r.notify(paygent.Notice{NoticeID: last + holes + 1, PaymentID: "777", TradingID: "x1", Status: "40", Amount: 5}); said != "200 result=0" {
		t.Fatal(said)
	}
	s := r.sweeper("node-1")
	r.run(s.Step)
	if n := r.missing(); n != 1000 {
		t.Errorf("%d registered by the first sweep", n)
	}
	r.Advance(notice.SweepEvery)
	r.run(s.Step)
	if n := r.missing(); n != holes {
		t.Errorf("%d registered of %d", n, holes)
	}
}

// arriving is a store in which a notice is stored just after it was told that there is none.
type arriving struct {
	ledger.Sweeps
	then func()
}

func (s *arriving) LastNoticeID(ctx context.Context, env payment.Environment, merchant string) (int64, error) {
	last, err := s.Sweeps.LastNoticeID(ctx, env, merchant)
	if s.then != nil {
		s.then()
		s.then = nil
	}
	return last, err
}

// TestFirstNoticeWhileSweeping: what came before the first id seen is none of ours, and nothing of
// it is missing, although that first one came while a sweep was under way.
func TestFirstNoticeWhileSweeping(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	store := &arriving{Sweeps: r.Store, then: func() {
		r.notify(paygent.Notice{NoticeID: 500, PaymentID: "777", TradingID: "x1", Status: "40", Amount: 5})
	}}
	s := notice.NewSweeper(r.differences(), store, r.service, "node-1", notice.SweepEvery, r.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
	r.run(s.Step)
	if n := r.missing(); n != 0 || r.noticeCount() != 1 {
		t.Errorf("%d missing, %d notices", n, r.noticeCount())
	}
}

// TestManyParked: one that bears fruit does so behind more than a page of others that do not.
func TestManyParked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.noticeID = r.Number("SELECT MAX(notice_id) FROM plg_kessai_notice")
	for range 51 {
		r.notify(paygent.Notice{PaymentID: "777", TradingID: r.trading(id) + "_9", Status: "20", Amount: 1100})
		r.Advance(time.Millisecond)
	}
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) { return ledger.Finding{Kind: ledger.NoAnswer}, true }
	n := r.tell(id, "40")
	r.waitBy(26*time.Hour, time.Hour)
	if got := r.notice(n); got != "parked unconfirmed" {
		t.Fatal(got)
	}
	r.spy.answer = nil
	r.at(id, paygentsim.Captured, false)
	r.Advance(notice.SweepEvery)
	r.run(r.sweeper("node-1").Step, r.confirmer.Step)
	if got := r.notice(n); got != "applied" && got != "superseded" {
		t.Errorf("%s", got)
	}
}

// TestSweepBeforeSetUp asks nothing: there is no merchant yet.
func TestSweepBeforeSetUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *ledger.Policy) { p.MerchantID = "" })
	worked, next, err := r.sweeper("node-1").Step(t.Context())
	if want := r.Now().Add(notice.SweepEvery); worked || err != nil || !next.Equal(want) {
		t.Errorf("worked %v, %v, next at %s, not %s", worked, err, next, want)
	}
}

// TestCompareOneOrder looks at that order's payments alone.
func TestCompareOneOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, other := r.paid(), r.paid()
	r.at(id, paygentsim.Captured, false)
	r.at(other, paygentsim.Captured, false)
	if got := r.compareBooks(reconcile.CompareOptions{Order: id}); got.err != nil || len(got.found[id]) != 1 || len(got.found) != 1 {
		t.Errorf("%+v", got)
	}
}

// doubled lists each payment's order twice, as one with two payments is.
type doubled struct{ reconcile.LivingLister }

func (d doubled) LivePayments(ctx context.Context, env payment.Environment, merchant, after string, limit int) ([]ledger.DuePayment, error) {
	list, err := d.LivingLister.LivePayments(ctx, env, merchant, after, limit)
	var twice []ledger.DuePayment
	for _, p := range list {
		twice = append(twice, p, p)
	}
	return twice, err
}

// TestClosedIsToldOnce: an order whose payments were closed together is told once.
func TestClosedIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	var told []order.ID
	closed, err := reconcile.CloseTest(t.Context(), r.service, doubled{r.Store}, payment.Simulator, r.merchant.MerchantID, "staff:1", func(id order.ID, err error) error {
		told = append(told, id)
		return err
	})
	if err != nil || closed != 1 || len(told) != 1 || told[0] != id {
		t.Errorf("%d closed, told %v, %v", closed, told, err)
	}
	r.abroad = true // it lives on at the centre
}

// TestHostLooksNowAndThen, not whenever a worker is free.
func TestHostLooksNowAndThen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.host()
	_, due, err := h.Step(t.Context())
	if err != nil || !due.Equal(r.Now().Add(reconcile.HostEvery)) {
		t.Errorf("next at %s, %v", due, err)
	}
	asked := 0
	r.observe = func(string) { asked++ }
	r.Advance(time.Minute)
	if worked, next, err := h.Step(t.Context()); worked || err != nil || !next.Equal(due) || asked != 0 {
		t.Errorf("worked %v, next at %s, %v, %d statements", worked, next, err, asked)
	}
}
