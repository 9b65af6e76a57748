package paygentsim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Files of a 接続キット and the passphrase of its key, protocol.md §1.3.
const (
	KitConf       = "modenv_properties.conf"
	KitClient     = "client_cert.pem"
	KitCA         = "curl-ca-bundle.crt"
	KitPassphrase = "changeit"
)

const confPrefix = "paygentB2Bmodule."

// WriteKit writes a 接続キット for the first merchant into dir: the conf with absolute
// paths and every URL at baseURL ("https://127.0.0.1:8443"), a client certificate with
// its encrypted key, and the authority's certificate. overrides replaces or adds conf
// keys, named without their prefix ("timeout_value"). Every call makes a new key.
func (s *Sim) WriteKit(dir, baseURL string, overrides map[string]string) error {
	for name, value := range overrides {
		if strings.ContainsAny(name+value, "\r\n") {
			return fmt.Errorf("paygentsim: conf key %q: a key or value cannot contain a line break", name)
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("paygentsim: kit directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("paygentsim: kit directory: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ca, err := s.openAuthority()
	if err != nil {
		return err
	}
	client, err := s.clientPEM(ca)
	if err != nil {
		return err
	}
	conf := kitConf(dir, strings.TrimRight(baseURL, "/"), &s.merchants[0], overrides)
	err = errors.Join(
		writeFileAtomic(filepath.Join(dir, KitClient), client),
		writeFileAtomic(filepath.Join(dir, KitCA), pemBlock("CERTIFICATE", ca.cert.Raw)),
		writeFileAtomic(filepath.Join(dir, KitConf), []byte(conf)),
	)
	if err != nil {
		return fmt.Errorf("paygentsim: write kit: %w", err)
	}
	return nil
}

// clientPEM is a certificate and its key in one file. The key has the old encryption
// (DEK-Info) because that is what kits in the field have; it protects nothing here.
func (s *Sim) clientPEM(ca *authority) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("paygentsim: make client key: %w", err)
	}
	der, err := ca.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: s.merchants[0].MerchantID},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, key.Public(), s.now())
	if err != nil {
		return nil, err
	}
	block, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), //nolint:staticcheck // the deprecated encryption is the format to be reproduced
		[]byte(KitPassphrase), x509.PEMCipherAES256)
	if err != nil {
		return nil, fmt.Errorf("paygentsim: encrypt client key: %w", err)
	}
	return append(pemBlock("CERTIFICATE", der), pem.EncodeToMemory(block)...), nil
}

// kitConf writes every key of protocol.md §2 in its order.
func kitConf(dir, baseURL string, m *Merchant, overrides map[string]string) string {
	keys := []line{
		{"client_file_path", filepath.Join(dir, KitClient)},
		{"ca_file_path", filepath.Join(dir, KitCA)},
		{"proxy_server_name", ""},
		{"proxy_server_ip", ""},
		{"proxy_server_port", "0"},
		{"default_id", m.ConnectID},
		{"default_password", m.ConnectPassword.Reveal()},
		{"timeout_value", "35"},
		{"log_output_path", filepath.Join(dir, "paygent.log")},
		{"debug_flg", "0"},
		{"select_max_cnt", "2000"},
		{"telegram_kind.utf8", utf8Kinds},
		{"telegram_kind.ref", refKinds},
	}
	for _, r := range routes() {
		keys = append(keys, line{"url." + r.prefix, baseURL + r.path})
	}
	var b strings.Builder
	b.WriteString("# Connection kit of a simulator. It reaches nothing but the simulator.\n")
	given := maps.Clone(overrides)
	for _, k := range keys {
		if v, replaced := given[k.name]; replaced {
			k.value = v
			delete(given, k.name)
		}
		fmt.Fprintf(&b, "%s%s=%s\n", confPrefix, k.name, k.value)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		fmt.Fprintf(&b, "%s%s=%s\n", confPrefix, name, given[name])
	}
	return b.String()
}
