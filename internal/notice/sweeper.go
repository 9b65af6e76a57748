package notice

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

const (
	// SweepEvery is how often 091 is asked for what never came (money.md §5).
	SweepEvery = 10 * time.Minute

	sweepLease   = 4 * time.Minute  // longer than a Step takes: a question's deadline, after a quarter of it
	sweepBatch   = 50               // telegrams or pages of one Step
	sweepRetry   = time.Minute      // after a sweep that could not go on
	sweepLook    = 10 * time.Second // while it rests
	unreadables  = 3                // answers of 091 in one sweep that may be unreadable
	holesAtOnce  = 1000             // missing ids registered in one sweep; the next goes on
	missingTerm  = 24 * time.Hour
	purgedForDay = 24 * time.Hour // an alert about purged differences stays at least
	purgedAgain  = 12 * time.Hour // what is told again within it needs no other alert
)

// Sweeper asks 091 for the notices that never came. One node does it at a time for each
// environment and merchant. What it was told goes the very way of a received notice.
type Sweeper struct {
	centre  ledger.Differences
	store   ledger.Sweeps
	service *ledger.Service
	node    string
	every   time.Duration
	now     func() time.Time
	log     *slog.Logger

	run    *sweep    // under way
	due    time.Time // when the next begins
	look   time.Time // nothing can be due before, but for a wish, which is heard a little later
	served time.Time // the last wish for a sweep that was heard
	first  int64     // the first id seen: what came before is none of ours; 0: none was seen
	floor  int64     // up to this id no hole is left
	of     target    // whose ids and times those are
	asked  time.Time // the last loss of differences after which this node has asked about every payment
}

// target is whose notices are swept.
type target struct {
	environment payment.Environment
	merchant    string
}

func (t target) lease() string { return "sweep:" + string(t.environment) + ":" + t.merchant }

// NewSweeper makes a Sweeper that begins at once and then again every so often.
func NewSweeper(centre ledger.Differences, store ledger.Sweeps, service *ledger.Service, node string, every time.Duration, now func() time.Time, log *slog.Logger) *Sweeper {
	return &Sweeper{centre: centre, store: store, service: service, node: node, every: every, now: now, log: log}
}

// SweepNow has the node whose turn it is sweep at its next Step.
func (s *Sweeper) SweepNow(ctx context.Context) error {
	p, err := s.service.Policy(ctx)
	if err != nil {
		return err
	}
	return s.store.WantSweep(ctx, p.Environment, p.MerchantID, s.now())
}

// Step begins a sweep that is due, goes on with one, or asks for what is missing.
func (s *Sweeper) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	if now := s.now(); s.run == nil && now.Before(s.look) {
		return false, s.look, nil
	}
	s.look = time.Time{}
	p, err := s.service.Policy(ctx)
	if err != nil {
		return false, time.Time{}, err
	}
	if p.MerchantID == "" { // not set up yet
		return false, s.now().Add(s.every), nil
	}
	if of := (target{p.Environment, p.MerchantID}); of != s.of {
		s.of, s.run, s.first, s.floor, s.due, s.served, s.asked = of, nil, 0, 0, time.Time{}, time.Time{}, time.Time{}
	}
	if s.run == nil {
		if worked, next, err = s.rest(ctx, p); worked || err != nil || s.run == nil {
			return worked, next, err
		}
	}
	return s.goOn(ctx, p)
}

// rest is between two sweeps: it begins one that is due, or asks for what is missing.
func (s *Sweeper) rest(ctx context.Context, p ledger.Policy) (worked bool, next time.Time, err error) {
	wanted, err := s.store.SweepWanted(ctx, p.Environment, p.MerchantID)
	if err != nil {
		return false, time.Time{}, err
	}
	now := s.now()
	if now.Before(s.due) && wanted.Equal(s.served) {
		return s.missing(ctx, p, now)
	}
	mine, err := s.store.TakeLease(ctx, s.of.lease(), s.node, now, now.Add(sweepLease))
	if err != nil {
		return false, time.Time{}, err
	}
	if !mine { // another node's turn
		s.due, s.served = now.Add(sweepRetry), wanted
		return false, s.due, nil
	}
	if s.first == 0 {
		if s.first, err = s.store.FirstNoticeID(ctx, p.Environment, p.MerchantID); err != nil {
			return false, time.Time{}, err
		}
	}
	seen := s.first > 0 // before, 091 is not asked, and nothing is known to be complete
	s.run, s.served = &sweep{Sweeper: s, policy: p, began: now, complete: seen, listing: seen && !p.SharedMerchant, id: -1}, wanted
	return false, now, nil
}

