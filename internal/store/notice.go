package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// known asks which notices are stored under an id.
type known struct {
	merchant
	id   int64
	list []ledger.Notice
}

// merchant is who has dealings with Paygent.
type merchant struct {
	environment payment.Environment
	id          string
}

// StoredNotices implements ledger.Store.
func (s *Store) StoredNotices(ctx context.Context, env payment.Environment, merchantID string, noticeID int64) ([]ledger.Notice, error) {
	k := &known{merchant: merchant{env, merchantID}, id: noticeID}
	err := s.knowns.do(ctx, k, func() error { return s.storedNotices(ctx, k) }, func(calls []*call[*known]) {
		each(calls, s.storedNotices)
	})
	return k.list, err
}

// storedNotices looks for notices of one merchant.
func (s *Store) storedNotices(ctx context.Context, ks ...*known) error {
	args := []any{string(ks[0].environment), ks[0].merchant.id}
	by := map[int64][]*known{}
	for _, k := range padded(ks) {
		args = append(args, k.id)
	}
	for _, k := range ks {
		k.list, by[k.id] = nil, append(by[k.id], k)
	}
	list, err := database.List(ctx, s.db.Read(), scanNotice, "SELECT "+noticeTable.list("")+
		" FROM plg_kessai_notice WHERE environment = ? AND merchant_id = ? AND notice_id IN ("+database.Marks(len(args)-2)+")", args...)
	if err != nil {
		return fmt.Errorf("store: notices: %w", err)
	}
	slices.SortFunc(list, func(a, b ledger.Notice) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, n := range list {
		for _, k := range by[n.NoticeID] {
			k.list = append(k.list, n)
		}
	}
	return nil
}

func scanNotice(row database.Row) (ledger.Notice, error) {
	var r noticeRow
	err := row.Scan(noticeTable.dest(&r)...)
	return r.Notice, err
}

// AddNotice implements ledger.Store. A duplicate is stored already: once is enough. One
// that is parked and belongs to no order is an alert of the shop.
func (s *Store) AddNotice(ctx context.Context, n ledger.Notice) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := noticeTable.insertOr(ctx, direct{tx}, ignore(tx.Engine(), "id"), &noticeRow{n}); err != nil || n.State != ledger.NoticeParked || n.OrderID != 0 {
			return err
		}
		stored, _, err := database.One(ctx, tx, database.Scalar[int64], "SELECT COUNT(*) FROM plg_kessai_notice WHERE id = ?", n.ID)
		if err != nil || stored == 0 { // its twin is, with an alert of its own
			return err
		}
		return openShopAlert(ctx, tx, ledger.ParkedAlert(n))
	})
}

// SaveNotice implements ledger.Store.
func (s *Store) SaveNotice(ctx context.Context, n ledger.Notice) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return saveNotice(ctx, direct{tx}, &noticeRow{n})
	})
}

// saveNotice writes what may change of a stored notice; what was received stays.
func saveNotice(ctx context.Context, to rowWriter, r *noticeRow) error {
	err := to.updateRow(ctx, updating{
		table: noticeTable.name, key: "id", id: r.ID,
		set:  []string{"state", "reason", "order_id", "next_at", "asked", "owner", "lease_until", "due_at"},
		args: []any{string(r.State), string(r.Reason), number(r.OrderID), ms(r.NextAt), r.Asked, r.Owner, ms(r.LeaseUntil), noticeDue(&r.Notice)},
	})
	if errors.Is(err, errLostRace) {
		return problem.New(problem.NotFound, "notice.unknown", problem.Args{"ID": r.ID})
	}
	return err
}

// ClaimNotices implements ledger.Store.
func (s *Store) ClaimNotices(ctx context.Context, owner string, now, leaseUntil time.Time, limit int) (due []ledger.Notice, next time.Time, err error) {
	// A look without a transaction first: most of the time nothing is due.
	first, found, err := database.One(ctx, s.db.Read(), func(row database.Row) (at time.Time, err error) {
		err = row.Scan(millis{&at})
		return at, err
	}, "SELECT due_at FROM plg_kessai_notice WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1")
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: due notices: %w", err)
	}
	if !found || first.After(now) {
		return nil, first, nil
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		due, next, err = claimNotices(ctx, tx, owner, now, leaseUntil, limit)
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: claim notices: %w", err)
	}
	return due, next, nil
}

func claimNotices(ctx context.Context, tx *database.Tx, owner string, now, leaseUntil time.Time, limit int) ([]ledger.Notice, time.Time, error) {
	rows, err := database.List(ctx, tx, func(row database.Row) (r dueRow[ledger.Notice], err error) {
		var n noticeRow
		err = row.Scan(append(noticeTable.dest(&n), millis{&r.at})...)
		r.item = n.Notice
		return r, err
	}, "SELECT "+noticeTable.list("")+", due_at FROM plg_kessai_notice WHERE due_at IS NOT NULL ORDER BY due_at, id LIMIT ?"+tx.SkipLocked(), limit+1)
	if err != nil {
		return nil, time.Time{}, err
	}
	due, next := split(rows, now, limit)
	if len(due) == 0 {
		return nil, next, nil
	}
	args := []any{owner, leaseUntil.UnixMilli(), leaseUntil.UnixMilli()}
	for i := range due {
		due[i].Owner, due[i].LeaseUntil = owner, leaseUntil
		args = append(args, due[i].ID)
	}
	_, err = tx.Exec(ctx, "UPDATE plg_kessai_notice SET owner = ?, lease_until = ?, due_at = ? WHERE id IN ("+database.Marks(len(due))+")", args...)
	return slices.Clip(due), next, err
}

// ClaimParked implements ledger.Store.
func (s *Store) ClaimParked(ctx context.Context, id, owner string, now, leaseUntil time.Time) (ledger.Notice, bool, error) {
	mine, err := s.changed(ctx, `UPDATE plg_kessai_notice SET owner = ?, lease_until = ?, next_at = ?, due_at = ?
WHERE id = ? AND state = ? AND (owner = '' OR lease_until <= ?)`,
		owner, leaseUntil.UnixMilli(), now.UnixMilli(), leaseUntil.UnixMilli(), id, string(ledger.NoticeParked), now.UnixMilli())
	if err != nil {
		return ledger.Notice{}, false, fmt.Errorf("store: claim notice: %w", err)
	}
	n, found, err := database.One(ctx, s.db.Read(), scanNotice, "SELECT "+noticeTable.list("")+" FROM plg_kessai_notice WHERE id = ?", id)
	switch {
	case err != nil:
		return ledger.Notice{}, false, fmt.Errorf("store: notice: %w", err)
	case !found:
		return ledger.Notice{}, false, problem.New(problem.NotFound, "notice.unknown", problem.Args{"ID": id})
	}
	return n, mine, nil
}
