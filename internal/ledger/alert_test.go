package ledger

import (
	"testing"

	"kessai/internal/payment"
)

// TestAnOpenAlertIsOpenedOnce: 094 tells every day what cannot be, and the timeline does not
// grow by it; once the alert was closed, it is opened again and tells so.
func TestAnOpenAlertIsOpenedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.now = w.l.payment(p.ID).AskAt
	w.watch(p, w.found("30"))
	day := func() int64 {
		before := w.events
		w.now = w.l.payment(p.ID).AskAt
		if w.now.IsZero() {
			t.Fatal("it is not watched any more")
		}
		w.watch(p, w.found(payment.AuthOK))
		return w.events - before
	}
	if day() != 1 || !w.alerts[string(AlertContradiction)] {
		t.Fatalf("alerts %v", w.alerts)
	}
	for range 30 {
		if n := day(); n != 0 {
			t.Fatalf("%d events more", n)
		}
	}
	w.must(func(l *Ledger, t tick) error {
		l.closeAlert(t, AlertContradiction, p.ID+":"+string(payment.Told(payment.AuthOK)))
		return nil
	})
	if n := day(); n != 1 || !w.alerts[string(AlertContradiction)] {
		t.Errorf("%d events, alerts %v", n, w.alerts)
	}
}

// TestTheLastWordOnAnAlert within one decision.
func TestTheLastWordOnAnAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tk := w.tick()
	l := &Ledger{OpenAlerts: []AlertRef{{AlertDouble, "a"}}}
	l.alert(tk, AlertDouble, "a", EventData{})
	l.alert(tk, AlertDouble, "b", EventData{})
	l.alert(tk, AlertDouble, "b", EventData{})
	if len(l.Alerts) != 1 || len(l.Events) != 1 {
		t.Errorf("%d changes, %d events", len(l.Alerts), len(l.Events))
	}
	l.closeAlert(tk, AlertDouble, "a")
	l.alert(tk, AlertDouble, "a", EventData{})
	if len(l.Alerts) != 3 || len(l.Events) != 2 || !l.isOpen(AlertDouble, "a") {
		t.Errorf("%d changes, %d events", len(l.Alerts), len(l.Events))
	}
}
