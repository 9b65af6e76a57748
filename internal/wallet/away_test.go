package wallet

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// shop is a service on one member's wallet in memory, at a centre that holds cards. What the
// store is called for is kept, in order, and any call can be made to fail.
type shop struct {
	service *Service
	w       *Wallet
	settled []Found
	now     time.Time
	policy  ledger.Policy
	there   []ledger.KeptCard
	listErr error
	sent    []payment.Kind
	asked   int
	marked  ledger.Sent
	leased  time.Time // until, by Claim
	calls   []string
	fail    func(call string, n int) error // n counts all calls from 1
	at      func()                         // while a telegram is under way
	asking  func()                         // while a list is
}

func newShop() *shop {
	s := &shop{
		w: &Wallet{CustomerID: 7, Environment: payment.Simulator, MerchantID: "12345"}, now: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		policy: ledger.Policy{Version: 1, Environment: payment.Simulator, MerchantID: "12345", TelegramTimeout: deadline, KeepsCards: true},
	}
	s.service = New(Deps{
		Store: s, Gateway: s, Lists: s, Now: func() time.Time { return s.now }, Rand: rand.Reader, Node: "node-1", Log: slog.New(slog.DiscardHandler),
		Policy: func(context.Context) (ledger.Policy, error) { return s.policy, s.call("policy") },
	})
	return s
}

var errAway = errors.New("the database is away")

func (s *shop) call(name string) error {
	s.calls = append(s.calls, name)
	if s.fail == nil {
		return nil
	}
	return s.fail(name, len(s.calls))
}

// away makes the n-th call from now fail, and those after it if it stays away.
func (s *shop) away(n int, stays bool) {
	first := len(s.calls) + n
	s.fail = func(_ string, at int) error {
		if at == first || stays && at > first {
			return errAway
		}
		return nil
	}
}

// loaded is the wallet as a transaction reads it.
func (s *shop) loaded() *Wallet {
	w := *s.w
	w.Cards = nil
	for _, k := range s.w.Cards {
		k := *k
		w.Cards = append(w.Cards, &k)
	}
	if w.Operation != nil {
		op := *w.Operation
		w.Operation = &op
	}
	return &w
}

// write keeps what a decision left.
func (s *shop) write(w *Wallet) {
	w = &Wallet{w.CustomerID, w.Environment, w.MerchantID, slices.Clone(w.Cards), slices.Clone(w.Gone), w.Operation, w.Uses}
	for _, k := range w.Cards {
		if !k.DeletedAt.IsZero() {
			w.Gone = append(w.Gone, k)
		}
	}
	w.Cards = w.kept()
	if op := w.Operation; op != nil && !op.State.Open() {
		s.settled, w.Operation = append(s.settled, Found{*op, w.CustomerID}), nil
	}
	s.w = w
}

func (s *shop) UpdateWallet(_ context.Context, _ int64, _ payment.Environment, _ string, decide func(*Wallet) error) error {
	if err := s.call("UpdateWallet"); err != nil {
		return err
	}
	w := s.loaded()
	if err := decide(w); err != nil {
		return err
	}
	s.write(w)
	return s.call("commit")
}

func (s *shop) Wallet(context.Context, int64, payment.Environment, string) (*Wallet, error) {
	return s.loaded(), s.call("Wallet")
}

func (s *shop) find(is func(*Operation) bool) (Found, bool) {
	if op := s.w.Operation; op != nil && is(op) {
		return Found{*op, s.w.CustomerID}, true
	}
	for _, f := range s.settled {
		if is(&f.Operation) {
			return f, true
		}
	}
	return Found{}, false
}

func (s *shop) CardOperation(_ context.Context, id string) (Found, bool, error) {
	f, ok := s.find(func(op *Operation) bool { return op.ID == id })
	return f, ok, s.call("CardOperation")
}

func (s *shop) CardOperationByKey(_ context.Context, key string) (Found, bool, error) {
	f, ok := s.find(func(op *Operation) bool { return op.IdemKey == key })
	return f, ok, s.call("CardOperationByKey")
}

func (s *shop) MarkSent(_ context.Context, id string, m ledger.Sent) (bool, error) {
	if err := s.call("MarkSent"); err != nil {
		return false, err
	}
	op := s.w.open(id)
	if op == nil || op.State != payment.Planned || op.Owner != m.Owner {
		return false, nil
	}
	s.marked = m
	op.State, op.SentAt, op.DeadlineAt, op.LeaseUntil = payment.Sent, m.At, m.DeadlineAt, m.LeaseUntil
	return true, s.call("sent")
}

