package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// closeTest closes what the order has of this environment and merchant.
func (s *shop) closeTest(env payment.Environment, merchant string) (int, error) {
	return s.service.CloseTest(context.Background(), s.order(), env, merchant, clerk)
}

// TestTestPaymentsClosed: payments of an environment that is no real one end without a
// telegram, with the order they pay; real ones, another's, and what is under way never
// (money.md §10).
func TestTestPaymentsClosed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin    func(*shop)
		env      payment.Environment
		merchant string
		code     string
		closed   int
		order    order.Status
		hold     HoldState
		alerts   []AlertKind
	}{
		"paid":         {func(s *shop) { s.authorised("p1") }, payment.Simulator, "m", "", 1, order.Canceled, Released, nil},
		"sold":         {func(s *shop) { s.world.captured("p1") }, payment.Simulator, "m", "", 1, order.Canceled, Released, nil},
		"in 4":         {func(s *shop) { s.authorised("p1"); s.moved(order.InProgress) }, payment.Simulator, "m", "", 1, order.Canceled, Released, nil},
		"shipped":      {func(s *shop) { s.authorised("p1"); s.moved(order.Delivered) }, payment.Simulator, "m", "", 1, order.Delivered, Committed, []AlertKind{AlertShippedUnpaid, AlertUnmade}},
		"returned":     {func(s *shop) { s.authorised("p1"); s.moved(order.Delivered); s.moved(order.Returned) }, payment.Simulator, "m", "", 1, order.Returned, Committed, []AlertKind{AlertShippedUnpaid}},
		"a page waits": {func(s *shop) { s.page() }, payment.Simulator, "m", "", 1, order.Canceled, Released, nil},
		"kept beside another method": {func(s *shop) {
			p := s.authorised("p1")
			s.l.Order.MethodClass = offlineClass
			s.must(func(l *Ledger, tk tick) error { l.alertKept(tk, AlertKept, p); return nil })
		}, payment.Simulator, "m", "", 1, order.New, Committed, nil},
		"cancelled, kept": {func(s *shop) { s.authorised("p1"); s.keeping(order.Canceled) }, payment.Simulator, "m", "", 1, order.Canceled, Released, nil},
		"to be paid again": {func(s *shop) {
			s.authorised("p1")
			s.l.Order.Status, s.l.LastStatus = order.Processing, order.Processing
		}, payment.Simulator, "m", "", 1, order.Processing, Released, nil},
		"another's":           {func(s *shop) { s.authorised("p1").Reverse = true; s.l.CurrentID = "" }, payment.Simulator, "m", "", 1, order.New, Committed, []AlertKind{AlertUnmade}},
		"over already":        {func(s *shop) { s.settle(s.send(s.authorize()), verdictOf(no)) }, payment.Simulator, "m", "", 0, order.Processing, Released, nil},
		"of the other test":   {func(s *shop) { s.authorised("p1") }, payment.Test, "m", "", 0, order.New, Committed, nil},
		"of another merchant": {func(s *shop) { s.authorised("p1") }, payment.Simulator, "x", "", 0, order.New, Committed, nil},
		"a real one":          {func(s *shop) { s.authorised("p1").Environment = payment.Production }, payment.Production, "m", "environment.production", 0, order.New, Committed, nil},
		"a real one besides":  {func(s *shop) { s.authorised("p1").Environment = payment.Production }, payment.Simulator, "m", "", 0, order.New, Committed, nil},
		"under way":           {func(s *shop) { s.authorised("p1"); s.send(s.change(true)) }, payment.Simulator, "m", "operation.open", 0, order.New, Committed, nil},
		"being changed": {func(s *shop) {
			s.authorised("p1")
			s.l.Order.Total = lower
			s.must(func(l *Ledger, tk tick) error {
				_, err := l.planChange(tk, Change{PaymentID: l.CurrentID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: clerk})
				return err
			})
		}, payment.Simulator, "m", "operation.open", 0, order.New, Committed, nil},
	} {
		s := open(t, newWorld(t))
		tt.begin(s)
		p := *s.l.Payments[0]
		closed, err := s.closeTest(tt.env, tt.merchant)
		if code(err) != tt.code || closed != tt.closed || len(s.sent) != 0 {
			t.Errorf("%s: %d closed, %v, sent %v", name, closed, err, s.telegrams())
		}
		s.status(tt.order)
		s.holds(tt.hold)
		if tt.alerts != nil || len(s.alerts) != 0 {
			s.alerted(tt.alerts...)
		}
		if now := s.l.Payments[0]; tt.closed == 1 && (now.Phase != payment.Ended || now.End != payment.Unused || !now.AskAt.IsZero()) || tt.closed == 0 && now.Phase != p.Phase {
			t.Errorf("%s: %+v", name, now)
		}
		if t.Failed() {
			t.Logf("in %s", name)
		}
	}
	s := open(t, newWorld(t)) // the other test environment is closed as this one
	s.authorised("p1").Environment = payment.Test
	if closed, err := s.closeTest(payment.Test, "m"); err != nil || closed != 1 {
		t.Errorf("%d closed, %v", closed, err)
	}
	for _, call := range []string{"policy", "Update", "commit"} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.fail = func(c string, _ int) error {
			if c == call {
				return errAway
			}
			return nil
		}
		if _, err := s.closeTest(payment.Simulator, "m"); !errors.Is(err, errAway) {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// page is a card's 3-D Secure page that waits for its buyer.
func (w *world) page() *Payment {
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Success, PaymentID: "p1", Challenge: true, Needs: Needs{URL: "https://acs.example/"}, LimitAt: w.now.Add(time.Hour)}))
	return w.l.Current()
}

