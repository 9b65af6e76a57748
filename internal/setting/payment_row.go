package setting

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
)

// syncPaymentRows creates, shows or hides the methods' dtb_payment rows (admin.md
// §1.3). A row is touched only when the method was checked or unchecked or the
// system type changed, so what staff hid by hand stays hidden (admin.md §11 A35).
func syncPaymentRows(ctx context.Context, tx *database.Tx, old, next *Values, embedded bool, now time.Time) error {
	for _, m := range Methods() {
		was, is := old.Uses(m), next.Uses(m)
		if is == was && (!is || old.System == next.System) {
			continue
		}
		if err := syncPaymentRow(ctx, tx, m, m.Class(next.System), is, embedded, now); err != nil {
			return fmt.Errorf("dtb_payment of %s: %w", m, err)
		}
	}
	return nil
}

func syncPaymentRow(ctx context.Context, tx *database.Tx, m Method, class string, offered, embedded bool, now time.Time) error {
	r := m.row()
	known := []string{r.module}
	if r.link != "" {
		known = append(known, r.link)
	}
	rows, err := paymentRows(ctx, tx, known)
	if err != nil {
		return err
	}
	for _, p := range rows {
		if offered {
			p.class = class
		}
		p.visible = offered
		if err := updatePaymentRow(ctx, tx, p, now); err != nil {
			return err
		}
	}
	if len(rows) > 0 || !offered {
		return nil
	}
	id, err := insertPaymentRow(ctx, tx, r.name, class, now)
	if err != nil || !embedded {
		return err
	}
	return offerEverywhere(ctx, tx, id)
}
