package database

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Whole scans a decimal column of dtb_ (an amount of yen, points, a quantity, a
// rate) into a whole number. Engines hand it over as 4080, 4080.0 or "4080.00"; a
// fraction is an error, because yen has none. NULL is an error too (see NullWhole).
// column names what is read, "dtb_order.total", and row, if not nil, is the row's
// id as scanned so far, so that a message can name both.
func Whole[T ~int64](into *T, column string, row *int64) sql.Scanner {
	return scanner(func(src any) error {
		n, err := wholeNumber(src)
		if err != nil {
			return fmt.Errorf("%s: %w", place(column, row), err)
		}
		*into = T(n)
		return nil
	})
}

// NullWhole is Whole for a column that may be NULL; into becomes nil then.
func NullWhole[T ~int64](into **T, column string, row *int64) sql.Scanner {
	return scanner(func(src any) error {
		if src == nil {
			*into = nil
			return nil
		}
		var v T
		if err := Whole(&v, column, row).Scan(src); err != nil {
			return err
		}
		*into = &v
		return nil
	})
}

type scanner func(src any) error

func (s scanner) Scan(src any) error { return s(src) }

func place(column string, row *int64) string {
	if row == nil {
		return column
	}
	return fmt.Sprintf("%s of id %d", column, *row)
}

func wholeNumber(src any) (int64, error) {
	switch v := src.(type) {
	case int64:
		return v, nil
	case float64:
		// Beyond 2^53 a float no longer says which number it is.
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return 0, fmt.Errorf("%v is not a whole number", v)
		}
		return int64(v), nil
	case []byte:
		return parseWhole(string(v))
	case string:
		return parseWhole(v)
	case nil:
		return 0, errors.New("NULL where a number is required")
	}
	return 0, fmt.Errorf("a number cannot be read from %T", src)
}

func parseWhole(text string) (int64, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.Trim(fraction, "0") != "" {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return n, nil
}
