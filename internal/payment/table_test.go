package payment

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kessai/internal/order"
)

// expectedFile is where the cells of a scheme are typed; what is the same for both
// system types is typed once.
func expectedFile(s Scheme) string {
	if s.Method == Conveni || s.Method == ATM {
		return string(s.Method) + "_" + string(s.System) + ".txt"
	}
	return string(s.Method) + ".txt"
}

// expected is one line of a scheme's file.
type expected struct {
	line
	stages []Stage
	events []Event
	orders []string // what becomes of the order from each of columns
}

func (e expected) phase() (Phase, End) {
	phase, end, _ := strings.Cut(e.parts[1], " ")
	if phase == "stays" {
		return "", End(end)
	}
	return Phase(phase), End(end)
}

// situation is the manual's word, or two of them of which the second stays.
func (e expected) situation(t *testing.T) (shown, unless Situation) {
	t.Helper()
	if e.parts[2] == "=" {
		return Untouched, Untouched
	}
	first, second, two := strings.Cut(e.parts[2], "/")
	if two {
		unless = named(t, e.line, second, Situations())
	}
	return named(t, e.line, first, Situations()), unless
}

// hold is what happens to the stock of an order with this status.
func (e expected) hold(os order.Status) HoldEffect {
	for _, word := range strings.Fields(e.parts[3]) {
		if effect, statuses, ok := strings.Cut(word, "@"); ok && strings.Contains(statuses, strconv.Itoa(int(os))) {
			return HoldEffect(effect)
		}
	}
	return HoldKeep
}

func (e expected) dated() bool { return slices.Contains(strings.Fields(e.parts[3]), "date") }

func readExpected(t *testing.T, s Scheme) []expected {
	t.Helper()
	var all []expected
	for _, l := range readTyped(t, expectedFile(s)) {
		key := strings.Fields(l.parts[0])
		if len(key) != 2 || len(l.parts) != 2 && len(l.parts) != 5 {
			t.Fatalf("line %d cannot be read: %q", l.number, l.parts)
		}
		e := expected{line: l, stages: listed(t, l, key[0], s.Stages()), events: listed(t, l, key[1], s.Events())}
		if len(l.parts) == 5 {
			e.orders = strings.Fields(l.parts[4])
			if len(e.orders) != len(columns) {
				t.Fatalf("line %d: %d order statuses", l.number, len(e.orders))
			}
		}
		all = append(all, e)
	}
	return all
}

// TestOrderTableAsTyped compares every cell of the order's payment with the tables typed
// from the manual, and finds the cells nobody typed.
func TestOrderTableAsTyped(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		t.Run(string(s.Method)+" "+string(s.System), func(t *testing.T) {
			t.Parallel()
			seen := map[Key]bool{}
			for _, e := range readExpected(t, s) {
				for _, st := range e.stages {
					for _, ev := range e.events {
						for i := range columns {
							k := Key{s, OrderPayment, st, ev, columns[i]}
							if seen[k] {
								t.Errorf("line %d: typed twice: %v", e.number, k)
							}
							seen[k] = true
							compareCell(t, e, k, i)
						}
					}
				}
			}
			for k := range cells(s, OrderPayment) {
				if !seen[k] {
					t.Errorf("nobody typed %v", k)
				}
			}
		})
	}
}

// cells yields every key of a scheme and role.
func cells(s Scheme, role Role) func(yield func(Key) bool) {
	return func(yield func(Key) bool) {
		for _, st := range s.Stages() {
			for _, ev := range s.Events() {
				for _, os := range order.Statuses() {
					if !yield(Key{s, role, st, ev, os}) {
						return
					}
				}
			}
		}
	}
}

func compareCell(t *testing.T, e expected, k Key, column int) {
	t.Helper()
	got, ok := RuleFor(k)
	if !ok {
		t.Errorf("line %d: no rule for %v", e.number, k)
		return
	}
	if want := wantedRule(t, e, k, column); got != want {
		t.Errorf("line %d: %s %s, order %d:\n got %+v\nwant %+v", e.number, k.Stage, k.Event, k.Order, got, want)
	}
}

// wantedRule is the rule that a line describes for one order status.
func wantedRule(t *testing.T, e expected, k Key, column int) Rule {
	t.Helper()
	switch e.parts[1] {
	case "note":
		return Rule{Effect: Note}
	case "replay":
		return Rule{Effect: Replay}
	case "contradiction":
		return Rule{Effect: Contradict, Alert: Contradiction}
	}
	want := Rule{Effect: Apply, Hold: e.hold(k.Order), PaymentDate: e.dated()}
	want.Phase, want.End = e.phase()
	want.Situation, want.Unless = e.situation(t)
	switch becomes := e.orders[column]; becomes {
	case "=":
	case "R":
		return Rule{Effect: Reverse, Phase: want.Phase}
	case "p!":
		want.Alert, want.PaymentDate = PaidCanceled, false
	case "s!":
		want.Alert = ShippedUnpaid
	default:
		n, err := strconv.Atoi(becomes)
		if err != nil {
			t.Fatalf("line %d: %v", e.number, err)
		}
		want.Order = order.Status(n)
	}
	submitted := k.Order == order.Pending || k.Order == order.Processing
	want.Placed = submitted && (want.Order == order.New || want.Order == order.Paid)
	return want
}

