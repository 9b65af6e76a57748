package dbtest

import (
	"context"
	"testing"

	"kessai/internal/database"
)

// TestAnIndexDoesNotStay: what a test adds to a database's indexes is not there for the next
// one that gets it.
func TestAnIndexDoesNotStay(t *testing.T) {
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		for range 3 { // one of them is given out again
			t.Run(string(engine), func(t *testing.T) {
				db := Open(t, engine, database.Options{})
				if _, err := db.Read().Exec(context.Background(), "CREATE INDEX left_behind ON plg_kessai_ledger (updated_at)"); err != nil {
					t.Error(err) // it is there already
				}
			})
		}
	}
}
