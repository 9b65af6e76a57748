package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestCaptureWhileAmountsDiffer: staff have to know which amount is charged.
func TestCaptureWhileAmountsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.l.Order.Total = lower
	press := func(c Change) error {
		c.PaymentID, c.Amount = p.ID, total
		return w.do(func(l *Ledger, tk tick) error { _, err := l.planChange(tk, c); return err })
	}
	if err := press(Change{Button: payment.SaleButton}); !problem.Is(err, "payment.amount_differs") {
		t.Errorf("without knowing: %v", err)
	}
	if err := press(Change{Button: payment.CancelButton}); err != nil {
		t.Errorf("取消 takes back what is there: %v", err)
	}
	w = newWorld(t)
	p = w.authorised("p1")
	w.l.Order.Total = lower
	if err := press(Change{Button: payment.SaleButton, Differs: true}); err != nil {
		t.Errorf("knowing it: %v", err)
	}
}

// TestInstalmentsAreKept by a change of the amount.
func TestInstalmentsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.send(w.begin(func(b *Begin) { b.PaymentClass, b.SplitCount = "61", 3 }))
	w.settle(op, verdictOf(yes("p1")))
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: l.CurrentID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: "staff:1"})
		return err
	})
	w.steps(parent, "020", yes("p2"), "021", yes("p1"))
	if p := w.l.Current(); p.PaymentClass != "61" || p.SplitCount != 3 {
		t.Errorf("%+v", p)
	}
}

// TestAnotherChallengesReturn goes on with nothing.
func TestAnotherChallengesReturn(t *testing.T) {
	t.Parallel()
	w, p := challenged(t)
	for _, id := range []string{"", "a2"} {
		err := w.do(func(l *Ledger, tk tick) error {
			_, err := l.planAuthenticated(tk, Authenticated{PaymentID: p.ID, AuthID: id, OK: true, Full: true}, true)
			return err
		})
		if !problem.Is(err, "payment.unknown") {
			t.Errorf("3ds_auth_id %q: %v", id, err)
		}
	}
	w.status(order.Pending)
}

// TestTheOldSalesNoticesDuringTheChange: its 60 between the new sale and its own
// cancellation is the old payment's alone.
func TestTheOldSalesNoticesDuringTheChange(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, true)
	for _, a := range []Answer{yes("p2"), yes("p2")} {
		w.settle(w.step(parent), verdictOf(a))
	}
	n := w.notice(payment.RefundDone)
	n.PaymentID, n.TradingID = "p1", old.TradingID
	w.take(n)
	w.status(order.Paid)
	w.holds(Committed)
	w.steps(parent, "023", yes("p1"))
	f := w.found(payment.RefundDone)
	w.confirm(n, &f)
	w.status(order.Paid)
	w.holds(Committed)
	w.stands(old, payment.Ended, payment.Refunded)
	w.stands(w.l.Current(), payment.Captured, "")
}

// TestOfferedInLists: as a press of the button decides where nothing else is under way.
func TestOfferedInLists(t *testing.T) {
	t.Parallel()
	for _, captured := range []bool{false, true} {
		for _, status := range order.Statuses() {
			w := newWorld(t)
			if w.authorised("p1"); captured {
				w.settle(w.send(w.change(true)), verdictOf(yes("p1")))
			}
			w.l.Order.Status, w.l.LastStatus = status, status
			pressed := Buttons(w.l, w.l.CurrentID, w.policy, w.now)
			for _, b := range payment.Buttons() {
				if kind := Offered(w.l.Current().standing(), status, b); (kind != "") != (pressed[b] == nil) {
					t.Errorf("captured %v, in %s, %s: listed %q, pressed %v", captured, status.Name(), b.Name(), kind, pressed[b])
				}
			}
		}
	}
}

