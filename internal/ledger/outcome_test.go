package ledger

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// kinds are the events that a decision writes, of these kinds.
func (w *world) written(of EventKind, decide func(*Ledger, tick) error) []Event {
	w.t.Helper()
	var list []Event
	w.must(func(l *Ledger, t tick) error {
		err := decide(l, t)
		list = slices.DeleteFunc(slices.Clone(l.Events), func(e Event) bool { return e.Kind != of })
		return err
	})
	return list
}

var docomo = payment.Scheme{Method: payment.Carrier, System: payment.Module}

// byCarrier is an order that a carrier's payment was authorised for.
func byCarrier(t *testing.T) (*world, *Payment) {
	t.Helper()
	w, p := atPage(t, docomo)
	w.learnt(p, payment.AuthOK)
	w.status(order.New)
	return w, w.l.payment(p.ID)
}

// correcting is a carrier's payment whose amount is changed by 103.
func correcting(t *testing.T) (*world, *Payment, *Operation) {
	t.Helper()
	w, p := byCarrier(t)
	p.Brand = payment.AU
	if _, err := w.save(w.sheet.priced(lower), LivingAsk); err != nil {
		t.Fatal(err)
	}
	w.alerted(AlertAmountOpen)
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	if op.Kind != payment.CorrectCarrier {
		t.Fatalf("by %s", op.Kind)
	}
	return w, p, w.send(op)
}

// TestACorrectionsOutcome: 103 sets the amount and closes 金額未反映, by whichever way it became
// known; one that was refused leaves both as they are.
func TestACorrectionsOutcome(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tell   func(*world, *Operation)
		amount order.Yen
	}{
		"answered": {func(w *world, op *Operation) { w.settle(op, verdictOf(Answer{Outcome: Success})) }, lower},
		"found by 094": {func(w *world, op *Operation) {
			w.settle(op, verdictOf(Answer{Outcome: Mystery}))
			f := w.found(payment.AuthOK)
			f.Type, f.Amount = w.l.Current().Method.Type(), lower
			w.resolve(op, f)
		}, lower},
		"refused":  {func(w *world, op *Operation) { w.settle(op, verdictOf(no)) }, total},
		"rejected": {func(w *world, op *Operation) { w.settle(op, verdictOf(Answer{Outcome: Reject, Code: "P010"})) }, total},
	} {
		w, p, op := correcting(t)
		tt.tell(w, op)
		p = w.l.payment(p.ID)
		if p.Amount != tt.amount || w.l.OpenOperation() != nil {
			t.Errorf("%s: %s, open %+v", name, p.Amount, w.l.OpenOperation())
		}
		if tt.amount == lower {
			w.alerted()
			if p.Situation != payment.SaleChanged {
				t.Errorf("%s: staff read %s", name, p.Situation)
			}
			continue
		}
		w.alerted(AlertAmountOpen)
	}
}

// TestAChallengeFoundByAskingIsJudged by the shop's policy like one that was answered.
func TestAChallengeFoundByAskingIsJudged(t *testing.T) {
	t.Parallel()
	for attempts, reversed := range map[Attempts]bool{AcceptAttempts: false, FullOnly: true} {
		w, p := challenged1(t)
		var op *Operation
		w.must(func(l *Ledger, tk tick) error {
			op = l.planOperation(tk, l.Current(), payment.CompleteThreeDS, orderKey(l.Order.ID), tk.node, Buyer, "", total)
			return nil
		})
		w.unknown(op)
		w.policy.Attempts = attempts
		w.resolve(op, w.found(payment.AuthOK))
		if p = w.l.payment(p.ID); p.Phase != payment.Authorised || p.Reverse != reversed {
			t.Errorf("%s: %+v", attempts, p)
		}
	}
}

