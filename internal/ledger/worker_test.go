package ledger

import (
	"errors"
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// takeUp is a worker of another node at an operation, with a press of what was planned in none.
func (s *shop) takeUp(op *Operation) error {
	return s.node("node-2").TakeUp(bg, Due{OperationID: op.ID, OrderID: s.order(), State: op.State, Unowned: op.Owner == ""})
}

// TestTakenUp: what became of an operation that its owner left, or that waits for one.
func TestTakenUp(t *testing.T) {
	t.Parallel()
	over := func(s *shop) { s.now = s.now.Add(time.Hour) }
	for name, tt := range map[string]struct {
		put   func(*shop) *Operation
		state payment.State
		cause string
		sent  int
		asked int
		order order.Status
	}{
		"planned, its owner lives": {func(s *shop) *Operation { return s.authorize() }, payment.Planned, "", 0, 0, order.Pending},
		"planned, its owner is gone": {func(s *shop) *Operation { op := s.authorize(); over(s); return op },
			payment.DeclinedOp, neverSentCause, 0, 0, order.Processing},
		"sent, its owner lives": {func(s *shop) *Operation {
			op := s.send(s.authorize())
			op.LeaseUntil = s.now.Add(time.Minute)
			return op
		}, payment.Sent, "", 0, 0, order.Pending},
		"sent, its owner is gone": {func(s *shop) *Operation { op := s.send(s.authorize()); over(s); return op },
			payment.UnknownState, "lease", 0, 0, order.Pending},
		"unknown, and it stands": {func(s *shop) *Operation {
			s.there["123"] = s.world.found(payment.AuthOK)
			return s.unknown(s.authorize())
		}, payment.Succeeded, "inquiry", 0, 1, order.New},
		"unknown, and no answer": {func(s *shop) *Operation { return s.unknown(s.authorize()) }, payment.UnknownState, "answer", 0, 1, order.Pending},
		"a reversal waits for an owner": {func(s *shop) *Operation { return s.reversal(other(s.world)) },
			payment.Succeeded, "answer", 1, 0, order.New},
		"settled meanwhile": {func(s *shop) *Operation {
			s.authorised("p1")
			return s.l.Operations[0]
		}, payment.Succeeded, "answer", 0, 0, order.New},
	} {
		s := open(t, newWorld(t))
		op := tt.put(s)
		if err := s.takeUp(op); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if op = s.l.operation(op.ID); op.State != tt.state || op.Cause != tt.cause || len(s.sent) != tt.sent || len(s.asked) != tt.asked {
			t.Errorf("%s: %s by %s, sent %v, asked %+v", name, op.State, op.Cause, s.telegrams(), s.asked)
		}
		s.status(tt.order)
	}
	s := open(t, newWorld(t)) // of another order's, or gone
	if err := s.takeUp(&Operation{ID: "none"}); err != nil {
		t.Error(err)
	}
}

// TestASagaIsTakenUp by whoever has time, and goes through its steps.
func TestASagaIsTakenUp(t *testing.T) {
	t.Parallel()
	w, _, parent := changing(t, false)
	s := open(t, w)
	s.answer = func(c Command) Answer {
		return Answer{Outcome: Success, PaymentID: map[payment.Kind]string{payment.Authorize: "p2"}[c.Kind]}
	}
	s.now = s.now.Add(time.Hour)
	if err := s.takeUp(s.l.operation(parent.ID)); err != nil {
		t.Fatal(err)
	}
	if parent = s.l.operation(parent.ID); parent.State != payment.Succeeded || !slices.Equal(s.telegrams(), []payment.Kind{payment.Authorize, payment.CancelAuthorization}) {
		t.Errorf("%+v, sent %v", parent, s.telegrams())
	}
}

// TestALeaseOutlivesItsTelegram: who takes an operation up keeps it for longer than a telegram
// may take.
func TestALeaseOutlivesItsTelegram(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	op := s.unknown(s.authorize())
	s.fail = func(call string, _ int) error {
		if call == "View" {
			return errAway
		}
		return nil
	}
	if err := s.takeUp(op); !errors.Is(err, errAway) {
		t.Fatal(err)
	}
	if op = s.l.operation(op.ID); op.Owner != "node-2" || op.LeaseUntil.Before(s.now.Add(s.policy.TelegramTimeout+leaseMargin)) {
		t.Errorf("%s until %s", op.Owner, op.LeaseUntil)
	}
}

// TestTakingUpWithoutADatabase tells an error, and loses nothing.
func TestTakingUpWithoutADatabase(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s := open(t, newWorld(t))
		s.there["123"] = s.world.found(payment.AuthOK)
		op := s.unknown(s.authorize())
		s.away(n, true)
		err := s.takeUp(op)
		if n > len(s.calls) {
			break
		}
		if !errors.Is(err, errAway) {
			t.Errorf("call %d (%s): %v", n, s.calls[n-1], err)
		}
		if op = s.l.operation(op.ID); s.calls[n-1] != "commit" && op.State != payment.UnknownState {
			t.Errorf("call %d: %s", n, op.State)
		}
	}
}

