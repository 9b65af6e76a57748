package database

import (
	"strconv"
	"strings"
)

// EscapeLike makes a typed text safe inside a LIKE pattern. Use it with
// "LIKE ? ESCAPE '!'": a backslash would mean different things on each engine.
func EscapeLike(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}

// Contains is the LIKE pattern for "has this text somewhere"; see EscapeLike.
func Contains(text string) string { return "%" + EscapeLike(text) + "%" }

// StartsWith is the LIKE pattern for "begins with this text"; see EscapeLike.
func StartsWith(text string) string { return EscapeLike(text) + "%" }

// Marks returns n placeholders, "?, ?, ?", for an IN list. An empty IN list is no
// SQL; callers have to skip the query.
func Marks(n int) string {
	if n <= 0 {
		return ""
	}
	return strings.Repeat("?, ", n-1) + "?"
}

// Anys turns a typed slice into arguments, for an IN list.
func Anys[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}

// rebind turns "?" into "$1", "$2" … for PostgreSQL and leaves quoted text,
// quoted names and comments alone.
func rebind(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + 16)
	n := 0
	for i := 0; i < len(query); {
		if end := skipQuoted(query, i); end > i {
			b.WriteString(query[i:end])
			i = end
			continue
		}
		if query[i] == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		} else {
			b.WriteByte(query[i])
		}
		i++
	}
	return b.String()
}

// skipQuoted returns the end of the literal, quoted name or comment that begins at
// i, or i if none does. A doubled quote simply begins another literal.
func skipQuoted(query string, i int) int {
	rest := query[i:]
	switch {
	case rest[0] == '\'' || rest[0] == '"':
		return closing(query, i+1, string(rest[0]))
	case strings.HasPrefix(rest, "--"):
		return closing(query, i+2, "\n")
	case strings.HasPrefix(rest, "/*"):
		return closing(query, i+2, "*/")
	}
	return i
}

func closing(query string, from int, mark string) int {
	if at := strings.Index(query[from:], mark); at >= 0 {
		return from + at + len(mark)
	}
	return len(query)
}
