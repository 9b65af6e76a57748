package paygent

import (
	"fmt"
	"strconv"
	"time"
)

// Yen is an amount in whole yen.
type Yen int64

func (y Yen) String() string { return strconv.FormatInt(int64(y), 10) }

// JST returns the zone of every time on the wire, a fixed +09:00.
func JST() *time.Location { return jst }

// jst is never changed.
var jst = time.FixedZone("JST", 9*60*60)

const timeLayout = "20060102150405"

// ParseTime reads the wire's YYYYMMDDhhmmss in JST; empty is the zero time.
func ParseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(timeLayout, s, jst)
	if err != nil || len(s) != len(timeLayout) { // the package time accepts a fraction of a second
		return time.Time{}, fmt.Errorf("%q is not a time YYYYMMDDhhmmss", s)
	}
	return t, nil
}

// parseDay reads YYYYMMDD in JST.
func parseDay(s string) (time.Time, error) {
	t, err := time.ParseInLocation("20060102", s, jst)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a day YYYYMMDD", s)
	}
	return t, nil
}

// FormatTime writes t as the wire does; the zero time is empty.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(jst).Format(timeLayout)
}

// parseYen reads a decimal integer without sign or separators (protocol.md §17.1).
func parseYen(s string) (Yen, error) {
	if !isDigits(s) {
		return 0, fmt.Errorf("%q is not an amount in yen", s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not an amount in yen", s)
	}
	return Yen(n), nil
}

// isPaymentID: decimal, at most 18 digits (protocol.md §17.1).
func isPaymentID(s string) bool { return len(s) <= 18 && isDigits(s) }

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
