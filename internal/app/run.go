package app

import (
	"context"
	"errors"
	"sync"
	"time"
)

// idle is the longest a worker rests: another node, or a person with a database
// client, may have made work for it.
const idle = 2 * time.Second

// Run loops over the workers until ctx ends, then lets each finish what it is at.
func (a *App) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range a.workers {
		if w.wide != nil {
			w.step = w.wide
		}
		wg.Go(func() { a.loop(ctx, w) })
	}
	wg.Wait()
}

// loop runs one worker: again at once while it finds work, else when the next is due.
func (a *App) loop(ctx context.Context, w worker) {
	for ctx.Err() == nil {
		worked, next, err := a.step(ctx, w)
		if err != nil && !errors.Is(err, context.Canceled) {
			a.deps.Log.ErrorContext(ctx, "worker failed", "worker", w.name, "error", err)
		}
		if worked && err == nil {
			continue
		}
		rest := idle
		if w.rest > 0 && err == nil {
			rest = w.rest
		}
		if until := next.Sub(a.deps.Now()); !next.IsZero() && err == nil && until < rest {
			rest = max(until, 10*time.Millisecond)
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
}

// step runs one worker once, unless this node's clock is too far off to take work.
func (a *App) step(ctx context.Context, w worker) (worked bool, next time.Time, err error) {
	if !a.clockRight(ctx) {
		return false, a.deps.Now().Add(clockEvery), nil
	}
	return w.step(ctx)
}

// Step runs every worker once, in order. It reports whether any of them did
// something, and when the next is due (zero: nothing waits).
func (a *App) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	for _, w := range a.workers {
		did, at, stepErr := a.step(ctx, w)
		worked = worked || did
		err = errors.Join(err, stepErr)
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return worked, next, err
}
