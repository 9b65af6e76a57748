package wallet_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
	"kessai/internal/store/storetest"
	"kessai/internal/wallet"
	"kessai/paygent"
	"kessai/paygentsim"
)

// rig is a shop's core and a simulated centre on one clock, driven from one goroutine.
type rig struct {
	*storetest.Shop
	t        *testing.T
	sim      *paygentsim.Sim
	merchant paygentsim.Merchant
	client   *paygent.Client // of the shop
	other    *paygent.Client // of somebody else with the same merchant
	wire     *wire
	store    *faultyStore
	gateway  *gateway.Gateway
	policy   ledger.Policy
	service  *wallet.Service
	worker   *reconcile.CardResolver
	reached  func(ledger.Boundary) // told when an operation of node-1 passes a boundary
	member   int64
	keys     int
}

const (
	telegramTimeout = 35 * time.Second
	lease           = 2 * time.Minute // longer than any owner keeps an operation
	goodCard        = "4900000000000000"
)

// cards are numbers the simulator approves; each has a fingerprint of its own.
var cards = []string{goodCard, "5100000000000008", "3528000000000007", "4111111111111111", "5555555555554444"}

const kit = `
paygentB2Bmodule.not_use_client_cert=true
paygentB2Bmodule.not_use_ca_cert=true
paygentB2Bmodule.timeout_value=35
paygentB2Bmodule.log_output_path=
paygentB2Bmodule.select_max_cnt=2000
paygentB2Bmodule.telegram_kind.ref=027,090
paygentB2Bmodule.url.02=https://centre.example/n/card/request
paygentB2Bmodule.url.094=https://centre.example/n/ref/paymentref
`

