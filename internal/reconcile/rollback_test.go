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
	"kessai/paygentsim"
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
	totals, err := reconcile.Rollback(r.t.Context(), r.service, r.Store, r.Now(), reconcile.RollbackOptions{Days: days, Rehearse: rehearse}, func(out ledger.Rollback, _ ledger.Effect, err error) error {
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
// alone, whether it was paid meanwhile or given up.
func TestRollbackMeetsANotice(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meets func(*rig, order.ID)
		is    order.Status
		phase payment.Phase
		stock int64
	}{
		"a notice": {func(r *rig, id order.ID) {
			r.payAtBank(id)
			r.run(r.sim.Step, r.confirmer.Step)
		}, order.Paid, payment.Captured, 9},
		"the buyer": {func(r *rig, id order.ID) {
			if err := r.service.GiveUp(r.t.Context(), id); err != nil {
				r.t.Error(err)
			}
		}, order.Processing, payment.Ended, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.atBank()
			r.later(3)
			r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) {
				r.spy.answer = nil
				tt.meets(r, id)
				return ledger.Finding{Kind: ledger.NoSuch}, true // as it was a moment before
			}
			if said, _ := r.rollback(1, false); said[id] != "skipped moved" {
				t.Errorf("%v", said)
			}
			r.expect(id, tt.is, tt.phase, tt.stock)
		})
	}
}

// later lets the days pass that an order stays in 決済処理中, the workers asleep.
func (r *rig) later(days int) { r.Advance(time.Duration(days) * 24 * time.Hour) }

// TestRollbackTakesWhatIsOurs: orders of EC-CUBE's own methods and of other statuses are
// not looked at.
func TestRollbackTakesWhatIsOurs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	left, placed, offline := r.atBank(), r.paid(), r.order(1)
	r.offline(offline)
	r.Exec("UPDATE dtb_order SET order_status_id = 7 WHERE id = ?", int64(offline))
	r.Exec("UPDATE dtb_order SET create_date = '2020-01-01 00:00:00' WHERE id = ?", int64(offline))
	r.later(30)
	said, _ := r.rollback(2, true)
	if diff := cmp.Diff(map[order.ID]string{left: "canceled "}, said); diff != "" {
		t.Errorf("%s, placed %d", diff, placed)
	}
	r.Exec("UPDATE dtb_order SET order_status_id = 1 WHERE id = ?", int64(offline))
}

// TestRollbackAsksAboutEachPayment that may still come: by payment_id, else trading_id;
// what ended needs no question, and what is past its limit and margin neither.
func TestRollbackAsksAboutEachPayment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	if _, err := r.pay(id, refusedCard, "refused"); err != nil { // ends at once
		t.Fatal(err)
	}
	r.policy.ThreeDS = ledger.ThreeDS1
	if got, err := r.pay(id, goodCard, "first"); err != nil || got.Step.Kind != ledger.StepPage {
		t.Fatal(got, err)
	}
	if step, err := r.service.Another(t.Context(), id); err != nil || step.Kind != ledger.StepPay { // leaves the card company's page
		t.Fatal(step, err)
	}
	r.become(id, module(payment.Bank))
	if _, err := r.begin(id, "bank", ledger.Beside{}); err != nil {
		t.Fatal(err)
	}
	first, bank := r.view(id).Payments[1], r.view(id).Payments[2]
	if first.End != payment.Superseded || first.PaymentID == "" {
		t.Fatalf("%+v", first)
	}
	asked := func() (about []string) {
		r.spy.asked = nil
		if said, _ := r.rollback(1, false); said[id] != "skipped waiting" {
			t.Fatalf("%v", said)
		}
		for _, q := range r.spy.asked {
			about = append(about, q.PaymentID+"/"+q.TradingID)
		}
		return about
	}
	r.later(2)
	r.same("asked", asked(), first.PaymentID+"/", "/"+bank.TradingID)
	r.later(2) // past the first one's page and margin
	r.same("asked", asked(), "/"+bank.TradingID)

	r.Exec("UPDATE plg_kessai_payment SET limit_at = ?, status = '13' WHERE id = ?", r.Now().Add(time.Hour).UnixMilli(), first.ID)
	r.same("asked about what stored evidence ends", asked(), "/"+bank.TradingID)
}

