package paygentsim

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"kessai/internal/cp932"
)

// params are a request's parameters. The centre takes the first of a repeated one.
type params map[string]string

// parseForm reads the bytes of one or more form-encoded texts; the first to name a
// parameter wins. Values stay the bytes they are until decode.
func parseForm(texts ...string) (params, error) {
	out := params{}
	for _, text := range texts {
		for text != "" {
			var pair string
			pair, text, _ = strings.Cut(text, "&")
			if pair == "" {
				continue
			}
			rawName, rawValue, _ := strings.Cut(pair, "=")
			name, err := url.QueryUnescape(rawName)
			if err != nil {
				return nil, fmt.Errorf("paygentsim: parameter name %q: %w", rawName, err)
			}
			value, err := url.QueryUnescape(rawValue)
			if err != nil {
				return nil, fmt.Errorf("paygentsim: parameter %s: %w", name, err)
			}
			if _, given := out[name]; !given {
				out[name] = value
			}
		}
	}
	return out, nil
}

// decode turns values from the charset of the telegram into text and returns the name
// of a parameter whose bytes are not of that charset.
func (p params) decode(kind string) (bad string) {
	for name, value := range p {
		text, ok := value, utf8.ValidString(value)
		if !isUTF8Kind(kind) {
			var err error
			text, err = decodeWindows31J(value)
			ok = err == nil
		}
		if !ok {
			if bad == "" || name < bad { // map order must not show
				bad = name
			}
			continue
		}
		p[name] = text
	}
	return bad
}

func decodeWindows31J(s string) (string, error) {
	if isASCII(s) {
		return s, nil
	}
	return cp932.Decode([]byte(s))
}

func encodeWindows31J(s string) ([]byte, error) {
	if isASCII(s) {
		return []byte(s), nil
	}
	return cp932.Encode(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isUTF8Kind lists the UTF-8 telegrams, protocol.md §1.6.
func isUTF8Kind(kind string) bool {
	return len(kind) == 3 && isDigits(kind) && strings.Contains(utf8Kinds, kind)
}

const (
	utf8Kinds = "098,380,410,411,412,413,414,415,416,417,418,450"
	refKinds  = "027,090"
)

// answer is a reply in the payment format, protocol.md §3.1, or in the reference format.
type answer struct {
	lines  []line
	table  *table // what 027 and 090 list
	effect bool   // the telegram changed something
}

type line struct{ name, value string }

func (a *answer) add(name, value string) { a.lines = append(a.lines, line{name, value}) }

func (a *answer) get(name string) string {
	for _, l := range a.lines {
		if l.name == name {
			return l.value
		}
	}
	return ""
}

// encode gives the bytes in the telegram's charset.
func (a *answer) encode(kind string) ([]byte, error) { return a.encodeAs(kind, isUTF8Kind(kind)) }

func (a *answer) encodeAs(kind string, utf8 bool) ([]byte, error) {
	text := a.text(kind)
	if utf8 {
		return []byte(text), nil
	}
	out, err := encodeWindows31J(text)
	if err != nil {
		return nil, fmt.Errorf("paygentsim: answer to %s: %w", kind, err)
	}
	return out, nil
}

// text lays an answer out: a leading CR LF, a CR LF between items, none after the last.
func (a *answer) text(kind string) string {
	if isTableKind(kind) {
		return encodeTable(a)
	}
	var b strings.Builder
	b.Grow(32 * len(a.lines))
	for _, l := range a.lines {
		b.WriteString("\r\n")
		b.WriteString(l.name)
		b.WriteByte('=')
		b.WriteString(l.value)
	}
	return b.String()
}

func normal() answer { return answer{lines: []line{{"result", "0"}}} }

// abnormal is a refusal.
func abnormal(code, detail string) answer {
	return answer{lines: []line{{"result", "1"}, {"response_code", code}, {"response_detail", detail}}}
}

// invalid are the P codes, whose detail names the parameter, protocol.md §4.2 and §18, 2.
func badType(name string) answer {
	return abnormal("P008", name+" の形式が正しくありません")
}
func tooLong(name string) answer { return abnormal("P009", name+" の桁数が超過しています") }
func invalidValue(name string) answer {
	return abnormal("P010", name+" の値が正しくありません")
}

// encodeForm writes a form as the centre posts it: Windows-31J bytes, percent-encoded.
func encodeForm(lines []line) (string, error) { return encodeFormAs(lines, false) }

func encodeFormAs(lines []line, utf8 bool) (string, error) {
	var b strings.Builder
	for i, l := range lines {
		value, err := []byte(l.value), error(nil)
		if !utf8 {
			value, err = encodeWindows31J(l.value)
		}
		if err != nil {
			return "", fmt.Errorf("paygentsim: parameter %s: %w", l.name, err)
		}
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(l.name))
		b.WriteByte('=')
		// PHP's rule, the one in use on this wire, escapes the tilde too.
		b.WriteString(strings.ReplaceAll(url.QueryEscape(string(value)), "~", "%7E"))
	}
	return b.String(), nil
}
