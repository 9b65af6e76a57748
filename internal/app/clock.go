package app

import (
	"context"
	"sync"
	"time"
)

// Limits of money.md §2: leases and deadlines use this node's clock.
const (
	clockEvery  = 30 * time.Second // how often it is compared
	clockWarns  = time.Second      // further off than this is said
	clockRefuse = 5 * time.Second  // further off than this takes no work
)

// clock remembers how far this node's clock is from the database's.
type clock struct {
	mu     sync.Mutex
	next   time.Time
	off    time.Duration
	theirs func(context.Context) (now time.Time, has bool, err error) // the database's
}

// clockRight reports whether this node may take work. SQLite has no clock of its own;
// a database that does not answer is no reason to stop, its workers will say so.
func (a *App) clockRight(ctx context.Context) bool {
	if !a.deps.CheckClock {
		return true
	}
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	before := a.deps.Now()
	if since := a.clock.next.Sub(before); since > 0 && since <= clockEvery { // one that was set back is compared at once
		return a.clock.off < clockRefuse
	}
	theirs, has, err := a.clock.theirs(ctx)
	if err != nil || !has {
		a.clock.next, a.clock.off = before.Add(clockEvery), 0
		return true
	}
	after := a.deps.Now()
	a.clock.next = after.Add(clockEvery)
	a.clock.off = distance(before, after, theirs)
	switch {
	case a.clock.off >= clockRefuse:
		a.deps.Log.ErrorContext(ctx, "this node's clock is too far from the database's: it takes no work; set it right (NTP)", "off", a.clock.off.String())
	case a.clock.off >= clockWarns:
		a.deps.Log.WarnContext(ctx, "this node's clock is off from the database's; set it right (NTP)", "off", a.clock.off.String())
	}
	return a.clock.off < clockRefuse
}

// distance is how far theirs lies outside of the time the question took.
func distance(before, after, theirs time.Time) time.Duration {
	switch {
	case theirs.Before(before):
		return before.Sub(theirs)
	case theirs.After(after):
		return theirs.Sub(after)
	}
	return 0
}
