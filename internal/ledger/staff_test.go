package ledger

import (
	"fmt"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

const clerk = Actor("staff:1")

// save saves a sheet as staff do.
func (w *world) save(s Sheet, living Living) (*Operation, error) {
	w.t.Helper()
	w.ids++
	key := fmt.Sprintf("save %d", w.ids)
	var op *Operation
	err := w.do(func(l *Ledger, t tick) (err error) {
		op, err = l.planEdit(t, Edit{Order: l.Order.ID, Version: l.Version, UpdatedAt: l.Order.UpdatedAt, Sheet: s, Living: living, Actor: clerk, Key: key})
		return err
	})
	return op, err
}

// saved is save where nothing stands against it.
func (w *world) saved(s Sheet, living Living) *Operation {
	w.t.Helper()
	op, err := w.save(s, living)
	if err != nil {
		w.t.Fatalf("saved: %v", err)
	}
	return op
}

// to changes the status as staff do.
func (w *world) to(s order.Status, living Living) (*Operation, error) {
	w.t.Helper()
	w.ids++
	key := fmt.Sprintf("status %d", w.ids)
	var op *Operation
	err := w.do(func(l *Ledger, t tick) (err error) {
		op, err = l.planStatus(t, StatusChange{Order: l.Order.ID, From: l.Order.Status, To: s, Living: living, Actor: clerk, Key: key})
		return err
	})
	return op, err
}

// moved is to where nothing stands against it.
func (w *world) moved(s order.Status) {
	w.t.Helper()
	if _, err := w.to(s, LivingAsk); err != nil {
		w.t.Fatalf("to %s: %v", s.Name(), err)
	}
}

// keeping is moved where staff keep the payment.
func (w *world) keeping(s order.Status) {
	w.t.Helper()
	if _, err := w.to(s, LivingKeep); err != nil {
		w.t.Fatalf("to %s: %v", s.Name(), err)
	}
}

// refunded is refund where nothing stands against it.
func (w *world) refunded(p *Payment, amount order.Yen) {
	w.t.Helper()
	if err := w.refund(p, amount); err != nil {
		w.t.Fatalf("refunded: %v", err)
	}
}

func (w *world) refund(p *Payment, amount order.Yen) error {
	w.t.Helper()
	w.ids++
	key := fmt.Sprintf("refund %d", w.ids)
	return w.do(func(l *Ledger, t tick) error {
		left := order.Yen(0)
		if known := l.payment(p.ID); known != nil {
			left = known.worth()
		}
		return l.refundByHand(t, HandRefund{Order: l.Order.ID, PaymentID: p.ID, Amount: amount, Left: left, Day: w.now, How: "銀行振込で返金", Actor: clerk, Key: key})
	})
}

func (w *world) revive() error {
	w.t.Helper()
	w.ids++
	key := fmt.Sprintf("revive %d", w.ids)
	return w.do(func(l *Ledger, t tick) error { return l.revive(t, Revive{Order: l.Order.ID, Actor: clerk, Key: key}) })
}

// alerted compares the kinds of which an alert is open.
func (w *world) alerted(want ...AlertKind) {
	w.t.Helper()
	if len(w.alerts) != len(want) {
		w.t.Errorf("alerts %v, not %v", w.alerts, want)
	}
	for _, k := range want {
		if !w.alerts[string(k)] {
			w.t.Errorf("alerts %v, not %v", w.alerts, want)
		}
	}
}

// member gives the order a member with points, of which it uses some.
func (w *world) member(balance, use, add int64) {
	w.l.Order.CustomerID, w.l.Order.UsePoint, w.l.Order.AddPoint = 9, use, add
	w.points = balance
	w.sheet.Items = append(w.sheet.Items, order.PointItem(use, 1))
	w.sheet = w.sheet.summed()
	w.sheet.Totals.UsePoint, w.sheet.Totals.AddPoint = use, add
	w.l.Order.Total = w.sheet.Totals.Total
}

// number is an order with a convenience store's number issued.
func (w *world) number(id string) *Payment {
	w.t.Helper()
	w.l.Order.MethodClass = payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class()
	w.sheet.PaymentRow = storeRow
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		op, err = l.planBegin(t, Begin{Amount: l.Order.Total, Beside: Beside{Store: "00C001"}, Actor: Buyer})
		return err
	})
	w.settle(w.send(w.l.operation(op.ID)), verdictOf(Answer{Outcome: Success, PaymentID: id}))
	return w.l.Current()
}

// learnt makes the payment's status known as 094 does.
func (w *world) learnt(p *Payment, s payment.Status) {
	w.t.Helper()
	w.must(func(l *Ledger, t tick) error {
		l.Alone = p.ID // and nothing took its place
		return l.learn(t, l.payment(p.ID), s, p.Amount, t.now, "inquiry")
	})
}

// paidAtStore is an order paid in a convenience store.
func (w *world) paidAtStore() *Payment {
	w.t.Helper()
	p := w.number("p1")
	w.learnt(p, payment.Cleared)
	w.status(order.Paid)
	return w.l.Current()
}

// TestEditMovesTheDifference of stock, within what is left (money.md §7).
func TestEditMovesTheDifference(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		quantity, left int64
		code           string
	}{{2, 3, ""}, {3, 2, ""}, {5, 0, ""}, {6, 3, "stock.short"}, {1, 4, ""}} {
		w := newWorld(t)
		w.authorised("p1")
		_, err := w.save(sheetOf(tt.quantity), LivingAsk)
		if code(err) != tt.code || w.stock != tt.left {
			t.Errorf("%d pieces: %v, %d left", tt.quantity, err, w.stock)
		}
		if err != nil {
			if problem.CategoryOf(err) != problem.NotNow || w.l.Order.Total != total {
				t.Errorf("%v, total %s", err, w.l.Order.Total)
			}
			continue
		}
		w.holds(Committed)
		if want := 1100 * order.Yen(tt.quantity); w.l.Order.Total != want || w.alerts[string(AlertAmountOpen)] != (want != total) {
			t.Errorf("total %s, alerts %v", w.l.Order.Total, w.alerts)
		}
	}
}

