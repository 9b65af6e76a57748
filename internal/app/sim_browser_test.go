package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// browser is what buyers go to the centre's pages with.
type browser struct{ pages http.Handler }

// page is where a browser has come to: one of the centre's pages, or back at the shop.
type page struct {
	path, visit string // of a page of the centre
	text        string
	back        *url.URL // the shop's address it went back to
	raw         []byte   // what it brought there
}

var visitOf = regexp.MustCompile(`name="p" value="([^"]+)"`)

// follow opens what a buyer needs to go on.
func (b *browser) follow(t testing.TB, n ledger.Needs) page {
	if n.Action == "" {
		return b.do(t, http.MethodGet, n.URL, nil)
	}
	form := url.Values{}
	for _, f := range n.Fields {
		form.Add(f[0], f[1])
	}
	return b.do(t, http.MethodPost, n.Action, form)
}

// press presses a button of the page.
func (b *browser) press(t testing.TB, p page, button string, fields ...string) page {
	form := url.Values{"p": {p.visit}, "do": {button}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.do(t, http.MethodPost, "https://127.0.0.1:8443"+p.path, form)
}

// do asks for a page and goes where it sends the browser.
func (b *browser) do(t testing.TB, method, address string, form url.Values) page {
	t.Helper()
	for range 8 {
		r := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
		if strings.HasPrefix(address, publicURL) {
			p := page{back: r.URL, raw: []byte(r.URL.RawQuery)}
			if method == http.MethodPost {
				p.raw = []byte(form.Encode())
			}
			return p
		}
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		b.pages.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); to != "" {
			next, err := r.URL.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			method, address, form = http.MethodGet, next.String(), nil
			continue
		}
		text := w.Body.String()
		if strings.Contains(text, "submit()") {
			f, err := paygent.ExtractForm(text)
			if err != nil {
				t.Fatal(err)
			}
			method, address, form = f.Method, f.Action, url.Values{}
			for _, field := range f.Fields {
				form.Add(field.Name, field.Value)
			}
			continue
		}
		if w.Code >= 500 {
			t.Fatalf("%s %s: %d %s", method, address, w.Code, text)
		}
		p := page{path: r.URL.Path, text: text}
		if m := visitOf.FindStringSubmatch(text); m != nil {
			p.visit = m[1]
		}
		return p
	}
	t.Fatalf("the browser is sent around in circles: %s", address)
	return page{}
}

// paidy is the buyer's decision in Paidy's window; one that is lost the centre never
// hears of.
func (b *browser) paidy(t testing.TB, key, trading string, amount int64, decision string, lose bool) bool {
	t.Helper()
	body := fmt.Sprintf(`{"api_key":%q,"decision":%q,"lose_webhook":%t,"payload":{"amount":%d,"currency":"JPY","order":{"order_ref":%q,"items":[{"id":"1","quantity":1,"title":"器","unit_price":%d}]}}}`,
		key, decision, lose, amount, trading, amount)
	w := httptest.NewRecorder()
	b.pages.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "https://127.0.0.1:8443/paidy/payments", strings.NewReader(body)))
	if w.Code != http.StatusOK {
		t.Fatalf("Paidy: %d %s", w.Code, w.Body)
	}
	return decision == "authorized"
}
