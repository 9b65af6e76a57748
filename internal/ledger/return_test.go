package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// atPage is an order whose buyer is at a page outside.
func atPage(t *testing.T, s payment.Scheme) (*world, *Payment) {
	t.Helper()
	w := of(t, s)
	a := Answer{Outcome: Success, Needs: Needs{URL: "https://example.jp/page"}}
	if s.Method == payment.Carrier && s.System == payment.Module {
		a.PaymentID = "p1"
	}
	w.settle(w.send(w.begin(nil)), verdictOf(a))
	return w, w.l.Current()
}

var bank = payment.Scheme{Method: payment.Bank, System: payment.Module}

// TestComingBack: a return believes 094 alone, and a stop touches its own payment only.
func TestComingBack(t *testing.T) {
	t.Parallel()
	found := func(s payment.Status) *Finding {
		return &Finding{Kind: Found, PaymentID: "p1", TradingID: "123", Type: "05", Status: s, Amount: total, BegunAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	}
	for name, tt := range map[string]struct {
		stop  bool
		f     *Finding
		order order.Status
		phase payment.Phase
		code  string
	}{
		"paid":                    {false, found(payment.Cleared), order.Paid, payment.Captured, ""},
		"paid, and stopped":       {true, found(payment.Cleared), order.Paid, payment.Captured, ""},
		"not yet":                 {false, found(payment.Applied), order.Pending, payment.AwaitingBuyer, ""},
		"unknown there":           {false, &Finding{Kind: NoSuch}, order.Pending, payment.AwaitingBuyer, ""},
		"no answer":               {false, &Finding{Kind: NoAnswer}, order.Pending, payment.AwaitingBuyer, ""},
		"stopped":                 {true, found(payment.Applied), order.Processing, payment.Ended, ""},
		"stopped, unknown there":  {true, &Finding{Kind: NoSuch}, order.Processing, payment.Ended, ""},
		"stopped, but no answer":  {true, &Finding{Kind: NoAnswer}, order.Pending, payment.AwaitingBuyer, "payment.unconfirmed"},
		"stopped, but not asked":  {true, nil, order.Pending, payment.AwaitingBuyer, "payment.unconfirmed"},
		"paid with another yen":   {false, func() *Finding { f := found(payment.Cleared); f.Amount++; return f }(), order.Pending, payment.AwaitingBuyer, ""},
		"stopped, another yen":    {true, func() *Finding { f := found(payment.Cleared); f.Amount++; return f }(), order.Pending, payment.AwaitingBuyer, "payment.unconfirmed"},
		"an older one, our id":    {false, func() *Finding { f := found(payment.Cleared); f.BegunAt = f.BegunAt.Add(-time.Hour); return f }(), order.Pending, payment.AwaitingBuyer, ""},
		"of another payment type": {false, func() *Finding { f := found(payment.Cleared); f.Type = "02"; return f }(), order.Pending, payment.AwaitingBuyer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := atPage(t, bank)
			err := w.do(func(l *Ledger, tk tick) error { return l.leave(tk, p.ID, tt.f, tt.stop, payment.BuyerGaveUp) })
			if code(err) != tt.code {
				t.Errorf("%v", err)
			}
			w.status(tt.order)
			if got := w.l.payment(p.ID); got.Phase != tt.phase {
				t.Errorf("%s", got.Phase)
			}
			if tt.phase == payment.Ended && w.l.payment(p.ID).AskAt.IsZero() {
				t.Error("a page that can still be used is not watched")
			}
		})
	}
}

// TestAPaymentThatWasLeft and is paid after all is the order's, unless another stands.
func TestAPaymentThatWasLeft(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, bank)
	w.must(func(l *Ledger, tk tick) error {
		return l.leave(tk, p.ID, &Finding{Kind: NoSuch}, true, payment.TryReplaced)
	})
	w.stands(p, payment.Ended, payment.Superseded)
	w.holds(Released)
	n := w.notice(payment.Cleared)
	n.PaymentID, n.TradingID, n.Type = "p9", p.TradingID, "05"
	f := Finding{Kind: Found, PaymentID: "p9", TradingID: p.TradingID, Type: "05", Status: payment.Cleared, Amount: total, BegunAt: p.BegunAt}
	w.confirm(n, &f)
	w.stands(p, payment.Captured, "")
	w.status(order.Paid)
	w.holds(Committed)
}

