package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/order"
)

// rig is a shop's database, a clock, and a kind of work that remembers what was done.
type rig struct {
	t  *testing.T
	db *database.DB

	mu     sync.Mutex
	clock  time.Time
	chance *rand.ChaCha8

	effects  map[order.ID]int // what was done, once for each key
	seen     map[string]job.Outcome
	runs     map[order.ID]int
	active   map[order.ID]int
	most     int // items at work at once
	rehearse int
	answer   func(job.Item) (job.Outcome, error) // nil: succeeds
	during   func(job.Item)                      // while an item is at work

	looked     func()   // told when an item is looked at first
	unreadable order.ID // a selection up to it cannot be read; 0: all can
}

func newRig(t *testing.T, db *database.DB) *rig {
	t.Helper()
	return &rig{
		t: t, db: db, clock: dbtest.Now(), chance: rand.NewChaCha8([32]byte{1}),
		effects: map[order.ID]int{}, seen: map[string]job.Outcome{}, runs: map[order.ID]int{}, active: map[order.ID]int{},
	}
}

func sqliteRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	return newRig(t, dbtest.SQLite(t))
}

func (r *rig) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *rig) advance(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = r.clock.Add(d)
}

func (r *rig) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.chance.Read(p)
}

// work is the kind: its effect happens once for each key, as an operation of the
// ledger does, however often it is run.
func (r *rig) work() job.Kind {
	return job.Kind{
		Name: "work", Select: r.find, Run: r.run,
		Rehearse: func(context.Context, job.Item) (job.Outcome, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.rehearse++
			return job.Outcome{State: job.Succeeded, Code: "done", Facts: job.Facts{Amount: 100, Goods: 2}}, nil
		},
		Look: func(_ context.Context, i job.Item) (job.Outcome, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.looked != nil {
				r.looked()
				r.looked = nil
			}
			if out, was := r.seen[i.Key()]; was {
				return out, nil
			}
			return job.Outcome{State: job.Waiting}, nil
		},
	}
}

// find names the orders 1 to UpTo, or those that were chosen.
func (r *rig) find(_ context.Context, s job.Selection, after order.ID, limit int) (found []job.Target, next order.ID, err error) {
	if r.unreadable > 0 && s.UpTo == r.unreadable {
		return nil, 0, errors.New("an order cannot be read")
	}
	for _, c := range s.Orders {
		if c.Order > after && len(found) < limit {
			found = append(found, job.Target{Order: c.Order})
		}
	}
	for id := after + 1; id <= s.UpTo && len(found) < limit; id++ {
		found = append(found, job.Target{Order: id, Amount: 100})
	}
	if len(found) > 0 {
		next = found[len(found)-1].Order
	}
	return found, next, nil
}

func (r *rig) run(_ context.Context, i job.Item) (job.Outcome, error) {
	r.begin(i)
	if r.during != nil {
		r.during(i)
	}
	return r.end(i)
}

func (r *rig) begin(i job.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs[i.Order]++
	r.active[i.Order]++
	if r.active[i.Order] > 1 {
		r.t.Errorf("order %d is worked on twice at once", i.Order)
	}
	r.most = max(r.most, len(r.active))
}

func (r *rig) end(i job.Item) (job.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active[i.Order]--; r.active[i.Order] == 0 {
		delete(r.active, i.Order)
	}
	out := job.Outcome{State: job.Succeeded, Code: "done", Facts: job.Facts{Amount: i.Amount}}
	if r.answer != nil {
		var err error
		if out, err = r.answer(i); err != nil {
			return out, err
		}
	}
	if _, was := r.seen[i.Key()]; !was && out.State == job.Succeeded {
		r.effects[i.Order]++
	}
	r.seen[i.Key()] = out
	return out, nil
}

// node is one of the shop's nodes.
type node struct {
	*job.Jobs
	foreman   *job.Foreman
	scheduler *job.Scheduler
	workers   []*job.Worker
}

