package reconcile_test

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// silence lets every inquiry stay without an answer.
func (r *rig) silence() {
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		return ledger.Finding{Kind: ledger.NoAnswer, Code: "P015"}, true
	}
}

// says settles the order's open operation by a person's word.
func (r *rig) says(id order.ID, happened bool) (ledger.Result, error) {
	r.t.Helper()
	op := r.view(id).OpenOperation()
	if op == nil {
		r.t.Fatal("nothing is open")
	}
	return r.service.SettleUnknown(r.t.Context(), ledger.SettleUnknown{
		Order: id, Operation: op.ID, Happened: happened, Reason: "ペイジェントオンラインで確認", Actor: "staff:1",
	})
}

// TestAPersonSettlesTheSilentUnknown: yes or no, by the one transaction B; later
// evidence that contradicts follows the table (money.md §3, §6).
func TestAPersonSettlesTheSilentUnknown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		card     string // of the 020 that stays unknown
		happened bool
		status   order.Status // after the word
		phase    payment.Phase
		after    order.Status // when the centre answers again
		finally  payment.Phase
		stock    int64
		alerts   []string
	}{
		"yes, and it did":     {lostAfter, true, order.New, payment.Authorised, order.New, payment.Authorised, 9, nil},
		"no, and it did not":  {lostBefore, false, order.Processing, payment.Ended, order.Processing, payment.Ended, 10, nil},
		"no, although it did": {lostAfter, false, order.Processing, payment.Ended, order.New, payment.Authorised, 9, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			r.silence()
			if _, err := r.pay(id, tt.card, "k1"); err != nil {
				t.Fatal(err)
			}
			r.run(r.resolver.Step) // the centre's notices are held back
			if _, err := r.says(id, tt.happened); code(err) != "operation.in_flight" {
				t.Errorf("while the telegram may be under way: %v", err)
			}
			for range 10 {
				r.Advance(time.Minute)
				r.run(r.resolver.Step)
			}
			op := r.view(id).OpenOperation()
			for range 2 { // a second press, or the other tab
				got, err := r.service.SettleUnknown(t.Context(), ledger.SettleUnknown{
					Order: id, Operation: op.ID, Happened: tt.happened, Reason: "確認済み", Actor: "staff:1",
				})
				if err != nil || got.Operation.Cause != "staff" {
					t.Fatalf("%+v, %v", got, err)
				}
			}
			if _, err := r.service.SettleUnknown(t.Context(), ledger.SettleUnknown{
				Order: id, Operation: op.ID, Happened: !tt.happened, Reason: "違う", Actor: "staff:2",
			}); code(err) != "operation.settled" {
				t.Errorf("the other answer: %v", err)
			}
			l := r.view(id)
			if l.Order.Status != tt.status || l.Current().Phase != tt.phase {
				t.Errorf("in %s, payment %s", l.Order.Status.Name(), l.Current().Phase)
			}
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_event WHERE operation_id = ? AND actor = 'staff:1' AND cause = 'staff'", op.ID); n != 1 {
				t.Errorf("%d events tell whose word it was", n)
			}
			r.spy.answer = nil
			r.wait(2 * time.Hour)
			r.expect(id, tt.after, tt.finally, tt.stock)
			r.same("alerts", r.alerts(id), tt.alerts...)
			if p := r.view(id).Current(); p.Phase == payment.Authorised && p.PaymentID == "" {
				t.Error("the payment_id never became known")
			}
		})
	}
}

// TestAWordThatWasWrong: it was said to stand, and the centre says that it was refused:
// the shop is told.
func TestAWordThatWasWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.silence()
	r.wire.script("020", script{effect: true}) // refused, and its answer lost
	if _, err := r.pay(id, refusedCard, "k1"); err != nil {
		t.Fatal(err)
	}
	r.Advance(5 * time.Minute)
	if _, err := r.says(id, true); err != nil {
		t.Fatal(err)
	}
	r.spy.answer = nil
	r.wait(2 * time.Hour)
	r.same("alerts", r.alerts(id), string(ledger.AlertContradiction))
}

// TestTheCentreGoesBeforeAPerson: evidence settles it whatever the person says; what the
// centre works on, or is about to settle, is left to it.
func TestTheCentreGoesBeforeAPerson(t *testing.T) {
	t.Parallel()
	t.Run("evidence", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		id := r.order(1)
		r.silence()
		if _, err := r.pay(id, lostAfter, "k1"); err != nil {
			t.Fatal(err)
		}
		r.Advance(5 * time.Minute)
		r.spy.answer = nil
		got, err := r.says(id, false)
		if err != nil || got.Operation.State != payment.Succeeded || got.Operation.Cause != "inquiry" {
			t.Errorf("%+v, %v", got.Operation, err)
		}
		r.settle()
		r.expect(id, order.New, payment.Authorised, 9)
	})
	t.Run("transit", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		id := r.paid()
		r.wire.script("022", script{})
		if _, err := r.change(id, true, "c1"); err != nil {
			t.Fatal(err)
		}
		r.at(id, paygentsim.CaptureRequested, false)
		r.wait(5 * time.Minute)
		if _, err := r.says(id, true); code(err) != "payment.transit" {
			t.Errorf("%v", err)
		}
		if r.view(id).OpenOperation() == nil {
			t.Error("settled all the same")
		}
	})
	t.Run("a negative answer", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		id := r.order(1)
		r.silence()
		if _, err := r.pay(id, lostBefore, "k1"); err != nil {
			t.Fatal(err)
		}
		r.Advance(5 * time.Minute)
		r.spy.answer = nil
		if _, err := r.says(id, true); code(err) != "operation.answered" {
			t.Errorf("%v", err)
		}
		r.wait(3 * time.Minute)
		r.expect(id, order.Processing, payment.Ended, 10)
	})
}

