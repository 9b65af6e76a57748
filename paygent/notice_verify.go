package paygent

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"kessai/internal/cp932"
)

// Errors of ParseNotice, found with errors.Is.
var (
	ErrNoKey     = errors.New("paygent: no hash key is configured, so no notification can be believed")
	ErrBadHash   = errors.New("paygent: the notification's hash does not fit")
	ErrMalformed = errors.New("paygent: the notification cannot be read")
)

// ParseNotice verifies a difference notification's hash (hc) in constant time and reads it:
// body is the POST's body as received, keys are the 差分通知ハッシュ値生成キー in use and, after it,
// former ones. Empty keys never fit; with no other key the error is ErrNoKey.
//
// A notification whose hash is right but whose values are not is ErrMalformed with
// Notice.Verified set and Notice.Fields filled: it really comes from the centre. Without
// Verified, ErrMalformed means that not even the hash could be looked at.
//
// The hash covers payment_notice_id, payment_id, trading_id, payment_type and
// payment_amount (protocol.md §7.3), not the status and not the dates.
func ParseNotice(body []byte, keys ...Secret) (Notice, error) {
	if !usable(keys) {
		return Notice{}, ErrNoKey
	}
	raw, err := parseForm(body)
	if err != nil {
		return Notice{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	key, ok := fittingKey(raw, keys)
	if !ok {
		return Notice{}, ErrBadHash
	}
	n := Notice{Verified: true, Key: key}
	n.decode(raw)
	if err := readNotice(&n); err != nil {
		return n, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return n, nil
}

// SignNotice makes the form of a valid notification, for tests: Encode it and post it.
// Texts are in Windows-31J. Without a key the error is ErrNoKey.
func SignNotice(n Notice, key Secret) (url.Values, error) {
	if key == "" {
		return nil, ErrNoKey
	}
	form := url.Values{}
	var raw Params
	for _, item := range n.wire() {
		value, err := cp932.Encode(item.Value)
		if err != nil {
			return nil, fmt.Errorf("paygent: %s: %w", item.Name, err)
		}
		form.Set(item.Name, string(value))
		raw.Add(item.Name, string(value))
	}
	sum := noticeHash(raw, key)
	form.Set("hc", hex.EncodeToString(sum[:]))
	return form, nil
}

func usable(keys []Secret) bool {
	for _, key := range keys {
		if key != "" {
			return true
		}
	}
	return false
}

// hashed are the items the hash covers, in its order.
func hashed() [5]string {
	return [...]string{"payment_notice_id", "payment_id", "trading_id", "payment_type", "payment_amount"}
}

func noticeHash(raw Params, key Secret) [sha256.Size]byte {
	text := make([]byte, 0, 256)
	for _, name := range hashed() {
		text = append(text, raw.Get(name)...)
	}
	return sha256.Sum256(append(text, key...))
}

func fittingKey(raw Params, keys []Secret) (int, bool) {
	var hc, want [2 * sha256.Size]byte
	if copy(hc[:], raw.Get("hc")) != len(raw.Get("hc")) {
		return 0, false // longer than any hash
	}
	for i, key := range keys {
		if key == "" {
			continue
		}
		sum := noticeHash(raw, key)
		hex.Encode(want[:], sum[:])
		if subtle.ConstantTimeCompare(want[:], hc[:]) == 1 {
			return i, true
		}
	}
	return 0, false
}

// decode turns the raw items into Fields, in place, without the hash.
func (n *Notice) decode(raw Params) {
	n.Fields = raw[:0]
	for _, item := range raw {
		if item.Name == "hc" {
			continue
		}
		text, good := decodeText(item.Value, false)
		if !good {
			n.Undecodable = append(n.Undecodable, item.Name)
		}
		n.Fields = append(n.Fields, Param{item.Name, text})
	}
}
