package ledger

import (
	"testing"
	"time"

	"kessai/internal/payment"
)

// readings are what each status of 094 says of each unknown operation (money.md §3,
// typed by hand): y it took effect, n it certainly did not, - a negative answer that
// has to be repeated, a set aside, t transit.
var readings = map[payment.Kind]map[payment.Status]reading{
	payment.Authorize: {
		"10": readNegative, "11": readNo, "13": readNo, "14": readAside, "20": readYes, "30": readTransit, "31": readTransit,
		"32": readYes, "33": readYes, "40": readYes, "41": readYes, "42": readTransit, "50": readTransit, "60": readYes,
	},
	payment.Capture: {
		"10": readNo, "11": readNo, "13": readNo, "14": readNo, "20": readNegative, "30": readTransit, "31": readTransit,
		"32": readNo, "33": readNo, "40": readYes, "41": readYes, "42": readTransit, "50": readTransit, "60": readYes,
	},
	payment.CancelAuthorization: {
		"10": readNo, "11": readNo, "13": readNo, "14": readNo, "20": readNegative, "30": readTransit, "31": readTransit,
		"32": readYes, "33": readNo, "40": readNo, "41": readNo, "42": readTransit, "50": readTransit, "60": readNo,
	},
	payment.CancelCapture: {
		"10": readNo, "11": readNo, "13": readNo, "14": readNo, "20": readNo, "30": readTransit, "31": readTransit,
		"32": readYes, "33": readNo, "40": readNegative, "41": readNo, "42": readTransit, "50": readTransit, "60": readYes,
	},
}

func TestWhatAnInquirySays(t *testing.T) {
	t.Parallel()
	planned := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for _, kind := range payment.Kinds() {
		for _, s := range payment.CardStatuses() {
			want, typed := readings[kind][s]
			if !typed {
				t.Errorf("%s at %s: not typed", kind, s)
			}
			op := &Operation{Kind: kind, State: payment.UnknownState, Amount: 2200, PlannedAt: planned}
			f := Finding{Kind: Found, Type: "02", Amount: 2200, Status: s, BegunAt: planned}
			if got := read(op, &Payment{}, f, op.Amount); got != want {
				t.Errorf("%s at %s reads %s, not %s", kind, s, got, want)
			}
		}
	}
}

// TestWhatIsNoEvidence: only an answer about this very payment settles anything.
func TestWhatIsNoEvidence(t *testing.T) {
	t.Parallel()
	planned := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		kind   payment.Kind
		change func(*Finding)
		want   reading
	}{
		"another type":               {payment.Authorize, func(f *Finding) { f.Type = "03" }, readNothing},
		"another amount":             {payment.Authorize, func(f *Finding) { f.Amount++ }, readNothing},
		"another amount of a change": {payment.Capture, func(f *Finding) { f.Amount-- }, readNothing},
		"another type of a change":   {payment.Capture, func(f *Finding) { f.Type = "" }, readNothing},
		"begun long before":          {payment.Authorize, func(f *Finding) { f.BegunAt = planned.Add(-10*time.Minute - time.Second) }, readNothing},
		"begun at an unknown time":   {payment.Authorize, func(f *Finding) { f.BegunAt = time.Time{} }, readNothing},
		"begun by a slower clock":    {payment.Authorize, func(f *Finding) { f.BegunAt = planned.Add(-10 * time.Minute) }, readYes},
		"begun long before a change": {payment.Capture, func(f *Finding) { f.BegunAt = planned.Add(-240 * time.Hour) }, readYes},
		"no answer":                  {payment.Authorize, func(f *Finding) { f.Kind = NoAnswer }, readNothing},
		"no answer about a change":   {payment.Capture, func(f *Finding) { f.Kind = NoAnswer }, readNothing},
		"no such payment":            {payment.Authorize, func(f *Finding) { *f = Finding{Kind: NoSuch} }, readNegative},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := &Operation{Kind: tt.kind, State: payment.UnknownState, Amount: 2200, PlannedAt: planned}
			f := Finding{Kind: Found, Type: "02", Amount: 2200, Status: payment.Cleared, BegunAt: planned}
			tt.change(&f)
			if got := read(op, &Payment{}, f, op.Amount); got != tt.want {
				t.Errorf("reads %s, not %s", got, tt.want)
			}
		})
	}
}
