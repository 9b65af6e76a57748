package ledger

import (
	"strings"
	"time"
	"unicode/utf8"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// HandRefund is 返金済み(手動): staff gave money back outside Paygent.
type HandRefund struct {
	Order     order.ID
	PaymentID string // Payment.ID
	Amount    order.Yen
	Left      order.Yen // what was left of the payment, as the person was shown it
	Day       time.Time // when it was given back
	How       string    // by which way, in staff's words
	Actor     Actor
	Key       string
}

// maxHow is how many characters 返金方法 may have.
const maxHow = 255

// MayRefundByHand tells why money of a payment is not given back by hand, nil if it is.
func MayRefundByHand(l *Ledger, paymentID string) error {
	p := l.payment(paymentID)
	if p == nil {
		return problem.New(problem.NotFound, "payment.unknown", nil)
	}
	return l.mayRefundByHand(p)
}

// mayRefundByHand: only where no telegram returns the money, now or later (money.md §6).
func (l *Ledger) mayRefundByHand(p *Payment) error {
	if op := l.openOn(p); op != nil || l.saga(p) != nil {
		return notNow("operation.open", nil)
	}
	switch {
	case p.Phase != payment.Captured || p.worth() == 0:
		return notNow("refund.not_paid", nil)
	case p.Status == payment.EarlyReport:
		return notNow("refund.preliminary", nil)
	case p.Method.Captures() && p.Status != payment.ClearedFinal:
		return notNow("refund.by_telegram", nil)
	}
	return nil
}

// refundByHand records it and closes what it cures.
func (l *Ledger) refundByHand(t tick, in HandRefund) error {
	p := l.payment(in.PaymentID)
	if p == nil {
		return problem.New(problem.NotFound, "payment.unknown", nil)
	}
	if err := l.mayRefundByHand(p); err != nil {
		return err
	}
	how := strings.TrimSpace(in.How)
	day := in.Day.In(order.JST())
	switch {
	case in.Left != p.worth(): // recorded in another tab meanwhile, perhaps the same money
		return problem.New(problem.Conflict, "refund.changed", problem.Args{"Left": p.worth()})
	case in.Amount <= 0:
		return problem.New(problem.Invalid, "refund.amount", nil).On("amount")
	case in.Amount > p.worth():
		return problem.New(problem.Invalid, "refund.too_much", problem.Args{"Left": p.worth()}).On("amount")
	case in.Day.IsZero() || in.Day.After(t.now):
		return problem.New(problem.Invalid, "refund.day", nil).On("day")
	case how == "" || utf8.RuneCountInString(how) > maxHow:
		return problem.New(problem.Invalid, "refund.how", problem.Args{"max": maxHow}).On("how")
	}
	before := l.openly()
	p.HandRefunded += in.Amount
	l.event(t, EventRefunded, in.Actor, p, nil, "staff", EventData{Amount: in.Amount, Day: day.Format(time.DateOnly), Text: how})
	l.Events[len(l.Events)-1].IdemKey = in.Key
	if p.worth() == 0 {
		l.closeMoney(t, p)
	}
	l.syncAlerts(t, before)
	return l.fitAgain(t)
}
