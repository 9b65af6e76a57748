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
	if n.OrderID == 0 { // the order may be there by now
		m, err := s.store.Match(ctx, n, t.policy.Mark)
		if err != nil {
			return n, err
		}
		if n.OrderID = m.OrderID; n.OrderID == 0 {
			n.Owner, n.LeaseUntil = "", time.Time{}
			return n, s.store.SaveNotice(ctx, n)
		}
	}
	cause := noticeCause(&n)
	if err := s.store.CloseShopAlert(ctx, AlertNoticeParked, cause, t.now); err != nil { // from now on it is its order's
		return n, err
	}
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

// askParkedFor is how long 094 is asked about a parked notice after every sweep; then once
// a day.
const askParkedFor = 7 * 24 * time.Hour

// TryParked tries a parked notice again after a sweep; last is when the sweep before began,
// zero if that is not known. It looks first, and what stays as it is writes nothing.
func (s *Service) TryParked(ctx context.Context, n Notice, last time.Time) error {
	t, err := s.tick(ctx)
	if err != nil {
		return err
	}
	l, err := s.store.View(ctx, n.OrderID)
	if err != nil {
		return err
	}
	was, probe := l.standing(&n), n
	ask, err := l.decideNotice(t, &probe, nil)
	if ask {
		if !n.isAskedAbout(last, t.now) {
			return nil
		}
		f := s.askOfNotice(ctx, l, n, t.policy.Version)
		probe = n
		_, err = l.decideNotice(t, &probe, &f)
	}
	switch {
	case NeedsGoods(err):
	case err != nil || probe.parkedAs(n) && reflect.DeepEqual(l.standing(&n), was): // nothing was learnt of the payment either
		return err
	}
	now := s.now() // the questions took their time
	n, mine, err := s.store.ClaimParked(ctx, n.ID, s.node, now, now.Add(retryLease))
	if err != nil || !mine {
		return err
	}
	return s.TakeUpNotice(ctx, n)
}

// isAskedAbout reports whether 094 is asked about a parked notice after this sweep: after
// the first one of each of its days at least.
func (n *Notice) isAskedAbout(last, now time.Time) bool {
	const day = 24 * time.Hour
	age := now.Sub(n.ReceivedAt)
	return age < askParkedFor || last.IsZero() || last.Sub(n.ReceivedAt)/day < age/day
}

// ParkedAlert puts a notice before a person that belongs to no order.
func ParkedAlert(n Notice) AlertChange {
	return AlertChange{Kind: AlertNoticeParked, Cause: noticeCause(&n), At: n.ReceivedAt, Data: EventData{
		NoticeID: n.NoticeID, TradingID: n.TradingID, PaygentID: n.PaymentID, Status: string(n.Status), Amount: n.Amount, Text: string(n.Reason),
	}}
}
