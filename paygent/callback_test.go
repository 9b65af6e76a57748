package paygent

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type parseReturn func(raw []byte, keys ...Secret) (ThreeDSReturn, error)

func (v vector) parser() (parseReturn, func(ThreeDSReturn, Secret) (url.Values, error)) {
	if v.text("callback version") == "1.0" {
		return ParseThreeDS1, SignThreeDS1
	}
	return ParseThreeDS2, SignThreeDS2
}

func TestWireCallbacks(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "callback bytes") {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			parse, sign := v.parser()
			raw, key := v.bytes(t, "callback bytes"), Secret(v.text("key"))
			got, err := parse(raw, "", "OTHERKEY", key)
			if err != nil || got.Key != 2 || got.Undecodable != nil {
				t.Fatalf("%v, key %d, undecodable %v", err, got.Key, got.Undecodable)
			}
			values := v.values(t, "callback values")
			if got.OK != (values.Get("result") == "0") || string(got.AttemptKbn) != values.Get("attempt_kbn") ||
				got.Detail != values.Get("response_detail") || got.AuthID != values.Get("3ds_auth_id") || got.PaymentID != values.Get("payment_id") {
				t.Errorf("values: %+v", got)
			}
			var want []string
			for _, item := range pairs(values) {
				if !strings.HasPrefix(item, "hc=") {
					want = append(want, item)
				}
			}
			if diff := cmp.Diff(want, pairs(got.Fields)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			form, err := sign(got, key)
			if err != nil || form.Get("hc") != values.Get("hc") {
				t.Fatalf("signed: %s, %v", form.Get("hc"), err)
			}
			again, err := parse([]byte(form.Encode()), key)
			again.Key, again.Fields, got.Fields = got.Key, nil, nil
			if diff := cmp.Diff(got, again); err != nil || diff != "" {
				t.Errorf("signed and parsed again: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// Nothing that the hash covers can change, nor move from one item to the next.
func TestForgedCallbacks(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "callback bytes") {
		parse, _ := v.parser()
		raw, key := string(v.bytes(t, "callback bytes")), Secret(v.text("key"))
		for name, c := range map[string]struct {
			raw  string
			keys []Secret
			want error
		}{
			"no key":      {raw, nil, ErrNoKey},
			"empty keys":  {raw, []Secret{"", ""}, ErrNoKey},
			"other key":   {raw, []Secret{"x"}, ErrBadHash},
			"result":      {strings.Replace(raw, "result="+v.values(t, "callback values").Get("result"), "result=3", 1), []Secret{key}, ErrBadHash},
			"no hash":     {raw[:len(raw)-len("&hc=")-64], []Secret{key}, ErrBadHash},
			"upper case":  {raw[:len(raw)-64] + strings.ToUpper(raw[len(raw)-64:]), []Secret{key}, ErrBadHash},
			"longer hash": {raw + "0", []Secret{key}, ErrBadHash},
			"twice":       {raw + "&result=0", []Secret{key}, ErrMalformed},
			"not a form":  {raw + "&x=%zz", []Secret{key}, ErrMalformed},
		} {
			if got, err := parse([]byte(c.raw), c.keys...); !errors.Is(err, c.want) || got.OK {
				t.Errorf("%s: %s: %v", v.name, name, err)
			}
		}
	}
}

func TestShiftedCallback(t *testing.T) {
	t.Parallel()
	const key = Secret("TDSKEY0001")
	for name, items := range map[string]Params{
		"result is empty":      {{"result", ""}, {"payment_id", "0900000001"}},
		"result in the id":     {{"result", "09"}, {"payment_id", "00000001"}},
		"attempt takes digits": {{"result", "0"}, {"payment_id", "9000"}, {"attempt_kbn", "00001"}},
		"id is empty":          {{"result", "0"}, {"payment_id", ""}},
		"id is a word":         {{"result", "0"}, {"payment_id", "x"}},
		"attempt is a word":    {{"result", "0"}, {"payment_id", "1"}, {"attempt_kbn", "x"}},
	} {
		form, err := signForm(items, threeDS1Hashed(), false, key)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseThreeDS1([]byte(form.Encode()), key); !errors.Is(err, ErrMalformed) || got.OK {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []string{"", "1b4e28ba-2fa1-11d2-883f-0016d3cca4271", "1b4e28ba02fa1-11d2-883f-0016d3cca427", "1b4e28ba-2fa1-11d2-883f-0016d3cca42é"} {
		form, err := SignThreeDS2(ThreeDSReturn{OK: true, AuthID: id}, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseThreeDS2([]byte(form.Encode()), key); !errors.Is(err, ErrMalformed) {
			t.Errorf("3ds_auth_id %q: %v", id, err)
		}
	}
}

// What a return of payment 1234411 was signed for must not be good for payment 12344, with
// the rest in items that have no name.
func TestNamelessItemsAreNotHashed(t *testing.T) {
	t.Parallel()
	const key = Secret("TDSKEY0001")
	form, err := SignThreeDS1(ThreeDSReturn{OK: true, PaymentID: "1234411"}, key)
	if err != nil {
		t.Fatal(err)
	}
	for _, rest := range []string{"&=1", "&=11"} { // a name that ends a list of two is asked for twice
		forged := "result=0&payment_id=12344&hc=" + form.Get("hc") + rest
		if got, err := ParseThreeDS1([]byte(forged), key); !errors.Is(err, ErrBadHash) || got.OK {
			t.Errorf("%s: %v", rest, err)
		}
	}
}

func TestSignNeedsKeyAndCharset(t *testing.T) {
	t.Parallel()
	if _, err := SignThreeDS1(ThreeDSReturn{}, ""); !errors.Is(err, ErrNoKey) {
		t.Error(err)
	}
	if _, err := SignThreeDS1(ThreeDSReturn{PaymentID: "1", Detail: "🍣"}, "k"); err == nil {
		t.Error("a character that Windows-31J lacks was signed")
	}
}

func TestCallbackBytes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxCallback+1)
	for name, c := range map[string]struct {
		request *http.Request
		want    string
		bad     bool
	}{
		"GET":       {httptest.NewRequest(http.MethodGet, "/return?a=1&b=2", nil), "a=1&b=2", false},
		"POST":      {httptest.NewRequest(http.MethodPost, "/return?a=1", strings.NewReader("b=2")), "b=2", false},
		"long GET":  {httptest.NewRequest(http.MethodGet, "/return?"+long, nil), "", true},
		"long POST": {httptest.NewRequest(http.MethodPost, "/return", strings.NewReader(long)), "", true},
	} {
		got, err := CallbackBytes(c.request)
		if string(got) != c.want || errors.Is(err, ErrMalformed) != c.bad {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestParseReturn(t *testing.T) {
	t.Parallel()
	got, err := ParseReturn([]byte("order_id=5&trading_id=5&payment_id=900000001&result=2&open_id=secret"))
	if err != nil || got.TradingID != "5" || got.PaymentID != "900000001" || got.Result != "2" || string(got.OpenID) != "secret" || got.Fields.Get("order_id") != "5" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := ParseReturn(nil); err != nil || got.TradingID != "" {
		t.Errorf("nothing: %+v, %v", got, err)
	}
	for _, raw := range []string{"payment_id=x", "result=9", "result=0&result=1", "a=%"} {
		if _, err := ParseReturn([]byte(raw)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func FuzzParseThreeDS(f *testing.F) {
	for _, items := range []Params{{{"result", "0"}, {"payment_id", "900000001"}, {"attempt_kbn", "1"}, {"response_detail", "表"}}, {{"result", "1"}, {"3ds_auth_id", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"}}} {
		form, err := signForm(items, threeDS1Hashed(), false, "k")
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(form.Encode()))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > fuzzSize {
			return
		}
		for _, parse := range []parseReturn{ParseThreeDS1, ParseThreeDS2} {
			got, err := parse(raw, "k")
			if err != nil {
				if got.OK || !errors.Is(err, ErrBadHash) && !errors.Is(err, ErrMalformed) {
					t.Fatalf("%v, %+v", err, got)
				}
				continue
			}
			if got.AuthID == "" && got.PaymentID == "" {
				t.Fatal("a return without an id was believed")
			}
		}
		if r, err := ParseReturn(raw); err == nil && r.PaymentID != "" && !isPaymentID(r.PaymentID) {
			t.Fatal("payment_id")
		}
	})
}
