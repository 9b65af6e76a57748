package paygentsim

import (
	"strconv"
)

// field is a row of a telegram's parameter table. protocol.md §4.2 and §18, 1: an
// unknown parameter is ignored, a required one that is missing or empty answers P010, one
// that is too long P009, and one of another type the row's own code.
type field struct {
	name     string
	required bool
	is       shape
	bytes    int    // in the telegram's charset; 0 = no limit is known
	code     string // P008 for an unusable character or form, P010 for a value outside a list
}

// check finds the first row that a request breaks, in the table's order.
func check(p params, kind string, fields []field) *answer {
	for i := range fields {
		f := &fields[i]
		value := p[f.name]
		var bad answer
		switch {
		case value == "" && f.required:
			bad = invalidValue(f.name)
		case value == "":
			continue
		case f.bytes > 0 && width(value, kind) > f.bytes:
			bad = tooLong(f.name)
		case f.is.fits(value):
			continue
		case f.code == "P010":
			bad = invalidValue(f.name)
		default:
			bad = badType(f.name)
		}
		return &bad
	}
	return nil
}

// number reads a whole number of digits alone.
func number(s string) (int64, bool) {
	if s == "" || len(s) > 18 || !isDigits(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func formatRange(low, high int64) string {
	return strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10)
}

// need, may and flag are rows' usual forms.
func need(name string, is shape, bytes int) field { return field{name, true, is, bytes, "P008"} }
func may(name string, is shape, bytes int) field  { return field{name, false, is, bytes, "P008"} }
func choose(name string, values ...string) field {
	return field{name, false, oneOf(values...), 0, "P010"}
}
func mustChoose(name string, values ...string) field {
	return field{name, true, oneOf(values...), 0, "P010"}
}
