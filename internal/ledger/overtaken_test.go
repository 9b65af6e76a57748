package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// raced is a store whose order is seen as it was, and updated as it is.
type raced struct {
	Store
	seen *Ledger
	w    *world
}

func (r raced) View(context.Context, order.ID) (*Ledger, error) { return r.seen, nil }

func (r raced) Update(_ context.Context, _ order.ID, decide func(*Ledger) error) error {
	return r.w.do(func(l *Ledger, _ tick) error { return decide(l) })
}

// tells answers every question with one finding.
type tells struct {
	Gateway
	f Finding
}

func (g tells) Inquire(context.Context, Inquiry) Finding { return g.f }

// TestLeavingMeetsAnotherTry: what 094 said about the one that was left is not believed
// of the one that was begun while it answered.
func TestLeavingMeetsAnotherTry(t *testing.T) {
	t.Parallel()
	w, first := atPage(t, bank)
	seen := clone(w.l)
	w.must(func(l *Ledger, tk tick) error {
		return l.leave(tk, first.ID, &Finding{Kind: NoSuch}, true, payment.TryReplaced)
	})
	w.settle(w.send(w.begin(nil)), verdictOf(Answer{Outcome: Success, Needs: Needs{URL: "https://example.jp/2"}}))
	second := w.l.Current()
	f := w.found(payment.Cleared)
	f.Type = "05"
	s := New(Deps{
		Store: raced{seen: seen, w: w}, Gateway: tells{f: f}, Now: func() time.Time { return w.now }, Rand: rand.Reader,
		Policy: func(context.Context) (Policy, error) { return w.policy, nil },
	})
	if _, err := s.Another(context.Background(), w.l.Order.ID); err != nil {
		t.Fatal(err)
	}
	if p := w.l.payment(second.ID); p.PaymentID != "" {
		t.Errorf("the second try was given the first one's payment: %+v", p)
	}
	w.stands(first, payment.Captured, "")
}

// TestAnOldAnswer of 094 contradicts nothing that became known while it was on its way.
func TestAnOldAnswer(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, bank)
	p.AskAt = w.now
	seen := clone(w.l)
	n, f := w.notice(payment.Cleared), w.found(payment.Cleared)
	n.PaymentID, n.Type, f.Type = "p1", "05", "05"
	w.confirm(n, &f)
	w.status(order.Paid)
	f.Status = payment.Applied
	s := New(Deps{
		Store: raced{seen: seen, w: w}, Gateway: tells{f: f}, Now: func() time.Time { return w.now }, Rand: rand.Reader,
		Policy: func(context.Context) (Policy, error) { return w.policy, nil },
	})
	if step, err := s.Return(context.Background(), Return{Order: w.l.Order.ID, PaymentID: p.ID}); err != nil || step.Kind != StepComplete {
		t.Fatalf("%+v, %v", step, err)
	}
	if err := s.Watch(context.Background(), DuePayment{OrderID: w.l.Order.ID, PaymentID: p.ID}); err != nil {
		t.Fatal(err)
	}
	if w.alerts[string(AlertContradiction)] {
		t.Error("a person is told of a contradiction that is none")
	}
}

// TestANoticeConfirmedTooLate: what 094 said before our own cancellation confirms nothing
// after it. The notice waits, and the next answer decides.
func TestANoticeConfirmedTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	n, f := w.notice(payment.Cleared), w.found(payment.Cleared) // captured elsewhere
	n.State, n.OrderID = NoticeReceived, w.l.Order.ID
	seen := clone(w.l)
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.stands(p, payment.Ended, payment.Refunded)
	s := New(Deps{
		Store: raced{seen: seen, w: w}, Gateway: tells{f: f}, Now: func() time.Time { return w.now }, Rand: rand.Reader,
		Policy: func(context.Context) (Policy, error) { return w.policy, nil }, Log: slog.New(slog.DiscardHandler),
	})
	if err := s.TakeUpNotice(context.Background(), *n); err != nil {
		t.Fatal(err)
	}
	if w.alerts[string(AlertContradiction)] {
		t.Error("a person is told of a contradiction that is none")
	}
	if p.LastNoticeID == n.NoticeID {
		t.Error("the notice does not wait")
	}
}

