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
	StepComplete StepKind = "complete" // placed
	StepCanceled StepKind = "canceled"
)

// Step is what a buyer sees next.
type Step struct {
	Kind    StepKind
	Since   time.Time // of StepWait
	Unknown bool      // of StepWait: the answer never came
	Refusal *Refusal  // of StepPay: why the last try failed
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
			return Step{Kind: StepWait, Since: l.Order.PendingSince}
		}
		return Step{Kind: StepWait, Since: op.PlannedAt, Unknown: op.State == payment.UnknownState}
	}
	return Step{Kind: StepComplete}
}

// lastRefusal is the end of the newest authorisation, if it failed.
func (l *Ledger) lastRefusal() *Refusal {
	var last *Operation
	for _, op := range l.Operations {
		if op.Kind.Begins() && !op.State.Open() && (last == nil || !op.SettledAt.Before(last.SettledAt)) {
			last = op
		}
	}
	if last == nil || last.State == payment.Succeeded {
		return nil
	}
	return &Refusal{State: last.State, Cause: last.Cause, Code: last.Code, Detail: last.Detail}
}

// Allowed says of one staff operation whether it is possible now, and if not why.
type Allowed struct {
	Capture error // nil: 売上 is possible
	Cancel  error // nil: 取消 is possible
}

// Operations says what staff may do with a payment now.
func Operations(l *Ledger, paymentID string, policy Policy, now time.Time) Allowed {
	p := l.payment(paymentID)
	if p == nil {
		return Allowed{Capture: notNow("payment.none", nil), Cancel: notNow("payment.none", nil)}
	}
	t := tick{now: now, policy: policy}
	var a Allowed
	_, a.Capture = l.mayCapture(t, p)
	_, a.Cancel = l.mayCancel(t, p)
	return a
}
