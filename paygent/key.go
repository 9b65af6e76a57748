package paygent

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/youmark/pkcs8"
)

// DefaultPassphrase protects the private key of every connection kit (protocol.md §1.3).
const DefaultPassphrase Secret = "changeit"

var (
	errPassphrase = errors.New("the passphrase does not open the private key")
	errPBES1      = unsupportedKey("PBES1, the old way")
)

// unsupportedKey says how to make a key readable. The hash is named because newer OpenSSLs have another.
func unsupportedKey(way string) error {
	return errors.New("the private key is encrypted with " + way + ", which cannot be read here; convert it with: " +
		"openssl pkcs8 -in client.pem -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -out key.pem, and put key.pem's text in place of the old key")
}

// parseKey reads one PEM block's private key: PKCS#1, EC and PKCS#8, plain, legacy-encrypted
// (DEK-Info) or PBES2.
func parseKey(block *pem.Block, passphrase Secret) (crypto.Signer, error) {
	var key any
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY":
		key, err = parsePBES2(block.Bytes, passphrase)
	case block.Headers["DEK-Info"] != "":
		key, err = parseLegacy(block, passphrase)
	default:
		key, err = parsePlain(block.Type, block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a private key of type %T cannot sign", key)
	}
	return signer, nil
}

func parsePlain(blockType string, der []byte) (any, error) {
	var key any
	var err error
	switch blockType {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(der)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(der)
	default:
		key, err = x509.ParsePKCS8PrivateKey(der)
	}
	if err != nil {
		return nil, fmt.Errorf("the private key cannot be read: %w", err)
	}
	return key, nil
}

// parseLegacy opens the form that OpenSSL wrote by default before 1.0. It is weak, but it
// is what many kits contain, and nothing else in the standard library reads it.
func parseLegacy(block *pem.Block, passphrase Secret) (any, error) {
	der, err := x509.DecryptPEMBlock(block, []byte(passphrase)) //nolint:staticcheck // see above
	if err != nil {
		return nil, legacyError(err)
	}
	key, err := parsePlain(block.Type, der)
	if err != nil { // one wrong passphrase in 256 yields something that looks decrypted
		return nil, errPassphrase
	}
	return key, nil
}

func legacyError(err error) error {
	if errors.Is(err, x509.IncorrectPasswordError) {
		return errPassphrase
	}
	return fmt.Errorf("the private key cannot be decrypted: %w", err)
}

func parsePBES2(der []byte, passphrase Secret) (any, error) {
	var info struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Data []byte
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, fmt.Errorf("the private key is not PKCS#8: %w", err)
	}
	if !info.Algorithm.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}) {
		return nil, errPBES1
	}
	var params pbes2Params
	if _, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, fmt.Errorf("the private key is not PKCS#8: %w", err)
	}
	if err := params.check(info.Data); err != nil {
		return nil, err
	}
	if passphrase == "" { // the library would take the key for a plain one
		return nil, errPassphrase
	}
	key, err := pkcs8.ParsePKCS8PrivateKey(der, []byte(passphrase))
	if err != nil {
		// It tells a wrong passphrase by text alone; whatever else it says is about the format.
		if err.Error() == "pkcs8: incorrect password" {
			return nil, errPassphrase
		}
		return nil, fmt.Errorf("the private key cannot be decrypted: %w", err)
	}
	return key, nil
}
