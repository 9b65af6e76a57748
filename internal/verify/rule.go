package verify

import (
	"fmt"

	"kessai/internal/ledger"
)

// Rule names an invariant.
type Rule string

// The rules, each a sentence of money.md §11 or what it rests on.
const (
	OrderUnreadable  Rule = "order_unreadable"  // what EC-CUBE and we keep of an order can be read
	OrderGone        Rule = "order_gone"        // books are kept of orders that exist
	LedgerMissing    Rule = "ledger_missing"    // what is kept of an order hangs on its ledger
	AliveAmount      Rule = "alive_amount"      // the sum alive is 0 or the order's total
	AliveCanceled    Rule = "alive_canceled"    // nothing is alive of a cancelled order
	OrderUnpaid      Rule = "order_unpaid"      // an order in 1, 4, 5 or 6 has a payment
	CapturedAmount   Rule = "captured_amount"   // captured is never more than the payment
	SucceededTwice   Rule = "succeeded_twice"   // no operation succeeded twice
	OpenKey          Rule = "open_key"          // an open operation has its key, a settled one none
	OpenTwice        Rule = "open_twice"        // one open operation per key and per payment
	SagaStep         Rule = "saga_step"         // steps run under an open saga of their order
	OperationDue     Rule = "operation_due"     // an open operation is somebody's, or comes up again
	HoldTwice        Rule = "hold_twice"        // one unreleased hold per order
	HoldSum          Rule = "hold_sum"          // what was taken and not given back is held
	HoldUnheld       Rule = "released_unheld"   // nothing is given back that was not taken
	HoldStatus       Rule = "hold_status"       // 7 holds, and so do 1, 4, 5 and 6; 3 and 8 do not
	StockColumns     Rule = "stock_columns"     // both stock columns say the same
	NoticeState      Rule = "notice_state"      // a notice waits with a time, is parked with a reason, or is done
	NoticeUntold     Rule = "notice_untold"     // what became of a notice stands in the timeline
	MailTwice        Rule = "mail_twice"        // each mail once per order, kind and cause
	EventGap         Rule = "event_gap"         // event sequences have no gaps
	OrderChain       Rule = "order_chain"       // each change of status begins where the last one ended
	OrderStatus      Rule = "order_status"      // the order stands where the ledger left it
	AlertOpen        Rule = "alert_open"        // an open alert says what still is so
	AlertUntold      Rule = "alert_untold"      // an alert stands in the timeline
	PaymentState     Rule = "payment_state"     // phase, end and status are what the state table leads to
	PaymentTimes     Rule = "payment_times"     // a payment tells when it came to where it is
	PaymentUnwatched Rule = "payment_unwatched" // whatever can still change is asked about
	PaymentID        Rule = "payment_id"        // an id of Paygent's names one payment
	CardOutcome      Rule = "card_outcome"      // an operation about a card did to it what it says
	CurrentPayment   Rule = "current_payment"   // the order's payment is one of its own
)

// check is a rule's function on one order's book.
type check struct {
	rule Rule
	of   func(*Book, func(p *ledger.Payment, format string, args ...any))
}

// checks are the rules about an order that has a ledger.
func checks() []check {
	return []check{
		{AliveAmount, aliveAmount}, {AliveCanceled, aliveCanceled}, {OrderUnpaid, orderUnpaid}, {CapturedAmount, capturedAmount},
		{SucceededTwice, succeededTwice}, {OpenKey, openKey}, {OpenTwice, openTwice}, {SagaStep, sagaStep}, {OperationDue, operationDue},
		{HoldTwice, holdTwice}, {HoldSum, holdSum}, {HoldUnheld, holdUnheld}, {HoldStatus, holdStatus},
		{NoticeState, noticeState}, {NoticeUntold, noticeUntold}, {MailTwice, mailTwice},
		{EventGap, eventGap}, {OrderChain, orderChain}, {OrderStatus, orderStatus}, {AlertOpen, alertOpen}, {AlertUntold, alertUntold},
		{PaymentState, paymentState}, {PaymentTimes, paymentTimes}, {PaymentUnwatched, paymentUnwatched}, {PaymentID, paymentID},
		{CurrentPayment, currentPayment},
	}
}

// Rules lists every rule.
func Rules() []Rule {
	all := []Rule{OrderUnreadable, OrderGone, LedgerMissing, StockColumns, CardOutcome}
	for _, c := range checks() {
		all = append(all, c.rule)
	}
	return all
}

// Check holds the rules against one order's book.
func Check(b *Book) []Breach {
	var out []Breach
	say := func(r Rule, p *ledger.Payment, format string, args ...any) {
		breach := Breach{Rule: r, Order: b.Order, No: b.Ledger.Order.No, Cause: fmt.Sprintf(format, args...)}
		if p != nil {
			breach.Payment, breach.TradingID, breach.PaymentID = p.ID, p.TradingID, p.PaymentID
		}
		out = append(out, breach)
	}
	switch {
	case b.Gone:
		say(OrderGone, nil, "books are kept of an order that dtb_order does not have")
		return out
	case !b.Kept && b.written():
		say(LedgerMissing, nil, "payments, operations, holds or events are kept, and no ledger")
		return out
	case !b.Kept:
		if !b.CreatedAt.Before(b.Since) {
			orderUnpaid(b, func(p *ledger.Payment, format string, args ...any) { say(OrderUnpaid, p, format, args...) })
		}
		return out
	}
	for _, c := range checks() {
		c.of(b, func(p *ledger.Payment, format string, args ...any) { say(c.rule, p, format, args...) })
	}
	return out
}

// written reports whether anything is kept that a ledger's transaction wrote.
func (b *Book) written() bool {
	return len(b.Ledger.Payments)+len(b.Ledger.Operations)+len(b.Holds)+len(b.Events)+len(b.Alerts)+len(b.Mails) > 0
}

// openAlert reports whether the order waits for a person.
func (b *Book) openAlert() bool {
	for _, a := range b.Alerts {
		if a.ClosedAt.IsZero() {
			return true
		}
	}
	return false
}

// openOperation reports whether anything of the order is under way.
func (b *Book) openOperation() bool {
	for _, op := range b.Ledger.Operations {
		if op.State.Open() {
			return true
		}
	}
	return false
}

func (b *Book) payment(id string) *ledger.Payment {
	for _, p := range b.Ledger.Payments {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (b *Book) operation(id string) *ledger.Operation {
	for _, op := range b.Ledger.Operations {
		if op.ID == id {
			return op
		}
	}
	return nil
}
