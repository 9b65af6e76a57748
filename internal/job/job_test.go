package job_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/problem"
)

func TestAJobRunsEachOfItsOrdersOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		r := newRig(t, db)
		a, b := r.node("a", 3), r.node("b", 3)
		id := r.job(a, 1203, func(w *job.Wanted) { w.Width = 5 })
		r.settle(a, b)
		r.once(a, id, 1203)
		if j := r.get(b, id); j.Counts.Amount != 120300 || j.Left() != 0 || j.Percent() != 100 || j.StartedAt.IsZero() {
			t.Errorf("%+v", j)
		}
		if n := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE open_key IS NOT NULL OR turn IS NOT NULL"); n != 0 {
			t.Errorf("%d items are still open", n)
		}
		if n := r.number("SELECT COUNT(*) FROM plg_kessai_job_lane WHERE owner <> '' OR lease_until IS NOT NULL"); n != 0 {
			t.Errorf("%d lanes are still held", n)
		}
	})
}

// TestManyAtOnce lets two jobs over the same orders run on two nodes, their workers
// beside each other: no order is worked on twice at once (run says so), and no job has
// more items at work than its width.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		r := newRig(t, db)
		a, b := r.node("a", 4), r.node("b", 4)
		r.during = func(job.Item) { time.Sleep(time.Millisecond) }
		width := func(w *job.Wanted) { w.Width = 3 }
		one, two := r.job(a, 60, width), r.job(b, 60, width)
		r.loop([]*node{a, b}, one, two)
		for _, id := range []string{one, two} {
			if j := r.get(a, id); j.State != job.Done || j.Counts.Succeeded != 60 {
				t.Errorf("%s: %s %+v", id, j.State, j.Counts)
			}
		}
		if r.most < 2 || r.most > 6 {
			t.Errorf("%d items were at work at once", r.most)
		}
		for id := order.ID(1); id <= 60; id++ {
			if r.effects[id] != 2 {
				t.Errorf("order %d: done %d times by two jobs", id, r.effects[id])
			}
		}
	})
}

func TestWidthHoldsOverAllNodes(t *testing.T) {
	r := sqliteRig(t)
	a, b := r.node("a", 6), r.node("b", 6)
	r.during = func(job.Item) { time.Sleep(time.Millisecond) }
	id := r.job(a, 80, func(w *job.Wanted) { w.Width = 2 })
	r.loop([]*node{a, b}, id)
	r.once(a, id, 80)
	if r.most != 2 {
		t.Errorf("%d items were at work at once", r.most)
	}
}

