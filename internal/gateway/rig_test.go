package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

// everyURL is a configuration with the address of every kind.
const everyURL = `
paygentB2Bmodule.not_use_client_cert=true
paygentB2Bmodule.not_use_ca_cert=true
paygentB2Bmodule.timeout_value=35
paygentB2Bmodule.log_output_path=
paygentB2Bmodule.select_max_cnt=2000
paygentB2Bmodule.telegram_kind.utf8=450
paygentB2Bmodule.telegram_kind.ref=027,090
paygentB2Bmodule.url.01=https://centre.example/n/atm/request
paygentB2Bmodule.url.02=https://centre.example/n/card/request
paygentB2Bmodule.url.03=https://centre.example/n/conveni/request
paygentB2Bmodule.url.06=https://centre.example/n/bank/requestasp
paygentB2Bmodule.url.091=https://centre.example/n/ref/paynotice
paygentB2Bmodule.url.094=https://centre.example/n/ref/paymentref
paygentB2Bmodule.url.10=https://centre.example/n/c/request
paygentB2Bmodule.url.34=https://centre.example/n/paidy/request
paygentB2Bmodule.url.45=https://centre.example/n/threeds/request
`

const (
	good   = "4900000000000000" // a card that is approved
	total  = 3300
	member = 7
)

// begin is the rig's time, a Wednesday in Japan.
func begin() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, paygent.JST()) }

// rig is a gateway joined to the simulated centre, with everything that passes recorded.
type rig struct {
	t        testing.TB
	sim      *paygentsim.Sim
	merchant paygentsim.Merchant
	*gateway.Gateway
	settings gateway.Settings
	hash     paygent.LinkOrder

	mu       sync.Mutex
	sent     []url.Values // the bytes of each telegram's items
	stranger bool         // telegrams come from an address that is not registered
	away     bool         // nobody listens at the centre
	password paygent.Secret
}

// newRig makes a rig; change may turn its settings and the centre's rules round before use.
func newRig(t testing.TB, change ...func(*rig, *paygentsim.Merchant)) *rig {
	t.Helper()
	r := &rig{t: t, hash: paygent.LinkECCUBE, settings: gateway.Settings{
		InquiryTimeout: 30 * time.Second,
		Card:           gateway.CardSettings{UseSecurityCode: true, MerchantName: "KESSAI"},
		Conveni:        gateway.ConveniSettings{LimitDays: 15},
		ATM:            gateway.ATMSettings{LimitDays: 30, Detail: "ケッサイショーテン"},
		Bank:           gateway.BankSettings{LimitDays: 7, Claim: "決済商店", ClaimKana: "ケッサイショーテン", CopyRight: "(C) kessai", FreeMemo: "決済"},
		Link:           gateway.LinkSettings{LimitDays: 5, MerchantName: "決済商店", CopyRight: "(C) kessai", FreeMemo: "決済", Classes: "1", SecurityCode: true, StockCard: true},
	}}
	m := paygentsim.Merchant{
		MerchantID: "12345", ConnectID: "conn01", ConnectPassword: "pass01", NoticeKey: "NOTICEKEY0000001", TokenKey: "test_token", LinkKey: "LINKKEY0001",
		ThreeDSKey: "TDSKEY0001", Addresses: []string{"127.0.0.1"},
	}
	for _, f := range change {
		f(r, &m)
	}
	sim, err := paygentsim.New(paygentsim.Options{Clock: begin, Seed: 1, Merchants: []paygentsim.Merchant{m}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	r.sim, r.merchant, r.password = sim, m, paygent.Secret(m.ConnectPassword.Reveal())
	r.Gateway = gateway.New(r.centre, begin)
	t.Cleanup(r.Close)
	return r
}

// centre makes version 1 as the shop has it, and version 2 with wrong password and key.
func (r *rig) centre(_ context.Context, version int64) (gateway.Centre, error) {
	config, err := paygent.ParseConfig("rig", strings.NewReader(everyURL))
	if err != nil {
		return gateway.Centre{}, err
	}
	password, key := r.password, paygent.Secret(r.merchant.LinkKey.Reveal())
	if version == wrongVersion {
		password, key = "wrong", "WRONG"
	}
	client, err := paygent.New(paygent.Options{
		Config: config, MerchantID: r.merchant.MerchantID, ConnectID: r.merchant.ConnectID, ConnectPassword: password, Transport: r, Clock: begin,
	})
	if err != nil {
		return gateway.Centre{}, err
	}
	link, err := paygent.NewLink(paygent.LinkOptions{
		URL: "https://link.example/v/u/request", MerchantID: r.merchant.MerchantID, HashKey: key, Order: r.hash, Transport: r, Clock: begin,
	})
	return gateway.Centre{Client: client, Link: link, Settings: r.settings}, err
}

const wrongVersion = 2

// RoundTrip records a telegram and hands it to the centre.
func (r *rig) RoundTrip(request *http.Request) (*http.Response, error) {
	if r.away {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	record := func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			r.t.Error(err)
		}
		items, err := url.ParseQuery(string(body))
		if err != nil {
			r.t.Error(err)
		}
		r.mu.Lock()
		r.sent = append(r.sent, items)
		if r.stranger {
			in.RemoteAddr = "192.0.2.1:1"
		}
		r.mu.Unlock()
		in.Body = io.NopCloser(strings.NewReader(string(body)))
		r.sim.Handler().ServeHTTP(w, in)
	}
	return paygentsim.InProcess(http.HandlerFunc(record)).RoundTrip(request)
}

// last is the telegram that was sent last, without what every telegram carries.
func (r *rig) last() map[string]string {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.sent) == 0 {
		r.t.Fatal("nothing was sent")
	}
	out := map[string]string{}
	for name, values := range r.sent[len(r.sent)-1] {
		switch name {
		case "merchant_id", "connect_id", "connect_password", "telegram_version":
		default:
			out[name] = strings.Join(values, "|")
		}
	}
	return out
}

