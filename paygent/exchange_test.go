package paygent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// plainConfig points at a plain HTTP server, with the real transport.
func plainConfig(address string) *Config {
	c := testConfig()
	c.URLs = map[string]string{"02": address, "09": address, "45": address}
	c.Timeout = 5 * time.Second
	return c
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func capture(ctx context.Context, c *Client) error {
	_, err := c.Capture(ctx, SettlementRequest{PaymentID: "1", TradingID: "52"})
	return err
}

func realClient(t *testing.T, address string) *Client {
	t.Helper()
	c := testClientWith(t, Options{Config: plainConfig(address)})
	t.Cleanup(c.Close)
	return c
}

func TestOutcomesOverHTTP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		outcome OutcomeKind
		code    string
		status  int
	}{
		"success":               {answer(200, "\r\nresult=0\r\npayment_id=1"), OutcomeSucceeded, "", 200},
		"206":                   {answer(206, "\r\nresult=0"), OutcomeSucceeded, "", 206},
		"declined":              {answer(200, "\r\nresult=1\r\nresponse_code=2003"), OutcomeDeclined, "2003", 0},
		"declined without code": {answer(200, "\r\nresult=1"), OutcomeDeclined, "", 0},
		"P code":                {answer(200, "\r\nresult=1\r\nresponse_code=P009"), OutcomeRejected, "P009", 0},
		"E code":                {answer(200, "\r\nresult=1\r\nresponse_code=E0001"), OutcomeRejected, "E0001", 0},
		"result 2":              {answer(200, "\r\nresult=2\r\nresponse_code=X1"), OutcomeUnknown, "X1", 200},
		"result 3":              {answer(200, "\r\nresult=3"), OutcomeUnknown, CodeConnection, 200},
		"result 7":              {answer(200, "\r\nresult=7"), OutcomeUnknown, CodeConnection, 200}, // an authorisation's alone
		"no result":             {answer(200, "\r\nresult=\r\npayment_id=1"), OutcomeUnknown, CodeConnection, 200},
		"two results":           {answer(200, "\r\nresult=1\r\nresult=0"), OutcomeUnknown, CodeConnection, 200},
		"empty":                 {answer(200, ""), OutcomeUnknown, CodeConnection, 200},
		"garbage":               {answer(200, "<html>result = 0</html>"), OutcomeUnknown, CodeConnection, 200},
		"too long":              {answer(200, "\r\nresult=0\r\nx="+strings.Repeat("x", maxResponse)), OutcomeUnknown, CodeConnection, 200},
		"500":                   {answer(500, "\r\nresult=0"), OutcomeUnknown, CodeConnection, 500},
		"404":                   {answer(404, "\r\nresult=0"), OutcomeUnknown, CodeConnection, 404},
		"207":                   {answer(207, "\r\nresult=0"), OutcomeUnknown, CodeConnection, 207},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			drain(r)
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, OutcomeUnknown, CodeConnection, 307},
		"cut head": {func(_ http.ResponseWriter, r *http.Request) { drain(r); panic(http.ErrAbortHandler) }, OutcomeUnknown, CodeConnection, 0},
		"cut body": {func(w http.ResponseWriter, r *http.Request) {
			drain(r)
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, "\r\nresult=0")
		}, OutcomeUnknown, CodeConnection, 200},
		"head too big": {func(w http.ResponseWriter, r *http.Request) {
			drain(r)
			w.Header().Set("X", strings.Repeat("x", 2*maxResponseHeader))
		}, OutcomeUnknown, CodeConnection, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				c.handler(w, r)
			})
			err := capture(t.Context(), realClient(t, address))
			code, _ := failureText(err)
			if Outcome(err) != c.outcome || code != c.code {
				t.Errorf("%s %q (%v), want %s %q", Outcome(err), code, err, c.outcome, c.code)
			}
			var unknown *UnknownError
			if errors.As(err, &unknown) && unknown.HTTPStatus != c.status {
				t.Errorf("HTTP status %d, want %d", unknown.HTTPStatus, c.status)
			}
			if calls.Load() != 1 {
				t.Errorf("sent %d times", calls.Load())
			}
		})
	}
}

func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		drain(r)
		w.Header().Set("Content-Type", "text/plain; charset=Windows-31J")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { drain(r); <-release })
	t.Cleanup(func() { close(release) })
	t.Run("configuration's", func(t *testing.T) {
		t.Parallel()
		config := plainConfig(address)
		config.Timeout = 50 * time.Millisecond
		err := capture(t.Context(), testClientWith(t, Options{Config: config}))
		if Outcome(err) != OutcomeUnknown || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
	t.Run("caller's", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := capture(ctx, realClient(t, address)); Outcome(err) != OutcomeUnknown {
			t.Errorf("%v", err)
		}
	})
	t.Run("before the start", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		wantNotSent(t, capture(ctx, testClient(t, refusing{t})), CodeConnection)
	})
}

