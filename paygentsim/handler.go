package paygentsim

import (
	"context"
	"crypto/tls"
	_ "embed" // PaygentToken.js
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

//go:embed PaygentToken.js
var tokenScript string

// bodyLimit lies above the largest telegram, a file payment of 10 MiB (protocol.md §1.5).
const bodyLimit = 11 << 20

// Handler serves telegrams, the token endpoint, scripts and pages. Serve it over TLS with
// TLSConfig, plainly, or both.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, path := range telegramPaths() {
		if path != tokenPath {
			mux.HandleFunc("POST "+path, s.serveTelegram)
			mux.HandleFunc("POST "+hashedPath(path), s.serveTelegram)
		}
	}
	s.mountBrowser(mux)
	return s.lost(mux)
}

// BrowserHandler serves the link type, pages, scripts and the token endpoint only: what a
// browser, which has no client certificate, must reach beside a mutual-TLS listener.
func (s *Sim) BrowserHandler() http.Handler {
	mux := http.NewServeMux()
	s.mountBrowser(mux)
	return s.lost(mux)
}

func (s *Sim) mountBrowser(mux *http.ServeMux) {
	mux.HandleFunc("POST "+tokenPath, s.serveToken)
	mux.HandleFunc("OPTIONS "+tokenPath, func(w http.ResponseWriter, _ *http.Request) {
		allowAnyOrigin(w.Header())
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET "+scriptPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = io.WriteString(w, tokenScript)
	})
	mux.HandleFunc("POST "+requestPath, s.serveLinkRequest)
	mux.HandleFunc("POST "+oldRequest, s.serveLinkRequest)
	mux.HandleFunc("GET "+receiptPath, s.serveReceipt)
	mux.HandleFunc("GET "+stylePath, serveStyle)
	mux.HandleFunc("GET "+paidyScript, servePaidyScript)
	mux.HandleFunc("POST "+paidyPayments, s.servePaidy)
	mux.HandleFunc("OPTIONS "+paidyPayments, func(w http.ResponseWriter, _ *http.Request) {
		allowAnyOrigin(w.Header())
		w.WriteHeader(http.StatusNoContent)
	})
	for path, serve := range map[string]http.HandlerFunc{
		linkPath: s.browse(s.serveLink, visitLink), pagePath(visitBank): s.browse(s.serveBank, visitBank),
		pagePath(visitThreeDS):     s.browse(s.serveACS, visitThreeDS, visitThreeDS1),
		pagePath(visitCarrierAuth): s.browse(s.serveCarrierAuth, visitCarrierAuth), pagePath(visitCarrier): s.browse(s.serveCarrier, visitCarrier),
	} {
		mux.HandleFunc("GET "+path, serve)
		mux.HandleFunc("POST "+path, serve)
	}
}

// hashedPath is a telegram's path in hash authentication, protocol.md §1.8.
func hashedPath(path string) string { return "/s/" + strings.TrimPrefix(path, "/n/") }

// readParams merges query and body, protocol.md §1.1. A multipart body, which the old
// Ruby client sends empty, holds nothing.
func readParams(w http.ResponseWriter, r *http.Request) (params, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "request body: "+err.Error(), status)
		return nil, false
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		body = nil
	}
	p, err := parseForm(string(body), r.URL.RawQuery)
	if err != nil {
		http.Error(w, "request parameters cannot be read", http.StatusBadRequest)
		return nil, false
	}
	return p, true
}

func (s *Sim) serveTelegram(w http.ResponseWriter, r *http.Request) {
	p, ok := readParams(w, r)
	if !ok {
		return
	}
	s.reply(w, r, s.exchange(s.telegramOf(r, p)))
}