// TestEditOfWhatWasNeverTaken: a class that was without limit, or is gone.
func TestEditOfWhatWasNeverTaken(t *testing.T) {
	t.Parallel()
	lines := func(n int64) []order.Item {
		return []order.Item{{Type: order.ItemProduct, ProductClassID: 8, Quantity: n}}
	}
	for name, tt := range map[string]struct {
		stock    map[int64]Stock
		was, is  int64
		held     int64
		code     string
		moved, h int64 // what leaves the stock, and what the hold says then
	}{
		"less than the hold never took": {map[int64]Stock{8: {Left: 5}}, 3, 1, 0, "", 0, 0},
		"less":                          {map[int64]Stock{8: {Left: 5}}, 3, 1, 3, "", -2, 1},
		"more of what has no limit":     {map[int64]Stock{8: {Unlimited: true}}, 1, 9, 0, "", 0, 0},
		"the last ones":                 {map[int64]Stock{8: {Left: 2}}, 1, 3, 1, "", 2, 3},
		"one too many":                  {map[int64]Stock{8: {Left: 1}}, 1, 3, 1, "stock.short", 0, 1},
		"more of what is gone":          {nil, 1, 2, 1, "stock.gone", 0, 1},
		"less of what is gone":          {nil, 2, 1, 2, "", -1, 1},
	} {
		l := &Ledger{Hold: &Hold{}, Goods: &Goods{Stock: tt.stock}}
		if tt.held > 0 {
			l.Hold.Movements = []order.Movement{{ProductClassID: 8, Quantity: tt.held}}
		}
		err := l.moveGoods(lines(tt.was), lines(tt.is))
		moved := int64(0)
		for _, m := range l.Moves {
			moved -= m.Sign * m.Movements[0].Quantity
		}
		if code(err) != tt.code || moved != tt.moved || l.Hold.of(8) != tt.h {
			t.Errorf("%s: %v, %d moved, %+v", name, err, moved, l.Hold)
		}
	}
}

// TestEditMovesPoints: used ones by their difference, given ones once they were given.
func TestEditMovesPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member(150, 100, 20)
	w.authorised("p1")
	with := func(use, add int64) Sheet {
		s := sheetOf(wanted)
		if use > 0 {
			s.Items = append(s.Items, order.PointItem(use, 1))
		}
		s = s.summed()
		s.Totals.UsePoint, s.Totals.AddPoint = use, add
		return s
	}
	expect := func(points int64) {
		t.Helper()
		if w.points != points {
			t.Errorf("the member has %d, not %d", w.points, points)
		}
	}
	expect(50)
	for _, tt := range []struct {
		use, add, left int64
		code           string
	}{{140, 20, 10, ""}, {151, 20, 10, "point.short"}, {30, 25, 120, ""}, {100, 20, 50, ""}} {
		if _, err := w.save(with(tt.use, tt.add), LivingAsk); code(err) != tt.code {
			t.Fatalf("%+v: %v", tt, err)
		}
		expect(tt.left)
	}
	w.moved(order.Delivered)
	expect(70)
	if _, err := w.save(with(100, 5), LivingAsk); err != nil {
		t.Fatal(err)
	}
	expect(55)
	for _, tt := range []struct {
		use, add, left int64
		code           string
	}{
		{175, 25, 0, ""}, // 75 more are used, of which 20 are given
		{176, 25, 0, "point.short"},
		{100, 5, 55, ""}, // and back
		{155, 5, 0, ""},
		{157, 6, 0, "point.short"},
		{100, 5, 55, ""},
	} {
		if _, err := w.save(with(tt.use, tt.add), LivingAsk); code(err) != tt.code {
			t.Errorf("%+v: %v", tt, err)
		}
		expect(tt.left)
	}
	w.moved(order.Returned)
	expect(150)
	w.moved(order.Delivered)
	expect(55)
}

// TestWhatCannotBeSaved: lines and totals while the order is in 7 or busy; notes and
// addresses always; never amounts that are not those of the lines.
func TestWhatCannotBeSaved(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*world)
		code  string
	}{
		"in 8":              {func(*world) {}, "order.status"},
		"in 7":              {func(w *world) { w.send(w.authorize()) }, "order.pending_locked"},
		"busy":              {func(w *world) { w.authorised("p1"); w.send(w.change(true)) }, "operation.open"},
		"unknown":           {func(w *world) { w.authorised("p1"); w.unknown(w.change(true)) }, "operation.unknown"},
		"a reversal is on":  {func(w *world) { second := lateSecond(w); _ = second }, ""},
		"nothing is on":     {func(w *world) { w.authorised("p1") }, ""},
		"it was cancelled":  {func(w *world) { w.l.Order.Status = order.Canceled }, ""},
		"it came back once": {func(w *world) { w.authorised("p1"); w.moved(order.Delivered); w.moved(order.Returned) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.begin(w)
			notes := w.sheet
			notes.Note, notes.Message, notes.Buyer.Name01 = "電話済み", "お急ぎ", "鈴木"
			notes.Shippings = []Shipping{{ID: 1, DeliveryID: 1, Address: order.Address{Addr01: "大阪市"}}}
			if _, err := w.save(notes, LivingAsk); err != nil || w.sheet.Note != "電話済み" || w.sheet.Shippings[0].Address.Addr01 != "大阪市" {
				t.Fatalf("notes: %v, %+v", err, w.sheet)
			}
			for what, s := range map[string]Sheet{
				"lines": sheetOf(1), "total": notes.priced(1500), "method": {PaymentRow: cashRow, Items: notes.Items, Totals: notes.Totals, Shippings: notes.Shippings},
				"delivery": {PaymentRow: cardRow, Items: notes.Items, Totals: notes.Totals, Shippings: []Shipping{{ID: 1, DeliveryID: 2}}},
			} {
				_, err := w.save(s, LivingKeep)
				if code(err) != tt.code {
					t.Errorf("%s: %v", what, err)
				}
				if tt.code != "" && !w.sheet.same(notes) {
					t.Errorf("%s: it was saved", what)
				}
			}
		})
	}
}

// lateSecond is an order with a payment, and another one that is being cancelled.
func lateSecond(w *world) *Payment {
	p := notHappened(w)
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, PaymentID: "p2"}))
	w.alive(p, "p1", "20")
	return p
}

