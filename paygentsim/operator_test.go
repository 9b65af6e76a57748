package paygentsim_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

func TestCorrectByHand(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	rec := b.control("POST", "/control/payments/"+id+"/correct", "amount=3000")
	p := decode[paygentsim.Payment](t, rec)
	if p.BaseID != id || p.Amount != 3000 || p.Status != paygentsim.Authorized || b.status(id) != paygentsim.AuthorizationCancelled {
		t.Errorf("%d %+v, old at %s", rec.Code, p, b.status(id))
	}
	b.drain()
	if diff := cmp.Diff([]string{"", id, ""}, b.told("base_payment_id")); diff != "" {
		t.Errorf("the successor names its predecessor (-want +got):\n%s", diff)
	}
	for path, want := range map[string]int{
		"/control/payments/" + id + "/correct": http.StatusConflict, "/control/payments/1/correct": http.StatusNotFound,
	} {
		if rec := b.control("POST", path, "amount=1"); rec.Code != want {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	if rec := b.control("POST", "/control/payments/"+id+"/correct", "amount=x"); rec.Code != http.StatusBadRequest {
		t.Errorf("no amount: %d", rec.Code)
	}
}

func TestNoticesAreWithheld(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	if rec := b.control("POST", "/control/payments/"+id+"/withhold", ""); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"withheld": 1`) {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	b.drain()
	if got := b.shop.ids(); got != nil {
		t.Errorf("sent %v", got)
	}
	if got := b.send("091", nil); got["payment_status"] != "20" {
		t.Errorf("091 tells: %v", got)
	}
	if n, err := b.sim.ResendNotices(id); n != 1 || err != nil {
		t.Errorf("sent after all: %d, %v", n, err)
	}
	if _, err := b.sim.WithholdNotices("1"); !errors.Is(err, paygentsim.ErrUnknownPayment) {
		t.Errorf("nobody's: %v", err)
	}
}

// What is done by hand goes by the type's own table.
func TestHandMovesEveryType(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	for _, tc := range []struct {
		kind      paygentsim.PaymentType
		to        paygentsim.Status
		forbidden paygentsim.Status
	}{
		{"03", "61", "60"}, {"06", "21", "43"}, {"22", "40", "44"}, {"02", "30", "43"},
	} {
		p, err := b.sim.Foreign("12345", "t"+string(tc.kind), tc.kind, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.sim.SetStatus(p.PaymentID, tc.forbidden, true); !errors.Is(err, paygentsim.ErrUnlawful) {
			t.Errorf("%s to %s: %v", tc.kind, tc.forbidden, err)
		}
		if _, err := b.sim.SetStatus(p.PaymentID, tc.to, true); err != nil {
			t.Errorf("%s to %s: %v", tc.kind, tc.to, err)
		}
	}
}

func TestPagesSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opt := linkMerchant()
	opt.Dir, opt.PageURL = dir, "https://sim.example"
	b := setup(t, opt)
	bank := b.send("060", asp(nil))["asp_url"]
	link := b.link(linkForm("02", fields{"stock_card_mode": "1", "customer_id": "7", "finish_disable": "1"}))["url"]
	b.send("025", fields{"customer_id": "7", "card_token": b.token(good)})
	before := b.sim.Visits()
	b.open(opt)
	if diff := cmp.Diff(before, b.sim.Visits()); diff != "" || len(before) != 2 {
		t.Fatalf("visits (-before +after):\n%s", diff)
	}
	b.browser().open(bank).press("bank").press("pay").leaves("https://shop.example/done")
	b.browser().open(link).press("pay", "stored", "10000001", "class", "10", "cvc", "123").leaves("https://shop.example/ok")
	if err := b.sim.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(opt)
	if got := b.send("025", fields{"customer_id": "7", "card_token": b.token(good)}); got["customer_card_id"] != "10000002" || got["num_of_cards"] != "2" {
		t.Errorf("the sequence of cards goes on: %v", got)
	}
}

func TestControlPageOfEveryMethod(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	b.sim.SetPageURL("https://pages.example/")
	for _, kind := range paygentsim.PaymentTypes() {
		if _, err := b.sim.Foreign("12345", "t"+string(kind), kind, 1234); err != nil {
			t.Fatal(err)
		}
	}
	b.send("060", asp(nil))
	page := b.control("GET", "/control/", "").Body.String()
	for _, text := range []string{"ATM決済", "クレジット", "コンビニ(番号方式)", "銀行ネット", "ソフトバンク・ワイモバイルまとめて支払い", "Paidy", "セブンイレブン",
		"43 速報検知済", "金額を補正する", "送信を止める", "https://pages.example/asp/pay?p=", "他店舗の決済", "2026/12/03 18:00:00"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %s", text)
		}
	}
	for body, want := range map[string]int{"profile=hostile": http.StatusOK, "profile=cruel": http.StatusBadRequest} {
		if rec := b.control("POST", "/control/profile", body); rec.Code != want {
			t.Errorf("%s: %d", body, rec.Code)
		}
	}
	if rec := b.control("POST", "/control/clock", "advance=1h", "Accept", "text/html"); rec.Code != http.StatusSeeOther {
		t.Errorf("a person comes back to the page: %d", rec.Code)
	}
	b.clock.advance(time.Hour)
	if got := len(decode[[]paygentsim.Visit](t, b.control("GET", "/control/visits", ""))); got != 1 {
		t.Errorf("%d visits", got)
	}
}
