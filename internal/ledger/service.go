package ledger

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/oklog/ulid/v2"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// sendWithin is how long after it was marked sent a telegram may still leave.
const sendWithin = 5 * time.Second

// writeTries is how often a transaction B is tried when its commit is in doubt.
const writeTries = 5

// Service runs operations on ledgers: transaction A, the wire, transaction B.
type Service struct {
	store   Store
	gateway Gateway
	policy  PolicyFunc
	now     func() time.Time
	rand    io.Reader
	node    string
	log     *slog.Logger
	reached func(Boundary, order.ID)
	seal    func(CardToken) (string, error)
	unseal  func(string) (CardToken, error)
	returns func(order.ID, *Payment) Returns

	rollbackAsks chan struct{} // full while so many orders of a rollback are asked about
}

// Deps is what a Service needs from outside.
type Deps struct {
	Store   Store
	Gateway Gateway
	Policy  PolicyFunc
	Now     func() time.Time
	Rand    io.Reader // safe for concurrent use
	Node    string    // this node's name; operations are owned under it
	Log     *slog.Logger
	// Seal and Unseal keep a card token while its buyer passes a challenge; without them
	// 3-D Secure 2.0 cannot be asked for.
	Seal   func(CardToken) (string, error)
	Unseal func(string) (CardToken, error)
	// Returns makes the addresses a buyer comes back by.
	Returns func(order.ID, *Payment) Returns
	// Reached, if set, is told when an operation passes a boundary of money.md §2.
	Reached func(Boundary, order.ID)
}

// Boundary is a point between two steps of an operation.
type Boundary string

const (
	AfterPlanned Boundary = "planned"
	AfterSent    Boundary = "sent"
	AfterAnswer  Boundary = "answer"
	AfterSettled Boundary = "settled"
)

// New makes a Service.
func New(d Deps) *Service {
	s := &Service{store: d.Store, gateway: d.Gateway, policy: d.Policy, now: d.Now, rand: d.Rand, node: d.Node, log: d.Log, reached: d.Reached, seal: d.Seal, unseal: d.Unseal, returns: d.Returns}
	s.rollbackAsks = make(chan struct{}, rollbackAsks)
	if s.seal == nil || s.unseal == nil {
		s.seal = func(CardToken) (string, error) { return "", errNoSeal }
		s.unseal = func(string) (CardToken, error) { return "", errNoSeal }
	}
	if s.reached == nil {
		s.reached = func(Boundary, order.ID) {}
	}
	return s
}

// Result is what an operation came to, as far as it is known.
type Result struct {
	Operation Operation
	Step      Step
	Replayed  bool // the same submit had been taken before; nothing was sent
}

// Begin begins a payment by the order's method. A second submit with the same key, from
// wherever it comes, sends nothing and tells where the first one stands.
func (s *Service) Begin(ctx context.Context, in Begin) (Result, error) {
	return s.beginIn(ctx, AskingGoods(ctx), in.Order, in.Key, in.Beside, func(l *Ledger, t tick) (*Operation, error) {
		return l.planBegin(t, in)
	})
}

// Change captures, cancels, or changes the amount of a payment.
func (s *Service) Change(ctx context.Context, in Change) (Result, error) {
	if err := s.confirmOld(ctx, in); err != nil {
		return Result{}, err
	}
	return s.begin(ctx, in.Order, in.Key, Beside{}, func(l *Ledger, t tick) (*Operation, error) {
		return l.planChange(t, in)
	})
}

// begin runs transaction A and, if it planned something, the rest of the operation.
func (s *Service) begin(ctx context.Context, id order.ID, key string, beside Beside, plan func(*Ledger, tick) (*Operation, error)) (Result, error) {
	return s.beginIn(ctx, ctx, id, key, beside, plan)
}

