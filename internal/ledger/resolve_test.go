package ledger

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhenTheUnknownIsAskedAbout: at once, 10 s, 1 min, 5 min, 30 min, then hourly
// (money.md §3), however long an answer takes.
func TestWhenTheUnknownIsAskedAbout(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ after, next time.Duration }{
		{0, 10 * time.Second}, {9 * time.Second, 10 * time.Second}, {10 * time.Second, time.Minute}, {59 * time.Second, time.Minute},
		{time.Minute, 5 * time.Minute}, {5 * time.Minute, 30 * time.Minute}, {29 * time.Minute, 30 * time.Minute},
		{30 * time.Minute, 90 * time.Minute}, {90 * time.Minute, 150 * time.Minute}, {47 * time.Hour, 48 * time.Hour},
	} {
		if got := nextAsk(since, since.Add(tt.after)).Sub(since); got != tt.next {
			t.Errorf("asked after %s, again after %s, not %s", tt.after, got, tt.next)
		}
	}
	w := newWorld(t)
	op := w.unknown(w.authorize())
	if !op.NextAskAt.Equal(w.now) || op.Owner != "" || !op.LeaseUntil.IsZero() {
		t.Errorf("not asked at once: %+v", op)
	}
	for _, at := range []time.Duration{0, 10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 90 * time.Minute} {
		if got := op.NextAskAt.Sub(op.UnknownAt); got != at {
			t.Fatalf("asked after %s, not %s", got, at)
		}
		w.now = op.NextAskAt
		op = w.resolve(op, Finding{Kind: NoAnswer})
		if late := at >= 30*time.Minute; w.alerts[string(AlertUnknown)] != late || (op.AlertLevel > 0) != late {
			t.Errorf("after %s: alerts %v", at, w.alerts)
		}
	}
	if op.State != payment.UnknownState || op.Asked != 6 {
		t.Errorf("no answer settled it: %+v", op)
	}
	w.resolve(op, w.found(payment.AuthOK))
	if len(w.alerts) != 0 {
		t.Errorf("alerts %v are left", w.alerts)
	}
	w.status(order.New)
}

// step is one inquiry's answer, some time after the telegram was sent.
type step struct {
	at   time.Duration
	f    func(*world) Finding
	open bool // nothing is settled by it
}

func noSuch(*world) Finding   { return Finding{Kind: NoSuch, Code: "SIM003"} }
func noAnswer(*world) Finding { return Finding{Kind: NoAnswer} }
func stood(s payment.Status) func(*world) Finding {
	return func(w *world) Finding { return w.found(s) }
}

// TestNegativeAnswers: the telegram's deadline is 35 s after it was sent; nothing is
// settled before 95 s, and then by two negative answers 60 s apart (money.md §3).
func TestNegativeAnswers(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, steps := range map[string][]step{
		"two after the margin":          {{95 * s, noSuch, true}, {155 * s, noSuch, false}},
		"one before the margin counts":  {{40 * s, noSuch, true}, {100 * s, noSuch, false}},
		"both before the margin":        {{35 * s, noSuch, true}, {94 * s, noSuch, true}, {95 * s, noSuch, false}},
		"one before the deadline":       {{34 * s, noSuch, true}, {95 * s, noSuch, true}, {154 * s, noSuch, true}, {155 * s, noSuch, false}},
		"too near to each other":        {{95 * s, noSuch, true}, {154 * s, noSuch, true}, {155 * s, noSuch, false}},
		"transit between them":          {{95 * s, noSuch, true}, {120 * s, stood("30"), true}, {155 * s, noSuch, true}, {215 * s, noSuch, false}},
		"silence between them":          {{95 * s, noSuch, true}, {120 * s, noAnswer, true}, {155 * s, noSuch, true}, {215 * s, noSuch, false}},
		"applied for, twice":            {{95 * s, stood("10"), true}, {155 * s, stood("10"), false}},
		"refused before the deadline":   {{34 * s, stood("11"), true}, {35 * s, stood("11"), false}},
		"refused":                       {{35 * s, stood("11"), false}},
		"abandoned":                     {{35 * s, stood("13"), false}},
		"at 3-D Secure":                 {{34 * s, stood("14"), true}, {35 * s, stood("14"), false}},
		"transit settles nothing":       {{100 * s, stood("30"), true}, {200 * s, stood("42"), true}, {300 * s, stood("50"), true}},
		"authorised before the margin":  {{1 * s, stood("20"), false}},
		"authorised after one negative": {{95 * s, noSuch, true}, {100 * s, stood("20"), false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			began := w.now
			op := w.unknown(w.authorize())
			for _, st := range steps {
				w.now = began.Add(st.at)
				if op = w.resolve(op, st.f(w)); op.State.Open() != st.open {
					t.Fatalf("after %s: %+v", st.at, op)
				}
			}
			if name[:4] != "auth" && !op.State.Open() {
				w.status(order.Processing)
				w.holds(Released)
			}
		})
	}
}

