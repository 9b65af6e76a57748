package webtest

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Client is a visitor without scripts: it keeps cookies and follows redirects.
type Client struct {
	t    testing.TB
	http *http.Client
	Base string
}

// NewClient serves h on loopback and visits it.
func NewClient(t testing.TB, h http.Handler) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, http: &http.Client{Jar: jar, Transport: server.Client().Transport}, Base: server.URL}
}

// Page is an answer with its HTML.
type Page struct {
	*goquery.Document
	Status int
	Path   string // where redirects led
	Header http.Header
}

// Get opens a path.
func (c *Client) Get(path string) Page {
	c.t.Helper()
	resp, err := c.http.Get(c.Base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.page(resp)
}

// Post sends a form as the shop's own page would.
func (c *Client) Post(path string, form url.Values) Page {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.Base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.page(resp)
}

// Submit sends the form that a selector finds, with what it holds and the changes.
func (c *Client) Submit(p Page, selector string, changes url.Values) Page {
	c.t.Helper()
	form := p.Find(selector).First()
	if form.Length() == 0 {
		c.t.Fatalf("%s has no form %s", p.Path, selector)
	}
	values := Values(form)
	for name, list := range changes {
		values[name] = list
	}
	action := form.AttrOr("action", p.Path)
	if action == "" {
		action = p.Path
	}
	if strings.EqualFold(form.AttrOr("method", "get"), "post") {
		return c.Post(action, values)
	}
	return c.Get(action + "?" + values.Encode())
}

// Values are what a browser would send for a form.
func Values(form *goquery.Selection) url.Values {
	v := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		if _, off := s.Attr("disabled"); off {
			return
		}
		switch goquery.NodeName(s) {
		case "textarea":
			v.Add(name, s.Text())
			return
		case "select":
			addSelected(v, name, s)
			return
		}
		switch s.AttrOr("type", "text") {
		case "checkbox", "radio":
			if _, on := s.Attr("checked"); on {
				v.Add(name, s.AttrOr("value", "on"))
			}
		case "submit", "button", "file", "image", "reset":
		default:
			v.Add(name, s.AttrOr("value", ""))
		}
	})
	return v
}

func addSelected(v url.Values, name string, s *goquery.Selection) {
	chosen := s.Find("option[selected]")
	if chosen.Length() == 0 {
		chosen = s.Find("option").First()
	}
	chosen.Each(func(_ int, o *goquery.Selection) { v.Add(name, o.AttrOr("value", o.Text())) })
}

func (c *Client) page(resp *http.Response) Page {
	c.t.Helper()
	return Page{Document: Doc(c.t, resp), Status: resp.StatusCode, Path: resp.Request.URL.RequestURI(), Header: resp.Header}
}
