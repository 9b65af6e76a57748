package checkout

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kessai/internal/order"
	"kessai/internal/problem"
)

var (
	tokenKey   = []byte("a key that all nodes share, secret")
	tokenStart = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func TestTokenNamesItsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := order.ID(rapid.Int64Range(1, 1<<62).Draw(t, "id"))
		later := time.Duration(rapid.Int64Range(0, int64(tokenTerm)).Draw(t, "later"))
		text := NewTokens(tokenKey, at(tokenStart)).For(id)
		got, err := NewTokens(tokenKey, at(tokenStart.Add(later))).Read(text)
		if err != nil || got != id {
			t.Fatalf("Read = %v, %v, want %v", got, err, id)
		}
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("%q needs escaping in an address", text)
		}
	})
}

// TestTokenForged: whatever is changed of a token, it names no order at all.
func TestTokenForged(t *testing.T) {
	t.Parallel()
	tokens := NewTokens(tokenKey, at(tokenStart))
	good, err := base64.RawURLEncoding.DecodeString(tokens.For(123))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(good) * 8 {
		forged := bytes.Clone(good)
		forged[bit/8] ^= 1 << (bit % 8)
		if id, err := tokens.Read(base64.RawURLEncoding.EncodeToString(forged)); !problem.Is(err, "order.unknown") || id != 0 {
			t.Fatalf("bit %d turned: Read = %v, %v", bit, id, err)
		}
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	text := NewTokens(tokenKey, at(tokenStart)).For(123)
	for name, tt := range map[string]struct {
		tokens *Tokens
		text   string
	}{
		"empty":                 {NewTokens(tokenKey, at(tokenStart)), ""},
		"a number":              {NewTokens(tokenKey, at(tokenStart)), "123"},
		"no base64":             {NewTokens(tokenKey, at(tokenStart)), "ご注文"},
		"too short":             {NewTokens(tokenKey, at(tokenStart)), text[:20]},
		"too long":              {NewTokens(tokenKey, at(tokenStart)), text + "AAAA"},
		"a line break in it":    {NewTokens(tokenKey, at(tokenStart)), text[:10] + "\n" + text[10:]},
		"another key":           {NewTokens([]byte("another"), at(tokenStart)), text},
		"a second after it end": {NewTokens(tokenKey, at(tokenStart.Add(tokenTerm+time.Second))), text},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := tt.tokens.Read(tt.text)
			if !problem.Is(err, "order.unknown") || problem.CategoryOf(err) != problem.NotFound || id != 0 {
				t.Errorf("Read = %v, %v", id, err)
			}
		})
	}
	if _, err := NewTokens(tokenKey, at(tokenStart.Add(tokenTerm))).Read(text); err != nil {
		t.Errorf("in its last second: %v", err)
	}
}

// TestTokenOneSpelling: bits that carry nothing must be zero, so an order and a time
// have one token.
func TestTokenOneSpelling(t *testing.T) {
	t.Parallel()
	tokens := NewTokens(tokenKey, at(tokenStart))
	text := tokens.For(123)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for _, last := range alphabet {
		if other := text[:len(text)-1] + string(last); other != text {
			if _, err := tokens.Read(other); err == nil {
				t.Errorf("%s is read like %s", other, text)
			}
		}
	}
}

func FuzzTokenRead(f *testing.F) {
	tokens := NewTokens(tokenKey, at(tokenStart))
	f.Add(tokens.For(1))
	f.Add("")
	f.Add(strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, text string) {
		id, err := tokens.Read(text)
		if err == nil && tokens.For(id) != text {
			t.Errorf("%q is taken for order %d, whose token it is not", text, id)
		}
	})
}
