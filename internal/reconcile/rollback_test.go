package reconcile_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
)

// atBank leaves an order's buyer at the bank's page.
func (r *rig) atBank() order.ID {
	r.t.Helper()
	id := r.order(1)
	r.become(id, payment.Scheme{Method: payment.Bank, System: payment.Module})
	result, err := r.service.Begin(r.t.Context(), ledger.Begin{Order: id, Amount: r.view(id).Order.Total, Actor: ledger.Buyer, Key: "bank-" + id.String()})
	if err != nil || result.Step.Kind != ledger.StepPage || result.Step.Needs.URL == "" {
		r.t.Fatalf("%+v, %v", result, err)
	}
	return id
}

// payAtBank pays an order on the bank's page, without coming back.
func (r *rig) payAtBank(id order.ID) {
	r.t.Helper()
	for _, form := range []url.Values{{"do": {"bank"}, "bank": {"シミュレーター銀行"}}, {"do": {"pay"}}} {
		req := httptest.NewRequest(http.MethodPost, r.view(id).Current().Needs.URL, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		r.sim.Handler().ServeHTTP(w, req)
		if w.Code >= 400 {
			r.t.Fatalf("the bank's page: %d %s", w.Code, w.Body)
		}
	}
}

// become lets an order be paid by a method of the scheme.
func (r *rig) become(id order.ID, s payment.Scheme) {
	r.t.Helper()
	err := r.DB.Write(r.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		row, err := tx.InsertID(ctx, `INSERT INTO dtb_payment (payment_method, charge, sort_no, visible, method_class, fixed, create_date, update_date, discriminator_type)
VALUES (?, 0, 20, ?, ?, ?, ?, ?, 'payment')`, "ペイジェント", true, s.Class(), true, database.At(r.Now()), database.At(r.Now()))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE dtb_order SET payment_id = ? WHERE id = ?", row, int64(id))
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// rollback runs it and returns each order's verdict and reason.
func (r *rig) rollback(days int, rehearse bool) (map[order.ID]string, reconcile.RollbackTotals) {
	r.t.Helper()
	said := map[order.ID]string{}
	totals, err := reconcile.Rollback(r.t.Context(), r.service, r.Store, r.Now(), days, rehearse, func(out ledger.Rollback, err error) error {
		said[out.Order] = string(out.Verdict) + " " + out.Reason
		if err != nil {
			said[out.Order] = "failed"
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return said, totals
}

// TestRollbackTakesDaysOfTheCalendar: an order of day D is taken from day D+N+1 on, by
// Japan's calendar (money.md §9).
func TestRollbackTakesDaysOfTheCalendar(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.atBank()
	entered := r.view(id).Order.PendingSince.In(order.JST())
	midnight := time.Date(entered.Year(), entered.Month(), entered.Day()+3, 0, 0, 0, 0, order.JST())
	r.Advance(midnight.Add(-time.Second).Sub(r.Now()))
	if said, _ := r.rollback(2, true); len(said) != 0 {
		t.Errorf("a second too early: %v", said)
	}
	r.Advance(time.Second)
	if said, _ := r.rollback(2, true); len(said) != 1 {
		t.Errorf("not taken: %v", said)
	}
}

// TestRollback: what was never paid is cancelled once nothing can come any more, what
// was paid is taken in, and what nobody can tell stays.
func TestRollback(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	unused, paid, silent := r.atBank(), r.atBank(), r.atBank()
	unknown := r.order(1)
	if _, err := r.pay(unknown, lostAfter, "k1"); err != nil {
		t.Fatal(err)
	}
	r.Advance(3 * 24 * time.Hour)
	if said, _ := r.rollback(1, false); said[unused] != "skipped waiting" || said[unknown] != "skipped operation" {
		t.Errorf("while the page can be used: %v", said)
	}
	r.expect(unused, order.Pending, payment.AwaitingBuyer, 6)
	r.payAtBank(paid)
	limit := r.view(unused).Current().LimitAt
	r.Advance(limit.Add(48 * time.Hour).Sub(r.Now()))
	r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
		return ledger.Finding{Kind: ledger.NoAnswer}, q.TradingID == silent.String()
	}

	said, _ := r.rollback(1, true)
	want := map[order.ID]string{unused: "canceled ", paid: "stands ", silent: "skipped no_answer", unknown: "skipped operation"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("rehearsed: %s", diff)
	}
	r.expect(unused, order.Pending, payment.AwaitingBuyer, 6)
	said, totals := r.rollback(1, false)
	if !cmp.Equal(want, said) || totals != (reconcile.RollbackTotals{Canceled: 1, Stands: 1, Skipped: 2}) {
		t.Errorf("%v, %+v", said, totals)
	}
	r.expect(unused, order.Canceled, payment.Ended, 7)
	r.expect(paid, order.Paid, payment.Captured, 7)
	if end := r.view(unused).Current().End; end != payment.Unused {
		t.Errorf("ended as %s", end)
	}
	r.spy.answer = nil
	if said, _ = r.rollback(1, false); len(said) != 2 || said[silent] != "canceled " {
		t.Errorf("the second run: %v", said)
	}
	r.settle()
	r.expect(unknown, order.New, payment.Authorised, 8)
}

// TestRollbackMeetsANotice: the order that changed while the centre was asked is left
// alone.
func TestRollbackMeetsANotice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.atBank()
	r.Advance(r.view(id).Current().LimitAt.Add(72 * time.Hour).Sub(r.Now()))
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
		r.spy.answer = nil
		if err := r.service.GiveUp(t.Context(), id); err != nil {
			t.Error(err)
		}
		return ledger.Finding{}, false
	}
	if said, _ := r.rollback(1, false); said[id] != "skipped moved" {
		t.Errorf("%v", said)
	}
	r.expect(id, order.Processing, payment.Ended, 10)
}
