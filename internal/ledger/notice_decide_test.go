package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// toldOf is a notice, and foundOf what 094 found, of another method.
func (w *world) toldOf(m payment.Method, s payment.Status) *Notice {
	n := w.notice(s)
	n.Type = m.Type()
	return n
}

func (w *world) foundOf(m payment.Method, s payment.Status) Finding {
	f := w.found(s)
	f.Type = m.Type()
	return f
}

// TestHowOftenANoticeWasAskedAbout is kept with it, on every way.
func TestHowOftenANoticeWasAskedAbout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*world) *Notice
		f     func(*world) Finding
	}{
		"of our payment": {func(w *world) *Notice { w.authorised("p1"); return w.notice("40") }, noAnswer},
		"of an id that is new": {func(w *world) *Notice {
			w.authorised("p1")
			n := w.notice("20")
			n.PaymentID, n.Amount = "p9", 500
			return n
		}, noAnswer},
		"of a second payment": {func(w *world) *Notice {
			w.authorised("p1")
			n := w.notice("20")
			n.PaymentID = "p9"
			return n
		}, func(w *world) Finding { f := w.found("10"); f.PaymentID = "p9"; return f }},
		"made by hand":  {func(w *world) *Notice { w.l = entered(w.t, payment.Card).l; return w.notice("20") }, noAnswer},
		"of our own, 1": {func(w *world) *Notice { w.authorised("p1"); return w.notice("40") }, stood("40")},
	} {
		w := newWorld(t)
		n := tt.begin(w)
		if !w.take(n) || n.Asked != 0 {
			t.Errorf("%s: %d before", name, n.Asked)
		}
		f := tt.f(w)
		for times := 1; times <= 2 && n.State == NoticeReceived; times++ {
			if w.confirm(n, &f); n.Asked != times {
				t.Errorf("%s: asked %d times, not %d", name, n.Asked, times)
			}
		}
	}
}

// TestSameIDBackwards: the very notice that was applied last, told again with a status that
// goes back, is no older one: 094 decides.
func TestSameIDBackwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.captured("p1")
	n := w.notice(payment.AuthOK)
	n.NoticeID = w.l.payment(p.ID).LastNoticeID
	if n.NoticeID == 0 || !w.take(n) || n.State != NoticeReceived {
		t.Errorf("%+v", n)
	}
}

// TestNoticeOfACorrectedAmount: the target of our open correction is right, any other amount
// is not.
func TestNoticeOfACorrectedAmount(t *testing.T) {
	t.Parallel()
	for amount, want := range map[order.Yen]struct {
		state   NoticeState
		settled bool
	}{lower: {NoticeApplied, true}, total: {NoticeApplied, false}, 1000: {NoticeParked, false}} {
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
		op = w.unknown(op)
		w.now = op.DeadlineAt.Add(time.Minute)
		n, f := w.toldOf(payment.Carrier, payment.AuthOK), w.foundOf(payment.Carrier, payment.AuthOK)
		n.Amount, f.Amount = amount, amount
		if w.take(n) {
			w.confirm(n, &f)
		}
		if n.State != want.state || w.l.operation(op.ID).State.Open() == want.settled {
			t.Errorf("%s: %s %s, %+v", amount, n.State, n.Reason, w.l.operation(op.ID))
		}
		if p := w.l.payment(p.ID); want.settled && p.Amount != amount || !want.settled && p.Amount != total {
			t.Errorf("%s: the payment is of %s", amount, p.Amount)
		}
	}
}

// atCarrier is an order at the link type's page of the carriers: whose is not known.
func atCarrier(t *testing.T) (*world, *Payment) {
	t.Helper()
	w, p := atPage(t, payment.Scheme{Method: payment.Carrier, System: payment.Link})
	p.Brand = payment.NoBrand
	return w, p
}

