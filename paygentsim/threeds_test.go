package paygentsim_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kessai/internal/cp932"
	"kessai/paygentsim"
)

func threeDSMerchant(rules paygentsim.Rules) paygentsim.Options {
	m := merchant()
	m.ThreeDSKey = "TDSKEY0001"
	m.Rules = rules
	return paygentsim.Options{Merchants: []paygentsim.Merchant{m}}
}

func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// authenticate sends a 450 and shows the page it answers with.
func (b *bundle) authenticate(number string, more fields) (token, id string, w *browser) {
	b.t.Helper()
	f := b.authentication(number, more)
	got := b.send("450", f)
	if got["result"] != "0" || len(got["3ds_auth_id"]) != 36 {
		b.t.Fatalf("450: %v", got)
	}
	return f["card_token"], got["3ds_auth_id"], b.browser().html(b.raw("out_acs_html"))
}

func TestThreeDSScenes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		number, press   string
		more            fields
		result, attempt string
	}{
		"challenge, passed":      {"4900000000007002", "authenticate", nil, "0", ""},
		"challenge, attempt 0":   {good, "attempt0", nil, "0", "0"},
		"challenge, attempt 1":   {good, "attempt1", nil, "0", "1"},
		"challenge, failed":      {good, "fail", nil, "1", ""},
		"frictionless":           {"4900000000007001", "", nil, "0", ""},
		"frictionless by holder": {good, "", fields{"cardholder_name": "BAVYA"}, "0", ""},
		"frictionless by amount": {good, "", fields{"payment_amount": "314010"}, "0", ""},
		"attempt 0":              {"4900000000007010", "", nil, "0", "0"},
		"attempt 1":              {"4900000000007011", "", nil, "0", "1"},
		"failed":                 {"4900000000007003", "", nil, "1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, threeDSMerchant(paygentsim.Rules{}))
			token, id, w := b.authenticate(tc.number, tc.more)
			if tc.press != "" {
				w.says("¥3,300").says("****").press(tc.press)
			}
			q := w.leaves("https://shop.example/back?order=1&")
			if q.Get("result") != tc.result || q.Get("3ds_auth_id") != id || q.Get("attempt_kbn") != tc.attempt ||
				q.Get("hc") != hashOf(tc.result, id, tc.attempt, "TDSKEY0001") {
				t.Errorf("came back with %v", q)
			}
			order := b.order("1", "", fields{"card_token": token, "3dsecure_use_type": "2", "3ds_auth_id": id})
			got := b.send("020", order)
			if tc.result == "1" {
				if got["response_code"] != "SIM009" || q.Get("response_code") == "" || !strings.Contains(q.Get("response_detail"), "1511") {
					t.Errorf("020 after a failure: %v; told %v", got, q)
				}
				return
			}
			if got["result"] != "0" || got["attempt_kbn"] != tc.attempt || q.Get("masked_card_number") != got["masked_card_number"] {
				t.Errorf("020: %v; told %v", got, q)
			}
			if b.send("028", fields{"payment_id": got["payment_id"], "payment_amount": "1", "reduction_flag": "0"})["response_code"] != "SIM010" {
				t.Error("a payment with 3-D Secure was corrected")
			}
		})
	}
}

func TestThreeDSIDIsChecked(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{}))
	token, id, w := b.authenticate(good, nil)
	pay := func(more fields) fields {
		return b.send("020", b.order("1", "", fields{"card_token": token, "3dsecure_use_type": "2", "3ds_auth_id": id}, more))
	}
	for name, tc := range map[string]struct {
		more fields
		code string
	}{
		"not finished": {nil, "SIM009"},
		"unknown":      {fields{"3ds_auth_id": "00000000-0000-0000-0000-000000000000"}, "SIM009"},
		"missing":      {fields{"3ds_auth_id": ""}, "P010"},
		"skipped":      {fields{"3ds_auth_id": "", "3dsecure_ryaku": "1", "card_token": b.token(good), "trading_id": "9"}, ""},
	} {
		if got := pay(tc.more); got["response_code"] != tc.code {
			t.Errorf("%s: %v", name, got)
		}
	}
	w.press("authenticate").leaves("https://shop.example/back")
	if got := pay(fields{"card_token": b.token("4111111111111111")}); got["response_code"] != "SIM009" {
		t.Errorf("another card: %v", got)
	}
	if got := pay(nil); got["result"] != "0" {
		t.Errorf("the token of the 450 is good for the 020: %v", got)
	}
	if got := pay(fields{"trading_id": "2", "card_token": b.token(good)}); got["response_code"] != "SIM009" {
		t.Errorf("used twice: %v", got)
	}
}

func TestThreeDSIsAbandoned(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{}))
	_, _, w := b.authenticate(good, nil)
	w.press("abandon").says("ショップには何も通知されません")
	if w.left != nil || len(b.sim.Payments()) != 0 {
		t.Errorf("left for %v", w.left)
	}
	_, _, late := b.authenticate(good, fields{"trading_id": "2"})
	b.clock.advance(31 * time.Minute)
	if w := b.browser().open(late.at); w.status != http.StatusNotFound && w.status != http.StatusGone {
		t.Errorf("half an hour later: %d", w.status)
	}
}

func TestThreeDSByPost(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{ThreeDSPost: true}))
	_, id, w := b.authenticate("4900000000007001", nil)
	w.leaves("https://shop.example/back?order=1")
	if w.posted.Get("3ds_auth_id") != id || w.posted.Get("issur_name") != "シミュレータ" {
		t.Errorf("posted %v", w.posted)
	}
}

