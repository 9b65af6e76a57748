package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// challenged1 is an order whose buyer is at the page of 3-D Secure 1.0.
func challenged1(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	w.policy.ThreeDS = ThreeDS1
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, Challenge: true, PaymentID: "p1"}))
	p := w.l.Current()
	w.stands(p, payment.AwaitingBuyer, "")
	return w, p
}

// TestTheFirstReturnTells how the buyer was authenticated; a later one changes nothing.
func TestTheFirstReturnTells(t *testing.T) {
	t.Parallel()
	for _, first := range []Authenticated{{Attempt: "0", Protected: true}, {Attempt: "1"}, {Protected: true}} {
		w, p := challenged1(t)
		for _, in := range []Authenticated{first, {Attempt: "2", Protected: !first.Protected}} {
			in.PaymentID, in.PaygentID, in.OK = p.ID, "p1", true
			w.must(func(l *Ledger, tk tick) error { return l.challenged(tk, in) })
		}
		if p = w.l.payment(p.ID); p.Attempt != first.Attempt || p.Protected != first.Protected {
			t.Errorf("%+v: %+v", first, p)
		}
	}
}

// TestAPolicyThatBecameStricter leaves what stands, and revives nothing that has ended.
func TestAPolicyThatBecameStricter(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]bool{"standing": false, "cancelled": true} {
		w, p := challenged1(t)
		again := func(s payment.Status) {
			w.must(func(l *Ledger, tk tick) error { return l.observe(tk, l.payment(p.ID), told(s, time.Time{}, "inquiry")) })
		}
		again(payment.AuthOK)
		phase, ended := payment.Authorised, payment.End("")
		if end {
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
			phase, ended = payment.Ended, payment.Canceled
		}
		w.policy.Attempts = FullOnly
		again(payment.AuthOK)
		w.stands(p, phase, ended)
		if p = w.l.payment(p.ID); p.Reverse || w.l.openOn(p) != nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestChallenged: the return tells how the buyer was authenticated, 094 whether it stands.
func TestChallenged(t *testing.T) {
	t.Parallel()
	returned := func(in Authenticated) func(*shop, *Payment) (Step, error) {
		return func(s *shop, p *Payment) (Step, error) {
			in.Order, in.PaymentID, in.PaygentID = s.order(), p.ID, "p1"
			return s.service.Challenged(context.Background(), in)
		}
	}
	for name, tt := range map[string]struct {
		attempts Attempts
		in       Authenticated
		there    payment.Status
		phase    payment.Phase
		order    order.Status
		step     StepKind
		reverse  bool
	}{
		"in full":                          {FullOnly, Authenticated{OK: true, Protected: true}, payment.AuthOK, payment.Authorised, order.New, StepComplete, false},
		"an attempt, all accepted":         {AcceptAttempts, Authenticated{OK: true, Attempt: "1"}, payment.AuthOK, payment.Authorised, order.New, StepComplete, false},
		"an attempt, protected":            {ProtectedAttempts, Authenticated{OK: true, Attempt: "1", Protected: true}, payment.AuthOK, payment.Authorised, order.New, StepComplete, false},
		"an attempt, not protected":        {ProtectedAttempts, Authenticated{OK: true, Attempt: "1"}, payment.AuthOK, payment.Authorised, order.Processing, StepPay, true},
		"a protected attempt, only full":   {FullOnly, Authenticated{OK: true, Attempt: "1", Protected: true}, payment.AuthOK, payment.Authorised, order.Processing, StepPay, true},
		"it says passed, 094 still at it":  {AcceptAttempts, Authenticated{OK: true, Protected: true}, payment.ThreeDSRunning, payment.AwaitingBuyer, order.Pending, StepPage, false},
		"it says refused, 094 agrees":      {AcceptAttempts, Authenticated{Code: "C", Detail: "D"}, payment.ThreeDSAbandoned, payment.Ended, order.Processing, StepPay, false},
		"it says refused, 094 says stands": {AcceptAttempts, Authenticated{Code: "C"}, payment.AuthOK, payment.Authorised, order.New, StepComplete, false},
	} {
		w, p := challenged1(t)
		w.policy.Attempts = tt.attempts
		s := open(t, w)
		s.there["p1"] = s.world.found(tt.there)
		step, err := returned(tt.in)(s, p)
		if err != nil || step.Kind != tt.step {
			t.Errorf("%s: %+v, %v", name, step, err)
		}
		s.stands(p, tt.phase, s.l.payment(p.ID).End)
		s.status(tt.order)
		if p = s.l.payment(p.ID); p.Reverse != tt.reverse || (s.l.openOn(p) != nil) != tt.reverse {
			t.Errorf("%s: %+v", name, p)
		}
		if begun := s.l.beginning(p); tt.in.Code != "" && tt.step == StepPay && (begun.Code != "C" || begun.Detail != "D") {
			t.Errorf("%s: the buyer reads %+v", name, begun)
		}
		if tt.reverse && (s.l.beginning(p).Code != attemptCode || step.Refusal == nil || step.Refusal.Cause != "challenge") {
			t.Errorf("%s: the buyer is told %+v", name, step.Refusal)
		}
	}
}

// TestForgedReturns name another payment, or one that passed no such challenge.
func TestForgedReturns(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(*Authenticated, *Payment){
		"no payment of ours":  func(in *Authenticated, _ *Payment) { in.PaymentID = "none" },
		"another payment_id":  func(in *Authenticated, _ *Payment) { in.PaygentID = "p2" },
		"none where none is":  func(in *Authenticated, p *Payment) { in.PaygentID, p.PaymentID = "", "" },
		"not by 3-D Secure 1": func(_ *Authenticated, p *Payment) { p.ThreeDS = ThreeDS2 },
	} {
		w, p := challenged1(t)
		s := open(t, w)
		in := Authenticated{Order: s.order(), PaymentID: p.ID, PaygentID: "p1", OK: true, Protected: true}
		forge(&in, p)
		if _, err := s.service.Challenged(context.Background(), in); !problem.Is(err, "payment.unknown") {
			t.Errorf("%s: %v", name, err)
		}
		if p = s.l.payment(p.ID); p.Protected {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestTakenInBeforeTheReturn: where 094 or a notice was faster than the buyer, an attempt that
// the policy refuses is cancelled with its order; what is beyond that is left to staff.
func TestTakenInBeforeTheReturn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put     func(*world, *Payment)
		in      Authenticated
		cancels bool
	}{
		"an attempt":             {func(*world, *Payment) {}, Authenticated{OK: true, Attempt: "1"}, true},
		"in full":                {func(*world, *Payment) {}, Authenticated{OK: true, Protected: true}, false},
		"refused there":          {func(*world, *Payment) {}, Authenticated{}, false},
		"staff have it in hand":  {func(w *world, _ *Payment) { w.l.Order.Status, w.l.LastStatus = order.InProgress, order.InProgress }, Authenticated{OK: true, Attempt: "1"}, false},
		"not the order's":        {func(w *world, _ *Payment) { w.l.CurrentID = "" }, Authenticated{OK: true, Attempt: "1"}, false},
		"to be cancelled anyway": {func(_ *world, p *Payment) { p.Reverse = true }, Authenticated{OK: true, Attempt: "1"}, false},
		"captured":               {func(w *world, p *Payment) { w.learnt(p, payment.Cleared) }, Authenticated{OK: true, Attempt: "1"}, false},
		"staff press a button":   {func(w *world, _ *Payment) { w.change(true) }, Authenticated{OK: true, Attempt: "1"}, false},
		"the centre is at work":  {func(_ *world, p *Payment) { p.Status = payment.CancelRequested }, Authenticated{OK: true, Attempt: "1"}, false},
	} {
		w, p := challenged1(t)
		w.learnt(p, payment.AuthOK)
		w.policy.Attempts = FullOnly
		tt.put(w, w.l.payment(p.ID))
		before := len(w.l.Operations)
		tt.in.PaymentID, tt.in.PaygentID = p.ID, "p1"
		w.must(func(l *Ledger, tk tick) error { return l.challenged(tk, tt.in) })
		if !tt.cancels {
			if len(w.l.Operations) != before {
				t.Errorf("%s: plans %+v", name, w.l.Operations[before])
			}
			continue
		}
		op := w.l.OpenOperation()
		if op == nil || op.Kind != payment.CancelAuthorization || op.Owner != "" || op.Reason != attemptCode {
			t.Fatalf("%s: %+v", name, op)
		}
		if p = w.l.payment(p.ID); p.Attempt != "1" {
			t.Errorf("%s: %+v", name, p)
		}
		w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
		w.status(order.Canceled)
		w.holds(Released)
	}
}

// TestTakenInAtASharedMerchant: under a trading_id without our mark nothing is cancelled by itself,
// by the policy neither; a person is told (money.md §4).
func TestTakenInAtASharedMerchant(t *testing.T) {
	t.Parallel()
	w, p := challenged1(t)
	w.learnt(p, payment.AuthOK)
	w.policy.Attempts, w.policy.SharedMerchant, w.policy.Mark = FullOnly, true, "B"
	w.must(func(l *Ledger, tk tick) error {
		return l.challenged(tk, Authenticated{PaymentID: p.ID, PaygentID: "p1", OK: true, Attempt: "1"})
	})
	if op := w.l.OpenOperation(); op != nil {
		t.Errorf("plans %s", op.Kind)
	}
	w.alerted(AlertReversing)
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.alerted()
}

// TestWhoIsWaitedFor: under a policy that asks for more than is known, what the centre tells
// waits ten minutes for the buyer's return.
func TestWhoIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		attempts Attempts
		put      func(*world, *Payment)
		waits    bool
	}{
		"strict":                      {FullOnly, func(*world, *Payment) {}, true},
		"strict, just before the end": {FullOnly, func(w *world, p *Payment) { w.now = p.BegunAt.Add(10*time.Minute - 1) }, true},
		"strict, ten minutes":         {FullOnly, func(w *world, p *Payment) { w.now = p.BegunAt.Add(10 * time.Minute) }, false},
		"it came back":                {FullOnly, func(_ *world, p *Payment) { p.Protected = true }, false},
		"all accepted":                {AcceptAttempts, func(*world, *Payment) {}, false},
		"by 3-D Secure 2":             {FullOnly, func(_ *world, p *Payment) { p.ThreeDS = ThreeDS2 }, false},
		"it stands":                   {FullOnly, func(_ *world, p *Payment) { p.Phase = payment.Authorised }, false},
	} {
		w, p := challenged1(t)
		w.policy.Attempts = tt.attempts
		tt.put(w, w.l.payment(p.ID))
		until, waits := w.l.awaitsReturn(w.tick(), w.l.payment(p.ID))
		if waits != tt.waits || !until.Equal(p.BegunAt.Add(10*time.Minute)) {
			t.Errorf("%s: %t until %s", name, waits, until)
		}
		busyUntil, busy := w.l.underWay(w.tick(), w.l.payment(p.ID))
		if busy != tt.waits || busy && !busyUntil.Equal(until) {
			t.Errorf("%s: a notice waits %t until %s", name, busy, busyUntil)
		}
	}
}

