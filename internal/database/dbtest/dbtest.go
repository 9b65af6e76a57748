package dbtest

import (
	"context"
	"os"
	"path"
	"testing"
	"time"

	"kessai/internal/database"
)

// Seed is what a database holds when the test gets it.
type Seed string

const (
	Migrated  Seed = "migrated"  // an embedded shop without goods
	Catalogue Seed = "catalogue" // with the demo catalogue
	Blank     Seed = "blank"     // no table at all
)

// Now is the moment at which every seeded database was made.
func Now() time.Time { return time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) }

// All runs fn as a subtest on each engine, SQLite first. An engine that is not
// available skips its subtest, or fails it if KESSAI_TEST_REQUIRE is "all". The
// seed is Migrated if none is given.
func All(t *testing.T, fn func(t *testing.T, db *database.DB), seed ...Seed) {
	t.Helper()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) { fn(t, On(t, engine, seed...)) })
	}
}

// On returns a database on one engine; see All.
func On(t testing.TB, engine database.Engine, seed ...Seed) *database.DB {
	t.Helper()
	switch engine {
	case database.MySQL:
		return open(t, mysqlURL(t, pick(seed)), database.Options{})
	case database.Postgres:
		return open(t, postgresURL(t, pick(seed)), database.Options{})
	default:
		return SQLite(t, seed...)
	}
}

// SQLite returns a database in a file of its own.
func SQLite(t testing.TB, seed ...Seed) *database.DB {
	t.Helper()
	return open(t, SQLiteURL(t, seed...), database.Options{})
}

// Open is On with options.
func Open(t testing.TB, engine database.Engine, o database.Options, seed ...Seed) *database.DB {
	t.Helper()
	return open(t, URL(t, engine, seed...), o)
}

// URL makes a database and returns its URL, for tests that open it themselves.
func URL(t testing.TB, engine database.Engine, seed ...Seed) string {
	t.Helper()
	switch engine {
	case database.MySQL:
		return mysqlURL(t, pick(seed))
	case database.Postgres:
		return postgresURL(t, pick(seed))
	default:
		return SQLiteURL(t, seed...)
	}
}

func pick(seed []Seed) Seed {
	if len(seed) == 0 {
		return Migrated
	}
	return seed[0]
}

func open(t testing.TB, url string, o database.Options) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s: %v", db, err)
		}
	})
	return db
}

// prepare brings a blank database to its seed.
func prepare(ctx context.Context, url string, seed Seed) error {
	db, err := database.Open(ctx, url, database.Options{})
	if err != nil {
		return err
	}
	if seed != Blank {
		_, err = database.Migrate(ctx, db, database.MigrateOptions{Host: database.Embedded, Now: Now})
	}
	if err == nil && seed == Catalogue {
		err = database.SeedCatalogue(ctx, db, Now())
	}
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return err
}

// server returns the URL of an engine's server, or skips or fails the test.
func server(t testing.TB, variable string) string {
	t.Helper()
	url := os.Getenv(variable)
	switch {
	case url != "":
		return url
	case os.Getenv("KESSAI_TEST_REQUIRE") == "all":
		t.Fatalf("%s is not set, and KESSAI_TEST_REQUIRE=all forbids to leave an engine out", variable)
	default:
		t.Skipf("NOT TESTED on this engine: %s is not set", variable)
	}
	return ""
}

// Again returns the URL under which the test's database can be opened once more, as
// another node would.
func Again(t testing.TB, db *database.DB) string {
	t.Helper()
	var url string
	var err error
	switch db.Engine() {
	case database.SQLite:
		return "sqlite://" + db.Path()
	case database.MySQL:
		url, err = withName(server(t, "KESSAI_TEST_MYSQL"), path.Base(db.String()))
	case database.Postgres:
		url, err = withName(server(t, "KESSAI_TEST_POSTGRES"), path.Base(db.String()))
	}
	if err != nil {
		t.Fatal(err)
	}
	return url
}
