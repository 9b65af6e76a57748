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
	var out strings.Builder
	if bad := writeDecoded(&out, string(b), false); bad >= 0 {
		return "", &InvalidError{Byte: b[bad], Index: bad}
	}
	return out.String(), nil
}

// DecodeLossy reads Windows-31J and writes U+FFFD where Decode would fail. It is
// for showing what cannot be trusted anyway, never for values.
func DecodeLossy(b []byte) string {
	var out strings.Builder
	writeDecoded(&out, string(b), true)
	return out.String()
}

// WriteLossy is DecodeLossy into a builder that texts may share, and reports whether
// Decode would have succeeded.
func WriteLossy(out *strings.Builder, s string) (good bool) {
	return writeDecoded(out, s, true) < 0
}

// writeDecoded returns the index of the first bad byte or -1; it stops there unless lossy.
func writeDecoded(out *strings.Builder, b string, lossy bool) int {
	bad := -1
	out.Grow(decodedSize(b))
	for i := 0; i < len(b); {
		r, size := decodeRune(b[i:])
		if r == utf8.RuneError {
			if bad < 0 {
				bad = i
			}
			if !lossy {
				return bad
			}
		}
		out.WriteRune(r)
		i += size
	}
	return bad
}

// decodedSize is what b takes in UTF-8 if it is good: one byte for ASCII, else three.
func decodedSize(b string) int {
	n := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c < utf8.RuneSelf:
			n++
		case isLead(c):
			n += 3
			i++
		default:
			n += 3
		}
	}
	return n
}

// decodeRune reads one character; U+FFFD and the number of bytes to skip if it is bad.
func decodeRune(b string) (rune, int) {
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
