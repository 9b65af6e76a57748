package paygentsim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

const paidyOrder = `{"amount":4080,"currency":"JPY","store_name":"決済商店","buyer":{"email":"taro@shop.example","name1":"山田 太郎","name2":"ヤマダ タロウ","phone":"09012345678","dob":""},
"buyer_data":{"age":0,"order_count":0,"ltv":0,"last_order_amount":0,"last_order_at":0},
"order":{"items":[{"id":"sand-01","quantity":1,"title":"チェリーアイスサンド","unit_price":3000,"description":""},{"id":null,"quantity":1,"title":"値引き","unit_price":-500,"description":""}],
"order_ref":"100","shipping":500,"tax":300},"shipping_address":{"line1":"","line2":"１－１","city":"千代田区","state":"東京都","zip":"100-0001"}}`

// paidy decides in Paidy's window.
func (b *bundle) paidy(decision, payload string, lose bool) (status int, data map[string]any) {
	b.t.Helper()
	body := `{"api_key":"pk_test_1","decision":"` + decision + `","lose_webhook":` + map[bool]string{true: "true", false: "false"}[lose] + `,"payload":` + payload + `}`
	rec := httptest.NewRecorder()
	b.sim.BrowserHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/paidy/payments", strings.NewReader(body)))
	if err := json.Unmarshal(rec.Body.Bytes(), &data); err != nil {
		b.t.Fatalf("%v in %s", err, rec.Body)
	}
	return rec.Code, data
}

func paidyMerchant() paygentsim.Options {
	m := merchant()
	m.PaidyKey = "pk_test_1"
	return paygentsim.Options{Merchants: []paygentsim.Merchant{m}}
}

func TestPaidyAuthorizes(t *testing.T) {
	t.Parallel()
	b := setup(t, paidyMerchant())
	status, data := b.paidy("authorized", paidyOrder, false)
	id, _ := data["id"].(string)
	if status != http.StatusOK || data["status"] != "authorized" || data["amount"] != 4080.0 || !strings.HasPrefix(id, "pay_") {
		t.Fatalf("%d %v", status, data)
	}
	b.drain()
	n := b.shop.forms[0]
	if n.Get("payment_type") != "22" || n.Get("payment_status") != "20" || n.Get("trading_id") != "100" || n.Get("payment_amount") != "4080" ||
		n.Get("paidy_payment_id") != id || n.Get("payment_class") != "" {
		t.Errorf("notice %v", n)
	}
	got := b.send("343", fields{"paidy_payment_id": id})
	for name, want := range map[string]string{
		"retrieve_result": "0", "payment_id": "900000001", "trading_id": "100", "payment_amount": "4080", "currency": "JPY", "store_name": "決済商店",
		"buyer_name_kanji": "山田 太郎", "shipping_address_state": "東京都", "order_tax": "300", "order_shipping": "500",
		"order_items_id[0]": "sand-01", "order_items_unit_price[1]": "-500", "order_items_id[1]": "",
	} {
		if got[name] != sjis(want) {
			t.Errorf("343: %s=%q, want %q", name, got[name], want)
		}
	}
	if got := b.send("094", fields{"trading_id": "100"}); got["paidy_payment_id"] != id || got["order_items_id[0]"] != "" {
		t.Errorf("094: %v", got)
	}
}

func TestPaidyCheating(t *testing.T) {
	t.Parallel()
	b := setup(t, paidyMerchant())
	b.paidy("authorized", strings.Replace(paidyOrder, `"amount":4080`, `"amount":1`, 1), false)
	b.paidy("authorized", paidyOrder, false) // and once more in another tab
	b.drain()
	if diff := cmp.Diff([]string{"1", "4080"}, b.told("payment_amount")); diff != "" {
		t.Errorf("the centre believes what the window says (-want +got):\n%s", diff)
	}
	if got := b.send("094", fields{"trading_id": "100"}); got["response_code"] != "SIM004" {
		t.Errorf("two payments: %v", got)
	}
}

func TestPaidyRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, paidyMerchant())
	if status, data := b.paidy("rejected", paidyOrder, false); status != http.StatusOK || data["status"] != "rejected" {
		t.Errorf("rejected: %d %v", status, data)
	}
	for name, order := range map[string]string{
		"no amount": strings.Replace(paidyOrder, "4080", "0", 1), "dollars": strings.Replace(paidyOrder, "JPY", "USD", 1),
		"no order_ref": strings.Replace(paidyOrder, `"order_ref":"100"`, `"order_ref":null`, 1), "no items": `{"amount":1,"currency":"JPY","order":{"order_ref":"1"}}`,
	} {
		if status, data := b.paidy("authorized", order, false); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, status, data)
		}
	}
	if status, _ := b.paidy("maybe", paidyOrder, false); status != http.StatusBadRequest {
		t.Errorf("a decision nobody can take: %d", status)
	}
	m := merchant()
	m.PaidyKey = "pk_test_other"
	other := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	if status, _ := other.paidy("authorized", paidyOrder, false); status != http.StatusBadRequest {
		t.Errorf("the key of another merchant: %d", status)
	}
	if n := len(b.sim.Payments()) + len(other.sim.Payments()); n != 0 {
		t.Errorf("%d payments", n)
	}
}

func TestPaidyWebhookLost(t *testing.T) {
	t.Parallel()
	b := setup(t, paidyMerchant())
	_, data := b.paidy("authorized", paidyOrder, true)
	if got := b.send("094", fields{"trading_id": "100"}); got["response_code"] != "SIM003" {
		t.Errorf("unknown to the centre: %v", got)
	}
	id, _ := data["id"].(string)
	got := b.send("343", fields{"paidy_payment_id": id, "trading_id": "100"})
	again := b.send("343", fields{"paidy_payment_id": id})
	if got["payment_id"] != "900000001" || !cmp.Equal(got, again) {
		t.Errorf("asking brings it in, once: %v, then %v", got, again)
	}
	if got := b.send("343", fields{"paidy_payment_id": "pay_none"}); got["response_code"] != "SIM003" {
		t.Errorf("nobody's: %v", got)
	}
	if got := b.send("343", fields{"paidy_payment_id": id, "trading_id": "101"}); got["response_code"] != "SIM003" {
		t.Errorf("another trade's: %v", got)
	}
}

func TestPaidyFollowUps(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kinds  []string // the last one is looked at
		amount string
		code   string
		status paygentsim.Status
		left   int64
	}{
		"cancel":               {[]string{"340"}, "", "", "32", 4080},
		"sales":                {[]string{"341"}, "", "", "40", 4080},
		"refund before":        {[]string{"342"}, "", "SIM002", "20", 4080},
		"cancel after":         {[]string{"341", "340"}, "", "SIM002", "40", 4080},
		"refund":               {[]string{"341", "342"}, "", "", "60", 4080},
		"refund all by amount": {[]string{"341", "342"}, "4080", "", "60", 4080},
		"refund a part":        {[]string{"341", "342"}, "80", "", "40", 4000},
		"refund too much":      {[]string{"341", "342"}, "4081", "SIM011", "40", 4080},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paidyMerchant())
			b.paidy("authorized", paidyOrder, false)
			var got fields
			for _, kind := range tc.kinds {
				got = b.send(kind, fields{"trading_id": "100", "amount": tc.amount})
			}
			p := b.sim.Payments()[0]
			if got["response_code"] != tc.code || p.Status != tc.status || p.Amount != tc.left {
				t.Errorf("%v: %s, %d yen", got, p.Status, p.Amount)
			}
			b.clock.advance(31 * day)
			b.drain()
			if p := b.sim.Payments()[0]; tc.status == "20" && p.Status != paygentsim.AuthorizationExpired {
				t.Errorf("after 30 days: %s", p.Status)
			}
		})
	}
}
