package paygentsim

import "fmt"

// PurgeDifferences makes the centre forget a merchant's differences up to an id, as it
// does after a month: 091 then says that some were lost. Notices on their way are lost too.
func (s *Sim) PurgeDifferences(merchantID string, through int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merchant(merchantID)
	switch {
	case s.closed:
		return errClosed
	case m == nil:
		return fmt.Errorf("%w: merchant %q", ErrUnknownPayment, merchantID)
	}
	return s.purge(m, through)
}

func (s *Sim) purge(m *Merchant, through int64) error {
	c := s.begin(s.now())
	c.d.Purged = map[string]int64{m.MerchantID: through + 1}
	return s.commit(c)
}

// purgeOldest forgets the difference that 091 would deliver next, if another follows it.
func (s *Sim) purgeOldest(t *telegram) error {
	b := s.st.book(t.merchant.MerchantID)
	n := b.after(b.cursor, t.now)
	if n == nil || n.NoticeID >= b.last {
		return nil
	}
	return s.purge(t.merchant, n.NoticeID)
}
