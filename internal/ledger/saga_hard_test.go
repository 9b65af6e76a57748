package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestASagaMeetsAnIDInUse: the step begins anew under the next trading_id; the order
// stays where it is.
func TestASagaMeetsAnIDInUse(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	op := w.step(parent)
	inUse := Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
	w.must(func(l *Ledger, tk tick) error { return l.replace(tk, op.ID, verdictOf(inUse)) })
	w.status(order.Paid)
	if w.l.CurrentID != old.ID || w.l.OpenOperation().ID != parent.ID {
		t.Errorf("current %s, open %+v", w.l.CurrentID, w.l.OpenOperation())
	}
	next := w.step(parent)
	if next == nil || next.Kind != payment.Authorize || next.Parent != parent.ID || w.l.payment(next.PaymentID).TradingID != "123_3" {
		t.Fatalf("%+v", next)
	}
	w.settle(next, verdictOf(yes("p3")))
	w.steps(parent, "022", yes("p3"), "023", yes("p1"))
	w.stands(old, payment.Ended, payment.Refunded)
	w.status(order.Paid)
}

// TestACancellationRefusedBefore the change: two payments alive are told all the same.
func TestACancellationRefusedBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.authorised("p1")
	refuse := func(op *Operation) {
		w.must(func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.AuthOK))
		})
	}
	refuse(w.send(w.change(false)))
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower})
		return err
	})
	w.settle(w.step(parent), verdictOf(yes("p2")))
	refuse(w.step(parent))
	w.step(parent)
	if !w.alerts[string(AlertReversing)] {
		t.Error("two payments are alive, and nobody is told")
	}
}

// TestNeitherSaleCanGo: both are past their cancel term; the order is free again and a
// person is told.
func TestNeitherSaleCanGo(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	for _, a := range []Answer{yes("p2"), yes("p2")} {
		w.settle(w.step(parent), verdictOf(a))
	}
	fresh := w.l.Operations[len(w.l.Operations)-1].PaymentID
	for range 2 {
		op := w.step(parent)
		f := w.found(payment.ClearedFinal)
		p := w.l.payment(op.PaymentID)
		f.Amount, f.PaymentID = p.Amount, p.PaymentID
		w.must(func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), f)
		})
	}
	if w.step(parent) != nil || w.l.OpenOperation() != nil {
		t.Error("the order is busy for ever")
	}
	if w.l.CurrentID != old.ID || !w.l.payment(fresh).living() || !w.alerts[string(AlertDouble)] || !w.alerts[string(AlertAmountOpen)] {
		t.Errorf("current %s, alerts %v", w.l.CurrentID, w.alerts)
	}
}

// TestTheAlertOfAnAmountCloses when a second try changes it.
func TestTheAlertOfAnAmountCloses(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.steps(parent, "020", no)
	if !w.alerts[string(AlertAmountOpen)] {
		t.Fatal("nobody is told that the amounts differ")
	}
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower})
		return err
	})
	w.steps(parent, "020", yes("p3"), "021", yes("p1"))
	if w.alerts[string(AlertAmountOpen)] {
		t.Error("the alert stays open for ever")
	}
}

// TestTheLateEndOfADetachedPayment: its cancellation was taken for failed, and shows
// itself later; order and goods stay.
func TestTheLateEndOfADetachedPayment(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]func(*world, *Operation){
		"answer": func(w *world, op *Operation) { w.settle(op, verdictOf(yes("p1"))) },
		"notice": func(w *world, _ *Operation) {
			n, f := w.notice(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
			w.confirm(n, &f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			w.l.Order.Total = 0
			var op *Operation
			w.must(func(l *Ledger, tk tick) (err error) {
				op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total})
				return err
			})
			w.send(op)
			w.settle(op, verdictOf(no))
			late(w, op)
			w.stands(p, payment.Ended, payment.Canceled)
			w.status(order.New)
			w.holds(Committed)
		})
	}
}

// never is a step whose owner died before it left.
var never = struct{}{}

