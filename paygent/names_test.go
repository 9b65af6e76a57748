package paygent

import (
	"bufio"
	"context"
	"os"
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
	var examples strings.Builder
	for _, file := range []string{"example_test.go", "example_methods_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples.Write(text)
	}
	operations := 0
	for _, receiver := range []reflect.Type{reflect.TypeFor[*Client](), reflect.TypeFor[*Link]()} {
		for method := range receiver.Methods() {
			if method.Type.NumIn() < 2 || method.Type.In(1) != reflect.TypeFor[context.Context]() {
				continue
			}
			operations++
			name := "Example" + receiver.Elem().Name() + "_" + method.Name + "()"
			_, body, found := strings.Cut(examples.String(), "func "+name)
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
