package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// MissingNotice is a payment_notice_id that never came.
type MissingNotice = ledger.MissingNotice

var missingTable = table[MissingNotice]{"plg_kessai_missing_notice", []column[MissingNotice]{
	{"environment", func(m *MissingNotice) any { return &m.Environment }},
	{"merchant_id", func(m *MissingNotice) any { return &m.MerchantID }},
	{"notice_id", func(m *MissingNotice) any { return &m.NoticeID }},
	{"first_seen", func(m *MissingNotice) any { return millis{&m.FirstSeen} }},
	{"asked", func(m *MissingNotice) any { return &m.Asked }},
	{"next_at", func(m *MissingNotice) any { return millis{&m.NextAt} }},
	{"closed_at", func(m *MissingNotice) any { return millis{&m.ClosedAt} }},
	{"found", func(m *MissingNotice) any { return flag{&m.Found} }},
}}

func scanMissing(row database.Row) (m MissingNotice, err error) {
	err = row.Scan(missingTable.dest(&m)...)
	return m, err
}

// FirstNoticeID implements ledger.Sweeps. A sweeper asks for it once.
func (s *Store) FirstNoticeID(ctx context.Context, env payment.Environment, merchant string) (int64, error) {
	n, _, err := database.One(ctx, s.db.Read(), database.Scalar[int64],
		"SELECT notice_id FROM plg_kessai_notice WHERE environment = ? AND merchant_id = ? AND notice_id > 0 ORDER BY received_at, notice_id LIMIT 1", string(env), merchant)
	if err != nil {
		return 0, fmt.Errorf("store: first notice: %w", err)
	}
	return n, nil
}

// LastNoticeID is the highest payment_notice_id stored of a merchant, 0 if none is.
// Missing ones do not count: nobody knows whether they exist.
func (s *Store) LastNoticeID(ctx context.Context, env payment.Environment, merchant string) (int64, error) {
	n, err := database.Scalar[int64](s.db.Read().QueryRow(ctx,
		"SELECT COALESCE(MAX(notice_id), 0) FROM plg_kessai_notice WHERE environment = ? AND merchant_id = ?", string(env), merchant))
	if err != nil {
		return 0, fmt.Errorf("store: last notice: %w", err)
	}
	return n, nil
}

// KnownNoticeIDs lists the ids above after that are stored or registered as missing,
// ascending: what lies between two of them is not known yet.
func (s *Store) KnownNoticeIDs(ctx context.Context, env payment.Environment, merchant string, after int64, limit int) ([]int64, error) {
	const of = " WHERE environment = ? AND merchant_id = ? AND notice_id > ?"
	args := []any{string(env), merchant, after}
	list, err := database.List(ctx, s.db.Read(), database.Scalar[int64],
		"SELECT notice_id FROM plg_kessai_notice"+of+" UNION SELECT notice_id FROM plg_kessai_missing_notice"+of+" ORDER BY notice_id LIMIT ?",
		append(append(args, args...), limit)...)
	if err != nil {
		return nil, fmt.Errorf("store: known notices: %w", err)
	}
	return list, nil
}

// AddMissing registers missing notices; one that is registered stays as it is.
func (s *Store) AddMissing(ctx context.Context, list ...MissingNotice) error {
	rows := make([]*MissingNotice, len(list))
	for i := range list {
		rows[i] = &list[i]
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return missingTable.insertOr(ctx, direct{tx}, ignore(tx.Engine(), "notice_id"), rows...)
	})
}

// DueMissing lists a merchant's missing notices to ask for at now, oldest first, and
// when the following one is due.
func (s *Store) DueMissing(ctx context.Context, env payment.Environment, merchant string, now time.Time, limit int) ([]MissingNotice, time.Time, error) {
	rows, err := database.List(ctx, s.db.Read(), func(row database.Row) (r dueRow[MissingNotice], err error) {
		r.item, err = scanMissing(row)
		r.at = r.item.NextAt
		return r, err
	}, "SELECT "+missingTable.list("")+` FROM plg_kessai_missing_notice
WHERE environment = ? AND merchant_id = ? AND next_at IS NOT NULL ORDER BY next_at, notice_id LIMIT ?`, string(env), merchant, limit+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: missing notices: %w", err)
	}
	due, next := split(rows, now, limit)
	return due, next, nil
}

// AskedMissing notes that an open one was asked for in vain, and when it is asked next.
func (s *Store) AskedMissing(ctx context.Context, env payment.Environment, merchant string, noticeID int64, next time.Time) (bool, error) {
	return s.changed(ctx, `UPDATE plg_kessai_missing_notice SET asked = asked + 1, next_at = ?
WHERE environment = ? AND merchant_id = ? AND notice_id = ? AND closed_at IS NULL`, ms(next), string(env), merchant, noticeID)
}

// CloseMissing closes an open one: found, or given up.
func (s *Store) CloseMissing(ctx context.Context, env payment.Environment, merchant string, noticeID int64, at time.Time, found bool) (bool, error) {
	return s.changed(ctx, `UPDATE plg_kessai_missing_notice SET closed_at = ?, next_at = NULL, found = ?
WHERE environment = ? AND merchant_id = ? AND notice_id = ? AND closed_at IS NULL`, ms(at), flag{&found}, string(env), merchant, noticeID)
}

// LostNotices lists the missing notices that were given up, newest first.
func (r *Reader) LostNotices(ctx context.Context, limit int) ([]MissingNotice, error) {
	list, err := database.List(ctx, r.db.Read(), scanMissing, "SELECT "+missingTable.list("")+
		" FROM plg_kessai_missing_notice WHERE closed_at IS NOT NULL AND found = 0 ORDER BY closed_at DESC, notice_id DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("store: lost notices: %w", err)
	}
	return list, nil
}
