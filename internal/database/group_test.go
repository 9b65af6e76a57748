package database

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var errOwn = errors.New("the function's own error")

// openPlain opens a SQLite database with two tables: n for rows by name, and c
// that refers to it.
func openPlain(t *testing.T) *DB {
	t.Helper()
	db := reopen(t, filepath.Join(t.TempDir(), "plain.db"))
	err := db.Script(t.Context(), `CREATE TABLE n (name TEXT PRIMARY KEY, v INTEGER NOT NULL DEFAULT 0);
		CREATE TABLE c (name TEXT NOT NULL REFERENCES n (name))`)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func reopen(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), "sqlite://"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func insert(ctx context.Context, tx *Tx, name string) error {
	_, err := tx.Exec(ctx, `INSERT INTO n (name) VALUES (?)`, name)
	return err
}

func has(t *testing.T, db *DB, name string) bool {
	t.Helper()
	_, found, err := One(context.Background(), db.Read(), Scalar[string], `SELECT name FROM n WHERE name = ?`, name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// together runs the functions as one group: the first waits until all others queue.
// It returns each call's error and the groups that functions ran in.
func together(t *testing.T, db *DB, fns ...func(context.Context, *Tx) error) (errs []error, used []*group) {
	t.Helper()
	errs = make([]error, len(fns))
	var mu sync.Mutex
	var wg sync.WaitGroup
	run := func(i int, before func()) {
		wg.Go(func() {
			once := sync.OnceFunc(before)
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			errs[i] = db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
				once()
				mu.Lock()
				used = append(used, db.groups.open)
				mu.Unlock()
				return fns[i](ctx, tx)
			})
		})
	}
	begun := make(chan bool)
	run(0, func() {
		close(begun)
		waitFor(t, func() bool { return queued(db) == len(fns)-1 })
	})
	<-begun
	for i := 1; i < len(fns); i++ {
		run(i, func() {})
		if i < len(fns)-1 { // the last one sets them off
			waitFor(t, func() bool { return queued(db) == i })
		}
	}
	wg.Wait()
	return errs, used
}

func queued(db *DB) int {
	db.groups.mu.Lock()
	defer db.groups.mu.Unlock()
	return len(db.groups.queue)
}

func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	for range 5000 {
		if is() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("waited too long")
}

func adds(name string) func(context.Context, *Tx) error {
	return func(ctx context.Context, tx *Tx) error { return insert(ctx, tx, name) }
}

func TestGroupSharesOneCommit(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	errs, used := together(t, db, adds("a"),
		func(ctx context.Context, tx *Tx) error { return errors.Join(insert(ctx, tx, "b"), errOwn) },
		func(ctx context.Context, tx *Tx) error { _ = insert(ctx, tx, "p"); panic("oops") },
		adds("a"), // exists already in this group
		adds("d"))
	for i, g := range used {
		if g != used[0] {
			t.Errorf("function %d ran in another group", i)
		}
	}
	if errs[0] != nil || errs[4] != nil || !errors.Is(errs[1], errOwn) || fmt.Sprint(errs[2]) != "panic: oops" || !IsDuplicate(errs[3]) {
		t.Errorf("errors: %v", errs)
	}
	for name, want := range map[string]bool{"a": true, "b": false, "p": false, "d": true} {
		if has(t, db, name) != want {
			t.Errorf("row %s is there: %v, want %v", name, !want, want)
		}
	}
}

// The first of a group has no savepoint: when it fails the others go on without it.
func TestGroupWhoseFirstFails(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	errs, _ := together(t, db,
		func(ctx context.Context, tx *Tx) error { return errors.Join(insert(ctx, tx, "a"), errOwn) }, adds("b"), adds("c"))
	if !errors.Is(errs[0], errOwn) || errs[1] != nil || errs[2] != nil || has(t, db, "a") || !has(t, db, "b") || !has(t, db, "c") {
		t.Errorf("errors: %v", errs)
	}
}

// When the engine ends the shared transaction, those who did nothing wrong run again.
func TestGroupThatIsLost(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	var runs atomic.Int32
	errs, _ := together(t, db,
		func(ctx context.Context, tx *Tx) error { runs.Add(1); return insert(ctx, tx, "a") },
		func(ctx context.Context, tx *Tx) error {
			_, err := tx.Exec(ctx, `ROLLBACK`) // as SQLite itself does when the disk is full
			return err
		},
		adds("c"))
	if errs[0] != nil || errs[2] != nil || runs.Load() != 2 {
		t.Errorf("%d runs, errors: %v", runs.Load(), errs)
	}
	if errs[1] == nil || !has(t, db, "a") || !has(t, db, "c") {
		t.Errorf("errors: %v", errs)
	}
}

// A failing COMMIT is everybody's: nobody may believe what was read or written.
func TestGroupWhoseCommitFails(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	errs, _ := together(t, db, adds("a"),
		func(ctx context.Context, tx *Tx) error {
			_, err := tx.Exec(ctx, `PRAGMA defer_foreign_keys = 1`)
			if err == nil {
				_, err = tx.Exec(ctx, `INSERT INTO c (name) VALUES ('nobody')`)
			}
			return err
		},
		func(context.Context, *Tx) error { return errOwn })
	for i, err := range errs {
		var unknown *CommitUnknownError
		if !errors.As(err, &unknown) {
			t.Errorf("call %d: %v, want a CommitUnknownError", i, err)
		}
	}
	if err := db.Write(t.Context(), adds("b")); err != nil || has(t, db, "a") {
		t.Errorf("Write afterwards: %v", err)
	}
}

func TestGroupWaiterGoesAway(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	ctx, cancel := context.WithCancel(t.Context())
	first, gone := make(chan error, 1), make(chan error, 1)
	begun := make(chan bool)
	go func() {
		first <- db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			close(begun)
			waitFor(t, func() bool { return queued(db) == 1 })
			cancel()
			waitFor(t, func() bool { return queued(db) == 0 })
			return insert(ctx, tx, "a")
		})
	}()
	<-begun
	go func() { gone <- db.Write(ctx, adds("b")) }()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who went away got %v", err)
	}
	if err := <-first; err != nil || !has(t, db, "a") || has(t, db, "b") {
		t.Errorf("first: %v", err)
	}
}

