package web

import (
	"net/http"
	"time"
)

// Frame is what stands around a page's content; each page says its own.
type Frame struct {
	Title   string // also the heading
	Group   string // back office: the group's name, small beside the title
	Menu    string // back office: Name of the entry we are in
	Step    Step   // shop: where on the way to an order
	Errors  Errors // the summary on top
	Payment bool   // shop: a payment page, whose foot shows the environment
	Narrow  bool   // a short form or message in a narrow column (login, error)

	Policy  Policy
	Outside []string      // scripts of others, by address; allow their origin in Policy.Script
	Refresh time.Duration // the page loads itself again after this time

	failed bool // the error page: it must not fail for the same reason again
}

// view is what a layout is executed with.
type view struct {
	Frame
	Around
	Face    Face
	Path    string
	Home    string // back office: its first page
	Logout  string
	Nonce   string
	Request string
	Flashes []Flash
	Steps   []StepView
	HasBar  bool
	HasSide bool
	Scripts []string
	Data    any
}

// Seconds is the refresh interval for the page's head.
func (v view) Seconds() int { return int(v.Refresh.Round(time.Second) / time.Second) }

func (k *Kernel) view(face Face, r *http.Request, f Frame) (view, error) {
	q := requestOf(r.Context())
	nonce, err := q.nonce()
	if err != nil {
		return view{}, err
	}
	v := view{
		Frame: f, Face: face, Path: r.URL.Path, Nonce: nonce, Request: q.id,
		Home: k.AdminURL("/"), Logout: k.AdminURL("/logout"), Around: k.around(face, r),
	}
	if !f.failed {
		v.Flashes = popFlashes(r)
	}
	if f.Step != NoStep {
		v.Steps = Steps(f.Step, v.Person != "")
	}
	return v, nil
}

// around asks for the surroundings. A page is more use without them than not at
// all, so a failure is only logged.
func (k *Kernel) around(face Face, r *http.Request) Around {
	if k.options.Around == nil {
		return Around{Environment: Production}
	}
	a, err := k.options.Around(face, r)
	if err != nil {
		k.options.Log.ErrorContext(r.Context(), "surroundings of the page are missing", "error", err)
	}
	return a
}
