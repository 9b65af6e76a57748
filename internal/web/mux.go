package web

import (
	"fmt"
	"net/http"
	"strings"

	"kessai/internal/problem"
)

// mux is a ServeMux whose own answers, 404 and 405, are pages of the face.
type mux struct {
	http.ServeMux
	kernel *Kernel
	face   Face
}

func newMux(k *Kernel, face Face) *mux { return &mux{kernel: k, face: face} }

// Handler serves shop and back office on one address.
func (k *Kernel) Handler() http.Handler {
	return k.outer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k.isAdmin(r.URL.Path) {
			k.admin.serve(w, r)
			return
		}
		k.shop.serve(w, r)
	}))
}

// ShopHandler serves buyers and notifications only, for a shop whose back office
// has an address of its own.
func (k *Kernel) ShopHandler() http.Handler { return k.outer(http.HandlerFunc(k.shop.serve)) }

// AdminHandler serves the back office only.
func (k *Kernel) AdminHandler() http.Handler { return k.outer(http.HandlerFunc(k.admin.serve)) }

func (k *Kernel) isAdmin(path string) bool {
	rest, ok := strings.CutPrefix(path, k.options.AdminPath)
	return ok && (rest == "" || rest[0] == '/')
}

func (m *mux) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, assetPrefix) {
		m.kernel.assets.ServeHTTP(w, r)
		return
	}
	h, pattern := m.Handler(r)
	if pattern != "" {
		m.ServeHTTP(w, r)
		return
	}
	requestOf(r.Context()).face = m.face
	// The session is read, so that the page keeps the menu of whoever is logged in.
	rt := &Routes{kernel: m.kernel, face: m.face, foreign: true}
	run := m.kernel.sessions[m.face].around(rt, func(w http.ResponseWriter, r *http.Request) error {
		return m.unmatched(h, w, r)
	})
	if err := run(w, r); err != nil {
		m.kernel.fail(m.face, w, r, err)
	}
}

// unmatched asks ServeMux's own answer whether the path or the method was wrong.
func (m *mux) unmatched(h http.Handler, w http.ResponseWriter, r *http.Request) error {
	probe := &probeWriter{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if allow := probe.header.Get("Allow"); probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allow)
		return problem.New(problem.NotFound, codeMethod, problem.Args{"allow": allow})
	}
	return problem.New(problem.NotFound, codeNotFound, nil)
}

type probeWriter struct {
	header http.Header
	status int
}

func (p *probeWriter) Header() http.Header         { return p.header }
func (p *probeWriter) Write(b []byte) (int, error) { return len(b), nil }
func (p *probeWriter) WriteHeader(status int)      { p.status = status }

// register adds a pattern; one that cannot be stops the start with its name.
func (m *mux) register(pattern string, h http.Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("web: route %q: %v", pattern, v)
		}
	}()
	m.Handle(pattern, h)
	return nil
}
