package store

import (
	"context"

	"kessai/internal/database"
	"kessai/internal/payment"
)

// OpenOperations counts the operations that are not settled, of all orders: while
// there are any, environment and merchant stay (money.md §10).
func OpenOperations(ctx context.Context, q database.Querier) (int64, error) {
	return database.Scalar[int64](q.QueryRow(ctx, "SELECT COUNT(*) FROM plg_kessai_operation WHERE state IN ('planned', 'sent', 'unknown')"))
}

// LivingPayments counts the payments of an environment and merchant that have not ended.
func LivingPayments(ctx context.Context, q database.Querier, env payment.Environment, merchant string) (int64, error) {
	return database.Scalar[int64](q.QueryRow(ctx, "SELECT COUNT(*) FROM plg_kessai_payment WHERE phase <> ? AND environment = ? AND merchant_id = ?",
		string(payment.Ended), string(env), merchant))
}

// ShopName is the shop's name as its pages and mails show it, empty if it has none.
func (r *Reader) ShopName(ctx context.Context) (string, error) {
	name, _, err := database.One(ctx, r.db.Read(), func(row database.Row) (name string, err error) {
		err = row.Scan(optional[string]{&name})
		return name, err
	}, "SELECT shop_name FROM dtb_base_info WHERE id = 1")
	return name, err
}
