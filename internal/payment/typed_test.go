package payment

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kessai/internal/order"
)

// columns are the order statuses in the order of the typed tables.
var columns = []order.Status{order.New, order.Canceled, order.InProgress, order.Delivered, order.Paid, order.Pending, order.Processing, order.Returned}

// line is one line of a file in testdata: its parts between bars, without comments.
type line struct {
	number int
	parts  []string
}

// readTyped reads a file of testdata (testdata/README.md has the formats).
func readTyped(t *testing.T, name string) []line {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var lines []line
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		parts := strings.Split(text, "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		lines = append(lines, line{n, parts})
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// listed turns "a,b" into values, and fails on one that is not among all.
func listed[T ~string](t *testing.T, l line, text string, all []T) []T {
	t.Helper()
	var out []T
	for _, s := range strings.Split(text, ",") {
		if !slices.Contains(all, T(s)) {
			t.Fatalf("line %d: %q is none of %v", l.number, s, all)
		}
		out = append(out, T(s))
	}
	return out
}

// named finds a value by the manual's word.
func named[T interface{ Name() string }](t *testing.T, l line, word string, all []T) T {
	t.Helper()
	for _, v := range all {
		if v.Name() == word {
			return v
		}
	}
	t.Fatalf("line %d: nothing is called %q", l.number, word)
	panic("unreachable")
}

// divergences is docs/divergences.md.
func divergences(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	text, _, ok := strings.Cut(string(b), "## Guesses")
	if !ok {
		t.Fatal("docs/divergences.md has no guesses")
	}
	return text
}
