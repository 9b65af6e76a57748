package setting

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kessai/internal/problem"
)

// field is one setting: its name is the plugin's column, its label the page's.
type field struct {
	name, label string
	secret      bool
	hidden      bool // kept, but neither shown nor set by name
	allowed     []string
	blank       string // code of a blank value where it is not the usual one
	get         func(*Values) string
	set         func(*Values, string) error
}

// choice is one allowed value of a field, with the spellings it may be given in;
// the first one is kept and shown.
type choice[T ~string] struct {
	value     T
	spellings []string
}

func pick[T ~string](v T, spellings ...string) choice[T] { return choice[T]{v, spellings} }

func text(name, label string, at func(*Values) *string) field {
	return field{name: name, label: label,
		get: func(v *Values) string { return *at(v) },
		set: func(v *Values, s string) error { *at(v) = strings.TrimSpace(s); return nil }}
}

// wide is a text whose half-width letters and kana become full-width, as the
// page does before it checks them.
func wide(name, label string, at func(*Values) *string) field {
	f := text(name, label, at)
	f.set = func(v *Values, s string) error { *at(v) = fullWidth(strings.TrimSpace(s)); return nil }
	return f
}

// address is a URL; one without scheme is taken for https.
func address(name, label string, at func(*Values) *string) field {
	f := text(name, label, at)
	f.set = func(v *Values, s string) error {
		s = strings.TrimSpace(s)
		if s != "" && !strings.Contains(s, "://") {
			s = "https://" + s
		}
		*at(v) = s
		return nil
	}
	return f
}

func secret(name, label string, at func(*Values) *Secret) field {
	return field{name: name, label: label, secret: true,
		get: func(v *Values) string { return string(*at(v)) },
		set: func(v *Values, s string) error { *at(v) = Secret(strings.TrimSpace(s)); return nil }}
}

// days is a whole number. Nine digits at most, as the page takes.
func days(name, label string, at func(*Values) *int) field {
	return daysOr(refuse(CodeRequired, name, label, nil), name, label, at)
}

// daysOr is a number whose blank value has a sentence of its own.
func daysOr(blank error, name, label string, at func(*Values) *int) field {
	return field{name: name, label: label,
		get: func(v *Values) string { return strconv.Itoa(*at(v)) },
		set: func(v *Values, s string) error {
			s = strings.TrimSpace(s)
			switch {
			case s == "":
				return blank
			case strings.Trim(s, "0123456789") != "":
				return refuse(CodeDigits, name, label, nil)
			case len(s) > 9:
				return refuse(CodeTooLong, name, label, problem.Args{"Max": 9})
			}
			n, err := strconv.Atoi(s)
			*at(v) = n
			return err
		}}
}

func flag(name, label string, at func(*Values) *bool) field {
	return flagOr(CodeBlank, name, label, at)
}

// flagOr is a flag whose blank value has a sentence of its own.
func flagOr(blank, name, label string, at func(*Values) *bool) field {
	choices := []choice[flagValue]{pick(on, "1", "true", "yes", "on", "要"), pick(off, "0", "false", "no", "off", "不要")}
	f := field{name: name, label: label, allowed: shownSpellings(choices), blank: blank}
	f.get = func(v *Values) string {
		if *at(v) {
			return string(on)
		}
		return string(off)
	}
	f.set = func(v *Values, s string) error {
		value, err := parseChoice(f, choices, s)
		if err == nil {
			*at(v) = value == on
		}
		return err
	}
	return f
}

type flagValue string

const (
	on  flagValue = "1"
	off flagValue = "0"
)

// oneOf is a choice.
func oneOf[T ~string](name, label string, at func(*Values) *T, choices ...choice[T]) field {
	f := field{name: name, label: label, allowed: shownSpellings(choices)}
	f.get = func(v *Values) string { return spelling(choices, *at(v)) }
	f.set = func(v *Values, s string) error {
		value, err := parseChoice(f, choices, s)
		if err == nil {
			*at(v) = value
		}
		return err
	}
	return f
}

// several is a set of choices, in the page's order, given with commas.
func several[T ~string](name, label string, at func(*Values) *[]T, choices ...choice[T]) field {
	f := field{name: name, label: label, allowed: shownSpellings(choices)}
	f.get = func(v *Values) string {
		var out []string
		for _, value := range *at(v) {
			out = append(out, spelling(choices, value))
		}
		return strings.Join(out, ",")
	}
	f.set = func(v *Values, s string) error {
		var given []T
		for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '、' }) {
			value, err := parseChoice(f, choices, part)
			if err != nil {
				return err
			}
			given = append(given, value)
		}
		var ordered []T
		for _, c := range choices {
			if contains(given, c.value) {
				ordered = append(ordered, c.value)
			}
		}
		*at(v) = ordered
		return nil
	}
	return f
}

func parseChoice[T ~string](f field, choices []choice[T], s string) (T, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, c := range choices {
		if slices.ContainsFunc(c.spellings, func(known string) bool { return strings.ToLower(known) == s }) {
			return c.value, nil
		}
	}
	var none T
	code := CodeChoice
	if s == "" {
		code = cmp.Or(f.blank, CodeBlank)
	}
	return none, refuse(code, f.name, f.label, problem.Args{"Allowed": f.allowed})
}

func spelling[T ~string](choices []choice[T], value T) string {
	for _, c := range choices {
		if c.value == value {
			return c.spellings[0]
		}
	}
	return string(value)
}

func shownSpellings[T ~string](choices []choice[T]) []string {
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = c.spellings[0]
	}
	return out
}
