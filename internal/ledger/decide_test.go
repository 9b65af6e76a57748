package ledger

import (
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestLastSucceeded: the one settled last, of those settled in one transaction the one
// planned last; never another payment's, a saga's parent, or one that failed.
func TestLastSucceeded(t *testing.T) {
	t.Parallel()
	at := func(second int) time.Time { return time.Date(2026, 4, 1, 0, 0, second, 0, time.UTC) }
	done := func(id string, planned, settled int) *Operation {
		return &Operation{ID: id, PaymentID: "p", Kind: payment.Capture, State: payment.Succeeded, PlannedAt: at(planned), SettledAt: at(settled)}
	}
	unlike := func(op *Operation, change func(*Operation)) *Operation { change(op); return op }
	for name, tt := range map[string]struct {
		ops  []*Operation
		want string
	}{
		"none":                       {nil, ""},
		"one":                        {[]*Operation{done("a", 1, 2)}, "a"},
		"the later":                  {[]*Operation{done("a", 1, 2), done("b", 3, 4)}, "b"},
		"settled late":               {[]*Operation{done("a", 1, 9), done("b", 3, 4)}, "a"},
		"in one transaction":         {[]*Operation{done("a", 1, 4), done("b", 3, 4)}, "b"},
		"in one, read the other way": {[]*Operation{done("b", 3, 4), done("a", 1, 4)}, "b"},
		"another payment's":          {[]*Operation{done("a", 1, 2), unlike(done("b", 3, 4), func(o *Operation) { o.PaymentID = "q" })}, "a"},
		"refused":                    {[]*Operation{done("a", 1, 2), unlike(done("b", 3, 4), func(o *Operation) { o.State = payment.DeclinedOp })}, "a"},
		"a saga":                     {[]*Operation{done("a", 1, 2), unlike(done("b", 3, 4), func(o *Operation) { o.Kind = payment.ChangeAmount })}, "a"},
	} {
		l := &Ledger{Operations: tt.ops}
		got := ""
		if op := l.lastSucceeded(&Payment{ID: "p"}); op != nil {
			got = op.ID
		}
		if got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestIDsOfPaygent: each is kept once, and the first is the one in force.
func TestIDsOfPaygent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		p    Payment
		id   string
		want string
		ids  []string
	}{
		"the first":               {Payment{}, "p1", "p1", []string{"p1"}},
		"none":                    {Payment{}, "", "", nil},
		"the same":                {Payment{PaymentID: "p1", PaymentIDs: []string{"p1"}}, "p1", "p1", []string{"p1"}},
		"another":                 {Payment{PaymentID: "p1", PaymentIDs: []string{"p1"}}, "p2", "p1", []string{"p1", "p2"}},
		"a known one":             {Payment{PaymentID: "p1", PaymentIDs: []string{"p1", "p2"}}, "p2", "p1", []string{"p1", "p2"}},
		"a known one, none rules": {Payment{PaymentIDs: []string{"p1", "p2"}}, "p2", "p2", []string{"p1", "p2"}},
	} {
		tt.p.addPaygentID(tt.id)
		if tt.p.PaymentID != tt.want || !slices.Equal(tt.p.PaymentIDs, tt.ids) {
			t.Errorf("%s: %+v", name, tt.p)
		}
	}
}

// TestWhoseTradingIDIsReused: only a re-authorisation's under the original's way, by which no
// inquiry can name it alone (money.md §4).
func TestWhoseTradingIDIsReused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		p    Payment
		want bool
	}{
		"the first":              {Payment{Seq: 1, TradingID: "123"}, false},
		"another try":            {Payment{Seq: 2, TradingID: "123_2", Replaces: "a"}, false},
		"under the old one's id": {Payment{Seq: 2, TradingID: "123", Replaces: "a"}, true},
		"of the third":           {Payment{Seq: 3, TradingID: "123_2", Replaces: "a"}, true},
		"found at the centre":    {Payment{Seq: 2, TradingID: "123", Replaces: "a", Adopted: true}, false},
		"takes nobody's place":   {Payment{Seq: 2, TradingID: "123"}, false},
		"the first of them all":  {Payment{Seq: 1, TradingID: "123", Replaces: "a"}, false},
	} {
		if got := tt.p.ReusesID(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestAlertsAreTold once each, whichever else is open.
func TestAlertsAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tell := func(l *Ledger, tk tick) error {
		l.alert(tk, AlertDouble, "p", EventData{})
		l.alert(tk, AlertDouble, "q", EventData{})
		l.alert(tk, AlertKept, "p", EventData{})
		l.alert(tk, AlertDouble, "p", EventData{})
		if len(l.Events) != len(l.Alerts) {
			t.Errorf("%d lines of %d alerts", len(l.Events), len(l.Alerts))
		}
		return nil
	}
	w.must(tell)
	if len(w.open) != 3 || w.events != 3 {
		t.Errorf("%v, %d lines", w.open, w.events)
	}
	w.must(tell)
	if w.events != 3 {
		t.Errorf("told again: %d lines", w.events)
	}
	w.must(func(l *Ledger, tk tick) error {
		l.closeAlert(tk, AlertDouble, "p")
		l.alert(tk, AlertDouble, "q", EventData{})
		l.alert(tk, AlertDouble, "p", EventData{}) // opened anew
		return nil
	})
	if w.alerted(AlertDouble, AlertKept); w.events != 4 {
		t.Errorf("opened anew: %d lines", w.events)
	}
}

// TestAMoveIsALine of the timeline where the order moves, and none where it stays.
func TestAMoveIsALine(t *testing.T) {
	t.Parallel()
	for to, lines := range map[order.Status]int64{0: 0, order.Processing: 0, order.New: 1, order.Pending: 1} {
		w := newWorld(t)
		w.must(func(l *Ledger, tk tick) error { l.move(tk, to, "x"); return nil })
		if w.events != lines {
			t.Errorf("to %s: %d lines", to.Name(), w.events)
		}
		if since := w.l.Order.PendingSince; since.IsZero() == (to == order.Pending) {
			t.Errorf("to %s: in 7 since %s", to.Name(), since)
		}
	}
}

// TestNoticeOfTheSagasStep: the notice of a cancellation whose answer was lost settles that
// step, and later ones of the old payment are believed without a question.
func TestNoticeOfTheSagasStep(t *testing.T) {
	t.Parallel()
	w, old, parent := changing(t, false)
	w.now = w.now.Add(time.Minute)
	w.settle(w.step(parent), verdictOf(yes("p2")))
	w.now = w.now.Add(time.Minute)
	step := w.unknown(w.step(parent))
	w.now = step.DeadlineAt.Add(time.Minute)
	n := w.notice(payment.AuthCancelDone)
	n.PaymentID, n.TradingID = "p1", old.TradingID
	if w.take(n) {
		f := w.found(payment.AuthCancelDone)
		w.confirm(n, &f)
	}
	if op := w.l.operation(step.ID); op.State != payment.Succeeded || n.State != NoticeApplied {
		t.Fatalf("%+v, %+v", op, n)
	}
	w.stands(old, payment.Ended, payment.Canceled)
	w.now = w.now.Add(time.Minute)
	if op := w.step(parent); op != nil || w.l.operation(parent.ID).State != payment.Succeeded {
		t.Fatalf("%+v", op)
	}
	again := w.notice(payment.AuthCancelDone)
	again.PaymentID, again.TradingID = "p1", old.TradingID
	if w.take(again) {
		t.Error("what our own telegram led to is asked about")
	}
}
