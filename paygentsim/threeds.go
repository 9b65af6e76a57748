package paygentsim

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// scene is what happens at the issuer's page.
type scene string

// The scenes of a 3-D Secure authentication. All but sceneChallenge pass without a page.
const (
	sceneChallenge    scene = "challenge"
	sceneFrictionless scene = "frictionless"
	sceneFail         scene = "fail"
	sceneAttempt0     scene = "attempt0"
	sceneAttempt1     scene = "attempt1"
	sceneError        scene = "error" // 450 itself is refused
)

// sceneOf takes the magic card's, else that of amount and holder known from public tests
// (protocol.md §17.4), else the challenge.
func sceneOf(card *Card, amount int64, holder string) scene {
	if m, known := magicOf(card.Magic); known && m.ThreeDS != "" {
		return m.ThreeDS
	}
	if amount == 314010 || holder == "BAVYA" {
		return sceneFrictionless
	}
	return sceneChallenge
}

// beginThreeDS is 450, protocol.md §10.3. It makes no payment and leaves the token unused.
func (s *Sim) beginThreeDS(c *change, t *telegram) answer {
	amount, _ := number(t.get("payment_amount"))
	if amount < 1 {
		return invalidValue("payment_amount")
	}
	var o order
	if bad := s.cardToAuthenticate(c, t, &o); bad != nil {
		return *bad
	}
	if sceneOf(&o.Card, amount, t.get("cardholder_name")) == sceneError {
		return abnormal("2001", "3-Dセキュア認証を開始できません")
	}
	v, err := c.openVisit(t, visitThreeDS, c.now.Add(abandonAfter))
	if err == nil {
		v.Key, err = s.newUUID()
	}
	if err != nil {
		return s.failed(t, err)
	}
	v.Amount, v.Card = amount, &o.Card
	a := normal()
	a.effect = true
	a.add("3ds_auth_id", v.Key)
	a.add("trading_id", v.TradingID)
	a.add("out_acs_html", selfPosting(t.pageURL+pagePath(v.Kind), []line{{"p", v.ID}}, charsetOf(t.kind)))
	return a
}

// cardToAuthenticate finds the card of a 450 by card_set_method.
func (s *Sim) cardToAuthenticate(c *change, t *telegram, o *order) *answer {
	required := map[string][]string{
		"token": {"card_token"}, "customer": {"customer_id", "customer_card_id"}, "direct": {"card_number", "card_valid_term"},
	}[t.get("card_set_method")]
	for _, name := range required {
		if t.get(name) == "" {
			return refusing(invalidValue(name))
		}
	}
	switch t.get("card_set_method") {
	case "customer":
		stored := s.st.stored(t.merchant.MerchantID, t.get("customer_id"), t.get("customer_card_id"))
		if stored == nil {
			return refusing(abnormal("P026", "customer_card_id のカードは登録されていません"))
		}
		o.Card = stored.Card
		return nil
	case "direct":
		o.Card = newCard(t.get("card_number"), t.get("card_valid_term"))
		return nil
	}
	return s.cardOfTokenOrNumber(c, t, o)
}

// chooseAuthentication checks the 450 that a 020 relies on. One authentication serves one
// authorisation of the same card; whether the centre compares amounts is not known, so
// they are not compared here.
func (s *Sim) chooseAuthentication(c *change, t *telegram, o *order) *answer {
	id := t.get("3ds_auth_id")
	if id == "" {
		if t.get("3dsecure_use_type") == "2" && t.get("3dsecure_ryaku") != "1" && o.Ref == "" {
			return refusing(invalidValue("3ds_auth_id"))
		}
		return nil
	}
	v := c.visitByKey(t.merchant.MerchantID, id)
	var why string
	switch {
	case v == nil || v.Kind != visitThreeDS:
		why = "の認証がありません"
	case !v.done():
		why = "の認証が終わっていません"
	case v.Result != "0":
		why = "の認証は失敗しています"
	case !v.UsedAt.IsZero():
		why = "は使用済みです"
	case v.Card.Fingerprint != o.Card.Fingerprint:
		why = "は別のカードの認証です"
	default:
		o.auth, o.ThreeDS, o.Attempt = v, "2.0", v.Attempt
		return nil
	}
	return refusing(abnormal("SIM009", "3ds_auth_id "+why))
}

// endThreeDS writes how an authentication ended.
func (c *change) endThreeDS(v *visit, how scene) *visit {
	v = c.editVisit(v)
	v.DoneAt, v.Result = c.now, "0"
	switch how {
	case sceneAttempt0:
		v.Attempt = "0"
	case sceneAttempt1:
		v.Attempt = "1"
	case sceneFail:
		v.Result = "1"
	}
	return v
}

// threeDSReturn are the items with which the browser comes back from 2.0, protocol.md §10.3.
func threeDSReturn(v *visit, key Secret) []line {
	out := []line{{"result", v.Result}, {"3ds_auth_id", v.Key}, {"attempt_kbn", v.Attempt}}
	if v.Result == "0" {
		out = append(out, line{"card_brand", v.Card.Brand}, line{"issur_class", "1"}, line{"acq_id", "50001"}, line{"acq_name", "SIMACQ"},
			line{"issur_id", ""}, line{"issur_name", "シミュレータ"}, line{"masked_card_number", v.Card.Masked}, line{"fingerprint", v.Card.Fingerprint},
			line{"3dsecure_ds_transaction_id", v.ID})
	} else {
		out = append(out, line{"response_code", "2001"}, line{"response_detail", "1511 3-Dセキュア認証結果NG"},
			line{"3dsecure_requestor_error_code", ""}, line{"3dsecure_server_error_code", ""})
	}
	return append(out, line{"hc", signed(key, v.Result, v.Key, v.Attempt)})
}

// signed is the hash of the parts and a key, lower-case hex SHA-256.
func signed(key Secret, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "") + key.Reveal()))
	return hex.EncodeToString(sum[:])
}

func (s *Sim) newUUID() (string, error) {
	text, err := randomText(s.opt.Rand, "0123456789abcdef", 32)
	if err != nil {
		return "", err
	}
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:], nil
}