// TestWhoseCarrier: 094 tells the carrier of a link type's payment, once; until then no
// notice is believed, whatever the shop's setting says.
func TestWhoseCarrier(t *testing.T) {
	t.Parallel()
	for _, confirm := range []Confirm{ConfirmAlways, ConfirmRisky, ConfirmNever} {
		w, p := atCarrier(t)
		w.policy.Confirm = confirm
		n := w.toldOf(payment.Carrier, payment.AuthOK)
		if !w.take(n) {
			t.Fatalf("%s: believed without 094", confirm)
		}
		silent := Finding{Kind: NoAnswer, Brand: payment.AU}
		w.confirm(n, &silent)
		if got := w.l.payment(p.ID).Brand; got != payment.NoBrand {
			t.Errorf("%s: %s by silence", confirm, got)
		}
		f := w.foundOf(payment.Carrier, payment.AuthOK)
		f.Brand = payment.Docomo
		w.confirm(n, &f)
		if p = w.l.payment(p.ID); p.Brand != payment.Docomo || p.Phase != payment.Authorised {
			t.Errorf("%s: %+v", confirm, p)
		}
		w.policy.Confirm = ConfirmNever
		if w.take(w.toldOf(payment.Carrier, payment.AuthComplete)) {
			t.Errorf("%s: asked again", confirm)
		}
		w.policy.Confirm = ConfirmAlways
		f = w.foundOf(payment.Carrier, payment.Cleared)
		f.Brand = payment.AU
		w.confirm(w.toldOf(payment.Carrier, payment.Cleared), &f)
		if got := w.l.payment(p.ID).Brand; got != payment.Docomo {
			t.Errorf("%s: it is %s now", confirm, got)
		}
	}
	w := newWorld(t) // what 094 tells beside a card is no carrier of it
	p := w.authorised("p1")
	f := w.found(payment.Cleared)
	f.Brand = payment.AU
	w.confirm(w.notice(payment.Cleared), &f)
	if got := w.l.payment(p.ID).Brand; got != payment.NoBrand {
		t.Errorf("a card of %s", got)
	}
}

// TestHowLongANoticeWaits for what is under way: to the telegram's deadline, or for seconds
// where nothing was sent yet.
func TestHowLongANoticeWaits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*world)
		wait  time.Duration
	}{
		"a telegram is planned":     {func(w *world) { w.authorised("p1"); w.change(true) }, 10 * time.Second},
		"a telegram is under way":   {func(w *world) { w.authorised("p1"); w.send(w.change(true)) }, 35 * time.Second},
		"its amount is changed":     {func(w *world) { w.begunChange() }, 10 * time.Second},
		"another step is under way": {func(w *world) { w.send(w.step(w.begunChange())) }, 10 * time.Second},
	} {
		w := newWorld(t)
		tt.begin(w)
		n := w.notice(payment.AuthExpired)
		n.PaymentID, n.TradingID = "p1", "123"
		if w.take(n) || n.State != NoticeReceived || n.Reason != NotParked || n.NextAt.Sub(w.now) != tt.wait {
			t.Errorf("%s: %s, waits %s", name, n.State, n.NextAt.Sub(w.now))
		}
		informs := w.notice(payment.CancelRequested)
		informs.PaymentID, informs.TradingID = "p1", "123"
		if w.take(informs) || informs.State != NoticeApplied {
			t.Errorf("%s: what only informs is %s", name, informs.State)
		}
	}
}

// begunChange is a change of the amount of the order's authorised payment p1.
func (w *world) begunChange() *Operation {
	w.t.Helper()
	p := w.authorised("p1")
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	return parent
}

// TestTwoUnderOneTradingID: under the original's way of re-authorising, a notice with an id
// that is new is of the one whose id is not known yet.
func TestTwoUnderOneTradingID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.policy.SameTradingID = true
	parent := w.begunChange()
	step := w.unknown(w.step(parent))
	fresh := w.l.payment(step.PaymentID)
	if fresh.TradingID != "123" {
		t.Fatalf("%+v", fresh)
	}
	w.now = step.DeadlineAt.Add(time.Minute)
	n := w.notice(payment.AuthOK)
	n.PaymentID, n.TradingID, n.Amount = "p2", "123", lower
	f := w.found(payment.AuthOK)
	f.PaymentID, f.Amount = "p2", lower
	if !w.take(n) {
		t.Fatal("not asked")
	}
	w.confirm(n, &f)
	if fresh = w.l.payment(fresh.ID); fresh.PaymentID != "p2" || fresh.Phase != payment.Authorised || n.State != NoticeApplied || len(w.l.Payments) != 2 {
		t.Errorf("%+v, notice %s %s, %d payments", fresh, n.State, n.Reason, len(w.l.Payments))
	}
	if named := w.l.named(&Notice{TradingID: "123"}); named != w.l.Payments[0] {
		t.Errorf("with both known it is of %+v", named)
	}
}

