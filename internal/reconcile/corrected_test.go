package reconcile_test

import (
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// corrected changes the amount of the order's payment in ペイジェントオンライン.
func (r *rig) corrected(id order.ID, amount int64) string {
	r.t.Helper()
	p, err := r.sim.Correct(r.view(id).Current().PaymentID, amount)
	if err != nil {
		r.t.Fatal(err)
	}
	return p.PaymentID
}

// withhold keeps the notices of a payment that are on their way from being sent.
func (r *rig) withhold(paymentID string) {
	r.t.Helper()
	if n, err := r.sim.WithholdNotices(paymentID); err != nil || n == 0 {
		r.t.Fatalf("%d notices, %v", n, err)
	}
}

// TestCorrectedInPaygentOnline: 028 and 029 make a new payment and leave ours at 32 or 60.
// The order stays, with its goods, whichever notice comes first and whichever is lost.
func TestCorrectedInPaygentOnline(t *testing.T) {
	t.Parallel()
	for name, captured := range map[string]bool{"028": false, "029": true} {
		for how, tt := range map[string]struct {
			lose  func(r *rig, old, fresh string)
			later func(r *rig, old, fresh string) // what comes after a while
			known bool                            // the successor is known before that
		}{
			"both come":              {func(*rig, string, string) {}, func(*rig, string, string) {}, true},
			"the end first":          {func(r *rig, _, fresh string) { r.withhold(fresh) }, func(r *rig, _, fresh string) { r.resend(fresh) }, false},
			"the end is lost":        {func(r *rig, old, _ string) { r.withhold(old) }, func(*rig, string, string) {}, true},
			"both are lost at first": {func(r *rig, old, fresh string) { r.withhold(old); r.withhold(fresh) }, func(r *rig, old, fresh string) { r.resend(old); r.resend(fresh) }, false},
			"twice":                  {func(*rig, string, string) {}, func(r *rig, old, fresh string) { r.resend(old); r.resend(fresh) }, true},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				id, status, phase := r.paid(), order.New, payment.Authorised
				if captured {
					if _, err := r.change(id, true, "c1"); err != nil {
						t.Fatal(err)
					}
					r.settle()
					status, phase = order.Paid, payment.Captured
				}
				old := r.view(id).Current()
				fresh := r.corrected(id, 800)
				tt.lose(r, old.PaymentID, fresh)
				r.wait(5 * time.Minute)
				r.expect(id, status, phase, 9)
				if known := r.view(id).Current().PaymentID == fresh; known != tt.known {
					t.Errorf("the successor is known: %v", known)
				}
				tt.later(r, old.PaymentID, fresh)
				r.wait(time.Hour)
				r.expect(id, status, phase, 9)
				p := r.view(id).Current()
				if p.PaymentID != fresh || p.Amount != 800 || p.Replaces != old.ID {
					t.Fatalf("the order's payment is %+v", p)
				}
				r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen))
				if alive, _ := r.charged(); alive != 800 {
					t.Errorf("%d yen live", alive)
				}
				// Staff go on with it: 取消 ends the order, once.
				if _, err := r.change(id, false, "x1"); err != nil {
					t.Fatal(err)
				}
				r.settle()
				r.expect(id, order.Canceled, payment.Ended, 10)
				r.same("alerts", r.alerts(id))
			})
		}
	}
}

// resend sends every notice of a payment again.
func (r *rig) resend(paymentID string) {
	r.t.Helper()
	if n, err := r.sim.ResendNotices(paymentID); err != nil || n == 0 {
		r.t.Fatalf("%d notices, %v", n, err)
	}
}

// TestCorrectedTwice: the line of corrections is followed, also where the payment between
// never became known.
func TestCorrectedTwice(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]bool{"told": false, "the payment between is lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			between := r.corrected(id, 800)
			if lost {
				r.withhold(between)
			}
			last, err := r.sim.Correct(between, 900)
			if err != nil {
				t.Fatal(err)
			}
			if lost {
				r.withhold(between) // its end too
			}
			r.wait(10 * time.Minute)
			r.expect(id, order.New, payment.Authorised, 9)
			if p := r.view(id).Current(); p.PaymentID != last.PaymentID || p.Amount != 900 {
				t.Errorf("%+v", p)
			}
			r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen))
		})
	}
}

// TestCancelledElsewhere: without a successor 32 cancels the order, and the goods are here
// again, at once.
func TestCancelledElsewhere(t *testing.T) {
	t.Parallel()
	for _, capture := range []bool{false, true} {
		r := newRig(t)
		id := r.paid()
		to := paygentsim.AuthorizationCancelled
		if capture {
			if _, err := r.change(id, true, "c1"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			to = paygentsim.CaptureCancelled
		}
		r.at(id, to, true)
		r.settle()
		r.expect(id, order.Canceled, payment.Ended, 10)
	}
}

// TestCaptureOfWhatWasCorrected: 022 is refused, and the refusal does not cancel the order.
func TestCaptureOfWhatWasCorrected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	fresh := r.corrected(id, 800)
	if _, err := r.change(id, true, "c1"); err != nil { // before any notice has come
		t.Fatal(err)
	}
	if l := r.view(id); l.Order.Status != order.New || l.Hold == nil {
		t.Fatalf("in %s", l.Order.Status.Name())
	}
	r.wait(5 * time.Minute)
	r.expect(id, order.New, payment.Authorised, 9)
	if p := r.view(id).Current(); p.PaymentID != fresh {
		t.Errorf("%+v", p)
	}
}

