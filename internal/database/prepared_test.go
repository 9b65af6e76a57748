package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// oneConn is a connection of a pool and what it keeps.
func oneConn(t *testing.T, pool *sql.DB) (*sql.Conn, *kept) {
	t.Helper()
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	var k *kept
	if err := conn.Raw(func(c any) error { k = &c.(*preparingConn).kept; return nil }); err != nil {
		t.Fatal(err)
	}
	return conn, k
}

func (k *kept) has(query string) sqliteStmt {
	at, ok := k.byText[query]
	if !ok {
		return nil
	}
	return at.Value.(keptStmt).stmt
}

// run executes on a connection and fails the test when that fails.
func run(t *testing.T, conn *sql.Conn, query string, args ...any) {
	t.Helper()
	if _, err := conn.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// values are what a query of one column yields.
func values(t *testing.T, conn *sql.Conn, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v sql.NullString
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		if !v.Valid {
			v.String = "NULL"
		}
		all = append(all, v.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

func TestPreparedIsUsedAgain(t *testing.T) {
	t.Parallel()
	conn, k := oneConn(t, openPlain(t).writer)
	const add, read = `INSERT INTO n (name, v) VALUES (?, ?)`, "\n\tselect typeof(v) || v FROM n WHERE name = ?"
	var adder, reader sqliteStmt
	for i, v := range []any{int64(1), "text", int64(0), 2.5, []byte("b"), "", int64(1)} {
		name := fmt.Sprint(i)
		run(t, conn, add, name, v)
		want := map[string]string{"int64": "integer", "string": "text", "float64": "real", "[]uint8": "blob"}[fmt.Sprintf("%T", v)]
		text := fmt.Sprintf("%s%v", want, v)
		if b, ok := v.([]byte); ok {
			text = want + string(b)
		}
		if got := values(t, conn, read, name); !slices.Equal(got, []string{text}) {
			t.Errorf("%v: %q, want %q", v, got, text)
		}
		if i == 0 {
			adder, reader = k.has(add), k.has(read)
		}
		if adder == nil || reader == nil || k.has(add) != adder || k.has(read) != reader {
			t.Fatalf("%d: compiled again", i)
		}
	}
	// No row at all, and again one.
	if got := values(t, conn, read, "nobody"); got != nil || k.has(read) != reader {
		t.Errorf("%v", got)
	}
	// A value that is missing is not the one of last time.
	if _, err := conn.ExecContext(t.Context(), add, "alone"); err == nil {
		t.Error("a value of last time was used")
	}
	if got := values(t, conn, `SELECT COUNT(*) FROM n`); !slices.Equal(got, []string{"7"}) {
		t.Errorf("%v rows", got)
	}
}

func TestPreparedInsideItsOwnRows(t *testing.T) {
	t.Parallel()
	conn, k := oneConn(t, openPlain(t).writer)
	for _, name := range []string{"a", "b", "c"} {
		run(t, conn, `INSERT INTO n (name) VALUES (?)`, name)
	}
	const query = `SELECT name FROM n WHERE name >= ? ORDER BY name`
	var seen []string
	var nest func(from string, depth int)
	nest = func(from string, depth int) {
		rows, err := conn.QueryContext(t.Context(), query, from)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			seen = append(seen, strings.Repeat("-", depth)+name)
			if depth < 2 {
				nest(name, depth+1)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	nest("b", 0)
	if want := []string{"b", "-b", "--b", "--c", "-c", "--c", "c", "-c", "--c"}; !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
	if k.has(query) == nil || k.order.Len() != len(k.byText) {
		t.Errorf("%d kept under %d texts", k.order.Len(), len(k.byText))
	}
}

func TestPreparedAfterASchemaChange(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	conn, k := oneConn(t, db.writer)
	other, _ := oneConn(t, db.reader)
	run(t, conn, `INSERT INTO n (name) VALUES ('a')`)
	const all, add = `SELECT * FROM n`, `INSERT INTO n VALUES ('b', 1)`
	columns := func(c *sql.Conn) []string {
		rows, err := c.QueryContext(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		names, err := rows.Columns()
		types, typesErr := rows.ColumnTypes()
		if err := errors.Join(err, typesErr, rows.Err()); err != nil {
			t.Fatal(err)
		}
		if got := types[0].DatabaseTypeName(); got != "TEXT" {
			t.Errorf("type %q", got)
		}
		return names
	}
	both := func(want ...string) {
		t.Helper()
		for _, c := range []*sql.Conn{conn, other} {
			if got := columns(c); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	both("name", "v")
	run(t, conn, add)
	before := k.has(all)
	run(t, conn, `ALTER TABLE n ADD COLUMN more TEXT`)
	both("name", "v", "more")
	if before == nil || k.has(all) != before {
		t.Error("the statement was not the kept one: nothing is shown")
	}
	if _, err := conn.ExecContext(t.Context(), add); err == nil {
		t.Error("two values went into three columns")
	}
	run(t, conn, `DROP TABLE c; DROP TABLE n; CREATE TABLE n (other TEXT)`)
	both("other")
}

// What a savepoint undoes may be the table a kept statement was compiled for.
func TestPreparedAcrossASavepoint(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	const add, read = `INSERT INTO later VALUES (?)`, `SELECT x FROM later`
	err := db.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		for range 3 {
			err := tx.Savepoint(ctx, func(ctx context.Context) error {
				if _, err := tx.Exec(ctx, `CREATE TABLE later (x TEXT)`); err != nil {
					t.Error(err)
				}
				if _, err := tx.Exec(ctx, add, "x"); err != nil {
					t.Error(err)
				}
				if got, err := List(ctx, tx, Scalar[string], read); err != nil || !slices.Equal(got, []string{"x"}) {
					t.Error(got, err)
				}
				return errOwn
			})
			if !errors.Is(err, errOwn) {
				return err
			}
			for _, query := range []string{add, read} {
				if err := tx.QueryRow(ctx, query, "x").Err(); err == nil || !strings.Contains(err.Error(), "no such table") {
					t.Errorf("%s: %v", query, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPreparedThatFailedIsNotKept(t *testing.T) {
	t.Parallel()
	conn, k := oneConn(t, openPlain(t).writer)
	const add = `INSERT INTO n (name, v) VALUES (?, ?)`
	run(t, conn, add, "a", 1)
	_, err := conn.ExecContext(t.Context(), add, "a", 2)
	if !IsDuplicate(err) || k.has(add) != nil {
		t.Errorf("%v, kept %v", err, k.has(add))
	}
	run(t, conn, add, "b", 3)
	const lowest = `SELECT abs(v) FROM n WHERE name <> ? ORDER BY rowid`
	values(t, conn, lowest, "")
	run(t, conn, `UPDATE n SET v = -9223372036854775808 WHERE name = ?`, "b")
	rows, err := conn.QueryContext(t.Context(), lowest, "") //nolint:sqlclosecheck // its failure closes it
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for rows.Next() {
		read++
	}
	if err := rows.Err(); err == nil || read != 1 || k.has(lowest) != nil {
		t.Errorf("the second row: %d read, %v, kept %v", read, err, k.has(lowest))
	}
	run(t, conn, `UPDATE n SET v = 4 WHERE name = ?`, "b")
	if got := values(t, conn, lowest, ""); !slices.Equal(got, []string{"1", "4"}) {
		t.Errorf("%q", got)
	}
}

func TestPreparedThatIsCancelled(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	conn, k := oneConn(t, db.reader)
	const count = `WITH RECURSIVE i (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < ?) SELECT COUNT(*) FROM i`
	if got := values(t, conn, count, 3); !slices.Equal(got, []string{"3"}) || k.has(count) == nil {
		t.Fatalf("%q, kept %v", got, k.has(count))
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	var n int64
	err := conn.QueryRowContext(ctx, count, int64(1)<<60).Scan(&n)
	if !errors.Is(err, context.DeadlineExceeded) || k.has(count) != nil {
		t.Errorf("%v, kept %v", err, k.has(count))
	}
	if got := values(t, conn, count, 4); !slices.Equal(got, []string{"4"}) {
		t.Errorf("%q", got)
	}
}

// A kept statement holds no view of the database: rows left half read and closed
// would otherwise stop the log from being folded, and other programs from writing.
func TestPreparedHoldsNoLock(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	for _, name := range []string{"a", "b", "c"} {
		if err := db.Write(t.Context(), adds(name)); err != nil {
			t.Fatal(err)
		}
	}
	conn, k := oneConn(t, db.reader)
	const query = `SELECT name FROM n`
	var one string // of three
	if err := conn.QueryRowContext(t.Context(), query).Scan(&one); err != nil || k.has(query) == nil {
		t.Fatalf("%v, kept %v", err, k.has(query))
	}
	var busy, log, folded int
	if err := db.writer.QueryRowContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &folded); err != nil || busy != 0 {
		t.Errorf("busy %d, %v", busy, err)
	}
	if _, err := db.writer.ExecContext(t.Context(), `VACUUM`); err != nil {
		t.Error(err)
	}
}

func TestPreparedAreBounded(t *testing.T) {
	t.Parallel()
	conn, k := oneConn(t, openPlain(t).writer)
	query := func(i int) string { return fmt.Sprintf(`SELECT %d`, i) }
	for i := range 2 * maxPrepared {
		values(t, conn, query(i))
		values(t, conn, query(0)) // always in use: never the oldest
	}
	if len(k.byText) != maxPrepared || k.order.Len() != maxPrepared {
		t.Errorf("%d texts, %d statements", len(k.byText), k.order.Len())
	}
	if k.has(query(0)) == nil || k.has(query(2*maxPrepared-1)) == nil || k.has(query(1)) != nil {
		t.Error("it is not the longest unused that goes")
	}
	for _, once := range []string{"PRAGMA user_version", "EXPLAIN SELECT 1", "SELECT 1 -- " + strings.Repeat("x", maxPreparedText)} {
		run(t, conn, once)
		if err := conn.QueryRowContext(t.Context(), once).Err(); err != nil || k.has(once) != nil {
			t.Errorf("%.20s: %v, kept %v", once, err, k.has(once))
		}
	}
}

// SQLite folds its log into the file when the last connection goes, if no statement
// is left.
func TestPreparedEndWithTheConnection(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	if err := db.Write(t.Context(), adds("a")); err != nil {
		t.Fatal(err)
	}
	has(t, db, "a")
	conn, k := oneConn(t, db.writer)
	if k.has(`INSERT INTO n (name) VALUES (?)`) == nil {
		t.Fatal("nothing kept: nothing is shown")
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(db.Path() + "-wal"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if !k.closed || len(k.byText) != 0 || k.order.Len() != 0 {
		t.Errorf("left: %d", k.order.Len())
	}
	if _, err := os.Stat(db.Path() + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is left: %v", err)
	}
}

// The pool sees through the wrapping that a connection was interrupted.
func TestPreparingConnTellsThatItIsInvalid(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	conn, k := oneConn(t, db.reader)
	run(t, conn, `SELECT 1`)
	var valid bool
	err := conn.Raw(func(c any) error {
		p := c.(*preparingConn)
		valid = p.IsValid()
		if err := p.Close(); err != nil {
			return err
		}
		if err := p.ResetSession(t.Context()); !errors.Is(err, driver.ErrBadConn) {
			t.Errorf("reset: %v", err)
		}
		return nil
	})
	if err != nil || !valid || !k.closed {
		t.Fatalf("valid %v, closed %v, %v", valid, k.closed, err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n := db.reader.Stats().OpenConnections; n != 0 {
		t.Errorf("the dead connection went back to the pool: %d open", n)
	}
	if has(t, db, "nobody") {
		t.Error("a row that is not there")
	}
}
