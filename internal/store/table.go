package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"kessai/internal/database"
)

// column ties a column's name to where a row keeps it: a pointer, or a type of
// column.go that both scans and writes.
type column[R any] struct {
	name string
	ref  func(*R) any
}

// table is how rows of type R are kept. The first column is the key.
type table[R any] struct {
	name    string
	columns []column[R]
}

// list is the columns' names for a SELECT, each behind the alias.
func (t table[R]) list(alias string) string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = alias + c.name
	}
	return strings.Join(names, ", ")
}

// dest is where to scan a row of list.
func (t table[R]) dest(r *R) []any {
	out := make([]any, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.ref(r)
	}
	return out
}

// values is the row as it is written.
func (t table[R]) values(r *R) ([]any, error) {
	out := make([]any, len(t.columns))
	for i, c := range t.columns {
		v, err := driver.DefaultParameterConverter.ConvertValue(c.ref(r))
		if err != nil {
			return nil, fmt.Errorf("store: %s.%s: %w", t.name, c.name, err)
		}
		out[i] = v
	}
	return out, nil
}

// insert writes new rows by one statement.
func (t table[R]) insert(ctx context.Context, to rowWriter, rows ...*R) error {
	return t.insertOr(ctx, to, "", rows...)
}

// insertOr is insert with what to do about a row that is there already.
func (t table[R]) insertOr(ctx context.Context, to rowWriter, conflict string, rows ...*R) error {
	if len(rows) == 0 {
		return nil
	}
	i := insertion{table: t.name, columns: t.list(""), conflict: conflict}
	for _, r := range rows {
		v, err := t.values(r)
		if err != nil {
			return err
		}
		i.rows = append(i.rows, v)
	}
	return to.insertRows(ctx, i)
}

// insertNew writes a row whose key the engine makes, with columns that only an
// INSERT sets, and returns the key.
func (t table[R]) insertNew(ctx context.Context, tx *database.Tx, r *R, more ...fixed) (int64, error) {
	names := make([]string, 0, len(t.columns)+len(more))
	args, err := t.values(r)
	if err != nil {
		return 0, err
	}
	args = args[1:]
	for _, c := range t.columns[1:] {
		names = append(names, c.name)
	}
	for _, f := range more {
		names, args = append(names, f.name), append(args, f.value)
	}
	id, err := tx.InsertID(ctx, "INSERT INTO "+t.name+" ("+strings.Join(names, ", ")+") VALUES ("+database.Marks(len(names))+")", args...)
	if err != nil {
		return 0, fmt.Errorf("store: insert into %s: %w", t.name, err)
	}
	return id, nil
}

// fixed is a column that an INSERT sets once and for all.
type fixed struct {
	name  string
	value any
}

// guard is a further condition on the row to update.
type guard struct {
	sql  string
	args []any
	// stamp is the update_date that a changed row of EC-CUBE's gets.
	stamp any
}

// update writes the columns that differ between before and after, and reports
// how many did. A row that is gone, or no longer as the guard says, is errLostRace.
func (t table[R]) update(ctx context.Context, to rowWriter, before, after *R, g guard) (int, error) {
	old, err := t.values(before)
	if err != nil {
		return 0, err
	}
	now, err := t.values(after)
	if err != nil {
		return 0, err
	}
	u := updating{table: t.name, key: t.columns[0].name, id: old[0], guard: g}
	for i, c := range t.columns {
		if old[i] != now[i] {
			u.set, u.args = append(u.set, c.name), append(u.args, now[i])
		}
	}
	changed := len(u.set)
	if changed == 0 {
		return 0, nil
	}
	if g.stamp != nil {
		u.set, u.args = append(u.set, "update_date"), append(u.args, g.stamp)
	}
	return changed, to.updateRow(ctx, u)
}

// execOne runs a statement that must change exactly one row; if it changes none,
// somebody else was faster.
func execOne(ctx context.Context, tx database.Querier, q string, args ...any) error {
	n, err := execCount(ctx, tx, q, args...)
	if err == nil && n == 0 {
		return errLostRace
	}
	return err
}

func execCount(ctx context.Context, tx database.Querier, q string, args ...any) (int64, error) {
	res, err := tx.Exec(ctx, q, args...)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", verb(q), err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("store: %s: rows affected: %w", verb(q), err)
	}
	return n, nil
}

// verb is a statement's beginning, for messages: no values ever stand in it.
func verb(q string) string {
	if words := strings.Fields(q); len(words) > 3 {
		return strings.Join(words[:3], " ")
	}
	return q
}
