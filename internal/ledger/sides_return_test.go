package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestAReturnThatGoesOn does so for the order's own payment that waits, while the order does and
// nothing is under way: each of these alone keeps a second authorisation from being sent.
func TestAReturnThatGoesOn(t *testing.T) {
	t.Parallel()
	for _, from := range []struct {
		begin func(*testing.T) (*world, *Payment)
		kind  payment.Kind
		plan  func(*Ledger, tick, *Payment) (*Operation, error)
	}{
		{challenged, payment.Authorize, func(l *Ledger, tk tick, p *Payment) (*Operation, error) {
			return l.planAuthenticated(tk, Authenticated{PaymentID: p.ID, AuthID: "a1", OK: true, Full: true}, true)
		}},
		{atLogin, payment.ApplyCarrier, func(l *Ledger, tk tick, p *Payment) (*Operation, error) {
			return l.planLoggedIn(tk, LoggedIn{PaymentID: p.ID, OpenID: "o1"}, "key")
		}},
	} {
		for name, tt := range map[string]struct {
			put  func(*world, *Payment)
			goes bool
		}{
			"as it was left":             {func(*world, *Payment) {}, true},
			"another one is the order's": {func(w *world, _ *Payment) { w.l.CurrentID = "another" }, false},
			"it does not wait":           {func(_ *world, p *Payment) { p.Phase = payment.Unknown }, false},
			"the order does not wait":    {func(w *world, _ *Payment) { w.l.Order.Status = order.Processing }, false},
			"something is under way": {func(w *world, _ *Payment) {
				w.l.Operations = append(w.l.Operations, &Operation{ID: "op", PaymentID: "another", State: payment.Sent, OpenKey: orderKey(w.l.Order.ID)})
			}, false},
		} {
			w, p := from.begin(t)
			p = w.l.payment(p.ID)
			tt.put(w, p)
			w.must(func(l *Ledger, tk tick) error {
				op, err := from.plan(l, tk, l.payment(p.ID))
				if (op != nil) != tt.goes || op != nil && op.Kind != from.kind {
					t.Errorf("%s, %s: %+v", from.kind, name, op)
				}
				return err
			})
		}
	}
}

// TestRollbackCancelsOnlyWhatIsOurs, and is authorised: no money that was taken goes back, and no
// telegram is sent about what another amount or type shows to be a stranger's.
func TestRollbackCancelsOnlyWhatIsOurs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status payment.Status
		change func(*Finding)
		want   RollbackVerdict
		goes   bool
	}{
		"authorised":                    {payment.AuthOK, func(*Finding) {}, RolledBack, true},
		"captured":                      {payment.Cleared, func(*Finding) {}, RollbackStands, false},
		"authorised for another amount": {payment.AuthOK, func(f *Finding) { f.Amount++ }, RollbackSkipped, false},
		"authorised, of another type":   {payment.AuthOK, func(f *Finding) { f.Type = "05" }, RollbackSkipped, false},
	} {
		w, p := challenged1(t)
		s := open(t, w)
		s.policy.RollbackCancels = true
		f := s.world.found(tt.status)
		f.BegunAt = p.BegunAt
		tt.change(&f)
		s.there["p1"], s.there["123"] = f, f
		got, err := s.service.RollBack(bg, s.order(), false)
		if now := s.l.payment(p.ID); err != nil || got.Verdict != tt.want || now.Reverse != tt.goes || (s.reversal(now) != nil) != tt.goes {
			t.Errorf("%s: %+v, %v, %+v", name, got, err, now)
		}
	}
}