// TestAnIssuedNumberStays: there is no other try (money.md §6).
func TestAnIssuedNumberStays(t *testing.T) {
	t.Parallel()
	link := payment.Scheme{Method: payment.Conveni, System: payment.Link}
	w, p := atPage(t, link)
	n := w.notice(payment.Applied)
	n.PaymentID, n.TradingID, n.Type = "p1", p.TradingID, "03"
	w.take(n)
	w.stands(p, payment.AwaitingPayment, "")
	w.status(order.Pending)
	if s := Next(w.l); s.Kind != StepNumber {
		t.Errorf("the buyer is at %s", s.Kind)
	}
	err := w.do(func(l *Ledger, tk tick) error { return l.leave(tk, "", nil, true, payment.BuyerGaveUp) })
	if !problem.Is(err, "payment.number_issued") {
		t.Errorf("%v", err)
	}
	w.status(order.Pending)
}

// challenged is an order whose buyer is at the challenge of 3-D Secure 2.0.
func challenged(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := newWorld(t)
	w.policy.ThreeDS = ThreeDS2
	op := w.send(w.authorize())
	if op.Kind != payment.Authenticate {
		t.Fatalf("begun by %s", op.Kind)
	}
	v := verdictOf(Answer{Outcome: Success, AuthID: "a1", Needs: Needs{Action: "https://acs.example/"}})
	v.sealed = "sealed"
	w.settle(op, v)
	return w, w.l.Current()
}

func (w *world) back(in Authenticated, token bool) *Operation {
	w.t.Helper()
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		in.PaymentID = l.Current().ID
		op, err = l.planAuthenticated(t, in, token)
		return err
	})
	return op
}

// TestAChallenge: one authorisation follows one challenge that was passed.
func TestAChallenge(t *testing.T) {
	t.Parallel()
	w, p := challenged(t)
	w.stands(p, payment.AwaitingBuyer, "")
	w.status(order.Pending)
	if p.SealedToken == "" || p.AuthID != "a1" || !p.AskAt.Equal(p.BegunAt.Add(tokenTerm)) {
		t.Errorf("%+v", p)
	}
	in := Authenticated{AuthID: "a1", OK: true, Attempt: "1", Protected: true}
	op := w.back(in, true)
	if op == nil || op.Kind != payment.Authorize || op.IdemKey != "3ds:a1" {
		t.Fatalf("%+v", op)
	}
	if again := w.back(in, true); again != nil {
		t.Errorf("a second return authorises again: %+v", again)
	}
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success, PaymentID: "p1"}))
	p = w.l.Current()
	w.stands(p, payment.Authorised, "")
	w.status(order.New)
	if p.SealedToken != "" || !p.Protected || p.Attempt != "1" || p.ThreeDS != ThreeDS2 {
		t.Errorf("%+v", p)
	}
	if again := w.back(in, true); again != nil {
		t.Errorf("a late return authorises again: %+v", again)
	}
}