// TestRollbackByWhatIsFound: what 094 says decides, before the page's limit and after it.
func TestRollbackByWhatIsFound(t *testing.T) {
	t.Parallel()
	type made func(r *rig) order.ID
	card := made(func(r *rig) order.ID { // left at the card company's page
		id := r.order(1)
		if got, err := r.pay(id, goodCard, "k"); err != nil || got.Step.Kind != ledger.StepPage {
			r.t.Fatal(got, err)
		}
		return id
	})
	carrier := made(func(r *rig) order.ID { return r.atCarrier(payment.AU) })
	found := func(s payment.Status) func(ledger.Inquiry, *ledger.Payment) ledger.Finding {
		return func(q ledger.Inquiry, p *ledger.Payment) ledger.Finding {
			return ledger.Finding{Kind: ledger.Found, PaymentID: "p-" + p.TradingID, Type: p.Method.Type(), Status: s, Amount: p.Amount, BegunAt: p.BegunAt, Brand: p.Brand}
		}
	}
	none := func(ledger.Inquiry, *ledger.Payment) ledger.Finding {
		return ledger.Finding{Kind: ledger.NoSuch, Code: "SIM003"}
	}
	for name, tt := range map[string]struct {
		made   made
		says   func(ledger.Inquiry, *ledger.Payment) ledger.Finding
		before string
		after  string
		status order.Status // after
		stock  int64
	}{
		"card 10":             {card, found("10"), "skipped waiting", "canceled ", order.Canceled, 10},
		"card 14":             {card, found("14"), "skipped waiting", "canceled ", order.Canceled, 10},
		"card 11":             {card, found("11"), "canceled ", "", order.Canceled, 10},
		"card 13":             {card, found("13"), "canceled ", "", order.Canceled, 10},
		"card 20":             {card, found("20"), "stands ", "", order.New, 9},
		"card at work":        {card, found("30"), "skipped no_answer", "skipped no_answer", order.Pending, 9},
		"no such card":        {card, none, "skipped waiting", "canceled ", order.Canceled, 10},
		"carrier 15":          {carrier, found("15"), "canceled ", "", order.Canceled, 10},
		"carrier 33":          {carrier, found("33"), "canceled ", "", order.Canceled, 10},
		"bank 15":             {(*rig).atBank, found("15"), "skipped waiting", "canceled ", order.Canceled, 10},
		"no such bank's":      {(*rig).atBank, none, "skipped waiting", "canceled ", order.Canceled, 10},
		"a status of no card": {card, found("43"), "skipped no_answer", "skipped no_answer", order.Pending, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) { p.ThreeDS = ledger.ThreeDS1 })
			id := tt.made(r)
			r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) { return tt.says(q, r.view(id).Current()), true }
			r.later(2)
			if said, _ := r.rollback(1, true); said[id] != tt.before {
				t.Errorf("rehearsed: %v", said)
			}
			if said, _ := r.rollback(1, false); said[id] != tt.before {
				t.Errorf("before the limit: %v", said)
			}
			if tt.after != "" {
				r.Advance(r.view(id).Current().LimitAt.Add(48 * time.Hour).Sub(r.Now()))
				if said, _ := r.rollback(1, false); said[id] != tt.after {
					t.Errorf("after the limit: %v", said)
				}
			}
			if l := r.view(id); l.Order.Status != tt.status {
				t.Errorf("in %s", l.Order.Status.Name())
			}
			r.expectStock(tt.stock)
		})
	}
}

// TestRollbackCancelsWhatLives, if the shop's setting says so, where a telegram does it
// and nobody else's payment could be meant.
func TestRollbackCancelsWhatLives(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*ledger.Policy)
		want   string
		status order.Status
		sent   int
		stock  int64
		mails  []string
	}{
		"it does":             {func(p *ledger.Policy) { p.RollbackCancels = true }, "canceled ", order.Canceled, 1, 10, nil},
		"it does not":         {func(*ledger.Policy) {}, "stands ", order.New, 0, 9, []string{"order"}},
		"it may be another's": {func(p *ledger.Policy) { p.RollbackCancels, p.SharedMerchant = true, true }, "stands ", order.New, 0, 9, []string{"order"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) { p.ThreeDS = ledger.ThreeDS1 }, tt.change)
			id := r.order(1)
			got, err := r.pay(id, goodCard, "k")
			if err != nil {
				t.Fatal(err)
			}
			r.visit(got.Step.Needs, "authenticate") // authorised, and the buyer does not come back
			r.later(2)
			if said, _ := r.rollback(1, true); said[id] != tt.want {
				t.Errorf("rehearsed: %v", said)
			}
			if l := r.view(id); l.Order.Status != order.Pending || len(l.Operations) != 1 {
				t.Fatalf("the rehearsal moved it: in %s", l.Order.Status.Name())
			}
			if said, _ := r.rollback(1, false); said[id] != tt.want {
				t.Errorf("%v", said)
			}
			r.settle()
			r.wait(5 * time.Minute)
			if l := r.view(id); l.Order.Status != tt.status || r.wire.count("021", "") != tt.sent {
				t.Errorf("in %s, 021 left %d times", l.Order.Status.Name(), r.wire.count("021", ""))
			}
			r.expectStock(tt.stock)
			r.same("mails", r.mails(id), tt.mails...)
		})
	}
}

