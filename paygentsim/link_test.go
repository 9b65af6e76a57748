package paygentsim_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

func linkMerchant() paygentsim.Options {
	m := merchant()
	m.LinkKey = "LINKKEY0001"
	return paygentsim.Options{Merchants: []paygentsim.Merchant{m}}
}

// linkForm is a request of EC-CUBE's order, signed.
func linkForm(paymentType string, more fields) url.Values {
	f := url.Values{
		"trading_id": {"52"}, "payment_type": {paymentType}, "id": {"3300"}, "seq_merchant_id": {"12345"}, "payment_term_day": {"5"},
		"payment_class": {"1"}, "use_card_conf_number": {"1"}, "merchant_name": {"決済商店"}, "isbtob": {"1"},
		"fix_params":           {"customer_family_name,customer_name,customer_family_name_kana,customer_name_kana,customer_tel"},
		"customer_family_name": {"髙橋"}, "customer_name": {"一郎"}, "customer_family_name_kana": {"ﾀｶﾊｼ"}, "customer_name_kana": {"ｲﾁﾛ-"},
		"customer_tel": {"09012345678"}, "return_url": {"https://shop.example/ok?order_id=52"}, "stop_return_url": {"https://shop.example/stop?order_id=52"},
	}
	for k, v := range more {
		f.Set(k, v)
	}
	if !f.Has("hc") {
		f.Set("hc", hashOf(f.Get("payment_class"), "LINKKEY0001", "paygent2006", f.Get("trading_id"), f.Get("id"), f.Get("payment_type"),
			f.Get("seq_merchant_id"), f.Get("payment_term_day"), f.Get("use_card_conf_number"), f.Get("fix_params"), f.Get("inform_url"),
			f.Get("payment_term_min"), f.Get("customer_id"), f.Get("threedsecure_ryaku"))+"aF09") // a random rest is cut off
	}
	return f
}

