package paygentsim

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// chooseCard finds the card of a 020: that of an earlier trade, a token's, or one given
// in the clear. protocol.md §5.1.1.
func (s *Sim) chooseCard(c *change, t *telegram, o *order) *answer {
	var bad answer
	switch {
	case o.ref != "":
		bad = s.cardOfTrade(c, t, o)
	case t.get("card_token") != "":
		bad = s.cardOfToken(c, t, o)
	case t.get("card_number") != "":
		bad = cardInTheClear(t, o)
	default:
		bad = abnormal("2021", "card_token が指定されていません")
	}
	if bad.lines != nil {
		return &bad
	}
	return nil
}

func (s *Sim) cardOfTrade(c *change, t *telegram, o *order) (bad answer) {
	if t.merchant.Rules.ReauthorizeSameID && o.ref != o.tradingID {
		return invalidValue("ref_trading_id")
	}
	for _, p := range c.trade(t.merchant.MerchantID, o.ref) {
		if p.Status != Applied && p.Status != Refused {
			o.card = p.Card
		}
	}
	if o.card.Fingerprint == "" {
		return abnormal("SIM003", "ref_trading_id の決済がありません")
	}
	return answer{}
}

func (s *Sim) cardOfToken(c *change, t *telegram, o *order) (bad answer) {
	token := s.st.tokens[t.get("card_token")]
	switch {
	case token == nil || token.MerchantID != t.merchant.MerchantID:
		return abnormal("2021", "card_token のトークンがありません")
	case !token.UsedAt.IsZero():
		return abnormal("SIM006", "card_token は使用済みです")
	case !c.now.Before(token.ValidUntil):
		return abnormal("SIM005", "card_token の有効期限が切れています")
	case token.CVCOnly:
		return invalidValue("card_token")
	}
	o.card, o.token, o.cvcMissing = token.Card, token, !token.CVC
	return answer{}
}

func cardInTheClear(t *telegram, o *order) (bad answer) {
	number, term, cvc := t.get("card_number"), t.get("card_valid_term"), t.get("card_conf_number")
	switch {
	case !isCardNumber(number):
		return badType("card_number")
	case !isTerm(term):
		return badType("card_valid_term")
	case cvc != "" && !isCVC(cvc):
		return badType("card_conf_number")
	}
	o.card, o.cvcMissing = newCard(number, term), cvc == ""
	return answer{}
}

// peekCard finds the card a 020 names without checking anything.
func (s *Sim) peekCard(t *telegram) *Card {
	if ref := t.get("ref_trading_id"); ref != "" {
		ids := s.st.trades[trade{t.get("merchant_id"), ref}]
		for i := len(ids) - 1; i >= 0; i-- {
			if p := s.st.payments[ids[i]]; p.Status != Applied && p.Status != Refused {
				return &p.Card
			}
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
	}
	if m, known := magicOf(number); known {
		card.Magic = m.Number
	} else {
		card.Unissued = !luhn(number)
	}
	return card
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

// japan is the centre's zone.
func japan() *time.Location { return time.FixedZone("JST", 9*60*60) }

// stamp is a time as the centre writes it, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(japan()).Format("20060102150405")
}