func TestOneFormIsOneJob(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	want := job.Wanted{Kind: "work", Selection: job.Selection{UpTo: 3}, Requester: "staff:1", Key: "form"}
	first, err := n.Create(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.node("b", 1).Create(t.Context(), want)
	if err != nil || again.ID != first.ID {
		t.Errorf("%s, then %s, %v", first.ID, again.ID, err)
	}
	want.Requester = "staff:2"
	if _, err := n.Create(t.Context(), want); !problem.Is(err, "job.key_used") {
		t.Errorf("another's key: %v", err)
	}
	if n := r.number("SELECT COUNT(*) FROM plg_kessai_job"); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

func TestWhatIsNoJob(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	many := job.Selection{Orders: make([]job.Chosen, job.MaxChosen+1)}
	for code, w := range map[string]job.Wanted{
		"job.kind_unknown": {Kind: "other", Requester: "staff:1", Key: "k"},
		"job.width":        {Kind: "work", Requester: "staff:1", Key: "k", Width: job.MaxWidth + 1},
		"job.rate":         {Kind: "work", Requester: "staff:1", Key: "k", Rate: -1},
		"job.too_many":     {Kind: "work", Requester: "staff:1", Key: "k", Selection: many},
		"job.incomplete":   {Kind: "work", Requester: "staff:1"},
	} {
		if _, err := n.Create(t.Context(), w); !problem.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestOrdersNamedOneByOne(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 2)
	id := r.job(n, 0, func(w *job.Wanted) {
		w.Selection = job.Selection{Orders: []job.Chosen{{Order: 9}, {Order: 4}, {Order: 9}, {Order: 12}}}
	})
	r.settle(n)
	var got []order.ID
	for _, x := range r.results(n, id) {
		got = append(got, x.Order)
	}
	if !slices.Equal(got, []order.ID{4, 9, 12}) || r.get(n, id).Counts.Succeeded != 3 {
		t.Errorf("%v", got)
	}
}

func TestNothingFoundIsDone(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 0)
	r.settle(n)
	if j := r.get(n, id); j.State != job.Done || j.Total != 0 {
		t.Errorf("%+v", j)
	}
}

// TestCrash lets a node die at each boundary of an item; whether its own successor or
// another node goes on, each order is done once and counted once.
func TestCrash(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string]int{"preparing": 0, "claimed": 4, "in the middle": 9, "before the last": 38} {
		for _, heir := range []string{"itself", "another"} {
			t.Run(name+"/"+heir, func(t *testing.T) {
				r := sqliteRig(t)
				r.during = func(job.Item) { r.advance(30 * time.Millisecond) } // batches of several
				a := r.node("a", 1)
				id := r.job(a, 40, func(w *job.Wanted) { w.Width = 2 })
				for range steps {
					r.step(a)
				}
				next := r.node("a", 2) // a is gone, with what it had in hand and had not written
				if heir == "another" {
					next = r.node("b", 2)
					r.settle(next)
					r.advance(3 * time.Minute)
				} else if err := next.EndLeases(t.Context()); err != nil {
					t.Fatal(err)
				}
				r.settle(next)
				r.once(next, id, 40)
			})
		}
	}
}

// TestRunBeforeTheCrash: what was run and not written is run again, told that it is.
func TestRunBeforeTheCrash(t *testing.T) {
	r := sqliteRig(t)
	died := errors.New("died")
	var again []order.ID
	r.answer = func(i job.Item) (job.Outcome, error) {
		if i.Again {
			again = append(again, i.Order)
		}
		return job.Outcome{State: job.Succeeded, Code: "done", Facts: job.Facts{Amount: i.Amount}}, nil
	}
	a := r.node("a", 1)
	id := r.job(a, 5)
	func() {
		defer func() {
			if recover() != died { //nolint:errorlint // the very value
				t.Fatal("the node did not die")
			}
		}()
		r.during = func(i job.Item) {
			if i.Order == 3 {
				_, _ = r.end(i) // it took effect
				panic(died)
			}
		}
		r.settle(a)
	}()
	r.during, again = nil, nil
	b := r.node("a", 1)
	if err := b.EndLeases(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.settle(b)
	r.once(b, id, 5)
	if !slices.Contains(again, 3) {
		t.Errorf("run again: %v", again)
	}
}

// TestALaneThatWasTaken: a worker whose lease ended writes nothing any more, and begins
// nothing of what it had in hand.
func TestALaneThatWasTaken(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]time.Duration{"one in hand": time.Second, "several in hand": 0} {
		t.Run(name, func(t *testing.T) {
			r := sqliteRig(t)
			a, b := r.node("a", 1), r.node("b", 1)
			id := r.job(a, 6, func(w *job.Wanted) { w.Width = 1 })
			stalled := false
			r.during = func(i job.Item) {
				r.advance(each)
				if i.Order == 2 && !stalled {
					stalled = true
					delete(r.active, i.Order) // the first run hangs; its lease ends meanwhile
					r.advance(5 * time.Minute)
					r.settle(b)
					r.active[i.Order] = 1
				}
			}
			r.settle(a, b)
			r.once(a, id, 6)
			if !stalled || r.runs[2] != 2 || r.runs[3] != 1 {
				t.Errorf("order 2 ran %d times, order 3 %d", r.runs[2], r.runs[3])
			}
		})
	}
}

// TestCommitInDoubt: a worker that does not know whether its exchange was written finds
// out, and goes on with what that claimed; nothing is counted twice.
func TestCommitInDoubt(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 20, func(w *job.Wanted) { w.Width = 1 })
	doubts := 0
	for r.step(n) {
		if doubts < 5 && n.workers[0].Unseen() {
			doubts++
		}
	}
	r.once(n, id, 20)
	if doubts != 5 {
		t.Errorf("%d commits in doubt", doubts)
	}
}