func (s *shop) Claim(_ context.Context, _, _ string, _, until time.Time) (bool, error) {
	s.leased = until
	return true, s.call("Claim")
}

func (s *shop) Execute(_ context.Context, cmd ledger.Command) ledger.Answer {
	if err := cmd.BeforeSend(); err != nil {
		return ledger.Answer{Outcome: ledger.Reject, NotSent: true}
	}
	s.sent = append(s.sent, cmd.Kind)
	if s.at != nil {
		s.at()
	}
	if cmd.Kind == payment.DeleteCard {
		s.there = slices.DeleteFunc(s.there, func(k ledger.KeptCard) bool { return k.ID == cmd.StoredCard })
		return ledger.Answer{Outcome: ledger.Success}
	}
	k := kept("new", "new")
	s.there = append(s.there, k)
	return ledger.Answer{Outcome: ledger.Success, Card: k}
}

func (s *shop) CardList(context.Context, ledger.CardsQuery) ([]ledger.KeptCard, error) {
	s.asked++
	list := slices.Clone(s.there)
	if s.asking != nil {
		s.asking()
	}
	return list, s.listErr
}

var bg = context.Background()

func (s *shop) DueCards(context.Context, time.Time, int) ([]Due, time.Time, error) {
	return nil, time.Time{}, s.call("DueCards")
}

// wish is the submit that stores a card.
func (s *shop) wish(key string) (Result, error) {
	return s.service.Store(bg, StoreCard{Customer: 7, Token: "tok", Actor: ledger.Buyer, Key: key})
}

// holding gives the member a card, by the centre's book and by ours.
func (s *shop) holding(id string) *Card {
	s.there = append(s.there, kept(id, id))
	w := s.loaded()
	w.sync(tick{now: s.now, newID: func() string { return "card " + id }}, s.there)
	s.write(w)
	return s.w.Cards[len(s.w.Cards)-1]
}

// left is an operation of another node's that was left in a state.
func (s *shop) left(state payment.State) Due {
	w := s.loaded()
	op := w.plan(tick{now: s.now, node: "node-2", policy: s.policy, newID: func() string { return "left" }}, payment.StoreCard, ledger.Buyer, "left")
	op.State, op.DeadlineAt, op.UnknownAt = state, s.now, s.now
	s.write(w)
	return Due{OperationID: op.ID, CustomerID: 7, Environment: w.Environment, MerchantID: w.MerchantID, State: state}
}

// TestWithoutADatabase: whichever call fails, once or from then on, nothing is told that was not
// read or written, and no telegram leaves that was not marked as sent.
func TestWithoutADatabase(t *testing.T) {
	t.Parallel()
	unwritten := []string{"UpdateWallet", "commit"} // of these one more is tried, or the operation is taken up later
	for name, do := range map[string]func(*shop) error{
		"store": func(s *shop) error { _, err := s.wish("k"); return err },
		"delete": func(s *shop) error {
			_, err := s.service.Delete(bg, DeleteCard{Customer: 7, Card: s.w.Cards[0].ID, Key: "k"})
			return err
		},
		"again": func(s *shop) error {
			s.settled = append(s.settled, Found{Operation{ledger.Operation{ID: "before", IdemKey: "k", Kind: payment.StoreCard, State: payment.Succeeded}, ""}, 7})
			_, err := s.wish("k")
			return err
		},
		"list": func(s *shop) error {
			s.there = append(s.there, kept("2", "b"))
			_, err := s.service.List(bg, 7)
			return err
		},
		"book":    func(s *shop) error { _, err := s.service.Wallet(bg, 7); return err },
		"planned": func(s *shop) error { return s.service.TakeUp(bg, s.left(payment.Planned)) },
		"sent":    func(s *shop) error { return s.service.TakeUp(bg, s.left(payment.Sent)) },
		"unknown": func(s *shop) error { return s.service.TakeUp(bg, s.left(payment.UnknownState)) },
		"settled by another node": func(s *shop) error {
			s.meanwhile("MarkSent", func() { s.w.Operation.Owner = "node-2" })
			_, err := s.wish("k")
			return err
		},
	} {
		for _, stays := range []bool{true, false} {
			for n := 1; ; n++ {
				s := newShop()
				s.holding("1")
				s.away(n, stays)
				err := do(s)
				if n > len(s.calls) {
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					break
				}
				call := s.calls[n-1]
				if err == nil && (stays || !slices.Contains(unwritten, call)) {
					t.Errorf("%s: call %d (%s) failed, and nobody is told", name, n, call)
				}
				if err != nil && !errors.Is(err, errAway) || (name == "store" || name == "delete") && err != nil && call != "policy" && len(s.sent) == 0 && !problem.Is(err, "database.unavailable") {
					t.Errorf("%s: call %d (%s): %v", name, n, call, err)
				}
				if before := slices.Index(s.calls, "sent"); len(s.sent) > 0 && (before < 0 || before >= n-1) {
					t.Errorf("%s: call %d (%s): %v left all the same", name, n, call, s.sent)
				}
			}
		}
	}
}

