package job_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kessai/internal/job"
)

// TestChecksListWhatGoLists compares the CHECK lists of the migration with Go's, on
// each engine.
func TestChecksListWhatGoLists(t *testing.T) {
	t.Parallel()
	var states, items []string
	for _, s := range job.States() {
		states = append(states, string(s))
	}
	for _, s := range job.ItemStates() {
		items = append(items, string(s))
	}
	for _, engine := range []string{"sqlite", "mysql", "postgres"} {
		ddl, err := os.ReadFile("../database/migrations/" + engine + "/00006_job.sql")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string][]string{"job_state": states, "job_item_state": items} {
			m := regexp.MustCompile(`CONSTRAINT plg_kessai_` + name + ` CHECK \(state IN \(([^()]*)\)\)`).FindStringSubmatch(string(ddl))
			if m == nil {
				t.Errorf("%s: no list %s", engine, name)
				continue
			}
			if got := strings.Split(strings.ReplaceAll(m[1], "'", ""), ", "); !slices.Equal(got, want) {
				t.Errorf("%s: %s lists %q, Go %q", engine, name, got, want)
			}
		}
	}
}
