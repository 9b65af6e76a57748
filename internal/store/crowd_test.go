package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// party is a crowd of numbers that notes who went with whom.
type party struct {
	crowd[int]
	mu      sync.Mutex
	single  []int
	parties [][]int
	all     sync.WaitGroup
	errs    sync.Map
}

func newParty(lanes int) *party {
	return &party{crowd: crowd[int]{lanes: lanes, patience: time.Minute, apart: func(a, b int) bool { return a%100 == b%100 }}}
}

func (p *party) call(ctx context.Context, n int, together func([]*call[int])) {
	p.all.Go(func() {
		err := p.do(ctx, n, func() error {
			p.mu.Lock()
			p.single = append(p.single, n)
			p.mu.Unlock()
			time.Sleep(10 * time.Second)
			return nil
		}, func(calls []*call[int]) {
			var list []int
			for _, c := range calls {
				list = append(list, c.what)
			}
			p.mu.Lock()
			p.parties = append(p.parties, list)
			p.mu.Unlock()
			together(calls)
		})
		p.errs.Store(n, err)
	})
	synctest.Wait() // one after the other
}

func (p *party) err(n int) error {
	v, _ := p.errs.Load(n)
	err, _ := v.(error)
	return err
}

func TestCrowd(t *testing.T) {
	t.Parallel()
	t.Run("company", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newParty(2)
			failed := errors.New("the eighth")
			for n := range 45 {
				p.call(t.Context(), n, func(calls []*call[int]) {
					time.Sleep(5 * time.Second)
					for _, c := range calls {
						if c.what == 8 {
							c.err = failed
						}
						c.alone = c.what == 9
					}
				})
			}
			p.call(t.Context(), 103, nil) // not together with 3, and more are there than go together
			p.all.Wait()
			slices.Sort(p.single)
			slices.SortFunc(p.parties, slices.Compare) // two lanes are free at the same time
			if !slices.Equal(p.single, []int{0, 9}) {
				t.Errorf("by themselves: %v", p.single)
			}
			if len(p.parties) < 3 || len(p.parties[0]) != company || p.parties[0][0] != 1 || len(p.parties[1]) != maxTogether || slices.Contains(p.parties[1], 103) {
				t.Errorf("together: %v", p.parties)
			}
			for n := range 45 {
				if want := map[bool]error{true: failed}[n == 8]; !errors.Is(p.err(n), want) {
					t.Errorf("%d: %v", n, p.err(n))
				}
			}
			if p.busy != 0 || p.waiting() != 0 {
				t.Errorf("%d lanes taken, %d wait", p.busy, p.waiting())
			}
		})
	})
	t.Run("those apart", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newParty(1)
			for _, n := range []int{1, 2, 3, 102, 203, 4} {
				p.call(t.Context(), n, func([]*call[int]) {})
			}
			p.all.Wait()
			if want := [][]int{{2, 3, 4}, {102, 203}}; len(p.parties) != 2 || !slices.Equal(p.parties[0], want[0]) || !slices.Equal(p.parties[1], want[1]) {
				t.Errorf("%v", p.parties)
			}
		})
	})
	t.Run("one who goes away", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newParty(1)
			p.call(t.Context(), 1, nil)
			ctx, leave := context.WithCancel(t.Context())
			p.call(ctx, 2, nil)
			p.call(t.Context(), 3, func([]*call[int]) {})
			p.call(t.Context(), 4, func([]*call[int]) {})
			leave()
			p.all.Wait()
			if !errors.Is(p.err(2), context.Canceled) || len(p.parties) != 1 || !slices.Equal(p.parties[0], []int{3, 4}) {
				t.Errorf("%v, together %v", p.err(2), p.parties)
			}
		})
	})
	t.Run("lanes held up", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newParty(1)
			p.patience = time.Second
			p.call(t.Context(), 1, nil)
			p.call(t.Context(), 2, nil)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if !slices.Equal(p.single, []int{1, 2}) {
				t.Errorf("by themselves: %v", p.single)
			}
			p.all.Wait()
		})
	})
	t.Run("a panic", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newParty(1)
			var caught atomic.Bool
			p.call(t.Context(), 1, nil)
			p.all.Go(func() {
				defer func() { caught.Store(recover() != nil) }()
				_ = p.do(t.Context(), 2, nil, func([]*call[int]) { panic("no") })
			})
			synctest.Wait()
			p.call(t.Context(), 3, nil)
			p.all.Wait()
			if !caught.Load() || !slices.Equal(p.single, []int{1, 3}) || p.busy != 0 {
				t.Errorf("caught %v, by themselves %v, %d lanes taken", caught.Load(), p.single, p.busy)
			}
		})
	})
}
