package paygentsim_test

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/cp932"
	"kessai/paygentsim"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const day = 24 * time.Hour

// merchant is the contract of most tests.
func merchant() paygentsim.Merchant {
	return paygentsim.Merchant{
		MerchantID: "12345", ConnectID: "conn01", ConnectPassword: "pass01", TokenKey: "test_tokenkey",
		TokenHashKey: "ck_hash", NoticeKey: "NOTICEKEY0000001",
	}
}

// bundle is a simulator with a shop beside it.
type bundle struct {
	t     testing.TB
	clock *clock
	shop  *shop
	sim   *paygentsim.Sim
	last  string // body answered last
}

func setup(t testing.TB, opt paygentsim.Options) *bundle {
	t.Helper()
	b := &bundle{t: t, clock: newClock(), shop: &shop{answer: "result=0"}}
	return b.open(opt)
}

// open makes the simulator; tests of restarts call it again.
func (b *bundle) open(opt paygentsim.Options) *bundle {
	b.t.Helper()
	opt.Clock = b.clock.Now
	opt.Rand = rand.NewChaCha8([32]byte{1})
	if opt.Merchants == nil {
		opt.Merchants = []paygentsim.Merchant{merchant()}
	}
	if opt.NoticeURL == "" {
		opt.NoticeURL = "http://shop.example/paygent_payment_difference_notice"
	}
	if opt.NoticeClient == nil {
		opt.NoticeClient = paygentsim.InProcess(b.shop)
	}
	opt.Log = slog.New(slog.NewTextHandler(b.t.Output(), nil))
	sim, err := paygentsim.New(opt)
	if err != nil {
		b.t.Fatal(err)
	}
	b.sim = sim
	return b
}

// shop receives notices.
type shop struct {
	mu     sync.Mutex
	answer string
	status int
	forms  []url.Values
	onPost func(url.Values)
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.forms = append(s.forms, r.PostForm)
	answer, status, hook := s.answer, s.status, s.onPost
	s.mu.Unlock()
	if hook != nil {
		hook(r.PostForm)
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = io.WriteString(w, answer)
}

func (s *shop) says(answer string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.status = answer, status
}

// ids lists the payment_notice_ids received, in order.
func (s *shop) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, f := range s.forms {
		out = append(out, f.Get("payment_notice_id"))
	}
	return out
}

// fields are request parameters and parsed answers.
type fields = map[string]string

// send posts a telegram of the usual merchant and parses the answer.
func (b *bundle) send(kind string, more fields) fields {
	b.t.Helper()
	got, err := b.try(kind, more)
	if err != nil {
		b.t.Fatalf("%s: %v", kind, err)
	}
	return got
}

func (b *bundle) try(kind string, more fields) (fields, error) {
	got, err := exchange(&http.Client{Transport: b.sim.Transport()}, "https://sim.example", kind, more)
	b.last = got[rawBody]
	delete(got, rawBody)
	return got, err
}

func paths(kind string) string {
	path := map[string]string{
		"010": "/n/atm/request", "030": "/n/conveni/request", "060": "/n/bank/requestasp", "090": "/n/ref/request", "091": "/n/ref/paynotice",
		"094": "/n/ref/paymentref", "100": "/n/c/request", "101": "/n/c/request", "102": "/n/c/request", "103": "/n/c/request",
		"104": "/n/c/request", "340": "/n/paidy/request", "341": "/n/paidy/request", "342": "/n/paidy/request", "343": "/n/paidy/request",
		"450": "/n/threeds/request",
	}[kind]
	if path == "" {
		return "/n/card/request"
	}
	return path
}

// common are the parameters of protocol.md §1.7 for merchant().
func common(kind string, more fields) url.Values {
	form := url.Values{
		"merchant_id": {"12345"}, "connect_id": {"conn01"}, "connect_password": {"pass01"},
		"telegram_kind": {kind}, "telegram_version": {"1.0"},
	}
	for k, v := range more {
		form.Set(k, v)
	}
	return form
}

// postTo posts a form to a path and parses the answer.
func (b *bundle) postTo(path string, form url.Values) fields {
	b.t.Helper()
	got, err := exchangeAt(&http.Client{Transport: b.sim.Transport()}, "https://sim.example"+path, form)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

func exchange(client *http.Client, base, kind string, more fields) (fields, error) {
	return exchangeAt(client, base+paths(kind), common(kind, more))
}

func exchangeAt(client *http.Client, address string, form url.Values) (fields, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	out := parse(string(text))
	out[rawBody] = string(text)
	return out, nil
}

// rawBody is where exchange keeps the whole answer until send takes it out.
const rawBody = "\x00body"

// raw is an item of the last answer sent for, to its end: what _html items need.
func (b *bundle) raw(name string) string {
	b.t.Helper()
	_, html, ok := strings.Cut(b.last, "\r\n"+name+"=")
	if !ok {
		b.t.Fatalf("no %s in %q", name, b.last)
	}
	if text, err := cp932.Decode([]byte(html)); err == nil {
		return text
	}
	return html
}

// parse reads the payment format without trusting it to be one.
func parse(body string) fields {
	out := fields{}
	for _, l := range strings.Split(body, "\r\n") {
		if name, value, ok := strings.Cut(l, "="); ok {
			out[name] = value
		}
	}
	return out
}

func (b *bundle) token(number string) string {
	b.t.Helper()
	token, err := b.sim.Token("12345", number, "1230", "123")
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

// good is a card that approves.
const good = "4900000000000000"

// authorize sends an ordinary 020.
func (b *bundle) authorize(tradingID, number string, more ...fields) fields {
	b.t.Helper()
	return b.send("020", b.order(tradingID, number, more...))
}

func (b *bundle) order(tradingID, number string, more ...fields) fields {
	b.t.Helper()
	f := fields{"trading_id": tradingID, "payment_amount": "3300", "payment_class": "10"}
	if number != "" {
		f["card_token"] = b.token(number)
	}
	for _, m := range more {
		for k, v := range m {
			f[k] = v
		}
	}
	return f
}

// status asks the simulator's own book.
func (b *bundle) status(paymentID string) paygentsim.Status {
	b.t.Helper()
	p, ok := b.sim.Payment(paymentID)
	if !ok {
		b.t.Fatalf("no payment %q", paymentID)
	}
	return p.Status
}

// drain steps until nothing is due.
func (b *bundle) drain() {
	b.t.Helper()
	for range 1000 {
		worked, _, err := b.sim.Step(context.Background())
		if err != nil {
			b.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
	b.t.Fatal("1000 steps and still something due")
}

// sjis is a text in the bytes of Windows-31J, as forms carry it.
func sjis(s string) string {
	b, err := cp932.Encode(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