// goOn does a part of the sweep under way.
func (s *Sweeper) goOn(ctx context.Context, p ledger.Policy) (worked bool, next time.Time, err error) {
	now := s.now()
	mine, err := s.store.TakeLease(ctx, s.of.lease(), s.node, now, now.Add(sweepLease))
	if err == nil && !mine { // this node stood still for longer, and another one sweeps
		s.run, s.due = nil, now.Add(sweepRetry)
		return false, s.due, nil
	}
	s.run.policy = p
	for range sweepBatch {
		if err != nil || s.run.done() || s.now().Sub(now) > sweepLease/4 { // one question more may take its time
			break
		}
		err = s.run.step(ctx)
	}
	var none *ledger.NoAnswerError
	switch {
	case errors.As(err, &none):
		s.log.WarnContext(ctx, "091 was not answered; the sweep begins again later", "code", none.Code, "why", none.Detail)
		s.due = s.now().Add(sweepRetry)
		if none.NotSent {
			s.due = s.now().Add(s.every)
		}
		s.run = nil
		return true, s.due, nil
	case err != nil:
		s.run, s.due = nil, s.now().Add(sweepRetry)
		return false, s.due, err
	case !s.run.done():
		return true, s.now(), nil
	}
	s.run, s.due = nil, s.now().Add(s.every)
	return true, s.due, s.end(ctx)
}

// end keeps the turn until the next sweep.
func (s *Sweeper) end(ctx context.Context) error {
	_, err := s.store.TakeLease(ctx, s.of.lease(), s.node, s.now(), s.due.Add(sweepLease))
	return err
}

// take stores a difference as a notice that was received, however it was asked for. That
// the centre no longer has others comes first: a sweeper that dies between has it told again.
func (s *Sweeper) take(ctx context.Context, d ledger.Difference) error {
	if d.Kind == ledger.DifferencePurged && d.Notice.NoticeID > s.first { // else only what was none of ours is gone
		if err := s.purged(ctx, d.Notice.NoticeID); err != nil {
			return err
		}
	}
	got, err := s.service.Receive(ctx, d.Notice)
	if err != nil {
		return err
	}
	if got.State != ledger.NoticeDuplicate {
		s.log.InfoContext(ctx, "notice told by 091", "notice", got.NoticeID, "order", int64(got.OrderID), "payment_id", got.PaymentID,
			"status", string(got.Status), "state", string(got.State), "reason", string(got.Reason))
	}
	return nil
}

// purged puts before a person that the centre no longer has all differences before an id,
// and has every payment not ended asked about. The centre may tell it with every id that is
// asked for: the alert of the same day stands for all.
func (s *Sweeper) purged(ctx context.Context, before int64) error {
	if s.run != nil {
		s.run.complete = false
	}
	if err := s.store.MarkPurged(ctx, s.of.environment, s.of.merchant, s.now()); err != nil {
		return err
	}
	s.log.ErrorContext(ctx, "091 no longer has all that happened; every payment not ended is asked about", "before", before)
	open, err := s.store.ShopAlerts(ctx, ledger.AlertPurged)
	if err != nil {
		return err
	}
	for _, a := range open {
		if strings.HasPrefix(a.Cause, s.of.lease()+":") && s.now().Before(a.At.Add(purgedAgain)) {
			return nil
		}
	}
	cause := s.of.lease() + ":" + strconv.FormatInt(before, 10)
	return s.store.OpenShopAlert(ctx, ledger.AlertChange{Kind: ledger.AlertPurged, Cause: cause, At: s.now(), Data: ledger.EventData{NoticeID: before}})
}

// ask asks for one difference, by its id or for the next.
func (s *Sweeper) ask(ctx context.Context, p ledger.Policy, id int64) (ledger.Difference, error) {
	return s.centre.Difference(ctx, ledger.DifferenceQuery{Environment: p.Environment, MerchantID: p.MerchantID, SettingsVersion: p.Version, NoticeID: id})
}
