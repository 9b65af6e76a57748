package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestAMethodByEccubesOwnHand: each of what has to be so for the payment to be seen to, alone.
func TestAMethodByEccubesOwnHand(t *testing.T) {
	t.Parallel()
	card := func(w *world) { w.authorised("p1") }
	number := func(w *world) { w.number("p1") }
	cash := func(l *Ledger) { l.Order.PaymentRow, l.Order.MethodClass = cashRow, offlineClass }
	kept := func(l *Ledger) { l.OpenAlerts = append(l.OpenAlerts, AlertRef{AlertKept, l.CurrentID}) }
	saved := func(l *Ledger) { l.Version, l.Order.UpdatedAt = 1, l.WrittenAt.Add(time.Minute) }
	for name, tt := range map[string]struct {
		begin     func(*world)
		put       []func(*Ledger)
		kept, own bool
	}{
		"alive":                    {card, []func(*Ledger){cash, saved}, true, true},
		"alive, not saved there":   {card, []func(*Ledger){cash, func(l *Ledger) { l.Version, l.Order.UpdatedAt = 1, l.WrittenAt }}, false, true},
		"alive, of no book yet":    {card, []func(*Ledger){cash, saved, func(l *Ledger) { l.Version = 0 }}, false, true},
		"alive, of no row":         {card, []func(*Ledger){cash, saved, func(l *Ledger) { l.Order.PaymentRow = 0 }}, false, true},
		"alive, of an ended order": {card, []func(*Ledger){cash, saved, func(l *Ledger) { l.Order.Status = order.Returned }}, false, true},
		"alive, as it was":         {card, []func(*Ledger){saved, func(l *Ledger) { l.Order.PaymentRow = cardRow }}, false, true},
		"alive, its own again":     {card, []func(*Ledger){saved, kept, func(l *Ledger) { l.Order.PaymentRow = cardRow }}, false, true},
		"it waits":                 {number, []func(*Ledger){cash, saved}, false, false},
		"it waits, as it was":      {number, []func(*Ledger){saved, func(l *Ledger) { l.Order.PaymentRow = storeRow }}, false, true},
		"the buyer is at its page": {number, []func(*Ledger){cash, saved, func(l *Ledger) { l.Current().Phase = payment.AwaitingBuyer }}, false, false},
		"it is over":               {number, []func(*Ledger){cash, saved, func(l *Ledger) { l.Current().Phase, l.Current().End = payment.Ended, payment.Expired }}, false, true},
	} {
		w := newWorld(t)
		tt.begin(w)
		l := clone(w.l)
		for _, put := range tt.put {
			put(l)
		}
		own := l.CurrentID
		l.methodByHost(w.tick())
		if got := l.isOpen(AlertKept, own); got != tt.kept || (l.CurrentID == own) != tt.own {
			t.Errorf("%s: kept %t, the order's is %q", name, got, l.CurrentID)
		}
	}
}

// TestMovedOnByEccubesOwnHand: only an order that was over, and is no more, takes its money again.
func TestMovedOnByEccubesOwnHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	s := w.sheet
	s.PaymentRow = cashRow
	w.saved(s, LivingKeep)
	w.byHost(order.InProgress)
	w.alerted(AlertKept)

	w = newWorld(t)
	w.captured("p1")
	w.byHost(order.Canceled)
	w.must(func(l *Ledger, tk tick) error {
		l.Order.Status = order.Pending
		l.followHost(tk, order.Canceled)
		return nil
	})
	w.alerted(AlertPaidCanceled)
}

// TestAnAttemptRefusedBesideAnother: an authorisation that the shop's policy refuses gives back the
// goods of the order that waits for it, and of no other.
func TestAnAttemptRefusedBesideAnother(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put    func(*Ledger)
		status order.Status
		hold   HoldState
	}{
		"the order waits for it":  {func(*Ledger) {}, order.Processing, Released},
		"it waits for another":    {func(l *Ledger) { l.CurrentID = "another" }, order.Pending, Held},
		"the order waits no more": {func(l *Ledger) { l.Order.Status, l.Hold.State = order.New, Committed }, order.New, Committed},
	} {
		w, p := challenged1(t)
		w.policy.Attempts = FullOnly
		w.must(func(l *Ledger, tk tick) error {
			tt.put(l)
			l.refuseAuthorised(tk, l.payment(p.ID), told(payment.AuthOK, time.Time{}, "inquiry"))
			return nil
		})
		if w.l.Order.Status != tt.status || !w.l.payment(p.ID).Reverse {
			t.Errorf("%s: %s, %+v", name, w.l.Order.Status.Name(), w.l.payment(p.ID))
		}
		w.holds(tt.hold)
	}
}

// TestWhatBeganAPayment: what succeeded, of those that begin one, about this one.
func TestWhatBeganAPayment(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		op   Operation
		want bool
	}{
		"its own":          {Operation{PaymentID: "p", Kind: payment.Authorize, State: payment.Succeeded}, true},
		"of another":       {Operation{PaymentID: "q", Kind: payment.Authorize, State: payment.Succeeded}, false},
		"its capture":      {Operation{PaymentID: "p", Kind: payment.Capture, State: payment.Succeeded}, false},
		"one that did not": {Operation{PaymentID: "p", Kind: payment.Authorize, State: payment.DeclinedOp}, false},
	} {
		l := &Ledger{Operations: []*Operation{&tt.op}}
		if got := l.beginning(&Payment{ID: "p"}) != nil; got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestALatePaymentIsNoChangeOfMethod: EC-CUBE saves an order that an earlier try paid after all; its
// method is that of the last try, as the buyer left it. The payment is the order's, and ends with it.
func TestALatePaymentIsNoChangeOfMethod(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		row    int64
		class  string
		kept   []AlertKind
		status order.Status
	}{
		"as the buyer left it":  {storeRow, payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class(), nil, order.Canceled},
		"given another method":  {cashRow, offlineClass, []AlertKind{AlertKept}, order.New},
		"its own method, there": {cardRow, payment.Scheme{Method: payment.Card, System: payment.Module}.Class(), nil, order.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := notHappened(w)
			w.number("p2")
			w.alive(first, "p1", payment.AuthOK)
			w.status(order.New)
			w.must(func(l *Ledger, tk tick) error {
				l.Order.PaymentRow, l.Order.MethodClass = tt.row, tt.class
				l.Version, l.Order.UpdatedAt = 1, l.WrittenAt.Add(time.Minute)
				l.methodByHost(tk)
				return nil
			})
			w.alerted(tt.kept...)
			w.learnt(first, payment.AuthExpired)
			w.status(tt.status)
		})
	}
}