// beginIn is begin with a context of its own for transaction A.
func (s *Service) beginIn(ctx, a context.Context, id order.ID, key string, beside Beside, plan func(*Ledger, tick) (*Operation, error)) (Result, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Result{}, err
	}
	var op *Operation
	var left *Ledger
	var replay Result
	err = s.store.Update(a, id, func(l *Ledger) error {
		replay, op, left = Result{}, nil, l
		if err := l.meetHost(t); err != nil {
			return err
		}
		for _, have := range l.Operations {
			if key != "" && have.IdemKey == key {
				replay = Result{Operation: *have, Step: Next(l), Replayed: true}
				return nil
			}
		}
		planned, err := plan(l, t)
		if err != nil {
			return err
		}
		op = planned
		return nil
	})
	if err != nil {
		if _, decided := problem.As(err); !decided {
			// Nobody may know whether it was written: nothing is sent, and an operation
			// that was written is closed as never sent when its lease ends.
			err = problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
		}
		return Result{}, err
	}
	if replay.Replayed {
		return replay, nil
	}
	ctx = context.WithoutCancel(ctx)
	switch {
	case op == nil: // the buyer goes on elsewhere
		return Result{Step: Next(left)}, nil
	case op.Kind == payment.ChangeAmount:
		return s.drive(ctx, id, op.ID)
	}
	s.reached(AfterPlanned, id)
	return s.runAfter(ctx, id, *op, beside, left)
}

// run sends a planned operation that this node owns, and writes its outcome. A buyer
// who closes the page does not stop it.
func (s *Service) run(ctx context.Context, id order.ID, op Operation, beside Beside) (Result, error) {
	return s.runAfter(ctx, id, op, beside, nil)
}

// runAfter is run right after the transaction A of this call, which left the ledger.
func (s *Service) runAfter(ctx context.Context, id order.ID, op Operation, beside Beside, left *Ledger) (Result, error) {
	for again := true; ; again, left = false, nil {
		l, err := s.send(ctx, id, &op, beside, left, again)
		if err != nil {
			return Result{}, err
		}
		next := l.successorOf(op)
		if next == nil || !again {
			return Result{Operation: *l.operation(op.ID), Step: Next(l)}, nil
		}
		op = *next
	}
}

// successorOf is the operation that took this one's place in its transaction B,
// because its trading_id was in use.
func (l *Ledger) successorOf(op Operation) *Operation {
	for _, o := range l.Operations {
		if o.Cause == "" && o.State == payment.Planned && o.Reason == replacing(op.ID) {
			return o
		}
	}
	return nil
}

// awaitsAnother reports whether the order still waits for what an operation was to begin: another
// try may have paid it meanwhile, or it is over.
func (l *Ledger) awaitsAnother(op *Operation, p *Payment) bool {
	scheme, err := l.awaitsTry(op.Amount)
	return err == nil && scheme == p.scheme()
}

func replacing(operation string) string { return "replaces:" + operation }

// send marks the operation sent, sends its telegram, and runs transaction B.
func (s *Service) send(ctx context.Context, id order.ID, op *Operation, beside Beside, left *Ledger, mayReplace bool) (*Ledger, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return nil, err
	}
	if op.Environment != t.policy.Environment || op.MerchantID != t.policy.MerchantID {
		return s.settle(ctx, id, op.ID, neverSent())
	}
	sent := Sent{Owner: s.node, At: t.now, DeadlineAt: t.now.Add(t.policy.TelegramTimeout), LeaseUntil: t.lease()}
	mine, err := s.store.MarkSent(ctx, op.ID, sent)
	if err != nil {
		return nil, problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
	}
	if !mine {
		return s.store.View(ctx, id)
	}
	s.reached(AfterSent, id)
	// A payment that transaction A began, or took up again, stands as A left it for as long as
	// its operation is planned. What else is operated on may have moved meanwhile.
	l := left
	if l == nil || !op.Kind.Begins() || op.Parent != "" {
		if l, err = s.store.View(ctx, id); err != nil {
			if _, decided := problem.As(err); !decided { // else the order is gone: EC-CUBE deleted it
				err = problem.Wrap(err, problem.Unavailable, "database.unavailable", nil)
			}
			return nil, err
		}
	}
	p := l.payment(op.PaymentID)
	command, err := s.command(ctx, l, op, p, beside, sent)
	if err != nil {
		s.log.WarnContext(ctx, "not sent: what the telegram needs could not be read", "order", int64(id), "error", err)
		return s.settle(ctx, id, op.ID, neverSent())
	}
	answer := s.gateway.Execute(ctx, command)
	s.reached(AfterAnswer, id)
	return s.answered(ctx, id, op, p, beside, answer, mayReplace)
}

