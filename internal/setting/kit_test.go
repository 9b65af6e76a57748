package setting

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/youmark/pkcs8"

	"kessai/internal/payment"
	"kessai/internal/wording"
	"kessai/paygent"
)

var noon = time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)

// identity is a client certificate and its key.
type identity struct {
	key  *ecdsa.PrivateKey
	cert []byte // PEM
}

func newIdentity(t *testing.T, from, to time.Time) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "shop"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return identity{key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// encrypted is the key as kits have it.
func (i identity) encrypted(t *testing.T, passphrase string) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(i.key, []byte(passphrase), nil)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
}

func valid(t *testing.T) identity {
	return newIdentity(t, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
}

const confText = "# 接続キット\r\npaygentB2Bmodule.client_file_path=/var/www/app/PluginData/PaygentPayment/client.pem\r\n" +
	"paygentB2Bmodule.ca_file_path = /var/www/app/PluginData/PaygentPayment/curl-ca-bundle.crt\r\n" +
	"paygentB2Bmodule.log_output_path=/var/www/var/log/prod/connectmodule.log\r\n" +
	"paygentB2Bmodule.timeout_value=40\r\npaygentB2Bmodule.select_max_cnt=2000\r\n" +
	"paygentB2Bmodule.url.02=https://sandbox.paygent.co.jp/n/card/request\r\n" +
	"paygentB2Bmodule.url.09=https://sandbox.paygent.co.jp/n/ref/request\r\n"

func kitFiles(t *testing.T) []File {
	t.Helper()
	i := valid(t)
	return []File{
		{ConfName, []byte(confText)},
		{"client.pem", append(bytes.Clone(i.cert), i.encrypted(t, "changeit")...)},
		{"curl-ca-bundle.crt", i.cert},
	}
}

func kitOf(files []File) *Kit {
	var none *Kit
	return none.with(files)
}

func TestKitIsAccepted(t *testing.T) {
	t.Parallel()
	if got := messages(CheckKit(kitOf(kitFiles(t)), "", noon)); len(got) > 0 {
		t.Error(got)
	}
}

// TestKitWithFullKinds: addresses by full telegram kinds are as good as those by service.
func TestKitWithFullKinds(t *testing.T) {
	t.Parallel()
	text := confText
	for service, kinds := range map[string][]string{"02": {"020", "021", "022", "023"}, "09": {"091", "094"}} {
		before, line, _ := strings.Cut(text, "paygentB2Bmodule.url."+service+"=")
		address, after, _ := strings.Cut(line, "\r\n")
		text = before + after
		for _, kind := range kinds {
			text += "paygentB2Bmodule.url." + kind + "=" + address + "\r\n"
		}
	}
	k := kitOf(kitFiles(t)).with([]File{{ConfName, []byte(text)}})
	if got := messages(CheckKit(k, "", noon)); len(got) > 0 {
		t.Error(got)
	}
}

// TestKitMistakes makes every mistake that has a sentence of its own.
func TestKitMistakes(t *testing.T) {
	t.Parallel()
	i, other := valid(t), valid(t)
	pair := func(cert, key []byte) []byte { return append(bytes.Clone(cert), key...) }
	good := i.encrypted(t, "changeit")
	conf := func(old, with string) []byte { return []byte(strings.Replace(confText, old, with, 1)) }
	tests := []struct {
		name, file string
		data       []byte // nil: the file is missing
		code, ja   string
	}{
		{"no configuration", ConfName, nil, CodeKitFile, "「modenv_properties.conf」がありません。"},
		{"no certificate file", "client.pem", nil, CodeKitFile, "「client.pem」がありません。"},
		{"no CA file", "curl-ca-bundle.crt", nil, CodeKitFile, "「curl-ca-bundle.crt」がありません。"},
		{"relative path", ConfName, conf("=/var/www/app", "=app"), CodeKitPath, "client_file_pathは絶対パスで設定してください。"},
		{"empty path", ConfName, conf("=/var/www/app/PluginData/PaygentPayment/client.pem", "="), CodeKitPath, "client_file_pathは絶対パスで"},
		{"time-out in milliseconds", ConfName, conf("=40", "=40000"), CodeKitConf, "timeout_valueが正しくありません。"},
		{"key missing", ConfName, conf("paygentB2Bmodule.select_max_cnt=2000", ""), CodeKitConf, "select_max_cntが正しくありません。"},
		{"no address for cards", ConfName, conf("url.02", "url.03"), CodeKitNoURL, "「modenv_properties.conf」にurl.02がありません。"},
		{"no address for inquiries", ConfName, conf("url.09", "url.091"), CodeKitNoURL, "「modenv_properties.conf」にurl.09がありません。"},
		{"address without a host", ConfName, conf("https://sandbox.paygent.co.jp/n/card", "/n/card"), CodeKitAddress, "url.02は https:// で始まる接続先のURL"},
		{"address without TLS", ConfName, conf("https://sandbox.paygent.co.jp/n/ref", "http://sandbox.paygent.co.jp/n/ref"), CodeKitAddress, "url.09は https:// で始まる接続先のURL"},
		{"no PEM", "client.pem", []byte("hello"), CodeKitNoCert, "「client.pem」に証明書が含まれていません。"},
		{"binary", "client.pem", []byte{0x30, 0x82, 1, 2}, CodeKitCert, "「client.pem」を読み取れません。"},
		{"key alone", "client.pem", good, CodeKitNoCert, "証明書が含まれていません。"},
		{"certificate alone", "client.pem", i.cert, CodeKitNoKey, "「client.pem」に秘密鍵が含まれていません。"},
		{"another's key", "client.pem", pair(i.cert, other.encrypted(t, "changeit")), CodeKitMismatch, "秘密鍵が証明書と一致しません。"},
		{"passphrase", "client.pem", pair(i.cert, i.encrypted(t, "else")), CodeKitPassphrase, "秘密鍵を開けません。"},
		{"PBES1", "client.pem", pair(i.cert, pbes1(t)), CodeKitPBES1, "openssl pkcs8 -in client.pem -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256"},
		{"expired", "client.pem", expired(t), CodeKitExpired, "有効期限が切れています。"},
		{"from tomorrow", "client.pem", future(t), CodeKitFuture, "まだ有効期間前です。"},
		{"CA", "curl-ca-bundle.crt", []byte("x"), CodeKitCA, "「curl-ca-bundle.crt」に証明書が含まれていません。"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			files := []File{{ConfName, []byte(confText)}, {"client.pem", pair(i.cert, good)}, {"curl-ca-bundle.crt", i.cert}}
			k := kitOf(files).without(tc.file)
			if tc.data != nil {
				k = k.with([]File{{tc.file, tc.data}})
			}
			found := CheckKit(k, "", noon)
			if len(found) != 1 || found[0].Code != tc.code || !strings.Contains(wording.Ja(found[0]), tc.ja) {
				t.Fatalf("found %v %v", found, messages(found))
			}
			en := wording.En(found[0])
			if !strings.Contains(en, tc.file) || strings.Contains(en, os.TempDir()) || strings.Contains(en, "line 0") || strings.Contains(en, "—") {
				t.Errorf("En = %q", en)
			}
		})
	}
}

