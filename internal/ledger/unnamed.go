package ledger

import (
	"context"
	"slices"
	"time"

	"kessai/internal/payment"
	"kessai/internal/problem"
)

// An authorisation whose answer was lost, and of which staff said that it took effect,
// stands without a payment_id, and no telegram about it can be sent. A saga's steps on it
// wait: until a notice that 094 confirms brings the id, until 094 tells it by a trading_id
// that names this payment only, or until staff take their word back.

// unnamed reports a payment that stands, and whose payment_id nobody knows.
func (p *Payment) unnamed() bool { return p.PaymentID == "" && p.living() }

// awaitsName reports whether a saga stands still until a payment has its payment_id.
func (l *Ledger) awaitsName(p *Payment) bool {
	return p.unnamed() && l.saga(p) != nil && l.openOn(p) == nil
}

// decideName takes a notice of a saga's payment whose payment_id is not known: what 094
// confirms is the payment goes on under the id at once, and the saga with it. What else the
// notice tells is judged when the saga ends. Nothing of it is believed without 094, whatever
// the shop's setting: the saga captures and cancels by this id.
func (l *Ledger) decideName(t tick, n *Notice, p *Payment, f *Finding) (done, ask bool, err error) {
	if f == nil {
		return true, true, nil
	}
	switch {
	case !f.about(n), f.Type != n.Type, f.TradingID != p.TradingID, f.Status == payment.Applied, f.Status == payment.ThreeDSRunning:
		n.Asked++
		return true, false, l.askLater(t, n)
	case f.Amount != p.Amount && !f.Status.Ends():
		return true, false, l.park(t, n, ParkAmount)
	case f.Status.NeverAlive() && l.namedLikewise(p):
		n.Asked++
		return true, false, l.askLater(t, n) // it may be the other one that was refused
	}
	p.addPaygentID(n.PaymentID)
	l.saga(p).NotBefore = t.now
	if !f.Status.NeverAlive() {
		return false, false, nil
	}
	l.neverStood(t, p, payment.Declined, fact{event: payment.Told(f.Status), status: f.Status, cause: noticeCause(n), actor: Paygent})
	return true, false, l.finish(t, n, p, NoticeApplied)
}

// namedLikewise reports whether a try without payment_id bears the payment's trading_id too.
func (l *Ledger) namedLikewise(p *Payment) bool {
	return slices.ContainsFunc(l.Payments, func(q *Payment) bool {
		return q != p && q.TradingID == p.TradingID && q.PaymentID == ""
	})
}

// neverStood ends a payment of a saga that stood by somebody's word only, and does not.
func (l *Ledger) neverStood(t tick, p *Payment, end payment.End, f fact) {
	before := l.openly()
	l.setPhase(t, p, payment.Rule{Phase: payment.Ended, End: end}, f)
	p.Status, p.AuthorisedAt = f.status, time.Time{}
	l.syncAlerts(t, before)
}

// awaitName reports whether a step on the payment has to wait for its payment_id. 094 is
// asked on the schedule where its trading_id names it alone; after a while staff are told.
func (l *Ledger) awaitName(t tick, parent *Operation, p *Payment) bool {
	if !p.unnamed() {
		if parent.AlertLevel > 0 {
			parent.AlertLevel = 0
			l.closeAlert(t, AlertUnknown, parent.ID)
		}
		return false
	}
	at := nextAsk(p.AuthorisedAt, t.now)
	parent.NotBefore = at.Add(askedBy)
	if !p.ReusesID() {
		p.AskAt = at
	}
	if parent.AlertLevel == 0 && !t.now.Before(p.AuthorisedAt.Add(alertUnknown)) {
		parent.AlertLevel = 1
		l.alert(t, AlertUnknown, parent.ID, EventData{TradingID: p.TradingID, Amount: p.Amount, Telegram: payment.Authorize.Telegram()})
	}
	return true
}

// askedBy is when a question that is due has been answered, as a rule.
const askedBy = 10 * time.Second

// TakesBack reports whether staff may take back their word that an authorisation took effect:
// its saga waits for a payment_id that nobody has told.
func TakesBack(l *Ledger, operation string) bool {
	op := l.operation(operation)
	return op != nil && l.takesBack(op)
}

func (l *Ledger) takesBack(op *Operation) bool {
	p := l.payment(op.PaymentID)
	return op.Kind == payment.Authorize && op.Parent != "" && op.State == payment.Succeeded && op.Cause == byHand &&
		p.ID != l.CurrentID && l.awaitsName(p) && l.openStep(l.saga(p)) == nil
}

// takeBack asks once more, and takes the word back where the centre does not tell of the
// payment.
func (s *Service) takeBack(ctx context.Context, l *Ledger, in SettleUnknown) (Result, error) {
	op := l.operation(in.Operation)
	p := l.payment(op.PaymentID)
	if f := s.askAbout(ctx, l, op, p, ""); l.tells(p, f) && !f.Status.NeverAlive() {
		return Result{}, notNow("operation.answered", nil)
	}
	replayed := false
	l, err := s.update(ctx, in.Order, func(l *Ledger, t tick) (err error) {
		if replayed, err = l.maySettleByHand(t, in); replayed || err != nil {
			return err
		}
		op := l.operation(in.Operation) // which takesBack still allows
		l.close(t, op, verdict{state: payment.DeclinedOp, cause: byHand, actor: in.Actor, text: in.Reason})
		l.neverStood(t, l.payment(op.PaymentID), payment.NotHappened, fact{event: payment.NoEffect, cause: byHand, actor: in.Actor})
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	return s.settledByHand(l, in, replayed), nil
}

// refuseUnnamed says what to do where no telegram can name the payment yet.
func (p *Payment) refuseUnnamed() error {
	if !p.unnamed() {
		return nil
	}
	return notNow("payment.no_id", problem.Args{"TradingID": p.TradingID})
}
