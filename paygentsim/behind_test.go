package paygentsim_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

// What happens behind the buyer's back: effects after an inquiry, 091's own faults, other
// shops' payments.

func TestEffectOnlyAfterAnInquiry(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if err := b.sim.ForceFault("020", paygentsim.LateEffect); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try("020", b.order("1", good, nil)); err == nil {
		t.Fatal("there was an answer")
	}
	if got := b.send("094", fields{"trading_id": "2"}); got["response_code"] != "SIM003" || len(b.sim.Payments()) != 0 {
		t.Errorf("asked about another: %v, %d payments", got, len(b.sim.Payments()))
	}
	if got := b.send("094", fields{"trading_id": "1"}); got["response_code"] != "SIM003" {
		t.Errorf("the inquiry still finds nothing: %v", got)
	}
	if got := b.send("094", fields{"trading_id": "1"}); got["payment_status"] != "20" {
		t.Errorf("and now it is there: %v", got)
	}
	capture := b.authorize("3", "4900000000009082", nil)["payment_id"]
	if _, err := b.try("022", fields{"payment_id": capture}); err == nil {
		t.Fatal("there was an answer")
	}
	if got := b.send("094", fields{"trading_id": "3"}); got["payment_status"] != "20" {
		t.Errorf("before: %v", got)
	}
	if s := b.status(capture); s != paygentsim.Captured {
		t.Errorf("after: %s", s)
	}
}

func TestLateEffectWaitsFor091Too(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if err := b.sim.ForceFault("020", paygentsim.LateEffect); err != nil {
		t.Fatal(err)
	}
	_, _ = b.try("020", b.order("1", good, nil)) // the time-out is the fault
	if got := b.send("091", nil); got["success_code"] != "1" {
		t.Errorf("nothing yet: %v", got)
	}
	if got := b.send("091", nil); got["payment_status"] != "20" {
		t.Errorf("and now: %v", got)
	}
}

func TestDifferenceAnswersLost(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.authorize("1", good, nil)
	b.authorize("2", good, nil)
	if err := b.sim.ForceFault("091", paygentsim.DifferenceLost); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try("091", nil); err == nil {
		t.Fatal("there was an answer")
	}
	if got := b.send("091", nil); got["payment_notice_id"] != "2" || got["success_code"] != "0" {
		t.Errorf("the first counts as delivered: %v", got)
	}
	if got := b.send("091", fields{"payment_notice_id": "1"}); got["success_code"] != "0" || got["trading_id"] != "1" {
		t.Errorf("asked for by its id: %v", got)
	}
}

func TestDifferencesPurged(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	for i := range 4 {
		b.authorize(fmt.Sprint(i), good, nil)
	}
	if err := b.sim.ForceFault("091", paygentsim.DifferencePurged); err != nil {
		t.Fatal(err)
	}
	if got := b.send("091", nil); got["payment_notice_id"] != "2" || got["success_code"] != "2" {
		t.Errorf("the first is gone: %v", got)
	}
	if got := b.send("091", fields{"payment_notice_id": "1"}); got["success_code"] != "1" {
		t.Errorf("gone for good: %v", got)
	}
	if rec := b.control("POST", "/control/differences/purge", "through=3"); rec.Code != http.StatusOK {
		t.Errorf("purge: %d %s", rec.Code, rec.Body)
	}
	if got := b.send("091", nil); got["payment_notice_id"] != "4" || got["success_code"] != "2" {
		t.Errorf("and two more: %v", got)
	}
	b.authorize("9", good, nil)
	if got := b.send("091", nil); got["payment_notice_id"] != "5" || got["success_code"] != "0" {
		t.Errorf("the sequence goes on: %v", got)
	}
	if err := b.sim.ForceFault("020", paygentsim.DifferencePurged); err == nil {
		t.Error("a fault of 091 was taken for 020")
	}
	if err := b.sim.PurgeDifferences("0", 1); !errors.Is(err, paygentsim.ErrUnknownPayment) {
		t.Errorf("nobody's differences: %v", err)
	}
}

func TestDifferenceKnobsStrike091Alone(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if err := b.sim.SetFaults(paygentsim.Faults{DifferenceLost: 1}); err != nil {
		t.Fatal(err)
	}
	if got := b.authorize("1", good, nil); got["result"] != "0" {
		t.Errorf("020: %v", got)
	}
	if _, err := b.try("091", nil); err == nil {
		t.Error("091 was answered")
	}
	if err := b.sim.SetFaults(paygentsim.Faults{DifferenceLost: .6, DifferencePurged: .6}); err == nil {
		t.Error("shares above one were taken")
	}
}

