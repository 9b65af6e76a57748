package database_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/problem"
)

func migrate(db *database.DB, host database.Host) (database.Migrated, error) {
	return database.Migrate(context.Background(), db, database.MigrateOptions{Host: host, Now: dbtest.Now})
}

func TestMigrateEmbedded(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		pending, err := database.Pending(context.Background(), db)
		if err != nil || !slices.Contains(pending, "00001_meta.sql") {
			t.Errorf("Pending before: %v, %v", pending, err)
		}
		first, err := migrate(db, database.Embedded)
		if err != nil || !first.Baseline || !slices.Equal(first.Applied, pending) {
			t.Fatalf("first: %+v, %v", first, err)
		}
		second, err := migrate(db, database.Embedded)
		if err != nil || second.Baseline || len(second.Applied) != 0 {
			t.Errorf("second: %+v, %v", second, err)
		}
		meta, recorded, err := database.ReadMeta(context.Background(), db)
		if err != nil || !recorded || meta.Host != database.Embedded || meta.EccubeVersion != "4.2" || !meta.Created.Equal(dbtest.Now()) {
			t.Errorf("ReadMeta: %+v, %v, %v", meta, recorded, err)
		}
		if pending, err := database.Pending(context.Background(), db); err != nil || len(pending) != 0 {
			t.Errorf("Pending after: %v, %v", pending, err)
		}
		if _, err := migrate(db, database.Attached); !problem.Is(err, "database.host_mismatch") {
			t.Errorf("attached to an embedded shop's database: %v", err)
		}
	}, dbtest.Blank)
}

// A real EC-CUBE has the tables that the baseline makes. It gets kessai's tables
// and keeps its own as they are.
func TestMigrateAttached(t *testing.T) {
	t.Parallel()
	for _, v := range versions() {
		t.Run(v.dump, func(t *testing.T) {
			t.Parallel()
			dbtest.All(t, func(t *testing.T, db *database.DB) {
				dbtest.LoadDump(t, db, v.dump)
				checkVersion(t, db, v)
				theirs := []string{"dtb_", "mtb_", "plg_paygent"}
				schema, rows := dbtest.Schema(t, db, theirs...), dbtest.Contents(t, db, theirs...)

				if _, err := migrate(db, database.Embedded); !problem.Is(err, "database.host_mismatch") {
					t.Errorf("embedded in EC-CUBE's database: %v", err)
				}
				if got := dbtest.Schema(t, db, "plg_kessai_"); len(got) > 0 {
					t.Errorf("a refused database was changed: %s", got)
				}
				done, err := migrate(db, database.Attached)
				if err != nil {
					t.Fatal(err)
				}
				want := strings.Replace(v.dump[:3], "4.3", "4.2", 1)
				if done.Meta.Host != database.Attached || done.Meta.EccubeVersion != want || done.Baseline {
					t.Errorf("Migrate: %+v, want version %s", done, want)
				}
				if diff := cmp.Diff(schema, dbtest.Schema(t, db, theirs...)); diff != "" {
					t.Errorf("EC-CUBE's tables changed:\n%s", diff)
				}
				if rows != dbtest.Contents(t, db, theirs...) {
					t.Error("EC-CUBE's rows changed")
				}
				if diff := cmp.Diff(dbtest.Schema(t, dbtest.On(t, db.Engine()), "plg_kessai_"), dbtest.Schema(t, db, "plg_kessai_")); diff != "" {
					t.Errorf("kessai's tables differ from those of an embedded shop (-embedded +attached):\n%s", diff)
				}
			}, dbtest.Blank)
		})
	}
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seed   dbtest.Seed
		script string
		host   database.Host
		code   string
	}{
		"nothing to attach to":   {dbtest.Blank, "", database.Attached, "database.empty"},
		"somebody else's tables": {dbtest.Blank, "CREATE TABLE wp_posts (id INTEGER)", database.Embedded, "database.not_eccube"},
		"somebody else's tables, attached": {dbtest.Blank, "CREATE TABLE wp_posts (id INTEGER)",
			database.Attached, "database.not_eccube"},
		"an EC-CUBE with tables missing": {dbtest.Migrated, "DROP TABLE dtb_mail_history; DELETE FROM plg_kessai_meta",
			database.Attached, "database.not_eccube"},
		"a baseline cut short": {dbtest.Migrated, "DROP TABLE dtb_mail_history; UPDATE plg_kessai_meta SET baseline = 'begun'",
			database.Embedded, "database.half_made"},
		"a newer kessai": {dbtest.Migrated, "UPDATE plg_kessai_schema_version SET version_id = 90000 WHERE version_id = 1",
			database.Embedded, "database.newer"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.All(t, func(t *testing.T, db *database.DB) {
				if err := db.Script(context.Background(), c.script+";"); err != nil && c.script != "" {
					t.Fatal(err)
				}
				before := dbtest.Schema(t, db, "")
				if _, err := migrate(db, c.host); !problem.Is(err, c.code) || problem.CategoryOf(err) != problem.Misset {
					t.Errorf("Migrate: %v, want %s", err, c.code)
				}
				if diff := cmp.Diff(before, dbtest.Schema(t, db, "")); diff != "" {
					t.Errorf("a refused database was changed:\n%s", diff)
				}
			}, c.seed)
		})
	}
}

