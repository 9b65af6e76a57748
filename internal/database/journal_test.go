package database_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// EC-CUBE's SQLite file keeps its journal; kessai's own is turned into WAL.
func TestJournalMode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		script string
		host   database.Host
		want   string
	}{
		{"SELECT 1", database.Embedded, "wal"},
		{"UPDATE plg_kessai_meta SET host = 'attached', baseline = 'none'", database.Attached, "delete"},
	} {
		url := dbtest.SQLiteURL(t)
		if err := runRaw(url, c.script+"; PRAGMA journal_mode = DELETE"); err != nil {
			t.Fatal(err)
		}
		again, err := database.Open(context.Background(), url, database.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		if got := journal(t, again); got != "delete" {
			t.Errorf("after Open: %s", got)
		}
		if _, err := migrate(again, c.host); err != nil {
			t.Fatal(err)
		}
		if got := journal(t, again); got != c.want {
			t.Errorf("%s: %s, want %s", c.host, got, c.want)
		}
	}
	if got := journal(t, dbtest.SQLite(t, dbtest.Blank)); got != "wal" {
		t.Errorf("a new file: %s", got)
	}
}

// runRaw runs a script as another program would.
func runRaw(url, script string) error {
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		return err
	}
	_, err = db.Exec(script)
	return errors.Join(err, db.Close())
}

func journal(t *testing.T, db *database.DB) string {
	t.Helper()
	mode, _, err := database.One(context.Background(), db.Read(), database.Scalar[string], `PRAGMA journal_mode`)
	if err != nil {
		t.Fatal(err)
	}
	return mode
}
