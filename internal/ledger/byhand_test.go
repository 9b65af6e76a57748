package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// silent is a shop whose first authorisation was never answered, long ago enough for staff
// to settle it; the centre says nothing about it.
func silent(t *testing.T) (*shop, *Operation) {
	t.Helper()
	s := open(t, newWorld(t))
	op := s.unknown(s.authorize())
	s.now = op.DeadlineAt.Add(settleMargin)
	return s, op
}

func (s *shop) word(op *Operation, happened bool) (Result, error) {
	return s.service.SettleUnknown(context.Background(), SettleUnknown{Order: s.order(), Operation: op.ID, Happened: happened, Reason: " ペイジェントオンラインで確認 ", Actor: clerk})
}

// TestAWord is believed where everything is silent, with the reason kept beside it, and
// only once.
func TestAWord(t *testing.T) {
	t.Parallel()
	for happened, want := range map[bool]struct {
		state payment.State
		order order.Status
		hold  HoldState
		step  StepKind
	}{
		true:  {payment.Succeeded, order.New, Committed, StepComplete},
		false: {payment.DeclinedOp, order.Processing, Released, StepPay},
	} {
		s, op := silent(t)
		if err := MaySettleByHand(s.l, op.ID, s.now); err != nil {
			t.Errorf("staff are not offered it: %v", err)
		}
		r, err := s.word(op, happened)
		if err != nil || r.Replayed || r.Operation.State != want.state || r.Operation.Cause != byHand || r.Step.Kind != want.step {
			t.Errorf("%v: %+v, %v", happened, r, err)
		}
		s.status(want.order)
		s.holds(want.hold)
		said := len(s.calls)
		if r, err = s.word(op, happened); err != nil || !r.Replayed || r.Operation.ID != op.ID || r.Step.Kind != want.step {
			t.Errorf("%v, again: %+v, %v", happened, r, err)
		}
		if again := s.calls[said:]; len(s.asked) != 1 || len(again) != 2 {
			t.Errorf("%v, again: asked %d times, called %v", happened, len(s.asked), again)
		}
		if _, err = s.word(op, !happened); code(err) != "operation.settled" {
			t.Errorf("%v, and then the contrary: %v", happened, err)
		}
		if err := MaySettleByHand(s.l, op.ID, s.now); code(err) != map[bool]string{true: "operation.settled"}[happened] {
			t.Errorf("%v: offered again: %v", happened, err) // "no" said again changes nothing
		}
		s.status(want.order)
	}
}

// TestNoWordNow: why staff cannot settle it by hand, on the page and when they try.
func TestNoWordNow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*shop, *Operation)
		code  string
	}{
		"now":                   {func(*shop, *Operation) {}, ""},
		"it may be on its way":  {func(s *shop, op *Operation) { s.now = op.DeadlineAt.Add(settleMargin - time.Millisecond) }, "operation.in_flight"},
		"it is only planned":    {func(s *shop, op *Operation) { op.State = payment.Planned }, "operation.open"},
		"it was sent just now":  {func(s *shop, op *Operation) { op.State = payment.Sent }, "operation.open"},
		"the answer came after": {func(s *shop, op *Operation) { s.settle(op, verdictOf(yes("p1"))) }, "operation.settled"},
		"it is none":            {func(s *shop, op *Operation) { op.ID = "another" }, "operation.none"},
	} {
		s, op := silent(t)
		id := *op
		tt.begin(s, s.l.operation(op.ID))
		if err := MaySettleByHand(s.l, id.ID, s.now); code(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
		r, err := s.word(&id, true)
		if code(err) != tt.code {
			t.Errorf("%s, tried: %v", name, err)
		}
		if tt.code != "" && (len(s.asked) != 0 || r.Operation.Cause == byHand) {
			t.Errorf("%s: asked %d times, %+v", name, len(s.asked), r)
		}
	}
	s, op := silent(t)
	for _, reason := range []string{"", " ", "\t\n"} {
		_, err := s.service.SettleUnknown(context.Background(), SettleUnknown{Order: s.order(), Operation: op.ID, Happened: true, Reason: reason, Actor: clerk})
		if code(err) != "operation.reason" || len(s.calls) != 0 {
			t.Errorf("reason %q: %v, called %v", reason, err, s.calls)
		}
	}
}

