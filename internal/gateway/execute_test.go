package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

// everyKind runs a test for each kind that has a telegram.
func everyKind(t *testing.T, test func(t *testing.T, kind payment.Kind)) {
	t.Helper()
	for _, kind := range payment.Kinds() {
		if kind == payment.ChangeAmount {
			continue
		}
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// TestEveryKindSucceeds, by one telegram of its own kind, and leads to its target.
func TestEveryKindSucceeds(t *testing.T) {
	t.Parallel()
	everyKind(t, func(t *testing.T, kind payment.Kind) {
		r, c := setup(t, kind)
		before := r.count()
		a := r.succeed(c)
		if r.count() != before+1 {
			t.Errorf("%d telegrams", r.count()-before)
		}
		if sent := r.last()["telegram_kind"]; kind != payment.OpenLink && sent != kind.Telegram() {
			t.Errorf("sent %s", sent)
		}
		if a.Code != "" || a.Detail != "" || a.IDInUse || a.NotSent || a.Challenge {
			t.Errorf("%+v", a)
		}
		switch kind {
		case payment.StoreCard, payment.DeleteCard, payment.ApplyBank, payment.OpenLink, payment.LoginCarrier, payment.Authenticate:
			if a.PaymentID != "" { // none of these makes a payment
				t.Errorf("%+v", a)
			}
			return
		case payment.RefundPaidy, payment.CorrectCarrier: // a part: the status stays
			return
		}
		if got := r.status(a.PaymentID); string(got) != string(kind.Target()) {
			t.Errorf("leads to %s", got)
		}
	})
}

// TestEveryKindRefused: a refusal without a code that is known is final only where
// nothing can have moved (money.md §2).
func TestEveryKindRefused(t *testing.T) {
	t.Parallel()
	everyKind(t, func(t *testing.T, kind payment.Kind) {
		r, c := setup(t, kind)
		c.SettingsVersion = wrongVersion
		a := r.Execute(t.Context(), c)
		final := kind.Page() || kind == payment.StoreCard || kind == payment.DeleteCard
		code := map[bool]string{true: "SIM014", false: "SIM001"}[kind == payment.OpenLink]
		if a.Outcome != ledger.Decline || a.Final != final || a.Code != code || a.Detail == "" || a.NotSent {
			t.Errorf("%+v", a)
		}
	})
}

// TestEveryKindRejected: a P code says that nothing happened.
func TestEveryKindRejected(t *testing.T) {
	t.Parallel()
	everyKind(t, func(t *testing.T, kind payment.Kind) {
		r, c := setup(t, kind)
		r.stranger = true
		a := r.Execute(t.Context(), c)
		if a.Outcome != ledger.Reject || !a.Final || a.NotSent || a.Code != "P015" {
			t.Errorf("%+v", a)
		}
	})
}

// TestEveryKindUnknown: whatever an answer lacks to be one, the telegram may have taken
// effect.
func TestEveryKindUnknown(t *testing.T) {
	t.Parallel()
	for _, fault := range []paygentsim.Fault{paygentsim.TimeoutAfter, paygentsim.TimeoutBefore, paygentsim.CutAfter, paygentsim.GarbageAfter, paygentsim.ErrorBefore} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			everyKind(t, func(t *testing.T, kind payment.Kind) {
				r, c := setup(t, kind)
				if err := r.sim.ForceFault(kind.Telegram(), fault); err != nil {
					t.Fatal(err)
				}
				before := r.count()
				a := r.Execute(t.Context(), c)
				if a.Outcome != ledger.Mystery || a.Final || a.NotSent || a.Code == "" {
					t.Errorf("%+v", a)
				}
				if r.count() != before+1 { // never again blindly
					t.Errorf("%d telegrams", r.count()-before)
				}
			})
		})
	}
}

// TestEveryKindNotSent: what stops a telegram before its first byte is no mystery.
func TestEveryKindNotSent(t *testing.T) {
	t.Parallel()
	everyKind(t, func(t *testing.T, kind payment.Kind) {
		r, c := setup(t, kind)
		before := r.count()
		late, over := c, c
		late.BeforeSend = func() error { return errors.New("too late") }
		over.Remaining = 0
		for name, cmd := range map[string]ledger.Command{"too late": late, "no time left": over} {
			if a := r.Execute(t.Context(), cmd); a.Outcome != ledger.Reject || !a.Final || !a.NotSent {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if r.count() != before {
			t.Errorf("%d telegrams left", r.count()-before)
		}
		r.away = true
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.Final || !a.NotSent || a.Code != paygent.CodeConnection {
			t.Errorf("nobody listens: %+v", a)
		}
		r.away = false
		r.succeed(c) // none of it had an effect
	})
}

// TestAKindWithoutATelegram is sent by nobody.
func TestAKindWithoutATelegram(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, kind := range []payment.Kind{payment.ChangeAmount, "refund"} {
		if a := r.Execute(t.Context(), r.command(kind)); a.Outcome != ledger.Reject || !a.NotSent || a.Code != paygent.CodeFixedValue || r.count() > 0 {
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

// TestIDsInUse are marked for every kind that begins a payment, and never final: 094 on
// that id comes first.
func TestIDsInUse(t *testing.T) {
	t.Parallel()
	for _, kind := range []payment.Kind{payment.Authorize, payment.ApplyATM, payment.ApplyConveni, payment.ApplyCarrier} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r, c := setup(t, kind)
			r.authorised(good)
			if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || !a.IDInUse || a.Final || a.Code != "2005" {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestWithoutAKit nothing is sent, and the sentence says what is missing.
func TestWithoutAKit(t *testing.T) {
	t.Parallel()
	g := gateway.New(func(context.Context, int64) (gateway.Centre, error) {
		return gateway.Centre{}, &paygent.ConfigError{Code: paygent.CodeConfMissing, Detail: "there is none"}
	}, time.Now)
	if a := g.Execute(t.Context(), ledger.Command{Kind: payment.Authorize}); a.Outcome != ledger.Reject || !a.NotSent || !a.Final || a.Code != paygent.CodeConfMissing || a.Detail == "" {
		t.Errorf("%+v", a)
	}
	if f := g.Inquire(t.Context(), ledger.Inquiry{PaymentID: "1"}); f.Kind != ledger.NoAnswer || f.Code != paygent.CodeConfMissing || f.Detail == "" {
		t.Errorf("%+v", f)
	}
	var none *ledger.NoAnswerError
	if _, err := g.CardList(t.Context(), ledger.CardsQuery{CustomerID: 1}); !errors.As(err, &none) || !none.NotSent || none.Code != paygent.CodeConfMissing {
		t.Error(err)
	}
	if _, err := g.Difference(t.Context(), ledger.DifferenceQuery{}); !errors.As(err, &none) || !none.NotSent || none.Code != paygent.CodeConfMissing {
		t.Error(err)
	}
}