// Many callers on two nodes: whatever fails, panics or goes away, each success
// counts exactly once.
func TestGroupUnderLoad(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	if err := db.Write(t.Context(), adds("sum")); err != nil {
		t.Fatal(err)
	}
	nodes := []*DB{db, reopen(t, db.Path())}
	var done atomic.Int64
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			chance := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 40 {
				if count(nodes[worker%2], chance) {
					done.Add(1)
				}
			}
		})
	}
	wg.Wait()
	sum, _, err := One(t.Context(), db.Read(), Scalar[int64], `SELECT v FROM n WHERE name = 'sum'`)
	if err != nil || sum != done.Load() || sum < 100 {
		t.Errorf("sum %d, %d calls succeeded, %v", sum, done.Load(), err)
	}
}

// count adds one, or fails in one of the ways there are, and reports which.
func count(db *DB, chance *rand.Rand) (ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(chance.IntN(2000))*time.Millisecond)
	defer cancel()
	end := chance.IntN(10)
	defer func() { _ = recover() }()
	err := db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE n SET v = v + 1 WHERE name = 'sum'`); err != nil {
			return err
		}
		switch end {
		case 0:
			return errOwn
		case 1:
			panic(errOwn)
		}
		return nil
	})
	return err == nil
}

func TestGroupCloses(t *testing.T) {
	before := goleak.IgnoreCurrent()
	db := openPlain(t)
	var wg sync.WaitGroup
	var closed atomic.Int32
	for i := range 20 {
		wg.Go(func() {
			for j := range 20 {
				name := fmt.Sprint(i, "-", j)
				err := db.Write(context.Background(), adds(name))
				if errors.Is(err, errClosed) {
					closed.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			}
		})
	}
	time.Sleep(5 * time.Millisecond)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := db.Write(t.Context(), adds("late")); !errors.Is(err, errClosed) {
		t.Errorf("Write after Close: %v", err)
	}
	again := reopen(t, db.Path())
	rows, _, err := One(t.Context(), again.Read(), Scalar[int32], `SELECT COUNT(*) FROM n`)
	if err != nil || rows != 400-closed.Load() {
		t.Errorf("%d rows, %d calls refused, %v", rows, closed.Load(), err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
}

func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			db, err := Open(b.Context(), "sqlite://"+filepath.Join(b.TempDir(), "b.db"), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.Script(b.Context(), `CREATE TABLE n (name TEXT, v INTEGER)`); err != nil {
				b.Fatal(err)
			}
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := db.Write(context.Background(), adds("x")); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
