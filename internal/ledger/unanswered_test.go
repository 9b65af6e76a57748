package ledger

import (
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestAQuestionThatWasNotAnswered is put again: nobody else would ask about what was captured and
// told, or is gone by what is known elsewhere.
func TestAQuestionThatWasNotAnswered(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*world) *Payment{
		"asked about as differences were lost": func(w *world) *Payment { return w.captured("p1") },
		"left behind by a correction": func(w *world) *Payment {
			p := w.captured("p1")
			w.must(func(l *Ledger, tk tick) error { l.leaveBehind(tk, l.payment(p.ID)); return nil })
			return p
		},
	} {
		for answer, f := range map[string]Finding{"silence": {Kind: NoAnswer}, "no such, nobody vouches": {Kind: NoSuch}} {
			w := newWorld(t)
			p := begin(w)
			w.now = w.now.Add(time.Hour)
			w.must(func(l *Ledger, tk tick) error {
				l.payment(p.ID).AskAt = tk.now
				return l.watched(tk, p.ID, f, false)
			})
			at := w.l.payment(p.ID).AskAt
			if at.IsZero() || at.After(w.now.Add(24*time.Hour)) {
				t.Errorf("%s, %s: asked about next at %s", name, answer, at)
				continue
			}
			w.now = at
			told := w.l.payment(p.ID).Status
			w.watch(p, w.found(told))
			if at := w.l.payment(p.ID).AskAt; !at.IsZero() {
				t.Errorf("%s, %s: told of, and asked about at %s", name, answer, at)
			}
			w.now = w.l.payment(p.ID).LimitAt.Add(margin) // nothing comes of it any more
			if p := w.overdue(p, f); !p.AskAt.IsZero() {
				t.Errorf("%s, %s: asked about for ever", name, answer)
			}
		}
	}
}

// TestAWordOnAnAmount: staff said that a change of the amount took effect. 094 tells the amount
// that the payment had: it is put before a person, and over once 094 tells what the book says.
func TestAWordOnAnAmount(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*testing.T) (*world, *Payment){
		"103": lowerCarrier,
		"342": func(t *testing.T) (*world, *Payment) {
			w, p, _ := capturedAtPaidy(t)
			w.l.Order.Total = lower
			return w, p
		},
	} {
		w, p := begin(t)
		op := w.unknown(w.correct(p))
		w.now = op.DeadlineAt.Add(settleMargin)
		w.must(func(l *Ledger, tk tick) error {
			return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Happened: true, Reason: "x", Actor: clerk})
		})
		p = w.l.payment(p.ID)
		f := w.foundOf(p.Method, p.Status)
		if f.Status == payment.NoStatus {
			f.Status = payment.AuthOK
		}
		f.Brand = p.Brand
		for range 2 {
			w.now = w.l.payment(p.ID).AskAt
			w.watch(p, f)
			w.alerted(AlertContradiction)
			if at := w.l.payment(p.ID).AskAt; at.IsZero() || at.After(w.now.Add(24*time.Hour)) {
				t.Fatalf("%s: asked about next at %s", name, at)
			}
		}
		f.Amount = lower
		w.now = w.l.payment(p.ID).AskAt
		w.watch(p, f)
		w.alerted()
		if got := w.l.payment(p.ID).Amount; got != lower {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestAnotherAmountAtThePage: the notice is lost, and 094 tells of an authorisation of another
// amount than the buyer was to pay. Nothing is applied, and somebody is told.
func TestAnotherAmountAtThePage(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, payment.Scheme{Method: payment.Card, System: payment.Link})
	f := w.found("20")
	f.Amount--
	w.now = w.l.payment(p.ID).AskAt
	f.BegunAt = p.BegunAt
	w.watch(p, f)
	w.stands(p, payment.AwaitingBuyer, "")
	w.alerted(AlertContradiction)
}

// TestAnotherAmountAtAPageThatWasLeft: nor is money unseen that stands under a try that ended.
func TestAnotherAmountAtAPageThatWasLeft(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, payment.Scheme{Method: payment.Card, System: payment.Link})
	w.must(func(l *Ledger, tk tick) error {
		return l.observe(tk, l.payment(p.ID), fact{event: payment.TryReplaced, actor: Buyer})
	})
	f := w.found("20")
	f.Amount--
	w.now = w.l.payment(p.ID).AskAt
	f.BegunAt = p.BegunAt
	w.watch(p, f)
	w.stands(p, payment.Ended, payment.Superseded)
	w.alerted(AlertContradiction)
	if at := w.l.payment(p.ID).AskAt; at.IsZero() {
		t.Fatal("it is asked about no more")
	}
	f.Status = payment.AuthCancelDone // by a person
	w.now = w.l.payment(p.ID).AskAt
	w.watch(p, f)
	w.alerted()
}

// TestAWordOnASagasRefund: staff said of the 342 of a change that it took effect, and its saga
// ends. 094 is asked about it all the same, and tells that nothing was given back.
func TestAWordOnASagasRefund(t *testing.T) {
	t.Parallel()
	w, p, _ := atPaidy(t)
	w.l.Order.Total = lower
	var parent *Operation
	w.must(func(l *Ledger, tk tick) (err error) {
		parent, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
		return err
	})
	w.settle(w.step(parent), verdictOf(yes("p1")))
	w.must(func(l *Ledger, tk tick) error { // told by the notice of 341
		return l.learn(tk, l.payment(p.ID), payment.Cleared, total, tk.now, "inquiry")
	})
	op := w.unknown(w.step(parent))
	w.now = op.DeadlineAt.Add(settleMargin)
	w.must(func(l *Ledger, tk tick) error {
		return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Happened: true, Reason: "x", Actor: clerk})
	})
	w.steps(parent)
	if got := w.l.operation(parent.ID); got.State != payment.Succeeded {
		t.Fatalf("%+v", got)
	}
	at := w.l.payment(p.ID).AskAt
	if at.IsZero() || at.After(w.now.Add(handWatch)) {
		t.Fatalf("asked about at %s", at)
	}
	w.now = at
	w.watch(p, w.foundOf(payment.Paidy, "40"))
	w.alerted(AlertContradiction)
}