// TestACaptureToldAfterItsRefund: the capture was known by an inquiry, and its own notice
// comes when the payment is refunded by us already. It is late, and contradicts nothing.
func TestACaptureToldAfterItsRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.must(func(l *Ledger, tk tick) error {
		return l.learn(tk, l.payment(p.ID), payment.Cleared, total, w.now, "inquiry")
	})
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.stands(p, payment.Ended, payment.Refunded)
	n, f := w.notice(payment.Cleared), w.found(payment.RefundDone)
	if !w.take(n) {
		t.Error("094 was not asked")
	}
	w.confirm(n, &f)
	if n.State != NoticeSuperseded || w.alerts[string(AlertContradiction)] {
		t.Errorf("the notice is %s, alerts %v", n.State, w.alerts)
	}
	w.stands(p, payment.Ended, payment.Refunded)
}

// TestWithinOneMillisecond: of a capture and its cancellation, settled at the same time,
// the cancellation is the newer one, whatever their ids say.
func TestWithinOneMillisecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	for range 2 {
		if got := w.l.lastSucceeded(p); got.Kind != payment.CancelCapture {
			t.Errorf("the newest is %s", got.Kind)
		}
		slices.Reverse(w.l.Operations)
	}
}

// failing is a store that cannot write a notice's effect.
type failing struct{ raced }

func (f failing) Update(_ context.Context, _ order.ID, decide func(*Ledger) error) error {
	return f.w.do(func(l *Ledger, _ tick) error {
		if err := decide(l); err != nil {
			return err
		}
		for _, c := range l.Notices {
			if c.Notice.State != NoticeParked {
				return errors.New("not written")
			}
		}
		return nil
	})
}

// TestANoticeThatFails is tried for a day, and then a person sees it.
func TestANoticeThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	n, f := w.notice(payment.Cleared), w.found(payment.Cleared)
	n.OrderID = w.l.Order.ID
	s := New(Deps{
		Store: failing{raced{seen: clone(w.l), w: w}}, Gateway: tells{f: f}, Now: func() time.Time { return w.now }, Rand: rand.Reader,
		Policy: func(context.Context) (Policy, error) { return w.policy, nil }, Log: slog.New(slog.DiscardHandler),
	})
	if err := s.TakeUpNotice(context.Background(), *n); err == nil || w.alerts[string(AlertNoticeParked)] {
		t.Errorf("at once: %v, alerts %v", err, w.alerts)
	}
	w.now = w.now.Add(confirmTerm)
	if err := s.TakeUpNotice(context.Background(), *n); err != nil || w.notices[n.ID].Reason != ParkFailed || !w.alerts[string(AlertNoticeParked)] {
		t.Errorf("after a day: %v, %+v", err, w.notices[n.ID])
	}
	w.status(order.New)
}

// TestAClockThatGoesBack: the order in which a saga's steps were planned does not hang on
// the clock; else a new authorisation that succeeded would be taken for an older one than
// the one that never left, and be made once more.
func TestAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	for _, back := range []time.Duration{0, time.Second} {
		w, _, parent := changing(t, false)
		var first *Operation
		w.must(func(l *Ledger, tk tick) (err error) {
			first, err = l.sagaStep(tk, parent.ID)
			return err
		})
		w.settle(first, neverSent())
		w.now = w.now.Add(-back)
		second := w.step(parent)
		w.settle(second, verdictOf(Answer{Outcome: Success, PaymentID: "p2"}))
		slices.SortFunc(w.l.Operations, func(a, b *Operation) int { // as the store reads them; ids tell no order
			if c := a.PlannedAt.Compare(b.PlannedAt); c != 0 {
				return c
			}
			return strings.Compare(b.ID, a.ID)
		})
		if third := w.step(parent); third == nil || third.Kind != payment.CancelAuthorization {
			t.Errorf("back by %s: after %s and %s the next step is %+v", back, first.PlannedAt, second.PlannedAt, third)
		}
	}
}
