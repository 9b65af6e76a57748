package ledger

import (
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// StepKind is where a buyer is with an order.
type StepKind string

const (
	StepPay      StepKind = "pay"      // show the payment page, with Refusal if the last try failed
	StepWait     StepKind = "wait"     // 確認中: an operation is under way or unknown
	StepPage     StepKind = "page"     // go on at a page outside, with Needs
	StepNumber   StepKind = "number"   // pay with the number of Needs; the order waits in 7 (link type)
	StepComplete StepKind = "complete" // placed
	StepCanceled StepKind = "canceled"
)

// Step is what a buyer sees next.
type Step struct {
	Kind    StepKind
	Since   time.Time // of StepWait
	Unknown bool      // of StepWait: the answer never came
	Refusal *Refusal  // of StepPay: why the last try failed
	Payment string    // of StepPage and StepNumber: Payment.ID
	Needs   Needs
}

// Refusal is why the last try failed.
type Refusal struct {
	State  payment.State
	Cause  string
	Code   string
	Detail string
}

// Next says where the buyer is.
func Next(l *Ledger) Step {
	switch l.Order.Status {
	case order.Canceled:
		return Step{Kind: StepCanceled}
	case order.Processing:
		return Step{Kind: StepPay, Refusal: l.lastRefusal()}
	case order.Pending:
		op := l.OpenOperation()
		if op == nil {
			return l.waiting()
		}
		return Step{Kind: StepWait, Since: op.PlannedAt, Unknown: op.State == payment.UnknownState}
	}
	return Step{Kind: StepComplete}
}

// waiting is the step of an order in 7 about which nothing of ours is under way.
func (l *Ledger) waiting() Step {
	p := l.Current()
	switch {
	case p != nil && p.Phase == payment.AwaitingBuyer:
		return Step{Kind: StepPage, Since: p.BegunAt, Payment: p.ID, Needs: p.Needs}
	case p != nil && p.Phase == payment.AwaitingPayment:
		return Step{Kind: StepNumber, Since: p.BegunAt, Payment: p.ID, Needs: p.Needs}
	}
	return Step{Kind: StepWait, Since: l.Order.PendingSince}
}

// lastRefusal is the end of the newest try, if it failed.
func (l *Ledger) lastRefusal() *Refusal {
	var last *Operation
	for _, op := range l.Operations {
		if op.Kind.Begins() && op.Parent == "" && !op.State.Open() && (last == nil || !op.SettledAt.Before(last.SettledAt)) {
			last = op
		}
	}
	if last == nil {
		return nil
	}
	if p := l.payment(last.PaymentID); last.State == payment.Succeeded {
		if last.Code == attemptCode { // authorised, and not as the shop's policy wants it
			return &Refusal{State: payment.DeclinedOp, Cause: "challenge"}
		}
		if p.End != payment.Declined { // its page was opened, and then the buyer was refused there
			return nil
		}
		return &Refusal{State: payment.DeclinedOp, Cause: "challenge", Code: last.Code, Detail: last.Detail}
	}
	return &Refusal{State: last.State, Cause: last.Cause, Code: last.Code, Detail: last.Detail}
}

// Buttons says of each button whether staff may press it now: nil, or why not.
func Buttons(l *Ledger, paymentID string, policy Policy, now time.Time) map[payment.Button]error {
	p := l.payment(paymentID)
	t := tick{now: now, policy: policy}
	all := map[payment.Button]error{}
	for _, b := range payment.Buttons() {
		if p == nil {
			all[b] = notNow("payment.none", nil)
			continue
		}
		_, all[b] = l.mayPress(t, p, b)
	}
	return all
}
