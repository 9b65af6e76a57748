package paygentsim

import (
	"fmt"
	"strconv"
	"time"
)

// Token lives: half an hour is a best guess (protocol.md §18, 15). It is remembered for
// a day more, so that a late use is told apart from an unknown token.
const (
	tokenLife = 30 * time.Minute
	tokenKept = 24 * time.Hour
)

// cardToken stands for a card once.
type cardToken struct {
	Token      string    `json:"token"`
	MerchantID string    `json:"merchant_id"`
	Card       Card      `json:"card"`
	CVC        bool      `json:"cvc,omitempty"`      // a security code was entered
	CVCOnly    bool      `json:"cvc_only,omitempty"` // made by createCvcToken
	Holder     string    `json:"holder,omitempty"`
	IssuedAt   time.Time `json:"issued_at"`
	ValidUntil time.Time `json:"valid_until"`
	UsedAt     time.Time `json:"used_at,omitzero"`
}

// tokenAnswer is the callback object of protocol.md §9.1.
type tokenAnswer struct {
	Result string           `json:"result"`
	Object *tokenizedObject `json:"tokenizedCardObject,omitempty"`
	Hash   string           `json:"hc,omitempty"`
}

type tokenizedObject struct {
	Token       string `json:"token"`
	Masked      string `json:"masked_card_number"`
	ValidUntil  string `json:"valid_until"`
	Fingerprint string `json:"fingerprint"`
}

// Token makes a card token as the browser would, for tests without one. term is MMYY;
// an empty cvc means that none was entered. A refusal is a result code of protocol.md §9.3.
func (s *Sim) Token(merchantID, number, term, cvc string) (token string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merchant(merchantID)
	if m == nil {
		return "", fmt.Errorf("paygentsim: no merchant %q", merchantID)
	}
	if !isTerm(term) {
		return "", fmt.Errorf("paygentsim: card valid term %q: want MMYY", term)
	}
	return tokenOf(s.tokenize(params{
		"merchant_id": merchantID, "token_generate_key": m.TokenKey.Reveal(), "card_number": number,
		"card_expire_month": term[:2], "card_expire_year": term[2:], "card_cvc": cvc,
	}))
}

// tokenize serves one request of the token endpoint, protocol.md §9.2.
func (s *Sim) tokenize(p params) (tokenAnswer, error) {
	if s.closed {
		return tokenAnswer{Result: "8000"}, nil
	}
	now := s.now()
	code := s.checkTokenRequest(p, now)
	if code == "" && len(s.forcedT) > 0 {
		code, s.forcedT = s.forcedT[0], s.forcedT[1:]
	}
	if code != "" {
		s.rememberToken(p, now, code)
		return tokenAnswer{Result: code}, nil
	}
	t, err := s.newToken(p, now)
	if err != nil {
		return tokenAnswer{}, err
	}
	c := s.begin(now)
	c.d.Tokens = append(c.d.Tokens, t)
	if err := s.commit(c); err != nil {
		return tokenAnswer{}, err
	}
	s.rememberToken(p, now, "0000")
	return t.answer(s.merchant(t.MerchantID).TokenHashKey), nil
}

// checkTokenRequest returns a result code of protocol.md §9.3, empty when all is well.
// The key is looked at before the merchant id.
func (s *Sim) checkTokenRequest(p params, now time.Time) string {
	m := s.merchant(p["merchant_id"])
	switch key := p["token_generate_key"]; {
	case key == "":
		return "1200"
	case p["merchant_id"] == "":
		return "1100"
	case m == nil || m.TokenKey.Reveal() != key:
		return "1201"
	}
	cvc := p["card_cvc"]
	if cvc != "" && !isCVC(cvc) {
		return "1600"
	}
	if p["cvc_only_flg"] == "1" {
		if cvc == "" {
			return "1601"
		}
		return ""
	}
	return checkCardFields(p, now)
}

func checkCardFields(p params, now time.Time) string {
	number, year, month := p["card_number"], p["card_expire_year"], p["card_expire_month"]
	switch {
	case number == "":
		return "1300"
	case !isCardNumber(number):
		return "1301"
	case year == "":
		return "1400"
	case len(year) != 2 || !isDigits(year):
		return "1401"
	case month == "":
		return "1500"
	case !isTerm(month + year):
		return "1501"
	case cardExpired(month+year, now), !withinTwentyYears(year, now):
		return "1502"
	case !isHolderName(p["card_name"]):
		return "1700"
	}
	return ""
}

func withinTwentyYears(year string, now time.Time) bool {
	y, err := strconv.Atoi(year)
	return err == nil && 2000+y <= now.In(japan()).Year()+20
}

// isHolderName accepts what is embossed on cards: printable ASCII, up to 45 characters.
func isHolderName(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= 45
}

func (s *Sim) newToken(p params, now time.Time) (*cardToken, error) {
	text, err := randomText(s.opt.Rand, alphanumerics, 24)
	if err != nil {
		return nil, err
	}
	t := &cardToken{
		Token: "tok_" + text, MerchantID: p["merchant_id"], CVC: p["card_cvc"] != "", CVCOnly: p["cvc_only_flg"] == "1",
		Holder: p["card_name"], IssuedAt: now, ValidUntil: now.Add(tokenLife),
	}
	if !t.CVCOnly {
		t.Card = newCard(p["card_number"], p["card_expire_month"]+p["card_expire_year"])
	}
	return t, nil
}

// answer gives the callback object.
func (t *cardToken) answer(key Secret) tokenAnswer {
	until := stamp(t.ValidUntil)
	return tokenAnswer{
		Result: "0000",
		Object: &tokenizedObject{t.Token, t.Card.Masked, until, t.Card.Fingerprint},
		Hash:   signedToken(t, until, key),
	}
}

// signedToken is hc of the callback object; the order of its parts is a guess, protocol.md §18, 14.
func signedToken(t *cardToken, until string, key Secret) string {
	return signed(key, t.Token, t.Card.Masked, until)
}

// CVCToken makes a token of a security code alone, as createCvcToken would.
func (s *Sim) CVCToken(merchantID, cvc string) (token string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merchant(merchantID)
	if m == nil {
		return "", fmt.Errorf("paygentsim: no merchant %q", merchantID)
	}
	return tokenOf(s.tokenize(params{
		"merchant_id": merchantID, "token_generate_key": m.TokenKey.Reveal(), "card_cvc": cvc, "cvc_only_flg": "1",
	}))
}

func tokenOf(a tokenAnswer, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if a.Object == nil {
		return "", fmt.Errorf("paygentsim: token refused: result %s", a.Result)
	}
	return a.Object.Token, nil
}
