package paygentsim_test

import (
	"net/http"
	"testing"
	"time"

	"kessai/paygentsim"
)

func asp(more fields) fields {
	f := fields{"trading_id": "80", "amount": "4080", "claim_kana": sjis("ﾀﾞｲｷﾝ"), "claim_kanji": sjis("お買上げ代金"), "merchant_name": sjis("決済商店"),
		"return_url": "https://shop.example/done", "stop_return_url": "https://shop.example/stop?order_id=80"}
	for k, v := range more {
		f[k] = v
	}
	return f
}

func TestBankPage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		press  []string
		to     string
		result string
		status paygentsim.Status // of the payment; empty = none
		told   []string
	}{
		"paid":                    {[]string{"bank", "pay"}, "https://shop.example/done?", "0", paygentsim.Captured, []string{"40"}},
		"failed at the bank":      {[]string{"bank", "fail"}, "https://shop.example/done?", "1", paygentsim.Interrupted, []string{"15"}},
		"unknown":                 {[]string{"bank", "unknown"}, "https://shop.example/done?", "2", paygentsim.Applied, nil},
		"stopped at once":         {[]string{"stop"}, "https://shop.example/stop?order_id=80", "", "", nil},
		"stopped at the bank":     {[]string{"bank", "stop"}, "https://shop.example/stop?order_id=80", "", paygentsim.Interrupted, []string{"15"}},
		"left standing, no bank":  {nil, "", "", "", nil},
		"left standing at a bank": {[]string{"bank"}, "", "", paygentsim.Applied, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			got := b.send("060", asp(nil))
			if got["asp_limit_date"] != "20261208180000" || got["payment_id"] != "" || got["claim_kanji"] != sjis("お買上げ代金") {
				t.Fatalf("060: %v", got)
			}
			if before := b.send("094", fields{"trading_id": "80"}); before["response_code"] != "SIM003" {
				t.Errorf("no payment yet: %v", before)
			}
			w := b.browser().open(got["asp_url"]).says("お買上げ代金").says("¥4,080").says("実際の請求は発生しません")
			for _, button := range tc.press {
				w.press(button)
			}
			if tc.to != "" {
				q := w.leaves(tc.to)
				if q.Get("result") != tc.result || tc.result != "" && q.Get("trading_id") != "80" {
					t.Errorf("came back with %v", q)
				}
			}
			b.drain()
			checkOnly(t, b, tc.status, tc.told)
		})
	}
}

// checkOnly looks at the one payment there is, if any, and at what the shop was told.
func checkOnly(t *testing.T, b *bundle, status paygentsim.Status, told []string) {
	t.Helper()
	all := b.sim.Payments()
	if status == "" {
		if len(all) != 0 {
			t.Errorf("payments %v", all)
		}
		return
	}
	if len(all) != 1 || all[0].Status != status {
		t.Errorf("payments %+v, want one at %s", all, status)
	}
	if got := b.told("payment_status"); len(got) != len(told) || len(told) > 0 && got[len(got)-1] != told[len(told)-1] {
		t.Errorf("told %v, want %v", got, told)
	}
}

func TestBankPageEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	short := b.send("060", asp(fields{"asp_payment_term": "0000030"}))
	if short["asp_limit_date"] != "20261203183000" {
		t.Errorf("half an hour: %v", short)
	}
	b.browser().open(short["asp_url"]).press("bank")
	long := b.send("060", asp(fields{"trading_id": "81", "asp_payment_term": "0140000"}))
	b.clock.advance(30 * time.Minute)
	b.drain()
	if s := b.status("900000001"); s != paygentsim.Interrupted {
		t.Errorf("after the limit: %s", s)
	}
	if w := b.browser().open(short["asp_url"]); w.status != http.StatusGone {
		t.Errorf("the page is open: %d", w.status)
	}
	w := b.browser().open(long["asp_url"]).press("bank").press("pay")
	w.leaves("https://shop.example/done")
	if w := b.browser().open(long["asp_url"]); w.status != http.StatusGone {
		t.Errorf("paid twice: %d", w.status)
	}
	if w := b.browser().open("https://sim.example/asp/pay?p=none"); w.status != http.StatusNotFound {
		t.Errorf("a page of nobody: %d", w.status)
	}
}
