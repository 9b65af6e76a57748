package backoffice

import (
	"context"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"kessai/internal/job"
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
	Jobs   *job.Jobs
	// RollbackTerm is the setting 決済処理中の注文の取消期間, in days.
	RollbackTerm func(context.Context) (int, error)
	Now          func() time.Time
	Rand         io.Reader // safe for concurrent use
	Log          *slog.Logger
}

// BackOffice is the slice.
type BackOffice struct {
	Deps
	login *web.Page[loginPage]
	home  *web.Page[homePage]
	list  *web.Page[listPage]
	order *web.Page[orderPage]
	inbox *web.Page[inboxPage]

	bulk    *web.Page[bulkPage]
	jobs    *web.Page[jobsPage]
	jobPage *web.Page[jobPage]
	jobPart *web.Part[jobProgress]
}

// The slice's paths, behind the back office's own.
const (
	pathHome   = "/"
	pathLogin  = "/login"
	pathLogout = "/logout"
	pathList   = "/paygent_payment/payment_status"

	pathBulk     = pathList + "/request_action"
	pathRollback = "/paygent_payment/rollback"
	pathInbox    = "/paygent_payment/notice"
	pathJobs     = "/job"
)

// New mounts the slice.
func New(d Deps) (*BackOffice, error) {
	if d.Kernel == nil || d.Ledger == nil || d.Reader == nil || d.Staff == nil || d.Jobs == nil || d.RollbackTerm == nil || d.Now == nil || d.Rand == nil || d.Log == nil {
		return nil, errors.New("backoffice: every dependency is needed")
	}
	if err := d.Kernel.AddAssets("backoffice", assets, "assets"); err != nil {
		return nil, err
	}
	set := d.Kernel.Templates(templates, "templates", "payment.html", "timeline.html", "settle.html", "refund.html", "acknowledge.html", "job_progress.html")
	b := &BackOffice{
		Deps:  d,
		login: web.NewPage[loginPage](set, "login.html", web.Admin),
		home:  web.NewPage[homePage](set, "home.html", web.Admin),
		list:  web.NewPage[listPage](set, "list.html", web.Admin).Script("backoffice/list.js"),
		order: web.NewPage[orderPage](set, "order.html", web.Admin),
		inbox: web.NewPage[inboxPage](set, "inbox.html", web.Admin),

		bulk:    web.NewPage[bulkPage](set, "bulk.html", web.Admin),
		jobs:    web.NewPage[jobsPage](set, "jobs.html", web.Admin),
		jobPage: web.NewPage[jobPage](set, "job.html", web.Admin).Script("vendor/htmx.min.js"),
		jobPart: web.NewPart[jobProgress](set, "job_progress.html", "job-progress"),
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
	r.Handle("POST "+pathHome+"acknowledge", b.acknowledgeHome)
	r.Handle("GET "+pathList, b.showList)
	r.Handle("POST "+pathList, b.searchList)
	r.Handle("GET "+pathList+"/page/{n}", b.turnList)
	r.Handle("POST "+pathBulk, b.requestAction)
	r.Handle("POST "+pathRollback, b.rollback)
	r.Handle("GET "+pathInbox, b.showInbox)
	r.Handle("POST "+pathInbox+"/acknowledge", b.acknowledgeNotice)
	r.Handle("POST "+pathInbox+"/{id}/retry", b.retryNotice)
	r.Handle("GET "+pathJobs, b.showJobs)
	r.Handle("GET "+pathJobs+"/{id}", b.showJob)
	r.Handle("GET "+pathJobs+"/{id}/progress", b.showProgress)
	r.Handle("POST "+pathJobs+"/{id}/pause", b.pauseJob)
	r.Handle("POST "+pathJobs+"/{id}/resume", b.resumeJob)
	r.Handle("POST "+pathJobs+"/{id}/cancel", b.cancelJob)
	r.Handle("POST "+pathJobs+"/{id}/run", b.runJob)
	r.Handle("GET /order/{id}/edit", b.showOrder)
	r.Handle("POST /order/{id}/payment/{payment}", b.changePayment)
	r.Handle("POST /order/{id}/operation/{operation}", b.settleUnknown)
	r.Handle("POST /order/{id}/payment/{payment}/refund", b.refundByHand)
	r.Handle("POST /order/{id}/status", b.changeStatus)
	r.Handle("POST /order/{id}/revive", b.revive)
	r.Handle("POST /order/{id}/alert", b.acknowledgeOrder)
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
