package setting

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"kessai/internal/wording"
)

// TestCodesHaveSentences: every code written in this package can be said.
func TestCodesHaveSentences(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`= "(setting\.[a-z0-9_]+)"`).FindAllSubmatch(text, -1) {
			seen++
			if _, ok := wording.Lookup(string(m[1])); !ok {
				t.Errorf("%s: %s has no sentence", name, m[1])
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d codes were found", seen)
	}
}
