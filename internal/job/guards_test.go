package job_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// exec changes the database as another hand would.
func (r *rig) exec(query string, args ...any) {
	r.t.Helper()
	if err := r.db.Write(r.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
}

// away lets the database refuse an event on a table until it is called off.
func (r *rig) away(event, table string) (back func()) {
	r.t.Helper()
	r.exec("CREATE TRIGGER away BEFORE " + event + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'away'); END")
	return func() { r.exec("DROP TRIGGER away") }
}

// prepared steps the foreman until the job's items are there and a lane may be taken.
func (r *rig) prepared(n *node, id string) {
	r.t.Helper()
	for range 4 {
		if _, _, err := n.foreman.Step(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	}
	if !r.get(n, id).Prepared {
		r.t.Fatal("not prepared")
	}
}

// TestOutcomesWaitForTheDatabase: what was done while the database takes nothing is kept in hand
// and written later, not done again.
func TestOutcomesWaitForTheDatabase(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 3, func(w *job.Wanted) { w.Width = 1 })
	r.prepared(n, id)
	w := n.workers[0]
	for range 2 { // a lane, and the first item
		if _, _, err := w.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	back := r.away("UPDATE", "plg_kessai_job_lane")
	failed := 0
	for range 4 {
		if _, _, err := w.Step(t.Context()); err != nil {
			failed++
		}
	}
	back()
	r.settle(n)
	r.once(n, id, 3)
	if failed != 4 || r.runs[1] != 1 {
		t.Errorf("%d errors, order 1 ran %d times", failed, r.runs[1])
	}
}

// TestAnItemThatIsNoLongerClaimed is not counted by the lane that ran it.
func TestAnItemThatIsNoLongerClaimed(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 1, func(w *job.Wanted) { w.Width = 1 })
	r.prepared(n, id)
	r.during = func(job.Item) { r.exec("UPDATE plg_kessai_job_item SET state = 'failed', open_key = NULL") }
	failed := 0
	for range 4 {
		if _, _, err := n.workers[0].Step(t.Context()); err != nil {
			failed++
		}
	}
	if j := r.get(n, id); failed == 0 || j.Counts.Succeeded != 0 {
		t.Errorf("%d errors, %+v", failed, j.Counts)
	}
}

// TestALeaseThatEndedBetween: a worker that stood still with items in hand, and not with one at
// work, begins none of them after its lease: they are another's.
func TestALeaseThatEndedBetween(t *testing.T) {
	r := sqliteRig(t)
	a, b := r.node("a", 1), r.node("b", 1)
	id := r.job(a, 12, func(w *job.Wanted) { w.Width = 1 })
	r.prepared(a, id)
	for range 5 { // a lane, then one item, then two
		if _, _, err := a.workers[0].Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if held := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE state = 'claimed'"); held < 2 {
		t.Fatalf("%d in hand", held)
	}
	r.advance(5 * time.Minute)
	r.settle(b)
	before := map[order.ID]int{}
	for o, runs := range r.runs {
		before[o] = runs
	}
	r.settle(a)
	r.once(a, id, 12)
	for o, runs := range r.runs {
		if runs != before[o] {
			t.Errorf("order %d ran again after all was done", o)
		}
	}
}

// TestRestsUntilItsTurn: between two turns of a slow job a worker asks the database nothing.
func TestRestsUntilItsTurn(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 5, func(w *job.Wanted) { w.Width, w.Rate = 1, 30 })
	r.prepared(n, id)
	r.settle(n)
	worked, next, err := n.workers[0].Step(t.Context())
	if want := r.Now().Add(2 * time.Second); worked || err != nil || !next.Equal(want) {
		t.Errorf("worked %v, %v, next at %s, not %s", worked, err, next, want)
	}
	seq := r.number("SELECT SUM(seq) FROM plg_kessai_job_lane")
	r.settle(n)
	if now := r.number("SELECT SUM(seq) FROM plg_kessai_job_lane"); now != seq {
		t.Errorf("%d exchanges while it rests", now-seq)
	}
}

