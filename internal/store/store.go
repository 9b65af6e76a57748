package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Store keeps ledgers in the shop's database. It implements ledger.Store.
type Store struct {
	db  *database.DB
	now func() time.Time
}

var _ ledger.Store = (*Store)(nil)

// New makes a Store. now dates the rows of a decision that tells no time itself.
func New(db *database.DB, now func() time.Time) *Store { return &Store{db: db, now: now} }

// races is how often an Update starts over because another node was faster.
const races = 8

// errLostRace says that a row is no longer as it was loaded: everything again.
var errLostRace = errors.New("store: the ledger changed under its decision")

// Update implements ledger.Store.
func (s *Store) Update(ctx context.Context, id order.ID, decide func(*ledger.Ledger) error) error {
	for range races {
		err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			return s.update(ctx, tx, id, decide)
		})
		if !errors.Is(err, errLostRace) {
			return err
		}
	}
	return problem.Wrap(errLostRace, problem.Conflict, "order.busy", problem.Args{"Order": id})
}

func (s *Store) update(ctx context.Context, tx *database.Tx, id order.ID, decide func(*ledger.Ledger) error) error {
	before, err := load(ctx, tx, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	d, err := decideOn(ctx, tx, before, decide)
	if err != nil {
		return err
	}
	w := &writer{tx: tx, before: before, after: d.after, goods: d.goods, sheet: d.sheet, now: s.decidedAt(d.after)}
	return w.write(ctx)
}

// decided is a ledger as a decision left it, with what was read for it.
type decided struct {
	after *ledger.Ledger
	goods *goods
	sheet *sheetRow
}

// decideOn lets decide change a copy of the ledger, again with whatever it asks for.
func decideOn(ctx context.Context, tx *database.Tx, before *loaded, decide func(*ledger.Ledger) error) (d decided, err error) {
	var methods []ledger.MethodRow
	for range 3 { // without, with goods, with the sheet
		d.after = before.copy()
		if d.goods != nil {
			d.after.Goods = &d.goods.Goods
		}
		if d.sheet != nil {
			d.after.Sheet = d.sheet.view(methods)
		}
		err = decide(d.after)
		items, sheet := ledger.NeedsSheet(err)
		if !sheet && !ledger.NeedsGoods(err) {
			return d, err
		}
		if d.goods, err = loadGoods(ctx, tx, before.Order, items...); err != nil {
			return d, err
		}
		if !sheet {
			continue
		}
		if d.sheet, err = loadSheet(ctx, tx, before.Order.ID); err != nil {
			return d, err
		}
		if methods, err = loadMethods(ctx, tx); err != nil {
			return d, err
		}
	}
	return d, fmt.Errorf("store: order %d: a decision asks for its goods again and again", before.Order.ID)
}

// decidedAt is the time of the decision: its newest event's, or the clock's.
func (s *Store) decidedAt(l *ledger.Ledger) time.Time {
	var at time.Time
	for _, e := range l.Events {
		if e.At.After(at) {
			at = e.At
		}
	}
	if at.IsZero() {
		return s.now()
	}
	return at
}

// View implements ledger.Store.
func (s *Store) View(ctx context.Context, id order.ID) (*ledger.Ledger, error) {
	var l *loaded
	err := s.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) (err error) {
		l, err = load(ctx, q, id, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	return &l.Ledger, nil
}
