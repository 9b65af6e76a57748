package setting

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/problem"
)

// Key encrypts what the database keeps. It prints as ***.
type Key struct {
	aead        cipher.AEAD
	fingerprint string
	raw         []byte
	rand        io.Reader
}

func (*Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// LogValue keeps the key out of logs.
func (*Key) LogValue() slog.Value { return slog.StringValue("***") }

const (
	keySize  = 32
	idSize   = 8 // hex digits of the fingerprint
	cipherV1 = "v1"
)

func newKey(raw []byte, rand io.Reader) (*Key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("kessai settings key\x00"), raw...))
	return &Key{aead: aead, fingerprint: hex.EncodeToString(sum[:]), raw: raw, rand: rand}, nil
}

// ID names the key in each value it encrypted.
func (k *Key) ID() string { return k.fingerprint[:idSize] }

// seal encrypts text for one place ("setting/12"): moved to another place it does
// not open.
func (k *Key) seal(place string, text []byte) (string, error) {
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := io.ReadFull(k.rand, nonce); err != nil {
		return "", fmt.Errorf("setting: no randomness: %w", err)
	}
	sealed := k.aead.Seal(nonce, nonce, text, []byte(place))
	return cipherV1 + ":" + k.ID() + ":" + base64.StdEncoding.EncodeToString(sealed), nil
}

// open decrypts what seal made for the same place.
func (k *Key) open(place, value string) ([]byte, error) {
	version, rest, _ := strings.Cut(value, ":")
	id, body, found := strings.Cut(rest, ":")
	if !found || version != cipherV1 {
		return nil, unreadable(place, fmt.Errorf("it is not of the form %s:key:value", cipherV1))
	}
	if id != k.ID() {
		return nil, problem.New(problem.Misset, CodeKeyOther, problem.Args{"Have": k.ID(), "Want": id})
	}
	sealed, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return nil, unreadable(place, err)
	}
	if len(sealed) < k.aead.NonceSize() {
		return nil, unreadable(place, fmt.Errorf("it is cut off"))
	}
	nonce, sealed := sealed[:k.aead.NonceSize()], sealed[k.aead.NonceSize():]
	text, err := k.aead.Open(nil, nonce, sealed, []byte(place))
	if err != nil {
		return nil, unreadable(place, err)
	}
	return text, nil
}

// SealToken keeps a card token while its buyer passes a challenge (money.md §6).
func (k *Key) SealToken(token ledger.CardToken) (string, error) {
	return k.seal("card token", []byte(string(token)))
}

// OpenToken opens what SealToken kept.
func (k *Key) OpenToken(sealed string) (ledger.CardToken, error) {
	text, err := k.open("card token", sealed)
	return ledger.CardToken(text), err
}

func unreadable(place string, err error) error {
	return problem.Wrap(err, problem.Misset, CodeUnreadable, problem.Args{"Place": place})
}
