package setting

import (
	"context"
	"sync"
)

// latest shares reads of the newest version. Calls that come while a read is under way
// wait for the next one, which begins after all of them: each is told what was in force
// when it asked or later, as if it had read alone.
type latest struct {
	reading chan struct{} // full while a read is under way

	mu   sync.Mutex
	next *look // gathers those whose read has not begun
}

func newLatest() *latest { return &latest{reading: make(chan struct{}, 1)} }

// look is one read and what it told.
type look struct {
	done    chan struct{}
	version int64
	err     error
	gone    bool // its reader was called off: nothing is known
}

func (l *latest) read(ctx context.Context, read func(context.Context) (int64, error)) (int64, error) {
	for {
		n, mine := l.join()
		if mine {
			l.carryOut(ctx, n, read)
			return n.version, n.err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-n.done:
		}
		if !n.gone {
			return n.version, n.err
		}
	}
}

// join returns the look that gathers; mine if the caller has to carry it out.
func (l *latest) join() (n *look, mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next, mine = &look{done: make(chan struct{})}, true
	}
	return l.next, mine
}

func (l *latest) carryOut(ctx context.Context, n *look, read func(context.Context) (int64, error)) {
	n.gone = true
	defer close(n.done)
	select {
	case <-ctx.Done():
		l.close()
		n.err = ctx.Err()
		return
	case l.reading <- struct{}{}:
	}
	defer func() { <-l.reading }()
	l.close()
	n.version, n.err = read(ctx)
	n.gone = ctx.Err() != nil
}

// close ends the gathering: who comes from here on may have asked too late for this look.
func (l *latest) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = nil
}
