package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
)

const clerk = ledger.Actor("staff:1")

// cash is a method of EC-CUBE's own.
func (s *Shop) cash() int64 {
	return s.insert(`INSERT INTO dtb_payment (payment_method, charge, sort_no, fixed, method_class, visible, create_date, update_date, discriminator_type)
VALUES ('銀行振込', 0, 9, ?, ?, ?, ?, ?, 'payment')`, true, `Eccube\Service\Payment\Method\Cash`, true, s.date(), s.date())
}

// sheet is what a page shows of an order.
func (s *Shop) sheet(t *testing.T, id order.ID) ledger.Edit {
	t.Helper()
	v, err := s.Reader.Order(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Edit{
		Order: id, Version: s.view(t, id).Version, UpdatedAt: v.UpdatedAt, Actor: clerk, Key: s.ID(),
		Sheet: ledger.Sheet{
			PaymentRow: v.PaymentRow, Items: v.Items, Shippings: v.Shippings, Totals: v.Totals, Buyer: v.Buyer, Message: v.Message, Note: v.Note,
		},
	}
}

// sum makes the totals those of the lines.
func sum(t *testing.T, s *ledger.Sheet) {
	t.Helper()
	use, add := s.Totals.UsePoint, s.Totals.AddPoint
	totals, err := order.Sum(s.Items)
	if err != nil {
		t.Fatal(err)
	}
	s.Totals = totals
	s.Totals.UsePoint, s.Totals.AddPoint = use, add
}

func (s *Shop) edit(t *testing.T, in ledger.Edit) (ledger.Result, error) {
	t.Helper()
	return s.service(t).EditOrder(context.Background(), in)
}

// to changes the status, and says what becomes of the payment.
func (s *Shop) to(t *testing.T, id order.ID, to order.Status, living ledger.Living) error {
	t.Helper()
	_, err := s.service(t).ChangeStatus(context.Background(), ledger.StatusChange{
		Order: id, From: s.Status(id), To: to, Living: living, Actor: clerk, Key: s.ID(),
	})
	return err
}

func (s *Shop) openAlerts(t *testing.T, id order.ID, want ...ledger.AlertKind) {
	t.Helper()
	list, err := s.Reader.Alerts(context.Background(), id)
	if err != nil || len(list) != len(want) {
		t.Errorf("alerts %+v, %v, not %v", list, err, want)
		return
	}
	for i, a := range list {
		if a.Kind != want[i] {
			t.Errorf("alerts %+v, not %v", list, want)
		}
	}
}

// bought is what EC-CUBE keeps of a member's purchases.
func (s *Shop) bought(t *testing.T, member, times, total int64) {
	t.Helper()
	if a, b := s.Number("SELECT buy_times FROM dtb_customer WHERE id = ?", member), s.Number("SELECT buy_total FROM dtb_customer WHERE id = ?", member); a != times || b != total {
		t.Errorf("bought %d times for %d, not %d for %d", a, b, times, total)
	}
	want := int64(0)
	if times > 0 {
		want = 1
	}
	if n := s.Number("SELECT COUNT(*) FROM dtb_customer WHERE first_buy_date IS NOT NULL AND last_buy_date IS NOT NULL AND id = ?", member); n != want {
		t.Errorf("first and last purchase are dated: %d", n)
	}
}

// TestStaffSaveAnOrder writes lines, totals, addresses and notes with stock, points and
// statistics, once per key.
func TestStaffSaveAnOrder(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		umbrella, book, air, member := s.Class("傘", 10), s.Class("本", 5), s.Unlimited("空気"), s.Member(500)
		id := s.Order(Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{{ProductClassID: umbrella, Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		s.bought(t, member, 1, 2100)
		s.Advance(time.Minute)

		in := s.sheet(t, id)
		in.Sheet.Items[0].Quantity = 1
		line := in.Sheet.Items[0]
		line.ID, line.ProductClassID, line.Quantity, line.Name = 0, book, 3, "本"
		free := line
		free.ProductClassID, free.Quantity, free.Name = air, 7, "空気"
		in.Sheet.Items = append(in.Sheet.Items, line, free)
		in.Sheet.Shippings[0].Address.Addr01, in.Sheet.Note, in.Sheet.Buyer.Name01 = "京都市", "電話済み", "鈴木"
		sum(t, &in.Sheet)
		in.Sheet.Totals.AddPoint = 30
		r, err := s.edit(t, in)
		if err != nil || r.Replayed {
			t.Fatalf("%+v, %v", r, err)
		}
		s.expect(t, umbrella, 9)
		s.expect(t, book, 2)
		if s.Number("SELECT COUNT(*) FROM dtb_product_class WHERE stock IS NULL AND id = ?", air) != 1 {
			t.Error("the unlimited class got a number")
		}
		v, err := s.Reader.Order(context.Background(), id)
		if err != nil || len(v.Items) != 4 || v.Totals.PaymentTotal != 12000 || v.Note != "電話済み" || v.Buyer.Name01 != "鈴木" || v.Shippings[0].Address.Addr01 != "京都市" || !v.UpdatedAt.Equal(s.Now()) {
			t.Fatalf("%+v, %v", v, err)
		}
		s.bought(t, member, 1, 12000)
		s.openAlerts(t, id, ledger.AlertAmountOpen)
		if l := s.view(t, id); l.Order.Total != 12000 || l.Order.AddPoint != 30 || len(l.Hold.Movements) != 2 || l.Order.Status != order.New {
			t.Errorf("%+v, %+v", l.Order, l.Hold)
		}

		if r, err := s.edit(t, in); err != nil || !r.Replayed { // a second click
			t.Errorf("%+v, %v", r, err)
		}
		in.Key = s.ID() // another tab, which was shown what is no longer true
		if _, err := s.edit(t, in); !problem.Is(err, "order.edited_meanwhile") {
			t.Errorf("%v", err)
		}
		s.expect(t, book, 2)

		short := s.sheet(t, id)
		for i := range short.Sheet.Items {
			if short.Sheet.Items[i].ProductClassID == book {
				short.Sheet.Items[i].Quantity = 6
			}
		}
		sum(t, &short.Sheet)
		if _, err := s.edit(t, short); !problem.Is(err, "stock.short") {
			t.Errorf("%v", err)
		}
		s.expect(t, book, 2)

		points := s.sheet(t, id)
		points.Sheet.Totals.UsePoint = 0
		points.Sheet.Items = append(points.Sheet.Items[:0:0], points.Sheet.Items[0])
		sum(t, &points.Sheet)
		s.Advance(time.Minute)
		if _, err := s.edit(t, points); err != nil {
			t.Fatal(err)
		}
		s.expect(t, umbrella, 9)
		s.expect(t, book, 5)
		if got := s.Points(member); got != 500 {
			t.Errorf("points %d", got)
		}
		if n := s.Number("SELECT COUNT(*) FROM dtb_order_item WHERE order_id = ?", int64(id)); n != 1 {
			t.Errorf("%d rows", n)
		}
		s.noGaps(t, id)
	})
}

// TestAnotherHandsSave: EC-CUBE saved the order after the page was shown.
func TestAnotherHandsSave(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Class("傘", 10), Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		in := s.sheet(t, id)
		in.Sheet.Note = "x"
		s.Advance(time.Minute)
		s.Exec("UPDATE dtb_order SET message = 'y', update_date = ? WHERE id = ?", s.date(), int64(id))
		if _, err := s.edit(t, in); !problem.Is(err, "order.edited_meanwhile") {
			t.Errorf("%v", err)
		}
	})
}

