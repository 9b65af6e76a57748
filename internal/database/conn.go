package database

import (
	"database/sql"
	"database/sql/driver"
	"errors"
)

// discard closes the connection itself instead of giving it back to its pool.
func discard(conn *sql.Conn) error {
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) {
		return nil
	}
	return errors.Join(err, conn.Close())
}
