package paygent

import (
	"bytes"
	"errors"
	"fmt"
)

// rawParam is an item before its charset is applied: the hash is made of bytes.
type rawParam struct {
	name  string
	value []byte
}

func rawValue(raw []rawParam, name string) []byte {
	for i := range raw {
		if raw[i].name == name {
			return raw[i].value
		}
	}
	return nil
}

// maxItems is far above the items of a notification, and bounds the work on a forged one.
const maxItems = 200

// parseForm splits a form's body. A name given twice is an error: what the hash covers
// must be what is read.
func parseForm(body []byte) ([]rawParam, error) {
	raw := make([]rawParam, 0, min(bytes.Count(body, []byte("&"))+1, maxItems))
	text := make([]byte, 0, len(body)) // unescaping never lengthens: items may point into it
	var err error
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
		at := len(text)
		if text, err = appendUnescaped(text, name); err != nil {
			return nil, err
		}
		middle := len(text)
		if text, err = appendUnescaped(text, value); err != nil {
			return nil, err
		}
		item := rawParam{itemName(text[at:middle]), text[middle:len(text):len(text)]}
		if rawValue(raw, item.name) != nil {
			return nil, fmt.Errorf("%q is given twice", item.name)
		}
		raw = append(raw, item)
	}
	return raw, nil
}

// itemName avoids an allocation for the names every notification has.
func itemName(b []byte) string {
	for _, known := range [...]string{
		"payment_notice_id", "change_date", "payment_id", "trading_id", "payment_type", "site_id", "payment_status",
		"payment_amount", "payment_init_date", "payment_date", "payment_class", "split_count", "hc",
	} {
		if string(b) == known {
			return known
		}
	}
	return string(b)
}

// appendUnescaped undoes percent-encoding; + is a space.
func appendUnescaped(out, b []byte) ([]byte, error) {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '+':
			out = append(out, ' ')
		case '%':
			if i+2 >= len(b) {
				return out, errors.New("a percent sign without two digits")
			}
			high, low := unhex(b[i+1]), unhex(b[i+2])
			if high > 15 || low > 15 {
				return out, fmt.Errorf("%%%c%c is not percent-encoding", b[i+1], b[i+2])
			}
			out = append(out, high<<4|low)
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out, nil
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
