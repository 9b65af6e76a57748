package paygent

import (
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The real centre asks for the client certificate by renegotiation, after it has the request
// and by its path (protocol.md §1.3): Apache with SSLVerifyClient inside a Location. These
// tests run Debian's Apache, with the machine's clock: it has no other.

// apacheKit is the configuration of a merchant whom the Apache of ca lets in.
func apacheKit(t *testing.T, ca authority, a *apache, key []byte, leaf []byte) *Config {
	t.Helper()
	c := kit(t, slices.Concat(block("CERTIFICATE", leaf), key), ca.pem(), a.address+"/n/card/request")
	c.URLs["09"] = a.address + "/n/ref/request"
	return c
}

// thisYear moves certificates from around testNow to around today.
func thisYear() time.Duration { return time.Since(testNow()).Truncate(time.Second) }

func apacheClient(t *testing.T, c *Config, now func() time.Time) *Client {
	t.Helper()
	c.Timeout = 20 * time.Second
	client := testClientWith(t, Options{Config: c, Clock: now})
	t.Cleanup(client.Close)
	return client
}

func TestApacheKeys(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	a := startApache(t, ca, "localhost", thisYear())
	r, e := rsaKey(t), ecKey(t)
	pkcs1 := x509.MarshalPKCS1PrivateKey(r)
	for name, c := range map[string]struct {
		key crypto.Signer
		pem []byte
	}{
		"plain":             {r, block("RSA PRIVATE KEY", pkcs1)},
		"legacy-3DES":       {r, legacyBlock(t, "RSA PRIVATE KEY", pkcs1, "changeit", x509.PEMCipher3DES)},
		"legacy-AES":        {r, legacyBlock(t, "RSA PRIVATE KEY", pkcs1, "changeit", x509.PEMCipherAES256)},
		"PBES2":             {r, pkcs8Block(t, r, "changeit")},
		"PBES2-EC":          {e, pkcs8Block(t, e, "changeit")},
		"plain-PKCS8-of-EC": {e, pkcs8Block(t, e, "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := apacheClient(t, apacheKit(t, ca, a, c.pem, ca.issue(c.key, "merchant-"+name, thisYear())), time.Now)
			// The first telegram renegotiates; those after it on the same connection, to
			// either place, have shown their certificate already.
			for range 2 {
				done, err := client.Capture(t.Context(), SettlementRequest{PaymentID: "1", TradingID: name})
				if err != nil || done.Fields.Get("client") != "merchant-"+name {
					t.Fatalf("%v, seen as %q\n%s", err, done.Fields.Get("client"), a.log())
				}
				if err := client.TestConnection(t.Context()); err != nil {
					t.Fatalf("%v\n%s", err, a.log())
				}
			}
		})
	}
	t.Cleanup(func() {
		if !strings.Contains(a.log(), "Requesting connection re-negotiation") {
			t.Errorf("Apache never renegotiated: this proves nothing\n%s", a.log())
		}
	})
}

// A telegram of any size that the client sends passes the buffer in which Apache keeps a
// body while it renegotiates; one that does not is an unknown outcome, with Apache's status.
func TestApacheLongTelegrams(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	a := startApache(t, ca, "localhost", thisYear())
	key := ecKey(t)
	config := apacheKit(t, ca, a, pkcs8Block(t, key, "changeit"), ca.issue(key, "merchant", thisYear()))
	long := func(letter string, n int) Request {
		return Request{Kind: KindCapture, Params: Params{{"payment_id", "1"}, {"x", strings.Repeat(letter, n)}}}
	}
	if _, err := apacheClient(t, config, time.Now).Do(t.Context(), long("a", 100000)); err != nil {
		t.Errorf("%v\n%s", err, a.log())
	}
	_, err := apacheClient(t, config, time.Now).Do(t.Context(), long("あ", 50000)) // three bytes for one when percent-encoded
	var unknown *UnknownError
	if !errors.As(err, &unknown) || unknown.Code != CodeConnection || unknown.HTTPStatus != http.StatusRequestEntityTooLarge {
		t.Errorf("%v\n%s", err, a.log())
	}
	if n := a.count(); n != 1 {
		t.Errorf("%d telegrams arrived, want 1", n)
	}
}

func TestApacheRefusals(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	key := ecKey(t)
	const year = 365 * 24 * time.Hour
	pem := pkcs8Block(t, key, "changeit")
	good := ca.issue(key, "merchant", thisYear())
	a := startApache(t, ca, "localhost", thisYear())
	old := startApache(t, ca, "localhost", thisYear()-year)
	justExpired := ca.issue(key, "merchant", time.Since(testNow().AddDate(0, 6, 0))-time.Hour)
	slow := func() time.Time { return time.Now().Add(-2 * time.Hour) } // a clock by which it has not
	for name, c := range map[string]struct {
		at      *apache
		leaf    []byte
		now     func() time.Time
		change  func(*Config)
		notSent bool // Apache asks for the certificate when it has the request, so later errors leave doubt
		says    []string
	}{
		"wrong CA": {a, good, time.Now, func(c *Config) { c.CAFilePath = write(t, "ca.crt", other.pem()) }, true,
			[]string{"is not signed by a CA in", KeyCAFilePath}},
		"wrong name": {a, good, time.Now, func(c *Config) { c.URLs["02"] = strings.Replace(c.URLs["02"], "localhost", "127.0.0.1", 1) }, true,
			[]string{"127.0.0.1", "is for another server", "url."}},
		"expired, the server's": {old, good, time.Now, nil, true, []string{"not valid at this computer's time", "check the clock"}},
		"expired, the client's": {a, justExpired, slow, nil, false, []string{"refused the client certificate", KeyClientFilePath}},
		"client of another CA":  {a, other.issue(key, "merchant", thisYear()), time.Now, nil, false, []string{"refused the client certificate", KeyClientFilePath}},
		"no client certificate": {a, good, time.Now, func(c *Config) { c.NoClientCert = true }, false, []string{"client certificate", KeyNotUseClient}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := apacheKit(t, ca, c.at, pem, c.leaf)
			if c.change != nil {
				c.change(config)
			}
			before := c.at.count()
			err := capture(t.Context(), apacheClient(t, config, c.now))
			var rejected *RejectedError
			if code, _ := failureText(err); code != CodeCertificate || (errors.As(err, &rejected) && rejected.NotSent) != c.notSent || !c.notSent && Outcome(err) != OutcomeUnknown {
				t.Errorf("%v\n%s", err, c.at.log())
			}
			_, sentence := failureText(err)
			t.Log(sentence)
			for _, part := range c.says {
				if !strings.Contains(sentence, part) {
					t.Errorf("%q lacks %q", sentence, part)
				}
			}
			if c.at.count() != before {
				t.Error("the telegram arrived")
			}
		})
	}
	// A certificate that has expired by this computer's own clock is not even shown.
	config := apacheKit(t, ca, a, pem, ca.issue(key, "merchant", thisYear()-year))
	_, err := New(Options{Config: config, MerchantID: "1", ConnectID: "c", ConnectPassword: "p"})
	wantConfigError(t, "expired", err, config.ClientFilePath, KeyClientFilePath, "the client certificate expired on")
}

// apache is a server of its own configuration, before a handler that answers telegrams.
type apache struct {
	address string
	dir     string
	mu      sync.Mutex
	arrived int
}

func (a *apache) log() string {
	text, err := os.ReadFile(filepath.Join(a.dir, "error.log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (a *apache) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.arrived
}

// answer is the centre behind Apache: a success that tells whose certificate came.
func (a *apache) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	form, bad := url.ParseQuery(string(body))
	if err != nil || bad != nil || form.Get("telegram_kind") == "" {
		http.Error(w, "no telegram", http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	a.arrived++
	a.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=Windows-31J")
	_, _ = io.WriteString(w, "\r\nresult=0\r\nsuccess_code=1\r\npayment_id=1\r\nclient="+r.Header.Get("X-Client"))
}

// freePort is one that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
