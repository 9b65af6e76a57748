package paygent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const goodConf = `# 接続モジュール
  paygentB2Bmodule.client_file_path = /kit/client.pem
paygentB2Bmodule.ca_file_path=/kit/ca.crt
paygentB2Bmodule.proxy_server_name=
paygentB2Bmodule.proxy_server_ip=10.0.0.1
paygentB2Bmodule.proxy_server_port=8080
paygentB2Bmodule.default_id=conn01
paygentB2Bmodule.default_password=a=b#c
paygentB2Bmodule.timeout_value=99
paygentB2Bmodule.timeout_value=35
paygentB2Bmodule.log_output_path=
paygentB2Bmodule.debug_flg=1
paygentB2Bmodule.select_max_cnt=2000
paygentB2Bmodule.telegram_kind.ref=027,090
a line without an equals sign
=value without key
paygentB2Bmodule.url.02=https://sandbox.example/n/card/request
paygentB2Bmodule.url.09=https://sandbox.example/n/ref/request
paygentB2Bmodule.url.091=https://sandbox.example/n/ref/paynotice
paygentB2Bmodule.tiemout_value=1
other.key=x
`

func TestParseConfig(t *testing.T) {
	t.Parallel()
	want := &Config{
		File: "conf", ClientFilePath: "/kit/client.pem", CAFilePath: "/kit/ca.crt",
		ProxyServerIP: "10.0.0.1", ProxyServerPort: 8080, DefaultID: "conn01", DefaultPassword: "a=b#c",
		Timeout: 35 * time.Second, Debug: true, SelectMaxCount: 2000,
		UTF8Kinds: defaultUTF8Kinds(), RefKinds: []Kind{"027", "090"},
		URLs: map[string]string{"02": "https://sandbox.example/n/card/request", "09": "https://sandbox.example/n/ref/request",
			"091": "https://sandbox.example/n/ref/paynotice"},
		UnknownKeys: []string{"paygentB2Bmodule.tiemout_value", "other.key"},
	}
	for name, text := range map[string]string{
		"LF": goodConf, "CRLF": strings.ReplaceAll(goodConf, "\n", "\r\n"), "BOM": "\uFEFF" + goodConf,
		"no line end": strings.TrimSuffix(goodConf, "\n"), "comment in Shift_JIS": "# \x90\xDA\x91\xB1=\xFF\n" + goodConf,
	} {
		got, err := ParseConfig("conf", strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// change replaces one line of goodConf; an empty line removes it.
func change(key, line string) string {
	var out []string
	for _, l := range strings.Split(goodConf, "\n") {
		if strings.Contains(l, "."+key+"=") || strings.Contains(l, "."+key+" =") {
			continue
		}
		out = append(out, l)
	}
	return strings.Join(append(out, line), "\n")
}

func TestParseConfigErrors(t *testing.T) {
	t.Parallel()
	const p = confPrefix
	for _, c := range []struct{ key, line, says string }{
		{KeyClientFilePath, "", "absolute path of the client certificate"},
		{KeyClientFilePath, p + "client_file_path=", "absolute path"},
		{KeyClientFilePath, p + "client_file_path=kit/client.pem", "must be absolute"},
		{KeyClientFilePath, p + `client_file_path=C:\new\client.pem`, `not "C:"`},
		{KeyClientFilePath, p + "client_file_path=[EC-CUBE導入ディレクトリ]/app/x.pem", "must be absolute"},
		{KeyCAFilePath, "", "absolute path of the CA"},
		{KeyCAFilePath, p + "ca_file_path=./ca.crt", "must be absolute"},
		{KeyNotUseClient, p + "not_use_client_cert=yes", "true or false"},
		{KeyProxyServerPort, p + "proxy_server_port=http", "number"},
		{KeyProxyServerPort, p + "proxy_server_port=65536", "number"},
		{KeyTimeout, "", "seconds"},
		{KeyTimeout, p + "timeout_value=0", "seconds"},
		{KeyTimeout, p + "timeout_value=35000", "not milliseconds"},
		{KeyTimeout, p + "timeout_value=35s", "seconds"},
		{KeyLogOutputPath, "", "missing"},
		{KeyLogOutputPath, p + "log_output_path=var/log/x.log", "must be absolute"},
		{KeySelectMaxCount, "", "number"},
		{KeySelectMaxCount, p + "select_max_cnt=-1", "number"},
		{KeyDebug, p + "debug_flg=on", "number"},
		{KeyRefKinds, p + "telegram_kind.ref=027,9", "three digits"},
		{"url.02", p + "url.02=", "empty"},
		{"url.02", p + "url.02=/n/card/request", "https://"},
		{"url.02", p + "url.02=http://sandbox.example/n/card/request", "https://"},
		{"url.02", p + "url.02=http://127.0.0.1.example/n/card/request", "https://"},
		{"url.02", p + "url.02=http://10.0.0.1/n/card/request", "https://"},
		{"url.02", p + "url.02=ftp://x/", "absolute"},
		{"url.02", p + "url.02=https://u:p@x/", "user"},
		{"url.02", p + "url.02=https://%zz/", "absolute"},
	} {
		text := change(c.key, c.line)
		_, err := ParseConfig("/kit/modenv_properties.conf", strings.NewReader(text))
		var conf *ConfigError
		if !errors.As(err, &conf) {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		line := 0
		if c.line != "" {
			line = strings.Count(text, "\n") + 1
		}
		if conf.Code != CodeConfInvalid || conf.Key != c.key || conf.Line != line || conf.File != "/kit/modenv_properties.conf" || !strings.Contains(conf.Detail, c.says) {
			t.Errorf("%q: %v (line %d)", c.line, conf, conf.Line)
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := ParseConfig("x", strings.NewReader("nothing"))
	var keys []string
	for _, e := range ConfigErrors(err) {
		keys = append(keys, e.Key)
	}
	want := []string{KeyClientFilePath, KeyCAFilePath, KeyTimeout, KeySelectMaxCount, KeyLogOutputPath}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
	if _, err := ParseConfig("x", strings.NewReader(strings.Repeat("#", maxConfSize+1))); len(ConfigErrors(err)) != 1 {
		t.Errorf("too large: %v", err)
	}
	if ConfigErrors(nil) != nil || ConfigErrors(errors.New("x")) != nil {
		t.Error("found where there is none")
	}
}

// A simulator on the same computer needs no TLS; nothing else does without.
func TestPlainAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://127.0.0.1:8090/n", "http://127.9.9.9/n", "http://[::1]:8090/n", "http://LOCALHOST:8090/n"} {
		c, err := ParseConfig("x", strings.NewReader(change("url.02", confPrefix+"url.02="+address)))
		if err != nil || c.URLs["02"] != address {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := NewLink(LinkOptions{URL: address, MerchantID: "1"}); err != nil {
			t.Errorf("%s as link: %v", address, err)
		}
	}
	if _, err := NewLink(LinkOptions{URL: "http://link.example/v/u/request", MerchantID: "1"}); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("a link without TLS: %v", err)
	}
}

func TestFlagsMakeFilesOptional(t *testing.T) {
	t.Parallel()
	text := change(KeyClientFilePath, confPrefix+"not_use_client_cert=true\n"+confPrefix+"not_use_ca_cert=TRUE\n"+confPrefix+"telegram_kind.utf8=")
	text = strings.ReplaceAll(text, confPrefix+"ca_file_path=/kit/ca.crt", "")
	c, err := ParseConfig("x", strings.NewReader(text))
	if err != nil || !c.NoClientCert || !c.NoCAFile || c.UTF8Kinds != nil {
		t.Errorf("%v, %v", c, err)
	}
}

func TestReadConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "modenv_properties.conf")
	_, err := ReadConfig(path)
	var conf *ConfigError
	if !errors.As(err, &conf) || conf.Code != CodeConfMissing || conf.File != path {
		t.Errorf("missing: %v", err)
	}
	if _, err := ReadConfig(dir); !errors.As(err, &conf) || conf.Code != CodeConfMissing {
		t.Errorf("directory: %v", err)
	}
	if err := os.WriteFile(path, []byte(goodConf), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := ReadConfig(path); err != nil || c.File != path {
		t.Errorf("%v, %v", c, err)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	c := &Config{URLs: map[string]string{"09": "two", "091": "three", "02": "card"}}
	for kind, want := range map[Kind]string{"091": "three", "094": "two", "020": "card", "0201": "card", "777": "", "02": "card", "0": "", "": ""} {
		got, err := c.URL(kind)
		var conf *ConfigError
		if got != want || (want == "") != errors.As(err, &conf) || err != nil && conf.Code != CodeFixedValue {
			t.Errorf("URL(%q) = %q, %v", kind, got, err)
		}
	}
}

func TestProxyRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, ip string
		port     int
		host     string
		ok       bool
	}{{"p", "", 1, "p", true}, {"p", "1.2.3.4", 1, "1.2.3.4", true}, {"p", "", 0, "p", false}, {"", "", 8080, "", false}} {
		host, _, ok := (&Config{ProxyServerName: c.name, ProxyServerIP: c.ip, ProxyServerPort: c.port}).Proxy()
		if host != c.host || ok != c.ok {
			t.Errorf("%+v: %q, %v", c, host, ok)
		}
	}
}

func TestWriteIsReadBack(t *testing.T) {
	t.Parallel()
	c, err := ParseConfig("conf", strings.NewReader(goodConf))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	back, err := ParseConfig("conf", strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	c.UnknownKeys = nil
	if diff := cmp.Diff(c, back); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if s := c.String(); strings.Contains(s, "a=b#c") || !strings.Contains(s, "default_password=***") {
		t.Error(s)
	}
	c.LogOutputPath = "/a\nb"
	if err := c.Write(&b); err == nil {
		t.Error("a line break was written")
	}
	c.LogOutputPath = `C:\rx`
	if err := c.Write(&b); err == nil {
		t.Error(`a literal \r was written`)
	}
}

func TestRewritePaths(t *testing.T) {
	t.Parallel()
	const in = "\uFEFFpaygentB2Bmodule.client_file_path=old\r\n# paygentB2Bmodule.client_file_path=comment \x90\xDA\r\n" +
		"\tpaygentB2Bmodule.ca_file_path =\told \r\nclient_file_path=not ours\nnoise\npaygentB2Bmodule.ca_file_path=second\npaygentB2Bmodule.log_output_path=keep"
	const want = "\uFEFFpaygentB2Bmodule.client_file_path=/new/c.pem\r\n# paygentB2Bmodule.client_file_path=comment \x90\xDA\r\n" +
		"\tpaygentB2Bmodule.ca_file_path =/new/ca.crt\r\nclient_file_path=not ours\nnoise\npaygentB2Bmodule.ca_file_path=/new/ca.crt\npaygentB2Bmodule.log_output_path=keep"
	got, err := RewritePaths([]byte(in), map[string]string{KeyClientFilePath: "/new/c.pem", "paygentB2Bmodule.ca_file_path": "/new/ca.crt", KeyDebug: "1"})
	if err != nil || string(got) != want {
		t.Errorf("%v\n%q\nwant\n%q", err, got, want)
	}
	for _, bad := range []string{"/a\nb", `/a\nb`, " /a", "/a\r"} {
		if _, err := RewritePaths([]byte(in), map[string]string{KeyCAFilePath: bad}); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add(goodConf)
	f.Add(strings.ReplaceAll(goodConf, "\n", `\n`))
	f.Add("\uFEFFpaygentB2Bmodule.url.02=https://x/\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2*fuzzSize {
			return
		}
		rewritten, err := RewritePaths([]byte(text), nil)
		if err != nil || string(rewritten) != text {
			t.Fatalf("rewriting nothing changed the text: %v", err)
		}
		c, err := ParseConfig("x", strings.NewReader(text))
		if err != nil {
			for _, e := range ConfigErrors(err) {
				if e.Code == "" || e.Detail == "" {
					t.Fatalf("%+v says nothing", e)
				}
			}
			if len(ConfigErrors(err)) == 0 {
				t.Fatalf("not a *ConfigError: %v", err)
			}
			return
		}
		var b strings.Builder
		if err := c.Write(&b); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		back, err := ParseConfig("x", strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		c.UnknownKeys = nil
		if diff := cmp.Diff(c, back, cmp.Comparer(func(a, b []Kind) bool { return joinKinds(a) == joinKinds(b) })); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Laying a configuration out on another node changes what it is told to, and no other byte.
func FuzzRewritePaths(f *testing.F) {
	f.Add(goodConf, "/new/client.pem")
	f.Add("\uFEFFpaygentB2Bmodule.client_file_path =\told \r\n\tclient_file_path=x", "/a b")
	f.Fuzz(func(t *testing.T, text, path string) {
		if len(text) > 2*fuzzSize {
			return
		}
		out, err := RewritePaths([]byte(text), map[string]string{KeyClientFilePath: path})
		if err != nil {
			var conf *ConfigError
			if !errors.As(err, &conf) || conf.Key != KeyClientFilePath {
				t.Fatalf("%v", err)
			}
			return
		}
		before, after := strings.Split(text, "\n"), strings.Split(string(out), "\n")
		if len(before) != len(after) {
			t.Fatalf("%q has other lines than %q", out, text)
		}
		for i := range before {
			key, _, ok := confLine(strings.TrimPrefix(strings.TrimRight(before[i], "\r"), "\uFEFF"))
			_, value, _ := confLine(strings.TrimPrefix(strings.TrimRight(after[i], "\r"), "\uFEFF"))
			switch ours := ok && key == confPrefix+KeyClientFilePath; {
			case ours && value != path:
				t.Fatalf("%q became %q", before[i], after[i])
			case !ours && before[i] != after[i]:
				t.Fatalf("%q became %q, though it is no path", before[i], after[i])
			}
		}
	})
}
