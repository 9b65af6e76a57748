package checkout_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/order"
	"kessai/internal/setting"
	"kessai/internal/web/webtest"
	"kessai/paygentsim"
)

// Cards of the simulator (paygentsim.MagicCards).
const (
	goodCard     = "4900000000000000"
	declinedCard = "4900000000008101"
	lostAnswer   = "4900000000009001"
)

const (
	pathStart    = "/shopping/checkout"
	pathCard     = "/paygent_payment/payment_credit"
	pathWait     = "/shopping/wait"
	pathGiveUp   = "/shopping/giveup"
	pathComplete = "/shopping/complete"
)

// rig is a shop on SQLite, joined to the simulated centre without sockets, and a
// visitor without scripts. Its clock stands until it is moved, and nothing runs but
// what step runs.
type rig struct {
	*webtest.Client
	t        *testing.T
	app      *app.App
	config   config.Config
	deps     app.Deps
	sim      *paygentsim.Sim
	merchant paygentsim.Merchant

	mu  sync.Mutex
	now time.Time
}

func (r *rig) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) advance(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, now: dbtest.Now().Add(time.Hour)}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	var err error
	r.sim, err = paygentsim.New(paygentsim.Options{Clock: r.Now, Seed: 1, Log: log})
	r.ok(err)
	t.Cleanup(func() { r.ok(r.sim.Close()) })
	r.merchant = r.sim.Merchants()[0]
	dir := t.TempDir()
	c, err := config.Load(config.Source{WorkDir: dir, Environ: []string{
		"KESSAI_DATA_DIR=" + dir, "KESSAI_PUBLIC_URL=http://shop.example", "KESSAI_DATABASE_URL=" + dbtest.SQLiteURL(t, dbtest.Catalogue),
	}})
	r.ok(err)
	d := app.Deps{Now: r.Now, Rand: rand.Reader, Log: log, Node: "node-1", Transport: r.sim.Transport()}
	r.config, r.deps = *c, d
	r.connect(*c, d, filepath.Join(dir, "kit"))
	r.app, err = app.New(t.Context(), *c, d)
	r.ok(err)
	t.Cleanup(func() { r.ok(r.app.Close()) })
	r.Client = webtest.NewClient(t, r.app.Handler())
	return r
}

// connect sets what staff would set, and imports the simulator's kit.
func (r *rig) connect(c config.Config, d app.Deps, kit string) {
	ctx := r.t.Context()
	db, err := app.OpenDatabase(ctx, c, d)
	r.ok(err)
	_, settings, err := app.OpenSettings(ctx, c, d, db)
	r.ok(err)
	_, err = settings.Save(ctx, func(v *setting.Values) error {
		for _, s := range [][2]string{
			{"environment", "simulator"}, {"merchant_id", r.merchant.MerchantID}, {"connect_id", r.merchant.ConnectID},
			{"connect_password", r.merchant.ConnectPassword.Reveal()}, {"notice_hash_key", r.merchant.NoticeKey.Reveal()},
			{"token_key", r.merchant.TokenKey.Reveal()}, {"token_url", "http://centre.example/js/PaygentToken.js"},
			{"settlement_division", "1"}, {"paygent_payment_method", "credit"}, {"payment_division", "10,61,80"}, {"security_code", "1"},
		} {
			if err := v.Set(s[0], s[1]); err != nil {
				return err
			}
		}
		return nil
	}, "operator")
	r.ok(err)
	r.ok(r.sim.WriteKit(kit, "https://centre.example", nil))
	files, err := setting.ReadKit(os.DirFS(kit))
	r.ok(err)
	_, err = settings.ImportKit(ctx, files, true, "operator")
	r.ok(err)
	r.ok(db.Close())
}

