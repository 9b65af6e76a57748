package job_test

import (
	"context"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/order"
)

// lost makes a job over orders of which each comes to an unknown end at first, of which nothing is
// known by its key afterwards.
func (r *rig) lost(n *node, orders order.ID, then func(id string)) string {
	r.t.Helper()
	r.answer = func(job.Item) (job.Outcome, error) { return job.Outcome{State: job.Unknown}, nil }
	id := r.job(n, orders, func(w *job.Wanted) { w.Width = 1 })
	last := orders
	r.during = func(i job.Item) {
		if i.Order == last {
			then(id)
		}
	}
	r.settle(n)
	r.answer, r.during = nil, nil
	clear(r.seen)
	return id
}

// TestStoppedWhileChecking: what was never begun of a job that somebody stops while its unknown items
// are looked at is not begun any more.
func TestStoppedWhileChecking(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.lost(n, 5, func(string) {})
	ran := 0
	r.during = func(job.Item) {
		if ran++; ran == 1 {
			if err := r.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE plg_kessai_job SET state = 'canceled' WHERE id = ?", id)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	}
	r.wait(time.Hour, time.Minute, n)
	if ran != 1 {
		t.Errorf("%d were begun, of which 1 before the job was stopped", ran)
	}
}

// TestWaitingOfAJobThatEnds: an item that was never begun does not wait in a job that comes to its end
// while it is looked at.
func TestWaitingOfAJobThatEnds(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		r := newRig(t, db)
		n := r.node("a", 1)
		id := r.lost(n, 1, func(id string) {
			if err := n.Pause(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
		if j := r.get(n, id); j.State != job.Paused || j.Counts.Unknown != 1 {
			t.Fatalf("%+v", j)
		}
		looked, ended := make(chan struct{}), make(chan struct{})
		r.looked = func() { close(looked) }
		go func() {
			defer close(ended)
			r.wait(time.Hour, time.Minute, n)
		}()
		if err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { // goes on, and ends, in one
			if _, err := tx.Exec(ctx, "UPDATE plg_kessai_job SET state = 'done' WHERE id = ?", id); err != nil {
				return err
			}
			select {
			case <-looked:
				time.Sleep(50 * time.Millisecond) // it may write now
			case <-time.After(time.Second): // SQLite's one writer is here
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		<-ended
		if waits := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE state = 'waiting'"); waits != 0 {
			t.Error("it waits in a job that is done")
		}
	})
}
