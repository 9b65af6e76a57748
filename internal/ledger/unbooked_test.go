package ledger

import (
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// leftByAnother is an order in 決済処理中 that another hand than ours brought there and that our
// book knows nothing of, entered a quarter of an hour after it was created.
func leftByAnother(t *testing.T, scheme payment.Scheme) *shop {
	t.Helper()
	w := of(t, scheme)
	s := open(t, w)
	s.origin = Origin{CreatedAt: s.now}
	s.l.Order.No, s.l.Order.Status = "No.1", order.Pending
	s.l.Order.UpdatedAt = s.now.Add(15 * time.Minute)
	s.stock -= wanted // the other hand has taken the goods
	return s
}

// elsewhere is a payment that 094 finds under the order's plain id, begun with the order.
func (s *shop) elsewhere(status payment.Status, change ...func(*Finding)) {
	scheme, _ := payment.SchemeOf(s.l.Order.MethodClass)
	f := Finding{Kind: Found, PaymentID: "p1", TradingID: "123", Type: scheme.Method.Type(), Status: status, Amount: total, BegunAt: s.origin.CreatedAt.Add(10 * time.Minute)}
	for _, c := range change {
		c(&f)
	}
	s.there[f.TradingID], s.there[f.PaymentID] = f, f
}

// TestRollBackAsksAboutWhatItDoesNotKnow: an order in 決済処理中 without a payment in our book may
// have been paid all the same. It is cancelled only where the centre shows that nothing is alive
// and nothing can come any more, taken in where its own payment lives, and otherwise left.
func TestRollBackAsksAboutWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	card, link, store := module(payment.Card), payment.Scheme{Method: payment.Conveni, System: payment.Link}, module(payment.Conveni)
	late := func(term time.Duration) func(*shop) {
		return func(s *shop) { s.now = s.l.Order.UpdatedAt.Add(term + margin) }
	}
	early := func(s *shop) { s.now = s.now.Add(-time.Millisecond) }
	none := func(s *shop) { s.there["123"], s.there["B123"] = Finding{Kind: NoSuch}, Finding{Kind: NoSuch} }
	finds := func(status payment.Status, change ...func(*Finding)) func(*shop) {
		return func(s *shop) { s.elsewhere(status, change...) }
	}
	shared := func(s *shop) {
		s.policy.SharedMerchant, s.policy.Mark = true, "B"
		s.there["B123"] = Finding{Kind: NoSuch}
	}
	production := func(s *shop) { s.policy.Environment = payment.Production }
	ours := func(f *Finding) { f.TradingID, f.PaymentID = "B123", "p2" }
	older := func(f *Finding) { f.BegunAt = f.BegunAt.Add(-20*time.Minute - time.Millisecond) }
	for name, tt := range map[string]struct {
		scheme payment.Scheme
		put    []func(*shop)
		want   RollbackVerdict
		reason string
		asked  int
		order  order.Status
	}{
		"no such payment":                           {card, []func(*shop){none, late(day)}, RolledBack, "", 1, order.Canceled},
		"no such payment, a moment too early":       {card, []func(*shop){none, late(day), early}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"no such payment, but begun again since":    {card, []func(*shop){none, late(day), func(s *shop) { s.l.Order.PendingSince = s.l.Order.UpdatedAt.Add(time.Millisecond) }}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"no such payment, not vouched for":          {card, []func(*shop){none, late(day), production}, RollbackSkipped, SkipNoAnswer, 1, order.Pending},
		"no such payment, vouched for":              {card, []func(*shop){none, late(day), production, vouched}, RolledBack, "", 2, order.Canceled},
		"no such payment, of the plugin":            {card, []func(*shop){none, late(day), production, vouched, byPlugin}, RolledBack, "", 2, order.Canceled},
		"of the plugin, which asked another centre": {card, []func(*shop){none, late(day), byPlugin}, RollbackSkipped, SkipElsewhere, 1, order.Pending},
		"no answer":                               {card, []func(*shop){late(day)}, RollbackSkipped, SkipNoAnswer, 1, order.Pending},
		"a bank's page may be open for 99 days":   {bank, []func(*shop){none, late(100 * day), early}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"a bank's page is over":                   {bank, []func(*shop){none, late(100 * day)}, RolledBack, "", 1, order.Canceled},
		"a link may be open for 60 days":          {link, []func(*shop){none, late(61 * day), early}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"a link is over":                          {link, []func(*shop){none, late(61 * day)}, RolledBack, "", 1, order.Canceled},
		"a number that was never issued":          {store, []func(*shop){none, late(day)}, RolledBack, "", 1, order.Canceled},
		"a number that may be paid for 60 days":   {store, []func(*shop){finds(payment.Applied), late(61 * day), early}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"a number that is over":                   {store, []func(*shop){finds(payment.Applied), late(61 * day)}, RolledBack, "", 1, order.Canceled},
		"refused, and perhaps tried again":        {card, []func(*shop){finds(payment.AuthNG), late(day), early}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"refused":                                 {card, []func(*shop){finds(payment.AuthNG), late(day)}, RolledBack, "", 1, order.Canceled},
		"cancelled there":                         {card, []func(*shop){finds(payment.AuthCancelDone), late(day)}, RolledBack, "", 1, order.Canceled},
		"authorised":                              {card, []func(*shop){finds(payment.AuthOK), late(day)}, RollbackStands, "", 1, order.New},
		"authorised, and the page still open":     {card, []func(*shop){finds(payment.AuthOK)}, RollbackStands, "", 1, order.New},
		"captured":                                {card, []func(*shop){finds(payment.Cleared), late(day)}, RollbackStands, "", 1, order.Paid},
		"captured, of the plugin":                 {card, []func(*shop){finds(payment.Cleared), byPlugin, late(day)}, RollbackStands, "", 1, order.Paid},
		"paid at a store":                         {link, []func(*shop){finds(payment.EarlyReport), late(day)}, RollbackStands, "", 1, order.Paid},
		"authorised, to be cancelled by the shop": {card, []func(*shop){finds(payment.AuthOK), func(s *shop) { s.policy.RollbackCancels = true }}, RolledBack, "", 1, order.Canceled},
		"captured, which no rollback gives back":  {card, []func(*shop){finds(payment.Cleared), func(s *shop) { s.policy.RollbackCancels = true }}, RollbackStands, "", 1, order.Paid},
		"the centre is at work":                   {card, []func(*shop){finds(payment.RefundRequested), late(day)}, RollbackSkipped, SkipNoAnswer, 1, order.Pending},
		"a status that there is not":              {card, []func(*shop){finds("99"), late(day)}, RollbackSkipped, SkipNoAnswer, 1, order.Pending},
		"told of another trading_id": {card, []func(*shop){func(s *shop) {
			s.elsewhere(payment.AuthOK)
			f := s.there["123"]
			f.TradingID = "124"
			s.there["123"] = f
		}, late(day)}, RollbackSkipped, SkipNoAnswer, 1, order.Pending},
		"another amount":                      {card, []func(*shop){finds(payment.AuthOK, func(f *Finding) { f.Amount++ }), late(day)}, RollbackSkipped, SkipUnclear, 1, order.Pending},
		"another type":                        {card, []func(*shop){finds(payment.Cleared, func(f *Finding) { f.Type = "05" }), late(day)}, RollbackSkipped, SkipUnclear, 1, order.Pending},
		"a status that no card has":           {card, []func(*shop){finds(payment.EarlyReport), late(day)}, RollbackSkipped, SkipUnclear, 1, order.Pending},
		"begun nobody knows when":             {card, []func(*shop){finds(payment.AuthOK, func(f *Finding) { f.BegunAt = time.Time{} }), late(day)}, RollbackSkipped, SkipUnclear, 1, order.Pending},
		"older than the order":                {card, []func(*shop){finds(payment.Cleared, older), late(day)}, RolledBack, "", 1, order.Canceled},
		"older by another clock":              {card, []func(*shop){finds(payment.Cleared, older, func(f *Finding) { f.BegunAt = f.BegunAt.Add(time.Millisecond) }), late(day)}, RollbackStands, "", 1, order.Paid},
		"older, and the page may be open":     {card, []func(*shop){finds(payment.Cleared, older)}, RollbackSkipped, SkipWaiting, 1, order.Pending},
		"perhaps another shop's":              {card, []func(*shop){shared, finds(payment.Cleared), late(day)}, RollbackSkipped, SkipUnclear, 2, order.Pending},
		"another shop's, and dead":            {card, []func(*shop){shared, finds(payment.AuthNG), late(day)}, RolledBack, "", 2, order.Canceled},
		"under our mark":                      {card, []func(*shop){shared, none, finds(payment.AuthOK, ours), late(day)}, RollbackStands, "", 2, order.New},
		"under our mark, and to be cancelled": {card, []func(*shop){shared, none, finds(payment.AuthOK, ours), func(s *shop) { s.policy.RollbackCancels = true }}, RolledBack, "", 2, order.Canceled},
		"under our mark, and perhaps another": {card, []func(*shop){shared, finds(payment.AuthOK, ours), late(day)}, RollbackSkipped, SkipNoAnswer, 2, order.Pending},
		"two of them, of a shop with a mark":  {card, []func(*shop){func(s *shop) { s.policy.Mark = "B" }, finds(payment.AuthOK, ours), finds(payment.AuthOK)}, RollbackSkipped, SkipUnclear, 2, order.Pending},
		"nothing to pay":                      {card, []func(*shop){func(s *shop) { s.l.Order.Total = 0 }}, RolledBack, "", 0, order.Canceled},
		"not to be paid by Paygent":           {card, []func(*shop){func(s *shop) { s.l.Order.MethodClass = offlineClass }}, RollbackSkipped, SkipOther, 0, order.Pending},
		"its method's row is gone":            {card, []func(*shop){func(s *shop) { s.l.Order.MethodClass = "" }}, RolledBack, "", 0, order.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, rehearse := range []bool{true, false} {
				s := leftByAnother(t, tt.scheme)
				for _, put := range tt.put {
					put(s)
				}
				stock := s.stock
				got, err := s.service.RollBack(bg, s.order(), rehearse)
				if err != nil || got != (Rollback{Order: s.order(), No: "No.1", Verdict: tt.want, Reason: tt.reason}) || len(s.asked) != tt.asked {
					t.Errorf("rehearsed %t: %+v, %v, asked %+v", rehearse, got, err, s.asked)
				}
				if rehearse {
					if s.events != 0 || s.l.Order.Status != order.Pending || len(s.l.Payments) > 0 || s.stock != stock {
						t.Errorf("the rehearsal wrote: %d events, in %s", s.events, s.l.Order.Status.Name())
					}
					continue
				}
				s.status(tt.order)
				s.alerted()
				switch tt.order {
				case order.Pending:
					if tt.reason != SkipOther { // at which nobody looked
						s.holds(Held)
					}
					if len(s.l.Payments) > 0 || s.stock != stock {
						t.Errorf("%d payments, %d in stock", len(s.l.Payments), s.stock)
					}
				case order.Canceled:
					s.holds(Released)
					if s.stock != stock+wanted {
						t.Errorf("%d in stock", s.stock)
					}
					if alive := len(s.l.Payments) > 0; alive && s.reversal(s.l.Payments[0]) == nil {
						t.Errorf("left alive: %+v", s.l.Payments[0])
					}
				default:
					s.holds(Committed)
					if p := s.l.Current(); p == nil || !p.Adopted || !p.living() || p.Amount != total || p.PaymentID == "" || s.stock != stock || len(s.mails) != 1 {
						t.Errorf("%+v, %d in stock, mails %v", p, s.stock, s.mails)
					}
				}
			}
		})
	}
}

// vouched lets "no such payment" be believed: a payment is known to exist, and found.
func vouched(s *shop) {
	s.witnessed = "p9"
	s.there["p9"] = Finding{Kind: Found, PaymentID: "p9"}
}

// byPlugin: the original plugin has sent telegrams for the order.
func byPlugin(s *shop) { s.origin.Plugin = true }

// TestRolledBackAgain: what was taken in or cancelled stays so, and what was left is looked at
// again, as if for the first time.
func TestRolledBackAgain(t *testing.T) {
	t.Parallel()
	s := leftByAnother(t, module(payment.Card))
	s.elsewhere(payment.Applied)
	rollBack := func(want RollbackVerdict, reason string) {
		t.Helper()
		if got, err := s.service.RollBack(bg, s.order(), false); err != nil || got.Verdict != want || got.Reason != reason {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	rollBack(RollbackSkipped, SkipWaiting)
	s.now = s.l.Order.UpdatedAt.Add(pageTerm + margin - time.Millisecond)
	rollBack(RollbackSkipped, SkipWaiting)
	s.elsewhere(payment.AuthOK)
	rollBack(RollbackStands, "")
	s.stands(s.l.Current(), payment.Authorised, "")
	rollBack(RollbackSkipped, SkipMoved)
	if len(s.l.Payments) != 1 || len(s.mails) != 1 {
		t.Errorf("%d payments, mails %v", len(s.l.Payments), s.mails)
	}
}

// TestRolledBackWhileItWasBegun: what becomes known while 094 is asked goes before its answer.
func TestRolledBackWhileItWasBegun(t *testing.T) {
	t.Parallel()
	for name, moves := range map[string]func(*shop){
		"its book":             func(s *shop) { s.l.Version++ },
		"its status":           func(s *shop) { s.l.Order.Status = order.New },
		"its method":           func(s *shop) { s.l.Order.MethodClass = module(payment.Card).Class() },
		"what there is to pay": func(s *shop) { s.l.Order.Total = total },
	} {
		s := leftByAnother(t, module(payment.Card))
		s.now = s.now.Add(90 * 24 * time.Hour)
		s.there["123"] = Finding{Kind: NoSuch}
		switch name {
		case "its method":
			s.l.Order.MethodClass = ""
		case "what there is to pay":
			s.l.Order.Total = 0
		}
		s.fail = func(call string, _ int) error {
			if call == "Update" {
				moves(s)
			}
			return nil
		}
		got, err := s.service.RollBack(bg, s.order(), false)
		if err != nil || got.Verdict != RollbackSkipped || got.Reason != SkipMoved || s.l.Order.Status == order.Canceled {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestGivingUpWhatAnotherBegan: a buyer who comes back to an order that the original plugin left
// in 決済処理中 pays it once: what is alive is its payment, and where nobody can tell it stays.
func TestGivingUpWhatAnotherBegan(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*shop)
		code  string
		order order.Status
		hold  HoldState
	}{
		"no such payment":         {func(s *shop) { s.there["123"] = Finding{Kind: NoSuch} }, "", order.Processing, Released},
		"refused":                 {func(s *shop) { s.elsewhere(payment.AuthNG) }, "", order.Processing, Released},
		"authorised":              {func(s *shop) { s.elsewhere(payment.AuthOK) }, "", order.New, Committed},
		"captured":                {func(s *shop) { s.elsewhere(payment.Cleared) }, "", order.Paid, Committed},
		"no answer":               {func(*shop) {}, "payment.unconfirmed", order.Pending, ""},
		"another amount":          {func(s *shop) { s.elsewhere(payment.AuthOK, func(f *Finding) { f.Amount++ }) }, "payment.unconfirmed", order.Pending, ""},
		"asked of another centre": {func(s *shop) { s.there["123"] = Finding{Kind: NoSuch}; byPlugin(s) }, "payment.unconfirmed", order.Pending, ""},
		"placed meanwhile": {func(s *shop) {
			s.there["123"] = Finding{Kind: NoSuch}
			s.fail = func(call string, _ int) error {
				if call == "Update" {
					s.l.Order.Status = order.New
				}
				return nil
			}
		}, "", order.New, Committed},
		"of another environment by now": {func(s *shop) {
			s.there["123"] = Finding{Kind: NoSuch}
			s.fail = func(call string, _ int) error {
				if call == "Origin" {
					s.policy.Environment = payment.Test
				}
				return nil
			}
		}, "payment.unconfirmed", order.Pending, ""},
		"of another merchant by now": {func(s *shop) {
			s.there["123"] = Finding{Kind: NoSuch}
			s.fail = func(call string, _ int) error {
				if call == "Origin" {
					s.policy.MerchantID = "other"
				}
				return nil
			}
		}, "payment.unconfirmed", order.Pending, ""},
	} {
		for _, leave := range []func(*shop) error{
			func(s *shop) error { return s.service.GiveUp(bg, s.order()) },
			func(s *shop) error { _, err := s.service.Another(bg, s.order()); return err },
		} {
			s := leftByAnother(t, module(payment.Card))
			tt.put(s)
			if err := leave(s); tt.code == "" && err != nil || tt.code != "" && !problem.Is(err, tt.code) {
				t.Errorf("%s: %v", name, err)
			}
			s.status(tt.order)
			if tt.order != order.Pending { // of which nothing was written
				s.holds(tt.hold)
			} else if s.events != 0 {
				t.Errorf("%s: %d events", name, s.events)
			}
		}
	}
}

// TestGivenUpTooLate: the book moved while 094 was asked, and its answer is no news any more.
func TestGivenUpTooLate(t *testing.T) {
	t.Parallel()
	for _, put := range []func(*shop){func(s *shop) { s.elsewhere(payment.AuthOK) }, func(s *shop) { s.there["123"] = Finding{Kind: NoSuch} }} {
		s := leftByAnother(t, module(payment.Card))
		put(s)
		s.fail = func(call string, _ int) error {
			if call == "Update" {
				s.l.Version++
			}
			return nil
		}
		if err := s.service.GiveUp(bg, s.order()); err != nil || len(s.l.Payments) > 0 {
			t.Errorf("%v, %d payments", err, len(s.l.Payments))
		}
		s.status(order.Pending)
		s.holds(Held)
	}
}

// TestAskingAboutWhatIsUnknownWithoutADatabase cancels nothing and takes nothing in.
func TestAskingAboutWhatIsUnknownWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, put := range []func(*shop){func(s *shop) { s.elsewhere(payment.AuthOK) }, func(s *shop) { s.there["123"] = Finding{Kind: NoSuch} }} {
		for n := 1; ; n++ {
			s := leftByAnother(t, module(payment.Card))
			s.now = s.now.Add(90 * 24 * time.Hour)
			put(s)
			s.away(n, true)
			_, err := s.service.RollBack(bg, s.order(), false)
			if n > len(s.calls) {
				break
			}
			if !errors.Is(err, errAway) || s.calls[n-1] != "commit" && (s.l.Order.Status != order.Pending || len(s.l.Payments) > 0) {
				t.Errorf("call %d (%s): %v, in %s", n, s.calls[n-1], err, s.l.Order.Status.Name())
			}
		}
	}
}

// TestNothingIsDecidedUnread: what could not be read once is no answer.
func TestNothingIsDecidedUnread(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*shop) error{
		"rolled back": func(s *shop) error { _, err := s.service.RollBack(bg, s.order(), false); return err },
		"given up":    func(s *shop) error { return s.service.GiveUp(bg, s.order()) },
	} {
		for n := 1; ; n++ {
			s := leftByAnother(t, module(payment.Card))
			s.now = s.now.Add(90 * 24 * time.Hour)
			s.there["123"] = Finding{Kind: NoSuch}
			s.away(n, false)
			err := do(s)
			if n > len(s.calls) {
				break
			}
			switch call := s.calls[n-1]; call {
			case "View", "policy", "Origin":
				if !errors.Is(err, errAway) || s.l.Order.Status != order.Pending {
					t.Errorf("%s, call %d (%s): %v, in %s", name, n, call, err, s.l.Order.Status.Name())
				}
			}
		}
	}
}

func module(m payment.Method) payment.Scheme {
	return payment.Scheme{Method: m, System: payment.Module}
}