// TestWhoSettled stands in the timeline: the person whose word it was, else who asked for it.
func TestWhoSettled(t *testing.T) {
	t.Parallel()
	for actor, want := range map[Actor]Actor{"": "staff:1", "staff:2": "staff:2"} {
		w := newWorld(t)
		w.authorised("p1")
		op := w.send(w.change(true))
		list := w.written(EventSucceeded, func(l *Ledger, tk tick) error {
			return l.settle(tk, op.ID, verdict{state: payment.Succeeded, cause: "x", actor: actor})
		})
		if len(list) != 1 || list[0].Actor != want {
			t.Errorf("%q: %+v", actor, list)
		}
	}
}

// TestEachOutcomeIsALine of the timeline, with the payment, the operation and its telegram.
func TestEachOutcomeIsALine(t *testing.T) {
	t.Parallel()
	for kind, a := range map[EventKind]Answer{
		EventSucceeded: {Outcome: Success, PaymentID: "p1"}, EventDeclined: {Outcome: Decline, Final: true}, EventRejected: {Outcome: Reject}, EventUnknown: {Outcome: Mystery},
	} {
		w := newWorld(t)
		op := w.send(w.authorize())
		list := w.written(kind, func(l *Ledger, tk tick) error { return l.settle(tk, op.ID, verdictOf(a)) })
		if len(list) != 1 || list[0].OperationID != op.ID || list[0].PaymentID != op.PaymentID || list[0].Data.TradingID != "123" || list[0].Data.Telegram != "020" {
			t.Errorf("%s: %+v", kind, list)
		}
	}
}

// TestGoodUntil what the centre answered, else our own term.
func TestGoodUntil(t *testing.T) {
	t.Parallel()
	for name, days := range map[string]int{"answered": 3, "not answered": 0} {
		w := of(t, module(payment.Conveni))
		op := w.send(w.begin(nil))
		want := w.l.Current().LimitAt
		a := Answer{Outcome: Success, PaymentID: "p1", Needs: Needs{URL: "x"}}
		if days > 0 {
			want = w.now.AddDate(0, 0, days)
			a.LimitAt = want
		}
		w.settle(op, verdictOf(a))
		if p := w.l.Current(); p.Phase != payment.AwaitingPayment || want.IsZero() || !p.LimitAt.Equal(want) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestARefusalThatIsNotSettled stands in the timeline once, when it is known that 094 could
// not settle it; one that was settled reads as declined only.
func TestARefusalThatIsNotSettled(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		f      Finding
		events int
	}{
		"no answer": {Finding{Kind: NoAnswer}, 1},
		"unchanged": {Finding{Kind: Found, PaymentID: "p1", TradingID: "123", Type: "02", Status: payment.AuthOK, Amount: total}, 0},
	} {
		w := newWorld(t)
		w.authorised("p1")
		op := w.send(w.change(true))
		list := w.written(EventUnknown, func(l *Ledger, tk tick) error {
			return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "X"}), tt.f)
		})
		if len(list) != tt.events || tt.events == 1 && (list[0].Cause != "refused" || list[0].Data.Code != "X") {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

// TestNothingToClose: an operation that raised no alert writes none.
func TestNothingToClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	op := w.send(w.change(true))
	w.must(func(l *Ledger, tk tick) error {
		l.close(tk, l.operation(op.ID), verdict{state: payment.Succeeded})
		if len(l.Alerts) != 0 {
			t.Errorf("%+v", l.Alerts)
		}
		return nil
	})
}

// TestAReversalIsRefused and the centre tells another status with it: a person is told, and it
// is tried again.
func TestAReversalIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := other(w)
	op := w.send(w.reversal(p))
	w.settle(op, verdict{state: payment.DeclinedOp, cause: "inquiry", status: payment.CaptureRequested, code: "X"})
	p = w.l.payment(p.ID)
	if !w.alerts[string(AlertReversing)] || p.Status != payment.CaptureRequested || !p.AskAt.Equal(w.now.Add(backoff(1))) {
		t.Errorf("%+v, alerts %v", p, w.alerts)
	}
}

