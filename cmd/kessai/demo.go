package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
)

func demoCommand(e env) *cobra.Command {
	o := demoOptions{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "run simulator, shop and back office on this machine",
		Long: `demo runs the whole story in one process: a simulated Paygent, the embedded shop on SQLite,
storefront and back office. Nothing leaves this machine and no real money moves. Started again
with the same --data it finds everything as it was.`,
		Example: `  kessai demo
  kessai demo --data ./trial --listen 127.0.0.1:9000 --faults default
  kessai demo --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), e, o, time.Now()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "./kessai-data", "directory of everything the demo keeps")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of shop and back office")
	f.StringVar(&o.faults, "faults", "off", "what the simulated Paygent does wrong: off, default or hostile")
	f.BoolVar(&o.json, "json", false, "print one line of JSON when ready")
	return cmd
}

type demoOptions struct {
	data, listen, faults string
	json                 bool
}

// demoState is demo.json: what the demo must find again (mode 0600: it holds the
// staff's password).
type demoState struct {
	AdminUser     string `json:"admin_user"`
	AdminPassword string `json:"admin_password"`
	Simulator     string `json:"simulator"` // addresses of the simulator's listeners
	TLS           string `json:"tls"`
	Control       string `json:"control"`
}

func demo(ctx context.Context, e env, o demoOptions, began time.Time) error {
	dir, err := filepath.Abs(o.data)
	if err != nil {
		return err
	}
	r := &demoRun{options: o, dir: dir}
	if err := r.open(ctx); err != nil {
		return errors.Join(err, r.close())
	}
	if err := r.announce(e.Stdout, time.Since(began)); err != nil {
		return errors.Join(err, r.close())
	}
	err = serveAll(ctx, append(r.centre.servers, r.shop), func(ctx context.Context) {
		var wg sync.WaitGroup
		wg.Go(func() { r.centre.deliver(ctx, r.log) })
		wg.Go(func() { r.app.Run(ctx) })
		wg.Wait()
	})
	return errors.Join(err, r.close())
}

// demoRun is the demo while it is put together.
type demoRun struct {
	options demoOptions
	dir     string
	unlock  func() error // of the directory
	logFile *os.File
	log     *slog.Logger
	state   demoState
	config  config.Config
	centre  *centre
	app     *app.App
	wire    *app.WireLog
	shop    *listening
	release func() error // of the database
}

func (r *demoRun) open(ctx context.Context) error {
	// What can be wrong with the command line first: it must leave nothing behind.
	if _, err := faultProfile(r.options.faults); err != nil {
		return err
	}
	r.shop = &listening{name: "--listen", address: r.options.listen}
	if err := r.shop.listen(); err != nil {
		return err
	}
	if err := r.openDir(); err != nil {
		return err
	}
	if err := r.readState(); err != nil {
		return err
	}
	if err := r.openCentre(); err != nil {
		return err
	}
	if err := r.openApp(ctx); err != nil {
		return err
	}
	r.shop.server.Handler = r.app.Handler()
	return r.writeState()
}

// openDir makes the demo's directory, takes its lock and opens its log.
func (r *demoRun) openDir() (err error) {
	if r.unlock, err = ownDir(r.dir); err != nil {
		return err
	}
	r.logFile, err = os.OpenFile(filepath.Join(r.dir, "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	r.log = logger(r.logFile, "info")
	return nil
}

// openCentre opens the simulator at the addresses it had; one that is taken by now
// moves, and its kit with it.
func (r *demoRun) openCentre() error {
	o := simulatorOptions{
		data: filepath.Join(r.dir, "simulator"), faults: r.options.faults, noticeURL: r.url() + "/paygent_payment_difference_notice",
		listen: r.state.Simulator, tls: r.state.TLS, control: r.state.Control,
		// Whoever tries a lost answer out should not have to wait for 35 seconds.
		conf: map[string]string{"timeout_value": "8"},
	}
	c, err := openCentre(o, r.log)
	var usage usageError
	if err != nil && !errors.As(err, &usage) {
		o.listen, o.tls, o.control = anyPort, anyPort, anyPort
		c, err = openCentre(o, r.log)
	}
	if err != nil {
		return err
	}
	r.centre = c
	r.state.Simulator = c.servers[0].listener.Addr().String()
	r.state.TLS = c.servers[1].listener.Addr().String()
	r.state.Control = c.servers[2].listener.Addr().String()
	return nil
}

const anyPort = "127.0.0.1:0"

func (r *demoRun) url() string { return "http://" + reachable(r.shop.listener.Addr()) }

// openApp makes the shop by the same ways a real one is made: configuration, migrate,
// staff add, setting set, import-kit.
func (r *demoRun) openApp(ctx context.Context) error {
	c, err := config.Load(config.Source{WorkDir: r.dir, Environ: []string{
		"KESSAI_DATA_DIR=" + r.dir, "KESSAI_PUBLIC_URL=" + r.url(), "KESSAI_LISTEN=" + r.shop.listener.Addr().String(),
		"KESSAI_DATABASE_URL=sqlite://" + filepath.Join(r.dir, "kessai.db"),
	}})
	if err != nil {
		return err
	}
	r.config = *c
	if r.release, err = ownFile(*c); err != nil {
		return err
	}
	node, err := nodeName(r.dir)
	if err != nil {
		return err
	}
	d := deps(r.log, node)
	if r.wire, err = app.OpenWireLog(c.LogDir()); err != nil {
		return err
	}
	d.WireLog = r.wire
	if err := r.prepare(ctx, d); err != nil {
		return err
	}
	r.app, err = app.New(ctx, r.config, d)
	return err
}

// prepare migrates, and sets up what is not set up yet.
func (r *demoRun) prepare(ctx context.Context, d app.Deps) (err error) {
	db, err := app.OpenDatabase(ctx, r.config, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done, err := app.Migrate(ctx, r.config, d, db)
	if err != nil {
		return err
	}
	if done.Baseline {
		if err := database.SeedCatalogue(ctx, db, d.Now()); err != nil {
			return err
		}
	}
	if err := r.prepareStaff(ctx, d, db); err != nil {
		return err
	}
	return r.prepareSettings(ctx, d, db)
}

func (r *demoRun) readState() error {
	r.state = demoState{AdminUser: "admin", Simulator: anyPort, TLS: anyPort, Control: anyPort}
	text, err := os.ReadFile(filepath.Join(r.dir, "demo.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &r.state); err != nil {
		return fmt.Errorf("%s is not readable as JSON; remove it to get a new staff password: %w", filepath.Join(r.dir, "demo.json"), err)
	}
	return nil
}

func (r *demoRun) writeState() error {
	text, err := json.MarshalIndent(r.state, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(r.dir, "demo.json")
	if err := os.WriteFile(file+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (r *demoRun) close() error {
	var err error
	if r.app != nil {
		err = r.app.Close()
	}
	if r.centre != nil {
		err = errors.Join(err, r.centre.sim.Close())
	}
	if r.wire != nil {
		err = errors.Join(err, r.wire.Close())
	}
	if r.release != nil {
		err = errors.Join(err, r.release())
	}
	if r.shop != nil && r.shop.listener != nil {
		_ = r.shop.listener.Close() // closed already if it served
	}
	if r.logFile != nil {
		err = errors.Join(err, r.logFile.Close())
	}
	if r.unlock != nil {
		err = errors.Join(err, r.unlock())
	}
	return err
}

// announce says where everything is.
func (r *demoRun) announce(w io.Writer, took time.Duration) error {
	admin := r.url() + r.config.AdminRoute
	if r.options.json {
		return json.NewEncoder(w).Encode(demoReady{
			Shop: r.url(), Admin: admin, AdminUser: r.state.AdminUser, AdminPassword: r.state.AdminPassword,
			Simulator: r.centre.plainURL(), Control: r.centre.controlURL(), Data: r.dir, Merchant: viewMerchant(r.centre.sim.Merchants()[0]),
		})
	}
	_, err := fmt.Fprintf(w, `kessai demo — ready in %d ms. Nothing leaves this machine; no real money moves.

  店舗            %s/
  管理画面        %s/     %s / %s
  試験環境ツール  %s
  シミュレータ    %s  (faults %s, seed %d)
  データ          %s

試してみてください / Try:
  1. 商品を買い、カード番号 4900000000000000、有効期限 12/30 で支払う        (an ordinary purchase)
  2. 管理画面 > ペイジェント決済管理 で「売上」→ 通知が届き「入金済み」になる  (capture; the notice follows)
  3. カード番号 4900000000008101 で断られ、別のカードで支払い直す            (declined, then another card)
  4. カード番号 4900000000009001：応答が届かない。確認中の後、一度だけ成立    (the answer is lost; charged once)
  5. 試験環境ツールで決済のステータスを変え、注文が追いつくのを見る          (change a status by hand)

Ctrl-C で終了します。
`, took.Milliseconds(), r.url(), admin, r.state.AdminUser, r.state.AdminPassword, r.centre.controlURL(), r.centre.plainURL(),
		r.options.faults, r.centre.sim.Seed(), r.dir)
	return err
}

// demoReady is the line printed with --json.
type demoReady struct {
	Shop          string       `json:"shop"`
	Admin         string       `json:"admin"`
	AdminUser     string       `json:"admin_user"`
	AdminPassword string       `json:"admin_password"`
	Simulator     string       `json:"simulator"`
	Control       string       `json:"control"`
	Data          string       `json:"data"`
	Merchant      merchantView `json:"merchant"`
}