func TestWrongCharset(t *testing.T) {
	t.Parallel()
	b := setup(t, threeDSMerchant(paygentsim.Rules{}))
	for _, kind := range []string{"020", "450"} {
		if err := b.sim.ForceFault(kind, paygentsim.WrongCharset); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.authorize("1", "4900000000009010", nil); got["issur_name"] != "ｼﾐﾕﾚ-ﾀ" {
		t.Errorf("UTF-8 where Windows-31J belongs: %q", got["issur_name"])
	}
	b.send("450", b.authentication(good, nil))
	if _, err := b.try("450", b.authentication(good, nil)); err != nil {
		t.Error(err)
	}
}

func TestForeignPayments(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	want := map[paygentsim.PaymentType]string{"01": "40", "02": "20", "03": "43", "05": "40", "06": "20", "22": "20"}
	for _, kind := range paygentsim.PaymentTypes() {
		p, err := b.sim.Foreign("12345", "other-"+string(kind), kind, 500)
		if err != nil || string(p.Status) != want[kind] || p.SiteID != "9" {
			t.Errorf("%s: %+v, %v", kind, p, err)
		}
	}
	b.drain()
	if diff := cmp.Diff([]string{"40", "20", "10", "43", "40", "20", "20"}, b.told("payment_status")); diff != "" {
		t.Errorf("this shop is told (-want +got):\n%s", diff)
	}
	for _, bad := range []error{
		second(b.sim.Foreign("0", "x", "02", 1)), second(b.sim.Foreign("12345", "x", "99", 1)),
		second(b.sim.Foreign("12345", "a b", "02", 1)), second(b.sim.Foreign("12345", "x", "02", 0)),
	} {
		if bad == nil {
			t.Error("nonsense was taken")
		}
	}
	if rec := b.control("POST", "/control/foreign", "trading_id=x&payment_type=05&amount=7"); rec.Code != http.StatusOK {
		t.Errorf("by hand: %d %s", rec.Code, rec.Body)
	}
	if rec := b.control("POST", "/control/foreign", "amount=much"); rec.Code != http.StatusConflict {
		t.Errorf("by hand, nonsense: %d", rec.Code)
	}
}

func second[T any](_ T, err error) error { return err }

func TestForeignKnob(t *testing.T) {
	t.Parallel()
	run := func() []string {
		b := setup(t, paygentsim.Options{Seed: 5})
		if err := b.sim.SetFaults(paygentsim.Faults{Foreign: .5}); err != nil {
			t.Fatal(err)
		}
		var out []string
		for i := range 20 {
			b.send("094", fields{"trading_id": fmt.Sprint(i)})
		}
		for _, p := range b.sim.Payments() {
			out = append(out, fmt.Sprint(p.TradingID, p.Type, p.Amount))
		}
		return out
	}
	one := run()
	if len(one) < 3 || len(one) > 17 || !cmp.Equal(one, run()) {
		t.Errorf("payments %v", one)
	}
	b := setup(t, paygentsim.Options{})
	if err := b.sim.SetFaults(paygentsim.Faults{Foreign: 2}); err == nil {
		t.Error("a share of two was taken")
	}
}

func TestHashAuthentication(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.RequestKey = "REQHASHKEY"
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	ask := func(date, hc string) fields {
		form := common("094", fields{"trading_id": "52", "request_date": date, "hc": hc})
		return b.postTo("/s/ref/paymentref", form)
	}
	const now = "20261203180000"
	right := func(date string) string {
		return hashOf("12345", "conn01", "pass01", "094", "1.0", "52", date, "REQHASHKEY")
	}
	for name, tc := range map[string]struct{ date, hc, code string }{
		"right": {now, right(now), "SIM003"}, "a little late": {"20261203174600", right("20261203174600"), "SIM003"},
		"too late": {"20261203174400", right("20261203174400"), "SIM013"}, "wrong": {now, right("20261203180001"), "SIM013"},
		"none": {now, "", "SIM013"}, "no date": {"", right(""), "SIM013"},
	} {
		if got := ask(tc.date, tc.hc); got["response_code"] != tc.code {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := b.send("094", fields{"trading_id": "52"}); got["response_code"] != "SIM003" {
		t.Errorf("with a certificate nothing changes: %v", got)
	}
	plain := setup(t, paygentsim.Options{})
	if got := plain.postTo("/s/ref/paymentref", common("094", fields{"trading_id": "52"})); got["response_code"] != "SIM013" {
		t.Errorf("not contracted: %v", got)
	}
}
