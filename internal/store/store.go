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
	db      *database.DB
	now     func() time.Time
	updates *crowd[update]
	takings *crowd[update] // updates that want goods; nil where they go with the others
	views   *crowd[*view]
	knowns  *crowd[*known]
	matches *crowd[*matching]
}

var _ ledger.Store = (*Store)(nil)

// New makes a Store. now dates the rows of a decision that tells no time itself.
func New(db *database.DB, now func() time.Time) *Store {
	const reading = 2 // one is on its way while another is worked off
	s := &Store{
		db: db, now: now,
		updates: &crowd[update]{lanes: lanes(db.Engine()), apart: sameOrder},
		views:   &crowd[*view]{lanes: reading},
		knowns:  &crowd[*known]{lanes: reading, apart: func(a, b *known) bool { return a.merchant != b.merchant }},
		matches: &crowd[*matching]{lanes: reading, apart: func(a, b *matching) bool { return a.merchant != b.merchant }},
	}
	if db.Engine() != database.SQLite { // one lane: they wait for each other's stock anyhow
		s.takings = &crowd[update]{lanes: 1, apart: sameOrder}
	}
	return s
}

func sameOrder(a, b update) bool { return a.id == b.id }

// lanes is how many transactions of several Updates are under way at once: while one waits
// for its commit another goes on. SQLite has one writer.
func lanes(e database.Engine) int {
	if e == database.SQLite {
		return 1
	}
	return 2
}

// Waiting is how many Updates wait to be carried out together.
func (s *Store) Waiting() int {
	n := s.updates.waiting()
	if s.takings != nil {
		n += s.takings.waiting()
	}
	return n
}

// Gather sets how many Updates that wait are worth a transaction of their own beside the one
// under way, and how long one waits before it goes by itself. 0 is the usual.
func (s *Store) Gather(company int, patience time.Duration) {
	s.updates.gather(company, patience)
	if s.takings != nil {
		s.takings.gather(company, patience)
	}
}

// races is how often an Update starts over because another node was faster.
const races = 8

// errLostRace says that a row is no longer as it was loaded: everything again.
var errLostRace = errors.New("store: the ledger changed under its decision")

// Update implements ledger.Store.
func (s *Store) Update(ctx context.Context, id order.ID, decide func(*ledger.Ledger) error) error {
	single := func() error { return s.updateSingle(ctx, id, decide) }
	if s.db.Writing(ctx) { // it is refused, without waiting for what it keeps waiting
		return single()
	}
	u, crowd := update{id: id, decide: decide, goods: ledger.AsksGoods(ctx)}, s.updates
	if u.goods && s.takings != nil {
		crowd = s.takings
	}
	return crowd.do(ctx, u, single, func(calls []*call[update]) { s.together(ctx, calls) })
}

func (s *Store) updateSingle(ctx context.Context, id order.ID, decide func(*ledger.Ledger) error) error {
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
	w := &writer{tx: tx, rows: direct{tx}, before: before, after: d.after, goods: d.goods, sheet: d.sheet, now: s.decidedAt(d.after)}
	if err := w.check(); err != nil {
		return err
	}
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

// view asks for a ledger.
type view struct {
	id order.ID
	l  *loaded
}

// View implements ledger.Store.
func (s *Store) View(ctx context.Context, id order.ID) (*ledger.Ledger, error) {
	v := &view{id: id}
	err := s.views.do(ctx, v, func() error { return s.view(ctx, v) }, func(calls []*call[*view]) { each(calls, s.view) })
	switch {
	case err != nil:
		return nil, err
	case v.l == nil:
		return nil, problem.New(problem.NotFound, "order.unknown", problem.Args{"Order": id})
	}
	return &v.l.Ledger, nil
}

func (s *Store) view(ctx context.Context, vs ...*view) error {
	return s.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) error {
		ids := make([]order.ID, len(vs))
		for i, v := range vs {
			ids[i] = v.id
		}
		all, err := loadAll(ctx, q, ids, "")
		for _, v := range vs {
			if v.l = all[v.id]; v.l != nil {
				v.l = &loaded{Ledger: *v.l.copy()} // two may look at the same order
			}
		}
		return err
	})
}
