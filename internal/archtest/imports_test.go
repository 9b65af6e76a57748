package archtest

import (
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "kessai"

// pkg is one package of the module: what its code and its tests import.
type pkg struct {
	imports []string // of non-test files
	files   []string
}

// load reads every package below the module's root.
func load(t *testing.T) map[string]pkg {
	t.Helper()
	root := filepath.Join("..", "..")
	pkgs := map[string]pkg{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "testdata" || name == "node_modules" || (strings.HasPrefix(name, ".") && name != ".." && name != ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		if ok, err := build.Default.MatchFile(filepath.Dir(path), d.Name()); err != nil || !ok {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(filepath.Join(module, rel))
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		p := pkgs[name]
		p.files = append(p.files, path)
		for _, imp := range file.Imports {
			s, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			p.imports = append(p.imports, s)
		}
		pkgs[name] = p
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 10 {
		t.Fatalf("only %d packages found; is the module's root still two levels up?", len(pkgs))
	}
	return pkgs
}

func internal(names ...string) []string {
	for i, n := range names {
		names[i] = module + "/internal/" + n
	}
	return names
}

func within(importPath, parent string) bool {
	return importPath == parent || strings.HasPrefix(importPath, parent+"/")
}

// TestPureCore: the domain in the middle imports nothing of ours but what stands
// beneath it, and no I/O at all (import rule 1).
func TestPureCore(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{
		"problem": {},
		"order":   internal("problem"),
		"payment": internal("problem", "order"),
		"ledger":  append(internal("problem", "order", "payment"), "github.com/oklog/ulid/v2"),
		"wallet":  append(internal("problem", "payment", "ledger"), "github.com/oklog/ulid/v2"),
	}
	forbidden := []string{"net/http", "database/sql", "os", "math/rand", "math/rand/v2", "crypto/rand"}
	pkgs := load(t)
	for name, may := range allowed {
		p, ok := pkgs[module+"/internal/"+name]
		if !ok {
			t.Errorf("package %s is missing", name)
		}
		for _, imp := range p.imports {
			if slices.Contains(forbidden, imp) {
				t.Errorf("%s imports %s: the domain does no I/O and has no chance of its own", name, imp)
			}
			if (strings.Contains(imp, ".") || within(imp, module)) && !slices.Contains(may, imp) {
				t.Errorf("%s imports %s, which is not beneath it", name, imp)
			}
		}
	}
}

// TestWhoMayImport: packages that only few may use (import rules 2 to 6).
func TestWhoMayImport(t *testing.T) {
	t.Parallel()
	pkgs := load(t)
	rules := []struct {
		imported string
		by       []string // packages, and all below them, that may
		why      string
	}{
		{module + "/paygent", append(internal("gateway", "doctor", "setting", "app"), module+"/paygent"), "others go through the ports of ledger"},
		{module + "/internal/gateway", append(internal("app"), module+"/internal/gateway"), "only app puts it together"},
		{module + "/paygentsim", []string{module + "/cmd/kessai", module + "/paygentsim"}, "a shop in production must not carry a simulator"},
		{module + "/internal/shop", append(internal("shop", "app"), module+"/cmd/kessai"), "slices do not know each other"},
		{module + "/internal/checkout", append(internal("checkout", "app"), module+"/cmd/kessai"), "slices do not know each other"},
		{module + "/internal/backoffice", append(internal("backoffice", "app"), module+"/cmd/kessai"), "slices do not know each other"},
		{module + "/internal/web", append(internal("web", "shop", "checkout", "backoffice", "app"), module+"/cmd/kessai"), "workers have no pages"},
	}
	for name, p := range pkgs {
		for _, imp := range p.imports {
			for _, r := range rules {
				if within(imp, r.imported) && !within(r.imported, name) && !slices.ContainsFunc(r.by, func(b string) bool { return within(name, b) }) {
					t.Errorf("%s imports %s: %s", name, imp, r.why)
				}
			}
		}
	}
}

// TestPublicPackages: what a stranger imports brings nothing of ours but the one
// table both sides share (import rule 5).
func TestPublicPackages(t *testing.T) {
	t.Parallel()
	outside := map[string][]string{
		module + "/paygent":    {"golang.org/x/text", "github.com/youmark/pkcs8", module + "/internal/cp932"},
		module + "/paygentsim": {"golang.org/x/text", module + "/internal/cp932"},
	}
	for name, p := range load(t) {
		for public, may := range outside {
			if name != public {
				continue
			}
			for _, imp := range p.imports {
				if (strings.Contains(imp, ".") || within(imp, module)) && !slices.ContainsFunc(may, func(m string) bool { return within(imp, m) }) {
					t.Errorf("%s imports %s", name, imp)
				}
			}
		}
	}
}

// TestAppWithoutSimulator: nothing app reaches reaches the simulator (import rule 6).
func TestAppWithoutSimulator(t *testing.T) {
	t.Parallel()
	pkgs := load(t)
	seen := map[string]bool{}
	var walk func(name string, trail []string)
	walk = func(name string, trail []string) {
		if seen[name] {
			return
		}
		seen[name] = true
		if within(name, module+"/paygentsim") {
			t.Errorf("app reaches the simulator: %s", strings.Join(append(trail, name), " → "))
			return
		}
		for _, imp := range pkgs[name].imports {
			if within(imp, module) {
				walk(imp, append(slices.Clone(trail), name))
			}
		}
	}
	if _, ok := pkgs[module+"/internal/app"]; !ok {
		t.Fatal("package app is missing")
	}
	walk(module+"/internal/app", nil)
}

// TestNoDrawers: packages named after nothing in particular.
func TestNoDrawers(t *testing.T) {
	t.Parallel()
	for name := range load(t) {
		switch base := name[strings.LastIndex(name, "/")+1:]; base {
		case "util", "utils", "common", "helper", "helpers", "models", "types", "services", "pkg", "misc":
			t.Errorf("%s: a package is named after what it owns", name)
		}
	}
}

// TestDocs: every package opens with doc.go.
func TestDocs(t *testing.T) {
	t.Parallel()
	for name, p := range load(t) {
		if name == module+"/cmd/kessai" {
			continue
		}
		if !slices.ContainsFunc(p.files, func(f string) bool {
			b := filepath.Base(f)
			return b == "doc.go" || b == "problem.go"
		}) {
			t.Errorf("%s has no doc.go", name)
		}
	}
}