// TestRateIsKept although each turn is looked for a little late.
func TestRateIsKept(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 2)
	id := r.job(n, 100, func(w *job.Wanted) { w.Rate = 30 })
	r.wait(time.Minute, 900*time.Millisecond, n)
	if done := r.get(n, id).Counts.Succeeded; done < 28 || done > 32 {
		t.Errorf("%d items in a minute at 30", done)
	}
}

// TestANewerKessaisJob is left alone: neither prepared nor looked at, and other jobs go on.
func TestANewerKessaisJob(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.answer = func(i job.Item) (job.Outcome, error) { return job.Outcome{State: job.Unknown}, nil }
	old := r.job(n, 1)
	r.settle(n)
	fresh := r.job(n, 2)
	r.exec("UPDATE plg_kessai_job SET kind = 'newer'")
	r.answer = nil
	id := r.job(n, 3)
	r.wait(time.Hour, 10*time.Minute, n)
	if j := r.get(n, id); j.State != job.Done || j.Counts.Succeeded != 3 {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
	if j := r.get(n, fresh); j.State != job.Preparing || j.Total != 0 {
		t.Errorf("%s of %d", j.State, j.Total)
	}
	if j := r.get(n, old); j.Counts.Unknown != 1 {
		t.Errorf("%+v", j.Counts)
	}
}

// TestALookThatFails leaves what is unknown unknown, and it is looked at again.
func TestALookThatFails(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.answer = func(job.Item) (job.Outcome, error) { return job.Outcome{State: job.Unknown}, nil }
	id := r.job(n, 1)
	r.settle(n)
	r.answer = func(job.Item) (job.Outcome, error) { return job.Outcome{}, errors.New("the database is away") }
	r.wait(time.Minute, 10*time.Second, n)
	if x := r.results(n, id); len(x) != 1 || x[0].State != job.Unknown {
		t.Errorf("%+v", x)
	}
	r.answer = nil
	r.wait(2*time.Hour, 10*time.Minute, n)
	if j := r.get(n, id); j.State != job.Done || j.Counts.Succeeded != 1 || j.Counts.Unknown != 0 {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
}

// TestGivenBackWaitsAgain: what a dead node had in hand of a paused job and had not begun is done
// when the job goes on.
func TestGivenBackWaitsAgain(t *testing.T) {
	r := sqliteRig(t)
	a, b := r.node("a", 1), r.node("b", 1)
	id := r.job(a, 6, func(w *job.Wanted) { w.Width = 1 })
	r.prepared(a, id)
	for range 5 {
		if _, _, err := a.workers[0].Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.wait(10*time.Minute, time.Minute, b)
	if n := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE state IN ('claimed', 'unknown')"); n != 0 {
		t.Fatalf("%d are still held", n)
	}
	if err := b.Resume(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.settle(b)
	r.once(b, id, 6)
}

// TestARehearsalHoldsNoOrders: one that hangs keeps no other job from its orders.
func TestARehearsalHoldsNoOrders(t *testing.T) {
	r := sqliteRig(t)
	a, b := r.node("a", 1), r.node("b", 1)
	dry := r.job(a, 3, func(w *job.Wanted) { w.Width, w.Rehearsal = 1, true })
	r.prepared(a, dry)
	for range 2 {
		if _, _, err := a.workers[0].Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE state = 'claimed'"); n == 0 {
		t.Fatal("nothing is in hand")
	}
	id := r.job(b, 3, func(w *job.Wanted) { w.Width = 1 })
	r.settle(b)
	r.once(b, id, 3)
}

// TestSkippedAreCounted: they are told apart from what is left.
func TestSkippedAreCounted(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.answer = func(job.Item) (job.Outcome, error) { return job.Outcome{State: job.Skipped}, nil }
	id := r.job(n, 4)
	if j := r.get(n, id); j.Percent() != 0 || !j.StartedAt.IsZero() || !j.EndedAt.IsZero() {
		t.Errorf("before it began: %+v", j)
	}
	r.settle(n)
	if j := r.get(n, id); j.Counts.Skipped != 4 || j.Left() != 0 || j.Percent() != 100 || j.State != job.Done {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
}

// TestResultsOfWhatWaits: an item that was not begun has no time and no facts.
func TestResultsOfWhatWaits(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 0)
	id := r.job(n, 2)
	r.settle(n)
	list := r.results(n, id)
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	for _, x := range list {
		if x.State != job.Waiting || !x.DoneAt.IsZero() || x.Outcome.Code != "" {
			t.Errorf("%+v", x)
		}
	}
}

// TestACalledOffNode gives nothing up that it could not finish.
func TestACalledOffNode(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 1, func(w *job.Wanted) { w.Width = 1 })
	r.prepared(n, id)
	for range 2 {
		if _, _, err := n.workers[0].Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.answer = func(job.Item) (job.Outcome, error) { return job.Outcome{}, context.Canceled }
	gone, stop := context.WithCancel(t.Context())
	stop()
	for range 10 {
		if _, _, err := n.workers[0].Step(gone); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	r.answer = nil
	r.settle(n)
	r.once(n, id, 1)
}

// TestNoJob: what was not written, or is not there, is no job.
func TestNoJob(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 0)
	back := r.away("INSERT", "plg_kessai_job")
	if j, err := n.Create(t.Context(), job.Wanted{Kind: "work", Requester: "staff:1", Key: "k"}); err == nil {
		t.Errorf("made while the database takes none: %+v", j)
	}
	back()
	if _, err := n.Get(t.Context(), "01NONE"); !problem.Is(err, "job.unknown") {
		t.Errorf("%v", err)
	}
	if err := n.Pause(t.Context(), "01NONE"); !problem.Is(err, "job.unknown") {
		t.Errorf("%v", err)
	}
}

// TestSchedulesThatCannotRun make no job and use up no slot.
func TestSchedulesThatCannotRun(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.schedule(n, "0 * * * *")
	if _, next, err := n.scheduler.Step(t.Context()); err != nil || !next.After(r.Now()) || next.Sub(r.Now()) > time.Hour {
		t.Errorf("next at %s, %v", next, err)
	}
	r.exec("UPDATE plg_kessai_schedule SET kind = 'newer'")
	r.advance(time.Hour)
	r.settle(n)
	if r.slots() != 0 || r.jobs() != 0 {
		t.Errorf("%d slots, %d jobs of a kind that is not known", r.slots(), r.jobs())
	}
	r.exec("UPDATE plg_kessai_schedule SET kind = 'work'")
	back := r.away("INSERT", "plg_kessai_schedule_slot")
	if worked, _, err := n.scheduler.Step(t.Context()); worked || err == nil {
		t.Errorf("worked %v, %v, while the database takes nothing", worked, err)
	}
	back()
	r.settle(n)
	if r.slots() != 1 || r.jobs() != 1 {
		t.Errorf("%d slots, %d jobs", r.slots(), r.jobs())
	}
}

// TestWhatJobsNeed: a node that was put together wrongly says so as it starts.
func TestWhatJobsNeed(t *testing.T) {
	r := sqliteRig(t)
	whole := func() job.Kind { return r.work() }
	for name, change := range map[string]func(*job.Kind){
		"no name":   func(k *job.Kind) { k.Name = "" },
		"no Select": func(k *job.Kind) { k.Select = nil },
		"no Run":    func(k *job.Kind) { k.Run = nil },
		"no dry":    func(k *job.Kind) { k.Rehearse = nil },
		"no Look":   func(k *job.Kind) { k.Look = nil },
	} {
		k := whole()
		change(&k)
		if _, err := job.New(job.Options{DB: r.db, Now: r.Now, Rand: r, Owner: "a", Log: slog.New(slog.DiscardHandler), Kinds: []job.Kind{k}}); err == nil {
			t.Error(name)
		}
	}
	if _, err := job.New(job.Options{DB: r.db, Now: r.Now, Rand: r, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("without an owner")
	}
}
