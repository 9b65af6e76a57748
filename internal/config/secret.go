package config

import (
	"fmt"
	"log/slog"
	"net/url"
)

const masked = "***"

// Secret prints as ***; string(s) is the only way to its content.
type Secret string

func (Secret) String() string               { return masked }
func (Secret) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte(masked)) }
func (Secret) LogValue() slog.Value         { return slog.StringValue(masked) }
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// URL is an address that may hold a password, which it prints as ***;
// string(u) is the only way to all of it.
type URL string

// String is the address without its password.
func (u URL) String() string {
	if u == "" {
		return ""
	}
	parsed, err := url.Parse(string(u))
	if err != nil {
		return masked // whatever it is, it may hold a password
	}
	if _, has := parsed.User.Password(); !has {
		return string(u)
	}
	// xxxxx is what url.URL writes; a name that needs no escaping is kept readable.
	shown := *parsed
	shown.User = url.User(parsed.User.Username())
	return shown.Scheme + "://" + shown.User.String() + ":" + masked + "@" + restOf(parsed)
}

func restOf(u *url.URL) string {
	rest := *u
	rest.User, rest.Scheme = nil, ""
	return rest.String()[len("//"):]
}

func (u URL) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte(u.String())) }
func (u URL) LogValue() slog.Value         { return slog.StringValue(u.String()) }
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }
