package wording

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"kessai/internal/problem"
)

// Sentence is what is said for one code.
type Sentence struct{ Ja, En string }

// areas are the tables, one per file.
func areas() []map[string]Sentence {
	return []map[string]Sentence{
		formSentences(), stockSentences(), orderSentences(), paymentSentences(),
		staffSentences(), settingSentences(), databaseSentences(), webSentences(), jobSentences(),
	}
}

var sentences = sync.OnceValue(func() map[string]Sentence {
	all := map[string]Sentence{}
	for _, area := range areas() {
		maps.Copy(all, area)
	}
	return all
})

// Lookup returns the sentence of a code.
func Lookup(code string) (Sentence, bool) {
	s, ok := sentences()[code]
	return s, ok
}

// Codes are all codes that have a sentence, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(sentences())) }

// Ja is the Japanese sentence for err: that of its problem, or of the problem's
// category when the code is unknown. An error that is no problem is our fault and
// says only that; nothing of its text is shown.
func Ja(err error) string {
	s, args := of(err)
	return fill(s.Ja, args, formatJa)
}

// En is Ja in English.
func En(err error) string {
	s, args := of(err)
	return fill(s.En, args, formatEn)
}

// Known reports whether err has a sentence of its own, so that a page need not
// give a reference number along with a general one.
func Known(err error) bool {
	p, ok := problem.As(err)
	if !ok {
		return false
	}
	_, ok = Lookup(p.Code)
	return ok
}

func of(err error) (Sentence, problem.Args) {
	p, ok := problem.As(err)
	if !ok {
		return general(problem.Internal), nil
	}
	if s, ok := Lookup(p.Code); ok {
		return s, p.Args
	}
	return general(p.Category), nil
}

// general is what is said when there is nothing better.
func general(c problem.Category) Sentence {
	code := "general." + string(c)
	if s, ok := Lookup(code); ok {
		return s
	}
	s, _ := Lookup("general." + string(problem.Internal))
	return s
}

// fill puts the arguments in the place of {name}. One that is missing leaves a
// dash, so that a reader never sees braces.
func fill(text string, args problem.Args, format func(any) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			return b.String()
		}
		if v, ok := argument(args, name); ok {
			b.WriteString(format(v))
		} else {
			b.WriteString("—")
		}
		text = after
	}
}

func argument(args problem.Args, name string) (any, bool) {
	if v, ok := args[name]; ok {
		return v, true
	}
	for key, v := range args {
		if strings.EqualFold(key, name) {
			return v, true
		}
	}
	return nil, false
}

// Placeholders are the names of the arguments that a sentence uses, in order.
func Placeholders(text string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(text, "{")
		if !found {
			return names
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return names
		}
		names = append(names, name)
		text = after
	}
}