// TestWrongTotals are our own mistake and never saved.
func TestWrongTotals(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Sheet){
		"order.totals_wrong":     func(s *Sheet) { s.Totals.Total, s.Totals.PaymentTotal = 1, 1 },
		"order.quantity_invalid": func(s *Sheet) { s.Items[0].Quantity = 0; *s = s.summed() },
		"order.point_invalid":    func(s *Sheet) { s.Totals.UsePoint = 5 },
		"order.total_negative":   func(s *Sheet) { s.Items[0].Price = -5000 },
		"order.method_unknown":   func(s *Sheet) { s.PaymentRow = 99 },
	} {
		w := newWorld(t)
		w.authorised("p1")
		s := sheetOf(1)
		change(&s)
		if _, err := w.save(s, LivingKeep); code(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	w := newWorld(t)
	w.authorised("p1")
	at := w.l.Order.UpdatedAt
	for _, tt := range []struct {
		want string
		in   Edit
	}{
		{"order.edited_meanwhile", Edit{Version: w.l.Version + 1, UpdatedAt: at, Sheet: sheetOf(1)}},
		{"order.edited_meanwhile", Edit{Version: w.l.Version, UpdatedAt: at.Add(time.Second), Sheet: sheetOf(1)}},
		{"", Edit{Version: w.l.Version, UpdatedAt: at, Sheet: sheetOf(1)}},
	} {
		err := w.do(func(l *Ledger, tk tick) error {
			_, err := l.planEdit(tk, tt.in)
			return err
		})
		if code(err) != tt.want {
			t.Errorf("%v, not %s", err, tt.want)
		}
	}
}

// TestAmountNotApplied: 金額未反映 opens, and each of its ways out closes it.
func TestAmountNotApplied(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*world)
		total order.Yen
		end   func(*world)
	}{
		"saved back":     {func(w *world) { w.authorised("p1") }, 1500, func(w *world) { w.saved(w.sheet.priced(total), LivingAsk) }},
		"オーソリ変更":         {func(w *world) { w.authorised("p1") }, 3000, func(w *world) { w.finishChange(payment.AuthChangeButton) }},
		"cancelled":      {func(w *world) { w.authorised("p1") }, 3000, func(w *world) { w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success})) }},
		"refund by hand": {func(w *world) { w.paidAtStore() }, 1500, func(w *world) { w.refunded(w.l.Current(), 700) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.begin(w)
			w.alerted()
			events := w.events
			if _, err := w.save(w.sheet.priced(tt.total), LivingAsk); err != nil {
				t.Fatal(err)
			}
			if w.alerted(AlertAmountOpen); w.events == events {
				t.Error("nothing stands in the timeline")
			}
			tt.end(w)
			w.alerted()
		})
	}
}

// finishChange changes the amount by a saga that nothing disturbs.
func (w *world) finishChange(b payment.Button) {
	w.t.Helper()
	var parent *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		p := l.Current()
		parent, err = l.planChange(t, Change{PaymentID: p.ID, Button: b, Amount: p.Amount, Total: l.Order.Total, Actor: clerk})
		return err
	})
	for n := range driveLimit {
		var step *Operation
		w.must(func(l *Ledger, t tick) (err error) {
			step, err = l.sagaStep(t, parent.ID)
			return err
		})
		if step == nil {
			return
		}
		w.settle(w.send(step), verdictOf(Answer{Outcome: Success, PaymentID: fmt.Sprintf("s%d", n)}))
	}
}

// TestSaleOfAnotherAmount asks first (money.md §6).
func TestSaleOfAnotherAmount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.saved(w.sheet.priced(1500), LivingAsk)
	for _, knows := range []bool{false, true} {
		err := w.do(func(l *Ledger, tk tick) error {
			_, err := l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleButton, Amount: total, Differs: knows, Actor: clerk})
			return err
		})
		if (code(err) == "payment.amount_differs") == knows {
			t.Errorf("they know: %v, %v", knows, err)
		}
	}
}

// TestTotalRaisedAfterNothing: a payment was cancelled because there was nothing to pay;
// then there is again: 金額未反映, until a payment comes alive or the total goes.
func TestTotalRaisedAfterNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	w.saved(w.sheet.priced(0), LivingAsk)
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		p := l.Current()
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: p.Amount, Total: 0, Actor: clerk})
		return err
	})
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	w.alerted()
	w.holds(Committed)
	w.saved(w.sheet.priced(900), LivingAsk)
	w.alerted(AlertAmountOpen)
	w.saved(w.sheet.priced(0), LivingAsk)
	w.alerted()
	w.saved(w.sheet.priced(900), LivingAsk)
	w.made(900)
	w.alerted()
	w.status(order.New)
}

// TestAnotherPageAfterNothing: where the buyer has a page again, the payment that was cancelled
// because there was nothing to pay is no longer what 金額未反映 is about.
func TestAnotherPageAfterNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.saved(w.sheet.priced(0), LivingAsk)
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: p.Amount, Actor: clerk})
		return err
	})
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	w.saved(w.sheet.priced(900), LivingAsk)
	w.alerted(AlertAmountOpen)
	w.must(func(l *Ledger, tk tick) error {
		before := l.openly()
		page := l.newPayment(tk, payment.Scheme{Method: payment.Card, System: payment.Link}, 900)
		page.Phase, l.CurrentID = payment.AwaitingBuyer, page.ID
		l.syncAlerts(tk, before)
		return nil
	})
	w.alerted()
}

// made is a payment that comes alive for an order that has none, as one made in
// ペイジェントオンライン or by a payment link does.
func (w *world) made(amount order.Yen) *Payment {
	w.t.Helper()
	var p *Payment
	w.must(func(l *Ledger, t tick) error {
		p = l.newPayment(t, payment.Scheme{Method: payment.Card, System: payment.Link}, amount)
		p.Phase, p.PaymentID, p.PaymentIDs = payment.AwaitingBuyer, "made", []string{"made"}
		return nil
	})
	w.learnt(p, payment.AuthOK)
	return w.l.payment(p.ID)
}

// TestStatusChanges: EC-CUBE's machine with its effects (eccube.md §4.1), and nothing
// beside it.
func TestStatusChanges(t *testing.T) {
	t.Parallel()
	const balance, use, add = 500, 100, 55
	for _, from := range order.Statuses() {
		for _, to := range order.Statuses() {
			if from.Incomplete() || from == to {
				continue
			}
			t.Run(from.Name()+"から"+to.Name(), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.member(balance, use, add)
				w.l.Order.MethodClass = offlineClass
				w.must(func(l *Ledger, tk tick) error { return l.placeOrder(tk, l.Order.Total) })
				for _, s := range map[order.Status][]order.Status{
					order.Paid: {order.Paid}, order.InProgress: {order.InProgress}, order.Canceled: {order.Canceled},
					order.Delivered: {order.Delivered}, order.Returned: {order.Delivered, order.Returned},
				}[from] {
					w.moved(s)
				}
				w.shipped, w.l.Order.PaymentDate = false, time.Time{}
				events := w.events
				_, err := w.to(to, LivingAsk)
				if want := order.CanTransition(from, to); (err == nil) != want || !want && code(err) != order.CodeTransitionRefused {
					t.Fatalf("%v", err)
				}
				is := from
				if err == nil {
					is = to
				}
				w.status(is)
				stock, points := begunWith-wanted, int64(balance-use)
				switch is {
				case order.Canceled:
					stock, points = begunWith, balance
				case order.Delivered:
					points += add
				case order.Returned:
					points = balance
				}
				if w.stock != stock || w.points != points {
					t.Errorf("%d in stock and %d points, not %d and %d", w.stock, w.points, stock, points)
				}
				if w.shipped != (err == nil && to == order.Delivered && from != order.Returned) || w.l.Order.PaymentDate.IsZero() == (err == nil && to == order.Paid) {
					t.Errorf("shipped %v, paid %s", w.shipped, w.l.Order.PaymentDate)
				}
				if (w.events > events) != (err == nil) {
					t.Errorf("%d events", w.events-events)
				}
			})
		}
	}
}

