package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"modernc.org/sqlite"
)

// openSQLite opens one writer connection and a pool of readers. Every commit is
// synced (money), and a transaction takes the write lock when it begins, so it
// cannot lose it half way. A new file keeps its journal as WAL, so that readers never
// wait for the writer; an existing one is as its owner wants it (see ensureWAL).
func (db *DB) openSQLite() error {
	busy := fmt.Sprintf("busy_timeout(%d)", lockTimeout.Milliseconds())
	writer := url.Values{
		"_pragma": {busy, "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}
	reader := url.Values{
		"_pragma": {busy, "query_only(1)"},
		"_txlock": {"deferred"},
	}
	fresh, err := makePrivate(db.source.path)
	if err != nil {
		return fmt.Errorf("open %s: %w", db.source, err)
	}
	if fresh {
		writer.Add("_pragma", "journal_mode(WAL)")
	}
	if db.writer, err = sqlitePool(db.source.path, writer); err != nil {
		return fmt.Errorf("open %s: %w", db.source, err)
	}
	if db.reader, err = sqlitePool(db.source.path, reader); err != nil {
		return fmt.Errorf("open %s: %w", db.source, err)
	}
	db.writer.SetMaxOpenConns(1)
	db.writer.SetMaxIdleConns(1)
	db.reader.SetMaxOpenConns(sqliteReaders)
	db.reader.SetMaxIdleConns(sqliteReaders)
	db.groups = newGroups(db)
	return nil
}

func sqlitePool(path string, options url.Values) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(fileDSN(path, options))
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(preparing{connector}), nil
}

// makePrivate makes a new database's file one that only its owner can read: it
// holds customers. SQLite gives its other files the same rights. fresh says that
// nothing is in the file yet.
func makePrivate(path string) (fresh bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, err
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return false, err
	}
	return info.Size() == 0, nil
}

// ensureWAL turns an embedded shop's file into WAL where it is not, after a restore
// for example. EC-CUBE's own file is left as it is: PHP has to work with it too.
func (db *DB) ensureWAL(ctx context.Context) error {
	if db.Engine() != SQLite {
		return nil
	}
	var mode string
	if err := db.writer.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return fmt.Errorf("journal mode: %w", err)
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode: SQLite cannot use a write-ahead log for %s (a network drive?)", db)
	}
	return nil
}

func fileDSN(path string, q url.Values) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	return u.String()
}
