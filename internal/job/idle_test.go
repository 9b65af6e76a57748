package job_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
)

// TestOneLooksForALane: of many workers of a node one takes the job's only lane, one finds
// none left, and the others believe it.
func TestOneLooksForALane(t *testing.T) {
	t.Parallel()
	var looks atomic.Int32
	db := dbtest.Open(t, database.SQLite, database.Options{Observe: func(statement string) {
		if strings.HasPrefix(statement, "SELECT lane, seq FROM plg_kessai_job_lane") {
			looks.Add(1)
		}
	}})
	r := newRig(t, db)
	n := r.node("node-1", 16)
	r.job(n, 10, func(w *job.Wanted) { w.Width = 1 })
	for range 3 { // prepared, and known to have work
		if _, _, err := n.foreman.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var took atomic.Int32
	var all sync.WaitGroup
	for _, w := range n.workers {
		all.Go(func() {
			worked, _, err := w.Step(t.Context())
			if err != nil {
				t.Error(err)
			}
			if worked {
				took.Add(1)
			}
		})
	}
	all.Wait()
	if took.Load() != 1 || looks.Load() != 2 {
		t.Errorf("%d have it, %d looked", took.Load(), looks.Load())
	}
}
