package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// bulk makes a job over every order that the list has.
func (r *rig) bulk(kind, key string, change ...func(*job.Wanted)) string {
	r.t.Helper()
	w := job.Wanted{Kind: kind, Selection: job.Selection{Filter: &store.Filter{}}, Requester: "staff:1", Key: key, Width: 4}
	for _, c := range change {
		c(&w)
	}
	made, err := r.app.Jobs.Create(context.Background(), w)
	if err != nil {
		r.t.Fatal(err)
	}
	return made.ID
}

func (r *rig) job(id string) job.Job {
	r.t.Helper()
	j, err := r.app.Jobs.Get(context.Background(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return j
}

func (r *rig) outcomes(id string, states ...job.ItemState) map[order.ID]job.Outcome {
	r.t.Helper()
	list, _, err := r.app.Jobs.Results(context.Background(), id, states, 1, 10_000)
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[order.ID]job.Outcome{}
	for _, x := range list {
		out[x.Order] = x.Outcome
	}
	return out
}

// paidOrders are authorised by card, at 1,100 yen each.
func (r *rig) paidOrders(n int) (ids []order.ID) {
	r.t.Helper()
	class := r.Class("白磁の器", 1000)
	for range n {
		id := r.Order(storetest.Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 1}}})
		if _, err := r.pay(id, goodCard, "pay "+id.String()); err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	r.idle(true)
	return ids
}

// centreStatus is where the order's only payment stands at the centre.
func (r *rig) centreStatus(id order.ID) paygentsim.Status {
	r.t.Helper()
	var at []paygentsim.Status
	for _, p := range r.sim.Payments() {
		if orderOf(p.TradingID) == int64(id) {
			at = append(at, p.Status)
		}
	}
	if len(at) != 1 {
		r.t.Fatalf("order %d has %d payments at the centre", id, len(at))
	}
	return at[0]
}

var errDied = errors.New("the node died")

// dieAt lets the node die when its n-th operation from now passes a boundary.
func (r *rig) dieIn(b ledger.Boundary, n int) {
	r.reached = func(at ledger.Boundary, _ order.ID) {
		if at == b {
			if n--; n == 0 {
				r.reached = nil
				panic(errDied)
			}
		}
	}
}

// untilDeath runs the workers, and reports whether the node died of it.
func (r *rig) untilDeath() (died bool) {
	r.t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if p != errDied { //nolint:errorlint // the very value
				panic(p)
			}
			died = true
		}
	}()
	r.idle(true)
	return false
}

// TestBulkCaptureThroughCrashes: a bulk capture at a hostile centre, whose node dies at
// every boundary of an operation, one after the other. In the end every order is captured
// once, the job's outcomes are what the centre says, and what failed can be tried again.
func TestBulkCaptureThroughCrashes(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{seed: 7})
	ids := r.paidOrders(40)
	faults, err := paygentsim.FaultsHostile.Faults()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.sim.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	first := r.bulk(job.CaptureKind, "form 1")
	for _, b := range []ledger.Boundary{ledger.AfterPlanned, ledger.AfterSent, ledger.AfterAnswer, ledger.AfterSettled} {
		r.dieIn(b, 3)
		if !r.untilDeath() {
			t.Fatalf("the node did not die at %s", b)
		}
		r.close()
		r.open()
	}
	r.wait(10*time.Minute, true)
	if err := r.sim.SetFaults(paygentsim.Faults{}); err != nil {
		t.Fatal(err)
	}
	r.wait(3*time.Hour, true)
	j := r.job(first)
	if j.State != job.Done || j.Counts.Ended() != 40 || j.Counts.Unknown != 0 || j.Counts.Succeeded < 20 {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
	if j.Counts.Amount != order.Yen(1100*j.Counts.Succeeded) {
		t.Errorf("%s was captured by %d operations", j.Counts.Amount, j.Counts.Succeeded)
	}
	for id, out := range r.outcomes(first) {
		want := map[job.ItemState]paygentsim.Status{job.Succeeded: paygentsim.Captured, job.Failed: paygentsim.Authorized}[out.State]
		if got := r.centreStatus(id); got != want {
			t.Errorf("order %d: the job says %s %s, the centre %s", id, out.State, out.Code, got)
		}
	}
	t.Logf("%+v", j.Counts)
	second := r.bulk(job.CaptureKind, "form 2")
	r.wait(time.Hour, true)
	if k := r.job(second); k.State != job.Done || k.Total != j.Counts.Failed || k.Counts.Succeeded != j.Counts.Failed {
		t.Errorf("again: %s %d %+v", k.State, k.Total, k.Counts)
	}
	r.eachCapturedOnce(ids)
}

