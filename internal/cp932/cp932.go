package cp932

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// UnsupportedError says which character Windows-31J does not have.
type UnsupportedError struct {
	Rune  rune // U+FFFD for a byte that is not UTF-8
	Index int  // byte offset in the string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("cp932: %U at byte %d is not in Windows-31J", e.Rune, e.Index)
}

// InvalidError says which byte is not Windows-31J.
type InvalidError struct {
	Byte  byte
	Index int
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("cp932: byte %02X at %d is not Windows-31J", e.Byte, e.Index)
}

// Encode returns s in Windows-31J, or an *UnsupportedError.
func Encode(s string) ([]byte, error) {
	return AppendEncode(make([]byte, 0, len(s)), s)
}

// AppendEncode appends s in Windows-31J to dst. On an *UnsupportedError dst is
// returned as it came.
func AppendEncode(dst []byte, s string) ([]byte, error) {
	out := dst
	for i, r := range s {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		var code uint16
		if r <= 0xFFFF {
			code = load().encode[r]
		}
		switch {
		case code == 0:
			return dst, &UnsupportedError{Rune: r, Index: i}
		case code <= 0xFF:
			out = append(out, byte(code))
		default:
			out = append(out, byte(code>>8), byte(code))
		}
	}
	return out, nil
}

// Decode reads Windows-31J, or returns an *InvalidError for the first bad byte.
func Decode(b []byte) (string, error) {
	s, bad := decode(b, false)
	if bad >= 0 {
		return "", &InvalidError{Byte: b[bad], Index: bad}
	}
	return s, nil
}

// DecodeLossy reads Windows-31J and writes U+FFFD where Decode would fail. It is
// for showing what cannot be trusted anyway, never for values.
func DecodeLossy(b []byte) string {
	s, _ := decode(b, true)
	return s
}

// decode stops at the first bad byte unless lossy, and returns its index or -1.
func decode(b []byte, lossy bool) (string, int) {
	if isASCII(b) {
		return string(b), -1
	}
	var out strings.Builder
	out.Grow(len(b) + len(b)/2) // a double byte becomes three
	for i := 0; i < len(b); {
		r, size := decodeRune(b[i:])
		if r == utf8.RuneError && !lossy {
			return "", i
		}
		out.WriteRune(r)
		i += size
	}
	return out.String(), -1
}

// decodeRune reads one character; U+FFFD and the number of bytes to skip if it is bad.
func decodeRune(b []byte) (rune, int) {
	c := b[0]
	switch {
	case c < utf8.RuneSelf:
		return rune(c), 1
	case c >= 0xA1 && c <= 0xDF:
		return 0xFF61 + rune(c) - 0xA1, 1
	case !isLead(c) || len(b) < 2 || !isTrail(b[1]):
		return utf8.RuneError, 1
	}
	if r := load().decode[uint16(c)<<8|uint16(b[1])]; r != 0 {
		return rune(r), 2
	}
	return utf8.RuneError, 2
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
