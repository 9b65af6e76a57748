package paygent

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Write writes the configuration so that ParseConfig reads the same, password included.
// A value that the format cannot hold is an error, and nothing is written.
func (c *Config) Write(w io.Writer) error {
	var b strings.Builder
	for _, key := range ConfKeys() {
		if err := writeConfLine(&b, key, c.value(key)); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(c.URLs)) {
		if err := writeConfLine(&b, keyURL+kind, c.URLs[kind]); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeConfLine(b *strings.Builder, key, value string) error {
	line := confPrefix + key + "=" + value
	if err := checkConfValue(key, value); err != nil {
		return err
	}
	b.WriteString(line + "\n")
	return nil
}

// checkConfValue refuses what would be read back as something else.
func checkConfValue(key, value string) error {
	_, back, _ := confLine(confPrefix + key + "=" + value)
	if back != value || strings.ContainsAny(value, "\r\n") {
		return &ConfigError{Code: CodeConfInvalid, Key: key, Detail: `the value cannot stand in modenv_properties.conf (spaces around it, a line break, or a literal \r or \n)`}
	}
	return nil
}

func (c *Config) value(key string) string {
	switch key {
	case KeyClientFilePath:
		return c.ClientFilePath
	case KeyNotUseClient:
		return strconv.FormatBool(c.NoClientCert)
	case KeyCAFilePath:
		return c.CAFilePath
	case KeyNotUseCA:
		return strconv.FormatBool(c.NoCAFile)
	case KeyProxyServerName:
		return c.ProxyServerName
	case KeyProxyServerIP:
		return c.ProxyServerIP
	case KeyProxyServerPort:
		return strconv.Itoa(c.ProxyServerPort)
	case KeyDefaultID:
		return c.DefaultID
	case KeyDefaultPassword:
		return string(c.DefaultPassword)
	case KeyTimeout:
		return strconv.FormatInt(int64(c.Timeout/time.Second), 10)
	case KeyLogOutputPath:
		return c.LogOutputPath
	case KeyDebug:
		if c.Debug {
			return "1"
		}
		return "0"
	case KeySelectMaxCount:
		return strconv.Itoa(c.SelectMaxCount)
	case KeyUTF8Kinds:
		return joinKinds(c.UTF8Kinds)
	case KeyRefKinds:
		return joinKinds(c.RefKinds)
	}
	panic(fmt.Sprintf("paygent: no value for key %q", key)) // a key of ConfKeys that is forgotten here
}

func joinKinds(kinds []Kind) string {
	parts := make([]string, len(kinds))
	for i, k := range kinds {
		parts[i] = string(k)
	}
	return strings.Join(parts, ",")
}

// RewritePaths returns the text with the values of the given keys replaced, and every
// other byte as it was: comments, order, line ends, other charsets. Keys are given with
// or without the prefix "paygentB2Bmodule."; a key that does not stand in the text is not
// added. A value that the format cannot hold is a *ConfigError.
func RewritePaths(text []byte, repl map[string]string) ([]byte, error) {
	short := make(map[string]string, len(repl))
	for key, value := range repl {
		key = strings.TrimPrefix(key, confPrefix)
		if err := checkConfValue(key, value); err != nil {
			return nil, err
		}
		short[key] = value
	}
	var out bytes.Buffer
	out.Grow(len(text) + 256)
	for line := range bytes.SplitAfterSeq(text, []byte("\n")) {
		out.Write(rewriteLine(line, short))
	}
	return out.Bytes(), nil
}

func rewriteLine(line []byte, repl map[string]string) []byte {
	content := bytes.TrimRight(line, "\r\n")
	end := line[len(content):]
	content, bom := bytes.CutPrefix(content, []byte("\uFEFF"))
	key, _, ok := confLine(string(content))
	if !ok {
		return line
	}
	short, ours := trimConfPrefix(key)
	value, wanted := repl[short]
	if !ours || !wanted {
		return line
	}
	var out []byte
	if bom {
		out = append(out, "\uFEFF"...)
	}
	out = append(out, content[:bytes.IndexByte(content, '=')+1]...)
	out = append(out, value...)
	return append(out, end...)
}
