package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhichNoticesAreConfirmed: what our own last operation leads to, and what only
// informs, is believed; the rest asks 094 (money.md §5).
func TestWhichNoticesAreConfirmed(t *testing.T) {
	t.Parallel()
	inState := map[string]func(*world){
		"unknown 020":    func(w *world) { w.unknown(w.authorize()); w.now = w.now.Add(time.Minute) },
		"sent, too long": func(w *world) { w.send(w.authorize()); w.now = w.now.Add(time.Minute) },
		"not happened":   func(w *world) { notHappened(w) },
		"authorised":     func(w *world) { w.authorised("p1") },
		"captured":       func(w *world) { w.captured("p1") },
		"captured, told by nobody": func(w *world) {
			w.authorised("p1")
			w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
		},
		"unknown 022": func(w *world) {
			w.authorised("p1")
			w.unknown(w.change(true))
			w.now = w.now.Add(time.Minute)
		},
		"unknown 023, 40 never told": func(w *world) {
			w.authorised("p1")
			w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
			w.now = w.now.Add(time.Minute)
			w.unknown(w.change(false))
			w.now = w.now.Add(time.Minute)
		},
		"cancelled": func(w *world) {
			w.authorised("p1")
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
		},
		"refunded": func(w *world) {
			w.captured("p1")
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
		},
	}
	ours := map[string]payment.Status{"cancelled": payment.AuthCancelDone, "refunded": payment.RefundDone} // what our own operation led to
	for _, tt := range []struct {
		state  string
		status payment.Status
		ask    bool
	}{
		{"unknown 020", "20", true}, {"unknown 020", "40", true}, {"unknown 020", "11", true}, {"unknown 020", "33", true},
		{"unknown 020", "10", false}, {"unknown 020", "14", false}, {"unknown 020", "30", false},
		{"sent, too long", "20", true}, {"sent, too long", "11", true},
		{"not happened", "20", true}, {"not happened", "40", true}, {"not happened", "32", true},
		{"authorised", "20", false}, {"authorised", "40", true}, {"authorised", "32", true}, {"authorised", "33", true}, {"authorised", "31", false},
		{"captured, told by nobody", "40", false}, {"captured, told by nobody", "60", true}, {"captured, told by nobody", "30", false},
		{"captured", "40", false}, {"captured", "41", false}, {"captured", "60", true}, {"captured", "42", false}, {"captured", "20", true},
		{"unknown 022", "40", true}, {"unknown 022", "32", true}, {"unknown 022", "30", false},
		{"unknown 023, 40 never told", "40", true}, {"unknown 023, 40 never told", "60", true},
		{"cancelled", "32", false}, {"cancelled", "40", true}, {"cancelled", "60", true},
		{"refunded", "60", false}, {"refunded", "40", true}, {"refunded", "20", true},
	} {
		for _, confirm := range []Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever} {
			t.Run(tt.state+" "+string(tt.status)+" "+string(confirm), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				inState[tt.state](w)
				w.policy.Confirm = confirm
				want := tt.ask
				switch confirm {
				case ConfirmAlways:
					want = true
				case ConfirmNever: // but what goes backwards along a payment's life is asked always, and an end that a correction may have caused
					byUs := tt.state == "cancelled" || tt.state == "refunded"
					want = w.l.Current().Status.Backwards(tt.status) || ours[tt.state].Backwards(tt.status) || !byUs && (tt.status == "32" || tt.status == "60")
				}
				n := w.notice(tt.status)
				if got := w.take(n); got != want {
					t.Errorf("asked: %v", got)
				}
				if (n.State == NoticeReceived) != want {
					t.Errorf("the notice is %s %s", n.State, n.Reason)
				}
			})
		}
	}
}

