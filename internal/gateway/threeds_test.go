package gateway_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

func threeDSKeys(keys ...paygent.Secret) func(context.Context) ([]paygent.Secret, error) {
	return func(context.Context) ([]paygent.Secret, error) { return keys, nil }
}

// verify reads what a buyer's browser brought back.
func (r *rig) verify(version ledger.ThreeDS, raw string) ledger.ThreeDSReturn {
	r.t.Helper()
	got, err := gateway.Callbacks{Keys: threeDSKeys("TDSKEY0001")}.ThreeDS(r.t.Context(), version, []byte(raw))
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// authenticated sends 450 and has the buyer answer the challenge.
func (r *rig) authenticated(number, button string) (ledger.Command, ledger.ThreeDSReturn) {
	r.t.Helper()
	c := r.command(payment.Authenticate)
	c.Beside.Token = r.token(number)
	a := r.succeed(c)
	if a.AuthID == "" || a.Needs.Action == "" || len(a.Needs.Fields) == 0 || a.PaymentID != "" || a.Challenge || !a.LimitAt.IsZero() {
		r.t.Fatalf("%+v", a)
	}
	raw := r.visit(a.Needs, button)
	if !strings.HasPrefix(raw, "k=3&") {
		r.t.Errorf("the address lost what was ours: %s", raw)
	}
	back := r.verify(ledger.ThreeDS2, raw)
	if back.AuthID != a.AuthID {
		r.t.Errorf("%+v is not %s", back, a.AuthID)
	}
	c.Kind, c.ThreeDS, c.AuthID = payment.Authorize, ledger.ThreeDS2, a.AuthID
	return c, back
}

// TestThreeDS2 goes through 450, the buyer's return and 020 with the same token.
func TestThreeDS2(t *testing.T) {
	t.Parallel()
	for button, want := range map[string]ledger.ThreeDSReturn{
		"authenticate": {OK: true, Full: true, Protected: true},
		"attempt0":     {OK: true, Attempt: "0", Protected: true},
		"attempt1":     {OK: true, Attempt: "1"},
	} {
		r := newRig(t)
		c, back := r.authenticated(good, button)
		want.AuthID = c.AuthID
		if diff := cmp.Diff(want, back); diff != "" {
			t.Errorf("%s: %s", button, diff)
		}
		a := r.succeed(c)
		if a.Attempt != want.Attempt || a.AuthID != "" || r.status(a.PaymentID) != paygentsim.Authorized {
			t.Errorf("%s: %+v", button, a)
		}
	}
}

// TestThreeDS2Fails: nothing is authorised, and 020 would not help.
func TestThreeDS2Fails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, back := r.authenticated(good, "fail")
	if back.OK || back.Full || back.Protected || back.Code == "" || back.Detail == "" {
		t.Errorf("%+v", back)
	}
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || a.Final || len(r.sim.Payments()) > 0 {
		t.Errorf("%+v", a)
	}
}

// TestThreeDS2WithAStoredCard: the code's token goes along with 020 only.
func TestThreeDS2WithAStoredCard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.Authenticate)
	c.StoredCard, c.Beside.Token = r.stored(good), r.codeToken()
	a := r.succeed(c)
	sent := r.last()
	if sent["card_set_method"] != "customer" || sent["customer_card_id"] != c.StoredCard || sent["customer_id"] != "7" || sent["card_token"] != "" {
		t.Errorf("%v", sent)
	}
	r.visit(a.Needs, "authenticate")
	c.Kind, c.ThreeDS, c.AuthID = payment.Authorize, ledger.ThreeDS2, a.AuthID
	r.succeed(c)
}

// TestThreeDS2Refused: 450 makes no payment, so its refusal is final.
func TestThreeDS2Refused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.Authenticate)
	c.Beside.Token = r.token("4900000000007099")
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || !a.Final || a.Code == "" {
		t.Errorf("%+v", a)
	}
}

// TestWithoutAnAuthID a 020 of version 2.0 is not sent: it would be one without.
func TestWithoutAnAuthID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.Authorize)
	c.Beside.Token, c.ThreeDS = r.token(good), ledger.ThreeDS2
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || r.count() > 0 {
		t.Errorf("%+v", a)
	}
}