// command is the operation as the gateway needs it.
func (s *Service) command(ctx context.Context, l *Ledger, op *Operation, p *Payment, beside Beside, sent Sent) (Command, error) {
	c := Command{
		OperationID: op.ID, Kind: op.Kind, Method: p.Method, Environment: op.Environment, MerchantID: op.MerchantID, SettingsVersion: op.SettingsVersion,
		OrderID: l.Order.ID, TradingID: p.TradingID, PaymentID: p.PaymentID, Amount: l.operation(op.ID).Amount, Was: p.Amount,
		PaymentClass: p.PaymentClass, SplitCount: p.SplitCount, CustomerID: l.Order.CustomerID, StoredCard: p.StoredCard,
		ThreeDS: p.ThreeDS, AuthID: p.AuthID, Brand: p.Brand, Beside: beside,
		BeforeSend: func() error {
			if s.now().Sub(sent.At) >= sendWithin {
				return errTooLate
			}
			return nil
		},
	}
	if old := l.payment(p.Replaces); op.Parent != "" && old != nil {
		c.ReferenceID = old.TradingID
	}
	if op.Kind.Begins() && op.Parent == "" {
		if s.returns != nil {
			c.Returns = s.returns(l.Order.ID, p)
		}
		var err error
		if c.Orderer, err = s.store.Orderer(ctx, l.Order.ID, s.now()); err != nil {
			return Command{}, err
		}
	}
	c.Remaining = sent.DeadlineAt.Sub(s.now())
	return c, nil
}

var (
	errTooLate = errors.New("ledger: too long after it was marked sent; not sent")
	errNoSeal  = errors.New("ledger: nothing is there to keep a card token with")
)

// answered runs transaction B for an answer. A refusal that may not be believed at
// once is held against one 094 first; an id in use begins the payment anew, once.
func (s *Service) answered(ctx context.Context, id order.ID, op *Operation, p *Payment, beside Beside, a Answer, mayReplace bool) (*Ledger, error) {
	v := verdictOf(a)
	if op.Kind == payment.Authenticate && v.state == payment.Succeeded && beside.Token != "" {
		var err error
		if v.sealed, err = s.seal(beside.Token); err != nil {
			s.log.ErrorContext(ctx, "the card token could not be kept; the buyer has to enter the card again", "order", int64(id), "error", err)
			v = verdict{state: payment.DeclinedOp, event: payment.TryReplaced, cause: "begun_again"}
		}
	}
	if a.Outcome == Decline && (!a.Final || a.IDInUse) {
		f := s.confirmRefusal(ctx, id, op, p, v.paygentID)
		if r := read(op, p, f); a.IDInUse && mayReplace && op.Kind.Begins() && f.Kind == Found && r != readYes && r != readTransit {
			return s.update(ctx, id, func(l *Ledger, t tick) error { return l.replace(t, op.ID, v) })
		}
		l, err := s.update(ctx, id, func(l *Ledger, t tick) error { return l.settleRefused(t, op.ID, v, f) })
		s.reached(AfterSettled, id)
		return l, err
	}
	l, err := s.settle(ctx, id, op.ID, v)
	s.reached(AfterSettled, id)
	return l, err
}