// TestWhatConfirmingComesTo: 094 agrees, is ahead, behind, silent, or about something else.
func TestWhatConfirmingComesTo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		told   payment.Status
		f      func(*world) Finding
		state  NoticeState
		reason ParkReason
		phase  payment.Phase
		order  order.Status
	}{
		"agrees":                      {"40", stood("40"), NoticeApplied, "", payment.Captured, order.Paid},
		"ahead":                       {"40", stood("60"), NoticeSuperseded, "", payment.Ended, order.Canceled},
		"ahead the other":             {"40", stood("32"), NoticeSuperseded, "", payment.Ended, order.Canceled},
		"behind":                      {"40", stood("20"), NoticeReceived, "", payment.Authorised, order.New},
		"behind, transit":             {"40", stood("30"), NoticeReceived, "", payment.Authorised, order.New},
		"behind, refund":              {"60", stood("40"), NoticeReceived, "", payment.Authorised, order.New},
		"silent":                      {"40", noAnswer, NoticeReceived, "", payment.Authorised, order.New},
		"not known there":             {"40", noSuch, NoticeReceived, "", payment.Authorised, order.New},
		"another type":                {"40", func(w *world) Finding { f := w.found("40"); f.Type = "05"; return f }, NoticeReceived, "", payment.Authorised, order.New},
		"another payment":             {"40", func(w *world) Finding { f := w.found("40"); f.PaymentID = "p9"; return f }, NoticeReceived, "", payment.Authorised, order.New},
		"another amount":              {"40", func(w *world) Finding { f := w.found("40"); f.Amount++; return f }, NoticeParked, ParkAmount, payment.Authorised, order.New},
		"an end, other sum":           {"32", func(w *world) Finding { f := w.found("32"); f.Amount++; return f }, NoticeApplied, "", payment.Ended, order.Canceled},
		"expired":                     {"33", stood("33"), NoticeApplied, "", payment.Ended, order.Canceled},
		"expired, in truth cancelled": {"33", stood("32"), NoticeSuperseded, "", payment.Ended, order.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			n, f := w.notice(tt.told), tt.f(w)
			if !w.take(n) {
				t.Fatal("not asked")
			}
			w.status(order.New)
			w.confirm(n, &f)
			if n.State != tt.state || n.Reason != tt.reason {
				t.Errorf("the notice is %s %s", n.State, n.Reason)
			}
			if got := w.l.payment(p.ID).Phase; got != tt.phase {
				t.Errorf("the payment is %s", got)
			}
			w.status(tt.order)
			if w.alerts[string(AlertNoticeParked)] != (tt.state == NoticeParked) {
				t.Errorf("alerts %v", w.alerts)
			}
			if tt.state == NoticeReceived && !n.NextAt.Equal(w.now.Add(10*time.Second)) {
				t.Errorf("asked again at %s", n.NextAt)
			}
		})
	}
}

// TestSilenceForADay parks a notice, not sooner.
func TestSilenceForADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	n, f := w.notice(payment.Cleared), Finding{Kind: NoAnswer}
	asked := 0
	for n.State == NoticeReceived {
		if asked++; asked > 100 {
			t.Fatal("it waits for ever")
		}
		if w.now.Sub(n.ReceivedAt) < 24*time.Hour && w.alerts[string(AlertNoticeParked)] {
			t.Fatal("parked too soon")
		}
		if n.NextAt.After(w.now) {
			w.now = n.NextAt
		}
		w.confirm(n, &f)
	}
	if after := w.now.Sub(n.ReceivedAt); n.State != NoticeParked || n.Reason != ParkSilent || after < 24*time.Hour || after > 25*time.Hour {
		t.Errorf("%s %s after %s", n.State, n.Reason, after)
	}
	if !w.alerts[string(AlertNoticeParked)] {
		t.Error("no alert")
	}
	w.status(order.New)
}

