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
	"kessai/internal/order"
)

// Updates of different orders that come at the same time share a transaction, and the
// statements that read and write their ledgers: a server's time goes into journeys and
// commits. It is done only where that cannot be noticed: an Update that has to wait for its
// order or to edit it goes by itself, and where anything fails all do.

// update is a call of Update.
type update struct {
	id     order.ID
	decide func(*ledger.Ledger) error
	goods  bool // it will ask for them
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
	b := &batch{tx: tx, at: s.decidedAt}
	calls = slices.Clone(calls)
	slices.SortFunc(calls, func(a, b *call[update]) int { return cmp.Compare(a.what.id, b.what.id) })
	for _, c := range calls {
		before := all[c.what.id]
		if before != nil && c.what.goods {
			b.waiting = append(b.waiting, wanting{c, before})
			continue
		}
		b.join(c, before, nil)
	}
	if err := b.supply(ctx); err != nil {
		return err
	}
	return b.write(ctx)
}

// batch is Updates that are carried out together. What decides without goods comes first; then
// each of the others sees the goods as those before it leave them.
type batch struct {
	tx      *database.Tx
	at      func(*ledger.Ledger) time.Time
	writers []*writer
	waiting []wanting
	rows    shelf           // the stock that moves or might, locked
	points  map[int64]int64 // the members' whose row is locked
}

// wanting is an Update that has to see goods.
type wanting struct {
	call   *call[update]
	before *loaded
}

// join decides one, which takes part unless it fails or has to go alone.
func (b *batch) join(c *call[update], before *loaded, g *goods) {
	c.alone = before == nil // somebody has it, or it is not there
	if c.alone {
		return
	}
	after := before.copy()
	if g != nil {
		after.Goods = &g.Goods
	}
	if c.err = attempt(after, c.what.decide); c.err != nil {
		_, sheet := ledger.NeedsSheet(c.err)
		more := ledger.NeedsGoods(c.err)
		if more && !sheet && g == nil {
			b.waiting = append(b.waiting, wanting{c, before})
		}
		c.alone = sheet || more || errors.Is(c.err, errPanicked)
		return
	}
	w := &writer{tx: b.tx, before: before, after: after, goods: g, now: b.at(after)}
	if c.err = w.check(); c.err != nil {
		return
	}
	if g != nil && len(w.out) != 0 && g.known(w.out) == nil { // what nobody has locked
		c.alone = true
		return
	}
	if g != nil {
		b.moved(w)
	}
	b.writers = append(b.writers, w)
}

// moved lets the next one see what this one moves.
func (b *batch) moved(w *writer) {
	b.rows.take(w.out)
	if customer := w.before.Order.CustomerID; customer != 0 {
		b.points[customer] += w.back
	}
}

// supply locks all that the batch moves or may move, in the order in which a single one does
// (stock rows, members), and lets those decide who wait for it.
func (b *batch) supply(ctx context.Context) error {
	lines := map[order.ID][]order.Item{}
	if len(b.waiting) != 0 {
		ids := make([]order.ID, len(b.waiting))
		for i, w := range b.waiting {
			ids[i] = w.call.what.id
		}
		var err error
		if lines, err = loadLines(ctx, b.tx, ids...); err != nil {
			return err
		}
	}
	var stock []order.Movement
	var members []int64
	for _, w := range b.waiting {
		stock = append(stock, (&goods{lines: lines[w.call.what.id]}).classes()...)
		members = append(members, w.before.Order.CustomerID)
	}
	for _, w := range b.writers {
		stock = append(stock, w.out...)
		if b.tx.ForUpdate() != "" && (w.back != 0 || w.counts()) {
			members = append(members, w.before.Order.CustomerID)
		}
	}
	var err error
	if b.rows, err = lockStock(ctx, b.tx, touched(stock)); err != nil {
		return err
	}
	if b.points, err = lockMembers(ctx, b.tx, members); err != nil {
		return err
	}
	for _, w := range b.writers {
		b.moved(w)
	}
	waiting := b.waiting
	b.waiting = nil
	for _, w := range waiting {
		g := &goods{lines: lines[w.call.what.id], rows: b.rows}
		g.reckon()
		g.Points = b.points[w.before.Order.CustomerID]
		b.join(w.call, w.before, g)
	}
	return nil
}

// touched are the classes of movements, each once and in order, however much they move.
func touched(ms []order.Movement) []order.Movement {
	out := make([]order.Movement, 0, len(ms))
	for _, m := range ms {
		out = append(out, order.Movement{ProductClassID: m.ProductClassID})
	}
	slices.SortFunc(out, func(a, b order.Movement) int { return cmp.Compare(a.ProductClassID, b.ProductClassID) })
	return slices.Compact(out)
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

// write writes what the batch's decisions changed.
func (b *batch) write(ctx context.Context) error {
	if err := b.move(ctx); err != nil {
		return err
	}
	rows := newGathered()
	for _, w := range b.writers {
		w.rows = rows
		if err := w.ownRows(ctx); err != nil {
			return err
		}
	}
	if err := rows.flush(ctx, b.tx); err != nil {
		return err
	}
	for _, w := range b.writers {
		if err := w.summary(ctx); err != nil {
			return err
		}
	}
	return nil
}

// move moves stock, all at once, and points.
func (b *batch) move(ctx context.Context) error {
	var moved []order.Movement
	var at time.Time
	for _, w := range b.writers {
		moved = append(moved, w.movable(b.rows)...)
		if w.now.After(at) {
			at = w.now
		}
	}
	if err := shift(ctx, b.tx, at, order.Difference(nil, moved)); err != nil {
		return err
	}
	for _, w := range b.writers {
		w.memberLocked = true
		if err := w.movePoints(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lockMembers locks members' rows in the order of their ids, and tells their points. Zeroes are
// nobody.
func lockMembers(ctx context.Context, tx *database.Tx, members []int64) (map[int64]int64, error) {
	found := map[int64]int64{}
	members = slices.DeleteFunc(members, func(id int64) bool { return id == 0 })
	if len(members) == 0 {
		return found, nil
	}
	slices.Sort(members)
	args := database.Anys(padded(slices.Compact(members)))
	_, err := database.List(ctx, tx, func(row database.Row) (bool, error) {
		var id, balance int64
		err := row.Scan(&id, database.Whole(&balance, "dtb_customer.point", &id))
		found[id] = balance
		return true, err
	}, "SELECT id, point FROM dtb_customer WHERE id IN ("+database.Marks(len(args))+") ORDER BY id"+tx.ForUpdate(), args...)
	if err != nil {
		return nil, fmt.Errorf("store: members: %w", err)
	}
	return found, nil
}
