package paygent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewNeedsIdentity(t *testing.T) {
	t.Parallel()
	config := testConfig()
	for name, o := range map[string]Options{
		"configuration":    {},
		"merchant_id":      {Config: config, MerchantID: "12a", ConnectID: "c", ConnectPassword: "p"},
		"default_id":       {Config: config, MerchantID: "12", ConnectPassword: "p"},
		"default_password": {Config: config, MerchantID: "12", ConnectID: "c"},
	} {
		o.Transport = refusing{t}
		_, err := New(o)
		var conf *ConfigError
		if !errors.As(err, &conf) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	config.DefaultID, config.DefaultPassword = "dflt", "dpass"
	centre := text("\r\nresult=0")
	c, err := New(Options{Config: config, MerchantID: "1", Transport: centre, ShopVersion: "4.2", PluginVersion: "1.4"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.TestConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "merchant_id=1&connect_id=dflt&connect_password=dpass&telegram_kind=091&telegram_version=1.0&trading_id=0&payment_notice_id=0&eccube_version=4.2&eccube_plugin_version=1.4"
	if string(centre.got) != want {
		t.Errorf("sent %s", centre.got)
	}
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("あ", maxValue/2)
	for name, c := range map[string]struct {
		request Request
		code    string
		says    string
	}{
		"no kind":        {Request{}, CodeFixedValue, "telegram_kind"},
		"kind of words":  {Request{Kind: "02x"}, CodeFixedValue, "02x"},
		"no address":     {Request{Kind: "777"}, CodeFixedValue, "777"},
		"no name":        {Request{Kind: "020", Params: Params{{"", "1"}}}, CodeParameter, "name"},
		"long name":      {Request{Kind: "020", Params: Params{{strings.Repeat("n", 31), "1"}}}, CodeParameter, "30"},
		"long value":     {Request{Kind: "030", Params: Params{{"customer_name", long + "a"}}}, CodeParameter, "customer_name"},
		"long telegram":  {Request{Kind: "030", Params: Params{{"customer_name", long}}}, CodeParameter, "telegram"},
		"ours":           {Request{Kind: "020", Params: Params{{"connect_password", "x"}}}, CodeParameter, "connect_password"},
		"twice":          {Request{Kind: "020", Params: Params{{"trading_id", "1"}, {"trading_id", "2"}}}, CodeParameter, "twice"},
		"emoji":          {Request{Kind: "030", Params: Params{{"customer_name", "寿司🍣"}}}, CodeEncoding, "customer_name"},
		"combining mark": {Request{Kind: "030", Params: Params{{"customer_name", "か\u3099"}}}, CodeEncoding, "U+3099"},
		"UTF-8 kind":     {Request{Kind: "450", Params: Params{{"merchant_name", "a\xFF"}}}, CodeEncoding, "UTF-8"},
		"name":           {Request{Kind: "020", Params: Params{{"é", "1"}}}, CodeEncoding, "é"},
	} {
		_, err := testClient(t, refusing{t}).Do(t.Context(), c.request)
		if r := wantNotSent(t, err, c.code); !strings.Contains(r.Detail, c.says) {
			t.Errorf("%s: %s", name, r.Detail)
		}
	}
}

func TestEncodingErrorSaysWhere(t *testing.T) {
	t.Parallel()
	_, err := testClient(t, refusing{t}).Do(t.Context(), Request{Kind: "030", Params: Params{{"customer_family_name", "𠮷田"}}})
	var bad *EncodingError
	if !errors.As(err, &bad) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&EncodingError{Kind: "030", Field: "customer_family_name", Rune: '𠮷', Charset: "Windows-31J"}, bad); diff != "" {
		t.Error(diff)
	}
}

func TestRequestBytes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   Kind
		params Params
		want   string
	}{
		"IBM extension, JIS twins":  {"030", Params{{"customer_name", "髙〜−"}}, "&customer_name=%FB%FC%81%60%81%7C"},
		"kana is narrowed":          {"030", Params{{"Customer_Name_Kana", "ガパー・ヴヮ漢"}}, "&Customer_Name_Kana=%B6%DE%CA%DF%B0%A5%B3%DE%83%8E%8A%BF"},
		"other kana is not":         {"030", Params{{"customer_name", "ガ"}}, "&customer_name=%83K"},
		"UTF-8 kind":                {"450", Params{{"merchant_name", "店🍣"}}, "&merchant_name=%E5%BA%97%F0%9F%8D%A3"},
		"reference kind":            {"027", Params{{"customer_id", "7"}}, "&customer_id=7&limit_count=2000"},
		"reference kind, own limit": {"027", Params{{"limit_count", "5"}}, "&limit_count=5"},
		"unreserved":                {"020", Params{{"x", "AZaz09-_. ~*'()!"}}, "&x=AZaz09-_.+%7E%2A%27%28%29%21"},
		"file content is longer":    {"200", Params{{"data", strings.Repeat("a", maxValue+1)}}, "&data=" + strings.Repeat("a", maxValue+1)},
	} {
		centre := text("\r\nresult=0")
		_, _ = testClient(t, centre).Do(t.Context(), Request{Kind: c.kind, Params: c.params}) // what it answers is not the point
		want := "merchant_id=1234&connect_id=conn01&connect_password=pass01&telegram_kind=" + string(c.kind) + "&telegram_version=1.0" + c.want + "&partner=kessai"
		if diff := cmp.Diff(want, string(centre.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNarrowKana(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ガパ ヤマダ":           "ｶﾞﾊﾟ ﾔﾏﾀﾞ",
		"ヴェーヷ。「ア」、":        "ｳﾞｪｰﾜﾞ｡｢ｱ｣､",
		"カ\u3099ハ\u309A゛゜": "ｶﾞﾊﾟﾞﾟ",
		"ｶﾞ漢字Ａひら":          "ｶﾞ漢字Ａひら",
		"ヵヶヮ":              "ヵヶヮ",
		"":                 "",
	} {
		if got := narrowKana(in); got != want {
			t.Errorf("narrowKana(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	t.Parallel()
	const content = "hunter2"
	c, err := New(Options{Config: testConfig(), MerchantID: "1", ConnectID: "c", ConnectPassword: content, Transport: text("")})
	if err != nil {
		t.Fatal(err)
	}
	config := testConfig()
	config.DefaultPassword = content
	request := AuthorizeRequest{CardToken: content}
	params := Params{{"card_token", content}, {"trading_id", "52"}}
	for _, v := range []any{Secret(content), c, *c, config, *config, Options{ConnectPassword: content}, request, &request, params, Request{Params: params}, &Response{Fields: params}, Table{Rows: [][]string{{content}}}, &Table{Rows: [][]string{{content}}}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, content) || strings.Contains(got, "68756e74657232") {
				t.Errorf("%T with %s: %s", v, verb, got)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", Secret(content), "options", Options{ConnectPassword: content}.ConnectPassword)
	j, err := json.Marshal(map[string]any{"a": Secret(content)})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log.String()+string(j), content) || !strings.Contains(string(j), masked) {
		t.Errorf("log %s, JSON %s", &log, j)
	}
	if got := fmt.Sprint(params); got != "[card_token=*** trading_id=52]" {
		t.Error(got)
	}
}

func TestWireLog(t *testing.T) {
	t.Parallel()
	var records []WireRecord
	now := time.Date(2025, 4, 1, 3, 0, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(time.Second); return now }
	log := WireLogFunc(func(_ context.Context, r WireRecord) { records = append(records, r) })
	centre := text("\r\nresult=1\r\nresponse_code=2003\r\nresponse_detail=1G12\r\npayment_id=77\r\nmasked_card_number=*1\r\ncustomer_name=\x8ER\x93c")
	c := testClientWith(t, Options{Transport: centre, WireLog: log, Clock: clock})
	if _, err := c.Authorize(t.Context(), AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: LumpSum, CardToken: "tok_secret"}); err == nil {
		t.Fatal("no error")
	}
	if _, err := c.Do(t.Context(), Request{Kind: "777"}); err == nil {
		t.Fatal("no error")
	}
	if _, err := c.Do(t.Context(), Request{Kind: "030", Params: Params{{"customer_name", "山田𠮷"}}}); err == nil {
		t.Fatal("no error")
	}
	if last := records[2]; last.Detail != "field customer_name: a character cannot be sent in Windows-31J" || len(last.Request) != 0 {
		t.Errorf("%+v", last)
	}
	records, now = records[:2], now.Add(-2*time.Second)
	want := []WireRecord{{
		At: now.Add(-3 * time.Second), Duration: time.Second, Kind: "020", Host: "centre.example", Outcome: OutcomeDeclined, HTTPStatus: 200,
		Result: "1", Code: "2003", Detail: "1G12",
		Request:  Params{{"trading_id", "52"}, {"payment_amount", "3300"}, {"payment_class", "10"}},
		Response: Params{{"result", "1"}, {"response_code", "2003"}, {"response_detail", "1G12"}, {"payment_id", "77"}},
	}, {
		At: now.Add(-time.Second), Duration: time.Second, Kind: "777", Outcome: OutcomeRejected, NotSent: true,
		Code: CodeFixedValue, Detail: records[1].Detail, Request: Params{},
	}}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("telegram", "wire", records[0])
	if s := out.String(); !strings.Contains(s, "wire.request.trading_id=52") || strings.Contains(s, "tok_secret") || strings.Contains(s, "山田") {
		t.Error(s)
	}
}

func TestOutcomeOfStrangers(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]OutcomeKind{
		errors.New("x"): OutcomeUnknown, context.Canceled: OutcomeUnknown,
		fmt.Errorf("w: %w", &RejectedError{}): OutcomeRejected, fmt.Errorf("w: %w", &DeclinedError{}): OutcomeDeclined,
		errors.Join(&RejectedError{}, &UnknownError{}): OutcomeUnknown,
	} {
		if got := Outcome(err); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