// TestRollbackOfMoneyWithoutGoods: money was taken, the goods are gone: a person decides,
// and the order is not cancelled under it.
func TestRollbackOfMoneyWithoutGoods(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.byHand = true
	id := r.atBank()
	r.broken = true // the hold is taken from under the ledger
	r.Exec("UPDATE plg_kessai_hold SET state = 'released', released_at = ?, open_key = NULL WHERE order_id = ?", r.Now().UnixMilli(), int64(id))
	r.stock = 0
	r.Exec("UPDATE dtb_product_stock SET stock = 0 WHERE product_class_id = ?", r.class)
	r.Exec("UPDATE dtb_product_class SET stock = 0 WHERE id = ?", r.class)
	r.payAtBank(id)
	r.later(3)
	for _, rehearse := range []bool{true, false, false} {
		if said, totals := r.rollback(1, rehearse); said[id] != "skipped paid" || totals.Skipped != 1 {
			t.Errorf("rehearsed %v: %v", rehearse, said)
		}
	}
	if l := r.view(id); l.Order.Status != order.Pending || l.Current().Phase != payment.Captured {
		t.Errorf("in %s, %+v", l.Order.Status.Name(), l.Current())
	}
	r.same("alerts", r.alerts(id), string(ledger.AlertStockShort))
}

// TestAReturnAfterTheRollback sends neither 020 nor 100.
func TestAReturnAfterTheRollback(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *ledger.Policy) { p.ThreeDS = ledger.ThreeDS2 })
	card := r.order(1)
	if got, err := r.pay(card, goodCard, "k"); err != nil || got.Step.Kind != ledger.StepPage {
		t.Fatal(got, err)
	}
	au, openID := r.loggedInAt(payment.AU)
	r.later(5)
	if said, _ := r.rollback(1, false); said[card] != "canceled " || said[au] != "canceled " {
		t.Fatalf("%v", said)
	}
	p := r.view(card).Current()
	got, err := r.service.Authenticated(t.Context(), ledger.Authenticated{Order: card, PaymentID: p.ID, AuthID: p.AuthID, OK: true, Full: true})
	if err != nil || got.Step.Kind != ledger.StepCanceled {
		t.Errorf("%+v, %v", got.Step, err)
	}
	got, err = r.service.LoggedIn(t.Context(), ledger.LoggedIn{Order: au, PaymentID: r.view(au).CurrentID, OpenID: openID})
	if err != nil || got.Step.Kind != ledger.StepCanceled {
		t.Errorf("%+v, %v", got.Step, err)
	}
	if r.wire.count("020", "")+r.wire.count("100", "") != 0 {
		t.Error("a telegram left")
	}
	r.expectStock(10)
}

// TestRollbackGoesOn: one order's failure stops no other, and the run tells of it.
func TestRollbackGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, second, third := r.atBank(), r.atBank(), r.atBank()
	r.later(30)
	r.store.updates = []doubt{fine, lost, lost, lost, lost, lost}
	said, totals := r.rollback(1, false)
	want := map[order.ID]string{first: "canceled ", second: "failed", third: "canceled "}
	if !cmp.Equal(want, said) || totals != (reconcile.RollbackTotals{Canceled: 2, Failed: 1}) {
		t.Errorf("%v, %+v", said, totals)
	}
	if said, _ = r.rollback(1, false); !cmp.Equal(map[order.ID]string{second: "canceled "}, said) {
		t.Errorf("run again: %v", said)
	}
}

// pluginPaid is an order that the original plugin left in 決済処理中, paid under its plain id, and
// what Paygent told of it was lost.
func (r *rig) pluginPaid(status paygentsim.Status) order.ID {
	r.t.Helper()
	r.byHand = true
	id := r.order(1)
	r.Exec("UPDATE dtb_order SET order_status_id = 7 WHERE id = ?", int64(id))
	r.Exec("UPDATE dtb_product_stock SET stock = stock - 1 WHERE product_class_id = ?", r.class)
	r.Exec("UPDATE dtb_product_class SET stock = stock - 1 WHERE id = ?", r.class)
	if status == "" {
		return id
	}
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		r.t.Fatal(err)
	}
	paid := r.elsewhere(id.String(), 1100)
	if status == "20" {
		return id
	}
	if _, err := r.sim.SetStatus(paid, status, false); err != nil {
		r.t.Fatal(err)
	}
	return id
}

