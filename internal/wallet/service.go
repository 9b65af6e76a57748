package wallet

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/oklog/ulid/v2"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// writeTries is how often a transaction B is tried when its commit is in doubt.
const writeTries = 5

// Service runs operations on wallets: transaction A, the wire, transaction B.
type Service struct {
	d Deps
}

// Deps is what a Service needs from outside.
type Deps struct {
	Store   Store
	Gateway Gateway
	Lists   ledger.CardList
	Policy  ledger.PolicyFunc
	Now     func() time.Time
	Rand    io.Reader // safe for concurrent use
	Node    string    // this node's name; operations are owned under it
	Log     *slog.Logger
	// Reached, if set, is told when an operation passes a boundary of money.md §2.
	Reached func(ledger.Boundary)
}

// New makes a Service.
func New(d Deps) *Service {
	if d.Reached == nil {
		d.Reached = func(ledger.Boundary) {}
	}
	return &Service{d}
}

// StoreCard is a member's wish to keep a card. Who pays with it as well does so with
// another token, and has the card kept once it was proved (storefront.md §11, W21).
type StoreCard struct {
	Customer int64 // of a member
	Token    ledger.CardToken
	Actor    ledger.Actor
	Key      string // idempotency: one per page shown
}

// DeleteCard is a member's wish to have a kept card forgotten.
type DeleteCard struct {
	Customer int64
	Card     string // Card.ID
	Actor    ledger.Actor
	Key      string
}

// Result is what an operation came to, as far as it is known.
type Result struct {
	Operation Operation // zero if nothing had to be sent: the card was gone
	Card      *Card     // stored or deleted, nil while it is not known
	Replayed  bool      // the same submit had been taken before; nothing was sent
}

// Listing is what a member keeps.
type Listing struct {
	Cards []*Card
	Fresh bool       // the centre has just said so; else it is our book's
	Open  *Operation // not settled yet: the list may change by it
}

// Store keeps a card at the centre (025). A second submit with the same key sends nothing
// and tells where the first one stands.
func (s *Service) Store(ctx context.Context, in StoreCard) (Result, error) {
	switch {
	case in.Customer == 0:
		return Result{}, problem.New(problem.Denied, "card.members_only", nil)
	case in.Token == "":
		return Result{}, problem.New(problem.Invalid, "card.token_missing", nil)
	}
	return s.begin(ctx, in.Customer, in.Key, payment.StoreCard, in.Token, func(w *Wallet, t tick, told bool) (*Operation, error) {
		switch {
		case !t.policy.KeepsCards:
			return nil, problem.New(problem.NotNow, "card.not_kept", nil)
		case !told: // what came of it could not be told apart
			return nil, problem.New(problem.Unavailable, "card.list_silent", nil)
		}
		return w.planStore(t, in)
	})
}

// Delete deletes a kept card at the centre (026). Where the list before is silent our book
// stands for it: it knows the card, and the list after tells whether that is there.
func (s *Service) Delete(ctx context.Context, in DeleteCard) (Result, error) {
	if in.Customer == 0 {
		return Result{}, problem.New(problem.NotFound, "card.unknown", nil)
	}
	return s.begin(ctx, in.Customer, in.Key, payment.DeleteCard, "", func(w *Wallet, t tick, _ bool) (*Operation, error) {
		return w.planDelete(t, in)
	})
}

// Wallet is what a member keeps by our book, without asking the centre.
func (s *Service) Wallet(ctx context.Context, customer int64) (*Wallet, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return nil, err
	}
	return s.d.Store.Wallet(ctx, customer, t.policy.Environment, t.policy.MerchantID)
}

