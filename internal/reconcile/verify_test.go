package reconcile_test

import (
	"context"

	"kessai/internal/verify"
)

// checkInvariants holds money.md §11 against everything a test left.
func (r *rig) checkInvariants() {
	if _, err := verify.New(r.Reader).All(context.Background(), func(b verify.Breach) error {
		if r.byHand && b.Rule == verify.OrderStatus {
			return nil
		}
		r.t.Errorf("verify: %s: order %d, payment %s: %s", b.Rule, b.Order, b.TradingID, b.Cause)
		return nil
	}); err != nil {
		r.t.Error(err)
	}
}
