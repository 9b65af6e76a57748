package database

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/go-sql-driver/mysql"
)

// keeping makes MySQL connections that keep what they have prepared: one journey a
// statement, as with its arguments written into it, and nothing to parse for the server.
type keeping struct{ driver.Connector }

func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(mysqlConn)
	if !ok {
		return nil, errors.Join(errors.New("mysql driver cannot do what it could"), conn.Close())
	}
	return &keepingConn{mysqlConn: full, kept: kept{max: maxPrepared}}, nil
}

// mysqlConn is what database/sql finds out about the driver's connection.
type mysqlConn interface {
	sqliteConn
	driver.NamedValueChecker
}

// keepingConn is one connection. A statement in use stays among the kept: until its rows
// are closed the protocol lets nothing else be sent. One that failed is not kept.
type keepingConn struct {
	mysqlConn
	kept kept
}

func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query, args)
	switch {
	case err != nil:
		return nil, err
	case stmt == nil:
		return c.mysqlConn.ExecContext(ctx, query, args)
	}
	result, err := stmt.ExecContext(ctx, args)
	c.back(query, stmt, err)
	return result, err
}

func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query, args)
	switch {
	case err != nil:
		return nil, err
	case stmt == nil:
		return c.mysqlConn.QueryContext(ctx, query, args)
	}
	rows, err := stmt.QueryContext(ctx, args)
	c.back(query, stmt, err)
	return rows, err
}

// take finds a statement or prepares it; nil is left to the driver: what the server does not
// prepare, or no more of (max_prepared_stmt_count). Any other refusal is the statement's own:
// one that says that the transaction was rolled back must not be tried in another way, for
// there it would be a transaction by itself.
func (c *keepingConn) take(ctx context.Context, query string, args []driver.NamedValue) (sqliteStmt, error) {
	if len(args) == 0 || !keepable(query) { // what steers the transaction, and scripts of several statements
		return nil, nil
	}
	if stmt, ok := c.kept.take(query); ok {
		return stmt, nil
	}
	c.kept.leave(c.kept.max - 1) // not in put, when rows are open: closing one is a telegram too
	stmt, err := c.PrepareContext(ctx, query)
	if unpreparable(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	full, ok := stmt.(sqliteStmt)
	if !ok {
		_ = stmt.Close() // nothing was done with it
	}
	return full, nil
}

// unpreparable reports that a statement is refused for being prepared.
func unpreparable(err error) bool {
	const tooMany, notThisOne = 1461, 1295
	var refused *mysql.MySQLError
	return errors.As(err, &refused) && (refused.Number == tooMany || refused.Number == notThisOne)
}

func (c *keepingConn) back(query string, stmt sqliteStmt, err error) {
	if err != nil {
		_ = stmt.Close() // it would only say the same again
		return
	}
	c.kept.put(query, stmt)
}
