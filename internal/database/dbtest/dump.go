package dbtest

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kessai/internal/database"
)

// Dumps lists what LoadDump knows: EC-CUBE's versions, and 4.0 with the original
// Paygent plugin. "4.3" is without rows.
func Dumps() []string { return []string{"4.0", "4.0-paygent1.4.1", "4.1", "4.2", "4.3"} }

// LoadDump loads a real EC-CUBE database, one of Dumps, into a blank one. Without
// KESSAI_TEST_ECCUBE the test is skipped.
func LoadDump(t testing.TB, db *database.DB, dump string) {
	t.Helper()
	folder := os.Getenv("KESSAI_TEST_ECCUBE")
	if folder == "" {
		t.Skip("NOT TESTED with real EC-CUBE databases: KESSAI_TEST_ECCUBE is not set")
	}
	text, err := readDump(folder, dump, db.Engine())
	if err != nil {
		t.Fatal(err)
	}
	if db.Engine() == database.Postgres {
		err = loadPostgres(t, db, text)
	} else {
		err = db.Script(context.Background(), text)
	}
	if err != nil {
		t.Fatalf("load EC-CUBE %s: %v", dump, err)
	}
}

func readDump(folder, dump string, engine database.Engine) (string, error) {
	name := map[database.Engine]string{database.SQLite: "sqlite", database.MySQL: "mysql", database.Postgres: "postgresql"}[engine]
	files, err := filepath.Glob(filepath.Join(folder, "eccube-"+dump+"-"+name+"*.sql.gz"))
	if err != nil || len(files) != 1 {
		return "", os.ErrNotExist
	}
	file, err := os.Open(files[0])
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(unzipped)
	return string(text), err
}

// loadPostgres runs pg_dump's output: SQL, and rows after COPY … FROM stdin.
func loadPostgres(t testing.TB, db *database.DB, text string) error {
	return onPostgres(context.Background(), Again(t, db), func(ctx context.Context, conn *pgx.Conn) error {
		copies := regexp.MustCompile(`(?ms)^(COPY [^;]+ FROM stdin;)\n(.*?)^\\\.\n`)
		from := 0
		for _, at := range copies.FindAllStringSubmatchIndex(text, -1) {
			if err := runPostgres(ctx, conn, text[from:at[0]]); err != nil {
				return err
			}
			rows := strings.NewReader(text[at[4]:at[5]])
			if _, err := conn.PgConn().CopyFrom(ctx, rows, text[at[2]:at[3]]); err != nil {
				return err
			}
			from = at[1]
		}
		return runPostgres(ctx, conn, text[from:])
	})
}

// runPostgres runs SQL without what only psql understands.
func runPostgres(ctx context.Context, conn *pgx.Conn, text string) error {
	_, err := conn.Exec(ctx, regexp.MustCompile(`(?m)^\\.*$`).ReplaceAllString(text, ""))
	return err
}
