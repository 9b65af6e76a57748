package paygentsim

import "slices"

// followUp is 021, 022 and 023: one payment from a status to the next, protocol.md §5.1.2.
func (s *Sim) followUp(c *change, t *telegram) answer {
	step, _ := followUpOf(t.kind)
	p, bad := s.namedPayment(c, t)
	if bad != nil {
		return *bad
	}
	if !slices.Contains(step.from, p.Status) {
		return abnormal("SIM002", "ステータス"+string(p.Status)+"（"+p.Status.Name()+"）では処理できません")
	}
	if m, known := magicOf(p.Card.Magic); known && m.acts(t.kind, false) && m.Issuer != "" {
		return abnormal("2003", issuerDetail(m.Issuer))
	}
	p = c.move(p, step.to, t.kind, true)
	a := normal()
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.effect = true
	return a
}

// namedPayment finds the payment a telegram names by payment_id, trading_id or both.
func (s *Sim) namedPayment(c *change, t *telegram) (*Payment, *answer) {
	paymentID, tradingID := t.get("payment_id"), t.get("trading_id")
	var bad answer
	switch {
	case paymentID == "" && tradingID == "":
		bad = invalidValue("payment_id")
	case len(paymentID) > 18:
		bad = tooLong("payment_id")
	case !isDigits(paymentID):
		bad = badType("payment_id")
	case paymentID != "":
		p := c.payment(t.merchant.MerchantID, paymentID)
		if p != nil && (tradingID == "" || tradingID == p.TradingID) {
			return p, nil
		}
		bad = abnormal("SIM003", "該当する決済がありません")
	default:
		switch all := c.trade(t.merchant.MerchantID, tradingID); len(all) {
		case 0:
			bad = abnormal("SIM003", "該当する決済がありません")
		case 1:
			return all[0], nil
		default:
			bad = abnormal("SIM004", "trading_id に該当する決済が複数あります")
		}
	}
	return nil, &bad
}
