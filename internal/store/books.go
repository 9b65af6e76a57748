package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/verify"
)

var _ verify.Reader = (*Reader)(nil)

// bookTables keep something about an order under its id.
var bookTables = []string{
	"plg_kessai_ledger", "plg_kessai_payment", "plg_kessai_operation", "plg_kessai_hold", "plg_kessai_event",
	"plg_kessai_alert", "plg_kessai_outbox", "plg_kessai_notice",
}

// Scope implements verify.Reader.
func (r *Reader) Scope(ctx context.Context) (s verify.Scope, err error) {
	meta, _, err := database.ReadMeta(ctx, r.db)
	if err != nil {
		return s, fmt.Errorf("store: scope: %w", err)
	}
	s.Attached, s.Since = meta.Host == database.Attached, meta.Created
	s.Orders, _, err = database.One(ctx, r.db.Read(), database.Scalar[int64], "SELECT COUNT(*) FROM plg_kessai_ledger")
	if err != nil {
		return s, fmt.Errorf("store: scope: %w", err)
	}
	return s, nil
}

// BookedOrders implements verify.Reader. Each table is asked for its own next ids, so that
// none is read further than the page needs.
func (r *Reader) BookedOrders(ctx context.Context, since time.Time, after order.ID, limit int) ([]order.ID, error) {
	var all []order.ID
	add := func(query string, args ...any) error {
		ids, err := database.List(ctx, r.db.Read(), database.Scalar[order.ID], query, append(args, limit)...)
		all = append(all, ids...)
		return err
	}
	for _, t := range bookTables {
		if err := add("SELECT DISTINCT order_id FROM "+t+" WHERE order_id > ? ORDER BY order_id LIMIT ?", int64(after)); err != nil {
			return nil, fmt.Errorf("store: booked orders: %s: %w", t, err)
		}
	}
	err := add(`SELECT o.id FROM dtb_order o JOIN dtb_payment p ON p.id = o.payment_id
WHERE o.id > ? AND o.create_date >= ? AND SUBSTR(p.method_class, 1, ?) = ? AND o.order_status_id IN (?, ?, ?, ?) ORDER BY o.id LIMIT ?`,
		int64(after), database.At(since), len(ourClasses), ourClasses,
		int64(order.New), int64(order.InProgress), int64(order.Delivered), int64(order.Paid))
	if err != nil {
		return nil, fmt.Errorf("store: booked orders: %w", err)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(limit, len(all))], nil
}

// Books implements verify.Reader: a page by one statement per table.
func (r *Reader) Books(ctx context.Context, ids []order.ID) ([]verify.Book, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	l := &bookLoad{in: database.Marks(len(ids)), books: map[order.ID]*verify.Book{}}
	for _, id := range ids {
		l.args = append(l.args, int64(id))
		l.books[id] = &verify.Book{Order: id, Gone: true, Due: map[string]bool{}}
	}
	err := r.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) error {
		l.q = q
		for _, step := range []func(context.Context) error{
			l.heads, l.ledgers, l.payments, l.ids, l.operations, l.holds, l.events, l.alerts, l.mails, l.notices,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: books: %w", err)
	}
	var out []verify.Book
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if b := l.books[id]; !b.Gone || b.Kept || l.met[id] {
			out = append(out, *b)
		}
	}
	return out, nil
}

// bookLoad loads the books of some orders.
type bookLoad struct {
	q     database.Querier
	in    string
	args  []any
	books map[order.ID]*verify.Book
	met   map[order.ID]bool // something is kept about it
}

// each scans the rows of a query about the orders; one that the query names is met.
func (l *bookLoad) each(ctx context.Context, scan func(database.Row) (order.ID, func(*verify.Book), error), query string) error {
	_, err := database.List(ctx, l.q, func(row database.Row) (none struct{}, err error) {
		id, put, err := scan(row)
		if err != nil {
			return none, err
		}
		if l.met == nil {
			l.met = map[order.ID]bool{}
		}
		l.met[id] = true
		if b := l.books[id]; b != nil {
			put(b)
		}
		return none, nil
	}, query, l.args...)
	return err
}

