package database

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"kessai/internal/problem"
)

//go:embed migrations
var migrations embed.FS

const versionTable = "plg_kessai_schema_version"

// Host says whose database it is (product.md, Two hosts).
type Host string

const (
	Embedded Host = "embedded" // kessai's own shop: kessai makes EC-CUBE's tables
	Attached Host = "attached" // an existing EC-CUBE: kessai adds plg_kessai_ tables only
)

// MigrateOptions say what Migrate shall find or make.
type MigrateOptions struct {
	Host Host             // as configured
	Now  func() time.Time // recorded when the database is first made ready
}

// Migrated is what Migrate did.
type Migrated struct {
	Meta     Meta
	Baseline bool     // EC-CUBE's tables were made
	Applied  []string // file names of kessai's own migrations
}

// Migrate makes the database ready: on an empty one for an embedded shop EC-CUBE's
// tables with master data, everywhere kessai's own tables. It may be run at every
// start and by several nodes at once; one works, the others wait.
//
// Problems, all Misconfigured: "database.host_mismatch", "database.not_eccube",
// "database.empty", "database.half_made", "database.newer".
func Migrate(ctx context.Context, db *DB, o MigrateOptions) (done Migrated, err error) {
	if o.Now == nil || (o.Host != Embedded && o.Host != Attached) {
		return Migrated{}, errors.New("database: Migrate needs Now and Host")
	}
	unlock, err := db.lockMigration(ctx)
	if err != nil {
		return Migrated{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	m := migration{db: db, options: o}
	if err := m.run(ctx); err != nil {
		return m.done, fmt.Errorf("migrate %s: %w", db, err)
	}
	return m.done, nil
}

// migration is one run of Migrate.
type migration struct {
	db      *DB
	options MigrateOptions
	done    Migrated
}

func (m *migration) run(ctx context.Context) error {
	found, err := m.db.inspect(ctx)
	if err != nil {
		return err
	}
	meta, recorded, err := readMeta(ctx, m.db, found)
	if err != nil {
		return err
	}
	if !recorded {
		if meta, err = m.firstMeta(found); err != nil {
			return err
		}
	}
	if meta.Host != m.options.Host {
		return problem.New(problem.Misset, "database.host_mismatch",
			problem.Args{"recorded": string(meta.Host), "configured": string(m.options.Host)})
	}
	if meta.Host == Embedded {
		if err := m.db.ensureWAL(ctx); err != nil {
			return err
		}
	}
	if !recorded {
		if err := m.record(ctx, meta); err != nil {
			return err
		}
	}
	if err := m.baseline(ctx, found, &meta); err != nil {
		return err
	}
	m.done.Meta = meta
	if _, err := Pending(ctx, m.db); err != nil { // a newer kessai was here
		return err
	}
	return m.up(ctx, 0)
}

// record makes the table of meta and notes what this database is going to be.
func (m *migration) record(ctx context.Context, meta Meta) error {
	if err := m.up(ctx, 1); err != nil {
		return err
	}
	return m.db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO plg_kessai_meta (id, host, eccube_version, baseline, created_at) VALUES (1, ?, ?, ?, ?)`,
			string(meta.Host), meta.EccubeVersion, meta.baseline, meta.Created.UnixMilli())
		return err
	})
}

// up applies kessai's own migrations up to a version, 0 for all.
func (m *migration) up(ctx context.Context, to int64) error {
	files, err := m.db.migrationFiles()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(m.db.gooseDialect(), m.db.writer, files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if to == 0 {
		to = newest(provider.ListSources())
	}
	results, err := provider.UpTo(ctx, to)
	for _, r := range results {
		m.done.Applied = append(m.done.Applied, path.Base(r.Source.Path))
	}
	return err
}

func newest(sources []*goose.Source) int64 { return sources[len(sources)-1].Version }

func (db *DB) migrationFiles() (fs.FS, error) {
	return fs.Sub(migrations, "migrations/"+string(db.Engine()))
}

func (db *DB) gooseDialect() goose.Dialect {
	switch db.Engine() {
	case MySQL:
		return goose.DialectMySQL
	case Postgres:
		return goose.DialectPostgres
	default:
		return goose.DialectSQLite3
	}
}

// Pending lists the file names of kessai's migrations that Migrate would apply. It
// changes nothing. A database of a newer kessai is problem "database.newer".
func Pending(ctx context.Context, db *DB) ([]string, error) {
	files, err := db.migrationFiles()
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	applied, err := db.appliedVersions(ctx)
	if err != nil {
		return nil, err
	}
	pending := slices.DeleteFunc(names, func(name string) bool {
		version, err := goose.NumericComponent(name)
		known := err == nil && slices.Contains(applied, version)
		applied = slices.DeleteFunc(applied, func(v int64) bool { return v == version })
		return known
	})
	if len(applied) > 0 {
		return nil, problem.New(problem.Misset, "database.newer", problem.Args{"version": slices.Max(applied)})
	}
	return pending, nil
}

// appliedVersions lists the versions that are applied, none if there is no table.
func (db *DB) appliedVersions(ctx context.Context) ([]int64, error) {
	tables, err := db.tables(ctx)
	if err != nil || !slices.Contains(tables, versionTable) {
		return nil, err
	}
	// goose notes version 0 when it makes the table.
	return List(ctx, db.Read(), Scalar[int64], `SELECT DISTINCT version_id FROM `+versionTable+` WHERE version_id > 0 AND is_applied = ?`, true)
}

// ours reports whether a table is kessai's.
func ours(table string) bool { return strings.HasPrefix(table, "plg_kessai_") }
