package ledger

import (
	"strconv"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// A change of the amount that takes several telegrams is a saga (money.md §8): one
// parent operation keeps the order busy and pins the old payment, the new amount and,
// in its reason, whether the old one was captured. Each step is an operation of its own
// under the parent. What comes next is read off what the steps came to, so the saga goes
// on from every point.
const (
	sagaAuth = "auth_change" // オーソリ変更
	sagaSale = "sale_change" // 売上変更

	// Causes of a parent while it goes back.
	sagaUndo = "undo" // the new payment could not be captured: it is cancelled
	sagaBack = "back" // the old payment can no longer be cancelled: the new one is
)

// sagaStepTries is how often a step that never left is planned again.
const sagaStepTries = 3

// changeMargin is how near the end of a sale's cancel term a change is refused.
const changeMargin = 3 * 24 * time.Hour

func sagaKey(parent *Operation) string { return "saga:" + parent.ID }

// planSaga is transaction A of the parent. It has no owner: whoever has time drives it.
func (l *Ledger) planSaga(t tick, p *Payment, in Change) (*Operation, error) {
	if p.Phase == payment.Captured && !t.now.Before(p.CapturedAt.Add(authorisationTerm-changeMargin)) {
		return nil, notNow("payment.change_term_over", nil)
	}
	parent := l.planOperation(t, p, payment.ChangeAmount, orderKey(l.Order.ID), "", in.Actor, in.Key, l.Order.Total)
	parent.Reason = sagaAuth
	if p.Phase == payment.Captured {
		parent.Reason = sagaSale
	}
	parent.NotBefore = t.lease() // a worker takes over if this node does not get that far
	return parent, nil
}

// saga is the open parent that the payment belongs to, nil if it belongs to none.
func (l *Ledger) saga(p *Payment) *Operation {
	for _, op := range l.Operations {
		if op.Kind != payment.ChangeAmount || !op.State.Open() {
			continue
		}
		if op.PaymentID == p.ID {
			return op
		}
		for _, step := range l.Operations {
			if step.Parent == op.ID && step.PaymentID == p.ID {
				return op
			}
		}
	}
	return nil
}

// lastStep is the newest step of a kind, nil if there is none.
func (l *Ledger) lastStep(parent *Operation, p *Payment, kinds ...payment.Kind) *Operation {
	var last *Operation
	for _, op := range l.Operations {
		for _, k := range kinds {
			if op.Parent == parent.ID && op.Kind == k && (p == nil || op.PaymentID == p.ID) {
				last = op
			}
		}
	}
	return last
}

func (l *Ledger) openStep(parent *Operation) *Operation {
	for _, op := range l.Operations {
		if op.Parent == parent.ID && op.State.Open() {
			return op
		}
	}
	return nil
}

// planStep plans a step that this node sends at once.
func (l *Ledger) planStep(t tick, parent *Operation, p *Payment, kind payment.Kind) *Operation {
	op := l.planOperation(t, p, kind, sagaKey(parent), t.node, parent.Actor, "", p.Amount)
	op.Parent = parent.ID
	l.Events[len(l.Events)-1].Cause = "saga"
	return op
}

// sagaStep plans the saga's next step, or ends it. It returns nil where there is
// nothing to send now.
func (l *Ledger) sagaStep(t tick, id string) (*Operation, error) {
	parent := l.operation(id)
	if parent == nil || !parent.State.Open() {
		return nil, nil
	}
	parent.Owner, parent.LeaseUntil = "", time.Time{}
	if l.openStep(parent) != nil {
		parent.NotBefore = t.now.Add(time.Hour) // woken before, when the step is settled: until then nothing changes
		return nil, nil
	}
	parent.NotBefore = t.lease()
	old := l.payment(parent.PaymentID)
	if old.Method == payment.Paidy {
		return l.paidyStep(t, parent, old)
	}
	return l.cardStep(t, parent, old)
}

// cardStep: a new authorisation, its capture if the old one was captured, then the
// cancellation of the old one.
func (l *Ledger) cardStep(t tick, parent *Operation, old *Payment) (*Operation, error) {
	begun := l.lastStep(parent, nil, payment.Authorize)
	if begun == nil || l.beginsAnew(parent, begun) {
		if !old.living() {
			return nil, l.endSaga(t, parent, payment.DeclinedOp, "ended_meanwhile", "", "")
		}
		if t.policy.elsewhere(old) || !l.stillWanted(parent, old) { // there its id may be another shop's
			return nil, l.endSaga(t, parent, payment.DeclinedOp, neverSentCause, "", "")
		}
		return l.beginSuccessor(t, parent, old), nil
	}
	fresh := l.payment(begun.PaymentID)
	switch {
	case parent.Cause == sagaUndo || parent.Cause == sagaBack:
		return l.cancelStep(t, parent, fresh, nil)
	case l.CurrentID == fresh.ID && fresh.End == payment.Declined && old.living(): // it stood by somebody's word only
		l.CurrentID = old.ID
		return nil, l.endSaga(t, parent, payment.DeclinedOp, begun.Cause, begun.Code, begun.Detail)
	case l.CurrentID == fresh.ID:
		return l.cancelStep(t, parent, old, fresh)
	case !fresh.living():
		return nil, l.endSaga(t, parent, payment.DeclinedOp, begun.Cause, begun.Code, begun.Detail)
	case parent.Reason == sagaSale && fresh.Phase == payment.Authorised:
		return l.captureStep(t, parent, fresh)
	}
	l.CurrentID = fresh.ID
	fresh.Situation = fresh.Method.Changed(parent.Reason == sagaSale)
	if KeptApart(l, old) { // and so is what takes its place
		l.alertKept(t, AlertKept, fresh)
	}
	return l.cancelStep(t, parent, old, fresh)
}

// stillWanted reports whether what staff confirmed holds when the saga is to touch the first
// money: EC-CUBE's own hand may have been at the order since.
func (l *Ledger) stillWanted(parent *Operation, old *Payment) bool {
	return l.mayTouch(old) == nil && l.Order.Total == parent.Amount
}

// neverLeft reports a step whose owner died before it was sent: nothing else changed,
// and the saga goes on with it.
func neverLeft(step *Operation) bool {
	return step.State == payment.DeclinedOp && step.Cause == neverSentCause
}

// beginsAnew reports that the saga's authorisation is begun again under the next
// trading_id: it never left, or its own was in use, which is met once.
func (l *Ledger) beginsAnew(parent, begun *Operation) bool {
	if begun.State == payment.DeclinedOp && begun.Code == idInUseCode {
		return l.steps(parent, payment.Authorize) == 1
	}
	return neverLeft(begun) && l.steps(parent, payment.Authorize) < sagaStepTries
}

func (l *Ledger) steps(parent *Operation, kind payment.Kind) int {
	n := 0
	for _, op := range l.Operations {
		if op.Parent == parent.ID && op.Kind == kind {
			n++
		}
	}
	return n
}

// beginSuccessor plans the authorisation of the new amount with the old one's card.
func (l *Ledger) beginSuccessor(t tick, parent *Operation, old *Payment) *Operation {
	fresh := l.newPayment(t, old.scheme(), parent.Amount)
	fresh.PaymentClass, fresh.SplitCount, fresh.StoredCard, fresh.Replaces = old.PaymentClass, old.SplitCount, old.StoredCard, old.ID
	fresh.LimitAt = t.now.Add(authorisationTerm)
	if t.policy.SameTradingID {
		fresh.TradingID = old.TradingID
	}
	return l.planStep(t, parent, fresh, payment.Authorize)
}

func (l *Ledger) captureStep(t tick, parent *Operation, fresh *Payment) (*Operation, error) {
	if l.awaitName(t, parent, fresh) {
		return nil, nil
	}
	last := l.lastStep(parent, fresh, payment.Capture)
	if last == nil || neverLeft(last) && l.steps(parent, payment.Capture) < sagaStepTries {
		return l.planStep(t, parent, fresh, payment.Capture), nil
	}
	parent.Cause, parent.Code, parent.Detail = sagaUndo, last.Code, last.Detail
	return l.cancelStep(t, parent, fresh, nil)
}

// cancelStep cancels one of the saga's payments until it is gone. instead is the payment
// that took its place, nil where the saga goes back; one that can no longer be cancelled
// makes the saga go back.
func (l *Ledger) cancelStep(t tick, parent *Operation, p, instead *Payment) (*Operation, error) {
	if l.gone(p) {
		l.closeAlert(t, AlertReversing, p.ID)
		if instead != nil {
			l.closeAlert(t, AlertAmountOpen, p.ID) // it may stand as captured in our book
			return nil, l.endSaga(t, parent, payment.Succeeded, "answer", "", "")
		}
		return nil, l.endSaga(t, parent, payment.DeclinedOp, parent.Cause, parent.Code, parent.Detail)
	}
	if p.Status == payment.ClearedFinal && instead != nil {
		l.CurrentID = p.ID
		parent.Cause = sagaBack
		return l.cancelStep(t, parent, instead, nil)
	}
	if p.Status == payment.ClearedFinal { // nor does this one go by a telegram: a person gives it back
		l.alert(t, AlertDouble, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Status: string(p.Status)})
		return nil, l.endSaga(t, parent, payment.DeclinedOp, parent.Cause, parent.Code, parent.Detail)
	}
	if l.awaitName(t, parent, p) {
		return nil, nil
	}
	kind := l.cancelKind(p)
	last := l.lastStep(parent, p, payment.CancelAuthorization, payment.CancelCapture)
	at := t.now.Add(time.Hour)
	if kind != "" && last != nil && last.Kind == kind { // by the same telegram again
		at = last.SettledAt.Add(backoff(l.tries(p, kind)))
	} else if kind != "" {
		at = t.now
	}
	if !t.now.Before(at) {
		return l.planStep(t, parent, p, kind), nil
	}
	parent.NotBefore, p.AskAt = at, t.now.Add(time.Minute) // 094 may find it gone
	l.alertRefused(t, p, last)
	return nil, nil
}