// exec changes the database as somebody else would.
func (r *rig) exec(query string, args ...any) {
	r.t.Helper()
	r.ok(r.app.DB.Write(r.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

// number reads one whole number.
func (r *rig) number(query string, args ...any) int64 {
	r.t.Helper()
	n, found, err := database.One(r.t.Context(), r.app.DB.Read(), func(row database.Row) (n int64, err error) {
		err = row.Scan(database.Whole(&n, "test", nil))
		return n, err
	}, query, args...)
	r.ok(err)
	if !found {
		r.t.Fatalf("%s: nothing found", query)
	}
	return n
}

// status is an order's 対応状況.
func (r *rig) status(id int64) order.Status {
	r.t.Helper()
	return order.Status(r.number("SELECT order_status_id FROM dtb_order WHERE id = ?", id))
}

// telegrams are how many of a kind reached the centre.
func (r *rig) telegrams(kind string) int {
	n := 0
	for _, q := range r.sim.Requests() {
		if q.Kind == kind {
			n++
		}
	}
	return n
}

// token is a one-time token for a card, as the buyer's browser gets it.
func (r *rig) token(card string) string {
	r.t.Helper()
	text, err := r.sim.Token(r.merchant.MerchantID, card, "1230", "123")
	r.ok(err)
	return text
}

// cash and credit are the methods a buyer can choose.
const (
	cash   = "銀行振込"
	credit = "クレジット"
)

// confirm brings a guest with one tenugui to ご注文内容のご確認.
func (r *rig) confirm(method string) webtest.Page {
	r.t.Helper()
	class := r.number("SELECT id FROM dtb_product_class WHERE product_code = 'tenugui-seigaiha'")
	product := r.number("SELECT product_id FROM dtb_product_class WHERE id = ?", class)
	r.Post(fmt.Sprintf("/products/add_cart/%d", product), url.Values{"ProductClass": {fmt.Sprint(class)}, "quantity": {"1"}})
	r.Get(r.Get("/cart").Find("a[href^='/cart/buystep/']").AttrOr("href", ""))
	p := r.Post("/shopping/nonmember", url.Values{
		"name01": {"山田"}, "name02": {"花子"}, "kana01": {"ヤマダ"}, "kana02": {"ハナコ"}, "postal_code": {"5300001"}, "pref": {"27"},
		"addr01": {"大阪市北区"}, "addr02": {"梅田2-4-9"}, "phone_number": {"0612345678"},
		"email": {"hanako@example.com"}, "email_confirm": {"hanako@example.com"},
	})
	p = r.Submit(p, "#procedure", url.Values{"payment": {r.method(p, method)}})
	if p.Path != "/shopping/confirm" {
		r.t.Fatalf("at %s: %s", p.Path, webtest.Text(p.Document, "main"))
	}
	return p
}

// method is the value of a payment method by a part of its name.
func (r *rig) method(p webtest.Page, name string) string {
	r.t.Helper()
	labels := p.Find("#procedure label:has(input[name=payment])")
	for n := range labels.Length() {
		if label := labels.Eq(n); strings.Contains(label.Text(), name) {
			return label.Find("input").AttrOr("value", "")
		}
	}
	r.t.Fatalf("no method %s at %s: %s", name, p.Path, webtest.Text(p.Document, "main"))
	return ""
}

// card brings a guest to the card page.
func (r *rig) card() webtest.Page {
	r.t.Helper()
	p := r.Submit(r.confirm(credit), "#confirm", nil)
	r.at(p, pathCard, 200)
	return p
}

// pay sends the card page as its script does.
func (r *rig) pay(p webtest.Page, card string) webtest.Page {
	r.t.Helper()
	return r.Submit(p, "#card-form", url.Values{"card_token": {r.token(card)}})
}

// at fails the test unless the page is this one.
func (r *rig) at(p webtest.Page, path string, status int) {
	r.t.Helper()
	if got, _, _ := strings.Cut(p.Path, "?"); got != path || p.Status != status {
		r.t.Fatalf("at %s with %d, want %s with %d\n%s", p.Path, p.Status, path, status, webtest.Text(p.Document, "main"))
	}
}

// says fails the test unless what the selector finds contains the text.
func (r *rig) says(p webtest.Page, selector, text string) {
	r.t.Helper()
	if got := webtest.Text(p.Document, selector); !strings.Contains(got, text) {
		r.t.Errorf("%s: %s says %q, want %q in it", p.Path, selector, got, text)
	}
}

// named is the token of the order a page is about.
func named(p webtest.Page) string {
	return p.Find("#card-form input[name=o], #confirm input[name=o]").First().AttrOr("value", "")
}