func expired(t *testing.T) []byte {
	i := newIdentity(t, noon.AddDate(-2, 0, 0), noon.AddDate(-1, 0, 0))
	return append(i.cert, i.encrypted(t, "changeit")...)
}

func future(t *testing.T) []byte {
	i := newIdentity(t, noon.AddDate(0, 0, 1), noon.AddDate(1, 0, 0))
	return append(i.cert, i.encrypted(t, "changeit")...)
}

// pbes1 is a key encrypted with pbeWithSHA1And3-KeyTripleDES-CBC, as old tools do.
func pbes1(t *testing.T) []byte {
	t.Helper()
	type params struct {
		Salt  []byte
		Count int
	}
	type algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters params
	}
	der, err := asn1.Marshal(struct {
		Algorithm algorithm
		Data      []byte
	}{algorithm{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}, params{[]byte("saltsalt"), 2048}}, make([]byte, 64)})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
}

func TestKitNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"x.php", ".htaccess", "../client.pem", "a/b.pem", "証明書.pem", "a b.pem", ".pem", "modenv_properties.conf.bak", "x.conf", strings.Repeat("a", 100) + ".pem", ""} {
		if err := accept([]File{{Name: name}}); err == nil {
			t.Errorf("%q is accepted", name)
		}
	}
	for _, name := range []string{ConfName, "client.pem", "A-1_b.PEM", "curl-ca-bundle.crt"} {
		if err := accept([]File{{Name: name}}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if accept([]File{{Name: "a.pem", Data: make([]byte, maxKitFile+1)}}) == nil || accept([]File{{Name: "a.pem"}, {Name: "a.pem"}}) == nil {
		t.Error("too large or twice is accepted")
	}
}

func TestHostsAndEnvironments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		host string
		env  payment.Environment
		ok   bool
	}{
		{"https://sandbox.paygent.co.jp/n", payment.Test, true},
		{"https://sandbox.paygent.co.jp/n", payment.Production, false},
		{"https://sandbox.paygent.co.jp/n", payment.Simulator, false},
		{"https://module.paygent.co.jp/n", payment.Production, true},
		{"https://MODULE.paygent.co.jp/n", payment.Test, false},
		{"https://module.paygent.co.jp/n", payment.Simulator, false},
		{"https://127.0.0.1:9000/n", payment.Simulator, true},
		{"https://127.0.0.1:9000/n", payment.Test, true},
		{"https://127.0.0.1:9000/n", payment.Production, false},
		{"http://127.0.0.1:9000/n", payment.Simulator, true},
		{"http://127.0.0.1:9000/n", payment.Test, false},
		{"http://sandbox.paygent.co.jp/n", payment.Test, false},
		{"http://module.paygent.co.jp/n", payment.Production, false},
	}
	for _, tc := range tests {
		k := kitOf([]File{{ConfName, []byte(strings.ReplaceAll(confText, "https://sandbox.paygent.co.jp/n", tc.host))}})
		if err := k.checkEnvironment(tc.env); (err == nil) != tc.ok {
			t.Errorf("%s in %s: %v", tc.host, tc.env, err)
		}
	}
}