// TestStaffChangeTheMethod cancels the payment without its order.
func TestStaffChangeTheMethod(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class, cash := s.Class("傘", 10), s.cash()
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		in := s.sheet(t, id)
		in.Sheet.PaymentRow = cash
		if _, err := s.edit(t, in); !ledger.IsAsked(err) {
			t.Fatalf("%v", err)
		}
		in.Living = ledger.LivingCancel
		r, err := s.edit(t, in)
		if err != nil || r.Operation.Kind != payment.CancelAuthorization || r.Operation.State != payment.Succeeded {
			t.Fatalf("%+v, %v", r, err)
		}
		if again, err := s.edit(t, in); err != nil || !again.Replayed || again.Operation.ID != r.Operation.ID {
			t.Errorf("%+v, %v", again, err)
		}
		l := s.view(t, id)
		if l.Order.PaymentRow != cash || !l.Order.Offline() || l.Order.PaymentMethod != "銀行振込" || l.Payments[0].Phase != payment.Ended || l.CurrentID != "" || l.Order.Status != order.New {
			t.Errorf("%+v", l.Order)
		}
		s.expect(t, class, 8)
		s.openAlerts(t, id)
	})
}

// TestStaffStatuses is EC-CUBE's own example (eccube.md §4.1), with the member's points
// and statistics.
func TestStaffStatuses(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class, cash, member := s.Class("傘", 99), s.cash(), s.Member(500)
		id := s.Order(Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}, Edit: func(d *store.Draft) {
			d.PaymentRow, d.Totals.AddPoint = cash, 55
		}})
		if _, err := s.service(t).Place(context.Background(), id, 2100); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			to            order.Status
			stock, points int64
			times, total  int64
			code          string
		}{
			{order.Canceled, 99, 500, 0, 0, ""},
			{order.InProgress, 97, 400, 1, 2100, ""},
			{order.Delivered, 97, 455, 1, 2100, ""},
			{order.Canceled, 97, 455, 1, 2100, order.CodeTransitionRefused},
			{order.Returned, 97, 500, 0, 0, ""},
			{order.Delivered, 97, 455, 1, 2100, ""},
		} {
			s.Advance(time.Minute)
			if err := s.to(t, id, step.to, ledger.LivingAsk); (err == nil) != (step.code == "") || err != nil && !problem.Is(err, step.code) {
				t.Fatalf("to %s: %v", step.to.Name(), err)
			}
			s.expect(t, class, step.stock)
			if got := s.Points(member); got != step.points {
				t.Errorf("%s: %d points, not %d", step.to.Name(), got, step.points)
			}
			s.bought(t, member, step.times, step.total)
		}
		v, err := s.Reader.Order(context.Background(), id)
		if err != nil || !v.Shippings[0].ShippedAt.Equal(s.Now().Add(-3*time.Minute)) {
			t.Errorf("shipped %s, %v", v.Shippings[0].ShippedAt, err)
		}
		s.noGaps(t, id)
	})
}

