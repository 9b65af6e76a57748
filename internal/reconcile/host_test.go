package reconcile_test

import (
	"log/slog"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/reconcile"
	"kessai/paygent"
	"kessai/paygentsim"
)

func (r *rig) host() *reconcile.Host {
	return reconcile.NewHost(r.service, r.Store, r.Now, slog.New(slog.NewTextHandler(r.t.Output(), nil)))
}

// moveByHost moves an order as EC-CUBE's own pages do, with its stock.
func (r *rig) moveByHost(id order.ID, to order.Status) {
	r.t.Helper()
	back := -1
	if to == order.Canceled {
		back = 1
	}
	for _, t := range [][2]string{{"dtb_product_stock", "product_class_id"}, {"dtb_product_class", "id"}} {
		r.Exec("UPDATE "+t[0]+" SET stock = stock + ? WHERE "+t[1]+" = ?", back, r.class)
	}
	r.Exec("UPDATE dtb_order SET order_status_id = ?, update_date = ? WHERE id = ?", int64(to), database.At(r.Now()), int64(id))
}

// TestEccubesHandIsMetByItself: about an order that is over at Paygent nothing is decided any
// more. What EC-CUBE's own hand makes of it is put before a person all the same.
func TestEccubesHandIsMetByItself(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		order func(*rig) order.ID
		to    order.Status
		alert ledger.AlertKind
	}{
		"paid, and cancelled":       {(*rig).sold, order.Canceled, ledger.AlertPaidCanceled},
		"authorised, and cancelled": {(*rig).paid, order.Canceled, ledger.AlertKept},
		"cancelled, and taken again": {func(r *rig) order.ID {
			id := r.paid()
			if _, err := r.change(id, false, "cancel"); err != nil {
				r.t.Fatal(err)
			}
			r.settle()
			return id
		}, order.InProgress, ledger.AlertUnmade},
		"authorised, and another total": {(*rig).paid, 0, ledger.AlertAmountOpen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := tt.order(r)
			if tt.to == 0 {
				h := r.host()
				r.run(h.Step)
				r.Advance(reconcile.HostEvery)
				r.Exec("UPDATE dtb_order SET payment_total = payment_total + 500, update_date = ? WHERE id = ?", database.At(r.Now()), int64(id))
				for range 2 {
					if _, _, err := h.Step(t.Context()); err != nil {
						t.Error(err)
					}
					if l := r.view(id); len(l.OpenAlerts) != 1 || l.OpenAlerts[0].Kind != tt.alert {
						t.Errorf("alerts %v", l.OpenAlerts)
					}
					r.Advance(reconcile.HostEvery)
				}
				return
			}
			r.byHand = true
			r.moveByHost(id, tt.to)
			h := r.host()
			if worked, next, err := h.Step(t.Context()); !worked || err != nil || !next.Equal(r.Now().Add(reconcile.HostEvery)) {
				t.Errorf("worked %t, %v, next %s", worked, err, next)
			}
			if l := r.view(id); len(l.OpenAlerts) != 1 || l.OpenAlerts[0].Kind != tt.alert || l.LastStatus != tt.to {
				t.Errorf("alerts %v, seen in %s", l.OpenAlerts, l.LastStatus.Name())
			}
			r.Advance(reconcile.HostEvery)
			if worked, _, err := h.Step(t.Context()); worked || err != nil {
				t.Errorf("again: worked %t, %v", worked, err)
			}
		})
	}
}

// TestEccubesHandOfLongAgo: between the looks at all orders those are looked at that EC-CUBE has
// saved lately; one whose update_date tells nothing of it is met within the hour.
func TestEccubesHandOfLongAgo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lately, silently := r.paid(), r.paid()
	h := r.host()
	r.run(h.Step)
	r.Advance(2 * time.Hour)
	r.run(h.Step)
	r.Exec("UPDATE dtb_order SET order_status_id = ?, update_date = ? WHERE id = ?", int64(order.InProgress), database.At(r.Now()), int64(lately))
	r.Exec("UPDATE dtb_order SET order_status_id = ? WHERE id = ?", int64(order.InProgress), int64(silently))
	r.Advance(reconcile.HostEvery)
	r.run(h.Step)
	if a, b := r.view(lately).LastStatus, r.view(silently).LastStatus; a != order.InProgress || b == order.InProgress {
		t.Errorf("after ten minutes: %s, %s", a.Name(), b.Name())
	}
	r.Advance(time.Hour)
	r.run(h.Step)
	if got := r.view(silently).LastStatus; got != order.InProgress {
		t.Errorf("after an hour: %s", got.Name())
	}
}