// TestTakenBackFromNobody: the old payment could not be cancelled, and what was to pay instead
// of it has ended meanwhile: the old one is the order's again.
func TestTakenBackFromNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.authorised("p1")
	w.moved(order.Delivered)
	s := w.sheet
	s.PaymentRow = storeRow
	op, err := w.save(s, LivingCancel)
	if err != nil {
		t.Fatal(err)
	}
	op = w.unknown(op)
	fresh := w.made(total)
	w.learnt(fresh, payment.AuthExpired)
	w.settle(op, verdictOf(Answer{Outcome: Reject, Code: "P010"}))
	if old = w.l.payment(old.ID); w.l.CurrentID != old.ID || old.Reverse || !w.alerts[string(AlertKept)] {
		t.Errorf("the order's is %s, alerts %v", w.l.CurrentID, w.alerts)
	}
}

// TestNothingPaysItAgain: an order that had nothing to pay, and then had, whose second payment
// lapsed as well, stays before a person (money.md §11).
func TestNothingPaysItAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.saved(w.sheet.priced(0), LivingAsk)
	var op *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: p.Amount, Total: 0, Actor: clerk})
		return err
	})
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success}))
	w.alerted()
	w.saved(w.sheet.priced(900), LivingAsk)
	w.alerted(AlertAmountOpen)
	second := w.made(900)
	w.alerted()
	w.moved(order.Delivered)
	w.learnt(second, payment.AuthExpired)
	w.alerted(AlertShippedUnpaid, AlertAmountOpen)
}

// TestRevivedWithSeveralPayments: the money that is here becomes the order's where its own
// payment has none, and stays a double payment beside one that has.
func TestRevivedWithSeveralPayments(t *testing.T) {
	t.Parallel()
	for name, living := range map[string]bool{"its own has ended": false, "its own stands": true} {
		w := newWorld(t)
		own := w.authorised("p1")
		if living {
			w.keeping(order.Canceled)
		} else {
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
		}
		w.status(order.Canceled)
		var second *Payment
		w.must(func(l *Ledger, tk tick) error {
			second = l.newPayment(tk, payment.Scheme{Method: payment.Card, System: payment.Link}, total)
			second.Phase, second.PaymentID, second.PaymentIDs = payment.AwaitingBuyer, "p2", []string{"p2"}
			return nil
		})
		w.learnt(second, payment.Cleared)
		if !w.alerts[string(AlertPaidCanceled)] {
			t.Fatalf("%s: alerts %v", name, w.alerts)
		}
		if err := w.revive(); err != nil {
			t.Fatal(err)
		}
		if living {
			w.alerted(AlertDouble)
		} else {
			w.alerted()
		}
		if want := map[bool]string{true: own.ID, false: second.ID}[living]; w.l.CurrentID != want {
			t.Errorf("%s: the order's is %s", name, w.l.CurrentID)
		}
		if paid := !w.l.Order.PaymentDate.IsZero(); paid == living {
			t.Errorf("%s: paid at %s", name, w.l.Order.PaymentDate)
		}
	}
}

// TestPointMoves: what a member is given, and what is taken, each with its own sign, as the
// store locks and rehearsals count them.
func TestPointMoves(t *testing.T) {
	t.Parallel()
	move := func(sign, points int64) []StockMove { return []StockMove{{Sign: sign, Points: points}} }
	for name, tt := range map[string]struct {
		guest bool
		do    func(*Ledger) error
		moves []StockMove
		held  int64
		code  string
	}{
		"given":                     {false, func(l *Ledger) error { l.grant(5); return nil }, move(1, 5), 30, ""},
		"taken back":                {false, func(l *Ledger) error { l.grant(-5); return nil }, move(-1, 5), 30, ""},
		"none given":                {false, func(l *Ledger) error { l.grant(0); return nil }, nil, 30, ""},
		"given to a guest":          {true, func(l *Ledger) error { l.grant(5); return nil }, nil, 30, ""},
		"spent":                     {false, func(l *Ledger) error { return l.spend(7) }, move(-1, 7), 37, ""},
		"all that are left spent":   {false, func(l *Ledger) error { return l.spend(10) }, move(-1, 10), 40, ""},
		"one too many":              {false, func(l *Ledger) error { return l.spend(11) }, nil, 30, "point.short"},
		"spent no longer":           {false, func(l *Ledger) error { return l.spend(-7) }, move(1, 7), 23, ""},
		"more back than were spent": {false, func(l *Ledger) error { return l.spend(-31) }, move(1, 30), 0, ""},
		"nothing":                   {false, func(l *Ledger) error { return l.spend(0) }, nil, 30, ""},
		"by a guest":                {true, func(l *Ledger) error { return l.spend(7) }, nil, 30, ""},
	} {
		l := &Ledger{Order: Head{CustomerID: 9}, Hold: &Hold{Points: 30}, Goods: &Goods{Points: 10}}
		if tt.guest {
			l.Order.CustomerID = 0
		}
		err := tt.do(l)
		same := slices.EqualFunc(l.Moves, tt.moves, func(a, b StockMove) bool {
			return a.Sign == b.Sign && a.Points == b.Points && len(a.Movements) == 0
		})
		if code(err) != tt.code || !same || l.Hold.Points != tt.held {
			t.Errorf("%s: %v, %+v, holds %d", name, err, l.Moves, l.Hold.Points)
		}
	}
	if err := (&Ledger{Order: Head{CustomerID: 9}, Hold: &Hold{}}).spend(0); err != nil { // nor are the goods loaded for it
		t.Error(err)
	}
}

// TestASavedSheetKeepsWhatShippingWrote: dates and numbers stay with their own destination.
func TestASavedSheetKeepsWhatShippingWrote(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	was := Sheet{Methods: []MethodRow{{ID: 1}}, Shippings: []Shipping{{ID: 1, ShippedAt: at, MailedAt: at, TrackingNumber: "one"}, {ID: 2, TrackingNumber: "two"}}}
	is := Sheet{Shippings: []Shipping{{ID: 2}, {ID: 1}, {ID: -1}}}.keeping(was)
	var got []string
	for _, s := range is.Shippings {
		got = append(got, s.TrackingNumber)
	}
	if !slices.Equal(got, []string{"two", "one", ""}) || !is.Shippings[1].ShippedAt.Equal(at) || !is.Shippings[0].ShippedAt.IsZero() || len(is.Methods) != 1 {
		t.Errorf("%+v", is)
	}
}

// TestAllOfPaidyIsGivenBack: 342 of the whole ends the payment; it is no correction to nothing.
func TestAllOfPaidyIsGivenBack(t *testing.T) {
	t.Parallel()
	w, p, _ := atPaidy(t)
	w.settle(w.send(w.change(true)), verdictOf(yes("p1")))
	op := w.send(w.change(false))
	if op.Kind != payment.RefundPaidy {
		t.Fatalf("cancelled by %s", op.Kind)
	}
	w.settle(op, verdictOf(yes("p1")))
	w.stands(p, payment.Ended, payment.Refunded)
	if p = w.l.payment(p.ID); p.Amount != total {
		t.Errorf("%d yen", p.Amount)
	}
	w.status(order.Canceled)
	w.holds(Released)
	w.alerted()
}

// TestSettledTwice: what is told of a settled operation once more fills in what was missing, and
// one that nobody knows is no operation.
func TestSettledTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	op := w.send(w.change(true))
	w.settle(op, verdictOf(Answer{Outcome: Success}))
	w.status(order.New)
	w.settle(op, verdict{state: payment.Succeeded, status: payment.Cleared, cause: "inquiry", paymentDate: w.now})
	w.status(order.Paid)
	w.settle(op, verdict{state: payment.Succeeded, cause: "answer"})
	w.status(order.Paid)
	w.alerted()
	for range 3 { // a resolver of another node comes with an older answer
		before, events := *w.l.operation(op.ID), w.events
		w.now = w.now.Add(time.Hour)
		if got := w.resolve(op, w.found(payment.AuthOK)); *got != before || w.events != events {
			t.Errorf("it was %+v, and is %+v", before, got)
		}
	}
	w.alerted()
	for name, err := range map[string]error{
		"settled": w.do(func(l *Ledger, tk tick) error { return l.settle(tk, "none", verdict{state: payment.Succeeded}) }),
		"refused": w.do(func(l *Ledger, tk tick) error { return l.settleRefused(tk, "none", verdict{}, Finding{}) }),
	} {
		if code(err) != "operation.unknown_id" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.do(func(l *Ledger, tk tick) error { return l.resolve(tk, "none", Finding{}, true) }); err != nil {
		t.Error(err)
	}
}

