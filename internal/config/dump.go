package config

import (
	"fmt"
	"io"
	"strings"
)

// shown masks a secret, so that a dump tells only whether there is one.
func shown(secret string) string {
	if secret == "" {
		return ""
	}
	return masked
}

// Dump writes the configuration in force as TOML, secrets masked, each key with
// what it is and where its value came from.
func (c *Config) Dump(w io.Writer) error {
	var b strings.Builder
	section := ""
	for _, k := range keys() {
		name := k.name
		if table, rest, ok := strings.Cut(k.name, "."); ok {
			if table != section {
				fmt.Fprintf(&b, "\n[%s]\n", table)
				section = table
			}
			name = rest
		}
		origin := c.origin[k.name]
		if origin == "" {
			origin = byDefault
		}
		fmt.Fprintf(&b, "# %s (%s)\n%s = %s\n", k.doc, origin, name, tomlValue(k.show(c)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func tomlValue(v any) string {
	if values, ok := v.([]string); ok {
		quoted := make([]string, len(values))
		for i, s := range values {
			quoted[i] = tomlString(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return tomlString(fmt.Sprint(v))
}

// tomlString is a TOML basic string; Go's %q has escapes that TOML lacks.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
