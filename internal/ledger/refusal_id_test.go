package ledger

import (
	"testing"

	"kessai/internal/payment"
)

// TestARefusalOfAnotherID: what a refused 021 or 022 names beside our payment does not become it; that
// of a refused 020, of which nothing is known yet, does.
func TestARefusalOfAnotherID(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]Answer{
		"final":      {Outcome: Decline, Final: true, Code: "X", PaymentID: "p9"},
		"asks first": {Outcome: Decline, Code: "X", PaymentID: "p9"},
		"rejected":   {Outcome: Reject, Final: true, Code: "P001", PaymentID: "p9"},
	} {
		for _, b := range []payment.Button{payment.SaleButton, payment.CancelButton} {
			s := open(t, newWorld(t))
			p := s.authorised("p1")
			s.answer = func(Command) Answer { return outcome }
			s.there["p1"] = s.world.found(payment.AuthOK)
			if _, err := s.press(b, "k"); err != nil {
				t.Fatal(err)
			}
			if p = s.l.payment(p.ID); s.l.holder("p9") != nil || p.PaymentID != "p1" {
				t.Errorf("%s, %s: %s %v", name, b.Name(), p.PaymentID, p.PaymentIDs)
			}
		}
		s := open(t, newWorld(t))
		s.answer = func(Command) Answer { return outcome }
		if _, err := s.pay("k"); err != nil {
			t.Fatal(err)
		}
		if s.l.holder("p9") == nil {
			t.Errorf("%s: the payment's own id is lost", name)
		}
	}
}
