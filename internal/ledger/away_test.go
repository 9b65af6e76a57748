package ledger

import (
	"errors"
	"slices"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestOneCallFails: whatever is asked of the service, a call that fails once ends it with that
// error, although all that follows would work again: nothing is decided, sent or answered on
// what was not read. Writes are tried again by themselves, and are not among them.
func TestOneCallFails(t *testing.T) {
	t.Parallel()
	fresh := func(t *testing.T) *shop { return open(t, newWorld(t)) }
	stood := func(t *testing.T) *shop {
		s := fresh(t)
		s.authorised("p1")
		s.there["p1"] = s.world.found(payment.Cleared)
		return s
	}
	unknown := func(t *testing.T) *shop {
		s := fresh(t)
		s.unknown(s.authorize())
		s.there["123"] = s.world.found(payment.AuthOK)
		return s
	}
	page := func(t *testing.T) *shop {
		w, p := atPage(t, bank)
		s := open(t, w)
		s.now = p.LimitAt.Add(margin)
		s.there["123"] = Finding{Kind: NoSuch}
		return s
	}
	waits := func(belongs bool) func(*testing.T) *shop {
		return func(t *testing.T) *shop {
			s, n := parked(t, belongs)
			n.Status = payment.Cleared
			s.there["p1"] = s.world.found(payment.Cleared)
			s.notices[n.ID] = n
			return s
		}
	}
	only := func(s *shop) Notice {
		for _, n := range s.notices {
			return n
		}
		return Notice{}
	}
	for name, tt := range map[string]struct {
		shop func(*testing.T) *shop
		do   func(*shop) error
	}{
		"a notice comes": {stood, func(s *shop) error { _, err := s.service.Receive(bg, s.incoming(payment.AuthOK)); return err }},
		"a stranger's notice comes": {stood, func(s *shop) error {
			n := s.incoming(payment.AuthOK)
			n.PaymentID, n.TradingID = "x", "x"
			_, err := s.service.Receive(bg, n)
			return err
		}},
		"a notice is taken up":     {waits(true), func(s *shop) error { return s.service.TakeUpNotice(bg, only(s)) }},
		"staff try a parked one":   {waits(true), func(s *shop) error { _, err := s.service.RetryNotice(bg, only(s).ID, clerk); return err }},
		"its order came":           {waits(false), func(s *shop) error { _, err := s.service.RetryNotice(bg, only(s).ID, clerk); return err }},
		"a sweep tries it":         {waits(true), func(s *shop) error { return s.service.TryParked(bg, only(s), &Told{}) }},
		"a payment is asked about": {stood, func(s *shop) error { s.now = s.l.Current().AskAt; return s.watchOnce(s.l.Current()) }},
		"staff ask":                {stood, func(s *shop) error { _, err := s.service.Reinquire(bg, s.order()); return err }},
		"staff ask about unknown":  {unknown, func(s *shop) error { _, err := s.service.Reinquire(bg, s.order()); return err }},
		"staff see what is open":   {stood, func(s *shop) error { _, err := s.service.OpenQuestions(bg, s.order()); return err }},
		"a worker is at unknown":   {unknown, func(s *shop) error { return s.takeUp(s.l.Operations[0]) }},
		"an order is rolled back":  {page, func(s *shop) error { _, err := s.service.RollBack(bg, s.order(), false); return err }},
		"a buyer comes back": {page, func(s *shop) error {
			_, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: s.l.CurrentID})
			return err
		}},
		"a buyer wants another try": {page, func(s *shop) error { _, err := s.service.Another(bg, s.order()); return err }},
		"a buyer pays":              {fresh, func(s *shop) error { _, err := s.pay("k1"); return err }},
		"staff capture":             {stood, func(s *shop) error { _, err := s.press(payment.SaleButton, "k1"); return err }},
		"a change is rehearsed": {stood, func(s *shop) error {
			_, err := s.service.RehearseChange(bg, Change{Order: s.order(), PaymentID: s.l.CurrentID, Button: payment.SaleButton, Amount: total})
			return err
		}},
	} {
		reads := 0
		for n := 1; ; n++ {
			s := tt.shop(t)
			s.calls, s.sent, s.asked = nil, nil, nil
			failed, sent, asked := "", 0, 0
			s.fail = func(call string, at int) error {
				if at != n || slices.Contains([]string{"Update", "commit", "sent", "Orderer"}, call) {
					return nil
				}
				failed, sent, asked = call, len(s.sent), len(s.asked)
				return errAway
			}
			err := tt.do(s)
			if n > len(s.calls) {
				break
			}
			if failed == "" {
				continue
			}
			reads++
			if !errors.Is(err, errAway) {
				t.Errorf("%s, call %d (%s): %v", name, n, failed, err)
			}
			if len(s.sent) != sent || len(s.asked) != asked {
				t.Errorf("%s, call %d (%s): sent %v, asked %+v", name, n, failed, s.telegrams(), s.asked)
			}
		}
		if reads == 0 {
			t.Errorf("%s: nothing was read", name)
		}
	}
}