func (r *rig) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sent)
}

// command is one for a kind, about an order of the rig's member.
func (r *rig) command(kind payment.Kind) ledger.Command {
	return ledger.Command{
		OperationID: "o", Kind: kind, Environment: payment.Simulator, MerchantID: r.merchant.MerchantID, SettingsVersion: 1,
		OrderID: 52, TradingID: "52", Amount: total, PaymentClass: "10", CustomerID: member, Orderer: orderer(),
		Returns: ledger.Returns{
			OK: "https://shop.example/ok?k=1", Stop: "https://shop.example/stop?k=2", Term: "https://shop.example/3ds?k=3", Note: "https://shop.example/note",
		},
		Remaining: 30 * time.Second, BeforeSend: func() error { return nil },
	}
}

func orderer() ledger.Orderer {
	return ledger.Orderer{
		FamilyName: "山田", GivenName: "太郎", FamilyKana: "ヤマダ", GivenKana: "タロー", Tel: "03-1234-5678", Email: "taro@shop.example",
		PostalCode: "1000001", Pref: "13", Addr1: "千代田区", Addr2: "1-1", ShipPostalCode: "0600000", ShipPref: "1", ShipAddr1: "札幌市", ShipAddr2: "2-2",
	}
}

// succeed executes what has to succeed.
func (r *rig) succeed(c ledger.Command) ledger.Answer {
	r.t.Helper()
	a := r.Execute(r.t.Context(), c)
	if a.Outcome != ledger.Success {
		r.t.Fatalf("%s: %+v", c.Kind, a)
	}
	return a
}

// token is a card as the buyer's browser hands it on.
func (r *rig) token(number string) ledger.Secret {
	r.t.Helper()
	token, err := r.sim.Token(r.merchant.MerchantID, number, "1230", "123")
	if err != nil {
		r.t.Fatal(err)
	}
	return ledger.Secret(token)
}

func (r *rig) codeToken() ledger.Secret {
	r.t.Helper()
	token, err := r.sim.CVCToken(r.merchant.MerchantID, "123")
	if err != nil {
		r.t.Fatal(err)
	}
	return ledger.Secret(token)
}

func (r *rig) status(id string) paygentsim.Status {
	r.t.Helper()
	p, ok := r.sim.Payment(id)
	if !ok {
		r.t.Fatalf("no payment %q", id)
	}
	return p.Status
}

