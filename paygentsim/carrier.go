package paygentsim

import "slices"

// authCarrier is 104: the buyer proves to the carrier who they are (protocol.md §5.7.1, §15).
func (s *Sim) authCarrier(c *change, t *telegram) answer {
	v, err := c.openVisit(t, visitCarrierAuth, c.now.Add(abandonAfter))
	if err != nil {
		return s.failed(t, err)
	}
	if v.Key, err = randomText(s.opt.Rand, alphanumerics, 32); err != nil {
		return s.failed(t, err)
	}
	a := normal()
	a.effect = true
	sendToCarrier(&a, t, v)
	return a
}

// sendToCarrier adds the way to a carrier's page: docomo's is a page that posts itself.
func sendToCarrier(a *answer, t *telegram, v *visit) {
	if t.get("career_type") == carrierDocomo {
		a.add("redirect_html", selfPosting(t.pageURL+pagePath(v.Kind), []line{{"p", v.ID}}, charsetOf(t.kind)))
		return
	}
	a.add("redirect_url", t.pageURL+v.path())
}

// applyCarrier is 100.
func (s *Sim) applyCarrier(c *change, t *telegram) answer {
	amount, _ := number(t.get("amount"))
	carrier := t.get("career_type")
	switch {
	case amount < 1:
		return invalidValue("amount")
	case s.tradingIDTaken(c, t, t.get("trading_id"), ""):
		return abnormal("2005", "trading_id が重複しています")
	case carrier == carrierDocomo && t.get("other_url") == "":
		return invalidValue("other_url")
	}
	if carrier != carrierSoftBank {
		auth := c.visitByKey(t.merchant.MerchantID, t.get("open_id"))
		switch {
		case t.get("open_id") == "":
			return invalidValue("open_id")
		case auth == nil || auth.Kind != visitCarrierAuth || auth.Result != "0" || auth.get("career_type") != carrier:
			return abnormal("SIM012", "open_id のユーザ認証がありません")
		case !auth.UsedAt.IsZero():
			return abnormal("SIM012", "open_id は使用済みです")
		}
		c.editVisit(auth).UsedAt = c.now
	}
	v, err := c.openVisit(t, visitCarrier, c.now.Add(abandonAfter))
	if err != nil {
		return s.failed(t, err)
	}
	p := c.openCarrier(v, carrier, amount, t.kind)
	a := changed(p)
	sendToCarrier(&a, t, v)
	return a
}

// openCarrier makes the payment that the carrier's page will settle.
func (c *change) openCarrier(v *visit, carrier string, amount int64, by string) *Payment {
	p := c.create(&Payment{MerchantID: v.MerchantID, TradingID: v.TradingID, Type: TypeCarrier, Carrier: carrier, Amount: amount,
		SiteID: v.get("site_id"), InformURL: v.get("inform_url")})
	v = c.editVisit(v)
	v.PaymentID, v.Amount = p.PaymentID, amount
	return c.move(p, Applied, by, true)
}

// changeCarrier is 103: amount is the new total (protocol.md §5.7.1, §6.4).
func (s *Sim) changeCarrier(c *change, t *telegram) answer {
	amount, _ := number(t.get("amount"))
	p, bad := s.paymentOf(c, t, TypeCarrier)
	switch {
	case bad != nil:
		return *bad
	case amount < 1:
		return invalidValue("amount")
	case !changeable(p):
		return wrongStatus(p)
	}
	p = c.writable(p)
	p.NewAmount = amount
	return changed(c.through(p, ChangeRequested, p.Status, t.kind))
}

// changeable is the column 変更 of protocol.md §6.4.
func changeable(p *Payment) bool {
	held := []Status{Authorized, AuthorizedFinal}
	touched := p.touched("101", "103")
	switch p.Carrier {
	case carrierAu:
		return p.Status == Authorized && !touched
	case carrierDocomo:
		return p.Status == Cleared || slices.Contains(held, p.Status) && !touched
	}
	return slices.Contains(held, p.Status) && !touched
}
