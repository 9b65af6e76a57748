package ledger

import (
	"context"
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

// ParkedAlert puts a notice before a person that belongs to no order.
func ParkedAlert(n Notice) AlertChange {
	return AlertChange{Kind: AlertNoticeParked, Cause: noticeCause(&n), At: n.ReceivedAt, Data: EventData{
		NoticeID: n.NoticeID, TradingID: n.TradingID, PaygentID: n.PaymentID, Status: string(n.Status), Amount: n.Amount, Text: string(n.Reason),
	}}
}
