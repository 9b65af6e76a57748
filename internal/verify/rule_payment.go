package verify

import (
	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// paymentState: phase, end and status are what the state table can lead to.
func paymentState(b *Book, say sayer) {
	for _, p := range b.Ledger.Payments {
		if p.Method == payment.None || closedTest(p) {
			continue
		}
		if p.Environment != payment.Production && p.Phase == payment.Ended && p.End == payment.Unused {
			continue // closed with its test environment, wherever it stood
		}
		at := standing{p.Phase, p.End, p.Status}
		if !reachable(payment.Scheme{Method: p.Method, System: p.System})[at] {
			say(p, "it is %s at status %q ended as %q, to which nothing leads", p.Phase, p.Status, p.End)
		}
	}
}

// paymentTimes: a payment tells when it came to where it is.
func paymentTimes(b *Book, say sayer) {
	for _, p := range b.Ledger.Payments {
		switch {
		case p.BegunAt.IsZero(),
			p.Phase == payment.Authorised && p.AuthorisedAt.IsZero(),
			p.Phase == payment.Captured && p.CapturedAt.IsZero(),
			p.Phase == payment.Ended && p.EndedAt.IsZero():
			say(p, "it is %s, and nobody knows since when", p.Phase)
		}
	}
}

// paymentUnwatched: what is neither captured nor ended, or is in transit, is asked about at a
// time, or by an open operation, so that a lost notice strands nothing (money.md §3, §9).
func paymentUnwatched(b *Book, say sayer) {
	for _, p := range b.Ledger.Payments {
		if p.Phase == payment.Captured && p.TransitAt.IsZero() || p.Phase == payment.Ended || !p.AskAt.IsZero() || b.busy(p) {
			continue
		}
		say(p, "it is %s, and nobody will ask what becomes of it", p.Phase)
	}
}

// busy reports whether an open operation is about the payment, or a saga's of which one was.
func (b *Book) busy(p *ledger.Payment) bool {
	for _, op := range b.Ledger.Operations {
		if op.PaymentID != p.ID {
			continue
		}
		if parent := b.operation(op.Parent); op.State.Open() || parent != nil && parent.State.Open() {
			return true
		}
	}
	return false
}

// paymentID: an id of Paygent's names one payment, of the same environment and merchant.
// The table's key keeps it from naming a second one; that the payment's own is in the
// table is what gives that key its say.
func paymentID(b *Book, say sayer) {
	for _, p := range b.Ledger.Payments {
		known := p.PaymentID == ""
		for _, id := range b.IDs {
			if id.Payment != p.ID {
				continue
			}
			known = known || id.ID == p.PaymentID
			if id.Environment != p.Environment || id.MerchantID != p.MerchantID {
				say(p, "its id %s is of %s %s, the payment of %s %s", id.ID, id.Environment, id.MerchantID, p.Environment, p.MerchantID)
			}
		}
		if !known {
			say(p, "its id %s is not registered as its own", p.PaymentID)
		}
	}
}

// closedTest is a payment of a former test environment that staff closed (money.md §10),
// wherever it stood: no money was ever in it.
func closedTest(p *ledger.Payment) bool {
	return p.Environment != payment.Production && p.Phase == payment.Ended && p.End == payment.Unused
}
