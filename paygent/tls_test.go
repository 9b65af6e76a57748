package paygent

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

func tlsClient(t *testing.T, c *Config) *Client {
	t.Helper()
	client := testClientWith(t, Options{Config: c, Clock: testNow})
	t.Cleanup(client.Close)
	return client
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address := mutualTLS(t, ca, serverCert(t, ca, "localhost", 0))
	key := rsaKey(t)
	cert := block("CERTIFICATE", ca.issue(key, "merchant", 0))
	config := kit(t, append(cert, legacyBlock(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), "changeit", x509.PEMCipher3DES)...), ca.pem(), address)
	client := tlsClient(t, config)
	for range 2 {
		if err := capture(t.Context(), client); err != nil {
			t.Fatal(err)
		}
	}
}

// Through a proxy the centre's TLS and the client certificate stay between both ends.
func TestProxyTunnel(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address := mutualTLS(t, ca, serverCert(t, ca, "localhost", 0))
	key := ecKey(t)
	config := kit(t, append(block("CERTIFICATE", ca.issue(key, "merchant", 0)), pkcs8Block(t, key, "changeit")...), ca.pem(), address)
	var tunnels atomic.Int32
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "CONNECT only", http.StatusMethodNotAllowed)
			return
		}
		tunnels.Add(1)
		tunnel(t, w, r.Host)
	})
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	config.ProxyServerName, config.ProxyServerIP = "no-such-proxy.example", u.Hostname()
	if config.ProxyServerPort, err = strconv.Atoi(u.Port()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := capture(t.Context(), tlsClient(t, config)); err != nil {
			t.Fatal(err)
		}
	}
	if tunnels.Load() != 2 {
		t.Errorf("%d tunnels, want 2", tunnels.Load())
	}
}

// tunnel joins the caller with another address until one of both ends.
func tunnel(t *testing.T, w http.ResponseWriter, to string) {
	far, err := net.Dial("tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer near.Close()
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, buffered)
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
}

func TestTLSFailures(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	key := ecKey(t)
	own := append(block("CERTIFICATE", ca.issue(key, "merchant", 0)), pkcs8Block(t, key, "changeit")...)
	foreign := append(block("CERTIFICATE", other.issue(key, "merchant", 0)), pkcs8Block(t, key, "changeit")...)
	const year = 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		server    tls.Certificate
		clientPEM []byte
		caPEM     []byte
		says      string
	}{
		"server of another CA": {serverCert(t, other, "localhost", 0), own, ca.pem(), KeyCAFilePath},
		"another server":       {serverCert(t, ca, "elsewhere.example", 0), own, ca.pem(), "another server"},
		"server's expired":     {serverCert(t, ca, "localhost", -year), own, ca.pem(), "check the clock"},
		"client refused":       {serverCert(t, ca, "localhost", 0), foreign, ca.pem(), KeyClientFilePath},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := mutualTLS(t, ca, c.server)
			r := wantNotSent(t, capture(t.Context(), tlsClient(t, kit(t, c.clientPEM, c.caPEM, address))), CodeCertificate)
			if !strings.Contains(r.Detail, c.says) {
				t.Error(r.Detail)
			}
		})
	}
	t.Run("no TLS there", func(t *testing.T) {
		t.Parallel()
		address := serve(t, answer(200, ""))
		config := kit(t, own, ca.pem(), strings.Replace(address, "http:", "https:", 1))
		r := wantNotSent(t, capture(t.Context(), tlsClient(t, config)), CodeCertificate)
		if !strings.Contains(r.Detail, "does not speak TLS") {
			t.Error(r.Detail)
		}
	})
	t.Run("TLS 1.3 alone", func(t *testing.T) {
		t.Parallel()
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{serverCert(t, ca, "127.0.0.1", 0)}, MinVersion: tls.VersionTLS13})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
				_ = conn.(*tls.Conn).Handshake()
				conn.Close()
			}
		}()
		wantNotSent(t, capture(t.Context(), tlsClient(t, kit(t, own, ca.pem(), "https://"+l.Addr().String()))), CodeCertificate)
	})
}

