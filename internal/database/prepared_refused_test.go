package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// refusing is a server that prepares nothing.
type refusing struct {
	mysqlConn
	err error
	ran int
}

func (r *refusing) PrepareContext(context.Context, string) (driver.Stmt, error) { return nil, r.err }

func (r *refusing) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	r.ran++
	return driver.ResultNoRows, nil
}

func (r *refusing) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	r.ran++
	return nil, nil
}

// TestRefusedToPrepare: what a cluster tells of a transaction that it rolled back comes at
// whatever is sent next. Sent once more, the statement would be a transaction by itself.
func TestRefusedToPrepare(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		runs bool
	}{
		{"rolled back", &mysql.MySQLError{Number: 1213}, false},
		{"no such table", &mysql.MySQLError{Number: 1146}, false},
		{"the node is leaving", &mysql.MySQLError{Number: 1047}, false},
		{"the connection is gone", driver.ErrBadConn, false},
		{"too many are prepared", &mysql.MySQLError{Number: 1461}, true},
		{"none of its kind is", &mysql.MySQLError{Number: 1295}, true},
	} {
		server := &refusing{err: tt.err}
		c := &keepingConn{mysqlConn: server, kept: kept{max: 2}}
		one := []driver.NamedValue{{Ordinal: 1, Value: int64(1)}}
		_, execErr := c.ExecContext(t.Context(), "UPDATE dtb_product_stock SET stock = stock - ?", one)
		_, queryErr := c.QueryContext(t.Context(), "SELECT stock FROM dtb_product_stock WHERE id = ? FOR UPDATE", one)
		for _, err := range []error{execErr, queryErr} {
			if tt.runs && err != nil || !tt.runs && !errors.Is(err, tt.err) {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if want := map[bool]int{true: 2}[tt.runs]; server.ran != want {
			t.Errorf("%s: ran %d times", tt.name, server.ran)
		}
	}
}
