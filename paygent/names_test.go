package paygent

import (
	"bufio"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every named constant's Japanese name is the one beside it in the source, and a code
// without a name stands for itself.
func TestNames(t *testing.T) {
	t.Parallel()
	constant := regexp.MustCompile(`^\s+\w+\s+(Kind|PaymentStatus|PaymentClass)\s+= "(\d+)" // (\S+)`)
	seen := 0
	for _, file := range []string{"kind.go", "status.go"} {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			m := constant.FindStringSubmatch(s.Text())
			if m == nil {
				continue
			}
			seen++
			name := map[string]func() string{
				"Kind": Kind(m[2]).Name, "PaymentStatus": PaymentStatus(m[2]).Name, "PaymentClass": PaymentClass(m[2]).Name,
			}[m[1]]()
			if !strings.HasPrefix(name, m[3]) || name == m[2] {
				t.Errorf("%s %s: %q, the comment says %q", m[1], m[2], name, m[3])
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d constants found", seen)
	}
	for _, p := range []PaymentType{TypeATM, TypeCard, TypeConveni, TypeBank, TypeCareer, TypePaidy} {
		if p.Name() == string(p) {
			t.Errorf("type %s has no name", p)
		}
	}
	if Kind("777").Name() != "777" || PaymentStatus("99").Name() != "99" || PaymentType("99").Name() != "99" || PaymentClass("99").Name() != "99" {
		t.Error("a code without a name must stand for itself")
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"20250401", "20251301000000", "2025040112000a", " 20250401120000", "20250401120000.1", "20250401240000"} {
		if _, err := ParseTime(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
	for _, s := range []string{"", "20250401235959", "20240229000000"} {
		got, err := ParseTime(s)
		if err != nil || FormatTime(got) != s {
			t.Errorf("%q came back as %q, %v", s, FormatTime(got), err)
		}
	}
}

// Every operation of Client and Link has a runnable example.
func TestEveryOperationHasAnExample(t *testing.T) {
	t.Parallel()
	examples := examplesText(t)
	operations := 0
	for _, receiver := range []reflect.Type{reflect.TypeFor[*Client](), reflect.TypeFor[*Link]()} {
		for method := range receiver.Methods() {
			if method.Type.NumIn() < 2 || method.Type.In(1) != reflect.TypeFor[context.Context]() {
				continue
			}
			operations++
			name := "Example" + receiver.Elem().Name() + "_" + method.Name + "()"
			_, body, found := strings.Cut(examples, "func "+name)
			body, _, _ = strings.Cut(body, "\n}\n")
			if !found || !strings.Contains(body, "// Output:") {
				t.Errorf("%s is missing or has no output", name)
			}
		}
	}
	if operations < 30 {
		t.Errorf("only %d operations found", operations)
	}
}

func examplesText(t *testing.T) string {
	t.Helper()
	var examples strings.Builder
	for _, file := range []string{"example_test.go", "example_methods_test.go", "example_values_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples.Write(text)
	}
	return examples.String()
}

// Every exported function is called in an example.
func TestEveryFunctionIsInAnExample(t *testing.T) {
	t.Parallel()
	examples := examplesText(t)
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() {
				continue
			}
			found++
			if !strings.Contains(examples, "paygent."+f.Name.Name+"(") {
				t.Errorf("no example calls %s", f.Name.Name)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d functions found", found)
	}
}

// Every guess about the centre is named in docs/divergences.md with the file it stands in,
// and the files named there have one.
func TestGuessesAreDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	guesses := 0
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") || source == "doc.go" {
			continue
		}
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		guess, named := strings.Contains(string(text), "[C]"), strings.Contains(string(doc), "`paygent/"+source+"`")
		if guess {
			guesses++
		}
		if guess != named {
			t.Errorf("%s: marked [C] %v, in docs/divergences.md %v", source, guess, named)
		}
	}
	if guesses < 8 {
		t.Errorf("only %d files with guesses found", guesses)
	}
}