// TestRollbackOfThePluginsOrders: nothing is cancelled without 094. An order that the original
// plugin left has no payment in our book, and may have been paid.
func TestRollbackOfThePluginsOrders(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.broken = true // their 020 were not ours
	authorised, captured, dead, never, silent := r.pluginPaid("20"), r.pluginPaid("40"), r.pluginPaid("32"), r.pluginPaid(""), r.pluginPaid("40")
	offline := r.order(1)
	r.offline(offline)
	r.Exec("UPDATE dtb_order SET order_status_id = 7 WHERE id = ?", int64(offline))
	r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
		return ledger.Finding{Kind: ledger.NoAnswer}, q.TradingID == silent.String()
	}
	r.later(2)
	want := map[order.ID]string{authorised: "stands ", captured: "stands ", dead: "skipped waiting", never: "skipped waiting", silent: "skipped no_answer"}
	if said, _ := r.rollback(0, true); !cmp.Equal(want, said) {
		t.Errorf("rehearsed: %s", cmp.Diff(want, said))
	}
	if said, _ := r.rollback(0, false); !cmp.Equal(want, said) {
		t.Errorf("%s", cmp.Diff(want, said))
	}
	r.later(1) // what a buyer may have opened at the last moment is over
	want = map[order.ID]string{dead: "canceled ", never: "canceled ", silent: "skipped no_answer"}
	if said, _ := r.rollback(0, false); !cmp.Equal(want, said) {
		t.Errorf("later: %s", cmp.Diff(want, said))
	}
	if got, err := r.service.RollBack(t.Context(), offline, false); err != nil || got.Verdict != ledger.RollbackSkipped || got.Reason != ledger.SkipOther {
		t.Errorf("another method's: %+v, %v", got, err)
	}
	r.settle()
	for id, is := range map[order.ID]order.Status{authorised: order.New, captured: order.Paid, dead: order.Canceled, never: order.Canceled, silent: order.Pending, offline: order.Pending} {
		if l := r.view(id); l.Order.Status != is {
			t.Errorf("%d is in %s", id, l.Order.Status.Name())
		}
	}
	r.expectStock(6)
	r.same("mails", append(r.mails(authorised), r.mails(captured)...), "order", "order")
	if _, err := r.change(authorised, true, "sale"); err != nil { // it is an order like any other
		t.Error(err)
	}
	r.settle()
	r.expect(authorised, order.Paid, payment.Captured, 6)
}

// TestRollbackOfAnOrderOfTwoShops: where others share the merchant a payment under the plain id
// may be theirs: it is neither taken in nor cancelled, and the order not either.
func TestRollbackOfAnOrderOfTwoShops(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *ledger.Policy) { p.SharedMerchant, p.Mark, p.RollbackCancels = true, "B", true })
	r.broken = true
	theirs, ours := r.pluginPaid("20"), r.pluginPaid("")
	if err := r.sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		t.Fatal(err)
	}
	r.elsewhere("B"+ours.String(), 1100)
	r.later(30)
	want := map[order.ID]string{theirs: "skipped unclear", ours: "canceled "}
	if said, _ := r.rollback(7, false); !cmp.Equal(want, said) {
		t.Errorf("%s", cmp.Diff(want, said))
	}
	r.settle()
	if n := r.wire.count("021", ""); n != 1 || len(r.view(theirs).Payments) != 0 {
		t.Errorf("021 left %d times, payments %+v", n, r.view(theirs).Payments)
	}
	if l := r.view(ours); l.Payments[0].Phase != payment.Ended || l.Order.Status != order.Canceled {
		t.Errorf("%s, in %s", l.Payments[0].Phase, l.Order.Status.Name())
	}
}

// TestRollbackWakesWhatWasParked: the notice of the plugin's payment fitted no payment; once that
// is taken in it is applied, and its alert is over.
func TestRollbackWakesWhatWasParked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.pluginPaid("")
	paid := r.elsewhere(id.String(), 1100)
	r.settle()
	if _, err := r.sim.SetStatus(paid, "40", true); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.broken = true // its 020 was not ours
	r.same("alerts", r.alerts(id), string(ledger.AlertNoticeParked), string(ledger.AlertNoticeParked))
	r.later(2)
	if said, _ := r.rollback(0, false); said[id] != "stands " {
		t.Errorf("%v", said)
	}
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 9)
	r.same("alerts", r.alerts(id))
}
