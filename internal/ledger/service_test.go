package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestOneOperation: transaction A, sent, the telegram with all it needs, transaction B, each
// boundary told.
func TestOneOperation(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	var at []Boundary
	s.at = func(b Boundary) { at = append(at, b) }
	r, err := s.pay("k1")
	if err != nil || r.Replayed || r.Step.Kind != StepComplete || r.Operation.State != payment.Succeeded {
		t.Fatalf("%+v, %v", r, err)
	}
	if want := []Boundary{AfterPlanned, AfterSent, AfterAnswer, AfterSettled}; !slices.Equal(at, want) {
		t.Errorf("passed %v", at)
	}
	p, c := s.l.Current(), s.sent[0]
	if c.Kind != payment.Authorize || c.TradingID != "123" || c.Amount != total || c.Beside.Token != "tok" || c.ReferenceID != "" || c.Remaining != s.policy.TelegramTimeout {
		t.Errorf("%+v", c)
	}
	if c.Orderer.FamilyName != "白磁" || c.Returns.OK != "https://shop.example/ok?"+p.ID {
		t.Errorf("the telegram tells of %+v, and comes back to %+v", c.Orderer, c.Returns)
	}
	if op := s.l.operation(r.Operation.ID); !op.DeadlineAt.Equal(s.now.Add(s.policy.TelegramTimeout)) {
		t.Errorf("deadline %s", op.DeadlineAt)
	}
	s.status(order.New)
}

// TestSubmittedTwice: the same page submitted again sends nothing and tells where the first
// one stands; without a key nothing is the same page.
func TestSubmittedTwice(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	first, err := s.pay("k1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.pay("k1")
	if err != nil || !again.Replayed || again.Operation.ID != first.Operation.ID || again.Step.Kind != StepComplete {
		t.Errorf("%+v, %v", again, err)
	}
	for _, key := range []string{"", "k2"} {
		if r, err := s.pay(key); !problem.Is(err, "order.already_placed") || r.Replayed {
			t.Errorf("key %q: %+v, %v", key, r, err)
		}
	}
	if len(s.sent) != 1 {
		t.Errorf("sent %v", s.telegrams())
	}
	for i, b := range []payment.Button{payment.SaleButton, payment.CancelButton} { // neither has a key
		if r, err := s.press(b, ""); err != nil || r.Replayed || len(s.sent) != i+2 {
			t.Errorf("%s: %+v, %v", b, r, err)
		}
	}
}

// TestTooLateToSend: a telegram leaves within five seconds of being marked sent, or not at all:
// by then its deadline may have passed for those who wait for it.
func TestTooLateToSend(t *testing.T) {
	t.Parallel()
	for late, leaves := range map[time.Duration]bool{0: true, sendWithin - time.Millisecond: true, sendWithin: false, time.Minute: false} {
		s := open(t, newWorld(t))
		s.at = func(b Boundary) {
			if b == AfterSent {
				s.now = s.now.Add(late)
			}
		}
		r, err := s.pay("k1")
		if err != nil || (len(s.sent) == 1) != leaves || r.Operation.NeverSent() == leaves {
			t.Errorf("%s: %+v, %v", late, r.Operation, err)
		}
		if leaves && s.sent[0].Remaining != s.policy.TelegramTimeout-late {
			t.Errorf("%s: %s remain", late, s.sent[0].Remaining)
		}
		if !leaves {
			s.holds(Released)
		}
	}
}

// TestSettingsChangedBeforeSending: an operation that was planned for another centre is not
// sent to this one (money.md §10).
func TestSettingsChangedBeforeSending(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Policy){
		"environment": func(p *Policy) { p.Environment = payment.Test },
		"merchant":    func(p *Policy) { p.MerchantID = "other" },
	} {
		s := open(t, newWorld(t))
		s.at = func(b Boundary) {
			if b == AfterPlanned {
				change(&s.policy)
			}
		}
		r, err := s.pay("k1")
		if err != nil || len(s.sent) != 0 || !r.Operation.NeverSent() {
			t.Errorf("%s: %+v, %v", name, r.Operation, err)
		}
	}
}