// List asks the centre what a member keeps (027), and makes our book the same unless an
// operation is open: that is settled by a list of its own.
func (s *Service) List(ctx context.Context, customer int64) (Listing, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Listing{}, err
	}
	seen, err := s.d.Store.Wallet(ctx, customer, t.policy.Environment, t.policy.MerchantID)
	if err != nil {
		return Listing{}, err
	}
	out := Listing{Cards: seen.Cards, Open: seen.Operation}
	if seen.Operation != nil || customer == 0 {
		return out, nil
	}
	a := s.ask(ctx, customer, t.policy.Version)
	if !a.told {
		return out, nil
	}
	if out.Fresh = !seen.differs(a.list); out.Fresh {
		return out, nil
	}
	err = s.update(ctx, seen, func(w *Wallet, t tick) error {
		if out.Fresh = w.Operation == nil && w.revision() == seen.revision(); out.Fresh {
			w.sync(t, a.list)
		}
		out.Cards, out.Open = w.kept(), w.Operation
		return nil
	})
	return out, err
}

// ask asks 027.
func (s *Service) ask(ctx context.Context, customer, version int64) after {
	list, err := s.d.Lists.CardList(ctx, ledger.CardsQuery{SettingsVersion: version, CustomerID: customer})
	var none *ledger.NoAnswerError
	switch {
	case errors.As(err, &none):
		s.d.Log.WarnContext(ctx, "027 was not answered", "customer", customer, "code", none.Code, "why", none.Detail)
		return after{}
	case err != nil:
		s.d.Log.WarnContext(ctx, "027 was not answered", "customer", customer, "error", err)
		return after{}
	}
	for _, k := range list {
		if !usable(k) {
			s.d.Log.WarnContext(ctx, "027 told of a card whose id cannot be kept", "customer", customer)
			return after{}
		}
	}
	return after{list: list, told: true}
}

// begin asks for the list before, runs transaction A with it and, if that planned
// something, the rest of the operation.
func (s *Service) begin(ctx context.Context, customer int64, key string, kind payment.Kind, token ledger.CardToken,
	plan func(w *Wallet, t tick, told bool) (*Operation, error),
) (Result, error) {
	if r, err := s.replay(ctx, customer, key, kind); err != nil || r.Replayed {
		return r, err
	}
	t, err := s.tick(ctx)
	if err != nil {
		return Result{}, err
	}
	seen, err := s.d.Store.Wallet(ctx, customer, t.policy.Environment, t.policy.MerchantID)
	if err != nil {
		return Result{}, problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
	}
	if seen.Operation != nil {
		return Result{}, problem.New(problem.NotNow, "card.busy", nil)
	}
	before := s.ask(ctx, customer, t.policy.Version)
	if t, err = s.tick(ctx); err != nil { // time has passed
		return Result{}, err
	}
	var op *Operation
	var left *Wallet
	err = s.d.Store.UpdateWallet(ctx, customer, seen.Environment, seen.MerchantID, func(w *Wallet) (err error) {
		op, left = nil, w
		if w.Operation != nil || w.revision() != seen.revision() {
			return problem.New(problem.NotNow, "card.busy", nil)
		}
		if before.told {
			w.sync(t, before.list)
		}
		op, err = plan(w, t, before.told)
		return err
	})
	switch {
	case problem.Is(err, "operation.repeated"), problem.Is(err, "operation.open"):
		if r, replayErr := s.replay(ctx, customer, key, kind); replayErr != nil || r.Replayed {
			return r, replayErr
		}
		return Result{}, problem.Wrap(err, problem.NotNow, "card.busy", nil)
	case problem.Is(err, "card.busy"): // the same submit may have been faster
		if r, replayErr := s.replay(ctx, customer, key, kind); replayErr == nil && r.Replayed {
			return r, nil
		}
		return Result{}, err
	case err != nil:
		if _, decided := problem.As(err); !decided {
			// Nobody may know whether it was written: nothing is sent, and an operation that
			// was written is closed as never sent when its lease ends.
			err = problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
		}
		return Result{}, err
	case op == nil:
		return Result{}, nil
	}
	s.d.Reached(ledger.AfterPlanned)
	return s.send(context.WithoutCancel(ctx), left, *op, token)
}

