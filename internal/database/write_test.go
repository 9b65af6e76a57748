package database_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/problem"
)

var errOwn = errors.New("the function's own error")

func setStock(class, stock int64) func(context.Context, *database.Tx) error {
	return func(ctx context.Context, tx *database.Tx) error {
		res, err := tx.Exec(ctx, `UPDATE dtb_product_stock SET stock = ? WHERE product_class_id = ?`, stock, class)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, errors.New("no such stock row"))
		}
		return nil
	}
}

func stockOf(t *testing.T, q database.Querier, class int64) int64 {
	t.Helper()
	var stock int64
	row := q.QueryRow(context.Background(), `SELECT stock FROM dtb_product_stock WHERE product_class_id = ?`, class)
	if err := row.Scan(database.Whole(&stock, "dtb_product_stock.stock", nil)); err != nil {
		t.Fatal(err)
	}
	return stock
}

func TestWriteCommitsOrRollsBack(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		if err := db.Write(ctx, setStock(3, 41)); err != nil {
			t.Fatal(err)
		}
		// The same value again counts as a row on every engine.
		if err := db.Write(ctx, setStock(3, 41)); err != nil {
			t.Fatal(err)
		}
		err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(setStock(3, 1)(ctx, tx), errOwn)
		})
		if !errors.Is(err, errOwn) {
			t.Errorf("Write: %v, want the function's error", err)
		}
		if got := stockOf(t, db.Read(), 3); got != 41 {
			t.Errorf("stock after a failed Write: %d", got)
		}
	}, dbtest.Catalogue)
}

// TestWriteOne: one statement is a whole transaction, a refusal is told as it is, and inside
// of a Write it is refused like another Write.
func TestWriteOne(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		const set = `UPDATE dtb_product_stock SET stock = ? WHERE product_class_id = ?`
		for range 2 { // the same value again is a row matched
			if n, err := db.WriteOne(ctx, set, 41, 3); err != nil || n != 1 {
				t.Fatal(n, err)
			}
		}
		if n, err := db.WriteOne(ctx, set, 1, -3); err != nil || n != 0 {
			t.Error(n, err)
		}
		if got := stockOf(t, db.Read(), 3); got != 41 {
			t.Errorf("stock: %d", got)
		}
		const name = `INSERT INTO plg_kessai_lease (name, owner, lease_until) VALUES (?, ?, ?)`
		if _, err := db.WriteOne(ctx, name, "a", "b", 1); err != nil {
			t.Fatal(err)
		}
		var unknown *database.CommitUnknownError
		if _, err := db.WriteOne(ctx, name, "a", "c", 2); !database.IsDuplicate(err) || errors.As(err, &unknown) {
			t.Errorf("the same name again: %v", err)
		}
		ended, end := context.WithCancel(ctx)
		end()
		if _, err := db.WriteOne(ended, set, 7, 3); !errors.Is(err, context.Canceled) || errors.As(err, &unknown) {
			t.Errorf("after the end: %v", err)
		}
		if err := db.Write(ctx, func(ctx context.Context, _ *database.Tx) error {
			_, err := db.WriteOne(ctx, set, 7, 3)
			return err
		}); err == nil || stockOf(t, db.Read(), 3) != 41 {
			t.Errorf("inside of a Write: %v", err)
		}
	}, dbtest.Catalogue)
}

func TestWritePanicAndExit(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		for name, leave := range map[string]func(){"panic": func() { panic(errOwn) }, "exit": runtime.Goexit} {
			var got any
			var wg sync.WaitGroup
			wg.Go(func() {
				defer func() { got = recover() }()
				_ = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
					if err := setStock(3, 1)(ctx, tx); err != nil {
						t.Error(err)
					}
					leave()
					return nil
				})
				t.Errorf("%s: Write returned", name)
			})
			wg.Wait()
			if name == "panic" && !isOwn(got) {
				t.Errorf("panic reached the caller as %v", got)
			}
			if got := stockOf(t, db.Read(), 3); got != 50 {
				t.Errorf("stock after a %s: %d", name, got)
			}
		}
		if err := db.Write(ctx, setStock(3, 42)); err != nil {
			t.Errorf("Write afterwards: %v", err)
		}
	}, dbtest.Catalogue)
}

func TestWriteInsideWrite(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		err := db.Write(context.Background(), func(ctx context.Context, _ *database.Tx) error {
			return db.Write(ctx, setStock(3, 1))
		})
		if err == nil {
			t.Error("a Write inside of a Write was accepted")
		}
	}, dbtest.Catalogue)
}

// Two transactions that take the same rows in opposite order: the engine ends one
// with a deadlock, and that one runs again.
func TestWriteRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			pauses := make(chan int, 10)
			db := dbtest.Open(t, engine, database.Options{Pause: func(_ context.Context, attempt int) error {
				pauses <- attempt
				return nil
			}}, dbtest.Catalogue)
			var met sync.WaitGroup
			met.Add(2)
			crossing := func(first, second int64) error {
				meet := sync.OnceFunc(func() { met.Done(); met.Wait() })
				return db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
					if err := add(ctx, tx, first); err != nil {
						return err
					}
					meet()
					return add(ctx, tx, second)
				})
			}
			results := make(chan error, 2)
			go func() { results <- crossing(1, 2) }()
			go func() { results <- crossing(2, 1) }()
			for range 2 {
				if err := <-results; err != nil {
					t.Errorf("Write: %v", err)
				}
			}
			if got := []int64{stockOf(t, db.Read(), 1), stockOf(t, db.Read(), 2)}; got[0] != 14 || got[1] != 2 {
				t.Errorf("stocks are %v, want each addition once: [14 2]", got)
			}
			if len(pauses) == 0 {
				t.Error("nothing was tried again")
			}
		})
	}
}

