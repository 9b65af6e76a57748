package reconcile_test

import (
	"context"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/paygentsim"
)

// TestFiveSeconds: just before the first byte less than 5 s must have passed since
// the operation was marked sent; else nothing leaves (money.md §2).
func TestFiveSeconds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		late time.Duration
		left int
	}{{4999 * time.Millisecond, 1}, {5 * time.Second, 0}, {time.Minute, 0}} {
		t.Run(tt.late.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			r.spy.during = func() { r.Advance(tt.late) }
			result, err := r.pay(id, goodCard, "k1")
			if err != nil {
				t.Fatal(err)
			}
			if n := r.wire.count("020", ""); n != tt.left {
				t.Fatalf("020 left %d times", n)
			}
			if tt.left == 1 {
				r.expect(id, order.New, payment.Authorised, 9)
				return
			}
			if result.Operation.State != payment.RejectedOp || result.Step.Kind != ledger.StepPay {
				t.Errorf("%+v", result)
			}
			r.expect(id, order.Processing, payment.Ended, 10)
			if _, err := r.pay(id, goodCard, "k2"); err != nil {
				t.Error(err)
			}
			r.expect(id, order.New, payment.Authorised, 9)
		})
	}
}

// TestNothingLeft: a connection that fails before a byte was read changes nothing.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.wire.script("", script{unsent: true})
	result, err := r.pay(id, goodCard, "k1")
	if err != nil || result.Operation.State != payment.RejectedOp {
		t.Fatalf("%+v, %v", result.Operation, err)
	}
	r.expect(id, order.Processing, payment.Ended, 10)
	id = r.paid()
	r.wire.script("", script{unsent: true})
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.expect(id, order.New, payment.Authorised, 9)
	if r.wire.count("022", "") != 0 {
		t.Error("022 left")
	}
}

// TestTheDeadlineIsAbsolute: counted from sent, however late the telegram leaves; and
// the telegram carries what was planned.
func TestTheDeadlineIsAbsolute(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(2)
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b == ledger.AfterSent {
			r.Advance(3 * time.Second)
		}
	}
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	c := r.spy.commands[0]
	if c.Remaining != telegramTimeout-3*time.Second {
		t.Errorf("%s remain", c.Remaining)
	}
	if c.Amount != 2200 || c.SettingsVersion != 1 || c.Environment != payment.Simulator || c.OrderID != id {
		t.Errorf("%+v", c)
	}
	op := r.view(id).Operations[0]
	if op.DeadlineAt.Sub(op.SentAt) != telegramTimeout {
		t.Errorf("deadline %s after sent", op.DeadlineAt.Sub(op.SentAt))
	}
}

