package database

import (
	"context"
	"fmt"
	"time"
)

// Now asks the engine's clock, in milliseconds. ok is false on SQLite, whose clock
// is this machine's.
func (db *DB) Now(ctx context.Context) (now time.Time, ok bool, err error) {
	query := "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
	switch db.Engine() {
	case SQLite:
		return time.Time{}, false, nil
	case Postgres:
		query = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
	}
	var ms int64
	if err := db.Read().QueryRow(ctx, query).Scan(&ms); err != nil {
		return time.Time{}, false, fmt.Errorf("database clock: %w", err)
	}
	return time.UnixMilli(ms).UTC(), true, nil
}
