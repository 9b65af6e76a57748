package store

import (
	"context"

	"kessai/internal/database"
	"kessai/internal/payment"
)

// OpenOperations counts the operations that are not settled, of all orders and customers:
// while there are any, environment and merchant stay (money.md §10). Those of an order that is
// gone nobody can settle.
func OpenOperations(ctx context.Context, q database.Querier) (int64, error) {
	return database.Scalar[int64](q.QueryRow(ctx, "SELECT COUNT(*) FROM plg_kessai_operation p WHERE p.state IN ('planned', 'sent', 'unknown') AND (p.order_id IS NULL OR "+orderStands+")"))
}

// LivingPayments counts the payments of an environment and merchant that have not ended, as
// LivePayments lists them.
func LivingPayments(ctx context.Context, q database.Querier, env payment.Environment, merchant string) (int64, error) {
	return database.Scalar[int64](q.QueryRow(ctx, "SELECT COUNT(*) FROM plg_kessai_payment p WHERE p.phase <> ? AND p.environment = ? AND p.merchant_id = ? AND "+orderStands,
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