// TestCancellationOfWhatWasCorrected: 取消 comes after a correction in ペイジェントオンライン and is
// refused, or nobody reads the refusal. The order stays with its goods, and its payment is what
// took the place of ours, whichever notice comes, also where only 091 tells.
func TestCancellationOfWhatWasCorrected(t *testing.T) {
	t.Parallel()
	for name, captured := range map[string]bool{"028": false, "029": true} {
		for how, tt := range map[string]struct {
			lose  func(r *rig, old, fresh string)
			crash bool
		}{
			"both come":                   {func(*rig, string, string) {}, false},
			"both come, after a crash":    {func(*rig, string, string) {}, true},
			"the end is lost":             {func(r *rig, old, _ string) { r.withhold(old) }, false},
			"the end alone":               {func(r *rig, _, fresh string) { r.withhold(fresh) }, false},
			"the end alone after a crash": {func(r *rig, _, fresh string) { r.withhold(fresh) }, true},
			"both are lost":               {func(r *rig, old, fresh string) { r.withhold(old); r.withhold(fresh) }, false},
			"both, and a crash":           {func(r *rig, old, fresh string) { r.withhold(old); r.withhold(fresh) }, true},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				id, status, phase := r.paid(), order.New, payment.Authorised
				if captured {
					if _, err := r.change(id, true, "c1"); err != nil {
						t.Fatal(err)
					}
					r.settle()
					status, phase = order.Paid, payment.Captured
				}
				old := r.view(id).Current()
				fresh := r.corrected(id, 800)
				tt.lose(r, old.PaymentID, fresh)
				cancel := func() {
					if _, err := r.change(id, false, "x1"); err != nil {
						t.Fatal(err)
					}
				}
				if tt.crash {
					r.crash(ledger.AfterAnswer, cancel)
				} else {
					cancel()
				}
				stands := func() {
					t.Helper()
					if l := r.view(id); l.Order.Status != status || l.Hold == nil {
						t.Fatalf("%s is live, and the order in %s", fresh, l.Order.Status.Name())
					}
				}
				stands()
				s := r.sweeper("node-1")
				for range 9 {
					r.wait(5 * time.Minute)
					stands()
					r.run(s.Step)
				}
				r.settle()
				r.expect(id, status, phase, 9)
				l := r.view(id)
				if p := l.Current(); p.PaymentID != fresh || p.Amount != 800 || p.Replaces != old.ID {
					t.Errorf("the order's payment is %+v", p)
				}
				if op := l.Operations[len(l.Operations)-1]; op.PaymentID != old.ID || op.State != payment.DeclinedOp {
					t.Errorf("the cancellation is %s by %q", op.State, op.Cause)
				}
				r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen))
				if _, err := r.change(id, false, "x2"); err != nil {
					t.Fatal(err)
				}
				r.settle()
				r.expect(id, order.Canceled, payment.Ended, 10)
				r.same("alerts", r.alerts(id))
			})
		}
	}
}

// TestMadeInPaygentOnline: staff enter an order, and make its payment in
// ペイジェントオンライン (manual 2.5); then it is like any other.
func TestMadeInPaygentOnline(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.Exec("UPDATE dtb_order SET order_status_id = 1, order_date = create_date WHERE id = ?", int64(id))
	r.Exec("UPDATE dtb_product_stock SET stock = stock - 1 WHERE product_class_id = ?", r.class) // as EC-CUBE's admin does
	r.Exec("UPDATE dtb_product_class SET stock = stock - 1 WHERE id = ?", r.class)
	if _, err := r.sim.Foreign(r.policy.MerchantID, r.trading(id), paygentsim.TypeCard, 1100); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 9)
	r.same("alerts", r.alerts(id))
}

// TestChangeOfWhatWasCorrected: a change of the amount is refused, not begun beside the
// payment that took the place of ours.
func TestChangeOfWhatWasCorrected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.Exec("UPDATE dtb_order SET payment_total = 1500 WHERE id = ?", int64(id))
	p := r.view(id).Current()
	r.corrected(id, 800)
	_, err := r.service.Change(t.Context(), ledger.Change{
		Order: id, PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: p.Amount, Total: 1500, Actor: "staff:1", Key: "c1",
	})
	if code(err) != "payment.unconfirmed" {
		t.Errorf("%v", err)
	}
	if n := r.wire.count("020", ""); n != 1 {
		t.Errorf("%d authorisations left", n)
	}
	r.wait(5 * time.Minute)
	if alive, _ := r.charged(); alive != 800 {
		t.Errorf("%d yen live", alive)
	}
	r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen))
}

// TestCorrectedAndPurged: the notices of a correction never came, and the centre no longer has
// them. A sweep that is told all there is cannot show then that nothing took the payment's place.
func TestCorrectedAndPurged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	s := r.sweeper("node-1")
	r.run(s.Step)
	old := r.view(id).Current()
	fresh := r.corrected(id, 800)
	r.withhold(old.PaymentID)
	r.withhold(fresh)
	other := r.paid()
	r.loseAll()
	r.at(other, paygentsim.Captured, true)
	r.purge(r.sim.Notices()[len(r.sim.Notices())-1].NoticeID - 1)
	for range 30 * 6 {
		r.Advance(notice.SweepEvery)
		r.run(s.Step, r.confirmer.Step, r.watcher.Step)
	}
	if at, err := r.Store.SweptAt(t.Context(), r.policy.Environment, r.policy.MerchantID); err != nil || r.Now().Sub(at) > time.Hour {
		t.Fatalf("the last sweep that was told everything: %s, %v", at, err)
	}
	r.expect(id, order.New, payment.Authorised, 8)
	r.same("alerts", r.alerts(id), string(ledger.AlertContradiction))
}
