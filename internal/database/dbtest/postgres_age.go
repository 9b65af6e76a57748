package dbtest

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresAge is how long ago a database was made, 0 if the server does not tell.
func postgresAge(ctx context.Context, conn *pgx.Conn, name string) time.Duration {
	var seconds float64
	err := conn.QueryRow(ctx, `SELECT EXTRACT(EPOCH FROM now() - (pg_stat_file('base/' || oid || '/PG_VERSION')).modification)
		FROM pg_database WHERE datname = $1`, name).Scan(&seconds)
	if err != nil {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