// play runs a saga's steps like steps, of which some never leave.
func (w *world) play(parent *Operation, want ...any) {
	w.t.Helper()
	for i := 0; i < len(want); i += 2 {
		op := w.step(parent)
		if op == nil || op.Kind.Telegram() != want[i] {
			w.t.Fatalf("step %d is %+v, not %s", i/2+1, op, want[i])
		}
		if want[i+1] == never {
			op.State = payment.Planned
			w.settle(op, neverSent())
			continue
		}
		w.settle(op, verdictOf(want[i+1].(Answer)))
	}
	if op := w.step(parent); op != nil {
		w.t.Fatalf("one step too many: %s", op.Kind)
	}
}

// TestAStepThatNeverLeaves is planned three times; then the saga ends as far as it went, and
// no second payment stays alive. What an earlier saga met does not count.
func TestAStepThatNeverLeaves(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		captured bool
		steps    []any
		state    payment.State
	}{
		"the authorisation, twice":      {false, []any{"020", never, "020", never, "020", yes("p4"), "021", yes("p1")}, payment.Succeeded},
		"the authorisation, each time":  {false, []any{"020", never, "020", never, "020", never}, payment.DeclinedOp},
		"the capture, twice":            {true, []any{"020", yes("p2"), "022", never, "022", never, "022", yes("p2"), "023", yes("p1")}, payment.Succeeded},
		"the capture, each time":        {true, []any{"020", yes("p2"), "022", never, "022", never, "022", never, "021", yes("p2")}, payment.DeclinedOp},
		"in use, after one never left":  {false, []any{"020", never, "020", Answer{Outcome: Decline, Final: true, Code: idInUseCode}}, payment.DeclinedOp},
		"in use, then it is authorised": {false, []any{"020", Answer{Outcome: Decline, Final: true, Code: idInUseCode}, "020", yes("p3"), "021", yes("p1")}, payment.Succeeded},
	} {
		for _, before := range []bool{false, true} {
			w, old, parent := changing(t, tt.captured)
			if before {
				w.play(parent, "020", never, "020", never, "020", never)
				old = w.l.Current()
				button := map[bool]payment.Button{false: payment.AuthChangeButton, true: payment.SaleChangeButton}[tt.captured]
				w.must(func(l *Ledger, tk tick) (err error) {
					parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: button, Amount: total, Total: lower, Actor: "staff:1"})
					return err
				})
			}
			w.play(parent, tt.steps...)
			if op := w.l.operation(parent.ID); op.State != tt.state {
				t.Errorf("%s: %+v", name, op)
			}
			if alive := w.alivePayments(); len(alive) != 1 || (alive[0].ID == old.ID) != (tt.state == payment.DeclinedOp) {
				t.Errorf("%s: %+v", name, alive)
			}
		}
	}
}

func (w *world) alivePayments() []*Payment {
	var alive []*Payment
	for _, p := range w.l.Payments {
		if p.living() {
			alive = append(alive, p)
		}
	}
	return alive
}

// TestAPaidyStepThatNeverLeaves ends the change after three tries; what was taken stays the
// order's, under 金額未反映.
func TestAPaidyStepThatNeverLeaves(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		steps []any
		state payment.State
		phase payment.Phase
		worth order.Yen
	}{
		"both leave":             {[]any{"341", yes("p1"), "342", yes("p1")}, payment.Succeeded, payment.Captured, lower},
		"341, twice":             {[]any{"341", never, "341", never, "341", yes("p1"), "342", yes("p1")}, payment.Succeeded, payment.Captured, lower},
		"341, each time":         {[]any{"341", never, "341", never, "341", never}, payment.DeclinedOp, payment.Authorised, total},
		"342, twice":             {[]any{"341", yes("p1"), "342", never, "342", never, "342", yes("p1")}, payment.Succeeded, payment.Captured, lower},
		"342, each time":         {[]any{"341", yes("p1"), "342", never, "342", never, "342", never}, payment.DeclinedOp, payment.Captured, total},
		"341 refused":            {[]any{"341", no}, payment.DeclinedOp, payment.Authorised, total},
		"342 refused, 341 taken": {[]any{"341", yes("p1"), "342", no}, payment.DeclinedOp, payment.Captured, total},
	} {
		w, p, _ := atPaidy(t)
		w.l.Order.Total = lower
		var parent *Operation
		w.must(func(l *Ledger, tk tick) (err error) {
			parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
			return err
		})
		w.play(parent, tt.steps...)
		p = w.l.payment(p.ID)
		if op := w.l.operation(parent.ID); op.State != tt.state || p.Phase != tt.phase || p.Amount != tt.worth || w.alerts[string(AlertAmountOpen)] != (tt.worth != lower) {
			t.Errorf("%s: %+v, %+v, alerts %v", name, op, p, w.alerts)
		}
	}
}