// TestCompleteChallenge: the old style of 3-D Secure 1.0 is handed to the centre once, for the
// order's waiting payment and its amount only.
func TestCompleteChallenge(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*world, *Payment, *Completed)
		sends bool
		code  string
	}{
		"as it waits":         {func(*world, *Payment, *Completed) {}, true, ""},
		"no payment of ours":  {func(_ *world, _ *Payment, in *Completed) { in.PaymentID = "none" }, false, "payment.unknown"},
		"nothing brought":     {func(_ *world, _ *Payment, in *Completed) { in.PaRes = "" }, false, "payment.unknown"},
		"not by 3-D Secure 1": {func(_ *world, p *Payment, _ *Completed) { p.ThreeDS = ThreeDS2 }, false, "payment.unknown"},
		"another environment": {func(w *world, _ *Payment, _ *Completed) { w.policy.MerchantID = "other" }, false, "payment.other_environment"},
		"not the order's":     {func(w *world, _ *Payment, _ *Completed) { w.l.CurrentID = "" }, false, ""},
		"it stands":           {func(w *world, p *Payment, _ *Completed) { w.learnt(p, payment.AuthOK) }, false, ""},
		"the order is over": {func(w *world, _ *Payment, _ *Completed) {
			w.l.Order.Status, w.l.LastStatus = order.Processing, order.Processing
		}, false, ""},
		"another total": {func(w *world, _ *Payment, _ *Completed) { w.l.Order.Total++ }, false, ""},
		"something is open": {func(w *world, p *Payment, _ *Completed) {
			w.must(func(l *Ledger, tk tick) error {
				l.planOperation(tk, p, payment.Capture, orderKey(l.Order.ID), "node-2", "staff:1", "", total)
				return nil
			})
		}, false, ""},
	} {
		w, p := challenged1(t)
		in := Completed{Order: w.l.Order.ID, PaymentID: p.ID, PaRes: "pares", MD: "md"}
		tt.put(w, w.l.payment(p.ID), &in)
		s := open(t, w)
		s.answer = func(Command) Answer { return Answer{Outcome: Success, PaymentID: "p1", Attempt: "1", Protected: true} }
		r, err := s.service.CompleteChallenge(context.Background(), in)
		if code(err) != tt.code || (len(s.sent) == 1) != tt.sends {
			t.Errorf("%s: %+v, %v, sent %v", name, r, err, s.telegrams())
		}
		if !tt.sends {
			continue
		}
		if c := s.sent[0]; c.Kind != payment.CompleteThreeDS || c.Beside.PaRes != "pares" || c.Beside.MD != "md" || c.PaymentID != "p1" {
			t.Errorf("%s: %+v", name, c)
		}
		s.status(order.New)
		if p = s.l.payment(p.ID); p.Attempt != "1" || !p.Protected { // who bears the liability
			t.Errorf("%s: %+v", name, p)
		}
		if again, err := s.service.CompleteChallenge(context.Background(), in); err != nil || !again.Replayed || len(s.sent) != 1 {
			t.Errorf("%s: twice: %+v, %v", name, again, err)
		}
	}
}