// A long-running program notices that its certificate has expired meanwhile.
func TestCertificateExpiresLater(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	key := ecKey(t)
	pem := append(block("CERTIFICATE", ca.issue(key, "merchant", 0)), pkcs8Block(t, key, "")...)
	now := testNow()
	client := testClientWith(t, Options{Config: kit(t, pem, ca.pem(), "https://127.0.0.1:1"), Clock: func() time.Time { return now }})
	now = now.AddDate(1, 0, 0)
	r := wantNotSent(t, capture(t.Context(), client), CodeCertificate)
	if !strings.Contains(r.Detail, "expired on 2026-10-01") {
		t.Error(r.Detail)
	}
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	key, stranger := ecKey(t), ecKey(t)
	leaf := block("CERTIFICATE", ca.issue(key, "merchant", 0))
	plain := pkcs8Block(t, key, "")
	const year = 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		pem  []byte
		says string
	}{
		"empty":                {nil, "no certificate"},
		"words":                {[]byte("hello"), "no certificate"},
		"binary":               {[]byte{0x30, 0x82}, "openssl pkcs12"},
		"certificate alone":    {leaf, "no private key"},
		"key alone":            {plain, "no certificate"},
		"broken certificate":   {append(block("CERTIFICATE", []byte("x")), plain...), "certificate cannot be read"},
		"broken key":           {append(block("RSA PRIVATE KEY", []byte("x")), leaf...), "private key cannot be read"},
		"broken PKCS#8":        {append(block("ENCRYPTED PRIVATE KEY", []byte("x")), leaf...), "not PKCS#8"},
		"another's key":        {append(pkcs8Block(t, stranger, ""), leaf...), "does not belong"},
		"two keys":             {bytes.Join([][]byte{leaf, plain, plain}, nil), "more than one"},
		"wrong passphrase":     {append(pkcs8Block(t, key, "other"), leaf...), "passphrase"},
		"wrong, legacy":        {append(legacyBlock(t, "EC PRIVATE KEY", ecDER(t, key), "other", x509.PEMCipherAES256), leaf...), "passphrase"},
		"PBES1":                {append(block("ENCRYPTED PRIVATE KEY", pbes1(t)), leaf...), "openssl pkcs8"},
		"expired":              {append(block("CERTIFICATE", ca.issue(key, "m", -year)), plain...), "expired on 2025-10-01"},
		"not yet":              {append(block("CERTIFICATE", ca.issue(key, "m", year)), plain...), "valid only from 2026-10-01"},
		"larger than any file": {bytes.Repeat([]byte("-"), maxPEMSize+1), "larger"},
	} {
		config := kit(t, c.pem, ca.pem(), "https://127.0.0.1:1")
		_, err := New(Options{Config: config, MerchantID: "1", ConnectID: "c", ConnectPassword: "p", Clock: testNow})
		wantConfigError(t, name, err, config.ClientFilePath, KeyClientFilePath, c.says)
	}
	good := bytes.Join([][]byte{leaf, plain}, nil)
	for name, c := range map[string]struct {
		ca   []byte
		says string
	}{"words": {[]byte("hello"), "no CA certificate"}, "key": {plain, "no CA certificate"}} {
		config := kit(t, good, c.ca, "https://127.0.0.1:1")
		wantConfigError(t, name, config.CheckFiles("", testNow()), config.CAFilePath, KeyCAFilePath, c.says)
	}
	config := kit(t, good, ca.pem(), "https://127.0.0.1:1")
	if err := config.CheckFiles("", testNow()); err != nil {
		t.Error(err)
	}
	config.ClientFilePath, config.CAFilePath = t.TempDir()+"/no.pem", t.TempDir()
	err := config.CheckFiles("", testNow())
	wantConfigError(t, "missing", err, config.ClientFilePath, KeyClientFilePath, "no such file")
	if n := len(ConfigErrors(err)); n != 2 {
		t.Errorf("%d errors, want both: %v", n, err)
	}
}

func wantConfigError(t *testing.T, name string, err error, file, key, says string) {
	t.Helper()
	var conf *ConfigError
	if !errors.As(err, &conf) || conf.Code != CodeCertificate || conf.File != file || conf.Key != key || !strings.Contains(conf.Detail, says) {
		t.Errorf("%s: %v", name, err)
	}
}
