package reconcile_test

import (
	"log/slog"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
	"kessai/paygentsim"
)

// dueCapture is an order whose capture no notice has confirmed, due to be asked about.
func (r *rig) dueCapture() (order.ID, []ledger.DuePayment) {
	r.t.Helper()
	id := r.paid()
	if _, err := r.change(id, true, "c1"); err != nil {
		r.t.Fatal(err)
	}
	r.Advance(2 * time.Minute) // its notice stays away
	due, _, err := r.store.DuePayments(r.t.Context(), r.Now(), 10)
	if err != nil || len(due) != 1 {
		r.t.Fatal(due, err)
	}
	r.spy.asked = nil
	return id, due
}

// TestTwoNodesWatchOnePayment: one of them asks, whoever of them saw it due (money.md §9).
func TestTwoNodesWatchOnePayment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, due := r.dueCapture()
	other := r.node("node-2")
	watcher := reconcile.NewWatcher(other, r.store, r.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		r.spy.answer = nil // while node-1's question is under way
		r.run(watcher.Step)
		if err := other.Watch(t.Context(), due[0]); err != nil {
			t.Error(err)
		}
		return ledger.Finding{}, false
	}
	if err := r.service.Watch(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	if err := other.Watch(t.Context(), due[0]); err != nil { // it saw the payment due before
		t.Fatal(err)
	}
	if len(r.spy.asked) != 1 {
		t.Errorf("asked %d times", len(r.spy.asked))
	}
	r.expect(id, order.Paid, payment.Captured, 9)
}

// drop deletes an order as EC-CUBE's own pages can; our books of it stay.
func (r *rig) drop(id order.ID) {
	r.t.Helper()
	for _, table := range []string{"dtb_order_item", "dtb_shipping"} {
		r.Exec("DELETE FROM "+table+" WHERE order_id = ?", int64(id))
	}
	r.Exec("DELETE FROM dtb_order WHERE id = ?", int64(id))
	r.broken = true
}

// TestPaymentsOfOrdersThatAreGone come due like any other's. However many they are, they keep no
// other order's payment from being asked about.
func TestPaymentsOfOrdersThatAreGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Exec("UPDATE dtb_product_stock SET stock = 30")
	r.Exec("UPDATE dtb_product_class SET stock = 30")
	for range 20 {
		id := r.paid()
		if _, err := r.change(id, true, "gone"+id.String()); err != nil {
			t.Fatal(err)
		}
		r.drop(id)
	}
	r.Advance(time.Second)
	id := r.paid()
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.Advance(2 * time.Minute)
	r.run(r.watcher.Step)
	r.expectStatus(id, order.Paid)
}

// TestOperationsOfOrdersThatAreGone stay open, and keep no other order's from being taken up, nor
// the worker from its rest.
func TestOperationsOfOrdersThatAreGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Exec("UPDATE dtb_product_stock SET stock = 30")
	r.Exec("UPDATE dtb_product_class SET stock = 30")
	capture := func(id order.ID) {
		if _, err := r.change(id, true, "c"+id.String()); err != nil {
			t.Fatal(err)
		}
	}
	silent := func() order.ID {
		id := r.paid()
		if err := r.sim.ForceFault("022", paygentsim.TimeoutAfter); err != nil {
			t.Fatal(err)
		}
		capture(id)
		return id
	}
	for range 20 {
		r.drop(silent())
	}
	if worked, _, err := r.resolver.Step(t.Context()); worked || err != nil {
		t.Fatalf("%t, %v", worked, err)
	}
	r.Advance(time.Second)
	id := silent()
	r.Advance(2 * time.Minute)
	r.run(r.resolver.Step)
	r.run(r.watcher.Step)
	r.expectStatus(id, order.Paid)
}