func (r *rig) node(name string, workers int) *node {
	r.t.Helper()
	j, err := job.New(job.Options{
		DB: r.db, Now: r.Now, Rand: r, Owner: name, Log: slog.New(slog.NewTextHandler(r.t.Output(), nil)), Kinds: []job.Kind{r.work()},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	n := &node{Jobs: j, foreman: j.Foreman(), scheduler: j.Scheduler()}
	for range workers {
		n.workers = append(n.workers, j.Worker())
	}
	return n
}

// job makes one over the orders 1 to n.
func (r *rig) job(n *node, orders order.ID, change ...func(*job.Wanted)) string {
	r.t.Helper()
	w := job.Wanted{Kind: "work", Selection: job.Selection{UpTo: orders}, Requester: "staff:1", Key: fmt.Sprint("form ", r.chance.Uint64())}
	for _, c := range change {
		c(&w)
	}
	made, err := n.Create(r.t.Context(), w)
	if err != nil {
		r.t.Fatal(err)
	}
	return made.ID
}

// step lets each of the nodes do one thing with each of its hands.
func (r *rig) step(nodes ...*node) (worked bool) {
	r.t.Helper()
	for _, n := range nodes {
		steps := []func(context.Context) (bool, time.Time, error){n.foreman.Step, n.scheduler.Step}
		for _, w := range n.workers {
			steps = append(steps, w.Step)
		}
		for _, s := range steps {
			did, _, err := s(r.t.Context())
			if err != nil {
				r.t.Fatal(err)
			}
			worked = worked || did
		}
	}
	return worked
}

// settle steps until nobody finds anything to do.
func (r *rig) settle(nodes ...*node) {
	r.t.Helper()
	for range 20000 {
		if !r.step(nodes...) {
			return
		}
	}
	r.t.Fatal("the workers do not come to rest")
}

// wait lets time pass, with the nodes at work.
func (r *rig) wait(d, by time.Duration, nodes ...*node) {
	r.t.Helper()
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.settle(nodes...)
		r.advance(by)
	}
	r.settle(nodes...)
}

// loop lets the nodes' workers run beside each other until the jobs are done.
func (r *rig) loop(nodes []*node, ids ...string) {
	r.t.Helper()
	ctx, stop := context.WithCancel(r.t.Context())
	var wg sync.WaitGroup
	spin := func(s func(context.Context) (bool, time.Time, error)) {
		for ctx.Err() == nil {
			worked, _, err := s(ctx)
			if err != nil && ctx.Err() == nil {
				r.t.Errorf("step: %v", err)
				return
			}
			if !worked {
				r.advance(50 * time.Millisecond)
				time.Sleep(time.Millisecond)
			}
		}
	}
	for _, n := range nodes {
		wg.Go(func() { spin(n.foreman.Step) })
		for _, w := range n.workers {
			wg.Go(func() { spin(w.Step) })
		}
	}
	for _, id := range ids {
		for j := r.get(nodes[0], id); !j.State.Ended() && !r.t.Failed(); j = r.get(nodes[0], id) {
			time.Sleep(5 * time.Millisecond)
		}
	}
	stop()
	wg.Wait()
}

func (r *rig) get(n *node, id string) job.Job {
	r.t.Helper()
	j, err := n.Get(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return j
}

// results are a job's items.
func (r *rig) results(n *node, id string, states ...job.ItemState) []job.Result {
	r.t.Helper()
	list, count, err := n.Results(r.t.Context(), id, states, 1, 100000)
	if err != nil || int(count) != len(list) {
		r.t.Fatal(len(list), count, err)
	}
	return list
}

// once checks that each of the orders was done once, and that the counts say so.
func (r *rig) once(n *node, id string, orders order.ID) {
	r.t.Helper()
	j := r.get(n, id)
	if j.State != job.Done || j.Total != int64(orders) || j.Counts.Succeeded != int64(orders) || j.Counts.Ended() != int64(orders) || j.EndedAt.IsZero() {
		r.t.Errorf("the job is %s: %d of %d, %+v", j.State, j.Counts.Ended(), j.Total, j.Counts)
	}
	if done := r.results(n, id, job.Succeeded); len(done) != int(orders) {
		r.t.Errorf("%d items succeeded, %d orders", len(done), orders)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for o := order.ID(1); o <= orders; o++ {
		if r.effects[o] != 1 {
			r.t.Errorf("order %d was done %d times", o, r.effects[o])
		}
	}
}

func (r *rig) number(query string, args ...any) int64 {
	r.t.Helper()
	n, _, err := database.One(r.t.Context(), r.db.Read(), database.Scalar[int64], query, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}
