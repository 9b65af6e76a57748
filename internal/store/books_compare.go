package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// OpenBooks lists a merchant's payments with an id above after that can still change at the
// centre by themselves or by somebody's hand: not ended, or left and not yet past until; of
// those captured, the ones whose limit is not past it either.
func (s *Store) OpenBooks(ctx context.Context, env payment.Environment, merchant string, until time.Time, after string, limit int) ([]ledger.DuePayment, error) {
	return s.booked(ctx, `environment = ? AND merchant_id = ? AND (
  phase NOT IN (?, ?) OR phase = ? AND (limit_at IS NULL OR limit_at > ?) OR phase = ? AND end_reason IN (?, ?, ?) AND limit_at > ?)`,
		after, limit, string(env), merchant,
		string(payment.Captured), string(payment.Ended), string(payment.Captured), until.UnixMilli(),
		string(payment.Ended), string(payment.Superseded), string(payment.GivenUp), string(payment.Unreachable), until.UnixMilli())
}

// MovedBooks lists those that began, came alive, were captured or ended from one time to
// another.
func (s *Store) MovedBooks(ctx context.Context, env payment.Environment, merchant string, from, to time.Time, after string, limit int) ([]ledger.DuePayment, error) {
	between := []any{from.UnixMilli(), to.UnixMilli()}
	args := []any{string(env), merchant}
	for range 4 {
		args = append(args, between...)
	}
	return s.booked(ctx, "environment = ? AND merchant_id = ? AND (begun_at >= ? AND begun_at < ? OR authorised_at >= ? AND authorised_at < ?"+
		" OR captured_at >= ? AND captured_at < ? OR ended_at >= ? AND ended_at < ?)", after, limit, args...)
}

// OrderBooks lists an order's payments.
func (s *Store) OrderBooks(ctx context.Context, id order.ID, after string, limit int) ([]ledger.DuePayment, error) {
	return s.booked(ctx, "order_id = ?", after, limit, int64(id))
}

func (s *Store) booked(ctx context.Context, where, after string, limit int, args ...any) ([]ledger.DuePayment, error) {
	list, err := database.List(ctx, s.db.Read(), func(row database.Row) (p ledger.DuePayment, err error) {
		err = row.Scan(&p.PaymentID, &p.OrderID)
		return p, err
	}, "SELECT id, order_id FROM plg_kessai_payment WHERE "+where+" AND id > ? ORDER BY id LIMIT ?", append(args, after, limit)...)
	if err != nil {
		return nil, fmt.Errorf("store: payments to compare: %w", err)
	}
	return list, nil
}

// NoticeRange is the lowest and the highest payment_notice_id of the notices that a
// merchant received from one time to another, 0 if there are none.
func (s *Store) NoticeRange(ctx context.Context, env payment.Environment, merchant string, from, to time.Time) (low, high int64, err error) {
	_, _, err = database.One(ctx, s.db.Read(), func(row database.Row) (bool, error) { return true, row.Scan(&low, &high) },
		`SELECT COALESCE(MIN(notice_id), 0), COALESCE(MAX(notice_id), 0) FROM plg_kessai_notice
WHERE environment = ? AND merchant_id = ? AND received_at >= ? AND received_at < ?`, string(env), merchant, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return 0, 0, fmt.Errorf("store: notices to compare: %w", err)
	}
	return low, high, nil
}

// StoredNoticeIDs lists the payment_notice_ids above after that are stored, ascending.
func (s *Store) StoredNoticeIDs(ctx context.Context, env payment.Environment, merchant string, after int64, limit int) ([]int64, error) {
	list, err := database.List(ctx, s.db.Read(), database.Scalar[int64],
		"SELECT DISTINCT notice_id FROM plg_kessai_notice WHERE environment = ? AND merchant_id = ? AND notice_id > ? ORDER BY notice_id LIMIT ?",
		string(env), merchant, after, limit)
	if err != nil {
		return nil, fmt.Errorf("store: notices to compare: %w", err)
	}
	return list, nil
}

// UnplacedNotices lists notices, received from one time to another, that no payment of
// ours was found for.
func (s *Store) UnplacedNotices(ctx context.Context, env payment.Environment, merchant string, from, to time.Time, after string, limit int) ([]ledger.Notice, error) {
	list, err := database.List(ctx, s.db.Read(), scanNotice, "SELECT "+noticeTable.list("")+` FROM plg_kessai_notice
WHERE environment = ? AND merchant_id = ? AND received_at >= ? AND received_at < ? AND id > ? AND (state = ? OR state = ? AND reason = ?) ORDER BY id LIMIT ?`,
		string(env), merchant, from.UnixMilli(), to.UnixMilli(), after,
		string(ledger.NoticeForeign), string(ledger.NoticeParked), string(ledger.ParkNoOrder), limit)
	if err != nil {
		return nil, fmt.Errorf("store: notices to compare: %w", err)
	}
	return list, nil
}

// AlertIsOpen reports whether an order's alert of this kind and cause waits for a person.
func (s *Store) AlertIsOpen(ctx context.Context, id order.ID, kind ledger.AlertKind, cause string) (bool, error) {
	_, found, err := database.One(ctx, s.db.Read(), database.Scalar[int64],
		"SELECT opened_at FROM plg_kessai_alert WHERE order_id = ? AND kind = ? AND cause = ? AND closed_at IS NULL", int64(id), string(kind), cause)
	if err != nil {
		return false, fmt.Errorf("store: alert: %w", err)
	}
	return found, nil
}
