package paygentsim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

func TestAuthorizeAnswersToTheByte(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	body := common("020", b.order("52", good, nil)).Encode()
	client := http.Client{Transport: b.sim.Transport()}
	resp, err := client.Post("https://sim.example/n/card/request", "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	p := b.sim.Payments()[0]
	want := "\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=52\r\nissur_class=1\r\nacq_id=50001\r\nacq_name=SIMACQ" +
		"\r\nissur_name=\xbc\xd0\xd5\xda-\xc0\r\nfc_auth_umu=\r\ndaiko_code=\r\ncard_shu_code=\r\nk_card_name=\r\nissur_id=" +
		"\r\nattempt_kbn=\r\nfingerprint=" + p.Card.Fingerprint + "\r\nmasked_card_number=************0000" +
		"\r\ncard_valid_term=1230\r\nout_acs_html="
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if ct := resp.Header.Get("Content-Type"); !strings.HasSuffix(ct, "charset=Windows-31J") {
		t.Errorf("Content-Type %q", ct)
	}
	if len(p.Card.Fingerprint) != 64 {
		t.Errorf("fingerprint %q", p.Card.Fingerprint)
	}
}

func TestAuthorizeChecksParameters(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change fields
		code   string
		detail string
	}{
		"amount of zero":        {fields{"payment_amount": "0"}, "P010", "payment_amount"},
		"no amount":             {fields{"payment_amount": ""}, "P010", "payment_amount"},
		"amount with separator": {fields{"payment_amount": "3,300"}, "P008", "payment_amount"},
		"amount too long":       {fields{"payment_amount": "123456789"}, "P009", "payment_amount"},
		"unknown class":         {fields{"payment_class": "11"}, "P010", "payment_class"},
		"instalments uncounted": {fields{"payment_class": "61"}, "P010", "split_count"},
		"odd instalments":       {fields{"payment_class": "61", "split_count": "7"}, "P010", "split_count"},
		"count without class":   {fields{"split_count": "3"}, "P010", "split_count"},
		"long trading_id":       {fields{"trading_id": strings.Repeat("1", 26)}, "P009", "trading_id"},
		"odd trading_id":        {fields{"trading_id": "a b"}, "P008", "trading_id"},
		"bytes of no charset":   {fields{"trading_id": "\x81"}, "P008", "trading_id"},
		"odd sales_mode":        {fields{"sales_mode": "2"}, "P010", "sales_mode"},
		"odd site_id":           {fields{"site_id": "x"}, "P008", "site_id"},
		"stored card":           {fields{"stock_card_mode": "1"}, "P010", "customer_id"},
		"3-D Secure 2.0":        {fields{"3ds_auth_id": "x"}, "P008", "3ds_auth_id"},
		"odd 3-D Secure use":    {fields{"3dsecure_use_type": "3"}, "P010", "3dsecure_use_type"},
		"no card":               {fields{"card_token": ""}, "2021", "card_token"},
		"unknown token":         {fields{"card_token": "tok_x"}, "2021", "card_token"},
		"unknown reference":     {fields{"card_token": "", "ref_trading_id": "1"}, "SIM003", "ref_trading_id"},
		"version":               {fields{"telegram_version": "2.0"}, "P010", "telegram_version"},
		"password":              {fields{"connect_password": "x"}, "SIM001", "connect_password"},
		"connect id":            {fields{"connect_id": "x"}, "SIM001", "connect_id"},
		"merchant":              {fields{"merchant_id": "9"}, "SIM001", "merchant_id"},
		"bad raw number":        {fields{"card_token": "", "card_number": "49-1"}, "P008", "card_number"},
		"bad raw term":          {fields{"card_token": "", "card_number": good, "card_valid_term": "1399"}, "P008", "card_valid_term"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			got := b.authorize("52", good, tc.change)
			if got["result"] != "1" || got["response_code"] != tc.code {
				t.Errorf("got %v, want code %s", got, tc.code)
			}
			if !strings.Contains(got["response_detail"], tc.detail) {
				t.Errorf("detail %q does not name %s", got["response_detail"], tc.detail)
			}
			if n := len(b.sim.Payments()); n != 0 {
				t.Errorf("%d payments after a refused request", n)
			}
		})
	}
}

func TestAuthorizeKeepsWhatWasAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.authorize("52", good, fields{"payment_class": "61", "split_count": "03", "site_id": "2", "eccube_version": "4.1.2"})
	b.authorize("53", "", fields{"card_number": "4111111111111111", "card_valid_term": "0130", "sales_mode": "1"})
	b.authorize("", "", fields{"card_number": "4111111111111111", "card_valid_term": "0130"})
	type row struct {
		trading, class, split, site string
		status                      paygentsim.Status
		amount                      int64
	}
	var got []row
	for _, p := range b.sim.Payments() {
		got = append(got, row{p.TradingID, p.PaymentClass, p.SplitCount, p.SiteID, p.Status, p.Amount})
	}
	want := []row{
		{"52", "61", "3", "2", paygentsim.Authorized, 3300},
		{"53", "10", "", "1", paygentsim.Captured, 3300},
		{"", "10", "", "1", paygentsim.Authorized, 3300},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("book (-want +got):\n%s", diff)
	}
}

func TestIssuerRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		number string
		more   fields
		issuer string
		status paygentsim.Status
		rules  paygentsim.Rules
	}{
		"refused":             {"4900000000008101", nil, "1G12", paygentsim.Refused, paygentsim.Rules{}},
		"security code wrong": {"4900000000008144", nil, "1G44", paygentsim.Applied, paygentsim.Rules{}},
		"check digit wrong":   {"4111111111111112", nil, "1G65", paygentsim.Refused, paygentsim.Rules{}},
		"stays at 10 by rule": {"4900000000008101", nil, "1G12", paygentsim.Applied, paygentsim.Rules{RefusedStays10: true}},
		"security code missing": {"", fields{"card_number": good, "card_valid_term": "1230", "security_code_use": "1"},
			"1G45", paygentsim.Applied, paygentsim.Rules{}},
		"expired": {"", fields{"card_number": good, "card_valid_term": "1126"}, "1G83", paygentsim.Refused, paygentsim.Rules{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := merchant()
			m.Rules = tc.rules
			b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
			got := b.authorize("52", tc.number, tc.more)
			if got["result"] != "1" || got["response_code"] != "2003" || !strings.HasPrefix(got["response_detail"], tc.issuer) {
				t.Errorf("got %v", got)
			}
			if got["payment_id"] != "900000001" || got["trading_id"] != "52" {
				t.Errorf("a refusal must still name the payment: %v", got)
			}
			if s := b.status("900000001"); s != tc.status {
				t.Errorf("status %s, want %s", s, tc.status)
			}
		})
	}
}

func TestExpiryMonthLastsToItsEndInJapan(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	raw := fields{"card_number": good, "card_valid_term": "1226"}
	b.clock.advance(time.Date(2026, 12, 31, 14, 59, 59, 0, time.UTC).Sub(b.clock.Now()))
	if got := b.authorize("1", "", raw); got["result"] != "0" {
		t.Errorf("a second before the end: %v", got)
	}
	b.clock.advance(time.Second)
	if got := b.authorize("2", "", raw); got["response_code"] != "2003" {
		t.Errorf("at the end: %v", got)
	}
}

func TestTradingIDTwice(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first, between string
		more           fields
		once           bool
		code           string
	}{
		"live":              {good, "", nil, false, "2005"},
		"live and captured": {good, "022", nil, false, "2005"},
		"cancelled":         {good, "021", nil, false, ""},
		"refused":           {"4900000000008101", "", nil, false, ""},
		"refused, strict":   {"4900000000008101", "", nil, true, "2005"},
		"re-authorisation":  {good, "", fields{"ref_trading_id": "52", "card_token": ""}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := merchant()
			m.Rules.TradingIDOnce = tc.once
			b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
			id := b.authorize("52", tc.first, nil)["payment_id"]
			if tc.between != "" {
				b.send(tc.between, fields{"payment_id": id})
			}
			order := b.order("52", good, tc.more)
			got := b.send("020", order)
			if got["response_code"] != tc.code {
				t.Errorf("got %v, want code %q", got, tc.code)
			}
			if tc.code != "2005" {
				return
			}
			order["trading_id"] = "52_2"
			if got := b.send("020", order); got["result"] != "0" {
				t.Errorf("2005 used the token up: %v", got)
			}
		})
	}
}

