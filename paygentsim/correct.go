package paygentsim

import "strconv"

// correct is 028 and 029, protocol.md §5.1.3: the payment is replaced by a new one of
// another amount, 20 by 20 or 40 by 40.
func (s *Sim) correct(c *change, t *telegram) answer {
	p, bad := s.paymentOf(c, t, TypeCard)
	if bad != nil {
		return *bad
	}
	given, _ := number(t.get("payment_amount"))
	amount := given
	if t.get("reduction_flag") == "1" {
		amount = p.Amount - given
	}
	switch {
	case given < 1:
		return invalidValue("payment_amount")
	case amount < 1:
		return abnormal("SIM011", "payment_amount が決済金額を超えています")
	case p.Status != correctable(t.kind):
		return wrongStatus(p)
	case p.ThreeDS != "":
		return abnormal("SIM010", "3Dセキュア認証をした決済は補正できません")
	}
	if m, known := magicOf(p.Card.Magic); known && m.acts(t.kind, false) && m.Issuer != "" {
		return abnormal("2003", issuerDetail(m.Issuer))
	}
	old := p.Amount
	q := c.correctCard(p, amount, t.kind)
	a := authorized(q, "0", "")
	// The new items stand before out_acs_html, which is always last.
	last := a.lines[len(a.lines)-1]
	a.lines = append(a.lines[:len(a.lines)-1], line{"base_payment_id", p.PaymentID},
		line{"reduced_amount", strconv.FormatInt(max(0, old-amount), 10)}, last)
	return a
}

// correctable is the status that a correction starts from and leads to.
func correctable(kind string) Status {
	if kind == "029" {
		return Captured
	}
	return Authorized
}

// correctCard ends p and opens its successor.
func (c *change) correctCard(p *Payment, amount int64, by string) *Payment {
	status, ended := p.Status, AuthorizationCancelled
	if status == Captured {
		ended = CaptureCancelled
	}
	q := &Payment{
		MerchantID: p.MerchantID, TradingID: p.TradingID, BaseID: p.PaymentID, Type: TypeCard, Amount: amount,
		SiteID: p.SiteID, PaymentClass: p.PaymentClass, SplitCount: p.SplitCount, Card: p.Card, InformURL: p.InformURL,
	}
	q = c.move(c.create(q), status, by, true)
	c.move(p, ended, by, true)
	return q
}