// TestAChallengeThatEndsNowhere: nothing was authorised, and the buyer may try again.
func TestAChallengeThatEndsNowhere(t *testing.T) {
	t.Parallel()
	ok := Authenticated{AuthID: "a1", OK: true, Full: true}
	for name, tt := range map[string]struct {
		change func(*world, *Authenticated)
		token  bool
		end    payment.End
	}{
		"refused":                  {func(_ *world, in *Authenticated) { in.OK, in.Code = false, "2001" }, true, payment.Declined},
		"attempt, policy high":     {func(w *world, in *Authenticated) { w.policy.Attempts = FullOnly; in.Full, in.Protected = false, true }, true, payment.Declined},
		"attempt, policy middle":   {func(w *world, in *Authenticated) { w.policy.Attempts = ProtectedAttempts; in.Full = false }, true, payment.Declined},
		"the token is too old":     {func(w *world, _ *Authenticated) { w.now = w.now.Add(tokenTerm) }, true, payment.Superseded},
		"the token is gone":        {func(*world, *Authenticated) {}, false, payment.Superseded},
		"the total is another one": {func(w *world, _ *Authenticated) { w.l.Order.Total++ }, true, payment.Superseded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := challenged(t)
			in := ok
			tt.change(w, &in)
			if op := w.back(in, tt.token); op != nil {
				t.Fatalf("%+v", op)
			}
			w.stands(p, payment.Ended, tt.end)
			w.status(order.Processing)
			w.holds(Released)
			if w.l.payment(p.ID).SealedToken != "" {
				t.Error("the token is kept")
			}
			if s := Next(w.l); s.Kind != StepPay || tt.end == payment.Declined && s.Refusal == nil {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestPoliciesOnAttempts (money.md §6): low accepts all.
func TestPoliciesOnAttempts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		policy          Attempts
		full, protected bool
		want            bool
	}{
		{AcceptAttempts, false, false, true}, {"", false, false, true},
		{ProtectedAttempts, false, false, false}, {ProtectedAttempts, false, true, true}, {ProtectedAttempts, true, false, true},
		{FullOnly, false, true, false}, {FullOnly, true, false, true},
	} {
		if got := (Policy{Attempts: tt.policy}).accepts(Authenticated{Full: tt.full, Protected: tt.protected}); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// TestPastItsLimit: what nobody used ends by itself; what lives is asked about daily.
func TestPastItsLimit(t *testing.T) {
	t.Parallel()
	late := func(w *world, p *Payment) { w.now = p.LimitAt.Add(margin) }
	watch := func(w *world, p *Payment, f Finding, witnessed bool) {
		w.must(func(l *Ledger, tk tick) error {
			l.payment(p.ID).AskAt = tk.now
			return l.watched(tk, p.ID, f, witnessed)
		})
	}
	none := Finding{Kind: NoSuch}
	for name, tt := range map[string]struct {
		late      bool
		f         Finding
		witnessed bool
		ended     bool
	}{
		"before it":               {false, none, true, false},
		"after it":                {true, none, true, true},
		"without a witness":       {true, none, false, false},
		"no answer":               {true, Finding{Kind: NoAnswer}, true, false},
		"left at the bank":        {true, Finding{Kind: Found, PaymentID: "p1", Type: "05", Status: payment.Abandoned, Amount: total, BegunAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}, true, true},
		"another yen at the bank": {true, Finding{Kind: Found, PaymentID: "p1", Type: "05", Status: payment.Applied, Amount: total + 1, BegunAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := atPage(t, bank)
			if tt.late {
				late(w, p)
			}
			watch(w, p, tt.f, tt.witnessed)
			p = w.l.payment(p.ID)
			if tt.ended {
				w.stands(p, payment.Ended, payment.Unused)
				w.status(order.Canceled)
				w.holds(Released)
				if !p.AskAt.IsZero() {
					t.Error("it is asked about for ever")
				}
				return
			}
			w.stands(p, payment.AwaitingBuyer, "")
			if !p.AskAt.After(w.now) {
				t.Error("nobody asks again")
			}
		})
	}
}

// TestGivenUpAfterItWasPaid: money came for another total, and a person is to decide. A
// buyer who presses the button that stops does not undo it.
func TestGivenUpAfterItWasPaid(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, bank)
	w.l.Order.Total++
	w.learnt(p, payment.Cleared)
	w.stands(p, payment.Captured, "")
	w.status(order.Pending)
	alerts := len(w.alerts)
	s := open(t, w)
	if err := s.service.GiveUp(bg, s.order()); err != nil {
		t.Error(err)
	}
	s.stands(p, payment.Captured, "")
	s.status(order.Pending)
	s.holds(Held)
	if len(s.alerts) != alerts || alerts == 0 {
		t.Errorf("alerts %v", s.alerts)
	}
}