// TestWhenAChangedPaymentIsAskedAbout: as any that stands like it.
func TestWhenAChangedPaymentIsAskedAbout(t *testing.T) {
	t.Parallel()
	w, _, parent := changing(t, false)
	w.steps(parent, "020", yes("p2"), "021", yes("p1"))
	if p := w.l.Current(); p.PaymentID != "p2" || !p.AskAt.Equal(p.LimitAt.Add(margin)) {
		t.Errorf("%+v", p)
	}
	w, _, parent = changing(t, true)
	for range 2 { // 020, 022
		w.settle(w.step(parent), verdictOf(yes("p2")))
	}
	last := w.step(parent)
	w.now = w.now.Add(2 * time.Hour)
	w.settle(last, verdictOf(yes("p1")))
	w.step(parent)
	if p := w.l.Current(); p.PaymentID != "p2" || !p.AskAt.Equal(w.now.Add(time.Hour)) {
		t.Errorf("%+v", p)
	}
}

// TestTheAlertOfAnOldPaymentThatStays is open while the saga waits, also after its status moved.
func TestTheAlertOfAnOldPaymentThatStays(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.steps(parent, "020", yes("p2"), "021", no)
	if !w.alerts[string(AlertReversing)] {
		t.Fatalf("alerts %v", w.alerts)
	}
	w.must(func(l *Ledger, tk tick) error { // 094 finds it captured: 023 is the telegram now
		return l.observe(tk, l.payment(old.ID), told(payment.Cleared, time.Time{}, "inquiry"))
	})
	w.now = w.now.Add(time.Minute)
	w.steps(parent, "023", no)
	if !w.alerts[string(AlertReversing)] {
		t.Errorf("alerts %v", w.alerts)
	}
	w.now = w.now.Add(time.Hour)
	w.steps(parent, "023", yes("p1"))
	w.stands(old, payment.Ended, payment.Refunded)
	if w.alerts[string(AlertReversing)] {
		t.Errorf("alerts %v", w.alerts)
	}
}

// TestWhatTheAlertOfAnOldPaymentTells: the refusal, or nothing where no telegram fits yet.
func TestWhatTheAlertOfAnOldPaymentTells(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		steps []any
		put   func(*world, *Payment)
		code  string
	}{
		"refused":               {[]any{"020", yes("p2"), "021", no}, func(*world, *Payment) {}, "2003"},
		"the centre is at work": {[]any{"020", yes("p2")}, func(w *world, p *Payment) { w.l.payment(p.ID).Status = payment.CaptureRequested }, ""},
	} {
		w, old, parent := changing(t, false)
		for i := 0; i < len(tt.steps); i += 2 {
			w.settle(w.step(parent), verdictOf(tt.steps[i+1].(Answer)))
		}
		tt.put(w, old)
		told := w.written(EventAlertOpened, func(l *Ledger, tk tick) error {
			step, err := l.sagaStep(tk, parent.ID)
			if step != nil {
				t.Errorf("%s: sends %s", name, step.Kind)
			}
			return err
		})
		if len(told) != 1 || told[0].Data.Alert != AlertReversing || told[0].Data.Code != tt.code {
			t.Errorf("%s: %+v", name, told)
		}
	}
}

