package paygentsim

import "slices"

// followUpRule is what a telegram does to a payment that exists: protocol.md §5.1.2, §5.7.1,
// §5.12, §6.4. The first rule of its kind whose from fits acts.
type followUpRule struct {
	kind    string
	from    []Status
	transit Status
	to      Status
	carrier string // only for this carrier; empty = any
}

func followUpRules() []followUpRule {
	held := []Status{Authorized, AuthorizedFinal}
	return []followUpRule{
		{"021", []Status{Authorized, CancelRequested}, CancelRequested, AuthorizationCancelled, ""},
		{"022", []Status{Authorized, CaptureRequested}, CaptureRequested, Captured, ""},
		{"023", []Status{Captured, CaptureCancelling, CaptureCancelTallied}, CaptureCancelling, CaptureCancelled, ""},
		{"101", []Status{Authorized}, CaptureRequested, Captured, ""},
		{"101", held, CaptureRequested, Captured, carrierDocomo},
		{"101", held, CaptureRequested, Captured, carrierSoftBank},
		{"102", []Status{Authorized}, CancelRequested, AuthorizationCancelled, ""},
		{"102", held, CancelRequested, AuthorizationCancelled, carrierDocomo},
		{"102", held, CancelRequested, AuthorizationCancelled, carrierSoftBank},
		{"102", []Status{Captured}, CaptureCancelling, CaptureCancelled, carrierAu},
		{"102", []Status{Captured}, CaptureCancelling, CaptureCancelled, carrierSoftBank},
		{"102", []Status{Cleared}, CaptureCancelling, CaptureCancelled, carrierDocomo},
		{"340", []Status{Authorized}, CancelRequested, AuthorizationCancelled, ""},
		{"341", []Status{Authorized}, CaptureRequested, Captured, ""},
	}
}

// followUp is 021, 022, 023, 101, 102, 340 and 341: one payment from a status to the next.
func (s *Sim) followUp(c *change, t *telegram) answer {
	p, bad := s.paymentOf(c, t, s.operations[t.kind].needs)
	if bad != nil {
		return *bad
	}
	rule, ok := ruleFor(t.kind, p)
	if !ok {
		return wrongStatus(p)
	}
	if m, known := magicOf(p.Card.Magic); known && m.acts(t.kind, false) && m.Issuer != "" {
		return abnormal("2003", issuerDetail(m.Issuer))
	}
	// One that is in transit already is finished by the telegram that repeats it.
	return changed(c.through(p, rule.transit, rule.to, t.kind))
}

func ruleFor(kind string, p *Payment) (followUpRule, bool) {
	for _, rule := range followUpRules() {
		switch {
		case rule.kind != kind, rule.carrier != "" && rule.carrier != p.Carrier:
		case p.Carrier == carrierDocomo && kind == "102" && p.Status != Cleared && p.touched("101", "103"):
			// d払い is not cancelled between its sales or change and 44 (§6.4).
		case slices.Contains(rule.from, p.Status):
			return rule, true
		}
	}
	return followUpRule{}, false
}

func wrongStatus(p *Payment) answer {
	return abnormal("SIM002", "ステータス"+string(p.Status)+"（"+p.Status.Name()+"）では処理できません")
}

// changed is the answer to a telegram that changed a payment.
func changed(p *Payment) answer {
	a := normal()
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.effect = true
	return a
}

// paymentOf is namedPayment for a telegram of one method.
func (s *Sim) paymentOf(c *change, t *telegram, of PaymentType) (*Payment, *answer) {
	p, bad := s.namedPayment(c, t)
	if bad == nil && p.Type != of {
		return nil, refusing(abnormal("SIM010", p.Type.Name()+"の決済は対象外です"))
	}
	return p, bad
}

// namedPayment finds the payment a telegram names by payment_id, trading_id or both.
func (s *Sim) namedPayment(c *change, t *telegram) (*Payment, *answer) {
	paymentID, tradingID := t.get("payment_id"), t.get("trading_id")
	var bad answer
	switch {
	case paymentID == "" && tradingID == "":
		bad = invalidValue("payment_id")
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
