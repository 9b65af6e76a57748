package reconcile_test

import (
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// double is an order paid twice: the first try came alive after the second stood.
func (r *rig) double() (id order.ID, first string) {
	r.t.Helper()
	id = r.givenUp(storetest.Wanted{Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}}})
	if _, err := r.pay(id, goodCard, "second"); err != nil {
		r.t.Fatal(err)
	}
	return id, r.arrives(id)
}

// first is our book's view of that first payment.
func (r *rig) first(id order.ID) *ledger.Payment { return r.view(id).Payments[0] }

// TestReversalFails: retried with back-off under an alert, until it is gone.
func TestReversalFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, paygentID := r.double()
	for range 4 {
		r.wire.script("021", script{body: refusing("1", "2003")})
	}
	r.settle()
	began := r.Now()
	r.same("alerts", r.alerts(id), string(ledger.AlertReversing))
	r.wait(20 * time.Minute) // at 10 s, 70 s and 370 s
	if n := r.wire.count("021", ""); n != 4 {
		t.Errorf("tried %d times in %s", n, r.Now().Sub(began))
	}
	r.same("alerts", r.alerts(id), string(ledger.AlertReversing))
	if p := r.first(id); p.Phase != payment.Authorised || !p.Reverse {
		t.Errorf("%+v", p)
	}
	r.wait(time.Hour)
	if p, _ := r.sim.Payment(paygentID); p.Status != paygentsim.AuthorizationCancelled {
		t.Errorf("at the centre %s", p.Status)
	}
	if p := r.first(id); p.Phase != payment.Ended || p.End != payment.Canceled {
		t.Errorf("%+v", p)
	}
	r.same("alerts", r.alerts(id))
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestReversalEnds in every way a telegram can go.
func TestReversalEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script  script
		telling bool // 094 is asked after it
	}{
		"answered":                 {script{effect: true, body: "\r\nresult=0"}, false},
		"its answer is lost":       {script{effect: true}, true},
		"it never arrived":         {script{}, true},
		"refused, though it acted": {script{effect: true, body: refusing("1", "2003")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, paygentID := r.double()
			r.wire.script("021", tt.script)
			r.settle()
			if l := r.view(id); l.OpenOperation() != nil {
				t.Error("the order is held up by it")
			}
			r.wait(15 * time.Minute)
			if p, _ := r.sim.Payment(paygentID); p.Status != paygentsim.AuthorizationCancelled {
				t.Errorf("at the centre %s", p.Status)
			}
			if p := r.first(id); p.Phase != payment.Ended || p.Status != payment.AuthCancelDone {
				t.Errorf("%+v", p)
			}
			r.expect(id, order.New, payment.Authorised, 9)
			r.same("alerts", r.alerts(id))
		})
	}
}

// TestReversalCrashes and is taken up again.
func TestReversalCrashes(t *testing.T) {
	t.Parallel()
	for _, at := range []ledger.Boundary{ledger.AfterSent, ledger.AfterAnswer} {
		r := newRig(t)
		id, _ := r.double()
		r.run(r.sim.Step, r.confirmer.Step)
		r.crash(at, func() { r.run(r.resolver.Step) })
		r.wait(15 * time.Minute)
		if p := r.first(id); p.Phase != payment.Ended {
			t.Errorf("after a crash at %s: %+v", at, p)
		}
		r.expect(id, order.New, payment.Authorised, 9)
	}
}

// TestNeverAReversalOfMoneyTaken: captured before the reversal was sent, or while it
// failed: a person decides.
func TestNeverAReversalOfMoneyTaken(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]bool{"before it was sent": false, "while it failed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, paygentID := r.double()
			if failing {
				r.wire.script("021", script{body: refusing("1", "2003")})
				r.settle()
			} else {
				r.run(r.sim.Step, r.confirmer.Step)
			}
			if _, err := r.sim.SetStatus(paygentID, paygentsim.Captured, false); err != nil {
				t.Fatal(err)
			}
			r.waitBy(3*time.Hour, time.Minute)
			sent := r.wire.count("021", "")
			if p := r.first(id); p.Phase != payment.Captured || p.Reverse {
				t.Errorf("%+v", p)
			}
			r.same("alerts", r.alerts(id), string(ledger.AlertDouble))
			r.waitBy(6*time.Hour, 10*time.Minute)
			if n := r.wire.count("021", "") + r.wire.count("023", ""); n != sent {
				t.Error("it is still being cancelled")
			}
			if p, _ := r.sim.Payment(paygentID); p.Status != paygentsim.Captured {
				t.Errorf("at the centre %s", p.Status)
			}
			// Staff give the money back: the alert closes, the order stays.
			if _, err := r.changeOf(id, r.first(id), false, "refund"); err != nil {
				t.Fatal(err)
			}
			r.same("alerts", r.alerts(id))
			r.expect(id, order.New, payment.Authorised, 9)
		})
	}
}

// TestStrangerIsReversed: another payment under our trading_id, after 094.
func TestStrangerIsReversed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*ledger.Policy)
		status paygentsim.Status
		alerts []string
	}{
		"ours alone":       {func(*ledger.Policy) {}, paygentsim.AuthorizationCancelled, nil},
		"shared merchant":  {func(p *ledger.Policy) { p.SharedMerchant = true }, paygentsim.Authorized, []string{string(ledger.AlertNoticeParked)}},
		"shared, our mark": {func(p *ledger.Policy) { p.SharedMerchant, p.Mark = true, "B" }, paygentsim.AuthorizationCancelled, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tt.change)
			id := r.order(1)
			r.twice = true
			r.wire.script("020", script{}) // ours is lost; theirs comes under its id
			if _, err := r.pay(id, goodCard, "k1"); err != nil {
				t.Fatal(err)
			}
			r.wait(4 * time.Minute)
			if _, err := r.pay(id, goodCard, "k2"); err != nil {
				t.Fatal(err)
			}
			theirs := r.elsewhere(r.view(id).Payments[0].TradingID, 777)
			asked := len(r.spy.asked)
			r.wait(5 * time.Minute)
			byID := false
			for _, q := range r.spy.asked[asked:] {
				byID = byID || q.PaymentID == theirs
			}
			if !byID {
				t.Error("094 was not asked by payment_id")
			}
			if p, _ := r.sim.Payment(theirs); p.Status != tt.status {
				t.Errorf("it is at %s", p.Status)
			}
			r.same("alerts", r.alerts(id), tt.alerts...)
			r.expect(id, order.New, payment.Authorised, 9)
		})
	}
}
