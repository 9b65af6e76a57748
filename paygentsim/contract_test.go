package paygentsim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

// What a contract says: who may call, with which methods, and what is told.

func TestRegisteredAddresses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		addresses []string
		from      string
		code      string
	}{
		{nil, "203.0.113.9:4711", "SIM003"},
		{[]string{"203.0.113.9"}, "203.0.113.9:4711", "SIM003"},
		{[]string{"203.0.113.9"}, "203.0.113.10:4711", "P015"},
		{[]string{"10.0.0.1", "203.0.113.0/24"}, "203.0.113.10:4711", "SIM003"},
		{[]string{"203.0.113.0/24"}, "[::ffff:203.0.113.7]:4711", "SIM003"},
		{[]string{"2001:db8::/32"}, "[2001:db8::1]:4711", "SIM003"},
		{[]string{"2001:db8::/32"}, "203.0.113.9:4711", "P015"},
		{[]string{"203.0.113.9"}, "no address", "P015"},
	} {
		m := merchant()
		m.Addresses = tc.addresses
		b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
		req := httptest.NewRequest(http.MethodPost, "/n/ref/paymentref", strings.NewReader(common("094", fields{"trading_id": "1"}).Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Forwarded-For", "203.0.113.9") // what a client says of itself counts for nothing
		req.RemoteAddr = tc.from
		rec := httptest.NewRecorder()
		b.sim.Handler().ServeHTTP(rec, req)
		if got := parse(rec.Body.String()); got["response_code"] != tc.code {
			t.Errorf("from %s with %v: %v", tc.from, tc.addresses, got)
		}
	}
}

// A shop's server is held to its address in the link type too; a buyer's browser is not.
func TestLinkFromAnUnregisteredAddress(t *testing.T) {
	t.Parallel()
	opt := linkMerchant()
	opt.Merchants[0].Addresses = []string{"203.0.113.9"}
	b := setup(t, opt)
	if got := b.link(linkForm("02", nil)); got["response_code"] != "P015" {
		t.Errorf("server: %v", got)
	}
	form := linkForm("02", nil)
	form.Del("isbtob")
	b.browser().post("https://sim.example/v/u/request", form).says("お支払い")
}

// A token made with the key of another contract, or at another environment, is 2021 wherever a
// token can be sent.
func TestTokenOfAnotherKeyOrEnvironment(t *testing.T) {
	t.Parallel()
	other := paygentsim.Merchant{MerchantID: "67890", ConnectID: "c", ConnectPassword: "p", TokenKey: "k"}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{merchant(), other}})
	elsewhere, err := paygentsim.New(paygentsim.Options{Clock: b.clock.Now, Merchants: []paygentsim.Merchant{merchant()}})
	if err != nil {
		t.Fatal(err)
	}
	for name, maker := range map[string]struct {
		sim      *paygentsim.Sim
		merchant string
	}{"another key": {b.sim, "67890"}, "another environment": {elsewhere, "12345"}} {
		token, err := maker.sim.Token(maker.merchant, good, "1230", "123")
		if err != nil {
			t.Fatal(err)
		}
		for kind, request := range map[string]fields{
			"020": b.order("1", "", fields{"card_token": token}),
			"025": {"customer_id": "7", "card_token": token},
			"450": b.authentication(good, fields{"card_token": token}),
		} {
			if got := b.send(kind, request); got["response_code"] != "2021" || !strings.Contains(got["response_detail"], "card_token") {
				t.Errorf("%s of %s: %v", kind, name, got)
			}
		}
	}
}