// alertRefused opens 二重決済の可能性 once the saga's cancellation was refused, until the payment
// is gone; also where no telegram cancels it.
func (l *Ledger) alertRefused(t tick, p *Payment, last *Operation) {
	if last == nil {
		last = &Operation{}
	}
	l.alert(t, AlertReversing, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Code: last.Code, Detail: last.Detail})
}

// paidyStep: 341 takes all of it, then 342 gives the difference back.
func (l *Ledger) paidyStep(t tick, parent *Operation, p *Payment) (*Operation, error) {
	if !p.living() {
		return nil, l.endSaga(t, parent, payment.DeclinedOp, "ended_meanwhile", "", "")
	}
	kind := payment.CapturePaidy
	if p.Phase == payment.Captured {
		kind = payment.RefundPaidy
	}
	last := l.lastStep(parent, p, kind)
	switch {
	case last != nil && last.State == payment.Succeeded:
		return nil, l.endSaga(t, parent, payment.Succeeded, "answer", "", "")
	case last != nil && (!neverLeft(last) || l.steps(parent, kind) >= sagaStepTries):
		return nil, l.endSaga(t, parent, payment.DeclinedOp, last.Cause, last.Code, last.Detail)
	case kind == payment.CapturePaidy && !l.stillWanted(parent, p):
		return nil, l.endSaga(t, parent, payment.DeclinedOp, neverSentCause, "", "")
	}
	step := l.planStep(t, parent, p, kind)
	if kind == payment.RefundPaidy {
		step.Amount = parent.Amount
	}
	return step, nil
}

