package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"kessai/internal/problem"
)

// Meta is what was recorded when the database was first made ready.
type Meta struct {
	Host          Host
	EccubeVersion string // "4.0", "4.1" or "4.2"; 4.3 has the tables of 4.2
	Created       time.Time

	baseline string // "none", "begun", "done"
}

// ReadMeta reads what was recorded; recorded is false before the first Migrate.
func ReadMeta(ctx context.Context, db *DB) (meta Meta, recorded bool, err error) {
	found, err := db.inspect(ctx)
	if err != nil {
		return Meta{}, false, err
	}
	return readMeta(ctx, db, found)
}

func readMeta(ctx context.Context, db *DB, found tableSet) (Meta, bool, error) {
	if !slices.Contains(found.all, "plg_kessai_meta") {
		return Meta{}, false, nil
	}
	var m Meta
	var created int64
	err := db.Read().QueryRow(ctx, `SELECT host, eccube_version, baseline, created_at FROM plg_kessai_meta WHERE id = 1`).
		Scan(&m.Host, &m.EccubeVersion, &m.baseline, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return Meta{}, false, nil
	}
	if err != nil {
		return Meta{}, false, fmt.Errorf("plg_kessai_meta: %w", err)
	}
	m.Created = time.UnixMilli(created).UTC()
	return m, true, nil
}

// firstMeta decides what a database without a record is.
func (m *migration) firstMeta(found tableSet) (Meta, error) {
	meta := Meta{Created: m.options.Now().UTC().Truncate(time.Millisecond), baseline: "none"}
	switch {
	case found.empty() && m.options.Host == Attached:
		return Meta{}, problem.New(problem.Misset, "database.empty", nil)
	case found.empty():
		meta.Host, meta.EccubeVersion, meta.baseline = Embedded, baselineVersion, "begun"
		return meta, nil
	}
	version, missing := found.eccube()
	if version == "" {
		return Meta{}, problem.New(problem.Misset, "database.not_eccube", problem.Args{"missing": missing})
	}
	meta.Host, meta.EccubeVersion = Attached, version
	return meta, nil
}
