package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAssets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	own := fstest.MapFS{"s/card.js": {Data: []byte("1")}, "s/README.md": {Data: []byte("x")}}
	if err := b.AddAssets("checkout", own, "s"); err != nil {
		t.Fatal(err)
	}
	if err := b.AddAssets("checkout", own, "s"); err == nil {
		t.Error("the same name twice")
	}
	url, err := b.assets.url("checkout/card.js")
	if err != nil {
		t.Fatal(err)
	}
	w := get(b.Handler(), url)
	if w.Code != 200 || w.Body.String() != "1" || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if got := w.Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("type %q", got)
	}
	if w := get(b.AdminHandler(), url); w.Code != 200 {
		t.Errorf("the back office's own address has no assets: %d", w.Code)
	}
	if w := do(b.Handler(), "POST", url, "a=b"); w.Code != 404 {
		t.Errorf("POST to an asset: %d", w.Code)
	}
	if _, err := b.assets.url("checkout/README.md"); err == nil {
		t.Error("a note is served")
	}
}

// TestVendoredFiles compares each file of others with the sum in VENDOR.md.
func TestVendoredFiles(t *testing.T) {
	t.Parallel()
	notes, err := os.ReadFile("static/vendor/VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(notes)) {
		if cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|"); len(cells) == 6 {
			rows[strings.TrimSpace(cells[0])] = cells
		}
	}
	files, err := fs.Glob(staticFiles, "static/vendor/*")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".txt") || strings.HasSuffix(file, ".md") {
			continue
		}
		body, err := fs.ReadFile(staticFiles, file)
		if err != nil {
			t.Fatal(err)
		}
		cells := rows[strings.TrimPrefix(file, "static/vendor/")]
		sum := sha256.Sum256(body)
		if cells == nil || strings.TrimSpace(cells[5]) != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not the file that VENDOR.md names", file)
			continue
		}
		_, licence, _ := strings.Cut(cells[3], "(")
		if _, err := fs.Stat(staticFiles, "static/vendor/"+strings.Trim(licence, " )")); err != nil {
			t.Errorf("%s has no licence: %v", file, err)
		}
		checked++
	}
	if checked != 4 {
		t.Errorf("%d files checked, want 4", checked)
	}
}
