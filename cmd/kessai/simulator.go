package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"kessai/paygentsim"
)

func simulatorCommand(e env) *cobra.Command {
	o := simulatorOptions{}
	cmd := &cobra.Command{
		Use:   "simulator",
		Short: "run a simulated Paygent",
		Long: `simulator runs a stateful Paygent centre on this machine: telegrams over mutual TLS and over
plain HTTP, the token endpoint, difference notifications, and the 試験環境ツール on its control address.
It writes a ready 接続キット into <data>/kit.`,
		Example: `  kessai simulator --notice-url http://127.0.0.1:8000/paygent_payment_difference_notice
  kessai simulator --data ./centre --faults hostile --seed 42
  kessai simulator --data ./centre --merchants contracts.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSimulator(cmd.Context(), e, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "./kessai-simulator", "directory of its payments, keys and kit")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8090", "address for plain HTTP")
	f.StringVar(&o.tls, "tls-listen", "127.0.0.1:8443", "address for mutual TLS")
	f.StringVar(&o.control, "control-listen", "127.0.0.1:8091", "address of /control/")
	f.StringVar(&o.noticeURL, "notice-url", "", "where difference notifications go")
	f.StringVar(&o.merchants, "merchants", "", "JSON file of the contracts (default: kept in the data directory, or a new one)")
	f.StringVar(&o.faults, "faults", "off", "off, default or hostile")
	f.Uint64Var(&o.seed, "seed", 0, "seed of the faults (default: kept in the data directory, or new)")
	f.BoolVar(&o.json, "json", false, "print one line of JSON when ready")
	return cmd
}

type simulatorOptions struct {
	data, listen, tls, control, noticeURL, faults, merchants string
	seed                                                     uint64
	json                                                     bool
	conf                                                     map[string]string // of the kit, where it is not the usual
}

// centre is a running simulator: its listeners are open before anything is said of it.
type centre struct {
	sim     *paygentsim.Sim
	kit     string
	conf    map[string]string
	servers []*listening
}

func (c *centre) plainURL() string { return "http://" + reachable(c.servers[0].listener.Addr()) }
func (c *centre) tlsURL() string   { return "https://" + reachable(c.servers[1].listener.Addr()) }
func (c *centre) controlURL() string {
	return "http://" + reachable(c.servers[2].listener.Addr()) + "/control/"
}

// openCentre opens the simulator and its three addresses, and writes its kit if the
// one that lies there is not for this address.
func openCentre(o simulatorOptions, log *slog.Logger) (*centre, error) {
	profile, err := faultProfile(o.faults)
	if err != nil {
		return nil, err
	}
	merchants, err := readMerchants(o.merchants)
	if err != nil {
		return nil, err
	}
	sim, err := paygentsim.New(paygentsim.Options{Dir: o.data, NoticeURL: o.noticeURL, Faults: profile, Seed: o.seed, Merchants: merchants, Log: log})
	if err != nil {
		return nil, err
	}
	c := &centre{sim: sim, kit: filepath.Join(o.data, "kit"), conf: o.conf, servers: []*listening{
		{name: "--listen", address: o.listen, handler: sim.Handler()},
		{name: "--tls-listen", address: o.tls, handler: sim.Handler()},
		{name: "--control-listen", address: o.control, handler: sim.ControlHandler()},
	}}
	if err := c.open(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *centre) open() error {
	for _, s := range c.servers {
		if err := s.listen(); err != nil {
			return err
		}
	}
	tlsConfig, err := c.sim.TLSConfig()
	if err != nil {
		return err
	}
	url := c.tlsURL()
	c.servers[1].listener = tls.NewListener(c.servers[1].listener, tlsConfig)
	written := filepath.Join(c.kit, "written-for")
	if text, err := os.ReadFile(written); err == nil && string(text) == url {
		return nil
	}
	if err := c.sim.WriteKit(c.kit, url, c.conf); err != nil {
		return err
	}
	return os.WriteFile(written, []byte(url), 0o600)
}

func (c *centre) close() {
	for _, s := range c.servers {
		if s.listener != nil {
			_ = s.listener.Close() // we are giving up anyway
		}
	}
	_ = c.sim.Close() // every answered telegram is on disk already
}

// deliver sends what is due until ctx ends.
func (c *centre) deliver(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		worked, next, err := c.sim.Step(ctx)
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "simulator", "error", err)
		}
		if worked && err == nil {
			continue
		}
		rest := 200 * time.Millisecond
		if until := time.Until(next); !next.IsZero() && until < rest {
			rest = max(until, 5*time.Millisecond)
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
}

func faultProfile(name string) (paygentsim.Profile, error) {
	switch p := paygentsim.Profile(name); p {
	case paygentsim.FaultsOff, paygentsim.FaultsDefault, paygentsim.FaultsHostile:
		return p, nil
	}
	return "", usageError{fmt.Errorf("--faults %s: it is off, default or hostile", name)}
}

// readMerchants reads the contracts of a file; without one they are the simulator's own matter.
func readMerchants(path string) ([]paygentsim.Merchant, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--merchants: %w", err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	merchants, err := paygentsim.ReadMerchants(f)
	if err != nil {
		return nil, usageError{fmt.Errorf("--merchants %s: %w", path, err)}
	}
	return merchants, nil
}

// merchantView is a merchant as printed for scripts.
type merchantView struct {
	MerchantID      string `json:"merchant_id"`
	ConnectID       string `json:"connect_id"`
	ConnectPassword string `json:"connect_password"`
	TokenKey        string `json:"token_key"`
	TokenHashKey    string `json:"token_hash_key"`
	NoticeKey       string `json:"notice_key"`
	LinkKey         string `json:"link_key"`
	ThreeDSKey      string `json:"threeds_key"`
	RequestKey      string `json:"request_key"`
	PaidyKey        string `json:"paidy_key"`
}

func viewMerchant(m paygentsim.Merchant) merchantView {
	return merchantView{
		MerchantID: m.MerchantID, ConnectID: m.ConnectID, ConnectPassword: string(m.ConnectPassword), TokenKey: string(m.TokenKey),
		NoticeKey: string(m.NoticeKey), LinkKey: string(m.LinkKey), ThreeDSKey: string(m.ThreeDSKey),
		TokenHashKey: string(m.TokenHashKey), RequestKey: string(m.RequestKey), PaidyKey: m.PaidyKey,
	}
}

func runSimulator(ctx context.Context, e env, o simulatorOptions) error {
	dir, err := filepath.Abs(o.data)
	if err != nil {
		return err
	}
	o.data = dir
	unlock, err := ownDir(dir)
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends: the system unlocks too
	log := logger(e.Stderr, "warn")
	c, err := openCentre(o, log)
	if err != nil {
		return err
	}
	defer func() { _ = c.sim.Close() }() // every answered telegram is on disk already
	if err := c.announce(e, o); err != nil {
		return err
	}
	return serveAll(ctx, c.servers, func(ctx context.Context) { c.deliver(ctx, log) })
}

func (c *centre) announce(e env, o simulatorOptions) error {
	m := viewMerchant(c.sim.Merchants()[0])
	if o.json {
		return json.NewEncoder(e.Stdout).Encode(map[string]any{
			"simulator": c.plainURL(), "tls": c.tlsURL(), "control": c.controlURL(), "kit": c.kit, "data": o.data, "seed": c.sim.Seed(), "merchant": m,
		})
	}
	_, err := fmt.Fprintf(e.Stdout, `Simulated Paygent (no real money moves)
  plain HTTP      %s
  mutual TLS      %s
  試験環境ツール  %s
  接続キット      %s
  merchant_id     %s
  connect_id      %s
  connect_password %s
  notice_key      %s
  token_key       %s
  link_key        %s
  3-D Secure key  %s
  Paidy key       %s
  faults          %s, seed %d
`, c.plainURL(), c.tlsURL(), c.controlURL(), c.kit, m.MerchantID, m.ConnectID, m.ConnectPassword, m.NoticeKey, m.TokenKey,
		m.LinkKey, m.ThreeDSKey, m.PaidyKey, o.faults, c.sim.Seed())
	return err
}
