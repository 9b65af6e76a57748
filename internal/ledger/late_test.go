package ledger

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// lowerCarrier is an order paid by a carrier, whose total staff lowered.
func lowerCarrier(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	p := w.authorised("p1")
	p.Method, p.Brand = payment.Carrier, payment.SoftBank
	w.l.Order.MethodClass = p.scheme().Class()
	w.l.Order.Total = lower
	return w, p
}

// capturedAtPaidy is an order whose payment was captured at Paidy, and what 094 tells of it where so
// much is left.
func capturedAtPaidy(t *testing.T) (*world, *Payment, func(order.Yen) Finding) {
	t.Helper()
	w := newWorld(t)
	p := w.captured("p1")
	p.Method = payment.Paidy
	w.l.Order.MethodClass = p.scheme().Class()
	return w, p, func(left order.Yen) Finding {
		f := w.foundOf(payment.Paidy, "40")
		f.Amount = left
		return f
	}
}

// correct plans 103 to the order's total.
func (w *world) correct(p *Payment) *Operation {
	w.t.Helper()
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: l.payment(p.ID).Amount, Total: l.Order.Total, Actor: clerk})
		return err
	})
	return op
}

// notHappened settles an operation by two inquiries that tell of no effect.
func (w *world) notHappened(op *Operation, f Finding) {
	w.t.Helper()
	op = w.unknown(op)
	for _, after := range []time.Duration{settleMargin, settleMargin + negativeApart} {
		w.now = op.DeadlineAt.Add(after)
		w.resolve(op, f)
	}
	if op = w.l.operation(op.ID); op.State != payment.DeclinedOp || op.Cause != causeNotHappened {
		w.t.Fatalf("%+v", op)
	}
}

// TestALateCorrection: what was settled as not happened takes effect after all. Whoever asks
// 094 learns the amount; another one is nobody's.
func TestALateCorrection(t *testing.T) {
	t.Parallel()
	at := func(w *world, amount order.Yen) Finding {
		f := w.foundOf(payment.Carrier, "20")
		f.Amount = amount
		return f
	}
	for name, tt := range map[string]struct {
		tell   func(*world, *Payment)
		amount order.Yen
		open   bool // 金額未反映
	}{
		"by the watch": {func(w *world, p *Payment) {
			w.l.payment(p.ID).AskAt = w.now
			w.watch(p, at(w, lower))
		}, lower, false},
		"by a notice": {func(w *world, _ *Payment) {
			n, f := w.toldOf(payment.Carrier, "20"), at(w, lower)
			if n.Amount = lower; !w.take(n) {
				t.Error("not asked about")
			}
			if w.confirm(n, &f); n.State != NoticeApplied {
				t.Errorf("%s %s", n.State, n.Reason)
			}
		}, lower, false},
		"while another one is unknown": {func(w *world, p *Payment) {
			w.l.Order.Total = lower - 100
			w.notHappened(w.correct(p), at(w, lower))
		}, lower, true},
		"of an amount that nobody asked for": {func(w *world, p *Payment) {
			w.l.payment(p.ID).AskAt = w.now
			w.watch(p, at(w, lower-1))
		}, total, true},
	} {
		w, p := lowerCarrier(t)
		w.notHappened(w.correct(p), at(w, total))
		w.must(func(l *Ledger, tk tick) error { l.checkAmount(tk); return nil })
		w.alerted(AlertAmountOpen)
		tt.tell(w, p)
		if got := w.l.payment(p.ID).Amount; got != tt.amount {
			t.Errorf("%s: %s", name, got)
		}
		if w.alerts[string(AlertAmountOpen)] != tt.open {
			t.Errorf("%s: %v", name, w.alerts)
		}
		if late := w.l.Operations[1]; (late.State == payment.Succeeded) != (tt.amount == lower) {
			t.Errorf("%s: %+v", name, late)
		}
	}
}

// TestARefusedCorrectionIsNone: what the centre refused is not ours if it stands there.
func TestARefusedCorrectionIsNone(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	w.settle(w.send(w.correct(p)), verdictOf(no))
	w.l.payment(p.ID).AskAt = w.now
	f := w.foundOf(payment.Carrier, "20")
	f.Amount = lower
	w.watch(p, f)
	if got := w.l.payment(p.ID).Amount; got != total || w.l.Operations[1].State != payment.DeclinedOp {
		t.Errorf("%s, %+v", got, w.l.Operations[1])
	}
}