// TestWhyThereIsNoButton of a living payment (manual 2.2.2).
func TestWhyThereIsNoButton(t *testing.T) {
	t.Parallel()
	carrier := func(b payment.Brand, ph payment.Phase, s payment.Status) Payment {
		return Payment{Method: payment.Carrier, Brand: b, Phase: ph, Status: s}
	}
	for name, tt := range map[string]struct {
		p    Payment
		b    payment.Button
		code string
	}{
		"paid in a store, 売上":            {Payment{Method: payment.Conveni, Phase: payment.Captured, Status: "40"}, payment.SaleButton, "payment.by_hand"},
		"paid in a store, 取消":            {Payment{Method: payment.Conveni, Phase: payment.Captured, Status: "40"}, payment.CancelButton, "payment.by_hand"},
		"paid at a bank":                 {Payment{Method: payment.Bank, Phase: payment.Captured, Status: "40"}, payment.CancelButton, "payment.by_hand"},
		"a number waits":                 {Payment{Method: payment.Conveni, Phase: payment.AwaitingPayment, Status: "10"}, payment.CancelButton, "payment.not_authorised"},
		"a page waits":                   {Payment{Method: payment.Card, Phase: payment.AwaitingBuyer}, payment.SaleButton, "payment.not_authorised"},
		"whose carrier is not known":     {carrier(payment.NoBrand, payment.Authorised, "20"), payment.SaleButton, "payment.brand_unknown"},
		"d払い, not complete":              {carrier(payment.Docomo, payment.Captured, "40"), payment.CancelButton, "payment.not_complete_yet"},
		"d払い, complete":                  {carrier(payment.Docomo, payment.Captured, "44"), payment.CancelButton, ""},
		"au, no オーソリ変更":                  {carrier(payment.AU, payment.Authorised, "20"), payment.AuthChangeButton, "payment.not_offered"},
		"au, complete":                   {carrier(payment.AU, payment.Authorised, "21"), payment.SaleButton, "payment.not_offered"},
		"au, for good":                   {carrier(payment.AU, payment.Captured, "41"), payment.CancelButton, "payment.cancel_term_over"},
		"a card, by a button it has not": {Payment{Method: payment.Card, Phase: payment.Authorised, Status: "20"}, payment.SaleChangeButton, "payment.not_offered"},
	} {
		w := newWorld(t)
		w.l.Order.Status = order.New
		tt.p.ID, tt.p.Environment, tt.p.MerchantID, tt.p.PaymentID = "p", payment.Simulator, "m", "p1"
		w.l.Payments, w.l.CurrentID = []*Payment{&tt.p}, "p"
		if got := Buttons(w.l, "p", w.policy, w.now)[tt.b]; code(got) != tt.code {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestOnlyTheOrdersOwnIsTouched: another payment's money is given back, never taken or
// changed; nor is what must not stay alive.
func TestOnlyTheOrdersOwnIsTouched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.captured("p1")
	second := Payment{ID: "q", Environment: payment.Simulator, MerchantID: "m", Method: payment.Card, System: payment.Module, Amount: total,
		PaymentID: "p2", PaymentIDs: []string{"p2"}, TradingID: "123_2", Seq: 2, Phase: payment.Captured, Status: payment.Cleared}
	w.l.Payments = append(w.l.Payments, &second)
	got := Buttons(w.l, "q", w.policy, w.now)
	if code(got[payment.SaleChangeButton]) != "payment.not_the_orders" || got[payment.CancelButton] != nil {
		t.Errorf("another's: %v", got)
	}
	w = newWorld(t)
	p := w.authorised("p1")
	p.Reverse = true
	got = Buttons(w.l, p.ID, w.policy, w.now)
	if code(got[payment.SaleButton]) != "payment.not_the_orders" || code(got[payment.AuthChangeButton]) != "payment.not_the_orders" || got[payment.CancelButton] != nil {
		t.Errorf("to be cancelled: %v", got)
	}
}

// TestNoButtonOfAChangesPayments while it is on: the change itself cancels what has to go.
func TestNoButtonOfAChangesPayments(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.settle(w.step(parent), verdictOf(yes("p2")))
	op := w.step(parent)
	w.must(func(l *Ledger, tk tick) error {
		return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "SIM002"}), w.found(payment.AuthOK))
	})
	for _, p := range []*Payment{w.l.payment(old.ID), w.l.Current()} {
		for b, err := range Buttons(w.l, p.ID, w.policy, w.now) {
			if code(err) != "operation.open" {
				t.Errorf("%s of %s: %v", b.Name(), p.TradingID, err)
			}
		}
	}
}

