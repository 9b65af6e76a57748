package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

// SessionLimits say how long sessions live. A zero takes the default.
type SessionLimits struct {
	ShopLife  time.Duration // 14 days
	StaffLife time.Duration // 12 hours, however busy
	StaffIdle time.Duration // 1 hour without a request
}

func (l SessionLimits) withDefaults() SessionLimits {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&l.ShopLife, 14*24*time.Hour)
	def(&l.StaffLife, 12*time.Hour)
	def(&l.StaffIdle, time.Hour)
	return l
}

// Sessions are one face's: a cookie of its own, kept in the database.
type Sessions struct {
	manager *scs.SessionManager
	store   *sessionStore
}

func newSessions(o Options, face Face) *Sessions {
	s := &Sessions{manager: scs.New(), store: &sessionStore{db: o.DB, clock: o.Now, face: face}}
	m := s.manager
	m.Store, m.Lifetime = s.store, o.Sessions.ShopLife
	m.Cookie = scs.SessionCookie{
		Name: "kessai", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: o.PublicURL.Scheme == "https", Persist: true,
	}
	if face == Admin {
		// Lax, not Strict: a link to an order in a mail must find the member logged in.
		m.Cookie.Name, m.Cookie.Path, m.Cookie.Persist = "kessai_admin", o.AdminPath, false
		m.Lifetime, s.store.idle = o.Sessions.StaffLife, o.Sessions.StaffIdle
	}
	return s
}

type sessionKey struct{}

// around loads a request's session and stores what changed before the first byte
// of the answer. Foreign routes only read.
func (s *Sessions) around(rt *Routes, next HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		token := ""
		if c, err := r.Cookie(s.manager.Cookie.Name); err == nil {
			token = c.Value
		}
		ctx, err := s.manager.Load(r.Context(), token)
		if err != nil {
			return fmt.Errorf("load session: %w", err)
		}
		r = r.WithContext(context.WithValue(ctx, sessionKey{}, s))
		if rt.foreign {
			return s.answered(rt, next, w, r)
		}
		w.Header().Add("Vary", "Cookie")
		sw := &sessionWriter{ResponseWriter: w, sessions: s, request: r}
		if err := s.answered(rt, next, sw, r); err != nil {
			return err
		}
		return sw.commit()
	}
}

// answered runs next and gives the error page while the session is still there,
// so that the page can show who is logged in.
func (s *Sessions) answered(rt *Routes, next HandlerFunc, w http.ResponseWriter, r *http.Request) error {
	if err := next(w, r); err != nil {
		rt.kernel.fail(rt.face, w, r, err)
	}
	return nil
}

// sessionWriter commits the session when the answer begins. If that fails, the
// answer is dropped and the failure reported in its place.
type sessionWriter struct {
	http.ResponseWriter
	sessions *Sessions
	request  *http.Request
	done     bool
	err      error
}

func (w *sessionWriter) WriteHeader(status int) {
	if w.commit() == nil {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *sessionWriter) Write(b []byte) (int, error) {
	if err := w.commit(); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(b)
}

func (w *sessionWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *sessionWriter) commit() error {
	if w.done {
		return w.err
	}
	w.done = true
	m, ctx := w.sessions.manager, w.request.Context()
	switch m.Status(ctx) {
	case scs.Modified:
		token, expiry, err := m.Commit(ctx)
		if err != nil {
			w.err = fmt.Errorf("save session: %w", err)
			return w.err
		}
		m.WriteSessionCookie(ctx, w.ResponseWriter, token, expiry)
	case scs.Destroyed:
		m.WriteSessionCookie(ctx, w.ResponseWriter, "", time.Time{})
	}
	w.ResponseWriter.Header().Set("Cache-Control", "no-store")
	return nil
}

const sweepEvery = 10 * time.Minute

// SessionStep deletes sessions of both faces that have run out; it is for one of the
// application's loops.
func (k *Kernel) SessionStep(ctx context.Context) (worked bool, next time.Time, err error) {
	now := k.options.Now()
	worked, err = sweepSessions(ctx, k.options.DB, now)
	return worked, now.Add(sweepEvery), err
}