// TestALateRefund: 342 gives a difference back. One that comes late, before another, leaves less
// of the payment than either wanted; 094 tells how much, and 金額未反映 that it is not the total.
func TestALateRefund(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		left   order.Yen // at the centre
		amount order.Yen // in our book then
		state  payment.State
	}{
		"both":          {total - 50 - 1100, total - 50 - 1100, payment.Succeeded},
		"the late one":  {total - 50, total - 50, payment.UnknownState},
		"the other one": {total - 1100, total - 1100, payment.Succeeded},
		"another hand":  {total - 51, total, payment.UnknownState},
	} {
		w, p, at := capturedAtPaidy(t)
		w.l.Order.Total = total - 50
		late := w.correct(p)
		if late.Kind != payment.RefundPaidy {
			t.Fatalf("%+v", late)
		}
		w.notHappened(late, at(total))
		w.l.Order.Total = total - 1100
		op := w.unknown(w.correct(p))
		w.resolve(op, at(tt.left))
		if op = w.l.operation(op.ID); op.State != tt.state || w.l.payment(p.ID).Amount != tt.amount {
			t.Errorf("%s: %s, %s", name, op.State, w.l.payment(p.ID).Amount)
		}
		if came := w.l.operation(late.ID).State == payment.Succeeded; came != (name == "both" || name == "the late one") {
			t.Errorf("%s: the late one: %t", name, came)
		}
		if open := w.alerts[string(AlertAmountOpen)]; op.State == payment.Succeeded && open != (name == "both") {
			t.Errorf("%s: %v", name, w.alerts)
		}
	}
}

// TestALateRefundSeenBetween: 342 gives a difference back, also where the late one was learnt while
// the other was under way: what is left is less than it was planned to leave.
func TestALateRefundSeenBetween(t *testing.T) {
	t.Parallel()
	const both = total - 50 - 1100
	for name, tell := range map[string]func(*world, *Payment, *Operation, func(order.Yen) Finding){
		"and 094 tells": func(w *world, _ *Payment, op *Operation, at func(order.Yen) Finding) {
			op = w.unknown(op)
			w.resolve(op, at(total-50))
			w.resolve(op, at(both))
		},
		"and a person tells": func(w *world, _ *Payment, op *Operation, at func(order.Yen) Finding) {
			op = w.unknown(op)
			w.resolve(op, at(total-50))
			w.must(func(l *Ledger, tk tick) error {
				return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Happened: true, Reason: "見た", Actor: clerk})
			})
		},
		"and it is answered": func(w *world, p *Payment, op *Operation, at func(order.Yen) Finding) {
			op = w.send(op)
			w.l.payment(p.ID).AskAt = w.now
			w.watch(p, at(total-50))
			w.settle(op, verdictOf(Answer{Outcome: Success}))
		},
	} {
		w, p, at := capturedAtPaidy(t)
		w.l.Order.Total = total - 50
		w.notHappened(w.correct(p), at(total))
		w.l.Order.Total = total - 1100
		tell(w, p, w.correct(p), at)
		if got := w.l.payment(p.ID).Amount; got != both || w.l.OpenOperation() != nil {
			t.Errorf("%s: %s, open %+v", name, got, w.l.OpenOperation())
		}
		w.alerted(AlertAmountOpen)
	}
}

// meanwhile is a centre that something happens at between its answer and the decision.
type meanwhile struct {
	Gateway
	f  Finding
	do func()
}

func (g meanwhile) Inquire(context.Context, Inquiry) Finding { g.do(); return g.f }

// TestAnOldAmount: what 094 told of a late change before another one took effect is no news
// after it, whoever asked.
func TestAnOldAmount(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*Service, *world, *Payment) error{
		"the watch": func(s *Service, w *world, p *Payment) error {
			w.l.payment(p.ID).AskAt = w.now
			return s.Watch(bg, DuePayment{OrderID: w.l.Order.ID, PaymentID: p.ID})
		},
		"a notice": func(s *Service, w *world, _ *Payment) error {
			n := w.toldOf(payment.Carrier, "20")
			n.Amount, n.OrderID = lower, w.l.Order.ID
			return s.TakeUpNotice(bg, *n)
		},
		"a change": func(s *Service, w *world, p *Payment) error { // by which the carrier's is not asked about, but Paidy's
			return s.confirmOld(bg, Change{Order: w.l.Order.ID, PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: w.l.Order.Total})
		},
	} {
		w, p := lowerCarrier(t)
		brand := payment.SoftBank
		if name == "a change" {
			w, p, _ = capturedAtPaidy(t)
			brand = payment.NoBrand
			w.l.Order.Total = lower
		}
		told := func(amount order.Yen) Finding {
			f := w.foundOf(p.Method, p.Status)
			f.Amount, f.Brand = amount, brand
			return f
		}
		w.notHappened(w.correct(p), told(total))
		p = w.l.payment(p.ID)
		w.l.Order.Total = lower - 100
		seen := clone(w.l)
		s := New(Deps{
			Store: raced{seen: seen, w: w}, Now: func() time.Time { return w.now }, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler),
			Policy: func(context.Context) (Policy, error) { return w.policy, nil },
			Gateway: meanwhile{f: told(lower), do: func() {
				w.settle(w.send(w.correct(p)), verdictOf(Answer{Outcome: Success}))
			}},
		})
		if err := ask(s, w, p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := w.l.payment(p.ID).Amount; got != lower-100 {
			t.Errorf("%s: the book has %s", name, got)
		}
	}
}

