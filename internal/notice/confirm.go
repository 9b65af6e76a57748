package notice

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kessai/internal/ledger"
)

// leaseFor is how long a confirmer keeps a notice.
const leaseFor = 2 * time.Minute

// Confirmer takes up stored notices that wait: it has 094 asked and applies them.
type Confirmer struct {
	store   ledger.Store
	service *ledger.Service
	node    string
	now     func() time.Time
	log     *slog.Logger
}

// NewConfirmer makes a Confirmer.
func NewConfirmer(service *ledger.Service, store ledger.Store, node string, now func() time.Time, log *slog.Logger) *Confirmer {
	return &Confirmer{service: service, store: store, node: node, now: now, log: log}
}

// Step takes up the notices that are due now.
func (c *Confirmer) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	now := c.now()
	due, next, err := c.store.ClaimNotices(ctx, c.node, now, now.Add(leaseFor), 20)
	if err != nil {
		return false, time.Time{}, err
	}
	for _, n := range due {
		if err := c.service.TakeUpNotice(ctx, n); err != nil {
			if errors.Is(err, context.Canceled) {
				return worked, next, err
			}
			c.log.ErrorContext(ctx, "notice not taken up", "notice", n.NoticeID, "order", int64(n.OrderID), "error", err)
		}
		worked = true
	}
	return worked, next, nil
}