// TestCompleteChallengeWithoutADatabase hands nothing to the centre.
func TestCompleteChallengeWithoutADatabase(t *testing.T) {
	t.Parallel()
	w, p := challenged1(t)
	s := open(t, w)
	s.failing("View")
	if _, err := s.service.CompleteChallenge(bg, Completed{Order: s.order(), PaymentID: p.ID, PaRes: "x", MD: "y"}); !errors.Is(err, errAway) || len(s.sent) > 0 {
		t.Errorf("%v, sent %+v", err, s.sent)
	}
}

// TestCompleteChallengeThatNeverLeft uses nothing up: the buyer's next return hands it to the
// centre, once.
func TestCompleteChallengeThatNeverLeft(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*shop, Completed) error{
		"its node died": func(s *shop, in Completed) error {
			s.failing("MarkSent")
			_, err := s.service.CompleteChallenge(bg, in)
			s.fail = nil
			s.settle(s.l.Operations[len(s.l.Operations)-1], neverSent())
			if !errors.Is(err, errAway) {
				return fmt.Errorf("%w, not that the database is away", err)
			}
			return nil
		},
		"not sent": func(s *shop, in Completed) error {
			s.answer = func(Command) Answer { return Answer{Outcome: Reject, NotSent: true} }
			_, err := s.service.CompleteChallenge(bg, in)
			s.answer = func(Command) Answer { return yes("p1") }
			return err
		},
	} {
		w, p := challenged1(t)
		s := open(t, w)
		in := Completed{Order: w.l.Order.ID, PaymentID: p.ID, PaRes: "pares", MD: "md"}
		for range 2 {
			if err := lose(s, in); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		s.status(order.Pending)
		s.sent = nil
		for _, replayed := range []bool{false, true} {
			if r, err := s.service.CompleteChallenge(bg, in); err != nil || r.Replayed != replayed || len(s.sent) != 1 {
				t.Errorf("%s: %+v, %v, sent %v", name, r, err, s.telegrams())
			}
		}
		s.status(order.New)
	}
}