// TestAWorkerComesTooLate to a change of the amount that ended: nothing is planned under it and
// nothing told of it again, whatever became of the order since.
func TestAWorkerComesTooLate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		captured bool
		steps    []any
		then     func(*world)
	}{
		"it succeeded":                       {false, []any{"020", yes("p2"), "021", yes("p1")}, func(*world) {}},
		"it was refused":                     {false, []any{"020", no}, func(*world) {}},
		"and the order was shipped":          {true, []any{"020", yes("p2"), "022", yes("p2"), "023", yes("p1")}, func(w *world) { w.moved(order.Delivered) }},
		"and staff gave the new amount back": {true, []any{"020", yes("p2"), "022", yes("p2"), "023", yes("p1")}, func(w *world) { w.settle(w.send(w.change(false)), verdictOf(yes("p2"))) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, parent := changing(t, tt.captured)
			w.steps(parent, tt.steps...)
			tt.then(w)
			was, events, status, operations := *w.l.operation(parent.ID), w.events, w.l.Order.Status, len(w.l.Operations)
			w.now = w.now.Add(time.Hour)
			if op := w.step(parent); op != nil || len(w.l.Operations) != operations || w.events != events {
				t.Errorf("planned %+v, %d events more", op, w.events-events)
			}
			if now := *w.l.operation(parent.ID); now != was {
				t.Errorf("it was %+v, and is %+v", was, now)
			}
			w.status(status)
		})
	}
	if op, err := newWorld(t).l.sagaStep(tick{}, "none"); op != nil || err != nil {
		t.Errorf("of none: %+v, %v", op, err)
	}
}

// TestPaidyEndsWhileItIsChanged: a payment that expired or was given back there is neither
// captured nor told to have been changed.
func TestPaidyEndsWhileItIsChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		steps []any
		ends  payment.Status
		end   payment.End
	}{
		"before its capture": {nil, payment.AuthExpired, payment.Expired},
		"after its capture":  {[]any{"341", yes("p1")}, payment.RefundDone, payment.Refunded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, _ := atPaidy(t)
			w.l.Order.Total = lower
			var parent *Operation
			w.must(func(l *Ledger, tk tick) (err error) {
				parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
				return err
			})
			for i := 0; i < len(tt.steps); i += 2 {
				op := w.step(parent)
				if op == nil || op.Kind.Telegram() != tt.steps[i] {
					t.Fatalf("%+v", op)
				}
				w.settle(op, verdictOf(tt.steps[i+1].(Answer)))
			}
			w.learnt(p, tt.ends)
			if op := w.step(parent); op != nil {
				t.Errorf("%s is sent about a payment that has ended", op.Kind.Telegram())
			}
			if op := w.l.operation(parent.ID); op.State != payment.DeclinedOp || op.Cause != "ended_meanwhile" {
				t.Errorf("the change is %s by %s", op.State, op.Cause)
			}
			w.stands(p, payment.Ended, tt.end)
			if w.l.OpenOperation() != nil {
				t.Error("the order is busy for ever")
			}
		})
	}
}

// TestTheNewPaymentEndsFirst: while the old one will not go, the new one, which is the order's by
// then, is cancelled there. The old one is cancelled all the same, and does not stay alive
// without an order.
func TestTheNewPaymentEndsFirst(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.settle(w.step(parent), verdictOf(yes("p2")))
	op := w.step(parent)
	w.must(func(l *Ledger, tk tick) error {
		return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.AuthOK))
	})
	fresh := w.l.Current()
	w.learnt(fresh, payment.AuthCancelDone)
	w.stands(fresh, payment.Ended, payment.Canceled)
	w.now = w.now.Add(time.Hour)
	w.steps(parent, "021", yes("p1"))
	w.stands(old, payment.Ended, payment.Canceled)
	if len(w.alivePayments()) != 0 || w.l.operation(parent.ID).State.Open() {
		t.Errorf("%d live, the change is %s", len(w.alivePayments()), w.l.operation(parent.ID).State)
	}
}
