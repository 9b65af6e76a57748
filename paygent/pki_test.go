package paygent

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/youmark/pkcs8"
)

// testNow is the clock of every certificate here.
func testNow() time.Time { return time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) }

// authority is a CA made for one test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := ecKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: testNow().AddDate(-5, 0, 0), NotAfter: testNow().AddDate(50, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{t, cert, key}
}

// issue makes a certificate valid a year around testNow, moved by shift.
func (a authority) issue(key crypto.Signer, name string, shift time.Duration) []byte {
	a.t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		DNSNames: []string{name}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		NotBefore:   testNow().AddDate(0, -6, 0).Add(shift), NotAfter: testNow().AddDate(0, 6, 0).Add(shift)}
	if ip := net.ParseIP(name); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func (a authority) pem() []byte { return block("CERTIFICATE", a.cert.Raw) }

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func legacyBlock(t *testing.T, kind string, der []byte, passphrase string, cipher x509.PEMCipher) []byte {
	t.Helper()
	b, err := x509.EncryptPEMBlock(rand.Reader, kind, der, []byte(passphrase), cipher) //nolint:staticcheck // the form many kits have
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(b)
}

func pkcs8Block(t *testing.T, key crypto.Signer, passphrase string) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(key, []byte(passphrase), nil)
	if err != nil {
		t.Fatal(err)
	}
	if passphrase == "" {
		return block("PRIVATE KEY", der)
	}
	return block("ENCRYPTED PRIVATE KEY", der)
}

func write(t *testing.T, name string, parts ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, bytes.Join(parts, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// kit is a configuration with real files, for a server at address.
func kit(t *testing.T, clientPEM, caPEM []byte, address string) *Config {
	t.Helper()
	c := plainConfig(address)
	c.NoClientCert, c.NoCAFile = false, false
	c.ClientFilePath = write(t, "client.pem", clientPEM)
	c.CAFilePath = write(t, "ca.crt", caPEM)
	return c
}

// mutualTLS serves over TLS 1.2 with client certificates of ca, under the server's own certificate.
func mutualTLS(t *testing.T, ca authority, server tls.Certificate) (address string) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{server}, ClientCAs: pool,
		ClientAuth: tls.RequireAndVerifyClientCert, MaxVersion: tls.VersionTLS12, Time: testNow})
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: answer(200, "\r\nresult=0\r\npayment_id=1"), ErrorLog: discardLog()}
	go func() { _ = s.Serve(l) }() // ends with Close
	t.Cleanup(func() { s.Close() })
	return "https://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func serverCert(t *testing.T, ca authority, name string, shift time.Duration) tls.Certificate {
	t.Helper()
	key := ecKey(t)
	return tls.Certificate{Certificate: [][]byte{ca.issue(key, name, shift)}, PrivateKey: key}
}
