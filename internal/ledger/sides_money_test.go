package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhenMoneyThatIsHereDatesThePayment of an order that is taken in again.
func TestWhenMoneyThatIsHereDatesThePayment(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		p     Payment
		dated time.Time // before
		want  time.Time
	}{
		"captured":                 {Payment{Phase: payment.Captured, Status: payment.Cleared}, time.Time{}, at},
		"authorised":               {Payment{Phase: payment.Authorised, Status: payment.AuthOK}, time.Time{}, time.Time{}},
		"told early":               {Payment{Phase: payment.Captured, Status: payment.EarlyReport}, time.Time{}, time.Time{}},
		"captured, dated":          {Payment{Phase: payment.Captured, Status: payment.Cleared}, at.Add(-time.Hour), at.Add(-time.Hour)},
		"authorised, as staff say": {Payment{Phase: payment.Authorised, Status: payment.AuthOK}, at.Add(-time.Hour), at.Add(-time.Hour)},
	} {
		p := tt.p
		p.ID, p.Amount, p.CapturedAt = "p", total, at
		l := &Ledger{Order: Head{Status: order.New, Total: total, PaymentDate: tt.dated}, CurrentID: "p", Payments: []*Payment{&p}}
		if l.takeMoney(newWorld(t).tick()); !l.Order.PaymentDate.Equal(tt.want) {
			t.Errorf("%s: %s", name, l.Order.PaymentDate)
		}
	}
}

// TestNoMoneyOfWhatIsReversed: what is being cancelled pays nothing, and keeps its alerts; nor does
// an authorisation beside the order's payment pay it.
func TestNoMoneyOfWhatIsReversed(t *testing.T) {
	t.Parallel()
	p := &Payment{ID: "p", Phase: payment.Authorised, Amount: total, Reverse: true}
	l := &Ledger{Order: Head{Status: order.New, Total: total}, CurrentID: "p", Payments: []*Payment{p}, OpenAlerts: []AlertRef{{AlertKept, "p"}}}
	if l.takeMoney(newWorld(t).tick()); !l.isOpen(AlertKept, "p") {
		t.Error("nobody looks at it any more")
	}
	if Asks(l) != nil {
		t.Error("staff are asked about what is being cancelled")
	}
	p.Reverse = false
	if l.CurrentID = ""; l.payer() != nil {
		t.Errorf("paid by %+v", l.payer())
	}
}

// TestPointsNeedTheMembersOnlyToTakeThem: what is given back, or is nobody's, loads no goods.
func TestPointsNeedTheMembersOnlyToTakeThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		customer, points int64
		hold, needs      bool
	}{
		"taken":           {9, 5, true, true},
		"given back":      {9, -5, true, false},
		"of a guest":      {0, 5, true, false},
		"of nothing held": {9, 5, false, false},
	} {
		l := &Ledger{Order: Head{CustomerID: tt.customer}}
		if tt.hold {
			l.Hold = &Hold{Points: 30}
		}
		if err := l.spend(tt.points); NeedsGoods(err) != tt.needs {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhatASavedSheetChanges: each of its fields alone makes it another one.
func TestWhatASavedSheetChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Sheet, *Shipping){
		"its message":        func(s *Sheet, _ *Shipping) { s.Message = "x" },
		"its note":           func(s *Sheet, _ *Shipping) { s.Note = "x" },
		"its buyer":          func(s *Sheet, _ *Shipping) { s.Buyer.Name01 = "x" },
		"its method":         func(s *Sheet, _ *Shipping) { s.PaymentRow = cashRow },
		"a destination":      func(_ *Sheet, p *Shipping) { p.ID = 9 },
		"a delivery":         func(_ *Sheet, p *Shipping) { p.DeliveryID = 9 },
		"a delivery's name":  func(_ *Sheet, p *Shipping) { p.DeliveryName = "x" },
		"a time":             func(_ *Sheet, p *Shipping) { p.TimeID = 9 },
		"a time as shown":    func(_ *Sheet, p *Shipping) { p.Time = "午前" },
		"a date":             func(_ *Sheet, p *Shipping) { p.Date = time.Unix(0, 0) },
		"whom it is sent to": func(_ *Sheet, p *Shipping) { p.Address.Name01 = "x" },
	} {
		was, is := sheetOf(wanted), sheetOf(wanted)
		if !is.same(was) {
			t.Fatal("one is not the same as itself")
		}
		change(&is, &is.Shippings[0])
		if is.same(was) {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// TestWhatIsHandedInOnce: a PaRes is handed in again only where it was this payment's, and never
// left; and only for the order's own payment that waits.
func TestWhatIsHandedInOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*shop, *Payment)
		again string // what the key ends in
		sent  int
	}{
		"never left": {func(s *shop, p *Payment) {
			s.l.Operations = append(s.l.Operations, &Operation{ID: "x", PaymentID: p.ID, Kind: payment.CompleteThreeDS, State: payment.DeclinedOp, Cause: neverSentCause})
		}, "+", 1},
		"another one's never left": {func(s *shop, _ *Payment) {
			s.l.Operations = append(s.l.Operations, &Operation{ID: "x", PaymentID: "another", Kind: payment.CompleteThreeDS, State: payment.DeclinedOp, Cause: neverSentCause})
		}, "", 1},
		"another telegram never left": {func(s *shop, p *Payment) {
			s.l.Operations = append(s.l.Operations, &Operation{ID: "x", PaymentID: p.ID, Kind: payment.Authorize, State: payment.DeclinedOp, Cause: neverSentCause})
		}, "", 1},
		"refused": {func(s *shop, p *Payment) {
			s.l.Operations = append(s.l.Operations, &Operation{ID: "x", PaymentID: p.ID, Kind: payment.CompleteThreeDS, State: payment.DeclinedOp, Cause: "answer"})
		}, "", 1},
		"another one is the order's": {func(s *shop, _ *Payment) { s.l.CurrentID = "another" }, "", 0},
		"it does not wait":           {func(s *shop, p *Payment) { s.l.payment(p.ID).Phase = payment.Unknown }, "", 0},
	} {
		w, p := challenged1(t)
		s := open(t, w)
		tt.put(s, p)
		_, err := s.service.CompleteChallenge(bg, Completed{Order: s.order(), PaymentID: p.ID, PaRes: "pares", MD: "md"})
		if err != nil || len(s.sent) != tt.sent {
			t.Errorf("%s: %v, sent %v", name, err, s.telegrams())
			continue
		}
		if last := s.l.Operations[len(s.l.Operations)-1]; tt.sent > 0 && last.IdemKey != "pares:"+p.ID+tt.again {
			t.Errorf("%s: under %q", name, last.IdemKey)
		}
	}
}
