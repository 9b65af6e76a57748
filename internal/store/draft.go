package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Drafts writes orders in 8, which belong to the shop's pages, as EC-CUBE writes
// them (eccube.md §4.3). Placing one goes through ledger.Service.
type Drafts struct {
	db     *database.DB
	now    func() time.Time
	number func(order.ID) (string, error)
}

// NewDrafts makes Drafts. number makes order_no from the id; nil is the id as text.
func NewDrafts(db *database.DB, now func() time.Time, number func(order.ID) (string, error)) *Drafts {
	if number == nil {
		number = func(id order.ID) (string, error) { return id.String(), nil }
	}
	return &Drafts{db: db, now: now, number: number}
}

// Create writes a new order in 8 and returns its id. A pre_order_id that is taken
// is problem Conflict "order.draft_exists".
func (s *Drafts) Create(ctx context.Context, d Draft) (order.ID, error) {
	if d.PreOrderID == "" {
		return 0, fmt.Errorf("store: a draft needs a pre_order_id")
	}
	var id order.ID
	err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		id, err = s.create(ctx, tx, d)
		return err
	})
	return id, err
}

func (s *Drafts) create(ctx context.Context, tx *database.Tx, d Draft) (order.ID, error) {
	d.Status, d.No = order.Processing, ""
	id, err := orderTable.insertNew(ctx, tx, &d, s.stamped("order", fixed{"currency_code", "JPY"})...)
	if err != nil {
		return 0, conflict(err, "order.draft_exists")
	}
	d.ID = order.ID(id)
	no, err := s.number(d.ID)
	if err != nil {
		return 0, err
	}
	if err := execOne(ctx, tx, "UPDATE dtb_order SET order_no = ? WHERE id = ?", no, id); err != nil {
		return 0, err
	}
	w := draftWriter{Drafts: s, tx: tx, order: d.ID}
	return d.ID, w.write(ctx, Draft{}, d)
}

// stamped is the columns that EC-CUBE sets on each new row.
func (s *Drafts) stamped(discriminator string, more ...fixed) []fixed {
	now := database.At(s.now())
	return append(more, fixed{"create_date", now}, fixed{"update_date", now}, fixed{"discriminator_type", discriminator})
}

// Save writes what pages may change of an order in 8. Items and shippings with an
// id are changed, those without are new, those left out go. An order no longer in
// 8 is problem NotNow "order.not_draft".
func (s *Drafts) Save(ctx context.Context, d Draft) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		was, err := loadDraft(ctx, tx, "id = ?", int64(d.ID), tx.ForUpdate())
		if err != nil {
			return err
		}
		if was.Status != order.Processing {
			return problem.New(problem.NotNow, "order.not_draft", problem.Args{"Order": d.ID, "Status": was.Status})
		}
		d.Status, d.No, d.PreOrderID = was.Status, was.No, was.PreOrderID
		changed, err := orderTable.update(ctx, direct{tx}, &was, &d, guard{stamp: database.At(s.now())})
		if err != nil {
			return err
		}
		w := draftWriter{Drafts: s, tx: tx, order: d.ID}
		if err := w.write(ctx, was, d); err != nil || changed > 0 || !w.wrote {
			return err
		}
		return execOne(ctx, tx, "UPDATE dtb_order SET update_date = ? WHERE id = ?", database.At(s.now()), int64(d.ID))
	})
}

// draftWriter writes the rows below an order.
type draftWriter struct {
	*Drafts
	tx    *database.Tx
	order order.ID
	wrote bool
}

func (w *draftWriter) write(ctx context.Context, was, is Draft) error {
	ids, err := w.shippings(ctx, was.Shippings, is.Shippings)
	if err != nil {
		return err
	}
	if err := w.items(ctx, was.Items, is.Items, ids); err != nil {
		return err
	}
	// Items go first: they point at shippings.
	return w.drop(ctx, "dtb_shipping", gone(was.Shippings, is.Shippings, func(s Shipping) int64 { return s.ID }))
}

// shippings writes the destinations and tells which id each became.
func (w *draftWriter) shippings(ctx context.Context, was, is []Shipping) (map[int64]int64, error) {
	ids := map[int64]int64{}
	known := byID(was, func(s Shipping) int64 { return s.ID })
	for _, s := range is {
		id := s.ID
		if old, ok := known[id]; ok {
			n, err := shippingTable.update(ctx, direct{w.tx}, &shippingRow{old, w.order}, &shippingRow{s, w.order}, guard{stamp: database.At(w.now())})
			if err != nil {
				return nil, err
			}
			w.wrote = w.wrote || n > 0
		} else {
			var err error
			if id > 0 {
				return nil, problem.New(problem.Internal, "order.shipping_unknown", problem.Args{"ID": id})
			}
			if id, err = shippingTable.insertNew(ctx, w.tx, &shippingRow{s, w.order}, w.stamped("shipping")...); err != nil {
				return nil, err
			}
			w.wrote = true
		}
		ids[s.ID] = id
	}
	return ids, nil
}

func (w *draftWriter) items(ctx context.Context, was, is []order.Item, shipping map[int64]int64) error {
	if err := w.drop(ctx, "dtb_order_item", gone(was, is, func(i order.Item) int64 { return i.ID })); err != nil {
		return err
	}
	known := byID(was, func(i order.Item) int64 { return i.ID })
	for _, i := range is {
		if i.ShippingID != 0 || shipped(i) {
			id, ok := shipping[i.ShippingID]
			if !ok {
				return problem.New(problem.Internal, "order.shipping_unknown", problem.Args{"ID": i.ShippingID})
			}
			i.ShippingID = id
		}
		row := &itemRow{i, w.order}
		if old, ok := known[i.ID]; ok {
			n, err := itemTable.update(ctx, direct{w.tx}, &itemRow{old, w.order}, row, guard{})
			if err != nil {
				return err
			}
			w.wrote = w.wrote || n > 0
			continue
		}
		if i.ID != 0 {
			return problem.New(problem.Internal, "order.item_unknown", problem.Args{"ID": i.ID})
		}
		if _, err := itemTable.insertNew(ctx, w.tx, row, fixed{"currency_code", "JPY"}, fixed{"discriminator_type", "orderitem"}); err != nil {
			return err
		}
		w.wrote = true
	}
	return nil
}

// shipped reports whether a row always belongs to a destination.
func shipped(i order.Item) bool { return i.IsProduct() || i.Type == order.ItemDeliveryFee }

// drop deletes rows by id.
func (w *draftWriter) drop(ctx context.Context, table string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	w.wrote = true
	args := append(database.Anys(ids), int64(w.order))
	_, err := execCount(ctx, w.tx, "DELETE FROM "+table+" WHERE id IN ("+database.Marks(len(ids))+") AND order_id = ?", args...)
	return err
}

func byID[T any](list []T, id func(T) int64) map[int64]T {
	out := make(map[int64]T, len(list))
	for _, v := range list {
		out[id(v)] = v
	}
	return out
}

// gone lists the ids of was that is no longer has.
func gone[T any](was, is []T, id func(T) int64) (out []int64) {
	kept := byID(is, id)
	for _, v := range was {
		if _, ok := kept[id(v)]; !ok {
			out = append(out, id(v))
		}
	}
	return out
}