// TestStaffCancelAndRevive with a payment that is alive, once per key.
func TestStaffCancelAndRevive(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class := s.Class("傘", 2)
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		if err := s.to(t, id, order.Canceled, ledger.LivingAsk); !ledger.IsAsked(err) {
			t.Fatalf("%v", err)
		}
		service := s.service(t)
		cancel := ledger.StatusChange{Order: id, From: order.New, To: order.Canceled, Living: ledger.LivingKeep, Actor: clerk, Key: s.ID()}
		for n := range 2 {
			if r, err := service.ChangeStatus(context.Background(), cancel); err != nil || r.Replayed != (n == 1) {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		s.expect(t, class, 2)
		s.openAlerts(t, id, ledger.AlertKept)
		s.Exec("UPDATE dtb_product_stock SET stock = 1 WHERE product_class_id = ?", class)
		revive := ledger.Revive{Order: id, Actor: clerk, Key: s.ID()}
		if _, err := service.Revive(context.Background(), revive); !problem.Is(err, "stock.short") {
			t.Errorf("%v", err)
		}
		s.Exec("UPDATE dtb_product_stock SET stock = 2 WHERE product_class_id = ?", class)
		for n := range 2 {
			if r, err := service.Revive(context.Background(), revive); err != nil || r.Replayed != (n == 1) {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		s.expect(t, class, 0)
		s.openAlerts(t, id)
		if err := s.to(t, id, order.Canceled, ledger.LivingCancel); err != nil || s.Status(id) != order.Canceled {
			t.Errorf("%v, %s", err, s.Status(id).Name())
		}
		s.expect(t, class, 2)
		if p := s.view(t, id).Payments[0]; p.Phase != payment.Ended {
			t.Errorf("%+v", p)
		}
	})
}

// TestHandRefundIsKept with its amount, day and way, once per key.
func TestHandRefundIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Class("傘", 9), Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		s.update(t, id, func(l *ledger.Ledger) {
			p := l.Current()
			p.Phase, p.Status, p.CapturedAt = payment.Captured, payment.ClearedFinal, s.Now()
		})
		in := ledger.HandRefund{Order: id, PaymentID: s.view(t, id).CurrentID, Amount: 700, Left: s.view(t, id).Current().Worth(), Day: s.Now(), How: "銀行振込", Actor: clerk, Key: s.ID()}
		for n := range 2 {
			if r, err := s.service(t).RefundByHand(context.Background(), in); err != nil || r.Replayed != (n == 1) {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		if p := s.view(t, id).Current(); p.HandRefunded != 700 {
			t.Errorf("%+v", p)
		}
		list, err := s.Reader.Timeline(context.Background(), id)
		if err != nil || len(list) < 2 {
			t.Fatal(err)
		}
		for _, e := range list {
			if e.Kind == ledger.EventRefunded {
				if e.Actor != clerk || e.Data.Amount != 700 || e.Data.Day != "2026-04-01" || e.Data.Text != "銀行振込" || e.IdemKey != in.Key {
					t.Errorf("%+v", e)
				}
				return
			}
		}
		t.Error("nothing stands in the timeline")
	})
}

// TestAKeyServesOneOrder: what staff did under it cannot be done under it elsewhere.
func TestAKeyServesOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class := s.Class("傘", 9)
		var ids []order.ID
		for range 2 {
			ids = append(ids, s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 1}}}))
		}
		write := func(id order.ID) error {
			return s.try(id, func(l *ledger.Ledger) {
				s.note(l, ledger.EventEdited)
				l.Events[0].IdemKey = "form-1"
			})
		}
		if err := write(ids[0]); err != nil {
			t.Fatal(err)
		}
		if err := write(ids[1]); !problem.Is(err, "operation.repeated") || problem.CategoryOf(err) != problem.Conflict {
			t.Errorf("%v", err)
		}
		for key, want := range map[string]bool{"form-1": true, "form-2": false} {
			if used, err := s.Store.KeyUsed(context.Background(), key); err != nil || used != want {
				t.Errorf("%s: %v, %v", key, used, err)
			}
		}
	})
}

