package payment

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
)

// walk is a payment on its way through the table, with its order.
type walk struct {
	scheme    Scheme
	phase     Phase
	end       End
	situation Situation
	order     order.Status
	before    *walk // as it was before the last step
	rule      Rule  // of the last step
}

func begin(s Scheme) *walk { return &walk{scheme: s, phase: Opening, order: order.Pending} }

// step takes one event, or a word that a change of the amount left in ペイジェント状況.
func (w *walk) step(t *testing.T, word string) *walk {
	t.Helper()
	next := *w
	next.before, next.rule = w, Rule{}
	if !slices.Contains(w.scheme.Events(), Event(word)) {
		next.situation = named(t, line{}, word, Situations())
		return &next
	}
	r, ok := RuleFor(Key{w.scheme, OrderPayment, StageOf(w.scheme.Method, w.phase, w.end), Event(word), w.order})
	if !ok || r.Effect == Contradict || r.Effect == Reverse {
		t.Fatalf("%v: %s at %+v: %+v", w.scheme, word, w, r)
	}
	next.rule, next.situation = r, r.Shows(w.situation)
	if r.Phase != "" {
		next.phase, next.end = r.Phase, r.End
	}
	if r.Order != 0 {
		next.order = r.Order
	}
	return &next
}

func (w *walk) steps(t *testing.T, words string) *walk {
	t.Helper()
	for _, word := range strings.Fields(words) {
		w = w.step(t, word)
	}
	return w
}

// schemes are those of a typed name: card/*, atm/link.
func schemesNamed(t *testing.T, l line, name string) []Scheme {
	t.Helper()
	method, system, _ := strings.Cut(name, "/")
	var found []Scheme
	for _, s := range Schemes() {
		if string(s.Method) == method && (system == "*" || string(s.System) == system) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		t.Fatalf("line %d: no scheme %q", l.number, name)
	}
	return found
}

// TestManualNotices is the manual's 2.3, row by row.
func TestManualNotices(t *testing.T) {
	t.Parallel()
	known, seen := divergences(t), map[Scheme][]Status{}
	for _, l := range readTyped(t, "manual_2_3.txt") {
		key := strings.Fields(l.parts[0])
		for _, s := range schemesNamed(t, l, key[0]) {
			status := Status(key[1])
			if status.NameFor(s.Method) != key[2] {
				t.Errorf("line %d: %s is called %s", l.number, status, status.NameFor(s.Method))
			}
			seen[s] = append(seen[s], status)
			compareNotice(t, l, s, key)
		}
		switch len(l.parts) {
		case 4:
		case 6:
			if !strings.Contains(known, l.parts[5]) {
				t.Errorf("line %d: docs/divergences.md does not say %q", l.number, l.parts[5])
			}
		default:
			t.Errorf("line %d: %d parts", l.number, len(l.parts))
		}
	}
	notOfTheManual := map[Method][]Status{Card: {RefundSent}, Conveni: {AuthCancelDone}, Carrier: {RefundSent}, Paidy: {RefundSent}}
	for _, s := range Schemes() {
		want := slices.DeleteFunc(s.Method.Statuses(), func(st Status) bool { return slices.Contains(notOfTheManual[s.Method], st) })
		if !slices.Equal(seen[s], want) {
			t.Errorf("%v: the manual has %v, the table %v", s, seen[s], want)
		}
	}
}

// compareNotice walks all ways of a row and compares where they end.
func compareNotice(t *testing.T, l line, s Scheme, key []string) {
	t.Helper()
	orders, situations := map[string]bool{}, map[string]bool{}
	for _, way := range strings.Split(l.parts[3], ";") {
		w := begin(s).steps(t, way)
		if words := strings.Fields(way); words[len(words)-1] != key[1] {
			t.Fatalf("line %d: %q does not end with %s", l.number, way, key[1])
		}
		orders[changed(l.parts[1], w.order.Name(), w.before.order.Name())] = true
		situations[changed(l.parts[2], shown(w.situation), shown(w.before.situation))] = true
		if slices.Contains(key, "※1") && w.rule.Hold != HoldRelease {
			t.Errorf("line %d: %v %s gives nothing back", l.number, s, way)
		}
		if slices.Contains(key, "※2") && (w.order != order.Pending || w.phase != AwaitingPayment) {
			t.Errorf("line %d: %v %s waits in %s, %s", l.number, s, way, w.order, w.phase)
		}
	}
	want := l.parts[1]
	if len(l.parts) == 6 {
		want = l.parts[4]
	}
	if !maps.Equal(orders, set(want)) {
		t.Errorf("line %d: %v: 対応状況 %v", l.number, s, orders)
	}
	if !maps.Equal(situations, set(l.parts[2])) {
		t.Errorf("line %d: %v: ペイジェント状況 %v", l.number, s, situations)
	}
}

