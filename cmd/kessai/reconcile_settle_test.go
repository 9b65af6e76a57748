package main

import (
	"bufio"
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

// TestAWordIsAskedAbout, with the evidence shown first: with --yes it is written at once; on a
// terminal what is not a yes is a no, and nothing is written.
func TestAWordIsAskedAbout(t *testing.T) {
	t.Parallel()
	op := &ledger.Operation{ID: "op1", PaymentID: "p", Kind: payment.Capture, State: payment.UnknownState, Amount: 1100}
	l := &ledger.Ledger{Order: ledger.Head{ID: 1}, Payments: []*ledger.Payment{{ID: "p", TradingID: "123_2"}}, Operations: []*ledger.Operation{op}}
	for _, tt := range []struct {
		yes     bool
		word    []string
		typed   string
		asked   string
		written bool
	}{
		{false, nil, "", "", false},
		{true, nil, "", "", false},
		{true, []string{"yes"}, "", "", true},
		{false, []string{"yes"}, "y\n", "it took effect at Paygent", true},
		{false, []string{"no"}, "YES\n", "it did not take effect at Paygent", true},
		{false, []string{"yes"}, "n\n", "it took effect at Paygent", false},
		{false, []string{"no"}, "\n", "it did not take effect at Paygent", false},
		{false, []string{"yes"}, "", "it took effect at Paygent", false},
	} {
		var out, said strings.Builder
		s := &settleRun{yes: tt.yes, reason: "looked it up", in: bufio.NewReader(strings.NewReader(tt.typed))}
		written := false
		err := s.decide(env{Stdout: &out, Stderr: &said}, l, op, nil, tt.word, func(got ledger.SettleUnknown) (ledger.Result, error) {
			written = got == ledger.SettleUnknown{Order: 1, Operation: "op1", Happened: tt.word[0] == "yes", Reason: "looked it up", Actor: operator}
			if !strings.Contains(out.String(), "123_2") {
				t.Errorf("%+v: written before the evidence was shown", tt)
			}
			return ledger.Result{Operation: ledger.Operation{State: payment.Succeeded, Cause: "staff"}}, nil
		})
		if err != nil || written != tt.written || !strings.Contains(said.String(), tt.asked) || (tt.asked == "") != (said.Len() == 0) {
			t.Errorf("%+v: written %v, %v; asked %q", tt, written, err, &said)
		}
		refused := len(tt.word) > 0 && !tt.written
		if strings.HasSuffix(out.String(), "op1\tsucceeded (staff)\n") != tt.written || strings.Contains(said.String(), "nothing was written") != refused || !strings.Contains(out.String(), "022 capture") {
			t.Errorf("%+v: said %q %q", tt, &out, &said)
		}
	}
}

// TestAWordThatCanBeTakenBack is found without its name, but after one that is unknown.
func TestAWordThatCanBeTakenBack(t *testing.T) {
	t.Parallel()
	saga := &ledger.Operation{ID: "saga", PaymentID: "old", Kind: payment.ChangeAmount, State: payment.Planned}
	word := &ledger.Operation{ID: "word", Parent: "saga", PaymentID: "fresh", Kind: payment.Authorize, State: payment.Succeeded, Cause: "staff"}
	lost := &ledger.Operation{ID: "lost", PaymentID: "other", State: payment.UnknownState}
	l := &ledger.Ledger{
		CurrentID: "old", Operations: []*ledger.Operation{saga, word},
		Payments: []*ledger.Payment{{ID: "old", Phase: payment.Captured}, {ID: "fresh", Phase: payment.Authorised}, {ID: "other"}},
	}
	if got, err := (&settleRun{}).choose(l); err != nil || got != word {
		t.Errorf("%v, %v", got, err)
	}
	l.Operations = append(l.Operations, lost)
	if got, err := (&settleRun{}).choose(l); err != nil || got != lost {
		t.Errorf("%v, %v", got, err)
	}
}

// TestAWordWithoutAQuestion names its operation: said again, it would be about whatever is unknown then.
func TestAWordWithoutAQuestion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		yes  string
		s    settleRun
		says string
	}{
		{nil, "false", settleRun{}, ""},
		{nil, "true", settleRun{}, ""},
		{[]string{"yes"}, "true", settleRun{operation: "a"}, "--reason"},
		{[]string{"yes"}, "false", settleRun{operation: "a", reason: "seen"}, "needs --yes"},
		{[]string{"no"}, "true", settleRun{reason: "seen"}, "needs --operation"},
		{[]string{"no"}, "true", settleRun{operation: "a", reason: "seen"}, ""},
	} {
		cmd := reconcileCommand(env{})
		if err := cmd.Flags().Set("yes", tt.yes); err != nil {
			t.Fatal(err)
		}
		err := tt.s.check(cmd, env{Stdin: strings.NewReader("")}, tt.args)
		if (err != nil) != (tt.says != "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v --yes=%s %+v: %v", tt.args, tt.yes, tt.s.operation, err)
		}
	}
}
