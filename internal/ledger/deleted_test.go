package ledger

import (
	"errors"
	"testing"

	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestDeletedBeforeItIsSent: of an order that EC-CUBE deletes between an operation's plan and its
// telegram nothing is sent, and whoever asked is told that it is gone; of a database that is away, that.
func TestDeletedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	for code, why := range map[string]error{
		"order.unknown":        problem.New(problem.NotFound, "order.unknown", nil),
		"database.unavailable": errors.New("away"),
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		marked := false
		s.fail = func(call string, _ int) error {
			marked = marked || call == "MarkSent"
			if marked && call == "View" {
				return why
			}
			return nil
		}
		_, err := s.press(payment.CancelButton, "k")
		if !problem.Is(err, code) || !marked || len(s.sent) > 0 {
			t.Errorf("%s: %v, sent %+v", code, err, s.sent)
		}
	}
}
