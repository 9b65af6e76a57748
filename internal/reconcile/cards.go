package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kessai/internal/wallet"
)

// CardResolver takes up operations about stored cards whose outcome is open.
type CardResolver struct {
	service *wallet.Service
	store   wallet.Store
	now     func() time.Time
	log     *slog.Logger
}

// NewCardResolver makes a CardResolver.
func NewCardResolver(service *wallet.Service, store wallet.Store, now func() time.Time, log *slog.Logger) *CardResolver {
	return &CardResolver{service: service, store: store, now: now, log: log}
}

// Step takes up what is due now, as Resolver does.
func (r *CardResolver) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	due, next, err := r.store.DueCards(ctx, r.now(), batch)
	if err != nil {
		return false, time.Time{}, err
	}
	for _, d := range due {
		if err := r.service.TakeUp(ctx, d); err != nil {
			if errors.Is(err, context.Canceled) {
				return worked, next, err
			}
			r.log.ErrorContext(ctx, "operation about a card not taken up", "operation", d.OperationID, "customer", d.CustomerID, "error", err)
		}
		worked = true
	}
	return worked, next, nil
}