// TestStatusCannotChange in 7 and 8, while an operation is open, or from a status that
// is no longer the order's.
func TestStatusCannotChange(t *testing.T) {
	t.Parallel()
	for want, begin := range map[string]func(*world){
		"order.status":         func(*world) {},
		"order.pending_locked": func(w *world) { w.send(w.authorize()) },
		"operation.open":       func(w *world) { w.authorised("p1"); w.send(w.change(true)) },
		"operation.unknown":    func(w *world) { w.authorised("p1"); w.unknown(w.change(true)) },
	} {
		w := newWorld(t)
		begin(w)
		if _, err := w.to(order.InProgress, LivingKeep); code(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	w := newWorld(t)
	w.authorised("p1")
	err := w.do(func(l *Ledger, tk tick) error {
		_, err := l.planStatus(tk, StatusChange{From: order.Paid, To: order.InProgress, Actor: clerk})
		return err
	})
	if code(err) != "order.status_changed" || problem.CategoryOf(err) != problem.Conflict {
		t.Error(err)
	}
}

// TestCancelAsks what becomes of a payment that is alive (money.md §6).
func TestCancelAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	if _, err := w.to(order.Canceled, LivingAsk); !IsAsked(err) {
		t.Fatalf("%v", err)
	}
	op, err := w.to(order.Canceled, LivingCancel)
	if err != nil || op.Kind != payment.CancelAuthorization || op.Actor != clerk {
		t.Fatalf("%+v, %v", op, err)
	}
	w.status(order.New) // not before the payment is
	w.holds(Committed)
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	w.status(order.Canceled)
	w.holds(Released)
	w.stands(p, payment.Ended, payment.Canceled)
	w.alerted()

	w = newWorld(t)
	p = w.authorised("p1")
	if _, err := w.to(order.Canceled, LivingKeep); err != nil {
		t.Fatal(err)
	}
	w.status(order.Canceled)
	w.holds(Released)
	w.stands(p, payment.Authorised, "")
	w.alerted(AlertKept)
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success})) // and then by its button
	w.alerted()
	w.holds(Released)

	w = newWorld(t)
	w.paidAtStore()
	if _, err := w.to(order.Canceled, LivingCancel); code(err) != "payment.by_hand" {
		t.Errorf("%v", err)
	}
	if _, err := w.to(order.Canceled, LivingKeep); err != nil {
		t.Fatal(err)
	}
	w.alerted(AlertPaidCanceled)

	w = newWorld(t)
	w.number("p1") // nobody has paid: nothing to ask
	w.moved(order.Canceled)
	w.holds(Released)
	w.learnt(w.l.Current(), payment.Cleared)
	w.alerted(AlertPaidCanceled)
}

// TestMethodChange asks too, and cancels the payment without its order.
func TestMethodChange(t *testing.T) {
	t.Parallel()
	cash := func(w *world) Sheet { s := w.sheet; s.PaymentRow = cashRow; return s }
	w := newWorld(t)
	p := w.authorised("p1")
	if _, err := w.save(cash(w), LivingAsk); !IsAsked(err) {
		t.Fatalf("%v", err)
	}
	op, err := w.save(cash(w), LivingCancel)
	if err != nil || op == nil || w.l.Order.MethodClass != offlineClass || w.l.Order.PaymentMethod != "銀行振込" {
		t.Fatalf("%+v, %v, %+v", op, err, w.l.Order)
	}
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	n := w.notice(payment.AuthCancelDone)
	n.PaymentID, n.TradingID = "p1", p.TradingID
	f := w.found(payment.AuthCancelDone)
	w.confirm(n, &f)
	w.stands(p, payment.Ended, payment.Canceled)
	w.status(order.New)
	w.holds(Committed)
	w.alerted()

	w = newWorld(t) // it cannot be cancelled after all
	w.authorised("p1")
	op = w.saved(cash(w), LivingCancel)
	w.settle(w.send(op), verdictOf(Answer{Outcome: Reject, Code: "P010"}))
	w.status(order.New)
	w.alerted(AlertKept)
	w.learnt(w.l.Current(), payment.AuthCancelDone) // by another hand, and still it has another method
	w.status(order.New)
	w.holds(Committed)
	w.alerted()

	w = newWorld(t)
	p = w.authorised("p1")
	if op, err := w.save(cash(w), LivingKeep); err != nil || op != nil {
		t.Fatalf("%+v, %v", op, err)
	}
	w.stands(p, payment.Authorised, "")
	w.alerted(AlertKept)

	w = newWorld(t) // a number that waits is no longer the order's
	p = w.number("p1")
	if op, err := w.save(cash(w), LivingAsk); err != nil || op != nil {
		t.Fatalf("%+v, %v", op, err)
	}
	w.learnt(p, payment.TermExpired)
	w.status(order.New)
	w.holds(Committed)

	w = newWorld(t) // to Paygent: nothing pays the order yet
	placeOffline(w)
	w.sheet.PaymentRow = cashRow
	s := w.sheet
	s.PaymentRow = cardRow
	if _, err := w.save(s, LivingAsk); err != nil {
		t.Fatal(err)
	}
	w.alerted(AlertUnmade)
}

// TestRevive: 3 → 4 with its goods, or an ordinary refusal.
func TestRevive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.paidAtStore()
	w.keeping(order.Canceled)
	held := w.stock
	w.stock = 1
	if err := w.do(func(l *Ledger, tk tick) error { return l.revive(tk, Revive{Actor: clerk}) }); code(err) != "stock.short" {
		t.Errorf("%v", err)
	}
	w.status(order.Canceled)
	w.stock = held
	if err := w.revive(); err != nil {
		t.Fatal(err)
	}
	w.status(order.InProgress)
	w.holds(Committed)
	w.alerted()
	if err := w.revive(); code(err) != "order.not_revivable" {
		t.Errorf("twice: %v", err)
	}

	w = newWorld(t)
	w.authorised("p1")
	w.keeping(order.Canceled)
	w.send(w.change(false))
	if err := w.revive(); code(err) != "operation.open" {
		t.Errorf("busy: %v", err)
	}

	w = newWorld(t) // without its payment
	w.authorised("p1")
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.moved(order.InProgress)
	w.alerted(AlertUnmade)
	w.made(total)
	w.alerted()
	w.status(order.InProgress)

	for _, s := range []order.Status{order.New, order.Paid, order.InProgress, order.Delivered, order.Returned, order.Processing, order.Pending} {
		w := newWorld(t)
		w.l.Order.Status = s
		if err := w.revive(); code(err) != "order.not_revivable" {
			t.Errorf("%s: %v", s.Name(), err)
		}
	}
}

