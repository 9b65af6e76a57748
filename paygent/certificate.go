package paygent

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// maxPEMSize is far above any bundle of certificates.
const maxPEMSize = 4 << 20

// CheckFiles reads the files a configuration names as New does: the client certificate
// and its key, the fit of both, the dates at now, and the CA file. An empty passphrase
// stands for DefaultPassphrase. Errors are *ConfigError E02004, joined.
func (c *Config) CheckFiles(passphrase Secret, now time.Time) error {
	_, errClient := c.clientCertificate(passphrase, now)
	_, errCA := c.caPool()
	return errors.Join(errClient, errCA)
}

// clientCertificate returns nil where the configuration wants none.
func (c *Config) clientCertificate(passphrase Secret, now time.Time) (*tls.Certificate, error) {
	if c.NoClientCert {
		return nil, nil
	}
	if passphrase == "" {
		passphrase = DefaultPassphrase
	}
	text, err := readPEM(c.ClientFilePath)
	if err == nil {
		var cert *tls.Certificate
		if cert, err = parseIdentity(text, passphrase); err == nil {
			if err = checkDates(cert.Leaf, now); err == nil {
				return cert, nil
			}
		}
	}
	return nil, &ConfigError{Code: CodeCertificate, File: c.ClientFilePath, Key: KeyClientFilePath, Detail: err.Error(), Err: err}
}

// caPool returns nil, which means the system's pool, where the configuration wants no file.
func (c *Config) caPool() (*x509.CertPool, error) {
	if c.NoCAFile {
		return nil, nil
	}
	text, err := readPEM(c.CAFilePath)
	if err == nil {
		pool := x509.NewCertPool()
		if pool.AppendCertsFromPEM(text) {
			return pool, nil
		}
		err = errors.New("the file holds no CA certificate in PEM form; use the connection kit's .crt file")
	}
	return nil, &ConfigError{Code: CodeCertificate, File: c.CAFilePath, Key: KeyCAFilePath, Detail: err.Error(), Err: err}
}

func readPEM(path string) ([]byte, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no such file; put the connection kit's file there or correct the path: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the program's user may not read the file; give it the right: %w", err)
	case err != nil:
		return nil, fmt.Errorf("the file cannot be opened: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(f, maxPEMSize+1))
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	if len(text) > maxPEMSize {
		return nil, errors.New("the file is larger than 4 MiB: this is no certificate")
	}
	return text, nil
}

// parseIdentity reads the one PEM file that holds certificate and private key, in any order.
func parseIdentity(text []byte, passphrase Secret) (*tls.Certificate, error) {
	if len(text) > 0 && text[0] == 0x30 {
		return nil, errors.New("the file is binary (PKCS#12 or DER), not PEM; convert it with: openssl pkcs12 -in client.p12 -out client.pem")
	}
	var chain []*x509.Certificate
	var key crypto.Signer
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE":
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("the certificate cannot be read: %w", err)
			}
			chain = append(chain, cert)
		case "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
			if key != nil {
				return nil, errors.New("the file holds more than one private key; leave only the certificate's own")
			}
			var err error
			if key, err = parseKey(block, passphrase); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case len(chain) == 0:
		return nil, errors.New("the file holds no certificate; it must hold the client certificate and its private key")
	case key == nil:
		return nil, errors.New("the file holds no private key; it must hold the client certificate and its private key")
	}
	return pair(chain, key)
}

// pair puts the key's own certificate first, as TLS wants it; tools write them in any order.
func pair(chain []*x509.Certificate, key crypto.Signer) (*tls.Certificate, error) {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, fmt.Errorf("a private key of type %T is not supported", key)
	}
	out := &tls.Certificate{PrivateKey: key}
	for _, cert := range chain {
		if out.Leaf == nil && public.Equal(cert.PublicKey) {
			out.Leaf = cert
			out.Certificate = append([][]byte{cert.Raw}, out.Certificate...)
			continue
		}
		out.Certificate = append(out.Certificate, cert.Raw)
	}
	if out.Leaf == nil {
		return nil, errors.New("the private key does not belong to the certificate; take both from the same connection kit")
	}
	return out, nil
}

func checkDates(leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the client certificate expired on %s; get a new connection kit from Paygent", day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the client certificate is valid only from %s; check this computer's clock", day(leaf.NotBefore))
	}
	return nil
}

func day(t time.Time) string { return t.In(jst).Format("2006-01-02 15:04 JST") }
