package paygent

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// maxItems is far above the items of a notification, and bounds the work on a forged one.
const maxItems = 200

// parseForm splits a form's body and undoes percent-encoding; values keep the bytes of
// their charset, which the hash is made of. A name given twice is an error: what the hash
// covers must be what is read.
func parseForm(body []byte) (Params, error) {
	raw := make(Params, 0, min(bytes.Count(body, []byte("&"))+1, maxItems))
	var text strings.Builder
	text.Grow(len(body)) // unescaping never lengthens, so items share this one allocation
	for len(body) > 0 {
		var part []byte
		part, body, _ = bytes.Cut(body, []byte("&"))
		if len(part) == 0 {
			continue
		}
		if len(raw) == maxItems {
			return nil, fmt.Errorf("more than %d items", maxItems)
		}
		name, value, _ := bytes.Cut(part, []byte("="))
		start := text.Len()
		if err := writeUnescaped(&text, name); err != nil {
			return nil, err
		}
		middle := text.Len()
		if err := writeUnescaped(&text, value); err != nil {
			return nil, err
		}
		item := Param{text.String()[start:middle], text.String()[middle:]}
		if _, twice := raw.Lookup(item.Name); twice {
			return nil, fmt.Errorf("%q is given twice", item.Name)
		}
		raw = append(raw, item)
	}
	return raw, nil
}

// writeUnescaped undoes percent-encoding; + is a space.
func writeUnescaped(out *strings.Builder, b []byte) error {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '+':
			out.WriteByte(' ')
		case '%':
			if i+2 >= len(b) {
				return errors.New("a percent sign without two digits")
			}
			high, low := unhex(b[i+1]), unhex(b[i+2])
			if high > 15 || low > 15 {
				return fmt.Errorf("%%%c%c is not percent-encoding", b[i+1], b[i+2])
			}
			out.WriteByte(high<<4 | low)
			i += 2
		default:
			out.WriteByte(c)
		}
	}
	return nil
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0xFF
}
