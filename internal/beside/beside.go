package beside

import (
	"sync"
	"sync/atomic"
)

// Each calls do with 0 to n-1, no more than width of them at once, and returns when all
// have returned.
func Each(width, n int, do func(i int)) {
	if width <= 1 || n == 1 {
		for i := range n {
			do(i)
		}
		return
	}
	next := make(chan int)
	var doing sync.WaitGroup
	for range min(width, n) {
		doing.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	doing.Wait()
}

// Try is Each that begins no more once do has returned an error, and returns the first.
func Try(width, n int, do func(i int) error) error {
	var first atomic.Pointer[error]
	Each(width, n, func(i int) {
		if first.Load() != nil {
			return
		}
		if err := do(i); err != nil {
			first.CompareAndSwap(nil, &err)
		}
	})
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

// InOrder is Each that tells of every i after it was done, in their order and in the caller's
// goroutine. After an error of tell it begins no more, and returns it.
func InOrder(width, n int, do func(i int), tell func(i int) error) error {
	if width <= 1 {
		for i := range n {
			do(i)
			if err := tell(i); err != nil {
				return err
			}
		}
		return nil
	}
	done := make([]chan struct{}, n)
	for i := range done {
		done[i] = make(chan struct{})
	}
	var over atomic.Bool
	var all sync.WaitGroup
	all.Go(func() {
		Each(width, n, func(i int) {
			defer close(done[i])
			if !over.Load() {
				do(i)
			}
		})
	})
	defer all.Wait()
	for i := range n {
		<-done[i]
		if err := tell(i); err != nil {
			over.Store(true)
			return err
		}
	}
	return nil
}