// TestTheSecondNegativeAnswerIsNotAwaitedForMinutes: it is asked for 60 s after the first.
func TestTheSecondNegativeAnswerIsNotAwaitedForMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	w.now = op.DeadlineAt.Add(2 * time.Minute)
	op = w.resolve(op, noSuch(w))
	if got := op.NextAskAt.Sub(w.now); got != time.Minute {
		t.Errorf("asked again after %s", got)
	}
	w = newWorld(t)
	op = w.unknown(w.authorize())
	w.now = op.DeadlineAt
	op = w.resolve(op, noSuch(w))
	if got := op.NextAskAt; got.After(op.DeadlineAt.Add(settleMargin)) {
		t.Errorf("asked again %s after the deadline", got.Sub(op.DeadlineAt))
	}
}

// TestEndsOfAnUnknownAuthorisation: how the payment ends, and that the buyer is back.
func TestEndsOfAnUnknownAuthorisation(t *testing.T) {
	t.Parallel()
	for status, end := range map[payment.Status]payment.End{"11": payment.Declined, "13": payment.Declined, "14": payment.Unreachable} {
		w := newWorld(t)
		op := w.unknown(w.authorize())
		w.now = w.now.Add(2 * time.Minute)
		w.resolve(op, w.found(status))
		w.status(order.Processing)
		w.holds(Released)
		w.stands(w.l.Current(), payment.Ended, end)
	}
	w := newWorld(t)
	op := w.unknown(w.authorize())
	for range 2 {
		w.now = w.now.Add(2 * time.Minute)
		op = w.resolve(op, noSuch(w))
	}
	w.stands(w.l.Current(), payment.Ended, payment.NotHappened)
	if op.State != payment.DeclinedOp || op.Cause != "not_happened" {
		t.Errorf("settled as %s because of %s", op.State, op.Cause)
	}
}

// TestNoWitness: "no such payment" without a witness is no answer, unless a refusal
// is in hand.
func TestNoWitness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	for range 5 {
		w.now = w.now.Add(time.Hour)
		w.must(func(l *Ledger, t tick) error { return l.resolve(t, op.ID, Finding{Kind: NoSuch}, false) })
	}
	if op = w.l.operation(op.ID); !op.State.Open() || !op.NegativeAt.IsZero() {
		t.Errorf("settled without a witness: %+v", op)
	}
	// One that agrees only with an answer nobody witnessed does not settle it either.
	w.resolve(op, noSuch(w))
	if op = w.l.operation(op.ID); !op.State.Open() {
		t.Errorf("settled by one witnessed answer: %+v", op)
	}
}

// TestTransitForADay raises its alert once.
func TestTransitForADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	op := w.unknown(w.change(true))
	began := w.now
	for _, tt := range []struct {
		after time.Duration
		alert bool
	}{{time.Minute, false}, {23 * time.Hour, false}, {24 * time.Hour, true}, {25 * time.Hour, true}} {
		w.now = began.Add(tt.after)
		op = w.resolve(op, w.found("30"))
		if w.alerts[string(AlertTransit)] != tt.alert {
			t.Errorf("after %s: %v", tt.after, w.alerts)
		}
	}
	w.resolve(op, w.found(payment.Cleared))
	if len(w.alerts) != 0 {
		t.Errorf("alerts %v are left", w.alerts)
	}
	w.stands(w.l.Current(), payment.Captured, "")
	w.status(order.Paid)
}