// TestWhatAWordNeeds: a reason, and an operation whose outcome is unknown.
func TestWhatAWordNeeds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	op := r.view(id).Operations[0].ID
	for _, tt := range []struct{ operation, reason, want string }{
		{op, " ", "operation.reason"}, {op, "確認", "operation.settled"}, {"nobody", "確認", "operation.none"},
	} {
		_, err := r.service.SettleUnknown(t.Context(), ledger.SettleUnknown{Order: id, Operation: tt.operation, Reason: tt.reason, Actor: "staff:1"})
		if code(err) != tt.want {
			t.Errorf("%q %q: %v", tt.operation, tt.reason, err)
		}
	}
}

// TestAWordAboutEachChange: the outcome is the one that an answer would have had.
func TestAWordAboutEachChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		capture, happened bool
		status            order.Status
		phase             payment.Phase
		stock             int64
	}{
		"captured":      {true, true, order.New, payment.Captured, 9},
		"not captured":  {true, false, order.New, payment.Authorised, 9},
		"cancelled":     {false, true, order.Canceled, payment.Ended, 10},
		"not cancelled": {false, false, order.New, payment.Authorised, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			r.silence()
			telegram := map[bool]string{true: "022", false: "021"}[tt.capture]
			r.wire.script(telegram, script{effect: tt.happened})
			if _, err := r.change(id, tt.capture, "c1"); err != nil {
				t.Fatal(err)
			}
			r.Advance(5 * time.Minute)
			if _, err := r.says(id, tt.happened); err != nil {
				t.Fatal(err)
			}
			r.expect(id, tt.status, tt.phase, tt.stock)
			r.spy.answer = nil
			r.wait(2 * time.Hour)
			if tt.capture && tt.happened {
				r.expect(id, order.Paid, tt.phase, tt.stock)
			}
			r.same("alerts", r.alerts(id))
		})
	}
}

// TestAWordAboutANumber: it was issued, and nobody can show it to the buyer: set aside,
// and watched.
func TestAWordAboutANumber(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.methodOrder(module(payment.Conveni))
	r.silence()
	r.wire.script("030", script{effect: true})
	if _, err := r.begin(id, "k1", ledger.Beside{Store: "00C002"}); err != nil {
		t.Fatal(err)
	}
	r.Advance(5 * time.Minute)
	if _, err := r.says(id, true); err != nil {
		t.Fatal(err)
	}
	l := r.view(id)
	if p := l.Current(); l.Order.Status != order.Processing || p.End != payment.Unreachable || p.AskAt.IsZero() || l.Hold != nil {
		t.Errorf("in %s, %+v", l.Order.Status.Name(), p)
	}
}

// TestInquiriesAreKept: staff see what each inquiry answered.
func TestInquiriesAreKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	answers := []ledger.Finding{{Kind: ledger.NoAnswer, Code: "P015"}, {Kind: ledger.Found, Type: "02", Status: "30", Amount: 1100}, {Kind: ledger.NoSuch, Code: "SIM003"}}
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		f := answers[0]
		answers = answers[1:]
		f.BegunAt = r.Now()
		return f, true
	}
	if _, err := r.pay(id, lostBefore, "k1"); err != nil {
		t.Fatal(err)
	}
	for len(answers) > 0 {
		r.Advance(time.Second)
		r.run(r.resolver.Step)
	}
	r.spy.answer = nil
	got := r.lines("SELECT cause FROM plg_kessai_event WHERE order_id = ? AND kind = 'inquired' ORDER BY seq", int64(id))
	if want := []string{"nothing", "transit", "negative"}; !slices.Equal(got, want) {
		t.Errorf("kept %v", got)
	}
}

// TestAWordIsAskedAbout an hour later, and daily until the centre confirms it.
func TestAWordIsAskedAbout(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.silence()
	if _, err := r.pay(id, lostAfter, "k1"); err != nil {
		t.Fatal(err)
	}
	r.Advance(5 * time.Minute) // no notice comes
	if _, err := r.says(id, true); err != nil {
		t.Fatal(err)
	}
	r.spy.asked = nil
	r.Advance(time.Hour)
	r.run(r.watcher.Step)
	if len(r.spy.asked) != 1 || r.view(id).Current().PaymentID != "" {
		t.Fatalf("asked %d times after an hour", len(r.spy.asked))
	}
	r.spy.answer = nil
	r.Advance(24 * time.Hour)
	r.run(r.watcher.Step)
	if r.view(id).Current().PaymentID == "" {
		t.Error("not asked a day later")
	}
	r.expect(id, order.New, payment.Authorised, 9)
}
