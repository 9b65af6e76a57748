package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
)

const ordererSQL = `SELECT o.name01, o.name02, o.kana01, o.kana02, o.phone_number, o.email, o.postal_code, o.pref_id, o.addr01, o.addr02,
  s.postal_code, s.pref_id, s.addr01, s.addr02, c.id, c.create_date, c.update_date,
  (SELECT MAX(a.update_date) FROM dtb_customer_address a WHERE a.customer_id = c.id)
FROM dtb_order o LEFT JOIN dtb_shipping s ON s.id = (SELECT MIN(f.id) FROM dtb_shipping f WHERE f.order_id = o.id)
LEFT JOIN dtb_customer c ON c.id = o.customer_id WHERE o.id = ?`

// Orderer implements ledger.Store. An order sent to several addresses tells its first. What a
// member did before is told of no one moment: it weighs a risk, and moves no money.
func (s *Store) Orderer(ctx context.Context, id order.ID, now time.Time) (who ledger.Orderer, err error) {
	q := s.db.Read()
	who, found, err := database.One(ctx, q, scanOrderer, ordererSQL, int64(id))
	switch {
	case err != nil:
		return who, fmt.Errorf("store: who orders %d: %w", id, err)
	case !found:
		return who, problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
	case who.Member.ID == 0:
		return who, nil
	}
	if err := loadMember(ctx, q, id, now, &who); err != nil {
		return who, fmt.Errorf("store: member %d: %w", who.Member.ID, err)
	}
	return who, nil
}

func scanOrderer(row database.Row) (w ledger.Orderer, err error) {
	var moved time.Time // the newest change of an address in the member's book
	m := &w.Member
	err = row.Scan(&w.FamilyName, &w.GivenName, nullText(&w.FamilyKana), nullText(&w.GivenKana), nullText(&w.Tel), nullText(&w.Email),
		nullText(&w.PostalCode), prefecture{&w.Pref}, nullText(&w.Addr1), nullText(&w.Addr2),
		nullText(&w.ShipPostalCode), prefecture{&w.ShipPref}, nullText(&w.ShipAddr1), nullText(&w.ShipAddr2),
		optionalInt[int64]{&m.ID}, date{&m.CreatedAt}, date{&m.ChangedAt}, date{&moved})
	if moved.After(m.ChangedAt) {
		m.ChangedAt = moved
	}
	return w, err
}

// prefecture is a pref_id as a text without leading zeros, empty for NULL.
type prefecture struct{ s *string }

func (p prefecture) Scan(src any) error {
	var n int64
	err := scanInt(src, &n)
	if *p.s = ""; n != 0 {
		*p.s = strconv.FormatInt(n, 10)
	}
	return err
}

// prefectureID is the pref_id behind the text, 0 for NULL.
func prefectureID(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// loadMember reads what a member did before this order. Spans count back from now: the
// original takes 365 years for a year.
func loadMember(ctx context.Context, q database.Querier, id order.ID, now time.Time, w *ledger.Orderer) error {
	const day = 24 * time.Hour
	m := &w.Member
	since := func(d time.Duration) database.Time { return database.At(now.Add(-d)) }
	mine := []any{m.ID, int64(id), int64(order.Canceled), int64(order.Pending), int64(order.Processing)}

	err := q.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN create_date >= ? THEN 1 END)
FROM dtb_order WHERE customer_id = ? AND id <> ? AND create_date >= ?`,
		since(day), m.ID, int64(id), since(365*day)).Scan(&m.Year, &m.Day)
	if err != nil {
		return err
	}
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM dtb_order o WHERE "+bought+" AND o.order_date >= ?",
		append(mine[:len(mine):len(mine)], since(180*day))...).Scan(&m.Purchases180Days)
	if err != nil {
		return err
	}
	err = q.QueryRow(ctx, "SELECT MIN(o.order_date) FROM dtb_order o JOIN dtb_shipping s ON s.order_id = o.id WHERE "+bought+
		" AND COALESCE(s.pref_id, 0) = ? AND COALESCE(s.addr01, '') = ? AND COALESCE(s.addr02, '') = ?",
		append(mine[:len(mine):len(mine)], prefectureID(w.ShipPref), w.ShipAddr1, w.ShipAddr2)...).Scan(date{&m.ShippedToSince})
	if err != nil {
		return err
	}
	_, m.Reordered, err = database.One(ctx, q, database.Scalar[int64], "SELECT i.id FROM dtb_order o JOIN dtb_order_item i ON i.order_id = o.id WHERE "+bought+
		` AND COALESCE(i.order_item_type_id, 0) = ? AND i.product_id IN (SELECT x.product_id FROM dtb_order_item x WHERE x.order_id = ? AND COALESCE(x.order_item_type_id, 0) = ?) LIMIT 1`,
		append(mine[:len(mine):len(mine)], int64(order.ItemProduct), int64(id), int64(order.ItemProduct))...)
	return err
}

// bought is the member's other orders that were placed and not cancelled.
const bought = "o.customer_id = ? AND o.id <> ? AND o.order_date IS NOT NULL AND o.order_status_id NOT IN (?, ?, ?)"