// TestAnotherNodeWasFaster: who does not get to mark an operation sent sends nothing.
func TestAnotherNodeWasFaster(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.at = func(b Boundary) {
		if b == AfterPlanned {
			s.l.Operations[0].Owner = "node-2"
		}
	}
	if r, err := s.pay("k1"); err != nil || len(s.sent) != 0 || r.Operation.State != payment.Planned || r.Step.Kind != StepWait {
		t.Errorf("%+v, %v, sent %v", r, err, s.telegrams())
	}
}

// TestWhatTheTelegramNeedsIsAway: an operation whose telegram cannot be made is closed as
// never sent, and the buyer may try again.
func TestWhatTheTelegramNeedsIsAway(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.fail = func(call string, _ int) error {
		if call == "Orderer" {
			return errAway
		}
		return nil
	}
	r, err := s.pay("k1")
	if err != nil || len(s.sent) != 0 || !r.Operation.NeverSent() || r.Step.Kind != StepPay {
		t.Errorf("%+v, %v", r, err)
	}
	s.holds(Released)
}

// TestTheDatabaseGoesAway at each of its calls in turn, and stays away: a buyer is told so,
// never that something was done; nothing is sent before it is known to be written; and what
// was sent is found by recovery, with stock held meanwhile.
func TestTheDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	whole := open(t, newWorld(t))
	if _, err := whole.pay("k1"); err != nil {
		t.Fatal(err)
	}
	sendsAt := slices.Index(whole.calls, "sent") + 1
	for n := 1; n <= len(whole.calls); n++ {
		if whole.calls[n-1] == "Orderer" { // a row of the order's: TestWhatTheTelegramNeedsIsAway
			continue
		}
		s := open(t, newWorld(t))
		s.away(n, true)
		r, err := s.pay("k1")
		if !errors.Is(err, errAway) || r.Operation.ID != "" || r.Step.Kind != "" {
			t.Errorf("%s (%d): %+v, %v", whole.calls[n-1], n, r, err)
		}
		if n <= sendsAt && len(s.sent) != 0 {
			t.Errorf("%s (%d): sent all the same", whole.calls[n-1], n)
		}
		if len(s.l.Operations) == 0 {
			continue
		}
		op := s.l.Operations[0]
		if op.State.Open() {
			s.holds(Held)
			s.status(order.Pending)
		}
		if op.State == payment.Sent && len(s.sent) == 1 && op.LeaseUntil.Before(op.DeadlineAt) {
			t.Errorf("%s (%d): its lease ends before its deadline", whole.calls[n-1], n)
		}
	}
}

// TestUnavailable: a page says that the database is away where nothing was decided, and
// repeats a decision as it is.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Update", "commit", "MarkSent", "View"} {
		s := open(t, newWorld(t))
		act := func() (Result, error) { return s.pay("k1") }
		if call == "View" { // a capture reads what it captures
			if _, err := act(); err != nil {
				t.Fatal(err)
			}
			act = func() (Result, error) { return s.press(payment.SaleButton, "k2") }
		}
		s.fail = func(c string, _ int) error {
			if c == call {
				return errAway
			}
			return nil
		}
		if _, err := act(); !problem.Is(err, "database.unavailable") || problem.CategoryOf(err) != problem.Unavailable {
			t.Errorf("%s: %v", call, err)
		}
	}
	s := open(t, newWorld(t))
	s.stock = 0
	if _, err := s.pay("k1"); !problem.Is(err, "stock.short") {
		t.Errorf("%v", err)
	}
}

// TestCommitInDoubt: transaction B is written again until it is known to be written, five
// times at most, and is one effect however often it was.
func TestCommitInDoubt(t *testing.T) {
	t.Parallel()
	for doubts, ok := range map[int]bool{0: true, 1: true, writeTries - 1: true, writeTries: false} {
		s := open(t, newWorld(t))
		tried := 0
		s.at = func(b Boundary) {
			if b != AfterAnswer {
				return
			}
			s.fail = func(call string, _ int) error {
				if call != "commit" {
					return nil
				}
				if tried++; tried <= doubts {
					return errAway
				}
				return nil
			}
		}
		r, err := s.pay("k1")
		if (err == nil) != ok || ok && r.Operation.State != payment.Succeeded || tried != min(doubts+1, writeTries) {
			t.Errorf("%d in doubt: %+v, %v after %d", doubts, r.Operation, err, tried)
		}
		if len(s.sent) != 1 {
			t.Errorf("%d in doubt: sent %v", doubts, s.telegrams())
		}
		s.status(order.New)
		s.holds(Committed)
	}
}

