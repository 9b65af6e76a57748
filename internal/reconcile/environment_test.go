package reconcile_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
)

// closeTest ends the payments of the rig's environment, and tells each order's refusal.
func (r *rig) closeTest() (map[order.ID]string, int) {
	r.t.Helper()
	said := map[order.ID]string{}
	closed, err := reconcile.CloseTest(r.t.Context(), r.service, r.Store, payment.Simulator, r.merchant.MerchantID, "staff:1", func(id order.ID, err error) error {
		said[id] = code(err)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return said, closed
}

// TestTestPaymentsAreClosed in one go, without a telegram; real ones never (money.md §10).
func TestTestPaymentsAreClosed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	placed, sold, waiting, shipped, unknown := r.paid(), r.paid(), r.atBank(), r.paid(), r.order(1)
	if _, err := r.change(sold, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.Exec("UPDATE dtb_order SET order_status_id = 5 WHERE id = ?", int64(shipped))
	r.byHand = true
	if _, err := r.pay(unknown, lostBefore, "k"); err != nil {
		t.Fatal(err)
	}
	left := len(r.wire.sent)
	for _, id := range []order.ID{placed, waiting} {
		if _, err := r.service.CloseTest(t.Context(), id, payment.Production, r.merchant.MerchantID, "staff:1"); code(err) != "environment.production" {
			t.Errorf("%v", err)
		}
	}
	said, closed := r.closeTest()
	want := map[order.ID]string{placed: "", sold: "", waiting: "", shipped: "", unknown: "operation.open"}
	if diff := cmp.Diff(want, said); diff != "" || closed != 4 {
		t.Errorf("%d closed: %s", closed, diff)
	}
	for id, status := range map[order.ID]order.Status{placed: order.Canceled, sold: order.Canceled, waiting: order.Canceled, shipped: order.Delivered} {
		l := r.view(id)
		if p := l.Current(); l.Order.Status != status || p.Phase != payment.Ended || !p.AskAt.IsZero() {
			t.Errorf("in %s, %+v", l.Order.Status.Name(), p)
		}
		if id != shipped && l.Hold != nil {
			t.Errorf("%+v is held", l.Hold)
		}
	}
	r.same("alerts", r.alerts(shipped), string(ledger.AlertUnmade), string(ledger.AlertShippedUnpaid))
	r.expectStock(8) // the shipped one's, and the unknown one's
	if said, closed = r.closeTest(); closed != 0 || len(said) != 1 {
		t.Errorf("again: %d closed, %v", closed, said)
	}
	if n := len(r.wire.sent) - left; n != 0 {
		t.Errorf("%d telegrams left", n)
	}
	r.abroad = true // they live on at the centre, which nobody asks any more
	r.waitBy(72*time.Hour, time.Hour)
}

// TestOrdersOfAFormerEnvironment: nothing is asked, sent or begun about their payments,
// and people are told why.
func TestOrdersOfAFormerEnvironment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sold, bank := r.paid(), r.atBank()
	au, openID := r.loggedInAt(payment.AU)
	one := r.at1()
	r.policy.ThreeDS = ledger.ThreeDS2
	two := r.order(1)
	if got, err := r.pay(two, goodCard, "k"); err != nil || got.Step.Kind != ledger.StepPage {
		t.Fatal(got, err)
	}
	left := len(r.wire.sent)
	r.policy.Version, r.policy.Environment = 2, payment.Production
	r.spy.asked = nil
	r.total(sold, 1500)
	challenge := r.view(two).Current()
	for name, got := range map[string]func() error{
		"売上": func() error { _, err := r.change(sold, true, "c1"); return err },
		"変更": func() error { _, err := r.changeTotal(sold, payment.AuthChangeButton, "c2"); return err },
		"100": func() error {
			_, err := r.service.LoggedIn(t.Context(), ledger.LoggedIn{Order: au, PaymentID: r.view(au).CurrentID, OpenID: openID})
			return err
		},
		"020": func() error {
			_, err := r.service.Authenticated(t.Context(), ledger.Authenticated{Order: two, PaymentID: challenge.ID, AuthID: challenge.AuthID, OK: true, Full: true})
			return err
		},
		"024": func() error {
			_, err := r.service.CompleteChallenge(t.Context(), ledger.Completed{Order: one, PaymentID: r.view(one).CurrentID, PaRes: "p"})
			return err
		},
	} {
		if err := got(); code(err) != "payment.other_environment" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.service.GiveUp(t.Context(), bank); code(err) != "payment.unconfirmed" {
		t.Errorf("giving up: %v", err)
	}
	if step, err := r.service.Return(t.Context(), ledger.Return{Order: bank, PaymentID: r.view(bank).CurrentID}); err != nil || step.Kind != ledger.StepPage {
		t.Errorf("coming back: %+v, %v", step, err)
	}
	r.Advance(20 * 24 * time.Hour)
	if said, _ := r.rollback(1, false); said[bank] != "skipped elsewhere" {
		t.Errorf("rollback: %v", said)
	}
	r.waitBy(48*time.Hour, time.Hour)
	if len(r.wire.sent) != left || len(r.spy.asked) != 0 {
		t.Errorf("%d telegrams left, %d questions", len(r.wire.sent)-left, len(r.spy.asked))
	}
	r.total(sold, 1100)
}
