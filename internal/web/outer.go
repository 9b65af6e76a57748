package web

import (
	"log/slog"
	"net/http"
)

// outer is what every request passes: its number, headers, and the access log.
func (k *Kernel) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, q, err := k.begin(r)
		if err != nil {
			k.options.Log.ErrorContext(r.Context(), "request without a number", "error", err)
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		rec := &recorder{ResponseWriter: w}
		k.secure(rec.Header())
		defer k.access(r, q, rec)
		next.ServeHTTP(rec, r)
	})
}

// secure sets the headers that no page changes, and the policy of an answer that
// is no page; Render puts its own policy in its place.
func (k *Kernel) secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	h.Set("Cache-Control", "no-store")
	if k.Secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// access logs a request. Queries and bodies may hold personal data and tokens, so
// the route stands for the path; only a path without a route is told as it came.
func (k *Kernel) access(r *http.Request, q *request, rec *recorder) {
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", q.pattern),
		slog.Int("status", rec.code()), slog.Int64("bytes", rec.bytes),
		slog.Duration("took", k.options.Now().Sub(q.began)), slog.String("client", q.client.String()),
	}
	if q.pattern == "" {
		attrs = append(attrs, slog.String("path", shortened(r.URL.Path, 80)))
	}
	k.options.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", attrs...)
}

func shortened(s string, max int) string {
	if runes := []rune(s); len(runes) > max {
		return string(runes[:max]) + "…"
	}
	return s
}

// recorder notes what was answered. Unwrap lets http.ResponseController through.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// sent reports whether an answer has begun, so that nothing can be put in its place.
func sent(w http.ResponseWriter) bool {
	for {
		switch v := w.(type) {
		case *recorder:
			return v.status != 0
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return false
		}
	}
}
