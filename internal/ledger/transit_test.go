package ledger

import (
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestTransitOfAnyMethod: the manual lists no 31 for carriers, but a centre at work on
// our own cancellation may tell it, before and after its end is known: no contradiction.
func TestTransitOfAnyMethod(t *testing.T) {
	t.Parallel()
	for _, told := range []payment.Status{payment.AuthOK, payment.AuthCancelDone} {
		w, p := atPage(t, payment.Scheme{Method: payment.Carrier, System: payment.Module})
		w.learnt(p, payment.AuthOK)
		if told != payment.AuthOK {
			w.learnt(p, told)
		}
		before := w.l.payment(p.ID).Phase
		w.learnt(p, payment.CancelRequested)
		if w.alerts[string(AlertContradiction)] || w.l.payment(p.ID).Phase != before {
			t.Errorf("31 after %s: alerts %v, %s", told, w.alerts, w.l.payment(p.ID).Phase)
		}
	}
}

// TestTransitForDays: whoever asked for it, a payment that the centre is at work about is asked
// about every hour, and staff are told after a day, until it is over (money.md §3).
func TestTransitForDays(t *testing.T) {
	t.Parallel()
	over := map[payment.Status]payment.Phase{payment.CancelRequested: payment.Ended, payment.CaptureRequested: payment.Captured, payment.RefundRequested: payment.Ended}
	then := map[payment.Status]payment.Status{payment.CancelRequested: payment.AuthCancelDone, payment.CaptureRequested: payment.Cleared, payment.RefundRequested: payment.RefundDone}
	for at := range over {
		for _, silent := range []bool{false, true} {
			w := newWorld(t)
			p := w.authorised("p1")
			if at == payment.RefundRequested {
				w.learnt(p, payment.Cleared) // confirmed, and not asked about any more
			}
			since := w.now
			w.take(w.notice(at)) // by another hand than ours
			if p = w.l.payment(p.ID); p.Status != at || !p.TransitAt.Equal(since) {
				t.Fatalf("%s since %s", p.Status, p.TransitAt)
			}
			for w.now.Before(since.Add(30 * time.Hour)) {
				if p = w.l.payment(p.ID); p.AskAt.Sub(w.now) > time.Hour || !p.AskAt.After(w.now) {
					t.Fatalf("%s: asked about at %s, it is %s", at, p.AskAt, w.now)
				}
				w.now = p.AskAt
				f := w.found(at)
				if silent {
					f = Finding{Kind: NoAnswer}
				}
				w.watch(p, f)
				if told := !w.now.Before(since.Add(alertTransit)); w.alerts[string(AlertTransit)] != told {
					t.Fatalf("%s for %s: alerts %v", at, w.now.Sub(since), w.alerts)
				}
			}
			if p = w.l.payment(p.ID); !p.TransitAt.Equal(since) {
				t.Errorf("since %s", p.TransitAt)
			}
			w.learnt(p, then[at])
			if p = w.l.payment(p.ID); p.Phase != over[at] || !p.TransitAt.IsZero() {
				t.Errorf("%s: then %s, in transit since %s", at, p.Phase, p.TransitAt)
			}
			w.alerted()
		}
	}
}

// TestTransitThatGoesBack: the alert ends with the transit, and a next one begins anew.
func TestTransitThatGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	day := func(s payment.Status) {
		w.learnt(p, s)
		w.now = w.now.Add(alertTransit)
		w.watch(w.l.payment(p.ID), w.found(s))
	}
	day(payment.CancelRequested)
	w.alerted(AlertTransit)
	day(payment.CaptureRequested) // still at work
	if p = w.l.payment(p.ID); !p.TransitAt.Equal(w.now.Add(-2 * alertTransit)) {
		t.Errorf("since %s", p.TransitAt)
	}
	w.learnt(p, payment.AuthOK)
	w.alerted()
	if p = w.l.payment(p.ID); !p.TransitAt.IsZero() {
		t.Errorf("since %s", p.TransitAt)
	}
	w.learnt(p, payment.CancelRequested)
	w.now = w.now.Add(alertTransit - time.Millisecond)
	w.watch(w.l.payment(p.ID), w.found(payment.CancelRequested))
	w.alerted()
}

