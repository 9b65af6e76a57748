package ledger

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// readings are what each status of 094 says of each unknown operation (money.md §3,
// typed by hand): y it took effect, n it certainly did not, - a negative answer that
// has to be repeated, a set aside, t transit.
var readings = map[payment.Kind]struct {
	method payment.Method
	says   string
}{
	payment.Authorize:           {payment.Card, "10- 11n 13n 14a 20y 30t 31t 32y 33y 40y 41y 42t 50t 55t 60y"},
	payment.CompleteThreeDS:     {payment.Card, "10- 11n 13n 14a 20y 30t 31t 32y 33y 40y 41y 42t 50t 55t 60y"},
	payment.Capture:             {payment.Card, "10n 11n 13n 14n 20- 30t 31t 32n 33n 40y 41y 42t 50t 55t 60y"},
	payment.CancelAuthorization: {payment.Card, "10n 11n 13n 14n 20- 30t 31t 32y 33n 40n 41n 42t 50t 55t 60n"},
	payment.CancelCapture:       {payment.Card, "10n 11n 13n 14n 20n 30t 31t 32y 33n 40- 41n 42t 50t 55t 60y"},
	payment.ApplyATM:            {payment.ATM, "10a 12y 40y"},
	payment.ApplyConveni:        {payment.Conveni, "10a 12y 32y 40y 43y 61y"},
	payment.ApplyCarrier:        {payment.Carrier, "10a 15n 20y 21y 30t 32y 33y 34t 40y 41y 42t 44y 55t 60y 62y"},
	payment.CaptureCarrier:      {payment.Carrier, "10n 15n 20- 21- 30t 32n 33n 34t 40y 41y 42t 44y 55t 60y 62y"},
	payment.CancelCarrier:       {payment.Carrier, "10n 15n 20- 21- 30t 32y 33n 34t 40- 41- 42t 44- 55t 60y 62y"},
	payment.CorrectCarrier:      {payment.Carrier, "10y 15n 20y 21y 30t 32n 33n 34t 40y 41y 42t 44y 55t 60n 62n"},
	payment.CancelPaidy:         {payment.Paidy, "10n 11n 20- 30t 31t 32y 33n 40n 41n 42t 55t 60n"},
	payment.CapturePaidy:        {payment.Paidy, "10n 11n 20- 30t 31t 32n 33n 40y 41y 42t 55t 60y"},
	payment.RefundPaidy:         {payment.Paidy, "10n 11n 20n 30t 31t 32y 33n 40- 41n 42t 55t 60y"},
}

// notRead are the kinds that 094 is not asked about (money.md §3).
var notRead = []payment.Kind{payment.Authenticate, payment.LoginCarrier, payment.ApplyBank, payment.OpenLink, payment.StoreCard, payment.DeleteCard, payment.ChangeAmount}

func TestWhatAnInquirySays(t *testing.T) {
	t.Parallel()
	letters := map[byte]reading{'y': readYes, 'n': readNo, '-': readNegative, 'a': readAside, 't': readTransit}
	planned := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for _, kind := range payment.Kinds() {
		typed, is := readings[kind]
		if is == slices.Contains(notRead, kind) {
			t.Errorf("%s is typed %v", kind, is)
		}
		if !is {
			continue
		}
		says := strings.Fields(typed.says)
		for i, s := range typed.method.Statuses() {
			if i >= len(says) || says[i][:2] != string(s) {
				t.Fatalf("%s at %s: not typed", kind, s)
			}
			was, target := order.Yen(2200), order.Yen(2200)
			if kind == payment.CorrectCarrier {
				target = 1500
			}
			if kind == payment.RefundPaidy {
				target = 0
			}
			op := &Operation{Kind: kind, State: payment.UnknownState, Amount: target, PlannedAt: planned}
			f := Finding{Kind: Found, Type: typed.method.Type(), Amount: max(target, 1500), Status: s, BegunAt: planned}
			if target != 1500 {
				f.Amount = was
			}
			if got := read(op, &Payment{Method: typed.method, Amount: was}, f); got != letters[says[i][2]] {
				t.Errorf("%s at %s reads %s, not %s", kind, s, got, says[i])
			}
		}
	}
}

// TestAmountsTellCorrections: 103 and a partial 342 are known by the amount that 094 tells.
func TestAmountsTellCorrections(t *testing.T) {
	t.Parallel()
	for _, kind := range []payment.Kind{payment.CorrectCarrier, payment.RefundPaidy} {
		method := readings[kind].method
		for amount, want := range map[order.Yen]reading{1500: readYes, 2200: readNegative, 1800: readNothing} {
			op := &Operation{Kind: kind, State: payment.UnknownState, Amount: 1500}
			f := Finding{Kind: Found, Type: method.Type(), Amount: amount, Status: payment.Cleared}
			if got := read(op, &Payment{Method: method, Amount: 2200}, f); got != want {
				t.Errorf("%s to 1500 yen of 2200, found with %d: %s, not %s", kind, amount, got, want)
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
			if got := read(op, &Payment{Method: payment.Card, Amount: 2200}, f); got != tt.want {
				t.Errorf("reads %s, not %s", got, tt.want)
			}
		})
	}
}
