package staff

import (
	"crypto/hmac"
	"crypto/sha1" // EC-CUBE's oldest hashes (eccube.md §5), verified only
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"kessai/internal/problem"
)

// Password is typed by a person. It prints as ***.
type Password string

func (Password) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte("***")) }
func (Password) MarshalText() ([]byte, error) { return []byte("***"), nil }

const (
	minPassword = 12
	maxPassword = 1024 // bytes; hashing has to end

	// argon2id as measured in libraries.md §5: 29 ms.
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// checkPassword is the rule for a new password.
func checkPassword(loginID string, p Password) error {
	switch {
	case utf8.RuneCountInString(string(p)) < minPassword:
		return problem.New(problem.Invalid, CodePasswordShort, problem.Args{"Min": minPassword}).On("password")
	case len(p) > maxPassword:
		return problem.New(problem.Invalid, CodePasswordLong, problem.Args{"Max": maxPassword}).On("password")
	case strings.EqualFold(string(p), loginID):
		return problem.New(problem.Invalid, CodePasswordSame, nil).On("password")
	}
	return nil
}

// hashArgon makes "$argon2id$v=19$m=19456,t=2,p=1$salt$key".
func hashArgon(p Password, rand io.Reader) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return "", fmt.Errorf("staff: no randomness: %w", err)
	}
	key := argon2.IDKey([]byte(p), salt, argonTime, argonMemory, argonThreads, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("%sv=%d$m=%d,t=%d,p=%d$%s$%s", argonHead, argon2.Version, argonMemory, argonTime, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

const argonHead = "$argon2id$"

func verifyArgon(hash string, p Password) (bool, error) {
	var version, memory, time, threads int
	parts := strings.Split(strings.TrimPrefix(hash, argonHead), "$")
	if len(parts) != 4 {
		return false, errors.New("staff: an argon2id hash has not four parts")
	}
	if _, err := fmt.Sscanf(parts[0]+" "+parts[1], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil {
		return false, fmt.Errorf("staff: an argon2id hash cannot be read: %w", err)
	}
	// A row of the database must not be able to ask for all memory.
	if version != argon2.Version || memory < 8 || memory > 256*1024 || time < 1 || time > 16 || threads < 1 || threads > 16 {
		return false, errors.New("staff: an argon2id hash has unusual parameters")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[2])
	if err != nil {
		return false, fmt.Errorf("staff: an argon2id hash cannot be read: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[3])
	if err != nil || len(want) < 16 || len(want) > 64 {
		return false, errors.Join(errors.New("staff: an argon2id hash cannot be read"), err)
	}
	got := argon2.IDKey([]byte(p), salt, uint32(time), uint32(memory), uint8(threads), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// verifyEccube verifies what EC-CUBE stores (eccube.md §5): HMAC-SHA256 with the
// salt as key up to 4.2, sha1 where there is no salt, bcrypt from 4.3 on.
func verifyEccube(hash, salt, magic string, p Password) (bool, error) {
	if strings.HasPrefix(hash, "$2") {
		err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(p))
		if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) || errors.Is(err, bcrypt.ErrPasswordTooLong) {
			return false, nil
		}
		return err == nil, err
	}
	if magic == "" {
		return false, problem.New(problem.Misset, CodeMagicMissing, nil)
	}
	message := []byte(string(p) + ":" + magic)
	var sum []byte
	if salt == "" {
		legacy := sha1.Sum(message)
		sum = legacy[:]
	} else {
		mac := hmac.New(sha256.New, []byte(salt))
		mac.Write(message)
		sum = mac.Sum(nil)
	}
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum)), []byte(strings.ToLower(hash))) == 1, nil
}
