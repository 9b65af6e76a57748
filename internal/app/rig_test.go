package app_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/setting"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

const publicURL = "http://shop.example"

// rig is one node of a shop and a simulated centre on one clock. The node can be
// closed and opened again on the same files.
type rig struct {
	*storetest.Shop
	t        testing.TB
	config   config.Config
	chance   *chance
	log      *lines
	sim      *paygentsim.Sim
	merchant paygentsim.Merchant
	kit      string
	baseURL  string // the centre's address in the kit

	app       *app.App
	node      string
	clock     func() time.Time  // the node's own; nil: the rig's
	transport http.RoundTripper // nil: TLS, as in production
	reached   func(ledger.Boundary, order.ID)
	observe   func(statement string)
	returns   func(order.ID, *ledger.Payment) ledger.Returns
	start     func(context.Context, config.Config, app.Deps) (*app.App, error)
}

// rigOptions say what differs from an ordinary rig.
type rigOptions struct {
	database string // URL; empty: a SQLite file of its own
	seed     uint64
	baseURL  string // the centre's address in the kit
	conf     map[string]string
	settings map[string]string
	transact func(*rig) http.RoundTripper // nil: the simulator without a socket
	sim      func(*paygentsim.Options)
	level    slog.Level
	today    bool                                                             // the clock begins now, not at dbtest.Now
	attached bool                                                             // beside EC-CUBE
	returns  func(order.ID, *ledger.Payment) ledger.Returns                   // nil: nobody comes back, and 3-D Secure cannot be chosen
	start    func(context.Context, config.Config, app.Deps) (*app.App, error) // nil: app.New
}

// newRig makes a shop as the demo does: database, settings, kit, node.
func newRig(t testing.TB, o rigOptions) *rig {
	t.Helper()
	if o.database == "" {
		o.database = dbtest.SQLiteURL(t)
	}
	if o.baseURL == "" {
		o.baseURL = "https://127.0.0.1:8443"
	}
	r := &rig{t: t, node: "node-1", chance: newChance(o.seed), log: newLines(o.level), kit: t.TempDir(), baseURL: o.baseURL, returns: o.returns, start: o.start}
	if r.start == nil {
		r.start = app.New
	}
	r.config = loadConfig(t, t.TempDir(), o.database)
	db, err := app.OpenDatabase(t.Context(), r.config, r.deps())
	if err != nil {
		t.Fatal(err)
	}
	r.Shop = storetest.New(t, db)
	if o.today {
		r.Advance(time.Since(r.Now()))
	}
	if o.attached {
		r.config.Host = config.Attached
		r.Exec("UPDATE plg_kessai_meta SET host = ?", string(config.Attached))
	}
	r.openCentre(o)
	if r.transport = r.sim.Transport(); o.transact != nil {
		r.transport = o.transact(r)
	}
	r.saveSettings(db, o)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	r.open()
	return r
}