// TestMoneyOfAnOrderThatIsGone is put before a person once; only a person can end that, as
// everything else that was said of such an order.
func TestMoneyOfAnOrderThatIsGone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		order  func(*rig) order.ID
		alerts int64
	}{
		"authorised": {(*rig).paid, 1},
		"paid":       {(*rig).sold, 1},
		"its outcome is unknown": {func(r *rig) order.ID {
			id := r.order(1)
			if _, err := r.pay(id, lostAfter, "lost"); err != nil {
				r.t.Fatal(err)
			}
			return id
		}, 1},
		"cancelled": {func(r *rig) order.ID {
			id := r.paid()
			if _, err := r.change(id, false, "cancel"); err != nil {
				r.t.Fatal(err)
			}
			return id
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := tt.order(r)
			r.drop(id)
			h := r.host()
			open := func() []ledger.AlertChange {
				t.Helper()
				r.run(h.Step)
				list, err := r.Store.ShopAlerts(t.Context(), ledger.AlertKept)
				if err != nil {
					t.Fatal(err)
				}
				return list
			}
			list := open()
			if int64(len(list)) != tt.alerts {
				t.Fatalf("%+v", list)
			}
			for _, a := range list {
				if a.Data.TradingID != r.trading(id) || a.Data.Amount != 1100 {
					t.Errorf("%+v", a.Data)
				}
				seen := ledger.Acknowledge{Kind: a.Kind, Cause: a.Cause, Opened: a.At, Reason: "ペイジェントオンラインで取り消した", Actor: "staff:1", Key: "seen"}
				for range 2 { // a double click
					if _, err := r.service.Acknowledge(t.Context(), seen); err != nil {
						t.Error(err)
					}
				}
			}
			r.Advance(time.Hour) // when all are looked at
			if list := open(); len(list) != 0 {
				t.Errorf("again: %+v", list)
			}
		})
	}
}

// TestAlertsOfAnOrderThatIsGone are closed by hand, whichever they are; those of another order
// that stands are not.
func TestAlertsOfAnOrderThatIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.byHand = true
	gone, stands := r.sold(), r.sold()
	for _, id := range []order.ID{gone, stands} {
		r.moveByHost(id, order.Canceled)
	}
	r.run(r.host().Step)
	seen := func(id order.ID) error {
		a := ledger.AlertPaidCanceled
		_, err := r.service.Acknowledge(t.Context(), ledger.Acknowledge{Order: id, Kind: a, Cause: r.cause(id, a), Reason: "確認した", Actor: "staff:1", Key: "seen " + id.String()})
		return err
	}
	r.drop(gone)
	if err := seen(gone); err != nil {
		t.Error(err)
	}
	if err := seen(stands); !problem.Is(err, "alert.not_by_hand") {
		t.Error(err)
	}
	for id, want := range map[order.ID]int64{gone: 0, stands: 1} {
		if n := r.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = ? AND closed_at IS NULL", int64(id)); n != want {
			t.Errorf("order %d: %d alerts", id, n)
		}
	}
	if err := seen(gone); err != nil {
		t.Errorf("a double click: %v", err)
	}
}

// cause is that of an open alert of the order, which may be gone.
func (r *rig) cause(id order.ID, kind ledger.AlertKind) string {
	r.t.Helper()
	list := r.lines("SELECT cause FROM plg_kessai_alert WHERE order_id = ? AND kind = ?", int64(id), string(kind))
	if len(list) != 1 {
		r.t.Fatalf("%v", list)
	}
	return list[0]
}

