package setting

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestLatestIsNeverOlderThanItsCall: however many share a read, none is told a version
// that was no longer in force when it asked.
func TestLatestIsNeverOlderThanItsCall(t *testing.T) {
	t.Parallel()
	l := newLatest()
	var newest, reads atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 500 {
				least := newest.Add(1)
				got, err := l.read(t.Context(), func(context.Context) (int64, error) { reads.Add(1); return newest.Load(), nil })
				if err != nil || got < least {
					t.Errorf("told %d, %v after %d was in force", got, err, least)
				}
			}
		})
	}
	all.Wait()
}

// TestLatestIsShared: those who come during a read share the next, and where its reader
// goes away the others read again.
func TestLatestIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLatest()
		reads, free := 0, make(chan struct{})
		read := func(ctx context.Context) (int64, error) {
			reads++
			select {
			case <-free:
				return int64(reads), nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		begin := func(ctx context.Context, want int64, failure error) {
			go func() {
				if got, err := l.read(ctx, read); got != want || !errors.Is(err, failure) {
					t.Errorf("told %d, %v; want %d, %v", got, err, want, failure)
				}
			}()
			synctest.Wait()
		}
		begin(t.Context(), 1, nil)
		leaving, leave := context.WithCancel(t.Context())
		begin(leaving, 0, context.Canceled) // carries out the second
		waiting, stop := context.WithCancel(t.Context())
		begin(waiting, 0, context.Canceled)
		begin(t.Context(), 3, nil)
		stop()
		free <- struct{}{}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(free)
		synctest.Wait()
		if reads != 3 {
			t.Errorf("%d reads", reads)
		}
	})
}

// TestLatestIsLeftAtOnce: who is to carry out the next read waits for the one under way no
// longer than it may; the others of its read go on without it.
func TestLatestIsLeftAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, free, reads := newLatest(), make(chan struct{}), 0
		read := func(context.Context) (int64, error) {
			<-free
			reads++
			return int64(reads), nil
		}
		told := func(ctx context.Context) chan error {
			c := make(chan error, 1)
			go func() {
				_, err := l.read(ctx, read)
				c <- err
			}()
			synctest.Wait()
			return c
		}
		first := told(t.Context())
		leaving, leave := context.WithCancel(t.Context())
		second, third := told(leaving), told(t.Context())
		leave()
		synctest.Wait()
		select {
		case err := <-second:
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		default:
			t.Error("it still waits for another's read")
		}
		close(free)
		if err := errors.Join(<-first, <-third); err != nil || reads != 2 {
			t.Errorf("%d reads, %v", reads, err)
		}
	})
}