func TestThreeDSByCardSetMethod(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{}))
	card := b.send("025", fields{"customer_id": "7", "card_token": b.token(good)})["customer_card_id"]
	for name, tc := range map[string]struct {
		more fields
		code string
	}{
		"customer":            {fields{"card_set_method": "customer", "customer_id": "7", "customer_card_id": card}, ""},
		"customer without":    {fields{"card_set_method": "customer"}, "P010"},
		"customer of another": {fields{"card_set_method": "customer", "customer_id": "8", "customer_card_id": card}, "P026"},
		"direct":              {fields{"card_set_method": "direct", "card_number": good, "card_valid_term": "1230"}, ""},
		"direct without":      {fields{"card_set_method": "direct"}, "P010"},
		"token without":       {fields{"card_token": ""}, "P010"},
		"token unknown":       {fields{"card_token": "tok_x"}, "2021"},
		"refused at once":     {fields{"card_token": b.token("4900000000007099")}, "2001"},
	} {
		if got := b.send("450", b.authentication(good, tc.more)); got["response_code"] != tc.code {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// threeDS1 is a 020 that asks for 3-D Secure 1.0.
func (b *bundle) threeDS1(more ...fields) fields {
	return b.authorize("52", good, append([]fields{{"3dsecure_use_type": "1", "term_url": "https://shop.example/back?order_id=52",
		"http_accept": "*/*", "http_user_agent": "test"}}, more...)...)
}

func TestThreeDS1(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		press, result, attempt, code string
		status                       paygentsim.Status
	}{
		"passed":  {"authenticate", "0", "", "", "20"},
		"attempt": {"attempt1", "0", "1", "", "20"},
		"failed":  {"fail", "1", "", "2001", "13"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, threeDSMerchant(paygentsim.Rules{}))
			got := b.threeDS1(nil)
			if got["result"] != "7" || b.status(got["payment_id"]) != paygentsim.Authenticating {
				t.Fatalf("020: %v", got)
			}
			w := b.browser().html(b.raw("out_acs_html")).says("3-Dセキュア 1.0").press(tc.press)
			q := w.leaves("https://shop.example/back?order_id=52&")
			if q.Get("result") != tc.result || q.Get("payment_id") != "900000001" || q.Get("trading_id") != "52" || q.Get("attempt_kbn") != tc.attempt ||
				q.Get("response_code") != tc.code || q.Get("hc") != hashOf(tc.result, "900000001", tc.attempt, "TDSKEY0001") {
				t.Errorf("came back with %v", q)
			}
			if detail, err := cp932.Decode([]byte(q.Get("response_detail"))); err != nil || tc.code != "" && !strings.Contains(detail, "3-Dセキュア認証") {
				t.Errorf("response_detail is Windows-31J: %q, %v", detail, err)
			}
			if s := b.status("900000001"); s != tc.status {
				t.Errorf("status %s", s)
			}
		})
	}
}

func TestThreeDS1OnlyWhenAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{}))
	for name, more := range map[string]fields{
		"skipped": {"3dsecure_ryaku": "1"}, "no term_url": {"term_url": ""},
		"card not enrolled": {"card_token": "", "card_number": "5123459358515821", "card_valid_term": "1230"},
	} {
		if got := b.threeDS1(fields{"trading_id": name[:2]}, more); got["result"] != "0" {
			t.Errorf("%s: %v", name, got)
		}
	}
	refused := b.threeDS1(fields{"card_token": b.token("4900000000008101")})
	w := b.browser().html(b.raw("out_acs_html")).press("authenticate")
	if q := w.leaves("https://shop.example/back"); refused["result"] != "7" || q.Get("result") != "1" || q.Get("response_code") != "2003" {
		t.Errorf("refused after the authentication: %v", q)
	}
	left := b.threeDS1(fields{"trading_id": "99"})
	b.clock.advance(31 * time.Minute)
	b.drain()
	if s := b.status(left["payment_id"]); s != paygentsim.Abandoned {
		t.Errorf("left standing: %s", s)
	}
}

func TestThreeDS1WithPaRes(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{PaRes: true}))
	if got := b.threeDS1(nil); got["result"] != "7" {
		t.Fatalf("020: %v", got)
	}
	w := b.browser().html(b.raw("out_acs_html")).press("authenticate")
	w.leaves("https://shop.example/back?order_id=52")
	finish := func(more url.Values) fields {
		f := fields{"payment_id": "900000001", "trading_id": "52", "PaRes": w.posted.Get("PaRes"), "MD": w.posted.Get("MD")}
		for k := range more {
			f[k] = more.Get(k)
		}
		return b.send("024", f)
	}
	if got := finish(url.Values{"PaRes": {"forged"}}); got["response_code"] != "P008" {
		t.Errorf("forged: %v", got)
	}
	if got := finish(url.Values{"MD": {"none"}}); got["response_code"] != "SIM009" {
		t.Errorf("unknown MD: %v", got)
	}
	if got := finish(nil); got["result"] != "0" || b.status("900000001") != paygentsim.Authorized || got["masked_card_number"] == "" {
		t.Errorf("024: %v", got)
	}
	if got := finish(nil); got["response_code"] != "SIM009" {
		t.Errorf("twice: %v", got)
	}
}
