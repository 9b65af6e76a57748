package app

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// TestClock: a node whose clock is off says so, and takes no work when it is far off.
// The servers have a clock; SQLite has none and never refuses.
func TestClock(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		for _, tt := range []struct {
			off    time.Duration
			takes  bool
			saying string
		}{
			{0, true, ""},
			{2 * time.Second, true, "is off from"},
			{-3 * time.Second, true, "is off from"},
			{6 * time.Second, false, "takes no work"},
			{-time.Minute, false, "takes no work"},
		} {
			var said bytes.Buffer
			a := &App{DB: db, clock: clock{theirs: db.Now}, deps: Deps{
				CheckClock: true, Log: slog.New(slog.NewTextHandler(&said, nil)), Now: func() time.Time { return time.Now().Add(tt.off) },
			}}
			worked := false
			w := worker{name: "test", step: func(context.Context) (bool, time.Time, error) { worked = true; return true, time.Time{}, nil }}
			if _, _, err := a.step(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			if db.Engine() == database.SQLite {
				if !worked || said.Len() > 0 {
					t.Errorf("off by %s: SQLite: worked %v, said %q", tt.off, worked, said.String())
				}
				continue
			}
			if worked != tt.takes || (tt.saying == "") != (said.Len() == 0) || !strings.Contains(said.String(), tt.saying) {
				t.Errorf("off by %s: worked %v, said %q", tt.off, worked, said.String())
			}
		}
	})
}

// TestClockIsSet: a clock that is set while the node runs is compared anew: at once where
// it is set back, which the time of the next comparison would hide for as long.
func TestClockIsSet(t *testing.T) {
	t.Parallel()
	now := dbtest.Now()
	for _, tt := range []struct {
		off   time.Duration
		takes bool
	}{{-time.Hour, false}, {-31 * time.Second, false}, {time.Hour, false}, {-time.Second, true}} {
		var off time.Duration
		a := &App{
			clock: clock{theirs: func(context.Context) (time.Time, bool, error) { return now, true, nil }},
			deps:  Deps{CheckClock: true, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now.Add(off) }},
		}
		if !a.clockRight(t.Context()) {
			t.Fatal("a right clock is refused")
		}
		if off = tt.off; a.clockRight(t.Context()) != tt.takes {
			t.Errorf("set by %s: takes work %v", tt.off, !tt.takes)
		}
	}
}