func loadConfig(t testing.TB, dir, url string, more ...string) config.Config {
	t.Helper()
	c, err := config.Load(config.Source{WorkDir: dir, Environ: append([]string{
		"KESSAI_DATA_DIR=" + dir, "KESSAI_PUBLIC_URL=" + publicURL, "KESSAI_DATABASE_URL=" + url,
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

// openCentre makes the simulator, which brings its notices to whichever node is open.
func (r *rig) openCentre(o rigOptions) {
	r.t.Helper()
	so := paygentsim.Options{
		Clock: r.Now, Rand: r.chance, Seed: max(1, o.seed), NoticeURL: publicURL + notice.Path,
		NoticeClient: paygentsim.InProcess(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if r.app == nil {
				http.Error(w, "nobody is there", http.StatusBadGateway)
				return
			}
			r.app.Handler().ServeHTTP(w, q)
		})),
		Sleep: func(_ context.Context, d time.Duration) error { r.Advance(d); return nil },
	}
	if o.sim != nil {
		o.sim(&so)
	}
	sim, err := paygentsim.New(so)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = sim.Close() })
	r.sim, r.merchant = sim, sim.Merchants()[0]
	if err := sim.WriteKit(r.kit, o.baseURL, o.conf); err != nil {
		r.t.Fatal(err)
	}
}

// saveSettings connects the shop to the centre: settings saved, kit imported.
func (r *rig) saveSettings(db *database.DB, o rigOptions) {
	r.t.Helper()
	ctx := context.Background()
	_, settings, err := app.OpenSettings(ctx, r.config, r.deps(), db)
	if err != nil {
		r.t.Fatal(err)
	}
	values := map[string]string{
		"settlement_division": "1", "paygent_payment_method": "credit", "payment_division": "10,61,80", "security_code": "1",
		"environment": "simulator", "merchant_id": r.merchant.MerchantID, "connect_id": r.merchant.ConnectID,
		"connect_password": r.merchant.ConnectPassword.Reveal(), "notice_hash_key": r.merchant.NoticeKey.Reveal(),
		"token_key": r.merchant.TokenKey.Reveal(), "token_url": "http://127.0.0.1:8080/js/PaygentToken.js",
	}
	for name, value := range o.settings {
		values[name] = value
	}
	_, err = settings.Save(ctx, func(v *setting.Values) error {
		for name, value := range values {
			if err := v.Set(name, value); err != nil {
				return err
			}
		}
		return nil
	}, "staff:1")
	if err != nil {
		r.t.Fatal(err)
	}
	r.importKit(settings)
}

func (r *rig) importKit(settings *setting.Store) {
	r.t.Helper()
	files, err := setting.ReadKit(os.DirFS(r.kit))
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := settings.ImportKit(context.Background(), files, true, "staff:1"); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) deps() app.Deps {
	d := app.Deps{Now: dbtest.Now, Rand: r.chance, Log: slog.New(r.log), Node: r.node, Transport: r.transport, Observe: r.observe, Returns: r.returns}
	if r.Shop != nil {
		d.Now = r.Now
	}
	if r.clock != nil {
		d.Now, d.CheckClock = r.clock, true
	}
	d.Reached = func(b ledger.Boundary, id order.ID) {
		if r.reached != nil {
			r.reached(b, id)
		}
	}
	return d
}

// open starts the node.
func (r *rig) open() {
	r.t.Helper()
	a, err := r.start(context.Background(), r.config, r.deps())
	if err != nil {
		r.t.Fatal(err)
	}
	r.app = a
	r.DB, r.Store, r.Drafts, r.Reader = a.DB, a.Store, a.Drafts, a.Reader
}

// close ends the node, however far it has come.
func (r *rig) close() {
	if r.app == nil {
		return
	}
	if err := r.app.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
	r.app = nil
}

// view is an order's ledger.
func (r *rig) view(id order.ID) *ledger.Ledger {
	r.t.Helper()
	l, err := r.app.Ledger.View(context.Background(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

const goodCard = "4900000000000000"

// pay submits the card page once.
func (r *rig) pay(id order.ID, card, key string) (ledger.Result, error) {
	r.t.Helper()
	return r.app.Ledger.Begin(context.Background(), ledger.Begin{
		Order: id, Amount: r.view(id).Order.Total, Beside: ledger.Beside{Token: r.token(card)}, PaymentClass: "10", Actor: ledger.Buyer, Key: key,
	})
}

// token is what the buyer's browser would have made of a card.
func (r *rig) token(card string) ledger.CardToken {
	r.t.Helper()
	token, err := r.sim.Token(r.merchant.MerchantID, card, r.Now().AddDate(4, 0, 0).Format("0106"), "123")
	if err != nil {
		r.t.Fatal(err)
	}
	return ledger.CardToken(token)
}

// pressed is the button of 売上 or of 取消.
func pressed(capture bool) payment.Button {
	if capture {
		return payment.SaleButton
	}
	return payment.CancelButton
}

// change presses 売上 or 取消 on the order's payment.
func (r *rig) change(id order.ID, capture bool, key string) (ledger.Result, error) {
	r.t.Helper()
	p := r.view(id).Current()
	return r.app.Ledger.Change(context.Background(), ledger.Change{
		Order: id, PaymentID: p.ID, Button: pressed(capture), Amount: p.Amount, Actor: "staff:1", Key: key,
	})
}

// idle runs the workers, and the centre if it is asked along, until nothing is due.
func (r *rig) idle(centre bool) {
	r.t.Helper()
	for range 2000 {
		busy := false
		if centre {
			worked, _, err := r.sim.Step(context.Background())
			if err != nil {
				r.t.Fatal(err)
			}
			busy = worked
		}
		worked, _, err := r.app.Step(context.Background())
		if err != nil {
			r.t.Fatal(err)
		}
		if !worked && !busy {
			return
		}
	}
	r.t.Fatal("the workers do not come to rest")
}

// wait lets time pass, with the workers at work.
func (r *rig) wait(d time.Duration, centre bool) {
	r.t.Helper()
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(min(20*time.Second, end.Sub(r.Now())))
		r.idle(centre)
	}
}

// atCentre sums what the centre holds or has taken for an order, and counts its payments.
func (r *rig) atCentre(id order.ID) (alive order.Yen, payments int) {
	for _, p := range r.sim.Payments() {
		if orderOf(p.TradingID) != int64(id) {
			continue
		}
		payments++
		if payment.Status(p.Status).Alive() {
			alive += order.Yen(p.Amount)
		}
	}
	return alive, payments
}

// chance is randomness from a seed, for any goroutine.
type chance struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func newChance(seed uint64) *chance {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &chance{source: rand.NewChaCha8(key)}
}

func (c *chance) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source.Read(p)
}

// lines is a log kept as text without times.
type lines struct {
	slog.Handler
	text *syncText
}

type syncText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *syncText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func newLines(level slog.Level) *lines {
	text := &syncText{}
	return &lines{text: text, Handler: slog.NewTextHandler(text, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})}
}

// String is everything logged so far.
func (l *lines) String() string {
	l.text.mu.Lock()
	defer l.text.mu.Unlock()
	return l.text.text.String()
}

// take returns what was logged since the last take.
func (l *lines) take() string {
	l.text.mu.Lock()
	defer l.text.mu.Unlock()
	defer l.text.text.Reset()
	return l.text.text.String()
}

// oneOrder makes goods of which there are so many, and an order for some of them.
func (r *rig) oneOrder(stock, quantity int64) order.ID {
	r.t.Helper()
	class := r.Class("白磁の器", stock)
	return r.Order(storetest.Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: quantity}}})
}

// openAlerts are the kinds of an order's open alerts.
func (r *rig) openAlerts(id order.ID) []string {
	alerts, err := database.List(context.Background(), r.DB.Read(), database.Scalar[string],
		"SELECT kind FROM plg_kessai_alert WHERE order_id = ? AND closed_at IS NULL ORDER BY kind, cause", int64(id))
	if err != nil {
		r.t.Fatal(err)
	}
	return alerts
}

func readAll(t testing.TB, resp *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}
