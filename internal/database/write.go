package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"kessai/internal/problem"
)

// writing marks the context of a function that Write runs.
type writing struct{ db *DB }

// Write runs fn in one transaction and commits it, or rolls back if fn fails,
// panics or exits. When the engine ends the transaction with a deadlock and the
// like, at a statement or at COMMIT, fn runs again in a new one, so it must do
// nothing but compute and use tx. After a few tries the problem is Unavailable
// "database.busy". A *CommitUnknownError means that nobody knows.
//
// On SQLite Write calls that wait at the same time share one commit, each behind
// a savepoint of its own; every call returns after that commit.
//
// Once fn has succeeded the commit is carried out even if ctx has ended.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if db.Writing(ctx) {
		return errors.New("database: Write inside of Write; pass the transaction on instead")
	}
	inner := context.WithValue(ctx, writing{db}, true)
	return db.again(ctx, func() error { return db.writeOnce(inner, fn) })
}

// again tries a few times while the engine is busy.
func (db *DB) again(ctx context.Context, try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		switch {
		case err == nil || !IsBusy(err):
			return err
		case attempt == attempts:
			return problem.Wrap(err, problem.Unavailable, "database.busy", problem.Args{"attempts": attempts})
		}
		if err := db.pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// WriteOne is Write with one statement and tells how many rows it matched. On a server it
// is a transaction by itself, of one journey.
func (db *DB) WriteOne(ctx context.Context, query string, args ...any) (matched int64, err error) {
	if db.groups != nil || db.Writing(ctx) {
		err = db.Write(ctx, func(ctx context.Context, tx *Tx) (err error) {
			matched, err = affected(tx.Exec(ctx, query, args...))
			return err
		})
		return matched, err
	}
	err = db.again(ctx, func() (err error) {
		matched, err = db.execAlone(ctx, query, args)
		return err
	})
	return matched, err
}

func (db *DB) execAlone(ctx context.Context, query string, args []any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("database: no connection: %w", err)
	}
	defer func() { _ = conn.Close() }()
	life, cancel := context.WithTimeout(context.WithoutCancel(ctx), txTimeout) // as in transact
	defer cancel()
	matched, err := affected(conn.ExecContext(life, db.statement(query), args...))
	if my, pg, _ := causes(err); err != nil && my == nil && pg == nil { // nobody refused it
		return 0, &CommitUnknownError{Err: err}
	}
	return matched, err
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Writing reports whether the context is one that Write has handed to its function.
func (db *DB) Writing(ctx context.Context) bool { return ctx.Value(writing{db}) != nil }

func (db *DB) writeOnce(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if db.groups != nil {
		return db.groups.write(ctx, fn)
	}
	return db.transact(ctx, nil, fn)
}

func (db *DB) pause(ctx context.Context, attempt int) error {
	if err := ctx.Err(); err != nil || db.options.Pause == nil {
		return err
	}
	return db.options.Pause(ctx, attempt)
}

// transact runs fn in a transaction of its own on a server.
func (db *DB) transact(ctx context.Context, o *sql.TxOptions, fn func(context.Context, *Tx) error) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("database: no connection: %w", err)
	}
	defer func() { _ = conn.Close() }()

	// The caller's going away must not cut a commit in two; a hung server must.
	life, cancel := context.WithTimeout(context.WithoutCancel(ctx), txTimeout)
	defer cancel()
	begun, err := conn.BeginTx(life, o)
	if err != nil {
		return fmt.Errorf("database: BEGIN: %w", err)
	}
	finished := false
	defer func() {
		if !finished { // fn failed, panicked or exited
			_ = begun.Rollback()
		}
	}()
	tx := &Tx{db: db, sql: begun}
	if err := tx.run(ctx, fn); err != nil {
		return err
	}
	finished = true
	return commitFailure(begun.Commit())
}

// run calls fn; a transaction that the engine ended is never a success.
func (tx *Tx) run(ctx context.Context, fn func(context.Context, *Tx) error) error {
	err := fn(ctx, tx)
	if tx.lost != nil {
		return tx.lost
	}
	return err
}

// Snapshot runs fn on one unchanging view of the database, for reads that belong
// together. It takes no locks and cannot write.
func (db *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, q Querier) error) error {
	o := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if db.Engine() == SQLite {
		o.Isolation = sql.LevelDefault // a read transaction is one view there
	}
	begun, err := db.reader.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("database: BEGIN: %w", err)
	}
	defer func() { _ = begun.Rollback() }()
	return fn(ctx, &Tx{db: db, sql: begun})
}
