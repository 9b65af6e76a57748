package paygentsim

import (
	"slices"
	"strconv"
	"strings"
)

// order is what a 020 asks for, checked.
type order struct {
	tradingID, ref string
	amount         int64
	class, split   string
	siteID         string
	capture        bool // sales_mode
	securityCode   bool // security_code_use
	cvcMissing     bool
	card           Card
	token          *cardToken
}

// authorize is 020, protocol.md §5.1.1.
func (s *Sim) authorize(c *change, t *telegram) answer {
	o, bad := readOrder(t)
	if bad != nil {
		return *bad
	}
	if s.tradingIDTaken(c, t, o) {
		return abnormal("2005", "trading_id が重複しています")
	}
	if bad := s.chooseCard(c, t, &o); bad != nil {
		return *bad
	}
	if o.token != nil {
		used := *o.token
		used.UsedAt = c.now
		c.d.Tokens = append(c.d.Tokens, &used)
	}
	p := c.create(&Payment{
		MerchantID: t.merchant.MerchantID, TradingID: o.tradingID, RefTradingID: o.ref, Type: TypeCard, Amount: o.amount,
		SiteID: o.siteID, PaymentClass: o.class, SplitCount: o.split, Card: o.card,
	})
	if code := refusal(c, &o); code != "" {
		return refuse(c, t, p, code)
	}
	to := Authorized
	if o.capture {
		to = Captured
	}
	c.move(p, to, t.kind, true)
	return authorized(p)
}

// readOrder checks the parameters of 020 that concern neither card nor other payments.
func readOrder(t *telegram) (order, *answer) {
	o := order{
		tradingID: t.get("trading_id"), ref: t.get("ref_trading_id"), class: t.get("payment_class"),
		split: strings.TrimLeft(t.get("split_count"), "0"), siteID: t.get("site_id"),
	}
	if o.siteID == "" {
		o.siteID = "1"
	}
	var bad answer
	switch amount := t.get("payment_amount"); {
	case !isDigits(amount):
		bad = badType("payment_amount")
	case len(amount) > 8:
		bad = tooLong("payment_amount")
	default:
		o.amount, _ = strconv.ParseInt(amount, 10, 64) // empty gives 0
		bad = checkOrder(t, &o)
	}
	if bad.lines != nil {
		return o, &bad
	}
	return o, nil
}

func checkOrder(t *telegram, o *order) (bad answer) {
	counts := []string{"2", "3", "4", "5", "6", "10", "12", "15", "18", "20", "24"}
	switch {
	case o.amount < 1:
		return invalidValue("payment_amount")
	case !slices.Contains([]string{"10", "61", "80", "23", "21"}, o.class):
		return invalidValue("payment_class")
	case (o.class == "61") != (o.split != ""), o.split != "" && !slices.Contains(counts, o.split):
		return invalidValue("split_count")
	case len(o.siteID) > 4 || !isDigits(o.siteID):
		return badType("site_id")
	}
	for _, id := range []string{"trading_id", "ref_trading_id"} {
		switch v := t.get(id); {
		case len(v) > 25:
			return tooLong(id)
		case !isTradingID(v):
			return badType(id)
		}
	}
	return checkModes(t, o)
}

// checkModes reads the switches, and refuses by name what this centre does not simulate.
func checkModes(t *telegram, o *order) (bad answer) {
	for _, f := range []struct {
		name string
		on   *bool
	}{{"sales_mode", &o.capture}, {"security_code_use", &o.securityCode}} {
		switch t.get(f.name) {
		case "", "0":
		case "1":
			*f.on = true
		default:
			return invalidValue(f.name)
		}
	}
	for _, name := range []string{"stock_card_mode", "security_code_token"} {
		if v := t.get(name); v != "" && v != "0" {
			return invalidValue(name)
		}
	}
	if t.get("3ds_auth_id") != "" {
		return invalidValue("3ds_auth_id")
	}
	if use := t.get("3dsecure_use_type"); use != "" && use != "1" && use != "2" {
		return invalidValue("3dsecure_use_type")
	}
	return answer{}
}

func isTradingID(s string) bool {
	for i := range len(s) {
		if s[i] != '-' && s[i] != '_' && !strings.Contains(alphanumerics, s[i:i+1]) {
			return false
		}
	}
	return true
}

// tradingIDTaken is the rule of 2005, a guess with two readings: Rules.TradingIDOnce.
func (s *Sim) tradingIDTaken(c *change, t *telegram, o order) bool {
	if o.tradingID == "" || o.ref != "" {
		return false
	}
	return slices.ContainsFunc(c.trade(t.merchant.MerchantID, o.tradingID), func(p *Payment) bool {
		return t.merchant.Rules.TradingIDOnce || p.Status.Live()
	})
}

// refusal is the issuer's code, empty when it approves.
func refusal(c *change, o *order) string {
	if m, known := magicOf(o.card.Magic); known && m.acts("020", o.ref != "") && m.Issuer != "" {
		return m.Issuer
	}
	switch {
	case o.card.Unissued:
		return "1G65"
	case cardExpired(o.card.Term, c.now):
		return "1G83"
	case o.securityCode && o.cvcMissing:
		return "1G45"
	}
	return ""
}

// refuse answers 2003; the settlement exists all the same, protocol.md §3.4.
func refuse(c *change, t *telegram, p *Payment, code string) answer {
	to := Refused
	if securityCodeRefusal(code) || t.merchant.Rules.RefusedStays10 {
		to = Applied
	}
	p.IssuerCode = code
	c.move(p, to, t.kind, true)
	a := abnormal("2003", issuerDetail(code))
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.effect = true
	return a
}

// authorized answers with the items of protocol.md §3.1, example A, in its order.
func authorized(p *Payment) answer {
	a := answer{effect: true, lines: make([]line, 0, 17)}
	a.add("result", "0")
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.add("issur_class", "1")
	a.add("acq_id", "50001")
	a.add("acq_name", "SIMACQ")
	a.add("issur_name", "ｼﾐﾕﾚ-ﾀ")
	for _, legacy := range []string{"fc_auth_umu", "daiko_code", "card_shu_code", "k_card_name", "issur_id", "attempt_kbn"} {
		a.add(legacy, "")
	}
	a.add("fingerprint", p.Card.Fingerprint)
	a.add("masked_card_number", p.Card.Masked)
	a.add("card_valid_term", p.Card.Term)
	a.add("out_acs_html", "")
	return a
}