// TestRefusalInHand: one 094 that does not contradict it settles it (money.md §2).
func TestRefusalInHand(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		f     func(*world) Finding
		state payment.State
		order order.Status
	}{
		"applied for":     {stood("10"), payment.DeclinedOp, order.Processing},
		"refused":         {stood("11"), payment.DeclinedOp, order.Processing},
		"abandoned":       {stood("13"), payment.DeclinedOp, order.Processing},
		"no such payment": {noSuch, payment.DeclinedOp, order.Processing},
		"it stands":       {stood("20"), payment.Succeeded, order.New},
		"captured even":   {stood("40"), payment.Succeeded, order.Paid},
		"silence":         {noAnswer, payment.UnknownState, order.Pending},
		"transit":         {stood("30"), payment.UnknownState, order.Pending},
		"at 3-D Secure":   {stood("14"), payment.UnknownState, order.Pending},
		"another's payment": {func(w *world) Finding {
			f := w.found("20")
			f.Amount++
			return f
		}, payment.UnknownState, order.Pending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			op := w.send(w.authorize())
			v := verdictOf(Answer{Outcome: Decline, Code: "9999", Detail: "why"})
			w.must(func(l *Ledger, tk tick) error { return l.settleRefused(tk, op.ID, v, tt.f(w)) })
			op = w.l.operation(op.ID)
			if op.State != tt.state {
				t.Fatalf("settled as %s", op.State)
			}
			w.status(tt.order)
			if tt.state == payment.DeclinedOp && (op.Code != "9999" || op.Detail != "why") {
				t.Errorf("the refusal reads %q %q", op.Code, op.Detail)
			}
			if tt.state == payment.UnknownState { // settled by the first good answer, without waiting
				w.now = w.now.Add(time.Second)
				w.must(func(l *Ledger, tk tick) error { return l.resolve(tk, op.ID, noSuch(w), false) })
				if op = w.l.operation(op.ID); op.State != payment.DeclinedOp || op.Code != "9999" {
					t.Errorf("then settled as %+v", op)
				}
			}
		})
	}
}

// TestIDInUse: 2005 says that another payment bears the id; finding that one does not
// contradict it (money.md §2).
func TestIDInUse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Finding)
		state  payment.State
	}{
		"another amount":         {func(f *Finding) { f.Amount++ }, payment.DeclinedOp},
		"another type":           {func(f *Finding) { f.Type = "03" }, payment.DeclinedOp},
		"begun long before":      {func(f *Finding) { f.BegunAt = f.BegunAt.Add(-time.Hour) }, payment.DeclinedOp},
		"long ago, and captured": {func(f *Finding) { f.BegunAt, f.Status = f.BegunAt.Add(-time.Hour), "40" }, payment.DeclinedOp},
		"none now":               {func(f *Finding) { *f = Finding{Kind: NoSuch} }, payment.DeclinedOp},
		"ours after all":         {func(*Finding) {}, payment.Succeeded},
		"several, or silence":    {func(f *Finding) { *f = Finding{Kind: NoAnswer, Code: "SIM004"} }, payment.UnknownState},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, late := range []bool{false, true} { // 094 answers at once, or only when asked again
				w := newWorld(t)
				op := w.send(w.authorize())
				f := w.found("20")
				tt.change(&f)
				first := f
				if late {
					first = Finding{Kind: NoAnswer}
				}
				v := verdictOf(Answer{Outcome: Decline, Code: idInUseCode, IDInUse: true, PaymentID: "p9"}) // whose, it says
				w.must(func(l *Ledger, tk tick) error { return l.settleRefused(tk, op.ID, v, first) })
				if late {
					w.now = w.now.Add(time.Minute)
					w.resolve(op, f)
				}
				if op = w.l.operation(op.ID); op.State != tt.state {
					t.Errorf("late %v: settled as %s", late, op.State)
				}
				p := w.l.Current()
				if tt.state == payment.DeclinedOp && (p.PaymentID != "" || p.Status != "" || w.l.Order.Status != order.Processing) || slices.Contains(p.PaymentIDs, "p9") {
					t.Errorf("late %v: the other's facts were taken: %+v", late, p)
				}
			}
		})
	}
}

