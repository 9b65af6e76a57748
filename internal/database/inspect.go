package database

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// tableSet is what tables a database has.
type tableSet struct {
	all      []string
	expected []string // EC-CUBE's, as the baseline makes them
}

func (db *DB) inspect(ctx context.Context) (tableSet, error) {
	all, err := db.tables(ctx)
	return tableSet{all: all, expected: BaselineTables(db.Engine())}, err
}

// tables lists the tables of the database by name.
func (db *DB) tables(ctx context.Context) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`
	switch db.Engine() {
	case MySQL:
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`
	case Postgres:
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	names, err := List(ctx, db.Read(), Scalar[string], query)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// empty reports whether there is nothing but tables of kessai's.
func (s tableSet) empty() bool {
	return !slices.ContainsFunc(s.all, func(t string) bool { return !ours(t) })
}

// eccube returns the version whose tables are all there, or which of the tables
// that every version has are missing.
func (s tableSet) eccube() (version string, missing []string) {
	version = "4.2"
	for _, table := range s.expected {
		if slices.Contains(s.all, table) {
			continue
		}
		switch table {
		case "dtb_tradelaw": // since 4.2 (eccube.md §2)
			version = min(version, "4.1")
		case "dtb_calendar", "dtb_login_history", "mtb_login_history_status": // since 4.1
			version = "4.0"
		default:
			missing = append(missing, table)
		}
	}
	if missing != nil {
		return "", missing
	}
	return version, nil
}

// hasEccube reports whether any table of EC-CUBE's is there.
func (s tableSet) hasEccube() bool {
	return slices.ContainsFunc(s.all, func(t string) bool {
		return strings.HasPrefix(t, "dtb_") || strings.HasPrefix(t, "mtb_")
	})
}

// BaselineTables lists the tables that the baseline of an engine makes.
func BaselineTables(e Engine) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^CREATE TABLE (\w+) \(`).FindAllStringSubmatch(baselineSQL(e), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return names
}
