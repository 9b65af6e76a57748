package database_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

var update = flag.Bool("update", false, "write the schema of EC-CUBE 4.2 from the real dumps")

// frozen is what each engine must have: the schema of real EC-CUBE 4.2 databases,
// for the tables that an embedded shop needs.
func frozen(t *testing.T, engine database.Engine) []string {
	t.Helper()
	text, err := os.ReadFile(frozenFile(engine))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func frozenFile(engine database.Engine) string {
	return filepath.Join("testdata", "schema", string(engine)+".txt")
}

func TestBaselineIsEccubesSchema(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		got := dbtest.Schema(t, db, "dtb_", "mtb_")
		if diff := cmp.Diff(frozen(t, db.Engine()), got); diff != "" {
			t.Errorf("the baseline differs from EC-CUBE 4.2 (-EC-CUBE +baseline):\n%s", diff)
		}
	})
}

// version says how a real database differs from the frozen schema, in the tables
// that the baseline has (eccube.md §2).
type version struct {
	dump    string
	absent  []string // tables
	missing []string // columns
	changed []string
	added   []string
}

func versions() []version {
	since41 := []string{"dtb_calendar", "dtb_login_history", "mtb_login_history_status"}
	invoice := []string{"dtb_base_info.invoice_registration_number", "dtb_base_info.option_mail_notifier"}
	twoFactor := []string{"dtb_member.two_factor_auth_enabled", "dtb_member.two_factor_auth_key"}
	texts := []string{"dtb_product.description_detail", "dtb_product.description_list", "dtb_product.note", "dtb_product.search_word"}
	plugin := []string{"dtb_customer.paygent_card_stock"}
	for _, name := range strings.Fields(`paygent_code paygent_credit_subdata paygent_error paygent_kind paygent_payment_id paygent_payment_method
		paygent_payment_status payment_notice_id response_code response_detail response_result`) {
		plugin = append(plugin, "dtb_order."+name)
	}
	v40 := version{dump: "4.0", absent: append(since41, "dtb_tradelaw"), missing: append(invoice, twoFactor...), changed: texts}
	v40plugin := v40
	v40plugin.dump, v40plugin.added = "4.0-paygent1.4.1", plugin
	return []version{v40, v40plugin, {dump: "4.1", absent: []string{"dtb_tradelaw"}, missing: invoice, changed: texts}, {dump: "4.2"}, {dump: "4.3"}}
}

// checkVersion compares a loaded dump with the frozen schema: the real 4.2 is the
// same, and the other versions differ from it only as eccube.md §2 says.
func checkVersion(t *testing.T, db *database.DB, v version) {
	t.Helper()
	got := onlyTables(dbtest.Schema(t, db, "dtb_", "mtb_"), database.BaselineTables(db.Engine()))
	if *update && v.dump == "4.2" {
		if err := os.WriteFile(frozenFile(db.Engine()), []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old := db.Engine() == database.SQLite && strings.HasPrefix(v.dump, "4.0")
	want := comparable40(frozen(t, db.Engine()), old)
	if diff := cmp.Diff(v, compare(v.dump, want, comparable40(got, old)), cmp.AllowUnexported(version{})); diff != "" {
		t.Errorf("differences from the frozen schema (-as documented +found):\n%s", diff)
	}
}

// comparable40 leaves out what differs by the way a version writes the same thing:
// character sets before 4.2, quotes of defaults on SQLite before 4.1. On SQLite 4.0
// declares no foreign key, and so other indexes; only columns are compared.
func comparable40(lines []string, columnsOnly bool) []string {
	collation := regexp.MustCompile(` utf8mb\d_\w+`)
	quoted := regexp.MustCompile(`(BOOLEAN .*)default='(\d)'`)
	var out []string
	for _, line := range lines {
		if columnsOnly && !strings.Contains(line, " column ") {
			continue
		}
		out = append(out, quoted.ReplaceAllString(collation.ReplaceAllString(line, ""), "${1}default=$2"))
	}
	return out
}

// compare finds how two schemas differ. A difference that is not one of a column
// shows as its whole line among the changed.
func compare(dump string, want, got []string) version {
	v := version{dump: dump}
	mine, theirs := onlyIn(want, got), onlyIn(got, want)
	for _, line := range mine {
		table, _, _ := strings.Cut(line, " ")
		column, isColumn := columnOf(line)
		switch {
		case !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, table+" ") }):
			v.absent = append(v.absent, table)
		case !isColumn:
			v.changed = append(v.changed, line)
		case slices.ContainsFunc(theirs, func(l string) bool { c, ok := columnOf(l); return ok && c == column }):
			v.changed = append(v.changed, column)
		default:
			v.missing = append(v.missing, column)
		}
	}
	for _, line := range theirs {
		column, isColumn := columnOf(line)
		switch {
		case !isColumn:
			v.changed = append(v.changed, line)
		case !slices.Contains(v.changed, column):
			v.added = append(v.added, column)
		}
	}
	v.absent = slices.Compact(v.absent)
	slices.SortFunc(v.absent, func(a, b string) int { // as in versions: by release
		return strings.Compare(since(a)+a, since(b)+b)
	})
	return v
}

func since(table string) string {
	if table == "dtb_tradelaw" {
		return "4.2"
	}
	return "4.1"
}

// columnOf reads "table.column" from a line about a column.
func columnOf(line string) (string, bool) {
	words := strings.Fields(line)
	if len(words) < 3 || words[1] != "column" {
		return "", false
	}
	return words[0] + "." + words[2], true
}

func onlyTables(lines, tables []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool {
		table, _, _ := strings.Cut(line, " ")
		return !slices.Contains(tables, table)
	})
}

func onlyIn(these, those []string) []string {
	var lines []string
	for _, line := range these {
		if !slices.Contains(those, line) {
			lines = append(lines, line)
		}
	}
	return lines
}