// replay finds where an earlier submit with the key stands. A key of somebody else, or of
// another wish, is none of this submit.
func (s *Service) replay(ctx context.Context, customer int64, key string, kind payment.Kind) (Result, error) {
	if key == "" {
		return Result{}, nil
	}
	found, ok, err := s.d.Store.CardOperationByKey(ctx, key)
	switch {
	case err != nil:
		return Result{}, problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
	case !ok:
		return Result{}, nil
	case found.CustomerID != customer || found.Kind != kind:
		return Result{}, problem.New(problem.Conflict, "operation.repeated", nil)
	}
	return s.result(ctx, found, true)
}

// result is where an operation stands.
func (s *Service) result(ctx context.Context, f Found, replayed bool) (Result, error) {
	w, err := s.d.Store.Wallet(ctx, f.CustomerID, f.Environment, f.MerchantID)
	if err != nil {
		return Result{}, problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
	}
	return Result{Operation: f.Operation, Card: w.card(f.CardID), Replayed: replayed}, nil
}

// send marks a planned operation that this node owns as sent, sends its telegram, and runs
// transaction B. A member who closes the page does not stop it.
func (s *Service) send(ctx context.Context, w *Wallet, op Operation, token ledger.CardToken) (Result, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Result{}, err
	}
	if op.Environment != t.policy.Environment || op.MerchantID != t.policy.MerchantID {
		return s.settle(ctx, w, op, neverSent())
	}
	sent := ledger.Sent{Owner: s.d.Node, At: t.now, DeadlineAt: t.now.Add(t.policy.TelegramTimeout), LeaseUntil: t.lease()}
	mine, err := s.d.Store.MarkSent(ctx, op.ID, sent)
	if err != nil {
		return Result{}, problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
	}
	if !mine {
		return s.standing(ctx, w, op)
	}
	s.d.Reached(ledger.AfterSent)
	c := ledger.Command{
		OperationID: op.ID, Kind: op.Kind, Method: payment.Card, Environment: op.Environment, MerchantID: op.MerchantID,
		SettingsVersion: op.SettingsVersion, CustomerID: w.CustomerID, Beside: ledger.Beside{Token: token},
		Remaining: sent.DeadlineAt.Sub(s.d.Now()),
		BeforeSend: func() error {
			if s.d.Now().Sub(sent.At) >= sendWithin {
				return errTooLate
			}
			return nil
		},
	}
	if card := w.card(op.CardID); card != nil {
		c.StoredCard = card.PaygentID
	}
	a := s.d.Gateway.Execute(ctx, c)
	s.d.Reached(ledger.AfterAnswer)
	return s.answered(ctx, w, op, a)
}

var errTooLate = errors.New("wallet: too long after it was marked sent; not sent")

// answered runs transaction B for an answer. A refusal that may not be believed at once is
// held against one list first; so is every refusal to delete, for the card may be gone.
func (s *Service) answered(ctx context.Context, w *Wallet, op Operation, a ledger.Answer) (Result, error) {
	v := verdict{cause: causeAnswer, code: a.Code, detail: a.Detail, card: a.Card}
	doubted := false
	switch {
	case a.Outcome == ledger.Success && (op.Kind == payment.DeleteCard || usable(a.Card)):
		v.state = payment.Succeeded
	case a.Outcome == ledger.Decline:
		v.state = payment.DeclinedOp
		doubted = !a.Final || op.Kind == payment.DeleteCard
	case a.Outcome == ledger.Reject && a.NotSent:
		v.state, v.cause = payment.RejectedOp, causeNeverSent
	case a.Outcome == ledger.Reject:
		v.state = payment.RejectedOp
		doubted = op.Kind == payment.DeleteCard
	default:
		v.state = payment.UnknownState
	}
	if doubted {
		list := s.ask(ctx, w.CustomerID, op.SettingsVersion)
		return s.write(ctx, w, op, func(w *Wallet, t tick) { w.settleRefused(t, op, v, list) })
	}
	return s.settle(ctx, w, op, v)
}

