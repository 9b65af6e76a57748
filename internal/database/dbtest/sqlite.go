package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// templates are the bytes of a SQLite database of each seed, made once per test
// binary: the one state this package keeps, never changed after it was made.
var templates = map[Seed]func() ([]byte, error){
	Migrated:  sync.OnceValues(func() ([]byte, error) { return makeTemplate(Migrated) }),
	Catalogue: sync.OnceValues(func() ([]byte, error) { return makeTemplate(Catalogue) }),
}

// SQLiteURL makes a database in a file of its own and returns its URL.
func SQLiteURL(t testing.TB, seed ...Seed) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kessai.db")
	if template, ok := templates[pick(seed)]; ok {
		file, err := template()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "sqlite://" + path
}

func makeTemplate(seed Seed) (file []byte, err error) {
	dir, err := os.MkdirTemp("", "kessai-dbtest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "kessai.db")
	if err := prepare(context.Background(), "sqlite://"+path, seed); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // closed, so the log is folded in
}
