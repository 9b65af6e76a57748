package ledger

import (
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// byWord is a change of the amount whose new authorisation was never answered, and of which
// staff said that it took effect: nobody knows its payment_id.
func byWord(t *testing.T, captured, sameID bool) (s *shop, parent *Operation, fresh *Payment, yes func()) {
	t.Helper()
	w, _, parent := changing(t, captured)
	w.policy.SameTradingID = sameID
	s = open(t, w)
	op := s.unknown(s.step(parent))
	s.now = op.DeadlineAt.Add(settleMargin)
	fresh = s.l.payment(op.PaymentID)
	return s, parent, fresh, func() {
		t.Helper()
		if _, err := s.word(op, true); err != nil {
			t.Fatal(err)
		}
	}
}

// about is a notice of the saga's new payment, and what 094 tells of it.
func (s *shop) about(p *Payment, status payment.Status) (*Notice, Finding) {
	n, f := s.notice(status), s.found(status)
	n.PaymentID, n.TradingID, n.Amount = "p2", p.TradingID, p.Amount
	f.PaymentID, f.TradingID, f.Amount, f.BegunAt = "p2", p.TradingID, p.Amount, p.BegunAt
	return n, f
}

// TestAStepWaitsForItsPaymentID: no telegram can name a payment without one. The saga asks
// where its trading_id names it alone, tells staff after a while, and goes on with the id.
func TestAStepWaitsForItsPaymentID(t *testing.T) {
	t.Parallel()
	for _, sameID := range []bool{false, true} {
		s, parent, fresh, yes := byWord(t, true, sameID)
		yes()
		said := s.now
		for i := range 4 {
			if op := s.step(parent); op != nil {
				t.Fatalf("same id %v: %s was sent without a payment_id", sameID, op.Kind.Telegram())
			}
			fresh, parent = s.l.payment(fresh.ID), s.l.operation(parent.ID)
			if !parent.NotBefore.After(s.now) || parent.NotBefore.After(s.now.Add(time.Hour+time.Minute)) {
				t.Errorf("same id %v: looked at again at %s, %s after now", sameID, parent.NotBefore, parent.NotBefore.Sub(s.now))
			}
			if asks := !fresh.AskAt.IsZero() && fresh.AskAt.Before(parent.NotBefore); !sameID && !asks {
				t.Errorf("094 is asked at %s, and the saga looks at %s", fresh.AskAt, parent.NotBefore)
			}
			if told := s.alerts[string(AlertUnknown)]; told != !s.now.Before(said.Add(alertUnknown)) {
				t.Errorf("same id %v, look %d, %s after: staff are told %v", sameID, i, s.now.Sub(said), told)
			}
			s.now = parent.NotBefore.Add(10 * time.Minute)
		}
		n, f := s.about(fresh, payment.AuthOK)
		if !s.take(n) {
			t.Errorf("same id %v: believed without 094", sameID)
		}
		s.confirm(n, &f)
		if fresh = s.l.payment(fresh.ID); fresh.PaymentID != "p2" || s.l.operation(parent.ID).NotBefore.After(s.now) || n.State != NoticeReceived {
			t.Errorf("same id %v: %+v, the saga is looked at at %s, notice %s %s", sameID, fresh, s.l.operation(parent.ID).NotBefore, n.State, n.Reason)
		}
		capture := s.step(parent)
		if capture == nil || capture.Kind != payment.Capture || s.alerts[string(AlertUnknown)] {
			t.Fatalf("same id %v: %+v, alerts %v: its payment_id is known", sameID, capture, s.alerts)
		}
		s.must(func(l *Ledger, tk tick) error {
			if l.awaitName(tk, l.operation(parent.ID), l.payment(fresh.ID)) || len(l.Alerts) > 0 {
				t.Errorf("same id %v: written once more: %+v", sameID, l.Alerts)
			}
			return nil
		})
		answer := func(id string) Answer { return Answer{Outcome: Success, PaymentID: id} }
		s.settle(capture, verdictOf(answer("p2")))
		s.steps(parent, "023", answer("p1"))
		if s.alerts[string(AlertUnknown)] || s.l.Current().ID != fresh.ID || s.l.operation(parent.ID).State != payment.Succeeded {
			t.Errorf("same id %v: alerts %v, %+v", sameID, s.alerts, s.l.operation(parent.ID))
		}
		s.take(n) // and the notice with what it tells
		if n.State != NoticeApplied && n.State != NoticeSuperseded && n.State != NoticeReceived {
			t.Errorf("same id %v: notice %s %s", sameID, n.State, n.Reason)
		}
	}
}

// TestWhatNamesAPayment: only what 094 confirms, of this payment, by the notice's payment_id.
func TestWhatNamesAPayment(t *testing.T) {
	t.Parallel()
	other := func(l *Ledger, p *Payment) { // an earlier try of the same trading_id whose id nobody knows
		l.Payments = append([]*Payment{{
			ID: "earlier", Seq: 1, Environment: p.Environment, MerchantID: p.MerchantID, Method: p.Method, System: p.System, TradingID: p.TradingID,
			Amount: p.Amount, Phase: payment.Ended, End: payment.Declined, BegunAt: p.BegunAt,
		}}, l.Payments...)
	}
	for name, tt := range map[string]struct {
		change func(*shop, *Payment, *Notice, *Finding)
		named  bool
		state  NoticeState
		reason ParkReason
		stands bool
	}{
		"authorised":                 {func(*shop, *Payment, *Notice, *Finding) {}, true, NoticeReceived, NotParked, true},
		"in transit":                 {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { f.Status = payment.CaptureRequested }, true, NoticeReceived, NotParked, true},
		"gone by now":                {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { f.Status, f.Amount = payment.AuthCancelDone, 0 }, true, NoticeReceived, NotParked, true},
		"never confirmed by setting": {func(s *shop, _ *Payment, _ *Notice, _ *Finding) { s.policy.Confirm = ConfirmNever }, true, NoticeReceived, NotParked, true},
		"no answer":                  {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { *f = Finding{Kind: NoAnswer} }, false, NoticeReceived, NotParked, true},
		"no such payment":            {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { *f = Finding{Kind: NoSuch} }, false, NoticeReceived, NotParked, true},
		"no answer for a day": {func(s *shop, _ *Payment, _ *Notice, f *Finding) {
			*f = Finding{Kind: NoAnswer}
			s.now = s.now.Add(confirmTerm)
		}, false, NoticeParked, ParkSilent, true},
		"another type":             {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { f.Type = "03" }, false, NoticeReceived, NotParked, true},
		"another trading_id":       {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { f.TradingID = "99" }, false, NoticeReceived, NotParked, true},
		"another amount":           {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { f.Amount++ }, false, NoticeParked, ParkAmount, true},
		"applied for only":         {func(_ *shop, _ *Payment, _ *Notice, f *Finding) { f.Status = payment.Applied }, false, NoticeReceived, NotParked, true},
		"begun long before":        {func(_ *shop, p *Payment, _ *Notice, f *Finding) { f.BegunAt = p.BegunAt.Add(-time.Hour) }, false, NoticeParked, ParkNoOrder, true},
		"refused, and staff erred": {func(_ *shop, _ *Payment, n *Notice, f *Finding) { n.Status, f.Status = payment.AuthNG, payment.AuthNG }, true, NoticeApplied, NotParked, false},
		"refused, or the earlier try": {func(s *shop, p *Payment, n *Notice, f *Finding) {
			n.Status, f.Status = payment.AuthNG, payment.AuthNG
			other(s.l, p)
		}, false, NoticeReceived, NotParked, true},
		"alive, beside an earlier try": {func(s *shop, p *Payment, _ *Notice, _ *Finding) { other(s.l, p) }, true, NoticeReceived, NotParked, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, parent, fresh, yes := byWord(t, true, true)
			yes()
			s.step(parent)
			n, f := s.about(s.l.payment(fresh.ID), payment.AuthOK)
			tt.change(s, s.l.payment(fresh.ID), n, &f)
			if !s.take(n) {
				t.Error("believed without 094")
			}
			s.confirm(n, &f)
			p := s.l.payment(fresh.ID)
			if waits := !tt.named && tt.state == NoticeReceived; waits && n.Asked != 1 {
				t.Errorf("asked %d times", n.Asked)
			}
			if named := p.PaymentID == "p2"; named != tt.named || n.State != tt.state || n.Reason != tt.reason || p.living() != tt.stands {
				t.Errorf("payment_id %q, %s %s; notice %s %s", p.PaymentID, p.Phase, p.End, n.State, n.Reason)
			}
			step := s.step(parent)
			if sent := step != nil; sent != (tt.named && tt.stands) {
				t.Errorf("sent: %+v", step)
			}
			if open := s.l.operation(parent.ID).State.Open(); open != tt.stands {
				t.Errorf("the saga is open: %v", open)
			}
		})
	}
}

