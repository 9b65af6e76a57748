package backoffice

import (
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/staff"
	"kessai/internal/store"
	"kessai/internal/web"
)

//go:embed templates
var templates embed.FS

//go:embed assets
var assets embed.FS

// Deps is what the pages need.
type Deps struct {
	Kernel *web.Kernel
	Ledger *ledger.Service
	Reader *store.Reader
	Staff  *staff.Members
	Now    func() time.Time
	Rand   io.Reader // safe for concurrent use
	Log    *slog.Logger
}

// BackOffice is the slice.
type BackOffice struct {
	Deps
	login *web.Page[loginPage]
	home  *web.Page[homePage]
	list  *web.Page[listPage]
	order *web.Page[orderPage]
}

// The slice's paths, behind the back office's own.
const (
	pathHome   = "/"
	pathLogin  = "/login"
	pathLogout = "/logout"
	pathList   = "/paygent_payment/payment_status"
)

// New mounts the slice.
func New(d Deps) (*BackOffice, error) {
	if d.Kernel == nil || d.Ledger == nil || d.Reader == nil || d.Staff == nil || d.Now == nil || d.Rand == nil || d.Log == nil {
		return nil, errors.New("backoffice: every dependency is needed")
	}
	if err := d.Kernel.AddAssets("backoffice", assets, "assets"); err != nil {
		return nil, err
	}
	set := d.Kernel.Templates(templates, "templates", "payment.html", "timeline.html", "settle.html", "refund.html")
	b := &BackOffice{
		Deps:  d,
		login: web.NewPage[loginPage](set, "login.html", web.Admin),
		home:  web.NewPage[homePage](set, "home.html", web.Admin),
		list:  web.NewPage[listPage](set, "list.html", web.Admin).Script("backoffice/list.js"),
		order: web.NewPage[orderPage](set, "order.html", web.Admin),
	}
	if err := set.Err(); err != nil {
		return nil, err
	}
	b.mount(d.Kernel.Admin())
	return b, nil
}

func (b *BackOffice) mount(open *web.Routes) {
	open.Handle("GET "+pathLogin, b.showLogin)
	open.Handle("POST "+pathLogin, b.doLogin)
	open.Handle("POST "+pathLogout, b.logout)

	r := open.With(b.requireLogin)
	// Without the slash, so that the address people type leads somewhere.
	r.Handle("GET ", func(w http.ResponseWriter, r *http.Request) error { return web.Redirect(w, r, b.url(pathHome)) })
	r.Handle("GET "+pathHome+"{$}", b.showHome)
	r.Handle("GET "+pathList, b.showList)
	r.Handle("POST "+pathList, b.searchList)
	r.Handle("GET "+pathList+"/page/{n}", b.turnList)
	r.Handle("GET /order/{id}/edit", b.showOrder)
	r.Handle("POST /order/{id}/payment/{payment}", b.changePayment)
	r.Handle("POST /order/{id}/operation/{operation}", b.settleUnknown)
	r.Handle("POST /order/{id}/payment/{payment}/refund", b.refundByHand)
	r.Handle("POST /order/{id}/status", b.changeStatus)
	r.Handle("POST /order/{id}/revive", b.revive)
}

func (b *BackOffice) url(path string) string { return b.Kernel.AdminURL(path) }

// key makes an idempotency key: one per button shown.
func (b *BackOffice) key() (string, error) {
	raw := make([]byte, keyBytes)
	if _, err := io.ReadFull(b.Rand, raw); err != nil {
		return "", fmt.Errorf("backoffice: no randomness: %w", err)
	}
	return hex.EncodeToString(raw), nil
}

const keyBytes = 16