// TestWhatIsParked: what waiting cannot cure.
func TestWhatIsParked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*world, *Notice)
		reason ParkReason
	}{
		"without payment_id":               {func(_ *world, n *Notice) { n.PaymentID = "" }, ParkMalformed},
		"without status":                   {func(_ *world, n *Notice) { n.Status = "" }, ParkMalformed},
		"another type":                     {func(_ *world, n *Notice) { n.Type = "03" }, ParkType},
		"the order id alone":               {func(_ *world, n *Notice) { n.PaymentID, n.TradingID = "p9", "123_9" }, ParkNoOrder},
		"another type and id":              {func(_ *world, n *Notice) { n.PaymentID, n.Type = "p9", "03" }, ParkNoOrder},
		"of another environment":           {func(_ *world, n *Notice) { n.Environment = payment.Test }, ParkEnvironment},
		"of another environment's payment": {func(w *world, _ *Notice) { w.l.Current().Environment = payment.Test }, ParkEnvironment},
		"of another merchant":              {func(_ *world, n *Notice) { n.MerchantID = "x" }, ParkEnvironment},
		"of a former environment":          {func(w *world, _ *Notice) { w.policy.Environment = payment.Production }, ParkEnvironment},
		"of a former merchant":             {func(w *world, _ *Notice) { w.policy.MerchantID = "new" }, ParkEnvironment},
		"a wrong amount, harmless":         {func(_ *world, n *Notice) { n.Status, n.Amount = payment.AuthOK, 1 }, ParkAmount},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			n := w.notice(payment.AuthOK)
			tt.change(w, n)
			if w.take(n) {
				t.Error("094 is asked")
			}
			if n.State != NoticeParked || n.Reason != tt.reason || !w.alerts[string(AlertNoticeParked)] {
				t.Errorf("%s %s, alerts %v", n.State, n.Reason, w.alerts)
			}
			w.status(order.New)
			w.stands(p, payment.Authorised, "")
		})
	}
}

// TestNoticesOutOfOrder: superseded only with a lower id and backwards.
func TestNoticesOutOfOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		id   int64 // the last applied one is 100
		told payment.Status
		want NoticeState
		ask  bool
	}{
		"lower and backwards":  {99, "20", NoticeSuperseded, false},
		"lower and forwards":   {99, "41", NoticeApplied, false},
		"lower, the same":      {99, "40", NoticeApplied, false},
		"higher and backwards": {101, "20", NoticeReceived, true},
		"higher and forwards":  {101, "41", NoticeApplied, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.captured("p1")
			w.l.payment(p.ID).LastNoticeID = 100
			n := w.notice(tt.told)
			n.NoticeID = tt.id
			if ask := w.take(n); ask != tt.ask || n.State != tt.want {
				t.Errorf("%s, asked %v", n.State, ask)
			}
			w.status(order.Paid)
			w.stands(p, payment.Captured, "")
			if got := w.l.payment(p.ID).LastNoticeID; got < 100 {
				t.Errorf("the last notice is %d", got)
			}
		})
	}
}

// TestContradictingTheLast: a conflict shares its id with the notice that was applied last. That
// one is no newer, so what 094 says decides, here that it is behind.
func TestContradictingTheLast(t *testing.T) {
	t.Parallel()
	for id, want := range map[int64]NoticeState{99: NoticeSuperseded, 100: NoticeReceived, 101: NoticeReceived} {
		w, p := challenged1(t)
		p.Status, p.LastNoticeID = payment.Applied, 100
		n, f := w.notice(payment.ThreeDSRunning), w.found(payment.Applied)
		n.NoticeID, f.BegunAt = id, p.BegunAt
		w.confirm(n, &f)
		if n.State != want {
			t.Errorf("%d: %s %s", id, n.State, n.Reason)
		}
	}
}

// TestAnEndNeedsNoAmount: 094's status decides about what has ended, also of a payment whose
// beginning was never answered (money.md §5).
func TestAnEndNeedsNoAmount(t *testing.T) {
	t.Parallel()
	for status, want := range map[payment.Status]struct {
		state payment.State
		order order.Status
	}{payment.AuthNG: {payment.DeclinedOp, order.Processing}, payment.AuthCancelDone: {payment.Succeeded, order.Canceled}} {
		w := newWorld(t)
		op := w.unknown(w.authorize())
		w.l.Current().addPaygentID("p1")
		w.now = w.now.Add(time.Minute)
		n, f := w.notice(status), w.found(status)
		n.Amount, f.Amount = 0, 0
		w.confirm(n, &f)
		if op = w.l.operation(op.ID); op.State != want.state || n.State != NoticeApplied {
			t.Errorf("%s: the operation is %s, the notice %s %s", status, op.State, n.State, n.Reason)
		}
		w.stands(w.l.payment(op.PaymentID), payment.Ended, w.l.payment(op.PaymentID).End)
		w.status(want.order)
		w.holds(Released)
	}
}

