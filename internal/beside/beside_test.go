package beside_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kessai/internal/beside"
)

func TestEach(t *testing.T) {
	t.Parallel()
	for _, width := range []int{0, 1, 3, 20} {
		const n = 10
		synctest.Test(t, func(t *testing.T) {
			var now, most atomic.Int64
			var mu sync.Mutex
			var done []int
			beside.Each(width, n, func(i int) {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Duration(n-i) * time.Second)
				now.Add(-1)
				mu.Lock()
				defer mu.Unlock()
				done = append(done, i)
			})
			if want := int64(min(max(width, 1), n)); most.Load() != want {
				t.Errorf("width %d: %d at once", width, most.Load())
			}
			inOrder := slices.IsSorted(done)
			slices.Sort(done)
			if !slices.Equal(done, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) || inOrder != (width <= 1) {
				t.Errorf("width %d: %v, in order %v", width, done, inOrder)
			}
		})
	}
}

func TestTry(t *testing.T) {
	t.Parallel()
	for _, width := range []int{1, 3} {
		var begun atomic.Int64
		failure := errors.New("the fifth")
		err := beside.Try(width, 100, func(i int) error {
			begun.Add(1)
			if i == 4 {
				return failure
			}
			return nil
		})
		if !errors.Is(err, failure) || begun.Load() < 5 || width == 1 && begun.Load() != 5 || begun.Load() == 100 {
			t.Errorf("width %d: %v after %d", width, err, begun.Load())
		}
		if err := beside.Try(width, 3, func(int) error { return nil }); err != nil {
			t.Errorf("width %d: %v", width, err)
		}
	}
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	for _, width := range []int{1, 3, 20} {
		synctest.Test(t, func(t *testing.T) {
			var done atomic.Int64
			var told []int
			failure := errors.New("enough")
			const n = 20
			tell := func(i int) error {
				told = append(told, i)
				if i == 6 {
					return failure
				}
				return nil
			}
			err := beside.InOrder(width, n, func(i int) {
				time.Sleep(time.Duration(n-i%4) * time.Second)
				done.Add(1)
			}, tell)
			if !errors.Is(err, failure) || !slices.Equal(told, []int{0, 1, 2, 3, 4, 5, 6}) || done.Load() < 7 || width == 1 && done.Load() != 7 || width == 3 && done.Load() == n {
				t.Errorf("width %d: %v after %v, %d done", width, err, told, done.Load())
			}
			if err := beside.InOrder(width, 3, func(int) { done.Add(1) }, func(int) error { return nil }); err != nil {
				t.Errorf("width %d: %v", width, err)
			}
		})
	}
}
