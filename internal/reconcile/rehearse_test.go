package reconcile_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store/storetest"
)

// TestARehearsalMeetsTheHost: what EC-CUBE's own hand gave back is not promised again
// (money.md §7): a rehearsal tells what the run then moves.
func TestARehearsalMeetsTheHost(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		to   order.Status // by EC-CUBE's own hand
		back int64
	}{"cancelled": {order.Canceled, 0}, "put in progress": {order.InProgress, 1}, "left alone": {order.New, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.byHand = true
			id := r.paid()
			p := r.view(id).Current()
			r.Exec("UPDATE dtb_order SET order_status_id = ? WHERE id = ?", int64(tt.to), int64(id))
			if tt.to == order.Canceled { // it gave the goods back
				r.Exec("UPDATE dtb_product_stock SET stock = stock + 1 WHERE product_class_id = ?", r.class)
				r.Exec("UPDATE dtb_product_class SET stock = stock + 1 WHERE id = ?", r.class)
			}
			version := r.view(id).Version
			e, err := r.service.RehearseChange(t.Context(), ledger.Change{Order: id, PaymentID: p.ID, Button: payment.CancelButton, Amount: p.Amount, Actor: "staff:1", Key: "k"})
			if err != nil || e.Goods != tt.back || e.From != tt.to || e.To != order.Canceled || r.view(id).Version != version {
				t.Errorf("rehearsed: %+v, %v", e, err)
			}
			before, _ := r.Stock(r.class)
			if _, err := r.change(id, false, "cancel"); err != nil {
				t.Fatal(err)
			}
			if after, _ := r.Stock(r.class); after-before != e.Goods {
				t.Errorf("the rehearsal said %d pieces, %d came back", e.Goods, after-before)
			}
			r.settle()
		})
	}
}

// TestRollbackTellsWhatItMoves: money, goods and points; the same in a rehearsal, in the
// run, and where the item is run again because nobody learned what came of it.
func TestRollbackTellsWhatItMoves(t *testing.T) {
	t.Parallel()
	for name, cancels := range map[string]bool{"what lives is cancelled": true, "nothing lives": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) { p.ThreeDS, p.RollbackCancels = ledger.ThreeDS1, cancels })
			customer := r.Member(300)
			id := r.orderOf(storetest.Wanted{Lines: []order.Movement{{ProductClassID: r.class, Quantity: 2}}, Customer: customer, UsePoint: 200})
			total := r.view(id).Order.Total
			got, err := r.pay(id, goodCard, "k")
			if err != nil {
				t.Fatal(err)
			}
			want := job.Facts{From: order.Pending, To: order.Canceled, Goods: 2, Points: 200}
			if cancels {
				r.visit(got.Step.Needs, "authenticate") // authorised, and the buyer does not come back
				want.Amount = total
			}
			r.later(5)
			kind := job.Rollback(r.service, r.Store, r.Reader, func(ctx context.Context) (int, error) { return 1, nil }, r.Now)
			item := job.Item{Job: "j", Order: id, Requester: "staff:1"}
			tell := func(what string, out job.Outcome, err error) {
				t.Helper()
				if err != nil || out.State != job.Succeeded || out.Code != "canceled" || !reflect.DeepEqual(out.Facts, want) {
					t.Errorf("%s: %+v, %v; want %+v", what, out, err, want)
				}
			}
			version := r.view(id).Version
			out, err := kind.Rehearse(t.Context(), item)
			tell("rehearsed", out, err)
			if r.view(id).Version != version {
				t.Error("the rehearsal wrote")
			}
			out, err = kind.Run(t.Context(), item)
			tell("run", out, err)
			item.Again = true
			out, err = kind.Run(t.Context(), item)
			tell("run again", out, err)
			r.settle()
			r.wait(5 * time.Minute) // the reversal is carried out
			out, err = kind.Look(t.Context(), item)
			tell("looked at", out, err)
			item.Again = false
			if out, err = kind.Run(t.Context(), item); err != nil || out.State != job.Skipped || out.Code != ledger.SkipMoved || out.Facts.Goods != 0 {
				t.Errorf("another item's: %+v, %v", out, err)
			}
			r.expectStock(10)
		})
	}
}

// TestRollbackInDoubt: a commit whose answer was lost is no order that somebody else moved.
func TestRollbackInDoubt(t *testing.T) {
	t.Parallel()
	for name, doubts := range map[string][]doubt{"written": {committed}, "not written": {lost}, "not written, then written": {lost, committed}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.atBank()
			r.later(30)
			r.store.updates = doubts
			out, e, err := r.service.RollBackEffect(t.Context(), id, false)
			if err != nil || out.Verdict != ledger.RolledBack || out.Reason != "" || e.Goods != 1 || e.To != order.Canceled {
				t.Errorf("%+v, %+v, %v", out, e, err)
			}
			r.expectStock(10)
			if out, e, err = r.service.RollBackEffect(t.Context(), id, false); err != nil || out.Reason != ledger.SkipMoved || e.Goods != 0 {
				t.Errorf("again: %+v, %+v, %v", out, e, err)
			}
		})
	}
}

// TestNotTheRollbacksOwn: an order that somebody else cancelled is not counted as done,
// where the item is run again.
func TestNotTheRollbacksOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	kind := job.Rollback(r.service, r.Store, r.Reader, func(ctx context.Context) (int, error) { return 1, nil }, r.Now)
	id := r.paid()
	if _, err := r.change(id, false, "x"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	for what, do := range map[string]func(context.Context, job.Item) (job.Outcome, error){"run": kind.Run, "looked at": kind.Look} {
		if out, err := do(t.Context(), job.Item{Job: "j", Order: id, Again: true}); err != nil || out.State != job.Skipped || out.Code != ledger.SkipMoved {
			t.Errorf("%s: %+v, %v", what, out, err)
		}
	}
}
