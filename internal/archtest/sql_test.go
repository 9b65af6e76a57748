package archtest

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sqlPackages are where SQL may stand (import rule 7): whole packages, or a sql.go.
var (
	sqlPackages = []string{"internal/database", "internal/store"}
	sqlFiles    = []string{"internal/job", "internal/setting", "internal/staff", "internal/mail", "internal/web", "internal/shop", "internal/backoffice"}
	write       = regexp.MustCompile(`(?is)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([dm]tb_\w+|plg_kessai_\w+)`)
	statement   = regexp.MustCompile("(?s)[\"`]\\s*(?:SELECT\\s.+?\\sFROM|INSERT\\s+INTO|UPDATE\\s+\\w+\\s+SET|DELETE\\s+FROM)\\s")
	clock       = regexp.MustCompile(`\b(?:NOW\(\)|CURRENT_TIMESTAMP|RANDOM\(\)|RAND\(\))`)
)

// owners reads tables.txt: which package writes which table.
func owners(t *testing.T) map[string][]string {
	t.Helper()
	f, err := os.Open("tables.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m := map[string][]string{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line, _, _ := strings.Cut(sc.Text(), "#")
		if words := strings.Fields(line); len(words) >= 2 {
			m[words[0]] = words[1:]
		}
	}
	return m
}

// TestWhereSQLStands: SQL stands only where it may, and never asks the database for
// time or chance; every table is written by the package that owns it.
func TestWhereSQLStands(t *testing.T) {
	t.Parallel()
	own := owners(t)
	written := map[string]bool{}
	for name, p := range load(t) {
		rel := strings.TrimPrefix(name, module+"/")
		if strings.HasSuffix(rel, "test") {
			continue // packages for tests make the rows their tests need
		}
		for _, path := range p.files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			src := string(text)
			whole := slices.ContainsFunc(sqlPackages, func(s string) bool { return within(rel, s) })
			sqlGo := slices.Contains(sqlFiles, rel) && filepath.Base(path) == "sql.go"
			if statement.MatchString(src) && !whole && !sqlGo {
				t.Errorf("%s holds SQL; it stands in database, store, or a slice's sql.go", path)
			}
			if (whole || sqlGo) && clock.MatchString(src) && filepath.Base(path) != "clock.go" {
				t.Errorf("%s asks the database for time or chance", path)
			}
			for _, m := range write.FindAllStringSubmatch(src, -1) {
				table := strings.ToLower(m[1])
				written[table] = true
				if !slices.Contains(own[table], rel) {
					t.Errorf("%s writes %s, which tables.txt gives to %v", path, table, own[table])
				}
			}
		}
	}
	if len(written) == 0 {
		t.Error("no statement found at all: the patterns no longer fit the code")
	}
}