// TestAuthorisedAfterItsGoodsWentBack: as TestPaidAfterItsGoodsWentBack, for a card whose telegram
// was under way.
func TestAuthorisedAfterItsGoodsWentBack(t *testing.T) {
	t.Parallel()
	gone := func(w *world) { w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil }) }
	for name, learn := range map[string]func(*world, *Operation){
		"refused, and it stands all the same": func(w *world, op *Operation) {
			w.must(func(l *Ledger, tk tick) error {
				return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "X"}), w.found(payment.AuthOK))
			})
		},
		"answered": func(w *world, op *Operation) { w.settle(op, verdictOf(yes("p1"))) },
		"unknown, and corrected": func(w *world, op *Operation) {
			w.settle(op, verdictOf(Answer{Outcome: Mystery}))
			w.l.Current().addPaygentID("p1")
			w.now = w.now.Add(time.Minute)
			n, f := w.corrected("p2", "p1", "20", lower)
			w.confirm(n, &f)
			w.l.Order.Total = lower
			w.must(func(l *Ledger, tk tick) error { l.checkAmount(tk); return nil })
		},
	} {
		w := newWorld(t)
		op := w.send(w.authorize())
		gone(w)
		learn(w, op)
		if p := w.l.Current(); p.Phase != payment.Authorised || w.stock != begunWith-wanted {
			t.Errorf("%s: %s %s, %d in stock", name, p.Phase, p.End, w.stock)
		}
		w.status(order.New)
		w.holds(Committed)
		w.alerted()
	}
}

// TestAParentHasNoEffectOfItsOwn: what a change of the amount brings its steps bring.
func TestAParentHasNoEffectOfItsOwn(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.settle(parent, verdict{state: payment.Succeeded, cause: "answer"})
	w.stands(old, payment.Authorised, "")
	if old = w.l.payment(old.ID); old.Amount != total || w.l.operation(parent.ID).State != payment.Succeeded {
		t.Errorf("%+v", old)
	}
	w.status(order.New)
}

// TestCapturedWhileItIsReversed: an authorisation for another total is to be cancelled, and was
// captured there instead. Its order is taken in, under 金額未反映, and takes its goods again.
func TestCapturedWhileItIsReversed(t *testing.T) {
	t.Parallel()
	for name, learn := range map[string]func(*world, *Operation){
		"its cancellation is refused": func(w *world, op *Operation) {
			w.resolve(op, w.found(payment.AuthOK))
			w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
			op = w.send(w.reversal(w.l.Current()))
			w.must(func(l *Ledger, tk tick) error {
				return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline, Code: "X"}), w.found(payment.Cleared))
			})
		},
		"it was corrected there": func(w *world, _ *Operation) {
			w.l.Current().addPaygentID("p1")
			w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
			n, f := w.corrected("p2", "p1", "40", total)
			w.confirm(n, &f)
		},
	} {
		w := newWorld(t)
		op := w.unknown(w.authorize())
		w.l.Order.Total++
		w.now = w.now.Add(time.Minute)
		learn(w, op)
		if p := w.l.Current(); p.Phase != payment.Captured || p.Reverse || w.stock != begunWith-wanted {
			t.Errorf("%s: %+v, %d in stock", name, p, w.stock)
		}
		w.status(order.Paid)
		w.holds(Committed)
		w.alerted(AlertAmountOpen)
	}
}
