package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"kessai/internal/backoffice"
	"kessai/internal/checkout"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/gateway"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/mail"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/reconcile"
	"kessai/internal/setting"
	"kessai/internal/shop"
	"kessai/internal/staff"
	"kessai/internal/store"
	"kessai/internal/wallet"
	"kessai/internal/web"
	"kessai/paygent"
)

// Deps is what a node needs from outside.
type Deps struct {
	Now  func() time.Time
	Rand io.Reader // safe for concurrent use
	Log  *slog.Logger
	Node string // this node's name; operations are owned under it
	// Transport replaces certificate and TLS towards Paygent: for tests and simulation.
	Transport http.RoundTripper
	WireLog   paygent.WireLog
	// Reached, if set, is told when an operation passes a boundary of money.md §2.
	Reached func(ledger.Boundary, order.ID)
	// CheckClock compares Now with the database's clock, as a node in service must; a
	// system whose clock is moved by hand does not.
	CheckClock bool
	// Observe, if set, is told every statement before it is sent.
	Observe func(statement string)
	// Returns makes the addresses a buyer comes back by, where somebody is there to
	// take them back. Without it 3-D Secure cannot be chosen, and cards are refused where it
	// was chosen before.
	Returns func(order.ID, *ledger.Payment) ledger.Returns
}

// App is one node.
type App struct {
	config config.Config
	deps   Deps

	DB       *database.DB
	Settings *setting.Store
	Staff    *staff.Members
	Store    *store.Store
	Drafts   *store.Drafts
	Reader   *store.Reader
	Ledger   *ledger.Service
	Wallet   *wallet.Service
	Jobs     *job.Jobs
	Mail     *mail.Worker

	key      *setting.Key
	gateway  *gateway.Gateway
	kernel   *web.Kernel
	shop     *shop.Shop
	checkout *checkout.Checkout
	office   *backoffice.BackOffice
	workers  []worker
	clock    clock
}

// step does a worker's next piece of work, without a loop and a clock of its own.
type step func(ctx context.Context) (worked bool, next time.Time, err error)

// worker is one background task.
type worker struct {
	name string
	step step
	wide step          // instead of step in Run, where several things may go on at once; nil: step
	rest time.Duration // the longest it rests in Run; 0: idle
}