// counter is randomness for a test in one goroutine: ids differ by it.
type counter struct{ n uint64 }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n = c.n*6364136223846793005 + 1442695040888963407
		p[i] = byte(c.n >> 56)
	}
	return len(p), nil
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, Shop: storetest.New(t, dbtest.Open(t, database.SQLite, database.Options{}))}
	r.store = &faultyStore{Store: r.Store}
	sim, err := paygentsim.New(paygentsim.Options{Clock: r.Now, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	r.sim, r.merchant = sim, sim.Merchants()[0]
	r.wire = &wire{next: sim.Transport(), scripts: map[string][]script{}}
	r.client, r.other = r.connect(r.wire), r.connect(sim.Transport())
	r.policy = ledger.Policy{Version: 1, Environment: payment.Simulator, MerchantID: r.merchant.MerchantID, TelegramTimeout: telegramTimeout, KeepsCards: true}
	r.gateway = gateway.New(func(context.Context, int64) (gateway.Centre, error) {
		return gateway.Centre{Client: r.client, Settings: gateway.Settings{InquiryTimeout: telegramTimeout}}, nil
	}, r.Now)
	r.service, r.worker = r.node("node-1")
	r.member = r.Member(0)
	t.Cleanup(r.atMostOnce)
	return r
}

func (r *rig) connect(by http.RoundTripper) *paygent.Client {
	r.t.Helper()
	conf, err := paygent.ParseConfig("rig", strings.NewReader(kit))
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := paygent.New(paygent.Options{
		Config: conf, MerchantID: r.merchant.MerchantID, ConnectID: r.merchant.ConnectID,
		ConnectPassword: paygent.Secret(r.merchant.ConnectPassword.Reveal()), Transport: by, Clock: r.Now,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(c.Close)
	return c
}

// node is a service of its own on the shop's database, with its worker.
func (r *rig) node(name string) (*wallet.Service, *reconcile.CardResolver) {
	log := slog.New(slog.NewTextHandler(r.t.Output(), nil))
	s := wallet.New(wallet.Deps{
		Store: r.store, Gateway: r.gateway, Lists: r.gateway, Now: r.Now, Rand: &counter{n: uint64(name[len(name)-1])}, Node: name, Log: log,
		Policy: func(context.Context) (ledger.Policy, error) { return r.policy, nil },
		Reached: func(b ledger.Boundary) {
			if name == "node-1" && r.reached != nil {
				r.reached(b)
			}
		},
	})
	return s, reconcile.NewCardResolver(s, r.store, r.Now, log)
}

func (r *rig) token(card string) ledger.CardToken {
	r.t.Helper()
	token, err := r.sim.Token(r.merchant.MerchantID, card, "1230", "123")
	if err != nil {
		r.t.Fatal(err)
	}
	return ledger.CardToken(token)
}

func (r *rig) key() string {
	r.keys++
	return "form-" + strconv.Itoa(r.keys)
}

// keep submits the form that stores a card, forget the one that deletes it.
func (r *rig) keep(card string) (wallet.Result, error) {
	r.t.Helper()
	return r.service.Store(r.t.Context(), wallet.StoreCard{Customer: r.member, Token: r.token(card), Actor: ledger.Buyer, Key: r.key()})
}

func (r *rig) forget(id string) (wallet.Result, error) {
	return r.service.Delete(r.t.Context(), wallet.DeleteCard{Customer: r.member, Card: id, Actor: ledger.Buyer, Key: r.key()})
}

// kept is a card that was stored without trouble.
func (r *rig) kept(card string) *wallet.Card {
	r.t.Helper()
	got, err := r.keep(card)
	if err != nil || got.Operation.State != payment.Succeeded || got.Card == nil {
		r.t.Fatalf("%+v, %v", got, err)
	}
	return got.Card
}

// elsewhere stores a card at the centre by another hand.
func (r *rig) elsewhere(card string) string {
	r.t.Helper()
	kept, err := r.other.StoreCard(r.t.Context(), paygent.StoreCardRequest{
		CustomerID: strconv.FormatInt(r.member, 10), CardToken: paygent.Secret(string(r.token(card))),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return kept.CustomerCardID
}

func (r *rig) elsewhereDeleted(id string) {
	r.t.Helper()
	if _, err := r.other.DeleteCard(r.t.Context(), paygent.DeleteCardRequest{CustomerID: strconv.FormatInt(r.member, 10), CustomerCardID: id}); err != nil {
		r.t.Fatal(err)
	}
}

// ours and theirs are the ids of the cards by our book and by the centre's.
func (r *rig) ours() (ids []string) {
	r.t.Helper()
	for _, c := range r.wallet().Cards {
		ids = append(ids, c.PaygentID)
	}
	slices.Sort(ids)
	return ids
}

func (r *rig) theirs() (ids []string) {
	r.t.Helper()
	list, err := r.other.ListCards(r.t.Context(), paygent.ListCardsRequest{CustomerID: strconv.FormatInt(r.member, 10)})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, c := range list {
		ids = append(ids, c.CustomerCardID)
	}
	slices.Sort(ids)
	return ids
}

func (r *rig) agree() {
	r.t.Helper()
	if ours, theirs := r.ours(), r.theirs(); !slices.Equal(ours, theirs) {
		r.t.Errorf("we keep %v, the centre %v", ours, theirs)
	}
}

func (r *rig) wallet() *wallet.Wallet {
	r.t.Helper()
	w, err := r.service.Wallet(r.t.Context(), r.member)
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

// operation reads one anew.
func (r *rig) operation(id string) wallet.Operation {
	r.t.Helper()
	f, found, err := r.Store.CardOperation(r.t.Context(), id)
	if err != nil || !found {
		r.t.Fatal(found, err)
	}
	return f.Operation
}

// last is the member's newest operation.
func (r *rig) last() wallet.Operation {
	r.t.Helper()
	f, found, err := r.Store.CardOperationByKey(r.t.Context(), "form-"+strconv.Itoa(r.keys))
	if err != nil || !found {
		r.t.Fatal(found, err)
	}
	return f.Operation
}

// wait lets time pass, with the worker at work.
func (r *rig) wait(d time.Duration) { r.waitBy(d, r.worker) }

func (r *rig) waitBy(d time.Duration, worker *reconcile.CardResolver) {
	r.t.Helper()
	r.work(worker)
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(10 * time.Second)
		r.work(worker)
	}
}

func (r *rig) work(worker *reconcile.CardResolver) {
	r.t.Helper()
	for range 20 {
		worked, _, err := worker.Step(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
	r.t.Fatal("the worker does not come to rest")
}

// atMostOnce: each operation sends its telegram once, whatever happens.
func (r *rig) atMostOnce() {
	sent := int64(r.wire.count("025") + r.wire.count("026"))
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE sent_at IS NOT NULL"); sent > n {
		r.t.Errorf("%d telegrams were sent by %d operations", sent, n)
	}
}

var errCrash = errors.New("the process died")

// crash lets node-1 die at a boundary of do.
func (r *rig) crash(at ledger.Boundary, do func()) {
	r.t.Helper()
	r.reached = func(b ledger.Boundary) {
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

// wire stands between the client and the centre. It can answer in the centre's place.
type wire struct {
	next    http.RoundTripper
	scripts map[string][]script // by telegram kind; each serves once
	silent  bool                // 027 is not answered
	sent    []url.Values
}

// script is one answer in the centre's place.
type script struct {
	body   string // empty: the answer is lost
	effect bool   // the centre takes the telegram all the same
	then   func() // what happens meanwhile, before it takes effect
	after  func() // … and after
	pass   bool   // the centre's own answer comes through
}

var errCut = errors.New("connection reset")

func (w *wire) script(kind string, s ...script) { w.scripts[kind] = append(w.scripts[kind], s...) }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	params, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	kind := params.Get("telegram_kind")
	w.sent = append(w.sent, params)
	if kind == "027" && w.silent {
		return nil, errCut
	}
	s := script{pass: true}
	if queue := w.scripts[kind]; len(queue) > 0 {
		s, w.scripts[kind] = queue[0], queue[1:]
	}
	if s.then != nil {
		s.then()
	}
	if !s.effect && !s.pass {
		return answer(s.body)
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := w.next.RoundTrip(again)
	if s.after != nil {
		s.after()
	}
	if s.pass || err != nil {
		return resp, err
	}
	_ = resp.Body.Close()
	return answer(s.body)
}

func answer(body string) (*http.Response, error) {
	if body == "" {
		return nil, errCut
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain; charset=Windows-31J"}},
		Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

func (w *wire) count(kind string) int {
	n := 0
	for _, p := range w.sent {
		if p.Get("telegram_kind") == kind {
			n++
		}
	}
	return n
}

// faultyStore lets commits come into doubt.
type faultyStore struct {
	wallet.Store
	updates []doubt // for the next UpdateWallets
	sent    []doubt // for the next MarkSents
}

// doubt is how a commit goes wrong: nobody knows whether it was written.
type doubt string

const (
	fine      doubt = ""
	committed doubt = "committed" // it was
	lost      doubt = "lost"      // it was not
)

var errUndone = errors.New("undone")

func next(queue *[]doubt) doubt {
	if len(*queue) == 0 {
		return fine
	}
	d := (*queue)[0]
	*queue = (*queue)[1:]
	return d
}

func inDoubt(err error, d doubt) error {
	if d == fine || err != nil && !errors.Is(err, errUndone) {
		return err
	}
	return &database.CommitUnknownError{Err: errCut}
}

func (s *faultyStore) UpdateWallet(ctx context.Context, customer int64, env payment.Environment, merchant string, decide func(*wallet.Wallet) error) error {
	d := next(&s.updates)
	err := s.Store.UpdateWallet(ctx, customer, env, merchant, func(w *wallet.Wallet) error {
		err := decide(w)
		if err == nil && d == lost {
			err = errUndone
		}
		return err
	})
	return inDoubt(err, d)
}

func (s *faultyStore) MarkSent(ctx context.Context, operation string, sent ledger.Sent) (bool, error) {
	d := next(&s.sent)
	if d == lost {
		return false, inDoubt(nil, d)
	}
	ok, err := s.Store.MarkSent(ctx, operation, sent)
	return ok, inDoubt(err, d)
}
