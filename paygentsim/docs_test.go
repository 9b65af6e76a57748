package paygentsim

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// source is the package's own code, without its tests.
func source(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

func codesIn(pattern, text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestEveryCodeIsListed: what the source answers, the package's document and both documents list
// are the same codes.
func TestEveryCodeIsListed(t *testing.T) {
	t.Parallel()
	answered := codesIn(`"(SIM\d{3})"`, source(t))
	if len(answered) < 15 {
		t.Fatalf("the source answers %v", answered)
	}
	for file, pattern := range map[string]string{
		"doc.go": `//\t(SIM\d{3})  `, "../docs/divergences.md": `(?m)^\| (SIM\d{3}) \|`, "../docs/simulator.md": `(?m)^\|.*?(SIM\d{3})(?:.*\|)`,
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if file == "../docs/simulator.md" {
			_, after, _ := strings.Cut(string(text), "## Its own codes")
			table, _, _ := strings.Cut(after, "\n## ")
			text, pattern = []byte(table), `(SIM\d{3})`
		}
		if diff := cmp.Diff(answered, codesIn(pattern, string(text))); diff != "" {
			t.Errorf("%s (-answered +listed):\n%s", file, diff)
		}
	}
}

// TestEveryGuessHasItsPlace: each guess of both documents names a declaration of this package, or
// a file of it, that stands once.
func TestEveryGuessHasItsPlace(t *testing.T) {
	t.Parallel()
	code, named := source(t), 0
	for file, row := range map[string]string{
		"../docs/simulator.md":   "(?m)^\\| [^|]+ \\| ((?:`[A-Za-z0-9.]+`(?:, )?)+) \\|$",
		"../docs/divergences.md": "(?m)^\\| [^|]+ \\| .*?`paygentsim` \\(([^)]*)\\) \\|$",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		guesses := string(text)
		if file == "../docs/simulator.md" {
			_, guesses, _ = strings.Cut(guesses, "## Guesses [C]")
		}
		for _, m := range regexp.MustCompile(row).FindAllStringSubmatch(guesses, -1) {
			for _, place := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(m[1], -1) {
				named++
				if strings.HasSuffix(place[1], ".go") {
					if _, err := os.Stat(place[1]); err != nil {
						t.Errorf("%s: %v", file, err)
					}
					continue
				}
				declared := regexp.MustCompile(`(?m)^(func (\([^)]*\) )?` + place[1] + `\(|\t?(const |var )?` + place[1] + ` +=|const ` + place[1] + ` = )`)
				if n := len(declared.FindAllString(code, -1)); n != 1 {
					t.Errorf("%s: %s is declared %d times", file, place[1], n)
				}
			}
		}
	}
	if named < 40 {
		t.Errorf("only %d places are named", named)
	}
	text, err := os.ReadFile("../docs/divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "`paygentsim` |") {
		t.Error("docs/divergences.md names the simulator without a place in it")
	}
}
