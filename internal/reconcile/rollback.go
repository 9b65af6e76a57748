package reconcile

import (
	"context"
	"time"

	"kessai/internal/beside"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// rollbackPage is how many orders are read at a time, so that memory does not grow
// with their number.
const rollbackPage = 200

// RollbackWidth is how many orders a rollback looks at at once as a rule: as many as a
// database server works on together. The centre is asked about fewer (ledger.RollBack).
const RollbackWidth = 64

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

// RollbackOptions say which orders a rollback takes and how.
type RollbackOptions struct {
	Days     int // since an order entered 決済処理中, by the JST calendar
	Width    int // orders looked at at once; 0 is one
	Rehearse bool
}

// Rollback ends orders that were left in 決済処理中 (manual 2.4, money.md §9). Each is told
// to each, in their order, with what it moved or would move, and the error that kept it from
// being looked at; one order's failure never stops the rest. A rehearsal writes nothing.
func Rollback(ctx context.Context, s *ledger.Service, store PendingStore, now time.Time, o RollbackOptions, each func(ledger.Rollback, ledger.Effect, error) error) (RollbackTotals, error) {
	var totals RollbackTotals
	before := ledger.PendingBefore(now, o.Days)
	for last := order.ID(0); ; {
		ids, err := store.PendingOrders(ctx, before, last, rollbackPage)
		if err != nil || len(ids) == 0 {
			return totals, err
		}
		last = ids[len(ids)-1]
		outs, effects, errs := make([]ledger.Rollback, len(ids)), make([]ledger.Effect, len(ids)), make([]error, len(ids))
		if err := beside.InOrder(o.Width, len(ids), func(i int) {
			if errs[i] = ctx.Err(); errs[i] == nil {
				outs[i], effects[i], errs[i] = s.RollBackEffect(ctx, ids[i], o.Rehearse)
			}
		}, func(i int) error {
			if outs[i].Order == 0 { // called off before it was looked at
				return nil
			}
			totals.count(outs[i].Verdict, errs[i])
			return each(outs[i], effects[i], errs[i])
		}); err != nil {
			return totals, err
		}
		if err := ctx.Err(); err != nil {
			return totals, err
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