// TestTheNextTryAfterAStranger has a trading_id of its own.
func TestTheNextTryAfterAStranger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := notHappened(w)
	n := w.notice(payment.AuthOK)
	n.TradingID, n.PaymentID, n.Amount = "123", "p9", 500
	w.confirm(n, &Finding{Kind: Found, PaymentID: "p9", TradingID: "123", Type: "02", Status: "20", Amount: 500, BegunAt: w.now})
	if got := w.l.Payments[1]; got.Seq != 2 || !got.Adopted || got.TradingID != p.TradingID {
		t.Errorf("%+v", got)
	}
	w.authorize()
	if got := w.l.Current(); got.Seq != 3 || got.TradingID != "123_3" {
		t.Errorf("%+v", got)
	}
}

// TestANoticeOfTheReplaced: what is told of a payment whose place another one took is asked
// about, but for what we know of it already.
func TestANoticeOfTheReplaced(t *testing.T) {
	t.Parallel()
	for told, ask := range map[payment.Status]bool{"32": false, "60": true, "33": true, "31": true} {
		w := newWorld(t)
		old := w.authorised("p1")
		n, f := w.corrected("p2", "p1", "20", lower)
		w.confirm(n, &f)
		if w.l.Current().PaymentID != "p2" || w.l.replacement(w.l.payment(old.ID)) == nil {
			t.Fatalf("%+v", w.l.Current())
		}
		w.policy.Confirm = ConfirmNever
		again := w.notice(told)
		again.PaymentID, again.TradingID = "p1", "123"
		if got := w.take(again); got != ask {
			t.Errorf("%s: asked %v, %s", told, got, again.State)
		}
		w.policy.Confirm = ConfirmNever
		own := w.notice(payment.AuthOK)
		if own.Amount = lower; w.take(own) {
			t.Errorf("%s: its successor's is asked about", told)
		}
	}
}

// TestFurtherAlongASale: what the centre does by itself after 消込済 is believed; what comes
// back is not.
func TestFurtherAlongASale(t *testing.T) {
	t.Parallel()
	for told, ask := range map[payment.Status]bool{"41": false, "44": false, "42": false, "60": true, "62": true, "20": true} {
		w := newWorld(t)
		p := w.captured("p1")
		p.Method, p.Brand = payment.Carrier, payment.Docomo
		w.l.Order.MethodClass = p.scheme().Class()
		w.l.Operations = nil // told by the centre alone
		if got := w.take(w.toldOf(payment.Carrier, told)); got != ask {
			t.Errorf("%s: asked %v", told, got)
		}
	}
	for _, told := range []payment.Status{"41", "44"} { // but not before it was sold
		w := newWorld(t)
		p := w.authorised("p1")
		p.Method, p.Brand = payment.Carrier, payment.Docomo
		w.l.Order.MethodClass = p.scheme().Class()
		if !w.take(w.toldOf(payment.Carrier, told)) {
			t.Errorf("%s of an authorisation is believed", told)
		}
	}
}

// TestWrongAmountClosesTheTry as refused for its amount, not as one that had succeeded.
func TestWrongAmountClosesTheTry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	w.now = w.now.Add(time.Minute)
	n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	n.Amount, f.Amount = 500, 500
	w.confirm(n, &f)
	if op = w.l.operation(op.ID); op.State != payment.DeclinedOp || op.Code != "amount" || op.Cause != noticeCause(n) {
		t.Errorf("%+v", op)
	}

	w, p := atCarrier(t) // nothing of ours is under way, and the buyer pays another amount there
	n, f = w.toldOf(payment.Carrier, payment.AuthOK), w.foundOf(payment.Carrier, payment.AuthOK)
	n.Amount, f.Amount, f.Brand = 500, 500, payment.AU
	w.confirm(n, &f)
	w.stands(p, payment.Authorised, payment.WrongAmount)
	w.status(order.Processing)
	w.holds(Released)
	w.alerted(AlertAmount)
}

