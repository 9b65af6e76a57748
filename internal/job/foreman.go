package job

import (
	"context"
	"errors"
	"time"

	"kessai/internal/database"
)

// Foreman prepares jobs, tells the node's workers which have something to do, ends
// those that have not, and asks again what was unknown. One a node.
type Foreman struct{ j *Jobs }

// Foreman makes one.
func (j *Jobs) Foreman() *Foreman { return &Foreman{j: j} }

const checkBatch = 20

// Step does one round.
func (f *Foreman) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	j := f.j
	open, err := openJobs(ctx, j.o.DB.Read(), j.now())
	if err != nil {
		return false, time.Time{}, err
	}
	var hot []string
	for _, o := range open {
		if _, known := j.kinds[o.kind]; !known {
			continue // of a newer kessai: it is left alone
		}
		if o.state != Preparing && o.state != Running {
			did, err := f.collect(ctx, o.id)
			if err != nil {
				return worked, time.Time{}, err
			}
			worked = worked || did
			continue
		}
		if o.state == Preparing {
			switch err := j.prepare(ctx, o.id); {
			case err == nil:
				worked = true
			case ctx.Err() != nil:
				return worked, time.Time{}, ctx.Err()
			default: // what keeps this job from its orders keeps no other from theirs
				j.o.Log.ErrorContext(ctx, "job not prepared", "job", o.id, "error", err)
			}
			continue
		}
		alive, did, err := f.round(ctx, o.id)
		if err != nil {
			return worked, time.Time{}, err
		}
		worked = worked || did
		if alive {
			hot = append(hot, o.id)
		}
	}
	j.setHot(hot)
	did, next, err := f.check(ctx)
	return worked || did, next, err
}

// collect frees orders that a job which was stopped holds by lanes whose holders are
// gone: what became of them is looked at next.
func (f *Foreman) collect(ctx context.Context, id string) (worked bool, err error) {
	j := f.j
	lanes, err := lostLanes(ctx, j.o.DB.Read(), id, j.now())
	if err != nil {
		return false, err
	}
	for _, h := range lanes {
		err := j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return collectLane(ctx, tx, h, j.now()) })
		if err != nil && !errors.Is(err, errLaneMoved) {
			return worked, err
		}
		worked = true
	}
	return worked, nil
}

// collectLane makes what a lane had in hand unknown, and frees it.
func collectLane(ctx context.Context, tx *database.Tx, h held, now time.Time) error {
	n, err := giveUpClaims(ctx, tx, h, now)
	if err != nil {
		return err
	}
	if mine, err := keepLane(ctx, tx, h, Counts{Unknown: n}, now); err != nil || !mine {
		return errors.Join(err, errLaneMoved)
	}
	return leaveLane(ctx, tx, h)
}

// errLaneMoved undoes what was done about a lane that somebody took meanwhile.
var errLaneMoved = errors.New("job: the lane is another's by now")

// round reports whether a running job has something for a lane to do, and ends it if
// nothing is left.
func (f *Foreman) round(ctx context.Context, id string) (alive, worked bool, err error) {
	q := f.j.o.DB.Read()
	if alive, err = anyWaiting(ctx, q, id); err != nil || alive {
		return alive, false, err
	}
	if alive, err = anyLost(ctx, q, id, f.j.now()); err != nil || alive {
		return alive, false, err
	}
	worked, err = f.j.end(ctx, id)
	return false, worked, err
}

// checkSchedule is when an unknown outcome is looked at again; then hourly.
var checkSchedule = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, time.Minute, 5 * time.Minute, 30 * time.Minute}

func checkAt(o Outcome, now time.Time, checks int) time.Time {
	switch {
	case o.State != Unknown:
		return time.Time{}
	case checks < len(checkSchedule):
		return now.Add(checkSchedule[checks])
	}
	return now.Add(time.Hour)
}

// check looks again at items whose outcome was unknown. Where the job was not stopped
// its kind runs the item again, which repeats nothing, and does what was never begun.
func (f *Foreman) check(ctx context.Context) (worked bool, next time.Time, err error) {
	j := f.j
	first, err := nextChecks(ctx, j.o.DB.Read(), checkBatch)
	if err != nil {
		return false, time.Time{}, err
	}
	now := j.now().UnixMilli()
	for _, p := range first {
		if p.at > now {
			return worked, time.UnixMilli(p.at).UTC(), nil
		}
		kind, known := j.kinds[p.kind]
		if !known {
			continue
		}
		at, found, err := paceOf(ctx, j.o.DB.Read(), p.item.Job, "") // it may have been stopped since the item before
		if err != nil || !found {
			return worked, time.Time{}, err
		}
		look := kind.Look
		switch {
		case p.dry:
			look = kind.Rehearse
		case at.state == Running || at.state == Done:
			look = kind.Run
		}
		p.item.Again = true
		out, err := look(ctx, p.item)
		if err != nil {
			if ctx.Err() != nil {
				return worked, time.Time{}, ctx.Err()
			}
			j.o.Log.WarnContext(ctx, "outcome of a job's item still not known", "job", p.item.Job, "order", int64(p.item.Order), "error", err)
			out = Outcome{State: Unknown}
		}
		if err := f.settle(ctx, p, out); err != nil {
			return worked, time.Time{}, err
		}
		worked = true
	}
	return worked, time.Time{}, nil
}

func (f *Foreman) settle(ctx context.Context, p pending, out Outcome) error {
	now := f.j.now()
	return f.j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if out.State == Waiting { // it was never begun: it waits again, unless the job goes on, or has come to its end without it
			if at, _, err := paceOf(ctx, tx, p.item.Job, tx.ForUpdate()); err != nil || at.state != Paused && at.state != Canceled {
				return err
			}
		}
		first, err := checked(ctx, tx, p, out, now, checkAt(out, now, p.checks+1))
		if err != nil || !first || out.State == Unknown {
			return err
		}
		var c Counts
		c.add(out)
		return recount(ctx, tx, p, c)
	})
}
