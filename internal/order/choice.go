package order

import (
	"cmp"
	"slices"
)

// Limit is an amount that may be unset (NULL: no limit).
type Limit struct {
	Yen Yen
	Set bool
}

// AtYen is a set Limit.
func AtYen(y Yen) Limit { return Limit{Yen: y, Set: true} }

// Payment is a row of dtb_payment.
type Payment struct {
	ID          int64
	Name        string // dtb_payment.payment_method
	MethodClass string
	Charge      Yen // with tax
	RuleMin     Limit
	RuleMax     Limit
	Visible     bool
	SortNo      int64
}

// Allows reports whether the payment's limits allow a total.
func (p Payment) Allows(total Yen) bool {
	return !(p.RuleMin.Set && total < p.RuleMin.Yen || p.RuleMax.Set && total > p.RuleMax.Yen)
}

// Offered are the payments a buyer may choose, highest sort_no first: visible,
// attached to every chosen delivery (dtb_payment_option: delivery id → payment
// ids), and with limits that allow the total. withoutCharge is the total less
// the charge it holds now; each payment is judged with its own charge, so that
// choosing it does not forbid it.
func Offered(all []Payment, options map[int64][]int64, deliveries []int64, withoutCharge Yen) []Payment {
	var out []Payment
	for _, p := range all {
		if p.Visible && attached(p.ID, options, deliveries) && p.Allows(max(withoutCharge+p.Charge, 0)) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Payment) int {
		return cmp.Or(cmp.Compare(b.SortNo, a.SortNo), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func attached(payment int64, options map[int64][]int64, deliveries []int64) bool {
	for _, d := range deliveries {
		if !slices.Contains(options[d], payment) {
			return false
		}
	}
	return len(deliveries) > 0
}