func add(ctx context.Context, tx *database.Tx, class int64) error {
	_, err := tx.Exec(ctx, `UPDATE dtb_product_stock SET stock = stock + 1 WHERE product_class_id = ?`, class)
	return err
}

// A function that hides the engine's error does not make a success of it.
func TestWriteOfALostTransactionIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			db := dbtest.On(t, engine, dbtest.Catalogue)
			other := second(t, db)
			locked, done := make(chan bool), make(chan error, 1)
			go func() {
				done <- other.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
					err := add(ctx, tx, 1)
					close(locked)
					time.Sleep(1500 * time.Millisecond)
					return err
				})
			}()
			<-locked
			runs := 0
			err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				runs++
				if err := shortWait(ctx, tx); err != nil {
					return err
				}
				_ = add(ctx, tx, 2)
				_ = add(ctx, tx, 1) // waits too long
				_, err := tx.Exec(ctx, `UPDATE dtb_product_stock SET stock = 99 WHERE product_class_id = 3`)
				if runs == 1 && err == nil {
					t.Error("a statement ran after the transaction was lost")
				}
				return nil
			})
			if err != nil || runs < 2 {
				t.Errorf("%d runs, %v", runs, err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
			if got := stockOf(t, db.Read(), 2); got != 1 {
				t.Errorf("stock 2 is %d, want 1: added once", got)
			}
		})
	}
}

// shortWait lets lock waits of this transaction end after about a second.
func shortWait(ctx context.Context, tx *database.Tx) error {
	statement := `SET LOCAL lock_timeout = 1000`
	if tx.Engine() == database.MySQL {
		statement = `SET innodb_lock_wait_timeout = 1`
	}
	_, err := tx.Exec(ctx, statement)
	return err
}

func TestWriteGivesUp(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			db := dbtest.On(t, engine, dbtest.Catalogue)
			other := second(t, db)
			locked, release, done := make(chan bool), make(chan bool), make(chan error, 1)
			go func() {
				done <- other.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
					err := add(ctx, tx, 1)
					close(locked)
					<-release
					return err
				})
			}()
			<-locked
			err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				return errors.Join(shortWait(ctx, tx), add(ctx, tx, 1))
			})
			if !problem.Is(err, "database.busy") || problem.CategoryOf(err) != problem.Unavailable || !database.IsBusy(err) {
				t.Errorf("Write on a locked row: %v", err)
			}
			close(release)
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// The connection dies between the last statement and COMMIT: nobody knows.
func TestCommitUnknown(t *testing.T) {
	t.Parallel()
	kill := map[database.Engine][2]string{
		database.MySQL:    {`SELECT CONNECTION_ID()`, `KILL CONNECTION ?`},
		database.Postgres: {`SELECT pg_backend_pid()`, `SELECT pg_terminate_backend(?)`},
	}
	for engine, statements := range kill {
		t.Run(string(engine), func(t *testing.T) {
			db := dbtest.On(t, engine, dbtest.Catalogue)
			runs := 0
			err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				runs++
				var id int64
				if err := tx.QueryRow(ctx, statements[0]).Scan(&id); err != nil {
					return err
				}
				if err := setStock(3, 1)(ctx, tx); err != nil {
					return err
				}
				_, err := db.Read().Exec(ctx, statements[1], id)
				return err
			})
			var unknown *database.CommitUnknownError
			if !errors.As(err, &unknown) || runs != 1 || !database.IsAway(err) {
				t.Errorf("%d runs, %v; want one and a CommitUnknownError", runs, err)
			}
			if err := db.Write(context.Background(), setStock(3, 7)); err != nil {
				t.Errorf("Write afterwards: %v", err)
			}
		})
	}
}

func TestWriteWithEndedContext(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			err := setStock(3, 7)(ctx, tx)
			cancel() // the buyer closes the page after the last statement
			return err
		})
		if err != nil {
			t.Errorf("a finished transaction was not committed: %v", err)
		}
		err = db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return setStock(3, 8)(ctx, tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a statement of a cancelled context: %v", err)
		}
		if err := db.Write(ctx, setStock(3, 9)); !errors.Is(err, context.Canceled) {
			t.Errorf("Write with a cancelled context: %v", err)
		}
		if got := stockOf(t, db.Read(), 3); got != 7 {
			t.Errorf("stock is %d, want 7", got)
		}
	}, dbtest.Catalogue)
}

// second opens the same database once more, as another node would.
func second(t *testing.T, db *database.DB) *database.DB {
	t.Helper()
	other, err := database.Open(context.Background(), dbtest.Again(t, db), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	return other
}

// PostgreSQL ends a transaction at its first error; hiding that error hides nothing.
func TestHiddenErrorOnPostgres(t *testing.T) {
	t.Parallel()
	db := dbtest.On(t, database.Postgres, dbtest.Catalogue)
	err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		if err := setStock(3, 1)(ctx, tx); err != nil {
			return err
		}
		_, _ = tx.Exec(ctx, `SELECT nonsense`)
		return nil
	})
	var unknown *database.CommitUnknownError
	if err == nil || errors.As(err, &unknown) || stockOf(t, db.Read(), 3) != 50 {
		t.Errorf("Write: %v", err)
	}
}

// isOwn reports whether a recovered panic is the very error that was thrown.
func isOwn(v any) bool {
	err, ok := v.(error)
	return ok && errors.Is(err, errOwn)
}