// TestAWitness: outside the simulator "no such payment" is believed only where the same
// question about a payment that is known to exist was answered well.
func TestAWitness(t *testing.T) {
	t.Parallel()
	none := Finding{Kind: NoSuch}
	for name, tt := range map[string]struct {
		env   payment.Environment
		f     Finding
		known string
		there map[string]Finding
		fails bool
		want  bool
	}{
		"the simulator":          {payment.Simulator, none, "", nil, false, true},
		"anything but none":      {payment.Production, Finding{Kind: Found}, "", nil, false, true},
		"nothing is known":       {payment.Production, none, "", nil, false, false},
		"it is found":            {payment.Production, none, "w", map[string]Finding{"w": {Kind: Found}}, false, true},
		"it is not found either": {payment.Production, none, "w", map[string]Finding{"w": none}, false, false},
		"no answer":              {payment.Production, none, "w", nil, false, false},
		"the database is away":   {payment.Test, none, "w", map[string]Finding{"w": {Kind: Found}}, true, false},
	} {
		s := open(t, newWorld(t))
		s.witnessed = tt.known
		for id, f := range tt.there {
			s.there[id] = f
		}
		if tt.fails {
			s.away(1, true)
		}
		if got := s.service.witnessed(bg, tt.env, "m", 1, tt.f, s.order()); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestPlacedByTheService: an order without a payment at Paygent, and where the buyer stands.
func TestPlacedByTheService(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.l.Order.MethodClass = offlineClass
	if step, err := s.service.Place(bg, s.order(), total+1); !problem.Is(err, "order.amount_changed") || step.Kind != "" {
		t.Errorf("%+v, %v", step, err)
	}
	if step, err := s.service.Place(bg, s.order(), total); err != nil || step.Kind != StepComplete {
		t.Errorf("%+v, %v", step, err)
	}
	s.status(order.New)
	if !s.l.Order.Offline() || s.l.Order.Paygent() {
		t.Errorf("%+v", s.l.Order)
	}
}

// TestReinquire asks about all of an order that can still move, and counts what was answered.
func TestReinquire(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put             func(*shop)
		asked, answered int
		status          payment.Status
		to              order.Status
	}{
		"an authorisation":        {func(s *shop) { s.authorised("p1"); s.there["p1"] = s.world.found(payment.Cleared) }, 1, 1, payment.Cleared, order.Paid},
		"no answer":               {func(s *shop) { s.authorised("p1") }, 1, 0, payment.AuthOK, order.New},
		"unknown, and it stands":  {func(s *shop) { s.unknown(s.authorize()); s.there["123"] = s.world.found(payment.AuthOK) }, 1, 1, payment.AuthOK, order.New},
		"unknown, and no answer":  {func(s *shop) { s.unknown(s.authorize()) }, 1, 0, "", order.Pending},
		"an operation of another": {func(s *shop) { s.authorised("p1"); s.send(s.change(true)) }, 0, 0, payment.AuthOK, order.New},
		"a saga":                  {func(s *shop) { w, _, _ := changing(t, false); s.world = w }, 0, 0, payment.AuthOK, order.New},
		"cancelled": {func(s *shop) {
			s.authorised("p1")
			s.settle(s.send(s.change(false)), verdictOf(Answer{Outcome: Success}))
		}, 0, 0, payment.AuthOK, order.Canceled},
		"of another environment":   {func(s *shop) { s.authorised("p1"); s.policy.MerchantID = "other" }, 0, 0, payment.AuthOK, order.New},
		"none":                     {func(*shop) {}, 0, 0, "", order.Processing},
		"two tries, both answered": {func(s *shop) { two(s) }, 2, 2, payment.Cleared, order.Paid},
	} {
		s := open(t, newWorld(t))
		tt.put(s)
		from := s.l.Order.Status
		if n, err := s.service.OpenQuestions(bg, s.order()); err != nil || n != tt.asked || len(s.asked) != 0 {
			t.Errorf("%s: %d questions, %v", name, n, err)
		}
		got, err := s.service.Reinquire(bg, s.order())
		if want := (Inquired{Asked: tt.asked, Answered: tt.answered, Status: tt.status, From: from, To: tt.to}); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// two is an order of which one try was left, and another one waits at the bank's page.
func two(s *shop) {
	s.l.Order.MethodClass = bank.Class()
	for range 2 {
		s.settle(s.send(s.begin(nil)), verdictOf(Answer{Outcome: Success, Needs: Needs{URL: "https://example.jp/"}}))
		if len(s.l.Payments) == 1 {
			id := s.l.CurrentID
			s.must(func(l *Ledger, tk tick) error {
				return l.leave(tk, id, &Finding{Kind: NoSuch}, true, payment.TryReplaced)
			})
		}
	}
	for id, status := range map[string]payment.Status{"123": payment.Applied, "123_2": payment.Cleared} {
		f := s.world.found(status)
		f.Type, f.TradingID, f.PaymentID = "05", id, "p"+id
		s.there[id] = f
	}
}

// TestWhatCanStillMove: what is not ended, and a try whose page may still be used.
func TestWhatCanStillMove(t *testing.T) {
	t.Parallel()
	for end, want := range map[payment.End]bool{
		payment.Superseded: true, payment.GivenUp: true, payment.Unreachable: true,
		payment.Declined: false, payment.Canceled: false, payment.Refunded: false, payment.Expired: false, payment.Unused: false, payment.WrongAmount: false,
	} {
		if got := (&Payment{Phase: payment.Ended, End: end}).canMove(); got != want {
			t.Errorf("%s: %t", end, got)
		}
	}
	for _, phase := range []payment.Phase{payment.AwaitingBuyer, payment.Authorised, payment.Captured, payment.Unknown} {
		if !(&Payment{Phase: phase}).canMove() {
			t.Errorf("%s cannot move", phase)
		}
	}
}

// TestReinquiringWithoutADatabase tells an error at whichever call it goes away.
func TestReinquiringWithoutADatabase(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(*shop){
		"a payment":    func(s *shop) { s.authorised("p1"); s.there["p1"] = s.world.found(payment.Cleared) },
		"an operation": func(s *shop) { s.unknown(s.authorize()) },
	} {
		for n := 1; ; n++ {
			s := open(t, newWorld(t))
			put(s)
			s.away(n, true)
			_, err := s.service.Reinquire(bg, s.order())
			if n > len(s.calls) {
				break
			}
			if !errors.Is(err, errAway) {
				t.Errorf("%s, call %d (%s): %v", name, n, s.calls[n-1], err)
			}
		}
		for n := 1; n <= 2; n++ {
			s := open(t, newWorld(t))
			put(s)
			s.away(n, true)
			if got, err := s.service.OpenQuestions(bg, s.order()); !errors.Is(err, errAway) || got != 0 {
				t.Errorf("%s, call %d: %d, %v", name, n, got, err)
			}
		}
	}
}

// TestAskedWhileItMoved: what became known while 094 answered is newer than the answer.
func TestAskedWhileItMoved(t *testing.T) {
	t.Parallel()
	for name, moves := range map[string]func(*shop){
		"captured by a notice": func(s *shop) { s.learnt(s.l.Current(), payment.Cleared) },
		"staff press a button": func(s *shop) { s.send(s.change(true)) },
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.there["p1"] = s.world.found(payment.AuthCancelDone)
		moved := false
		s.fail = func(call string, _ int) error {
			if call == "Update" && !moved {
				moved = true
				moves(s)
			}
			return nil
		}
		got, err := s.service.Reinquire(bg, s.order())
		if err != nil || got.Answered != 0 || s.l.Current().Phase == payment.Ended {
			t.Errorf("%s: %+v, %v, %+v", name, got, err, s.l.Current())
		}
	}
}

// TestRehearsedChange tells what a press would do, and writes nothing.
func TestRehearsedChange(t *testing.T) {
	t.Parallel()
	member := func(w *world) { w.member(500, 100, 0) }
	for name, tt := range map[string]struct {
		put    func(*world)
		button payment.Button
		want   Effect
		code   string
	}{
		"売上":                {func(w *world) { w.authorised("p1") }, payment.SaleButton, Effect{Operation: payment.Capture, Amount: total, From: order.New, To: order.New}, ""},
		"取消":                {func(w *world) { member(w); w.authorised("p1") }, payment.CancelButton, Effect{Operation: payment.CancelAuthorization, Amount: 2100, From: order.New, To: order.Canceled, Goods: wanted, Points: 100}, ""},
		"a change in steps": {func(w *world) { w.authorised("p1"); w.saved(w.sheet.priced(lower), LivingAsk) }, payment.AuthChangeButton, Effect{Operation: payment.ChangeAmount, Amount: total, From: order.New, To: order.New}, ""},
		"revived by EC-CUBE's hand": {func(w *world) {
			w.authorised("p1")
			w.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
			w.l.Order.Status, w.l.LastStatus = order.InProgress, order.Canceled
		}, payment.CancelButton, Effect{Operation: payment.CancelAuthorization, Amount: total, From: order.InProgress, To: order.Canceled, Goods: wanted}, ""},
		"not possible": {func(w *world) { w.captured("p1") }, payment.SaleButton, Effect{}, "payment.already_captured"},
	} {
		w := newWorld(t)
		tt.put(w)
		s := open(t, w)
		events, ops := s.events, len(s.l.Operations)
		p := s.l.Current()
		got, err := s.service.RehearseChange(bg, Change{Order: s.order(), PaymentID: p.ID, Button: tt.button, Amount: p.Amount, Total: s.l.Order.Total, Actor: clerk})
		if code(err) != tt.code || got != tt.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if s.events != events || len(s.l.Operations) != ops || len(s.sent)+len(s.asked) != 0 {
			t.Errorf("%s: something was done", name)
		}
	}
	for n := 1; n <= 2; n++ {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		s.away(n, true)
		if e, err := s.service.RehearseChange(bg, Change{Order: s.order(), PaymentID: p.ID, Button: payment.SaleButton, Amount: total}); !errors.Is(err, errAway) || e != (Effect{}) {
			t.Errorf("call %d: %+v, %v", n, e, err)
		}
	}
}

// TestGivenBack counts what a decision gives, and nothing that it takes.
func TestGivenBack(t *testing.T) {
	t.Parallel()
	goods, points := givenBack(&Ledger{Moves: []StockMove{
		{Sign: -1, Points: 30, Movements: []order.Movement{{ProductClassID: class, Quantity: 4}}},
		{Sign: 1, Points: 5, Movements: []order.Movement{{ProductClassID: class, Quantity: 2}, {ProductClassID: 8, Quantity: 1}}},
	}})
	if goods != 3 || points != 5 {
		t.Errorf("%d pieces, %d points", goods, points)
	}
}

// TestSentWhileItIsTakenUp: a worker of the owner's own node closes nothing as never sent that its
// owner, who stood still for longer than the lease, sends at this moment.
func TestSentWhileItIsTakenUp(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	op := s.authorize()
	s.now = s.now.Add(time.Hour)
	s.fail = func(call string, _ int) error {
		if call == "Update" {
			s.fail = nil
			if mine, err := s.MarkSent(bg, op.ID, Sent{Owner: "node-1", At: s.now, DeadlineAt: s.now.Add(time.Minute), LeaseUntil: s.now.Add(2 * time.Minute)}); !mine || err != nil {
				t.Errorf("%t, %v", mine, err)
			}
		}
		return nil
	}
	if err := s.service.TakeUp(bg, Due{OperationID: op.ID, OrderID: s.order(), State: op.State}); err != nil {
		t.Fatal(err)
	}
	if op = s.l.operation(op.ID); op.State != payment.Sent {
		t.Errorf("%s by %s while its telegram is under way", op.State, op.Cause)
	}
	s.holds(Held)
}
