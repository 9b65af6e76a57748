package paygentsim

import (
	"fmt"
	"strconv"
)

// Foreign makes a payment of another shop that shares the merchant id: its notices come to
// this shop too, under a trading_id it never gave.
func (s *Sim) Foreign(merchantID, tradingID string, t PaymentType, amount int64) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merchant(merchantID)
	switch {
	case s.closed:
		return Payment{}, errClosed
	case m == nil:
		return Payment{}, fmt.Errorf("%w: merchant %q", ErrUnknownPayment, merchantID)
	case amount < 1 || t.Name() == "不明" || !isWord(tradingID) || len(tradingID) > maxTrading:
		return Payment{}, fmt.Errorf("%w: trading_id %q, type %q, amount %d", ErrUnlawful, tradingID, t, amount)
	}
	c := s.begin(s.now())
	p := c.foreign(m, tradingID, t, amount)
	if err := s.commit(c); err != nil {
		return Payment{}, err
	}
	return *p.clone(), nil
}

// foreignPayment is the knob's: its kind and amount depend on the ordinal alone.
func (s *Sim) foreignPayment(m *Merchant, ordinal uint64) error {
	types := PaymentTypes()
	n := mix(s.seed ^ mix(saltForeign) ^ ordinal)
	c := s.begin(s.now())
	c.foreign(m, "other-"+strconv.FormatUint(ordinal, 10), types[n%uint64(len(types))], int64(n>>32%9000)+100)
	return s.commit(c)
}

// foreign brings a payment to the status that says it is paid or will be.
func (c *change) foreign(m *Merchant, tradingID string, t PaymentType, amount int64) *Payment {
	p := &Payment{MerchantID: m.MerchantID, TradingID: tradingID, Type: t, Amount: amount, SiteID: "9"}
	switch t {
	case TypeATM:
		p.LimitAt = endOfDay(c.now, defaultLimitDays)
		return c.move(c.issueATM(p, "other"), Captured, "other", true)
	case TypeConveni:
		p.LimitAt = endOfDay(c.now, defaultLimitDays)
		return c.move(c.issueConveni(p, stores()[0], "", "other"), Preliminary, "other", true)
	case TypeBank:
		return c.move(c.create(p), Captured, "other", true)
	case TypeCarrier:
		p.Carrier = carrierSoftBank
	case TypeCard:
		p.PaymentClass, p.Card = "10", newCard("4900000000000000", "1299")
	}
	return c.move(c.create(p), Authorized, "other", true)
}
