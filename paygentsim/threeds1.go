package paygentsim

// wantsThreeDS1 tells whether a 020 is answered 7: it brings what the old pages need and
// the card takes part (protocol.md §10.2, §17.4).
func wantsThreeDS1(t *telegram, o *order) bool {
	asked := t.get("term_url") != "" && t.get("3dsecure_use_type") != "2" && t.get("3dsecure_ryaku") != "1" && o.auth == nil && o.Ref == ""
	return asked && o.Card.Magic != "5123459358515821"
}

// askThreeDS1 answers 7: the payment waits at 14 for the buyer.
func (s *Sim) askThreeDS1(c *change, t *telegram, p *Payment, o *order) answer {
	v, err := c.openVisit(t, visitThreeDS1, c.now.Add(abandonAfter))
	if err != nil {
		return s.failed(t, err)
	}
	v.PaymentID, v.Amount, v.Card, v.Order = p.PaymentID, o.Amount, &o.Card, o
	if o.securityCode && o.cvcMissing {
		v.Asked["cvc_missing"] = "1"
	}
	c.move(p, Authenticating, t.kind, true)
	fields := []line{{"p", v.ID}}
	if t.merchant.Rules.PaRes {
		fields = append(fields, line{"PaReq", "sim"}, line{"MD", v.ID}, line{"TermUrl", t.get("term_url")})
	}
	return authorized(p, "7", selfPosting(t.pageURL+pagePath(v.Kind), fields, charsetOf(t.kind)))
}

// settleThreeDS1 ends the wait: the issuer's answer after a good authentication, 13 after
// a bad one. The answer is that of a 020.
func (s *Sim) settleThreeDS1(c *change, v *visit, by string) answer {
	p := c.payment(v.MerchantID, v.PaymentID)
	m := s.merchant(v.MerchantID)
	if p == nil || m == nil || p.Status != Authenticating {
		return abnormal("SIM009", "3-Dセキュア認証を待つ決済がありません")
	}
	if v.Result != "0" {
		p = c.move(p, Abandoned, by, true)
		a := abnormal("2001", "1511 3-Dセキュア認証結果NG")
		a.add("payment_id", p.PaymentID)
		a.add("trading_id", p.TradingID)
		a.effect = true
		return a
	}
	p = c.writable(p)
	p.ThreeDS, p.Attempt = "1.0", v.Attempt
	o := *v.Order
	o.securityCode, o.cvcMissing = v.get("cvc_missing") == "1", v.get("cvc_missing") == "1"
	return s.decide(c, &telegram{kind: "020", merchant: m, now: c.now}, p, &o, by)
}

// finishThreeDS1 is 024 of the old style: the shop brings what the ACS posted to it.
func (s *Sim) finishThreeDS1(c *change, t *telegram) answer {
	v := c.visit(t.get("MD"))
	named := t.get("payment_id") == "" || v != nil && t.get("payment_id") == v.PaymentID
	switch {
	case v == nil || v.Kind != visitThreeDS1 || v.MerchantID != t.merchant.MerchantID || !named:
		return abnormal("SIM009", "MD の認証がありません")
	case !v.done() || !v.UsedAt.IsZero():
		return abnormal("SIM009", "MD の認証は終わっていないか使用済みです")
	case t.get("PaRes") != paRes(v):
		return badType("PaRes")
	}
	v = c.editVisit(v)
	v.UsedAt = c.now
	return s.settleThreeDS1(c, v, t.kind)
}

// paRes stands for the issuer's signed answer.
func paRes(v *visit) string { return "SIM-PARES-" + v.Result + v.Attempt + "-" + v.ID }

// threeDS1Return are the items with which the browser comes back from 1.0, protocol.md §10.2.
func threeDS1Return(v *visit, a *answer, key Secret) []line {
	result := a.get("result")
	return []line{{"result", result}, {"payment_id", v.PaymentID}, {"trading_id", v.TradingID}, {"attempt_kbn", v.Attempt},
		{"response_code", a.get("response_code")}, {"response_detail", a.get("response_detail")},
		{"hc", signed(key, result, v.PaymentID, v.Attempt)}}
}
