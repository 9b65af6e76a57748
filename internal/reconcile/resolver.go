package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kessai/internal/ledger"
)

// batch is how many open operations or payments one Step looks at.
const batch = 20

// Resolver takes up operations whose outcome is open.
type Resolver struct {
	service *ledger.Service
	store   ledger.Store
	now     func() time.Time
	log     *slog.Logger
}

// NewResolver makes a Resolver.
func NewResolver(service *ledger.Service, store ledger.Store, now func() time.Time, log *slog.Logger) *Resolver {
	return &Resolver{service: service, store: store, now: now, log: log}
}

// Step takes up what is due now. It reports whether it did anything, and when there
// is something to do next (zero: nothing waits). One order's failure does not stop
// the others: it is logged, and its lease brings it back.
func (r *Resolver) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	due, next, err := r.store.Due(ctx, r.now(), batch)
	if err != nil {
		return false, time.Time{}, err
	}
	for _, d := range due {
		if err := r.service.TakeUp(ctx, d); err != nil {
			if errors.Is(err, context.Canceled) {
				return worked, next, err
			}
			r.log.ErrorContext(ctx, "operation not taken up", "operation", d.OperationID, "order", int64(d.OrderID), "error", err)
		}
		worked = true
	}
	return worked, next, nil
}

// Watcher asks 094 about payments whose time has come.
type Watcher struct {
	service *ledger.Service
	store   ledger.Store
	now     func() time.Time
	log     *slog.Logger
}

// NewWatcher makes a Watcher.
func NewWatcher(service *ledger.Service, store ledger.Store, now func() time.Time, log *slog.Logger) *Watcher {
	return &Watcher{service: service, store: store, now: now, log: log}
}

// Step asks about the payments that are due now.
func (w *Watcher) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	due, next, err := w.store.DuePayments(ctx, w.now(), batch)
	if err != nil {
		return false, time.Time{}, err
	}
	for _, d := range due {
		if err := w.service.Watch(ctx, d); err != nil {
			if errors.Is(err, context.Canceled) {
				return worked, next, err
			}
			w.log.ErrorContext(ctx, "payment not asked about", "payment", d.PaymentID, "order", int64(d.OrderID), "error", err)
			continue // if it could not even be taken it is due at once: the worker rests first
		}
		worked = true
	}
	return worked, next, nil
}
