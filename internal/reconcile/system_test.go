package reconcile_test

import (
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/paygentsim"
)

func TestBuyCaptureNotice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(2)
	result, err := r.pay(id, "4900000000000000", "k1")
	if err != nil {
		t.Fatal(err)
	}
	if result.Step.Kind != ledger.StepComplete {
		t.Fatalf("the buyer is at %+v", result.Step)
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 8)
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	if s := r.view(id).Current().Situation; s != payment.Sold {
		t.Errorf("ペイジェント状況 is %q", s)
	}
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 8)
	if alive, n := r.charged(); alive != 2200 || n != 1 {
		t.Errorf("the centre holds %d in %d payments", alive, n)
	}
	if _, err := r.change(id, false, "x1"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.expect(id, order.Canceled, payment.Ended, 10)
	if alive, _ := r.charged(); alive != 0 {
		t.Errorf("the centre still holds %d", alive)
	}
}

func TestDeclinedThenAnotherCard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	result, err := r.pay(id, "4900000000008101", "k1")
	if err != nil {
		t.Fatal(err)
	}
	if result.Step.Kind != ledger.StepPay || result.Step.Refusal == nil || result.Step.Refusal.Code != "2003" {
		t.Fatalf("the buyer is at %+v", result.Step)
	}
	r.settle()
	r.expect(id, order.Processing, payment.Ended, 10)
	if result, err = r.pay(id, "4900000000000000", "k2"); err != nil || result.Step.Kind != ledger.StepComplete {
		t.Fatalf("the buyer is at %+v (%v)", result.Step, err)
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
	if alive, _ := r.charged(); alive != 1100 {
		t.Errorf("the centre holds %d", alive)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, card string
		status     order.Status
		phase      payment.Phase
		stock      int64
		alive      int64
	}{
		{"time-out after the effect", "4900000000009001", order.New, payment.Authorised, 9, 1100},
		{"time-out before the effect", "4900000000009002", order.Processing, payment.Ended, 10, 0},
		{"cut after the effect", "4900000000009004", order.New, payment.Authorised, 9, 1100},
		{"garbage after the effect", "4900000000009005", order.New, payment.Authorised, 9, 1100},
		{"503 after the effect", "4900000000009006", order.New, payment.Authorised, 9, 1100},
		{"503 before the effect", "4900000000009007", order.Processing, payment.Ended, 10, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			result, err := r.pay(id, tt.card, "k1")
			if err != nil {
				t.Fatal(err)
			}
			if result.Step.Kind != ledger.StepWait || !result.Step.Unknown {
				t.Fatalf("the buyer is at %+v", result.Step)
			}
			// Pressing again, or paying anew from another tab, sends nothing.
			if again, err := r.pay(id, "4900000000000000", "k1"); err != nil || !again.Replayed {
				t.Errorf("the same submit again: %+v, %v", again, err)
			}
			if _, err := r.pay(id, "4900000000000000", "k2"); !problem.Is(err, "order.payment_running") {
				t.Errorf("another submit: %v", err)
			}
			if err := r.service.GiveUp(t.Context(), id); !problem.Is(err, "operation.open") {
				t.Errorf("giving up: %v", err)
			}
			r.wait(4 * time.Minute)
			r.expect(id, tt.status, tt.phase, tt.stock)
			if alive, n := r.charged(); alive != tt.alive || n > 1 {
				t.Errorf("the centre holds %d in %d payments", alive, n)
			}
		})
	}
}

func TestStaffChangesUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		capture bool
		fault   paygentsim.Fault
		status  order.Status
		phase   payment.Phase
		stock   int64
	}{
		{"capture took effect", true, paygentsim.TimeoutAfter, order.Paid, payment.Captured, 9},
		{"capture did not", true, paygentsim.TimeoutBefore, order.New, payment.Authorised, 9},
		{"cancel took effect", false, paygentsim.TimeoutAfter, order.Canceled, payment.Ended, 10},
		{"cancel did not", false, paygentsim.TimeoutBefore, order.New, payment.Authorised, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			if _, err := r.pay(id, "4900000000000000", "k1"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			telegram := "022"
			if !tt.capture {
				telegram = "021"
			}
			if err := r.sim.ForceFault(telegram, tt.fault); err != nil {
				t.Fatal(err)
			}
			if _, err := r.change(id, tt.capture, "c1"); err != nil {
				t.Fatal(err)
			}
			if _, err := r.change(id, tt.capture, "c2"); !problem.Is(err, "operation.unknown") {
				t.Errorf("pressing again: %v", err)
			}
			r.wait(4 * time.Minute)
			r.expect(id, tt.status, tt.phase, tt.stock)
		})
	}
}
