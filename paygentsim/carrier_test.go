package paygentsim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

const (
	au, docomo, softbank = "4", "5", "6"
)

// openID goes through a carrier's authentication.
func (b *bundle) openID(carrier, button string) string {
	b.t.Helper()
	got := b.send("104", fields{"trading_id": "90", "career_type": carrier, "pc_mobile_type": "0",
		"redirect_url": "https://shop.example/auth?order_id=90", "cancel_url": "https://shop.example/ng?order_id=90"})
	w := b.follow(got, carrier).press(button)
	return w.leaves("https://shop.example/").Get("open_id")
}

// follow goes where a carrier's answer leads.
func (b *bundle) follow(got fields, carrier string) *browser {
	b.t.Helper()
	if carrier == docomo {
		if got["redirect_url"] != "" || !strings.HasPrefix(got["redirect_html"], "<!DOCTYPE html>") {
			b.t.Fatalf("docomo answers with a page: %v", got)
		}
		return b.browser().html(b.raw("redirect_html"))
	}
	if got["redirect_html"] != "" {
		b.t.Fatalf("carrier %s answers with an address: %v", carrier, got)
	}
	return b.browser().open(got["redirect_url"])
}

func (b *bundle) apply(carrier, openID string, more fields) fields {
	b.t.Helper()
	f := fields{"trading_id": "90", "amount": "3300", "career_type": carrier, "pc_mobile_type": "0", "return_url": "https://shop.example/done",
		"cancel_url": "https://shop.example/ng?order_id=90", "other_url": "https://shop.example/other?order_id=90"}
	if openID != "" {
		f["open_id"] = openID
	}
	for k, v := range more {
		f[k] = v
	}
	return b.send("100", f)
}

// carrierPayment brings a payment to 20.
func (b *bundle) carrierPayment(carrier string) string {
	b.t.Helper()
	id := ""
	if carrier != softbank {
		id = b.openID(carrier, "ok")
	}
	got := b.apply(carrier, id, nil)
	q := b.follow(got, carrier).says("¥3,300").press("pay").leaves("https://shop.example/done")
	if q.Get("trading_id") != "90" || q.Get("payment_id") != got["payment_id"] {
		b.t.Fatalf("came back with %v", q)
	}
	return got["payment_id"]
}

func TestCarrierAuthentication(t *testing.T) {
	t.Parallel()
	for _, carrier := range []string{au, docomo} {
		b := setup(t, paygentsim.Options{})
		if id := b.openID(carrier, "cancel"); id != "" {
			t.Errorf("%s: cancelled and yet %q", carrier, id)
		}
		id := b.openID(carrier, "ok")
		if got := b.apply(carrier, id, nil); got["result"] != "0" {
			t.Errorf("%s: %v", carrier, got)
		}
		for name, wrong := range map[string]fields{
			"used":          {"trading_id": "91"},
			"unknown":       {"trading_id": "91", "open_id": "x"},
			"other carrier": {"trading_id": "91", "career_type": map[string]string{au: docomo, docomo: au}[carrier]},
		} {
			if got := b.apply(carrier, id, wrong); got["response_code"] != "SIM012" {
				t.Errorf("%s, %s: %v", carrier, name, got)
			}
		}
		if got := b.apply(carrier, "", nil); got["response_code"] != "P010" {
			t.Errorf("%s without open_id: %v", carrier, got)
		}
	}
}

func TestCarrierPageIsLeft(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	got := b.apply(softbank, "", nil)
	q := b.follow(got, softbank).press("cancel").leaves("https://shop.example/ng?order_id=90&")
	if q.Get("payment_id") != got["payment_id"] || b.status(got["payment_id"]) != paygentsim.Interrupted {
		t.Errorf("cancelled: %v at %s", q, b.status(got["payment_id"]))
	}
	id := b.openID(docomo, "ok")
	got = b.apply(docomo, id, nil)
	b.follow(got, docomo).press("other").leaves("https://shop.example/other?order_id=90&")
	got = b.apply(softbank, "", nil)
	b.clock.advance(31 * time.Minute)
	b.drain()
	if s := b.status(got["payment_id"]); s != paygentsim.Interrupted {
		t.Errorf("left standing: %s", s)
	}
}

