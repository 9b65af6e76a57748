package paygent

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"kessai/internal/cp932"
)

// AttemptKbn is attempt_kbn, how far a card's holder was authenticated (protocol.md §10.4).
// Who bears the liability by it is not public [C].
type AttemptKbn string

// Values.
const (
	FullyAuthenticated AttemptKbn = ""
	Attempt0           AttemptKbn = "0"
	Attempt1           AttemptKbn = "1" // the merchant keeps the liability
)

// ThreeDSReturn is what a buyer's browser brings back from 3-D Secure.
//
// The hash covers the result, AttemptKbn and the id only, and browsers bring what they like
// as often as they like: compare the id with the one that is waited for, and use it once.
type ThreeDSReturn struct {
	OK         bool   // result 0
	AuthID     string // 2.0: 3ds_auth_id of telegram 450
	PaymentID  string // 1.0: payment_id of telegram 020, which is authorised if OK
	TradingID  string // 1.0; outside of the hash
	AttemptKbn AttemptKbn

	// Outside of the hash, for people to read:
	Code, Detail  string // response_code and response_detail, unless OK
	RequestorCode string // 3dsecure_requestor_error_code
	ServerCode    string // 3dsecure_server_error_code

	Fields      Params   // everything that came, the shop's own items too, without hc
	Undecodable []string // items with bytes that are not of the charset
	Key         int      // index of the key that fitted
}

// ParseThreeDS1 verifies and reads the return from 3-D Secure 1.0: query or body as they
// came, and the 3Dセキュア結果受付ハッシュ鍵 in use. Errors are as of ParseNotice.
func ParseThreeDS1(raw []byte, keys ...Secret) (ThreeDSReturn, error) {
	return parseThreeDS(raw, threeDS1Hashed(), false, keys)
}

// ParseThreeDS2 does the same for 3-D Secure 2.0.
func ParseThreeDS2(raw []byte, keys ...Secret) (ThreeDSReturn, error) {
	return parseThreeDS(raw, threeDS2Hashed(), true, keys)
}

func threeDS1Hashed() hashedNames { return hashedNames{"result", "payment_id", "attempt_kbn"} }
func threeDS2Hashed() hashedNames { return hashedNames{"result", "3ds_auth_id", "attempt_kbn"} }