// TestAWrongWordAboutAnAuthorisation: the new one was refused. What is left of the old one
// stays the order's; where it is gone already, the order has no payment.
func TestAWrongWordAboutAnAuthorisation(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{"the old one stays": false, "the old one is gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, parent, fresh, said := byWord(t, false, true)
			old := s.l.Current()
			said()
			op := s.step(parent)
			if op == nil || op.Kind != payment.CancelAuthorization || op.PaymentID != old.ID {
				t.Fatalf("%+v", op)
			}
			n, f := s.about(fresh, payment.AuthNG)
			if gone { // the notice is judged before the saga has seen that it is over
				s.settle(op, verdictOf(yes("p1")))
			} else {
				s.settle(op, verdictOf(no))
			}
			s.confirm(n, &f)
			s.step(parent)
			s.stands(fresh, payment.Ended, payment.Declined)
			s.status(order.New)
			if gone {
				s.stands(old, payment.Ended, payment.Canceled)
				s.alerted(AlertUnmade)
				return
			}
			s.stands(old, payment.Authorised, "")
			if op := s.l.operation(parent.ID); op.State != payment.DeclinedOp || s.l.CurrentID != old.ID {
				t.Errorf("%+v, the order's is %s", op, s.l.CurrentID)
			}
			s.alerted(AlertAmountOpen)
		})
	}
}