// TestThreeDS2Items: what 450 tells of a guest and of a member (storefront.md §6.1).
func TestThreeDS2Items(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.Authenticate)
	c.Beside.Token = "tok_1"
	guest := items{
		"telegram_kind": "450", "trading_id": "52", "authentication_type": "01", "term_url": "https://shop.example/3ds?k=3", "merchant_name": "KESSAI",
		"payment_amount": "3300", "card_set_method": "token", "card_token": "tok_1", "login_type": "01", "account_indicator": "01", "email_address": "taro@shop.example",
		"address_match": "02", "shipping_indicator": "03",
		"bill_address_city": "東京都", "bill_address_country": "392", "bill_address_line1": "千代田区", "bill_address_line2": "1-1", "bill_address_post_code": "1000001", "bill_address_state": "13",
		"ship_address_city": "北海道", "ship_address_country": "392", "ship_address_line1": "札幌市", "ship_address_line2": "2-2", "ship_address_post_code": "0600000", "ship_address_state": "01",
	}
	r.sends(guest, c)

	o := &c.Orderer
	o.ShipPostalCode, o.ShipPref, o.ShipAddr1, o.ShipAddr2 = o.PostalCode, o.Pref, o.Addr1, o.Addr2
	here := with(guest, items{"address_match": "01", "shipping_indicator": "01", "ship_address_city": "東京都", "ship_address_line1": "千代田区", "ship_address_line2": "1-1",
		"ship_address_post_code": "1000001", "ship_address_state": "13"})
	r.sends(here, c)
	day := 24 * time.Hour
	o.Member = ledger.Member{ID: member, CreatedAt: begin().Add(-61 * day), ChangedAt: begin().Add(-30 * day), Purchases180Days: 4, Day: 1, Year: 12}
	known := with(here, items{
		"login_type": "02", "account_indicator": "05", "account_create_date": "20260130", "account_change_indicator": "03", "account_change_date": "20260302",
		"purchase_count": "4", "activity_count_day": "1", "activity_count_year": "12", "ship_address_use_indicator": "01", "ship_address_use_date": "20260401", "reorder_indicator": "01",
	})
	r.sends(known, c)
	o.Member.ShippedToSince, o.Member.Reordered = begin().Add(-10*day), true
	r.sends(with(known, items{"ship_address_use_indicator": "02", "ship_address_use_date": "20260322", "reorder_indicator": "02"}), c)

	o.Pref, o.ShipPref = "", "48" // no prefecture: no address, which is optional
	for name := range r.sends450(c) {
		if strings.HasPrefix(name, "bill_address") || strings.HasPrefix(name, "ship_address_city") {
			t.Errorf("%s was sent", name)
		}
	}
}

func (r *rig) sends450(c ledger.Command) items {
	r.t.Helper()
	r.Execute(r.t.Context(), c)
	return r.last()
}

// TestThreeDS1: the payment stands at 14 while the buyer is away; the return says how it
// went, and the centre has authorised by itself.
func TestThreeDS1(t *testing.T) {
	t.Parallel()
	for button, want := range map[string]struct {
		back   ledger.ThreeDSReturn
		status paygentsim.Status
	}{
		"authenticate": {ledger.ThreeDSReturn{OK: true, Full: true, Protected: true}, paygentsim.Authorized},
		"attempt0":     {ledger.ThreeDSReturn{OK: true, Attempt: "0", Protected: true}, paygentsim.Authorized},
		"attempt1":     {ledger.ThreeDSReturn{OK: true, Attempt: "1"}, paygentsim.Authorized},
		"fail":         {ledger.ThreeDSReturn{Code: "2001", Detail: "1511 3-Dセキュア認証結果NG"}, paygentsim.Abandoned},
	} {
		r := newRig(t)
		id, needs := r.challenged(good)
		if r.status(id) != paygentsim.Authenticating || needs.Action == "" || len(needs.Fields) == 0 || needs.URL != "" {
			t.Fatalf("%s: %+v", r.status(id), needs)
		}
		back := r.verify(ledger.ThreeDS1, r.visit(needs, button))
		want.back.PaymentID, want.back.TradingID = id, "52"
		if diff := cmp.Diff(want.back, back); diff != "" || r.status(id) != want.status {
			t.Errorf("%s: %s %s", button, r.status(id), diff)
		}
	}
}