// TestIDInUseByAStranger: what the refusal said of whose it is does not become ours, nor pay the
// order, whatever is heard of it later.
func TestIDInUseByAStranger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.send(w.authorize())
	v := verdictOf(Answer{Outcome: Decline, Code: idInUseCode, IDInUse: true, PaymentID: "p9"})
	stranger := w.found(payment.AuthOK)
	stranger.PaymentID, stranger.BegunAt = "p9", w.now.Add(-time.Hour)
	w.must(func(l *Ledger, tk tick) error { return l.settleRefused(tk, op.ID, v, Finding{Kind: NoAnswer}) })
	w.now = w.now.Add(time.Minute)
	if op = w.resolve(op, stranger); op.State != payment.DeclinedOp {
		t.Fatalf("%+v", op)
	}
	stranger.Status = payment.Cleared
	n := w.notice(payment.Cleared)
	n.PaymentID = "p9"
	w.confirm(n, &stranger)
	w.status(order.Processing)
	w.stands(w.l.Payments[0], payment.Ended, payment.Declined)
}

// TestRefusedChangeTakesWhatIsFound: already captured, already cancelled, expired …
func TestRefusedChangeTakesWhatIsFound(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		capture bool
		status  payment.Status
		state   payment.State
		phase   payment.Phase
		end     payment.End
		order   order.Status
	}{
		"capture, nothing changed":   {true, "20", payment.DeclinedOp, payment.Authorised, "", order.New},
		"capture, already captured":  {true, "40", payment.Succeeded, payment.Captured, "", order.Paid},
		"capture, already cancelled": {true, "32", payment.DeclinedOp, payment.Ended, payment.Canceled, order.Canceled},
		"capture, expired":           {true, "33", payment.DeclinedOp, payment.Ended, payment.Expired, order.Canceled},
		"capture, under way":         {true, "30", payment.UnknownState, payment.Authorised, "", order.New},
		"cancel, nothing changed":    {false, "20", payment.DeclinedOp, payment.Authorised, "", order.New},
		"cancel, already cancelled":  {false, "32", payment.Succeeded, payment.Ended, payment.Canceled, order.Canceled},
		"cancel, captured meanwhile": {false, "40", payment.DeclinedOp, payment.Captured, "", order.Paid},
		"cancel, expired":            {false, "33", payment.DeclinedOp, payment.Ended, payment.Expired, order.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			op := w.send(w.change(tt.capture))
			v := verdictOf(Answer{Outcome: Decline, Code: "SIM002"})
			w.must(func(l *Ledger, tk tick) error { return l.settleRefused(tk, op.ID, v, w.found(tt.status)) })
			if got := w.l.operation(op.ID).State; got != tt.state {
				t.Errorf("settled as %s", got)
			}
			w.stands(p, tt.phase, tt.end)
			w.status(tt.order)
		})
	}
}

// TestBackoff: a refused cancellation is tried again after at least ten seconds, then along
// the schedule, then hourly.
func TestBackoff(t *testing.T) {
	t.Parallel()
	for n, want := range []time.Duration{10 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, time.Hour, time.Hour} {
		if got := backoff(n); got != want {
			t.Errorf("try %d: after %s, not %s", n, got, want)
		}
	}
}

// TestAnAlertIsRaisedOnce: what is open for long needs a person once, at half an hour, and
// once more where the centre is at work for a day.
func TestAnAlertIsRaisedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1")
	op := w.unknown(w.change(true))
	began := w.now
	for _, tt := range []struct {
		after  time.Duration
		raises int
	}{{30*time.Minute - 1, 0}, {30 * time.Minute, 1}, {2 * time.Hour, 0}, {24*time.Hour - 1, 0}, {24 * time.Hour, 1}, {30 * time.Hour, 0}} {
		w.now = began.Add(tt.after)
		raised := w.written(EventAlertOpened, func(l *Ledger, tk tick) error {
			l.OpenAlerts = nil // though the store does not tell which are open
			return l.resolve(tk, op.ID, w.found("30"), true)
		})
		if len(raised) != tt.raises {
			t.Errorf("after %s: %+v", tt.after, raised)
		}
	}
}

