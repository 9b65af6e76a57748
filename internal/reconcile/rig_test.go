package reconcile_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
	"kessai/internal/store/storetest"
	"kessai/paygent"
	"kessai/paygentsim"
)

// rig is a shop's core and a simulated centre on one clock, driven from one goroutine.
type rig struct {
	*storetest.Shop
	t         *testing.T
	sim       *paygentsim.Sim
	wire      *wire // between the client and the centre
	store     *faultyStore
	spy       *spy // between the services and the gateway
	client    *paygent.Client
	merchant  paygentsim.Merchant
	policy    ledger.Policy
	receiver  *http.ServeMux
	service   *ledger.Service
	resolver  *reconcile.Resolver
	watcher   *reconcile.Watcher
	confirmer *notice.Confirmer
	reached   func(ledger.Boundary, order.ID) // told when an operation of node-1 passes a boundary
	observe   func(statement string)          // told what is sent to the database
	class     int64
	stock     int64 // what class began with
	orders    []order.ID
	noticeID  int64 // of forged notices
	abroad    bool  // the centre's book is of an environment that was left
	twice     bool  // a test sends a trading_id twice by another hand
	broken    bool  // a test damages its own books
	byHand    bool  // a test moves an order or its goods by another hand
}

const telegramTimeout = 35 * time.Second

// counter is randomness for a test in one goroutine: ids differ by it.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

// Cards of the simulator (paygentsim.MagicCards).
const (
	goodCard    = "4900000000000000"
	refusedCard = "4900000000008101"
	lostAfter   = "4900000000009001" // the authorisation stands, the answer is lost
	lostBefore  = "4900000000009002" // nothing happens, no answer
)

