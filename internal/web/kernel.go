package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"kessai/internal/database"
)

// Options are what the kernel is made from.
type Options struct {
	PublicURL      *url.URL       // makes every address given out, and the cookies' Secure
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	AdminPath      string         // "/admin" if empty
	DB             *database.DB   // keeps the sessions
	Around         AroundFunc     // may be nil: a page without a shop's name
	Log            *slog.Logger
	Now            func() time.Time
	Rand           io.Reader // request ids and nonces; crypto/rand if nil
	Sessions       SessionLimits
}

// Kernel holds what all slices share. It is safe for concurrent use; routes and
// templates are added before the first request.
type Kernel struct {
	options  Options
	shop     *mux
	admin    *mux
	assets   *assets
	base     *base
	sessions map[Face]*Sessions
	cross    *http.CrossOriginProtection
	random   io.Reader
}

// New makes a kernel, parses the layouts and names the assets.
func New(o Options) (*Kernel, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	k := &Kernel{options: o, random: &lockedReader{r: o.Rand}, cross: http.NewCrossOriginProtection()}
	if err := k.cross.AddTrustedOrigin(o.PublicURL.Scheme + "://" + o.PublicURL.Host); err != nil {
		return nil, fmt.Errorf("web: public_url: %w", err)
	}
	var err error
	if k.assets, err = newAssets(); err != nil {
		return nil, err
	}
	if k.base, err = newBase(k); err != nil {
		return nil, err
	}
	k.shop, k.admin = newMux(k, Shop), newMux(k, Admin)
	k.sessions = map[Face]*Sessions{Shop: newSessions(o, Shop), Admin: newSessions(o, Admin)}
	return k, k.mountErrorPages()
}

func (o *Options) complete() error {
	if o.PublicURL == nil || o.PublicURL.Host == "" || (o.PublicURL.Scheme != "http" && o.PublicURL.Scheme != "https") {
		return errors.New("web: public_url must be an http or https address")
	}
	if o.Log == nil || o.Now == nil || o.DB == nil {
		return errors.New("web: Options need DB, Log and Now")
	}
	o.Log = slog.New(LogHandler(o.Log.Handler()))
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.AdminPath == "" {
		o.AdminPath = "/admin"
	}
	if !strings.HasPrefix(o.AdminPath, "/") || len(o.AdminPath) < 2 || strings.ContainsAny(o.AdminPath, "{} ?#") {
		return fmt.Errorf("web: %q cannot be the back office's path", o.AdminPath)
	}
	o.AdminPath = strings.TrimRight(o.AdminPath, "/")
	o.Sessions = o.Sessions.withDefaults()
	return nil
}

// URL is the address of a path as the outside world knows it.
func (k *Kernel) URL(path string) string {
	return strings.TrimRight(k.options.PublicURL.String(), "/") + path
}

// AdminURL is a path of the back office: AdminURL("/order") is "/admin/order".
func (k *Kernel) AdminURL(path string) string { return k.options.AdminPath + path }

// Secure reports whether the outside world reaches the shop by https.
func (k *Kernel) Secure() bool { return k.options.PublicURL.Scheme == "https" }

// Now is the clock that was handed in.
func (k *Kernel) Now() time.Time { return k.options.Now() }

// Shop are the routes that buyers use.
func (k *Kernel) Shop() *Routes {
	return &Routes{kernel: k, mux: k.shop, face: Shop, sessions: k.sessions[Shop], limit: defaultBodyLimit}
}

// Admin are the back office's routes; their patterns begin behind AdminPath.
func (k *Kernel) Admin() *Routes {
	return &Routes{kernel: k, mux: k.admin, face: Admin, sessions: k.sessions[Admin], prefix: k.options.AdminPath, limit: defaultBodyLimit}
}

// Plain are routes for programs: no session, no page, no cross-origin check;
// whoever calls proves itself to the handler.
func (k *Kernel) Plain() *Routes {
	return &Routes{kernel: k, mux: k.shop, face: Plain, foreign: true, limit: defaultBodyLimit}
}

// lockedReader lets requests share a source of randomness that is not safe for it.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
