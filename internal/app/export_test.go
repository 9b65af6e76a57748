package app

import (
	"context"
	"errors"
	"time"

	"kessai/internal/config"
)

// NewBackstage makes a node without shop and back office, whose pages are most of what a
// start takes: the simulation starts thousands, and calls what the pages would.
func NewBackstage(ctx context.Context, c config.Config, d Deps) (*App, error) {
	a := &App{config: c, deps: d}
	if err := a.open(ctx, a.mountNotices); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// SetDatabaseClock gives the node's database a clock.
func (a *App) SetDatabaseClock(now func() time.Time) {
	a.clock.theirs = func(context.Context) (time.Time, bool, error) { return now(), true, nil }
}
