package web

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// request is what the kernel knows about a request, for its whole life.
type request struct {
	id      string
	client  netip.Addr
	began   time.Time
	face    Face
	pattern string
	nonce   func() (string, error)
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if q, ok := ctx.Value(requestKey{}).(*request); ok {
		return q
	}
	return &request{nonce: func() (string, error) { return "", nil }}
}

// RequestID is the number that stands in every log line of a request and is shown
// to a visitor as お問い合わせ番号. Empty outside of a request.
func RequestID(ctx context.Context) string { return requestOf(ctx).id }

// Client is the address of the visitor; proxies are believed as configured.
func Client(ctx context.Context) netip.Addr { return requestOf(ctx).client }

// crockford leaves out the letters that people confuse.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// begin gives a request its number. The nonce is drawn when a page needs it.
func (k *Kernel) begin(r *http.Request) (*http.Request, *request, error) {
	raw := make([]byte, 10)
	if _, err := io.ReadFull(k.random, raw); err != nil {
		return r, nil, fmt.Errorf("no randomness: %w", err)
	}
	text := crockford.EncodeToString(raw)
	q := &request{
		id:     text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:],
		client: k.clientAddr(r),
		began:  k.options.Now(),
	}
	q.nonce = sync.OnceValues(func() (string, error) {
		raw := make([]byte, 16)
		_, err := io.ReadFull(k.random, raw)
		return base64.StdEncoding.EncodeToString(raw), err
	})
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, q)), q, nil
}

// LogHandler adds the request's number to every line logged with its context.
func LogHandler(next slog.Handler) slog.Handler {
	if already, ok := next.(logHandler); ok {
		return already
	}
	return logHandler{next}
}

type logHandler struct{ slog.Handler }

func (h logHandler) Handle(ctx context.Context, rec slog.Record) error {
	if id := RequestID(ctx); id != "" {
		rec = rec.Clone()
		rec.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, rec)
}

func (h logHandler) WithAttrs(a []slog.Attr) slog.Handler { return logHandler{h.Handler.WithAttrs(a)} }
func (h logHandler) WithGroup(name string) slog.Handler   { return logHandler{h.Handler.WithGroup(name)} }
