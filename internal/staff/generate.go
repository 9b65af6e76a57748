package staff

import (
	"fmt"
	"io"
	"strings"
)

// readable has no letter or digit that looks or sounds like another.
const readable = "abcdefghjkmnpqrstuvwxyz23456789"

// Generate makes a password of five groups of four, 99 bits of the handed chance.
func Generate(rand io.Reader) (Password, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for n := 0; n < 20; {
		if _, err := io.ReadFull(rand, one); err != nil {
			return "", fmt.Errorf("staff: no randomness: %w", err)
		}
		// Bytes beyond the last whole multiple would favour the first letters.
		if int(one[0]) >= 256-256%len(readable) {
			continue
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(readable[int(one[0])%len(readable)])
		n++
	}
	return Password(b.String()), nil
}
