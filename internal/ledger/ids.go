package ledger

import (
	"context"
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

// inquireEach is inquire by each id that Paygent gave the payment (money.md §9), as long as none
// has come alive: the answer that leaves most open is the payment's.
func (s *Service) inquireEach(ctx context.Context, l *Ledger, p *Payment, version int64) Finding {
	q := inquiryOf(p, version)
	f := s.inquire(ctx, l, p, q)
	if p.living() || p.stage() == payment.StageFinished {
		return f
	}
	asked := q.PaymentID
	for _, id := range p.PaymentIDs {
		if id == asked || leavesOpen(p, f) == leavesAlive {
			continue
		}
		q.PaymentID, q.TradingID = id, ""
		if other := s.gateway.Inquire(ctx, q); leavesOpen(p, other) > leavesOpen(p, f) {
			f = other
		}
	}
	return f
}

// inquirePage is inquireEach before a buyer leaves the page: the card refused there may have been
// followed by another, of which nothing has told us yet. The trading_id then names several.
func (s *Service) inquirePage(ctx context.Context, l *Ledger, p *Payment, version int64) Finding {
	f := s.inquireEach(ctx, l, p, version)
	if p.System != payment.Link || len(p.PaymentIDs) != 1 || leavesOpen(p, f) >= leavesUnclear {
		return f
	}
	q := inquiryOf(p, version)
	q.PaymentID, q.TradingID = "", p.TradingID
	if named := s.gateway.Inquire(ctx, q); leavesOpen(p, named) > leavesOpen(p, f) {
		f = named
	}
	return f
}

// What an answer about one of a payment's ids leaves open.
const (
	leavesNothing = iota // it has ended
	leavesWaiting        // it may still be used, or there is none yet
	leavesUnclear        // nobody told, or it is at work
	leavesAlive          // it is the payment, or another one goes on for it
)

func leavesOpen(p *Payment, f Finding) int {
	switch {
	case f.Heir != nil || f.Kind == Found && f.Status.Alive() && !f.Status.Transit():
		return leavesAlive
	case f.Kind == NoAnswer || f.Kind == Found && f.Status.Transit():
		return leavesUnclear
	case f.Kind == Found && refused(p, f.Status):
		return leavesNothing
	}
	return leavesWaiting
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
