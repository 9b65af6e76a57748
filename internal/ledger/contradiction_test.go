package ledger

import (
	"strings"
	"testing"
	"time"

	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestAContradictionEnds: with the answer by which both books say the same again, or with the
// payment. The mail has gone out, once.
func TestAContradictionEnds(t *testing.T) {
	t.Parallel()
	asked := func(w *world, p *Payment, s payment.Status) {
		p = w.l.payment(p.ID)
		p.AskAt = w.now
		w.watch(p, w.found(s))
	}
	told := func(w *world, s payment.Status) {
		n, f := w.notice(s), w.found(s)
		if w.take(n) {
			w.confirm(n, &f)
		}
	}
	for name, tt := range map[string]struct {
		stand  func(w *world) *Payment
		wrong  payment.Status // what cannot be
		then   func(w *world, p *Payment)
		closed bool
	}{
		"094 tells what we say":    {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, p *Payment) { asked(w, p, "20") }, true},
		"a notice does":            {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, _ *Payment) { told(w, "20") }, true},
		"094 tells how it goes on": {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, p *Payment) { asked(w, p, "40") }, true},
		"094 tells of another end": {func(w *world) *Payment { return w.captured("p1") }, "20", func(w *world, p *Payment) { asked(w, p, "60") }, true},
		"after transit":            {func(w *world) *Payment { return w.captured("p1") }, "20", func(w *world, p *Payment) { asked(w, p, "30"); asked(w, p, "40") }, true},
		"we cancel it": {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, _ *Payment) {
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
		}, true},
		"094 tells it again":    {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, p *Payment) { asked(w, p, "35") }, false},
		"the centre is at work": {func(w *world) *Payment { return w.captured("p1") }, "20", func(w *world, p *Payment) { asked(w, p, "30"); asked(w, p, "30") }, false},
		"094 is silent": {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, p *Payment) {
			p = w.l.payment(p.ID)
			p.AskAt = w.now
			w.watch(p, Finding{Kind: NoAnswer})
		}, false},
		"a notice that 094 denies": {func(w *world) *Payment { return w.authorised("p1") }, "35", func(w *world, _ *Payment) {
			n, f := w.notice("20"), w.found("35") // the hash does not cover its status
			if w.take(n) {
				w.confirm(n, &f)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := tt.stand(w)
			mails := len(w.mails)
			asked(w, p, tt.wrong)
			if !w.alerts[string(AlertContradiction)] || len(w.mails) != mails+1 {
				t.Fatalf("alerts %v, mails %v", w.alerts, w.mails)
			}
			w.now = w.now.Add(time.Hour)
			tt.then(w, p)
			if open := w.alerts[string(AlertContradiction)]; open == tt.closed {
				t.Errorf("open: %v", open)
			}
			w.now = w.now.Add(time.Hour)
			if now := w.l.payment(p.ID); now.living() {
				asked(w, p, tt.wrong)
				if !w.alerts[string(AlertContradiction)] && now.Status != "40" || len(w.mails) != mails+1 {
					t.Errorf("again: alerts %v, mails %v", w.alerts, w.mails)
				}
			}
		})
	}
}

// TestAContradictionOutlivesItsTry: a page that is left ends nothing at the centre, where what
// cannot be still is.
func TestAContradictionOutlivesItsTry(t *testing.T) {
	t.Parallel()
	for event, closed := range map[payment.Event]bool{
		payment.BuyerGaveUp: false, payment.TryReplaced: false, payment.SetAside: false, payment.NeverUsed: true, payment.Told(payment.AuthNG): true,
	} {
		w, p := atPage(t, payment.Scheme{Method: payment.Card, System: payment.Link})
		w.must(func(l *Ledger, tk tick) error {
			return l.observe(tk, l.payment(p.ID), told("35", time.Time{}, "inquiry"))
		})
		w.must(func(l *Ledger, tk tick) error {
			return l.observe(tk, l.payment(p.ID), fact{event: event, actor: Buyer})
		})
		if open := w.alerts[string(AlertContradiction)]; open == closed || w.l.payment(p.ID).Phase != payment.Ended {
			t.Errorf("%s: open %v, %s", event, open, w.l.payment(p.ID).Phase)
		}
	}
}

// TestAcknowledge: by hand only where nothing else closes it, with a reason that stays.
func TestAcknowledge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	in := Acknowledge{Order: 123, Kind: AlertContradiction, Cause: p.ID + ":x", Reason: "電話で確認", Actor: "staff:1", Key: "k1"}
	if err := w.do(func(l *Ledger, t tick) error { return l.acknowledge(t, in) }); !problem.Is(err, "alert.closed") {
		t.Errorf("one that is not open: %v", err)
	}
	w.must(func(l *Ledger, t tick) error {
		l.alert(t, in.Kind, in.Cause, EventData{})
		return nil
	})
	var told Event
	w.must(func(l *Ledger, t tick) error {
		err := l.acknowledge(t, in)
		told = l.Events[0]
		return err
	})
	if w.alerts[string(AlertContradiction)] || told.Kind != EventAlertClosed || told.Data.Text != in.Reason || told.Actor != in.Actor || told.IdemKey != in.Key {
		t.Errorf("alerts %v, %+v", w.alerts, told)
	}
	s := open(t, w)
	for reason, kind := range map[string]AlertKind{"x": AlertDouble, " ": AlertContradiction, strings.Repeat("あ", maxReason+1): AlertContradiction} {
		in.Kind, in.Reason, in.Key = kind, reason, "k2"
		if _, err := s.service.Acknowledge(t.Context(), in); problem.CategoryOf(err) == problem.Internal || err == nil {
			t.Errorf("%s for %q: %v", kind, reason, err)
		}
	}
}
