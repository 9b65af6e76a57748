package store

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/payment"
)

// TakeLease takes the named work for owner until the given time, or keeps it for the
// owner that has it, and reports whether it did. Somebody else's has to end first.
func (s *Store) TakeLease(ctx context.Context, name, owner string, now, until time.Time) (mine bool, err error) {
	// A look without a transaction first: most of the time another node has it.
	var holder string
	var ends time.Time
	_, found, err := database.One(ctx, s.db.Read(), func(row database.Row) (bool, error) {
		return true, row.Scan(&holder, millis{&ends})
	}, "SELECT owner, lease_until FROM plg_kessai_lease WHERE name = ?", name)
	switch {
	case err != nil:
		return false, fmt.Errorf("store: lease: %w", err)
	case found && holder != owner && ends.After(now):
		return false, nil
	case found:
		return s.changed(ctx, "UPDATE plg_kessai_lease SET owner = ?, lease_until = ? WHERE name = ? AND (owner = ? OR lease_until <= ?)",
			owner, until.UnixMilli(), name, owner, now.UnixMilli())
	}
	mine, err = s.changed(ctx, "INSERT INTO plg_kessai_lease (name, owner, lease_until) VALUES (?, ?, ?)", name, owner, until.UnixMilli())
	if database.IsDuplicate(err) { // another node was faster
		return false, nil
	}
	return mine, err
}

// The lease table also keeps times: rows that nobody owns.

// MarkSwept implements ledger.Sweeps.
func (s *Store) MarkSwept(ctx context.Context, env payment.Environment, merchant string, at time.Time) error {
	return s.mark(ctx, "swept:"+string(env)+":"+merchant, at)
}

// SweptAt implements ledger.Store.
func (s *Store) SweptAt(ctx context.Context, env payment.Environment, merchant string) (time.Time, error) {
	return s.marked(ctx, "swept:"+string(env)+":"+merchant)
}

// MarkPurged implements ledger.Sweeps.
func (s *Store) MarkPurged(ctx context.Context, env payment.Environment, merchant string, at time.Time) error {
	return s.mark(ctx, "purged:"+string(env)+":"+merchant, at)
}

// PurgedAt implements ledger.Store.
func (s *Store) PurgedAt(ctx context.Context, env payment.Environment, merchant string) (time.Time, error) {
	return s.marked(ctx, "purged:"+string(env)+":"+merchant)
}

// WantSweep implements ledger.Sweeps.
func (s *Store) WantSweep(ctx context.Context, env payment.Environment, merchant string, at time.Time) error {
	return s.mark(ctx, "wanted:"+string(env)+":"+merchant, at)
}

// SweepWanted implements ledger.Sweeps.
func (s *Store) SweepWanted(ctx context.Context, env payment.Environment, merchant string) (time.Time, error) {
	return s.marked(ctx, "wanted:"+string(env)+":"+merchant)
}

// mark writes a time; of two the later stays.
func (s *Store) mark(ctx context.Context, name string, at time.Time) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO plg_kessai_lease (name, owner, lease_until) VALUES (?, '', ?)"+ignore(tx.Engine(), "name"), name, at.UnixMilli())
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE plg_kessai_lease SET lease_until = ? WHERE name = ? AND lease_until < ?", at.UnixMilli(), name, at.UnixMilli())
		}
		return err
	})
}

func (s *Store) marked(ctx context.Context, name string) (at time.Time, err error) {
	_, _, err = database.One(ctx, s.db.Read(), func(row database.Row) (bool, error) {
		return true, row.Scan(millis{&at})
	}, "SELECT lease_until FROM plg_kessai_lease WHERE name = ?", name)
	if err != nil {
		return time.Time{}, fmt.Errorf("store: %s: %w", name, err)
	}
	return at, nil
}