func (r *rig) eachCapturedOnce(ids []order.ID) {
	r.t.Helper()
	for _, id := range ids {
		l := r.view(id)
		captures := 0
		for _, op := range l.Operations {
			if op.Kind == payment.Capture && op.State == payment.Succeeded {
				captures++
			}
		}
		alive, n := r.atCentre(id)
		if captures != 1 || alive != l.Order.Total || n != 1 || l.Order.Status != order.Paid {
			r.t.Errorf("order %d: %d captures, %s in %d payments, %s", id, captures, alive, n, l.Order.Status.Name())
		}
	}
}

// TestBulkCancelRehearsed: a rehearsal says what a cancellation would give back and
// changes nothing; the cancellation then does just that.
func TestBulkCancelRehearsed(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	ids := r.paidOrders(5)
	if _, err := r.change(ids[0], true, "capture"); err != nil {
		t.Fatal(err)
	}
	r.idle(true)
	before := dumpTables(r)
	dry := r.bulk(job.CancelKind, "dry", func(w *job.Wanted) { w.Rehearsal = true })
	r.idle(true)
	j := r.job(dry)
	if j.State != job.Done || j.Counts.Succeeded != 5 || j.Counts.Amount != 5500 || j.Counts.Goods != 5 {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
	for id, out := range r.outcomes(dry) {
		want := payment.CancelAuthorization
		if id == ids[0] {
			want = payment.CancelCapture
		}
		if out.Facts.Operation != string(want) || out.Facts.To != order.Canceled {
			t.Errorf("order %d: %+v", id, out.Facts)
		}
	}
	if after := dumpTables(r); before != after {
		t.Errorf("the rehearsal wrote something:\n%s\n%s", before, after)
	}
	done := r.bulk(job.CancelKind, "real")
	r.idle(true)
	if k := r.job(done); k.Counts.Succeeded != 5 || k.Counts.Amount != 5500 {
		t.Errorf("%+v", k.Counts)
	}
	for _, id := range ids {
		if alive, _ := r.atCentre(id); alive != 0 || r.view(id).Order.Status != order.Canceled {
			t.Errorf("order %d: %s alive, %s", id, alive, r.view(id).Order.Status.Name())
		}
	}
}

// dumpTables are the rows that a rehearsal must not touch.
func dumpTables(r *rig) string {
	r.t.Helper()
	return dbtest.Contents(r.t, r.DB, "plg_kessai_ledger", "plg_kessai_payment", "plg_kessai_operation", "plg_kessai_hold", "plg_kessai_event",
		"plg_kessai_alert", "plg_kessai_outbox", "plg_kessai_notice", "dtb_order", "dtb_product_stock", "dtb_customer")
}

// TestBulkMeetsAnAmountThatDiffers: an order whose payment is not worth its total, or
// whose amount is not the one that was shown, fails with the reason; the others go on.
func TestBulkMeetsAnAmountThatDiffers(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	ids := r.paidOrders(3)
	r.Exec("UPDATE dtb_order SET payment_total = 900 WHERE id = ?", int64(ids[0]))
	id := r.bulk(job.CaptureKind, "form", func(w *job.Wanted) {
		w.Selection = job.Selection{Orders: []job.Chosen{{Order: ids[0], Amount: 1100}, {Order: ids[1], Amount: 1000}, {Order: ids[2], Amount: 1100}, {Order: 9999}}}
	})
	r.idle(true)
	got := r.outcomes(id)
	if got[ids[0]].Code != "payment.amount_differs" || got[ids[1]].Code != "payment.amount_changed" || got[ids[2]].State != job.Succeeded || len(got) != 3 {
		t.Errorf("%+v", got)
	}
	if r.centreStatus(ids[0]) != paygentsim.Authorized || r.centreStatus(ids[1]) != paygentsim.Authorized {
		t.Error("it was captured all the same")
	}
}

// TestBulkMeetsAnotherMethod: an order that EC-CUBE's own hand gave another method is to be paid by
// that one: its card is not charged beside it by a press that never asked.
func TestBulkMeetsAnotherMethod(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	ids := r.paidOrders(2)
	r.Exec("UPDATE dtb_order SET payment_id = (SELECT MIN(id) FROM dtb_payment WHERE method_class LIKE '%Cash') WHERE id = ?", int64(ids[0]))
	id := r.bulk(job.CaptureKind, "form", func(w *job.Wanted) {
		w.Selection = job.Selection{Orders: []job.Chosen{{Order: ids[0], Amount: 1100}, {Order: ids[1], Amount: 1100}}}
	})
	r.idle(true)
	if got := r.outcomes(id); got[ids[0]].Code != "payment.method_differs" || got[ids[1]].State != job.Succeeded {
		t.Errorf("%+v", got)
	}
	if r.centreStatus(ids[0]) != paygentsim.Authorized {
		t.Error("it was captured all the same")
	}
}

// TestBulkInquiry asks about every order now: what was cancelled at the centre without a
// notice is learnt.
func TestBulkInquiry(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	ids := r.paidOrders(3)
	if _, err := r.sim.SetStatus(r.view(ids[1]).Current().PaymentID, "32", false); err != nil {
		t.Fatal(err)
	}
	dry := r.bulk(job.InquiryKind, "dry", func(w *job.Wanted) { w.Rehearsal = true })
	r.idle(false)
	if j := r.job(dry); j.Counts.Succeeded != 3 || r.view(ids[1]).Order.Status != order.New {
		t.Errorf("%+v", j.Counts)
	}
	id := r.bulk(job.InquiryKind, "form")
	r.idle(false)
	out := r.outcomes(id)
	if r.view(ids[1]).Order.Status != order.Canceled || out[ids[1]].Facts.To != order.Canceled || out[ids[0]].Facts.Status != "20" || r.job(id).Counts.Succeeded != 3 {
		t.Errorf("%s: %+v", r.view(ids[1]).Order.Status.Name(), out)
	}
}

// TestNightlyRollback: a schedule ends what is left in 決済処理中 by the setting, after
// the centre was asked; what stands there after all is taken in.
func TestNightlyRollback(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{settings: map[string]string{"rollback_target_term": "7"}})
	class := r.Class("白磁の器", 10)
	left := func() order.ID {
		id := r.Order(storetest.Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		if _, err := r.pay(id, "4900000000008101", "pay "+id.String()); err != nil { // refused
			t.Fatal(err)
		}
		r.Exec("UPDATE dtb_order SET order_status_id = 7 WHERE id = ?", int64(id))
		r.Exec("UPDATE plg_kessai_ledger SET last_status = 7, pending_since = ? WHERE order_id = ?", r.Now().UnixMilli(), int64(id))
		return id
	}
	id := left()
	if err := r.app.Jobs.SetSchedule(t.Context(), job.Schedule{Task: "rollback", Kind: job.RollbackKind, Spec: "30 4 * * *", ChangedBy: "command"}); err != nil {
		t.Fatal(err)
	}
	for day := range 10 {
		for range 24 {
			r.Advance(time.Hour)
			r.idle(false)
		}
		if done, over := r.view(id).Order.Status == order.Canceled, day >= 7; done && !over {
			t.Fatalf("cancelled after %d days", day+1)
		}
	}
	list, n, err := r.app.Jobs.List(t.Context(), 1, 20)
	if err != nil || n != 10 {
		t.Fatalf("%d jobs in ten days, %v", n, err)
	}
	canceled := int64(0)
	for _, j := range list {
		canceled += j.Counts.Succeeded
		if j.State != job.Done || j.Requester != "schedule:rollback" {
			t.Errorf("%s of %s", j.State, j.Requester)
		}
	}
	if canceled != 1 || r.view(id).Order.Status != order.Canceled {
		t.Errorf("%d cancelled; the order is %s", canceled, r.view(id).Order.Status.Name())
	}
}
