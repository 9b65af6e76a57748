package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuessesHaveTheirPlace: docs/divergences.md names for each guess about the centre its
// one place in the code, which is there, and each place that is marked [C] is named.
func TestGuessesHaveTheirPlace(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "divergences.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Guesses about the centre [C]")
	table, _, _ = strings.Cut(table, "\n## ")
	complaints, named := guessComplaints(table, filepath.Join("..", ".."))
	for _, c := range complaints {
		t.Error(c)
	}
	if len(named) < 25 {
		t.Errorf("only %d places read", len(named))
	}
	for file := range marked(t, filepath.Join("..", "..")) {
		if !named[file] {
			t.Errorf("%s is marked [C], and docs/divergences.md does not name it", file)
		}
	}
}

// TestGuessComplaints: what is wrong with a table is found.
func TestGuessComplaints(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"| a | `internal/archtest` (`guessComplaints`, `place`), `internal/archtest/doc.go` |": "",
		"| a | `internal/archtest` (`nobody`) |":                                               "internal/archtest has no nobody",
		"| a | `internal/archtest` (`guessComplaints`, `nobody`) |":                            "internal/archtest has no nobody",
		"| a | `internal/none` (`x`) |":                                                        "internal/none has no x",
		"| a | `internal/archtest/none.go` |":                                                  "there is no internal/archtest/none.go",
		"| a | in the code |":                                                                  "a has no place",
	} {
		got, _ := guessComplaints("| guess | where |\n|---|---|\n"+row, filepath.Join("..", ".."))
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q", row, got)
		}
	}
}

// place is a package with names, or a file.
var place = regexp.MustCompile("`([\\w/]+)` \\(((?:`\\w+`(?:, )?)+)\\)|`([\\w/]+\\.go)`")

// guessComplaints reads the table. named are the files that hold the places.
func guessComplaints(table, root string) (out []string, named map[string]bool) {
	named = map[string]bool{}
	for _, row := range strings.Split(table, "\n") {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		if len(cells) != 2 || cells[0] == "guess" {
			continue
		}
		places := place.FindAllStringSubmatch(cells[1], -1)
		if len(places) == 0 {
			out = append(out, cells[0]+" has no place")
		}
		for _, p := range places {
			if file := p[3]; file != "" {
				if _, err := os.Stat(filepath.Join(root, file)); err != nil {
					out = append(out, "there is no "+file)
				}
				named[file] = true
				continue
			}
			for _, name := range strings.Split(strings.ReplaceAll(p[2], "`", ""), ", ") {
				files := defining(filepath.Join(root, p[1]), name)
				if len(files) == 0 {
					out = append(out, p[1]+" has no "+name)
				}
				for _, f := range files {
					named[p[1]+"/"+f] = true
				}
			}
		}
	}
	return out, named
}

// defining lists the files of a package that define a name at its top, or a method.
func defining(dir, name string) (files []string) {
	all, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, path := range all {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil && defines(f, name) {
			files = append(files, filepath.Base(path))
		}
	}
	return files
}

func defines(f *ast.File, name string) bool {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.Name == name {
							return true
						}
					}
				case *ast.TypeSpec:
					if s.Name.Name == name {
						return true
					}
				}
			}
		}
	}
	return false
}

// marked are the files of the product with a guess: all but the simulator's, whose guesses
// docs/simulator.md lists, and the one that explains the mark.
func marked(t *testing.T, root string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, top := range []string{"internal", "paygent", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if rel, _ := filepath.Rel(root, path); strings.Contains(string(text), "[C]") && rel != "paygent/doc.go" {
				found[filepath.ToSlash(rel)] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
