package paygent

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/youmark/pkcs8"
)

func ecDER(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// pbes2Block is a key as OpenSSL's options can make it.
func pbes2Block(t *testing.T, key crypto.Signer, cipher pkcs8.Cipher, kdf pkcs8.KDFOpts) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(key, []byte("changeit"), &pkcs8.Opts{Cipher: cipher, KDFOpts: kdf})
	if err != nil {
		t.Fatal(err)
	}
	return block("ENCRYPTED PRIVATE KEY", der)
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
		"PBES2 3DES, SHA-1":  {e, pbes2Block(t, e, pkcs8.TripleDESCBC, pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 2048, HMACHash: crypto.SHA1}), ""},
		"PBES2 AES, SHA-256": {r, pbes2Block(t, r, pkcs8.AES128CBC, pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: 2048, HMACHash: crypto.SHA256}), ""},
		"PBES2 scrypt":       {e, pbes2Block(t, e, pkcs8.AES256CBC, pkcs8.ScryptOpts{SaltSize: 8, CostParameter: 16384, BlockSize: 8, ParallelizationParameter: 1}), ""},
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

// The command in the message about a key that cannot be read must really help.
func TestPBES1Advice(t *testing.T) {
	t.Parallel()
	openssl := needOpenSSL(t)
	key := rsaKey(t)
	leaf := block("CERTIFICATE", newAuthority(t).issue(key, "merchant", 0))
	for name, way := range map[string][]string{
		"PBES1":   {"-v1", "PBE-SHA1-3DES"},
		"SHA-512": {"-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"},
		"ARIA":    {"-v2", "aria-128-cbc"},
	} {
		dir := t.TempDir()
		plain, old, converted := filepath.Join(dir, "plain.pem"), filepath.Join(dir, "client.pem"), filepath.Join(dir, "key.pem")
		if err := os.WriteFile(plain, pkcs8Block(t, key, ""), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, openssl, append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:changeit", "-out", old}, way...)...)
		text, err := os.ReadFile(old)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parseIdentity(append(text, leaf...), DefaultPassphrase)
		if err == nil || strings.Count(err.Error(), "openssl pkcs8") != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		_, command, _ := strings.Cut(err.Error(), "convert it with: openssl ")
		command, _, _ = strings.Cut(command, ", and put")
		command = strings.NewReplacer("client.pem", old, "key.pem", converted).Replace(command)
		run(t, openssl, append(strings.Fields(command), "-passin", "pass:changeit", "-passout", "pass:changeit")...)
		if text, err = os.ReadFile(converted); err != nil {
			t.Fatal(err)
		}
		if _, err := parseIdentity(append(text, leaf...), DefaultPassphrase); err != nil {
			t.Fatalf("%s, converted: %v", name, err)
		}
	}
}

// A damaged or hostile key file gets a sentence; the library would panic, or never end.
func TestDamagedPBES2(t *testing.T) {
	t.Parallel()
	type algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters any
	}
	type keyInfo struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters struct{ Derivation, Cipher algorithm }
		}
		Data []byte
	}
	pbkdf2, scrypt := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}
	aes, des := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
	type rounds struct {
		Salt  []byte
		Count int
	}
	type roundsAndLength struct {
		Salt          []byte
		Count, Length int
	}
	type costs struct {
		Salt                 []byte
		Cost, Size, Parallel int
	}
	salt, iv, data := []byte("saltsalt"), make([]byte, 16), make([]byte, 64)
	for name, c := range map[string]struct {
		derivation, cipher algorithm
		data               []byte
		says               string
	}{
		"cut off":            {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{aes, iv}, data[:63], "cut off"},
		"no data":            {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{aes, iv}, nil, "cut off"},
		"short vector":       {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{aes, iv[:15]}, data, "cut off"},
		"vector of another":  {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{des, iv}, data, "cut off"},
		"no vector":          {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{aes, 1}, data, "cut off"},
		"endless rounds":     {algorithm{pbkdf2, rounds{salt, 1 << 40}}, algorithm{aes, iv}, data, "more work"},
		"no rounds":          {algorithm{pbkdf2, rounds{salt, 0}}, algorithm{aes, iv}, data, "more work"},
		"a key length":       {algorithm{pbkdf2, roundsAndLength{salt, 1, 32}}, algorithm{aes, iv}, data, "openssl pkcs8"},
		"strange rounds":     {algorithm{pbkdf2, 1}, algorithm{aes, iv}, data, "openssl pkcs8"},
		"endless memory":     {algorithm{scrypt, costs{salt, 1 << 40, 8, 1}}, algorithm{aes, iv}, data, "more work"},
		"memory in products": {algorithm{scrypt, costs{salt, 1 << 20, 1 << 20, 1}}, algorithm{aes, iv}, data, "more work"},
		"endless lanes":      {algorithm{scrypt, costs{salt, 2, 1, 1 << 29}}, algorithm{aes, iv}, data, "more work"},
		"strange scrypt":     {algorithm{scrypt, 1}, algorithm{aes, iv}, data, "openssl pkcs8"},
		"another derivation": {algorithm{aes, 1}, algorithm{aes, iv}, data, "openssl pkcs8"},
		"another cipher":     {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{pbkdf2, iv}, data, "openssl pkcs8"},
		"nothing wrong":      {algorithm{pbkdf2, rounds{salt, 1}}, algorithm{aes, iv}, data, "passphrase does not open"},
	} {
		var info keyInfo
		info.Algorithm.ID = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
		info.Algorithm.Parameters.Derivation, info.Algorithm.Parameters.Cipher, info.Data = c.derivation, c.cipher, c.data
		der, err := asn1.Marshal(info)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parsePBES2(der, DefaultPassphrase); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
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
