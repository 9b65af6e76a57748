package paygent

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExtractForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, action, method, fields string }{
		"a whole page": {`<!DOCTYPE html>
<html><head><title>x</form>></title><script>if (a<b) document.write("<form action='https://evil.example'>")</script><style>a>b{}</style></head>
<body onload="OnLoadEvent()"><!-- <form> -->
<form name="submitForm" method="POST" action="https://acs.example/challenge?a=1&amp;b=2">
<input type="hidden" name="creq" value="eyJ0=&quot;&#39;&lt;">
<INPUT TYPE='hidden' NAME='ThreeDSSessionData' VALUE=''/>
<input type=hidden name=plain value=a/b>
<input value="order > x" name="order" type="hidden" disabled="false">
<noscript><input type="hidden" name="no" value="1"><input type="submit" value="続ける"></noscript>
<input type="submit" name="go" value="go"></form></body></html>`, "https://acs.example/challenge?a=1&b=2", "POST", "creq=eyJ0=\"'<\nThreeDSSessionData=\nplain=a/b"},
		"a piece of one":    {`<form action=https://carrier.example/ method=post><input type=hidden name=a value=１>`, "https://carrier.example/", "POST", "a=１"},
		"GET":               {`<form action="http://127.0.0.1:8080/x"></form>`, "http://127.0.0.1:8080/x", "GET", ""},
		"twice the name":    {`<form action="https://a.example" method="post"><input type="hidden" name="a" value="1"><input type="hidden" name="a" value="2"></form>`, "https://a.example", "POST", "a=1\na=2"},
		"first attribute":   {`<form action="https://a.example" action="https://b.example" method="post"></form>`, "https://a.example", "POST", ""},
		"script unfinished": {`<form action="https://a.example"></form><script>x</scripty></script >`, "https://a.example", "GET", ""},
		"a slash in a tag":  {`<form/action="https://a.example"/method="post"/><input/type="hidden"/name="a"/value="1"/></form>`, "https://a.example", "POST", "a=1"},
	} {
		form, err := ExtractForm(c.page)
		if err != nil || form.Action != c.action || form.Method != c.method {
			t.Errorf("%s: %q %q %v", name, form.Action, form.Method, err)
		}
		if diff := cmp.Diff(c.fields, strings.Join(pairs(form.Fields), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestExtractFormRefuses(t *testing.T) {
	t.Parallel()
	const open = `<form method="post" action="https://acs.example/">`
	for name, page := range map[string]string{
		"nothing":             "",
		"a text":              "a < b",
		"no form":             "<html><body>メンテナンス中</body></html>",
		"in a comment":        "<!-- " + open + " -->",
		"in a script":         "<script>'" + open + "'</script>",
		"in noscript":         "<noscript>" + open + "</form></noscript>",
		"two":                 open + "</form>" + open + "</form>",
		"nested":              open + open,
		"no action":           `<form method="post"></form>`,
		"relative":            `<form method="post" action="/challenge"></form>`,
		"a script's address":  `<form method="post" action="javascript:alert(1)"></form>`,
		"data":                `<form method="post" action="data:text/html,x"></form>`,
		"dialog":              `<form method="dialog" action="https://acs.example/"></form>`,
		"a question":          open + `<input type="text" name="a"></form>`,
		"no type":             open + `<input name="a"></form>`,
		"a password":          open + `<input type="password" name="a"></form>`,
		"a choice":            open + `<select name="a"></select></form>`,
		"a text field":        open + `<textarea name="a">x</textarea></form>`,
		"a base":              `<base href="https://evil.example/">` + open + "</form>",
		"a field elsewhere":   open + `</form><input form="f" type="hidden" name="a">`,
		"a template":          "<template>" + open + "</template>",
		"an unfinished tag":   `<form method="post" action="https://acs.example/"`,
		"an unfinished quote": `<form method="post" action="https://acs.example/>`,
		"unfinished comment":  open + "<!-- ",
		"unfinished script":   open + "<script>",
		"too many fields":     open + strings.Repeat(`<input type="hidden" name="a">`, maxFields+1),
	} {
		if form, err := ExtractForm(page); !errors.Is(err, ErrNoForm) {
			t.Errorf("%s: %q, %v", name, form.Action, err)
		}
	}
}

func TestFormCharsets(t *testing.T) {
	t.Parallel()
	const page = `<form action="https://a.example" method="post"></form>`
	auth, career, three := &Authorization{ACSHTML: page}, &CareerPage{RedirectHTML: page}, &ThreeDSAuthentication{ACSHTML: page}
	for name, c := range map[string]struct {
		form func() (Form, error)
		want string
	}{"020": {auth.ACSForm, "Shift_JIS"}, "100": {career.RedirectForm, "Shift_JIS"}, "450": {three.ACSForm, "UTF-8"}} {
		if f, err := c.form(); err != nil || f.Charset != c.want {
			t.Errorf("%s: %q, %v", name, f.Charset, err)
		}
	}
	three.ACSHTML = strings.Replace(page, "action", `accept-charset="EUC-JP" action`, 1)
	if f, err := three.ACSForm(); err != nil || f.Charset != "EUC-JP" {
		t.Errorf("%q, %v", f.Charset, err)
	}
}

func FuzzExtractForm(f *testing.F) {
	f.Add(`<!DOCTYPE html><form method="post" action="https://acs.example/"><input type="hidden" name="a" value="&lt;b&gt;"></form>`)
	f.Add(`<!--x--><?x?></x><script>a</script><form/action=https://a/><input type='hidden' name=a disabled>`)
	f.Fuzz(func(t *testing.T, page string) {
		if len(page) > fuzzSize {
			return
		}
		form, err := ExtractForm(page)
		if err != nil {
			if !errors.Is(err, ErrNoForm) {
				t.Fatal(err)
			}
			return
		}
		u, err := url.Parse(form.Action)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || form.Method != http.MethodPost && form.Method != http.MethodGet {
			t.Fatalf("%q %q", form.Method, form.Action)
		}
	})
}