func parseThreeDS(raw []byte, names hashedNames, isUTF8 bool, keys []Secret) (ThreeDSReturn, error) {
	if !usable(keys) {
		return ThreeDSReturn{}, ErrNoKey
	}
	items, err := parseForm(raw)
	if err != nil {
		return ThreeDSReturn{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	key, ok := fittingKey(items, names, keys)
	if !ok {
		return ThreeDSReturn{}, ErrBadHash
	}
	fields, undecodable := decodeItems(items, isUTF8)
	t := ThreeDSReturn{
		OK: fields.Get("result") == ResultOK, AuthID: fields.Get("3ds_auth_id"), PaymentID: fields.Get("payment_id"), TradingID: fields.Get("trading_id"),
		AttemptKbn: AttemptKbn(fields.Get("attempt_kbn")), Code: fields.Get("response_code"), Detail: fields.Get("response_detail"),
		RequestorCode: fields.Get("3dsecure_requestor_error_code"), ServerCode: fields.Get("3dsecure_server_error_code"),
		Fields: fields, Undecodable: undecodable, Key: key,
	}
	if err := checkThreeDS(fields, names); err != nil {
		return ThreeDSReturn{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return t, nil
}

// checkThreeDS holds each hashed item to its shape: the hash is made of their plain
// concatenation, so what one lacks another could have.
func checkThreeDS(fields Params, names hashedNames) error {
	id := fields.Get(names[1])
	switch r := fields.Get("result"); {
	case r != ResultOK && r != ResultError:
		return errors.New("result is neither 0 nor 1")
	case names[1] == "payment_id" && !isPaymentID(id):
		return errors.New("payment_id is not 1 to 18 digits")
	case names[1] == "3ds_auth_id" && !isAuthID(id):
		return errors.New("3ds_auth_id is not one")
	}
	if kbn := fields.Get("attempt_kbn"); kbn != "" && (len(kbn) != 1 || !isDigits(kbn)) {
		return errors.New("attempt_kbn is not a digit")
	}
	return nil
}

// isAuthID: 36 characters in the form of a UUID (protocol.md §10.3) [C].
func isAuthID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (i == 8 || i == 13 || i == 18 || i == 23) != (c == '-') || c != '-' && !isLetter(c) && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// SignThreeDS1 makes the items of a valid return from 3-D Secure 1.0, for tests: t's values,
// then whatever else Fields holds. Texts are in Windows-31J.
func SignThreeDS1(t ThreeDSReturn, key Secret) (url.Values, error) {
	return t.sign(Params{{"payment_id", t.PaymentID}, {"trading_id", t.TradingID}}, threeDS1Hashed(), false, key)
}

// SignThreeDS2 does the same for 3-D Secure 2.0, in UTF-8.
func SignThreeDS2(t ThreeDSReturn, key Secret) (url.Values, error) {
	return t.sign(Params{{"3ds_auth_id", t.AuthID}}, threeDS2Hashed(), true, key)
}

func (t ThreeDSReturn) sign(p Params, names hashedNames, isUTF8 bool, key Secret) (url.Values, error) {
	if key == "" {
		return nil, ErrNoKey
	}
	result := ResultError
	if t.OK {
		result = ResultOK
	}
	p.Add("result", result)
	p.Add("attempt_kbn", string(t.AttemptKbn))
	p.addIf("response_code", t.Code)
	p.addIf("response_detail", t.Detail)
	p.addIf("3dsecure_requestor_error_code", t.RequestorCode)
	p.addIf("3dsecure_server_error_code", t.ServerCode)
	for _, item := range t.Fields {
		if _, typed := p.Lookup(item.Name); !typed && item.Name != "hc" {
			p.Add(item.Name, item.Value)
		}
	}
	return signForm(p, names, isUTF8, key)
}

// signForm makes a form of the wire's charset with its hash.
func signForm(p Params, names hashedNames, isUTF8 bool, key Secret) (url.Values, error) {
	form := url.Values{}
	raw := make(Params, 0, len(p))
	for _, item := range p {
		value := item.Value
		if !isUTF8 {
			b, err := cp932.Encode(value)
			if err != nil {
				return nil, fmt.Errorf("paygent: %s: %w", item.Name, err)
			}
			value = string(b)
		}
		form.Set(item.Name, value)
		raw.Add(item.Name, value)
	}
	sum := hashOf(raw, names, key)
	form.Set("hc", hex.EncodeToString(sum[:]))
	return form, nil
}

// maxCallback is far above any return or notification.
const maxCallback = 64 << 10

// CallbackBytes returns what a request brings, for ParseNotice, ParseThreeDS1, ParseThreeDS2
// and ParseReturn: the body of a POST, the query of anything else.
func CallbackBytes(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		if len(r.URL.RawQuery) > maxCallback {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, maxCallback)
		}
		return []byte(r.URL.RawQuery), nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxCallback+1))
	if err != nil {
		return nil, fmt.Errorf("paygent: the body cannot be read: %w", err)
	}
	if len(body) > maxCallback {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, maxCallback)
	}
	return body, nil
}

// Return is what a buyer's browser brings back from a page of the link type, a bank or a
// carrier (protocol.md §8.5, §14, §15). Nothing in it is signed and everything may be
// missing: it says what to ask the centre about, never what happened.
type Return struct {
	TradingID string
	PaymentID string
	Result    string // bank: 0 done, 1 not done, 2 unknown
	OpenID    Secret // carrier, after telegram 104
	Fields    Params // everything that came
}

// ParseReturn reads an unsigned return. Items with the wrong shape are an ErrMalformed.
func ParseReturn(raw []byte) (Return, error) {
	items, err := parseForm(raw)
	if err != nil {
		return Return{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	fields, _ := decodeItems(items, true)
	r := Return{TradingID: fields.Get("trading_id"), PaymentID: fields.Get("payment_id"), Result: fields.Get("result"),
		OpenID: Secret(fields.Get("open_id")), Fields: fields}
	if r.PaymentID != "" && !isPaymentID(r.PaymentID) {
		return Return{}, fmt.Errorf("%w: payment_id is not 1 to 18 digits", ErrMalformed)
	}
	switch r.Result {
	case "", ResultOK, ResultError, ResultUnknown:
		return r, nil
	}
	return Return{}, fmt.Errorf("%w: result is none that is known", ErrMalformed)
}
