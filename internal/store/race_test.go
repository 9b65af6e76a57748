package store

import (
	"context"
	"errors"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// TestTheGuardsSeeALostRace changes a row between loading and writing, inside the
// transaction, which is the only way on SQLite.
func TestTheGuardsSeeALostRace(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, dbtest.Now)
		id, err := NewDrafts(db, dbtest.Now, nil).Create(ctx, Draft{PreOrderID: "a"})
		if err != nil {
			t.Fatal(err)
		}
		touch := func(l *ledger.Ledger) error {
			l.Events = append(l.Events, ledger.Event{At: dbtest.Now(), Kind: ledger.EventObserved, Actor: ledger.System})
			return nil
		}
		if err := s.raceOnce(ctx, id, touch, insertLedger); !errors.Is(err, errLostRace) {
			t.Errorf("first row: %v", err)
		}
		if err := s.Update(ctx, id, touch); err != nil {
			t.Fatal(err)
		}
		if err := s.raceOnce(ctx, id, touch, "UPDATE plg_kessai_ledger SET version = version + 1 WHERE order_id = ?"); !errors.Is(err, errLostRace) {
			t.Errorf("version: %v", err)
		}
		if l, err := s.View(ctx, id); err != nil || l.Version != 1 || l.EventSeq != 1 {
			t.Errorf("a lost race left a trace: %+v, %v", l, err)
		}
	})
}

const insertLedger = `INSERT INTO plg_kessai_ledger (order_id, version, event_seq, last_status, updated_at) VALUES (?, 1, 0, 8, 0)`

// raceOnce is one try of Update with a statement of somebody else in the middle.
func (s *Store) raceOnce(ctx context.Context, id order.ID, decide func(*ledger.Ledger) error, query string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return s.update(ctx, tx, id, func(l *ledger.Ledger) error {
			if _, err := tx.Exec(ctx, query, int64(id)); err != nil {
				return err
			}
			return decide(l)
		})
	})
}
