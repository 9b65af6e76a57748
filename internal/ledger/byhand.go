package ledger

import (
	"context"
	"strings"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// byHand is the cause of an outcome that staff wrote.
const byHand = "staff"

// handWatch is when 094 is asked about a payment that stands, or is gone, by somebody's word.
const handWatch = time.Hour

// SettleUnknown is a person's word on an operation about which everything is silent
// (money.md §3). Its idempotency key is the operation: it is settled once.
type SettleUnknown struct {
	Order     order.ID
	Operation string
	Happened  bool   // it took effect at Paygent
	Reason    string // how they know
	Actor     Actor
}

// SettleUnknown asks once more, and believes the person only where the answer says
// nothing: evidence that settles the operation goes before what anybody says, and one
// that the centre still works on, or is about to settle, is left to it.
func (s *Service) SettleUnknown(ctx context.Context, in SettleUnknown) (Result, error) {
	if in.Reason = strings.TrimSpace(in.Reason); in.Reason == "" {
		return Result{}, problem.New(problem.Invalid, "operation.reason", nil).On("reason")
	}
	l, err := s.store.View(ctx, in.Order)
	if err != nil {
		return Result{}, err
	}
	t, err := s.tick(ctx)
	if err != nil {
		return Result{}, err
	}
	if done, err := l.maySettleByHand(t, in); done || err != nil {
		return s.settledByHand(l, in, true), err
	}
	op := l.operation(in.Operation)
	if !op.State.Open() {
		return s.takeBack(ctx, l, in)
	}
	f := s.askAbout(ctx, l, op, l.payment(op.PaymentID), "")
	witnessed := s.witnessed(ctx, op.Environment, op.MerchantID, op.SettingsVersion, f, in.Order)
	if l, err = s.update(ctx, in.Order, func(l *Ledger, t tick) error { return l.resolve(t, in.Operation, f, witnessed) }); err != nil {
		return Result{}, err
	}
	if op = l.operation(in.Operation); !op.State.Open() { // by evidence
		return s.settledByHand(l, in, false), nil
	}
	switch l.judge(op, f, witnessed) {
	case readTransit:
		return Result{}, notNow("payment.transit", problem.Args{"Status": f.Status})
	case readNothing:
	default:
		return Result{}, notNow("operation.answered", nil)
	}
	replayed := false
	l, err = s.update(ctx, in.Order, func(l *Ledger, t tick) (err error) {
		if replayed, err = l.maySettleByHand(t, in); replayed || err != nil {
			return err
		}
		return l.settleByHand(t, in)
	})
	if err != nil {
		return Result{}, err
	}
	return s.settledByHand(l, in, replayed), nil
}

func (s *Service) settledByHand(l *Ledger, in SettleUnknown, replayed bool) Result {
	op := l.operation(in.Operation)
	if op == nil {
		return Result{}
	}
	return Result{Operation: *op, Step: Next(l), Replayed: replayed}
}

// MaySettleByHand is why staff cannot settle an operation by hand now, nil if they can.
func MaySettleByHand(l *Ledger, operation string, now time.Time) error {
	_, err := l.maySettleByHand(tick{now: now}, SettleUnknown{Operation: operation})
	return err
}

// maySettleByHand reports whether the person's word was taken already, or why it cannot be.
func (l *Ledger) maySettleByHand(t tick, in SettleUnknown) (done bool, err error) {
	op := l.operation(in.Operation)
	switch {
	case op == nil:
		return false, problem.New(problem.NotFound, "operation.none", nil)
	case op.Cause == byHand && (op.State == payment.Succeeded) == in.Happened:
		return true, nil
	case !op.State.Open() && !in.Happened && l.takesBack(op):
		return false, nil
	case !op.State.Open():
		return false, notNow("operation.settled", nil)
	case op.State != payment.UnknownState:
		return false, notNow("operation.open", nil)
	case t.now.Before(op.DeadlineAt.Add(settleMargin)): // its telegram may still be under way
		return false, notNow("operation.in_flight", nil)
	}
	return false, nil
}

// settleByHand is transaction B of what a person said.
func (l *Ledger) settleByHand(t tick, in SettleUnknown) error {
	op := l.operation(in.Operation)
	p := l.payment(op.PaymentID)
	v := verdict{cause: byHand, code: op.Code, detail: op.Detail, actor: in.Actor, text: in.Reason}
	switch {
	case !in.Happened:
		v.state, v.event = payment.DeclinedOp, payment.NoEffect
	case op.Kind.Page(): // it stands at the centre, and what the buyer would need is not known
		v.state, v.event = payment.DeclinedOp, payment.SetAside
	default:
		v.state, v.code, v.detail = payment.Succeeded, "", ""
	}
	if err := l.settle(t, op.ID, v); err != nil {
		return err
	}
	if (p.living() || l.goneByWord(p)) && (p.AskAt.IsZero() || p.AskAt.After(t.now.Add(handWatch))) {
		p.AskAt = t.now.Add(handWatch) // a contradiction is to be met soon
	}
	return nil
}

// goneByWord reports a payment whose cancellation took effect by somebody's word, while the
// centre has not told so: what is still alive there would be noticed by nobody.
func (l *Ledger) goneByWord(p *Payment) bool {
	op := l.lastSucceeded(p)
	return p.stage() == payment.StageFinished && !p.Status.Ends() && op != nil && op.Cause == byHand
}