// TestDecidedIsNotTriedAgain: what is refused in words is refused once, and is nobody's fault
// that a log has to tell; a buyer who closes the page ends no writing, a server that stops does.
func TestDecidedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	refused := problem.New(problem.NotNow, "x", nil)
	broken := problem.New(problem.Internal, "x", nil)
	ended, end := context.WithCancel(context.Background())
	end()
	for name, tt := range map[string]struct {
		ctx   context.Context
		err   error
		times int
		logs  bool
	}{
		"refused":           {context.Background(), refused, 1, false},
		"broken":            {context.Background(), broken, 1, true},
		"anything else":     {context.Background(), errAway, writeTries, true},
		"the server stops":  {ended, errAway, 1, true},
		"refused, stopping": {ended, refused, 1, false},
	} {
		s := open(t, newWorld(t))
		var log strings.Builder
		s.service.log = slog.New(slog.NewTextHandler(&log, nil))
		times := 0
		_, err := s.service.update(tt.ctx, s.order(), func(*Ledger, tick) error { times++; return tt.err })
		if !errors.Is(err, tt.err) || times != tt.times || (log.Len() > 0) != tt.logs {
			t.Errorf("%s: %v after %d, logged %q", name, err, times, log.String())
		}
	}
}

// TestAnIDInUseBeginsAnew under the next trading_id, with the token of the same submit, once
// per submit (money.md §2).
func TestAnIDInUseBeginsAnew(t *testing.T) {
	t.Parallel()
	inUse := Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
	stranger := func(s *shop) Finding { f := s.world.found(payment.AuthOK); f.Amount = 9; return f }
	for name, tt := range map[string]struct {
		key     string
		refused int // times
		found   func(*shop) Finding
		sent    int
		state   payment.State
		keys    []string
	}{
		"once":                     {"k1", 1, stranger, 2, payment.Succeeded, []string{"k1", "k1+"}},
		"without a key":            {"", 1, stranger, 2, payment.Succeeded, []string{"", ""}},
		"again":                    {"k1", 2, stranger, 2, payment.DeclinedOp, []string{"k1", "k1+"}},
		"it is ours":               {"k1", 1, func(s *shop) Finding { return s.world.found(payment.AuthOK) }, 1, payment.Succeeded, []string{"k1"}},
		"the centre says nothing":  {"k1", 1, func(*shop) Finding { return Finding{Kind: NoAnswer} }, 1, payment.UnknownState, []string{"k1"}},
		"it is at work about ours": {"k1", 1, func(s *shop) Finding { return s.world.found(payment.CaptureRequested) }, 1, payment.UnknownState, []string{"k1"}},
	} {
		s := open(t, newWorld(t))
		left := tt.refused
		s.answer = func(Command) Answer {
			if left--; left >= 0 {
				return inUse
			}
			return Answer{Outcome: Success, PaymentID: "p2"}
		}
		s.there["123"], s.there["123_2"] = tt.found(s), stranger(s)
		r, err := s.pay(tt.key)
		if err != nil || len(s.sent) != tt.sent || r.Operation.State != tt.state {
			t.Errorf("%s: %+v, %v, sent %d", name, r.Operation, err, len(s.sent))
		}
		for i, op := range s.l.Operations {
			if op.IdemKey != tt.keys[i] {
				t.Errorf("%s: key %d is %q", name, i, op.IdemKey)
			}
		}
		if tt.sent == 2 {
			if c := s.sent[1]; c.TradingID != "123_2" || c.Beside.Token != "tok" || c.Amount != total || c.PaymentClass != "10" || c.ReferenceID != "" {
				t.Errorf("%s: %+v", name, c)
			}
			s.stands(s.l.Payments[0], payment.Ended, payment.Declined)
		}
	}
}

