package paygent

import (
	"fmt"
	"unicode/utf8"

	"kessai/internal/cp932"
)

// Limits of a telegram in bytes as sent, before percent-encoding (protocol.md §1.5).
const (
	maxName     = 30
	maxValue    = 102400
	maxTelegram = 102400   // address, ?, and k=v joined by &
	maxFile     = 10485760 // a telegram with file content in "data"
	fileParam   = "data"
)

// encoder writes one telegram's body. Values go from UTF-8 to the wire's charset without
// any replacement, then percent-encoded as PHP's urlencode does.
type encoder struct {
	kind    Kind
	utf8    bool
	out     []byte
	scratch []byte
	size    int // unencoded
	file    bool
}

func (e *encoder) add(name, value string) error {
	if name == "" || len(name) > maxName {
		return badFormat(name, fmt.Sprintf("a parameter's name must have 1 to %d bytes", maxName))
	}
	if len(e.out) > 0 {
		e.out = append(e.out, '&')
		e.size++
	}
	if err := e.write(name, name); err != nil {
		return err
	}
	e.out = append(e.out, '=')
	e.size++
	if isKanaField(name) {
		value = narrowKana(value)
	}
	before := e.size
	if err := e.write(name, value); err != nil {
		return err
	}
	if name == fileParam {
		e.file = true
	} else if e.size-before > maxValue {
		return &FieldError{Field: name, Problem: FieldTooLong, Limit: maxValue, Detail: fmt.Sprintf("the value is longer than %d bytes", maxValue)}
	}
	return nil
}

func (e *encoder) write(field, text string) error {
	b, err := e.bytes(field, text)
	if err != nil {
		return err
	}
	e.size += len(b)
	for _, c := range b {
		e.out = appendEscaped(e.out, c)
	}
	return nil
}

// bytes returns text in the wire's charset, in a buffer that the next call reuses.
func (e *encoder) bytes(field, text string) ([]byte, error) {
	if e.utf8 {
		if !utf8.ValidString(text) {
			return nil, &EncodingError{Kind: e.kind, Field: field, Rune: utf8.RuneError, Index: badUTF8(text), Charset: "UTF-8"}
		}
		e.scratch = append(e.scratch[:0], text...)
		return e.scratch, nil
	}
	b, err := cp932.AppendEncode(e.scratch[:0], text)
	e.scratch = b
	if err == nil {
		return b, nil
	}
	return nil, encodingError(e.kind, field, err)
}

// checkSize measures the telegram as the connection module does.
func (e *encoder) checkSize(address string) error {
	limit := maxTelegram
	if e.file {
		limit = maxFile
	}
	if size := len(address) + 1 + e.size; size > limit {
		return &FieldError{Problem: FieldTooLong, Detail: fmt.Sprintf("the telegram has %d bytes, more than %d", size, limit)}
	}
	return nil
}

func badUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

const hexDigits = "0123456789ABCDEF"

func appendEscaped(out []byte, c byte) []byte {
	switch {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_', c == '.':
		return append(out, c)
	case c == ' ':
		return append(out, '+')
	}
	return append(out, '%', hexDigits[c>>4], hexDigits[c&15])
}
