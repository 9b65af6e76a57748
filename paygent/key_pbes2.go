package paygent

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
)

// pbes2Params are what stands before a key that is encrypted with PBES2 (RFC 8018).
type pbes2Params struct {
	Derivation pkix.AlgorithmIdentifier
	Cipher     pkix.AlgorithmIdentifier
}

// Bounds of a key's derivation: far above what any tool writes (OpenSSL: 2048 rounds of
// PBKDF2, 16 MiB of scrypt), and what a computer of today does within seconds.
const (
	maxRounds       = 10_000_000
	maxScryptMemory = 256 << 20
	maxScryptLanes  = 16
)

var errCostly = errors.New("the private key asks for more work than any connection kit does; take it from the connection kit")

// check refuses what the library would not understand, or would panic or never end on.
func (p pbes2Params) check(data []byte) error {
	block := cipherBlock(p.Cipher.Algorithm.String())
	if block == 0 {
		return unsupportedKey("another cipher than AES or 3DES in mode CBC")
	}
	var iv []byte
	if _, err := asn1.Unmarshal(p.Cipher.Parameters.FullBytes, &iv); err != nil || len(iv) != block || len(data) == 0 || len(data)%block != 0 {
		return errors.New("the private key is cut off or damaged; take it from the connection kit again")
	}
	switch p.Derivation.Algorithm.String() {
	case "1.2.840.113549.1.5.12":
		return checkPBKDF2(p.Derivation.Parameters.FullBytes)
	case "1.3.6.1.4.1.11591.4.11":
		return checkScrypt(p.Derivation.Parameters.FullBytes)
	}
	return unsupportedKey("another key derivation than PBKDF2 or scrypt")
}

// cipherBlock is the block size of a cipher that can be read, 0 for others.
func cipherBlock(oid string) int {
	switch oid {
	case "2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42": // AES-CBC
		return 16
	case "1.2.840.113549.3.7": // 3DES-CBC
		return 8
	}
	return 0
}

func checkPBKDF2(der []byte) error {
	var q struct {
		Salt      []byte
		Rounds    int
		KeyLength int                      `asn1:"optional"`
		Hash      pkix.AlgorithmIdentifier `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &q); err != nil {
		return unsupportedKey("PBKDF2 with unusual parameters")
	}
	hash := q.Hash.Algorithm.String()
	switch {
	case q.Rounds < 1 || q.Rounds > maxRounds:
		return errCostly
	case q.KeyLength != 0: // the library would pass over the hash behind it
		return unsupportedKey("PBKDF2 with a key length")
	case hash != "" && hash != "1.2.840.113549.2.7" && hash != "1.2.840.113549.2.9":
		return unsupportedKey("PBKDF2 with another hash than SHA-1 or SHA-256")
	}
	return nil
}

func checkScrypt(der []byte) error {
	var q struct {
		Salt              []byte
		Cost, Size, Lanes int
	}
	if _, err := asn1.Unmarshal(der, &q); err != nil {
		return unsupportedKey("scrypt with unusual parameters")
	}
	if q.Cost < 2 || q.Size < 1 || q.Lanes < 1 || q.Lanes > maxScryptLanes || q.Cost > maxScryptMemory/128/q.Size {
		return errCostly
	}
	return nil
}
