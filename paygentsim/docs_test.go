package paygentsim

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestEveryKnobIsDocumented: a heading in docs/simulator.md for each share, rule and pace, and
// every SIM code and every control address in its text.
func TestEveryKnobIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^#+ .*?`([a-z0-9_]+)`").FindAllStringSubmatch(string(text), -1) {
		headings[m[1]] = true
	}
	for _, knobs := range []any{Faults{}, Rules{}, Pace{}} {
		kind := reflect.TypeOf(knobs)
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			if !headings[name] {
				t.Errorf("%s: no heading for %s", kind, name)
			}
		}
	}
	for file, pattern := range map[string]string{"doc.go": `SIM\d{3}`, "control.go": `//\t(GET|POST) +/control/\S*`} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(pattern).FindAllString(string(source), -1) {
			found = strings.Join(strings.Fields(strings.TrimPrefix(found, "//")), " ")
			if !strings.Contains(string(text), found) {
				t.Errorf("%s is not mentioned", found)
			}
		}
	}
}

// TestEveryCodeIsListed: what the source answers is in the list of doc.go.
func TestEveryCodeIsListed(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		source, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`"(SIM\d{3})"`).FindAllStringSubmatch(string(source), -1) {
			if !strings.Contains(string(doc), "\t"+code[1]+"  ") {
				t.Errorf("%s: %s is not in doc.go", f.Name(), code[1])
			}
		}
	}
}
