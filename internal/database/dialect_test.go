package database

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRebind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"SELECT 1", "SELECT 1"},
		{"a = ? AND b = ?", "a = $1 AND b = $2"},
		{"a = '?' AND b = ?", "a = '?' AND b = $1"},
		{"a = 'it''s ?' AND b = ?", "a = 'it''s ?' AND b = $1"},
		{`"odd?name" = ?`, `"odd?name" = $1`},
		{"-- why?\n a = ?", "-- why?\n a = $1"},
		{"/* ? */ a = ? -- ?", "/* ? */ a = $1 -- ?"},
		{"a = ? OR a = 'open", "a = $1 OR a = 'open"},
		{strings.Repeat("?", 11), "$1$2$3$4$5$6$7$8$9$10$11"},
	} {
		if got := rebind(c.in); got != c.want {
			t.Errorf("rebind(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// Whatever stands around them, marks are numbered in order and nothing else changes.
func TestRebindProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in, want strings.Builder
		n := 0
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"?", "'?'", "''", `"?"`, " a ", "/*?*/", "--?\n", "漢字"})).Draw(t, "parts")
		for _, p := range parts {
			in.WriteString(p)
			if p == "?" {
				n++
				p = fmt.Sprintf("$%d", n)
			}
			want.WriteString(p)
		}
		if got := rebind(in.String()); got != want.String() {
			t.Fatalf("rebind(%q) = %q, want %q", in.String(), got, want.String())
		}
	})
}

func FuzzRebind(f *testing.F) {
	f.Add("SELECT ? FROM x WHERE a = '?'")
	f.Add("/*")
	f.Fuzz(func(t *testing.T, query string) {
		got := rebind(query)
		if !strings.Contains(query, "?") && got != query {
			t.Errorf("rebind(%q) = %q", query, got)
		}
		if len(got) < len(query) {
			t.Errorf("rebind(%q) lost text: %q", query, got)
		}
	})
}

func TestMarksAndPatterns(t *testing.T) {
	t.Parallel()
	if Marks(0) != "" || Marks(1) != "?" || Marks(3) != "?, ?, ?" {
		t.Error("Marks:", Marks(0), Marks(1), Marks(3))
	}
	if got := Contains("50%_off!"); got != "%50!%!_off!!%" {
		t.Error("Contains:", got)
	}
}
