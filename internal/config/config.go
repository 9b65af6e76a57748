package config

import (
	"net/netip"
	"net/url"
	"path/filepath"
)

// Config is one node's configuration. Paths are absolute.
type Config struct {
	DataDir        string
	Database       URL // sqlite://, mysql:// or postgres://
	Host           Host
	AuthMagic      Secret // EC-CUBE's ECCUBE_AUTH_MAGIC, attached only
	Listen         string // address of the shop and the back office
	AdminListen    string // address of the back office alone; empty: Listen
	AdminRoute     string // begins with "/", no slash at its end
	PublicURL      string // no slash at its end; empty: not configured
	TrustedProxies []netip.Prefix
	KeyFile        string
	LogLevel       string
	Mail           Mail
	Telegram       Telegram

	origin map[string]string // key → where its value came from
}

// Mail is how mails leave. Without URL and Dir they are written to <data>/mail.
type Mail struct {
	URL URL    // smtp://user:password@host:587 or smtps://…
	Dir string // writes .eml files instead
}

// Telegram is what is sent with every telegram beside the protocol's own items
// (protocol.md §1.7).
type Telegram struct {
	Partner       string
	EccubeVersion string
	PluginVersion string
}

// Host says whose database it is.
type Host string

const (
	Embedded Host = "embedded" // kessai's own shop
	Attached Host = "attached" // beside an existing EC-CUBE
)

// LogDir is where logs are written, with the original's layout.
func (c *Config) LogDir() string { return filepath.Join(c.DataDir, "var", "log", "prod") }

// Secure reports whether people reach kessai by https.
func (c *Config) Secure() bool {
	u, err := url.Parse(c.PublicURL)
	return err == nil && u.Scheme == "https"
}

// Origin says where a key's value came from: the file, a variable, or "default".
func (c *Config) Origin(key string) string { return c.origin[key] }
