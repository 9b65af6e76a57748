package verify

import (
	"slices"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

type sayer = func(p *ledger.Payment, format string, args ...any)

// aliveAmount: the sum alive (authorised + captured − refunded) is 0 or the order's total,
// unless something is under way or before a person.
func aliveAmount(b *Book, say sayer) {
	if b.openOperation() || b.openAlert() {
		return
	}
	var sum order.Yen
	var one *ledger.Payment
	for _, p := range b.Ledger.Payments {
		if living(p) {
			sum += p.Amount - p.HandRefunded
			one = p
		}
	}
	if total := b.Ledger.Order.Total; sum != 0 && sum != total {
		say(one, "%d yen are alive of an order of %d; nothing is under way, and nobody was told", sum, total)
	}
}

// aliveCanceled: nothing is alive of an order in 3, unless something is under way or a person was
// told (money.md §6). Where EC-CUBE's own hand cancelled it, the next decision tells.
func aliveCanceled(b *Book, say sayer) {
	if b.Ledger.Order.Status != order.Canceled || b.Ledger.LastStatus != order.Canceled || b.openOperation() || b.openAlert() {
		return
	}
	for _, p := range b.Ledger.Payments {
		if worth := p.Amount - p.HandRefunded; living(p) && worth != 0 && !p.Reverse { // what is to be reversed is asked about until it is
			say(p, "%d yen are alive of a cancelled order; nothing is under way, and nobody was told", worth)
		}
	}
}

// orderUnpaid: a Paygent order in 1, 4, 5 or 6 that is to be paid has a waiting or living
// payment, or an open alert.
func orderUnpaid(b *Book, say sayer) {
	head := b.Ledger.Order
	if !b.toBePaid() || b.openAlert() || b.Ledger.OpenOperation() != nil { // an open one may yet bring its payment
		return
	}
	for _, p := range b.Ledger.Payments {
		if p.Phase != payment.Ended && p.Phase != payment.Opening && p.Phase != payment.Unknown {
			return
		}
	}
	say(b.payment(b.Ledger.CurrentID), "the order is in %s for %d yen, and no payment waits or is alive", head.Status.Name(), head.Total)
}

// toBePaid reports an order in 1, 4, 5 or 6 that Paygent is to be paid for.
func (b *Book) toBePaid() bool {
	head := b.Ledger.Order
	switch head.Status {
	case order.New, order.InProgress, order.Delivered, order.Paid:
		return head.Paygent() && head.Total > 0
	}
	return false
}

// cancels reports whether the operation takes back all of its payment.
func cancels(op *ledger.Operation) bool {
	switch op.Kind {
	case payment.CancelAuthorization, payment.CancelCapture, payment.CancelCarrier, payment.CancelPaidy:
		return true
	case payment.RefundPaidy:
		return op.Amount == 0
	}
	return false
}

// capturedAmount: what our operations captured, as those that took effect later corrected it,
// is not more than the payment; nor is what went back by hand.
func capturedAmount(b *Book, say sayer) {
	asSettled := slices.SortedStableFunc(slices.Values(b.Ledger.Operations), func(x, y *ledger.Operation) int {
		return x.SettledAt.Compare(y.SettledAt)
	})
	for _, p := range b.Ledger.Payments {
		captured := order.Yen(0)
		for _, op := range asSettled {
			if op.PaymentID != p.ID || op.State != payment.Succeeded {
				continue
			}
			switch op.Kind {
			case payment.Capture, payment.CaptureCarrier, payment.CapturePaidy, payment.CorrectCarrier:
				captured = op.Amount
			case payment.RefundPaidy:
				if op.Amount > 0 {
					captured = op.Amount
				}
			}
		}
		if captured > p.Amount {
			say(p, "%d yen were captured of a payment of %d", captured, p.Amount)
		}
		if p.HandRefunded > p.Amount {
			say(p, "%d yen went back by hand of a payment of %d", p.HandRefunded, p.Amount)
		}
	}
}

// currentPayment: the order's payment is one of its own, and so is the one each replaces.
func currentPayment(b *Book, say sayer) {
	if id := b.Ledger.CurrentID; id != "" && b.payment(id) == nil {
		say(nil, "the order's payment is %s, which is none of its payments", id)
	}
	for _, p := range b.Ledger.Payments {
		if p.Replaces != "" && b.payment(p.Replaces) == nil {
			say(p, "it replaces %s, which is none of the order's payments", p.Replaces)
		}
	}
}