// TestCarrierRules walks the table of protocol.md §6.4.
func TestCarrierRules(t *testing.T) {
	t.Parallel()
	const no = "SIM002"
	for _, tc := range []struct {
		carrier, steps string // telegrams sent before, or a status put by hand
		kind, code     string
		status         paygentsim.Status
	}{
		{au, "", "101", "", "40"}, {docomo, "", "101", "", "40"}, {softbank, "21", "101", "", "40"},
		{au, "", "102", "", "32"}, {docomo, "", "102", "", "32"}, {softbank, "21", "102", "", "32"},
		{au, "101", "102", "", "60"}, {softbank, "101", "102", "", "60"}, {docomo, "101", "102", no, "40"}, {docomo, "101 44", "102", "", "60"},
		{docomo, "103", "102", no, "20"}, {au, "103", "102", "", "32"},
		{au, "", "103", "", "20"}, {au, "103", "103", no, "20"}, {au, "101", "103", no, "40"}, {au, "21", "103", no, "21"},
		{docomo, "", "103", "", "20"}, {docomo, "103", "103", no, "20"}, {docomo, "101", "103", no, "40"}, {docomo, "101 44", "103", "", "44"},
		{softbank, "21", "103", "", "21"}, {softbank, "103", "103", no, "20"},
		{au, "102", "101", no, "32"}, {au, "101", "101", no, "40"},
	} {
		t.Run(tc.carrier+" "+tc.steps+" "+tc.kind, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			id := b.carrierPayment(tc.carrier)
			for _, step := range strings.Fields(tc.steps) {
				if len(step) == 2 {
					if _, err := b.sim.SetStatus(id, paygentsim.Status(step), true); err != nil {
						t.Fatal(err)
					}
				} else if got := b.send(step, fields{"payment_id": id, "amount": "3000"}); got["result"] != "0" {
					t.Fatalf("%s: %v", step, got)
				}
			}
			got := b.send(tc.kind, fields{"payment_id": id, "amount": "2500"})
			if got["response_code"] != tc.code || b.status(id) != tc.status {
				t.Errorf("%v at %s", got, b.status(id))
			}
		})
	}
}

func TestCarrierAmountIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.carrierPayment(au)
	b.send("103", fields{"payment_id": id, "amount": "3000"})
	b.drain()
	if diff := cmp.Diff([]string{"3300", "3000"}, b.told("payment_amount")); diff != "" {
		t.Errorf("amounts (-want +got):\n%s", diff)
	}
	if got := b.send("094", fields{"payment_id": id}); got["career_type"] != au || got["payment_amount"] != "3000" {
		t.Errorf("094: %v", got)
	}
}

// d払い: captured by 20:00 it is cleared at 03:30 the next day, later the day after.
func TestClearedOvernight(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ after, cleared time.Duration }{ // from 18:00 in Japan
		"at 20:00":   {2 * time.Hour, 9*time.Hour + 30*time.Minute},
		"after that": {2*time.Hour + time.Second, 33*time.Hour + 30*time.Minute},
		"at 02:00":   {8 * time.Hour, 33*time.Hour + 30*time.Minute},
	} {
		b := setup(t, paygentsim.Options{})
		id := b.carrierPayment(docomo)
		b.clock.advance(tc.after)
		b.send("101", fields{"payment_id": id})
		b.clock.advance(tc.cleared - tc.after - time.Second)
		b.drain()
		if s := b.status(id); s != paygentsim.Captured {
			t.Errorf("%s: a second before: %s", name, s)
		}
		b.clock.advance(time.Second)
		b.drain()
		if s := b.status(id); s != paygentsim.Cleared || b.told("payment_status")[len(b.shop.forms)-1] != "44" {
			t.Errorf("%s: %s, told %v", name, s, b.told("payment_status"))
		}
	}
}
