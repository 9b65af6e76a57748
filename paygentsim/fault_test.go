package paygentsim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

// outcome sorts what a client sees of a fault.
func outcome(got fields, err error) string {
	var netErr net.Error
	switch {
	case errors.As(err, &netErr) && netErr.Timeout():
		return "time-out"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return "no connection" // the second over a socket, which stood already
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut within the answer"
	case errors.Is(err, io.EOF):
		return "cut before the answer"
	case err != nil:
		return "error " + err.Error()
	case got["result"] == "":
		return "no answer in it"
	}
	return "result " + got["result"]
}

func faultTable() map[paygentsim.Fault]struct {
	seen   string
	effect bool
} {
	type row = struct {
		seen   string
		effect bool
	}
	return map[paygentsim.Fault]row{
		paygentsim.Slow:          {"result 0", true},
		paygentsim.TimeoutBefore: {"time-out", false},
		paygentsim.TimeoutAfter:  {"time-out", true},
		paygentsim.CutBefore:     {"cut before the answer", false},
		paygentsim.CutAfter:      {"cut within the answer", true},
		paygentsim.GarbageBefore: {"no answer in it", false},
		paygentsim.GarbageAfter:  {"no answer in it", true},
		paygentsim.ErrorBefore:   {"no answer in it", false},
		paygentsim.ErrorAfter:    {"no answer in it", true},
		paygentsim.WrongCharset:  {"result 0", true},
		paygentsim.RefusedBefore: {"no connection", false},
		paygentsim.LateEffect:    {"time-out", false},
	}
}

func TestFaultsInProcess(t *testing.T) {
	t.Parallel()
	for f, want := range faultTable() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			if err := b.sim.ForceFault("020", f); err != nil {
				t.Fatal(err)
			}
			order := b.order("1", good, nil)
			if got := outcome(b.try("020", order)); got != want.seen {
				t.Errorf("client saw %q, want %q", got, want.seen)
			}
			checkEffect(t, b, want.effect)
			// One fault for one telegram; without effect, the token is still good.
			order["trading_id"] = "2"
			got := b.send("020", order)
			if wantCode := map[bool]string{true: "SIM006", false: ""}[want.effect]; got["response_code"] != wantCode {
				t.Errorf("the next telegram: %v", got)
			}
		})
	}
}

func TestFaultsOverASocket(t *testing.T) {
	t.Parallel()
	for f, want := range faultTable() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			if err := b.sim.SetFaults(paygentsim.Faults{SlowMillis: 5}); err != nil {
				t.Fatal(err)
			}
			srv := httptest.NewServer(b.sim.Handler())
			defer srv.Close()
			if err := b.sim.ForceFault("020", f); err != nil {
				t.Fatal(err)
			}
			patience := 30 * time.Second
			if want.seen == "time-out" {
				patience = 300 * time.Millisecond
			}
			client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
			if got := outcome(exchange(client, srv.URL, "020", b.order("1", good, nil))); got != want.seen {
				t.Errorf("client saw %q, want %q", got, want.seen)
			}
			checkEffect(t, b, want.effect)
		})
	}
}

func checkEffect(t *testing.T, b *bundle, want bool) {
	t.Helper()
	if got := len(b.sim.Payments()) == 1; got != want {
		t.Errorf("took effect: %v, want %v", got, want)
	}
	requests := b.sim.Requests()
	if last := requests[len(requests)-1]; last.Effect != want {
		t.Errorf("history says effect %v, want %v", last.Effect, want)
	}
}

func TestHangEndsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{Hang: 20 * time.Millisecond})
	srv := httptest.NewServer(b.sim.Handler())
	defer srv.Close()
	if err := b.sim.ForceFault("020", paygentsim.TimeoutAfter); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if got := outcome(exchange(client, srv.URL, "020", b.order("1", good, nil))); got != "cut before the answer" {
		t.Errorf("client saw %q", got)
	}
}

