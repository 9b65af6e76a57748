package ledger

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// linked is an order at the link type's page, of which two payment_ids were told: p1 first.
func linked(t *testing.T, method payment.Method) *world {
	t.Helper()
	w := newWorld(t)
	w.l.Order.MethodClass = payment.Scheme{Method: method, System: payment.Link}.Class()
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		op, err = l.planBegin(t, Begin{Order: l.Order.ID, Amount: l.Order.Total, Actor: Buyer})
		return err
	})
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	for _, id := range []string{"p1", "p2"} {
		n := w.noticeOf(id, payment.Applied)
		w.take(n)
		if n.State != NoticeApplied {
			t.Fatalf("10 of %s is %s", id, n.State)
		}
	}
	return w
}

func (w *world) noticeOf(id string, s payment.Status) *Notice {
	n := w.notice(s)
	n.PaymentID, n.Type = id, w.l.Current().Method.Type()
	return n
}

// told takes a notice together with a 094 that says the same.
func (w *world) notified(id string, s payment.Status) *Notice {
	n := w.noticeOf(id, s)
	if w.take(n) {
		f := w.found(s)
		f.PaymentID, f.Type = id, n.Type
		w.confirm(n, &f)
	}
	return n
}

// TestTheIDThatComesAlive: at a link type's page a second card, or bank, is another
// payment_id under one trading_id. It is by the living one that staff capture and cancel;
// what the other one tells afterwards is no news of it.
func TestTheIDThatComesAlive(t *testing.T) {
	t.Parallel()
	w := linked(t, payment.Card)
	w.notified("p2", payment.AuthOK)
	p := w.l.Current()
	if w.status(order.New); p.PaymentID != "p2" || p.Phase != payment.Authorised {
		t.Fatalf("%s stands under %q", p.Phase, p.PaymentID)
	}
	late := w.notified("p1", payment.AuthNG) // the first card's refusal
	if late.State != NoticeSuperseded || w.alerts[string(AlertContradiction)] {
		t.Errorf("the refused id's notice is %s, alerts %v", late.State, w.alerts)
	}
	w.status(order.New)
	w.stands(p, payment.Authorised, payment.NotEnded)
}

// TestWhichIDRules: the one that comes alive, of a payment that is neither alive nor over.
func TestWhichIDRules(t *testing.T) {
	t.Parallel()
	both := []string{"p1", "p2"}
	for name, tt := range map[string]struct {
		p      Payment
		id     string
		status payment.Status
		want   string
		beside bool // the id is then another's
	}{
		"authorised":             {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.AwaitingBuyer}, "p2", "20", "p2", false},
		"paid":                   {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.AwaitingPayment}, "p2", "40", "p2", false},
		"left, and paid":         {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.Ended, End: payment.GivenUp}, "p2", "40", "p2", false},
		"refused":                {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.AwaitingBuyer}, "p2", "11", "p1", false},
		"begun":                  {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.AwaitingBuyer}, "p2", "10", "p1", false},
		"it stands already":      {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.Authorised}, "p2", "40", "p1", true},
		"it is over":             {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.Ended, End: payment.Canceled}, "p2", "20", "p1", true},
		"without an id":          {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.AwaitingBuyer}, "", "20", "p1", false},
		"its own":                {Payment{PaymentID: "p1", PaymentIDs: both, Phase: payment.Captured}, "p1", "40", "p1", false},
		"an id that is new":      {Payment{Phase: payment.Authorised}, "p2", "20", "p2", false},
		"none rules, one stands": {Payment{PaymentIDs: both, Phase: payment.Authorised}, "p3", "11", "p3", false},
	} {
		tt.p.Method = payment.Card
		tt.p.PaymentIDs = slices.Clone(tt.p.PaymentIDs)
		tt.p.standUnder(tt.id, tt.status)
		if tt.p.PaymentID != tt.want || tt.p.beside(tt.id) != tt.beside {
			t.Errorf("%s: %q, beside it %v", name, tt.p.PaymentID, tt.p.beside(tt.id))
		}
	}
	if (&Payment{PaymentIDs: both, Phase: payment.Authorised}).beside("p1") {
		t.Error("where no id rules there is none beside it")
	}
}

// TestTheOtherIDTellsOfItsEnd: no question is put about what tells nothing of a second payment,
// and none is taken up where 094 tells of its end.
func TestTheOtherIDTellsOfItsEnd(t *testing.T) {
	t.Parallel()
	w := linked(t, payment.Card)
	w.notified("p2", payment.AuthOK)
	refused := w.noticeOf("p1", payment.AuthNG)
	if w.take(refused) || refused.State != NoticeSuperseded {
		t.Errorf("asked, %s", refused.State)
	}
	n, f := w.noticeOf("p1", payment.AuthOK), w.found(payment.AuthCancelDone)
	f.PaymentID = "p1"
	if !w.take(n) {
		t.Error("believed without 094")
	}
	w.confirm(n, &f)
	if n.State != NoticeSuperseded || len(w.l.Payments) != 1 {
		t.Errorf("%s %s, %d payments", n.State, n.Reason, len(w.l.Payments))
	}
}

// TestAnOlderOneThatNeverCameAlive bears our id by chance, and a person looks at its notice.
func TestAnOlderOneThatNeverCameAlive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p2")
	n, f := w.notice(payment.AuthNG), w.found(payment.AuthNG)
	n.PaymentID, f.PaymentID, f.BegunAt = "p1", "p1", w.now.Add(-time.Hour)
	w.confirm(n, &f)
	if n.State != NoticeParked || n.Reason != ParkNoOrder {
		t.Errorf("%s %s", n.State, n.Reason)
	}
	n, f = w.notice(payment.AuthNG), w.found(payment.AuthNG) // nor is it ours by its id alone
	n.PaymentID, f.PaymentID, n.TradingID, f.TradingID = "p1", "p1", "123_9", "123_9"
	w.confirm(n, &f)
	if n.State != NoticeParked || n.Reason != ParkNoOrder {
		t.Errorf("%s %s", n.State, n.Reason)
	}
}