// New makes a node. The database must have been migrated; Migrate does that.
func New(ctx context.Context, c config.Config, d Deps) (*App, error) {
	a := &App{config: c, deps: d}
	if err := a.open(ctx, a.mountShop, a.mountBackOffice, a.mountNotices); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// NewCore makes a node without pages, mails and workers, for a command that runs beside
// the servers. Its operations are owned under its own name, as a server's are.
func NewCore(ctx context.Context, c config.Config, d Deps) (*App, error) {
	a := &App{config: c, deps: d}
	if err := a.openCore(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) openCore(ctx context.Context) error {
	for _, step := range []func(context.Context) error{a.openDatabase, a.openSettings, a.openLedger, a.openJobs} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) open(ctx context.Context, mounts ...func(context.Context) error) error {
	for _, step := range append([]func(context.Context) error{a.openCore, a.openKernel}, mounts...) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := a.openMail(); err != nil {
		return err
	}
	a.openWorkers()
	a.sayRefused(ctx)
	// Nobody else runs under this node's name: its former self's operations and lanes are free.
	if err := a.Store.EndLeases(ctx, a.deps.Node, a.deps.Now()); err != nil {
		return err
	}
	return a.Jobs.EndLeases(ctx)
}

func (a *App) openDatabase(ctx context.Context) error {
	if err := os.MkdirAll(a.config.DataDir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	db, err := OpenDatabase(ctx, a.config, a.deps)
	if err != nil {
		return err
	}
	a.DB, a.clock.theirs = db, db.Now
	return checkMigrated(ctx, db, a.config)
}

func (a *App) openSettings(ctx context.Context) error {
	var err error
	if a.key, a.Settings, err = OpenSettings(ctx, a.config, a.deps, a.DB); err != nil {
		return err
	}
	a.Staff, err = OpenStaff(a.config, a.deps, a.DB)
	return err
}

func (a *App) openLedger(context.Context) error {
	a.Store = store.New(a.DB, a.deps.Now)
	a.Reader = store.NewReader(a.DB)
	a.Drafts = store.NewDrafts(a.DB, a.deps.Now, orderNo)
	a.gateway = gateway.New(a.centre, a.deps.Now)
	a.Ledger = ledger.New(ledger.Deps{
		Store: alarming{a.Store, a.deps.Log}, Gateway: outspoken{a.gateway, a.deps.Log}, Policy: a.policy, Now: a.deps.Now, Rand: a.deps.Rand,
		Node: a.deps.Node, Log: a.deps.Log, Reached: a.deps.Reached,
		Seal: a.key.SealToken, Unseal: a.key.OpenToken, Returns: a.deps.Returns,
	})
	a.Wallet = wallet.New(wallet.Deps{
		Store: a.Store, Gateway: outspoken{a.gateway, a.deps.Log}, Lists: a.gateway, Policy: a.policy, Now: a.deps.Now, Rand: a.deps.Rand,
		Node: a.deps.Node, Log: a.deps.Log, Reached: a.ofNoOrder,
	})
	return nil
}

// ofNoOrder tells what an operation about a member's cards passes, which no order has.
func (a *App) ofNoOrder(b ledger.Boundary) {
	if a.deps.Reached != nil {
		a.deps.Reached(b, 0)
	}
}

// policy is the settings' with what this node can do.
func (a *App) policy(ctx context.Context) (ledger.Policy, error) {
	p, err := a.Settings.Policy(ctx)
	p.NoReturns = !a.deps.takesBack()
	return p, err
}

// takesBack reports whether somebody takes a buyer back from 3-D Secure.
func (d Deps) takesBack() bool { return d.Returns != nil }

// sayRefused tells an operator why no card is taken. Settings that cannot be read say so
// where they are needed.
func (a *App) sayRefused(ctx context.Context) {
	if p, err := a.policy(ctx); err == nil && p.RefusesCards() {
		a.deps.Log.ErrorContext(ctx, "cards are refused: credit_3d asks for 3-D Secure, and no page takes the buyer back from it; set credit_3d=0 to take them without",
			"credit_3d", string(p.ThreeDS))
	}
}

func (a *App) openKernel(context.Context) error {
	public, err := url.Parse(a.config.PublicURL)
	if err != nil {
		return fmt.Errorf("public_url: %w", err)
	}
	a.kernel, err = web.New(web.Options{
		PublicURL: public, TrustedProxies: a.config.TrustedProxies, AdminPath: a.config.AdminRoute,
		DB: a.DB, Around: a.around, Log: a.deps.Log, Now: a.deps.Now, Rand: a.deps.Rand,
	})
	return err
}

func (a *App) mountNotices(context.Context) error {
	receiver := notice.NewReceiver(gateway.VerifyNotice(a.noticeKeys), a.Ledger, a.deps.Log)
	a.kernel.Plain().Handle(notice.Path, func(w http.ResponseWriter, r *http.Request) error {
		receiver.ServeHTTP(w, r)
		return nil
	})
	return nil
}

// askers is how many questions a worker has under way at once.
const askers = 16

func (a *App) openWorkers() {
	d := a.deps
	resolver := reconcile.NewResolver(a.Ledger, a.Store, d.Now, d.Log)
	confirmer := notice.NewConfirmer(a.Ledger, a.Store, d.Node, d.Now, d.Log)
	watcher := reconcile.NewWatcher(a.Ledger, a.Store, d.Now, d.Log)
	a.workers = append([]worker{
		{name: "resolver", step: resolver.Step, wide: resolver.Wide(askers).Step},
		{name: "cards", step: reconcile.NewCardResolver(a.Wallet, a.Store, d.Now, d.Log).Step},
		{name: "confirmer", step: confirmer.Step, wide: confirmer.Wide(askers).Step},
		{name: "sweeper", step: notice.NewSweeper(a.gateway, a.Store, a.Ledger, d.Node, notice.SweepEvery, d.Now, d.Log).Step},
		{name: "watcher", step: watcher.Step, wide: watcher.Wide(askers).Step},
		{name: "host", step: reconcile.NewHost(a.Ledger, a.Store, d.Now, d.Log).Step},
		{name: "mail", step: a.Mail.Step},
		{name: "sessions", step: a.kernel.SessionStep},
	}, a.jobWorkers()...)
}

// Handler serves shop, back office and notifications.
func (a *App) Handler() http.Handler { return a.kernel.Handler() }

// AdminHandler serves the back office alone, ShopHandler all but it.
func (a *App) AdminHandler() http.Handler { return a.kernel.AdminHandler() }
func (a *App) ShopHandler() http.Handler  { return a.kernel.ShopHandler() }

// Close ends the node. Run must have returned.
func (a *App) Close() error {
	if a.gateway != nil {
		a.gateway.Close()
	}
	if a.DB != nil {
		return a.DB.Close()
	}
	return nil
}