// TestAnEndOf024 ends the try: the goods go back, and the buyer sees the payment page again
// (money.md §3). One that never left changes nothing.
func TestAnEndOf024(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end   func(w *world, op *Operation)
		ended payment.End // empty: the buyer may still come back
	}{
		"found at 14": {func(w *world, op *Operation) {
			w.unknown(op)
			w.now = w.now.Add(time.Minute)
			w.resolve(op, w.found(payment.ThreeDSRunning))
		}, payment.Unreachable},
		"found at 10, twice": {func(w *world, op *Operation) {
			w.unknown(op)
			for range 2 {
				w.now = w.now.Add(2 * time.Minute)
				w.resolve(op, w.found(payment.Applied))
			}
		}, payment.NotHappened},
		"refused": {func(w *world, op *Operation) {
			w.settle(w.send(op), verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
		}, payment.Declined},
		"refused, and 11": {func(w *world, op *Operation) {
			f := w.found(payment.AuthNG)
			w.send(op)
			w.must(func(l *Ledger, tk tick) error {
				return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "2001"}), f)
			})
		}, payment.Declined},
		"never sent": {func(w *world, op *Operation) { w.settle(op, neverSent()) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := challenged1(t)
			var op *Operation
			w.must(func(l *Ledger, tk tick) error {
				op = l.planOperation(tk, l.payment(p.ID), payment.CompleteThreeDS, orderKey(l.Order.ID), "node", Buyer, "pares", total)
				return nil
			})
			tt.end(w, w.l.operation(op.ID))
			if w.l.operation(op.ID).State != payment.DeclinedOp {
				t.Fatalf("%+v", w.l.operation(op.ID))
			}
			if tt.ended == "" {
				w.stands(p, payment.AwaitingBuyer, "")
				w.status(order.Pending)
				w.holds(Held)
				return
			}
			w.stands(p, payment.Ended, tt.ended)
			w.status(order.Processing)
			w.holds(Released)
		})
	}
}