// TestPaidyIsAskedByItsTradingID where it is no longer found under its id after a 341, and
// nobody knows what took its place; nothing else is asked about twice.
func TestPaidyIsAskedByItsTradingID(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind    payment.Kind
		byID    Finding
		heir    bool
		without bool // no payment_id is known
		want    payment.Status
		asked   int
	}{
		"no longer found":        {payment.CapturePaidy, Finding{Kind: NoSuch}, false, false, payment.Cleared, 3},
		"found":                  {payment.CapturePaidy, Finding{Kind: Found, PaymentID: "p1", Status: payment.AuthOK}, false, false, payment.AuthOK, 1},
		"no answer":              {payment.CapturePaidy, Finding{Kind: NoAnswer}, false, false, "", 1},
		"its heir is known":      {payment.CapturePaidy, Finding{Kind: NoSuch}, true, false, "", 3},
		"another telegram's":     {payment.RefundPaidy, Finding{Kind: NoSuch}, false, false, "", 2},
		"its id was never known": {payment.CapturePaidy, Finding{Kind: NoSuch}, false, true, payment.Cleared, 1},
	} {
		w, p, found := atPaidy(t)
		p = w.l.payment(p.ID)
		s := open(t, w)
		s.there["p1"] = tt.byID
		several := found(payment.Cleared)
		several.PaymentID = "p2"
		s.there["123"] = several
		if tt.heir {
			h := found(payment.Cleared)
			h.PaymentID = "p3"
			s.next["p1"], s.there["p3"] = []Successor{{PaymentID: "p3"}}, h
		}
		if tt.without {
			p.PaymentID, p.PaymentIDs = "", nil
		}
		if !tt.heir { // what bears the id began before ours: nothing took its place
			several.BegunAt = p.BegunAt.Add(-time.Hour)
			s.there["123"] = several
			s.there["p2"] = several
		}
		f := s.service.askAbout(bg, s.l, &Operation{Kind: tt.kind, PaymentID: p.ID, Environment: payment.Simulator, MerchantID: "m"}, p, "")
		if f.Status != tt.want || (f.Heir != nil) != tt.heir {
			t.Errorf("%s: %+v, asked %+v", name, f, s.asked)
		}
		if len(s.asked) < tt.asked {
			t.Errorf("%s: asked %+v", name, s.asked)
		}
	}
}

// TestTheIDOfWhatSettledIt is learnt from an answer about our payment, and from no other.
func TestTheIDOfWhatSettledIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		f  func(*world) Finding
		id string
	}{
		"found":                {func(w *world) Finding { return w.found(payment.AuthOK) }, "p1"},
		"found refused":        {func(w *world) Finding { return w.found(payment.AuthNG) }, "p1"},
		"found, another type":  {func(w *world) Finding { f := w.found(payment.AuthOK); f.Type = "05"; return f }, ""},
		"found, another's yen": {func(w *world) Finding { f := w.found(payment.AuthOK); f.Amount++; return f }, ""},
	} {
		w := newWorld(t)
		op := w.unknown(w.authorize())
		w.now = w.now.Add(time.Hour)
		w.resolve(op, tt.f(w))
		if p := w.l.Payments[0]; p.PaymentID != tt.id {
			t.Errorf("%s: %q", name, p.PaymentID)
		}
	}
}

// TestTheCancellationOfAnother: an authorisation that was answered without a payment_id is asked
// about by its trading_id. Another payment that bears it too, and is cancelled, is no evidence
// that ours is: the order would be given up, and the buyer's money stay reserved.
func TestTheCancellationOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("")
	n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	n.PaymentID, f.PaymentID, n.Amount, f.Amount = "p9", "p9", 598, 598
	w.confirm(n, &f)
	stranger := w.l.holder("p9")
	if stranger == nil || stranger.ID == p.ID {
		t.Fatalf("%s %s, %+v", n.State, n.Reason, stranger)
	}
	w.settle(w.send(w.reversal(stranger)), verdictOf(Answer{Outcome: Success}))
	w.stands(stranger, payment.Ended, payment.Canceled)
	var op *Operation
	w.must(func(l *Ledger, tk tick) error {
		op = l.planOperation(tk, l.payment(p.ID), payment.CancelAuthorization, orderKey(l.Order.ID), tk.node, clerk, "", total)
		return nil
	})
	op = w.unknown(op)
	f.Status = payment.AuthCancelDone
	for range 3 {
		w.now = w.now.Add(5 * time.Minute)
		op = w.resolve(op, f)
	}
	if op.State != payment.UnknownState {
		t.Errorf("the cancellation is %s by %s", op.State, op.Cause)
	}
	w.stands(p, payment.Authorised, "")
	w.status(order.New)
	w.holds(Committed)
	f = w.found(payment.AuthCancelDone) // it is ours now
	w.resolve(op, f)
	w.stands(p, payment.Ended, payment.Canceled)
	w.status(order.Canceled)
}
