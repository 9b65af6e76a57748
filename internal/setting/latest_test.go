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
