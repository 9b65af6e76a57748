package paygentsim

import (
	"fmt"
	"strconv"
	"time"
)

// change collects what one step does to the books. Nothing shows before commit,
// which writes the journal first: an answered effect survives a kill.
type change struct {
	sim *Sim
	now time.Time
	d   delta
}

func (s *Sim) begin(now time.Time) *change { return &change{sim: s, now: now} }

func (s *Sim) commit(c *change) error {
	if c.d.empty() {
		return nil
	}
	c.d.Ordinal = s.st.ordinal
	if s.journal != nil {
		if err := s.journal.append(&c.d); err != nil {
			return fmt.Errorf("paygentsim: write journal: %w", err)
		}
	}
	s.st.apply(&c.d)
	if s.journal != nil && s.journal.size > compactAt {
		return s.compact()
	}
	return nil
}

// payment returns a merchant's payment as this step sees it, for reading; expiry by
// the clock has happened.
func (c *change) payment(merchantID, paymentID string) *Payment {
	p := c.peek(paymentID)
	if p == nil || p.MerchantID != merchantID {
		return nil
	}
	return c.expire(p)
}

// peek is payment without regard to merchant and clock.
func (c *change) peek(paymentID string) *Payment {
	for _, p := range c.d.Payments {
		if p.PaymentID == paymentID {
			return p
		}
	}
	return c.sim.st.payments[paymentID]
}

// trade returns the payments of a trading_id, oldest first.
func (c *change) trade(merchantID, tradingID string) []*Payment {
	ids := c.sim.st.trades[trade{merchantID, tradingID}]
	out := make([]*Payment, 0, len(ids))
	for _, id := range ids {
		out = append(out, c.payment(merchantID, id))
	}
	return out
}

// expire moves p on as often as its time is over, each time when it was.
func (c *change) expire(p *Payment) *Payment {
	for !p.NextAt.IsZero() && !c.now.Before(p.NextAt) {
		p = c.moveAt(p, p.Next, "clock", true, p.NextAt)
	}
	return p
}

// create opens a payment; its first status follows by move.
func (c *change) create(p *Payment) *Payment {
	next := c.sim.st.nextPayment
	for _, other := range c.d.Payments {
		if id, err := strconv.ParseInt(other.PaymentID, 10, 64); err == nil {
			next = max(next, id+1)
		}
	}
	p.PaymentID = strconv.FormatInt(next, 10)
	p.InitAt = c.now
	if p.SiteID == "" {
		p.SiteID = "1"
	}
	c.d.Payments = append(c.d.Payments, p)
	return p
}

// move gives p its next status and tells of it, if the merchant subscribes to that.
func (c *change) move(p *Payment, to Status, by string, notify bool) *Payment {
	return c.moveAt(p, to, by, notify, c.now)
}

func (c *change) moveAt(p *Payment, to Status, by string, notify bool, at time.Time) *Payment {
	p = c.writable(p)
	p.enter(to, by, at)
	p.Next, p.NextAt = c.sim.plan(p)
	m := c.sim.merchant(p.MerchantID)
	if notify && m != nil && m.subscribes(p.Type, to) {
		c.notify(p, at)
	}
	return p
}

// through moves p to a status by way of the transit status before it, in which it stays
// for as long as the pace says. One that is in transit already goes straight on.
func (c *change) through(p *Payment, transit, to Status, by string) *Payment {
	if _, inTransit := transitEnd(p); c.sim.pace.TransitMillis > 0 && !inTransit {
		to = transit
	}
	return c.move(p, to, by, true)
}

// writable returns p itself if this step made it, else a copy that this step will write.
func (c *change) writable(p *Payment) *Payment {
	for _, q := range c.d.Payments {
		if q == p {
			return p
		}
	}
	p = p.clone()
	c.d.Payments = append(c.d.Payments, p)
	return p
}

func (c *change) notify(p *Payment, at time.Time) {
	id := c.sim.st.book(p.MerchantID).last + 1
	for _, n := range c.d.Notices {
		if n.MerchantID == p.MerchantID {
			id = max(id, n.NoticeID+1)
		}
	}
	fault, late := c.sim.noticeFault(p.MerchantID, id)
	n := newNotice(p, id, at, c.now, c.sim.noticeURL(p), fault, late)
	c.d.Notices = append(c.d.Notices, n)
}

func (c *change) moveCursor(merchantID string, to int64) {
	c.d.Cursors = map[string]int64{merchantID: to}
}