// TestNothingIsLockedOnTheWire: while a telegram is under way others may write to the
// same order, and find the operation sent.
func TestNothingIsLockedOnTheWire(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.spy.during = func() {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := r.Store.Update(ctx, id, func(l *ledger.Ledger) error {
			if op := l.OpenOperation(); op.State != payment.Sent || l.Order.Status != order.Pending || l.Hold == nil || l.Hold.State != ledger.Held {
				t.Errorf("on the wire: %+v, order in %s", op, l.Order.Status.Name())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestABuyerWhoClosesThePage stops nothing.
func TestABuyerWhoClosesThePage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	ctx, cancel := context.WithCancel(t.Context())
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b == ledger.AfterPlanned {
			cancel()
		}
	}
	_, err := r.service.Begin(ctx, ledger.Begin{
		Order: id, Amount: 1100, Beside: ledger.Beside{Token: ledger.CardToken(r.token(goodCard))}, PaymentClass: "10", Actor: ledger.Buyer, Key: "k1",
	})
	if err != nil || ctx.Err() == nil {
		t.Fatalf("%v, %v", err, ctx.Err())
	}
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestSubmittedTwice: the same submit again sends nothing, whatever became of it.
func TestSubmittedTwice(t *testing.T) {
	t.Parallel()
	for name, card := range map[string]string{"paid": goodCard, "refused": refusedCard, "unknown": lostAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			first, err := r.pay(id, card, "k1")
			if err != nil {
				t.Fatal(err)
			}
			again, err := r.pay(id, goodCard, "k1")
			if err != nil || !again.Replayed || again.Operation.ID != first.Operation.ID || again.Step.Kind != first.Step.Kind {
				t.Errorf("%+v, %v", again, err)
			}
			if n := r.wire.count("020", ""); n != 1 {
				t.Errorf("020 left %d times", n)
			}
		})
	}
	r := newRig(t)
	id := r.paid()
	for range 2 {
		if _, err := r.change(id, true, "c1"); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.wire.count("022", ""); n != 1 {
		t.Errorf("022 left %d times", n)
	}
	other := r.order(1) // a key is one form's: shown for one order, it serves no other
	if _, err := r.pay(other, goodCard, r.key(id)); err == nil {
		t.Error("another order took the same submit")
	}
	if n := r.wire.count("020", ""); n != 1 {
		t.Errorf("020 left %d times", n)
	}
}

// TestCrash at each boundary of an authorisation: nothing is touched while the lease
// lives; afterwards another node brings the order to its end (money.md §2).
func TestCrash(t *testing.T) {
	t.Parallel()
	for at, want := range map[ledger.Boundary]struct {
		left   int
		status order.Status
		phase  payment.Phase
		end    payment.End
		stock  int64
	}{
		ledger.AfterPlanned: {0, order.Processing, payment.Ended, payment.NeverSent, 10},
		ledger.AfterSent:    {0, order.Processing, payment.Ended, payment.NotHappened, 10},
		ledger.AfterAnswer:  {1, order.New, payment.Authorised, "", 9},
		ledger.AfterSettled: {1, order.New, payment.Authorised, "", 9},
	} {
		for _, again := range []string{"node-2", "node-1"} {
			t.Run(string(at)+" then "+again, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				id := r.order(1)
				r.crash(at, func() { _, _ = r.pay(id, goodCard, "k1") })
				_, resolver := r.other("node-2")
				if again == "node-1" { // starting again under the same name ends the leases
					if err := r.Store.EndLeases(t.Context(), "node-1", r.Now()); err != nil {
						t.Fatal(err)
					}
					resolver = r.resolver
				} else {
					before := r.view(id)
					r.run(resolver.Step)
					r.Advance(59 * time.Second)
					r.run(resolver.Step)
					if after := r.view(id); after.Version != before.Version {
						t.Fatal("touched while its lease lived")
					}
				}
				if again == "node-1" && at == ledger.AfterPlanned {
					r.run(resolver.Step)
					r.expect(id, want.status, want.phase, want.stock)
				}
				for range 30 {
					r.Advance(10 * time.Second)
					r.run(resolver.Step)
				}
				r.expect(id, want.status, want.phase, want.stock)
				if p := r.view(id).Current(); p.End != want.end {
					t.Errorf("ended as %q", p.End)
				}
				r.settle()
				if n := r.wire.count("020", ""); n != want.left {
					t.Errorf("020 left %d times", n)
				}
			})
		}
	}
}

// TestCrashOfAChange leaves the order as it was, or finishes what took effect.
func TestCrashOfAChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		at      ledger.Boundary
		capture bool
		status  order.Status
		phase   payment.Phase
		stock   int64
	}{
		{ledger.AfterPlanned, true, order.New, payment.Authorised, 9},
		{ledger.AfterSent, true, order.New, payment.Authorised, 9},
		{ledger.AfterAnswer, true, order.Paid, payment.Captured, 9},
		{ledger.AfterPlanned, false, order.New, payment.Authorised, 9},
		{ledger.AfterSent, false, order.New, payment.Authorised, 9},
		{ledger.AfterAnswer, false, order.Canceled, payment.Ended, 10},
	} {
		t.Run(string(tt.at), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			r.crash(tt.at, func() { _, _ = r.change(id, tt.capture, "c1") })
			if _, err := r.change(id, tt.capture, "c2"); !problem.Is(err, "operation.open") {
				t.Errorf("pressing again: %v", err)
			}
			r.wait(6 * time.Minute)
			r.expect(id, tt.status, tt.phase, tt.stock)
		})
	}
}