// TestThreeDS1NotEnrolled: a card that takes no part is authorised at once.
func TestThreeDS1NotEnrolled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.Authorize)
	c.Beside.Token, c.ThreeDS, c.Beside.UserAgent = r.token("5123459358515821"), ledger.ThreeDS1, "browser"
	if a := r.succeed(c); a.Challenge || a.Needs.Action != "" || r.status(a.PaymentID) != paygentsim.Authorized {
		t.Errorf("%+v", a)
	}
}

// TestOldThreeDS1 ends by 024, whose refusals ask 094 first.
func TestOldThreeDS1(t *testing.T) {
	t.Parallel()
	r, c := setup(t, payment.CompleteThreeDS)
	a := r.sends(items{"telegram_kind": "024", "payment_id": c.PaymentID, "trading_id": "52", "PaRes": c.Beside.PaRes, "MD": c.Beside.MD}, c)
	if a.Outcome != ledger.Success || a.PaymentID != c.PaymentID || r.status(a.PaymentID) != paygentsim.Authorized {
		t.Errorf("%+v", a)
	}
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || a.Final { // used
		t.Errorf("%+v", a)
	}
}

// TestUnreadableChallenge: nobody can go on with it, so it is no success; 094 finds 14.
func TestUnreadableChallenge(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"no form":   "<html>\r\n<body>please wait</body></html>",
		"two forms": "<html>\r\n<form action=\"https://a.example/\"></form><form action=\"https://b.example/\"></form></html>",
		"relative":  "<html>\r\n<form method=\"post\" action=\"/acs\"></form></html>",
		"a script":  "<html>\r\n<form method=\"post\" action=\"javascript:alert(1)\"></form></html>",
		"nothing":   "",
	} {
		c := &centre{body: "result=7\r\npayment_id=77\r\ntrading_id=52\r\nout_acs_html=" + page}
		cmd := command(payment.Authorize)
		cmd.ThreeDS, cmd.Returns.Term = ledger.ThreeDS1, "https://shop.example/3ds"
		if a := newGateway(t, c).Execute(t.Context(), cmd); a.Outcome != ledger.Mystery || a.PaymentID != "77" || a.Challenge || a.Code == "" {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestChallengeNobodyAskedFor is no success either.
func TestChallengeNobodyAskedFor(t *testing.T) {
	t.Parallel()
	page := "<html>\r\n<form method=\"post\" action=\"https://acs.example/\"></form></html>"
	for name, change := range map[string]func(*ledger.Command){
		"none":  func(*ledger.Command) {},
		"2.0":   func(c *ledger.Command) { c.ThreeDS, c.AuthID = ledger.ThreeDS2, "1b4e28ba-2fa1-11d2-883f-0016d3cca427" },
		"again": func(c *ledger.Command) { c.ThreeDS, c.ReferenceID, c.Beside.Token = ledger.ThreeDS1, "51", "" },
	} {
		c := &centre{body: "result=7\r\npayment_id=77\r\ntrading_id=52\r\nout_acs_html=" + page}
		cmd := command(payment.Authorize)
		change(&cmd)
		if a := newGateway(t, c).Execute(t.Context(), cmd); a.Outcome != ledger.Mystery || a.PaymentID != "77" || a.Code != paygent.ResultThreeDSecure {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestOldThreeDS1AskedAgain: 024 has no second challenge.
func TestOldThreeDS1AskedAgain(t *testing.T) {
	t.Parallel()
	c := &centre{body: "result=7\r\npayment_id=77\r\ntrading_id=52\r\nout_acs_html=<html>\r\n<form method=\"post\" action=\"https://acs.example/\"></form></html>"}
	cmd := command(payment.CompleteThreeDS)
	cmd.ThreeDS, cmd.Beside.PaRes, cmd.Beside.MD = ledger.ThreeDS1, "p", "m"
	if a := newGateway(t, c).Execute(t.Context(), cmd); a.Outcome != ledger.Mystery || a.Challenge {
		t.Errorf("%+v", a)
	}
}

// TestForgedReturns are believed in nothing.
func TestForgedReturns(t *testing.T) {
	t.Parallel()
	const id = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
	two, err := paygent.SignThreeDS2(paygent.ThreeDSReturn{OK: false, AuthID: id}, "TDSKEY0001")
	if err != nil {
		t.Fatal(err)
	}
	one, err := paygent.SignThreeDS1(paygent.ThreeDSReturn{OK: true, PaymentID: "77", TradingID: "52"}, "TDSKEY0001")
	if err != nil {
		t.Fatal(err)
	}
	turned := func(form url.Values, name, value string) string {
		out := url.Values{}
		for n, v := range form {
			out[n] = v
		}
		out.Set(name, value)
		return out.Encode()
	}
	right := threeDSKeys("TDSKEY0001")
	for name, tt := range map[string]struct {
		keys    func(context.Context) ([]paygent.Secret, error)
		version ledger.ThreeDS
		raw     string
	}{
		"failed, turned round":   {right, ledger.ThreeDS2, turned(two, "result", "0")},
		"another id":             {right, ledger.ThreeDS2, turned(two, "3ds_auth_id", strings.Replace(id, "1", "2", 1))},
		"another payment":        {right, ledger.ThreeDS1, turned(one, "payment_id", "78")},
		"another attempt":        {right, ledger.ThreeDS1, turned(one, "attempt_kbn", "0")},
		"2.0 as 1.0":             {right, ledger.ThreeDS1, two.Encode()},
		"1.0 as 2.0":             {right, ledger.ThreeDS2, one.Encode()},
		"of a payment without":   {right, ledger.NoThreeDS, two.Encode()},
		"another key":            {threeDSKeys("OTHER"), ledger.ThreeDS2, two.Encode()},
		"an empty key":           {threeDSKeys(""), ledger.ThreeDS2, two.Encode()},
		"no key":                 {threeDSKeys(), ledger.ThreeDS2, two.Encode()},
		"no hash":                {right, ledger.ThreeDS2, "result=0&3ds_auth_id=" + id},
		"nothing":                {right, ledger.ThreeDS2, ""},
		"garbage":                {right, ledger.ThreeDS1, "%zz"},
		"a hash made without id": {right, ledger.ThreeDS2, "result=0&hc=" + two.Get("hc")},
	} {
		got, err := gateway.Callbacks{Keys: tt.keys}.ThreeDS(t.Context(), tt.version, []byte(tt.raw))
		if !errors.Is(err, ledger.ErrForged) || got != (ledger.ThreeDSReturn{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	away := errors.New("the settings are away")
	_, err = gateway.Callbacks{Keys: func(context.Context) ([]paygent.Secret, error) { return nil, away }}.ThreeDS(t.Context(), ledger.ThreeDS2, []byte(two.Encode()))
	if !errors.Is(err, away) || errors.Is(err, ledger.ErrForged) {
		t.Errorf("without keys: %v", err)
	}
}

// TestReturnsAreBounded: what is outside the hash can be of any length.
func TestReturnsAreBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	form, err := paygent.SignThreeDS2(paygent.ThreeDSReturn{AuthID: "1b4e28ba-2fa1-11d2-883f-0016d3cca427", Code: strings.Repeat("x", 999), Detail: strings.Repeat("決", 999)}, "TDSKEY0001")
	if err != nil {
		t.Fatal(err)
	}
	got := r.verify(ledger.ThreeDS2, form.Encode())
	if len(got.Code) != 200 || got.Detail == "" || len(got.Detail) > 200+2 || strings.Trim(got.Detail, "決") != "" {
		t.Errorf("%d, %d", len(got.Code), len(got.Detail))
	}
}

// TestAttempts is the table of attempt_kbn; what nobody knows protects nobody.
func TestAttempts(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[string][2]bool{"": {true, true}, "0": {false, true}, "1": {false, false}, "2": {false, false}, "x": {false, false}} {
		if got := [2]bool{gateway.Full(attempt), gateway.Protected(attempt)}; got != want {
			t.Errorf("%q: full %v, protected %v", attempt, got[0], got[1])
		}
	}
}