// TestBothIDsComeAlive: the buyer pays at a second bank, and then in the tab of the first.
// That is paid twice, and a person has to know.
func TestBothIDsComeAlive(t *testing.T) {
	t.Parallel()
	w := linked(t, payment.Bank)
	w.notified("p2", payment.Cleared)
	first := w.l.Current()
	if w.status(order.Paid); first.PaymentID != "p2" {
		t.Fatalf("paid under %q", first.PaymentID)
	}
	w.notified("p1", payment.Cleared)
	if !w.alerts[string(AlertDouble)] || len(w.l.Payments) != 2 {
		t.Fatalf("%d payments, alerts %v", len(w.l.Payments), w.alerts)
	}
	other := w.l.Payments[1]
	if w.l.CurrentID != first.ID || other.PaymentID != "p1" || other.Phase != payment.Captured || slices.Contains(w.l.payment(first.ID).PaymentIDs, "p1") {
		t.Errorf("the other one: %+v", other)
	}
}

// TestAnotherThatNeverCameAlive: the 10 of a refused card comes after the next one was
// authorised. It is nobody's payment, and none that stays open for good.
func TestAnotherThatNeverCameAlive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p2")
	for _, s := range []payment.Status{payment.Applied, payment.AuthNG} {
		if n := w.notified("p1", s); n.State != NoticeSuperseded || len(w.l.Payments) != 1 {
			t.Errorf("%s: the notice is %s, of %d payments", s, n.State, len(w.l.Payments))
		}
	}
	w.notified("p1", payment.AuthOK)
	if len(w.l.Payments) != 2 || !w.l.Payments[1].Reverse {
		t.Errorf("a second authorisation is not reversed: %d payments", len(w.l.Payments))
	}
}

// TestTheCentreIsBehindTheOtherID: the second payment of a buyer is told, and 094 does not show it
// yet. That is asked about again, and after a day a person looks: its money is at the centre.
func TestTheCentreIsBehindTheOtherID(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		world func(*testing.T) *world
		told  payment.Status
		found payment.Status
		alert AlertKind // once 094 shows it; none for an authorisation, which is reversed
	}{
		"known, paid": {func(t *testing.T) *world {
			w := linked(t, payment.Bank)
			w.notified("p2", payment.Cleared)
			return w
		}, payment.Cleared, payment.Applied, AlertDouble},
		"known, paid by an older notice": {func(t *testing.T) *world {
			w := linked(t, payment.Card)
			w.notified("p2", payment.AuthOK)
			w.l.Current().LastNoticeID = 1 << 40
			return w
		}, payment.AuthOK, payment.ThreeDSRunning, ""},
		"new, authorised": {func(t *testing.T) *world {
			w := newWorld(t)
			w.authorised("p2")
			return w
		}, payment.AuthOK, payment.Applied, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := tt.world(t)
			n := w.noticeOf("p1", tt.told)
			finds := func(s payment.Status) *Finding {
				f := w.found(s)
				f.PaymentID, f.Type = "p1", n.Type
				return &f
			}
			if !w.take(n) {
				t.Fatal("believed without 094")
			}
			w.confirm(n, finds(tt.found))
			if n.State != NoticeReceived || !n.NextAt.After(w.now) || len(w.l.Payments) != 1 {
				t.Fatalf("%s %s, %d payments", n.State, n.Reason, len(w.l.Payments))
			}
			late := *n
			w.confirm(n, finds(tt.told))
			if len(w.l.Payments) != 2 || tt.alert != "" && !w.alerts[string(tt.alert)] || tt.alert == "" && !w.l.Payments[1].Reverse {
				t.Errorf("%s %s, %d payments, alerts %v", n.State, n.Reason, len(w.l.Payments), w.alerts)
			}
			w = tt.world(t)
			w.now = late.ReceivedAt.Add(confirmTerm)
			if w.confirm(&late, finds(tt.found)); late.State != NoticeParked || late.Reason != ParkSilent {
				t.Errorf("after a day: %s %s", late.State, late.Reason)
			}
		})
	}
}

// TestTheOrderOfTwoIDs: notices are in an order among those of one payment_id only. What one
// number's or card's end told says nothing of the money that another one's notice, sent before
// and late, tells of.
func TestTheOrderOfTwoIDs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method    payment.Method
		end, paid payment.Status
		ended     string
		want      AlertKind // of money for an order that is over
	}{
		"the second number expired, the first is paid": {payment.Conveni, "12", "43", "p2", AlertPaidCanceled},
		"the first number expired, the second is paid": {payment.Conveni, "12", "40", "p1", AlertPaidCanceled},
		"the second card expired, the first stands":    {payment.Card, "33", "20", "p2", AlertContradiction},
	} {
		w := linked(t, tt.method)
		other := map[string]string{"p1": "p2", "p2": "p1"}[tt.ended]
		late := w.noticeOf(other, tt.paid)
		w.notified(tt.ended, tt.end)
		w.status(order.Canceled)
		if !w.take(late) {
			t.Fatalf("%s: %s without 094", name, late.State)
		}
		f := w.found(tt.paid)
		f.PaymentID, f.Type = other, late.Type
		w.confirm(late, &f)
		if !w.alerts[string(tt.want)] {
			t.Errorf("%s: %s %s, alerts %v", name, late.State, late.Reason, w.alerts)
		}
	}
}