// meanwhile lets something happen at a call, whatever else fails.
func (s *shop) meanwhile(call string, do func()) {
	fails := s.fail
	s.fail = func(name string, n int) error {
		if name == call {
			do()
		}
		return fails(name, n)
	}
}

// TestWhatIsNotAsked: no question goes out, and nothing is written, where there is nothing to learn.
func TestWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do    func(*shop) error
		code  string
		asked int
		calls []string
	}{
		"a guest deletes": {func(s *shop) error { _, err := s.service.Delete(bg, DeleteCard{Card: "card 1", Key: "k"}); return err }, "card.unknown", 0, nil},
		"another is open": {func(s *shop) error { s.left(payment.Planned); _, err := s.wish("k"); return err }, "card.busy", 0, []string{"CardOperationByKey", "policy", "Wallet"}},
		"nothing new":     {func(s *shop) error { _, err := s.service.List(bg, 7); return err }, "", 1, []string{"policy", "Wallet"}},
		"a card more": {func(s *shop) error {
			s.there = append(s.there, kept("2", "b"))
			_, err := s.service.List(bg, 7)
			return err
		}, "", 1,
			[]string{"policy", "Wallet", "policy", "UpdateWallet", "commit"}},
		"a card's other face": {func(s *shop) error { s.there[0].Masked = "****"; _, err := s.service.List(bg, 7); return err }, "", 1,
			[]string{"policy", "Wallet", "policy", "UpdateWallet", "commit"}},
		"stored, and told from what was written": {func(s *shop) error { _, err := s.wish("k"); return err }, "", 1,
			[]string{"CardOperationByKey", "policy", "Wallet", "policy", "UpdateWallet", "commit", "policy", "MarkSent", "sent", "policy", "UpdateWallet", "commit"}},
		"settled when it is taken up": {func(s *shop) error {
			due := s.left(payment.Planned)
			s.w.Operation = nil
			return s.service.TakeUp(bg, due)
		}, "", 0, []string{"Claim", "Wallet"}},
	} {
		s := newShop()
		s.holding("1")
		err := tt.do(s)
		if code := problem.Is(err, tt.code); (tt.code == "") != (err == nil) || tt.code != "" && !code || s.asked != tt.asked || !slices.Equal(s.calls, tt.calls) {
			t.Errorf("%s: %v, asked %d times, called %q", name, err, s.asked, s.calls)
		}
	}
}

// TestOverlooked: another operation that was begun while the list before was asked for is met in the
// database; this submit is not, and is told so.
func TestOverlooked(t *testing.T) {
	t.Parallel()
	for _, met := range []string{"operation.open", "operation.repeated"} {
		s := newShop()
		s.fail = func(call string, _ int) error {
			if call == "UpdateWallet" {
				return problem.New(problem.Conflict, met, nil)
			}
			return nil
		}
		if r, err := s.wish("k"); !problem.Is(err, "card.busy") || len(s.sent) > 0 {
			t.Errorf("%s: %+v, %v", met, r, err)
		}
	}
}

// TestWithoutAKey: two wishes without a key are two.
func TestWithoutAKey(t *testing.T) {
	t.Parallel()
	s := newShop()
	for range 2 {
		if r, err := s.wish(""); err != nil || r.Replayed {
			t.Errorf("%+v, %v", r, err)
		}
		s.there = nil
	}
	if len(s.sent) != 2 {
		t.Errorf("sent %v", s.sent)
	}
}

// TestSentByOneOnly: who does not get to mark the operation as sent sends nothing.
func TestSentByOneOnly(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.fail = func(call string, _ int) error {
		if call == "MarkSent" {
			s.w.Operation.Owner = "node-2"
		}
		return nil
	}
	if r, err := s.wish("k"); err != nil || r.Operation.State != payment.Planned || len(s.sent) > 0 {
		t.Errorf("%+v, %v, sent %v", r, err, s.sent)
	}
}

