package paygentsim

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// shape is a type of parameter values; name says it to people.
type shape struct {
	name string
	fits func(string) bool
}

// The shapes of protocol.md §5 and §17.1.
func digits() shape    { return shape{"digits", isDigits} }
func yen() shape       { return shape{"yen", isDigits} }
func plainText() shape { return shape{"text", isText} }
func fullWidth() shape { return shape{"full-width text", isFullWidth} }
func halfKana() shape  { return shape{"half-width kana", isHalfKana} }
func ascii() shape     { return shape{"printable ASCII", isPrintableASCII} }
func word() shape      { return shape{"letters, digits, - and _", isWord} }
func address() shape   { return shape{"absolute URL", isURL} }
func mmyy() shape      { return shape{"MMYY", isTerm} }
func cardNo() shape    { return shape{"14 to 16 digits", isCardNumber} }
func cvc() shape       { return shape{"3 or 4 digits", isCVC} }
func uuid() shape      { return shape{"UUID", isUUID} }
func mail() shape      { return shape{"mail address", isMail} }
func date() shape      { return shape{"YYYYMMDD", func(s string) bool { return isTime("20060102", s) }} }
func minute() shape {
	return shape{"YYYYMMDDhhmm", func(s string) bool { return isTime("200601021504", s) }}
}

// oneOf is a list of allowed values.
func oneOf(values ...string) shape {
	return shape{strings.Join(values, ", "), func(s string) bool { return slices.Contains(values, s) }}
}

// between is a whole number within bounds, however many digits it is written with.
func between(low, high int64) shape {
	return shape{formatRange(low, high), func(s string) bool {
		n, ok := number(s)
		return ok && n >= low && n <= high
	}}
}

func isText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// isFullWidth refuses ASCII and half-width kana, the one-byte characters of Windows-31J.
func isFullWidth(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x80 || r >= 0xff61 && r <= 0xff9f })
}

// isHalfKana accepts half-width katakana and ASCII but its lower-case letters.
func isHalfKana(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 0xff61 && r <= 0xff9f || r >= ' ' && r <= '~' && (r < 'a' || r > 'z'))
	})
}

func isPrintableASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

func isWord(s string) bool {
	for i := range len(s) {
		if s[i] != '-' && s[i] != '_' && strings.IndexByte(alphanumerics, s[i]) < 0 {
			return false
		}
	}
	return true
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && isPrintableASCII(s)
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && strings.IndexByte("0123456789abcdefABCDEF", s[i]) < 0 {
			return false
		}
	}
	return true
}

func isMail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && isPrintableASCII(s) && !strings.Contains(s, " ")
}

func isTime(layout, s string) bool {
	_, err := time.Parse(layout, s)
	return err == nil && len(s) == len(layout)
}

// width is how many bytes a text has in a telegram's charset.
func width(s, kind string) int {
	if isUTF8Kind(kind) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n++
		if r >= utf8.RuneSelf && (r < 0xff61 || r > 0xff9f) {
			n++
		}
	}
	return n
}