// visit is a buyer who goes where needs lead, presses a button there, and is sent back:
// what the browser then brings.
func (r *rig) visit(n ledger.Needs, button string) (raw string) {
	r.t.Helper()
	form := url.Values{"do": {button}}
	address := n.Action
	if n.URL != "" {
		u, err := url.Parse(n.URL)
		if err != nil {
			r.t.Fatal(err)
		}
		for name, values := range u.Query() {
			form[name] = values
		}
		address, _, _ = strings.Cut(n.URL, "?")
	}
	for _, f := range n.Fields {
		form.Set(f[0], f[1])
	}
	request := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.sim.Handler().ServeHTTP(w, request)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || to.Host != "shop.example" {
		r.t.Fatalf("the buyer is at %q, %v, and sees:\n%s", to, err, w.Body)
	}
	return to.RawQuery
}

// authorised is a card payment at 20.
func (r *rig) authorised(number string) (paymentID string) {
	r.t.Helper()
	c := r.command(payment.Authorize)
	c.Beside.Token = r.token(number)
	return r.succeed(c).PaymentID
}

// stored is a card the member keeps.
func (r *rig) stored(number string) (cardID string) {
	r.t.Helper()
	c := r.command(payment.StoreCard)
	c.Beside.Token = r.token(number)
	r.succeed(c)
	cards, err := r.CardList(r.t.Context(), ledger.CardsQuery{SettingsVersion: 1, CustomerID: member})
	if err != nil || len(cards) == 0 {
		r.t.Fatal(cards, err)
	}
	return cards[len(cards)-1].ID
}

// openID is what a buyer brings back from the carrier's login.
func (r *rig) openID(brand payment.Brand) ledger.Secret {
	r.t.Helper()
	c := r.command(payment.LoginCarrier)
	c.Brand = brand
	back, err := url.ParseQuery(r.visit(r.succeed(c).Needs, "ok"))
	if err != nil || back.Get("open_id") == "" {
		r.t.Fatal(back, err)
	}
	return ledger.Secret(back.Get("open_id"))
}

// carrierPayment is a carrier's payment at 20.
func (r *rig) carrierPayment() (paymentID string) {
	r.t.Helper()
	c := r.command(payment.ApplyCarrier)
	c.Brand = payment.SoftBank
	a := r.succeed(c)
	r.visit(a.Needs, "pay")
	return a.PaymentID
}

