package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestOutcomes: what each answer of 020 comes to.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer Answer
		state  payment.State
		order  order.Status
		phase  payment.Phase
		end    payment.End
		hold   HoldState
	}{
		"succeeded":         {Answer{Outcome: Success, PaymentID: "p1"}, payment.Succeeded, order.New, payment.Authorised, "", Committed},
		"declined at once":  {Answer{Outcome: Decline, Final: true, Code: "2003", PaymentID: "p1"}, payment.DeclinedOp, order.Processing, payment.Ended, payment.Declined, Released},
		"not yet believed":  {Answer{Outcome: Decline, Code: "9999"}, payment.UnknownState, order.Pending, payment.Unknown, "", Held},
		"rejected":          {Answer{Outcome: Reject, Final: true, Code: "P010"}, payment.RejectedOp, order.Processing, payment.Ended, payment.Declined, Released},
		"never left":        {Answer{Outcome: Reject, Final: true, NotSent: true, Code: "E02005"}, payment.RejectedOp, order.Processing, payment.Ended, payment.NeverSent, Released},
		"no answer":         {Answer{Outcome: Mystery}, payment.UnknownState, order.Pending, payment.Unknown, "", Held},
		"nonsense":          {Answer{Outcome: "?"}, payment.UnknownState, order.Pending, payment.Unknown, "", Held},
		"no answer, but id": {Answer{Outcome: Mystery, PaymentID: "p1"}, payment.UnknownState, order.Pending, payment.Unknown, "", Held},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			op := w.send(w.authorize())
			w.settle(op, verdictOf(tt.answer))
			if op = w.l.operation(op.ID); op.State != tt.state || op.Code != tt.answer.Code {
				t.Errorf("settled as %+v", op)
			}
			w.status(tt.order)
			w.stands(w.l.Current(), tt.phase, tt.end)
			w.holds(tt.hold)
			if got := w.l.Current().PaymentID; got != tt.answer.PaymentID {
				t.Errorf("payment_id %q", got)
			}
			if placed := len(w.mails) == 1 && !w.l.Order.OrderDate.IsZero(); placed != (tt.order == order.New) {
				t.Errorf("mails %v, placed %v", w.mails, w.l.Order.OrderDate)
			}
		})
	}
}

// TestTransactionBTwice: writing an outcome again changes nothing.
func TestTransactionBTwice(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]verdict{
		"success":  verdictOf(Answer{Outcome: Success, PaymentID: "p1"}),
		"decline":  verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}),
		"reject":   verdictOf(Answer{Outcome: Reject, Code: "P010"}),
		"unknown":  verdictOf(Answer{Outcome: Mystery}),
		"not sent": neverSent(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			op := w.send(w.authorize())
			w.settle(op, v)
			before, mails := clone(w.l), len(w.mails)
			w.now = w.now.Add(time.Second)
			w.settle(op, v)
			if diff := cmp.Diff(before, w.l); diff != "" {
				t.Errorf("the second time changed:\n%s", diff)
			}
			if len(w.mails) != mails {
				t.Errorf("mails: %v", w.mails)
			}
		})
	}
}

// TestMissingFactsAreFilledIn: a replay that knows more than the first.
func TestMissingFactsAreFilledIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.send(w.authorize())
	w.settle(op, verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
	w.settle(op, verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003", PaymentID: "p1"}))
	if p := w.l.Current(); p.PaymentID != "p1" || len(p.PaymentIDs) != 1 {
		t.Errorf("ids %q %v", p.PaymentID, p.PaymentIDs)
	}
	// A refusal that arrives after somebody declared the operation unknown is still in hand.
	w = newWorld(t)
	op = w.unknown(w.authorize())
	v := verdictOf(Answer{Outcome: Decline, Code: "9999"})
	w.must(func(l *Ledger, tk tick) error { return l.settleRefused(tk, op.ID, v, Finding{Kind: NoAnswer}) })
	if op = w.l.operation(op.ID); !op.Refused || op.Code != "9999" {
		t.Errorf("the refusal is forgotten: %+v", op)
	}
	if op = w.resolve(op, noSuch(w)); op.State != payment.DeclinedOp {
		t.Errorf("not settled: %+v", op)
	}
}

// TestStatusOfOurOwnMake: after our own 021 and 023 the status that the notice tells is
// kept, and a status that the centre took back is not kept.
func TestStatusIsFilledIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
	w.take(w.notice(payment.AuthCancelDone))
	if p = w.l.payment(p.ID); p.Status != payment.AuthCancelDone {
		t.Errorf("after 021 and its notice the status is %q", p.Status)
	}
	w = newWorld(t)
	p = w.authorised("p1")
	w.take(w.notice(payment.CancelRequested))
	if p = w.l.payment(p.ID); p.Status != payment.CancelRequested {
		t.Errorf("transit is not noted: %q", p.Status)
	}
	n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	if !w.take(n) {
		t.Error("back from transit without asking 094")
	}
	w.confirm(n, &f)
	if p = w.l.payment(p.ID); p.Status != payment.AuthOK || p.Phase != payment.Authorised {
		t.Errorf("back from transit: %s at %q", p.Phase, p.Status)
	}
	if err := Buttons(w.l, p.ID, w.policy, w.now)[payment.CancelButton]; err != nil {
		t.Errorf("取消 after the centre fell back: %v", err)
	}
}