// TestTheNewOneHasToGoWithoutItsID: the old payment can no longer be cancelled, so the new one
// is, once its payment_id is known.
func TestTheNewOneHasToGoWithoutItsID(t *testing.T) {
	t.Parallel()
	s, parent, fresh, said := byWord(t, false, true)
	old := s.l.Current()
	said()
	s.settle(s.step(parent), verdict{state: payment.DeclinedOp, cause: "inquiry", status: payment.ClearedFinal})
	for range 2 {
		if op := s.step(parent); op != nil {
			t.Fatalf("%s was sent without a payment_id", op.Kind.Telegram())
		}
		s.now = s.now.Add(alertUnknown)
	}
	if !s.alerts[string(AlertUnknown)] || s.l.CurrentID != old.ID {
		t.Errorf("alerts %v, the order's is %s", s.alerts, s.l.CurrentID)
	}
	n, f := s.about(fresh, payment.AuthOK)
	s.confirm(n, &f)
	s.steps(parent, "021", Answer{Outcome: Success, PaymentID: "p2"})
	s.stands(fresh, payment.Ended, payment.Canceled)
	s.stands(old, payment.Captured, "")
	if s.alerts[string(AlertUnknown)] || s.l.operation(parent.ID).State != payment.DeclinedOp {
		t.Errorf("alerts %v, %+v", s.alerts, s.l.operation(parent.ID))
	}
}

// TestAWordTakenBack: where neither a notice nor 094 ever tells of the payment, staff can say
// that it did not happen after all; nothing else lets the saga end.
func TestAWordTakenBack(t *testing.T) {
	t.Parallel()
	s, parent, fresh, yes := byWord(t, true, true)
	old := s.l.Current()
	op := s.l.operation(s.l.lastStep(parent, nil, payment.Authorize).ID)
	if TakesBack(s.l, op.ID) {
		t.Error("before there is a word")
	}
	yes()
	s.step(parent)
	if !TakesBack(s.l, op.ID) || MaySettleByHand(s.l, op.ID, s.now) != nil {
		t.Errorf("not offered: %v", MaySettleByHand(s.l, op.ID, s.now))
	}
	for range 2 { // and again, from another tab
		if r, err := s.word(op, false); err != nil || r.Operation.State != payment.DeclinedOp || r.Operation.Cause != byHand {
			t.Fatalf("%+v, %v", r.Operation, err)
		}
	}
	if _, err := s.word(op, true); code(err) != "operation.settled" {
		t.Errorf("and back once more: %v", err)
	}
	s.step(parent)
	s.stands(fresh, payment.Ended, payment.NotHappened)
	s.stands(old, payment.Captured, "")
	if p := s.l.operation(parent.ID); p.State != payment.DeclinedOp || s.l.CurrentID != old.ID {
		t.Errorf("%+v", p)
	}
	s.alerted(AlertAmountOpen)
	n, f := s.about(fresh, payment.AuthOK) // it stands after all: nothing the order needs
	s.confirm(n, &f)
	if p := s.l.payment(fresh.ID); n.State != NoticeApplied || !p.Reverse || s.reversal(p) == nil || s.l.CurrentID != old.ID {
		t.Errorf("notice %s %s, %+v", n.State, n.Reason, p)
	}
}

