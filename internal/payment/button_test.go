package payment

import (
	"slices"
	"strings"
	"testing"
)

// anyOf reads a list of values: "*" all, "none" the empty one.
func anyOf[T ~string](t *testing.T, l line, text string, all []T) []T {
	t.Helper()
	if text == "*" {
		return all
	}
	var out []T
	for _, s := range strings.Split(text, ",") {
		if s == "none" {
			s = ""
		}
		if !slices.Contains(all, T(s)) {
			t.Fatalf("line %d: %q is none of %v", l.number, s, all)
		}
		out = append(out, T(s))
	}
	return out
}

// situationsOf reads "*", a word, or "not" a word.
func situationsOf(t *testing.T, l line, text string) []Situation {
	t.Helper()
	word, not := strings.CutPrefix(text, "not ")
	switch {
	case text == "*":
		return Situations()
	case not:
		but := named(t, l, word, Situations())
		return slices.DeleteFunc(Situations(), func(s Situation) bool { return s == but })
	}
	return []Situation{named(t, l, word, Situations())}
}

func brandsOf(m Method) []Brand {
	if m == Carrier {
		return Brands()
	}
	return []Brand{NoBrand}
}

// statusesOf are the statuses a payment can stand at, with none told yet.
func statusesOf(m Method) []Status { return append([]Status{NoStatus}, m.Statuses()...) }

// TestOffersAsTyped compares the buttons of every standing with testdata/offers.txt.
func TestOffersAsTyped(t *testing.T) {
	t.Parallel()
	seen := map[Standing]bool{}
	for _, l := range readTyped(t, "offers.txt") {
		key := strings.Fields(l.parts[0])
		m := listed(t, l, key[0], Methods())[0]
		for _, brand := range anyOf(t, l, key[1], brandsOf(m)) {
			for _, phase := range anyOf(t, l, l.parts[1], Phases()) {
				for _, status := range anyOf(t, l, l.parts[2], statusesOf(m)) {
					for _, situation := range situationsOf(t, l, l.parts[3]) {
						at := Standing{m, brand, phase, status, situation}
						if seen[at] {
							t.Errorf("line %d: typed twice: %+v", l.number, at)
						}
						seen[at] = true
						compareOffers(t, l, at)
					}
				}
			}
		}
	}
	for _, m := range Methods() {
		for _, brand := range brandsOf(m) {
			for _, phase := range Phases() {
				for _, status := range statusesOf(m) {
					for _, situation := range Situations() {
						if at := (Standing{m, brand, phase, status, situation}); !seen[at] {
							t.Errorf("nobody typed %+v", at)
						}
					}
				}
			}
		}
	}
}

func compareOffers(t *testing.T, l line, at Standing) {
	t.Helper()
	for i, b := range Buttons() {
		want := Kind(l.parts[4+i])
		if want == "-" {
			want = ""
		}
		if got := at.Offers(b); got != want {
			t.Errorf("line %d: %+v: %s is %q, not %q", l.number, at, b.Name(), got, want)
		}
	}
}

// TestOffersAreInTheTable: what a button does is an operation that the table takes at
// that standing.
func TestOffersAreInTheTable(t *testing.T) {
	t.Parallel()
	done := map[Kind]Event{
		Capture: CaptureOK, CaptureCarrier: CaptureOK, CapturePaidy: CaptureOK, CorrectCarrier: CorrectedOK,
		CancelAuthorization: CancelOK, CancelCapture: CancelOK, CancelCarrier: CancelOK, CancelPaidy: CancelOK, RefundPaidy: CancelOK,
	}
	for _, s := range Schemes() {
		for _, brand := range brandsOf(s.Method) {
			for _, phase := range []Phase{Authorised, Captured} {
				for _, status := range statusesOf(s.Method) {
					for _, b := range Buttons() {
						ev, ok := done[Standing{s.Method, brand, phase, status, Untouched}.Offers(b)]
						if !ok {
							continue
						}
						if r, _ := RuleFor(Key{s, OrderPayment, StageOf(s.Method, phase, NotEnded), ev, 1}); r.Effect != Apply {
							t.Errorf("%v %s at %s %s: %+v", s, b.Name(), phase, status, r)
						}
					}
				}
			}
		}
	}
}

func TestButtonNames(t *testing.T) {
	t.Parallel()
	var names []string
	for _, b := range Buttons() {
		names = append(names, b.Name())
	}
	if !slices.Equal(names, []string{"売上", "取消", "オーソリ変更", "売上変更"}) || Button("other").Name() != "other" {
		t.Error(names)
	}
}
