package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// Updates of different orders that come at the same time share a transaction, and the
// statements that read and write their ledgers: a server's time goes into journeys and
// commits. It is done only where that cannot be noticed: an Update that has to wait for a row,
// to see goods or to edit the order goes by itself, and where anything fails all do.

// update is a call of Update.
type update struct {
	id     order.ID
	decide func(*ledger.Ledger) error
}

// errAsunder undoes what was done together: each is done by itself.
var errAsunder = errors.New("store: not together")

// together carries out Updates of different orders.
func (s *Store) together(ctx context.Context, calls []*call[update]) {
	tried := false
	err := s.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *database.Tx) error {
		if tried { // a deadlock is between two of us at most: not again together
			return errAsunder
		}
		tried = true
		return s.updateTogether(ctx, tx, calls)
	})
	var unknown *database.CommitUnknownError
	for _, c := range calls {
		switch {
		case err == nil:
		case errors.As(err, &unknown):
			c.err = err
		default:
			c.alone = true
		}
	}
}

func (s *Store) updateTogether(ctx context.Context, tx *database.Tx, calls []*call[update]) error {
	ids := make([]order.ID, len(calls))
	for i, c := range calls {
		c.alone, c.err, ids[i] = false, nil, c.what.id
	}
	slices.Sort(ids) // the order in which every Update of several takes their locks
	all, err := loadAll(ctx, tx, ids, tx.SkipLocked())
	if err != nil {
		return err
	}
	var party []*writer
	for _, c := range calls {
		if w := s.joined(tx, all[c.what.id], c); w != nil {
			party = append(party, w)
		}
	}
	slices.SortFunc(party, func(a, b *writer) int { return int(a.before.Order.ID - b.before.Order.ID) })
	return writeTogether(ctx, tx, party)
}

// joined decides one, and returns its writer unless it failed or has to go alone.
func (s *Store) joined(tx *database.Tx, before *loaded, c *call[update]) *writer {
	if before == nil { // somebody has it, or it is not there
		c.alone = true
		return nil
	}
	after := before.copy()
	if c.err = attempt(after, c.what.decide); c.err != nil {
		_, sheet := ledger.NeedsSheet(c.err)
		c.alone = sheet || ledger.NeedsGoods(c.err) || errors.Is(c.err, errPanicked)
		return nil
	}
	w := &writer{tx: tx, before: before, after: after, now: s.decidedAt(after)}
	if c.err = w.check(); c.err != nil {
		return nil
	}
	return w
}

// errPanicked is a decision that panicked among others: it does so again in its caller's
// own goroutine.
var errPanicked = errors.New("store: a decision panicked")

func attempt(l *ledger.Ledger, decide func(*ledger.Ledger) error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return decide(l)
}

// writeTogether writes what several decisions changed. Locks are taken as a single one takes
// them: orders, stock rows, members.
func writeTogether(ctx context.Context, tx *database.Tx, party []*writer) error {
	if err := moveTogether(ctx, tx, party); err != nil {
		return err
	}
	rows := newGathered()
	for _, w := range party {
		w.rows = rows
		if err := w.ownRows(ctx); err != nil {
			return err
		}
	}
	if err := rows.flush(ctx, tx); err != nil {
		return err
	}
	for _, w := range party {
		if err := w.summary(ctx); err != nil {
			return err
		}
	}
	return nil
}

// moveTogether gives back stock and points, and locks the members that are to be counted.
func moveTogether(ctx context.Context, tx *database.Tx, party []*writer) error {
	var out []order.Movement
	var members []int64
	for _, w := range party {
		out = append(out, w.out...)
		if customer := w.before.Order.CustomerID; customer != 0 && (w.back != 0 || w.counts()) {
			members = append(members, customer)
		}
	}
	rows, err := lockStock(ctx, tx, order.Difference(nil, out))
	if err != nil {
		return err
	}
	var moved []order.Movement
	var at time.Time
	for _, w := range party {
		moved = append(moved, w.movable(rows)...)
		if w.now.After(at) {
			at = w.now
		}
	}
	if err := shift(ctx, tx, at, order.Difference(nil, moved)); err != nil {
		return err
	}
	if err := lockMembers(ctx, tx, members); err != nil {
		return err
	}
	for _, w := range party {
		w.memberLocked = true
		if err := w.movePoints(ctx); err != nil {
			return err
		}
	}
	return nil
}

func lockMembers(ctx context.Context, tx *database.Tx, members []int64) error {
	if len(members) == 0 || tx.ForUpdate() == "" {
		return nil
	}
	slices.Sort(members)
	args := database.Anys(padded(slices.Compact(members)))
	_, err := database.List(ctx, tx, database.Scalar[int64], "SELECT id FROM dtb_customer WHERE id IN ("+database.Marks(len(args))+") ORDER BY id"+tx.ForUpdate(), args...)
	if err != nil {
		return fmt.Errorf("store: members: %w", err)
	}
	return nil
}