func TestLayout(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	dir := KitDir(data)
	files := kitFiles(t)
	n := Snapshot{Version: 1, Kit: kitOf(files)}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "former.pem"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // laying out again changes nothing
		c, err := Layout(n, data)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckFiles(paygent.DefaultPassphrase, noon); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.NewReplacer("/var/www/app/PluginData/PaygentPayment", dir, "/var/www/var/log", filepath.Join(data, "var", "log"),
		"ca_file_path = ", "ca_file_path =").Replace(confText)
	got, err := os.ReadFile(filepath.Join(dir, ConfName))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if string(n.Kit.Files[2].Data) != confText && string(n.Kit.Files[1].Data) != confText {
		t.Error("the uploaded text changed")
	}
	for name, mode := range map[string]os.FileMode{"": 0o700 | os.ModeDir, ConfName: 0o600, "client.pem": 0o600, "curl-ca-bundle.crt": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != mode {
			t.Errorf("%q: %v, %v", name, info.Mode(), err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	if _, err := Layout(Snapshot{}, data); wording.Ja(err) == "" || err == nil {
		t.Error("a version without kit is laid out")
	}
	n.Kit.ID = 7
	if _, err := LayoutFormer(n, data); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(data, "var", "kit", "7", ConfName)); err != nil {
		t.Error(err)
	}
}

func TestKitNeverPrintsKeys(t *testing.T) {
	t.Parallel()
	k := kitOf(kitFiles(t))
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", k, *k, k.Files, k.Files[0])} {
		if strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, "45 78") {
			t.Errorf("prints %s", text)
		}
	}
}

func TestReadKit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := ReadKit(os.DirFS(dir)); err == nil {
		t.Error("an empty folder is a kit")
	}
	for _, f := range append(kitFiles(t), File{"README.txt", []byte("x")}) {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := ReadKit(os.DirFS(dir))
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	info := kitOf(files).Info()
	if info[0].Name != "client.pem" || info[0].Subject != "CN=shop" || !info[0].NotAfter.Equal(noon.AddDate(1, 0, 0)) || !info[2].NotAfter.IsZero() {
		t.Errorf("%+v", info)
	}
}