// TestTransitThatEndsOtherwise: the centre took the capture back, which we do not follow. That
// is a contradiction, and nobody is at work any more.
func TestTransitThatEndsOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.captured("p1")
	w.learnt(p, payment.CaptureRequested)
	w.now = w.now.Add(alertTransit)
	w.watch(w.l.payment(p.ID), Finding{Kind: NoAnswer})
	w.alerted(AlertTransit)
	for range 3 {
		w.now = w.now.Add(alertTransit - time.Hour)
		w.watch(w.l.payment(p.ID), w.found(payment.AuthOK))
		w.alerted(AlertContradiction)
	}
	w.now = w.now.Add(time.Hour)
	w.watch(w.l.payment(p.ID), Finding{Kind: NoAnswer})
	w.alerted(AlertContradiction)
}

// TestTransitOfOurOwn: while our operation is open it tells staff itself; one that has succeeded
// has ended the payment, whatever the centre still counts together.
func TestTransitOfOurOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	op := w.unknown(w.change(false))
	w.learnt(p, payment.CancelRequested)
	w.now = w.now.Add(25 * time.Hour)
	w.watch(w.l.payment(p.ID), w.found(payment.CancelRequested))
	w.alerted()
	w.settle(op, verdictOf(Answer{Outcome: Success}))
	if p = w.l.payment(p.ID); p.Phase != payment.Ended || !p.TransitAt.IsZero() {
		t.Errorf("%s, in transit since %s", p.Phase, p.TransitAt)
	}
	w.learnt(p, payment.RefundTallied)
	if p = w.l.payment(p.ID); !p.TransitAt.IsZero() || !p.AskAt.IsZero() {
		t.Errorf("in transit since %s, asked about at %s", p.TransitAt, p.AskAt)
	}
	w.alerted()
}

// TestTransitThatEndsUnclear: the cancellation is through, and something may have taken the
// payment's place. That is the contradiction; nobody is at work any more.
func TestTransitThatEndsUnclear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.learnt(p, payment.CancelRequested)
	w.now = w.now.Add(alertTransit)
	w.watch(w.l.payment(p.ID), w.found(payment.CancelRequested))
	w.alerted(AlertTransit)
	f := w.found(payment.AuthCancelDone)
	f.Alone = false
	for range 2 {
		w.now = w.now.Add(alertTransit)
		w.watch(w.l.payment(p.ID), f)
		w.alerted(AlertContradiction)
	}
}

// TestTransitThatWasCorrected: 34 that became a payment of its own is over with the one that it
// was about.
func TestTransitThatWasCorrected(t *testing.T) {
	t.Parallel()
	for _, still := range []bool{false, true} {
		w := newWorld(t)
		p := w.authorised("p1")
		w.learnt(p, payment.CaptureRequested)
		w.now = w.now.Add(alertTransit)
		w.watch(w.l.payment(p.ID), w.found(payment.CaptureRequested))
		w.alerted(AlertTransit)
		heir := w.found(payment.AuthOK)
		heir.PaymentID, heir.BaseID, heir.BegunAt = "p2", "p1", w.now
		if still {
			heir.Status = payment.CaptureRequested
		}
		w.must(func(l *Ledger, tk tick) error {
			_, err := l.succeed(tk, l.payment(p.ID), heir, "inquiry")
			return err
		})
		old, cur := w.l.payment(p.ID), w.l.Current()
		if cur == old || !old.TransitAt.IsZero() || cur.TransitAt.IsZero() == still || still && cur.AskAt.Sub(w.now) > time.Hour {
			t.Errorf("the old one in transit since %s, the new one since %s, asked about at %s", old.TransitAt, cur.TransitAt, cur.AskAt)
		}
		w.alerted()
	}
}
