package ledger

import (
	"time"

	"kessai/internal/payment"
)

// While the centre is at work about a payment (30, 31, 34, 42, 50, 55) nothing is settled,
// yes or no. Whoever asked for it, staff are told after a day (money.md §3).

// inTransit reports whether the centre is at work about a payment that has not ended.
func (p *Payment) inTransit() bool { return p.Phase != payment.Ended && p.Status.Transit() }

// syncTransit dates the beginning of transit, from which on the payment is asked about
// hourly, and takes back what was said of one that is over.
func (l *Ledger) syncTransit(t tick, p *Payment) {
	switch {
	case p.inTransit() && p.TransitAt.IsZero():
		p.TransitAt = t.now
		p.askBy(t.now.Add(time.Hour))
	case !p.inTransit() && !p.TransitAt.IsZero():
		p.TransitAt = time.Time{}
		l.closeAlert(t, AlertTransit, p.ID)
	}
}

// alertInTransit tells staff of a payment that is in transit for too long. An open operation
// tells it of itself (askAgain).
func (l *Ledger) alertInTransit(t tick, p *Payment) {
	if p.TransitAt.IsZero() || t.now.Before(p.TransitAt.Add(alertTransit)) || l.openOn(p) != nil || l.saga(p) != nil {
		return
	}
	l.alert(t, AlertTransit, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Status: string(p.Status)})
}

// notInTransit: the centre has done its work, and ended it where we could not follow. That is
// told as the contradiction it is.
func (l *Ledger) notInTransit(t tick, p *Payment) {
	if !p.TransitAt.IsZero() {
		p.TransitAt = t.now
		l.closeAlert(t, AlertTransit, p.ID)
	}
}

// askBy lets the payment be asked about at that time at the latest.
func (p *Payment) askBy(at time.Time) {
	if p.AskAt.IsZero() || p.AskAt.After(at) {
		p.AskAt = at
	}
}
