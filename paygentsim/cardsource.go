package paygentsim

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// chooseCard finds the card of a 020: that of an earlier trade, a stored one, a token's, or
// one given in the clear. protocol.md §5.1.1.
func (s *Sim) chooseCard(c *change, t *telegram, o *order) *answer {
	switch {
	case o.Ref != "":
		return s.cardOfTrade(c, t, o)
	case t.get("stock_card_mode") == "1":
		return s.cardOfCustomer(c, t, o)
	}
	return s.cardOfTokenOrNumber(c, t, o)
}

func (s *Sim) cardOfTokenOrNumber(c *change, t *telegram, o *order) *answer {
	switch {
	case t.get("card_token") != "":
		token, bad := s.liveToken(c, t)
		switch {
		case bad != nil:
			return bad
		case token.CVCOnly:
			return refusing(invalidValue("card_token"))
		}
		o.Card, o.token, o.cvcMissing, o.holder = token.Card, token, !token.CVC, token.Holder
		return nil
	case t.get("card_number") != "":
		return cardInTheClear(t, o)
	}
	return refusing(abnormal("2021", "card_token が指定されていません"))
}

func refusing(a answer) *answer { return &a }

func (s *Sim) cardOfTrade(c *change, t *telegram, o *order) *answer {
	if t.merchant.Rules.ReauthorizeSameID && o.Ref != o.TradingID {
		return refusing(invalidValue("ref_trading_id"))
	}
	for _, p := range c.trade(t.merchant.MerchantID, o.Ref) {
		if p.Type == TypeCard && p.Status != Applied && p.Status != Refused {
			o.Card = p.Card
		}
	}
	if o.Card.Fingerprint == "" {
		return refusing(abnormal("SIM003", "ref_trading_id の決済がありません"))
	}
	return nil
}

// cardOfCustomer takes a stored card, with a security code from a token made for it alone
// (security_code_token).
func (s *Sim) cardOfCustomer(c *change, t *telegram, o *order) *answer {
	for _, name := range []string{"customer_id", "customer_card_id"} {
		if t.get(name) == "" {
			return refusing(invalidValue(name))
		}
	}
	o.stored = s.st.stored(t.merchant.MerchantID, t.get("customer_id"), t.get("customer_card_id"))
	if o.stored == nil {
		return refusing(abnormal("P026", "customer_card_id のカードは登録されていません"))
	}
	o.Card, o.cvcMissing, o.Customer = o.stored.Card, t.get("card_conf_number") == "", o.stored.CustomerID
	if t.get("security_code_token") != "1" {
		return nil
	}
	token, bad := s.liveToken(c, t)
	switch {
	case bad != nil:
		return bad
	case !token.CVCOnly:
		return refusing(invalidValue("card_token"))
	}
	o.cvcToken, o.cvcMissing = token, false
	return nil
}

// liveToken finds the token of a telegram.
func (s *Sim) liveToken(c *change, t *telegram) (*cardToken, *answer) {
	token := s.st.tokens[t.get("card_token")]
	var bad answer
	switch {
	case token == nil || token.MerchantID != t.merchant.MerchantID || t.get("card_token") == "":
		bad = abnormal("2021", "card_token のトークンがありません")
	case !token.UsedAt.IsZero():
		bad = abnormal("SIM006", "card_token は使用済みです")
	case !c.now.Before(token.ValidUntil):
		bad = abnormal("SIM005", "card_token の有効期限が切れています")
	default:
		return token, nil
	}
	return nil, &bad
}

func (c *change) useToken(token *cardToken) {
	used := *token
	used.UsedAt = c.now
	c.d.Tokens = append(c.d.Tokens, &used)
}

func cardInTheClear(t *telegram, o *order) *answer {
	if t.get("card_valid_term") == "" {
		return refusing(invalidValue("card_valid_term"))
	}
	o.Card, o.cvcMissing = newCard(t.get("card_number"), t.get("card_valid_term")), t.get("card_conf_number") == ""
	return nil
}

// peekCard finds the card a 020 names without checking anything.
func (s *Sim) peekCard(t *telegram) *Card {
	if ref := t.get("ref_trading_id"); ref != "" {
		ids := s.st.trades[trade{t.get("merchant_id"), ref}]
		for i := len(ids) - 1; i >= 0; i-- {
			if p := s.st.payments[ids[i]]; p.Type == TypeCard && p.Status != Applied && p.Status != Refused {
				return &p.Card
			}
		}
		return nil
	}
	if t.get("stock_card_mode") == "1" || t.get("card_set_method") == "customer" {
		if stored := s.st.stored(t.get("merchant_id"), t.get("customer_id"), t.get("customer_card_id")); stored != nil {
			return &stored.Card
		}
		return nil
	}
	if token := s.st.tokens[t.get("card_token")]; token != nil && token.UsedAt.IsZero() {
		return &token.Card
	}
	if number := t.get("card_number"); t.get("card_token") == "" && isCardNumber(number) {
		card := newCard(number, t.get("card_valid_term"))
		return &card
	}
	return nil
}

// newCard forgets the number but for its last four digits and a fingerprint.
func newCard(number, term string) Card {
	sum := sha256.Sum256([]byte("paygentsim card " + number))
	card := Card{
		Fingerprint: hex.EncodeToString(sum[:]),
		Masked:      "************" + number[len(number)-4:],
		Term:        term,
		Brand:       brandOf(number),
	}
	if m, known := magicOf(number); known {
		card.Magic = m.Number
	} else {
		card.Unissued = !luhn(number)
	}
	return card
}

// brandOf gives the letter of 027: V Visa, M Mastercard, J JCB, X American Express, C Diners.
func brandOf(number string) string {
	switch {
	case strings.HasPrefix(number, "4"):
		return "V"
	case strings.HasPrefix(number, "35"):
		return "J"
	case strings.HasPrefix(number, "34"), strings.HasPrefix(number, "37"):
		return "X"
	case strings.HasPrefix(number, "30"), strings.HasPrefix(number, "36"), strings.HasPrefix(number, "38"):
		return "C"
	case strings.HasPrefix(number, "5"), strings.HasPrefix(number, "2"):
		return "M"
	}
	return ""
}

func isCardNumber(s string) bool { return len(s) >= 14 && len(s) <= 16 && isDigits(s) }

func isCVC(s string) bool { return (len(s) == 3 || len(s) == 4) && isDigits(s) }

// isTerm tells whether s is MMYY.
func isTerm(s string) bool {
	if len(s) != 4 || !isDigits(s) {
		return false
	}
	month, err := strconv.Atoi(s[:2])
	return err == nil && month >= 1 && month <= 12
}

// cardExpired tells whether the last day of the card's month has passed in Japan.
func cardExpired(term string, now time.Time) bool {
	month, _ := strconv.Atoi(term[:2])
	year, _ := strconv.Atoi(term[2:])
	return !now.Before(time.Date(2000+year, time.Month(month)+1, 1, 0, 0, 0, 0, japan()))
}

// jst is the centre's zone.
var jst = time.FixedZone("JST", 9*60*60)

func japan() *time.Location { return jst }

// stamp is a time as the centre writes it, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(japan()).Format("20060102150405")
}
