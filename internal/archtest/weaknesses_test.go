package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestWeaknesses: docs/weaknesses.md names every weakness of the original once, and the
// tests it names are there.
func TestWeaknesses(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "weaknesses.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range weaknessComplaints(string(text), moduleTests(t)) {
		t.Error(c)
	}
}

// TestWeaknessComplaints: what is wrong with a table is found.
func TestWeaknessComplaints(t *testing.T) {
	t.Parallel()
	const sound = "`internal/x.TestA`"
	known := tests{"internal/x": {"TestA": {"one case", "with, comma"}}, "cmd/x": {"TestScripts": {"serve"}}}
	for name, tt := range map[string]struct {
		row  string // instead of W3's
		want string // "" if nothing is wrong
	}{
		"a test":                {"| W3 | it fails | " + sound + " |", ""},
		"a case":                {"| W3 | it fails | `internal/x.TestA/one case`, `internal/x.TestA/with, comma` |", ""},
		"a script":              {"| W3 | it fails | `cmd/x.TestScripts/serve` |", ""},
		"later work":            {"| W3 | it fails | later: back office, its page |", ""},
		"a reason":              {"| W3 | it fails | reason: there is no `unserialize` |", ""},
		"all of them":           {"| W3 | it fails | " + sound + "; later: core; reason: one path |", ""},
		"missing":               {"", "W3 is missing"},
		"twice":                 {"| W3 | it fails | " + sound + " |\n| W3 | it fails | " + sound + " |", "W3 stands twice"},
		"unknown":               {"| W3 | it fails | " + sound + " |\n| W36 | it fails | " + sound + " |", "W36 is none"},
		"misspelt":              {"| W3 | it fails | " + sound + " |\n| X3 | it fails | " + sound + " |", "X3 is none"},
		"no words":              {"| W3 |  | " + sound + " |", "W3 does not say"},
		"a column too many":     {"| W3 | it | fails | " + sound + " |", "W3 has 4 columns"},
		"nothing":               {"| W3 | it fails |  |", "W3: \"\" is neither"},
		"prose":                 {"| W3 | it fails | we are careful |", "is neither"},
		"prose beside a test":   {"| W3 | it fails | " + sound + " and care |", "is neither"},
		"an empty reason":       {"| W3 | it fails | reason: |", "is neither"},
		"no later work of ours": {"| W3 | it fails | later: someday |", "W3: there is no later work"},
		"two, one not of ours":  {"| W3 | it fails | later: core; later: corehouse |", "W3: there is no later work"},
		"no such package":       {"| W3 | it fails | `internal/y.TestA` |", "there is no internal/y.TestA"},
		"no such test":          {"| W3 | it fails | `internal/x.TestB` |", "there is no internal/x.TestB"},
		"a test's beginning":    {"| W3 | it fails | `internal/x.Test` |", "there is no internal/x.Test"},
		"no such case":          {"| W3 | it fails | `internal/x.TestA/another` |", "internal/x.TestA has no case \"another\""},
		"no test":               {"| W3 | it fails | " + sound + ", `TestB` |", "W3: TestB is no test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sb strings.Builder
			sb.WriteString("text, with `code`\n\n| id | the original | kessai |\n|---|---|---|\n")
			for _, id := range weaknessIDs() {
				if id == "W3" {
					sb.WriteString(tt.row + "\n")
					continue
				}
				sb.WriteString("| " + id + " | it fails | " + sound + " |\n")
			}
			got := weaknessComplaints(sb.String(), known)
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// weaknessIDs are the weaknesses of the storefront and of the back office.
func weaknessIDs() (ids []string) {
	for n := range 35 {
		ids = append(ids, fmt.Sprintf("W%d", n+1))
	}
	for n := range 43 {
		ids = append(ids, fmt.Sprintf("A%d", n+1))
	}
	return ids
}

var (
	laterWorks = []string{"core", "checkout", "back office", "operations"}
	quoted     = regexp.MustCompile("`([^`]*)`")
	namedTest  = regexp.MustCompile(`^([a-z0-9/]+)\.(Test\w*)(?:/(.+))?$`)
)

// weaknessComplaints is what is wrong with the table.
func weaknessComplaints(text string, known tests) (complaints []string) {
	add := func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) }
	ids, seen := weaknessIDs(), map[string]bool{}
	for line := range strings.Lines(text) {
		cells, ok := row(line)
		if !ok {
			continue
		}
		id := cells[0]
		switch {
		case !slices.Contains(ids, id):
			add("%s is none of the original's weaknesses", id)
			continue
		case seen[id]:
			add("%s stands twice", id)
			continue
		}
		seen[id] = true
		if len(cells) != 3 {
			add("%s has %d columns", id, len(cells))
			continue
		}
		if cells[1] == "" {
			add("%s does not say what the original does", id)
		}
		for _, c := range answerComplaints(cells[2], known) {
			add("%s: %s", id, c)
		}
	}
	for _, id := range ids {
		if !seen[id] {
			add("%s is missing", id)
		}
	}
	return complaints
}

// row is a table's line, unless it is the head or the rule beneath it.
func row(line string) (cells []string, ok bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") || len(line) < 2 {
		return nil, false
	}
	for c := range strings.SplitSeq(line[1:len(line)-1], "|") {
		cells = append(cells, strings.TrimSpace(c))
	}
	return cells, cells[0] != "id" && strings.Trim(cells[0], "-:") != ""
}

