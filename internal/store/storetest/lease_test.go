package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLeases(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		take := func(name, owner string, d time.Duration) bool {
			t.Helper()
			mine, err := s.Store.TakeLease(context.Background(), name, owner, s.Now(), s.Now().Add(d))
			if err != nil {
				t.Fatal(err)
			}
			return mine
		}
		if !take("sweep", "node1", time.Minute) || take("sweep", "node2", time.Minute) {
			t.Fatal("the first takes it, the second waits")
		}
		if !take("another", "node2", time.Minute) {
			t.Error("another name is another lease")
		}
		s.Advance(50 * time.Second)
		if !take("sweep", "node1", time.Minute) {
			t.Error("its owner may keep it")
		}
		s.Advance(50 * time.Second)
		if take("sweep", "node2", time.Minute) {
			t.Error("it was kept, and taken all the same")
		}
		s.Advance(10 * time.Second)
		if !take("sweep", "node2", time.Minute) || take("sweep", "node1", time.Minute) {
			t.Error("it ended: the next takes it, and the former owner waits")
		}
	})
}

// TestOneOfManyTakesALease lets nodes grab at once: a new lease, then an ended one.
func TestOneOfManyTakesALease(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		for round := range 3 {
			var taken atomic.Int64
			var wg sync.WaitGroup
			for n := range 8 {
				wg.Go(func() {
					mine, err := s.Store.TakeLease(context.Background(), "sweep", fmt.Sprintf("node%d", n), s.Now(), s.Now().Add(time.Minute))
					if err != nil {
						t.Errorf("node %d: %v", n, err)
					}
					if mine {
						taken.Add(1)
					}
				})
			}
			wg.Wait()
			if n := taken.Load(); n != 1 {
				t.Errorf("round %d: %d have it", round, n)
			}
			s.Advance(time.Minute)
		}
	})
}