// A start that was killed after it had noted what the database is going to be, and
// before EC-CUBE's tables were made, is finished by the next.
func TestMigrateGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		before := dbtest.Contents(t, db, "dtb_", "mtb_")
		script := []string{"UPDATE plg_kessai_meta SET baseline = 'begun'"}
		if db.Engine() == database.MySQL {
			script = append(script, "SET foreign_key_checks = 0")
		}
		if db.Engine() == database.SQLite {
			script = append(script, "PRAGMA foreign_keys = 0")
		}
		for _, table := range database.BaselineTables(db.Engine()) {
			drop := "DROP TABLE " + table
			if db.Engine() == database.Postgres {
				drop += " CASCADE"
			}
			script = append(script, drop)
		}
		if err := db.Script(context.Background(), strings.Join(script, ";\n")+";"); err != nil {
			t.Fatal(err)
		}
		done, err := migrate(db, database.Embedded)
		if err != nil || !done.Baseline {
			t.Errorf("Migrate: %+v, %v", done, err)
		}
		if diff := cmp.Diff(before, dbtest.Contents(t, db, "dtb_", "mtb_")); diff != "" {
			t.Errorf("rows differ:\n%s", diff)
		}
	})
}

// Nodes that start at the same time: one makes the tables, the others wait.
func TestMigrateAtTheSameTime(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		nodes := []*database.DB{db, second(t, db), second(t, db)}
		var mu sync.Mutex
		var wg sync.WaitGroup
		baselines, applied := 0, 0
		for _, node := range nodes {
			wg.Go(func() {
				done, err := migrate(node, database.Embedded)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if done.Baseline {
					baselines++
				}
				applied += len(done.Applied)
			})
		}
		wg.Wait()
		if baselines != 1 || applied != len(migrationNames(t, db.Engine())) {
			t.Errorf("%d baselines, %d migrations applied", baselines, applied)
		}
	}, dbtest.Blank)
}

func migrationNames(t *testing.T, engine database.Engine) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("migrations", string(engine), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return files
}

// The rules of architecture.md, Rows, that a migration can break.
func TestMigrationFiles(t *testing.T) {
	t.Parallel()
	want := migrationNames(t, database.SQLite)
	for _, engine := range database.Engines() {
		names := migrationNames(t, engine)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s has other migrations than sqlite:\n%s", engine, diff)
		}
		for i, name := range names {
			if !regexp.MustCompile(`^\d{5}_[a-z_]+\.sql$`).MatchString(name) || (i > 0 && name[:5] == names[i-1][:5]) {
				t.Errorf("%s: %s is not named like 00001_meta.sql, or its number is used twice", engine, name)
			}
			text, err := os.ReadFile(filepath.Join("migrations", string(engine), name))
			if err != nil {
				t.Fatal(err)
			}
			checkMigration(t, string(engine)+"/"+name, string(text))
		}
	}
}

func checkMigration(t *testing.T, name, text string) {
	t.Helper()
	sql := regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(text, "")
	for _, m := range regexp.MustCompile(`(?i)\b(?:CREATE|ALTER|DROP)\s+TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(\S+)`).FindAllStringSubmatch(sql, -1) {
		if !strings.HasPrefix(m[1], "plg_kessai_") {
			t.Errorf("%s touches the table %s", name, m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?i)\bINDEX\s+\S+\s+ON\s+(\S+)`).FindAllStringSubmatch(sql, -1) {
		if !strings.HasPrefix(m[1], "plg_kessai_") {
			t.Errorf("%s puts an index on %s", name, m[1])
		}
	}
	if found := regexp.MustCompile(`(?i)\b(NOW\s*\(|CURRENT_TIMESTAMP|RANDOM|datetime\s*\()`).FindString(sql); found != "" {
		t.Errorf("%s reads a clock or chance: %s", name, found)
	}
	if strings.Contains(sql, "REFERENCES dtb_") {
		t.Errorf("%s refers to a table of EC-CUBE's", name)
	}
	if strings.Contains(text, "+goose Down") {
		t.Errorf("%s has a way back; a released migration is never undone", name)
	}
}

func BenchmarkMigrateEmptySQLite(b *testing.B) {
	for b.Loop() {
		db, err := database.Open(b.Context(), "sqlite://"+filepath.Join(b.TempDir(), "k.db"), database.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := database.Migrate(b.Context(), db, database.MigrateOptions{Host: database.Embedded, Now: time.Now}); err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
