// Package problem says what went wrong as data: a category, a code and typed
// arguments. It holds no sentences; wording turns a code into one.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Category decides how a problem is answered: which HTTP status, which page, which log level.
type Category string

const (
	Invalid     Category = "invalid"       // the input is wrong; the person can correct it
	NotFound    Category = "not_found"     // what was asked for does not exist, or not for this person
	Denied      Category = "denied"        // known, but not allowed
	NotNow      Category = "not_now"       // allowed in general, not in the present state
	Conflict    Category = "conflict"      // somebody else was faster; look again and retry
	Declined    Category = "declined"      // the centre or the card company said no
	Unavailable Category = "unavailable"   // something we depend on does not answer
	Misset      Category = "misconfigured" // configuration or contract is wrong; staff or operator must act
	Internal    Category = "internal"      // our fault
)

// Args are a problem's typed arguments, by name, for the sentence.
type Args map[string]any

// Problem is an error with a category and a code that wording knows.
type Problem struct {
	Category Category
	Code     string // dotted ASCII words, for example "stock.short"
	Args     Args
	Field    string // the form field or parameter it is about, if any
	Err      error  // the cause, never shown to a visitor
}

// New makes a problem.
func New(c Category, code string, args Args) *Problem {
	return &Problem{Category: c, Code: code, Args: args}
}

// Wrap makes a problem that carries its cause.
func Wrap(err error, c Category, code string, args Args) *Problem {
	return &Problem{Category: c, Code: code, Args: args, Err: err}
}

// On returns a copy of p about the given field.
func (p *Problem) On(field string) *Problem {
	q := *p
	q.Field = field
	return &q
}

// Error is for logs: category, code and argument names, never argument values,
// because those may be personal data.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Category, p.Code)
	if p.Field != "" {
		fmt.Fprintf(&b, " (%s)", p.Field)
	}
	if p.Err != nil {
		fmt.Fprintf(&b, ": %v", p.Err)
	}
	return b.String()
}

func (p *Problem) Unwrap() error { return p.Err }

// As returns the first problem in err's chain.
func As(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}

// Is reports whether err carries a problem with this code.
func Is(err error, code string) bool {
	p, ok := As(err)
	return ok && p.Code == code
}

// CategoryOf returns err's category, Internal for an ordinary error.
func CategoryOf(err error) Category {
	if p, ok := As(err); ok {
		return p.Category
	}
	return Internal
}