// TestEvidenceBeforeAWord: what 094 tells goes before what anybody says.
func TestEvidenceBeforeAWord(t *testing.T) {
	t.Parallel()
	noSuchPayment := func(*shop) Finding { return Finding{Kind: NoSuch} }
	for name, tt := range map[string]struct {
		found     func(*shop) Finding
		happened  bool
		witnessed bool
		code      string
		state     payment.State
		cause     string
		order     order.Status
	}{
		"it stands, and staff say no":     {func(s *shop) Finding { return s.world.found(payment.AuthOK) }, false, false, "", payment.Succeeded, "inquiry", order.New},
		"it was refused, staff say yes":   {func(s *shop) Finding { return s.world.found(payment.AuthNG) }, true, false, "", payment.DeclinedOp, "inquiry", order.Processing},
		"the centre is at work":           {func(s *shop) Finding { return s.world.found(payment.CaptureRequested) }, true, false, "payment.transit", payment.UnknownState, "", order.Pending},
		"about to be settled as nothing":  {noSuchPayment, true, true, "operation.answered", payment.UnknownState, "", order.Pending},
		"no such payment, nobody vouches": {noSuchPayment, true, false, "", payment.Succeeded, byHand, order.New},
		"of another amount":               {func(s *shop) Finding { f := s.world.found(payment.AuthOK); f.Amount--; return f }, false, false, "", payment.DeclinedOp, byHand, order.Processing},
	} {
		w := newWorld(t)
		w.policy.Environment = payment.Test // where "no such payment" needs a witness
		s := open(t, w)
		op := s.unknown(s.authorize())
		s.now = op.DeadlineAt.Add(settleMargin)
		s.there["123"] = tt.found(s)
		if tt.witnessed {
			s.witnessed, s.there["w"] = "w", Finding{Kind: Found, PaymentID: "w"}
		}
		r, err := s.word(op, tt.happened)
		if code(err) != tt.code || err == nil && (r.Operation.State != tt.state || r.Operation.Cause != tt.cause || r.Replayed) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if got := s.l.operation(op.ID); got.State != tt.state {
			t.Errorf("%s: it is %s", name, got.State)
		}
		s.status(tt.order)
	}
}

// TestTwoWordsAtOnce: what another clerk, or the answer, settled while 094 was asked is
// told, and settled no second time.
func TestTwoWordsAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meanwhile func(*shop, *Operation)
		code      string
		replayed  bool
	}{
		"the same word": {func(s *shop, op *Operation) {
			s.must(func(l *Ledger, tk tick) error {
				return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Happened: true, Reason: "x", Actor: "staff:2"})
			})
			s.learnt(s.l.Current(), payment.Cleared) // and the centre confirmed it: nothing is left to ask
		}, "", true},
		"the contrary": {func(s *shop, op *Operation) {
			s.must(func(l *Ledger, tk tick) error {
				return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Reason: "x", Actor: "staff:2"})
			})
		}, "operation.settled", false},
		"a notice": {func(s *shop, op *Operation) { s.settle(op, verdictOf(yes("p1"))) }, "operation.settled", false},
	} {
		s, op := silent(t)
		updates := 0
		s.fail = func(call string, _ int) error {
			if call == "Update" {
				if updates++; updates == 2 {
					tt.meanwhile(s, s.l.operation(op.ID))
				}
			}
			return nil
		}
		r, err := s.word(op, true)
		if code(err) != tt.code || r.Replayed != tt.replayed {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if p := s.l.payment(op.PaymentID); tt.replayed && !p.AskAt.IsZero() {
			t.Errorf("%s: asked about at %s", name, p.AskAt)
		}
	}
}

// TestAWordWhileTheDatabaseIsAway: staff are told so, and never that it was settled.
func TestAWordWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	whole, op := silent(t)
	if _, err := whole.word(op, true); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(whole.calls); n++ {
		if whole.calls[n-1] == "Witness" {
			continue
		}
		s, op := silent(t)
		s.away(n, true)
		if r, err := s.word(op, true); !errors.Is(err, errAway) || r.Operation.ID != "" {
			t.Errorf("%s (%d): %+v, %v", whole.calls[n-1], n, r, err)
		}
	}
}

// TestAWordNeedsTheBook: where it cannot be read nothing is asked and nothing is written.
func TestAWordNeedsTheBook(t *testing.T) {
	t.Parallel()
	s, op := silent(t)
	s.fail = func(call string, _ int) error {
		if call == "View" {
			return errAway
		}
		return nil
	}
	if _, err := s.word(op, true); !errors.Is(err, errAway) || len(s.asked) != 0 || s.l.operation(op.ID).State != payment.UnknownState {
		t.Errorf("%v, asked %v", err, s.asked)
	}
}

