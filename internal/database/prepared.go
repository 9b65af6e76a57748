package database

import (
	"container/list"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
)

const (
	maxPrepared     = 256     // statements that a connection keeps
	maxPreparedText = 8 << 10 // bytes; a longer one is built for its occasion
)

// preparing makes SQLite connections that keep what they have compiled: SQLite
// would take longer over compiling a statement of ours than over running it.
type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("sqlite driver cannot do what it could"), conn.Close())
	}
	return &preparingConn{sqliteConn: full, kept: kept{max: maxPrepared}}, nil
}

// sqliteConn is what database/sql finds out about the driver's connection. All of it
// has to be seen through the wrapping: without IsValid an interrupted connection, say,
// would go back to its pool.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteStmt is a statement of a sqliteConn.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// sqliteRows are the rows of a sqliteStmt.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// preparingConn is one connection. A statement in use is not among the kept: it is
// taken out and put back when its rows are closed, so the same SQL within its own
// rows gets a statement of its own. One that failed is not put back, whatever state
// it is in. After a change of the schema SQLite compiles a kept one again by itself.
//
// database/sql makes every call, closing rows included, under the connection's lock.
type preparingConn struct {
	sqliteConn
	kept kept
}

func (c *preparingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !keepable(query) {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	if err != nil {
		_ = stmt.Close() // it would only say the same again
		return nil, err
	}
	c.kept.put(query, stmt)
	return result, nil
}

func (c *preparingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !keepable(query) {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		_ = stmt.Close() // it would only say the same again
		return nil, err
	}
	full, ok := rows.(sqliteRows)
	if !ok {
		return nil, errors.Join(errors.New("sqlite driver's rows cannot do what they could"), rows.Close(), stmt.Close())
	}
	return &preparedRows{sqliteRows: full, kept: &c.kept, query: query, stmt: stmt}, nil
}

// Close closes the kept statements first: SQLite leaves a file open, and its log
// unfolded, for as long as a statement is left.
func (c *preparingConn) Close() error {
	c.kept.close()
	return c.sqliteConn.Close()
}

func (c *preparingConn) take(ctx context.Context, query string) (sqliteStmt, error) {
	if stmt, ok := c.kept.take(query); ok {
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := stmt.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("sqlite driver's statement cannot do what it could"), stmt.Close())
	}
	return full, nil
}

// keepable says whether a statement is one that comes again: work on rows and the
// savepoints around it. DDL, PRAGMA, ATTACH and VACUUM are left to the driver.
func keepable(query string) bool {
	if len(query) > maxPreparedText {
		return false
	}
	query = strings.TrimLeft(query, " \t\r\n")
	word := query
	if end := strings.IndexAny(query, " \t\r\n"); end >= 0 {
		word = query[:end]
	}
	switch strings.ToUpper(word) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK":
		return true
	}
	return false
}

// preparedRows give their statement back when they are closed.
type preparedRows struct {
	sqliteRows
	kept   *kept
	query  string
	stmt   sqliteStmt // nil once given back
	failed bool
}

func (r *preparedRows) Next(dest []driver.Value) error {
	err := r.sqliteRows.Next(dest)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = true
	}
	return err
}

func (r *preparedRows) Close() error {
	if r.stmt == nil {
		return nil
	}
	stmt := r.stmt
	r.stmt = nil
	err := r.sqliteRows.Close() // resets the statement
	if err != nil || r.failed {
		_ = stmt.Close() // it would only say the same again
		return err
	}
	r.kept.put(r.query, stmt)
	return nil
}

// kept are the statements of one connection that nobody uses at the moment, no more
// than max: the one that was used longest ago goes first.
type kept struct {
	max    int
	byText map[string]*list.Element
	order  list.List // of keptStmt, the last used in front
	closed bool
}

type keptStmt struct {
	query string
	stmt  sqliteStmt
}

// take takes a statement out.
func (k *kept) take(query string) (sqliteStmt, bool) {
	at, ok := k.byText[query]
	if !ok {
		return nil, false
	}
	return k.remove(at), true
}

// put keeps a statement that has been reset. A second one of the same text is closed.
func (k *kept) put(query string, stmt sqliteStmt) {
	if _, ok := k.byText[query]; ok || k.closed {
		_ = stmt.Close() // it was reset: nothing can be said any more
		return
	}
	if k.byText == nil {
		k.byText = map[string]*list.Element{}
	}
	k.byText[query] = k.order.PushFront(keptStmt{query, stmt})
	k.leave(k.max)
}

// leave closes the longest unused until so many are left.
func (k *kept) leave(n int) {
	for k.order.Len() > n {
		_ = k.remove(k.order.Back()).Close()
	}
}

func (k *kept) remove(at *list.Element) sqliteStmt {
	one := k.order.Remove(at).(keptStmt)
	delete(k.byText, one.query)
	return one.stmt
}

func (k *kept) close() {
	for k.order.Len() > 0 {
		_ = k.remove(k.order.Back()).Close()
	}
	k.closed = true
}
