package ledger

import (
	"slices"
	"strings"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// authorisationTerm is how long an authorisation stands (protocol.md §5.1.2).
const authorisationTerm = 60 * 24 * time.Hour

// refusalLimit is how many refusals an order may meet before it has to be paid in
// another way (storefront.md §6.1, attempt limit).
const refusalLimit = 10

// idInUseCode is no refusal of the card.
const idInUseCode = "2005"

// leaseMargin is how much longer than its telegram an owner keeps an operation.
const leaseMargin = 25 * time.Second

func (t tick) lease() time.Time {
	return t.now.Add(max(60*time.Second, t.policy.TelegramTimeout+leaseMargin))
}

// planAuthorize is transaction A of a card authorisation: the order goes to 7 with
// its hold, and the payment and its operation are written.
func (l *Ledger) planAuthorize(t tick, in Authorize) (*Operation, error) {
	if err := l.mayAuthorize(t, in); err != nil {
		return nil, err
	}
	if err := l.takeHold(t); err != nil {
		return nil, err
	}
	l.move(t, order.Pending, "authorize")
	return l.beginPayment(t, in), nil
}

// mayAuthorize tells why a payment cannot begin now.
func (l *Ledger) mayAuthorize(t tick, in Authorize) error {
	switch l.Order.Status {
	case order.Processing:
	case order.Pending:
		return notNow("order.payment_running", problem.Args{"Order": l.Order.ID})
	case order.Canceled:
		return notNow("order.canceled", problem.Args{"Order": l.Order.ID})
	default:
		return notNow("order.already_placed", problem.Args{"Order": l.Order.ID})
	}
	if scheme, ok := payment.SchemeOf(l.Order.MethodClass); !ok || scheme.Method != payment.Card || scheme.System != payment.Module {
		return problem.New(problem.Conflict, "order.other_method", problem.Args{"Method": l.Order.PaymentMethod})
	}
	if in.Amount != l.Order.Total {
		return problem.New(problem.Conflict, "order.amount_changed", problem.Args{"Old": in.Amount, "New": l.Order.Total})
	}
	if l.Order.Total <= 0 {
		return notNow("order.nothing_to_pay", nil)
	}
	if l.OpenOperation() != nil {
		return notNow("operation.open", nil)
	}
	if l.refusals() >= refusalLimit {
		return notNow("card.too_many", nil)
	}
	for _, p := range l.Payments {
		if p.living() && !p.Reverse {
			return notNow("payment.alive", problem.Args{"Order": l.Order.ID})
		}
	}
	if !slices.Contains(t.policy.PaymentClasses, in.classChoice()) {
		return problem.New(problem.Invalid, "payment.class", nil).On("payment_class")
	}
	return nil
}

// refusals counts the refusals of this order's cards, by whichever way they became
// known; what never left, had no effect, or met an id in use is none.
func (l *Ledger) refusals() int {
	n := 0
	for _, op := range l.Operations {
		if op.Kind.Begins() && op.State == payment.DeclinedOp && op.Code != idInUseCode && l.payment(op.PaymentID).End == payment.Declined {
			n++
		}
	}
	return n
}

// beginPayment writes a new payment, which becomes the order's, and its operation.
func (l *Ledger) beginPayment(t tick, in Authorize) *Operation {
	trading, seq := l.tradingID(t.policy.Mark)
	p := &Payment{
		ID: t.newID(), Seq: seq, Environment: t.policy.Environment, MerchantID: t.policy.MerchantID,
		Method: payment.Card, System: payment.Module, TradingID: trading, Amount: in.Amount,
		Phase: payment.Opening, PaymentClass: in.PaymentClass, SplitCount: in.SplitCount,
		LimitAt: t.now.Add(authorisationTerm), Replaces: l.CurrentID, BegunAt: t.now,
	}
	l.Payments = append(l.Payments, p)
	l.CurrentID = p.ID
	return l.planOperation(t, p, payment.Authorize, orderKey(l.Order.ID), t.node, in.Actor, in.Key, in.Amount)
}

// planOperation writes an operation. One without owner waits to be claimed.
func (l *Ledger) planOperation(t tick, p *Payment, kind payment.Kind, openKey, owner string, actor Actor, idemKey string, amount order.Yen) *Operation {
	op := &Operation{
		ID: t.newID(), PaymentID: p.ID, Kind: kind, State: payment.Planned, OpenKey: openKey, Owner: owner,
		SettingsVersion: t.policy.Version, Environment: p.Environment, MerchantID: p.MerchantID,
		Actor: actor, IdemKey: idemKey, Amount: amount, PlannedAt: t.now, NotBefore: t.now,
	}
	if owner != "" {
		op.LeaseUntil = t.lease()
	}
	l.Operations = append(l.Operations, op)
	l.event(t, EventPlanned, actor, p, op, "", EventData{Amount: amount})
	return op
}

// planChange is transaction A of 売上 or 取消.
func (l *Ledger) planChange(t tick, in Change) (*Operation, error) {
	p := l.payment(in.PaymentID)
	if p == nil {
		return nil, problem.New(problem.NotFound, "payment.unknown", nil)
	}
	var (
		kind payment.Kind
		err  error
	)
	if in.Capture {
		kind, err = l.mayCapture(t, p)
	} else {
		kind, err = l.mayCancel(t, p)
	}
	if err != nil {
		return nil, err
	}
	if in.Amount != p.Amount {
		return nil, problem.New(problem.Conflict, "payment.amount_changed", problem.Args{"Old": in.Amount, "New": p.Amount})
	}
	key := orderKey(l.Order.ID)
	if p.ID != l.CurrentID {
		key = paymentKey(p)
	}
	return l.planOperation(t, p, kind, key, t.node, in.Actor, in.Key, p.Amount), nil
}

// mayOperate holds what 売上 and 取消 have in common.
func (l *Ledger) mayOperate(t tick, p *Payment) error {
	if p.Environment != t.policy.Environment || p.MerchantID != t.policy.MerchantID {
		return notNow("payment.other_environment", problem.Args{"Environment": p.Environment})
	}
	if op := l.openOn(p); op != nil {
		if op.State == payment.UnknownState {
			return notNow("operation.unknown", problem.Args{"Since": op.UnknownAt})
		}
		return notNow("operation.open", nil)
	}
	if op := l.OpenOperation(); op != nil && p.ID == l.CurrentID {
		return notNow("operation.open", nil)
	}
	switch {
	case p.Phase == payment.Ended && p.End == payment.Expired:
		return notNow("payment.expired", nil)
	case p.Phase == payment.Ended:
		return notNow("payment.ended", problem.Args{"End": p.End})
	case !p.living():
		return notNow("payment.not_authorised", nil)
	case p.Status.Transit():
		return notNow("payment.transit", problem.Args{"Status": p.Status})
	}
	return nil
}

// mayCapture says whether 売上 is possible now, and if not why.
func (l *Ledger) mayCapture(t tick, p *Payment) (payment.Kind, error) {
	if err := l.mayOperate(t, p); err != nil {
		return "", err
	}
	switch {
	case p.Phase == payment.Captured:
		return "", notNow("payment.already_captured", nil)
	case p.ID != l.CurrentID || p.Reverse:
		return "", notNow("payment.not_the_orders", nil)
	}
	switch l.Order.Status {
	case order.New, order.Paid, order.InProgress, order.Delivered:
		return payment.Capture, nil
	}
	return "", notNow("order.status", problem.Args{"Status": l.Order.Status})
}

// mayCancel says whether 取消 is possible now, and by which telegram.
func (l *Ledger) mayCancel(t tick, p *Payment) (payment.Kind, error) {
	if err := l.mayOperate(t, p); err != nil {
		return "", err
	}
	if p.Phase == payment.Authorised {
		return payment.CancelAuthorization, nil
	}
	if p.Status == payment.ClearedFinal {
		return "", notNow("payment.cancel_term_over", nil)
	}
	return payment.CancelCapture, nil
}

// reverse sees to it that an authorised payment does not stay alive.
func (l *Ledger) reverse(t tick, p *Payment, cause string) {
	p.Reverse = true
	if !mayReverse(t, p) {
		l.alert(t, AlertReversing, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount})
	}
	l.planReversal(t, p, cause)
}

// mayReverse reports whether the payment is ours to cancel: where others share the
// merchant, one without our mark may be another shop's, and a person decides.
func mayReverse(t tick, p *Payment) bool {
	return !t.policy.SharedMerchant || t.policy.Mark != "" && strings.HasPrefix(p.TradingID, t.policy.Mark)
}

// planReversal plans the cancellation of an authorisation, if nothing is open for
// the payment. It has no owner: a worker claims it.
func (l *Ledger) planReversal(t tick, p *Payment, cause string) {
	if !mayReverse(t, p) || l.openOn(p) != nil || p.Phase != payment.Authorised {
		return
	}
	op := l.planOperation(t, p, payment.CancelAuthorization, paymentKey(p), "", System, "", p.Amount)
	op.Reason = cause
}