// TestTakenOver: the sender sleeps past its lease. Whoever took the operation over has
// closed it, and the sender sends nothing.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	_, resolver := r.other("node-2")
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b == ledger.AfterPlanned {
			r.Advance(lease)
			r.run(resolver.Step)
		}
	}
	result, err := r.pay(id, goodCard, "k1")
	if err != nil || result.Step.Kind != ledger.StepPay || result.Operation.Cause != "never_sent" {
		t.Errorf("%+v, %v", result, err)
	}
	if n := r.wire.count("020", ""); n != 0 {
		t.Errorf("020 left %d times", n)
	}
	r.expect(id, order.Processing, payment.Ended, 10)
}

// TestAnswerAfterTheLease: another node has declared it unknown; the answer still counts.
func TestAnswerAfterTheLease(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		card   string
		body   string
		status order.Status
		stock  int64
	}{
		"approved": {goodCard, "", order.New, 9},
		"refused":  {refusedCard, "", order.Processing, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			_, resolver := r.other("node-2")
			r.reached = func(b ledger.Boundary, _ order.ID) {
				if b == ledger.AfterAnswer {
					r.wire.script("094", script{}) // silent to the other node
					r.Advance(lease)
					r.run(resolver.Step)
					if op := r.view(id).OpenOperation(); op == nil || op.State != payment.UnknownState {
						t.Errorf("the other node left %+v", op)
					}
				}
			}
			if _, err := r.pay(id, tt.card, "k1"); err != nil {
				t.Fatal(err)
			}
			if l := r.view(id); l.Order.Status != tt.status || l.OpenOperation() != nil {
				t.Errorf("%s, open %+v", l.Order.Status.Name(), l.OpenOperation())
			}
			r.expectStock(tt.stock)
		})
	}
}

// TestCommitInDoubt: after A or sent nothing goes on, after B it is done again.
func TestCommitInDoubt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		updates, sent []doubt
		failed        bool // the buyer sees an error
		left          int  // telegrams
		status        order.Status
		stock         int64
	}{
		"A, written":          {updates: []doubt{committed}, failed: true, status: order.Processing, stock: 10},
		"A, not written":      {updates: []doubt{lost}, failed: true, status: order.Processing, stock: 10},
		"sent, written":       {sent: []doubt{committed}, failed: true, status: order.Processing, stock: 10},
		"sent, not written":   {sent: []doubt{lost}, failed: true, status: order.Processing, stock: 10},
		"B, written":          {updates: []doubt{fine, committed}, left: 1, status: order.New, stock: 9},
		"B, not written":      {updates: []doubt{fine, lost}, left: 1, status: order.New, stock: 9},
		"B, again and again":  {updates: []doubt{fine, lost, committed, committed, lost}, left: 1, status: order.New, stock: 9},
		"B, and never better": {updates: []doubt{fine, lost, lost, lost, lost, lost}, failed: true, left: 1, status: order.New, stock: 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			r.store.updates, r.store.sent = tt.updates, tt.sent
			_, err := r.pay(id, goodCard, "k1")
			if tt.failed != (err != nil) {
				t.Fatalf("%v", err)
			}
			if n := r.wire.count("020", ""); n != tt.left {
				t.Errorf("020 left %d times", n)
			}
			r.wait(6 * time.Minute)
			l := r.view(id)
			if l.Order.Status != tt.status || l.OpenOperation() != nil {
				t.Errorf("%s, open %+v", l.Order.Status.Name(), l.OpenOperation())
			}
			r.expectStock(tt.stock)
			if tt.status == order.New {
				r.same("mails", r.mails(id), "order")
			}
		})
	}
}

