package web

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"kessai/internal/problem"
)

const defaultBodyLimit = 1 << 20

// HandlerFunc answers a request or says why it could not; then nothing may have
// been written yet.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Middleware stands before a handler, for example to ask for a login.
type Middleware func(HandlerFunc) HandlerFunc

// Routes registers handlers of one face. With, Limit and Foreign return a changed
// copy, so a slice can have groups of routes.
type Routes struct {
	kernel   *Kernel
	mux      *mux
	face     Face
	prefix   string
	sessions *Sessions
	limit    int64
	foreign  bool
	through  []Middleware
}

// With adds middleware; the first one added runs first.
func (rt *Routes) With(m ...Middleware) *Routes {
	c := *rt
	c.through = append(append([]Middleware(nil), rt.through...), m...)
	return &c
}

// Limit sets how many bytes a request's body may have.
func (rt *Routes) Limit(bytes int64) *Routes {
	c := *rt
	c.limit = bytes
	return &c
}

// Foreign routes take requests that another site makes the browser send, such as
// the return from the bank's or the 3-D Secure page. They skip the cross-origin
// check, and because a cross-site POST brings no cookie, they may read a session
// but what they change in it is not kept.
func (rt *Routes) Foreign() *Routes {
	c := *rt
	c.foreign = true
	return &c
}

// Handle adds a route; pattern is ServeMux's ("GET /cart"). A pattern that clashes
// or does not parse panics at the start, as ServeMux does.
func (rt *Routes) Handle(pattern string, h HandlerFunc) {
	full := rt.pattern(pattern)
	for i := len(rt.through) - 1; i >= 0; i-- {
		h = rt.through[i](h)
	}
	if err := rt.mux.register(full, rt.serve(full, h)); err != nil {
		panic(err)
	}
}

func (rt *Routes) pattern(pattern string) string {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "", pattern
	}
	return strings.TrimSpace(method + " " + rt.prefix + strings.TrimSpace(path))
}

func (rt *Routes) serve(pattern string, h HandlerFunc) http.Handler {
	run := rt.guarded(h)
	if rt.sessions != nil {
		run = rt.sessions.around(rt, run)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := requestOf(r.Context())
		q.face, q.pattern = rt.face, pattern
		r.Body = http.MaxBytesReader(w, r.Body, rt.limit)
		if err := run(w, r); err != nil {
			rt.kernel.fail(rt.face, w, r, err)
		}
	})
}

// guarded checks where the request comes from, and turns a panic into an error.
func (rt *Routes) guarded(h HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) (err error) {
		defer func() {
			v := recover()
			if v == http.ErrAbortHandler { //nolint:errorlint // it is this very value
				panic(v)
			}
			if v != nil {
				err = &panicError{value: v, stack: debug.Stack()}
			}
		}()
		if !rt.foreign {
			if err := rt.kernel.cross.Check(r); err != nil {
				return problem.Wrap(err, problem.Denied, codeCrossOrigin, nil)
			}
		}
		return h(w, r)
	}
}

type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// Redirect sends the browser on with a GET, also after a POST.
func Redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// LocalPath returns a path of this site from what a visitor sent (?next=…), or
// otherwise when it leads anywhere else.
func LocalPath(sent, otherwise string) string {
	if !strings.HasPrefix(sent, "/") || strings.HasPrefix(sent, "//") || strings.ContainsAny(sent, "\\\r\n\t") {
		return otherwise
	}
	return sent
}
