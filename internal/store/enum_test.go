package store_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestChecksListWhatGoLists compares every CHECK list of the migration with the
// Go list behind it, on each engine.
func TestChecksListWhatGoLists(t *testing.T) {
	t.Parallel()
	environments := words([]payment.Environment{payment.Simulator, payment.Test, payment.Production})
	flags := []string{"0", "1"}
	want := map[string][]string{
		"ledger_last_status":         numbers(order.Statuses()),
		"payment_environment":        environments,
		"payment_method":             words(append(payment.Methods(), payment.None)),
		"payment_system_type":        words([]payment.System{payment.Module, payment.Link}),
		"payment_brand":              words(payment.Brands()),
		"payment_three_ds":           words(ledger.ThreeDSVersions()),
		"payment_protected":          flags,
		"payment_phase":              words(payment.Phases()),
		"payment_end_reason":         words(payment.Ends()),
		"payment_situation":          words(payment.Situations()),
		"payment_reverse_due":        flags,
		"payment_adopted":            flags,
		"payment_id_environment":     environments,
		"operation_kind":             words(payment.Kinds()),
		"operation_state":            words(payment.States()),
		"operation_environment":      environments,
		"operation_refused":          flags,
		"hold_state":                 words(ledger.HoldStates()),
		"event_kind":                 words(ledger.EventKinds()),
		"alert_kind":                 words(ledger.AlertKinds()),
		"outbox_kind":                words(ledger.MailKinds()),
		"card_environment":           environments,
		"missing_notice_environment": environments,
		"missing_notice_found":       flags,
		"notice_environment":         environments,
		"notice_state":               words(ledger.NoticeStates()),
		"notice_reason":              words(ledger.ParkReasons()),
	}
	for _, engine := range []string{"sqlite", "mysql", "postgres"} {
		got := checks(t, engine)
		for name, list := range want {
			slices.Sort(list)
			if !slices.Equal(got[name], list) {
				t.Errorf("%s: plg_kessai_%s lists %q, Go %q", engine, name, got[name], list)
			}
			delete(got, name)
		}
		for name := range got {
			t.Errorf("%s: nothing is compared with plg_kessai_%s", engine, name)
		}
	}
}

// checks reads the lists "CHECK (column IN (…))" of a migration, sorted.
func checks(t *testing.T, engine string) map[string][]string {
	t.Helper()
	ddl, err := os.ReadFile("../database/migrations/" + engine + "/00002_ledger.sql")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, m := range regexp.MustCompile(`CONSTRAINT plg_kessai_(\w+) CHECK \(\w+ IN \(([^()]*)\)\)`).FindAllStringSubmatch(string(ddl), -1) {
		for word := range strings.SplitSeq(m[2], ", ") {
			out[m[1]] = append(out[m[1]], strings.Trim(word, "'"))
		}
		slices.Sort(out[m[1]])
	}
	return out
}

func words[S ~string](list []S) (out []string) {
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

func numbers[I ~int16](list []I) (out []string) {
	for _, n := range list {
		out = append(out, fmt.Sprintf("%d", int16(n)))
	}
	return out
}