// TestCommitInDoubtOfADecline: B of a decline that asks 094 first.
func TestCommitInDoubtOfADecline(t *testing.T) {
	t.Parallel()
	for _, d := range []doubt{committed, lost} {
		r := newRig(t)
		id := r.order(1)
		r.wire.script("020", script{body: "\r\nresult=1\r\nresponse_code=9999"})
		r.store.updates = []doubt{fine, d}
		if _, err := r.pay(id, goodCard, "k1"); err != nil {
			t.Fatal(err)
		}
		r.expect(id, order.Processing, payment.Ended, 10)
	}
}

// TestAnotherSettingsVersion: an operation whose settings were switched to another
// merchant or environment meanwhile is not sent (money.md §10).
func TestAnotherSettingsVersion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*ledger.Policy)
		left   int
	}{
		"the same centre":     {func(p *ledger.Policy) { p.Version++ }, 1},
		"another environment": {func(p *ledger.Policy) { p.Version++; p.Environment = payment.Test }, 0},
		"another merchant":    {func(p *ledger.Policy) { p.Version++; p.MerchantID = "other" }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			r.reached = func(b ledger.Boundary, _ order.ID) {
				if b == ledger.AfterPlanned {
					tt.change(&r.policy)
				}
			}
			if _, err := r.pay(id, goodCard, "k1"); err != nil {
				t.Fatal(err)
			}
			if n := r.wire.count("020", ""); n != tt.left {
				t.Errorf("020 left %d times", n)
			}
			if tt.left == 0 {
				r.expect(id, order.Processing, payment.Ended, 10)
			} else if v := r.spy.commands[0].SettingsVersion; v != 1 {
				t.Errorf("sent with version %d", v)
			}
		})
	}
}

// TestCrashAfterAReplacement: the operation that took the place of one whose id was in
// use is recovered like any other.
func TestCrashAfterAReplacement(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.twice = true
	r.elsewhere(r.trading(id), 500)
	r.Advance(time.Hour)
	sent := 0
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b != ledger.AfterSent {
			return
		}
		if sent++; sent == 2 {
			panic(errCrash)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = r.pay(id, goodCard, "k1")
	}()
	if sent != 2 {
		t.Fatalf("sent %d times", sent)
	}
	r.wait(8 * time.Minute)
	r.expect(id, order.Processing, payment.Ended, 10)
	if n := len(r.view(id).Payments); n != 2 {
		t.Errorf("%d payments", n)
	}
}

// TestAnotherEnvironment: nothing is asked or sent about a payment of a former one; a
// payment_id means another payment there (money.md §10).
func TestAnotherEnvironment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, _ := r.double()
	r.wire.script("021", script{body: refusing("1", "2003")})
	r.settle() // its reversal has failed once and is tried again in ten seconds
	sold := r.paid()
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		t.Fatal(err)
	}
	if _, err := r.change(sold, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.policy.Version, r.policy.Environment = 2, payment.Production
	left := len(r.wire.sent)
	r.waitBy(50*time.Hour, 10*time.Minute)
	if n := len(r.wire.sent) - left; n > 0 {
		t.Errorf("%d telegrams left: %v", n, r.wire.sent[left:])
	}
	if _, err := r.changeOf(id, r.first(id), false, "x"); code(err) != "payment.other_environment" {
		t.Errorf("取消: %v", err)
	}
	r.policy.Version, r.policy.Environment = 3, payment.Simulator
	r.waitBy(25*time.Hour, 10*time.Minute)
	r.expect(sold, order.Paid, payment.Captured, 8)
	if p := r.first(id); p.Phase != payment.Ended {
		t.Errorf("%+v", p)
	}
}

// TestReversalPlannedBeforeTheSwitch is not sent after it.
func TestReversalPlannedBeforeTheSwitch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, _ := r.double()
	r.run(r.sim.Step, r.confirmer.Step)
	r.policy.Environment = payment.Production // even under the same version
	r.wait(10 * time.Minute)
	if n := r.wire.count("021", ""); n > 0 {
		t.Errorf("021 left %d times", n)
	}
	if p := r.first(id); p.Phase != payment.Authorised || !p.Reverse {
		t.Errorf("%+v", p)
	}
}
