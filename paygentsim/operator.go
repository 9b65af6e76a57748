package paygentsim

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of what a person or a test asks for.
var (
	ErrUnknownPayment = errors.New("paygentsim: no such payment")
	ErrUnlawful       = errors.New("paygentsim: the payment cannot take this status now")
	ErrNowhere        = errors.New("paygentsim: no notice URL is configured")
)

// SetStatus changes a payment's status as ペイジェントオンライン or the clock would; only
// changes listed by Status.Moves are lawful. The merchant is told unless notify is false.
func (s *Sim) SetStatus(paymentID string, to Status, notify bool) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Payment{}, errClosed
	}
	c := s.begin(s.now())
	p := c.peek(paymentID)
	if p == nil {
		return Payment{}, fmt.Errorf("%w: %s", ErrUnknownPayment, paymentID)
	}
	p = c.expire(p)
	if !slices.Contains(p.Moves(), to) {
		// What the clock did on the way stands.
		return Payment{}, errors.Join(fmt.Errorf("%w: %s is at %s, wanted %s", ErrUnlawful, paymentID, p.Status, to), s.commit(c))
	}
	p = c.move(p, to, "operator", notify)
	if err := s.commit(c); err != nil {
		return Payment{}, err
	}
	return *p.clone(), nil
}

// ResendNotices sends every notice of a payment again with its former id, also the
// withheld and lost ones, and returns how many.
func (s *Sim) ResendNotices(paymentID string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.st.payments[paymentID]
	switch {
	case s.closed:
		return 0, errClosed
	case p == nil:
		return 0, fmt.Errorf("%w: %s", ErrUnknownPayment, paymentID)
	case s.noticeURL(p) == "":
		return 0, ErrNowhere
	}
	c := s.begin(s.now())
	for _, n := range s.st.book(p.MerchantID).notices {
		if n.PaymentID == paymentID {
			c.d.Notices = append(c.d.Notices, n.resent(c.now))
		}
	}
	return len(c.d.Notices), s.commit(c)
}

// resent is the notice due now, without its fault.
func (n *Notice) resent(now time.Time) *Notice {
	m := n.clone()
	m.Delivery, m.Due, m.Until, m.Failures = DeliveryPending, now, now.Add(giveUpAfter), 0
	m.Held, m.Again, m.Spoilt = false, false, false
	return m
}

// Reset forgets payments, notices, tokens, requests and forced faults. Contracts, keys
// and seed stay, and the sequences of ids go on: the centre never uses one twice.
func (s *Sim) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	c := s.begin(s.now())
	c.d.Reset = true
	if err := s.commit(c); err != nil {
		return err
	}
	s.history.list = nil
	s.forced, s.forcedN, s.forcedT, s.late = map[string][]Fault{}, nil, nil, nil
	return nil
}

// Correct changes the amount of a card payment as 028 and 029 do, from ペイジェントオンライン: the
// payment ends and a new one with its base_payment_id stands. It returns the new one.
func (s *Sim) Correct(paymentID string, amount int64) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Payment{}, errClosed
	}
	c := s.begin(s.now())
	p := c.peek(paymentID)
	if p == nil {
		return Payment{}, fmt.Errorf("%w: %s", ErrUnknownPayment, paymentID)
	}
	p = c.expire(p)
	if p.Type != TypeCard || p.Status != Authorized && p.Status != Captured || amount < 1 || amount > maxAmount {
		return Payment{}, errors.Join(fmt.Errorf("%w: %s is at %s, wanted an amount of %d", ErrUnlawful, paymentID, p.Status, amount), s.commit(c))
	}
	q := c.correctCard(p, amount, "operator")
	if err := s.commit(c); err != nil {
		return Payment{}, err
	}
	return *q.clone(), nil
}

// maxAmount has as many digits as the telegrams take.
const maxAmount = 99_999_999

// WithholdNotices keeps the notices of a payment that are on their way from being sent,
// and returns how many. 091 tells of them all the same.
func (s *Sim) WithholdNotices(paymentID string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.st.payments[paymentID]
	switch {
	case s.closed:
		return 0, errClosed
	case p == nil:
		return 0, fmt.Errorf("%w: %s", ErrUnknownPayment, paymentID)
	}
	c := s.begin(s.now())
	for _, n := range s.st.book(p.MerchantID).notices {
		if n.PaymentID == paymentID && !n.Due.IsZero() {
			m := n.clone()
			m.Delivery, m.Due, m.Held, m.Again = DeliveryNone, time.Time{}, false, false
			c.d.Notices = append(c.d.Notices, m)
		}
	}
	return len(c.d.Notices), s.commit(c)
}