// answerComplaints is what is wrong with a row's last cell.
func answerComplaints(cell string, known tests) (complaints []string) {
	for part := range strings.SplitSeq(cell, ";") {
		part = strings.TrimSpace(part)
		if work, ok := strings.CutPrefix(part, "later:"); ok {
			work, _, _ = strings.Cut(work, ",")
			if work = strings.TrimSpace(work); !slices.Contains(laterWorks, work) {
				complaints = append(complaints, fmt.Sprintf("there is no later work %q", work))
			}
			continue
		}
		if reason, ok := strings.CutPrefix(part, "reason:"); ok && reason != "" {
			continue
		}
		if prose := quoted.ReplaceAllString(part, ""); part == "" || strings.Trim(prose, ", ") != "" {
			complaints = append(complaints, fmt.Sprintf("%q is neither tests nor later work nor a reason", part))
			continue
		}
		for _, q := range quoted.FindAllStringSubmatch(part, -1) {
			if c := testComplaint(q[1], known); c != "" {
				complaints = append(complaints, c)
			}
		}
	}
	return complaints
}

// testComplaint is what is wrong with one test's name.
func testComplaint(name string, known tests) string {
	m := namedTest.FindStringSubmatch(name)
	if m == nil {
		return name + " is no test of a package"
	}
	cases, ok := known[m[1]][m[2]]
	switch {
	case !ok:
		return "there is no " + m[1] + "." + m[2]
	case m[3] != "" && !slices.Contains(cases, m[3]):
		return fmt.Sprintf("%s.%s has no case %q", m[1], m[2], m[3])
	}
	return ""
}

// tests are the names of the cases of each test, by package path and test.
type tests map[string]map[string][]string

// moduleTests reads every test of the module from its source.
func moduleTests(t *testing.T) tests {
	t.Helper()
	root, all := filepath.Join("..", ".."), tests{}
	for _, p := range load(t) {
		dir := filepath.Dir(p.files[0])
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		of := map[string][]string{}
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && isTest(f) {
					of[f.Name.Name] = append(of[f.Name.Name], caseNames(f)...)
				}
			}
		}
		if _, ok := of["TestScripts"]; ok {
			scripts, err := filepath.Glob(filepath.Join(dir, "testdata", "*.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range scripts {
				of["TestScripts"] = append(of["TestScripts"], strings.TrimSuffix(filepath.Base(s), ".txtar"))
			}
		}
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.ToSlash(rel)] = of
	}
	return all
}

// isTest: func TestX(t *testing.T).
func isTest(f *ast.FuncDecl) bool {
	if f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") || len(f.Type.Params.List) != 1 {
		return false
	}
	star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "T"
}

// caseNames are the literal names in a test: the keys of a table, what stands first or
// under name in one of its rows, and what t.Run is given.
func caseNames(f *ast.FuncDecl) (names []string) {
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				names = append(names, s)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && id.Name == "name" {
				add(n.Value)
			}
			add(n.Key)
		case *ast.CompositeLit:
			if len(n.Elts) > 0 {
				add(n.Elts[0])
			}
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Run" && len(n.Args) == 2 {
				add(n.Args[0])
			}
		}
		return true
	})
	return names
}