func TestSlowAnswerWaitsAsTold(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	b := setup(t, paygentsim.Options{Sleep: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
	if got := b.authorize("1", "4900000000009003", nil); got["result"] != "0" || waited != 3*time.Second {
		t.Errorf("waited %v for %v", waited, got)
	}
}

func TestMagicCardsThroughTokens(t *testing.T) {
	t.Parallel()
	table := faultTable()
	for _, m := range paygentsim.MagicCards() {
		t.Run(m.Number+" "+m.Kind, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			want := "result 0"
			if m.Issuer != "" || m.Number == "4900000000007099" {
				want = "result 1"
			}
			if m.Fault != "" {
				want = table[m.Fault].seen
			}
			if got := outcome(b.try(m.Kind, b.requestFor(m))); got != want {
				t.Errorf("%s: saw %q, want %q", m.Effect, got, want)
			}
		})
	}
}

// requestFor brings a magic card to the telegram it acts on.
func (b *bundle) requestFor(m paygentsim.MagicCard) fields {
	switch {
	case m.Reauthorization:
		b.authorize("1", m.Number, nil)
		return b.order("1_2", "", fields{"ref_trading_id": "1"})
	case m.Kind == "020":
		return b.order("1", m.Number, nil)
	case m.Kind == "450":
		return b.authentication(m.Number, nil)
	}
	id := b.authorize("1", m.Number, nil)["payment_id"]
	if m.Kind == "023" || m.Kind == "029" {
		b.send("022", fields{"payment_id": id})
	}
	return fields{"payment_id": id, "payment_amount": "3000", "reduction_flag": "0"}
}

// authentication is an ordinary 450.
func (b *bundle) authentication(number string, more fields) fields {
	f := fields{"trading_id": "1", "authentication_type": "01", "term_url": "https://shop.example/back?order=1", "payment_amount": "3300",
		"card_set_method": "token", "card_token": b.token(number), "merchant_name": "KESSAI"}
	for k, v := range more {
		f[k] = v
	}
	return f
}

// TestSameSeedSameTranscript runs one script twice under hostile faults.
func TestSameSeedSameTranscript(t *testing.T) {
	t.Parallel()
	one, again, other := transcript(t, 7), transcript(t, 7), transcript(t, 8)
	if diff := cmp.Diff(one, again); diff != "" {
		t.Errorf("same seed, other transcript (-first +second):\n%s", diff)
	}
	if cmp.Equal(one, other) {
		t.Error("another seed made no difference")
	}
	if !strings.Contains(strings.Join(one, "\n"), "time-out") {
		t.Error("hostile faults hardly showed")
	}
}

func transcript(t *testing.T, seed uint64) []string {
	t.Helper()
	b := setup(t, paygentsim.Options{Seed: seed, Faults: paygentsim.FaultsHostile})
	var out []string
	say := func(got fields, err error) { out = append(out, fmt.Sprint(outcome(got, err), got)) }
	for i := range 60 {
		order := b.order(fmt.Sprint(i), good, nil)
		got, err := b.try("020", order)
		say(got, err)
		if id := got["payment_id"]; id != "" {
			say(b.try("022", fields{"payment_id": id}))
		}
		say(b.try("094", fields{"trading_id": fmt.Sprint(i)}))
		b.drain()
		b.clock.advance(20 * time.Second)
	}
	b.clock.advance(3 * time.Hour)
	b.drain()
	for _, f := range b.shop.forms {
		out = append(out, f.Encode())
	}
	for _, r := range b.sim.Requests() {
		out = append(out, fmt.Sprint(r.Ordinal, r.Kind, r.Fault, r.Result, r.Code, r.Effect))
	}
	return out
}

// A telegram's fault is that of its ordinal, whatever its kind and content.
func TestFaultDependsOnOrdinalOnly(t *testing.T) {
	t.Parallel()
	run := func(kinds ...string) []paygentsim.Fault {
		b := setup(t, paygentsim.Options{Seed: 99, Faults: paygentsim.FaultsHostile})
		for i := range 100 {
			_, _ = b.try(kinds[i%len(kinds)], fields{"trading_id": fmt.Sprint(i)}) // faults are expected
		}
		var out []paygentsim.Fault
		for _, r := range b.sim.Requests() {
			out = append(out, r.Fault)
		}
		return out
	}
	if diff := cmp.Diff(run("094"), run("027", "020", "022")); diff != "" {
		t.Errorf("faults differ:\n%s", diff)
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	if _, err := paygentsim.New(paygentsim.Options{Faults: "cruel"}); err == nil {
		t.Error("an unknown profile was taken")
	}
	b := setup(t, paygentsim.Options{})
	for name, f := range map[string]paygentsim.Faults{
		"negative":      {Slow: -.1},
		"above one":     {CutAfter: 1.1},
		"sum above one": {NoticeLate: .6, NoticeLost: .6},
		"negative time": {SlowMillis: -1},
	} {
		if err := b.sim.SetFaults(f); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := b.sim.ForceFault("020", "rain"); err == nil {
		t.Error("an unknown fault was taken")
	}
}

// Whatever the client's tracing asks, an exchange without a socket tells as one with.
func TestTransportTraces(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	var told []string
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		WroteHeaders:         func() { told = append(told, "headers") },
		WroteRequest:         func(httptrace.WroteRequestInfo) { told = append(told, "request") },
		GotFirstResponseByte: func() { told = append(told, "answer") },
	})
	send := func(ctx context.Context, body io.Reader) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://sim.example/n/card/request", body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.sim.Transport().RoundTrip(req)
		return err
	}
	if err := send(ctx, strings.NewReader("")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"headers", "request", "answer"}, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	refused := errors.New("too late to send")
	if err := send(ctx, readerFunc(func([]byte) (int, error) { return 0, refused })); !errors.Is(err, refused) {
		t.Errorf("a body that refuses to be read: %v", err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := send(gone, strings.NewReader("")); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request: %v", err)
	}
	if got := len(b.sim.Requests()); got != 1 {
		t.Errorf("%d requests arrived, want the first alone", got)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestRequestsOfAnyForm(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, nil)["payment_id"]
	form := common("094", fields{"payment_id": id}).Encode()
	for name, tc := range map[string]struct {
		method, query, contentType, body string
		status                           int
		result                           string
	}{
		"body":                    {"POST", "", "application/x-www-form-urlencoded", form, 200, "0"},
		"query, empty multipart":  {"POST", form, "multipart/form-data; boundary=x", "--x--\r\n", 200, "0"},
		"no content type":         {"POST", "", "", form, 200, "0"},
		"get":                     {"GET", form, "", "", 405, ""},
		"broken escapes":          {"POST", "", "", "a=%z", 400, ""},
		"merged":                  {"POST", "payment_id=" + id, "", common("094", nil).Encode(), 200, "0"},
		"body wins over a query":  {"POST", "payment_id=1", "", form, 200, "0"},
		"larger than any request": {"POST", "", "", strings.Repeat("a", 12<<20), 413, ""},
	} {
		req := httptest.NewRequest(tc.method, "/n/ref/paymentref?"+tc.query, strings.NewReader(tc.body))
		if tc.contentType != "" {
			req.Header.Set("Content-Type", tc.contentType)
		}
		rec := httptest.NewRecorder()
		b.sim.Handler().ServeHTTP(rec, req)
		if got := parse(rec.Body.String())["result"]; rec.Code != tc.status || got != tc.result {
			t.Errorf("%s: status %d result %q", name, rec.Code, got)
		}
	}
}
