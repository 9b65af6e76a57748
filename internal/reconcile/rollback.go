package reconcile

import (
	"context"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// rollbackPage is how many orders are read at a time, so that memory does not grow
// with their number.
const rollbackPage = 200

// PendingStore lists orders that were left in 決済処理中.
type PendingStore interface {
	PendingOrders(ctx context.Context, before time.Time, after order.ID, limit int) ([]order.ID, error)
}

// RollbackTotals count what became of the orders.
type RollbackTotals struct {
	Canceled int `json:"canceled"`
	Stands   int `json:"stands"`
	Skipped  int `json:"skipped"`
	Failed   int `json:"failed"`
}

// Rollback ends orders that were left in 決済処理中 (manual 2.4, money.md §9): those
// that entered it more than days ago by the JST calendar. Each is told to each, with the
// error that kept it from being looked at; one order's failure never stops the rest. A
// rehearsal writes nothing.
func Rollback(ctx context.Context, s *ledger.Service, store PendingStore, now time.Time, days int, rehearse bool, each func(ledger.Rollback, error) error) (RollbackTotals, error) {
	var totals RollbackTotals
	before := ledger.PendingBefore(now, days)
	for last := order.ID(0); ; {
		ids, err := store.PendingOrders(ctx, before, last, rollbackPage)
		if err != nil || len(ids) == 0 {
			return totals, err
		}
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return totals, err
			}
			last = id
			out, err := s.RollBack(ctx, id, rehearse)
			totals.count(out.Verdict, err)
			if err := each(out, err); err != nil {
				return totals, err
			}
		}
	}
}

func (t *RollbackTotals) count(v ledger.RollbackVerdict, err error) {
	switch {
	case err != nil:
		t.Failed++
	case v == ledger.RolledBack:
		t.Canceled++
	case v == ledger.RollbackStands:
		t.Stands++
	default:
		t.Skipped++
	}
}