// TestNoticeBeforeOurAnswer waits while the telegram is under way; what only informs
// is noted at once.
func TestNoticeBeforeOurAnswer(t *testing.T) {
	t.Parallel()
	for name, under := range map[string]func(*world) *Operation{
		"planned": func(w *world) *Operation { return w.authorize() },
		"sent":    func(w *world) *Operation { return w.send(w.authorize()) },
		"sent capture": func(w *world) *Operation {
			w.authorised("p1")
			return w.send(w.change(true))
		},
	} {
		for _, s := range []payment.Status{"20", "40", "32", "11"} {
			t.Run(name+" "+string(s), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				op := under(w)
				before := w.l.Order.Status
				n := w.notice(s)
				if w.take(n) || n.State != NoticeReceived || !n.NextAt.After(w.now) || len(w.alerts) > 0 {
					t.Errorf("%s until %s, alerts %v", n.State, n.NextAt, w.alerts)
				}
				if w.status(before); !w.l.operation(op.ID).State.Open() {
					t.Error("settled")
				}
				w.send(op)
				var woken bool
				w.must(func(l *Ledger, tk tick) error {
					err := l.settle(tk, op.ID, verdictOf(Answer{Outcome: Success, PaymentID: "p1"}))
					woken = l.WakeNotices
					return err
				})
				if !woken {
					t.Error("nobody looks at the notice now")
				}
			})
		}
	}
	w := newWorld(t)
	w.send(w.authorize())
	n := w.notice(payment.Applied)
	if w.take(n) || n.State != NoticeApplied || w.l.Current().Status != payment.Applied {
		t.Errorf("10 while sent: %s, %+v", n.State, w.l.Current())
	}
	w.status(order.Pending)
}

// TestNoticeIsEvidence: a confirmed notice settles the operation that is unknown.
func TestNoticeIsEvidence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		told  payment.Status
		state payment.State
		phase payment.Phase
		order order.Status
		hold  HoldState
	}{
		{"20", payment.Succeeded, payment.Authorised, order.New, Committed},
		{"40", payment.Succeeded, payment.Captured, order.Paid, Committed},
		{"11", payment.DeclinedOp, payment.Ended, order.Processing, Released},
		{"13", payment.DeclinedOp, payment.Ended, order.Processing, Released},
	} {
		w := newWorld(t)
		op := w.unknown(w.authorize())
		w.now = w.now.Add(time.Minute)
		n, f := w.notice(tt.told), w.found(tt.told)
		w.confirm(n, &f)
		if op = w.l.operation(op.ID); op.State != tt.state || op.OpenKey != "" || op.Cause != noticeCause(n) {
			t.Errorf("%s: %+v", tt.told, op)
		}
		if p := w.l.Current(); p.Phase != tt.phase || p.PaymentID != "p1" {
			t.Errorf("%s: %+v", tt.told, p)
		}
		w.status(tt.order)
		w.holds(tt.hold)
	}
}

// TestSupersededTellsTheID: what 094 told instead is the payment's, id included.
func TestSupersededTellsTheID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unknown(w.authorize())
	w.now = w.now.Add(time.Minute)
	n, f := w.notice(payment.AuthNG), w.found(payment.AuthOK)
	w.confirm(n, &f)
	if p := w.l.Current(); n.State != NoticeSuperseded || p.Phase != payment.Authorised || p.PaymentID != "p1" {
		t.Errorf("%s, %+v", n.State, p)
	}
}

