package database

import (
	"context"
	"database/sql"
	"errors"
)

// Querier runs statements. They are written with "?" on every engine.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	Engine() Engine
}

// Read runs statements outside a transaction, on SQLite on connections that cannot
// write. What a Write under way has done is not seen.
func (db *DB) Read() Querier { return pool{db: db, sql: db.reader} }

type pool struct {
	db  *DB
	sql *sql.DB
}

func (p pool) Engine() Engine { return p.db.Engine() }

func (p pool) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.sql.QueryContext(ctx, p.db.statement(query), args...)
}

func (p pool) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return p.sql.QueryRowContext(ctx, p.db.statement(query), args...)
}

func (p pool) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.sql.ExecContext(ctx, p.db.statement(query), args...)
}

// statement spells a query for the engine and tells the observer.
func (db *DB) statement(query string) string {
	if db.options.Observe != nil {
		db.options.Observe(query)
	}
	if db.Engine() == Postgres {
		return rebind(query)
	}
	return query
}

// Row is one row to scan: *sql.Row and *sql.Rows.
type Row interface{ Scan(dest ...any) error }

// List runs a query and scans every row of it.
func List[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}

// One scans the only row of a query; found is false if there is none.
func One[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) (item T, found bool, err error) {
	item, err = scan(q.QueryRow(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		var none T
		return none, false, nil
	}
	return item, err == nil, err
}

// Scalar scans rows of one column.
func Scalar[T any](row Row) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}
