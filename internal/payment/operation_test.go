package payment

import (
	"slices"
	"testing"
)

// TestKinds: each operation as protocol.md §5 and money.md §2 have it.
func TestKinds(t *testing.T) {
	t.Parallel()
	const begins, page = true, true
	want := []struct {
		kind         Kind
		telegram     string
		begins, page bool
		target       Status
		leadsTo      []Status
	}{
		{Authorize, "020", begins, false, "20", []Status{"20"}},
		{CancelAuthorization, "021", false, false, "32", []Status{"32"}},
		{Capture, "022", false, false, "40", []Status{"40"}},
		{CancelCapture, "023", false, false, "60", []Status{"60"}},
		{CompleteThreeDS, "024", false, false, "20", []Status{"20"}},
		{Authenticate, "450", begins, page, "", nil},
		{StoreCard, "025", false, false, "", nil},
		{DeleteCard, "026", false, false, "", nil},
		{ApplyATM, "010", begins, page, "10", []Status{"10"}},
		{ApplyConveni, "030", begins, page, "10", []Status{"10"}},
		{ApplyBank, "060", begins, page, "", nil},
		{LoginCarrier, "104", begins, page, "", nil},
		{ApplyCarrier, "100", begins, page, "10", []Status{"10"}},
		{CaptureCarrier, "101", false, false, "40", []Status{"40", "44"}},      // docomo's 44 comes by itself
		{CancelCarrier, "102", false, false, "32", []Status{"32", "60", "62"}}, // 32 before 売上, 60 or 62 after
		{CorrectCarrier, "103", false, false, "", nil},
		{CancelPaidy, "340", false, false, "32", []Status{"32"}},
		{CapturePaidy, "341", false, false, "40", []Status{"40"}},
		{RefundPaidy, "342", false, false, "60", []Status{"60"}},
		{OpenLink, "link", begins, page, "", nil},
		{ChangeAmount, "", false, false, "", nil},
	}
	var typed []Kind
	for _, w := range want {
		typed = append(typed, w.kind)
		k := w.kind
		if k.Telegram() != w.telegram || k.Begins() != w.begins || k.Page() != w.page || k.Target() != w.target {
			t.Errorf("%s: telegram %q, begins %t, page %t, target %q", k, k.Telegram(), k.Begins(), k.Page(), k.Target())
		}
		for _, s := range append(AllStatuses(), NoStatus) {
			if got := k.LeadsTo(s); got != slices.Contains(w.leadsTo, s) {
				t.Errorf("%s leads to %q: %t", k, s, got)
			}
		}
	}
	if !slices.Equal(typed, Kinds()) || len(kinds) != len(typed) {
		t.Errorf("the kinds are %v", Kinds())
	}
}

func TestOperationStates(t *testing.T) {
	t.Parallel()
	open := map[State]bool{"planned": true, "sent": true, "unknown": true, "succeeded": false, "declined": false, "rejected": false}
	if len(States()) != len(open) {
		t.Error(States())
	}
	for _, s := range States() {
		if want, ok := open[s]; !ok || s.Open() != want {
			t.Errorf("%s is open: %t", s, s.Open())
		}
	}
}
