package setting

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// Derive makes a key of 32 bytes for another purpose from the node's key, the same on
// every node that has it.
func (k *Key) Derive(purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, k.raw, nil, "kessai "+purpose, 32)
	if err != nil {
		panic(err) // only for a length no hash can give
	}
	return derived
}
