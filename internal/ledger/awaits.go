package ledger

import "context"

// Awaits reports whether a notice is about a payment in our book: it bears an id of one,
// or the trading_id of one whose payment_id is still to come.
func (s *Service) Awaits(ctx context.Context, n Notice) (bool, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return false, err
	}
	m, err := s.store.Match(ctx, n, t.policy.Mark)
	switch {
	case err != nil:
		return false, err
	case m.By == ByPaymentID, m.By == ByBaseID:
		return true, nil
	case m.By != ByTradingID:
		return false, nil
	}
	l, err := s.store.View(ctx, m.OrderID)
	if err != nil {
		return false, err
	}
	p := l.payment(m.PaymentID)
	return p != nil && p.PaymentID == "", nil
}
