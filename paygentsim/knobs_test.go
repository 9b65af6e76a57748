package paygentsim_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

// turn sets one knob through /control/faults, the way a tester would.
func (b *bundle) turn(knobs string) {
	b.t.Helper()
	if rec := b.control("POST", "/control/faults", `{"faults":{`+knobs+`}}`); rec.Code != http.StatusOK {
		b.t.Fatalf("%s: %d %s", knobs, rec.Code, rec.Body)
	}
}

// TestEveryKnob turns each knob of Faults fully up, alone, and sees what it does. A knob
// without a test of its own fails here.
func TestEveryKnob(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, string){
		"slow_ms": testSlowMillis, "late_ms": testLateMillis, "foreign": testForeign,
		"difference_lost": testDifference, "difference_purged": testDifference,
		"notice_late": testNotice, "notice_duplicate": testNotice, "notice_reordered": testNotice, "notice_lost": testNotice, "notice_bad_hash": testNotice,
	}
	for f := range faultTable() {
		tests[string(f)] = testTelegramKnob
	}
	kind := reflect.TypeFor[paygentsim.Faults]()
	for i := range kind.NumField() {
		name := kind.Field(i).Tag.Get("json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := tests[name]
			if test == nil {
				t.Fatal("this knob has no test")
			}
			test(t, name)
		})
	}
}

func testTelegramKnob(t *testing.T, name string) {
	want := faultTable()[paygentsim.Fault(name)]
	b := setup(t, paygentsim.Options{})
	order := b.order("1", good, nil)
	b.turn(`"` + name + `":1`)
	if got := outcome(b.try("020", order)); got != want.seen {
		t.Errorf("client saw %q, want %q", got, want.seen)
	}
	checkEffect(t, b, want.effect)
}

func testSlowMillis(t *testing.T, _ string) {
	var waited time.Duration
	b := setup(t, paygentsim.Options{Sleep: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
	b.turn(`"slow":1,"slow_ms":1500`)
	b.send("094", fields{"trading_id": "1"})
	if waited != 1500*time.Millisecond {
		t.Errorf("waited %v", waited)
	}
}

func testForeign(t *testing.T, _ string) {
	b := setup(t, paygentsim.Options{})
	b.turn(`"foreign":1`)
	b.send("094", fields{"trading_id": "1"})
	if all := b.sim.Payments(); len(all) != 1 || !strings.HasPrefix(all[0].TradingID, "other-") {
		t.Errorf("payments %+v", all)
	}
}

func testDifference(t *testing.T, name string) {
	b := setup(t, paygentsim.Options{})
	b.authorize("1", good, nil)
	b.authorize("2", good, nil)
	b.turn(`"` + name + `":1`)
	got, err := b.try("091", nil)
	if name == "difference_lost" && err == nil || name == "difference_purged" && (got["success_code"] != "2" || got["payment_notice_id"] != "2") {
		t.Errorf("%v, %v", got, err)
	}
}

// testNotice tells the shop of two payments under a knob, and again when late notices are due.
func testNotice(t *testing.T, name string) {
	want := map[string]struct{ soon, later string }{
		"notice_late":      {"", "1 2"},
		"notice_duplicate": {"1 2", "1 2 1 2"},
		"notice_reordered": {"", "1 2"}, // each waits for a later one, and none for ever
		"notice_lost":      {"", ""},
		"notice_bad_hash":  {"1 2", "1 2"},
	}[name]
	b := setup(t, paygentsim.Options{})
	b.turn(`"` + name + `":1`)
	b.authorize("1", good, nil)
	b.authorize("2", good, nil)
	b.drain()
	if got := strings.Join(b.shop.ids(), " "); got != want.soon {
		t.Errorf("at once %q, want %q", got, want.soon)
	}
	b.clock.advance(2 * time.Hour)
	b.drain()
	if got := strings.Join(b.shop.ids(), " "); got != want.later {
		t.Errorf("two hours later %q, want %q", got, want.later)
	}
	for _, f := range b.shop.forms {
		right := hashOf(f.Get("payment_notice_id"), f.Get("payment_id"), f.Get("trading_id"), f.Get("payment_type"), f.Get("payment_amount"), "NOTICEKEY0000001")
		if (f.Get("hc") == right) == (name == "notice_bad_hash") {
			t.Errorf("hc %s of notice %s", f.Get("hc"), f.Get("payment_notice_id"))
		}
	}
}

func testLateMillis(t *testing.T, _ string) {
	b := setup(t, paygentsim.Options{})
	b.turn(`"notice_late":1,"late_ms":60000`)
	b.authorize("1", good, nil)
	b.clock.advance(time.Minute - time.Second)
	b.drain()
	early := len(b.shop.ids())
	b.clock.advance(time.Second)
	b.drain()
	if early != 0 || len(b.shop.ids()) != 1 {
		t.Errorf("%d before its time, %d at it", early, len(b.shop.ids()))
	}
}

// TestWhatProfilesBite runs the same shop under each profile: off leaves all as it is, default
// never loses anything, hostile strikes with every fault but the two whose
// traces nothing can find afterwards (difference_purged, foreign).
func TestWhatProfilesBite(t *testing.T) {
	t.Parallel()
	struck := func(profile paygentsim.Profile) map[string]int {
		b := setup(t, paygentsim.Options{Seed: 3, Faults: profile})
		for i := range 600 {
			_, _ = b.try("020", b.order(fmt.Sprint(i), good, nil)) // faults are what is counted
			_, _ = b.try("091", nil)
		}
		out := map[string]int{}
		for _, r := range b.sim.Requests() {
			out[string(r.Fault)]++
		}
		for _, n := range b.sim.Notices() {
			out["notice_"+string(n.Fault)]++
		}
		delete(out, "")
		delete(out, "notice_")
		return out
	}
	names := func(m map[string]int) map[string]bool {
		out := map[string]bool{}
		for name := range m {
			out[name] = true
		}
		return out
	}
	if got := struck(paygentsim.FaultsOff); len(got) != 0 {
		t.Errorf("off: %v", got)
	}
	if diff := cmp.Diff(map[string]bool{"slow": true, "notice_duplicate": true, "notice_late": true}, names(struck(paygentsim.FaultsDefault))); diff != "" {
		t.Errorf("default (-want +got):\n%s", diff)
	}
	hostile := struck(paygentsim.FaultsHostile)
	want := map[string]bool{"difference_lost": true, "notice_late": true, "notice_duplicate": true, "notice_reordered": true,
		"notice_lost": true, "notice_bad_hash": true}
	for f := range faultTable() {
		want[string(f)] = true
	}
	if diff := cmp.Diff(want, names(hostile)); diff != "" {
		t.Errorf("hostile (-want +got):\n%s\n%v", diff, hostile)
	}
}