func (l *bookLoad) heads(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var h ledger.Head
		var created time.Time
		err := scanHead(row, &h, date{&created})
		return h.ID, func(b *verify.Book) { b.Gone, b.CreatedAt, b.Ledger.Order = false, created, h }, err
	}, "SELECT "+headColumns+", o.create_date FROM dtb_order o WHERE o.id IN ("+l.in+")")
}

func (l *bookLoad) ledgers(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var in ledger.Ledger
		var id order.ID
		var last order.Status
		var pending time.Time
		err := row.Scan(&id, &in.Version, &in.EventSeq, optional[string]{&in.CurrentID}, millis{&pending}, &last, millis{&in.WrittenAt})
		return id, func(b *verify.Book) {
			b.Kept, b.Ledger.LastStatus, b.Ledger.WrittenAt = true, last, in.WrittenAt
			b.Ledger.Version, b.Ledger.EventSeq, b.Ledger.CurrentID, b.Ledger.Order.PendingSince = in.Version, in.EventSeq, in.CurrentID, pending
		}, err
	}, "SELECT order_id, version, event_seq, current_id, pending_since, last_status, updated_at FROM plg_kessai_ledger WHERE order_id IN ("+l.in+")")
}

func (l *bookLoad) payments(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var p paymentRow
		err := row.Scan(paymentTable.dest(&p)...)
		return p.order, func(b *verify.Book) { b.Ledger.Payments = append(b.Ledger.Payments, &p.Payment) }, err
	}, "SELECT "+paymentTable.list("")+" FROM plg_kessai_payment WHERE order_id IN ("+l.in+") ORDER BY order_id, seq")
}

func (l *bookLoad) ids(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var id order.ID
		var i verify.PaygentID
		err := row.Scan(&id, &i.Environment, &i.MerchantID, &i.ID, &i.Payment)
		return id, func(b *verify.Book) { b.IDs = append(b.IDs, i) }, err
	}, `SELECT p.order_id, i.environment, i.merchant_id, i.paygent_id, i.payment_id
FROM plg_kessai_payment_id i JOIN plg_kessai_payment p ON p.id = i.payment_id WHERE p.order_id IN (`+l.in+") ORDER BY i.payment_id, i.pos")
}

func (l *bookLoad) operations(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var o operationRow
		var due bool
		err := row.Scan(append(operationTable.dest(&o), flag{&due})...)
		return o.order, func(b *verify.Book) {
			b.Ledger.Operations, b.Due[o.ID] = append(b.Ledger.Operations, &o.Operation), due
		}, err
	}, "SELECT "+operationTable.list("")+", "+isDue+" FROM plg_kessai_operation WHERE order_id IN ("+l.in+") ORDER BY order_id, planned_at, id")
}

// isDue tells whether a row comes up for a worker.
const isDue = "CASE WHEN due_at IS NULL THEN 0 ELSE 1 END"

func (l *bookLoad) holds(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var h holdRow
		err := row.Scan(holdTable.dest(&h)...)
		return h.order, func(b *verify.Book) { b.Holds = append(b.Holds, h.Hold) }, err
	}, "SELECT "+holdTable.list("")+" FROM plg_kessai_hold WHERE order_id IN ("+l.in+") ORDER BY order_id, taken_at, id")
}

func (l *bookLoad) events(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var e eventRow
		err := row.Scan(eventTable.dest(&e)...)
		return order.ID(e.order), func(b *verify.Book) { b.Events = append(b.Events, e.Event) }, err
	}, "SELECT "+eventTable.list("")+" FROM plg_kessai_event WHERE order_id IN ("+l.in+") ORDER BY order_id, seq")
}

