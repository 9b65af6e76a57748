package paygent

import (
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

type confValue struct {
	text string
	line int
}

// confParser gathers all that is wrong instead of stopping at the first.
type confParser struct {
	config *Config
	values map[string]confValue
	errs   []error
}

func (p *confParser) fail(key string, line int, detail string) {
	p.errs = append(p.errs, &ConfigError{Code: CodeConfInvalid, File: p.config.File, Line: line, Key: key, Detail: detail})
}

func (p *confParser) read(text string) {
	text = strings.TrimPrefix(text, "\uFEFF")
	for i, line := range strings.Split(text, "\n") {
		key, value, ok := confLine(strings.TrimSuffix(line, "\r"))
		if !ok {
			continue
		}
		short, ours := trimConfPrefix(key)
		switch {
		case ours && isURLKey(short):
			p.readURL(short, value, i+1)
		case ours && isConfKey(short):
			p.values[short] = confValue{value, i + 1}
		default:
			p.config.UnknownKeys = append(p.config.UnknownKeys, key)
		}
	}
}

func (p *confParser) readURL(key, value string, line int) {
	u, err := url.Parse(value)
	switch {
	case value == "":
		p.fail(key, line, "the address is empty")
	case err != nil || u.Host == "" || u.Scheme != "https" && !isLocalPlain(u):
		p.fail(key, line, "the address must be an absolute URL, "+secureAddress)
	case u.User != nil || u.Fragment != "":
		p.fail(key, line, "the address must not contain a user or a fragment")
	default:
		p.config.URLs[strings.TrimPrefix(key, keyURL)] = value
	}
}

// secureAddress is what an address of the centre must be: telegrams carry passwords and names.
const secureAddress = "https://…, or http://… of a simulator on this computer"

// isLocalPlain reports an http address that no byte leaves this computer for.
func isLocalPlain(u *url.URL) bool {
	if u.Scheme != "http" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func (p *confParser) fill() {
	c := p.config
	c.NoClientCert = p.flag(KeyNotUseClient)
	c.NoCAFile = p.flag(KeyNotUseCA)
	c.ClientFilePath = p.path(KeyClientFilePath, !c.NoClientCert, "the client certificate's PEM file")
	c.CAFilePath = p.path(KeyCAFilePath, !c.NoCAFile, "the CA certificates' file")
	c.ProxyServerName = p.values[KeyProxyServerName].text
	c.ProxyServerIP = p.values[KeyProxyServerIP].text
	c.ProxyServerPort = p.number(KeyProxyServerPort, 0, 65535, false)
	c.DefaultID = p.values[KeyDefaultID].text
	c.DefaultPassword = Secret(p.values[KeyDefaultPassword].text)
	c.Timeout = time.Duration(p.number(KeyTimeout, 1, int(maxTimeout/time.Second), true)) * time.Second
	c.SelectMaxCount = p.number(KeySelectMaxCount, 1, 1<<31-1, true)
	c.Debug = p.number(KeyDebug, 0, 1, false) == 1
	if _, ok := p.values[KeyLogOutputPath]; !ok {
		p.fail(KeyLogOutputPath, 0, "the key is missing; it may be empty")
	}
	c.LogOutputPath = p.path(KeyLogOutputPath, false, "the log")
	c.UTF8Kinds = p.kinds(KeyUTF8Kinds, defaultUTF8Kinds())
	c.RefKinds = p.kinds(KeyRefKinds, nil)
}

func (p *confParser) flag(key string) bool {
	v := p.values[key]
	switch strings.ToLower(v.text) {
	case "true":
		return true
	case "", "false":
		return false
	}
	p.fail(key, v.line, "must be true or false")
	return false
}

// path insists on absolute paths, as the manual does (1.6.1).
func (p *confParser) path(key string, required bool, what string) string {
	v := p.values[key]
	switch {
	case v.text == "" && required:
		p.fail(key, v.line, "write the absolute path of "+what)
	case v.text != "" && !filepath.IsAbs(v.text):
		p.fail(key, v.line, "the path of "+what+" must be absolute, not "+strconv.Quote(v.text))
	}
	return v.text
}

func (p *confParser) number(key string, low, high int, required bool) int {
	v := p.values[key]
	if v.text == "" && !required {
		return 0
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < low || n > high {
		detail := "must be a number from " + strconv.Itoa(low) + " to " + strconv.Itoa(high)
		if key == KeyTimeout {
			detail += " (seconds, not milliseconds)"
		}
		p.fail(key, v.line, detail)
		return 0
	}
	return n
}

func (p *confParser) kinds(key string, absent []Kind) []Kind {
	v, ok := p.values[key]
	if !ok {
		return absent
	}
	var kinds []Kind
	for part := range strings.SplitSeq(v.text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if len(part) != 3 || !isDigits(part) {
			p.fail(key, v.line, strconv.Quote(part)+" is not a telegram kind of three digits")
			continue
		}
		kinds = append(kinds, Kind(part))
	}
	return kinds
}

func isURLKey(key string) bool {
	kind, ok := strings.CutPrefix(key, keyURL)
	return ok && isDigits(kind) && (len(kind) == 2 || len(kind) == 3)
}

func isConfKey(key string) bool {
	for _, k := range ConfKeys() {
		if k == key {
			return true
		}
	}
	return false
}
