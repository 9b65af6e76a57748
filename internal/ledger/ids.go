package ledger

import (
	"slices"

	"kessai/internal/payment"
)

// One trading_id can have several payment_ids: a link type's page takes another card
// after a refusal, and another bank. The one that comes alive is the payment, and from
// then on the others are not: what they tell is no news of it, and one of them that comes
// alive as well is a second payment (money.md §4).

// standUnder records an id with its status; by the one that comes alive the payment is
// captured, cancelled and asked about.
func (p *Payment) standUnder(id string, s payment.Status) {
	p.addPaygentID(id)
	if id != "" && id != p.PaymentID && !p.living() && p.stage() != payment.StageFinished && (s.Authorises() || s.Pays()) {
		p.PaymentID, p.LastNoticeID = id, 0
	}
}

// beside reports whether an id is one of the payment's that is not what it came alive under.
func (p *Payment) beside(id string) bool {
	return p.PaymentID != "" && id != p.PaymentID && slices.Contains(p.PaymentIDs, id) && (p.living() || p.stage() == payment.StageFinished)
}

// second is the payment that came alive under an id of another's, nil until 094 has shown
// it; the other itself where that id tells nothing of the kind.
func (l *Ledger) second(t tick, p *Payment, n *Notice, f *Finding) *Payment {
	switch {
	case !n.Status.Alive():
		return p
	case !f.about(n):
		return nil
	case !f.Status.Alive():
		return p
	}
	p.PaymentIDs = slices.DeleteFunc(slices.Clone(p.PaymentIDs), func(id string) bool { return id == n.PaymentID })
	return l.adopt(t, p, *f)
}

// former reports whether a payment was begun before ours, whose trading_id it bears by
// chance: a restored copy, another shop.
func former(p *Payment, f Finding) bool { return f.BegunAt.Before(p.BegunAt.Add(-begunTolerance)) }

// besideOurs reports whether 094 showed another payment under our trading_id that has not
// come alive: nothing of the order's, until it does.
func (l *Ledger) besideOurs(n *Notice, f *Finding) bool {
	return l.namesPayment(n) && f.about(n) && f.Status.NeverAlive() && !former(l.named(n), *f)
}
