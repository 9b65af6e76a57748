package job

import (
	"context"
	"time"

	"kessai/internal/problem"
)

// Worker works on one lane at a time.
type Worker struct {
	j    *Jobs
	lane *held
	hand []Item   // claimed, not run yet
	done []result // run, not written yet

	asked     time.Time     // when it was asked last whether the job goes on
	batch     int           // how many items are claimed at once
	took      time.Duration // what one of the last batch took
	notBefore time.Time     // nothing can be claimed until then
	tries     int           // of the item in hand
}

// held is a lane in a worker's hands.
type held struct {
	job   string
	kind  Kind
	lane  int
	token string
	seq   int64
	until time.Time
	pace  pace
}

type result struct {
	item    Item
	outcome Outcome
}

// Worker makes a worker; each is for one loop.
func (j *Jobs) Worker() *Worker { return &Worker{j: j} }

const (
	maxBatch = 32
	// writeEvery is how long outcomes may wait to be written, so how much a crash makes
	// the next one ask about again.
	writeEvery = 500 * time.Millisecond
	// staleHand is how long the worker goes on with what is in hand before it asks whether the job
	// does: they were as many as take less, and take longer than they did.
	staleHand = 2 * writeEvery
	// blockedRest is the pause where all that waits is worked on by other jobs.
	blockedRest = 200 * time.Millisecond
	maxTries    = 5
	// fullRest is the pause after a job was found without a free lane.
	fullRest = 500 * time.Millisecond
)

// Step does one thing: takes a lane, or runs an item. worked is false if there was
// nothing to do; next is when there may be, zero if nobody knows.
func (w *Worker) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	switch now := w.j.now(); {
	case w.lane == nil:
		return w.begin(ctx)
	case !now.Before(w.lane.until) && len(w.hand) > 0:
		w.drop() // it may be another's by now
		return true, now, nil
	case len(w.hand) > 0:
		return true, now, w.work(ctx)
	case now.Before(w.notBefore):
		return false, w.notBefore, nil
	}
	return w.exchange(ctx)
}

func (w *Worker) drop() { *w = Worker{j: w.j} }

// begin takes a lane of the first job that has one to give.
func (w *Worker) begin(ctx context.Context) (bool, time.Time, error) {
	w.j.taking.Lock() // one asks, and what it finds full the others of this node leave alone
	defer w.j.taking.Unlock()
	for _, id := range w.j.hotJobs(w.j.now()) {
		took, err := w.take(ctx, id)
		if err != nil || took {
			return took, time.Time{}, err
		}
	}
	return false, time.Time{}, nil
}

// work runs the first item in hand; what came of the last is written at once.
func (w *Worker) work(ctx context.Context) error {
	item, from := w.hand[0], w.j.now()
	run := w.lane.kind.Run
	if w.lane.pace.rehearsal {
		run = w.lane.kind.Rehearse
	}
	out, err := run(ctx, item)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.tries++; w.tries < maxTries {
			return err
		}
		w.j.o.Log.ErrorContext(ctx, "item of a job given up", "job", item.Job, "order", int64(item.Order), "error", err)
		out = Outcome{State: Failed, Code: "job.failed", Facts: Facts{Category: string(problem.Internal)}}
	}
	w.tries, w.took = 0, w.j.now().Sub(from)
	w.hand, w.done = w.hand[1:], append(w.done, result{item, out})
	if len(w.hand) > 0 && (w.hand[0].Again || w.j.now().Before(w.asked.Add(staleHand))) {
		return nil
	}
	_, _, err = w.exchange(context.WithoutCancel(ctx)) // what was done is written even if the node ends
	return err
}

// nextBatch is how many items to claim: as many as are done until outcomes are to be
// written, but only gradually more than before, so that a short job is shared by all.
func (w *Worker) nextBatch() int {
	n := 1
	if w.batch > 0 {
		fits := maxBatch
		if w.took > 0 {
			fits = int(writeEvery / w.took)
		}
		n = min(max(fits, 1), 2*w.batch, maxBatch)
	}
	if w.lane.pace.rate > 0 {
		n = 1
	}
	w.batch = n
	return n
}
