package payment

import (
	"slices"
	"testing"
)

// TestSchemes: every way to pay has the class that EC-CUBE's dtb_payment names (admin.md §1.3).
func TestSchemes(t *testing.T) {
	t.Parallel()
	want := map[Scheme]string{
		{Card, Module}: `Plugin\PaygentPayment\Service\Method\Module\Credit`, {Card, Link}: `Plugin\PaygentPayment\Service\Method\Credit`,
		{Conveni, Module}: `Plugin\PaygentPayment\Service\Method\Module\Conveni`, {Conveni, Link}: `Plugin\PaygentPayment\Service\Method\Conveni`,
		{ATM, Module}: `Plugin\PaygentPayment\Service\Method\Module\Atm`, {ATM, Link}: `Plugin\PaygentPayment\Service\Method\Atm`,
		{Bank, Module}: `Plugin\PaygentPayment\Service\Method\Module\Bank`, {Bank, Link}: `Plugin\PaygentPayment\Service\Method\Bank`,
		{Carrier, Module}: `Plugin\PaygentPayment\Service\Method\Module\Career`, {Carrier, Link}: `Plugin\PaygentPayment\Service\Method\Career`,
		{Paidy, Module}: `Plugin\PaygentPayment\Service\Method\Module\Paidy`,
	}
	if len(Schemes()) != len(want) {
		t.Error(Schemes())
	}
	for _, s := range Schemes() {
		if s.Class() != want[s] || s.Class() == "" {
			t.Errorf("%v: %q", s, s.Class())
		}
		if back, ok := SchemeOf(s.Class()); !ok || back != s {
			t.Errorf("%s is %v", s.Class(), back)
		}
	}
	for _, s := range []Scheme{{Paidy, Link}, {None, Module}, {None, Link}} {
		if s.Class() != "" {
			t.Errorf("%v: %q", s, s.Class())
		}
	}
	for _, class := range []string{"", `Eccube\Service\Payment\Method\Cash`} {
		if s, ok := SchemeOf(class); ok {
			t.Errorf("%q is %v", class, s)
		}
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for m, want := range map[Method]string{ATM: "01", Card: "02", Conveni: "03", Bank: "05", Carrier: "06", Paidy: "22", None: ""} {
		if m.Type() != want {
			t.Errorf("%s: %q", m, m.Type())
		}
	}
}

func TestBrands(t *testing.T) {
	t.Parallel()
	for b, want := range map[Brand][2]string{
		Docomo: {"5", "d払い"}, AU: {"4", "auかんたん決済"}, SoftBank: {"6", "ソフトバンクまとめて支払い・ワイモバイルまとめて支払い"}, NoBrand: {"", ""},
	} {
		if b.CareerType() != want[0] || b.Name() != want[1] || BrandOf(want[0]) != b {
			t.Errorf("%s: %q %q %q", b, b.CareerType(), b.Name(), BrandOf(want[0]))
		}
	}
	for _, old := range []string{"1", "2", "3", "7"} {
		if BrandOf(old) != NoBrand {
			t.Errorf("%s is %s", old, BrandOf(old))
		}
	}
}

// TestStages: the stages of each scheme, and the stage of each phase and end.
func TestStages(t *testing.T) {
	t.Parallel()
	withNumber := []Stage{"opening", "issued", "captured", "lapsed", "finished"}
	withBoth := []Stage{"opening", "waiting", "issued", "captured", "lapsed", "finished"}
	bank := []Stage{"opening", "waiting", "captured", "lapsed", "finished"}
	authorised := []Stage{"opening", "waiting", "authorised", "captured", "lapsed", "finished"}
	for s, want := range map[Scheme][]Stage{
		{Conveni, Module}: withNumber, {ATM, Module}: withNumber, {Conveni, Link}: withBoth, {ATM, Link}: withBoth,
		{Bank, Module}: bank, {Bank, Link}: bank, {Card, Module}: authorised, {Card, Link}: authorised,
		{Carrier, Module}: authorised, {Carrier, Link}: authorised, {Paidy, Module}: authorised,
	} {
		if !slices.Equal(s.Stages(), want) {
			t.Errorf("%v: %v", s, s.Stages())
		}
	}
	for phase, want := range map[Phase]Stage{
		Opening: "opening", Unknown: "opening", AwaitingBuyer: "waiting", AwaitingPayment: "issued", Authorised: "authorised", Captured: "captured",
	} {
		for _, m := range Methods() {
			if got := StageOf(m, phase, NotEnded); got != want {
				t.Errorf("%s %s: %s", m, phase, got)
			}
		}
	}
	lapsed := []End{Declined, NeverSent, NotHappened, Unreachable, Superseded, GivenUp, Unused}
	for _, m := range Methods() {
		for _, end := range Ends()[1:] {
			want := StageFinished
			// What nobody paid in time was never alive (12); an authorisation that expired was (33).
			if slices.Contains(lapsed, end) || end == Expired && (m == Conveni || m == ATM) {
				want = StageLapsed
			}
			if got := StageOf(m, Ended, end); got != want {
				t.Errorf("%s %s: %s", m, end, got)
			}
		}
	}
}

// TestWhatIsLeft can still be paid: it ended for the order alone, and is watched to its limit.
func TestWhatIsLeft(t *testing.T) {
	t.Parallel()
	left := map[End]bool{Superseded: true, GivenUp: true, Unreachable: true}
	for _, e := range Ends() {
		if e.Left() != left[e] {
			t.Errorf("%s is left: %t", e, e.Left())
		}
	}
}
