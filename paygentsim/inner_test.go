package paygentsim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The worked example of protocol.md §7.3.
func TestNoticeHash(t *testing.T) {
	t.Parallel()
	n := &Notice{NoticeID: 1001, PaymentID: "900000001", TradingID: "52", Type: TypeCard, Amount: 3300}
	const want = "457cbc6289e5e7bd6e29a1803b90ca46605dc14debee179344840b6c22ac37bb"
	if got := noticeHash(n, "NOTICEKEY0000001"); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestParseForm(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		texts []string
		want  params
		bad   bool
	}{
		"body wins over query": {[]string{"a=1&b=", "a=2&c=3"}, params{"a": "1", "b": "", "c": "3"}, false},
		"first of two":         {[]string{"a=1&a=2"}, params{"a": "1"}, false},
		"escapes":              {[]string{"a=%83%65+%3D&b=x=y"}, params{"a": "\x83\x65 =", "b": "x=y"}, false},
		"empty pairs":          {[]string{"&&a=1&", ""}, params{"a": "1"}, false},
		"no value":             {[]string{"a"}, params{"a": ""}, false},
		"broken value":         {[]string{"a=%8"}, nil, true},
		"broken name":          {[]string{"%zz=1"}, nil, true},
	} {
		got, err := parseForm(tc.texts...)
		if diff := cmp.Diff(tc.want, got); diff != "" || (err != nil) != tc.bad {
			t.Errorf("%s: error %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestDecodeByKind(t *testing.T) {
	t.Parallel()
	sjis, utf8 := params{"n": "\x83\x65"}, params{"n": "テ"}
	if bad := sjis.decode("020"); bad != "" || sjis["n"] != "テ" {
		t.Errorf("Windows-31J: %q, %v", bad, sjis)
	}
	if bad := utf8.decode("450"); bad != "" || utf8["n"] != "テ" {
		t.Errorf("UTF-8: %q, %v", bad, utf8)
	}
	if bad := (params{"z": "\x81", "n": "\xff"}).decode("020"); bad != "n" {
		t.Errorf("bad bytes name %q", bad)
	}
	if bad := (params{"n": "\x83\x65"}).decode("450"); bad != "n" {
		t.Errorf("bad bytes name %q", bad)
	}
}

func TestAnswerIsLaidOut(t *testing.T) {
	t.Parallel()
	a := badType("customer_name")
	got, err := a.encode("010")
	if err != nil {
		t.Fatal(err)
	}
	want := "\r\nresult=1\r\nresponse_code=P008\r\nresponse_detail=customer_name \x82\xcc\x8c`\x8e\xae\x82\xaa\x90\xb3\x82\xb5\x82\xad\x82\xa0\x82\xe8\x82\xdc\x82\xb9\x82\xf1"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	utf8, err := a.encode("450")
	if err != nil || len(utf8) == len(got) {
		t.Errorf("450 answers in UTF-8: %q, %v", utf8, err)
	}
}

func TestLuhn(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		"4111111111111111": true, "4111111111111112": false, "378282246310005": true, "30569309025904": true,
	} {
		if luhn(number) != want {
			t.Errorf("%s: %v", number, !want)
		}
	}
}

// Every magic number is one a token can be made of, listed once, with a known fault.
func TestMagicTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range MagicCards() {
		if !isCardNumber(m.Number) || seen[m.Number] || m.Effect == "" || m.Kind == "" {
			t.Errorf("row %+v", m)
		}
		if m.Fault != NoFault && !knownFault(m.Fault) {
			t.Errorf("%s: unknown fault %q", m.Number, m.Fault)
		}
		if m.Issuer != "" && issuerDetail(m.Issuer) == m.Issuer {
			t.Errorf("%s: no phrase for %s", m.Number, m.Issuer)
		}
		seen[m.Number] = true
	}
}

// A hand may lead only to statuses that have a name, and never out of an end.
func TestMovesAreNamed(t *testing.T) {
	t.Parallel()
	for i := range 100 {
		s := Status([]byte{byte('0' + i/10), byte('0' + i%10)})
		for _, to := range s.Moves() {
			if to.Name() == "不明" || s.Name() == "不明" || to == s {
				t.Errorf("%s → %s", s, to)
			}
		}
	}
	for _, end := range []Status{Refused, AuthorizationCancelled, AuthorizationExpired, CapturedFinal, CaptureCancelled} {
		if len(end.Moves()) != 0 {
			t.Errorf("%s is an end", end)
		}
	}
}

func TestDrawDependsOnItsArgumentsOnly(t *testing.T) {
	t.Parallel()
	sum := 0.0
	for i := range uint64(10_000) {
		u := draw(42, saltTelegram, i)
		if u < 0 || u >= 1 || u != draw(42, saltTelegram, i) {
			t.Fatalf("draw %d gave %v", i, u)
		}
		sum += u
	}
	if sum < 4800 || sum > 5200 {
		t.Errorf("mean %v", sum/10_000)
	}
	if draw(42, saltTelegram, 7) == draw(42, saltNotice, 7) || draw(42, saltTelegram, 7) == draw(43, saltTelegram, 7) {
		t.Error("salt or seed do not matter")
	}
}

func TestPathOf(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"020": "/n/card/request", "091": "/n/ref/paynotice", "090": "/n/ref/request", "096": "/n/card/request",
		"263": "/n/accounttransfer/receipt", "260": "/n/accounttransfer/request", "": "", "02": "", "0200": "", "999": "",
	} {
		if got := pathOf(kind); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}
