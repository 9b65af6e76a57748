package checkout

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// tokenTerm is how long a buyer can come back to an order: longer than any unknown
// outcome stays so.
const tokenTerm = 14 * 24 * time.Hour

// Tokens makes and reads the signed text that names an order in the pages' addresses.
type Tokens struct {
	key []byte
	now func() time.Time
}

// NewTokens makes Tokens from a secret key that all nodes share.
func NewTokens(key []byte, now func() time.Time) *Tokens { return &Tokens{key: key, now: now} }

// For makes an order's token.
func (t *Tokens) For(id order.ID) string {
	var b [32]byte
	binary.BigEndian.PutUint64(b[:8], uint64(id))
	binary.BigEndian.PutUint64(b[8:16], uint64(t.now().Add(tokenTerm).Unix()))
	copy(b[16:], t.mac(b[:16]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Read returns the order a token names. A token that is not ours, or too old, is
// answered as if there were no such order.
func (t *Tokens) Read(text string) (order.ID, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(text) != base64.RawURLEncoding.EncodedLen(32) || len(b) != 32 || !hmac.Equal(b[16:], t.mac(b[:16])) {
		return 0, problem.New(problem.NotFound, "order.unknown", nil)
	}
	if t.now().Unix() > int64(binary.BigEndian.Uint64(b[8:16])) {
		return 0, problem.New(problem.NotFound, "order.unknown", nil)
	}
	return order.ID(binary.BigEndian.Uint64(b[:8])), nil
}

func (t *Tokens) mac(b []byte) []byte {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte("kessai order token"))
	m.Write(b)
	return m.Sum(nil)[:16]
}
