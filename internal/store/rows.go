package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kessai/internal/database"
)

// rowWriter takes rows to insert and to update: direct at once, gathered later.
type rowWriter interface {
	insertRows(ctx context.Context, i insertion) error
	updateRow(ctx context.Context, u updating) error
}

// insertion is rows for an INSERT. conflict is what to do about one that is there already.
type insertion struct {
	table, columns, conflict string
	rows                     [][]any
}

func (i insertion) sql() string {
	row := "(" + database.Marks(len(i.rows[0])) + ")"
	return "INSERT INTO " + i.table + " (" + i.columns + ") VALUES " + strings.Repeat(row+", ", len(i.rows)-1) + row + i.conflict
}

// updating is one row's UPDATE of set to args, on the condition that the row is still as
// guard says.
type updating struct {
	table, key string
	id         any
	set        []string
	args       []any
	guard      guard
}

// direct writes rows at once.
type direct struct{ *database.Tx }

func (d direct) insertRows(ctx context.Context, i insertion) error {
	if _, err := d.Exec(ctx, i.sql(), slices.Concat(i.rows...)...); err != nil {
		return fmt.Errorf("store: insert into %s: %w", i.table, err)
	}
	return nil
}

// updateRow fails with errLostRace if the row is gone, or no longer as the guard says.
func (d direct) updateRow(ctx context.Context, u updating) error {
	q := "UPDATE " + u.table + " SET " + strings.Join(u.set, " = ?, ") + " = ? WHERE " + u.key + " = ?" + u.guard.sql
	return execOne(ctx, d.Tx, q, slices.Concat(u.args, []any{u.id}, u.guard.args)...)
}

// gathered keeps rows of many ledgers until flush writes them by a statement for each
// table and set of columns.
type gathered struct {
	inserts, updates []*heap
}

// heap is rows that one statement can write.
type heap struct {
	like   string
	insert insertion
	update []updating
}

// firstTables are written before those that refer to them.
var firstTables = []string{paymentTable.name, paymentIDTable.name, operationTable.name}

func newGathered() *gathered {
	g := &gathered{}
	for _, t := range firstTables {
		g.inserts = append(g.inserts, &heap{like: t})
	}
	return g
}

func find(heaps *[]*heap, like string) *heap {
	for _, h := range *heaps {
		if h.like == like {
			return h
		}
	}
	h := &heap{like: like}
	*heaps = append(*heaps, h)
	return h
}

func (g *gathered) insertRows(_ context.Context, i insertion) error {
	h := find(&g.inserts, i.table+i.conflict)
	i.rows = slices.Concat(h.insert.rows, i.rows)
	h.insert = i
	return nil
}

func (g *gathered) updateRow(_ context.Context, u updating) error {
	h := find(&g.updates, u.table+" "+strings.Join(u.set, ",")+u.guard.sql)
	h.update = append(h.update, u)
	return nil
}

// flush writes what was gathered, in portions whose sizes are few, so that engines keep
// their statements compiled. Updates go first: they let go of what is unique.
func (g *gathered) flush(ctx context.Context, tx *database.Tx) error {
	for _, h := range g.updates {
		for us := h.update; len(us) > 0; {
			n := min(len(us), maxTogether)
			if err := updateAll(ctx, tx, us[:n]); err != nil {
				return err
			}
			us = us[n:]
		}
	}
	for _, h := range g.inserts {
		i := h.insert
		for rest := i.rows; len(rest) > 0; {
			i.rows = rest[:portion(len(rest))]
			if err := (direct{tx}).insertRows(ctx, i); err != nil {
				return err
			}
			rest = rest[len(i.rows):]
		}
	}
	return nil
}

// updateAll updates rows of one table and set of columns by one statement, each to values
// of its own. It fails with errLostRace unless it finds all of them.
func updateAll(ctx context.Context, tx *database.Tx, us []updating) error {
	if len(us) == 1 {
		return (direct{tx}).updateRow(ctx, us[0])
	}
	all := padded(us)
	first := all[0]
	var args []any
	set := make([]string, len(first.set))
	for c, name := range first.set {
		set[c] = name + " = CASE " + first.key + strings.Repeat(" WHEN ? THEN ?", len(all)) + " ELSE " + name + " END"
		for _, u := range all {
			args = append(args, u.id, u.args[c])
		}
	}
	which := "(" + first.key + " = ?" + first.guard.sql + ")"
	for _, u := range all {
		args = append(append(args, u.id), u.guard.args...)
	}
	n, err := execCount(ctx, tx, "UPDATE "+first.table+" SET "+strings.Join(set, ", ")+" WHERE "+which+strings.Repeat(" OR "+which, len(all)-1), args...)
	if err == nil && n != int64(len(us)) {
		return errLostRace
	}
	return err
}

// portion is the largest power of two that n holds.
func portion(n int) int {
	p := 1
	for 2*p <= min(n, maxTogether) {
		p *= 2
	}
	return p
}

// padded repeats the last item until their number is a power of two.
func padded[T any](items []T) []T {
	n := 1
	for n < len(items) {
		n *= 2
	}
	out := slices.Clone(items)
	for len(out) < n {
		out = append(out, items[len(items)-1])
	}
	return out
}
