package paygentsim

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// randomText reads n characters out of alphabet from r, each equally likely.
func randomText(r io.Reader, alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, n)
	for len(out) < n {
		if _, err := io.ReadFull(r, buf); err != nil {
			return "", fmt.Errorf("paygentsim: read randomness: %w", err)
		}
		for _, b := range buf {
			if int(b) < limit && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out), nil
}

func randomSeed(r io.Reader) (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, fmt.Errorf("paygentsim: read randomness: %w", err)
	}
	return max(1, binary.LittleEndian.Uint64(b[:])), nil
}

// mix is SplitMix64's finalizer: a bijection that spreads every input bit.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// draw gives a number in [0,1) that depends on nothing but its arguments: salt
// separates the purposes for which one ordinal is used.
func draw(seed, salt, ordinal uint64) float64 {
	return float64(mix(mix(seed^mix(salt))^ordinal)>>11) / math.Exp2(53)
}