// TestAnIDInUseAndNoGoods: those of the order went back meanwhile, and to somebody else. The
// telegram was refused, and that is written at once; nothing stays open.
func TestAnIDInUseAndNoGoods(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.answer = func(Command) Answer {
		s.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
		s.stock = 1
		return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
	}
	f := s.world.found(payment.AuthOK)
	f.Amount = 9
	s.there["123"] = f
	s.world.t = lenient{t}
	r, err := s.pay("k1")
	if err != nil || r.Operation.State != payment.DeclinedOp || len(s.l.Operations) != 1 || len(s.l.Payments) != 1 {
		t.Errorf("%+v, %v", r.Operation, err)
	}
	s.stands(s.l.Payments[0], payment.Ended, payment.Declined)
	s.status(order.Processing)
	if s.l.Hold != nil || s.stock != 1 {
		t.Errorf("%+v, %d in stock", s.l.Hold, s.stock)
	}
}

// lenient is a test in whose shop others buy too: what is in stock does not add up.
type lenient struct{ *testing.T }

func (lenient) Fatalf(string, ...any) {}

// TestARefusalAsksFirst where it is not final; one that is is believed at once.
func TestARefusalAsksFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		final bool
		asked int
		there payment.Status
		order order.Status
		state payment.State
	}{
		"final":                      {true, 0, payment.AuthOK, order.Processing, payment.DeclinedOp},
		"not final, and refused":     {false, 1, payment.AuthNG, order.Processing, payment.DeclinedOp},
		"not final, and it stands":   {false, 1, payment.AuthOK, order.New, payment.Succeeded},
		"not final, and not settled": {false, 1, payment.CaptureRequested, order.Pending, payment.UnknownState},
	} {
		s := open(t, newWorld(t))
		s.answer = func(Command) Answer { return Answer{Outcome: Decline, Final: tt.final, Code: "X"} }
		s.there["123"] = s.world.found(tt.there)
		r, err := s.pay("k1")
		if err != nil || len(s.asked) != tt.asked || r.Operation.State != tt.state {
			t.Errorf("%s: %+v, %v, asked %d", name, r.Operation, err, len(s.asked))
		}
		s.status(tt.order)
	}
}

// TestARefusalAsksByTheRightID: one that began nothing of ours by the trading_id, a change by
// the payment_id it is about, or that the refusal told.
func TestARefusalAsksByTheRightID(t *testing.T) {
	t.Parallel()
	begins, changes := &Operation{Kind: payment.Authorize}, &Operation{Kind: payment.Capture}
	for name, tt := range map[string]struct {
		op   *Operation
		p    Payment
		told string
		want Inquiry
	}{
		"a beginning":                            {begins, Payment{TradingID: "123", PaymentID: "p1"}, "p1", Inquiry{TradingID: "123"}},
		"a change":                               {changes, Payment{TradingID: "123", PaymentID: "p1"}, "", Inquiry{PaymentID: "p1"}},
		"a change, another id told":              {changes, Payment{TradingID: "123", PaymentID: "p1"}, "p2", Inquiry{PaymentID: "p1"}},
		"a change of one without an id":          {changes, Payment{TradingID: "123"}, "", Inquiry{TradingID: "123"}},
		"a change of one without an id, id told": {changes, Payment{TradingID: "123"}, "p2", Inquiry{PaymentID: "p2"}},
	} {
		if got := inquiryAbout(tt.op, &tt.p, tt.told); got != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestATokenThatCannotBeKept: the buyer enters the card again; nothing of it is stored.
func TestATokenThatCannotBeKept(t *testing.T) {
	t.Parallel()
	for name, deps := range map[string]func(*Deps){
		"nothing to keep it with": func(*Deps) {},
		"only a way in":           func(d *Deps) { d.Seal = func(c CardToken) (string, error) { return string(c), nil } },
		"only a way out":          func(d *Deps) { d.Unseal = func(v string) (CardToken, error) { return CardToken(v), nil } },
	} {
		s := open(t, newWorld(t))
		s.policy.ThreeDS = ThreeDS2
		s.answer = func(Command) Answer {
			return Answer{Outcome: Success, AuthID: "a1", Needs: Needs{Action: "https://acs.example/"}}
		}
		d := Deps{
			Store: s.shelf, Gateway: s.desk, Now: func() time.Time { return s.now }, Rand: rand.Reader, Node: "node-1", Log: slog.New(slog.DiscardHandler),
			Policy: func(context.Context) (Policy, error) { return s.policy, nil },
		}
		deps(&d)
		s.service = New(d)
		r, err := s.pay("k1")
		if err != nil || r.Step.Kind != StepPay || s.l.Payments[0].SealedToken != "" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		s.holds(Released)
		if c := s.sent[0]; c.Returns != (Returns{}) {
			t.Errorf("%s: comes back to %+v", name, c.Returns)
		}
	}
}

// TestAnIDInUseThatWasOurs: while 094 told of a stranger under our trading_id, our authorisation
// was shown to stand. No second one is begun: the card would be charged twice.
func TestAnIDInUseThatWasOurs(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.answer = func(Command) Answer { return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode} }
	stranger := s.world.found(payment.AuthOK)
	stranger.Amount = 9
	s.there["123"] = stranger
	begun := false
	s.fail = func(call string, _ int) error {
		if call == "Update" && begun {
			s.now = s.now.Add(s.policy.TelegramTimeout) // 094 took its time
			n, f := s.notice(payment.AuthOK), s.world.found(payment.AuthOK)
			s.confirm(n, &f)
		}
		begun = begun || call == "Update"
		return nil
	}
	r, err := s.pay("k1")
	if err != nil || r.Operation.State != payment.Succeeded || r.Step.Kind != StepComplete || len(s.sent) != 1 || len(s.l.Payments) != 1 {
		t.Errorf("%+v, %v, sent %v, %d payments", r, err, s.telegrams(), len(s.l.Payments))
	}
	s.stands(s.l.Current(), payment.Authorised, "")
	s.status(order.New)
	s.holds(Committed)
	s.alerted()
}

// TestAnIDInUseAfterTheGoodsWentBack: the payment that is begun anew takes them again.
func TestAnIDInUseAfterTheGoodsWentBack(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.answer = func(c Command) Answer {
		if c.TradingID != "123" {
			return yes("p2")
		}
		s.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil }) // by EC-CUBE's hand
		return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
	}
	stranger := s.world.found(payment.AuthOK)
	stranger.Amount = 9
	s.there["123"] = stranger
	held := HoldState("")
	s.at = func(b Boundary) {
		if b == AfterSent && len(s.sent) == 1 && s.l.Hold != nil {
			held = s.l.Hold.State
		}
	}
	if r, err := s.pay("k1"); err != nil || r.Operation.State != payment.Succeeded || len(s.sent) != 2 || held != Held {
		t.Errorf("%+v, %v, sent %v under %q", r.Operation, err, s.telegrams(), held)
	}
	s.holds(Committed)
}

