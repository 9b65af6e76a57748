package ledger

import (
	"time"

	"kessai/internal/payment"
	"kessai/internal/problem"
)

// verdict is what an operation came to, by whichever way it became known.
type verdict struct {
	state       payment.State // Succeeded, DeclinedOp, RejectedOp or UnknownState
	event       payment.Event // for one that begins a payment and failed: how
	cause       string        // "answer", "inquiry", "notice:1001", "never_sent", "lease" …
	code        string
	detail      string
	paygentID   string
	status      payment.Status // what Paygent told with it, empty for a plain answer
	paymentDate time.Time
	refused     bool   // stays unknown with a refusal in hand
	actor       Actor  // who settled it, empty if nobody's hand did
	text        string // and how they know

	// What a success brought for the buyer.
	challenge bool
	needs     Needs
	limitAt   time.Time
	authID    string
	attempt   string
	protected bool
	sealed    string // the card token, for the 020 that follows a challenge
}

// settle is transaction B: it writes the outcome of an operation and everything
// that follows. Settling what is settled is a replay; a success that was settled as
// not happened is a late payment.
func (l *Ledger) settle(t tick, opID string, v verdict) error {
	op := l.operation(opID)
	if op == nil {
		return problem.New(problem.Internal, "operation.unknown_id", problem.Args{"ID": opID})
	}
	p := l.payment(op.PaymentID)
	if v.state != payment.Succeeded && v.cause == "answer" && p.PaymentID != "" { // a refusal gives a payment no other id
		v.paygentID = ""
	}
	p.addPaygentID(v.paygentID)
	if !op.State.Open() {
		return l.settleAgain(t, op, p, v)
	}
	if v.state == payment.UnknownState && !beginsAgain(op.Kind) {
		l.becomeUnknown(t, op, p, v)
		return nil
	}
	if v.state == payment.UnknownState {
		v.state, v.event, v.cause = payment.DeclinedOp, payment.TryReplaced, "begun_again"
	}
	l.close(t, op, v)
	if op.State == payment.Succeeded {
		return l.succeeded(t, op, p, v)
	}
	return l.failed(t, op, p, v)
}

// beginsAgain: what creates nothing but a page is begun again where its answer never
// came; the old page is watched to its limit (money.md §3).
func beginsAgain(k payment.Kind) bool {
	switch k {
	case payment.ApplyBank, payment.OpenLink, payment.LoginCarrier, payment.Authenticate:
		return true
	}
	return false
}

// settlesAt is the time at which an operation is settled now: not before those that were, by a node
// whose clock is ahead of ours. What took effect last shows by it.
func (l *Ledger) settlesAt(t tick) time.Time {
	at := t.now
	for _, op := range l.Operations {
		if op.SettledAt.After(at) {
			at = op.SettledAt.Add(time.Millisecond)
		}
	}
	return at
}

// close settles the operation's own row.
func (l *Ledger) close(t tick, op *Operation, v verdict) {
	op.State, op.Cause, op.Code, op.Detail = v.state, v.cause, v.code, v.detail
	op.OpenKey, op.Owner, op.LeaseUntil, op.NextAskAt = "", "", time.Time{}, time.Time{}
	op.Refused, op.SettledAt = false, l.settlesAt(t)
	l.WakeNotices = true
	if op.AlertLevel > 0 {
		op.AlertLevel = 0
		l.closeAlert(t, AlertUnknown, op.ID)
		l.closeAlert(t, AlertTransit, op.ID)
	}
	if parent := l.operation(op.Parent); parent != nil && parent.State.Open() {
		parent.NotBefore = t.now
	}
	kind := EventSucceeded
	switch v.state {
	case payment.DeclinedOp:
		kind = EventDeclined
	case payment.RejectedOp:
		kind = EventRejected
	}
	actor := op.Actor
	if v.actor != "" {
		actor = v.actor
	}
	l.event(t, kind, actor, l.payment(op.PaymentID), op, v.cause, EventData{Code: v.code, Detail: v.detail, Status: string(v.status), Amount: op.Amount, Text: v.text})
}

