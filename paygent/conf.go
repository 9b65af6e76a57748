package paygent

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// Config is the content of modenv_properties.conf (protocol.md §2).
type Config struct {
	File string // where it was read from, for messages

	ClientFilePath string
	NoClientCert   bool // not_use_client_cert
	CAFilePath     string
	NoCAFile       bool // not_use_ca_cert

	ProxyServerName string
	ProxyServerIP   string
	ProxyServerPort int

	DefaultID       string
	DefaultPassword Secret

	Timeout        time.Duration // timeout_value, whole seconds
	LogOutputPath  string
	Debug          bool
	SelectMaxCount int

	UTF8Kinds []Kind
	RefKinds  []Kind
	URLs      map[string]string // by "NN" or "NNN"

	UnknownKeys []string // keys nothing here reads, as written: usually a slip of the pen
}

// maxConfSize is far above any real file.
const maxConfSize = 1 << 20

// maxTimeout tells seconds from the .NET module's milliseconds (35000).
const maxTimeout = time.Hour

// ReadConfig reads modenv_properties.conf. Its errors are *ConfigError, all of them
// joined: see ConfigErrors.
func ReadConfig(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		detail := "the file cannot be opened; let the program's user read it"
		if errors.Is(err, fs.ErrNotExist) {
			detail = "there is no such file; put the connection kit's modenv_properties.conf there"
		}
		return nil, &ConfigError{Code: CodeConfMissing, File: path, Detail: detail, Err: err}
	}
	defer func() { _ = f.Close() }() // read only
	return ParseConfig(path, f)
}

// ParseConfig reads a configuration's text; name stands for the file in messages.
// Lines that begin with # and lines without = are ignored, the first = splits, both sides
// are trimmed, the last of several equal keys counts.
func ParseConfig(name string, r io.Reader) (*Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxConfSize+1))
	if err != nil {
		return nil, &ConfigError{Code: CodeConfMissing, File: name, Detail: "the file cannot be read", Err: err}
	}
	if len(text) > maxConfSize {
		return nil, &ConfigError{Code: CodeConfInvalid, File: name, Detail: "the file is larger than 1 MiB: this is not a modenv_properties.conf"}
	}
	p := &confParser{config: &Config{File: name, URLs: map[string]string{}}, values: map[string]confValue{}}
	p.read(string(text))
	p.fill()
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.config, nil
}

// URL returns the address of a kind: that of the full kind, else that of its first two
// digits, else a *ConfigError E02003 (protocol.md §1.2).
func (c *Config) URL(kind Kind) (string, error) {
	if u, ok := c.URLs[string(kind)]; ok && kind != "" {
		return u, nil
	}
	if len(kind) > 2 {
		if u, ok := c.URLs[string(kind[:2])]; ok {
			return u, nil
		}
	}
	return "", &ConfigError{Code: CodeFixedValue, File: c.File, Key: keyURL + string(kind),
		Detail: fmt.Sprintf("there is no address for telegram kind %q", kind)}
}

// UTF8 reports whether the kind is sent and answered in UTF-8.
func (c *Config) UTF8(kind Kind) bool { return slices.Contains(c.UTF8Kinds, kind) }

// Reference reports whether the kind is answered as a table.
func (c *Config) Reference(kind Kind) bool { return slices.Contains(c.RefKinds, kind) }

// Proxy returns host and port of the proxy, or false: it is used only when a name or
// address is set and the port is above 0; the address wins (protocol.md §1.4).
func (c *Config) Proxy() (host string, port int, ok bool) {
	host = c.ProxyServerIP
	if host == "" {
		host = c.ProxyServerName
	}
	return host, c.ProxyServerPort, host != "" && c.ProxyServerPort > 0
}

// String is the configuration's text with the password masked. Write gives the real one.
func (c *Config) String() string {
	shown := *c
	if shown.DefaultPassword != "" {
		shown.DefaultPassword = masked
	}
	var b strings.Builder
	if err := shown.Write(&b); err != nil {
		return err.Error()
	}
	return b.String()
}
