package database_test

import (
	"context"
	"errors"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// TestMySQLPreparesOnce: a statement is prepared when it first comes, and from then on
// executed only; one that fails fails as the server says, and the next ones go on.
func TestMySQLPreparesOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.On(t, database.MySQL)
	err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		told := func(name string) (n int64) {
			var variable string
			if err := tx.QueryRow(ctx, "SHOW SESSION STATUS LIKE '"+name+"'").Scan(&variable, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		prepared, executed := told("Com_stmt_prepare"), told("Com_stmt_execute")
		for i := range int64(5) {
			n, _, err := database.One(ctx, tx, database.Scalar[int64], "SELECT ? + 1", i)
			if err != nil || n != i+1 {
				t.Errorf("%d + 1 = %d, %v", i, n, err)
			}
			if _, _, err := database.One(ctx, tx, database.Scalar[int64], "SELECT id FROM no_such_table WHERE id = ?", i); err == nil {
				t.Error("a table that is not there was read")
			}
		}
		if p, e := told("Com_stmt_prepare")-prepared, told("Com_stmt_execute")-executed; p != 1+5 || e != 5 {
			t.Errorf("prepared %d times, executed %d", p, e)
		}
		prepared = told("Com_stmt_prepare") // what steers the transaction is not prepared
		if err := tx.Savepoint(ctx, func(context.Context) error { return errOwn }); !errors.Is(err, errOwn) {
			t.Error(err)
		}
		if p := told("Com_stmt_prepare") - prepared; p != 0 {
			t.Errorf("a savepoint taken back prepared %d times", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