// TestNoWordToTakeBack: not where the centre tells of the payment, nor once the saga went on.
func TestNoWordToTakeBack(t *testing.T) {
	t.Parallel()
	t.Run("094 finds it", func(t *testing.T) {
		t.Parallel()
		s, parent, fresh, yes := byWord(t, true, false)
		yes()
		s.step(parent)
		_, f := s.about(fresh, payment.AuthOK)
		s.there[fresh.TradingID] = f
		if _, err := s.word(s.l.lastStep(parent, nil, payment.Authorize), false); code(err) != "operation.answered" {
			t.Errorf("%v", err)
		}
		s.stands(fresh, payment.Authorised, "")
	})
	t.Run("its payment_id is known", func(t *testing.T) {
		t.Parallel()
		s, parent, fresh, yes := byWord(t, true, true)
		yes()
		s.step(parent)
		n, f := s.about(fresh, payment.AuthOK)
		s.confirm(n, &f)
		if _, err := s.word(s.l.lastStep(parent, nil, payment.Authorize), false); code(err) != "operation.settled" {
			t.Errorf("%v", err)
		}
	})
	t.Run("it is the order's", func(t *testing.T) {
		t.Parallel()
		s, parent, _, yes := byWord(t, false, true)
		yes()
		s.step(parent)
		if _, err := s.word(s.l.lastStep(parent, nil, payment.Authorize), false); code(err) != "operation.settled" {
			t.Errorf("%v", err)
		}
	})
	t.Run("of an order's first payment", func(t *testing.T) {
		t.Parallel()
		s, op := silent(t)
		if _, err := s.word(op, true); err != nil {
			t.Fatal(err)
		}
		if TakesBack(s.l, op.ID) {
			t.Error("offered")
		}
	})
}

// TestAWordTakenBackMeanwhile: what became known while 094 was asked goes first, and who said the
// same is told so; nothing is said that was not written.
func TestAWordTakenBackMeanwhile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meanwhile func(*shop, *Operation, *Payment) error
		replayed  bool
		code      string
		away      bool
	}{
		"by another tab": {func(s *shop, op *Operation, _ *Payment) error { _, err := s.word(op, false); return err }, true, "", false},
		"its payment_id came": {func(s *shop, _ *Operation, p *Payment) error {
			n, f := s.about(p, payment.AuthOK)
			s.confirm(n, &f)
			return nil
		}, false, "operation.settled", false},
		"the database is away": {func(*shop, *Operation, *Payment) error { return errAway }, false, "", true},
	} {
		s, parent, fresh, yes := byWord(t, true, true)
		yes()
		s.step(parent)
		op := s.l.lastStep(parent, nil, payment.Authorize)
		met := false
		s.fail = func(call string, _ int) error {
			if call != "Update" || met && !tt.away {
				return nil
			}
			met = true
			return tt.meanwhile(s, op, s.l.payment(fresh.ID))
		}
		r, err := s.word(op, false)
		if code(err) != tt.code && !tt.away || errors.Is(err, errAway) != tt.away || r.Replayed != tt.replayed {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if taken := s.l.operation(op.ID).State == payment.DeclinedOp; taken != tt.replayed {
			t.Errorf("%s: %+v", name, s.l.operation(op.ID))
		}
	}
}

// TestNoTelegramWithoutAPaymentID: staff read why and what to do; a payment that must not
// stay alive is asked about until its id is known, and a person is told.
func TestNoTelegramWithoutAPaymentID(t *testing.T) {
	t.Parallel()
	s, op := silent(t)
	if _, err := s.word(op, true); err != nil {
		t.Fatal(err)
	}
	p := s.l.Current()
	for _, b := range []payment.Button{payment.SaleButton, payment.CancelButton} {
		_, err := s.service.Change(bg, Change{Order: s.order(), PaymentID: p.ID, Button: b, Amount: p.Amount, Actor: clerk, Key: b.Name()})
		if code(err) != "payment.no_id" {
			t.Errorf("%s: %v", b.Name(), err)
		}
	}
	s.must(func(l *Ledger, tk tick) error { l.reverse(tk, l.payment(p.ID), "test"); return nil })
	if p = s.l.payment(p.ID); s.reversal(p) != nil || !s.alerts[string(AlertReversing)] || p.AskAt.IsZero() {
		t.Errorf("sent %v, alerts %v, asked at %s", s.reversal(p), s.alerts, p.AskAt)
	}
	s.now = p.AskAt
	f := s.found(payment.AuthOK)
	f.BegunAt = p.BegunAt
	s.watch(p, f)
	if s.reversal(s.l.payment(p.ID)) == nil {
		t.Error("not cancelled once its payment_id is known")
	}
}