func (l *bookLoad) alerts(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var id order.ID
		var a verify.Alert
		err := row.Scan(&id, &a.Kind, &a.Cause, millis{&a.OpenedAt}, millis{&a.ClosedAt})
		return id, func(b *verify.Book) { b.Alerts = append(b.Alerts, a) }, err
	}, "SELECT order_id, kind, cause, opened_at, closed_at FROM plg_kessai_alert WHERE order_id IN ("+l.in+") ORDER BY order_id, opened_at, kind, cause")
}

func (l *bookLoad) mails(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		var id order.ID
		var m ledger.Mail
		err := row.Scan(&m.ID, &id, &m.Kind, &m.Cause, millis{&m.At})
		return id, func(b *verify.Book) { b.Mails = append(b.Mails, m) }, err
	}, "SELECT id, order_id, kind, cause, queued_at FROM plg_kessai_outbox WHERE order_id IN ("+l.in+") ORDER BY order_id, id")
}

func (l *bookLoad) notices(ctx context.Context) error {
	return l.each(ctx, func(row database.Row) (order.ID, func(*verify.Book), error) {
		n, err := scanDueNotice(row)
		return n.OrderID, func(b *verify.Book) { b.Notices = append(b.Notices, n) }, err
	}, "SELECT "+noticeTable.list("")+", "+isDue+" FROM plg_kessai_notice WHERE order_id IN ("+l.in+") ORDER BY order_id, received_at, id")
}

func scanDueNotice(row database.Row) (verify.Notice, error) {
	var r noticeRow
	var n verify.Notice
	err := row.Scan(append(noticeTable.dest(&r), flag{&n.Due})...)
	n.Notice = r.Notice
	return n, err
}

// StrayNotices implements verify.Reader.
func (r *Reader) StrayNotices(ctx context.Context, after string, limit int) ([]verify.Notice, error) {
	list, err := database.List(ctx, r.db.Read(), scanDueNotice,
		"SELECT "+noticeTable.list("")+", "+isDue+" FROM plg_kessai_notice WHERE order_id IS NULL AND id > ? ORDER BY id LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("store: stray notices: %w", err)
	}
	return list, nil
}

// CardOperations implements verify.Reader.
func (r *Reader) CardOperations(ctx context.Context, after string, limit int) ([]verify.CardOperation, error) {
	list, err := database.List(ctx, r.db.Read(), func(row database.Row) (c verify.CardOperation, err error) {
		var o operationRow
		err = row.Scan(append(operationTable.dest(&o), flag{&c.Due}, flag{&c.CardGone})...)
		c.Customer, c.Operation, c.CardID = o.customer, o.Operation, o.card
		return c, err
	}, "SELECT "+operationTable.list("")+", "+isDue+`,
  CASE WHEN EXISTS (SELECT 1 FROM plg_kessai_card c WHERE c.id = card_id AND c.deleted_at IS NOT NULL) THEN 1 ELSE 0 END
FROM plg_kessai_operation WHERE order_id IS NULL AND id > ? ORDER BY id LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("store: operations about cards: %w", err)
	}
	return list, nil
}

// UnequalStock implements verify.Reader.
func (r *Reader) UnequalStock(ctx context.Context, after int64, limit int) ([]verify.Stock, error) {
	list, err := database.List(ctx, r.db.Read(), func(row database.Row) (s verify.Stock, err error) {
		err = row.Scan(&s.Class, database.Whole(&s.InStock, "dtb_product_stock.stock", &s.Class), database.Whole(&s.InClass, "dtb_product_class.stock", &s.Class))
		return s, err
	}, `SELECT c.id, COALESCE(s.stock, 0), COALESCE(c.stock, 0) FROM dtb_product_class c JOIN dtb_product_stock s ON s.product_class_id = c.id
WHERE c.id > ? AND c.stock_unlimited = ? AND COALESCE(s.stock, 0) <> COALESCE(c.stock, 0) ORDER BY c.id LIMIT ?`, after, false, limit)
	if err != nil {
		return nil, fmt.Errorf("store: stock: %w", err)
	}
	return list, nil
}
