package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// answered is an order whose capture was answered, and that no notice told of.
func answered(t *testing.T, s payment.Scheme) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	p := w.authorised("p1")
	p.Method, p.Brand, p.Status = s.Method, payment.SoftBank, payment.AuthOK
	w.l.Order.MethodClass = s.Class()
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.stands(p, payment.Captured, "")
	return w, w.l.payment(p.ID)
}

// TestACaptureThatDoesNotShow: 094 goes on telling of the authorisation. Staff are told before
// it expires, once, and until it is captured there too.
func TestACaptureThatDoesNotShow(t *testing.T) {
	t.Parallel()
	for method, after := range map[payment.Method]time.Duration{payment.Card: 30 * time.Minute, payment.Carrier: 3 * 24 * time.Hour} {
		w, p := answered(t, payment.Scheme{Method: method, System: payment.Module})
		begun := w.now
		theirs := func(s payment.Status) Finding { return w.foundOf(method, s) }
		for w.now.Before(begun.Add(after)) {
			w.now = w.l.payment(p.ID).AskAt
			w.watch(p, theirs("20"))
			if told := w.alerts[string(AlertContradiction)]; told != !w.now.Before(begun.Add(after)) {
				t.Fatalf("%s: told: %t after %s", method, told, w.now.Sub(begun))
			}
		}
		mails := len(w.mails)
		w.now = w.l.payment(p.ID).AskAt
		w.watch(p, theirs("20"))
		w.alerted(AlertContradiction)
		if len(w.mails) != mails || mails == 0 {
			t.Errorf("%s: %d mails, then %d", method, mails, len(w.mails))
		}
		w.stands(p, payment.Captured, "") // nothing moves by it
		w.now = w.l.payment(p.ID).AskAt
		w.watch(p, theirs("40"))
		w.alerted()
		w.status(order.Paid)
	}
}

// TestCancelledAsTheCentreHasIt: what is no sale at the centre is cancelled by 021, as soon as
// a refusal of 023 or the watch has shown it.
func TestCancelledAsTheCentreHasIt(t *testing.T) {
	t.Parallel()
	for name, show := range map[string]func(*world, *Payment){
		"by the watch": func(w *world, p *Payment) {
			w.now = w.now.Add(time.Hour)
			w.watch(p, w.found("20"))
		},
		"by a refusal": func(w *world, _ *Payment) {
			op := w.send(w.change(false))
			if op.Kind != payment.CancelCapture {
				t.Fatalf("%+v", op)
			}
			w.settle(op, verdictOf(Answer{Outcome: Decline, Code: "P008"}))
			w.resolve(op, w.found("20"))
		},
		"by no effect": func(w *world, _ *Payment) {
			op := w.unknown(w.change(false))
			w.now = op.DeadlineAt
			w.resolve(op, w.found("20"))
		},
	} {
		w, p := answered(t, payment.Scheme{Method: payment.Card, System: payment.Module})
		show(w, p)
		w.alerted(AlertContradiction)
		op := w.change(false)
		if op.Kind != payment.CancelAuthorization {
			t.Errorf("%s: by %s", name, op.Kind)
		}
		w.settle(w.send(op), verdictOf(yes("p1")))
		w.stands(p, payment.Ended, payment.Refunded)
		w.status(order.Canceled)
		w.alerted()
	}
}

// TestAnOldSaleThatIsNone: 売上変更 cancels the old payment by the telegram that fits what 094
// tells, and ends where nothing is left there to cancel.
func TestAnOldSaleThatIsNone(t *testing.T) {
	t.Parallel()
	refused := Answer{Outcome: Decline, Code: "P008"}
	begun := func(t *testing.T) (*world, *Payment, *Operation) {
		w, old := answered(t, payment.Scheme{Method: payment.Card, System: payment.Module})
		w.l.Order.Total = lower
		var parent *Operation
		w.must(func(l *Ledger, tk tick) (err error) {
			l.checkAmount(tk)
			parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
			return err
		})
		w.settle(w.step(parent), verdictOf(yes("p2")))
		w.settle(w.step(parent), verdictOf(Answer{Outcome: Success}))
		return w, old, parent
	}

	w, old, parent := begun(t)
	op := w.step(parent)
	w.settle(op, verdictOf(refused))
	w.resolve(op, w.found("20"))
	w.steps(parent, "021", yes("p1"))
	w.stands(old, payment.Ended, payment.Refunded)
	if now := w.l.operation(parent.ID); now.State != payment.Succeeded || len(w.alivePayments()) != 1 {
		t.Errorf("%+v, %d alive", now, len(w.alivePayments()))
	}

	w, old, parent = begun(t)
	op = w.step(parent)
	w.settle(op, verdictOf(refused))
	w.resolve(op, w.found("33"))
	w.steps(parent)
	w.stands(old, payment.Captured, "") // a person decides what became of its money
	if now := w.l.operation(parent.ID); now.State != payment.Succeeded || !w.alerts[string(AlertContradiction)] {
		t.Errorf("%+v, %v", now, w.alerts)
	}

	w, old, parent = begun(t)
	for _, told := range []payment.Status{"40", "33"} { // refused once, and tried again
		if op = w.step(parent); op == nil {
			w.now = w.now.Add(time.Hour)
			op = w.step(parent)
		}
		w.settle(op, verdictOf(refused))
		w.resolve(op, w.found(told))
		if w.step(parent) != nil {
			t.Fatal("tried again at once")
		}
		if open := w.alerts[string(AlertReversing)]; open != (told == "40") {
			t.Errorf("at %s: 二重決済の可能性: %t", told, open)
		}
	}
	w.stands(old, payment.Captured, "")
	if w.l.operation(parent.ID).State != payment.Succeeded {
		t.Errorf("%+v", w.l.operation(parent.ID))
	}
	w.alerted(AlertContradiction) // and not 金額未反映 any more
}

// TestAnAuthorisationToldAfterItsCapture: 094 does not show our capture yet, and the notice of the
// authorisation comes late, or once more. Nobody is told of a contradiction before the capture is
// due to show; but one that was under way there and is undone is told of at once.
func TestAnAuthorisationToldAfterItsCapture(t *testing.T) {
	t.Parallel()
	for _, method := range []payment.Method{payment.Card, payment.Carrier} {
		w, p := answered(t, payment.Scheme{Method: method, System: payment.Module})
		n, f := w.toldOf(method, "20"), w.foundOf(method, "20")
		if !w.take(n) {
			t.Errorf("%s: not asked about", method)
		}
		if w.confirm(n, &f); n.State != NoticeSuperseded {
			t.Errorf("%s: %s %s", method, n.State, n.Reason)
		}
		w.alerted()
		if len(w.mails) != 1 { // of the order
			t.Errorf("%s: %v", method, w.mails)
		}
		n = w.toldOf(method, "40")
		if w.confirm(n, &f); n.State != NoticeReceived {
			t.Errorf("%s: the capture's own notice is %s", method, n.State)
		}
		n = w.toldOf(method, "20")
		w.now = w.now.Add(captureShows(method))
		w.confirm(n, &f)
		w.alerted(AlertContradiction)
		w.stands(p, payment.Captured, "")

		w, p = answered(t, payment.Scheme{Method: method, System: payment.Module})
		w.l.payment(p.ID).Status = payment.CaptureRequested
		n = w.toldOf(method, "20")
		w.confirm(n, &f)
		w.alerted(AlertContradiction)
	}
}