// TestReviveLateMoney: an order that was cancelled before a late payment was paid takes
// it as its own; a second one stays a double payment.
func TestReviveLateMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.number("p1")
	w.moved(order.Canceled)
	w.learnt(p, payment.Cleared)
	w.alerted(AlertPaidCanceled)
	if err := w.revive(); err != nil {
		t.Fatal(err)
	}
	w.alerted()
	w.holds(Committed)
	if w.l.CurrentID != p.ID || w.l.Order.PaymentDate.IsZero() {
		t.Errorf("%+v", w.l.Order)
	}

	w = newWorld(t) // the order had another method when it was cancelled
	p = w.number("p1")
	cash := w.sheet
	cash.PaymentRow = cashRow
	w.saved(cash, LivingAsk)
	w.moved(order.Canceled)
	w.learnt(p, payment.Cleared)
	if err := w.revive(); err != nil || w.l.CurrentID != p.ID {
		t.Errorf("%v, the order's is %q", err, w.l.CurrentID)
	}
	w.alerted()

	w = newWorld(t) // paid when the goods were gone
	w.l.Order.MethodClass = payment.Scheme{Method: payment.Conveni, System: payment.Link}.Class()
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planBegin(tk, Begin{Amount: total, Actor: Buyer})
		return err
	})
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success, PaymentID: "p1"}))
	w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
	w.l.Goods, w.stock = nil, 0
	err := w.doUnchecked(func(l *Ledger, tk tick) error {
		return l.learn(tk, l.Current(), payment.Cleared, total, tk.now, "inquiry")
	})
	if err != nil || !w.alerts[string(AlertStockShort)] {
		t.Fatalf("%v, alerts %v", err, w.alerts)
	}
	w.stock = begunWith
	if err := w.revive(); err != nil {
		t.Fatal(err)
	}
	w.status(order.Paid)
	w.holds(Committed)
	w.alerted()
	if len(w.mails) == 0 || w.l.Order.OrderDate.IsZero() {
		t.Errorf("mails %v, placed %s", w.mails, w.l.Order.OrderDate)
	}
}

// doUnchecked is do where the stock was changed by other hands.
func (w *world) doUnchecked(decide func(*Ledger, tick) error) error {
	real := w.stock
	w.stock = begunWith
	l := clone(w.l)
	l.Goods = &Goods{Wanted: order.Movements(w.sheet.Items, nil), Stock: map[int64]Stock{class: {Name: "器", Left: real}}, Points: w.points}
	err := decide(l, w.tick())
	if err == nil {
		w.write(l)
	}
	return err
}

