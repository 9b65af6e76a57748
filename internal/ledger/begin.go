package ledger

import (
	"slices"
	"strconv"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Windows of money.md §9: how long a payment can still come alive by itself.
const (
	authorisationTerm = 60 * 24 * time.Hour // of a card's authorisation (protocol.md §5.1.2)
	paidyTerm         = 30 * 24 * time.Hour // of Paidy's
	pageTerm          = 24 * time.Hour      // of 3-D Secure, carrier and Paidy windows
)

// refusalLimit is how many refusals an order may meet before it has to be paid in
// another way (storefront.md §6.1, attempt limit).
const refusalLimit = 10

// idInUseCode is no refusal of the card.
const idInUseCode = "2005"

// Begin is a buyer's submit of a payment page. Which method it is stands on the order.
type Begin struct {
	Order        order.ID
	Amount       order.Yen     // the total the buyer was shown
	PaymentClass string        // card
	SplitCount   int           // card
	StoredCard   string        // card: customer_card_id to pay with
	Brand        payment.Brand // carrier of module type
	Beside       Beside
	Actor        Actor
	Key          string // idempotency: one per page shown
}

// classChoice is the choice as the settings name it: 10, 61-3, 80 …
func (b Begin) classChoice() string {
	if b.SplitCount > 0 {
		return b.PaymentClass + "-" + strconv.Itoa(b.SplitCount)
	}
	return b.PaymentClass
}

// planBegin is transaction A of a payment's beginning: the order goes to 7 with its
// hold, and the payment and its operation are written. Paidy's window has no telegram
// of ours: its payment waits at once, and the operation is nil.
func (l *Ledger) planBegin(t tick, in Begin) (*Operation, error) {
	scheme, err := l.mayBegin(t, in)
	if err != nil {
		return nil, err
	}
	if err := l.takeHold(t); err != nil {
		return nil, err
	}
	l.move(t, order.Pending, "begin")
	p := l.beginPayment(t, in, scheme)
	kind := firstKind(t, p)
	if kind == "" {
		return nil, l.observe(t, p, fact{event: payment.PageReady, cause: "begin", actor: in.Actor})
	}
	return l.planOperation(t, p, kind, orderKey(l.Order.ID), t.node, in.Actor, in.Key, in.Amount), nil
}

// mayBegin tells why a payment cannot begin now, and which method begins.
func (l *Ledger) mayBegin(t tick, in Begin) (payment.Scheme, error) {
	scheme, err := l.awaitsTry(in.Amount)
	if err != nil {
		return scheme, err
	}
	return scheme, l.mayChoose(t, in, scheme)
}

// awaitsTry tells why the order does not wait for a payment of this amount to begin, and by
// which method it does.
func (l *Ledger) awaitsTry(amount order.Yen) (payment.Scheme, error) {
	switch l.Order.Status {
	case order.Processing:
	case order.Pending:
		return payment.Scheme{}, notNow("order.payment_running", problem.Args{"Order": l.Order.ID})
	case order.Canceled:
		return payment.Scheme{}, notNow("order.canceled", problem.Args{"Order": l.Order.ID})
	default:
		return payment.Scheme{}, notNow("order.already_placed", problem.Args{"Order": l.Order.ID})
	}
	scheme, ours := payment.SchemeOf(l.Order.MethodClass)
	if !ours {
		return scheme, problem.New(problem.Conflict, "order.other_method", problem.Args{"Method": l.Order.PaymentMethod})
	}
	if amount != l.Order.Total {
		return scheme, problem.New(problem.Conflict, "order.amount_changed", problem.Args{"Old": amount, "New": l.Order.Total})
	}
	if l.Order.Total <= 0 {
		return scheme, notNow("order.nothing_to_pay", nil)
	}
	if l.OpenOperation() != nil {
		return scheme, notNow("operation.open", nil)
	}
	for _, p := range l.Payments {
		if p.worth() > 0 && !p.Reverse {
			return scheme, notNow("payment.alive", problem.Args{"Order": l.Order.ID})
		}
	}
	return scheme, nil
}

// mayChoose checks what the buyer chose against what the shop offers.
func (l *Ledger) mayChoose(t tick, in Begin, scheme payment.Scheme) error {
	if scheme.System != payment.Module {
		return nil
	}
	switch {
	case scheme.Method == payment.Card && t.policy.RefusesCards():
		return problem.New(problem.Misset, "card.no_three_ds", nil)
	case scheme.Method == payment.Card && l.refusals() >= refusalLimit:
		return notNow("card.too_many", nil)
	case scheme.Method == payment.Card && !slices.Contains(t.policy.PaymentClasses, in.classChoice()):
		return problem.New(problem.Invalid, "payment.class", nil).On("payment_class")
	case scheme.Method == payment.Carrier && !slices.Contains(t.policy.Brands, in.Brand):
		return problem.New(problem.Invalid, "payment.brand", nil).On("career_type")
	case scheme.Method == payment.Conveni && in.Beside.Store == "":
		return problem.New(problem.Invalid, "payment.store", nil).On("conveni")
	}
	return nil
}

// refusals counts the refusals of this order's cards, at their authentication too, by
// whichever way they became known; what never left, had no effect, or met an id in use is none.
func (l *Ledger) refusals() int {
	n := 0
	for _, p := range l.Payments {
		if try := l.lastTry(p); p.End == payment.Declined && try != nil && try.State != payment.RejectedOp && try.Code != idInUseCode {
			n++
		}
	}
	return n
}

// lastTry is the last operation that tried the buyer's card, nil if none did.
func (l *Ledger) lastTry(p *Payment) *Operation {
	var last *Operation
	for _, op := range l.Operations {
		switch op.Kind {
		case payment.Authenticate, payment.Authorize, payment.CompleteThreeDS:
			if op.PaymentID == p.ID && op.Parent == "" {
				last = op
			}
		}
	}
	return last
}

// beginPayment writes a new payment, which becomes the order's.
func (l *Ledger) beginPayment(t tick, in Begin, scheme payment.Scheme) *Payment {
	p := l.newPayment(t, scheme, in.Amount)
	p.PaymentClass, p.SplitCount, p.StoredCard, p.Brand, p.Replaces = in.PaymentClass, in.SplitCount, in.StoredCard, in.Brand, l.CurrentID
	if p.Method == payment.Card && p.System == payment.Module {
		p.ThreeDS = t.policy.ThreeDS
	}
	l.CurrentID = p.ID
	return p
}

// newPayment writes a payment under the order's next trading_id, with its limit.
func (l *Ledger) newPayment(t tick, scheme payment.Scheme, amount order.Yen) *Payment {
	trading, seq := l.tradingID(t.policy.Mark)
	p := &Payment{
		ID: t.newID(), Seq: seq, Environment: t.policy.Environment, MerchantID: t.policy.MerchantID,
		Method: scheme.Method, System: scheme.System, TradingID: trading, Amount: amount,
		Phase: payment.Opening, LimitAt: t.now.Add(t.term(scheme)), BegunAt: t.now,
	}
	l.Payments = append(l.Payments, p)
	return p
}

// term is how long a payment of the scheme can come alive, as far as it is known at
// its start; what the centre answers later is exact.
func (t tick) term(s payment.Scheme) time.Duration {
	if asked := t.policy.Terms[s]; asked > 0 {
		return asked
	}
	if s.System == payment.Module && s.Method == payment.Card && t.policy.ThreeDS == NoThreeDS {
		return authorisationTerm
	}
	return pageTerm
}

// firstKind is the operation that begins a payment, empty where the buyer begins it
// at Paidy.
func firstKind(t tick, p *Payment) payment.Kind {
	if p.System == payment.Link {
		return payment.OpenLink
	}
	switch p.Method {
	case payment.Card:
		if t.policy.ThreeDS == ThreeDS2 {
			return payment.Authenticate
		}
		return payment.Authorize
	case payment.Conveni:
		return payment.ApplyConveni
	case payment.ATM:
		return payment.ApplyATM
	case payment.Bank:
		return payment.ApplyBank
	case payment.Carrier:
		if p.Brand == payment.SoftBank { // it asks who the buyer is on its own page
			return payment.ApplyCarrier
		}
		return payment.LoginCarrier
	}
	return ""
}
