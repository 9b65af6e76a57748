package ledger

import (
	"testing"

	"kessai/internal/payment"
)

// TestTransitOfAnyMethod: the manual lists no 31 for carriers, but a centre at work on
// our own cancellation may tell it, before and after its end is known: no contradiction.
func TestTransitOfAnyMethod(t *testing.T) {
	t.Parallel()
	for _, told := range []payment.Status{payment.AuthOK, payment.AuthCancelDone} {
		w, p := atPage(t, payment.Scheme{Method: payment.Carrier, System: payment.Module})
		w.learnt(p, payment.AuthOK)
		if told != payment.AuthOK {
			w.learnt(p, told)
		}
		before := w.l.payment(p.ID).Phase
		w.learnt(p, payment.CancelRequested)
		if w.alerts[string(AlertContradiction)] || w.l.payment(p.ID).Phase != before {
			t.Errorf("31 after %s: alerts %v, %s", told, w.alerts, w.l.payment(p.ID).Phase)
		}
	}
}
