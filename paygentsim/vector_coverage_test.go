package paygentsim

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestVectorsShowEverything: for every telegram that is answered here, and the link type, the
// vectors show a success, a decline, a P code and a text that is not ASCII; for every return
// of 3-D Secure too.
func TestVectorsShowEverything(t *testing.T) {
	t.Parallel()
	seen := map[string]map[string]bool{"link": {}, "callback 1.0": {}, "callback 2.0": {}}
	for kind := range operations() {
		seen[kind] = map[string]bool{}
	}
	files, err := filepath.Glob(filepath.Join("..", "testdata", "wire", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, v := range readVectors(t, file) {
			kind, outcome := vectorKind(&v)
			if kind == "" {
				continue
			}
			if seen[kind] == nil {
				t.Errorf("%s: telegram %s is not answered here", v.name, kind)
				continue
			}
			seen[kind][outcome] = true
			for section, lines := range v.sections {
				if strings.HasSuffix(section, "values") || section == "table rows" {
					seen[kind]["text"] = seen[kind]["text"] || strings.ContainsFunc(strings.Join(lines, ""), func(r rune) bool { return r >= 0x80 })
				}
			}
		}
	}
	for kind, has := range seen {
		for _, outcome := range []string{"succeeded", "declined", "P code", "text"} {
			if !has[outcome] {
				t.Errorf("%s: no vector of %s", kind, outcome)
			}
		}
	}
}

// vectorKind names what a vector is of, and what becomes of it.
func vectorKind(v *vector) (kind, outcome string) {
	what, code, _ := strings.Cut(v.oneLine("outcome"), " ")
	if what == "rejected" && strings.HasPrefix(code, "P") {
		what = "P code"
	}
	switch {
	case v.sections["callback bytes"] != nil:
		values := strings.Join(v.sections["callback values"], "\n")
		switch {
		case strings.Contains(values, "result=0"):
			what = "succeeded"
		case strings.Contains(values, "response_code=P"):
			what = "P code"
		default:
			what = "declined"
		}
		return "callback " + v.oneLine("callback version"), what
	case v.sections["link request bytes"] != nil:
		return "link", what
	}
	return v.oneLine("kind"), what
}