// TestAWordTakesTheGoodsAgain that EC-CUBE's own hand gave back while nobody knew.
func TestAWordTakesTheGoodsAgain(t *testing.T) {
	t.Parallel()
	s, op := silent(t)
	s.stock, s.told = s.stock+wanted, 0 // EC-CUBE moved the order, and its goods
	s.l.Order.Status = order.Processing
	s.l.Hold = nil
	s.l.LastStatus = order.Processing
	if r, err := s.word(op, true); err != nil || r.Step.Kind != StepComplete {
		t.Fatalf("%+v, %v", r, err)
	}
	s.stands(s.l.Current(), payment.Authorised, "")
	s.holds(Committed)
	s.status(order.New)
}

// TestAWordIsCheckedSoon: what stands by somebody's word is asked about within the hour;
// sooner where it was due sooner, and never where nothing stood. So is what is gone by it.
func TestAWordIsCheckedSoon(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin    func(*shop) *Operation
		happened bool
		within   time.Duration // 0: not watched
	}{
		"authorised":    {func(s *shop) *Operation { return s.authorize() }, true, handWatch},
		"captured":      {func(s *shop) *Operation { s.authorised("p1"); return s.change(true) }, true, time.Minute},
		"not captured":  {func(s *shop) *Operation { s.authorised("p1"); return s.change(true) }, false, handWatch},
		"not refunded":  {func(s *shop) *Operation { s.captured("p1"); return s.change(false) }, false, handWatch},
		"refunded":      {func(s *shop) *Operation { s.captured("p1"); return s.change(false) }, true, handWatch},
		"cancelled":     {func(s *shop) *Operation { s.authorised("p1"); return s.change(false) }, true, handWatch},
		"nothing stood": {func(s *shop) *Operation { return s.authorize() }, false, 0},
	} {
		s := open(t, newWorld(t))
		op := s.unknown(tt.begin(s))
		s.now = op.DeadlineAt.Add(settleMargin)
		if _, err := s.word(op, tt.happened); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := time.Time{}
		if tt.within > 0 {
			want = s.now.Add(tt.within)
		}
		if got := s.l.payment(op.PaymentID).AskAt; !got.Equal(want) {
			t.Errorf("%s: asked about at %s, not %s", name, got, want)
		}
	}
}

// TestAWordAboutANumberThatWasIssued: the buyer cannot be shown it, so it is set aside and watched,
// and the buyer chooses again.
func TestAWordAboutANumberThatWasIssued(t *testing.T) {
	t.Parallel()
	for happened, end := range map[bool]payment.End{true: payment.Unreachable, false: payment.NotHappened} {
		s := open(t, of(t, payment.Scheme{Method: payment.Conveni, System: payment.Module}))
		op := s.unknown(s.begin(nil))
		s.now = op.DeadlineAt.Add(settleMargin)
		r, err := s.word(op, happened)
		if err != nil || r.Operation.State != payment.DeclinedOp || r.Step.Kind != StepPay {
			t.Errorf("%v: %+v, %v", happened, r, err)
		}
		p := s.l.payment(op.PaymentID)
		s.stands(p, payment.Ended, end)
		s.holds(Released)
		if p.AskAt.IsZero() == happened {
			t.Errorf("%v: asked about at %s", happened, p.AskAt)
		}
	}
}

// TestAWordOnACancellation: staff said that it took effect. 094 is asked about it until it tells,
// as a payment that is still alive is a second one that nobody else would notice.
func TestAWordOnACancellation(t *testing.T) {
	t.Parallel()
	for status, told := range map[payment.Status]bool{payment.AuthOK: true, payment.AuthCancelDone: false} {
		w := newWorld(t)
		p := w.authorised("p1")
		w.take(w.notice(payment.AuthOK))
		op := w.unknown(w.change(false))
		w.now = op.DeadlineAt.Add(settleMargin)
		w.must(func(l *Ledger, tk tick) error {
			return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Happened: true, Reason: "x", Actor: clerk})
		})
		w.stands(p, payment.Ended, payment.Canceled)
		for range 2 {
			at := w.l.payment(p.ID).AskAt
			if at.IsZero() || at.After(w.now.Add(24*time.Hour)) {
				t.Fatalf("asked about at %s", at)
			}
			w.now = at
			w.watch(p, Finding{Kind: NoAnswer})
		}
		w.now = w.l.payment(p.ID).AskAt
		w.watch(p, w.found(status))
		if w.alerts[string(AlertContradiction)] != told {
			t.Errorf("%s: %v", status, w.alerts)
		}
		if at := w.l.payment(p.ID).AskAt; at.IsZero() == told {
			t.Errorf("%s: asked about next at %s", status, at)
		}
		w.stands(p, payment.Ended, payment.Canceled)
		if told { // cancelled there at last
			w.now = w.l.payment(p.ID).AskAt
			w.watch(p, w.found(payment.AuthCancelDone))
			w.alerted()
		}
	}
}
