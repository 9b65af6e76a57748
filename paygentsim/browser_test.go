package paygentsim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// browser is a buyer's browser: it follows the simulator's pages and stops at the shop.
type browser struct {
	t      testing.TB
	client *http.Client
	at     string // address of the page shown
	doc    *goquery.Document
	status int
	left   *url.URL // where it left the simulator to
	posted url.Values
}

func (b *bundle) browser() *browser {
	return &browser{t: b.t, client: &http.Client{
		Transport:     b.sim.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (w *browser) open(address string) *browser {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do(req)
}

func (w *browser) post(address string, form url.Values) *browser {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(req)
}

func (w *browser) do(req *http.Request) *browser {
	w.t.Helper()
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if to := resp.Header.Get("Location"); to != "" {
		next, err := req.URL.Parse(to)
		if err != nil {
			w.t.Fatal(err)
		}
		if next.Host != req.URL.Host {
			w.left, w.doc = next, nil
			return w
		}
		return w.open(next.String())
	}
	w.at, w.status, w.left = req.URL.String(), resp.StatusCode, nil
	if w.doc, err = goquery.NewDocumentFromReader(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	return w.postOn()
}

// postOn follows a page that posts itself.
func (w *browser) postOn() *browser {
	w.t.Helper()
	form := w.doc.Find("form[name=submitForm]")
	if form.Length() == 0 {
		return w
	}
	values := formValues(form)
	to, err := url.Parse(form.AttrOr("action", ""))
	if err != nil {
		w.t.Fatal(err)
	}
	if to.Host == "shop.example" {
		w.left, w.posted, w.doc = to, values, nil
		return w
	}
	return w.post(to.String(), values)
}

// html shows a page that an answer carried.
func (w *browser) html(page string) *browser {
	w.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		w.t.Fatal(err)
	}
	w.doc = doc
	return w.postOn()
}

func formValues(form *goquery.Selection) url.Values {
	out := url.Values{}
	form.Find("input,select").Each(func(_ int, s *goquery.Selection) {
		name, named := s.Attr("name")
		switch kind := s.AttrOr("type", ""); {
		case !named, (kind == "radio" || kind == "checkbox") && s.AttrOr("checked", "no") == "no":
		case goquery.NodeName(s) == "select":
			out.Set(name, s.Find("option").First().AttrOr("value", s.Find("option").First().Text()))
		default:
			out.Set(name, s.AttrOr("value", ""))
		}
	})
	return out
}

// press fills the form that has a button and presses it.
func (w *browser) press(value string, pairs ...string) *browser {
	w.t.Helper()
	button := w.doc.Find(`button[value="` + value + `"]`)
	if button.Length() != 1 {
		w.t.Fatalf("%d buttons %q on %s:\n%s", button.Length(), value, w.at, w.text())
	}
	form := button.Closest("form")
	values := formValues(form)
	values.Set(button.AttrOr("name", ""), value)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	base, err := url.Parse(w.at)
	if err != nil {
		w.t.Fatal(err)
	}
	to, err := base.Parse(form.AttrOr("action", ""))
	if err != nil {
		w.t.Fatal(err)
	}
	if form.AttrOr("method", "get") == "get" {
		to.RawQuery = values.Encode()
		return w.open(to.String())
	}
	return w.post(to.String(), values)
}

func (w *browser) text() string {
	if w.doc == nil {
		return ""
	}
	return strings.Join(strings.Fields(w.doc.Find("body").Text()), " ")
}

// says fails unless the page shown contains a text.
func (w *browser) says(text string) *browser {
	w.t.Helper()
	if !strings.Contains(w.text(), text) {
		w.t.Fatalf("the page does not say %q:\n%s", text, w.text())
	}
	return w
}

// leaves fails unless the browser left for an address, and gives its query.
func (w *browser) leaves(prefix string) url.Values {
	w.t.Helper()
	if w.left == nil || !strings.HasPrefix(w.left.String(), prefix) {
		w.t.Fatalf("left for %v, want %s; page:\n%s", w.left, prefix, w.text())
	}
	return w.left.Query()
}
