package paygent

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePayment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		utf8 bool
		want []string
		bad  []string
		err  bool
	}{
		"order and unknown items": {"\r\nresult=0\r\nz=1\r\na=2\r\nz2=", false, []string{"result=0", "z=1", "a=2", "z2="}, nil, false},
		"first = splits":          {"\r\nresult=0\r\nurl=https://a/?p=1=2", false, []string{"result=0", "url=https://a/?p=1=2"}, nil, false},
		"lines without = or name": {"\r\n\r\nnoise\r\n=x\r\nresult=0", false, []string{"result=0"}, nil, false},
		"spaces stay":             {"\r\nresult=0\r\na= 1 ", false, []string{"result=0", "a= 1 "}, nil, false},
		"no leading blank line":   {"result=0\r\n", false, []string{"result=0"}, nil, false},
		"line feeds alone":        {"\nresult=0\na=1", false, []string{"result=0", "a=1"}, nil, false},
		"html on the next line":   {"\r\nresult=0\r\nredirect_html=\r\n<p a=1>\r\nresult=1\r\n\r\n", false, []string{"result=0", "redirect_html=<p a=1>\r\nresult=1"}, nil, false},
		"html on the key's line":  {"\r\nresult=0\r\nredirect_html=<form>x=1</form>", false, []string{"result=0", "redirect_html=<form>x=1</form>"}, nil, false},
		"html, empty":             {"\r\nresult=0\r\nout_acs_html=", false, []string{"result=0", "out_acs_html="}, nil, false},
		"5C as second byte":       {"\r\nresult=0\r\na=\x95\x5C\x83\x5C", false, []string{"result=0", "a=表ソ"}, nil, false},
		"bad byte":                {"\r\nresult=0\r\nissur_name=\x83\xFFx\r\nb=1", false, []string{"result=0", "issur_name=\uFFFD\uFFFDx", "b=1"}, []string{"issur_name"}, false},
		"UTF-8":                   {"\r\nresult=0\r\na=テスト🍣", true, []string{"result=0", "a=テスト🍣"}, nil, false},
		"bad UTF-8":               {"\r\nresult=0\r\na=\x83\x5C", true, []string{"result=0", "a=\uFFFD\\"}, []string{"a"}, false},
		"trail byte 5F":           {"\r\nresult=0\r\n\x83_html=1\r\nb=2", false, []string{"result=0", "ダhtml=1", "b=2"}, nil, false},
		"the same result twice":   {"\r\nresult=0\r\nresult=0", false, []string{"result=0", "result=0"}, nil, false},
		"bad result":              {"\r\nresult=\x83\x5C", false, []string{"result=ソ"}, nil, true},
		"result with spaces":      {"\r\nresult = 0", false, []string{"result = 0"}, nil, true},
	} {
		r, err := parsePayment("020", []byte(c.body), c.utf8)
		if (err != nil) != c.err {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, pairs(r.Fields)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(c.bad, r.Undecodable); diff != "" {
			t.Errorf("%s: undecodable (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnswerCharset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		contentType string
		byKind      bool
		want        bool
	}{
		{"text/plain; charset=UTF-8", false, true},
		{"text/html;charset=\"utf-8\"", false, true},
		{"text/plain; charset=Windows-31J", true, false},
		{"text/plain; charset=Shift_JIS", true, false},
		{"text/plain", true, true},
		{"text/plain", false, false},
		{"", true, true},
		{"text/html; charset=ISO-8859-1", false, false},
		{"nonsense;;;", true, true},
	} {
		if got := answerIsUTF8(c.contentType, c.byKind); got != c.want {
			t.Errorf("%q, %v: %v", c.contentType, c.byKind, got)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	const good = "\"1\",\"0\",\"\",\"\"\r\n\"2\",\"customer_id\",\"cardholder_name\"\r\n\"3\",\"7\",\"\x8ER \"\"x\"\", y\"\r\n3,8,\r\n\"4\",\"2\"\r\n"
	r, err := testClient(t, text(good)).Do(t.Context(), Request{Kind: KindListCards, Params: Params{{"trading_id", "0"}, {"customer_id", "7"}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"customer_id=7", `cardholder_name=山 "x", y`}, pairs(r.Table.Row(0))); diff != "" {
		t.Error(diff)
	}
	if len(r.Table.Rows) != 2 || r.Table.Row(1).Get("customer_id") != "8" {
		t.Errorf("%q", r.Table.Rows)
	}
	for name, c := range map[string]struct {
		body string
		want OutcomeKind
	}{
		"no card":        {"\"1\",\"1\",\"P026\",\"customer_id\"\r\n", OutcomeRejected},
		"too many":       {"1,1,9003,\r\n2,a\r\n3,1\r\n4,1", OutcomeDeclined},
		"short header":   {"1,0", OutcomeSucceeded},
		"column count":   {"1,0,,\r\n2,a\r\n3,1,2\r\n", OutcomeUnknown},
		"trailer":        {"1,0,,\r\n2,a\r\n3,1\r\n4,2", OutcomeUnknown},
		"trailer empty":  {"1,0,,\r\n4", OutcomeUnknown},
		"trailer words":  {"1,0,,\r\n4,x", OutcomeUnknown},
		"quotes":         {"1,0,\"a\"b,\r\n", OutcomeUnknown},
		"two headers":    {"1,1,,\r\n1,0,,", OutcomeUnknown},
		"two name lines": {"1,0,,\r\n2,a\r\n3,1\r\n2,a,b", OutcomeUnknown},
		"no name line":   {"1,0,,\r\n3", OutcomeUnknown},
		"empty":          {"", OutcomeUnknown},
	} {
		_, err := testClient(t, text(c.body)).Do(t.Context(), Request{Kind: KindListCards})
		if Outcome(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestFileResult(t *testing.T) {
	t.Parallel()
	const body = "1,20250401,x,y,z,a,0,,\r\n2,anything\r\n"
	r, err := testClient(t, text(body)).Do(t.Context(), Request{Kind: KindFileResult})
	if err != nil || string(r.File) != body {
		t.Errorf("%v, %q", err, r.File)
	}
	_, err = testClient(t, text("1,,,,,,1,2003,detail\r\n")).Do(t.Context(), Request{Kind: KindFileResult})
	if Outcome(err) != OutcomeDeclined || !strings.Contains(err.Error(), "detail") {
		t.Error(err)
	}
	if _, err := testClient(t, text("2,x\r\n")).Do(t.Context(), Request{Kind: KindFileResult}); Outcome(err) != OutcomeUnknown {
		t.Error(err)
	}
}

func FuzzParsePayment(f *testing.F) {
	f.Add([]byte("\r\nresult=0\r\npayment_id=1\r\nout_acs_html=<!DOCTYPE html>\r\n<p>"), false)
	f.Add([]byte("\r\nresult=1\r\nresponse_code=2003\r\nresponse_detail=\x83\x5C"), false)
	f.Add([]byte("result=0\nresult=1"), true)
	f.Fuzz(func(t *testing.T, body []byte, isUTF8 bool) {
		if len(body) > fuzzSize {
			return
		}
		r, err := parsePayment(KindAuthorize, body, isUTF8)
		if r == nil {
			t.Fatal("no response")
		}
		if err == nil && (r.Result == "" || r.Get("result") != r.Result) {
			t.Fatalf("accepted with result %q of %q", r.Result, body)
		}
		html := false
		for _, item := range r.Fields {
			if item.Name == "" || strings.Contains(item.Name, "=") || html {
				t.Fatalf("item %q after or in %q", item.Name, body)
			}
			html = strings.HasSuffix(item.Name, "_html")
			if !html && strings.Contains(item.Value, "\n") {
				t.Fatalf("line break in %q", item.Value)
			}
		}
	})
}

func FuzzParseReference(f *testing.F) {
	f.Add([]byte("1,0,,\r\n2,a,b\r\n3,1,2\r\n4,1\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > fuzzSize {
			return
		}
		r, err := parseReference(KindListCards, body, false)
		if err != nil {
			return
		}
		for i := range r.Table.Rows {
			if len(r.Table.Row(i)) != len(r.Table.Columns) {
				t.Fatal("row and columns differ")
			}
		}
	})
}