// TestPaidyIsGivenBackWhole: 342 without an amount gives back what is left of it; every
// other cancellation tells the amount.
func TestPaidyIsGivenBackWhole(t *testing.T) {
	t.Parallel()
	paid := func(t *testing.T, m payment.Method) *world {
		t.Helper()
		w := newWorld(t)
		p := w.captured("p1")
		p.Method = m
		w.l.Order.MethodClass = p.scheme().Class()
		return w
	}
	for m, want := range map[payment.Method]order.Yen{payment.Card: total, payment.Paidy: 0} {
		w := paid(t, m)
		if op := w.change(false); op.Amount != want {
			t.Errorf("%s, 取消: %s", m, op.Amount)
		}
		w = paid(t, m)
		w.l.Order.Total = 0
		w.must(func(l *Ledger, tk tick) error {
			op, err := l.planChange(tk, Change{PaymentID: l.CurrentID, Button: payment.SaleChangeButton, Amount: total, Actor: clerk})
			if err == nil && op.Amount != want {
				t.Errorf("%s, nothing to pay: %s", m, op.Amount)
			}
			return err
		})
		w = paid(t, m)
		s := w.sheet
		s.PaymentRow = cashRow
		if op, err := w.save(s, LivingCancel); err != nil || op.Amount != want {
			t.Errorf("%s, another method: %+v, %v", m, op, err)
		}
	}
}

// TestWhatWasLetGoStaysLetGo: a payment that was cancelled because its order has nothing to
// pay touches it no more, whatever is done by itself about it or to another payment of
// the order; one that staff cancel for the order takes it along.
func TestWhatWasLetGoStaysLetGo(t *testing.T) {
	t.Parallel()
	const own, other = "p", "q"
	let := Operation{PaymentID: own, Actor: clerk, Reason: detached}
	moved := Operation{PaymentID: own, Actor: clerk, Reason: methodChanged}
	canceled := Operation{PaymentID: own, Actor: clerk}
	bySystem := Operation{PaymentID: own, Actor: System, Reason: "again"}
	ofOther := Operation{PaymentID: other, Actor: clerk}
	letOther := Operation{PaymentID: other, Actor: clerk, Reason: detached}
	card := payment.Scheme{Method: payment.Card, System: payment.Module}
	store := payment.Scheme{Method: payment.Conveni, System: payment.Module}
	for name, tt := range map[string]struct {
		ops   []Operation
		total order.Yen
		class string
		want  bool
	}{
		"let go":                            {[]Operation{let}, 0, card.Class(), true},
		"let go, and there is to pay again": {[]Operation{let}, total, card.Class(), false},
		"let go, and tried again by itself": {[]Operation{let, bySystem}, 0, card.Class(), true},
		"let go, and another is cancelled":  {[]Operation{let, ofOther}, 0, card.Class(), true},
		"let go, then cancelled by staff":   {[]Operation{let, canceled}, 0, card.Class(), false},
		"another was let go":                {[]Operation{letOther}, 0, card.Class(), false},
		"cancelled of an order of 0 yen":    {[]Operation{canceled}, 0, card.Class(), false},
		"another method":                    {[]Operation{moved}, total, store.Class(), true},
		"another method, EC-CUBE's own":     {[]Operation{moved}, total, offlineClass, true},
		"another method, and back":          {[]Operation{moved}, total, card.Class(), false},
		"never":                             {nil, 0, card.Class(), false},
	} {
		p := &Payment{ID: own, Method: payment.Card, System: payment.Module}
		l := &Ledger{Payments: []*Payment{p, {ID: other}}, Order: Head{Total: tt.total, MethodClass: tt.class}}
		for _, op := range tt.ops {
			l.Operations = append(l.Operations, &op)
		}
		if got := l.detached(p); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestAmountOfAnOrderThatLetGo: a correction of the amount that was given up for lost shows
// its effect when the order has another method: nobody's amount is open then.
func TestAmountOfAnOrderThatLetGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	p.Method, p.Brand = payment.Carrier, payment.SoftBank
	w.l.Order.MethodClass = p.scheme().Class()
	w.l.Order.Total = lower
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	w.settle(w.send(op), verdict{state: payment.DeclinedOp, cause: "not_happened"})
	w.alerted(AlertAmountOpen)
	s := w.sheet.priced(lower)
	s.PaymentRow = cashRow
	if _, err := w.save(s, LivingCancel); err != nil {
		t.Fatal(err)
	}
	w.settle(op, verdictOf(yes("p1")))
	if p := w.l.payment(p.ID); p.Amount != lower || w.l.Current() != nil {
		t.Errorf("%+v", p)
	}
	w.alerted()
}
