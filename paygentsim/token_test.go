package paygentsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kessai/paygentsim"
)

// tokenReply is the callback object as a browser sees it.
type tokenReply struct {
	Result string `json:"result"`
	Object struct {
		Token       string `json:"token"`
		Masked      string `json:"masked_card_number"`
		ValidUntil  string `json:"valid_until"`
		Fingerprint string `json:"fingerprint"`
	} `json:"tokenizedCardObject"`
	Hash string `json:"hc"`
}

func (b *bundle) askToken(contentType string, form url.Values) (tokenReply, *http.Response) {
	b.t.Helper()
	client := http.Client{Transport: paygentsim.InProcess(b.sim.BrowserHandler())}
	resp, err := client.Post("https://sim.example/n/token/request", contentType, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got tokenReply
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		b.t.Fatal(err)
	}
	return got, resp
}

func tokenForm(change fields) url.Values {
	form := url.Values{
		"merchant_id": {"12345"}, "token_generate_key": {"test_tokenkey"}, "card_number": {good},
		"card_expire_year": {"30"}, "card_expire_month": {"12"}, "card_cvc": {"123"}, "card_name": {"TARO YAMADA"},
	}
	for k, v := range change {
		form.Set(k, v)
	}
	return form
}

func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change fields
		want   string
	}{
		"ok":                   {nil, "0000"},
		"no holder, no cvc":    {fields{"card_name": "", "card_cvc": ""}, "0000"},
		"no key and merchant":  {fields{"token_generate_key": "", "merchant_id": ""}, "1200"},
		"no merchant":          {fields{"merchant_id": ""}, "1100"},
		"key of somebody else": {fields{"token_generate_key": "x"}, "1201"},
		"unknown merchant":     {fields{"merchant_id": "9"}, "1201"},
		"no number":            {fields{"card_number": ""}, "1300"},
		"short number":         {fields{"card_number": "4111"}, "1301"},
		"number with blanks":   {fields{"card_number": "4111 1111 1111 1111"}, "1301"},
		"no year":              {fields{"card_expire_year": ""}, "1400"},
		"four digits of year":  {fields{"card_expire_year": "2030"}, "1401"},
		"no month":             {fields{"card_expire_month": ""}, "1500"},
		"month 13":             {fields{"card_expire_month": "13"}, "1501"},
		"past":                 {fields{"card_expire_year": "26", "card_expire_month": "11"}, "1502"},
		"this month":           {fields{"card_expire_year": "26", "card_expire_month": "12"}, "0000"},
		"far future":           {fields{"card_expire_year": "47"}, "1502"},
		"cvc of two":           {fields{"card_cvc": "12"}, "1600"},
		"cvc token without":    {fields{"cvc_only_flg": "1", "card_cvc": ""}, "1601"},
		"cvc token":            {fields{"cvc_only_flg": "1", "card_number": ""}, "0000"},
		"kanji holder":         {fields{"card_name": "山田"}, "1700"},
	} {
		for _, contentType := range []string{"application/x-www-form-urlencoded", "text/plain;charset=UTF-8"} {
			t.Run(name+" "+contentType, func(t *testing.T) {
				t.Parallel()
				b := setup(t, paygentsim.Options{})
				got, resp := b.askToken(contentType, tokenForm(tc.change))
				if got.Result != tc.want {
					t.Errorf("result %s, want %s", got.Result, tc.want)
				}
				if (got.Result == "0000") != strings.HasPrefix(got.Object.Token, "tok_") {
					t.Errorf("token %q with result %s", got.Object.Token, got.Result)
				}
				if resp.Header.Get("Access-Control-Allow-Origin") != "*" {
					t.Error("a browser could not read this")
				}
			})
		}
	}
}

func TestTokenObject(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	got, _ := b.askToken("application/x-www-form-urlencoded", tokenForm(nil))
	if got.Object.Masked != "************0000" || got.Object.ValidUntil != "20261203183000" || len(got.Object.Fingerprint) != 64 || len(got.Hash) != 64 {
		t.Errorf("got %+v", got)
	}
	again, _ := b.askToken("application/x-www-form-urlencoded", tokenForm(nil))
	if again.Object.Token == got.Object.Token || again.Object.Fingerprint != got.Object.Fingerprint {
		t.Errorf("second token %+v after %+v", again.Object, got.Object)
	}
}

func TestTokenIsForOneUseInHalfAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	order := b.order("1", good, nil)
	if got := b.send("020", order); got["result"] != "0" {
		t.Fatal(got)
	}
	order["trading_id"] = "2"
	if got := b.send("020", order); got["response_code"] != "SIM006" {
		t.Errorf("second use: %v", got)
	}
	order = b.order("3", good, nil)
	b.clock.advance(30*time.Minute - time.Second)
	last := b.order("4", good, nil)
	if got := b.send("020", order); got["result"] != "0" {
		t.Errorf("in its last second: %v", got)
	}
	b.clock.advance(30 * time.Minute)
	if got := b.send("020", last); got["response_code"] != "SIM005" {
		t.Errorf("expired: %v", got)
	}
	b.clock.advance(2 * day)
	b.token(good)
	if got := b.send("020", last); got["response_code"] != "2021" {
		t.Errorf("forgotten: %v", got)
	}
}

func TestRefusalUsesTheTokenUp(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	order := b.order("1", "4900000000008101", nil)
	b.send("020", order)
	if got := b.send("020", order); got["response_code"] != "SIM006" {
		t.Errorf("got %v", got)
	}
}

func TestTokenOfAnotherMerchantOrOfACVC(t *testing.T) {
	t.Parallel()
	other := paygentsim.Merchant{MerchantID: "67890", ConnectID: "c", ConnectPassword: "p", TokenKey: "k"}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{merchant(), other}})
	token, err := b.sim.Token("67890", good, "1230", "123")
	if err != nil {
		t.Fatal(err)
	}
	if got := b.authorize("1", "", fields{"card_token": token}); got["response_code"] != "2021" {
		t.Errorf("another merchant's: %v", got)
	}
	cvc, _ := b.askToken("text/plain", tokenForm(fields{"cvc_only_flg": "1"}))
	if got := b.authorize("1", "", fields{"card_token": cvc.Object.Token}); got["response_code"] != "P010" {
		t.Errorf("of a security code: %v", got)
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	req := httptest.NewRequest(http.MethodOptions, "/n/token/request", nil)
	rec := httptest.NewRecorder()
	b.sim.BrowserHandler().ServeHTTP(rec, req)
	if rec.Code != http.StatusNoContent || rec.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("status %d, headers %v", rec.Code, rec.Header())
	}
	rec = httptest.NewRecorder()
	b.sim.BrowserHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/n/card/request", nil))
	if rec.Code != http.StatusNotFound {
		t.Errorf("a telegram at the browsers' face: status %d", rec.Code)
	}
}

// TestScriptInChromium runs the token script from another origin, as a shop's page does.
func TestScriptInChromium(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is needed:", err)
		}
		t.Skip("chromium is not installed:", err)
	}
	b := setup(t, paygentsim.Options{})
	sim := httptest.NewServer(b.sim.BrowserHandler())
	defer sim.Close()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!DOCTYPE html><body><script src="`+sim.URL+`/js/PaygentToken.js"></script><script>
			var p = new PaygentToken(), down = new PaygentToken(), out = [];
			down.URL = "http://127.0.0.1:1/n/token/request";
			function show(name) { return function (r) {
				var o = r.tokenizedCardObject || {};
				document.body.insertAdjacentHTML("beforeend", "<i>" + [name, r.result, o.masked_card_number, (o.token || "").slice(0, 4)].join(" ") + "</i>");
			}; }
			p.createToken("12345", "test_tokenkey", {card_number: "`+good+`", expire_year: "30", expire_month: "12", cvc: "", name: ""}, show("card"));
			p.createToken("12345", "test_tokenkey", {card_number: "1", expire_year: "30", expire_month: "12", cvc: "", name: ""}, show("bad"));
			p.createCvcToken("12345", "test_tokenkey", {cvc: "123"}, show("cvc"));
			down.createToken("12345", "test_tokenkey", {}, show("down"));
		</script>`)
	}))
	defer shop.Close()
	out, err := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--user-data-dir="+filepath.Join(t.TempDir(), "profile"), "--virtual-time-budget=5000", "--dump-dom", shop.URL).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	for _, want := range []string{"<i>card 0000 ************0000 tok_</i>", "<i>bad 1301  </i>", "<i>cvc 0000  tok_</i>", "<i>down 7001  </i>"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

func TestTokenResultsAreForced(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if rec := b.control("POST", "/control/faults", `{"next_token":["8000"]}`); rec.Code != http.StatusOK {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	first, _ := b.askToken("application/x-www-form-urlencoded", tokenForm(nil))
	second, _ := b.askToken("application/x-www-form-urlencoded", tokenForm(nil))
	if first.Result != "8000" || second.Result != "0000" {
		t.Errorf("results %s and %s", first.Result, second.Result)
	}
	for _, bad := range []string{"0000", "80", "abcd"} {
		if err := b.sim.ForceTokenResult(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