// TestParkedAgain: a notice that is tried again in vain tells nothing new, unless for another
// reason, or by a person's hand.
func TestParkedAgain(t *testing.T) {
	t.Parallel()
	park := func(w *world, n *Notice, why ParkReason) int64 {
		before := w.events
		w.must(func(l *Ledger, tk tick) error { return l.park(tk, n, why) })
		if n.State != NoticeParked || n.Reason != why || !n.NextAt.IsZero() {
			t.Errorf("%+v", n)
		}
		return w.events - before
	}
	for name, tt := range map[string]struct {
		change func(*Notice)
		why    ParkReason
		lines  int64
	}{
		"woken":              {func(n *Notice) { n.NextAt = n.ReceivedAt }, ParkNoOrder, 0},
		"for another reason": {func(n *Notice) { n.NextAt = n.ReceivedAt }, ParkAmount, 1},
		"by hand":            {func(*Notice) {}, ParkNoOrder, 1},
		"waited meanwhile":   {func(n *Notice) { n.wait(n.ReceivedAt) }, ParkNoOrder, 0},
	} {
		w := newWorld(t)
		n := w.notice(payment.AuthOK)
		if lines := park(w, n, ParkNoOrder); lines != 2 { // the notice, and its alert
			t.Errorf("%s: %d lines at first", name, lines)
		}
		tt.change(n)
		if lines := park(w, n, tt.why); lines != tt.lines {
			t.Errorf("%s: %d lines", name, lines)
		}
		w.alerted(AlertNoticeParked)
	}
}

// TestANoticeWaitsForTheBuyersReturn where the shop's policy asks how they were authenticated,
// ten minutes long.
func TestANoticeWaitsForTheBuyersReturn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		attempts Attempts
		after    time.Duration
		waits    bool
	}{
		"it matters": {FullOnly, time.Minute, true}, "nobody comes back": {FullOnly, returnTerm, false}, "it does not matter": {AcceptAttempts, time.Minute, false},
	} {
		w, p := challenged1(t)
		w.policy.Attempts = tt.attempts
		w.now = w.now.Add(tt.after)
		n := w.notice(payment.AuthOK)
		asked := w.take(n)
		if waits := !asked && n.State == NoticeReceived; waits != tt.waits || waits && !n.NextAt.Equal(p.BegunAt.Add(returnTerm)) {
			t.Errorf("%s: asked %v, %s until %s", name, asked, n.State, n.NextAt)
		}
	}
}

// TestAnOlderWordThanTheLast: the notice of 3-D Secure under way (14) comes after the newer one
// of the card refused at its page (10). 094 agrees with the newer, so the older waits for
// nothing; one of money is not put aside like that.
func TestAnOlderWordThanTheLast(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		told, found payment.Status
		older       bool
		want        NoticeState
	}{
		"older, 094 agrees with the newer": {"14", "10", true, NoticeSuperseded},
		"older, 094 tells something else":  {"14", "13", true, NoticeSuperseded},
		"newer":                            {"14", "10", false, NoticeReceived},
		"older, of money":                  {"20", "10", true, NoticeReceived},
	} {
		w, _ := challenged1(t)
		w.policy.Confirm = ConfirmAlways
		last := w.notice("10")
		if f := w.found("10"); w.take(last) {
			w.confirm(last, &f)
		}
		if last.State != NoticeApplied || w.l.Current().LastNoticeID != last.NoticeID {
			t.Fatalf("%s: %+v", name, last)
		}
		n, f := w.notice(tt.told), w.found(tt.found)
		if tt.older {
			n.NoticeID = last.NoticeID - 1
		}
		if !w.take(n) {
			t.Fatalf("%s: not asked about: %+v", name, n)
		}
		if w.confirm(n, &f); n.State != tt.want {
			t.Errorf("%s: %s %s", name, n.State, n.Reason)
		}
	}
}
