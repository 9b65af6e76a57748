package database

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// openSQLite opens one writer connection and a pool of readers. Every commit is
// synced (money), readers never wait for the writer (WAL), and a transaction takes
// the write lock when it begins, so it cannot lose it half way.
func (db *DB) openSQLite() error {
	busy := fmt.Sprintf("busy_timeout(%d)", lockTimeout.Milliseconds())
	writer := url.Values{
		"_pragma": {busy, "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}
	reader := url.Values{
		"_pragma": {busy, "query_only(1)"},
		"_txlock": {"deferred"},
	}
	if err := makePrivate(db.source.path); err != nil {
		return fmt.Errorf("open %s: %w", db.source, err)
	}
	var err error
	if db.writer, err = sql.Open("sqlite", fileDSN(db.source.path, writer)); err != nil {
		return fmt.Errorf("open %s: %w", db.source, err)
	}
	if db.reader, err = sql.Open("sqlite", fileDSN(db.source.path, reader)); err != nil {
		return fmt.Errorf("open %s: %w", db.source, err)
	}
	db.writer.SetMaxOpenConns(1)
	db.writer.SetMaxIdleConns(1)
	db.reader.SetMaxOpenConns(sqliteReaders)
	db.reader.SetMaxIdleConns(sqliteReaders)
	db.groups = newGroups(db)
	return nil
}

// makePrivate makes a new database's file one that only its owner can read: it
// holds customers. SQLite gives its other files the same rights.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func fileDSN(path string, q url.Values) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	return u.String()
}
