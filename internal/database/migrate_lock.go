package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"

	"kessai/internal/problem"
)

// lockMigration waits until no other node migrates the same database. The lock ends
// with the connection that holds it, so a killed node leaves none behind.
func (db *DB) lockMigration(ctx context.Context) (unlock func() error, err error) {
	switch db.Engine() {
	case MySQL:
		return lockOn(ctx, db.writer, fmt.Sprintf(`SELECT COALESCE(GET_LOCK('%s', 120), 0)`, db.lockName()))
	case Postgres:
		h := fnv.New64a()
		_, _ = h.Write([]byte(versionTable))
		// Advisory locks are per database already.
		return lockOn(ctx, db.writer, fmt.Sprintf(`SELECT 1 FROM (SELECT pg_advisory_lock(%d)) AS l`, int64(h.Sum64()>>1)))
	default:
		return db.lockBeside(ctx)
	}
}

// lockName is the lock's name on a MySQL server, where locks are the server's and
// names have at most 64 characters.
func (db *DB) lockName() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(db.source.name()))
	return fmt.Sprintf("kessai.migrate.%x", h.Sum64())
}

// lockOn takes a lock by a query that answers 1, on a connection of its own, which
// is closed to give it back.
func lockOn(ctx context.Context, pool *sql.DB, query string) (func() error, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	var got int
	if err := conn.QueryRowContext(ctx, query).Scan(&got); err != nil {
		return nil, errors.Join(fmt.Errorf("migration lock: %w", err), discard(conn))
	}
	if got != 1 {
		return nil, errors.Join(problem.New(problem.Unavailable, "database.migrating", nil), discard(conn))
	}
	return func() error { return discard(conn) }, nil
}

// lockBeside locks an empty SQLite file next to the database: the database itself
// is written in several transactions while the lock is held.
func (db *DB) lockBeside(ctx context.Context) (func() error, error) {
	if _, err := makePrivate(db.source.path + ".migrate"); err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	pool, err := sql.Open("sqlite", fileDSN(db.source.path+".migrate", url.Values{
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", 6*lockTimeout.Milliseconds())},
	}))
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	pool.SetMaxOpenConns(1)
	if _, err := pool.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		if IsBusy(err) {
			err = problem.Wrap(err, problem.Unavailable, "database.migrating", nil)
		}
		return nil, errors.Join(fmt.Errorf("migration lock: %w", err), pool.Close())
	}
	return pool.Close, nil
}
