package ledger

import (
	"context"
	"reflect"
	"time"

	"kessai/internal/payment"
)

// AskNow has 094 asked about a payment that has not ended.
func (s *Service) AskNow(ctx context.Context, due DuePayment) error {
	_, err := s.update(ctx, due.OrderID, func(l *Ledger, t tick) error {
		if p := l.payment(due.PaymentID); p != nil && p.Phase != payment.Ended && (p.AskAt.IsZero() || p.AskAt.After(t.now)) {
			p.AskAt = t.now
		}
		return nil
	})
	return err
}

// retryLease is how long a press keeps a notice from the workers.
const retryLease = 2 * time.Minute

// RetryNotice tries a parked notice again, at once, and returns how it stands then. One
// that is not parked, or that a worker or another press is at, is left alone.
func (s *Service) RetryNotice(ctx context.Context, id string, actor Actor) (Notice, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Notice{}, err
	}
	n, mine, err := s.store.ClaimParked(ctx, id, s.node, t.now, t.now.Add(retryLease))
	if err != nil || !mine {
		return n, err
	}
	n.Owner, n.LeaseUntil = "", time.Time{}
	if n.OrderID == 0 { // the order may be there by now
		if found, err := s.findOrder(ctx, t, &n); err != nil || !found {
			return n, err
		}
	}
	cause := noticeCause(&n)
	if _, err := s.update(ctx, n.OrderID, func(l *Ledger, t tick) error {
		l.event(t, EventRetried, actor, nil, nil, cause, EventData{NoticeID: n.NoticeID, TradingID: n.TradingID, PaygentID: n.PaymentID, Status: string(n.Status), Amount: n.Amount})
		return nil
	}); err != nil {
		return n, err
	}
	if err := s.TakeUpNotice(ctx, n); err != nil {
		return n, err
	}
	stored, err := s.store.StoredNotices(ctx, n.Environment, n.MerchantID, n.NoticeID)
	for _, now := range stored {
		if now.ID == id {
			n = now
		}
	}
	return n, err
}

// Told is what 094 told last while a sweep tries its parked notices: those of one payment
// share the question.
type Told struct {
	by Notice
	f  *Finding
}

// about is what was told of the notice's payment, nil if that was not asked.
func (a *Told) about(n Notice) *Finding {
	if a.by.OrderID != n.OrderID || a.by.PaymentID != n.PaymentID || a.by.TradingID != n.TradingID || a.by.BaseID != n.BaseID {
		return nil
	}
	return a.f
}

// TryParked tries a parked notice again after a sweep. It looks first: what stays parked, or
// would only wait, is left as it is, and nothing is written. The next sweep and the next
// transaction B of its order try it again.
func (s *Service) TryParked(ctx context.Context, n Notice, told *Told) error {
	t, err := s.tick(ctx)
	if err != nil {
		return err
	}
	moves, err := s.wouldMove(ctx, t, n, told)
	if err != nil || !moves {
		return err
	}
	*told = Told{} // of the ledger as it was
	now := s.now() // the questions took their time
	n, mine, err := s.store.ClaimParked(ctx, n.ID, s.node, now, now.Add(retryLease))
	if err != nil || !mine {
		return err
	}
	return s.TakeUpNotice(ctx, n)
}

// wouldMove reports whether a parked notice has found its order, would be dealt with, is
// parked for another reason now, or whether 094 told something new of its payment.
func (s *Service) wouldMove(ctx context.Context, t tick, n Notice, told *Told) (bool, error) {
	if n.OrderID == 0 {
		m, err := s.matchStanding(ctx, t, n)
		return m.OrderID != 0, err
	}
	l, err := s.store.View(ctx, n.OrderID)
	if orderIsGone(err) { // a person was told when it was parked
		return false, nil
	}
	if err != nil {
		return false, err
	}
	was, probe := l.standing(&n), n
	ask, err := l.decideNotice(t, &probe, nil)
	if ask {
		f := told.about(n)
		if f == nil {
			answer := s.askOfNotice(ctx, l, n, t.policy.Version)
			f, *told = &answer, Told{n, &answer}
		}
		probe = n
		_, err = l.decideNotice(t, &probe, f)
	}
	if NeedsGoods(err) {
		return true, nil
	}
	stays := probe.State == NoticeReceived || probe.parkedAs(n)
	return err == nil && (!stays || !reflect.DeepEqual(l.standing(&n), was)), err
}

// ParkedAlert puts a notice before a person that belongs to no order.
func ParkedAlert(n Notice) AlertChange {
	return AlertChange{Kind: AlertNoticeParked, Cause: parkCause(&n), At: n.ReceivedAt, Data: EventData{
		NoticeID: n.NoticeID, TradingID: n.TradingID, PaygentID: n.PaymentID, Status: string(n.Status), Amount: n.Amount, Text: string(n.Reason),
	}}
}
