package main

import (
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestWhichOperationIsSettled: the unknown one; where several are, it has to be named.
func TestWhichOperationIsSettled(t *testing.T) {
	t.Parallel()
	done, lost, other := &ledger.Operation{ID: "a", State: payment.Succeeded}, &ledger.Operation{ID: "b", State: payment.UnknownState}, &ledger.Operation{ID: "c", State: payment.UnknownState}
	for _, tt := range []struct {
		all   []*ledger.Operation
		named string
		want  *ledger.Operation
		code  int
	}{
		{[]*ledger.Operation{done, lost}, "", lost, exitOK}, {[]*ledger.Operation{done, lost, other}, "", nil, exitUsage},
		{[]*ledger.Operation{done, lost, other}, "c", other, exitOK}, {[]*ledger.Operation{done}, "", nil, exitFailed},
	} {
		got, err := (&settleRun{operation: tt.named}).choose(&ledger.Ledger{Operations: tt.all})
		if got != tt.want || err != nil && exitCode(err) != tt.code || err == nil && tt.code != exitOK {
			t.Errorf("%v %q: %v, %v", tt.all, tt.named, got, err)
		}
	}
	if _, err := (&settleRun{}).choose(&ledger.Ledger{}); !problem.Is(err, "operation.none") {
		t.Error(err)
	}
}

// TestTheEvidenceIsShown: what was sent, and what each inquiry answered.
func TestTheEvidenceIsShown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	op := &ledger.Operation{ID: "op1", PaymentID: "p", Kind: payment.Capture, Amount: 1100, SentAt: at, UnknownAt: at.Add(35 * time.Second), Asked: 2}
	l := &ledger.Ledger{Payments: []*ledger.Payment{{ID: "p", TradingID: "123_2", PaymentID: "900"}}, Operations: []*ledger.Operation{op}}
	var out strings.Builder
	err := tellEvidence(&out, l, op, []ledger.Event{
		{At: at.Add(time.Minute), Kind: ledger.EventInquired, OperationID: "op1", Data: ledger.EventData{Text: "no_answer", Code: "P015"}},
		{At: at.Add(time.Minute), Kind: ledger.EventInquired, OperationID: "op2", Data: ledger.EventData{Text: "found", Status: "40"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"022 capture", "¥1,100", "123_2", "900", "2026-04-01 09:00:00", "2026-04-01 09:01:00  no_answer  P015"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "found") {
		t.Errorf("another operation's inquiry is shown:\n%s", &out)
	}
}
