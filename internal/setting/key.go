package setting

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kessai/internal/database"
	"kessai/internal/problem"
)

// KeyOptions say where the key is.
type KeyOptions struct {
	File string
	Now  func() time.Time
	Rand io.Reader // crypto/rand.Reader
}

// OpenKey reads the key file and compares it with the fingerprint that the database
// records. Where none is recorded, the key becomes the database's, made if there is
// no file. Problems, all Misconfigured: "setting.key_missing", "setting.key_other",
// "setting.key_broken".
func OpenKey(ctx context.Context, db *database.DB, o KeyOptions) (*Key, error) {
	recorded, known, err := readFingerprint(ctx, db.Read())
	if err != nil {
		return nil, err
	}
	raw, err := readKeyFile(o.File)
	if errors.Is(err, fs.ErrNotExist) {
		if known {
			return nil, problem.Wrap(err, problem.Misset, CodeKeyMissing, problem.Args{"File": o.File, "Want": recorded[:idSize]})
		}
		raw, err = makeKeyFile(o.File, o.Rand)
	}
	if err != nil {
		return nil, err
	}
	key, err := newKey(raw, o.Rand)
	if err != nil {
		return nil, err
	}
	if !known {
		if recorded, err = recordFingerprint(ctx, db, key, o.Now()); err != nil {
			return nil, err
		}
	}
	if recorded != key.fingerprint {
		return nil, problem.New(problem.Misset, CodeKeyOther, problem.Args{"File": o.File, "Have": key.ID(), "Want": recorded[:idSize]})
	}
	return key, nil
}

const keyHead = "kessai-key-v1 "

func readKeyFile(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, brokenKey(name, err)
	}
	body, ok := strings.CutPrefix(strings.TrimSpace(string(text)), keyHead)
	raw, err := base64.StdEncoding.DecodeString(body)
	if !ok || err != nil || len(raw) != keySize {
		return nil, brokenKey(name, errors.New("it is not a line that begins with "+strings.TrimSpace(keyHead)))
	}
	return raw, nil
}

func brokenKey(name string, err error) error {
	return problem.Wrap(err, problem.Misset, CodeKeyBroken, problem.Args{"File": name})
}

// makeKeyFile makes a key whose file appears whole or not at all. If another process
// was faster, its key counts.
func makeKeyFile(name string, rand io.Reader) ([]byte, error) {
	raw := make([]byte, keySize)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return nil, fmt.Errorf("setting: no randomness for the key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, brokenKey(name, err)
	}
	text := keyHead + base64.StdEncoding.EncodeToString(raw) + "\n"
	switch err := writeNew(name, []byte(text)); {
	case errors.Is(err, fs.ErrExist):
		return readKeyFile(name)
	case err != nil:
		return nil, brokenKey(name, err)
	}
	return raw, nil
}

// writeNew writes a file of mode 0600 that must not exist yet.
func writeNew(name string, content []byte) (err error) {
	temp, err := writeTemp(filepath.Dir(name), content)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(temp)) }()
	return os.Link(temp, name)
}

// writeTemp writes a synced file of mode 0600 under a passing name.
func writeTemp(dir string, content []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, ".kessai-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}