// TestEccubesOwnLines: EC-CUBE saved other lines and moved their stock; what it gave back is not
// given back again with the order, and what it took comes back.
func TestEccubesOwnLines(t *testing.T) {
	t.Parallel()
	for name, saved := range map[string]int{"fewer pieces": 1, "more": 5, "as many": 3, "none": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.byHand = true
			id := r.order(3)
			if _, err := r.pay(id, goodCard, r.key(id)); err != nil {
				t.Fatal(err)
			}
			r.settle()
			r.Advance(time.Minute)
			for _, c := range [][2]string{{"dtb_product_stock", "product_class_id"}, {"dtb_product_class", "id"}} {
				r.Exec("UPDATE "+c[0]+" SET stock = stock + ? WHERE "+c[1]+" = ?", 3-saved, r.class)
			}
			r.Exec("UPDATE dtb_order_item SET quantity = ? WHERE order_id = ? AND product_class_id = ?", saved, int64(id), r.class)
			if saved == 0 {
				r.Exec("DELETE FROM dtb_order_item WHERE order_id = ? AND product_class_id = ?", int64(id), r.class)
			}
			r.Exec("UPDATE dtb_order SET update_date = ? WHERE id = ?", database.At(r.Now()), int64(id))
			r.Advance(time.Minute)
			if err := r.service.MeetHost(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			r.expectStock(10 - int64(saved))
			if _, err := r.change(id, false, "cancel"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			r.expectStock(10)
		})
	}
}