// succeeded applies the operation's effect, and then what Paygent told beyond it.
func (l *Ledger) succeeded(t tick, op *Operation, p *Payment, v verdict) error {
	f := fact{event: l.effectOf(t, op, p, v), cause: v.cause, actor: op.Actor, paymentDate: v.paymentDate}
	if op.Kind.Begins() || op.Kind == payment.CompleteThreeDS {
		if v.status != payment.NoStatus { // it became known by what the centre holds, not by an answer
			return l.observe(t, p, told(v.status, v.paymentDate, v.cause))
		}
		if f.event == payment.Told(payment.AuthOK) {
			f.status = payment.AuthOK
		}
		return l.observe(t, p, f)
	}
	if f.event == "" {
		return nil
	}
	if err := l.observe(t, p, f); err != nil {
		return err
	}
	if f.event == payment.CorrectedOK {
		l.checkAmount(t)
	}
	if v.status == payment.NoStatus {
		return nil
	}
	return l.observe(t, p, told(v.status, v.paymentDate, v.cause))
}

// effectOf writes what a success brought to the payment, and names its event.
func (l *Ledger) effectOf(t tick, op *Operation, p *Payment, v verdict) payment.Event {
	switch op.Kind {
	case payment.Authorize, payment.CompleteThreeDS:
		if v.attempt != "" {
			p.Attempt = v.attempt
		}
		if p.ThreeDS == ThreeDS1 {
			p.Protected = v.protected
		}
		if !v.challenge {
			return payment.Told(payment.AuthOK)
		}
		p.ThreeDS = ThreeDS1
		l.pageReady(p, v)
		return payment.PageReady
	case payment.Authenticate:
		p.ThreeDS, p.AuthID = ThreeDS2, v.authID
		if p.Phase != payment.Ended { // nobody comes back for a late answer's token
			p.SealedToken = v.sealed
		}
		l.pageReady(p, v)
		return payment.PageReady
	case payment.ApplyBank, payment.LoginCarrier, payment.ApplyCarrier, payment.OpenLink:
		l.pageReady(p, v)
		return payment.PageReady
	case payment.ApplyConveni, payment.ApplyATM:
		l.pageReady(p, v)
		return payment.NumberIssued
	case payment.CapturePaidy:
		if v.paygentID != "" { // it may go on under another id
			p.PaymentID = v.paygentID
		}
		return payment.CaptureOK
	case payment.Capture, payment.CaptureCarrier:
		return payment.CaptureOK
	case payment.CorrectCarrier:
		p.Amount = op.Amount
		return payment.CorrectedOK
	case payment.RefundPaidy:
		if op.Amount == 0 {
			return payment.CancelOK
		}
		l.leaveLess(op, p)
		p.Amount = op.Amount
		return payment.CorrectedOK
	case payment.CancelAuthorization, payment.CancelCapture, payment.CancelCarrier, payment.CancelPaidy:
		return payment.CancelOK
	}
	return ""
}

// pageReady keeps what the buyer needs to go on, and until when.
func (l *Ledger) pageReady(p *Payment, v verdict) {
	p.Needs = v.needs
	if !v.limitAt.IsZero() {
		p.LimitAt = v.limitAt
	}
}

// failed applies what follows when an operation had no effect.
func (l *Ledger) failed(t tick, op *Operation, p *Payment, v verdict) error {
	// 024 ends the try that 020 began: it is handed to the centre once (threeds1.go). One that
	// never left changes nothing.
	if op.Kind.Begins() || op.Kind == payment.CompleteThreeDS && v.event != payment.NotSent {
		event := v.event
		if event == "" {
			event = payment.Refused
		}
		return l.observe(t, p, fact{event: event, status: v.status, cause: v.cause, actor: Paygent})
	}
	if v.status != payment.NoStatus && (v.status != p.Status || p.uncaptured(v.status) && cancels(op.Kind)) {
		if err := l.observe(t, p, told(v.status, v.paymentDate, v.cause)); err != nil {
			return err
		}
	}
	if changesAmount(op) && p.ID == l.CurrentID {
		l.checkAmount(t)
	}
	if (op.Reason == detached || op.Reason == methodChanged) && p.living() {
		l.letGoInVain(t, p, op.Reason, v.cause)
	}
	if (p.Reverse || op.Reason == attemptCode) && p.living() {
		l.alert(t, AlertReversing, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Code: v.code, Detail: v.detail})
		p.AskAt = t.now.Add(backoff(l.tries(p, op.Kind)))
	}
	return nil
}

// letGoInVain: a payment that was cancelled without its order is still there, and the order's
// again; unless another one has become that meanwhile.
func (l *Ledger) letGoInVain(t tick, p *Payment, reason, cause string) {
	if cur := l.Current(); cur != nil && cur != p && cur.worth() > 0 {
		l.judgeOther(t, p, cause)
		return
	}
	before := l.openly()
	l.CurrentID, p.Reverse = p.ID, false
	l.syncAlerts(t, before)
	if reason == methodChanged {
		l.alertKept(t, AlertKept, p)
	}
}

