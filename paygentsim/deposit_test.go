package paygentsim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

func atm(more fields) fields {
	f := fields{"trading_id": "60", "payment_amount": "3300", "payment_detail": sjis("代金"), "payment_detail_kana": sjis("ﾀﾞｲｷﾝ")}
	for k, v := range more {
		f[k] = v
	}
	return f
}

func conveni(store string, more fields) fields {
	f := fields{"trading_id": "70", "payment_amount": "5000", "customer_family_name": sjis("山田"), "customer_name": sjis("太郎"),
		"customer_tel": "09012345678", "cvs_company_id": store, "sales_type": "1"}
	for k, v := range more {
		f[k] = v
	}
	return f
}

func TestATMIssuesNumbers(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	got := b.send("010", atm(nil))
	want := fields{"result": "0", "payment_id": "900000001", "trading_id": "60", "pay_center_number": "58091",
		"customer_number": got["customer_number"], "conf_number": got["conf_number"], "payment_limit_date": "20270102"}
	if diff := cmp.Diff(want, got); diff != "" || len(got["customer_number"]) < 11 || len(got["conf_number"]) != 4 {
		t.Errorf("010 (-want +got):\n%s", diff)
	}
	if again := b.send("010", atm(nil)); again["response_code"] != "2005" {
		t.Errorf("a number for this trading_id stands: %v", again)
	}
	if _, err := b.sim.SetStatus("900000001", paygentsim.Captured, true); err != nil {
		t.Fatal(err)
	}
	b.drain()
	if diff := cmp.Diff([]string{"40"}, b.told("payment_status")); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// told lists one parameter of the notices the shop received.
func (b *bundle) told(name string) []string {
	var out []string
	for _, f := range b.shop.forms {
		out = append(out, f.Get(name))
	}
	return out
}

func TestDeadlinesOfNumbers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		days, last string
		lives      time.Duration // from 18:00 in Japan
	}{
		"today":      {"0", "20261203", 6 * time.Hour},
		"given":      {"3", "20261206", 78 * time.Hour},
		"by default": {"", "20270102", 30*24*time.Hour + 6*time.Hour},
	} {
		b := setup(t, paygentsim.Options{})
		got := b.send("010", atm(fields{"payment_limit_date": tc.days}))
		if got["payment_limit_date"] != tc.last {
			t.Errorf("%s: %v", name, got)
		}
		b.clock.advance(tc.lives - time.Second)
		b.drain()
		if s := b.status("900000001"); s != paygentsim.Applied {
			t.Errorf("%s: a second before the end: %s", name, s)
		}
		b.clock.advance(time.Second)
		b.drain()
		if s := b.status("900000001"); s != paygentsim.TermExpired || !cmp.Equal([]string{"12"}, b.told("payment_status")) {
			t.Errorf("%s: at the end: %s, told %v", name, s, b.told("payment_status"))
		}
	}
}

func TestConveniOfEveryChain(t *testing.T) {
	t.Parallel()
	for store, want := range map[string]struct {
		usable string
		digits int
	}{
		"00C001": {"00C001", 13}, "00C002": {"00C002-00C004-00C014", 11}, "00C004": {"00C002-00C004-00C014", 11},
		"00C005": {"00C005", 11}, "00C014": {"00C002-00C004-00C014", 11}, "00C016": {"00C016", 6},
	} {
		b := setup(t, paygentsim.Options{PageURL: "https://pages.example"})
		got := b.send("030", conveni(store, nil))
		if got["usable_cvs_company_id"] != want.usable || len(got["receipt_number"]) != want.digits || got["cvs_company_id"] != store {
			t.Errorf("%s: %v", store, got)
		}
		slip := b.browser().open(got["receipt_print_url"])
		slip.says(got["receipt_number"])
		if w := b.browser().open("https://pages.example/receipt?id=900000001&n=1"); w.status != http.StatusNotFound {
			t.Errorf("%s: a slip without its number: %d", store, w.status)
		}
	}
	b := setup(t, paygentsim.Options{})
	if got := b.send("030", conveni("00C001", fields{"cvs_type": "01"})); got["response_code"] != "P010" {
		t.Errorf("store of another group: %v", got)
	}
}

