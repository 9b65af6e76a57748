package mail

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// due is a mail that waits and nobody has.
const due = `sent_at IS NULL AND next_at <= ? AND (lease_until IS NULL OR lease_until <= ?)`

// claim takes the mail that is due first for owner.
func claim(ctx context.Context, tx *database.Tx, owner string, now, until time.Time) (r row, found bool, err error) {
	at := now.UnixMilli()
	r, found, err = database.One(ctx, tx, scanRow,
		`SELECT id, order_id, kind, data, queued_at, attempts FROM plg_kessai_outbox WHERE `+due+` ORDER BY next_at, id LIMIT 1`+tx.SkipLocked(), at, at)
	if err != nil || !found {
		return row{}, false, err
	}
	res, err := tx.Exec(ctx, `UPDATE plg_kessai_outbox SET owner = ?, lease_until = ?, attempts = attempts + 1 WHERE id = ? AND `+due,
		owner, until.UnixMilli(), r.id, at, at)
	if err != nil {
		return row{}, false, err
	}
	n, err := res.RowsAffected()
	r.attempts++
	return r, n == 1, err
}

func scanRow(s database.Row) (row, error) {
	var r row
	var queued int64
	err := s.Scan(&r.id, &r.order, &r.kind, &r.data, &queued, &r.attempts)
	r.queuedAt = time.UnixMilli(queued).UTC()
	return r, err
}

// nextDue is when the next mail falls due, zero if none waits.
func nextDue(ctx context.Context, q database.Querier) (time.Time, error) {
	var at sql.NullInt64
	// Not IS NOT NULL, for which SQLite reads every mail there ever was.
	err := q.QueryRow(ctx, `SELECT MIN(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END) FROM plg_kessai_outbox
		WHERE sent_at IS NULL AND next_at >= 0`).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return time.UnixMilli(at.Int64).UTC(), nil
}

// markSent records a delivery; first is false if somebody had recorded it already.
func markSent(ctx context.Context, tx *database.Tx, id string, now time.Time) (first bool, err error) {
	res, err := tx.Exec(ctx, `UPDATE plg_kessai_outbox SET sent_at = ?, next_at = NULL, owner = '', lease_until = NULL, last_error = '' WHERE id = ? AND sent_at IS NULL`,
		now.UnixMilli(), id)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// markFailed gives the mail back for another try at next, or for none if next is zero.
func markFailed(ctx context.Context, tx *database.Tx, id, owner, why string, next time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE plg_kessai_outbox SET next_at = ?, owner = '', lease_until = NULL, last_error = ? WHERE id = ? AND owner = ? AND sent_at IS NULL`,
		sql.NullInt64{Int64: next.UnixMilli(), Valid: !next.IsZero()}, why, id, owner)
	return err
}

func insertHistory(ctx context.Context, tx *database.Tx, id order.ID, m Message, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO dtb_mail_history (order_id, creator_id, send_date, mail_subject, mail_body, mail_html_body, discriminator_type)
		VALUES (?, NULL, ?, ?, ?, NULL, 'mailhistory')`, int64(id), database.At(now), m.Subject, m.Body)
	return err
}

// text scans a column that may be NULL.
type text struct{ into *string }

func (t text) Scan(src any) error {
	var s sql.NullString
	if err := s.Scan(src); err != nil {
		return err
	}
	*t.into = s.String
	return nil
}

func readShop(ctx context.Context, q database.Querier) (shop, error) {
	s, found, err := database.One(ctx, q, func(r database.Row) (s shop, err error) {
		return s, r.Scan(text{&s.name}, text{&s.email01}, text{&s.email03}, text{&s.email04}, &s.optionPoint, text{&s.subject})
	}, `SELECT b.shop_name, b.email01, b.email03, b.email04, b.option_point,
		(SELECT t.mail_subject FROM dtb_mail_template t WHERE t.id = 1) FROM dtb_base_info b ORDER BY b.id LIMIT 1`)
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	if err != nil {
		return shop{}, fmt.Errorf("dtb_base_info: %w", err)
	}
	return s, nil
}