// TestAStatusOfTheShopsOwn, which EC-CUBE lets a shop add, is 対応中 to us: the order is one that is
// delivered or will be, and nothing moves it but its payment's end.
func TestAStatusOfTheShopsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.byHand = true
	id := r.paid()
	r.Exec("INSERT INTO mtb_order_status (id, name, sort_no, discriminator_type, display_order_count) VALUES (10, '取寄せ中', 10, 'orderstatus', 1)")
	r.Exec("UPDATE dtb_order SET order_status_id = 10 WHERE id = ?", int64(id))
	status := func(want int64) {
		t.Helper()
		if n := r.Number("SELECT order_status_id FROM dtb_order WHERE id = ?", int64(id)); n != want {
			t.Errorf("the order is in %d, not %d", n, want)
		}
	}
	if _, err := r.change(id, true, "sale"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	if l := r.view(id); l.Current().Status != payment.Cleared || l.Order.PaymentDate.IsZero() || len(l.OpenAlerts) != 0 {
		t.Errorf("%+v, alerts %v", l.Current(), l.OpenAlerts)
	}
	status(10)
	r.expectStock(9)
	if worked, _, err := r.host().Step(t.Context()); worked || err != nil {
		t.Errorf("it is met again: %t, %v", worked, err)
	}
	if _, err := r.change(id, false, "cancel"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	status(int64(order.Canceled))
	r.expectStock(10)
}

// TestEccubesOwnLinesBesideANoticeThatIsParked: that a notice of the order was put before a person
// is no decision about what EC-CUBE's own hand did before.
func TestEccubesOwnLinesBesideANoticeThatIsParked(t *testing.T) {
	t.Parallel()
	for name, park := range map[string]func(*rig, order.ID){
		"a conflict": func(r *rig, id order.ID) {
			p := r.view(id).Current()
			n := r.Number("SELECT MIN(notice_id) FROM plg_kessai_notice WHERE payment_id = ?", p.PaymentID)
			r.notify(paygent.Notice{NoticeID: n, PaymentID: p.PaymentID, TradingID: p.TradingID, Status: "40", Amount: paygent.Yen(p.Amount)})
		},
		"malformed": func(r *rig, id order.ID) {
			p := r.view(id).Current()
			r.notify(paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Amount: paygent.Yen(p.Amount)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.byHand = true
			id := r.order(3)
			if _, err := r.pay(id, goodCard, r.key(id)); err != nil {
				t.Fatal(err)
			}
			r.settle()
			r.Advance(time.Minute)
			for _, c := range [][2]string{{"dtb_product_stock", "product_class_id"}, {"dtb_product_class", "id"}} {
				r.Exec("UPDATE "+c[0]+" SET stock = stock + 2 WHERE "+c[1]+" = ?", r.class)
			}
			r.Exec("UPDATE dtb_order_item SET quantity = 1 WHERE order_id = ? AND product_class_id = ?", int64(id), r.class)
			r.Exec("UPDATE dtb_order SET update_date = ? WHERE id = ?", database.At(r.Now()), int64(id))
			r.Advance(time.Minute)
			park(r, id)
			if n := r.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'parked'"); n != 1 {
				t.Fatalf("%d notices are parked", n)
			}
			if _, err := r.change(id, false, "cancel"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			r.expectStock(10)
		})
	}
}

// TestEccubesOwnMethod: EC-CUBE's own hand gives an order another method, and asks nobody what becomes
// of the payment: it is kept, a person is told, and the order does not go with it.
func TestEccubesOwnMethod(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, taken := r.paid(), r.sold()
	h := r.host()
	r.run(h.Step)
	method := func(id order.ID, row any) {
		r.Advance(reconcile.HostEvery)
		r.Exec("UPDATE dtb_order SET payment_id = ?, update_date = ? WHERE id = ?", row, database.At(r.Now()), int64(id))
		if _, _, err := h.Step(t.Context()); err != nil {
			t.Error(err)
		}
	}
	alerts := func(id order.ID, want ...ledger.AlertKind) {
		t.Helper()
		l := r.view(id)
		if len(l.OpenAlerts) != len(want) || len(want) > 0 && l.OpenAlerts[0].Kind != want[0] {
			t.Errorf("alerts %v, not %v", l.OpenAlerts, want)
		}
	}
	card := r.Number("SELECT payment_id FROM dtb_order WHERE id = ?", int64(id))
	method(id, nil) // the method's row was deleted
	alerts(id)
	method(id, 3)
	alerts(id, ledger.AlertKept)
	method(id, card)
	alerts(id)
	method(taken, 3)
	alerts(taken, ledger.AlertKept)
	method(id, 3)
	r.at(id, paygentsim.AuthorizationExpired, true)
	r.settle()
	r.expectStatus(id, order.New)
	r.expectStock(8)
	alerts(id)
}

// TestEccubesOwnMethodOfANumber: a number that waits is no longer the payment of an order to which
// EC-CUBE's own hand gave another method. It expires without the order, and its money would be told.
func TestEccubesOwnMethodOfANumber(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		to     paygentsim.Status
		alerts []ledger.AlertKind
	}{
		"not paid":          {paygentsim.TermExpired, nil},
		"paid all the same": {paygentsim.Captured, []ledger.AlertKind{ledger.AlertDouble}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.methodOrder(module(payment.Conveni))
			if _, err := r.begin(id, r.key(id), ledger.Beside{Store: "00C002"}); err != nil {
				t.Fatal(err)
			}
			r.settle()
			number := r.view(id).Current().PaymentID
			h := r.host()
			r.run(h.Step)
			r.Advance(reconcile.HostEvery)
			r.Exec("UPDATE dtb_order SET payment_id = 3, update_date = ? WHERE id = ?", database.At(r.Now()), int64(id))
			for range 2 {
				if _, _, err := h.Step(t.Context()); err != nil {
					t.Error(err)
				}
				r.Advance(reconcile.HostEvery)
			}
			if l := r.view(id); l.CurrentID != "" || len(l.OpenAlerts) != 0 {
				t.Errorf("the order's payment is %q, alerts %v", l.CurrentID, l.OpenAlerts)
			}
			if _, err := r.sim.SetStatus(number, tt.to, true); err != nil {
				t.Fatal(err)
			}
			r.settle()
			r.expectStatus(id, order.New)
			r.expectStock(9)
			if l := r.view(id); len(l.OpenAlerts) != len(tt.alerts) || len(tt.alerts) > 0 && l.OpenAlerts[0].Kind != tt.alerts[0] {
				t.Errorf("alerts %v", l.OpenAlerts)
			}
		})
	}
}
