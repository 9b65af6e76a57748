package ledger

import (
	"fmt"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// elsewhereMethods are those by which a buyer goes on at EC-CUBE itself.
var elsewhereMethods = map[string]struct {
	class  string
	status order.Status
}{
	"placed with a method of EC-CUBE's":   {offlineClass, order.New},
	"being paid by another plugin":        {`Plugin\Other\Service\Method\Wallet`, order.Pending},
	"placed and paid by another plugin":   {`Plugin\Other\Service\Method\Wallet`, order.Paid},
	"placed, and already in staff's hand": {offlineClass, order.InProgress},
}

// goesElsewhere has the buyer of an order in 8 go on at EC-CUBE with a method that is none of ours.
func (w *world) goesElsewhere(class string, to order.Status) {
	w.t.Helper()
	w.status(order.Processing)
	w.hosted = true
	w.stock -= wanted
	w.l.Order.MethodClass, w.l.Order.PaymentMethod, w.l.Order.PaymentRow = class, "elsewhere", cashRow
	w.byHost(to)
}

// TestATryThatComesAliveAfterAll when its buyer has gone on at EC-CUBE with a method of another
// hand: the order is paid there, and what was authorised is cancelled like a payment beside it.
func TestATryThatComesAliveAfterAll(t *testing.T) {
	t.Parallel()
	for name, tt := range elsewhereMethods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.notHappened(w.authorize(), w.found(payment.Applied))
			p := w.l.Current()
			w.goesElsewhere(tt.class, tt.status)
			w.alive(p, "p1", payment.AuthOK)
			w.status(tt.status)
			if p = w.l.payment(p.ID); !p.Reverse || w.reversal(p) == nil {
				t.Fatalf("it stands beside another payment: %+v", p)
			}
			w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Success}))
			w.status(tt.status)
			w.stands(p, payment.Ended, payment.Canceled)
			if w.l.Hold == nil {
				t.Error("its goods were given back")
			}
		})
		t.Run(name+", and is captured", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.notHappened(w.authorize(), w.found(payment.Applied))
			p := w.l.Current()
			w.goesElsewhere(tt.class, tt.status)
			w.alive(p, "p1", payment.Cleared)
			w.status(tt.status)
			w.alerted(AlertDouble)
		})
	}
}

// TestACancellationOfATryLeavesTheOrder that its buyer has paid elsewhere meanwhile.
func TestACancellationOfATryLeavesTheOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range elsewhereMethods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := challenged1(t)
			w.policy.Attempts = FullOnly
			w.learnt(p, payment.AuthOK) // whose attempt the shop does not accept
			op := w.reversal(p)
			if op == nil {
				t.Fatalf("%+v", w.l.payment(p.ID))
			}
			w.goesElsewhere(tt.class, tt.status)
			w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
			w.stands(p, payment.Ended, payment.Canceled)
			w.status(tt.status)
			if w.l.Hold == nil {
				t.Error("its goods were given back")
			}
		})
	}
}

