package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"kessai/internal/beside"
	"kessai/internal/ledger"
)

// batch is how many open operations or payments one Step looks at.
const batch = 20

// putOff is after how long a payment is due again whose order could not be read or written.
const putOff = 5 * time.Minute

// Resolver takes up operations whose outcome is open.
type Resolver struct {
	service *ledger.Service
	store   ledger.Store
	now     func() time.Time
	log     *slog.Logger
	width   int
}

// NewResolver makes a Resolver.
func NewResolver(service *ledger.Service, store ledger.Store, now func() time.Time, log *slog.Logger) *Resolver {
	return &Resolver{service: service, store: store, now: now, log: log}
}

// Wide is r with so many taken up at once: most of the time goes by waiting for the centre.
func (r Resolver) Wide(width int) *Resolver {
	r.width = width
	return &r
}

// Step takes up what is due now. It reports whether it did anything, and when there
// is something to do next (zero: nothing waits). One order's failure does not stop
// the others: it is logged, and its lease brings it back.
func (r *Resolver) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	due, next, err := r.store.Due(ctx, r.now(), batch)
	if err != nil {
		return false, time.Time{}, err
	}
	err = beside.Try(r.width, len(due), func(i int) error {
		d := due[i]
		err := r.service.TakeUp(ctx, d)
		if err != nil && !errors.Is(err, context.Canceled) {
			r.log.ErrorContext(ctx, "operation not taken up", "operation", d.OperationID, "order", int64(d.OrderID), "error", err)
			return nil
		}
		return err
	})
	return len(due) > 0, next, err
}

// Watcher asks 094 about payments whose time has come.
type Watcher struct {
	service *ledger.Service
	store   ledger.Store
	now     func() time.Time
	log     *slog.Logger
	width   int
}

// NewWatcher makes a Watcher.
func NewWatcher(service *ledger.Service, store ledger.Store, now func() time.Time, log *slog.Logger) *Watcher {
	return &Watcher{service: service, store: store, now: now, log: log}
}

// Wide is w with so many asked about at once: most of the time goes by waiting for the centre.
func (w Watcher) Wide(width int) *Watcher {
	w.width = width
	return &w
}

// Step asks about the payments that are due now.
func (w *Watcher) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	due, next, err := w.store.DuePayments(ctx, w.now(), batch)
	if err != nil {
		return false, time.Time{}, err
	}
	var moved atomic.Bool
	err = beside.Try(w.width, len(due), func(i int) error {
		d := due[i]
		err := w.service.Watch(ctx, d)
		switch {
		case err == nil:
			moved.Store(true)
		case !errors.Is(err, context.Canceled):
			w.log.ErrorContext(ctx, "payment not asked about", "payment", d.PaymentID, "order", int64(d.OrderID), "error", err)
			// If it could not even be taken it is still due, before all others.
			if err := w.store.PutOff(ctx, d.PaymentID, w.now(), w.now().Add(putOff)); err != nil {
				return err
			}
			moved.Store(true)
			return nil
		}
		return err
	})
	return moved.Load(), next, err
}
