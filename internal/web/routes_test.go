package web

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func ok(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "ok")
	return err
}

func TestCrossOriginCheck(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Shop().Handle("POST /shop", ok)
	b.Shop().Foreign().Handle("POST /return", ok)
	b.Admin().Handle("POST /x", ok)
	b.Plain().Handle("POST /notice", ok)
	cross := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://bank.example"}
	tests := []struct {
		name, path string
		header     []string
		status     int
	}{
		{"own page", "/shop", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"own page, old browser behind a proxy", "/shop", []string{"Origin", "https://shop.example"}, 200},
		{"another site", "/shop", cross, 403},
		{"another site, old browser", "/shop", []string{"Origin", "https://bank.example"}, 403},
		{"another site without a name", "/shop", []string{"Origin", "null"}, 403},
		{"sister site", "/shop", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"back office from another site", "/admin/x", cross, 403},
		{"return from the bank", "/return", cross, 200},
		{"notification", "/notice", nil, 200},
		{"notification with odd headers", "/notice", cross, 200},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := do(b.Handler(), "POST", tc.path, "a=b", tc.header...)
			if w.Code != tc.status {
				t.Errorf("%d, want %d", w.Code, tc.status)
			}
		})
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	read := func(w http.ResponseWriter, r *http.Request) error {
		_, _, err := Decode[struct{}](r)
		return err
	}
	b.Shop().Limit(20).Handle("POST /small", read)
	b.Shop().Handle("POST /usual", read)
	long := "a=" + strings.Repeat("x", 100)
	if w := do(b.Handler(), "POST", "/small", long); w.Code != 413 {
		t.Errorf("small: %d", w.Code)
	}
	if w := do(b.Handler(), "POST", "/usual", long); w.Code != 200 {
		t.Errorf("usual: %d", w.Code)
	}
}

func TestMiddlewareRunsInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mark := func(name string) Middleware {
		return func(next HandlerFunc) HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Add("Seen", name)
				return next(w, r)
			}
		}
	}
	base := b.Shop().With(mark("a"))
	base.With(mark("b"), mark("c")).Handle("GET /abc", ok)
	base.Handle("GET /a", ok)
	if got := strings.Join(get(b.Handler(), "/abc").Header()["Seen"], ""); got != "abc" {
		t.Errorf("ran %q", got)
	}
	if got := strings.Join(get(b.Handler(), "/a").Header()["Seen"], ""); got != "a" {
		t.Errorf("With changed the routes it came from: ran %q", got)
	}
}

func TestClashingRoutesStopTheStart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Shop().Handle("GET /a", ok)
	defer func() {
		if recover() == nil {
			t.Error("no complaint")
		}
	}()
	b.Shop().Handle("GET /a", ok)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	set := pageSet(b, map[string]string{"p.html": `{{define "content"}}{{end}}`})
	page := NewPage[int](set, "p.html", Shop).Script("vendor/chart.umd.min.js")
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	b.Shop().Handle("GET /pay", func(w http.ResponseWriter, r *http.Request) error {
		return page.Render(w, r, Frame{
			Outside: []string{"https://token.example/js/PaygentToken.js"},
			Policy:  Policy{Script: []string{"https://token.example", "evil; default-src *"}, Form: []string{"https:"}},
		}, 0)
	})
	w := get(b.Handler(), "/pay")
	csp := w.Header().Get("Content-Security-Policy")
	doc := document(t, w.Body.String())
	nonce := doc.Find(`script[src="https://token.example/js/PaygentToken.js"]`).AttrOr("nonce", "")
	if nonce == "" || !strings.Contains(csp, "script-src 'self' 'nonce-"+nonce+"' https://token.example;") {
		t.Errorf("nonce %q, policy %q", nonce, csp)
	}
	if strings.Contains(csp, "evil") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "form-action 'self' https:;") {
		t.Errorf("policy %q", csp)
	}
	if doc.Find(`script[src*="chart.umd.min.js"]`).Length() != 1 || doc.Find("[style], script:not([src])").Length() != 0 {
		t.Error("scripts are missing, or something stands inline")
	}
	if again := get(b.Handler(), "/pay").Header().Get("Content-Security-Policy"); again == csp {
		t.Error("two answers have the same nonce")
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=31536000", "Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAccessLogTellsNoSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Shop().Handle("GET /mypage/{token}", ok)
	get(b.Handler(), "/mypage/tokentoken?email=yamada@example.jp")
	log := b.logs.String()
	if strings.Contains(log, "yamada") || strings.Contains(log, "tokentoken") || !strings.Contains(log, `"route":"GET /mypage/{token}"`) {
		t.Errorf("log %s", log)
	}
	for _, want := range []string{`"status":200`, `"client":"192.0.2.1"`, `"request":"`, `"bytes":2`} {
		if !strings.Contains(log, want) {
			t.Errorf("log has no %s: %s", want, log)
		}
	}
	if strings.Count(log, `"request":"`) != 1 {
		t.Errorf("the request's number stands more than once: %s", log)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"/mypage/": "/mypage/", "/a?b=c": "/a?b=c", "": "/x", "//evil.example": "/x", `/\evil.example`: "/x",
		"https://evil.example": "/x", "javascript:alert(1)": "/x", "/a\r\nSet-Cookie: a": "/x",
	} {
		if got := LocalPath(sent, "/x"); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", sent, got, want)
		}
	}
}
