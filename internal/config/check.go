package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

func oneOf(v string, allowed ...string) error {
	if slices.Contains(allowed, v) {
		return nil
	}
	return fmt.Errorf("%q is not one of %s", v, strings.Join(allowed, ", "))
}

func checkDatabase(v string) error {
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok || rest == "" || !slices.Contains([]string{"sqlite", "mysql", "postgres", "postgresql"}, scheme) {
		return errors.New("write it as sqlite:///path/kessai.db, mysql://user:password@host/database or postgres://user:password@host/database")
	}
	return nil
}

func checkListen(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil || port == "" {
		return fmt.Errorf("%q is no address to listen on; write host:port, for example 127.0.0.1:8080", v)
	}
	return nil
}

func checkListenOrEmpty(v string) error {
	if v == "" {
		return nil
	}
	return checkListen(v)
}

var routeForm = regexp.MustCompile(`^/[A-Za-z0-9][A-Za-z0-9_/-]*$`)

func (c *Config) setAdminRoute(v string) error {
	v = strings.TrimRight(v, "/")
	if !strings.HasPrefix(v, "/") {
		v = "/" + v
	}
	if !routeForm.MatchString(v) || strings.Contains(v, "//") {
		return fmt.Errorf("%q is no path for the back office; write letters and digits after a slash, for example /admin", v)
	}
	c.AdminRoute = v
	return nil
}

func (c *Config) setPublicURL(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("write the address people type, for example https://shop.example.jp, without user, query or fragment")
	}
	if strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("it has the path %q; kessai needs a host of its own, without a path", u.Path)
	}
	c.PublicURL = u.Scheme + "://" + strings.ToLower(u.Host)
	return nil
}

func (c *Config) setProxies(values []string) error {
	c.TrustedProxies = nil
	for _, v := range values {
		p, err := netip.ParsePrefix(v)
		if err != nil {
			addr, single := netip.ParseAddr(v)
			if single != nil {
				return fmt.Errorf("%q is neither an address nor a network; write for example 10.0.0.7 or 10.0.0.0/8", v)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return nil
}

func prefixes(all []netip.Prefix) []string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.String()
	}
	return out
}

func checkMail(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return errors.New("write it as smtp://user:password@host:587 or smtps://user:password@host:465 (percent-encode special characters)")
	}
	return nil
}

var asciiForm = regexp.MustCompile(`^[\x21-\x7e]{0,64}$`)

func checkASCII(v string) error {
	if !asciiForm.MatchString(v) {
		return fmt.Errorf("%q has other than at most 64 printable ASCII characters", v)
	}
	return nil
}

// together checks what one key alone cannot show.
func (c *Config) together() error {
	if c.Mail.URL != "" && c.Mail.Dir != "" {
		return c.wrong("mail.dir", errors.New("mail.url is set too; keep one of the two"))
	}
	if c.Host == Attached && strings.HasPrefix(string(c.Database), "sqlite://") && c.origin["database_url"] == byDefault {
		return c.wrong("database_url", errors.New("host is attached; name the EC-CUBE's database"))
	}
	return nil
}

// ForServe checks what serving needs beyond the other commands.
func (c *Config) ForServe() error {
	if c.PublicURL == "" {
		return c.wrong("public_url", errors.New("set it to the address under which people and Paygent reach this shop, for example https://shop.example.jp"))
	}
	return nil
}
