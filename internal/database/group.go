package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// maxGroup bounds how long the first of a group waits for its commit.
const maxGroup = 64

var errClosed = errors.New("database: closed")

// groups makes Write calls that wait at the same time share one commit on SQLite,
// whose one writer spends its time waiting for the disk. The callers pass a baton:
// its holder runs its own function behind a savepoint in the open transaction and
// hands both to the next in the queue; the last one commits for all. So no
// goroutine is needed, a panic stays in its caller, and a lone caller just commits.
type groups struct {
	db *DB

	mu     sync.Mutex
	held   bool            // somebody has the baton
	closed bool            // no new calls
	queue  []chan struct{} // closed to hand the baton over

	open *group // only for the holder of the baton
}

// group is one transaction and how it ended.
type group struct {
	sql  *sql.Tx
	size int
	done chan struct{}
	err  error // valid once done is closed
}

func newGroups(db *DB) *groups { return &groups{db: db} }

func (gs *groups) write(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if err := gs.take(ctx); err != nil {
		return err
	}
	g, err := gs.join(ctx)
	if err != nil {
		gs.leave()
		return err
	}
	tx, err := gs.member(ctx, g, fn)
	<-g.done
	switch {
	case tx.lost != nil && err == nil: // what it did could not be kept
		return tx.lost
	case tx.lost == nil && g.err != nil:
		return g.err
	}
	return err
}

// member runs fn as part of g and passes the baton on, also when fn panics.
func (gs *groups) member(ctx context.Context, g *group, fn func(context.Context, *Tx) error) (tx *Tx, err error) {
	tx = &Tx{db: gs.db, sql: g.sql, detached: true}
	returned := false
	defer func() {
		gs.settle(ctx, g, tx, returned && err == nil)
		gs.leave()
	}()
	if g.size > 1 { // the first one's savepoint is the transaction itself
		if err := tx.control(ctx, "SAVEPOINT member"); err != nil {
			return tx, err
		}
	}
	err = tx.run(ctx, fn)
	returned = true
	return tx, err
}

// settle keeps or undoes what a member did; where that fails the whole group is lost.
func (gs *groups) settle(ctx context.Context, g *group, tx *Tx, keep bool) {
	switch {
	case tx.lost != nil:
		gs.end(g, errGroupLost)
	case keep && g.size > 1:
		_ = tx.control(ctx, "RELEASE SAVEPOINT member")
	case !keep && g.size == 1:
		gs.end(g, nil)
	case !keep:
		_ = tx.control(ctx, "ROLLBACK TO SAVEPOINT member")
		_ = tx.control(ctx, "RELEASE SAVEPOINT member")
	}
	if tx.lost != nil && gs.open == g { // one of the savepoint statements failed
		gs.end(g, errGroupLost)
	}
}

// end rolls g back and tells its members.
func (gs *groups) end(g *group, err error) {
	_ = g.sql.Rollback()
	g.err = err
	gs.open = nil
	close(g.done)
}

// join returns the open group, or begins one.
func (gs *groups) join(ctx context.Context) (*group, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if gs.open == nil {
		// Not the caller's context: the transaction outlives this call.
		begun, err := gs.db.writer.BeginTx(context.WithoutCancel(ctx), nil)
		if err != nil {
			return nil, fmt.Errorf("database: BEGIN: %w", err)
		}
		gs.open = &group{sql: begun, done: make(chan struct{})}
	}
	gs.open.size++
	return gs.open, nil
}

// take waits for the baton.
func (gs *groups) take(ctx context.Context) error {
	gs.mu.Lock()
	switch {
	case gs.closed:
		gs.mu.Unlock()
		return errClosed
	case !gs.held:
		gs.held = true
		gs.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	gs.queue = append(gs.queue, turn)
	gs.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	if !gs.withdraw(turn) { // handed over in the meantime: pass it on
		<-turn
		gs.leave()
	}
	return ctx.Err()
}

// withdraw removes a waiting caller and reports whether it still waited.
func (gs *groups) withdraw(turn chan struct{}) bool {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	for i, t := range gs.queue {
		if t == turn {
			gs.queue = append(gs.queue[:i], gs.queue[i+1:]...)
			return true
		}
	}
	return false
}

// leave hands the baton to the next caller, with the open group while that may
// grow; otherwise the group is committed first.
func (gs *groups) leave() {
	if g := gs.open; g != nil {
		if g.size < maxGroup && gs.hand(false) {
			return
		}
		gs.open = nil
		g.err = commitFailure(g.sql.Commit())
		close(g.done)
	}
	gs.hand(true)
}

// hand gives the baton to the next in the queue; if nobody waits it is laid down
// when lay is set. It reports whether somebody got it.
func (gs *groups) hand(lay bool) bool {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if len(gs.queue) == 0 {
		if lay {
			gs.held = false
		}
		return false
	}
	next := gs.queue[0]
	gs.queue = gs.queue[1:]
	close(next)
	return true
}

// stop lets those who wait finish and refuses new calls.
func (gs *groups) stop() {
	gs.mu.Lock()
	gs.closed = true
	if !gs.held {
		gs.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	gs.queue = append(gs.queue, turn)
	gs.mu.Unlock()
	<-turn
	gs.leave()
}
