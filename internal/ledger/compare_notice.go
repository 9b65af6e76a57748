package ledger

import (
	"context"
	"strings"

	"kessai/internal/payment"
)

// CompareNotice says what a notice means for our book that never came, or that no payment
// was found for. About a payment of ours it names that, to be compared; else it asks 094
// whether a payment stands there that is unknown to us. It writes nothing. A payment that
// nothing ties to this shop is another's: no disagreement, and not asked about.
func (s *Service) CompareNotice(ctx context.Context, n Notice) (Comparison, DuePayment, error) {
	policy, err := s.policy(ctx)
	if err != nil {
		return Comparison{}, DuePayment{}, err
	}
	m, err := s.store.Match(ctx, n, policy.Mark)
	if err != nil {
		return Comparison{}, DuePayment{}, err
	}
	if m.By == ByPaymentID {
		return Comparison{}, DuePayment{OrderID: m.OrderID, PaymentID: m.PaymentID}, nil
	}
	c := Comparison{Order: m.OrderID, TradingID: n.TradingID, PaymentID: n.PaymentID, Type: n.Type}
	marked := policy.Mark != "" && strings.HasPrefix(n.TradingID, policy.Mark)
	if n.PaymentID == "" || n.TradingID == "" || m.OrderID == 0 && !marked {
		return c, DuePayment{}, nil
	}
	if m.OrderID != 0 {
		l, err := s.store.View(ctx, m.OrderID)
		if err != nil {
			return c, DuePayment{}, err
		}
		c.No = l.Order.No
		if p := l.named(&n); p != nil && p.PaymentID == "" && p.Method.Type() == n.Type && p.Amount == n.Amount {
			return c, DuePayment{OrderID: m.OrderID, PaymentID: p.ID}, nil // its id is news, the payment is not
		}
	}
	f := s.gateway.Inquire(ctx, Inquiry{Environment: n.Environment, MerchantID: n.MerchantID, SettingsVersion: policy.Version, PaymentID: n.PaymentID})
	if !f.about(&n) {
		c.Skipped = CompareNoAnswer
		return c, DuePayment{}, nil
	}
	c.Theirs = Entry{Status: f.Status, Amount: f.Amount}
	if f.Status.Alive() || f.Status == payment.Applied {
		c.Kind = UnknownToUs
		if n.ID == "" {
			c.Remedy = RemedyReceive
		}
	}
	return c, DuePayment{}, nil
}

// None reports that it names nothing: where a notice is about no payment of ours.
func (d DuePayment) None() bool { return d.PaymentID == "" }