func TestConveniReports(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.send("030", conveni("00C002", fields{"customer_name_kana": sjis("ﾀﾛｳ")}))["payment_id"]
	if _, err := b.sim.SetStatus(id, paygentsim.Preliminary, true); err != nil {
		t.Fatal(err)
	}
	b.drain()
	got := b.send("094", fields{"payment_id": id})
	if got["payment_status"] != "43" || got["payment_date"] != "20261203180000" || got["early_notice_date"] != "20261203180000" ||
		got["customer_tel"] != "09012345678" || got["customer_name_kana"] != sjis("ﾀﾛｳ") || got["receipt_number"] == "" {
		t.Errorf("094: %v", got)
	}
	if first := b.shop.forms[0]; first.Get("payment_status") != "10" || first.Get("receipt_number") == "" || first.Get("usable_cvs_company_id") == "" {
		t.Errorf("the notice of 10 lacks what the buyer needs: %v", first)
	}
	// 3 December 2026 is a Thursday: the final report comes on Friday at nine.
	b.clock.advance(15*time.Hour - time.Second)
	b.drain()
	if s := b.status(id); s != paygentsim.Preliminary {
		t.Errorf("before nine: %s", s)
	}
	b.clock.advance(time.Second)
	b.drain()
	if diff := cmp.Diff([]string{"10", "43", "40"}, b.told("payment_status")); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

func TestConveniWeekendAndReversal(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.clock.advance(day) // Friday
	one := b.send("030", conveni("00C001", nil))["payment_id"]
	two := b.send("030", conveni("00C001", fields{"trading_id": "71"}))["payment_id"]
	for _, id := range []string{one, two} {
		if _, err := b.sim.SetStatus(id, paygentsim.Preliminary, true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.sim.SetStatus(two, paygentsim.PreliminaryCancelled, true); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(2 * day)
	b.drain()
	if s := b.status(one); s != paygentsim.Preliminary {
		t.Errorf("on Sunday: %s", s)
	}
	b.clock.advance(day)
	b.drain()
	if x, y := b.status(one), b.status(two); x != paygentsim.Captured || y != paygentsim.PreliminaryCancelled {
		t.Errorf("on Monday evening: %s and %s", x, y)
	}
	p, _ := b.sim.Payment(one)
	if at := p.Changes[len(p.Changes)-1].At; !at.Equal(time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the final report is dated %v, want Monday at nine in Japan", at)
	}
}

func TestStrictKana(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind   string
		form   fields
		strict bool
		code   string
	}{
		"voiced mark":             {"030", conveni("00C001", fields{"customer_name_kana": sjis("ﾀﾞ")}), true, "P008"},
		"long vowel":              {"030", conveni("00C001", fields{"customer_name_kana": sjis("ﾀｰ")}), true, ""},
		"long vowel at the ATM":   {"010", atm(fields{"customer_name_kana": sjis("ﾀｰ")}), true, "P008"},
		"voiced mark, if allowed": {"010", atm(fields{"customer_name_kana": sjis("ﾀﾞｰ")}), false, ""},
	} {
		m := merchant()
		m.Rules.StrictKana = tc.strict
		b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
		if got := b.send(tc.kind, tc.form); got["response_code"] != tc.code {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestMethodsNotContracted(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.Contracted = []paygentsim.PaymentType{paygentsim.TypeCard}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	if got := b.send("010", atm(nil)); got["response_code"] != "SIM008" {
		t.Errorf("ATM: %v", got)
	}
	if got := b.authorize("1", good, nil); got["result"] != "0" {
		t.Errorf("card: %v", got)
	}
	if got := b.send("101", fields{"payment_id": "900000001"}); got["response_code"] != "SIM008" {
		t.Errorf("carrier: %v", got)
	}
}

// A telegram of one method does not touch a payment of another.
func TestPaymentOfAnotherMethod(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("1", good, nil)["payment_id"]
	for _, kind := range []string{"101", "102", "340", "341"} {
		if got := b.send(kind, fields{"payment_id": id}); got["response_code"] != "SIM010" {
			t.Errorf("%s on a card: %v", kind, got)
		}
	}
	if s := b.status(id); s != paygentsim.Authorized {
		t.Errorf("status %s", s)
	}
}