// TestRefundByHand: only where no telegram returns the money, never more than was taken.
func TestRefundByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.paidAtStore()
	p := w.l.Current()
	for name, in := range map[string]HandRefund{
		"refund.amount":   {Amount: 0, Day: w.now, How: "振込"},
		"refund.too_much": {Amount: total + 1, Day: w.now, How: "振込"},
		"refund.day":      {Amount: 1, Day: w.now.Add(time.Hour), How: "振込"},
		"refund.how":      {Amount: 1, Day: w.now, How: " "},
		"payment.unknown": {Amount: 1, Day: w.now, How: "振込", PaymentID: "x"},
	} {
		if in.PaymentID == "" {
			in.PaymentID = p.ID
		}
		in.Left = total
		if err := w.do(func(l *Ledger, tk tick) error { return l.refundByHand(tk, in) }); code(err) != name {
			t.Errorf("%v, not %s", err, name)
		}
	}
	w.keeping(order.Canceled)
	w.alerted(AlertPaidCanceled)
	if err := w.refund(p, 700); err != nil {
		t.Fatal(err)
	}
	w.alerted(AlertPaidCanceled, AlertAmountOpen) // what is left is neither nothing nor the total
	if err := w.refund(p, 1501); code(err) != "refund.too_much" {
		t.Errorf("%v", err)
	}
	if err := w.refund(p, 1500); err != nil {
		t.Fatal(err)
	}
	w.alerted()
	if got := w.l.payment(p.ID); got.HandRefunded != total || got.worth() != 0 {
		t.Errorf("%+v", got)
	}
	if err := w.refund(p, 1); code(err) != "refund.not_paid" {
		t.Errorf("%v", err)
	}
	if err := w.revive(); err != nil { // nothing pays it any more
		t.Fatal(err)
	}
	w.alerted(AlertAmountOpen)

	for want, begin := range map[string]func(*world){
		"refund.not_paid":    func(w *world) { w.number("p1") },
		"refund.preliminary": func(w *world) { w.learnt(w.number("p1"), payment.EarlyReport) },
		"refund.by_telegram": func(w *world) { w.captured("p1") },
		"":                   func(w *world) { w.captured("p1"); w.take(w.notice(payment.ClearedFinal)) },
		"operation.open":     func(w *world) { w.captured("p1"); w.take(w.notice(payment.ClearedFinal)); w.busy() },
	} {
		w := newWorld(t)
		begin(w)
		if err := MayRefundByHand(w.l, w.l.CurrentID); code(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
		if err := w.refund(w.l.Current(), 1); code(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// busy opens an operation about the order's payment.
func (w *world) busy() {
	w.must(func(l *Ledger, t tick) error {
		p := l.Current()
		l.planOperation(t, p, payment.CancelCapture, orderKey(l.Order.ID), "node", clerk, "", p.Amount)
		return nil
	})
}

// TestOtherTotalThenPaid: a number is paid with another amount than the total of
// meanwhile; once the total fits again it is the order's.
func TestOtherTotalThenPaid(t *testing.T) {
	t.Parallel()
	for name, cure := range map[string]struct {
		edit order.Yen
		do   func(*world, *Payment) error
	}{
		"saved back":    {1500, func(w *world, _ *Payment) error { _, err := w.save(w.sheet.priced(total), LivingAsk); return err }},
		"rest refunded": {1500, func(w *world, p *Payment) error { return w.refund(p, 700) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.number("p1")
			if _, err := w.save(w.sheet.priced(cure.edit), LivingAsk); err != nil {
				t.Fatal(err)
			}
			w.alerted(AlertAmountOpen)
			w.learnt(p, payment.Cleared)
			w.status(order.New)
			w.alerted(AlertAmountOpen) // it is the order's single payment, and no second one
			if err := cure.do(w, p); err != nil {
				t.Fatal(err)
			}
			w.alerted()
			w.status(order.Paid)
			w.holds(Committed)
		})
	}
}

// TestStaffOrder takes its goods, without a mail; one to be paid through Paygent has no
// payment yet, until one comes alive. A link changes neither status nor hold.
func TestStaffOrder(t *testing.T) {
	t.Parallel()
	place := func(w *world) error {
		return w.do(func(l *Ledger, tk tick) error {
			return l.placeByStaff(tk, StaffOrder{Total: l.Order.Total, Actor: clerk, Key: "k"})
		})
	}
	w := newWorld(t)
	if err := place(w); err != nil {
		t.Fatal(err)
	}
	w.status(order.New)
	w.holds(Committed)
	w.alerted(AlertUnmade)
	if len(w.mails) > 0 || w.l.Order.OrderDate.IsZero() {
		t.Errorf("mails %v, %+v", w.mails, w.l.Order)
	}
	if err := place(w); code(err) != "order.status" {
		t.Errorf("%v", err)
	}

	var link *Payment // its expiry ends the payment only
	w.must(func(l *Ledger, tk tick) error {
		link = l.newPayment(tk, payment.Scheme{Method: payment.Card, System: payment.Link}, total)
		link.Phase = payment.AwaitingBuyer
		return nil
	})
	w.must(func(l *Ledger, tk tick) error {
		return l.observe(tk, l.payment(link.ID), fact{event: payment.NeverUsed, cause: "inquiry", actor: Paygent})
	})
	w.stands(link, payment.Ended, payment.Unused)
	w.status(order.New)
	w.holds(Committed)
	w.alerted(AlertUnmade)

	p := w.made(total)
	w.alerted()
	w.status(order.New)
	if w.l.CurrentID != p.ID {
		t.Error("it is not the order's")
	}
	w.learnt(p, payment.Cleared)
	w.status(order.Paid)

	w = newWorld(t)
	_ = place(w)
	if p := w.made(total + 1); w.reversal(p) == nil {
		t.Error("another amount is left alive")
	}
	w.alerted(AlertUnmade)

	for name, change := range map[string]func(*world){
		"by cash": func(w *world) { w.l.Order.MethodClass = offlineClass },
		"nothing": func(w *world) { w.sheet = w.sheet.priced(0); w.l.Order.Total = 0 },
	} {
		w := newWorld(t)
		change(w)
		if err := place(w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.alerted()
		w.status(order.New)
	}
	w = newWorld(t)
	w.stock = 1
	if err := w.do(func(l *Ledger, tk tick) error { return l.placeByStaff(tk, StaffOrder{Total: total}) }); code(err) != "stock.short" {
		t.Error(err)
	}
	w.stock = begunWith
	if err := w.do(func(l *Ledger, tk tick) error { return l.placeByStaff(tk, StaffOrder{Total: total - 1}) }); code(err) != "order.amount_changed" {
		t.Error(err)
	}
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
	if err := place(w); code(err) != "order.payment_running" {
		t.Error(err)
	}
}

// TestPlacedOnlyOnce: a payment whose money is here is not paid again by other means.
func TestPlacedOnlyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := notHappened(w)
	w.l.Order.Total++
	w.alive(p, "p1", payment.Cleared)
	w.l.Order.MethodClass = offlineClass
	place := func(l *Ledger, tk tick) error { return l.placeOrder(tk, l.Order.Total) }
	if err := w.do(place); code(err) != "payment.alive" {
		t.Errorf("%v", err)
	}
	w.l.payment(p.ID).HandRefunded = p.Amount
	if err := w.do(place); err != nil {
		t.Errorf("%v", err)
	}
}

// TestRefundedWhollyPaidAnew: money that went back by hand stands in nobody's way.
func TestRefundedWhollyPaidAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.paidAtStore()
	if err := w.refund(first, total); err != nil {
		t.Fatal(err)
	}
	w.alerted(AlertAmountOpen)
	p := w.made(total)
	w.alerted()
	if w.l.CurrentID != p.ID || w.reversal(p) != nil {
		t.Error("it is not the order's")
	}

	w = newWorld(t) // one in 8 that was paid with another amount
	p = notHappened(w)
	w.l.Order.Total++
	w.alive(p, "p1", payment.Cleared)
	w.alerted(AlertDouble) // which the order cannot be saved to fit
	again := func(l *Ledger, tk tick) error {
		_, err := l.planBegin(tk, Begin{Amount: l.Order.Total, PaymentClass: "10", Actor: Buyer})
		return err
	}
	if err := w.do(again); code(err) != "payment.alive" {
		t.Errorf("%v", err)
	}
	w.l.payment(p.ID).HandRefunded = p.Amount
	if err := w.do(again); err != nil {
		t.Errorf("%v", err)
	}
}

// TestPaymentGoneMeanwhile: the payment of a shipped order ends while its amount is
// changed; nothing pays it then.
func TestPaymentGoneMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.moved(order.Delivered)
	w.saved(w.sheet.priced(1500), LivingAsk)
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total, Total: 1500, Actor: clerk})
		return err
	})
	w.learnt(p, payment.AuthCancelDone)
	w.alerted()
	w.must(func(l *Ledger, tk tick) error { _, err := l.sagaStep(tk, parent.ID); return err })
	w.status(order.Delivered)
	if !w.alerts[string(AlertUnmade)] {
		t.Errorf("alerts %v", w.alerts)
	}
}

// TestLetGoInVain: the cancellation of a payment with nothing to pay was refused, and the
// payment ended later by its own button: nothing pays the shipped order.
func TestLetGoInVain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.saved(w.sheet.priced(0), LivingAsk)
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: p.Amount, Total: 0, Actor: clerk})
		return err
	})
	w.settle(w.send(op), verdictOf(Answer{Outcome: Reject, Code: "P010"}))
	w.alerted(AlertAmountOpen)
	w.moved(order.Delivered)
	w.saved(w.sheet.priced(1500), LivingAsk)
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.status(order.Delivered)
	w.alerted(AlertUnmade)
}

// TestShippedThenReturned: a shipped order whose payment lapsed waits for a person until
// it is returned.
func TestShippedThenReturned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.moved(order.Delivered)
	w.learnt(p, payment.AuthExpired)
	w.alerted(AlertShippedUnpaid, AlertUnmade)
	w.moved(order.Returned)
	w.alerted()
}

// TestReturnTakenBack: money that came while the order was returned is the order's again.
func TestReturnTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.captured("p1")
	w.moved(order.Delivered)
	w.moved(order.Returned)
	w.learnt(p, payment.Cleared)
	w.alerted(AlertPaidCanceled)
	w.moved(order.Delivered)
	w.alerted()
	if w.l.CurrentID != p.ID || w.l.Order.PaymentDate.IsZero() {
		t.Errorf("%+v", w.l.Order)
	}

	w = newWorld(t) // nothing pays it still
	p = w.authorised("p1")
	w.moved(order.Delivered)
	w.moved(order.Returned)
	w.learnt(p, payment.AuthExpired)
	w.alerted(AlertShippedUnpaid)
	w.moved(order.Delivered)
	w.alerted(AlertShippedUnpaid, AlertUnmade)
}