// TestAWatcherDies while it asks: another node asks when the lease has ended.
func TestAWatcherDies(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, due := r.dueCapture()
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) { panic(errCrash) }
	func() {
		defer func() { _ = recover() }()
		_ = r.service.Watch(t.Context(), due[0])
	}()
	r.spy.answer = nil
	watcher := reconcile.NewWatcher(r.node("node-2"), r.store, r.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
	r.run(watcher.Step)
	if n := len(r.spy.asked); n != 1 {
		t.Errorf("asked %d times within the lease", n)
	}
	r.Advance(lease)
	r.run(watcher.Step)
	r.expect(id, order.Paid, payment.Captured, 9)
}

// TestAWatchedPaymentMoves while it is asked about: what is known since is newer than the
// answer, and it is due at the time that came with it.
func TestAWatchedPaymentMoves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, due := r.dueCapture()
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		r.spy.answer = nil
		r.tell(id, "40")
		r.run(r.confirmer.Step)
		return ledger.Finding{Kind: ledger.Found, PaymentID: r.view(id).Current().PaymentID, Type: "02", Status: payment.AuthOK, Amount: 1100, BegunAt: r.Now()}, true
	}
	if err := r.service.Watch(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	r.expect(id, order.Paid, payment.Captured, 9)
	if p := r.view(id).Current(); !p.AskAt.IsZero() || p.Status != payment.Cleared {
		t.Errorf("%+v", p)
	}
}

// TestWatchedAtOnceMeanwhile: what makes a payment due while it is asked about is not undone
// by the answer to the older question.
func TestWatchedAtOnceMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, due := r.dueCapture()
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		r.spy.answer = nil
		r.Exec("UPDATE plg_kessai_payment SET ask_at = ? WHERE id = ?", r.Now().UnixMilli(), due[0].PaymentID) // as a conflicting notice does
		return ledger.Finding{Kind: ledger.NoAnswer}, true
	}
	if err := r.service.Watch(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	if p := r.view(id).Current(); !p.AskAt.Equal(r.Now()) {
		t.Errorf("due at %s", p.AskAt)
	}
	r.run(r.watcher.Step)
	r.expect(id, order.Paid, payment.Captured, 9)
}

// TestAuthorisationTheCentreForgot: past limit and margin, "no such payment" ends an
// authorisation whose 33 was lost (money.md §9).
func TestAuthorisationTheCentreForgot(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.broken = true // the centre's book begins anew
	id := r.paid()
	r.Advance(r.view(id).Current().LimitAt.Add(48*time.Hour - time.Second).Sub(r.Now()))
	r.openCentre()
	r.policy.Version++
	r.run(r.watcher.Step)
	r.expect(id, order.New, payment.Authorised, 9)
	r.Advance(time.Second)
	r.run(r.watcher.Step)
	r.expect(id, order.Canceled, payment.Ended, 10)
	if p := r.view(id).Current(); p.End != payment.Unused {
		t.Errorf("ended as %s", p.End)
	}
	if found := r.breaches(); len(found) > 0 {
		t.Errorf("%+v", found)
	}
}

// TestTransitForDays: staff asked for 取消 in ペイジェントオンライン, and it hangs: it is asked about
// hourly, and they are told after a day (money.md §3).
func TestTransitForDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.at(id, "31", false)
	r.tell(id, "31")
	r.settle()
	began, asked := r.Now(), len(r.spy.asked)
	for range 23 {
		r.Advance(time.Hour)
		r.settle()
	}
	r.same("alerts", r.alerts(id))
	r.waitBy(2*time.Hour, time.Hour)
	r.same("alerts", r.alerts(id), string(ledger.AlertTransit))
	if n := len(r.spy.asked) - asked; n != 25 {
		t.Errorf("asked %d times in %s", n, r.Now().Sub(began))
	}
	r.at(id, "32", false) // its notice is lost
	r.waitBy(2*time.Hour, time.Hour)
	r.expect(id, order.Canceled, payment.Ended, 10)
	r.same("alerts", r.alerts(id))
}