func readHead(ctx context.Context, q database.Querier, id order.ID) (head, error) {
	h, found, err := database.One(ctx, q, func(r database.Row) (h head, err error) {
		var customer sql.NullInt64
		var status sql.NullInt16
		var date database.NullTime
		key := (*int64)(&h.id)
		err = r.Scan(key, text{&h.no}, &status, &customer, &h.name01, &h.name02, text{&h.kana01}, text{&h.kana02}, text{&h.company},
			text{&h.email}, text{&h.phone}, text{&h.postal}, text{&h.pref}, text{&h.addr01}, text{&h.addr02}, text{&h.message}, text{&h.method}, &date,
			database.Whole(&h.subtotal, "dtb_order.subtotal", key), database.Whole(&h.charge, "dtb_order.charge", key),
			database.Whole(&h.delivery, "dtb_order.delivery_fee_total", key), database.Whole(&h.total, "dtb_order.payment_total", key),
			database.Whole(&h.usePoint, "dtb_order.use_point", key), database.Whole(&h.addPoint, "dtb_order.add_point", key), text{&h.completeMail})
		h.status, h.customer, h.orderDate = order.Status(status.Int16), customer.Int64, date.Time
		return h, err
	}, `SELECT o.id, o.order_no, o.order_status_id, o.customer_id, o.name01, o.name02, o.kana01, o.kana02, o.company_name, o.email, o.phone_number,
		o.postal_code, p.name, o.addr01, o.addr02, o.message, o.payment_method, o.order_date, o.subtotal, o.charge, o.delivery_fee_total, o.payment_total,
		o.use_point, o.add_point, o.complete_mail_message FROM dtb_order o LEFT JOIN mtb_pref p ON p.id = o.pref_id WHERE o.id = ?`, int64(id))
	if err != nil {
		return head{}, fmt.Errorf("order %d: %w", id, err)
	}
	if !found {
		return head{}, problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
	}
	return h, nil
}

func readItems(ctx context.Context, q database.Querier, id order.ID) ([]order.Item, error) {
	return database.List(ctx, q, func(r database.Row) (i order.Item, err error) {
		var itemType, taxType, display, rounding, shipping, class sql.NullInt64
		err = r.Scan(&i.ID, &itemType, &taxType, &display, &rounding, &shipping, &class, &i.Name, text{&i.Code}, text{&i.ClassCategoryName1}, text{&i.ClassCategoryName2},
			database.Whole(&i.Price, "dtb_order_item.price", &i.ID), database.Whole(&i.Quantity, "dtb_order_item.quantity", &i.ID),
			database.Whole(&i.Tax, "dtb_order_item.tax", &i.ID), database.Whole(&i.TaxRate, "dtb_order_item.tax_rate", &i.ID))
		i.Type, i.TaxType, i.TaxDisplayType = order.ItemType(itemType.Int64), order.TaxType(taxType.Int64), order.DisplayType(display.Int64)
		i.RoundingType, i.ShippingID, i.ProductClassID = order.Rounding(rounding.Int64), shipping.Int64, class.Int64
		return i, err
	}, `SELECT id, order_item_type_id, tax_type_id, tax_display_type_id, rounding_type_id, shipping_id, product_class_id, product_name, product_code,
		class_category_name1, class_category_name2, price, quantity, tax, tax_rate FROM dtb_order_item WHERE order_id = ? ORDER BY id`, int64(id))
}

func readShippings(ctx context.Context, q database.Querier, id order.ID) ([]shipping, error) {
	return database.List(ctx, q, func(r database.Row) (s shipping, err error) {
		var date database.NullTime
		err = r.Scan(&s.id, &s.name01, &s.name02, text{&s.kana01}, text{&s.kana02}, text{&s.company}, text{&s.phone}, text{&s.postal}, text{&s.pref},
			text{&s.addr01}, text{&s.addr02}, text{&s.method}, text{&s.time}, &date)
		s.date = date.Time
		return s, err
	}, `SELECT s.id, s.name01, s.name02, s.kana01, s.kana02, s.company_name, s.phone_number, s.postal_code, p.name, s.addr01, s.addr02, s.delivery_name,
		s.delivery_time, s.delivery_date FROM dtb_shipping s LEFT JOIN mtb_pref p ON p.id = s.pref_id WHERE s.order_id = ? ORDER BY s.id`, int64(id))
}

// Undelivered is a mail that was given up, for staff to look at.
type Undelivered struct {
	ID       string
	Order    order.ID
	Kind     string
	QueuedAt time.Time
	Attempts int
	Why      string
}

func listUndelivered(ctx context.Context, q database.Querier) ([]Undelivered, error) {
	return database.List(ctx, q, func(r database.Row) (u Undelivered, err error) {
		var queued int64
		err = r.Scan(&u.ID, &u.Order, &u.Kind, &queued, &u.Attempts, &u.Why)
		u.QueuedAt = time.UnixMilli(queued).UTC()
		return u, err
	}, `SELECT id, order_id, kind, queued_at, attempts, last_error FROM plg_kessai_outbox WHERE sent_at IS NULL AND next_at IS NULL ORDER BY queued_at, id`)
}
