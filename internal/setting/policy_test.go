package setting_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/setting"
)

func policy(t *testing.T, change func(*setting.Values)) ledger.Policy {
	t.Helper()
	v := setting.Defaults()
	change(&v)
	p, err := setting.Policy(setting.Snapshot{Version: 3, Values: v})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPolicyThreeDS: the version of a card's 3-D Secure; without cards there is none.
func TestPolicyThreeDS(t *testing.T) {
	t.Parallel()
	for version, want := range map[setting.ThreeD]ledger.ThreeDS{
		setting.NoThreeD: ledger.NoThreeDS, setting.ThreeD1: ledger.ThreeDS1, setting.ThreeD2: ledger.ThreeDS2, "": ledger.NoThreeDS,
	} {
		p := policy(t, func(v *setting.Values) { v.Methods, v.Card.ThreeD = []setting.Method{setting.MethodCard}, version })
		if p.ThreeDS != want || p.Attempts != ledger.AcceptAttempts {
			t.Errorf("%s: %q, %q", version, p.ThreeDS, p.Attempts)
		}
	}
	if p := policy(t, func(v *setting.Values) { v.Card.ThreeD = setting.ThreeD2 }); p.ThreeDS != ledger.NoThreeDS {
		t.Errorf("%q", p.ThreeDS)
	}
}

// TestPolicyTerms: days that the centre counts end with their last second, so that a
// limit is never told too early.
func TestPolicyTerms(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	got := policy(t, func(v *setting.Values) {
		v.Conveni.LimitDays, v.ATM.LimitDays, v.Bank.PaymentTerm, v.Link.PaymentTerm = 15, 0, 99, 60
	}).Terms
	want := map[payment.Scheme]time.Duration{
		{Method: payment.Conveni, System: payment.Module}: 16 * day, {Method: payment.ATM, System: payment.Module}: day, {Method: payment.Bank, System: payment.Module}: 99 * day,
		{Method: payment.Card, System: payment.Link}: 61 * day, {Method: payment.Conveni, System: payment.Link}: 61 * day, {Method: payment.ATM, System: payment.Link}: 61 * day,
		{Method: payment.Bank, System: payment.Link}: 61 * day, {Method: payment.Carrier, System: payment.Link}: 61 * day,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPolicyBrands: the carriers offered, in the page's order.
func TestPolicyBrands(t *testing.T) {
	t.Parallel()
	kinds := []setting.CarrierKind{setting.SoftBank, setting.Docomo, setting.AU}
	p := policy(t, func(v *setting.Values) { v.Methods, v.Carrier.Kinds = []setting.Method{setting.MethodCarrier}, kinds })
	if diff := cmp.Diff([]payment.Brand{payment.Docomo, payment.AU, payment.SoftBank}, p.Brands); diff != "" {
		t.Error(diff)
	}
	p = policy(t, func(v *setting.Values) {
		v.Methods, v.Carrier.Kinds = []setting.Method{setting.MethodCarrier}, kinds[:1]
	})
	if diff := cmp.Diff([]payment.Brand{payment.SoftBank}, p.Brands); diff != "" {
		t.Error(diff)
	}
	if p := policy(t, func(v *setting.Values) { v.Carrier.Kinds = kinds }); p.Brands != nil {
		t.Errorf("not offered, and yet %v", p.Brands)
	}
}
