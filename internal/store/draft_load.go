package store

import (
	"context"
	"fmt"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Load reads the order with this pre_order_id, whatever its status. There is none:
// problem NotFound "order.unknown".
func (s *Drafts) Load(ctx context.Context, preOrderID string) (Draft, error) {
	return s.load(ctx, "pre_order_id = ?", preOrderID)
}

// LoadByID is Load by the order's id.
func (s *Drafts) LoadByID(ctx context.Context, id order.ID) (Draft, error) {
	return s.load(ctx, "id = ?", int64(id))
}

func (s *Drafts) load(ctx context.Context, where string, arg any) (d Draft, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) (err error) {
		d, err = loadDraft(ctx, q, where, arg, "")
		return err
	})
	return d, err
}

// loadDraft reads an order with its items and destinations.
func loadDraft(ctx context.Context, q database.Querier, where string, arg any, lock string) (Draft, error) {
	d, found, err := database.One(ctx, q, func(row database.Row) (d Draft, err error) {
		err = row.Scan(orderTable.dest(&d)...)
		return d, err
	}, "SELECT "+orderTable.list("")+" FROM dtb_order WHERE "+where+lock, arg)
	switch {
	case err != nil:
		return Draft{}, fmt.Errorf("store: order: %w", err)
	case !found:
		return Draft{}, problem.New(problem.NotFound, "order.unknown", nil)
	}
	return d, d.loadRows(ctx, q)
}

func (d *Draft) loadRows(ctx context.Context, q database.Querier) (err error) {
	d.Items, err = database.List(ctx, q, func(row database.Row) (order.Item, error) {
		var r itemRow
		err := row.Scan(itemTable.dest(&r)...)
		return r.Item, err
	}, "SELECT "+itemTable.list("")+" FROM dtb_order_item WHERE order_id = ? ORDER BY id", int64(d.ID))
	if err != nil {
		return fmt.Errorf("store: items of order %d: %w", d.ID, err)
	}
	d.Shippings, err = database.List(ctx, q, func(row database.Row) (Shipping, error) {
		var r shippingRow
		err := row.Scan(shippingTable.dest(&r)...)
		return r.Shipping, err
	}, "SELECT "+shippingTable.list("")+" FROM dtb_shipping WHERE order_id = ? ORDER BY id", int64(d.ID))
	if err != nil {
		return fmt.Errorf("store: shippings of order %d: %w", d.ID, err)
	}
	return nil
}
