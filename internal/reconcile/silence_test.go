package reconcile_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// TestScheduleOfQuestions: at once, 10 s, 1 min, 5 min, 30 min, hourly; one alert
// after 30 minutes (money.md §3).
func TestScheduleOfQuestions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	for range 20 {
		r.wire.script("094", script{})
	}
	if _, err := r.pay(id, lostAfter, "k1"); err != nil {
		t.Fatal(err)
	}
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		t.Fatal(err)
	}
	began := r.Now()
	r.run(r.resolver.Step)
	for range 420 { // seven minutes by the second, then by the minute
		r.Advance(time.Second)
		r.run(r.resolver.Step)
	}
	for range 200 {
		r.Advance(time.Minute)
		r.run(r.resolver.Step)
		if late := r.Now().Sub(began) >= 30*time.Minute; late != (len(r.alerts(id)) == 1) {
			t.Fatalf("after %s: alerts %v", r.Now().Sub(began), r.alerts(id))
		}
	}
	var asked []time.Duration
	for _, q := range r.spy.asked {
		asked = append(asked, q.at.Sub(began))
		if q.TradingID == "" || q.PaymentID != "" {
			t.Errorf("asked by %+v", q)
		}
	}
	want := []time.Duration{0, 10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 90 * time.Minute, 150 * time.Minute}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	r.wire.scripts = map[string][]script{}
	r.wait(time.Hour)
	r.expect(id, order.New, payment.Authorised, 9)
	r.same("alerts", r.alerts(id))
}

// TestWhenSilenceIsSettled: not before the deadline plus 60 s, by two answers.
func TestWhenSilenceIsSettled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	if _, err := r.pay(id, lostBefore, "k1"); err != nil {
		t.Fatal(err)
	}
	began := r.Now()
	for r.view(id).OpenOperation() != nil {
		if r.Now().Sub(began) > 10*time.Minute {
			t.Fatal("never settled")
		}
		r.Advance(time.Second)
		r.settle()
	}
	if took := r.Now().Sub(began); took < telegramTimeout+time.Minute || took > telegramTimeout+3*time.Minute {
		t.Errorf("settled after %s", took)
	}
	r.expect(id, order.Processing, payment.Ended, 10)
	if step := ledger.Next(r.view(id)); step.Kind != ledger.StepPay || step.Refusal == nil || step.Refusal.Cause != "not_happened" {
		t.Errorf("the buyer is at %+v", step)
	}
	if _, err := r.pay(id, goodCard, "k2"); err != nil {
		t.Fatal(err)
	}
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestWitness: outside the simulator "no such payment" counts only when the centre
// knows another payment in the same minute; without one only staff settle it.
func TestWitness(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		witness bool
		breaks  bool // the question about the witness is not answered well
		settled bool
	}{
		"none": {}, "one": {witness: true, settled: true}, "one that does not answer": {witness: true, breaks: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) { p.Environment = payment.Production })
			var other order.ID
			if tt.witness {
				other = r.paid()
			}
			id := r.order(1)
			if _, err := r.pay(id, lostBefore, "k1"); err != nil {
				t.Fatal(err)
			}
			if tt.breaks {
				r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
					return ledger.Finding{Kind: ledger.NoAnswer, Code: "P015"}, q.PaymentID != ""
				}
			}
			r.wait(40 * time.Minute)
			l := r.view(id)
			if settled := l.OpenOperation() == nil; settled != tt.settled {
				t.Errorf("settled: %v", settled)
			}
			if !tt.settled {
				r.same("alerts", r.alerts(id), string(ledger.AlertUnknown))
				if l.Order.Status != order.Pending || l.Hold == nil {
					t.Errorf("in %s, hold %+v", l.Order.Status.Name(), l.Hold)
				}
			}
			if tt.witness {
				w := r.view(other).Current().PaymentID
				asked := false
				for _, q := range r.spy.asked {
					asked = asked || q.PaymentID == w
				}
				if !asked {
					t.Error("the witness was not asked about")
				}
			}
		})
	}
}

// TestTransitOfAnUnknownCapture: 30 settles nothing; after a day a person is told.
func TestTransitOfAnUnknownCapture(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.wire.script("022", script{})
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.at(id, paygentsim.CaptureRequested, false)
	r.waitBy(23*time.Hour, 10*time.Minute)
	r.same("alerts after 23 h", r.alerts(id), string(ledger.AlertUnknown))
	r.waitBy(2*time.Hour, 10*time.Minute)
	r.same("alerts after 25 h", r.alerts(id), string(ledger.AlertUnknown), string(ledger.AlertTransit))
	r.at(id, paygentsim.Captured, false)
	r.waitBy(2*time.Hour, 10*time.Minute)
	r.expect(id, order.Paid, payment.Captured, 9)
	r.same("alerts", r.alerts(id))
}

// TestEvidenceAtOnce: evidence before the deadline settles a yes, never a no.
func TestEvidenceAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	if _, err := r.pay(id, lostAfter, "k1"); err != nil {
		t.Fatal(err)
	}
	r.run(r.resolver.Step)
	r.expect(id, order.New, payment.Authorised, 9)
	r.same("mails", r.mails(id), "order")

	id = r.order(1) // refused, and its answer lost
	r.wire.script("020", script{effect: true})
	if _, err := r.pay(id, refusedCard, "k2"); err != nil {
		t.Fatal(err)
	}
	r.run(r.resolver.Step)
	if r.view(id).OpenOperation() == nil {
		t.Error("declined before the deadline")
	}
	r.wait(2 * time.Minute)
	r.expect(id, order.Processing, payment.Ended, 9)
	if p := r.view(id).Current(); p.End != payment.Declined || p.PaymentID == "" {
		t.Errorf("%+v", p)
	}
}

// TestOldPaymentUnderOurID is no evidence for an authorisation planned later.
func TestOldPaymentUnderOurID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.twice = true
	r.elsewhere(r.trading(id), 1100)
	r.Advance(11 * time.Minute)
	r.wire.script("020", script{}) // ours never arrived
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	r.wait(40 * time.Minute)
	if l := r.view(id); l.Order.Status != order.Pending || l.Current().PaymentID != "" {
		t.Errorf("in %s with %+v", l.Order.Status.Name(), l.Current())
	}
}
