package database

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Layout is how EC-CUBE's SQLite keeps times, and what every engine accepts (eccube.md §1).
const Layout = "2006-01-02 15:04:05"

// Time is a time in a dtb_ column: UTC, whole seconds. It is both argument and
// scan target; NULL does not scan into it (see NullTime).
type Time struct{ time.Time }

// At makes a Time of t.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// Value implements driver.Valuer. It is text on every engine: sessions are in UTC,
// and SQLite compares times as text.
func (t Time) Value() (driver.Value, error) {
	utc := t.UTC()
	if y := utc.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("database: year %d does not fit a column", y)
	}
	return utc.Format(Layout), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	at, err := scanTime(src)
	if err != nil {
		return err
	}
	t.Time = at
	return nil
}

// NullTime is a Time that may be NULL; the zero time is NULL.
type NullTime struct{ time.Time }

// AtOrNull makes a NullTime of t, NULL if t is zero.
func AtOrNull(t time.Time) NullTime {
	if t.IsZero() {
		return NullTime{}
	}
	return NullTime{At(t).Time}
}

// Value implements driver.Valuer.
func (t NullTime) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return Time(t).Value()
}

// Scan implements sql.Scanner.
func (t *NullTime) Scan(src any) error {
	if src == nil {
		t.Time = time.Time{}
		return nil
	}
	return (*Time)(t).Scan(src)
}

func scanTime(src any) (time.Time, error) {
	switch v := src.(type) {
	case time.Time:
		return v.UTC().Truncate(time.Second), nil
	case string:
		return parseTime(v)
	case []byte:
		return parseTime(string(v))
	case nil:
		return time.Time{}, fmt.Errorf("database: NULL where a time is required")
	}
	return time.Time{}, fmt.Errorf("database: a time cannot be read from %T", src)
}

func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{Layout, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z07", time.RFC3339, "2006-01-02"} {
		// Parse takes a fraction of a second even where the layout has none.
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Second), nil
		}
	}
	return time.Time{}, fmt.Errorf("database: %q is not a time like %q", text, Layout)
}