// endSaga settles the parent. What its payments were told meanwhile is judged now, by
// what they are to the order.
func (l *Ledger) endSaga(t tick, parent *Operation, s payment.State, cause, code, detail string) error {
	l.close(t, parent, verdict{state: s, cause: cause, code: code, detail: detail})
	l.checkAmount(t)
	cur := l.Current()
	if cur == nil {
		return nil
	}
	if cur.Phase == payment.Captured {
		if at := watchCapture(cur, t.now); !at.IsZero() { // a step that somebody's word settled is asked about all the same
			cur.AskAt = at
		}
	}
	if err := l.rejudge(t, cur, "saga:"+strconv.Quote(parent.Reason)); err != nil {
		return err
	}
	l.syncUnmade(t, false)
	if p := Asks(l); p != nil && l.Order.Status == order.Canceled { // by EC-CUBE's own hand meanwhile
		l.keep(t, p)
	}
	return nil
}

// rejudge applies to the order what its payment was told while a saga judged it.
func (l *Ledger) rejudge(t tick, p *Payment, cause string) error {
	stage := payment.StageAuthorised
	if p.Phase == payment.Captured {
		stage = payment.StageCaptured
	}
	rule, ok := payment.RuleFor(payment.Key{Scheme: p.scheme(), Role: payment.OrderPayment, Stage: stage, Event: payment.Told(p.Status), Order: l.Order.Status})
	if !ok || rule.Effect != payment.Apply {
		return nil
	}
	rule.Phase, rule.Situation = "", payment.Untouched
	return l.consequences(t, p, rule, fact{event: payment.Told(p.Status), status: p.Status, cause: cause, actor: Paygent})
}
