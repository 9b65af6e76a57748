package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// load loads a file with this content, in a folder of its own.
func load(t *testing.T, content string, environ ...string) (*Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "kessai.toml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Source{File: name, Environ: environ, WorkDir: t.TempDir()})
	return c, dir, err
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := Load(Source{Environ: []string{}, WorkDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "kessai-data")
	got := []string{c.DataDir, string(c.Database), c.KeyFile, c.Mail.Dir, c.Listen, c.AdminRoute, string(c.Host), c.LogLevel, c.Telegram.Partner, c.LogDir()}
	want := []string{data, "sqlite://" + data + "/kessai.db", data + "/kessai.key", data + "/mail", "127.0.0.1:8080", "/admin", "embedded", "info", "lockon", data + "/var/log/prod"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := c.ForServe(); err == nil || !strings.Contains(err.Error(), "public_url (or KESSAI_PUBLIC_URL): set it") {
		t.Errorf("ForServe = %v", err)
	}
}

func TestFileAndEnvironment(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, `
data_dir = "data"
public_url = "https://Shop.example.jp/"
admin_route = "boss/"
trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]
listen = "0.0.0.0:80"
[mail]
url = "smtp://shop:p%40ss@mail.example.jp:587"
`, "KESSAI_LISTEN=127.0.0.1:9", "DATABASE_URL=mysql://root:verysecret@db/shop", "KESSAI_MAIL_DIR=", "ECCUBE_AUTH_MAGIC=abc", "KESSAI_TEST_POSTGRES=x", "HOME=/")
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		DataDir: filepath.Join(dir, "data"), Database: "mysql://root:verysecret@db/shop", Host: Embedded, AuthMagic: "abc",
		Listen: "127.0.0.1:9", AdminRoute: "/boss", PublicURL: "https://shop.example.jp", LogLevel: "info",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")},
		KeyFile:        filepath.Join(dir, "data", "kessai.key"),
		Mail:           Mail{URL: "smtp://shop:p%40ss@mail.example.jp:587"},
		Telegram:       Telegram{Partner: "lockon", EccubeVersion: "4.2.3", PluginVersion: "1.4.1"},
		origin:         c.origin,
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.Comparer(func(a, b URL) bool { return a == b }), cmp.Comparer(func(a, b Secret) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if got := c.Origin("listen"); got != "environment KESSAI_LISTEN" {
		t.Errorf("origin of listen = %q", got)
	}
	if got := c.Origin("database_url"); got != "environment DATABASE_URL" {
		t.Errorf("origin of database_url = %q", got)
	}
	if err := c.ForServe(); err != nil || !c.Secure() {
		t.Errorf("ForServe = %v, Secure = %v", err, c.Secure())
	}
}

func TestOwnVariableWinsOverForeign(t *testing.T) {
	t.Parallel()
	for _, environ := range [][]string{
		{"DATABASE_URL=mysql://a/b", "KESSAI_DATABASE_URL=postgres://c/d"},
		{"KESSAI_DATABASE_URL=postgres://c/d", "DATABASE_URL=mysql://a/b"},
	} {
		c, _, err := load(t, "", environ...)
		if err != nil || c.Database != "postgres://c/d" {
			t.Errorf("%v: %v, %v", environ, c.Database, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		environ    []string
		want       []string
	}{
		{"unknown key", `publicurl = "x"`, nil, []string{"kessai.toml: unknown key publicurl; did you mean public_url?"}},
		{"unknown key in a table", "[mail]\nuri = \"x\"", nil, []string{"unknown key mail.uri; did you mean mail.url?"}},
		{"nothing near", `abcdefghij = "x"`, nil, []string{"known are admin_listen, "}},
		{"unknown variable", "", []string{"KESSAI_PUBLICURL=x"}, []string{"environment: unknown variable KESSAI_PUBLICURL; did you mean KESSAI_PUBLIC_URL?"}},
		{"no TOML", `listen = `, nil, []string{"kessai.toml: it is no TOML"}},
		{"wrong type", `listen = 8080`, nil, []string{"kessai.toml: listen: it must be text in quotes, not 8080"}},
		{"list of numbers", `trusted_proxies = [1]`, nil, []string{"trusted_proxies: it must be a list of texts"}},
		{"several at once", "listen = \"8080\"\nlog_level = \"loud\"", nil, []string{`"8080" is no address to listen on`, `"loud" is not one of debug, info, warn, error`}},
		{"database", "", []string{"DATABASE_URL=oracle://x"}, []string{"environment DATABASE_URL: database_url: write it as sqlite:///path"}},
		{"host", `host = "both"`, nil, []string{`host: "both" is not one of embedded, attached`}},
		{"attached without database", `host = "attached"`, nil, []string{"database_url (or KESSAI_DATABASE_URL): host is attached; name the EC-CUBE's database"}},
		{"public_url with path", `public_url = "https://a.example/shop"`, nil, []string{`it has the path "/shop"`}},
		{"public_url without scheme", `public_url = "a.example"`, nil, []string{"public_url: write the address people type"}},
		{"proxy", `trusted_proxies = ["proxy.local"]`, nil, []string{`"proxy.local" is neither an address nor a network`}},
		{"admin route", `admin_route = "/a b"`, nil, []string{`"/a b" is no path for the back office`}},
		{"admin route empty", `admin_route = "/"`, nil, []string{`is no path for the back office`}},
		{"mail", "[mail]\nurl = \"http://x\"", nil, []string{"mail.url: write it as smtp://"}},
		{"two mail ways", "[mail]\nurl = \"smtp://x\"\ndir = \"y\"", nil, []string{"mail.dir: mail.url is set too"}},
		{"extras", "[telegram]\npartner = \"a b\"", nil, []string{"telegram.partner: "}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, tc.file, append(tc.environ, "X=y")...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Load(Source{Environ: []string{"KESSAI_CONFIG=nowhere.toml"}, WorkDir: dir})
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "nowhere.toml")+": there is no such file") {
		t.Errorf("err = %v", err)
	}
}

// TestDump loads what was dumped: the dump is a configuration file.
func TestDump(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, `trusted_proxies = ["10.0.0.0/8"]`, "KESSAI_DATABASE_URL=mysql://root:verysecret@db:3306/shop?x=1", "KESSAI_AUTH_MAGIC=verysecret", "KESSAI_MAIL_URL=smtp://u:verysecret@m")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Dump(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "verysecret") {
		t.Errorf("a secret in the dump:\n%s", b.String())
	}
	for _, want := range []string{`database_url = "mysql://root:***@db:3306/shop?x=1"`, `auth_magic = "***"`, "(environment KESSAI_MAIL_URL)\nurl = \"smtp://u:***@m\"", `trusted_proxies = ["10.0.0.0/8"]`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the dump lacks %s:\n%s", want, b.String())
		}
	}
	again, _, err := load(t, b.String())
	if err != nil {
		t.Fatal(err)
	}
	if again.DataDir != c.DataDir || again.Listen != c.Listen {
		t.Error("the dump reads back as something else")
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, "", "KESSAI_DATABASE_URL=mysql://root:verysecret@db/shop", "KESSAI_AUTH_MAGIC=verysecret")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "db", c.Database, "magic", c.AuthMagic)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", c, *c, c.Database, c.AuthMagic), log.String(), fmt.Sprintf("%q %x", c.AuthMagic, c.Database)} {
		if strings.Contains(text, "verysecret") || strings.Contains(text, fmt.Sprintf("%x", "verysecret")) {
			t.Errorf("a secret prints: %s", text)
		}
	}
}

// TestKeysHaveDocs keeps the documentation's table complete.
func TestKeysHaveDocs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range Keys() {
		if k.Doc == "" || seen[k.Variable] || !strings.HasPrefix(k.Variable, "KESSAI_") {
			t.Errorf("key %+v", k)
		}
		seen[k.Variable] = true
	}
}

func FuzzEnvironment(f *testing.F) {
	f.Add("public_url", "https://a.example")
	f.Add("trusted_proxies", "10.0.0.0/8,::1")
	f.Fuzz(func(t *testing.T, name, value string) {
		k, ok := find(name)
		if !ok {
			t.Skip()
		}
		c, err := Load(Source{Environ: []string{k.variable() + "=" + value}, WorkDir: "/w"})
		if err == nil && (!filepath.IsAbs(c.DataDir) || !filepath.IsAbs(c.KeyFile)) {
			t.Errorf("relative paths: %+v", c)
		}
	})
}
