package config

import "strings"

// kind is what a key's value may be.
type kind int

const (
	text kind = iota
	list
)

// key is one configuration key.
type key struct {
	name string // dotted, as in the file
	kind kind
	path bool // made absolute: from the file against its folder, else against the working directory
	doc  string
	set  func(c *Config, v string) error
	many func(c *Config, v []string) error
	show func(c *Config) any // what Dump prints
}

// variable is the environment variable of a key.
func (k key) variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_"))
}

const prefix = "KESSAI_"

// keys lists every key in the order of the documentation.
func keys() []key {
	return append(nodeKeys(), outsideKeys()...)
}

func nodeKeys() []key {
	return []key{
		{name: "data_dir", path: true, doc: "directory of everything kessai keeps on this node",
			set: func(c *Config, v string) error { c.DataDir = v; return nil }, show: func(c *Config) any { return c.DataDir }},
		{name: "database_url", doc: "the shop's database: sqlite:///path, mysql://user:password@host/db or postgres://…",
			set: func(c *Config, v string) error { c.Database = URL(v); return checkDatabase(v) }, show: func(c *Config) any { return c.Database.String() }},
		{name: "host", doc: "embedded (kessai's own shop) or attached (an existing EC-CUBE)",
			set: func(c *Config, v string) error { c.Host = Host(v); return oneOf(v, string(Embedded), string(Attached)) }, show: func(c *Config) any { return string(c.Host) }},
		{name: "auth_magic", doc: "EC-CUBE's ECCUBE_AUTH_MAGIC, to verify its passwords (attached only)",
			set: func(c *Config, v string) error { c.AuthMagic = Secret(v); return nil }, show: func(c *Config) any { return shown(string(c.AuthMagic)) }},
		{name: "listen", doc: "address of the shop and the back office",
			set: func(c *Config, v string) error { c.Listen = v; return checkListen(v) }, show: func(c *Config) any { return c.Listen }},
		{name: "admin_listen", doc: "address of the back office alone; empty: the same as listen",
			set: func(c *Config, v string) error { c.AdminListen = v; return checkListenOrEmpty(v) }, show: func(c *Config) any { return c.AdminListen }},
		{name: "admin_route", doc: "path under which the back office stands",
			set: func(c *Config, v string) error { return c.setAdminRoute(v) }, show: func(c *Config) any { return c.AdminRoute }},
		{name: "public_url", doc: "address under which people and Paygent reach kessai; required by serve",
			set: func(c *Config, v string) error { return c.setPublicURL(v) }, show: func(c *Config) any { return c.PublicURL }},
		{name: "trusted_proxies", kind: list, doc: "proxies whose X-Forwarded-For is believed, as addresses or networks",
			many: func(c *Config, v []string) error { return c.setProxies(v) }, show: func(c *Config) any { return prefixes(c.TrustedProxies) }},
		{name: "key_file", path: true, doc: "file of the key that encrypts the settings",
			set: func(c *Config, v string) error { c.KeyFile = v; return nil }, show: func(c *Config) any { return c.KeyFile }},
		{name: "log_level", doc: "debug, info, warn or error",
			set: func(c *Config, v string) error { c.LogLevel = v; return oneOf(v, "debug", "info", "warn", "error") }, show: func(c *Config) any { return c.LogLevel }},
	}
}

func outsideKeys() []key {
	return []key{
		{name: "mail.url", doc: "mail server: smtp://user:password@host:587 (STARTTLS) or smtps://…:465",
			set: func(c *Config, v string) error { c.Mail.URL = URL(v); return checkMail(v) }, show: func(c *Config) any { return c.Mail.URL.String() }},
		{name: "mail.dir", path: true, doc: "directory that gets .eml files instead of a mail server",
			set: func(c *Config, v string) error { c.Mail.Dir = v; return nil }, show: func(c *Config) any { return c.Mail.Dir }},
		{name: "telegram.partner", doc: "sent with every telegram as partner",
			set: func(c *Config, v string) error { c.Telegram.Partner = v; return checkASCII(v) }, show: func(c *Config) any { return c.Telegram.Partner }},
		{name: "telegram.eccube_version", doc: "sent with every telegram as eccube_version",
			set: func(c *Config, v string) error { c.Telegram.EccubeVersion = v; return checkASCII(v) }, show: func(c *Config) any { return c.Telegram.EccubeVersion }},
		{name: "telegram.plugin_version", doc: "sent with every telegram as eccube_plugin_version",
			set: func(c *Config, v string) error { c.Telegram.PluginVersion = v; return checkASCII(v) }, show: func(c *Config) any { return c.Telegram.PluginVersion }},
	}
}

// defaults are the values of keys that nobody configured; those that follow from
// data_dir are filled in later.
func defaults() map[string]any {
	return map[string]any{
		"host":                    string(Embedded),
		"listen":                  "127.0.0.1:8080",
		"admin_route":             "/admin",
		"log_level":               "info",
		"telegram.partner":        "lockon",
		"telegram.eccube_version": "4.2.3",
		"telegram.plugin_version": "1.4.1",
	}
}

// Key documents one key, for the documentation and its test.
type Key struct{ Name, Variable, Default, Doc string }

// Keys lists every key.
func Keys() []Key {
	var all []Key
	byDefault := defaults()
	for _, k := range keys() {
		d, _ := byDefault[k.name].(string)
		if follows, ok := following()[k.name]; ok {
			d = follows
		}
		all = append(all, Key{Name: k.name, Variable: k.variable(), Default: d, Doc: k.doc})
	}
	return all
}

// following are the defaults that follow from other keys, in words.
func following() map[string]string {
	return map[string]string{
		"data_dir":     "the folder kessai-data beside the configuration file, or in the working directory",
		"database_url": "sqlite://<data_dir>/kessai.db",
		"key_file":     "<data_dir>/kessai.key",
		"mail.dir":     "<data_dir>/mail if mail.url is empty",
	}
}
