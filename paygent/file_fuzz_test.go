package paygent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

func FuzzParseFileResult(f *testing.F) {
	f.Add([]byte("1,a,b,c,d,e,0,,\r\n2,x\r\n"), true)
	f.Add([]byte("1,a,b,c,d,e,1,P010,\x95\x5C\r\n"), false)
	f.Fuzz(func(t *testing.T, body []byte, isUTF8 bool) {
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
	f.Add([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	f.Add([]byte{0x30, 0x82})
	f.Fuzz(func(t *testing.T, text []byte) {
		identity, err := parseIdentity(text, DefaultPassphrase)
		if (err == nil) != (identity != nil && identity.Leaf != nil && identity.PrivateKey != nil) {
			t.Fatalf("%v, %v", identity, err)
		}
	})
}
