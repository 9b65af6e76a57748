package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// HostEvery is how often it is looked for what EC-CUBE's own hand did.
const HostEvery = 10 * time.Minute

// Between looks at all orders, which cost a big shop seconds, only those are looked at that were
// saved a while ago or later: a clock may be behind, and what failed is tried again.
const (
	hostWhole = time.Hour
	hostBack  = time.Hour
)

// hostPage is how many orders or payments are read at a time.
const hostPage = 200

// HostStore lists what EC-CUBE's own hand left for nobody to meet.
type HostStore interface {
	MovedByHost(ctx context.Context, since time.Time, after order.ID, limit int) ([]order.ID, error)
	Stranded(ctx context.Context, limit int) ([]ledger.Payment, error)
	OpenShopAlert(ctx context.Context, a ledger.AlertChange) error
}

// Host meets what EC-CUBE's own hand did to orders about which nothing is decided any more: one
// that it cancelled keeps its money, and one that it deleted keeps it unseen, unless a person is
// told. Every node may do it: what was met is not found again.
type Host struct {
	service *ledger.Service
	store   HostStore
	now     func() time.Time
	log     *slog.Logger
	due     time.Time
	whole   time.Time // when all orders are looked at again
}

// NewHost makes a Host that looks at once and then again every so often.
func NewHost(service *ledger.Service, store HostStore, now func() time.Time, log *slog.Logger) *Host {
	return &Host{service: service, store: store, now: now, log: log}
}

// Step looks if it is time. One order's failure does not stop the others: the next look finds it.
func (h *Host) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	now := h.now()
	if now.Before(h.due) {
		return false, h.due, nil
	}
	whole, since := !now.Before(h.whole), now.Add(-hostBack)
	if whole {
		since = time.Time{}
	}
	worked, err = h.moved(ctx, since)
	if err != nil {
		return worked, time.Time{}, err
	}
	if whole {
		stranded, err := h.stranded(ctx)
		if err != nil {
			return worked || stranded, time.Time{}, err
		}
		worked, h.whole = worked || stranded, now.Add(hostWhole)
	}
	h.due = h.now().Add(HostEvery)
	return worked, h.due, nil
}

func (h *Host) moved(ctx context.Context, since time.Time) (worked bool, err error) {
	for after := order.ID(0); ; {
		ids, err := h.store.MovedByHost(ctx, since, after, hostPage)
		if err != nil || len(ids) == 0 {
			return worked, err
		}
		for _, id := range ids {
			after = id
			err := h.service.MeetHost(ctx, id)
			switch {
			case errors.Is(err, context.Canceled):
				return worked, err
			case err != nil:
				h.log.ErrorContext(ctx, "what EC-CUBE did to an order was not met", "order", int64(id), "error", err)
			default:
				worked = true
			}
		}
	}
}

func (h *Host) stranded(ctx context.Context) (worked bool, err error) {
	for {
		list, err := h.store.Stranded(ctx, hostPage)
		if err != nil || len(list) == 0 {
			return worked, err
		}
		for _, p := range list {
			if err := h.store.OpenShopAlert(ctx, ledger.StrandedAlert(p, h.now())); err != nil {
				return worked, err
			}
			worked = true
		}
	}
}
