package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestAReversalBesideAnOpenOperation: what the shop's policy refuses shows to be authorised while the
// 024 of its other return is about to be sent. The cancellation waits for that one, and is planned
// after it, whatever it came to: the buyer has begun to pay anew by then.
func TestAReversalBesideAnOpenOperation(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]Answer{
		"which succeeds":      yes("p1"),
		"which is refused":    {Outcome: Decline, Code: "x"},
		"which is rejected":   {Outcome: Reject, Code: "P001"},
		"which never leaves":  {Outcome: Reject, NotSent: true},
		"which stays unknown": {Outcome: Mystery},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := challenged1(t)
			w.policy.Attempts = FullOnly
			s := open(t, w)
			s.there["p1"] = s.world.found(payment.AuthOK)
			s.answer = func(Command) Answer { return answer }
			s.at = func(b Boundary) {
				if b != AfterPlanned {
					return
				}
				if _, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: p.ID}); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.service.CompleteChallenge(bg, Completed{Order: s.order(), PaymentID: p.ID, PaRes: "x"}); err != nil {
				t.Fatal(err)
			}
			s.status(order.Processing)
			for range 3 { // the workers, for an hour and more
				for _, op := range s.l.Operations {
					if op.State == payment.UnknownState {
						if err := s.service.TakeUp(bg, Due{OperationID: op.ID, OrderID: s.order(), State: op.State}); err != nil {
							t.Error(err)
						}
					}
				}
				if s.reversal(p) != nil {
					break
				}
				s.now = s.now.Add(time.Hour)
				if err := s.service.Watch(bg, DuePayment{OrderID: s.order(), PaymentID: p.ID}); err != nil {
					t.Fatal(err)
				}
			}
			if p := s.l.payment(p.ID); !p.Reverse || s.reversal(p) == nil {
				t.Errorf("it stays authorised, to be asked about at %s: %+v", p.AskAt, p)
			}
		})
	}
}
