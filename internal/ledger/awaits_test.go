package ledger

import (
	"errors"
	"testing"

	"kessai/internal/payment"
)

// TestAwaitedNotices are those about a payment in our book, whatever its age: by its ids, or
// by its trading_id while it has none.
func TestAwaitedNotices(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put  func(*shop, *Notice)
		want bool
	}{
		"ours":                          {func(*shop, *Notice) {}, true},
		"by its trading_id, id unknown": {func(s *shop, n *Notice) { n.PaymentID, s.l.Current().PaymentID = "p9", "" }, true},
		"by its trading_id, another id": {func(_ *shop, n *Notice) { n.PaymentID = "p9" }, false},
		"only the order's id fits":      {func(s *shop, n *Notice) { n.PaymentID, s.l.Current().TradingID = "p9", "other" }, false},
		"of nobody":                     {func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "p9", "x" }, false},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		tt.put(s, &n)
		if got, err := s.service.Awaits(bg, n); err != nil || got != tt.want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
	for _, call := range []string{"policy", "Match", "View"} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		n.PaymentID, s.l.Current().PaymentID = "p9", ""
		s.failing(call)
		if got, err := s.service.Awaits(bg, n); !errors.Is(err, errAway) || got {
			t.Errorf("%s: %t, %v", call, got, err)
		}
	}
}