func newRig(t *testing.T, change ...func(*ledger.Policy)) *rig {
	t.Helper()
	r := &rig{t: t, stock: 10, receiver: http.NewServeMux(), noticeID: 1_000_000}
	r.Shop = storetest.New(t, dbtest.Open(t, database.SQLite, database.Options{Observe: func(q string) {
		if r.observe != nil {
			r.observe(q)
		}
	}}))
	r.class = r.Class("白磁の器", r.stock)
	r.store = &faultyStore{Store: r.Store}
	r.openCentre()
	r.policy = ledger.Policy{
		Version: 1, Environment: payment.Simulator, MerchantID: r.merchant.MerchantID, TelegramTimeout: telegramTimeout,
		Confirm: ledger.ConfirmRisky, PaymentClasses: []string{"10", "61-3"},
		Brands: []payment.Brand{payment.Docomo, payment.AU, payment.SoftBank},
	}
	for _, f := range change {
		f(&r.policy)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	r.service = r.node("node-1")
	keys := func(context.Context) ([]gateway.NoticeKey, error) {
		return []gateway.NoticeKey{{Key: paygent.Secret(r.merchant.NoticeKey.Reveal()), Environment: r.policy.Environment, MerchantID: r.merchant.MerchantID}}, nil
	}
	r.receiver.Handle("POST "+notice.Path, notice.NewReceiver(gateway.VerifyNotice(keys), r.service, log))
	r.resolver = reconcile.NewResolver(r.service, r.store, r.Now, log)
	r.watcher = reconcile.NewWatcher(r.service, r.store, r.Now, log)
	r.confirmer = notice.NewConfirmer(r.service, r.store, "node-1", r.Now, log)
	t.Cleanup(func() {
		if !r.broken {
			r.checkBooks()
		}
	})
	t.Cleanup(r.checkInvariants)
	return r
}

// kit is what a 接続キット says of the telegrams used here. The connection is in process:
// no certificate is needed, and none has to be made for every test.
const kit = `
paygentB2Bmodule.not_use_client_cert=true
paygentB2Bmodule.not_use_ca_cert=true
paygentB2Bmodule.timeout_value=35
paygentB2Bmodule.log_output_path=
paygentB2Bmodule.select_max_cnt=2000
paygentB2Bmodule.telegram_kind.utf8=450
paygentB2Bmodule.telegram_kind.ref=027,090
paygentB2Bmodule.url.01=https://centre.example/n/atm/request
paygentB2Bmodule.url.03=https://centre.example/n/conveni/request
paygentB2Bmodule.url.10=https://centre.example/n/c/request
paygentB2Bmodule.url.34=https://centre.example/n/paidy/request
paygentB2Bmodule.url.45=https://centre.example/n/threeds/request
paygentB2Bmodule.url.02=https://centre.example/n/card/request
paygentB2Bmodule.url.06=https://centre.example/n/bank/requestasp
paygentB2Bmodule.url.091=https://centre.example/n/ref/paynotice
paygentB2Bmodule.url.094=https://centre.example/n/ref/paymentref
paygentB2Bmodule.url.091=https://centre.example/n/ref/paynotice
`

// openCentre starts the simulator and a client that speaks to it through the wire.
func (r *rig) openCentre() {
	r.t.Helper()
	sim, err := paygentsim.New(paygentsim.Options{
		Clock: r.Now, Seed: 1, NoticeURL: "http://shop.example" + notice.Path, NoticeClient: paygentsim.InProcess(r.receiver),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = sim.Close() })
	r.sim, r.merchant = sim, sim.Merchants()[0]
	r.wire = &wire{next: sim.Transport(), scripts: map[string][]script{}}
	conf, err := paygent.ParseConfig("rig", strings.NewReader(kit))
	if err != nil {
		r.t.Fatal(err)
	}
	r.client, err = paygent.New(paygent.Options{
		Config: conf, MerchantID: r.merchant.MerchantID, ConnectID: r.merchant.ConnectID,
		ConnectPassword: paygent.Secret(r.merchant.ConnectPassword.Reveal()), Transport: r.wire, Clock: r.Now,
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// node is a service of its own on the shop's database.
func (r *rig) node(name string) *ledger.Service {
	if r.spy == nil {
		r.spy = &spy{rig: r, Gateway: gateway.New(func(context.Context, int64) (gateway.Centre, error) {
			return gateway.Centre{Client: r.client, Settings: gateway.Settings{
				Card:    gateway.CardSettings{MerchantName: "HAKUJIDO"},
				Bank:    gateway.BankSettings{LimitDays: 7, Claim: "白磁堂", ClaimKana: "ハクジドウ"},
				Conveni: gateway.ConveniSettings{LimitDays: 15}, ATM: gateway.ATMSettings{LimitDays: 30, Detail: "ハクジドウ"},
			}}, nil
		}, r.Now)}
	}
	d := ledger.Deps{
		Store: r.store, Gateway: r.spy, Now: r.Now, Rand: &counter{n: byte(len(name)) + name[len(name)-1]}, Node: name,
		Log:    slog.New(slog.NewTextHandler(r.t.Output(), nil)),
		Policy: func(context.Context) (ledger.Policy, error) { return r.policy, nil },
		Returns: func(id order.ID, p *ledger.Payment) ledger.Returns {
			return ledger.Returns{OK: "https://shop.example/ok?p=" + p.ID, Stop: "https://shop.example/stop?p=" + p.ID, Term: "https://shop.example/3ds?p=" + p.ID}
		},
		Seal: func(t ledger.CardToken) (string, error) { return "sealed " + string(t), nil },
		Unseal: func(s string) (ledger.CardToken, error) {
			return ledger.CardToken(strings.TrimPrefix(s, "sealed ")), nil
		},
	}
	if name == "node-1" {
		d.Reached = func(b ledger.Boundary, id order.ID) {
			if r.reached != nil {
				r.reached(b, id)
			}
		}
	}
	return ledger.New(d)
}

// order makes an order for some of the class, 1,100 yen each.
func (r *rig) order(quantity int64) order.ID {
	return r.orderOf(storetest.Wanted{Lines: []order.Movement{{ProductClassID: r.class, Quantity: quantity}}})
}

func (r *rig) orderOf(w storetest.Wanted) order.ID {
	id := r.Order(w)
	r.orders = append(r.orders, id)
	return id
}

func (r *rig) token(card string) string {
	r.t.Helper()
	token, err := r.sim.Token(r.merchant.MerchantID, card, "1230", "123")
	if err != nil {
		r.t.Fatal(err)
	}
	return token
}

// pay submits the card page with a card.
func (r *rig) pay(id order.ID, card, key string) (ledger.Result, error) {
	r.t.Helper()
	return r.service.Begin(r.t.Context(), ledger.Begin{
		Order: id, Amount: r.view(id).Order.Total, Beside: ledger.Beside{Token: ledger.CardToken(r.token(card))}, PaymentClass: "10", Actor: ledger.Buyer, Key: key,
	})
}

// trading is the order's first trading_id.
func (r *rig) trading(id order.ID) string { return r.policy.Mark + strconv.FormatInt(int64(id), 10) }

// key is the submit that paid uses.
func (r *rig) key(id order.ID) string { return "paid " + strconv.FormatInt(int64(id), 10) }

// paid is an order paid by card, its notices delivered.
func (r *rig) paid() order.ID {
	r.t.Helper()
	id := r.order(1)
	if _, err := r.pay(id, goodCard, r.key(id)); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	return id
}

func (r *rig) view(id order.ID) *ledger.Ledger {
	r.t.Helper()
	l, err := r.Store.View(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// pressed is the button of 売上 or of 取消.
func pressed(capture bool) payment.Button {
	if capture {
		return payment.SaleButton
	}
	return payment.CancelButton
}

// change presses 売上 or 取消 of the order's payment.
func (r *rig) change(id order.ID, capture bool, key string) (ledger.Result, error) {
	return r.changeOf(id, r.view(id).Current(), capture, key)
}

func (r *rig) changeOf(id order.ID, p *ledger.Payment, capture bool, key string) (ledger.Result, error) {
	return r.service.Change(r.t.Context(), ledger.Change{
		Order: id, PaymentID: p.ID, Button: pressed(capture), Amount: p.Amount, Actor: "staff:1", Key: key,
	})
}

// settle runs every worker until nothing is due.
func (r *rig) settle() {
	r.t.Helper()
	r.run(r.sim.Step, r.resolver.Step, r.confirmer.Step, r.watcher.Step)
}

func (r *rig) run(steps ...func(context.Context) (bool, time.Time, error)) {
	r.t.Helper()
	for range 200 {
		any := false
		for _, step := range steps {
			worked, _, err := step(r.t.Context())
			if err != nil {
				r.t.Fatal(err)
			}
			any = any || worked
		}
		if !any {
			return
		}
	}
	r.t.Fatal("the workers do not come to rest")
}

// wait lets time pass, with the workers at work.
func (r *rig) wait(d time.Duration) {
	r.t.Helper()
	r.waitBy(d, 10*time.Second)
}

func (r *rig) waitBy(d, step time.Duration) {
	r.t.Helper()
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(min(step, end.Sub(r.Now())))
		r.settle()
	}
}

// workers of another node.
func (r *rig) other(name string) (*ledger.Service, *reconcile.Resolver) {
	s := r.node(name)
	return s, reconcile.NewResolver(s, r.store, r.Now, slog.New(slog.NewTextHandler(r.t.Output(), nil)))
}

// at moves a payment at the centre by another hand than ours.
func (r *rig) at(id order.ID, to paygentsim.Status, notify bool) {
	r.t.Helper()
	if _, err := r.sim.SetStatus(r.view(id).Current().PaymentID, to, notify); err != nil {
		r.t.Fatal(err)
	}
}

// elsewhere authorises a payment at the centre that no operation of ours began.
func (r *rig) elsewhere(tradingID string, amount int64) string {
	r.t.Helper()
	a, err := r.client.Authorize(r.t.Context(), paygent.AuthorizeRequest{
		TradingID: tradingID, Amount: paygent.Yen(amount), PaymentClass: "10", CardToken: paygent.Secret(r.token(goodCard)),
		ThreeDSecure: paygent.ThreeDSecure1, SkipThreeDSecure: true,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return a.PaymentID
}

// notify posts a notice with a right hash and returns its id and the answer.
func (r *rig) notify(n paygent.Notice) (int64, string) {
	r.t.Helper()
	if n.NoticeID == 0 {
		r.noticeID++
		n.NoticeID = r.noticeID
	}
	if n.Type == "" {
		n.Type = "02"
	}
	form, err := paygent.SignNotice(n, paygent.Secret(r.merchant.NoticeKey.Reveal()))
	if err != nil {
		r.t.Fatal(err)
	}
	return n.NoticeID, r.post(form.Encode())
}

func (r *rig) post(body string) string {
	req := httptest.NewRequest(http.MethodPost, notice.Path, strings.NewReader(body))
	w := httptest.NewRecorder()
	r.receiver.ServeHTTP(w, req)
	return strconv.Itoa(w.Code) + " " + w.Body.String()
}

// tell posts a notice about the order's payment as it stands in our book.
func (r *rig) tell(id order.ID, status string) int64 {
	r.t.Helper()
	p := r.view(id).Current()
	n, said := r.notify(paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Status: paygent.PaymentStatus(status), Amount: paygent.Yen(p.Amount)})
	if said != "200 result=0" {
		r.t.Fatalf("notice %s: answered %q", status, said)
	}
	return n
}

var errCrash = errors.New("the process died")

// crash lets the process die at a boundary of do.
func (r *rig) crash(at ledger.Boundary, do func()) {
	r.t.Helper()
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b == at {
			r.reached = nil
			panic(errCrash)
		}
	}
	defer func() {
		r.t.Helper()
		if got := recover(); got != errCrash { //nolint:errorlint // the very value
			r.t.Fatalf("the process did not die at %s: %v", at, got)
		}
	}()
	do()
}