// TestShippedThenPaidElsewhere: a shipped order whose payment lapsed waits for a person until
// it is to be paid in another way, or there is nothing to pay.
func TestShippedThenPaidElsewhere(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(Sheet) Sheet{
		"by transfer": func(s Sheet) Sheet { s.PaymentRow = cashRow; return s },
		"for nothing": func(s Sheet) Sheet { return s.priced(0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			w.moved(order.Delivered)
			w.learnt(p, payment.AuthExpired)
			w.alerted(AlertShippedUnpaid, AlertUnmade)
			w.saved(change(w.sheet), LivingAsk)
			w.alerted()
		})
	}
}

// TestKeptUnderAnotherMethod: what becomes of a payment that was kept when its order got another
// method is no end of the order, which is paid in that way: its goods stay with it.
func TestKeptUnderAnotherMethod(t *testing.T) {
	t.Parallel()
	canceled := func(w *world, p *Payment) {
		w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	}
	told := func(s payment.Status) func(*world, *Payment) {
		return func(w *world, p *Payment) { w.learnt(p, s) }
	}
	for name, tt := range map[string]struct {
		made   func(*world) *Payment
		end    func(*world, *Payment)
		status order.Status
	}{
		"it expires":                {func(w *world) *Payment { return w.authorised("p1") }, told(payment.AuthExpired), order.New},
		"cancelled elsewhere":       {func(w *world) *Payment { return w.authorised("p1") }, told(payment.AuthCancelDone), order.New},
		"cancelled as staff advise": {func(w *world) *Payment { return w.authorised("p1") }, canceled, order.New},
		"given back elsewhere":      {func(w *world) *Payment { return w.captured("p1") }, told(payment.RefundDone), order.Paid},
		"given back":                {func(w *world) *Payment { return w.captured("p1") }, canceled, order.Paid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := tt.made(w)
			if tt.status == order.Paid {
				w.learnt(p, payment.Cleared)
			}
			s := w.sheet
			s.PaymentRow = cashRow
			w.saved(s, LivingKeep)
			w.alerted(AlertKept)
			tt.end(w, p)
			w.status(tt.status)
			w.holds(Committed)
			w.alerted()
		})
	}
	w := newWorld(t) // cancelled with its order
	w.authorised("p1")
	s := w.sheet
	s.PaymentRow = cashRow
	w.saved(s, LivingKeep)
	op, err := w.to(order.Canceled, LivingCancel)
	if err != nil {
		t.Fatal(err)
	}
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	w.status(order.Canceled)
	w.holds(Released)
	w = newWorld(t) // or not after all: it stays before a person
	w.authorised("p1")
	w.saved(s, LivingKeep)
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Reject, Code: "P010"}))
	w.status(order.New)
	w.holds(Committed)
	w.alerted(AlertKept)
}

// TestKeptAndChanged: what takes its place by a change of its amount is kept as well.
func TestKeptAndChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.authorised("p1")
	s := w.sheet.priced(lower)
	s.PaymentRow = cashRow
	w.saved(s, LivingKeep)
	w.alerted(AlertKept, AlertAmountOpen)
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: old.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	w.steps(parent, "020", yes("p2"), "021", yes(""))
	w.alerted(AlertKept)
	w.learnt(w.l.Current(), payment.AuthExpired)
	w.status(order.New)
	w.holds(Committed)
	w.alerted()
}

// TestMethodChangedBack: what was kept under another method is the order's own again, and
// nobody is asked what becomes of it.
func TestMethodChangedBack(t *testing.T) {
	t.Parallel()
	for name, captured := range map[string]bool{"authorised": false, "captured": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			if captured {
				w = newWorld(t)
				p = w.captured("p1")
			}
			s := w.sheet
			s.PaymentRow = cashRow
			w.saved(s, LivingKeep)
			w.alerted(AlertKept)
			s.PaymentRow = cardRow
			if op := w.saved(s, LivingAsk); op != nil {
				t.Errorf("%+v", op)
			}
			w.alerted()
			if w.l.CurrentID != p.ID || w.l.Order.MethodClass != p.scheme().Class() {
				t.Errorf("the order's payment is %q, its method %s", w.l.CurrentID, w.l.Order.MethodClass)
			}
			if captured {
				return
			}
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success})) // it goes with its order
			w.status(order.Canceled)
		})
	}
}

// TestMethodChangedBackWhenCanceled: the order is over all the same, and the payment is alive.
func TestMethodChangedBackWhenCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	w.keeping(order.Canceled)
	s := w.sheet
	s.PaymentRow = cashRow
	w.saved(s, LivingKeep)
	s.PaymentRow = cardRow
	w.saved(s, LivingAsk)
	w.alerted(AlertKept)
}

// TestOtherTotalPaidWhenCanceled: money for an order that is over is put before a person, also
// where its amount was another.
func TestOtherTotalPaidWhenCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.number("p1")
	if _, err := w.save(w.sheet.priced(1500), LivingAsk); err != nil {
		t.Fatal(err)
	}
	w.moved(order.Canceled)
	w.learnt(p, payment.Cleared)
	if !w.alerts[string(AlertPaidCanceled)] {
		t.Errorf("alerts %v", w.alerts)
	}
}

// TestShippedThenPaid: once another payment pays it nobody has to ask for the money.
func TestShippedThenPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.moved(order.Delivered)
	w.learnt(p, payment.AuthExpired)
	w.alerted(AlertShippedUnpaid, AlertUnmade)
	made := w.made(total)
	w.alerted()
	if w.l.CurrentID != made.ID {
		t.Error("it is not the order's")
	}
	w.status(order.Delivered)
}

