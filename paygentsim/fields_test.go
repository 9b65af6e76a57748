package paygentsim

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// badValue is a line of testdata/bad_values.txt.
type badValue struct{ kind, name, code, value string }

func badValues(t *testing.T) []badValue {
	t.Helper()
	text, err := os.ReadFile("testdata/bad_values.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []badValue
	for l := range strings.SplitSeq(string(text), "\n") {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		parts := strings.SplitN(l, " ", 4)
		if len(parts) != 4 {
			t.Fatalf("line %q: want telegram, parameter, code, value", l)
		}
		value := strings.ReplaceAll(parts[3], `\n`, "\n")
		if text, times, ok := strings.Cut(value, "*"); ok {
			n, err := strconv.Atoi(times)
			if err != nil {
				t.Fatalf("line %q: %v", l, err)
			}
			value = strings.Repeat(text, n)
		}
		out = append(out, badValue{parts[0], parts[1], parts[2], value})
	}
	return out
}

// goodRequests are telegrams that pass their tables; each bad value is put into one.
func goodRequests() map[string]params {
	buyer := params{"customer_family_name": "山田", "customer_name": "太郎", "customer_family_name_kana": "ﾔﾏﾀﾞ", "customer_name_kana": "ﾀﾛｳ"}
	with := func(more params, also ...params) params {
		out := params{}
		for _, p := range append(also, more) {
			for k, v := range p {
				out[k] = v
			}
		}
		return out
	}
	payment := params{"payment_id": "900000001"}
	shop := params{"return_url": "https://shop.example/ok", "cancel_url": "https://shop.example/ng", "other_url": "https://shop.example/other"}
	return map[string]params{
		"010": with(params{"trading_id": "9", "payment_amount": "100", "payment_detail": "代金", "payment_detail_kana": "ﾀﾞｲｷﾝ"}, buyer),
		"020": {"trading_id": "9", "payment_amount": "100", "payment_class": "61", "split_count": "3", "card_number": "4900000000000000", "card_valid_term": "1230"},
		"021": payment, "022": payment, "023": payment, "094": payment, "101": payment, "102": payment, "340": payment, "341": payment,
		"024": with(params{"PaRes": "x", "MD": "x"}, payment),
		"025": {"customer_id": "7", "card_number": "4900000000000000", "card_valid_term": "1230"},
		"026": {"customer_id": "7", "customer_card_id": "10000001"}, "027": {"customer_id": "7"},
		"028": with(params{"payment_amount": "50", "reduction_flag": "0"}, payment), "029": with(params{"payment_amount": "50", "reduction_flag": "0"}, payment),
		"030": with(params{"trading_id": "9", "payment_amount": "100", "customer_tel": "09012345678", "cvs_company_id": "00C001", "sales_type": "1"}, buyer),
		"060": with(params{"trading_id": "9", "amount": "100", "claim_kana": "ﾀﾞｲｷﾝ"}, buyer),
		"090": {}, "091": {},
		"100": with(params{"trading_id": "9", "amount": "100", "career_type": "6", "pc_mobile_type": "0"}, shop),
		"103": with(params{"amount": "50"}, params{"payment_id": "900000002"}),
		"104": {"career_type": "4", "pc_mobile_type": "0", "redirect_url": "https://shop.example/ok", "cancel_url": "https://shop.example/ng"},
		"342": {"payment_id": "900000003", "amount": "50"}, "343": {"paidy_payment_id": "pay_x"},
		"450": {"authentication_type": "01", "term_url": "https://shop.example/back", "payment_amount": "100", "card_set_method": "direct",
			"card_number": "4900000000000000", "card_valid_term": "1230"},
		"link": with(params{"trading_id": "9", "id": "100", "seq_merchant_id": "1", "payment_term_day": "5", "isbtob": "1"}, buyer),
	}
}

// fieldsSim has a payment of each method that a good request names.
func fieldsSim(t *testing.T) *Sim {
	t.Helper()
	now := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)
	s, err := New(Options{Seed: 1, Clock: func() time.Time { return now }, Merchants: []Merchant{{MerchantID: "1", ConnectID: "c", ConnectPassword: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []PaymentType{TypeCard, TypeCarrier, TypePaidy} {
		if _, err := s.Foreign("1", "52", kind, 100); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SetStatus("900000003", Captured, false); err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends one telegram, or one link type request, and gives code and detail.
func ask(t *testing.T, s *Sim, kind string, p params) (code, detail string) {
	t.Helper()
	lines := []line{{"merchant_id", "1"}, {"connect_id", "c"}, {"connect_password", "p"}, {"telegram_kind", kind}, {"telegram_version", "1.0"}}
	path, utf8 := pathOf(kind), isUTF8Kind(kind)
	if kind == "link" {
		lines, path, utf8 = nil, requestPath, true
	}
	for name, value := range p {
		lines = append(lines, line{name, value})
	}
	body, err := encodeFormAs(lines, utf8)
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, req)
	text := rec.Body.String()
	if !utf8 {
		if text, err = decodeWindows31J(text); err != nil {
			t.Fatal(err)
		}
	}
	for l := range strings.SplitSeq(text, "\r\n") {
		if v, ok := strings.CutPrefix(l, "response_code="); ok {
			code = v
		}
		if v, ok := strings.CutPrefix(l, "response_detail="); ok {
			detail = v
		}
		if isTableKind(kind) && strings.HasPrefix(l, `"1",`) {
			items := strings.Split(l, ",")
			code, detail = strings.Trim(items[2], `"`), strings.Trim(items[3], `"`)
		}
	}
	return code, detail
}

// TestBadValues puts every bad value into a request that is good without it.
func TestBadValues(t *testing.T) {
	t.Parallel()
	good := goodRequests()
	for kind, p := range good {
		if code, detail := ask(t, fieldsSim(t), kind, p); strings.HasPrefix(code, "P") && code != "P026" {
			t.Errorf("%s: the good request is refused: %s %s", kind, code, detail)
		}
	}
	s := fieldsSim(t)
	before := len(s.Payments())
	for _, bad := range badValues(t) {
		p := params{}
		for k, v := range good[bad.kind] {
			p[k] = v
		}
		p[bad.name] = bad.value
		code, detail := ask(t, s, bad.kind, p)
		if code != bad.code || !strings.Contains(detail, bad.name) {
			t.Errorf("%s %s=%q: got %q %q, want %s naming it", bad.kind, bad.name, bad.value, code, detail, bad.code)
		}
	}
	if got := len(s.Payments()); got != before {
		t.Errorf("%d payments were made of bad requests", got-before)
	}
}

// TestEveryRowHasItsBadValues counts: a value of another type, one too long where a length
// is known, none where it is required.
func TestEveryRowHasItsBadValues(t *testing.T) {
	t.Parallel()
	has := map[badValue]bool{}
	for _, bad := range badValues(t) {
		key := badValue{bad.kind, bad.name, bad.code, ""}
		if bad.value == "" {
			key.value = "missing"
		}
		has[key] = true
	}
	tables := operations()
	tables["link"] = operation{kind: "link", fields: tableLink()}
	rows := 0
	for kind, op := range tables {
		for _, f := range op.fields {
			rows++
			if kind == "link" && (f.name == "seq_merchant_id" || f.name == "isbtob") {
				continue // they decide which merchant's table, and where the answer goes
			}
			if !has[badValue{kind, f.name, f.code, ""}] {
				t.Errorf("%s %s: no value of another type than %s", kind, f.name, f.is.name)
			}
			// Where the list of values bounds the length, a long one is another value.
			if f.bytes > 0 && !has[badValue{kind, f.name, "P009", ""}] {
				t.Errorf("%s %s: no value of more than %d bytes", kind, f.name, f.bytes)
			}
			if f.required && !has[badValue{kind, f.name, "P010", "missing"}] {
				t.Errorf("%s %s: not left out", kind, f.name)
			}
		}
	}
	if rows < 240 {
		t.Errorf("%d rows", rows)
	}
}
