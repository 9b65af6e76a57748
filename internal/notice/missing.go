package notice

import (
	"context"
	"errors"
	"time"

	"kessai/internal/ledger"
)

// missing asks for the missing ids that are due, if it is this node's turn.
func (s *Sweeper) missing(ctx context.Context, p ledger.Policy, now time.Time) (worked bool, next time.Time, err error) {
	due, next, err := s.store.DueMissing(ctx, p.Environment, p.MerchantID, now, sweepBatch)
	if next.IsZero() || s.due.Before(next) {
		next = s.due
	}
	if err != nil || len(due) == 0 {
		if s.look = now.Add(sweepLook); next.Before(s.look) {
			s.look = next
		}
		return false, next, err
	}
	mine, err := s.store.TakeLease(ctx, s.of.lease(), s.node, now, s.due.Add(sweepLease))
	if err != nil || !mine {
		return false, s.due, err
	}
	for _, m := range due {
		if err := s.askMissing(ctx, p, m); err != nil {
			return worked, next, err
		}
		worked = true
	}
	return worked, next, nil
}

// askMissing asks for one missing id. For a day it may still come; then it is closed, and
// shown in 通知受信箱.
func (s *Sweeper) askMissing(ctx context.Context, p ledger.Policy, m ledger.MissingNotice) error {
	stored, err := s.store.StoredNotices(ctx, m.Environment, m.MerchantID, m.NoticeID)
	if err != nil {
		return err
	}
	if len(stored) == 0 {
		d, err := s.ask(ctx, p, m.NoticeID)
		var none *ledger.NoAnswerError
		switch {
		case errors.As(err, &none):
			return s.unanswered(ctx, p, m, none)
		case err != nil:
			return err
		case d.Kind == ledger.DifferenceNone:
			return s.stillMissing(ctx, m)
		}
		if err := s.take(ctx, d); err != nil {
			return err
		}
	}
	_, err = s.store.CloseMissing(ctx, m.Environment, m.MerchantID, m.NoticeID, s.now(), true)
	return err
}

// unansweredAsks is how often 091 has been asked for an id at least before it is given up unread: a
// node that was away for a day has hardly asked.
const unansweredAsks = 8

// unanswered: nobody knows yet whether there is such a difference. Where it cannot be read for a
// day, while 091 answers about another, it is as lost as one that the centre no longer has: no
// sweep would count as complete for ever, and nobody would hear of it.
func (s *Sweeper) unanswered(ctx context.Context, p ledger.Policy, m ledger.MissingNotice, none *ledger.NoAnswerError) error {
	now := s.now()
	if m.Asked < unansweredAsks || now.Before(m.FirstSeen.Add(missingTerm)) || !s.unread(ctx, p, m.NoticeID) {
		_, err := s.store.AskedMissing(ctx, m.Environment, m.MerchantID, m.NoticeID, ledger.NextAsk(m.FirstSeen, now))
		return err
	}
	s.log.ErrorContext(ctx, "a notice never came, and what 091 tells of it cannot be read", "notice", m.NoticeID, "since", m.FirstSeen, "code", none.Code, "why", none.Detail)
	if err := s.purged(ctx, m.NoticeID); err != nil {
		return err
	}
	_, err := s.store.CloseMissing(ctx, m.Environment, m.MerchantID, m.NoticeID, now, false)
	return err
}

// unread reports whether it is this id that 091 cannot tell of: it answers about the highest known
// one, and right after that about this one still not.
func (s *Sweeper) unread(ctx context.Context, p ledger.Policy, id int64) bool {
	last, err := s.store.LastNoticeID(ctx, s.of.environment, s.of.merchant)
	if err != nil {
		return false
	}
	if _, err := s.ask(ctx, p, last); err != nil { // received, and so above what is missing below it
		return false
	}
	var none *ledger.NoAnswerError
	_, err = s.ask(ctx, p, id)
	return errors.As(err, &none) && !none.NotSent
}

func (s *Sweeper) stillMissing(ctx context.Context, m ledger.MissingNotice) error {
	now := s.now()
	if now.Before(m.FirstSeen.Add(missingTerm)) {
		_, err := s.store.AskedMissing(ctx, m.Environment, m.MerchantID, m.NoticeID, ledger.NextAsk(m.FirstSeen, now))
		return err
	}
	s.log.WarnContext(ctx, "a notice never came, and 091 does not know it", "notice", m.NoticeID, "since", m.FirstSeen)
	_, err := s.store.CloseMissing(ctx, m.Environment, m.MerchantID, m.NoticeID, now, false)
	return err
}
