package paygent

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
)

// Errors of ParseNotice, ParseThreeDS1 and ParseThreeDS2, found with errors.Is.
var (
	ErrNoKey     = errors.New("paygent: no hash key is configured, so nothing that comes from outside can be believed")
	ErrBadHash   = errors.New("paygent: the hash does not fit")
	ErrMalformed = errors.New("paygent: what came cannot be read")
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
	key, ok := fittingKey(raw, noticeHashed(), keys)
	if !ok {
		return Notice{}, ErrBadHash
	}
	n := Notice{Verified: true, Key: key}
	n.Fields, n.Undecodable = decodeItems(raw, false)
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
	return signForm(n.wire(), noticeHashed(), false, key)
}

func usable(keys []Secret) bool {
	for _, key := range keys {
		if key != "" {
			return true
		}
	}
	return false
}

// hashedNames are the items that a hash covers, in its order; empty ones end them.
type hashedNames [5]string

func noticeHashed() hashedNames {
	return hashedNames{"payment_notice_id", "payment_id", "trading_id", "payment_type", "payment_amount"}
}

// hashOf takes the bytes as they came, Windows-31J for a trading_id that is not ASCII [C].
func hashOf(raw Params, names hashedNames, key Secret) [sha256.Size]byte {
	text := make([]byte, 0, 256)
	for _, name := range names {
		if name == "" { // an item without a name must not get into the hash
			break
		}
		text = append(text, raw.Get(name)...)
	}
	return sha256.Sum256(append(text, key...))
}

func fittingKey(raw Params, names hashedNames, keys []Secret) (int, bool) {
	var hc, want [2 * sha256.Size]byte
	if copy(hc[:], raw.Get("hc")) != len(raw.Get("hc")) {
		return 0, false // longer than any hash
	}
	for i, key := range keys {
		if key == "" {
			continue
		}
		sum := hashOf(raw, names, key)
		hex.Encode(want[:], sum[:])
		if subtle.ConstantTimeCompare(want[:], hc[:]) == 1 {
			return i, true
		}
	}
	return 0, false
}

// decodeItems turns raw items into texts, in place, without the hash.
func decodeItems(raw Params, isUTF8 bool) (fields Params, undecodable []string) {
	fields = raw[:0]
	d := decoder{utf8: isUTF8}
	for _, item := range raw {
		if item.Name == "hc" {
			continue
		}
		text, good := d.text(item.Value)
		if !good {
			undecodable = append(undecodable, item.Name)
		}
		fields = append(fields, Param{item.Name, text})
	}
	return fields, undecodable
}