// TestDivergencesAreListed: every divergence that a typed table names is a line of
// docs/divergences.md.
func TestDivergencesAreListed(t *testing.T) {
	t.Parallel()
	listed := divergences(t)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range strings.Split(string(b), "\n") {
			if _, quoted, ok := strings.Cut(text, "# divergence: "); ok && !strings.Contains(listed, quoted) {
				t.Errorf("%s:%d: docs/divergences.md does not say %q", name, i+1, quoted)
			}
		}
	}
}

// TestEveryCellHasARule: whatever a payment is to its order.
func TestEveryCellHasARule(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for _, role := range Roles() {
			for k := range cells(s, role) {
				if _, ok := RuleFor(k); !ok {
					t.Errorf("no rule for %v", k)
				}
			}
		}
	}
}

// TestApartFromTheOrder: a payment that is not the order's never moves the order or its
// hold; beyond that it goes the way it would go as the order's.
func TestApartFromTheOrder(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for _, role := range []Role{SagaPayment, OtherPayment} {
			for k := range cells(s, role) {
				r, _ := RuleFor(k)
				if r.Order != 0 || r.Hold != HoldKeep || r.PaymentDate || r.Placed {
					t.Errorf("%v moves the order: %+v", k, r)
				}
				own := k
				own.Role, own.Order = OrderPayment, order.New
				like, _ := RuleFor(own)
				if like.Effect == Contradict && r != like {
					t.Errorf("%v takes what cannot be: %+v", k, r)
				}
				if r.Effect != Reverse && (r.Effect != like.Effect || r.Phase != like.Phase || r.End != like.End || r.Situation != like.Situation) {
					t.Errorf("%v goes its own way: %+v, as the order's %+v", k, r, like)
				}
			}
		}
	}
}

// TestSagaJudgesAlone: the table raises nothing for a saga's payments but contradictions
// (money.md §8).
func TestSagaJudgesAlone(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for k := range cells(s, SagaPayment) {
			if r, _ := RuleFor(k); (r.Alert != NoAlert) != (r.Effect == Contradict) || r.Effect == Reverse {
				t.Errorf("%v: %+v", k, r)
			}
		}
	}
}

// TestOtherPaymentsStayNowhere: one that is not the order's never stays authorised and
// never takes money silently (money.md §6, whose payment).
func TestOtherPaymentsStayNowhere(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for k := range cells(s, OtherPayment) {
			r, _ := RuleFor(k)
			over := k.Order == order.Canceled || k.Order == order.Returned
			switch {
			case r.Phase == Authorised && r.Effect != Reverse:
				t.Errorf("%v stays authorised: %+v", k, r)
			case Status(k.Event).Authorises() && r.Effect != Reverse && r.Effect != Contradict:
				t.Errorf("%v is told to be authorised, and stays: %+v", k, r)
			case r.Phase == Captured && over && r.Alert != PaidCanceled, r.Phase == Captured && !over && r.Alert != DoublePayment:
				t.Errorf("%v takes money silently: %+v", k, r)
			case Status(k.Event).Pays() && r.Alert == NoAlert:
				t.Errorf("%v is told to be paid, silently: %+v", k, r)
			}
		}
	}
}

// TestMovesAreLawful: what the table does to an order is among the moves payment code may
// make, and goods that are not here are never given back (money.md §7).
func TestMovesAreLawful(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for k := range cells(s, OrderPayment) {
			r, _ := RuleFor(k)
			if r.Order != 0 && !order.PaymentMayMove(k.Order, r.Order) {
				t.Errorf("%v moves %d to %d, which no payment may", k, k.Order, r.Order)
			}
			after := k.Order
			if r.Order != 0 {
				after = r.Order
			}
			if r.Hold == HoldRelease && (after == order.Delivered || after == order.Returned || after.CountsAsPurchase()) {
				t.Errorf("%v: the goods are not here, or the order stands without them: %+v", k, r)
			}
			if r.Hold == HoldCommit && !after.CountsAsPurchase() {
				t.Errorf("%v: goods for an order that does not stand: %+v", k, r)
			}
		}
	}
}

// TestNothingMovesTwice: after an event, the same event again moves no order and no goods.
func TestNothingMovesTwice(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for k := range cells(s, OrderPayment) {
			r, _ := RuleFor(k)
			if r.Effect != Apply || r.Phase == "" {
				continue
			}
			again := k
			again.Stage = StageOf(s.Method, r.Phase, r.End)
			if r.Order != 0 {
				again.Order = r.Order
			}
			second, _ := RuleFor(again)
			if second.Order != 0 || second.Hold != HoldKeep || second.Placed || second.Effect == Contradict {
				t.Errorf("%v, then again as %v: %+v", k, again, second)
			}
		}
	}
}

func TestForeignKeysHaveNoRule(t *testing.T) {
	t.Parallel()
	card := Scheme{Card, Module}
	for name, k := range map[string]Key{
		"a status the method does not have": {card, OrderPayment, StageAuthorised, Told(EarlyReport), order.New},
		"a stage the method does not have":  {card, OrderPayment, StageIssued, Told(AuthOK), order.New},
		"a scheme that is not":              {Scheme{Paidy, Link}, OrderPayment, StageOpening, Told(AuthOK), order.Pending},
		"no such role":                      {card, "", StageOpening, Told(AuthOK), order.Pending},
		"no such order status":              {card, OrderPayment, StageOpening, Told(AuthOK), 2},
	} {
		if r, ok := RuleFor(k); ok {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
