package payment

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"kessai/internal/order"
)

// columns are the order statuses in the order of the typed table.
var columns = []order.Status{order.New, order.Canceled, order.InProgress, order.Delivered, order.Paid, order.Pending, order.Processing, order.Returned}

// typed is one line of testdata/card_module.txt.
type typed struct {
	line            int
	stage           Stage
	event           Event
	phase, end      string
	situation, hold string
	orders          []string
}

func readTyped(t *testing.T) []typed {
	t.Helper()
	f, err := os.Open("testdata/card_module.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var rows []typed
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		parts := strings.Split(text, "|")
		if len(parts) != 5 {
			t.Fatalf("line %d: %d parts", n, len(parts))
		}
		key, change := strings.Fields(parts[0]), strings.Fields(parts[1])
		r := typed{line: n, stage: Stage(key[0]), event: Event(key[1]), situation: strings.TrimSpace(parts[2]), hold: strings.TrimSpace(parts[3]), orders: strings.Fields(parts[4])}
		r.phase = change[0]
		if len(change) > 1 && change[1] != "-" {
			r.end = change[1]
		}
		if len(r.orders) != len(columns) {
			t.Fatalf("line %d: %d order statuses", n, len(r.orders))
		}
		rows = append(rows, r)
	}
	return rows
}

// TestCardTableAsTyped compares every cell of the order's payment with the table
// typed by hand, and finds the cells nobody typed.
func TestCardTableAsTyped(t *testing.T) {
	t.Parallel()
	seen := map[Key]bool{}
	for _, row := range readTyped(t) {
		for i, want := range row.orders {
			k := Key{OrderPayment, row.stage, row.event, columns[i]}
			if seen[k] {
				t.Errorf("line %d: typed twice: %v", row.line, k)
			}
			seen[k] = true
			got, ok := CardModule(k)
			if !ok {
				t.Errorf("line %d: no rule for %v", row.line, k)
				continue
			}
			compare(t, row, k, got, want)
		}
	}
	for _, st := range CardStages() {
		for _, ev := range CardEvents() {
			for _, os := range order.Statuses() {
				if k := (Key{OrderPayment, st, ev, os}); !seen[k] {
					t.Errorf("nobody typed %v", k)
				}
			}
		}
	}
}

func compare(t *testing.T, row typed, k Key, got Rule, want string) {
	t.Helper()
	fail := func(what string, have any) {
		t.Errorf("line %d: %s %s, order %d: %s is %v (%+v)", row.line, k.Stage, k.Event, k.Order, what, have, got)
	}
	switch want {
	case "X":
		if got.Effect != Contradict || got.Alert != Contradiction {
			fail("effect", got.Effect)
		}
		return
	case "R":
		if got.Effect != Reverse || got.Order != 0 || got.Hold != HoldKeep {
			fail("effect", got.Effect)
		}
		return
	case "!":
		if got.Alert == NoAlert || got.Order != 0 {
			fail("alert", got.Alert)
		}
	case "=":
		if got.Order != 0 || got.Alert != NoAlert {
			fail("order", got.Order)
		}
	default:
		n, err := strconv.Atoi(want)
		if err != nil {
			t.Fatal(err)
		}
		if got.Order != order.Status(n) || got.Alert != NoAlert {
			fail("order", got.Order)
		}
	}
	if row.phase == "=" {
		if got.Phase != "" || got.Hold != HoldKeep || got.Situation != Untouched || (got.Effect != Note && got.Effect != Replay) {
			fail("change", got.Effect)
		}
		return
	}
	if string(got.Phase) != row.phase || string(got.End) != row.end {
		fail("phase", got.Phase)
	}
	if row.situation != "=" && string(got.Situation) != row.situation || row.situation == "=" && got.Situation != Untouched {
		fail("situation", got.Situation)
	}
	compareHold(row, k, got, fail)
}

// compareHold: goods that are not here are never given back (money.md §7), and what
// newly stands for an order in 7 or 8 is committed.
func compareHold(row typed, k Key, got Rule, fail func(string, any)) {
	want := HoldEffect(row.hold)
	if row.hold == "=" {
		want = HoldKeep
	}
	away := k.Order == order.Delivered || k.Order == order.Returned
	if want == HoldRelease && away && row.endsAtCentre() {
		want = HoldKeep
	}
	newly := (k.Order == order.Pending || k.Order == order.Processing) && got.Phase == Captured && got.Order == order.Paid
	if newly {
		want = HoldCommit
	}
	if got.Hold != want {
		fail("hold", got.Hold)
	}
}

// endsAtCentre reports whether the row is about a payment that ended at the centre.
func (r typed) endsAtCentre() bool {
	switch End(r.end) {
	case Canceled, Expired, Refunded:
		return true
	}
	return false
}

// TestOtherPaymentsMoveNothing: a payment that is not the order's never moves the
// order or its hold, and never stays authorised.
func TestOtherPaymentsMoveNothing(t *testing.T) {
	t.Parallel()
	for _, st := range CardStages() {
		for _, ev := range CardEvents() {
			for _, os := range order.Statuses() {
				k := Key{OtherPayment, st, ev, os}
				r, ok := CardModule(k)
				switch {
				case !ok:
					t.Errorf("no rule for %v", k)
				case r.Order != 0 || r.Hold != HoldKeep || r.PaymentDate || r.Placed:
					t.Errorf("%v moves the order: %+v", k, r)
				case r.Phase == Authorised && r.Effect != Reverse:
					t.Errorf("%v stays authorised: %+v", k, r)
				case r.Phase == Captured && r.Effect == Apply && r.Alert == NoAlert && ev != CaptureOK:
					t.Errorf("%v takes money silently: %+v", k, r)
				}
			}
		}
	}
}

// TestMovesAreLawful: what the table does to an order is among the moves payment
// code may make.
func TestMovesAreLawful(t *testing.T) {
	t.Parallel()
	for k, r := range cardModule() {
		if r.Order != 0 && r.Order != k.Order && !order.PaymentMayMove(k.Order, r.Order) {
			t.Errorf("%v moves %d to %d, which no payment may", k, k.Order, r.Order)
		}
		if (k.Order == order.Delivered || k.Order == order.Returned) && r.Hold == HoldRelease && r.End != Declined && r.End != NeverSent && r.End != NotHappened && r.End != Unreachable && r.End != GivenUp {
			t.Errorf("%v gives back goods that are not here", k)
		}
	}
}
