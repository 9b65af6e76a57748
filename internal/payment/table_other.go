package payment

import (
	"slices"

	"kessai/internal/order"
)

// apart are the rules for a payment that is not the order's: the same for the payment
// itself, without the order's part.
func apart(s Scheme) []row {
	rows := orderRows(s)
	for i := range rows {
		r := &rows[i]
		r.orders = nil
		r.rule.Hold, r.rule.PaymentDate = HoldKeep, false
	}
	return rows
}

// sagaRows are the rules for the payments of an open change of the amount: the saga
// alone judges what they mean for the order (money.md §8).
func sagaRows(s Scheme) []row { return apart(s) }

// otherRows are the rules for any other payment: one that is authorised is cancelled by
// itself, and money taken needs a person (money.md §6, whose payment).
func otherRows(s Scheme) []row {
	auth := told(meaningOf(s.Method).auth...)
	paid := on(func(r *Rule) { r.Alert = PaidCanceled }, order.Canceled, order.Returned)
	rows := apart(s)
	for i := range rows {
		switch r := &rows[i]; {
		case r.rule.Effect == Contradict:
		case len(auth) > 0 && slices.Equal(r.events, auth):
			r.rule = Rule{Effect: Reverse, Phase: Authorised}
		case r.rule.Phase == Captured:
			r.rule.Alert, r.orders = DoublePayment, paid
		}
	}
	return rows
}