func (s *Service) settle(ctx context.Context, w *Wallet, op Operation, v verdict) (Result, error) {
	return s.write(ctx, w, op, func(w *Wallet, t tick) { w.settle(t, op, v) })
}

// write runs a decision about an operation, and tells where that stands then.
func (s *Service) write(ctx context.Context, w *Wallet, op Operation, decide func(*Wallet, tick)) (Result, error) {
	var out *Result
	err := s.update(ctx, w, func(w *Wallet, t tick) error {
		out = nil
		decide(w, t)
		if o := w.Operation; o != nil && o.ID == op.ID {
			out = &Result{Operation: *o, Card: w.card(o.CardID)}
		}
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	s.d.Reached(ledger.AfterSettled)
	if out == nil { // settled in another way meanwhile
		return s.standing(ctx, w, op)
	}
	return *out, nil
}

// standing is where an operation stands that another node or way is at.
func (s *Service) standing(ctx context.Context, w *Wallet, op Operation) (Result, error) {
	found, ok, err := s.d.Store.CardOperation(ctx, op.ID)
	if err != nil || !ok {
		return Result{}, problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
	}
	found.CustomerID = w.CustomerID
	return s.result(ctx, found, false)
}

// update runs one decision. A commit in doubt is tried again: everything after the wire is
// written so that doing it twice is doing it once.
func (s *Service) update(ctx context.Context, of *Wallet, decide func(*Wallet, tick) error) error {
	t, err := s.tick(ctx)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err = s.d.Store.UpdateWallet(ctx, of.CustomerID, of.Environment, of.MerchantID, func(w *Wallet) error { return decide(w, t) })
		if err == nil {
			return nil
		}
		if _, decided := problem.As(err); decided || try >= writeTries || ctx.Err() != nil {
			s.d.Log.ErrorContext(ctx, "outcome not written; the operation is taken up when its lease ends", "customer", of.CustomerID, "error", err)
			return err
		}
	}
}

// TakeUp works on one open operation that is due (Store.DueCards): a planned one whose owner
// is gone is closed as never sent, a sent one becomes unknown, an unknown one is asked about.
func (s *Service) TakeUp(ctx context.Context, due Due) error {
	now := s.d.Now()
	claimed, err := s.d.Store.Claim(ctx, due.OperationID, s.d.Node, now, now.Add(time.Minute+leaseMargin))
	if err != nil || !claimed {
		return err
	}
	w, err := s.d.Store.Wallet(ctx, due.CustomerID, due.Environment, due.MerchantID)
	if err != nil {
		return err
	}
	op := w.open(due.OperationID)
	switch {
	case op == nil:
		return nil
	case op.State == payment.Planned:
		_, err = s.write(ctx, w, *op, func(w *Wallet, t tick) {
			// Else its owner stood still, bears our name, and has just sent it.
			if now := w.open(op.ID); now != nil && now.State == payment.Planned {
				w.settle(t, *op, neverSent())
			}
		})
	case op.State == payment.Sent:
		_, err = s.settle(ctx, w, *op, interrupted())
	default:
		list := s.ask(ctx, w.CustomerID, op.SettingsVersion)
		err = s.update(ctx, w, func(now *Wallet, t tick) error {
			if now.revision() != w.revision() { // a late answer came: the list is older than it
				list = after{}
			}
			now.resolve(t, op.ID, list)
			return nil
		})
	}
	return err
}

func (s *Service) tick(ctx context.Context) (tick, error) {
	policy, err := s.d.Policy(ctx)
	if err != nil {
		return tick{}, err
	}
	now := s.d.Now().UTC().Truncate(time.Millisecond)
	return tick{now: now, policy: policy, node: s.d.Node, newID: func() string {
		return ulid.MustNew(ulid.Timestamp(now), s.d.Rand).String()
	}}, nil
}