// TestTakenInAndNotCancelled: the cancellation of what the policy refused is tried again like every
// other, and staff know until it is gone; once the order is in their hands they decide.
func TestTakenInAndNotCancelled(t *testing.T) {
	t.Parallel()
	for name, failed := range map[string]verdict{
		"refused":    {state: payment.DeclinedOp, cause: "inquiry", code: "P023"},
		"never sent": neverSent(),
	} {
		for _, shipped := range []bool{false, true} {
			w, p := challenged1(t)
			w.learnt(p, payment.AuthOK)
			w.policy.Attempts = FullOnly
			w.must(func(l *Ledger, tk tick) error {
				return l.challenged(tk, Authenticated{PaymentID: p.ID, PaygentID: "p1", OK: true, Attempt: "1"})
			})
			w.settle(w.send(w.l.OpenOperation()), failed)
			w.alerted(AlertReversing)
			p = w.l.payment(p.ID)
			if w.l.OpenOperation() != nil || !p.AskAt.Equal(w.now.Add(10*time.Second)) {
				t.Fatalf("%s: asked about at %s, %+v", name, p.AskAt, w.l.OpenOperation())
			}
			if shipped {
				w.l.Order.Status, w.l.LastStatus = order.Delivered, order.Delivered
			}
			w.now = p.AskAt
			f := w.found(payment.AuthOK)
			f.BegunAt = p.BegunAt
			w.watch(p, f)
			op := w.l.OpenOperation()
			if shipped {
				if op != nil {
					t.Errorf("%s, and shipped: %+v", name, op)
				}
				continue
			}
			if op == nil || op.Kind != payment.CancelAuthorization || op.Owner != "" {
				t.Fatalf("%s: not again: %+v", name, op)
			}
			w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
			w.status(order.Canceled)
			w.holds(Released)
			w.alerted()
		}
	}
}
