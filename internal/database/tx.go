package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Tx is one transaction as its function sees it. It is for one goroutine, and
// its rows must be closed before the next statement.
type Tx struct {
	db         *DB
	sql        *sql.Tx
	detached   bool  // SQLite: a cancelled statement would end the shared transaction
	lost       error // the error with which the engine ended the transaction
	statements int
	depth      int // of savepoints
}

// Engine says which engine it is.
func (tx *Tx) Engine() Engine { return tx.db.Engine() }

// ForUpdate is Engine.ForUpdate.
func (tx *Tx) ForUpdate() string { return tx.Engine().ForUpdate() }

// SkipLocked is Engine.SkipLocked.
func (tx *Tx) SkipLocked() string { return tx.Engine().SkipLocked() }

// Statements is how many statements this transaction has sent, savepoints,
// BEGIN and COMMIT not counted.
func (tx *Tx) Statements() int { return tx.statements }

// Query runs a statement that returns rows.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := tx.ready(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.sql.QueryContext(ctx, tx.next(query), args...)
	return rows, tx.note(err)
}

// QueryRow runs a statement that returns at most one row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ready, err := tx.ready(ctx)
	if err != nil {
		// A row can carry an error only if a query made it: a cancelled one does.
		dead, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return tx.sql.QueryRowContext(dead, "SELECT 1")
	}
	row := tx.sql.QueryRowContext(ready, tx.next(query), args...)
	_ = tx.note(row.Err())
	return row
}

// Exec runs a statement without rows. RowsAffected counts rows matched.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, err := tx.ready(ctx)
	if err != nil {
		return nil, err
	}
	res, err := tx.sql.ExecContext(ctx, tx.next(query), args...)
	return res, tx.note(err)
}

// InsertID runs an INSERT into a table whose key "id" the engine makes, and
// returns that key.
func (tx *Tx) InsertID(ctx context.Context, query string, args ...any) (int64, error) {
	if tx.Engine() == Postgres {
		var id int64
		err := tx.QueryRow(ctx, query+" RETURNING id", args...).Scan(&id)
		return id, err
	}
	res, err := tx.Exec(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// Savepoint runs fn so that, when it fails, only what fn did is undone and the
// transaction goes on. The error is fn's, unless the engine ended the transaction.
func (tx *Tx) Savepoint(ctx context.Context, fn func(ctx context.Context) error) error {
	tx.depth++
	defer func() { tx.depth-- }()
	name := fmt.Sprintf("kessai_%d", tx.depth)
	if err := tx.control(ctx, "SAVEPOINT "+name); err != nil {
		return err
	}
	err := fn(ctx)
	if tx.lost != nil {
		return tx.lost
	}
	if err != nil {
		if undo := tx.control(ctx, "ROLLBACK TO SAVEPOINT "+name); undo != nil {
			return errors.Join(undo, err)
		}
	}
	return errors.Join(err, tx.control(ctx, "RELEASE SAVEPOINT "+name))
}

// control runs a statement that steers the transaction. It is not cancelled, and
// its failure means that the transaction is gone.
func (tx *Tx) control(ctx context.Context, statement string) error {
	if tx.lost != nil {
		return tx.lost
	}
	if _, err := tx.sql.ExecContext(context.WithoutCancel(ctx), statement); err != nil {
		tx.lost = fmt.Errorf("%s: %w", statement, err)
	}
	return tx.lost
}

// ready refuses statements of a lost or cancelled transaction: after a deadlock
// MySQL would run them outside of any.
func (tx *Tx) ready(ctx context.Context) (context.Context, error) {
	if tx.lost != nil {
		return ctx, tx.lost
	}
	if err := ctx.Err(); err != nil {
		return ctx, err
	}
	if tx.detached {
		return context.WithoutCancel(ctx), nil
	}
	return ctx, nil
}

func (tx *Tx) next(query string) string {
	tx.statements++
	return tx.db.statement(query)
}

func (tx *Tx) note(err error) error {
	if err != nil && endsTransaction(err) {
		tx.lost = err
	}
	return err
}
