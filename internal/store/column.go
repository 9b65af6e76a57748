package store

import (
	"database/sql/driver"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
)

// millis is a column of Unix milliseconds; NULL is the zero time.
type millis struct{ t *time.Time }

func (m millis) Value() (driver.Value, error) { return ms(*m.t), nil }

func (m millis) Scan(src any) error {
	if src == nil {
		*m.t = time.Time{}
		return nil
	}
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a time in milliseconds is an integer, not %T", src)
	}
	*m.t = time.UnixMilli(n).UTC()
	return nil
}

// ms is a time as its column keeps it.
func ms(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// optional is a text column where NULL stands for the empty text.
type optional[S ~string] struct{ s *S }

func (o optional[S]) Value() (driver.Value, error) {
	if *o.s == "" {
		return nil, nil
	}
	return string(*o.s), nil
}

func (o optional[S]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*o.s = ""
	case string:
		*o.s = S(v)
	case []byte:
		*o.s = S(v)
	default:
		return fmt.Errorf("store: a text column holds %T", src)
	}
	return nil
}

// optionalInt is an integer column where NULL stands for 0.
type optionalInt[I ~int64 | ~int16] struct{ i *I }

func (o optionalInt[I]) Value() (driver.Value, error) { return number(*o.i), nil }
func (o optionalInt[I]) Scan(src any) error           { return scanInt(src, o.i) }

// nullableInt is an integer column that is never NULL itself but may be so in a
// LEFT JOIN.
type nullableInt struct{ i *int64 }

func (n nullableInt) Value() (driver.Value, error) { return *n.i, nil }
func (n nullableInt) Scan(src any) error           { return scanInt(src, n.i) }

func scanInt[I ~int64 | ~int16](src any, to *I) error {
	switch v := src.(type) {
	case nil:
		*to = 0
	case int64:
		*to = I(v)
	default:
		return fmt.Errorf("store: an integer column holds %T", src)
	}
	return nil
}

// flag is a SMALLINT column of 0 and 1.
type flag struct{ b *bool }

func (f flag) Value() (driver.Value, error) {
	if *f.b {
		return int64(1), nil
	}
	return int64(0), nil
}

func (f flag) Scan(src any) error {
	n, ok := src.(int64)
	if !ok || n != 0 && n != 1 {
		return fmt.Errorf("store: a flag column holds %v", src)
	}
	*f.b = n == 1
	return nil
}

// derived is a column that follows from others: written, never read back.
type derived struct{ v driver.Value }

func (d derived) Value() (driver.Value, error) { return d.v, nil }
func (derived) Scan(any) error                 { return nil }

// number is an integer id as a column keeps it, NULL for 0.
func number[I ~int64 | ~int16](id I) driver.Value {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// text is a text as an optional column keeps it, NULL for the empty one.
func text[S ~string](s S) driver.Value {
	if s == "" {
		return nil
	}
	return string(s)
}

// whole is a decimal column of dtb_ that holds whole numbers.
type whole[N ~int64] struct {
	n      *N
	column string
}

func (w whole[N]) Value() (driver.Value, error) { return int64(*w.n), nil }
func (w whole[N]) Scan(src any) error           { return database.Whole(w.n, w.column, nil).Scan(src) }

// pointRate is dtb_order_item.point_rate.
type pointRate struct{ r *order.PointRate }

func (p pointRate) Value() (driver.Value, error) {
	if !p.r.Set {
		return nil, nil
	}
	return p.r.Percent, nil
}

func (p pointRate) Scan(src any) error {
	*p.r = order.PointRate{}
	if src == nil {
		return nil
	}
	p.r.Set = true
	return database.Whole(&p.r.Percent, "dtb_order_item.point_rate", nil).Scan(src)
}

// date is a time in a dtb_ column; NULL is the zero time.
type date struct{ t *time.Time }

func (d date) Value() (driver.Value, error) { return database.AtOrNull(*d.t).Value() }

func (d date) Scan(src any) error {
	var t database.NullTime
	err := t.Scan(src)
	*d.t = t.Time
	return err
}