func TestReauthorizationTakesTheEarlierCard(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.authorize("52", good, nil)
	got := b.authorize("52_2", "", fields{"ref_trading_id": "52", "payment_amount": "5000", "3dsecure_ryaku": "1"})
	if got["result"] != "0" || got["masked_card_number"] != "************0000" {
		t.Errorf("got %v", got)
	}
	again := b.authorize("53", "4900000000008201", nil)
	if again["result"] != "0" {
		t.Errorf("first authorisation: %v", again)
	}
	if got := b.authorize("53_2", "", fields{"ref_trading_id": "53"}); got["response_code"] != "2003" {
		t.Errorf("this card refuses re-authorisations: %v", got)
	}
	b.authorize("54", "4900000000008101", nil)
	if got := b.authorize("54_2", "", fields{"ref_trading_id": "54"}); got["response_code"] != "SIM003" {
		t.Errorf("a refused trade has no card to take: %v", got)
	}
}

func TestReauthorizationBySameIDOnly(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.Rules.ReauthorizeSameID = true
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	b.authorize("52", good, nil)
	if got := b.authorize("52_2", "", fields{"ref_trading_id": "52"}); got["response_code"] != "P010" {
		t.Errorf("new id: %v", got)
	}
	if got := b.authorize("52", "", fields{"ref_trading_id": "52"}); got["result"] != "0" {
		t.Errorf("same id: %v", got)
	}
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	const (
		authorized = paygentsim.Authorized
		captured   = paygentsim.Captured
	)
	for name, tc := range map[string]struct {
		sales  string
		hand   paygentsim.Status // put there by hand first
		kind   string
		want   paygentsim.Status
		refuse string
	}{
		"cancel":                     {"0", "", "021", paygentsim.AuthorizationCancelled, ""},
		"capture":                    {"0", "", "022", captured, ""},
		"cancel sales":               {"1", "", "023", paygentsim.CaptureCancelled, ""},
		"cancel sales of none":       {"0", "", "023", authorized, "SIM002"},
		"capture twice":              {"1", "", "022", captured, "SIM002"},
		"cancel after sales":         {"1", "", "021", captured, "SIM002"},
		"cancel final sales":         {"1", paygentsim.CapturedFinal, "023", paygentsim.CapturedFinal, "SIM002"},
		"capture expired":            {"0", paygentsim.AuthorizationExpired, "022", paygentsim.AuthorizationExpired, "SIM002"},
		"capture, being requested":   {"0", paygentsim.CaptureRequested, "022", captured, ""},
		"cancel, being requested":    {"0", paygentsim.CancelRequested, "021", paygentsim.AuthorizationCancelled, ""},
		"cancel sales, in progress":  {"1", paygentsim.CaptureCancelling, "023", paygentsim.CaptureCancelled, ""},
		"capture, cancel in transit": {"0", paygentsim.CancelRequested, "022", paygentsim.CancelRequested, "SIM002"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			id := b.authorize("52", good, fields{"sales_mode": tc.sales})["payment_id"]
			if tc.hand != "" {
				if _, err := b.sim.SetStatus(id, tc.hand, true); err != nil {
					t.Fatal(err)
				}
			}
			got := b.send(tc.kind, fields{"payment_id": id, "trading_id": "52"})
			if got["response_code"] != tc.refuse || b.status(id) != tc.want {
				t.Errorf("got %v and status %s", got, b.status(id))
			}
			if want := (fields{"result": "0", "payment_id": id, "trading_id": "52"}); tc.refuse == "" && !cmp.Equal(want, got) {
				t.Errorf("answer (-want +got):\n%s", cmp.Diff(want, got))
			}
		})
	}
}

func TestPaymentIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{merchant(), {
		MerchantID: "67890", ConnectID: "conn02", ConnectPassword: "pass02",
	}}})
	id := b.authorize("52", good, nil)["payment_id"]
	b.authorize("60", "4900000000008101", nil)
	b.authorize("60", good, nil)
	for name, tc := range map[string]struct {
		by   fields
		code string
	}{
		"payment_id":     {fields{"payment_id": id}, ""},
		"trading_id":     {fields{"trading_id": "52"}, ""},
		"both":           {fields{"payment_id": id, "trading_id": "52"}, ""},
		"contradiction":  {fields{"payment_id": id, "trading_id": "60"}, "SIM003"},
		"unknown id":     {fields{"payment_id": "1"}, "SIM003"},
		"unknown trade":  {fields{"trading_id": "99"}, "SIM003"},
		"several":        {fields{"trading_id": "60"}, "SIM004"},
		"neither":        {fields{}, "P010"},
		"not a number":   {fields{"payment_id": "x"}, "P008"},
		"too long":       {fields{"payment_id": strings.Repeat("9", 19)}, "P009"},
		"other merchant": {fields{"payment_id": id, "merchant_id": "67890", "connect_id": "conn02", "connect_password": "pass02"}, "SIM003"},
	} {
		if got := b.send("094", tc.by); got["response_code"] != tc.code {
			t.Errorf("%s: got %v, want %q", name, got, tc.code)
		}
	}
}

func TestInquiryTells(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	b.clock.advance(time.Hour)
	b.send("022", fields{"payment_id": id})
	b.clock.advance(time.Hour)
	b.send("023", fields{"payment_id": id})
	want := fields{
		"result": "0", "payment_id": id, "trading_id": "52", "payment_type": "02", "payment_status": "60",
		"payment_amount": "3300", "payment_init_date": "20261203180000", "payment_date": "20261203190000",
		"cancel_date": "20261203200000", "site_id": "1",
	}
	if diff := cmp.Diff(want, b.send("094", fields{"payment_id": id})); diff != "" {
		t.Errorf("094 (-want +got):\n%s", diff)
	}
}

func TestTermsEndByTheClock(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	a := b.authorize("1", good, nil)["payment_id"]
	c := b.authorize("2", good, fields{"sales_mode": "1"})["payment_id"]
	late := b.authorize("3", good, nil)["payment_id"]
	b.drain()
	b.clock.advance(60*day - time.Second)
	b.drain()
	if got := b.status(a); got != paygentsim.Authorized {
		t.Fatalf("a second too early: %s", got)
	}
	b.clock.advance(time.Second)
	// Asked before any Step, the centre already knows.
	if got := b.send("022", fields{"payment_id": late}); got["response_code"] != "SIM002" {
		t.Errorf("capture after the term: %v", got)
	}
	b.drain()
	if x, y := b.status(a), b.status(c); x != paygentsim.AuthorizationExpired || y != paygentsim.CapturedFinal {
		t.Errorf("statuses %s and %s, want 33 and 41", x, y)
	}
	if got := len(b.shop.ids()); got != 6 {
		t.Errorf("%d notices, want 3 of beginnings and 3 of ends", got)
	}
}

func TestOtherKindsAreRefusedByName(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	for _, kind := range []string{"040", "180", "091", "", "02"} {
		client := http.Client{Transport: b.sim.Transport()}
		resp, err := client.PostForm("https://sim.example/n/card/request", common(kind, nil))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if got := parse(string(body)); got["response_code"] != "P010" || !strings.HasPrefix(got["response_detail"], "telegram_kind") {
			t.Errorf("kind %q at the card path: %v", kind, got)
		}
	}
}

func TestUnregisteredAddress(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.Addresses = []string{"10.0.0.0/8"}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	if got := b.send("094", fields{"payment_id": "1"}); got["response_code"] != "P015" {
		t.Errorf("got %v", got)
	}
	m.Addresses = []string{"127.0.0.1"}
	b = setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	if got := b.send("094", fields{"payment_id": "1"}); got["response_code"] != "SIM003" {
		t.Errorf("got %v", got)
	}
}
