package browsertest

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/setting"
	"kessai/internal/staff"
	"kessai/paygentsim"
)

// world is a whole system: the simulated centre, and a shop connected to it by the
// kit the centre wrote.
type world struct {
	t     *testing.T
	clock *clock
	dir   string
	app   *app.App
	sim   *paygentsim.Sim
	log   *slog.Logger

	shop, plain, secure, control net.Listener
	arrived                      *record // every byte that reached the shop
	config                       config.Config
	password                     staff.Password
	running                      sync.WaitGroup
}

const loginID = "owner"

// base is the shop's address.
func (w *world) base() string { return "http://" + w.shop.Addr().String() }

func (w *world) admin() string { return w.base() + w.config.AdminRoute }

// newWorld starts a system that ends with the test.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{}, dir: t.TempDir(), arrived: &record{}, password: "correct horse battery"}
	w.log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	for _, l := range []*net.Listener{&w.shop, &w.plain, &w.secure, &w.control} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		w.ok(err)
		*l = ln
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(func() {
		stop()
		w.running.Wait()
		w.ok(errors.Join(w.app.Close(), w.sim.Close()))
	})
	w.openCentre()
	w.openShop(ctx)
	w.serve(ctx)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// openCentre makes the simulated centre and its kit. Its patience for telegrams is 2 s,
// so that an answer that never comes is soon given up.
func (w *world) openCentre() {
	var err error
	w.sim, err = paygentsim.New(paygentsim.Options{
		Dir: filepath.Join(w.dir, "centre"), Clock: w.clock.Now, Seed: 1, Faults: paygentsim.FaultsOff, Log: w.log,
		NoticeURL: w.base() + "/paygent_payment_difference_notice",
	})
	w.ok(err)
	w.ok(w.sim.WriteKit(w.kit(), "https://"+w.secure.Addr().String(), map[string]string{"timeout_value": "2"}))
}

func (w *world) kit() string { return filepath.Join(w.dir, "kit") }

// openShop makes a shop by the ways a real one is made: configuration, migrate,
// staff, settings, kit.
func (w *world) openShop(ctx context.Context) {
	c, err := config.Load(config.Source{WorkDir: w.dir, Environ: []string{
		"KESSAI_DATA_DIR=" + filepath.Join(w.dir, "shop"), "KESSAI_PUBLIC_URL=" + w.base(),
	}})
	w.ok(err)
	w.config = *c
	d := app.Deps{Now: w.clock.Now, Rand: rand.Reader, Log: w.log, Node: "node-1"}
	db, err := app.OpenDatabase(ctx, w.config, d)
	w.ok(err)
	_, err = app.Migrate(ctx, w.config, d, db)
	w.ok(err)
	w.ok(database.SeedCatalogue(ctx, db, d.Now()))
	members, err := app.OpenStaff(w.config, d, db)
	w.ok(err)
	_, err = members.Add(ctx, staff.NewMember{LoginID: loginID, Name: "店長", Password: w.password})
	w.ok(err)
	_, settings, err := app.OpenSettings(ctx, w.config, d, db)
	w.ok(err)
	w.connect(ctx, settings)
	w.ok(db.Close())
	w.app, err = app.New(ctx, w.config, d)
	w.ok(err)
}

// connect sets what staff would set, and imports the kit.
func (w *world) connect(ctx context.Context, settings *setting.Store) {
	m := w.sim.Merchants()[0]
	_, err := settings.Save(ctx, func(v *setting.Values) error {
		for _, s := range [][2]string{
			{"environment", "simulator"}, {"merchant_id", m.MerchantID}, {"connect_id", m.ConnectID}, {"connect_password", m.ConnectPassword.Reveal()},
			{"notice_hash_key", m.NoticeKey.Reveal()}, {"token_key", m.TokenKey.Reveal()},
			{"token_url", "http://" + w.plain.Addr().String() + "/js/PaygentToken.js"},
			{"settlement_division", "1"}, {"paygent_payment_method", "credit"}, {"payment_division", "10,61,80"}, {"security_code", "1"},
		} {
			if err := v.Set(s[0], s[1]); err != nil {
				return err
			}
		}
		return nil
	}, "operator")
	w.ok(err)
	files, err := setting.ReadKit(os.DirFS(w.kit()))
	w.ok(err)
	_, err = settings.ImportKit(ctx, files, true, "operator")
	w.ok(err)
}

// serve opens the doors and lets the workers of both sides run until ctx ends.
func (w *world) serve(ctx context.Context) {
	secure, err := w.sim.TLSConfig()
	w.ok(err)
	w.door(ctx, recording{w.shop, w.arrived}, w.app.Handler())
	w.door(ctx, w.plain, w.sim.Handler())
	w.door(ctx, tls.NewListener(w.secure, secure), w.sim.Handler())
	w.door(ctx, w.control, w.sim.ControlHandler())
	w.running.Go(func() { w.app.Run(ctx) })
	w.running.Go(func() { w.deliver(ctx) })
}

func (w *world) door(ctx context.Context, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelDebug)}
	w.running.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			w.log.Error("a server ended", "error", err)
		}
	})
	w.running.Go(func() {
		<-ctx.Done()
		_ = server.Close() // the browser holds connections open; nobody waits for their answers
	})
}

// deliver sends the centre's notices as they come due.
func (w *world) deliver(ctx context.Context) {
	for ctx.Err() == nil {
		worked, _, err := w.sim.Step(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.Error("centre", "error", err)
		}
		if worked && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}
