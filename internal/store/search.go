package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// SearchRow is one order in a list.
type SearchRow struct {
	ID            order.ID
	No            string
	OrderDate     time.Time // zero while not placed
	PaymentDate   time.Time
	Name          string
	PaymentMethod string // as stored on the order
	Total         order.Yen
	Status        order.Status
	Unreadable    bool // its dates or its total cannot be read, and are zero: it hides no other order

	Payment   *SearchPayment    // the order's payment, nil while it has none
	Operation *ledger.Operation // what keeps the order busy: ID, PaymentID, Kind and State
	Alerts    int64             // open ones
}

// SearchPayment is what a list shows of an order's payment.
type SearchPayment struct {
	ID          string
	Environment payment.Environment
	MerchantID  string
	Method      payment.Method
	System      payment.System
	Brand       payment.Brand
	Amount      order.Yen
	Phase       payment.Phase
	End         payment.End
	Status      payment.Status
	Situation   payment.Situation
}

// Page is one page of a search.
type Page struct {
	Rows  []SearchRow
	Count int64 // orders found in all
	Page  int   // from 1
	Size  int
}

// Standing is what decides which buttons the payment has (payment.Standing.Offers).
func (p *SearchPayment) Standing() payment.Standing {
	return payment.Standing{Method: p.Method, Brand: p.Brand, Phase: p.Phase, Status: p.Status, Situation: p.Situation}
}

// defaultSize is EC-CUBE's page size (admin.md §3.1).
const defaultSize = 50

// Search lists orders, those changed last first.
func (r *Reader) Search(ctx context.Context, f Filter) (Page, error) {
	page := Page{Page: max(f.Page, 1), Size: f.Size}
	if page.Size < 1 {
		page.Size = defaultSize
	}
	sb := sqlbuilder.NewSelectBuilder()
	sb.From("dtb_order o").JoinWithOption(sqlbuilder.LeftJoin, "plg_kessai_ledger l", "l.order_id = o.id").
		JoinWithOption(sqlbuilder.LeftJoin, "plg_kessai_payment p", "p.id = l.current_id")
	if err := r.scope(ctx, sb, f); err != nil {
		return Page{}, fmt.Errorf("store: search: %w", err)
	}
	f.apply(sb)
	err := paged(ctx, r.db, sb, searchColumns, "o.update_date DESC, o.id DESC", page.Page, page.Size, &page.Count,
		func(ctx context.Context, q database.Querier, query string, args []any) (err error) {
			if page.Rows, err = database.List(ctx, q, scanSearchRow, query, args...); err != nil {
				return err
			}
			return decorate(ctx, q, page.Rows)
		})
	if err != nil {
		return Page{}, fmt.Errorf("store: search: %w", err)
	}
	return page, nil
}

// After lists orders of a filter with an id above after, by id, for work over all of
// them: page by page it reads what Search finds, however many there are.
func (r *Reader) After(ctx context.Context, f Filter, after order.ID, limit int) ([]SearchRow, error) {
	sb := sqlbuilder.NewSelectBuilder()
	sb.From("dtb_order o").JoinWithOption(sqlbuilder.LeftJoin, "plg_kessai_ledger l", "l.order_id = o.id").
		JoinWithOption(sqlbuilder.LeftJoin, "plg_kessai_payment p", "p.id = l.current_id")
	if err := r.scope(ctx, sb, f); err != nil {
		return nil, fmt.Errorf("store: orders after %d: %w", after, err)
	}
	f.apply(sb)
	sb.Where(sb.GreaterThan("o.id", int64(after)))
	if len(f.IDs) > 0 {
		sb.Where(sb.In("o.id", sqlbuilder.Flatten(f.IDs)...))
	}
	query, args := sb.Select(searchColumns).OrderBy("o.id").Limit(limit).Build()
	rows, err := database.List(ctx, r.db.Read(), scanSearchRow, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: orders after %d: %w", after, err)
	}
	return rows, nil
}

