package setting

import (
	"context"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// defaultTimeout is every kit's timeout_value (protocol.md §1.4), for a version
// without one.
const defaultTimeout = 35 * time.Second

// Policy is what the ledger sees of a version.
func Policy(n Snapshot) (ledger.Policy, error) {
	v := &n.Values
	p := ledger.Policy{
		Version: n.Version, Environment: v.Environment, MerchantID: v.MerchantID,
		Mark: v.Mark, SharedMerchant: v.SharedMerchant, Confirm: v.Confirm,
		TelegramTimeout: defaultTimeout,
		Attempts:        v.Attempts, RollbackCancels: v.RollbackCancels, SameTradingID: v.SameTradingID,
		Terms: v.terms(),
	}
	if v.Uses(MethodCard) {
		p.PaymentClasses, p.ThreeDS = v.PaymentClasses(), v.threeDS()
		p.KeepsCards = v.Card.StockCard
	}
	if v.Uses(MethodCarrier) {
		p.Brands = v.brands()
	}
	if n.Kit == nil {
		return p, nil
	}
	c, err := n.Kit.Config()
	if err != nil {
		return ledger.Policy{}, err
	}
	p.TelegramTimeout = c.Timeout
	return p, nil
}

// threeDS is the version a card of the module type is authenticated by.
func (v *Values) threeDS() ledger.ThreeDS {
	switch v.Card.ThreeD {
	case ThreeD1:
		return ledger.ThreeDS1
	case ThreeD2:
		return ledger.ThreeDS2
	case NoThreeD:
	}
	return ledger.NoThreeDS
}

// terms are how long a number or page is good that is asked for now, at the longest:
// days that the centre counts end with their last second, the bank's count from now.
func (v *Values) terms() map[payment.Scheme]time.Duration {
	const day = 24 * time.Hour
	counted := func(days int) time.Duration { return time.Duration(days+1) * day }
	terms := map[payment.Scheme]time.Duration{
		{Method: payment.Conveni, System: payment.Module}: counted(v.Conveni.LimitDays),
		{Method: payment.ATM, System: payment.Module}:     counted(v.ATM.LimitDays),
		{Method: payment.Bank, System: payment.Module}:    time.Duration(v.Bank.PaymentTerm) * day,
	}
	for _, s := range payment.Schemes() {
		if s.System == payment.Link {
			terms[s] = counted(v.Link.PaymentTerm)
		}
	}
	return terms
}

// brands are the carriers offered, in the page's order.
func (v *Values) brands() []payment.Brand {
	var brands []payment.Brand
	for _, k := range CarrierKinds() {
		if contains(v.Carrier.Kinds, k) {
			brands = append(brands, payment.BrandOf(string(k)))
		}
	}
	return brands
}

// Policy is the ledger's PolicyFunc: the version in force. It is shared: change nothing
// in its maps and lists.
func (s *Store) Policy(ctx context.Context) (ledger.Policy, error) {
	n, err := s.Load(ctx)
	if err != nil {
		return ledger.Policy{}, err
	}
	s.mu.Lock()
	p, known := s.policies[n.Version]
	s.mu.Unlock()
	if known {
		return p, nil
	}
	if p, err = Policy(n); err == nil && n.Version > 0 {
		s.mu.Lock()
		s.policies[n.Version] = p
		s.mu.Unlock()
	}
	return p, err
}