// TestAnIDInUseOfAnOrderThatMovedOn: while the second try was under way the first one paid the
// order, or somebody cancelled it. Nothing is begun anew: the buyer would pay twice, or for an
// order that is over.
func TestAnIDInUseOfAnOrderThatMovedOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meanwhile func(s *shop, first *Payment)
		status    order.Status
		hold      HoldState
		current   int // of the payments
	}{
		"the first try paid":          {func(s *shop, first *Payment) { s.alive(first, "p1", payment.AuthOK) }, order.New, Committed, 0},
		"the first try paid wholly":   {func(s *shop, first *Payment) { s.alive(first, "p1", payment.Cleared) }, order.Paid, Committed, 0},
		"EC-CUBE's hand cancelled it": {func(s *shop, _ *Payment) { s.byHost(order.Canceled) }, order.Canceled, Released, 1},
		"it has another total":        {func(s *shop, _ *Payment) { s.l.Order.Total++ }, order.Processing, Released, 1},
	} {
		s := open(t, newWorld(t))
		first := notHappened(s.world)
		s.answer = func(c Command) Answer {
			if c.TradingID != "123_2" {
				return yes("p3")
			}
			tt.meanwhile(s, first)
			return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
		}
		stranger := s.world.found(payment.AuthOK)
		stranger.PaymentID, stranger.Amount = "p9", 9
		s.there["123_2"] = stranger
		if r, err := s.pay("k2"); err != nil || len(s.sent) != 1 || len(s.l.Payments) != 2 {
			t.Errorf("%s: %+v, %v, sent %v, %d payments", name, r, err, s.telegrams(), len(s.l.Payments))
		}
		s.status(tt.status)
		s.holds(tt.hold)
		if s.l.CurrentID != s.l.Payments[tt.current].ID {
			t.Errorf("%s: the order's payment is %s", name, s.l.CurrentID)
		}
	}
}
