package ledger

import (
	"time"

	"kessai/internal/payment"
)

// Our capture was answered, and 094 still tells of an authorisation: it had no effect at the
// centre, or was undone there. Nothing moves by that, as what was taken is not given back by
// itself; but staff are told before the authorisation expires, and whoever cancels the payment
// does it by the telegram that fits what 094 tells (money.md §8).

// uncaptured reports a status that tells of an authorisation where ours was captured.
func (p *Payment) uncaptured(s payment.Status) bool {
	return p.Phase == payment.Captured && s.Authorises()
}

// captureShows is how long after a capture 094 may still tell of the authorisation: the
// carriers capture by night, after 20:00 in the next one but one (manual 2.2.2).
func captureShows(m payment.Method) time.Duration {
	if m == payment.Carrier {
		return 3 * 24 * time.Hour
	}
	return alertUnknown
}

// mayShowLater reports whether our capture may just not show yet: it is not due to, and nothing
// was told of it that could have been undone.
func (p *Payment) mayShowLater(t tick) bool {
	untold := p.Status == payment.NoStatus || p.Status.Authorises()
	return untold && t.now.Before(p.CapturedAt.Add(captureShows(p.Method)))
}

// alertUncaptured tells staff of a capture that does not show at the centre.
func (l *Ledger) alertUncaptured(t tick, p *Payment, s payment.Status) {
	if !p.mayShowLater(t) {
		l.contradict(t, p, told(s, time.Time{}, "inquiry"))
	}
}

// contradictedBy reports whether staff were told that the centre says another status.
func (l *Ledger) contradictedBy(p *Payment, statuses ...payment.Status) bool {
	for _, s := range statuses {
		if l.isOpen(AlertContradiction, contradictionCause(p, payment.Told(s))) {
			return true
		}
	}
	return false
}

// cancelKind is the operation that cancels the payment now, "" if none does.
func (l *Ledger) cancelKind(p *Payment) payment.Kind {
	s := p.standing()
	if p.Phase == payment.Captured && l.contradictedBy(p, payment.AuthOK, payment.AuthComplete) {
		s.Phase, s.Status = payment.Authorised, payment.AuthOK
	}
	return s.Offers(payment.CancelButton)
}

// gone reports that nothing is left to cancel: the payment ended, or its authorisation, which
// ours took for captured, expired at the centre.
func (l *Ledger) gone(p *Payment) bool {
	return !p.living() || l.contradictedBy(p, payment.AuthExpired)
}