// tries counts the settled operations of a kind about a payment.
func (l *Ledger) tries(p *Payment, kind payment.Kind) int {
	n := 0
	for _, op := range l.Operations {
		if op.PaymentID == p.ID && op.Kind == kind && !op.State.Open() {
			n++
		}
	}
	return n
}

// settleAgain meets an outcome that is already written.
func (l *Ledger) settleAgain(t tick, op *Operation, p *Payment, v verdict) error {
	if v.state != payment.Succeeded {
		if op.State == payment.Succeeded && v.state != payment.UnknownState {
			l.contradict(t, p, fact{event: payment.Refused, status: p.Status})
		}
		return nil
	}
	if op.State != payment.Succeeded && changesAmount(op) {
		return l.lateAnswer(t, op, p, v)
	}
	if op.State != payment.Succeeded {
		l.event(t, EventSucceeded, op.Actor, p, op, v.cause, EventData{Code: v.code, Status: string(v.status), Amount: op.Amount, Text: "late"})
		return l.succeeded(t, op, p, v)
	}
	if v.status != payment.NoStatus {
		return l.observe(t, p, told(v.status, v.paymentDate, v.cause))
	}
	return nil
}

// becomeUnknown leaves the operation open and hands it to the resolver.
func (l *Ledger) becomeUnknown(t tick, op *Operation, p *Payment, v verdict) {
	if op.State == payment.UnknownState {
		if v.refused && !op.Refused { // its refusal came after its lease had ended
			op.Refused, op.Code, op.Detail = true, v.code, v.detail
		}
		return
	}
	op.State, op.Cause, op.UnknownAt, op.NextAskAt = payment.UnknownState, v.cause, t.now, t.now
	op.Owner, op.LeaseUntil = "", time.Time{}
	op.Refused, op.Code, op.Detail = v.refused, v.code, v.detail
	if op.Kind.Begins() && p.Phase == payment.Opening {
		p.Phase = payment.Unknown
	}
	if !v.refused {
		l.event(t, EventUnknown, op.Actor, p, op, v.cause, EventData{Code: v.code, Detail: v.detail, Amount: op.Amount})
	}
}

// settleRefused takes a refusal that may not be believed at once, with what 094 said
// about it: one answer that does not contradict it settles it (money.md §2).
func (l *Ledger) settleRefused(t tick, opID string, v verdict, f Finding) error {
	v.state, v.refused = payment.UnknownState, true
	if err := l.settle(t, opID, v); err != nil {
		return err
	}
	if err := l.resolve(t, opID, f, true); err != nil {
		return err
	}
	if op := l.operation(opID); op.State == payment.UnknownState {
		l.event(t, EventUnknown, op.Actor, l.payment(op.PaymentID), op, "refused", EventData{Code: v.code, Detail: v.detail, Amount: op.Amount})
	}
	return nil
}

// neverSent closes a planned operation whose owner is gone.
func neverSent() verdict {
	return verdict{state: payment.DeclinedOp, event: payment.NotSent, cause: neverSentCause}
}

const neverSentCause = "never_sent"

// interrupted is what a sent operation becomes whose owner is gone.
func interrupted() verdict { return verdict{state: payment.UnknownState, cause: "lease"} }

// verdictOf turns an answer into a verdict; a refusal that may not be believed yet
// leaves the operation open with the refusal in hand.
func verdictOf(a Answer) verdict {
	v := verdict{
		cause: "answer", code: a.Code, detail: a.Detail, paygentID: a.PaymentID,
		challenge: a.Challenge, needs: a.Needs, limitAt: a.LimitAt, authID: a.AuthID, attempt: a.Attempt, protected: a.Protected,
	}
	if a.IDInUse { // the id that it tells is that of whoever bears ours
		v.paygentID = ""
	}
	switch a.Outcome {
	case Success:
		v.state = payment.Succeeded
	case Decline:
		v.state = payment.DeclinedOp
		if !a.Final {
			v.state, v.refused = payment.UnknownState, true
		}
	case Reject:
		v.state = payment.RejectedOp
		if a.NotSent {
			v.event, v.cause = payment.NotSent, neverSentCause
		}
	default:
		v.state = payment.UnknownState
	}
	return v
}
