package job

import (
	"context"
	"errors"
	"time"

	"kessai/internal/database"
)

// take takes a free lane of a job, with the items its former holder had begun.
func (w *Worker) take(ctx context.Context, id string) (took bool, err error) {
	j, now := w.j, w.j.now()
	var h held
	var hand []Item
	err = j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		h, hand, took = held{job: id, until: now.Add(j.o.Lease)}, nil, false
		lane, was, found, err := freeLane(ctx, tx, id, now)
		if err != nil || !found {
			return err
		}
		h.lane, h.seq, h.token = lane, was+1, j.id(now)
		if took, err = holdLane(ctx, tx, h, j.o.Owner, was, h.until); err != nil || !took {
			return err
		}
		hand, err = claimedItems(ctx, tx, h)
		return err
	})
	if err != nil {
		return false, err
	}
	if !took {
		j.full(id, now.Add(fullRest))
		return false, nil
	}
	if h.pace, _, err = paceOf(ctx, j.o.DB.Read(), id, ""); err != nil {
		return false, err
	}
	h.kind = j.kinds[h.pace.kind]
	w.lane, w.hand, w.batch = &h, begun(hand, h.pace), 0
	return true, nil
}

// begun are items that somebody had in hand before.
func begun(items []Item, p pace) []Item {
	for i := range items {
		items[i].Again, items[i].Requester = true, p.requester
	}
	return items
}

// exchanged is what a transaction of a lane led to.
type exchanged struct {
	lost   bool // the lane is no longer the worker's, or its last commit went through unseen
	pace   pace
	items  []Item
	left   bool      // the lane was given back
	ran    bool      // the job may have come to its end
	waitTo time.Time // nothing can be claimed until then
}

// exchange writes what was done, and claims what comes next where nothing is in hand, in one
// transaction. If the job does not go on, what is in hand and was not begun is given back.
func (w *Worker) exchange(ctx context.Context) (worked bool, next time.Time, err error) {
	now, h := w.j.now(), *w.lane
	until, n := now.Add(w.j.o.Lease), w.nextBatch()
	var x exchanged
	err = w.j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		x, err = w.exchangeIn(ctx, tx, h, n, now, until)
		return err
	})
	switch {
	case database.IsDuplicate(err): // another job was faster with one of the orders
		w.notBefore = now.Add(10 * time.Millisecond)
		return true, w.notBefore, nil
	case err != nil:
		return false, time.Time{}, err
	case x.lost:
		return true, now, w.find(ctx)
	}
	wrote := len(w.done) > 0
	w.done, w.hand, w.asked, w.notBefore = nil, x.items, w.j.now(), x.waitTo
	w.lane.seq, w.lane.until, w.lane.pace = h.seq+1, until, x.pace
	if x.left {
		w.drop()
		w.j.cool(h.job)
		if x.ran {
			_, err = w.j.end(ctx, h.job)
		}
		return true, now, err
	}
	if len(x.items) == 0 && !wrote {
		return false, x.waitTo, nil
	}
	return true, now, nil
}

// exchangeIn is the transaction. It sends as many statements for a job of a million
// orders as for one of two.
func (w *Worker) exchangeIn(ctx context.Context, tx *database.Tx, h held, n int, now, until time.Time) (x exchanged, err error) {
	mine, err := keepLane(ctx, tx, h, sum(w.done), until)
	if err != nil || !mine {
		return exchanged{lost: true}, err
	}
	for _, r := range w.done {
		if written, err := endItem(ctx, tx, h, r, now, checkAt(r.outcome, now, 0)); err != nil || !written {
			return x, errors.Join(err, notWritten(written))
		}
	}
	var found bool
	if x.pace, found, err = paceOf(ctx, tx, h.job, ""); err != nil {
		return x, err
	}
	switch {
	case !found || x.pace.state != Running || h.lane >= x.pace.width:
		x.left = true
		if err := waitAgain(ctx, tx, h, w.hand); err != nil {
			return x, err
		}
		return x, leaveLane(ctx, tx, h)
	case len(w.hand) > 0:
		x.items = w.hand
		return x, nil
	}
	return x, x.claim(ctx, tx, h, n, now)
}

var errNotClaimed = errors.New("job: an item is no longer claimed by the lane that ran it")

func notWritten(written bool) error {
	if written {
		return nil
	}
	return errNotClaimed
}

// claim takes the next items, or says what keeps the lane from it.
func (x *exchanged) claim(ctx context.Context, tx *database.Tx, h held, n int, now time.Time) error {
	if x.pace.rate > 0 && now.UnixMilli() < x.pace.claimAt {
		x.waitTo = time.UnixMilli(x.pace.claimAt).UTC()
		return nil
	}
	items, err := nextItems(ctx, tx, h.job, n)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return x.idle(ctx, tx, h, now)
	}
	if x.pace.rate > 0 {
		step := time.Minute.Milliseconds() / int64(x.pace.rate)
		from := now.UnixMilli()
		if late := from - x.pace.claimAt; late < step { // a little late: the pace is kept
			from = x.pace.claimAt
		}
		if first, err := moveClaim(ctx, tx, h.job, x.pace.claimAt, from+step); err != nil || !first {
			x.waitTo = now.Add(time.Millisecond) // another lane has this turn
			return err
		}
	}
	if err := claimItems(ctx, tx, h, items, x.pace.rehearsal); err != nil {
		return err
	}
	for i := range items {
		items[i].Requester = x.pace.requester
	}
	x.items = items
	return nil
}

// idle waits if other jobs are at the orders that are left, else gives the lane back.
func (x *exchanged) idle(ctx context.Context, tx *database.Tx, h held, now time.Time) error {
	waiting, err := anyWaiting(ctx, tx, h.job)
	if err != nil {
		return err
	}
	if waiting {
		x.waitTo = now.Add(blockedRest)
		return nil
	}
	x.left, x.ran = true, true
	return leaveLane(ctx, tx, h)
}

// find looks what became of the lane: if it is still the worker's, its last commit had
// gone through, and what that claimed is in hand.
func (w *Worker) find(ctx context.Context) error {
	h := *w.lane
	seq, mine, err := laneOf(ctx, w.j.o.DB.Read(), h)
	if err != nil || !mine {
		if err == nil {
			w.drop()
		}
		return err
	}
	items, err := claimedItems(ctx, w.j.o.DB.Read(), h)
	if err != nil {
		return err
	}
	w.lane.seq, w.hand, w.done = seq, begun(items, h.pace), nil
	return nil
}

// sum adds up outcomes.
func sum(done []result) (c Counts) {
	for _, r := range done {
		c.add(r.outcome)
	}
	return c
}

func (c *Counts) add(o Outcome) {
	switch o.State {
	case Succeeded:
		c.Succeeded++
		c.Amount += o.Facts.Amount
		c.Goods += o.Facts.Goods
		c.Points += o.Facts.Points
	case Failed:
		c.Failed++
	case Skipped:
		c.Skipped++
	case Unknown:
		c.Unknown++
	}
}

// end ends a job whose items have all come to an outcome.
func (j *Jobs) end(ctx context.Context, id string) (ended bool, err error) {
	err = j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		ended, err = endJob(ctx, tx, id, j.now())
		return err
	})
	if ended {
		j.o.Log.InfoContext(ctx, "job done", "job", id)
	}
	return ended, err
}
