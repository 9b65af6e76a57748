package paygent

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/youmark/pkcs8"
)

func FuzzParseFileResult(f *testing.F) {
	f.Add([]byte("1,a,b,c,d,e,0,,\r\n2,x\r\n"), true)
	f.Add([]byte("1,a,b,c,d,e,1,P010,\x95\x5C\r\n"), false)
	f.Fuzz(func(t *testing.T, body []byte, isUTF8 bool) {
		if len(body) > fuzzSize {
			return
		}
		r, err := parseFileResult(body, isUTF8)
		if r == nil || len(r.File) != len(body) {
			t.Fatal("the file is lost")
		}
		if err == nil && r.Result != ResultOK && r.Result != ResultError && r.Result != ResultUnknown {
			t.Fatalf("result %q", r.Result)
		}
	})
}

// Certificates and keys are uploaded by staff: whatever they are, there is an answer.
func FuzzParseIdentity(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: testNow(), NotAfter: testNow().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		f.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		f.Fatal(err)
	}
	good := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})...)
	f.Add(good)
	encrypted, err := pkcs8.MarshalPrivateKey(key, []byte(DefaultPassphrase), &pkcs8.Opts{Cipher: pkcs8.AES128CBC, KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 1, HMACHash: crypto.SHA256}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: encrypted})))
	f.Add([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	f.Add([]byte{0x30, 0x82})
	f.Fuzz(func(t *testing.T, text []byte) {
		identity, err := parseIdentity(text, DefaultPassphrase)
		if (err == nil) != (identity != nil && identity.Leaf != nil && identity.PrivateKey != nil) {
			t.Fatalf("%v, %v", identity, err)
		}
	})
}

// What is inside of an encrypted key's block, without the armour that hides it from a fuzzer.
func FuzzParsePBES2(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	for _, kdf := range []pkcs8.KDFOpts{
		pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 1, HMACHash: crypto.SHA256}, pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 2, HMACHash: crypto.SHA1},
		pkcs8.ScryptOpts{SaltSize: 8, CostParameter: 2, BlockSize: 1, ParallelizationParameter: 1},
	} {
		der, err := pkcs8.MarshalPrivateKey(key, []byte(DefaultPassphrase), &pkcs8.Opts{Cipher: pkcs8.AES256CBC, KDFOpts: kdf})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) > fuzzSize || costly(der) {
			return
		}
		key, err := parsePBES2(der, DefaultPassphrase)
		if (key == nil) != (err != nil) {
			t.Fatalf("%T, %v", key, err)
		}
	})
}

// costly reports work that is allowed, but makes a fuzzer slow.
func costly(der []byte) bool {
	var info struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters struct {
				Derivation struct {
					ID         asn1.ObjectIdentifier
					Parameters struct {
						Salt []byte
						Work int
						Size int `asn1:"optional"`
					}
				}
			}
		}
	}
	_, err := asn1.Unmarshal(der, &info)
	work := info.Algorithm.Parameters.Derivation.Parameters
	return err == nil && (work.Work > 64 || work.Size > 64)
}
