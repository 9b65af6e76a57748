package database

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/go-sql-driver/mysql"
)

// Script runs several statements as they are, on one connection: no placeholders,
// no transaction but the script's own, no retry. It is for baselines and dumps.
func (db *DB) Script(ctx context.Context, text string) (err error) {
	pool := db.writer
	if db.Engine() == MySQL {
		// The usual connections take one statement at a time, which keeps a slip
		// in building SQL from becoming a second statement.
		pool, err = mysqlPool(db.source, func(cfg *mysql.Config) { cfg.MultiStatements = true })
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, pool.Close()) }()
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("script: %w", err)
	}
	// A script may leave settings behind, so the connection is not used again.
	defer func() { err = errors.Join(err, discard(conn)) }()
	if _, err := conn.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("script: %w", err)
	}
	return nil
}

// Fingerprint is a digest of everything Migrate would run on an engine.
func Fingerprint(e Engine) (string, error) {
	sum := sha256.New()
	for _, f := range []struct {
		files fs.FS
		root  string
	}{{baselines, "baseline"}, {migrations, "migrations/" + string(e)}} {
		err := fs.WalkDir(f.files, f.root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(f.files, path)
			_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
