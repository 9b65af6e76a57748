package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/spf13/cobra"

	"kessai/internal/app"
)

func serveCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "serve the shop, the back office and Paygent's notifications",
		Long: `serve runs one node: storefront, back office, notification receiver and workers.
Several nodes may share one PostgreSQL or MariaDB; an SQLite file has one.`,
		Example: `  KESSAI_PUBLIC_URL=https://shop.example.jp kessai serve
  kessai serve --config /etc/kessai.toml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd, e) },
	}
}

func serve(cmd *cobra.Command, e env) error {
	c, err := loadConfig(cmd, e)
	if err != nil {
		return err
	}
	if err := c.ForServe(); err != nil {
		return missetError{err}
	}
	unlock, err := ownDir(c.DataDir)
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends: the system unlocks too
	release, err := ownFile(c)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	node, err := nodeName(c.DataDir)
	if err != nil {
		return err
	}
	d := deps(logger(e.Stderr, c.LogLevel), node)
	wire, err := app.OpenWireLog(c.LogDir())
	if err != nil {
		return err
	}
	defer func() { _ = wire.Close() }() // nothing is written any more
	d.WireLog = wire
	a, err := app.New(cmd.Context(), c, d)
	if err != nil {
		return err
	}
	servers := []*listening{{name: "listen (KESSAI_LISTEN)", address: c.Listen, handler: a.Handler()}}
	if c.AdminListen != "" {
		servers = []*listening{
			{name: "listen (KESSAI_LISTEN)", address: c.Listen, handler: a.ShopHandler()},
			{name: "admin_listen (KESSAI_ADMIN_LISTEN)", address: c.AdminListen, handler: a.AdminHandler()},
		}
	}
	err = serveAll(cmd.Context(), servers, func(ctx context.Context) {
		_, _ = fmt.Fprintf(e.Stdout, "kessai serves %s\n", c.PublicURL)
		a.Run(ctx)
	})
	return errors.Join(err, a.Close())
}

// nodeName is this node's name, kept in its data directory. The directory's lock
// proves that nobody else runs under it.
func nodeName(dir string) (string, error) {
	file := filepath.Join(dir, "node.name")
	text, err := os.ReadFile(file)
	if err == nil && len(strings.TrimSpace(string(text))) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("node name: %w", err)
	}
	name := "node-" + strings.ToLower(ulid.Make().String())
	if err := os.WriteFile(file, []byte(name+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("node name: %w", err)
	}
	return name, nil
}

// listening is one address and what it serves.
type listening struct {
	name     string // the flag or key that sets the address
	address  string
	handler  http.Handler
	listener net.Listener
	server   *http.Server
}

// listen opens the address; a busy one is told with the key that sets it.
func (l *listening) listen() error {
	ln, err := net.Listen("tcp", l.address)
	if err != nil {
		why := plainCause(err)
		if errors.Is(err, syscall.EADDRINUSE) {
			why += "; choose another"
		}
		return missetError{fmt.Errorf("%s: cannot listen on %s: %s", l.name, l.address, why)}
	}
	l.listener = ln
	l.server = &http.Server{Handler: l.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	return nil
}

// reachable is a listener's address as somebody on this machine types it: one that
// listens everywhere is on loopback too.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// plainCause is the last part of a network error: "address already in use".
func plainCause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		var sys *os.SyscallError
		if errors.As(op.Err, &sys) {
			return sys.Err.Error()
		}
		return op.Err.Error()
	}
	return err.Error()
}

// shutdownWithin is how long requests may take to finish once asked to stop.
const shutdownWithin = 10 * time.Second

// serveAll serves until ctx ends, with background beside; then it lets requests end.
func serveAll(ctx context.Context, servers []*listening, background func(context.Context)) error {
	for _, s := range servers {
		if s.listener != nil {
			continue
		}
		if err := s.listen(); err != nil {
			for _, open := range servers {
				if open.listener != nil {
					_ = open.listener.Close() // we are about to fail anyway
				}
			}
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, len(servers))
	var wg sync.WaitGroup
	for _, s := range servers {
		wg.Go(func() {
			if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
				cancel()
			}
		})
	}
	wg.Go(func() { background(ctx) })
	<-ctx.Done()
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
	defer done()
	var err error
	for _, s := range servers {
		err = errors.Join(err, s.server.Shutdown(stop))
	}
	wg.Wait()
	close(failed)
	for f := range failed {
		err = errors.Join(err, f)
	}
	return err
}
