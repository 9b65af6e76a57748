package database

import (
	"context"
	"database/sql"
	"time"

	"kessai/internal/problem"
)

const (
	attempts       = 5                // of one Write
	txTimeout      = 2 * time.Minute  // after which a hung server counts as gone
	lockTimeout    = 20 * time.Second // wait for a row lock, and for SQLite's writer
	dialTimeout    = 10 * time.Second
	sqliteReaders  = 4
	serverConns    = 20
	connLifetime   = 30 * time.Minute
	connIdleClosed = 5 * time.Minute
)

// Options are what Open needs besides the URL. The zero value works.
type Options struct {
	// Pause is waited before a failed transaction is tried again; attempt counts
	// from 1. Jitter makes a good one. None: again at once.
	Pause func(ctx context.Context, attempt int) error

	// Observe is called with every statement before it is sent. For tests and metrics.
	Observe func(statement string)

	// MaxConns bounds the connections to a server; 0 means 20.
	MaxConns int
}

// DB is one database, opened. It is safe for concurrent use.
type DB struct {
	source  source
	options Options
	writer  *sql.DB // SQLite: one connection
	reader  *sql.DB // the same pool as writer where the engine is a server
	groups  *groups // SQLite only
}

// Open connects to the database that url names and checks that it answers. SQLite's
// file is made if it does not exist; its folder is not.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	src, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	db := &DB{source: src, options: o}
	switch src.engine {
	case SQLite:
		err = db.openSQLite()
	case MySQL:
		err = db.openMySQL()
	case Postgres:
		err = db.openPostgres()
	}
	if err != nil {
		return nil, unreachable(src, err)
	}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, unreachable(src, err)
	}
	return db, nil
}

func unreachable(s source, err error) error {
	if s.engine == SQLite {
		return problem.Wrap(err, problem.Unavailable, "database.file", problem.Args{"Database": s.String(), "Why": plainCause(err)})
	}
	return problem.Wrap(err, problem.Unavailable, "database.unreachable", problem.Args{"Database": s.String(), "Why": plainCause(err)})
}

// Ping checks that the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.writer.PingContext(ctx); err != nil {
		return err
	}
	if db.reader == db.writer {
		return nil
	}
	return db.reader.PingContext(ctx)
}

// Close lets the group under way commit, then closes every connection.
func (db *DB) Close() error {
	if db.groups != nil {
		db.groups.stop()
	}
	if db.reader == nil || db.reader == db.writer {
		return db.writer.Close()
	}
	err := db.reader.Close()
	// The writer goes last: SQLite folds the log into the file when it leaves.
	if werr := db.writer.Close(); werr != nil {
		return werr
	}
	return err
}

// Engine says which engine it is.
func (db *DB) Engine() Engine { return db.source.engine }

// String names the database without its password.
func (db *DB) String() string { return db.source.String() }

// Path is SQLite's file, empty on the other engines.
func (db *DB) Path() string { return db.source.path }

func sizeServerPool(pool *sql.DB, o Options) *sql.DB {
	conns := o.MaxConns
	if conns <= 0 {
		conns = serverConns
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns) // a pool that closes what it needs again at once spends its time connecting
	pool.SetConnMaxLifetime(connLifetime)
	pool.SetConnMaxIdleTime(connIdleClosed)
	return pool
}