// TestEveryMethodNeedsItsContract asks with a contract for nothing: telegrams, link type and Paidy's
// window refuse, inquiries answer.
func TestEveryMethodNeedsItsContract(t *testing.T) {
	t.Parallel()
	opt := linkMerchant()
	opt.Merchants[0].Contracted, opt.Merchants[0].PaidyKey = []paygentsim.PaymentType{}, "pk_test_1"
	b := setup(t, opt)
	inquiries := map[string]bool{"090": true, "091": true, "094": true}
	payment := fields{"payment_id": "900000001", "payment_amount": "1", "reduction_flag": "0", "amount": "1", "customer_id": "7", "customer_card_id": "1",
		"paidy_payment_id": "pay_x", "PaRes": "x", "MD": "x"}
	requests := map[string]fields{
		"010": atm(nil), "020": b.order("1", good), "025": {"customer_id": "7"}, "030": conveni("00C001", nil), "060": asp(nil),
		"100": {"amount": "1", "career_type": softbank, "pc_mobile_type": "0", "return_url": "https://shop.example/", "cancel_url": "https://shop.example/"},
		"104": {"career_type": au, "pc_mobile_type": "0", "redirect_url": "https://shop.example/", "cancel_url": "https://shop.example/"},
		"450": b.authentication(good, nil),
	}
	for _, kind := range paygentsim.Kinds() {
		request := requests[kind]
		if request == nil {
			request = payment
		}
		got := b.send(kind, request)
		code := got["response_code"]
		if kind == "027" || kind == "090" {
			code = strings.Trim(strings.Split(b.last, ",")[2], `"`)
		}
		if (code == "SIM008") == inquiries[kind] {
			t.Errorf("%s: %v %q", kind, got, b.last)
		}
	}
	if got := b.link(linkForm("02", nil)); got["response_code"] != "SIM008" {
		t.Errorf("link type: %v", got)
	}
	if status, data := b.paidy("authorized", paidyOrder, false); status != http.StatusBadRequest {
		t.Errorf("Paidy: %d %v", status, data)
	}
}

// Every status of every method is told to whom it is subscribed, and to nobody else.
func TestSubscriptionOfEachStatus(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.Subscribed = map[paygentsim.PaymentType][]paygentsim.Status{paygentsim.TypeCard: {paygentsim.Captured}, paygentsim.TypeConveni: {}}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	id := b.authorize("1", good)["payment_id"]
	b.send("022", fields{"payment_id": id})
	b.send("023", fields{"payment_id": id})
	b.send("030", conveni("00C001", nil))
	b.drain()
	if diff := cmp.Diff([]string{"40"}, b.told("payment_status")); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if got := b.send("091", nil); got["payment_notice_id"] != "1" || got["payment_status"] != "40" {
		t.Errorf("the sequence has no gap: %v", got)
	}
}

func TestReadMerchants(t *testing.T) {
	t.Parallel()
	got, err := paygentsim.ReadMerchants(strings.NewReader(`[{"merchant_id":"4711","connect_id":"shop","connect_password":"secret","notice_key":"N","link_key":"L",
		"token_key":"T","three_ds_key":"D","contracted":["02","03"],"subscribed":{"02":["20","40"]},"addresses":["203.0.113.0/24"],"rules":{"strict_kana":true}}]`))
	want := paygentsim.Merchant{MerchantID: "4711", ConnectID: "shop", ConnectPassword: "secret", NoticeKey: "N", LinkKey: "L", TokenKey: "T", ThreeDSKey: "D",
		Contracted: []paygentsim.PaymentType{"02", "03"}, Subscribed: map[paygentsim.PaymentType][]paygentsim.Status{"02": {"20", "40"}},
		Addresses: []string{"203.0.113.0/24"}, Rules: paygentsim.Rules{StrictKana: true}}
	if err != nil || !cmp.Equal(got, []paygentsim.Merchant{want}) {
		t.Errorf("%v (-want +got):\n%s", err, cmp.Diff([]paygentsim.Merchant{want}, got))
	}
	const whole = `{"merchant_id":"1","connect_id":"c","connect_password":"p"`
	for _, bad := range []string{``, `[]`, `{}`, `[` + whole + `}] []`, `[` + whole + `,"rain":1}]`, `[` + whole + `,"addresses":["home"]}]`,
		`[` + whole + `,"contracted":["99"]}]`, `[` + whole + `,"subscribed":{"02":["99"]}}]`, `[{"merchant_id":"x"}]`} {
		if _, err := paygentsim.ReadMerchants(strings.NewReader(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func ExampleReadMerchants() {
	merchants, err := paygentsim.ReadMerchants(strings.NewReader(`[
		{"merchant_id": "4711", "connect_id": "shop", "connect_password": "secret",
		 "contracted": ["02", "03"], "subscribed": {"02": ["20", "40", "60"]}, "addresses": ["203.0.113.0/24"]}
	]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(merchants[0].MerchantID, merchants[0].Contracted, merchants[0].ConnectPassword)
	// Output: 4711 [02 03] ***
}