// replace closes an operation whose trading_id is in use and begins the payment
// under the next one, in one transaction. A saga begins its step anew itself.
func (l *Ledger) replace(t tick, opID string, v verdict) error {
	op := l.operation(opID)
	if !op.State.Open() {
		return nil
	}
	old := l.payment(op.PaymentID)
	v.state = payment.DeclinedOp
	key := op.IdemKey
	l.close(t, op, v)
	if err := l.observe(t, old, fact{event: payment.Refused, cause: "trading_id in use", actor: Paygent}); err != nil || op.Parent != "" {
		return err
	}
	if !l.awaitsAnother(op, old) {
		return nil
	}
	if err := l.takeHold(t); err != nil {
		if _, ordinary := problem.As(err); ordinary { // its goods went meanwhile: it was refused, and no more
			return nil
		}
		return err
	}
	l.move(t, order.Pending, "trading_id in use")
	in := Begin{Amount: op.Amount, PaymentClass: old.PaymentClass, SplitCount: old.SplitCount, StoredCard: old.StoredCard, Brand: old.Brand}
	if key != "" {
		key += "+"
	}
	p := l.beginPayment(t, in, old.scheme())
	p.ThreeDS, p.Attempt, p.Protected = old.ThreeDS, old.Attempt, old.Protected
	p.AuthID, old.AuthID = old.AuthID, ""
	l.planOperation(t, p, op.Kind, orderKey(l.Order.ID), t.node, op.Actor, key, op.Amount).Reason = replacing(opID)
	return nil
}

// settle runs transaction B.
func (s *Service) settle(ctx context.Context, id order.ID, opID string, v verdict) (*Ledger, error) {
	return s.update(ctx, id, func(l *Ledger, t tick) error { return l.settle(t, opID, v) })
}

// update runs one decision and returns the ledger it left. A commit in doubt is
// tried again: everything after the wire is written so that doing it twice is doing
// it once.
func (s *Service) update(ctx context.Context, id order.ID, decide func(*Ledger, tick) error) (*Ledger, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return nil, err
	}
	var left *Ledger
	var refused error
	for try := 1; ; try++ {
		err = s.store.Update(ctx, id, func(l *Ledger) error {
			if refused = l.meetHost(t); refused != nil {
				return refused
			}
			if refused = decide(l, t); refused != nil {
				return refused
			}
			left = l
			return nil
		})
		if err == nil {
			return left, nil
		}
		if p, ok := problem.As(refused); ok && p.Category != problem.Internal {
			return nil, err // decided, and nobody's fault
		}
		if _, decided := problem.As(err); decided || try >= writeTries || ctx.Err() != nil {
			s.log.ErrorContext(ctx, "outcome not written; the operation is taken up when its lease ends", "order", int64(id), "error", err)
			return nil, err
		}
	}
}

// inquiryAbout asks by the one id that can name only this payment.
func inquiryAbout(op *Operation, p *Payment, paygentID string) Inquiry {
	q := Inquiry{Environment: op.Environment, MerchantID: op.MerchantID, SettingsVersion: op.SettingsVersion}
	switch {
	case op.Kind.Begins():
		q.TradingID = p.TradingID
	case paygentID != "" && p.PaymentID == "":
		q.PaymentID = paygentID
	case p.PaymentID == "": // its authorisation was answered without one
		q.TradingID = p.TradingID
	default:
		q.PaymentID = p.PaymentID
	}
	return q
}

// tick is what decisions need: time, ids, policy.
func (s *Service) tick(ctx context.Context) (tick, error) {
	policy, err := s.policy(ctx)
	if err != nil {
		return tick{}, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	return tick{now: now, policy: policy, node: s.node, newID: func() string {
		return ulid.MustNew(ulid.Timestamp(now), s.rand).String()
	}}, nil
}

// Policy returns the policy in force, for pages that show what it allows.
func (s *Service) Policy(ctx context.Context) (Policy, error) { return s.policy(ctx) }

// View returns an order's ledger as it stands, for pages.
func (s *Service) View(ctx context.Context, id order.ID) (*Ledger, error) {
	return s.store.View(ctx, id)
}