// TestStrangerUnderOurTradingID: another payment with one of our trading ids is taken
// up only once 094 has shown it, and does not stay.
func TestStrangerUnderOurTradingID(t *testing.T) {
	t.Parallel()
	for _, confirm := range []Confirm{ConfirmRisky, ConfirmNever} {
		w := newWorld(t)
		p := w.authorised("p1")
		w.policy.Confirm = confirm
		n := w.notice(payment.AuthOK)
		n.PaymentID, n.Amount = "p9", 500
		if !w.take(n) || len(w.l.Payments) != 1 || n.State != NoticeReceived {
			t.Fatalf("taken up at once: %+v", n)
		}
		transit := Finding{Kind: Found, PaymentID: "p9", TradingID: "123", Type: "02", Status: payment.CancelRequested, Amount: 500, BegunAt: w.now}
		for _, f := range []Finding{{Kind: NoAnswer}, {Kind: NoSuch}, {Kind: Found, PaymentID: "p1", Type: "02", Status: "20", Amount: total}, transit} {
			for _, told := range []payment.Status{payment.AuthOK, payment.CancelRequested} {
				c := *n
				c.Status = told
				w.confirm(&c, &f)
				if len(w.l.Payments) != 1 || c.State != NoticeReceived || !c.NextAt.After(w.now) {
					t.Fatalf("%s, %+v: %d payments, notice %s", told, f, len(w.l.Payments), c.State)
				}
			}
		}
		f := Finding{Kind: Found, PaymentID: "p9", TradingID: "123", Type: "02", Status: "20", Amount: 500, BegunAt: w.now}
		w.confirm(n, &f)
		if len(w.l.Payments) != 2 || n.State != NoticeApplied {
			t.Fatalf("not taken up: %+v", n)
		}
		got := w.l.Payments[1]
		if !got.Adopted || got.PaymentID != "p9" || got.Amount != 500 || w.reversal(got) == nil || w.l.CurrentID != p.ID {
			t.Errorf("%s: %+v", confirm, got)
		}
		w.status(order.New)
		w.stands(p, payment.Authorised, "")
	}
	// The status that counts is the one 094 told.
	w := newWorld(t)
	w.authorised("p1")
	w.policy.Confirm = ConfirmNever
	n := w.notice(payment.AuthOK)
	n.PaymentID = "p9"
	w.take(n)
	f := Finding{Kind: Found, PaymentID: "p9", TradingID: "123", Type: "02", Status: "32", Amount: total, BegunAt: w.now}
	w.confirm(n, &f)
	if got := w.l.Payments[1]; got.Phase != payment.Ended || w.reversal(got) != nil {
		t.Errorf("gone at the centre, and here %+v", got)
	}
}

// TestConfirmedInTransit: the centre at work says neither that a payment stood nor that it
// did not, and the notice waits for more.
func TestConfirmedInTransit(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, payment.Scheme{Method: payment.Carrier, System: payment.Module})
	n, f := w.notice(payment.AuthOK), w.found(payment.CancelRequested)
	n.Type, f.Type = p.Method.Type(), p.Method.Type()
	w.confirm(n, &f)
	if n.State != NoticeReceived || !n.NextAt.After(w.now) || w.l.payment(p.ID).Status.Transit() {

		t.Errorf("%s %s, payment %+v", n.State, n.Reason, w.l.payment(p.ID))
	}
}

// TestStrangerForAnOrderThatWaits: another amount under the id of a try that had no
// effect is no sign of that try; it is another payment and does not stay.
func TestStrangerForAnOrderThatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := notHappened(w)
	n := w.notice(payment.AuthOK)
	n.TradingID, n.PaymentID, n.Amount = "123", "p9", 500
	if !w.take(n) {
		t.Fatal("not asked")
	}
	w.confirm(n, &Finding{Kind: Found, PaymentID: "p9", TradingID: "123", Type: "02", Status: "20", Amount: 500, BegunAt: w.now})
	if len(w.l.Payments) != 2 || w.reversal(w.l.Payments[1]) == nil || n.State != NoticeApplied {
		t.Errorf("%d payments, notice %s %s", len(w.l.Payments), n.State, n.Reason)
	}
	w.stands(p, payment.Ended, payment.NotHappened)
	w.status(order.Processing)
}

// TestFormerLife: a payment begun before ours under the same trading_id (a restored
// copy, another shop) is neither taken for ours nor reversed.
func TestFormerLife(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*world){
		"our try is unknown": func(w *world) { w.unknown(w.authorize()); w.now = w.now.Add(time.Minute) },
		"our try was refused": func(w *world) {
			w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Decline, Final: true, Code: "2005"}))
		},
		"our payment stands": func(w *world) { w.authorised("p1") },
		"settled as not so":  func(w *world) { notHappened(w) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			long := w.now.Add(-time.Hour)
			begin(w)
			status, n := w.l.Order.Status, w.notice(payment.AuthOK)
			payments, ops := len(w.l.Payments), len(w.l.Operations)
			n.TradingID, n.PaymentID = "123", "p9"
			w.take(n)
			f := Finding{Kind: Found, PaymentID: "p9", TradingID: "123", Type: "02", Status: "20", Amount: total, BegunAt: long}
			w.confirm(n, &f)
			if len(w.l.Payments) != payments || len(w.l.Operations) != ops || n.State != NoticeParked {
				t.Errorf("%d payments, %d operations, notice %s", len(w.l.Payments), len(w.l.Operations), n.State)
			}
			w.status(status)
		})
	}
}