// TestPaidAfterItsGoodsWentBack: an order in 決済処理中 whose goods were given back meanwhile, and whose
// buyer pays all the same. By whichever way that becomes known, the goods are taken again in the
// same transaction; nothing of it is written without them.
func TestPaidAfterItsGoodsWentBack(t *testing.T) {
	t.Parallel()
	for name, learn := range map[string]func(*shop, *Payment) error{
		"by the watch":    func(s *shop, p *Payment) error { p.AskAt = s.now; return s.watchOnce(p) },
		"staff ask":       func(s *shop, _ *Payment) error { _, err := s.service.Reinquire(bg, s.order()); return err },
		"by the rollback": func(s *shop, _ *Payment) error { _, err := s.service.RollBack(bg, s.order(), false); return err },
		"by a notice":     func(s *shop, p *Payment) error { return s.service.TakeUpNotice(bg, s.paidNotice(p)) },
		"by a parked one": func(s *shop, p *Payment) error {
			n := s.paidNotice(p)
			n.State, n.Reason = NoticeParked, ParkSilent
			s.notices[n.ID] = n
			return s.service.TryParked(bg, n, &Told{})
		},
		"by a notice, and none is confirmed": func(s *shop, p *Payment) error {
			s.policy.Confirm = ConfirmNever
			n := s.paidNotice(p)
			delete(s.notices, n.ID)
			_, err := s.service.Receive(bg, n)
			return err
		},
		"the buyer is back": func(s *shop, p *Payment) error {
			_, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: p.ID})
			return err
		},
	} {
		w, p := atPage(t, bank)
		s := open(t, w)
		s.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
		s.holds(Released)
		f := s.world.found(payment.Cleared)
		f.Type, f.BegunAt = "05", p.BegunAt
		s.there["123"], s.there["p1"] = f, f
		if err := learn(s, s.l.payment(p.ID)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if now := s.l.payment(p.ID); now.Phase != payment.Captured || s.stock != begunWith-wanted {
			t.Errorf("%s: %s %s, %d in stock", name, now.Phase, now.End, s.stock)
		}
		s.status(order.Paid)
		s.holds(Committed)
		s.alerted()
	}
}

// paidNotice is a stored notice that the bank's payment was paid.
func (s *shop) paidNotice(p *Payment) Notice {
	n := *s.notice(payment.Cleared)
	n.Type, n.TradingID, n.OrderID = "05", p.TradingID, s.order()
	s.notices[n.ID] = n
	return n
}

// TestMovedByEccubeBefore: an order whose status EC-CUBE's own hand moved is met with its goods,
// which EC-CUBE has taken, whatever comes to it first: else a cancellation would not give them back.
func TestMovedByEccubeBefore(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(*shop) error{
		"a notice comes": func(s *shop) error { _, err := s.service.Receive(bg, s.incoming(payment.AuthOK)); return err },
		"a notice is taken up": func(s *shop) error {
			n := *s.notice(payment.AuthOK)
			n.OrderID = s.order()
			return s.service.TakeUpNotice(bg, n)
		},
		"094 is to be asked now": func(s *shop) error { return s.service.AskNow(bg, s.due(s.l.Current())) },
		"staff capture":          func(s *shop) error { _, err := s.press(payment.SaleButton, "k1"); return err },
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
		s.l.Order.Status, s.l.LastStatus = order.InProgress, order.Canceled // taken in again by EC-CUBE's hand
		s.stock -= wanted
		if err := first(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s.l.Hold == nil || s.l.Hold.State != Committed || s.l.Hold.of(class) != wanted || s.stock != begunWith-wanted {
			t.Errorf("%s: %+v, %d in stock", name, s.l.Hold, s.stock)
		}
	}
}