// TestStaffMakeAnOrder takes goods as EC-CUBE's back office does.
func TestStaffMakeAnOrder(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class, member := s.Class("傘", 9), s.Member(500)
		id := s.Order(Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		in := ledger.StaffOrder{Order: id, Total: 2100, Actor: clerk, Key: s.ID()}
		for n := range 2 {
			if r, err := s.service(t).PlaceByStaff(context.Background(), in); err != nil || r.Replayed != (n == 1) {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		s.expect(t, class, 7)
		s.bought(t, member, 1, 2100)
		s.openAlerts(t, id, ledger.AlertUnmade)
		if s.Points(member) != 400 || s.Status(id) != order.New || s.Number("SELECT COUNT(*) FROM plg_kessai_outbox") != 0 {
			t.Errorf("%d points, %s", s.Points(member), s.Status(id).Name())
		}
	})
}

// TestNothingToPay: one transaction commits the hold and the order is 入金済み.
func TestNothingToPay(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class, member := s.Class("傘", 9), s.Member(5000)
		id := s.Order(Wanted{Customer: member, UsePoint: 2200, Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		for range 2 { // a second click
			if step, err := s.service(t).Place(context.Background(), id, 0); err != nil || step.Kind != ledger.StepComplete {
				t.Fatalf("%+v, %v", step, err)
			}
		}
		l := s.view(t, id)
		if l.Order.Status != order.Paid || !l.Order.PaymentDate.Equal(s.Now()) || !l.Order.OrderDate.Equal(s.Now()) || l.Hold == nil || l.Hold.State != ledger.Committed {
			t.Errorf("%+v, %+v", l.Order, l.Hold)
		}
		s.expect(t, class, 7)
		if s.Points(member) != 2800 || s.Number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE kind = 'order'") != 1 {
			t.Errorf("%d points", s.Points(member))
		}
		s.bought(t, member, 1, 0)
	})
}