// TestWrongAmount: an authorisation of a waiting order for another amount is
// reversed, the order goes back, the shop is told once (money.md §5).
func TestWrongAmount(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"its id is known": true, "its id is not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			op := w.unknown(w.authorize())
			p := w.l.Current()
			if known {
				p.addPaygentID("p1")
			}
			w.now = w.now.Add(time.Minute)
			n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
			n.Amount, f.Amount = 500, 500
			if !w.take(n) {
				t.Fatal("094 was not asked")
			}
			w.confirm(n, &f)
			w.status(order.Processing)
			w.holds(Released)
			if w.l.operation(op.ID).State.Open() || w.l.OpenOperation() != nil {
				t.Error("the order is still busy")
			}
			if w.reversal(p) == nil || !w.alerts[string(AlertAmount)] || len(w.mails) != 1 {
				t.Fatalf("reversal %v, alerts %v, mails %v", w.reversal(p), w.alerts, w.mails)
			}
			again := *n
			again.NoticeID, again.State = n.NoticeID+1, NoticeReceived
			w.confirm(&again, &f)
			if len(w.mails) != 1 {
				t.Errorf("mails %v", w.mails)
			}
			w.settle(w.send(w.reversal(p)), verdictOf(Answer{Outcome: Success}))
			w.stands(p, payment.Ended, payment.WrongAmount)
			w.status(order.Processing)
			w.authorize() // the buyer may try again
		})
	}
	// Anything else wrong is parked: money.md §5 is stricter here than §6, by which an authorisation
	// that is not the order's is cancelled by itself.
	for name, in := range map[string]func(*world){
		"the try was settled": func(w *world) { notHappened(w); w.l.Current().addPaygentID("p1") },
		"the order is placed": func(w *world) { w.authorised("p1") },
		"captured":            func(w *world) { w.captured("p1") },
	} {
		for _, s := range []payment.Status{"40", "41", "20"} {
			t.Run(name+" "+string(s), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				in(w)
				before := *w.l.Current()
				n, f := w.notice(s), w.found(s)
				n.Amount, f.Amount = 500, 500
				if w.take(n) {
					w.confirm(n, &f)
				}
				if p := w.l.Current(); n.State != NoticeParked || n.Reason != ParkAmount || p.Phase != before.Phase || p.Amount != before.Amount {
					t.Errorf("%s %s, %+v", n.State, n.Reason, p)
				}
			})
		}
	}
}

// TestWrongAmountTaken: money that was taken is never sent back by itself.
func TestWrongAmountTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unknown(w.authorize())
	w.l.Current().addPaygentID("p1")
	w.now = w.now.Add(time.Minute)
	n, f := w.notice(payment.Cleared), w.found(payment.Cleared)
	n.Amount, f.Amount = 500, 500
	w.confirm(n, &f)
	if n.State != NoticeParked || n.Reason != ParkAmount || w.l.OpenOperation() == nil || w.l.Current().Reverse {
		t.Errorf("%s %s, %+v", n.State, n.Reason, w.l.Current())
	}
	w.status(order.Pending)
}

// TestWrongAmountByOtherWays: inquiry and watch do not apply it either.
func TestWrongAmountByOtherWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	f := w.found(payment.AuthOK)
	f.Amount = 500
	w.now = w.now.Add(time.Hour)
	if op = w.resolve(op, f); !op.State.Open() {
		t.Errorf("settled: %+v", op)
	}
	w.status(order.Pending)
	w = newWorld(t)
	p := w.authorised("p1")
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.now = w.now.Add(time.Hour)
	f = w.found(payment.Cleared)
	f.Amount = 500
	w.must(func(l *Ledger, tk tick) error { return l.watched(tk, p.ID, f, true) })
	w.status(order.New)
	if p = w.l.payment(p.ID); p.AskAt.IsZero() {
		t.Error("and nobody asks any more")
	}
}
