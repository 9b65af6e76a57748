package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// raised is one place that raises a problem: its code, and its arguments where they
// stand beside it.
type raised struct {
	code, where string
	args        []string
	argsKnown   bool
}

// TestEveryRaisedCodeHasItsSentence reads the source of all packages: a code given
// to problem.New or problem.Wrap, as a literal or a constant of the package, needs a
// sentence, and the sentence no argument that is not given.
func TestEveryRaisedCodeHasItsSentence(t *testing.T) {
	t.Parallel()
	all := raisedIn(t, "..")
	if len(all) < 20 {
		t.Fatalf("only %d places found; the search is broken", len(all))
	}
	for _, r := range all {
		s, ok := Lookup(r.code)
		if !ok {
			t.Errorf("%s raises %q, which has no sentence", r.where, r.code)
			continue
		}
		if !r.argsKnown {
			continue
		}
		for _, name := range append(Placeholders(s.Ja), Placeholders(s.En)...) {
			if !slices.ContainsFunc(r.args, func(a string) bool { return strings.EqualFold(a, name) }) {
				t.Errorf("%s raises %q without {%s}, which its sentence uses", r.where, r.code, name)
			}
		}
	}
}

func raisedIn(t *testing.T, root string) []raised {
	t.Helper()
	var all []raised
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		found, err := raisedByPackage(dir)
		all = append(all, found...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func raisedByPackage(dir string) ([]raised, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var parsed []*ast.File
	constants := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
		readConstants(f, constants)
	}
	var all []raised
	for _, f := range parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := raisedBy(n, constants); ok {
				r.where = fset.Position(n.Pos()).String()
				all = append(all, r)
			}
			return true
		})
	}
	return all, nil
}

func readConstants(f *ast.File, constants map[string]string) {
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					if text, ok := literal(v.Values[i]); ok {
						constants[name.Name] = text
					}
				}
			}
		}
	}
}

func raisedBy(n ast.Node, constants map[string]string) (raised, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return raised{}, false
	}
	if !raises(call) || len(call.Args) < 2 {
		return raised{}, false
	}
	at := len(call.Args) - 2 // code and args are the last two
	code, ok := literal(call.Args[at])
	if id, named := call.Args[at].(*ast.Ident); named {
		code, ok = constants[id.Name], constants[id.Name] != ""
	}
	if !ok || code == "" {
		return raised{}, false
	}
	args, known := argumentNames(call.Args[at+1])
	return raised{code: code, args: args, argsKnown: known}, true
}

// raises recognises problem.New, problem.Wrap and the ledger's notNow.
func raises(call *ast.CallExpr) bool {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		return isName(sel.X, "problem") && (sel.Sel.Name == "New" || sel.Sel.Name == "Wrap")
	}
	return isName(call.Fun, "notNow")
}

func argumentNames(e ast.Expr) ([]string, bool) {
	if isName(e, "nil") {
		return nil, true
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil, false
	}
	var names []string
	for _, el := range lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			if name, ok := literal(kv.Key); ok {
				names = append(names, name)
			}
		}
	}
	return names, true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