// TestChangePlannedAsTheEnvironmentChanged: both commits passed each other. The change begins no
// payment at another centre, where the old one's id may be somebody else's.
func TestChangePlannedAsTheEnvironmentChanged(t *testing.T) {
	t.Parallel()
	for _, captured := range []bool{false, true} {
		for _, elsewhere := range []func(*Policy){
			func(p *Policy) { p.MerchantID = "other" }, func(p *Policy) { p.Environment = payment.Production },
		} {
			w, old, parent := changing(t, captured)
			was := *w.l.payment(old.ID)
			elsewhere(&w.policy)
			w.steps(parent)
			if op := w.l.operation(parent.ID); op.State != payment.DeclinedOp || !op.NeverSent() || len(w.l.Payments) != 1 {
				t.Errorf("%+v, %d payments", op, len(w.l.Payments))
			}
			w.stands(old, was.Phase, was.End)
			w.alerted(AlertAmountOpen)
		}
	}
}

// TestAClosedTestPaymentThatStands: one that was closed with its test and shows to be alive when
// the shop tests there again is watched like any other.
func TestAClosedTestPaymentThatStands(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.authorised("p1")
	if closed, err := s.closeTest(payment.Simulator, "m"); closed != 1 || err != nil {
		t.Fatal(closed, err)
	}
	s.now = s.now.Add(4 * 24 * time.Hour)
	s.notified("p1", payment.AuthOK)
	if p := s.l.Payments[0]; p.Phase != payment.Authorised || !p.AskAt.Equal(p.LimitAt.Add(margin)) {
		t.Errorf("%s, asked about at %s, limit %s", p.Phase, p.AskAt, p.LimitAt)
	}
}

// TestWatchAsTheEnvironmentChanges: the other centre's word that there is no such payment ends
// none of this one's.
func TestWatchAsTheEnvironmentChanges(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	p := s.authorised("p1")
	s.now = p.LimitAt.Add(margin)
	s.must(func(l *Ledger, _ tick) error { l.payment(p.ID).AskAt = s.now; return nil })
	s.there["p1"] = Finding{Kind: NoSuch}
	taken := false
	s.fail = func(call string, _ int) error {
		if call == "policy" && taken {
			s.policy.MerchantID, s.policy.Version = "other", 2
		}
		taken = taken || call == "Update"
		return nil
	}
	if err := s.service.Watch(bg, DuePayment{OrderID: s.order(), PaymentID: p.ID}); err != nil || len(s.asked) != 0 {
		t.Errorf("%v, asked %+v", err, s.asked)
	}
	s.stands(p, payment.Authorised, "")
	s.status(order.New)
}
