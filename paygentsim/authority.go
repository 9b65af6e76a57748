package paygentsim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is the simulator's own certificate authority. Its keys come from
// crypto/rand whatever Options.Rand is: crypto/ecdsa takes no other source.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

const (
	authorityName = "ca.pem" // in Dir: certificate and key
	year          = 365 * 24 * time.Hour
)

// TLSConfig is for the mutual-TLS listener: a server certificate for localhost,
// 127.0.0.1 and ::1, and client certificates of the simulator's own authority required.
// TLS 1.2 only, like the centre's renegotiating servers (protocol.md §1.3).
func (s *Sim) TLSConfig() (*tls.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ca, err := s.openAuthority()
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("paygentsim: make server key: %w", err)
	}
	cert, err := ca.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "localhost"},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key.Public(), s.now())
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AddCert(ca.cert)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    clients,
		MinVersion:   tls.VersionTLS12,
		MaxVersion:   tls.VersionTLS12,
		Time:         s.opt.Clock,
	}, nil
}

// openAuthority takes the authority kept in Dir, or makes one and keeps it.
func (s *Sim) openAuthority() (*authority, error) {
	if s.authority != nil {
		return s.authority, nil
	}
	var err error
	if s.opt.Dir != "" {
		s.authority, err = readAuthority(filepath.Join(s.opt.Dir, authorityName))
	}
	if err == nil && s.authority == nil {
		s.authority, err = s.newAuthority()
	}
	if err != nil {
		s.authority = nil
		return nil, fmt.Errorf("paygentsim: certificate authority: %w", err)
	}
	return s.authority, nil
}

func readAuthority(path string) (*authority, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s: the key cannot sign", path)
	}
	return &authority{cert, key}, nil
}

func (s *Sim) newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := s.now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "paygentsim CA", Organization: []string{"paygentsim (simulator, not Paygent)"}},
		NotBefore:    now.Add(-year), NotAfter: now.Add(30 * year),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if s.opt.Dir != "" {
		err = keepAuthority(filepath.Join(s.opt.Dir, authorityName), der, key)
	}
	return &authority{cert, key}, err
}

func keepAuthority(path string, der []byte, key crypto.Signer) error {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writeFileAtomic(path, append(pemBlock("CERTIFICATE", der), pemBlock("PRIVATE KEY", pkcs8)...))
}

// issue signs a certificate of ten years that began half a year ago, so that a clock which
// is a little off does not matter.
func (a *authority) issue(template *x509.Certificate, public crypto.PublicKey, now time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("paygentsim: serial number: %w", err)
	}
	template.SerialNumber = serial
	template.NotBefore, template.NotAfter = now.Add(-year/2), now.Add(10*year)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, public, a.key)
	if err != nil {
		return nil, fmt.Errorf("paygentsim: sign certificate: %w", err)
	}
	return der, nil
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
