package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// PendingOrders lists the orders with an id above after that are in 7 since before the
// given time and are paid by Paygent, by id (money.md §9): by their method, or because a payment of
// ours brought them there.
func (s *Store) PendingOrders(ctx context.Context, before time.Time, after order.ID, limit int) ([]order.ID, error) {
	list, err := database.List(ctx, s.db.Read(), database.Scalar[order.ID],
		`SELECT o.id FROM dtb_order o LEFT JOIN plg_kessai_ledger l ON l.order_id = o.id
WHERE o.order_status_id = ? AND o.id > ? AND (l.pending_since < ? OR l.pending_since IS NULL AND o.create_date < ?)
  AND (o.payment_id IN (SELECT p.id FROM dtb_payment p WHERE SUBSTR(p.method_class, 1, ?) = ?)
    OR l.current_id IS NOT NULL)
ORDER BY o.id LIMIT ?`,
		int64(order.Pending), int64(after), before.UnixMilli(), database.At(before), len(ourClasses), ourClasses, limit)
	if err != nil {
		return nil, fmt.Errorf("store: pending orders: %w", err)
	}
	return list, nil
}

// LivePayments lists a merchant's payments with an id above after that have not
// ended, by id.
func (s *Store) LivePayments(ctx context.Context, env payment.Environment, merchant, after string, limit int) ([]ledger.DuePayment, error) {
	list, err := database.List(ctx, s.db.Read(), func(row database.Row) (p ledger.DuePayment, err error) {
		err = row.Scan(&p.PaymentID, &p.OrderID)
		return p, err
	}, `SELECT p.id, p.order_id FROM plg_kessai_payment p
WHERE p.id > ? AND p.phase <> ? AND p.environment = ? AND p.merchant_id = ? AND `+orderStands+` ORDER BY p.id LIMIT ?`,
		after, string(payment.Ended), string(env), merchant, limit)
	if err != nil {
		return nil, fmt.Errorf("store: live payments: %w", err)
	}
	return list, nil
}

// Origin implements ledger.Store. That the original plugin sent telegrams stands in its
// column of dtb_order, which only a shop that has run it has.
func (s *Store) Origin(ctx context.Context, id order.ID) (ledger.Origin, error) {
	code := "NULL"
	has, _, err := database.One(ctx, s.db.Read(), database.Scalar[int64], columnsSQL(s.db.Engine()), "dtb_order", "paygent_code")
	if err != nil {
		return ledger.Origin{}, fmt.Errorf("store: columns of dtb_order: %w", err)
	}
	if has > 0 {
		code = "o.paygent_code"
	}
	o, found, err := database.One(ctx, s.db.Read(), func(row database.Row) (o ledger.Origin, err error) {
		var by string
		err = row.Scan(date{&o.CreatedAt}, optional[string]{&by})
		o.Plugin = by != ""
		return o, err
	}, "SELECT o.create_date, "+code+" FROM dtb_order o WHERE o.id = ?", int64(id))
	if err != nil {
		return ledger.Origin{}, fmt.Errorf("store: origin of order %d: %w", id, err)
	}
	if !found {
		return ledger.Origin{}, problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
	}
	return o, nil
}

// columnsSQL counts the columns of a name that a table has.
func columnsSQL(e database.Engine) string {
	switch e {
	case database.MySQL:
		return "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?"
	case database.Postgres:
		return "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? AND column_name = ?"
	}
	return "SELECT COUNT(*) FROM pragma_table_info(?) WHERE name = ?"
}