// paidyPayment is one that a buyer agreed to in Paidy's window.
func (r *rig) paidyPayment() (paymentID string) {
	r.t.Helper()
	body := `{"api_key":"","decision":"authorized","payload":{"amount":3300,"currency":"JPY","order":{"items":[{"quantity":1,"title":"x","unit_price":3300}],"order_ref":"52"}}}`
	w := httptest.NewRecorder()
	r.sim.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/paidy/payments", strings.NewReader(body)))
	var got struct{ Status string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Status != "authorized" {
		r.t.Fatalf("%v: %s", err, w.Body)
	}
	f := r.Inquire(r.t.Context(), ledger.Inquiry{SettingsVersion: 1, TradingID: "52"})
	if f.Kind != ledger.Found {
		r.t.Fatalf("%+v", f)
	}
	return f.PaymentID
}

// challenged is a card payment that waits for 3-D Secure 1.0.
func (r *rig) challenged(number string) (paymentID string, needs ledger.Needs) {
	r.t.Helper()
	c := r.command(payment.Authorize)
	c.Beside.Token, c.ThreeDS, c.Beside.UserAgent = r.token(number), ledger.ThreeDS1, "browser"
	a := r.succeed(c)
	return a.PaymentID, a.Needs
}

// ready brings the centre to where a command of each kind succeeds.
func ready() map[payment.Kind]func(r *rig) ledger.Command {
	about := func(kind payment.Kind, made func(r *rig) string) func(*rig) ledger.Command {
		return func(r *rig) ledger.Command {
			c := r.command(kind)
			c.PaymentID = made(r)
			return c
		}
	}
	card := func(r *rig) string { return r.authorised(good) }
	captured := func(kind payment.Kind, made func(r *rig) string) func(*rig) string {
		return func(r *rig) string {
			c := r.command(kind)
			c.PaymentID = made(r)
			return r.succeed(c).PaymentID
		}
	}
	with := func(kind payment.Kind, set func(r *rig, c *ledger.Command)) func(*rig) ledger.Command {
		return func(r *rig) ledger.Command {
			c := r.command(kind)
			set(r, &c)
			return c
		}
	}
	token := func(r *rig, c *ledger.Command) { c.Beside.Token = r.token(good) }
	return map[payment.Kind]func(*rig) ledger.Command{
		payment.Authorize:           with(payment.Authorize, token),
		payment.CancelAuthorization: about(payment.CancelAuthorization, card),
		payment.Capture:             about(payment.Capture, card),
		payment.CancelCapture:       about(payment.CancelCapture, captured(payment.Capture, card)),
		payment.Authenticate:        with(payment.Authenticate, token),
		payment.CompleteThreeDS: with(payment.CompleteThreeDS, func(r *rig, c *ledger.Command) {
			id, needs := r.challenged(good)
			back := r.brought(needs)
			c.PaymentID, c.Beside.PaRes, c.Beside.MD = id, back.Get("PaRes"), back.Get("MD")
		}),
		payment.StoreCard:      with(payment.StoreCard, token),
		payment.DeleteCard:     with(payment.DeleteCard, func(r *rig, c *ledger.Command) { c.StoredCard = r.stored(good) }),
		payment.ApplyATM:       with(payment.ApplyATM, func(*rig, *ledger.Command) {}),
		payment.ApplyConveni:   with(payment.ApplyConveni, func(_ *rig, c *ledger.Command) { c.Beside.Store = string(paygent.Lawson) }),
		payment.ApplyBank:      with(payment.ApplyBank, func(*rig, *ledger.Command) {}),
		payment.LoginCarrier:   with(payment.LoginCarrier, func(_ *rig, c *ledger.Command) { c.Brand = payment.AU }),
		payment.ApplyCarrier:   with(payment.ApplyCarrier, func(_ *rig, c *ledger.Command) { c.Brand = payment.SoftBank }),
		payment.CaptureCarrier: about(payment.CaptureCarrier, (*rig).carrierPayment),
		payment.CancelCarrier:  about(payment.CancelCarrier, (*rig).carrierPayment),
		payment.CorrectCarrier: with(payment.CorrectCarrier, func(r *rig, c *ledger.Command) {
			c.PaymentID, c.Amount, c.Was = r.carrierPayment(), 3000, total
		}),
		payment.CancelPaidy:  about(payment.CancelPaidy, (*rig).paidyPayment),
		payment.CapturePaidy: about(payment.CapturePaidy, (*rig).paidyPayment),
		payment.RefundPaidy: with(payment.RefundPaidy, func(r *rig, c *ledger.Command) {
			c.PaymentID, c.Amount, c.Was = captured(payment.CapturePaidy, (*rig).paidyPayment)(r), 3000, order.Yen(total)
		}),
		payment.OpenLink: with(payment.OpenLink, func(_ *rig, c *ledger.Command) { c.Method = payment.Conveni }),
	}
}

// oldStyle makes the centre end 3-D Secure 1.0 by 024.
func oldStyle(_ *rig, m *paygentsim.Merchant) { m.Rules.PaRes = true }

// brought is what the card company's page posts to the shop in the old style of 1.0.
func (r *rig) brought(n ledger.Needs) url.Values {
	r.t.Helper()
	form := url.Values{"do": {"authenticate"}}
	for _, f := range n.Fields {
		form.Set(f[0], f[1])
	}
	request := httptest.NewRequest(http.MethodPost, n.Action, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.sim.Handler().ServeHTTP(w, request)
	page, err := paygent.ExtractForm(w.Body.String())
	if err != nil {
		r.t.Fatalf("%v: %s", err, w.Body)
	}
	return url.Values{"PaRes": {page.Fields.Get("PaRes")}, "MD": {page.Fields.Get("MD")}}
}

func setup(t testing.TB, kind payment.Kind, change ...func(*rig, *paygentsim.Merchant)) (*rig, ledger.Command) {
	t.Helper()
	if kind == payment.CompleteThreeDS {
		change = append(change, oldStyle)
	}
	r := newRig(t, change...)
	return r, ready()[kind](r)
}

func gatewayCards(version, customer int64) ledger.CardsQuery {
	return ledger.CardsQuery{SettingsVersion: version, CustomerID: customer}
}