func wantNotSent(t *testing.T, err error, code string) *RejectedError {
	t.Helper()
	var rejected *RejectedError
	if !errors.As(err, &rejected) || !rejected.NotSent || rejected.Code != code || rejected.Detail == "" {
		t.Fatalf("want a telegram not sent, code %q: %v", code, err)
	}
	return rejected
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		r := wantNotSent(t, capture(t.Context(), realClient(t, "http://"+address)), CodeConnection)
		if !strings.Contains(r.Detail, "firewall") || !strings.Contains(r.Detail, address) {
			t.Error(r.Detail)
		}
	})
	t.Run("unknown name", func(t *testing.T) {
		t.Parallel()
		r := wantNotSent(t, capture(t.Context(), realClient(t, "http://no-such-host.invalid/")), CodeConnection)
		if !strings.Contains(r.Detail, "DNS") {
			t.Error(r.Detail)
		}
	})
	t.Run("proxy", func(t *testing.T) {
		t.Parallel()
		config := plainConfig("https://centre.example/")
		host, port, _ := net.SplitHostPort(address)
		config.ProxyServerIP, config.ProxyServerName = host, "ignored.invalid"
		fmt.Sscan(port, &config.ProxyServerPort)
		r := wantNotSent(t, capture(t.Context(), testClientWith(t, Options{Config: config})), CodeConnection)
		if !strings.Contains(r.Detail, KeyProxyServerIP) {
			t.Error(r.Detail)
		}
	})
	t.Run("time over while connecting", func(t *testing.T) {
		t.Parallel()
		// A listener that never completes a TLS handshake.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		config := plainConfig("https://" + l.Addr().String())
		config.Timeout = 50 * time.Millisecond
		wantNotSent(t, capture(t.Context(), testClientWith(t, Options{Config: config})), CodeConnection)
	})
}

// A proxy gets CONNECT, and its refusal means that nothing was sent.
func TestProxyRefusal(t *testing.T) {
	t.Parallel()
	var method atomic.Value
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		method.Store(r.Method + " " + r.Host)
		http.Error(w, "no", http.StatusForbidden)
	})
	config := plainConfig("https://centre.example:8443/")
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(proxy, "http://"))
	config.ProxyServerName = host
	fmt.Sscan(port, &config.ProxyServerPort)
	wantNotSent(t, capture(t.Context(), testClientWith(t, Options{Config: config})), CodeConnection)
	if method.Load() != "CONNECT centre.example:8443" {
		t.Errorf("the proxy got %v", method.Load())
	}
}

// A connection that the server has closed meanwhile is not a reason to repeat.
func TestNoRepeatOnStaleConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var requests atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answerOnceThenCut(conn, &requests)
		}
	}()
	c := realClient(t, "http://"+l.Addr().String())
	if err := capture(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := capture(t.Context(), c); Outcome(err) != OutcomeUnknown {
		t.Errorf("on the cut connection: %v", err)
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests arrived, want 2", requests.Load())
	}
}

// answerOnceThenCut keeps the connection alive, reads a second request whole, and hangs up.
func answerOnceThenCut(conn net.Conn, requests *atomic.Int32) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i := range 2 {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		drain(r)
		requests.Add(1)
		if i == 0 {
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n\r\nresult=0")
		}
	}
}

func TestBeforeSend(t *testing.T) {
	t.Parallel()
	var bodies atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if b, err := io.ReadAll(r.Body); err == nil && len(b) > 0 {
			bodies.Add(1)
		}
		fmt.Fprint(w, "\r\nresult=0")
	})
	c := realClient(t, address)
	calls := 0
	if err := capture(BeforeSend(t.Context(), func() error { calls++; return nil }), c); err != nil || calls != 1 {
		t.Fatalf("guard that agrees: %v, called %d times", err, calls)
	}
	late := errors.New("too late")
	err := capture(BeforeSend(t.Context(), func() error { return late }), c)
	wantNotSent(t, err, "")
	if !errors.Is(err, late) {
		t.Errorf("the guard's error is not wrapped: %v", err)
	}
	if bodies.Load() != 1 {
		t.Errorf("%d whole bodies arrived, want 1", bodies.Load())
	}
}

func TestGuardNotAskedWithoutConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	ctx := BeforeSend(t.Context(), func() error { t.Error("asked"); return nil })
	wantNotSent(t, capture(ctx, realClient(t, "http://"+l.Addr().String())), CodeConnection)
}

// lateReader gives up at once and reads the body afterwards, as a connection that becomes
// ready too late would.
type lateReader struct{ body io.ReadCloser }

func (l *lateReader) RoundTrip(r *http.Request) (*http.Response, error) {
	l.body = r.Body
	return nil, errors.New("gave up")
}

func TestNothingIsReadAfterGivingUp(t *testing.T) {
	t.Parallel()
	transport := &lateReader{}
	ctx := BeforeSend(t.Context(), func() error { t.Error("asked"); return nil })
	wantNotSent(t, capture(ctx, testClient(t, transport)), CodeConnection)
	if b, err := io.ReadAll(transport.body); err == nil || len(b) > 0 {
		t.Errorf("read %q, %v", b, err)
	}
}

// timeoutErr is what a simulated time-out looks like.
type timeoutErr struct{}

func (timeoutErr) Error() string   { return "time-out" }
func (timeoutErr) Timeout() bool   { return true }
func (timeoutErr) Temporary() bool { return true }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	read := func(err error) roundTrip {
		return func(r *http.Request) (*http.Response, error) { drain(r); return nil, err }
	}
	if err := capture(t.Context(), testClient(t, read(timeoutErr{}))); Outcome(err) != OutcomeUnknown || !strings.Contains(err.Error(), KeyTimeout) {
		t.Errorf("%v", err)
	}
	if err := capture(t.Context(), testClient(t, read(io.ErrUnexpectedEOF))); Outcome(err) != OutcomeUnknown || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
	early := roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: http.NoBody}, nil
	})
	wantNotSent(t, capture(t.Context(), testClient(t, early)), CodeConnection)
}