func (s *Sim) telegramOf(r *http.Request, p params) *telegram {
	t := &telegram{path: r.URL.Path, remote: r.RemoteAddr, params: p}
	if rest, ok := strings.CutPrefix(t.path, "/s/"); ok {
		t.path, t.hashed = "/n/"+rest, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.pageURL = s.pageBase(r)
	return t
}

// faultWriter is a response writer without a socket: it takes a fault as data instead
// of acting it out.
type faultWriter interface {
	timeOut()
	cut()
	refuse()
}

// reply sends what became of a telegram, or acts out its fault.
func (s *Sim) reply(w http.ResponseWriter, r *http.Request, x exchange) {
	if x.err != nil {
		s.opt.Log.ErrorContext(r.Context(), "a telegram could not be served", "telegram_kind", x.kind, "error", x.err)
		http.Error(w, "the simulator failed", http.StatusServiceUnavailable)
		return
	}
	switch x.fault {
	case TimeoutBefore, TimeoutAfter, LateEffect, DifferenceLost:
		s.hang(w, r.Context())
	case RefusedBefore:
		refuseConnection(w)
	case CutBefore:
		cut(w)
	case CutAfter:
		writeBody(w, http.StatusOK, x.kind, x.body[:len(x.body)/2], len(x.body))
		cut(w)
	case GarbageBefore, GarbageAfter:
		writeBody(w, http.StatusOK, x.kind, s.garbage(x.ordinal), -1)
	case ErrorBefore, ErrorAfter:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	default:
		if x.fault == Slow && s.pause(w, r.Context(), x) != nil {
			return // the client has gone
		}
		writeBody(w, http.StatusOK, x.kind, x.body, -1)
	}
}

// pause waits before a slow answer. Without a socket only a handed Sleep waits.
func (s *Sim) pause(w http.ResponseWriter, ctx context.Context, x exchange) error {
	if _, inProcess := w.(faultWriter); inProcess && s.opt.Sleep == nil {
		return nil
	}
	return s.opt.sleep(ctx, x.slow)
}

// hang keeps the connection open without an answer until the client gives up.
func (s *Sim) hang(w http.ResponseWriter, ctx context.Context) {
	if fw, ok := w.(faultWriter); ok {
		fw.timeOut()
		return
	}
	// The error says only who lost patience first; either way there is no answer.
	_ = s.opt.sleep(ctx, s.opt.Hang)
	panic(http.ErrAbortHandler)
}

// cut breaks the connection.
func cut(w http.ResponseWriter) {
	if fw, ok := w.(faultWriter); ok {
		fw.cut()
		return
	}
	panic(http.ErrAbortHandler)
}

// refuseConnection makes the connection look as if it had not been taken; over a socket, which was,
// it is reset.
func refuseConnection(w http.ResponseWriter) {
	if fw, ok := w.(faultWriter); ok {
		fw.refuse()
		return
	}
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		reset(conn)
		return
	}
	panic(http.ErrAbortHandler)
}

// reset closes a connection without the polite end.
func reset(conn net.Conn) {
	raw := conn
	if over, ok := conn.(*tls.Conn); ok {
		raw = over.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // no option of a live connection fails
	}
	_ = raw.Close() // it is being thrown away
}

// writeBody sends a body in the telegram's charset; a length says how much was meant.
func writeBody(w http.ResponseWriter, status int, kind string, body []byte, length int) {
	charset := "Windows-31J"
	if isUTF8Kind(kind) {
		charset = "UTF-8"
	}
	w.Header().Set("Content-Type", "text/plain; charset="+charset)
	if length < 0 {
		length = len(body)
	}
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(status)
	_, _ = w.Write(body)
	_ = http.NewResponseController(w).Flush() // not every writer can, none must
}

// garbage is a body that is no answer.
func (s *Sim) garbage(ordinal uint64) []byte {
	switch u := draw(s.seed, saltGarbage, ordinal); {
	case u < .4:
		return []byte("<html><head><title>maintenance</title></head><body>503</body></html>\n")
	case u < .7:
		return []byte{0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x81, 0x00, 0x0d, 0x0a, 0x3d}
	}
	return nil
}

func allowAnyOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
}

// serveToken is the token endpoint; its path is that of telegram kind 098 too.
func (s *Sim) serveToken(w http.ResponseWriter, r *http.Request) {
	p, ok := readParams(w, r)
	if !ok {
		return
	}
	if p["telegram_kind"] != "" {
		s.reply(w, r, s.exchange(s.telegramOf(r, p)))
		return
	}
	s.mu.Lock()
	a, err := s.tokenize(p)
	s.mu.Unlock()
	if err != nil {
		s.opt.Log.ErrorContext(r.Context(), "a token could not be made", "error", err)
		a = tokenAnswer{Result: "9000"}
	}
	allowAnyOrigin(w.Header())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(a)
}