func TestPauseAndResumeFromAnyNode(t *testing.T) {
	r := sqliteRig(t)
	a, b := r.node("a", 1), r.node("b", 1)
	id := r.job(a, 50, func(w *job.Wanted) { w.Width = 1 })
	r.during = func(job.Item) { r.advance(300 * time.Millisecond) } // one at a time
	for range 12 {
		r.step(a)
	}
	before := r.get(a, id).Counts.Succeeded
	for range 2 { // twice is once
		if err := b.Pause(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	r.wait(time.Minute, 10*time.Second, a, b)
	j := r.get(a, id)
	if before == 0 || j.State != job.Paused || j.Counts.Succeeded > before+1 || j.Left() == 0 {
		t.Errorf("paused after %d: %s %+v", before, j.State, j.Counts)
	}
	if err := a.Resume(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.settle(b)
	r.once(a, id, 50)
	if err := a.Pause(t.Context(), id); !problem.Is(err, "job.state") {
		t.Errorf("pausing what is done: %v", err)
	}
}

func TestPausedWhilePreparing(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 2)
	id := r.job(n, 1700)
	if _, _, err := n.foreman.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := n.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.settle(n)
	if j := r.get(n, id); j.Prepared || j.Total != 500 || j.Counts.Ended() != 0 {
		t.Errorf("%+v", j)
	}
	if err := n.Resume(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.settle(n)
	r.once(n, id, 1700)
}

func TestCancel(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	id := r.job(n, 50, func(w *job.Wanted) { w.Width = 1 })
	r.during = func(job.Item) { r.advance(300 * time.Millisecond) }
	for range 12 {
		r.step(n)
	}
	if err := n.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.wait(time.Minute, 10*time.Second, n)
	j := r.get(n, id)
	if j.State != job.Canceled || j.Counts.Succeeded == 0 || j.Left() == 0 || j.EndedAt.IsZero() {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
	if err := n.Resume(t.Context(), id); !problem.Is(err, "job.state") {
		t.Errorf("resumed: %v", err)
	}
}

// TestStoppedWhileTheCentreIsSlow: what was claimed while each order took no time is not begun
// once the job was stopped, however long each takes by now.
func TestStoppedWhileTheCentreIsSlow(t *testing.T) {
	for name, stop := range map[string]func(*node, string) error{
		"paused":   func(n *node, id string) error { return n.Pause(t.Context(), id) },
		"canceled": func(n *node, id string) error { return n.Cancel(t.Context(), id) },
	} {
		t.Run(name, func(t *testing.T) {
			r := sqliteRig(t)
			n := r.node("a", 1)
			id := r.job(n, 200, func(w *job.Wanted) { w.Width = 1 })
			r.during = func(job.Item) { r.advance(time.Millisecond) }
			for range 40 {
				r.step(n)
			}
			r.during = func(job.Item) { r.advance(10 * time.Second) }
			begun := len(r.runs)
			if err := stop(n, id); err != nil {
				t.Fatal(err)
			}
			r.wait(time.Hour, time.Minute, n)
			if more := len(r.runs) - begun; begun == 0 || more > 1 {
				t.Errorf("%d were begun, and %d more after it was stopped", begun, more)
			}
			if held := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE open_key IS NOT NULL OR state IN ('claimed', 'unknown')"); held != 0 {
				t.Errorf("%d orders are still held", held)
			}
			if j := r.get(n, id); j.Counts.Ended() != int64(len(r.runs)) || j.Left() != int64(200-len(r.runs)) {
				t.Errorf("%+v of %d", j.Counts, j.Total)
			}
			if name == "canceled" {
				return
			}
			if err := n.Resume(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			r.during = nil
			r.settle(n)
			r.once(n, id, 200)
		})
	}
}

// TestStoppedJobsHoldNoOrders: the orders that a node had in hand when it died are free
// again although their job was cancelled, and what had been done is found out.
func TestStoppedJobsHoldNoOrders(t *testing.T) {
	r := sqliteRig(t)
	a := r.node("a", 1)
	r.during = func(i job.Item) {
		if i.Order == 4 {
			_, _ = r.end(i)
			panic("died")
		}
	}
	id := r.job(a, 30, func(w *job.Wanted) { w.Width = 1 })
	func() {
		defer func() { _ = recover() }()
		r.settle(a)
	}()
	r.during = nil
	b := r.node("b", 1)
	if err := b.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.settle(b)
	if n := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE open_key IS NOT NULL"); n == 0 {
		t.Fatal("the dead node held nothing")
	}
	r.wait(3*time.Minute, 30*time.Second, b)
	if n := r.number("SELECT COUNT(*) FROM plg_kessai_job_item WHERE open_key IS NOT NULL OR state IN ('claimed', 'unknown')"); n != 0 {
		t.Errorf("%d orders are still held", n)
	}
	j := r.get(b, id)
	if j.Counts.Succeeded != 4 || j.Counts.Unknown != 0 || j.Left() != 26 {
		t.Errorf("%+v of %d", j.Counts, j.Total)
	}
}

func TestRate(t *testing.T) {
	r := sqliteRig(t)
	a, b := r.node("a", 4), r.node("b", 4)
	id := r.job(a, 100, func(w *job.Wanted) { w.Rate = 30 })
	r.wait(20*time.Second, 250*time.Millisecond, a, b)
	if n := r.get(a, id).Counts.Succeeded; n < 10 || n > 12 {
		t.Errorf("%d items in 20 s at 30 a minute", n)
	}
	r.advance(10 * time.Minute) // nothing is made up for afterwards
	before := r.get(a, id).Counts.Succeeded
	r.wait(10*time.Second, 250*time.Millisecond, a, b)
	if n := r.get(a, id).Counts.Succeeded - before; n < 4 || n > 7 {
		t.Errorf("%d items in the next 10 s", n)
	}
}

func TestARehearsalWritesNothingElse(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 2)
	real := r.job(n, 30)
	dry := r.job(n, 30, func(w *job.Wanted) { w.Rehearsal = true })
	if err := n.Pause(t.Context(), real); err != nil {
		t.Fatal(err)
	}
	r.settle(n)
	j := r.get(n, dry)
	if j.State != job.Done || j.Counts.Succeeded != 30 || j.Counts.Amount != 3000 || j.Counts.Goods != 60 || r.rehearse != 30 {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
	if len(r.runs) != 0 || len(r.effects) != 0 {
		t.Errorf("ran %v", r.runs)
	}
}

// TestARehearsalOfADeadNode: what a dead node had in hand of a rehearsal is rehearsed,
// never run, also when the rehearsal was stopped.
func TestARehearsalOfADeadNode(t *testing.T) {
	t.Parallel()
	for _, stop := range []bool{false, true} {
		r := newRig(t, dbtest.SQLite(t))
		a := r.node("a", 1)
		dry := r.job(a, 10, func(w *job.Wanted) { w.Rehearsal = true })
		for range 4 {
			r.step(a)
		}
		b := r.node("b", 1)
		if stop {
			if err := b.Cancel(t.Context(), dry); err != nil {
				t.Fatal(err)
			}
		}
		r.wait(3*time.Minute, 30*time.Second, b)
		if len(r.runs) != 0 {
			t.Errorf("stopped %v: ran %v", stop, r.runs)
		}
		if j := r.get(b, dry); !stop && j.Counts.Succeeded != 10 || stop && j.Counts.Succeeded == 0 || j.Counts.Unknown != 0 {
			t.Errorf("stopped %v: %+v", stop, j.Counts)
		}
	}
}

// TestUnknown: an outcome that is not known is counted as such, and once it is known as
// what it was; nothing is done twice for it.
func TestUnknown(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 2)
	known := false
	r.answer = func(i job.Item) (job.Outcome, error) {
		if i.Order == 2 && !known {
			return job.Outcome{State: job.Unknown, Code: "unknown"}, nil
		}
		return job.Outcome{State: job.Succeeded, Code: "done", Facts: job.Facts{Amount: 7}}, nil
	}
	id := r.job(n, 3)
	r.settle(n)
	if j := r.get(n, id); j.State != job.Done || j.Counts.Unknown != 1 || j.Counts.Succeeded != 2 {
		t.Errorf("%s %+v", j.State, j.Counts)
	}
	r.wait(2*time.Minute, 10*time.Second, n)
	if j := r.get(n, id); j.Counts.Unknown != 1 || r.runs[2] < 3 {
		t.Errorf("%+v after %d looks", j.Counts, r.runs[2])
	}
	known = true
	r.wait(30*time.Minute, time.Minute, n)
	if j := r.get(n, id); j.Counts.Unknown != 0 || j.Counts.Succeeded != 3 || j.Counts.Amount != 21 {
		t.Errorf("%+v", j.Counts)
	}
}

// TestErrors: an item that cannot be told anything about is run again, and given up in
// the end; the others go on.
func TestErrors(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 1)
	r.answer = func(i job.Item) (job.Outcome, error) {
		if i.Order == 2 {
			return job.Outcome{}, errors.New("the database is away")
		}
		return job.Outcome{State: job.Succeeded, Code: "done"}, nil
	}
	id := r.job(n, 4)
	failed := 0
	for range 60 {
		for _, s := range []func(context.Context) (bool, time.Time, error){n.foreman.Step, n.workers[0].Step} {
			if _, _, err := s(t.Context()); err != nil {
				failed++
			}
		}
	}
	j := r.get(n, id)
	if j.State != job.Done || j.Counts.Succeeded != 3 || j.Counts.Failed != 1 || failed != 4 || r.runs[2] != 5 {
		t.Errorf("%s %+v, %d errors, %d runs", j.State, j.Counts, failed, r.runs[2])
	}
	if x := r.results(n, id, job.Failed); len(x) != 1 || x[0].Order != 2 || x[0].Outcome.Code != "job.failed" {
		t.Errorf("%+v", x)
	}
}

// TestStatementsDoNotGrow: an item costs as many statements in a job of a thousand
// orders as in one of fifty.
func TestStatementsDoNotGrow(t *testing.T) {
	t.Parallel()
	counted, on := 0, false
	db := dbtest.Open(t, database.SQLite, database.Options{Observe: func(string) {
		if on {
			counted++
		}
	}})
	r := newRig(t, db)
	r.during = func(job.Item) { r.advance(300 * time.Millisecond) } // one claim an item
	each := func(orders order.ID) float64 {
		n := r.node("a", 1)
		id := r.job(n, orders, func(w *job.Wanted) { w.Width = 1 })
		for r.get(n, id).State == job.Preparing {
			if _, _, err := n.foreman.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := n.foreman.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		counted, on = 0, true
		for worked := true; worked; {
			var err error
			if worked, _, err = n.workers[0].Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		on = false
		if j := r.get(n, id); j.State != job.Done {
			t.Fatalf("%+v", j)
		}
		return float64(counted) / float64(orders)
	}
	few, many := each(50), each(1000)
	t.Logf("%.2f and %.2f statements an item", few, many)
	if few > 6 || many > few {
		t.Errorf("%.2f statements an item of 50, %.2f of 1,000", few, many)
	}
}

// TestAJobThatCannotBePrepared, for an order among its own cannot be read, say, keeps no other
// job from its work.
func TestAJobThatCannotBePrepared(t *testing.T) {
	r := sqliteRig(t)
	n := r.node("a", 2)
	r.unreadable = 7
	bad := r.job(n, 7)
	r.advance(time.Second)
	id := r.job(n, 30)
	r.settle(n)
	r.once(n, id, 30)
	if j := r.get(n, bad); j.State != job.Preparing {
		t.Errorf("%+v", j)
	}
	r.unreadable = 0
	r.settle(n)
	if j := r.get(n, bad); j.State != job.Done || j.Counts.Succeeded != 7 {
		t.Errorf("%+v", j)
	}
}
