package paygent

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// A clock cannot prove this within a test: the source can. Hashes meet in fittingKey alone,
// by subtle.ConstantTimeCompare alone, and all three parsers go through it.
func TestHashesAreComparedInConstantTime(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	functions := map[string]*ast.FuncDecl{}
	for _, name := range []string{"notice_verify.go", "callback.go"} {
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				functions[f.Name.Name] = f
			}
		}
	}
	for name, f := range functions {
		if name != "fittingKey" && mentions(f, `"hc"`) && calls(f, "Get") {
			t.Errorf("%s reads the hash", name)
		}
	}
	fitting := functions["fittingKey"]
	if !calls(fitting, "ConstantTimeCompare") {
		t.Error("fittingKey does not compare in constant time")
	}
	for _, quick := range []string{"Equal", "Compare", "EqualFold", "HasPrefix", "Contains"} {
		if calls(fitting, quick) {
			t.Errorf("fittingKey calls %s", quick)
		}
	}
	ast.Inspect(fitting, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && (b.Op == token.EQL || b.Op == token.NEQ) {
			for _, side := range []ast.Expr{b.X, b.Y} {
				if id, ok := side.(*ast.Ident); ok && (id.Name == "hc" || id.Name == "want" || id.Name == "sum") {
					t.Errorf("fittingKey compares %s with %s", id.Name, b.Op)
				}
			}
		}
		return true
	})
	for _, name := range []string{"ParseNotice", "parseThreeDS"} {
		if !calls(functions[name], "fittingKey") {
			t.Errorf("%s does not ask fittingKey", name)
		}
	}
}

func calls(f *ast.FuncDecl, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				found = found || fun.Name == name
			case *ast.SelectorExpr:
				found = found || fun.Sel.Name == name
			}
		}
		return !found
	})
	return found
}

func mentions(f *ast.FuncDecl, literal string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		found = found || ok && lit.Value == literal
		return !found
	})
	return found
}
