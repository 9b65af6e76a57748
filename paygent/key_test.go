package paygent

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func ecDER(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// pbes1 has the shape of a key encrypted with PBE-SHA1-3DES.
func pbes1(t *testing.T) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}, Parameters: asn1.NullRawValue}, []byte("x")})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestKeyForms(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	r, e := rsaKey(t), ecKey(t)
	_, d, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(r)
	for name, c := range map[string]struct {
		key        crypto.Signer
		pem        []byte
		passphrase Secret
	}{
		"PKCS#1":             {r, block("RSA PRIVATE KEY", pkcs1), ""},
		"EC":                 {e, block("EC PRIVATE KEY", ecDER(t, e)), ""},
		"PKCS#8 RSA":         {r, pkcs8Block(t, r, ""), ""},
		"PKCS#8 EC":          {e, pkcs8Block(t, e, ""), ""},
		"PKCS#8 Ed25519":     {d, pkcs8Block(t, d, ""), ""},
		"legacy AES":         {r, legacyBlock(t, "RSA PRIVATE KEY", pkcs1, "changeit", x509.PEMCipherAES256), ""},
		"legacy 3DES, EC":    {e, legacyBlock(t, "EC PRIVATE KEY", ecDER(t, e), "changeit", x509.PEMCipher3DES), ""},
		"PBES2 RSA":          {r, pkcs8Block(t, r, "changeit"), ""},
		"PBES2 EC":           {e, pkcs8Block(t, e, "changeit"), ""},
		"another passphrase": {e, pkcs8Block(t, e, "secret"), "secret"},
	} {
		leaf, chain := block("CERTIFICATE", ca.issue(c.key, "merchant", 0)), ca.pem()
		for order, text := range map[string][][]byte{
			"certificate first": {leaf, c.pem}, "key first": {c.pem, leaf},
			"CA first, with notes": {[]byte("Bag Attributes\n    friendlyName: x\n"), chain, c.pem, leaf},
		} {
			config := &Config{ClientFilePath: write(t, "client.pem", text...)}
			cert, err := config.clientCertificate(c.passphrase, testNow())
			if err != nil {
				t.Errorf("%s, %s: %v", name, order, err)
				continue
			}
			if cert.Leaf.Subject.CommonName != "merchant" || string(cert.Certificate[0]) != string(cert.Leaf.Raw) {
				t.Errorf("%s, %s: the first certificate is not the client's", name, order)
			}
		}
	}
}

// The command that the message about PBES1 names must really help.
func TestPBES1Advice(t *testing.T) {
	t.Parallel()
	openssl := needOpenSSL(t)
	dir := t.TempDir()
	plain, old, converted := filepath.Join(dir, "plain.pem"), filepath.Join(dir, "client.pem"), filepath.Join(dir, "key.pem")
	key := rsaKey(t)
	if err := os.WriteFile(plain, pkcs8Block(t, key, ""), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, openssl, "pkcs8", "-topk8", "-in", plain, "-v1", "PBE-SHA1-3DES", "-passout", "pass:changeit", "-out", old)
	leaf := block("CERTIFICATE", newAuthority(t).issue(key, "merchant", 0))
	text, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseIdentity(append(text, leaf...), DefaultPassphrase); !errors.Is(err, errPBES1) {
		t.Fatalf("PBES1: %v", err)
	}
	run(t, openssl, "pkcs8", "-in", old, "-topk8", "-v2", "aes-256-cbc", "-out", converted, "-passin", "pass:changeit", "-passout", "pass:changeit")
	if text, err = os.ReadFile(converted); err != nil {
		t.Fatal(err)
	}
	if _, err := parseIdentity(append(text, leaf...), DefaultPassphrase); err != nil {
		t.Fatalf("converted: %v", err)
	}
}

func needOpenSSL(t *testing.T) string { return needProgram(t, "openssl") }

// needProgram finds a program of this computer. Where every test has to run, a missing one is a failure.
func needProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("KESSAI_TEST_REQUIRE") == "all":
		t.Fatalf("%s is not installed, and KESSAI_TEST_REQUIRE=all forbids to leave it out", name)
	}
	t.Skipf("SKIPPED: %s is not installed, so nothing here was tested against it", name)
	return ""
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
