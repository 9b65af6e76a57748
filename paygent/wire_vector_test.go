package paygent

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// vector is one case of testdata/wire; its README says what the sections hold.
type vector struct {
	name     string
	sections map[string][]string
}

func (v vector) has(section string) bool { _, ok := v.sections[section]; return ok }

func (v vector) text(section string) string { return strings.Join(v.sections[section], "\n") }

func (v vector) bytes(t testing.TB, section string) []byte {
	t.Helper()
	var b strings.Builder
	for _, line := range v.sections[section] {
		b.WriteString(unescapeVector(t, line))
	}
	return []byte(b.String())
}

func (v vector) values(t testing.TB, section string) Params {
	t.Helper()
	var p Params
	for _, line := range v.sections[section] {
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("%s: %s: %q has no =", v.name, section, line)
		}
		p.Add(name, unescapeVector(t, value))
	}
	return p
}

func unescapeVector(t testing.TB, s string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 's':
			b.WriteByte(' ')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			t.Fatalf("unknown escape \\%c", s[i])
		}
	}
	return b.String()
}

// vectors returns every case that has the section; none is a failure.
func vectors(t testing.TB, section string) []vector {
	t.Helper()
	files, err := filepath.Glob("../testdata/wire/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var found []vector
	for _, file := range files {
		for _, v := range readVectors(t, file) {
			if v.has(section) {
				found = append(found, v)
			}
		}
	}
	if len(found) == 0 {
		t.Fatalf("no vector has %q", section)
	}
	return found
}

func readVectors(t testing.TB, file string) []vector {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	section := ""
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "== "):
			all = append(all, vector{name: fmt.Sprintf("%s: %s", filepath.Base(file), line[3:]), sections: map[string][]string{}})
			section = ""
		case strings.HasPrefix(line, "-- ") && len(all) > 0:
			section = line[3:]
			all[len(all)-1].sections[section] = []string{}
		case section != "":
			v := all[len(all)-1]
			v.sections[section] = append(v.sections[section], line)
		default:
			t.Fatalf("%s:%d: stray line", file, i+1)
		}
	}
	return all
}