// TestLetGoInVainWhenPaidAnew: the order was paid by its new method before it was known that
// the old payment could not be cancelled: the old one is none of the order's any more, and is
// cancelled until it is gone, or a person is told.
func TestLetGoInVainWhenPaidAnew(t *testing.T) {
	t.Parallel()
	for name, captured := range map[string]bool{"authorised": false, "captured": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			old := w.authorised("p1")
			if captured {
				w = newWorld(t)
				old = w.captured("p1")
			}
			s := w.sheet
			s.PaymentRow = storeRow
			op, err := w.save(s, LivingCancel)
			if err != nil {
				t.Fatal(err)
			}
			op = w.unknown(op)
			fresh := w.made(total)
			if w.l.CurrentID != fresh.ID {
				t.Fatal("it is not the order's")
			}
			w.settle(op, verdictOf(Answer{Outcome: Reject, Code: "P010"}))
			if w.l.CurrentID != fresh.ID {
				t.Error("the old payment is the order's again")
			}
			if old = w.l.payment(old.ID); captured {
				w.alerted(AlertDouble)
			} else if !old.Reverse || w.reversal(old) == nil {
				t.Errorf("it stays alive: %+v, alerts %v", old, w.alerts)
			}
			status := w.l.Order.Status
			w.learnt(old, map[bool]payment.Status{false: payment.AuthCancelDone, true: payment.RefundDone}[captured])
			w.status(status)
			w.holds(Committed)
			w.alerted()
		})
	}
}

// TestRevivedWithWhatWentBack: a second payment that staff gave back wholly is no double one when
// the order is taken in again.
func TestRevivedWithWhatWentBack(t *testing.T) {
	t.Parallel()
	for back, want := range map[order.Yen][]AlertKind{total: nil, 0: {AlertDouble}} {
		w := newWorld(t)
		first := notHappened(w)
		w.settle(w.send(w.authorize()), verdictOf(yes("p2")))
		w.alive(first, "p1", payment.Cleared)
		second := w.l.payment(first.ID)
		if second.Phase != payment.Captured || second.ID == w.l.CurrentID {
			t.Fatalf("%+v", second)
		}
		if back > 0 {
			second.Status = payment.ClearedFinal
			if err := w.refund(second, back); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.to(order.Canceled, LivingKeep); err != nil {
			t.Fatal(err)
		}
		if err := w.revive(); err != nil {
			t.Fatal(err)
		}
		w.alerted(want...)
	}
}

// TestNotRevivedWithWhatGoesBack: the money that would be the order's is on its way back, or
// perhaps gone: the goods are not taken, and may not be shipped, for it.
func TestNotRevivedWithWhatGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := notHappened(w)
	w.settle(w.send(w.authorize()), verdictOf(yes("p2")))
	w.alive(first, "p1", payment.Cleared)
	op, err := w.to(order.Canceled, LivingCancel)
	if err != nil {
		t.Fatal(err)
	}
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	w.status(order.Canceled)
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: first.ID, Button: payment.CancelButton, Amount: total, Actor: clerk})
		return err
	})
	w.send(op)
	if err := w.revive(); code(err) != "operation.open" {
		t.Errorf("under way: %v", err)
	}
	op = w.unknown(w.l.operation(op.ID))
	if err := w.revive(); code(err) != "operation.unknown" {
		t.Errorf("unknown: %v", err)
	}
	w.byHost(order.InProgress) // by EC-CUBE's own hand it is: nothing pays it
	w.alerted(AlertDouble, AlertUnmade)
	w.settle(op, verdictOf(Answer{Outcome: Success}))
	w.status(order.InProgress)
	w.holds(Committed)
	w.alerted(AlertUnmade)
}

// TestMovedToWhereItIs leaves no line in the timeline.
func TestMovedToWhereItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	events := w.events
	w.must(func(l *Ledger, tk tick) error { l.moveBy(tk, clerk, "k", order.New); return nil })
	if w.events != events {
		t.Errorf("%d events more", w.events-events)
	}
}

// TestPaidAndThenTheTotalFits: money for another total was taken, and staff bring the total to it.
// From 新規受付 the order is 入金済み; 対応中 and 発送済み keep their status, and all have the payment
// date (money.md §6).
func TestPaidAndThenTheTotalFits(t *testing.T) {
	t.Parallel()
	for at, want := range map[order.Status]order.Status{order.New: order.Paid, order.InProgress: order.InProgress, order.Delivered: order.Delivered} {
		w := newWorld(t)
		p := w.number("p1")
		if _, err := w.save(w.sheet.priced(lower), LivingAsk); err != nil {
			t.Fatal(err)
		}
		if at != order.New {
			w.moved(at)
		}
		w.learnt(p, payment.Cleared)
		w.status(at)
		if _, err := w.save(w.sheet.priced(total), LivingAsk); err != nil {
			t.Fatal(err)
		}
		w.status(want)
		w.alerted()
		if w.l.Order.PaymentDate.IsZero() {
			t.Errorf("%s: paid without a date", at.Name())
		}
	}
}

// TestAPaymentLinkExpires: it changes neither the status of staff's order nor its goods, and
// its expiry ends the payment only (money.md §6).
func TestAPaymentLinkExpires(t *testing.T) {
	t.Parallel()
	linked := func(m payment.Method) payment.Scheme { return payment.Scheme{Method: m, System: payment.Link} }
	for name, tt := range map[string]struct {
		method payment.Method
		phase  payment.Phase
		end    func(*world, *Payment)
	}{
		"a page that is not used": {payment.Card, payment.AwaitingBuyer, func(w *world, p *Payment) {
			w.now = p.LimitAt.Add(margin)
			w.watch(p, Finding{Kind: NoSuch})
		}},
		"a number that is not used": {payment.Conveni, payment.AwaitingPayment, func(w *world, p *Payment) {
			w.now = p.LimitAt.Add(margin)
			w.watch(p, Finding{Kind: NoSuch})
		}},
		"支払期限切":           {payment.Conveni, payment.AwaitingPayment, func(w *world, p *Payment) { w.learnt(p, payment.TermExpired) }},
		"支払期限切 of a page": {payment.ATM, payment.AwaitingBuyer, func(w *world, p *Payment) { w.learnt(p, payment.TermExpired) }},
	} {
		for _, status := range []order.Status{order.New, order.InProgress, order.Delivered, order.Paid} {
			t.Run(name+", "+status.Name(), func(t *testing.T) {
				t.Parallel()
				w := entered(t, tt.method)
				w.l.Order.MethodClass, w.l.Order.Status, w.l.LastStatus = linked(tt.method).Class(), status, status
				w.must(func(l *Ledger, tk tick) error {
					p := l.newPayment(tk, linked(tt.method), total)
					p.Phase, p.LimitAt, p.AskAt, l.CurrentID = tt.phase, tk.now.Add(time.Hour), tk.now.Add(time.Hour), p.ID
					l.syncAlerts(tk, standings{})
					return l.commitHold(tk)
				})
				w.alerted()
				p, stock := w.l.Current(), w.stock
				tt.end(w, p)
				if p = w.l.Current(); p.Phase != payment.Ended || w.stock != stock {
					t.Errorf("%s %s, %d in stock of %d", p.Phase, p.End, w.stock, stock)
				}
				w.status(status)
				w.holds(Committed)
				w.alerted(AlertUnmade)
			})
		}
	}
}
