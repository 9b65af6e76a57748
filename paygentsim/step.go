package paygentsim

import (
	"context"
	"time"
)

// Step does one thing that is due: a payment's term ends, or a notice goes out and its
// answer is noted. worked says that it did something; else next is when there will be
// something to do (zero: nothing in sight); a telegram served meanwhile may make it
// sooner, so a loop sleeps a second at most. A shop that does not answer is no error.
func (s *Sim) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return false, time.Time{}, err
	}
	worked, next, out, err := s.takeDue()
	if out == nil || err != nil {
		return worked, next, err
	}
	// Without the lock: the shop may ask 094 before it answers.
	accepted, said := s.post(ctx, out)
	return true, next, s.settleNotice(out.key, accepted, said)
}

// errand is a notice on its way.
type errand struct {
	key      noticeKey
	notice   *Notice
	url      string
	merchant *Merchant
}

// takeDue does what is due within the books, and returns a due notice as an errand.
func (s *Sim) takeDue() (worked bool, next time.Time, out *errand, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false, time.Time{}, nil, errClosed
	}
	now := s.now()
	e, found := s.st.soonest()
	if !found || e.at.After(now) {
		return false, e.at, nil, nil
	}
	s.st.agenda.take()
	if e.noticeID == 0 {
		c := s.begin(now)
		c.expire(c.peek(e.paymentID))
		return true, now, nil, s.commit(c)
	}
	key := noticeKey{e.merchantID, e.noticeID}
	if s.inFlight[key] {
		return true, now, nil, nil // its own attempt will plan the next one
	}
	s.inFlight[key] = true
	n := s.st.book(e.merchantID).kept(e.noticeID).clone()
	p := s.st.payments[n.PaymentID]
	if p == nil {
		p = &Payment{MerchantID: e.merchantID}
	}
	return true, now, &errand{key, n, s.noticeURL(p), s.merchant(e.merchantID)}, nil
}

// settleNotice writes how an attempt ended, and lets go of earlier notices that waited
// for a later one.
func (s *Sim) settleNotice(key noticeKey, accepted bool, said string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inFlight, key)
	b := s.st.book(key.merchantID)
	n := b.kept(key.noticeID)
	if n == nil || s.closed {
		return nil // forgotten meanwhile
	}
	c := s.begin(s.now())
	n = n.clone()
	n.settle(accepted, said, c.now)
	c.d.Notices = append(c.d.Notices, n)
	if b.held > 0 {
		c.release(b, key.noticeID)
	}
	return s.commit(c)
}

// release lets go of the notices that were held back until a later one had arrived.
func (c *change) release(b *book, arrived int64) {
	for _, earlier := range b.notices {
		if earlier.Held && earlier.NoticeID < arrived {
			released := earlier.clone()
			released.Held, released.Due = false, c.now
			c.d.Notices = append(c.d.Notices, released)
		}
	}
}