// TestAnotherOneMeanwhile: the answer comes when the operation was settled, and another one is
// open. What is told is told of the first.
func TestAnotherOneMeanwhile(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.at = func() {
		w := s.loaded()
		w.settle(tick{now: s.now}, *w.Operation, verdict{state: payment.DeclinedOp, cause: causeNotKnown})
		s.write(w)
		s.left(payment.Sent)
	}
	r, err := s.wish("k")
	if err != nil || r.Operation.IdemKey != "k" || r.Operation.State != payment.DeclinedOp || s.w.Operation.State != payment.Sent {
		t.Errorf("%+v, %v, open %+v", r, err, s.w.Operation)
	}
}

// TestALateAnswerBeforeItsList: a list that was asked for before a card came says nothing of it.
func TestALateAnswerBeforeItsList(t *testing.T) {
	t.Parallel()
	s := newShop()
	due := s.left(payment.UnknownState)
	s.there = []ledger.KeptCard{kept("2", "b")}
	s.asking = func() {
		w := s.loaded()
		w.keep(tick{now: s.now, newID: func() string { return "3" }}, kept("3", "c"))
		s.write(w)
	}
	if err := s.service.TakeUp(bg, due); err != nil || s.w.Operation == nil || s.w.Operation.State != payment.UnknownState || len(s.w.Cards) != 1 {
		t.Errorf("%v, %+v", err, s.w)
	}
}

// TestAListThatFails for whatever reason is no empty list.
func TestAListThatFails(t *testing.T) {
	t.Parallel()
	for _, why := range []error{&ledger.NoAnswerError{Code: "P001"}, errors.New("broken")} {
		s := newShop()
		s.holding("1")
		s.there, s.listErr = nil, why
		if l, err := s.service.List(bg, 7); err != nil || l.Fresh || len(l.Cards) != 1 || len(s.w.Cards) != 1 {
			t.Errorf("%v: %+v, %v", why, l, err)
		}
	}
}

// TestLeases are a minute at least, and longer than the telegram's deadline (money.md §2).
func TestLeases(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{time.Second, 35 * time.Second, 2 * time.Minute} {
		s := newShop()
		s.policy.TelegramTimeout = timeout
		if _, err := s.wish("k"); err != nil || !s.marked.LeaseUntil.After(s.marked.DeadlineAt) || s.marked.LeaseUntil.Before(s.now.Add(time.Minute)) {
			t.Errorf("%s: %v, %+v", timeout, err, s.marked)
		}
	}
	s := newShop()
	if err := s.service.TakeUp(bg, s.left(payment.UnknownState)); err != nil || s.leased.Before(s.now.Add(time.Minute)) {
		t.Errorf("%v, until %s", err, s.leased)
	}
}

// TestWhatHasJustBeenSentIsNotTakenForNeverSent: an owner that stood still for longer than its lease
// sends after all, just when a worker of the same name takes its operation up. It stays open, so that
// nothing else of the member's runs beside it, and its answer is what it came to.
func TestWhatHasJustBeenSentIsNotTakenForNeverSent(t *testing.T) {
	t.Parallel()
	for _, sends := range []bool{true, false} {
		s := newShop()
		s.w.Operation = &Operation{Operation: ledger.Operation{
			ID: "op", Kind: payment.StoreCard, State: payment.Planned, OpenKey: Key(7), Owner: "node-1", LeaseUntil: s.now.Add(-time.Second),
			Environment: s.w.Environment, MerchantID: s.w.MerchantID,
		}}
		op := *s.w.Operation
		s.fail = func(call string, _ int) error {
			if call == "UpdateWallet" && sends && s.w.Operation.State == payment.Planned {
				if mine, err := s.MarkSent(bg, op.ID, ledger.Sent{Owner: "node-1", At: s.now, DeadlineAt: s.now.Add(deadline)}); err != nil || !mine {
					t.Errorf("not marked: %v", err)
				}
			}
			return nil
		}
		if err := s.service.TakeUp(bg, Due{OperationID: op.ID, CustomerID: 7, State: payment.Planned}); err != nil {
			t.Fatal(err)
		}
		if open := s.w.open(op.ID) != nil; open != sends {
			t.Errorf("sent %t, open %t: %+v", sends, open, s.settled)
		}
	}
}
