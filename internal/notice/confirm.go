package notice

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kessai/internal/beside"
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
	width   int
}

// NewConfirmer makes a Confirmer.
func NewConfirmer(service *ledger.Service, store ledger.Store, node string, now func() time.Time, log *slog.Logger) *Confirmer {
	return &Confirmer{service: service, store: store, node: node, now: now, log: log}
}

// Wide is c with so many taken up at once: most of the time goes by waiting for the centre.
func (c Confirmer) Wide(width int) *Confirmer {
	c.width = width
	return &c
}

// Step takes up the notices that are due now.
func (c *Confirmer) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	now := c.now()
	due, next, err := c.store.ClaimNotices(ctx, c.node, now, now.Add(leaseFor), max(20, 2*c.width))
	if err != nil {
		return false, time.Time{}, err
	}
	err = beside.Try(c.width, len(due), func(i int) error {
		n := due[i]
		err := c.service.TakeUpNotice(ctx, n)
		if err != nil && !errors.Is(err, context.Canceled) {
			c.log.ErrorContext(ctx, "notice not taken up", "notice", n.NoticeID, "order", int64(n.OrderID), "error", err)
			return nil
		}
		return err
	})
	return len(due) > 0, next, err
}
