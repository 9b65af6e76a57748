package browsertest

import (
	"sync"
	"time"
)

// clock is real time, and as far ahead of it as the test has moved it.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
	still time.Time // stopped here; zero: it runs
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.still.IsZero() {
		return c.still.Add(c.ahead)
	}
	return time.Now().Add(c.ahead)
}

// stop lets no time pass but by advance, however slow the machine is.
func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.still = time.Now()
}

// advance moves the clock of shop and centre ahead.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