// paged counts what a query finds and runs it for one page.
func paged(ctx context.Context, db *database.DB, sb *sqlbuilder.SelectBuilder, columns, sort string, page, size int, count *int64,
	list func(ctx context.Context, q database.Querier, query string, args []any) error) error {
	if size < 1 {
		size = defaultSize
	}
	return db.Snapshot(ctx, func(ctx context.Context, q database.Querier) error {
		query, args := sb.Select("COUNT(*)").Build()
		if err := q.QueryRow(ctx, query, args...).Scan(count); err != nil {
			return err
		}
		offset := (max(page, 1) - 1) * size
		query, args = sb.Select(columns).OrderBy(sort).Limit(size).Offset(offset).Build()
		return list(ctx, q, query, args)
	})
}

const searchColumns = `o.id, o.order_no, o.order_date, o.payment_date, o.name01, o.name02, o.payment_method, o.payment_total, o.order_status_id,
p.id, p.environment, p.merchant_id, p.method, p.system_type, p.brand, p.amount, p.phase, p.end_reason, p.status, p.situation`

func scanSearchRow(row database.Row) (s SearchRow, err error) {
	var family, given string
	var p SearchPayment
	err = row.Scan(&s.ID, optional[string]{&s.No}, s.orNot(date{&s.OrderDate}), s.orNot(date{&s.PaymentDate}), &family, &given, optional[string]{&s.PaymentMethod},
		s.orNot(whole[order.Yen]{&s.Total, "dtb_order.payment_total"}), optionalInt[order.Status]{&s.Status},
		optional[string]{&p.ID}, optional[payment.Environment]{&p.Environment}, optional[string]{&p.MerchantID}, optional[payment.Method]{&p.Method},
		optional[payment.System]{&p.System}, optional[payment.Brand]{&p.Brand}, optionalInt[order.Yen]{&p.Amount}, optional[payment.Phase]{&p.Phase}, optional[payment.End]{&p.End},
		optional[payment.Status]{&p.Status}, optional[payment.Situation]{&p.Situation})
	s.Name, s.Status = family+" "+given, ourStatus(s.Status)
	if p.ID != "" {
		s.Payment = &p
	}
	return s, err
}

// orNot scans a column of EC-CUBE's if it can be read, and else says of the row that it cannot.
func (s *SearchRow) orNot(column sql.Scanner) sql.Scanner { return orNot{column, &s.Unreadable} }

type orNot struct {
	column     sql.Scanner
	unreadable *bool
}

func (o orNot) Scan(src any) error {
	if err := o.column.Scan(src); err != nil {
		*o.unreadable = true
	}
	return nil
}

// decorate adds open operations and open alerts to a page.
func decorate(ctx context.Context, q database.Querier, rows []SearchRow) error {
	if len(rows) == 0 {
		return nil
	}
	at := make(map[order.ID]*SearchRow, len(rows))
	ids, keys := make([]any, len(rows)), make([]any, len(rows))
	for i := range rows {
		at[rows[i].ID], ids[i], keys[i] = &rows[i], int64(rows[i].ID), "order:"+rows[i].ID.String()
	}
	in := "(" + database.Marks(len(rows)) + ")"
	_, err := database.List(ctx, q, func(row database.Row) (bool, error) {
		var id order.ID
		var o ledger.Operation
		err := row.Scan(&id, &o.ID, &o.PaymentID, &o.Kind, &o.State)
		if r := at[id]; r != nil {
			r.Operation = &o
		}
		return true, err
	}, "SELECT order_id, id, payment_id, kind, state FROM plg_kessai_operation WHERE open_key IN "+in, keys...)
	if err != nil {
		return err
	}
	_, err = database.List(ctx, q, func(row database.Row) (bool, error) {
		var id order.ID
		var n int64
		err := row.Scan(&id, &n)
		if r := at[id]; r != nil {
			r.Alerts = n
		}
		return true, err
	}, "SELECT order_id, COUNT(*) FROM plg_kessai_alert WHERE closed_at IS NULL AND order_id IN "+in+" GROUP BY order_id", ids...)
	return err
}