// TestALateAnswer: the node that sent the change wrote its answer when it was settled as not
// happened. It succeeded all the same; but what another change left since is not overwritten.
func TestALateAnswer(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	at := w.foundOf(payment.Carrier, "20")
	first := w.correct(p)
	w.notHappened(first, at)
	w.settle(first, verdictOf(Answer{Outcome: Success}))
	if op := w.l.operation(first.ID); op.State != payment.Succeeded || w.l.payment(p.ID).Amount != lower {
		t.Errorf("%+v, %s", op, w.l.payment(p.ID).Amount)
	}

	w, p = lowerCarrier(t)
	first = w.correct(p)
	w.notHappened(first, at)
	w.l.Order.Total = lower - 100
	w.settle(w.send(w.correct(p)), verdictOf(Answer{Outcome: Success}))
	w.settle(first, verdictOf(Answer{Outcome: Success}))
	if now := w.l.payment(p.ID); now.Amount != lower-100 || !now.AskAt.Equal(w.now) {
		t.Errorf("%s, asked about at %s", now.Amount, now.AskAt)
	}
	at.Amount = lower // it was the last to arrive
	w.watch(p, at)
	if got := w.l.payment(p.ID).Amount; got != lower {
		t.Errorf("094 tells %s, the book %s", lower, got)
	}
	w.alerted(AlertAmountOpen)
}

// TestANoticeFromBeforeTheChange: it tells the amount that a change, of which nobody knows whether it
// took effect, was to end; 094 shows that it did. The notice is late, and not wrong.
func TestANoticeFromBeforeTheChange(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	w.policy.Confirm = ConfirmAlways
	op := w.unknown(w.correct(p))
	n, f := w.toldOf(payment.Carrier, "20"), w.foundOf(payment.Carrier, "20")
	f.Amount = lower
	if !w.take(n) {
		t.Error("not asked about")
	}
	if w.confirm(n, &f); n.State != NoticeSuperseded {
		t.Errorf("%s %s", n.State, n.Reason)
	}
	if op = w.l.operation(op.ID); op.State != payment.Succeeded || w.l.payment(p.ID).Amount != lower {
		t.Errorf("%+v, %s", op, w.l.payment(p.ID).Amount)
	}
	w.alerted()

	w, p, _ = atPaidy(t) // 341's own notice comes when its 342 was not answered
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	w.settle(w.step(parent), verdictOf(yes("p1")))
	w.unknown(w.step(parent))
	n, f = w.toldOf(payment.Paidy, "40"), w.foundOf(payment.Paidy, "40")
	f.Amount = lower
	if !w.take(n) {
		t.Error("not asked about")
	}
	if w.confirm(n, &f); n.State != NoticeSuperseded {
		t.Errorf("%s %s", n.State, n.Reason)
	}
	w.steps(parent)
	if p = w.l.payment(p.ID); p.Amount != lower || w.l.operation(parent.ID).State != payment.Succeeded {
		t.Errorf("%+v, %+v", p, w.l.operation(parent.ID))
	}
	w.status(order.Paid)
	w.alerted()
}

// TestARefundThatComesLateAndAgain: what was settled as not happened was given back by another
// 342. Where the first takes effect all the same, it went back twice: the book says so.
func TestARefundThatComesLateAndAgain(t *testing.T) {
	t.Parallel()
	w, p, at := capturedAtPaidy(t)
	w.l.Order.Total = total - 50
	f := at(total)
	w.notHappened(w.correct(p), f)
	w.settle(w.send(w.correct(p)), verdictOf(Answer{Outcome: Success}))
	w.alerted()
	n := w.toldOf(payment.Paidy, "40")
	n.Amount, f.Amount = total-100, total-100
	if !w.take(n) {
		t.Error("not asked about")
	}
	if w.confirm(n, &f); n.State != NoticeApplied {
		t.Errorf("%s %s", n.State, n.Reason)
	}
	if got := w.l.payment(p.ID).Amount; got != total-100 {
		t.Errorf("the book has %s", got)
	}
	w.alerted(AlertAmountOpen)
}