// TestEccubeMovedTheOrder: what EC-CUBE's own hand moved is not moved again, in both
// directions (money.md §7).
func TestEccubeMovedTheOrder(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class, member := s.Class("傘", 9), s.Member(500)
		id := s.Order(Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		eccube := func(to order.Status, stock, points int64) {
			s.Advance(time.Minute)
			s.Exec("UPDATE dtb_order SET order_status_id = ?, update_date = ? WHERE id = ?", int64(to), s.date(), int64(id))
			s.Exec("UPDATE dtb_product_stock SET stock = stock + ? WHERE product_class_id = ?", stock, class)
			s.Exec("UPDATE dtb_product_class SET stock = stock + ? WHERE id = ?", stock, class)
			s.Exec("UPDATE dtb_customer SET point = point + ? WHERE id = ?", points, member)
		}
		same := func(stock, points int64, held bool) {
			t.Helper()
			s.expect(t, class, stock)
			if got := s.Points(member); got != points {
				t.Errorf("%d points, not %d", got, points)
			}
			l := s.view(t, id)
			if (l.Hold != nil) != held || l.LastStatus != l.Order.Status {
				t.Errorf("hold %+v, last %s, order in %s", l.Hold, l.LastStatus.Name(), l.Order.Status.Name())
			}
		}
		press := func() error { // something that releases, if anything is held
			p := s.view(t, id).Current()
			_, err := s.service(t).Change(context.Background(), ledger.Change{Order: id, PaymentID: p.ID, Button: payment.CancelButton, Amount: p.Amount, Actor: clerk, Key: s.ID()})
			return err
		}
		same(7, 400, true)
		eccube(order.Canceled, 2, 100)
		if err := press(); err != nil {
			t.Fatal(err)
		}
		same(9, 500, false)

		eccube(order.InProgress, -2, -100) // 3 → 4 by EC-CUBE
		if err := s.to(t, id, order.Canceled, ledger.LivingAsk); err != nil {
			t.Fatal(err)
		}
		same(9, 500, false)
		if err := s.to(t, id, order.InProgress, ledger.LivingAsk); err != nil {
			t.Fatal(err)
		}
		same(7, 400, true)
		if err := s.to(t, id, order.Delivered, ledger.LivingAsk); err != nil {
			t.Fatal(err)
		}
		eccube(order.Returned, 0, 100) // 5 → 9 by EC-CUBE
		if err := s.to(t, id, order.Delivered, ledger.LivingAsk); err != nil {
			t.Fatal(err)
		}
		same(7, 400, true)
		eccube(order.Returned, 0, 100)
		eccube(order.Delivered, 0, -100) // and back by EC-CUBE
		if err := s.to(t, id, order.Returned, ledger.LivingAsk); err != nil {
			t.Fatal(err)
		}
		same(7, 500, true)
		s.noGaps(t, id)
	})
}

// TestEccubePlacedTheOrder: an order that EC-CUBE made and we never saw has taken its
// goods; what pays it takes none, and its cancellation gives them back once.
func TestEccubePlacedTheOrder(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class, member := s.Class("傘", 9), s.Member(500)
		id := s.Order(Wanted{Customer: member, UsePoint: 100, Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		s.Exec("UPDATE dtb_order SET order_status_id = 1, order_date = ? WHERE id = ?", s.date(), int64(id))
		s.Exec("UPDATE dtb_product_stock SET stock = 7 WHERE product_class_id = ?", class)
		s.Exec("UPDATE dtb_product_class SET stock = 7 WHERE id = ?", class)
		s.Exec("UPDATE dtb_customer SET point = 400 WHERE id = ?", member)
		if err := s.to(t, id, order.InProgress, ledger.LivingAsk); err != nil {
			t.Fatal(err)
		}
		s.expect(t, class, 7)
		if l := s.view(t, id); l.Hold == nil || l.Hold.State != ledger.Committed || l.Hold.Points != 100 {
			t.Errorf("%+v", l.Hold)
		}
		for range 2 {
			_ = s.to(t, id, order.Canceled, ledger.LivingAsk)
			s.expect(t, class, 9)
			if got := s.Points(member); got != 500 {
				t.Errorf("%d points", got)
			}
		}
	})
}

// TestTwoSaveAtOnce: staff in two tabs, each from what it was shown: one is saved.
func TestTwoSaveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		class := s.Class("傘", 9)
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		if err := s.authorize(t, id); err != nil {
			t.Fatal(err)
		}
		const tabs = 4
		edits, errs := make([]ledger.Edit, tabs), make([]error, tabs)
		for i := range edits {
			edits[i] = s.sheet(t, id)
			edits[i].Sheet.Items[0].Quantity = int64(3 + i)
			sum(t, &edits[i].Sheet)
		}
		edits[tabs-1] = edits[tabs-2] // a double click
		service := s.service(t)
		replayed := make([]bool, tabs)
		var wait sync.WaitGroup
		for i := range edits {
			wait.Go(func() {
				r, err := service.EditOrder(context.Background(), edits[i])
				errs[i], replayed[i] = err, r.Replayed
			})
		}
		wait.Wait()
		saved := int64(0)
		for i, err := range errs {
			switch {
			case err == nil && !replayed[i]:
				if saved != 0 {
					t.Error("two were saved")
				}
				saved = edits[i].Sheet.Items[0].Quantity
			case err != nil && !problem.Is(err, "order.edited_meanwhile"):
				t.Errorf("tab %d: %v", i, err)
			}
		}
		if saved == 0 {
			t.Fatal("none was saved")
		}
		s.expect(t, class, 9-saved)
	})
}