// link sends a request as a shop's server.
func (b *bundle) link(form url.Values) fields {
	b.t.Helper()
	client := http.Client{Transport: b.sim.Transport()}
	resp, err := client.PostForm("https://sim.example/v/u/request", form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.last = string(text)
	return parse(b.last)
}

func TestLinkAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	got := b.link(linkForm("03", nil))
	want := "result=0\r\nresponse_code=\r\nresponse_detail=\r\nurl=" + got["url"] + "\r\ntrading_id=52\r\npayment_type=03\r\nlimit_date=20261208235959\r\n" +
		"trade_generation_date=20261203180000\r\n"
	if diff := cmp.Diff(want, b.last); diff != "" || !strings.HasPrefix(got["url"], "https://sim.example/v/u/pay?p=") {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if got := b.link(linkForm("03", fields{"payment_term_day": "", "payment_term_min": "30"})); got["limit_date"] != "20261203183000" {
		t.Errorf("minutes: %v", got)
	}
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	b.authorize("99", good, nil)
	for name, tc := range map[string]struct {
		more fields
		code string
	}{
		"wrong hash":     {fields{"hc": strings.Repeat("0", 64)}, "SIM014"},
		"no hash":        {fields{"hc": ""}, "SIM014"},
		"hash cut short": {fields{"hc": "abc"}, "SIM014"},
		"merchant":       {fields{"seq_merchant_id": "9"}, "SIM014"},
		"both terms":     {fields{"payment_term_min": "30"}, "P010"},
		"no term":        {fields{"payment_term_day": ""}, "P010"},
		"nobody's cards": {fields{"stock_card_mode": "1"}, "P010"},
		"Paidy":          {fields{"payment_type": "22"}, "SIM008"},
		"taken":          {fields{"trading_id": "99"}, "2005"},
	} {
		got := b.link(linkForm("02", tc.more))
		if got["result"] != "1" || got["response_code"] != tc.code || got["url"] != "" {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := b.link(linkForm("02", fields{"hc": strings.Repeat("0", 64)})); got["response_detail"] != "取引情報が正しくありません。" {
		t.Errorf("the sentence of the manual: %v", got)
	}
	form := linkForm("02", fields{"hc": strings.Repeat("0", 64)})
	form.Del("isbtob")
	b.browser().post("https://sim.example/v/u/request", form).says("取引情報が正しくありません。")
}

// Both orders of protocol.md §8.3 are taken, whoever asks.
func TestLinkStandardHash(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	form := linkForm("02", fields{"fix_params": ""})
	form.Set("hc", hashOf("52", "02", "", "3300", "", "12345", "5", "", "1", "1", "", "", "LINKKEY0001"))
	if got := b.link(form); got["result"] != "0" {
		t.Errorf("standard: %v", got)
	}
}

func card(pairs ...string) []string {
	return append([]string{"card_number", "4900 0000 0000 0000", "month", "12", "year", "30", "cvc", "123", "class", "10"}, pairs...)
}

func TestLinkCard(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	form := linkForm("02", nil)
	form.Del("isbtob")
	w := b.browser().post("https://sim.example/v/u/request", form).says("決済商店").says("¥3,300")
	w.press("pay", card("cvc", "1")...).says("セキュリティコードを正しく入力してください。")
	w.press("pay", card("card_number", "49")...).says("カード番号を正しく入力してください。")
	w.press("pay", card("month", "13")...).says("有効期限を正しく入力してください。")
	w.press("pay", card("year", "20")...).says("有効期限が切れています。")
	w.press("pay", card("class", "61-99")...).says("支払い回数を選択してください。")
	w.press("pay", card("class", "61-3")...).says("お手続きが完了しました")
	if back := w.doc.Find("a.main").AttrOr("href", ""); back != "https://shop.example/ok?order_id=52" {
		t.Errorf("back to %q: nothing is added", back)
	}
	b.drain()
	n := b.shop.forms[len(b.shop.forms)-1]
	if diff := cmp.Diff([]string{"10", "20"}, b.told("payment_status")); diff != "" || n.Get("payment_class") != "61" || n.Get("split_count") != "3" {
		t.Errorf("told %v (-want +got):\n%s", n, diff)
	}
	if w := b.browser().open(w.at + "?p=x"); w.status != http.StatusNotFound {
		t.Errorf("a page of nobody: %d", w.status)
	}
}

func TestLinkCardRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	once := b.browser().open(b.link(linkForm("02", nil))["url"])
	once.press("pay", card("card_number", "4900000000008101")...).says("決済に失敗しました")
	retry := b.browser().open(b.link(linkForm("02", fields{"trading_id": "53", "re_payment_type": "1", "finish_disable": "1"}))["url"])
	retry.press("pay", card("card_number", "4900000000008144")...).says("別のカードでもう一度お試しください。")
	retry.press("pay", card()...).leaves("https://shop.example/ok?order_id=52")
	var got []paygentsim.Status
	for _, p := range b.sim.Payments() {
		got = append(got, p.Status)
	}
	if diff := cmp.Diff([]paygentsim.Status{"11", "10", "20"}, got); diff != "" {
		t.Errorf("payments (-want +got):\n%s", diff)
	}
}

func TestLinkStoredCards(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	member := fields{"stock_card_mode": "1", "customer_id": "7", "finish_disable": "1"}
	w := b.browser().open(b.link(linkForm("02", member))["url"])
	w.press("pay", card("keep", "1")...).leaves("https://shop.example/ok")
	b.drain()
	n := b.shop.forms[1]
	id := n.Get("customer_card_id")
	if id == "" || n.Get("customer_id") != "7" || n.Get("payment_status") != "20" {
		t.Fatalf("the notice tells of the card kept: %v", n)
	}
	member["trading_id"] = "53"
	w = b.browser().open(b.link(linkForm("02", member))["url"]).says("**** **** **** 0000")
	w.press("pay", "stored", "x", "class", "10", "cvc", "123").says("登録カードを選択してください。")
	w.press("pay", "stored", id, "class", "10", "cvc", "123").leaves("https://shop.example/ok")
	if _, rows := b.table("027", fields{"customer_id": "7"}); len(rows) != 1 {
		t.Errorf("the stored card was kept again: %v", rows)
	}
}

func TestLinkThreeDS(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	w := b.browser().open(b.link(linkForm("02", fields{"threedsecure_ryaku": "0", "re_payment_type": "1", "finish_disable": "1"}))["url"])
	w.press("pay", card()...).says("本人認証").press("fail").says("本人認証ができませんでした。")
	w.press("pay", card()...).press("attempt1").leaves("https://shop.example/ok")
	if p := b.sim.Payments(); len(p) != 1 || p[0].ThreeDS != "2.0" || p[0].Attempt != "1" || p[0].Status != paygentsim.Authorized {
		t.Errorf("payments %+v", p)
	}
}

func TestLinkNumbers(t *testing.T) {
	t.Parallel()
	for paymentType, want := range map[string]struct {
		label string
		told  []string
	}{
		"03": {"受付番号", []string{"10"}}, "01": {"収納機関番号", nil},
	} {
		b := setup(t, linkMerchant())
		got := b.link(linkForm(paymentType, nil))
		w := b.browser().open(got["url"])
		if paymentType == "03" {
			w.press("pay").says("コンビニを選択してください。")
		}
		// What is fixed cannot be edited, whatever a browser posts.
		w.press("pay", "cvs_company_id", "00C016", "customer_name", "二郎").says(want.label).says("2026年12月08日")
		again := b.browser().open(got["url"]).says(want.label)
		if again.status != http.StatusOK {
			t.Errorf("%s: looked at again: %d", paymentType, again.status)
		}
		if got := b.send("094", fields{"trading_id": "52"}); got["customer_name"] != sjis("一郎") || got["payment_status"] != "10" {
			t.Errorf("%s: 094 %v", paymentType, got)
		}
		b.drain()
		if diff := cmp.Diff(want.told, b.told("payment_status")); diff != "" {
			t.Errorf("%s: told (-want +got):\n%s", paymentType, diff)
		}
		b.clock.advance(5*day + 6*time.Hour)
		b.drain()
		if s := b.status("900000001"); s != paygentsim.TermExpired {
			t.Errorf("%s: after the limit: %s", paymentType, s)
		}
	}
}

func TestLinkOtherMethods(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	w := b.browser().open(b.link(linkForm("05,06", fields{"finish_disable": "1"}))["url"]).says("お支払方法")
	bank := w.press("05").press("pay")
	bank.press("bank").press("pay").leaves("https://shop.example/ok?order_id=52")
	w = b.browser().open(b.link(linkForm("06", fields{"trading_id": "53", "finish_disable": "1"}))["url"])
	w.press("pay").says("キャリアを選択してください。")
	w.press("pay", "career_type", docomo).says("d払い").press("pay").leaves("https://shop.example/ok?order_id=52")
	w = b.browser().open(b.link(linkForm("06", fields{"trading_id": "54"}))["url"])
	w.press("pay", "career_type", au).press("cancel").leaves("https://shop.example/stop?order_id=52")
	w = b.browser().open(b.link(linkForm("05", fields{"trading_id": "55"}))["url"])
	w.press("pay").press("stop").leaves("https://shop.example/stop?order_id=52")
	var got []paygentsim.Status
	for _, p := range b.sim.Payments() {
		got = append(got, p.Status)
	}
	if diff := cmp.Diff([]paygentsim.Status{"40", "20", "15"}, got); diff != "" {
		t.Errorf("payments (-want +got):\n%s", diff)
	}
}

func TestLinkIsStoppedAndEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	address := b.link(linkForm("02", nil))["url"]
	b.browser().open(address).press("stop").leaves("https://shop.example/stop?order_id=52")
	if w := b.browser().open(address); w.status != http.StatusGone {
		t.Errorf("stopped and open: %d", w.status)
	}
	address = b.link(linkForm("02", nil))["url"]
	b.clock.advance(6 * day)
	if w := b.browser().open(address); w.status != http.StatusGone {
		t.Errorf("past its limit and open: %d", w.status)
	}
}

func TestInformURL(t *testing.T) {
	t.Parallel()
	b := setup(t, linkMerchant())
	var hosts []string
	b.sim = nil
	b.open(paygentsim.Options{Merchants: linkMerchant().Merchants, NoticeClient: paygentsim.InProcess(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		_, _ = io.WriteString(w, "result = 0")
	}))})
	w := b.browser().open(b.link(linkForm("02", fields{"inform_url": "https://other.example/notice"}))["url"])
	w.press("pay", card()...)
	b.drain()
	if diff := cmp.Diff([]string{"other.example", "other.example"}, hosts); diff != "" {
		t.Errorf("notices went to (-want +got):\n%s", diff)
	}
}

func TestLinkFaults(t *testing.T) {
	t.Parallel()
	for fault, want := range map[paygentsim.Fault]struct {
		failed bool
		visits int
	}{
		paygentsim.TimeoutBefore: {true, 0}, paygentsim.TimeoutAfter: {true, 1}, paygentsim.CutAfter: {true, 1}, paygentsim.RefusedBefore: {true, 0},
		paygentsim.LateEffect: {true, 0}, paygentsim.Slow: {false, 1}, paygentsim.WrongCharset: {false, 1},
	} {
		b := setup(t, linkMerchant())
		if err := b.sim.ForceFault("link", fault); err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: b.sim.Transport()}
		resp, err := client.PostForm("https://sim.example/v/u/request", linkForm("02", nil))
		if err == nil {
			_, err = io.ReadAll(resp.Body)
		}
		if (err != nil) != want.failed || len(b.sim.Visits()) != want.visits {
			t.Errorf("%s: error %v, %d pages", fault, err, len(b.sim.Visits()))
		}
	}
}