// TestRecovery: what becomes of an operation whose owner is gone (money.md §2).
func TestRecovery(t *testing.T) {
	t.Parallel()
	t.Run("planned authorisation", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		op := w.authorize()
		w.settle(op, neverSent())
		w.status(order.Processing)
		w.holds(Released)
		w.stands(w.l.Current(), payment.Ended, payment.NeverSent)
		if op = w.l.operation(op.ID); op.State != payment.DeclinedOp || op.Cause != "never_sent" {
			t.Errorf("%+v", op)
		}
	})
	t.Run("planned capture", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		p := w.authorised("p1")
		w.settle(w.change(true), neverSent())
		w.status(order.New)
		w.holds(Committed)
		w.stands(p, payment.Authorised, "")
		if p.Situation != payment.Untouched {
			t.Errorf("ペイジェント状況 is %s", p.Situation)
		}
	})
	t.Run("sent authorisation", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		op := w.send(w.authorize())
		w.settle(op, interrupted())
		w.status(order.Pending)
		w.holds(Held)
		w.stands(w.l.Current(), payment.Unknown, "")
		if op = w.l.operation(op.ID); op.State != payment.UnknownState || !op.NextAskAt.Equal(w.now) || op.OpenKey == "" {
			t.Errorf("%+v", op)
		}
	})
	t.Run("its answer arrives after all", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		op := w.send(w.authorize())
		w.settle(op, interrupted())
		w.settle(op, verdictOf(Answer{Outcome: Success, PaymentID: "p1"}))
		w.status(order.New)
		w.holds(Committed)
		if op = w.l.operation(op.ID); op.State != payment.Succeeded || op.OpenKey != "" {
			t.Errorf("%+v", op)
		}
	})
}

// TestLateAnswer: an answer to what was settled as not happened is a late payment.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	for range 2 {
		w.now = w.now.Add(2 * time.Minute)
		w.resolve(op, noSuch(w))
	}
	w.status(order.Processing)
	w.settle(op, verdictOf(Answer{Outcome: Success, PaymentID: "p1"}))
	w.status(order.New)
	w.holds(Committed)
	w.stands(w.l.Current(), payment.Authorised, "")
}

// TestContradictingOutcome: a refusal of what is known to have succeeded comes before
// a person and changes nothing (money.md §2).
func TestContradictingOutcome(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]Answer{
		"declined": {Outcome: Decline, Final: true, Code: "2003"}, "rejected": {Outcome: Reject, Code: "P010"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			op := w.unknown(w.authorize())
			p := w.l.Current()
			w.resolve(op, w.found(payment.AuthOK))
			w.settle(op, verdictOf(a))
			w.settle(op, verdictOf(a))
			w.status(order.New)
			w.holds(Committed)
			w.stands(p, payment.Authorised, "")
			if !w.alerts[string(AlertContradiction)] || len(w.mails) != 2 {
				t.Errorf("alerts %v, mails %v", w.alerts, w.mails)
			}
			if op = w.l.operation(op.ID); op.State != payment.Succeeded {
				t.Errorf("%+v", op)
			}
		})
	}
}

// TestGivingUp: refused while something is open; else goods back, order back.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.authorize()
	for range 2 {
		if err := w.do(func(l *Ledger, tk tick) error { return l.leave(tk, "", nil, true, payment.BuyerGaveUp) }); code(err) != "operation.open" {
			t.Errorf("while %s: %v", w.l.operation(op.ID).State, err)
		}
		op = w.unknown(op)
	}
	w.l.Operations[0].State, w.l.Operations[0].OpenKey = payment.DeclinedOp, "" // nothing open, and still in 7
	w.must(func(l *Ledger, tk tick) error { return l.leave(tk, "", nil, true, payment.BuyerGaveUp) })
	w.status(order.Processing)
	w.holds(Released)
	w.stands(w.l.Current(), payment.Ended, payment.GivenUp)
	w.must(func(l *Ledger, tk tick) error { return l.leave(tk, "", nil, true, payment.BuyerGaveUp) })
	w = newWorld(t)
	w.authorised("p1")
	w.must(func(l *Ledger, tk tick) error { return l.leave(tk, "", nil, true, payment.BuyerGaveUp) }) // too late: placed
	w.status(order.New)
	w.holds(Committed)
}

// TestTokensPrintNothing however they are printed.
func TestTokensPrintNothing(t *testing.T) {
	t.Parallel()
	const token = CardToken("tok_secret")
	asJSON, err := json.Marshal(map[string]any{"token": token})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", token, "command", Command{Beside: Beside{Token: token}})
	for _, said := range []string{token.String(), fmt.Sprintf("%v %s %q %#v %x %+v", token, token, token, token, token, Command{Beside: Beside{Token: token}}), string(asJSON), log.String()} {
		if strings.Contains(said, "secret") || strings.Contains(said, "746f6b5f") {
			t.Error(said)
		}
	}
}