// changed is the new value; "-" if the manual has "-" and nothing changed.
func changed(manual, now, before string) string {
	if manual == "-" && now == before {
		return "-"
	}
	return now
}

func shown(s Situation) string {
	if s == Untouched {
		return "(表示なし)"
	}
	return s.Name()
}

func set(alternatives string) map[string]bool {
	m := map[string]bool{}
	for _, a := range strings.Split(alternatives, "/") {
		m[a] = true
	}
	return m
}

// TestManualSituations is the manual's 2.2.1: ペイジェント状況 by 処理内容.
func TestManualSituations(t *testing.T) {
	t.Parallel()
	methods := []Method{Card, Carrier, Paidy}
	ways := map[string]string{ // to it, by our own operations
		"オーソリ": "20", "オーソリ取消": "20 cancel_ok", "売上": "20 capture_ok", "売上取消": "20 capture_ok cancel_ok",
	}
	buttons := map[string]Button{"オーソリ変更": AuthChangeButton, "売上変更": SaleChangeButton}
	lines := readTyped(t, "manual_2_2_1.txt")
	if len(lines) != 6 {
		t.Errorf("%d rows", len(lines))
	}
	for _, l := range lines {
		for i, want := range l.parts[1:] {
			m := methods[i]
			if way, ok := ways[l.parts[0]]; ok {
				if w := begin(Scheme{m, Module}).steps(t, way); shown(w.situation) != want {
					t.Errorf("%s of %s shows %s", l.parts[0], m, shown(w.situation))
				}
				continue
			}
			got := "."
			for _, at := range []Standing{{Method: m, Brand: Docomo, Phase: Authorised, Status: AuthOK}, {Method: m, Brand: Docomo, Phase: Captured, Status: Cleared}} {
				if at.Offers(buttons[l.parts[0]]) != "" {
					got = shown(m.Changed(at.Phase == Captured))
				}
			}
			if got != want {
				t.Errorf("%s of %s shows %s", l.parts[0], m, got)
			}
		}
	}
	// What the table says of 103 and of a partial 342 agrees.
	for scheme, way := range map[Scheme]string{{Carrier, Module}: "20 corrected_ok", {Paidy, Module}: "20 capture_ok corrected_ok"} {
		if w := begin(scheme).steps(t, way); w.situation != scheme.Method.Changed(w.phase == Captured) {
			t.Errorf("%v %s shows %s", scheme, way, shown(w.situation))
		}
	}
}

// TestManualCarriers is the manual's 2.2.2: when a carrier's payment can be worked on.
func TestManualCarriers(t *testing.T) {
	t.Parallel()
	columns := []struct {
		way    string // to the column
		status Status
		order  order.Status
	}{{"20", AuthOK, order.New}, {"20 21", AuthComplete, order.New}, {"20 40", Cleared, order.Paid}, {"20 40 44", ClearedComplete, order.Paid}}
	lines := readTyped(t, "manual_2_2_2.txt")
	if len(lines) != 9 {
		t.Errorf("%d rows", len(lines))
	}
	for _, l := range lines {
		brand, button := named(t, l, l.parts[0], Brands()), named(t, l, l.parts[1], Buttons())
		for i, want := range l.parts[2:] {
			c := columns[i]
			w := begin(Scheme{Carrier, Module}).steps(t, c.way)
			if w.order != c.order {
				t.Errorf("%s: the order is %s", c.way, w.order)
			}
			at := Standing{Method: Carrier, Brand: brand, Phase: w.phase, Status: c.status, Situation: w.situation}
			if got := at.Offers(button); (got != "") != (want == "○") {
				t.Errorf("line %d: %+v offers %s by %q", l.number, at, l.parts[1], got)
			}
		}
	}
}

// TestClearingOfDocomo is the footnote of the manual's 2.2.2.
func TestClearingOfDocomo(t *testing.T) {
	t.Parallel()
	jst := time.FixedZone("JST", 9*60*60)
	for cleared, want := range map[string]string{
		"2022-05-27 00:00:00": "2022-05-28 03:30:00",
		"2022-05-27 03:29:59": "2022-05-28 03:30:00",
		"2022-05-27 20:00:00": "2022-05-28 03:30:00",
		"2022-05-27 20:00:01": "2022-05-29 03:30:00",
		"2022-12-31 23:59:59": "2023-01-02 03:30:00",
	} {
		at, err := time.ParseInLocation(time.DateTime, cleared, jst)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := Docomo.CompletesAt(at.UTC())
		if !ok || got.In(jst).Format(time.DateTime) != want {
			t.Errorf("cleared at %s: %v", cleared, got)
		}
		for _, b := range []Brand{NoBrand, AU, SoftBank} {
			if _, ok := b.CompletesAt(at); ok {
				t.Errorf("%s completes", b)
			}
		}
	}
}
