package job_test

import (
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/problem"
)

func (r *rig) schedule(n *node, spec string) {
	r.t.Helper()
	err := n.SetSchedule(r.t.Context(), job.Schedule{Task: "nightly", Kind: "work", Spec: spec, Selection: job.Selection{UpTo: 3}, ChangedBy: "command"})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) slots() int64 { return r.number("SELECT COUNT(*) FROM plg_kessai_schedule_slot") }
func (r *rig) jobs() int64  { return r.number("SELECT COUNT(*) FROM plg_kessai_job") }

// TestSlotsRunOnce: three nodes, each slot one job, at the Japanese hour.
func TestSlotsRunOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		r := newRig(t, db)
		nodes := []*node{r.node("a", 1), r.node("b", 1), r.node("c", 1)}
		r.schedule(nodes[0], "30 4 * * *") // 04:30 JST is 19:30 UTC; the rig's day begins at 00:00 UTC
		r.advance(19*time.Hour + 29*time.Minute)
		r.settle(nodes...)
		if r.slots() != 0 {
			t.Fatal("it ran too early")
		}
		for range 3 {
			r.advance(time.Minute)
			var wg sync.WaitGroup
			for _, n := range nodes {
				wg.Go(func() {
					if _, _, err := n.scheduler.Step(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			r.settle(nodes...)
			r.advance(24*time.Hour - time.Minute)
		}
		if r.slots() != 3 || r.jobs() != 3 || r.effects[1] != 3 {
			t.Errorf("%d slots, %d jobs, order 1 done %d times", r.slots(), r.jobs(), r.effects[1])
		}
		all, err := nodes[1].Schedules(t.Context())
		if err != nil || len(all) != 1 || all[0].LastSlot.In(order.JST()).Format("15:04") != "04:30" || all[0].LastJob == "" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// TestMissedSlots: of those that were missed while nobody was there one runs.
func TestMissedSlots(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.schedule(n, "*/10 * * * *")
	r.advance(95 * time.Minute)
	r.settle(n)
	if r.slots() != 1 || r.jobs() != 1 {
		t.Errorf("%d slots, %d jobs after a break", r.slots(), r.jobs())
	}
	r.settle(n)
	r.advance(5 * time.Minute)
	r.settle(n)
	if r.slots() != 2 {
		t.Errorf("%d slots, the next was due", r.slots())
	}
	r.advance(400 * 24 * time.Hour)
	r.settle(n)
	if r.slots() != 3 {
		t.Errorf("%d slots after a year", r.slots())
	}
}

// TestASlotIsAnotherNodes: a node that read the schedule before another ran its slot
// makes no job of its own.
func TestASlotIsAnotherNodes(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.schedule(n, "0 * * * *")
	r.advance(time.Hour)
	var wg sync.WaitGroup
	for range 8 {
		other := r.node("b", 0)
		wg.Go(func() {
			if _, _, err := other.scheduler.Step(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if r.slots() != 1 || r.jobs() != 1 {
		t.Errorf("%d slots, %d jobs", r.slots(), r.jobs())
	}
}

func TestASchedule(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	for code, s := range map[string]job.Schedule{
		"job.task":         {Task: "Näch", Kind: "work", Spec: "0 4 * * *"},
		"job.kind_unknown": {Task: "x", Kind: "other", Spec: "0 4 * * *"},
		"job.spec":         {Task: "x", Kind: "work", Spec: "every night"},
		"job.width":        {Task: "x", Kind: "work", Spec: "0 4 * * *", Width: job.MaxWidth + 1},
		"job.rate":         {Task: "x", Kind: "work", Spec: "0 4 * * *", Rate: -1},
	} {
		if err := n.SetSchedule(t.Context(), s); !problem.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := n.SetSchedule(t.Context(), job.Schedule{Task: "x", Kind: "work", Spec: "0 0 31 2 *"}); !problem.Is(err, "job.spec") {
		t.Errorf("a day that never comes: %v", err)
	}
	r.schedule(n, "0 4 * * *")
	r.schedule(n, "0 5 * * *")
	if all, err := n.Schedules(t.Context()); err != nil || len(all) != 1 || all[0].Spec != "0 5 * * *" {
		t.Errorf("%+v, %v", all, err)
	}
	if err := n.DropSchedule(t.Context(), "nightly"); err != nil {
		t.Error(err)
	}
	if err := n.DropSchedule(t.Context(), "nightly"); !problem.Is(err, "job.task_unknown") {
		t.Errorf("twice: %v", err)
	}
	r.advance(48 * time.Hour)
	r.settle(n)
	if r.jobs() != 0 {
		t.Error("it ran all the same")
	}
}

// TestAScheduleKeepsItsPace: the jobs it makes are as wide and as fast as it says.
func TestAScheduleKeepsItsPace(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		r := newRig(t, db)
		n := r.node("a", 1)
		if err := n.SetSchedule(t.Context(), job.Schedule{Task: "slow", Kind: "work", Spec: "0 * * * *", Width: 2, Rate: 30}); err != nil {
			t.Fatal(err)
		}
		r.advance(time.Hour)
		if _, _, err := n.scheduler.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := n.Schedules(t.Context())
		if err != nil || len(all) != 1 || all[0].Width != 2 || all[0].Rate != 30 {
			t.Errorf("%+v, %v", all, err)
		}
		if r.jobs() != 1 || r.number("SELECT COUNT(*) FROM plg_kessai_job WHERE width = 2 AND rate = 30") != 1 {
			t.Error("its job has another pace")
		}
	})
}