// TestAnotherPluginsPaymentIsItsOwn: an order that another plugin's payment holds in 7 is neither
// given up nor rolled back by us, with a try of ours before it or without one.
func TestAnotherPluginsPaymentIsItsOwn(t *testing.T) {
	t.Parallel()
	const wallet = `Plugin\Other\Service\Method\Wallet`
	for name, tt := range map[string]struct {
		tried bool // and came to nothing
		class string
		held  bool
	}{
		"a try of ours before it":       {true, wallet, true},
		"none":                          {false, wallet, true},
		"its method's row is gone":      {true, "", false},
		"a method of ours, other tries": {true, payment.Scheme{Method: payment.Card, System: payment.Module}.Class(), false},
	} {
		for what, leave := range map[string]func(*shop) error{
			"given up":        func(s *shop) error { return s.service.GiveUp(bg, s.order()) },
			"for another try": func(s *shop) error { _, err := s.service.Another(bg, s.order()); return err },
			"rolled back": func(s *shop) error {
				got, err := s.service.RollBack(bg, s.order(), false)
				if tt.held != (got.Verdict == RollbackSkipped && got.Reason == SkipOther) {
					t.Errorf("%s: %+v", name, got)
				}
				return err
			},
		} {
			w := newWorld(t)
			if tt.tried {
				w.notHappened(w.authorize(), w.found(payment.Applied))
				w.l.Current().Status = payment.AuthNG
			}
			w.goesElsewhere(tt.class, order.Pending)
			s := open(t, w)
			err := leave(s)
			if s.l.Order.Status == order.Pending != tt.held || (s.l.Hold != nil) != tt.held {
				t.Errorf("%s, %s: in %s, holding %v", name, what, s.l.Order.Status.Name(), s.l.Hold)
			}
			if refused := tt.held && what != "rolled back"; refused != (code(err) == "order.payment_running") || !refused && err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// TestOursIsTakenUpAgain: an order that EC-CUBE's own hand moved on with a method of ours takes
// what comes alive late, as any does.
func TestOursIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	card := payment.Scheme{Method: payment.Card, System: payment.Module}.Class()
	for _, class := range []string{card, ""} { // and one whose method's row is gone
		for _, to := range []order.Status{order.New, order.Pending} {
			w := newWorld(t)
			w.notHappened(w.authorize(), w.found(payment.Applied))
			p := w.l.Current()
			w.goesElsewhere(class, to)
			if w.l.CurrentID != p.ID {
				t.Errorf("%q, %s: it is nobody's", class, to.Name())
			}
			w.alive(p, "p1", payment.AuthOK)
			w.status(order.New)
			if p = w.l.payment(p.ID); p.Reverse || w.l.CurrentID != p.ID {
				t.Errorf("%q, %s: %+v", class, to.Name(), p)
			}
		}
	}
}

// TestOnlyWhoWentOnElsewhereLeavesATry: what stands stays the order's, and so does an ended try of an
// order that moves on for another reason.
func TestOnlyWhoWentOnElsewhereLeavesATry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.must(func(l *Ledger, tk tick) error {
		l.Order.MethodClass = offlineClass
		l.followHost(tk, order.Processing)
		return nil
	})
	if w.l.CurrentID != p.ID {
		t.Error("what is authorised is nobody's")
	}
	w = newWorld(t)
	w.notHappened(w.authorize(), w.found(payment.Applied))
	p = w.l.Current()
	w.goesElsewhere(w.l.Order.MethodClass, order.New)
	w.l.Order.MethodClass = offlineClass
	w.byHost(order.InProgress)
	if w.l.CurrentID != p.ID {
		t.Error("the order's last try is nobody's")
	}
}

// TestWhoseMethodAnOrderBears: the last try's that we began.
func TestWhoseMethodAnOrderBears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	try := func(seq int, m payment.Method, adopted bool) *Payment {
		return &Payment{ID: fmt.Sprint("try", seq), Seq: seq, Method: m, Adopted: adopted}
	}
	conveni, bank := try(p.Seq+1, payment.Conveni, false), try(p.Seq+2, payment.Bank, false)
	second := try(p.Seq+3, payment.Card, true) // made at the centre
	for name, tt := range map[string]struct {
		tries []*Payment
		last  payment.Method
	}{
		"one try":           {[]*Payment{p}, payment.Card},
		"two":               {[]*Payment{p, conveni}, payment.Conveni},
		"three":             {[]*Payment{p, bank, conveni}, payment.Bank},
		"and one of theirs": {[]*Payment{p, conveni, second}, payment.Conveni},
	} {
		w.l.Payments = tt.tries
		for _, m := range []payment.Method{payment.Card, payment.Conveni, payment.Bank} {
			if got := w.l.leftUnder(m, p); got != (m == tt.last) {
				t.Errorf("%s: %s %t", name, m, got)
			}
		}
	}
}

// TestSaleOfAKeptPayment: what was kept when its order got another method is charged only by staff
// who were shown that.
func TestSaleOfAKeptPayment(t *testing.T) {
	t.Parallel()
	for class, asks := range map[string]bool{
		offlineClass: true,
		payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class(): true,
		payment.Scheme{Method: payment.Card, System: payment.Link}.Class():      false,
		"": false, // its row is gone
	} {
		for _, knows := range []bool{true, false} {
			w := newWorld(t)
			p := w.authorised("p1")
			w.l.Order.MethodClass = class
			err := w.do(func(l *Ledger, tk tick) error {
				_, err := l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleButton, Amount: p.Amount, Apart: knows, Actor: clerk})
				return err
			})
			if want := asks && !knows; (code(err) == "payment.method_differs") != want || err != nil && !want {
				t.Errorf("%q, knows %t: %v", class, knows, err)
			}
		}
	}
}
