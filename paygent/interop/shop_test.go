package interop_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kessai/paygent"
	"kessai/paygentsim"
)

const (
	noticeKey = "NOTICEKEY0000001"
	threeDS   = "TDSKEY0001"
	linkKey   = "LINKKEY0001"
	paidyKey  = "pk_test_1"
	good      = "4900000000000000"
)

// shop is a client of a simulated centre, with what a shop has around it.
type shop struct {
	t       *testing.T
	sim     *paygentsim.Sim
	client  *paygent.Client
	mu      sync.Mutex
	notices []paygent.Notice
}

func open(t *testing.T, change func(*paygentsim.Merchant)) *shop {
	t.Helper()
	m := paygentsim.Merchant{MerchantID: "12345", ConnectID: "conn01", ConnectPassword: "pass01", TokenKey: "test_tokenkey",
		NoticeKey: noticeKey, ThreeDSKey: threeDS, LinkKey: linkKey, PaidyKey: paidyKey}
	if change != nil {
		change(&m)
	}
	s := &shop{t: t}
	sim, err := paygentsim.New(paygentsim.Options{Clock: now, Rand: rand.NewChaCha8([32]byte{1}), Merchants: []paygentsim.Merchant{m},
		NoticeURL: "http://shop.example/notice", NoticeClient: paygentsim.InProcess(s)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	s.sim = sim
	config, err := kit()
	if err != nil {
		t.Fatal(err)
	}
	s.client, err = paygent.New(paygent.Options{Config: config, MerchantID: "12345", ConnectID: "conn01", ConnectPassword: "pass01",
		Partner: "kessai", Transport: sim.Transport(), Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kit is the configuration of a simulator's 接続キット, the same for all: making one takes long.
var kit = sync.OnceValues(func() (*paygent.Config, error) {
	dir, err := os.MkdirTemp("", "kit")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sim, err := paygentsim.New(paygentsim.Options{Clock: now, Rand: rand.NewChaCha8([32]byte{3})})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(sim.WriteKit(dir, "https://sim.example", nil), sim.Close()); err != nil {
		return nil, err
	}
	return paygent.ReadConfig(filepath.Join(dir, paygentsim.KitConf))
})

func now() time.Time { return time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC) }

// ServeHTTP receives notifications.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := paygent.CallbackBytes(r)
	if err == nil {
		var n paygent.Notice
		if n, err = paygent.ParseNotice(raw, noticeKey); err == nil {
			s.mu.Lock()
			s.notices = append(s.notices, n)
			s.mu.Unlock()
		}
	}
	if err != nil {
		s.t.Errorf("notice: %v", err)
		_, _ = io.WriteString(w, "result=1")
		return
	}
	_, _ = io.WriteString(w, "result=0")
}

// told lets the centre do what is due, and returns the last notice.
func (s *shop) told() paygent.Notice {
	s.t.Helper()
	for worked := true; worked; {
		var err error
		if worked, _, err = s.sim.Step(context.Background()); err != nil {
			s.t.Fatal(err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.notices) == 0 {
		s.t.Fatal("the shop was told nothing")
	}
	return s.notices[len(s.notices)-1]
}

// is checks the status that 094 tells, and the last notice if one is expected.
func (s *shop) is(paymentID string, status paygent.PaymentStatus, amount paygent.Yen) {
	s.t.Helper()
	q, err := s.client.Inquire(s.t.Context(), paygent.InquireRequest{PaymentID: paymentID})
	if err != nil || q.Status != status || q.Amount != amount {
		s.t.Errorf("094 of %s: %+v, %v; want %s, %d", paymentID, q, err, status, amount)
	}
}

func (s *shop) token() paygent.Secret {
	s.t.Helper()
	token, err := s.sim.Token("12345", good, "1230", "123")
	if err != nil {
		s.t.Fatal(err)
	}
	return paygent.Secret(token)
}

// page is what a buyer's browser shows.
type page struct {
	s    *shop
	at   *url.URL
	doc  *goquery.Document
	left *url.URL // the shop's address it went back to
	sent []byte   // what it brought there
}

func (s *shop) goTo(address string) *page {
	s.t.Helper()
	return (&page{s: s}).do(http.MethodGet, address, nil)
}

// submit sends a form that an answer carried, as the shop's own page would.
func (s *shop) submit(f paygent.Form, err error) *page {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	values := url.Values{}
	for _, field := range f.Fields {
		values.Add(field.Name, field.Value)
	}
	if f.Method == http.MethodGet {
		return (&page{s: s}).do(http.MethodGet, f.Action+"?"+values.Encode(), nil)
	}
	return (&page{s: s}).do(http.MethodPost, f.Action, values)
}

func (p *page) do(method, address string, form url.Values) *page {
	p.s.t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.s.t.Fatal(err)
	}
	if r.Host == "shop.example" {
		p.left, p.sent = r.URL, []byte(r.URL.RawQuery)
		if method == http.MethodPost {
			p.sent = []byte(form.Encode())
		}
		return p
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := http.Client{Transport: p.s.sim.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		p.s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if to, err := answer.Location(); err == nil {
		return p.do(http.MethodGet, to.String(), nil)
	}
	p.at = r.URL
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.s.t.Fatal(err)
	}
	if f, err := paygent.ExtractForm(string(body)); err == nil && strings.Contains(string(body), "submit()") {
		return p.s.submit(f, nil)
	}
	if p.doc, err = goquery.NewDocumentFromReader(strings.NewReader(string(body))); err != nil {
		p.s.t.Fatal(err)
	}
	return p
}

// press fills in pairs of name and value and presses the button of that value.
func (p *page) press(button string, pairs ...string) *page {
	p.s.t.Helper()
	if p.doc == nil {
		p.s.t.Fatalf("no page to press %q on", button)
	}
	b := p.doc.Find(`button[value="` + button + `"]`)
	form := b.Closest("form")
	if b.Length() != 1 || form.Length() != 1 {
		p.s.t.Fatalf("%d buttons %q on %s:\n%s", b.Length(), button, p.at, p.doc.Text())
	}
	values := url.Values{b.AttrOr("name", ""): {button}}
	form.Find("input,select").Each(func(_ int, in *goquery.Selection) {
		kind := in.AttrOr("type", "")
		if _, checked := in.Attr("checked"); (kind == "radio" || kind == "checkbox") && !checked || in.AttrOr("name", "") == "" {
			return
		}
		value := in.AttrOr("value", "")
		if goquery.NodeName(in) == "select" {
			first := in.Find("option").First()
			value = first.AttrOr("value", first.Text())
		}
		values.Set(in.AttrOr("name", ""), value)
	})
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	to, err := p.at.Parse(form.AttrOr("action", ""))
	if err != nil {
		p.s.t.Fatal(err)
	}
	if strings.EqualFold(form.AttrOr("method", "get"), "get") {
		return p.do(http.MethodGet, to.String()+"?"+values.Encode(), nil)
	}
	return p.do(http.MethodPost, to.String(), values)
}

// back is what the browser brought to that address of the shop.
func (p *page) back(path string) []byte {
	p.s.t.Helper()
	if p.left == nil || p.left.Path != path {
		text := ""
		if p.doc != nil {
			text = p.doc.Text()
		}
		p.s.t.Fatalf("the buyer is at %v, not back at %s: %s", p.left, path, text)
	}
	return p.sent
}
