package store

import (
	"cmp"
	"context"
	"sync"
	"time"
)

const (
	maxTogether = 32                     // calls that are carried out together
	company     = 8                      // how many are worth a further lane
	patience    = 200 * time.Millisecond // after which a call goes on by itself: something holds the lanes up
	readsTake   = 5 * time.Second        // after which reads together count as failed
)

// crowd carries out calls together that come while others are under way. One that finds
// nobody goes on at once, by itself; when it is done, it hands its lane to those that have
// come meanwhile, of whom the first carries them all out. A further lane is opened once
// enough of them wait. So no goroutine is needed, and nobody waits for company that has not
// come.
type crowd[T any] struct {
	lanes int
	// apart says that two calls cannot go together; nil: all can.
	apart func(a, b T) bool

	mu       sync.Mutex
	company  int // 0: the usual
	patience time.Duration
	busy     int
	queue    []*call[T]
}

// call is one caller.
type call[T any] struct {
	what  T
	turn  chan struct{} // closed when there is something to do, or when all is done
	lead  []*call[T]    // with whom: then the lane is the caller's
	alone bool          // it has to be carried out by itself, without a lane
	err   error
}

// do carries out a call by single where it has no company. Otherwise together, called by one
// of those concerned, sets how each of them has ended; whom it leaves alone, and all if it
// panics, carry out their own by single.
func (c *crowd[T]) do(ctx context.Context, what T, single func() error, together func([]*call[T])) error {
	me := &call[T]{what: what, turn: make(chan struct{})}
	if err := c.wait(ctx, me); err != nil {
		return err
	}
	if me.lead != nil {
		c.carryOut(me, single, together)
	}
	if me.alone {
		return single()
	}
	return me.err
}

func (c *crowd[T]) carryOut(me *call[T], single func() error, together func([]*call[T])) {
	list, returned := me.lead, false
	defer func() {
		for _, one := range list {
			one.alone = one.alone || !returned
			if one != me {
				close(one.turn)
			}
		}
		c.leave()
	}()
	if len(list) == 1 {
		me.err = single()
	} else {
		together(list)
	}
	returned = true
}

// wait returns when the call leads, is done, or has to go alone.
func (c *crowd[T]) wait(ctx context.Context, me *call[T]) error {
	c.mu.Lock()
	c.queue = append(c.queue, me)
	if c.busy == 0 {
		c.busy++
		c.form()
	}
	c.widen()
	patience := cmp.Or(c.patience, patience)
	c.mu.Unlock()
	select {
	case <-me.turn:
		return nil
	default:
	}
	long, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	select {
	case <-me.turn:
		return nil
	case <-ctx.Done():
	case <-long.Done():
	}
	if c.withdraw(me) {
		me.alone = true
		return ctx.Err()
	}
	<-me.turn // somebody is at it: how it ends has to be known
	return nil
}

// waiting is how many wait for a lane.
func (c *crowd[T]) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

func (c *crowd[T]) withdraw(me *call[T]) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, one := range c.queue {
		if one == me {
			c.queue = append(c.queue[:i], c.queue[i+1:]...)
			return true
		}
	}
	return false
}

// leave hands the lane to those who wait.
func (c *crowd[T]) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.busy--
		return
	}
	c.form()
	c.widen()
}

// widen opens further lanes for those who wait.
func (c *crowd[T]) widen() {
	for c.busy < c.lanes && len(c.queue) >= cmp.Or(c.company, company) {
		c.busy++
		c.form()
	}
}

// gather sets how many open a further lane, and how long one waits; 0 is the usual.
func (c *crowd[T]) gather(company int, patience time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.company, c.patience = company, patience
}

// form gives a lane to those who wait, as many as can go together.
func (c *crowd[T]) form() {
	list, rest := c.queue[:1:1], c.queue[:0:0]
	for _, one := range c.queue[1:] {
		if len(list) < maxTogether && !c.parts(list, one) {
			list = append(list, one)
		} else {
			rest = append(rest, one)
		}
	}
	c.queue = rest
	list[0].lead = list
	close(list[0].turn)
}

func (c *crowd[T]) parts(list []*call[T], one *call[T]) bool {
	if c.apart == nil {
		return false
	}
	for _, other := range list {
		if c.apart(other.what, one.what) {
			return true
		}
	}
	return false
}

// each carries out reads together; where that fails every caller reads by itself.
func each[T any](calls []*call[T], read func(context.Context, ...T) error) {
	all := make([]T, len(calls))
	for i, c := range calls {
		all[i] = c.what
	}
	ctx, stop := context.WithTimeout(context.Background(), readsTake)
	defer stop()
	failed := read(ctx, all...) != nil
	for _, c := range calls {
		c.alone = failed
	}
}
