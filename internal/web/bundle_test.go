package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kessai/internal/database/dbtest"
)

// bundle is a kernel on a database, with a clock to turn and its log to read.
type bundle struct {
	*Kernel
	clock *clock
	logs  *safeBuffer
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func setup(t *testing.T, change ...func(*Options)) *bundle {
	t.Helper()
	b := &bundle{clock: &clock{t: time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)}, logs: &safeBuffer{}}
	public, err := url.Parse("https://shop.example")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		PublicURL: public, DB: dbtest.SQLite(t), Now: b.clock.now,
		Log: slog.New(LogHandler(slog.NewJSONHandler(io.MultiWriter(b.logs, t.Output()), &slog.HandlerOptions{Level: slog.LevelDebug}))),
		Around: func(Face, *http.Request) (Around, error) {
			return Around{ShopName: "試験の店", Environment: Test}, nil
		},
	}
	for _, f := range change {
		f(&o)
	}
	if b.Kernel, err = New(o); err != nil {
		t.Fatal(err)
	}
	return b
}

func pageSet(b *bundle, files map[string]string) *Set {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["t/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return b.Templates(fsys, "t")
}

func get(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	return do(h, http.MethodGet, target, "", header...)
}

func do(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
