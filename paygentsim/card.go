package paygentsim

import (
	"slices"
	"strings"
)

// order is what a card payment asks for, checked.
type order struct {
	TradingID string `json:"trading_id"`
	Ref       string `json:"ref_trading_id,omitempty"`
	Amount    int64  `json:"amount"`
	Class     string `json:"payment_class"`
	Split     string `json:"split_count,omitempty"`
	SiteID    string `json:"site_id"`
	Capture   bool   `json:"capture,omitempty"` // sales_mode
	Card      Card   `json:"card"`
	Customer  string `json:"customer_id,omitempty"` // whose stored card it is, or who keeps it
	Keep      bool   `json:"keep,omitempty"`        // store the card when it is approved (link type)
	InformURL string `json:"inform_url,omitempty"`
	Linked    bool   `json:"linked,omitempty"` // made on the link type's page
	ThreeDS   string `json:"three_ds,omitempty"`
	Attempt   string `json:"attempt_kbn,omitempty"`
	stored    *storedCard
	token     *cardToken
	cvcToken  *cardToken
	auth      *visit // the 450 it relies on
	holder    string

	securityCode bool // security_code_use
	cvcMissing   bool
}

// authorize is 020, protocol.md §5.1.1.
func (s *Sim) authorize(c *change, t *telegram) answer {
	o, bad := readOrder(t)
	if bad != nil {
		return *bad
	}
	if s.tradingIDTaken(c, t, o.TradingID, o.Ref) {
		return abnormal("2005", "trading_id が重複しています")
	}
	if bad := s.chooseCard(c, t, &o); bad != nil {
		return *bad
	}
	if bad := s.chooseAuthentication(c, t, &o); bad != nil {
		return *bad
	}
	o.spend(c)
	p := c.create(o.payment(t.merchant.MerchantID))
	if wantsThreeDS1(t, &o) {
		return s.askThreeDS1(c, t, p, &o)
	}
	return s.decide(c, t, p, &o, t.kind)
}

// spend uses up what an authorisation takes once, whatever the issuer says.
func (o *order) spend(c *change) {
	for _, token := range []*cardToken{o.token, o.cvcToken} {
		if token != nil {
			c.useToken(token)
		}
	}
	if o.stored != nil {
		used := *o.stored
		used.UsedAt = c.now
		c.d.Cards = append(c.d.Cards, &used)
	}
	if o.auth != nil {
		c.editVisit(o.auth).UsedAt = c.now
	}
}

// payment is the record of an order before its first status.
func (o *order) payment(merchantID string) *Payment {
	p := &Payment{
		MerchantID: merchantID, TradingID: o.TradingID, RefTradingID: o.Ref, Type: TypeCard, Amount: o.Amount,
		SiteID: o.SiteID, PaymentClass: o.Class, SplitCount: o.Split, Card: o.Card, InformURL: o.InformURL, ThreeDS: o.ThreeDS, Attempt: o.Attempt,
	}
	return p
}

// decide is the issuer's answer to an authorisation.
func (s *Sim) decide(c *change, t *telegram, p *Payment, o *order, by string) answer {
	if code := refusal(c, o); code != "" {
		return refuse(c, t.merchant, p, code, by)
	}
	to := Authorized
	if o.Capture {
		to = Captured
	}
	p = c.move(p, to, by, true)
	return authorized(p, "0", "")
}

// readOrder checks what the parameters of 020 say together.
func readOrder(t *telegram) (order, *answer) {
	o := order{
		TradingID: t.get("trading_id"), Ref: t.get("ref_trading_id"), Class: t.get("payment_class"),
		Split: strings.TrimLeft(t.get("split_count"), "0"), SiteID: t.get("site_id"),
		Capture: t.get("sales_mode") == "1", securityCode: t.get("security_code_use") == "1",
	}
	o.Amount, _ = number(t.get("payment_amount"))
	var bad answer
	switch {
	case o.Amount < 1:
		bad = invalidValue("payment_amount")
	case (o.Class == "61") != (o.Split != ""):
		bad = invalidValue("split_count")
	default:
		return o, nil
	}
	return o, &bad
}

// tradingIDTaken is the rule of 2005, a guess with two readings: Rules.TradingIDOnce. A
// number issued for a convenience store or an ATM takes its trading_id too.
func (s *Sim) tradingIDTaken(c *change, t *telegram, tradingID, ref string) bool {
	if tradingID == "" || ref != "" {
		return false
	}
	return slices.ContainsFunc(c.trade(t.merchant.MerchantID, tradingID), func(p *Payment) bool {
		waits := p.Status == Applied && (p.Type == TypeATM || p.Type == TypeConveni)
		return t.merchant.Rules.TradingIDOnce || p.Status.Live() || waits
	})
}

// refusal is the issuer's code, empty when it approves.
func refusal(c *change, o *order) string {
	if m, known := magicOf(o.Card.Magic); known && m.acts("020", o.Ref != "") && m.Issuer != "" {
		return m.Issuer
	}
	switch {
	case o.Card.Unissued:
		return "1G65"
	case cardExpired(o.Card.Term, c.now):
		return "1G83"
	case o.securityCode && o.cvcMissing:
		return "1G45"
	}
	return ""
}

// refuse answers 2003; the settlement exists all the same, protocol.md §3.4.
func refuse(c *change, m *Merchant, p *Payment, code, by string) answer {
	to := Refused
	if securityCodeRefusal(code) || m.Rules.RefusedStays10 {
		to = Applied
	}
	p = c.writable(p)
	p.IssuerCode = code
	c.move(p, to, by, true)
	a := abnormal("2003", issuerDetail(code))
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.effect = true
	return a
}

// issuerName is half-width kana, as issuers' names are.
const issuerName = "ｼﾐﾕﾚ-ﾀ"

// authorized answers with the items of protocol.md §3.1, example A, in its order.
func authorized(p *Payment, result, html string) answer {
	a := answer{effect: true, lines: make([]line, 0, 17)}
	a.add("result", result)
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.add("issur_class", "1")
	a.add("acq_id", "50001")
	a.add("acq_name", "SIMACQ")
	a.add("issur_name", issuerName)
	for _, legacy := range [...]string{"fc_auth_umu", "daiko_code", "card_shu_code", "k_card_name", "issur_id"} {
		a.add(legacy, "")
	}
	a.add("attempt_kbn", p.Attempt)
	a.add("fingerprint", p.Card.Fingerprint)
	a.add("masked_card_number", p.Card.Masked)
	a.add("card_valid_term", p.Card.Term)
	a.add("out_acs_html", html)
	return a
}
