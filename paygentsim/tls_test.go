package paygentsim_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kessai/paygentsim"
)

// serveTLS listens as the mutual-TLS face.
func (b *bundle) serveTLS() (base string) {
	b.t.Helper()
	cfg, err := b.sim.TLSConfig()
	if err != nil {
		b.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	srv := &http.Server{Handler: b.sim.Handler(), ReadHeaderTimeout: time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = srv.Serve(tls.NewListener(ln, cfg)) // ends with ErrServerClosed
	}()
	b.t.Cleanup(func() {
		_ = srv.Close()
		<-ended
	})
	return "https://" + ln.Addr().String()
}

// kitClient is a plain crypto/tls client made of a kit's files.
func kitClient(t *testing.T, dir string, now func() time.Time) *http.Client {
	t.Helper()
	text := readFile(t, filepath.Join(dir, paygentsim.KitClient))
	certBlock, rest := pem.Decode(text)
	keyBlock, _ := pem.Decode(rest)
	if certBlock == nil || keyBlock == nil || keyBlock.Headers["DEK-Info"] == "" {
		t.Fatalf("client file: certificate and key with DEK-Info expected")
	}
	der, err := x509.DecryptPEMBlock(keyBlock, []byte("changeit")) //nolint:staticcheck // the format of kits
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(pem.EncodeToMemory(certBlock), pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(readFile(t, filepath.Join(dir, paygentsim.KitCA))) {
		t.Fatal("no CA certificate")
	}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, Time: now,
	}}}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	base, dir := b.serveTLS(), t.TempDir()
	if err := b.sim.WriteKit(dir, base, nil); err != nil {
		t.Fatal(err)
	}
	client := kitClient(t, dir, b.clock.Now)
	got, err := exchange(client, base, "020", b.order("52", good, nil))
	if err != nil || got["result"] != "0" {
		t.Fatalf("020 over TLS: %v, %v", got, err)
	}
	if got, err = exchange(client, strings.Replace(base, "127.0.0.1", "localhost", 1), "094", fields{"trading_id": "52"}); err != nil || got["payment_status"] != "20" {
		t.Errorf("094 by name: %v, %v", got, err)
	}

	transport := client.Transport.(*http.Transport)
	bare := transport.Clone()
	bare.TLSClientConfig.Certificates = nil
	if _, err := exchange(&http.Client{Transport: bare}, base, "094", nil); err == nil {
		t.Error("a client without a certificate was let in")
	}
	stranger := setup(t, paygentsim.Options{})
	other := t.TempDir()
	if err := stranger.sim.WriteKit(other, base, nil); err != nil {
		t.Fatal(err)
	}
	mixed := transport.Clone()
	mixed.TLSClientConfig.Certificates = kitClient(t, other, b.clock.Now).Transport.(*http.Transport).TLSClientConfig.Certificates
	if _, err := exchange(&http.Client{Transport: mixed}, base, "094", nil); err == nil {
		t.Error("a certificate of another authority was let in")
	}
	if _, err := exchange(kitClient(t, other, b.clock.Now), base, "094", nil); err == nil {
		t.Error("a client with another CA trusted the server")
	}
}

func TestKit(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	dir := filepath.Join(t.TempDir(), "kit")
	err := b.sim.WriteKit(dir, "https://127.0.0.1:8443/", map[string]string{"timeout_value": "3", "not_use_ca_cert": "true"})
	if err != nil {
		t.Fatal(err)
	}
	conf := map[string]string{}
	for _, l := range strings.Split(string(readFile(t, filepath.Join(dir, paygentsim.KitConf))), "\n") {
		if name, value, ok := strings.Cut(l, "="); ok && !strings.HasPrefix(l, "#") {
			if _, twice := conf[name]; twice {
				t.Errorf("%s stands twice", name)
			}
			conf[name] = value
		}
	}
	for name, want := range map[string]string{
		"client_file_path": filepath.Join(dir, "client_cert.pem"), "ca_file_path": filepath.Join(dir, "curl-ca-bundle.crt"),
		"default_id": "conn01", "default_password": "pass01", "timeout_value": "3", "select_max_cnt": "2000",
		"proxy_server_port": "0", "telegram_kind.ref": "027,090", "not_use_ca_cert": "true",
		"url.02": "https://127.0.0.1:8443/n/card/request", "url.091": "https://127.0.0.1:8443/n/ref/paynotice",
	} {
		if got := conf["paygentB2Bmodule."+name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, value := range conf {
		if strings.Contains(name, ".url.") && !strings.HasPrefix(value, "https://127.0.0.1:8443/n/") {
			t.Errorf("%s points at %q", name, value)
		}
	}
	info, err := os.Stat(filepath.Join(dir, paygentsim.KitClient))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("client file: %v, %v", info, err)
	}
	if err := b.sim.WriteKit(dir, "https://127.0.0.1:8443", map[string]string{"timeout_value": "3\nurl.02=https://module.example"}); err == nil {
		t.Error("a line break was taken into the conf")
	}
}

func TestAuthorityOutlivesARestart(t *testing.T) {
	t.Parallel()
	dir, kit := t.TempDir(), t.TempDir()
	b := setup(t, paygentsim.Options{Dir: dir})
	if err := b.sim.WriteKit(kit, "https://127.0.0.1:1", nil); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(paygentsim.Options{Dir: dir})
	got, err := exchange(kitClient(t, kit, b.clock.Now), b.serveTLS(), "094", fields{"trading_id": "1"})
	if err != nil || got["response_code"] != "SIM003" {
		t.Errorf("an old kit after a restart: %v, %v", got, err)
	}
}
