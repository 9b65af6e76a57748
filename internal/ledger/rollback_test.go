package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestRollBack: an order left in 7 is cancelled where 094, or what is stored, shows that
// nothing of it can come alive; taken in where it lives; else skipped, with the reason.
func TestRollBack(t *testing.T) {
	t.Parallel()
	page := func(t *testing.T) *shop { w, _ := atPage(t, bank); return open(t, w) }
	card := func(t *testing.T) *shop {
		w, p := challenged1(t)
		p.LimitAt = w.now.Add(pageTerm)
		return open(t, w)
	}
	late := func(s *shop) { s.now = s.l.Payments[0].LimitAt.Add(margin) }
	tells := func(status payment.Status, change ...func(*Finding)) func(*shop) {
		return func(s *shop) {
			f := s.world.found(status)
			f.Type, f.BegunAt = s.l.Payments[0].Method.Type(), s.l.Payments[0].BegunAt
			for _, c := range change {
				c(&f)
			}
			s.there["p1"], s.there["123"] = f, f
		}
	}
	none := func(s *shop) { s.there["p1"], s.there["123"] = Finding{Kind: NoSuch}, Finding{Kind: NoSuch} }
	lost := func(s *shop) { s.l.Payments, s.l.CurrentID = nil, "" }
	givenBack := func(sum order.Yen) func(*shop) { // by hand, of what was paid for another total
		return func(s *shop) {
			p := s.l.Payments[0]
			p.Phase, p.Status, p.CapturedAt, p.HandRefunded = payment.Captured, payment.Cleared, s.now, sum
			p.PaymentID, p.PaymentIDs = "p1", []string{"p1"}
			s.l.Order.Total++
		}
	}
	left := func(end payment.End) func(*shop) {
		return func(s *shop) { p := s.l.Payments[0]; p.Phase, p.End = payment.Ended, end }
	}
	for name, tt := range map[string]struct {
		shop   func(*testing.T) *shop
		put    []func(*shop)
		want   RollbackVerdict
		reason string
		asked  int
		order  order.Status
		phase  payment.Phase
	}{
		"no such payment, late":                {page, []func(*shop){none, late}, RolledBack, "", 1, order.Canceled, payment.Ended},
		"its method changed by EC-CUBE, late":  {page, []func(*shop){none, late, func(s *shop) { s.l.Order.MethodClass = offlineClass }}, RolledBack, "", 1, order.Canceled, payment.Ended},
		"no such payment, its page still open": {page, []func(*shop){none}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.AwaitingBuyer},
		"no such payment, a moment too early":  {page, []func(*shop){none, late, func(s *shop) { s.now = s.now.Add(-time.Millisecond) }}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.AwaitingBuyer},
		"no such payment, no witness": {page, []func(*shop){none, late, func(s *shop) {
			s.policy.Environment, s.l.Payments[0].Environment = payment.Production, payment.Production
		}}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, payment.AwaitingBuyer},
		"no answer":                                 {page, []func(*shop){late}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, payment.AwaitingBuyer},
		"applied, late":                             {page, []func(*shop){tells(payment.Applied), late}, RolledBack, "", 1, order.Canceled, payment.Ended},
		"applied, its page still open":              {page, []func(*shop){tells(payment.Applied)}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.AwaitingBuyer},
		"left at the bank, its page still open":     {page, []func(*shop){tells(payment.Abandoned)}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.AwaitingBuyer},
		"left at the bank, late":                    {page, []func(*shop){tells(payment.Abandoned), late}, RolledBack, "", 1, order.Canceled, payment.Ended},
		"refused, long before its limit":            {card, []func(*shop){tells(payment.AuthNG)}, RolledBack, "", 1, order.Canceled, payment.Ended},
		"challenge left, long before its limit":     {card, []func(*shop){tells(payment.ThreeDSAbandoned)}, RolledBack, "", 1, order.Canceled, payment.Ended},
		"challenge running":                         {card, []func(*shop){tells(payment.ThreeDSRunning)}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.AwaitingBuyer},
		"authorised":                                {card, []func(*shop){tells(payment.AuthOK)}, RollbackStands, "", 1, order.New, payment.Authorised},
		"paid":                                      {page, []func(*shop){tells(payment.Cleared)}, RollbackStands, "", 1, order.Paid, payment.Captured},
		"authorised, to be cancelled by the shop":   {card, []func(*shop){tells(payment.AuthOK), func(s *shop) { s.policy.RollbackCancels = true }}, RolledBack, "", 1, order.Canceled, payment.Authorised},
		"paid, and no telegram gives it back":       {page, []func(*shop){tells(payment.Cleared), func(s *shop) { s.policy.RollbackCancels = true }}, RollbackStands, "", 1, order.Paid, payment.Captured},
		"authorised for another total":              {card, []func(*shop){tells(payment.AuthOK), func(s *shop) { s.l.Order.Total++ }}, RolledBack, "", 1, order.Canceled, payment.Authorised},
		"paid for another total":                    {page, []func(*shop){tells(payment.Cleared), func(s *shop) { s.l.Order.Total++ }}, RollbackSkipped, SkipPaid, 1, order.Pending, payment.Captured},
		"the centre is at work":                     {card, []func(*shop){tells(payment.CaptureRequested), late}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, payment.AwaitingBuyer},
		"a status that no card has":                 {card, []func(*shop){tells(payment.TermExpired), late}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, payment.AwaitingBuyer},
		"another amount":                            {card, []func(*shop){tells(payment.Applied, func(f *Finding) { f.Amount++ }), late}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, payment.AwaitingBuyer},
		"another type":                              {card, []func(*shop){tells(payment.Applied, func(f *Finding) { f.Type = "05" }), late}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, payment.AwaitingBuyer},
		"an operation is open":                      {card, []func(*shop){late, func(s *shop) { s.l.Operations[0].State = payment.UnknownState }}, RollbackSkipped, SkipOperation, 0, order.Pending, payment.AwaitingBuyer},
		"of another environment":                    {page, []func(*shop){late, func(s *shop) { s.policy.MerchantID = "other" }}, RollbackSkipped, SkipElsewhere, 0, order.Pending, payment.AwaitingBuyer},
		"of another environment, but ended":         {page, []func(*shop){left(payment.Declined), func(s *shop) { s.policy.MerchantID = "other" }}, RolledBack, "", 0, order.Canceled, payment.Ended},
		"no longer in 7":                            {page, []func(*shop){func(s *shop) { s.l.Order.Status, s.l.LastStatus = order.Processing, order.Processing }}, RollbackSkipped, SkipMoved, 0, order.Processing, payment.AwaitingBuyer},
		"its payment lost from our book, no answer": {page, []func(*shop){lost}, RollbackSkipped, SkipNoAnswer, 1, order.Pending, ""},
		"lost from our book, no such payment, late": {page, []func(*shop){none, lost, func(s *shop) { s.now = s.now.Add(102 * 24 * time.Hour) }}, RolledBack, "", 1, order.Canceled, ""},
		"paid for another total, and given back":    {page, []func(*shop){tells(payment.Cleared), givenBack(total)}, RolledBack, "", 1, order.Canceled, payment.Captured},
		"given back, and at work there":             {page, []func(*shop){tells(payment.RefundRequested), givenBack(total)}, RolledBack, "", 1, order.Canceled, payment.Captured},
		"given back but for a yen":                  {page, []func(*shop){tells(payment.Cleared), givenBack(total - 1)}, RollbackSkipped, SkipPaid, 1, order.Pending, payment.Captured},
		"declined":                                  {page, []func(*shop){left(payment.Declined)}, RolledBack, "", 0, order.Canceled, payment.Ended},
		"superseded, its page still open":           {page, []func(*shop){left(payment.Superseded), none}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.Ended},
		"given up, its page still open":             {page, []func(*shop){left(payment.GivenUp), none}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.Ended},
		"unreachable, its page still open":          {page, []func(*shop){left(payment.Unreachable), none}, RollbackSkipped, SkipWaiting, 1, order.Pending, payment.Ended},
		"superseded, late":                          {page, []func(*shop){left(payment.Superseded), late}, RolledBack, "", 0, order.Canceled, payment.Ended},
		"superseded, and refused by what is stored": {card, []func(*shop){left(payment.Superseded), func(s *shop) { s.l.Payments[0].Status = payment.AuthNG }}, RolledBack, "", 0, order.Canceled, payment.Ended},
		"superseded, its challenge left":            {card, []func(*shop){left(payment.Superseded), func(s *shop) { s.l.Payments[0].Status = payment.ThreeDSAbandoned }}, RolledBack, "", 0, order.Canceled, payment.Ended},
		"superseded, and paid":                      {page, []func(*shop){left(payment.Superseded), tells(payment.Cleared)}, RollbackStands, "", 1, order.Paid, payment.Captured},
		"stored as it is told, refused":             {card, []func(*shop){tells(payment.AuthNG), func(s *shop) { s.l.Payments[0].Status = payment.AuthNG }}, RolledBack, "", 1, order.Canceled, payment.Ended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, rehearse := range []bool{true, false} {
				s := tt.shop(t)
				for _, put := range tt.put {
					put(s)
				}
				s.l.Order.No = "No.1"
				status, events := s.l.Order.Status, s.events
				got, err := s.service.RollBack(bg, s.order(), rehearse)
				if err != nil || got != (Rollback{Order: s.order(), No: "No.1", Verdict: tt.want, Reason: tt.reason}) || len(s.asked) < tt.asked || tt.asked == 0 && len(s.asked) > 0 {
					t.Errorf("%+v, %v, asked %+v", got, err, s.asked)
				}
				if rehearse {
					if s.events != events || s.l.Order.Status != status {
						t.Errorf("the rehearsal wrote: %s", s.l.Order.Status.Name())
					}
					continue
				}
				s.status(tt.order)
				if len(s.l.Payments) == 0 {
					continue
				}
				p := s.l.Payments[0]
				if p.Phase != tt.phase {
					t.Errorf("the payment is %s %s", p.Phase, p.End)
				}
				switch {
				case tt.order == order.Canceled:
					s.holds(Released)
					if alive := p.worth() > 0; alive != (s.reversal(p) != nil) || alive != p.Reverse {
						t.Errorf("the payment is left as %+v", p)
					}
					if tt.asked == 1 && p.End == payment.Unused && !p.AskAt.Equal(p.LimitAt.Add(margin)) {
						t.Errorf("asked about at %s, in case it is used after all", p.AskAt)
					}
				case tt.order == order.Pending:
					s.holds(Held)
				}
			}
		})
	}
}

// TestRolledBackOnceMoneyIsBack: money was taken for an order that it does not fit, and a person
// decides. Once staff have given it back by hand the order does not stay in 7 for ever.
func TestRolledBackOnceMoneyIsBack(t *testing.T) {
	t.Parallel()
	w, p := atPage(t, bank)
	s := open(t, w)
	s.l.Order.Total++
	f := s.theirs(payment.Cleared)
	f.Type, f.BegunAt = bank.Method.Type(), p.BegunAt
	s.there["123"], s.there["p1"] = f, f
	rollBack := func(want RollbackVerdict, reason string) {
		t.Helper()
		if got, err := s.service.RollBack(bg, s.order(), false); err != nil || got.Verdict != want || got.Reason != reason {
			t.Fatalf("%+v, %v, in %s", got, err, s.l.Order.Status.Name())
		}
	}
	rollBack(RollbackSkipped, SkipPaid)
	for n, sum := range []order.Yen{1, total - 1} {
		rollBack(RollbackSkipped, SkipPaid)
		if _, err := s.service.RefundByHand(bg, HandRefund{Order: s.order(), PaymentID: p.ID, Amount: sum, Left: s.l.payment(p.ID).worth(), Day: s.now, How: "銀行振込", Actor: clerk, Key: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	rollBack(RolledBack, "")
	s.status(order.Canceled)
	s.holds(Released)
	s.stands(s.l.payment(p.ID), payment.Captured, "")
}

// TestRolledBackWhileItMoved: an order that changed while 094 answered is skipped.
func TestRolledBackWhileItMoved(t *testing.T) {
	t.Parallel()
	for name, moves := range map[string]func(*shop){
		"its book": func(s *shop) { s.l.Version++ },
		"its status": func(s *shop) {
			s.l.Order.Status, s.l.LastStatus = order.Processing, order.Processing
		},
		"its payment": func(s *shop) { s.l.CurrentID, s.l.Order.MethodClass = "", offlineClass }, // to another plugin's
	} {
		for _, rehearse := range []bool{true, false} {
			w, p := atPage(t, bank)
			s := open(t, w)
			s.there["123"] = Finding{Kind: NoSuch}
			s.now = p.LimitAt.Add(margin)
			s.fail = func(call string, _ int) error {
				if call == "Update" {
					moves(s)
				}
				return nil
			}
			got, err := s.service.RollBack(bg, s.order(), rehearse)
			if err != nil || got.Verdict != RollbackSkipped || got.Reason != SkipMoved || s.l.Order.Status == order.Canceled {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	}
}

// TestRolledBackWhenCorrected: an end at the centre that something may have followed cancels
// nothing; what stands in its place is the order's.
func TestRolledBackWhenCorrected(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		heir, alone bool
		want        RollbackVerdict
		reason      string
	}{
		"corrected":                      {true, false, RollbackStands, ""},
		"cancelled, and nothing else":    {false, true, RolledBack, ""},
		"cancelled, and nobody can tell": {false, false, RollbackSkipped, SkipNoAnswer},
	} {
		w, p := challenged1(t)
		s := open(t, w)
		gone := s.world.found(payment.AuthCancelDone)
		gone.Alone, gone.BegunAt = false, p.BegunAt
		s.there["p1"] = gone
		if tt.alone || tt.heir {
			s.there["123"] = gone
		}
		if tt.heir {
			h := s.world.found(payment.AuthOK)
			h.PaymentID, h.BaseID = "p2", "p1"
			s.next["p1"], s.there["p2"] = []Successor{{PaymentID: "p2"}}, h
		}
		got, err := s.service.RollBack(bg, s.order(), false)
		if err != nil || got.Verdict != tt.want || got.Reason != tt.reason {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestRollingBackWithoutADatabase ends nothing.
func TestRollingBackWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, rehearse := range []bool{true, false} {
		for n := 1; ; n++ {
			w, p := atPage(t, bank)
			s := open(t, w)
			s.there["123"] = Finding{Kind: NoSuch}
			s.now = p.LimitAt.Add(margin)
			s.away(n, true)
			_, err := s.service.RollBack(bg, s.order(), rehearse)
			if n > len(s.calls) {
				break
			}
			if !errors.Is(err, errAway) || s.calls[n-1] != "commit" && s.l.Order.Status != order.Pending {
				t.Errorf("call %d (%s): %v", n, s.calls[n-1], err)
			}
		}
	}
}

// TestNoQuestionNoWaiting: an order about which nobody is to be asked does not wait for those that
// are asked about.
func TestNoQuestionNoWaiting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(bg)
	cancel()
	for name, tt := range map[string]struct {
		end  payment.End
		err  error
		want RollbackVerdict
	}{"declined": {payment.Declined, nil, RolledBack}, "left": {payment.Superseded, context.Canceled, ""}} {
		w, p := atPage(t, bank)
		p.Phase, p.End = payment.Ended, tt.end
		s := open(t, w)
		for range rollbackAsks {
			s.service.rollbackAsks <- struct{}{}
		}
		if got, err := s.service.RollBack(ctx, s.order(), false); !errors.Is(err, tt.err) || got.Verdict != tt.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestWhichDaysAreTaken: an order is taken from the day after its term, by Japan's calendar
// (manual 2.4).
func TestWhichDaysAreTaken(t *testing.T) {
	t.Parallel()
	jst := order.JST()
	for name, tt := range map[string]struct {
		now  time.Time
		days int
		want time.Time
	}{
		"a week":                {time.Date(2026, 4, 10, 12, 0, 0, 0, jst), 7, time.Date(2026, 4, 3, 0, 0, 0, 0, jst)},
		"today is not over":     {time.Date(2026, 4, 10, 23, 59, 59, 0, jst), 0, time.Date(2026, 4, 10, 0, 0, 0, 0, jst)},
		"another day elsewhere": {time.Date(2026, 4, 9, 15, 0, 0, 0, time.UTC), 1, time.Date(2026, 4, 9, 0, 0, 0, 0, jst)},
		"into another month":    {time.Date(2026, 3, 2, 0, 0, 0, 0, jst), 3, time.Date(2026, 2, 27, 0, 0, 0, 0, jst)},
	} {
		if got := PendingBefore(tt.now, tt.days); !got.Equal(tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestRolledBackAndCorrected: an order left in 決済処理中 whose payment was taken after all, and ended
// in ペイジェントオンライン by a correction. What took its place is the order's; while nobody tells
// whether anything did, the order is skipped, and nothing is learnt of the one that was left behind.
func TestRolledBackAndCorrected(t *testing.T) {
	t.Parallel()
	for left, heir := range map[payment.Status]payment.Status{payment.AuthCancelDone: payment.AuthOK, payment.RefundDone: payment.Cleared} {
		for _, known := range []bool{true, false} {
			w, old := challenged1(t)
			s := open(t, w)
			s.now = old.BegunAt.Add(pageTerm)
			before := *s.l.payment(old.ID)
			gone, next := s.theirs(left), s.theirs(heir)
			gone.BegunAt = old.BegunAt
			next.PaymentID, next.BaseID, next.Amount, next.BegunAt = "p2", "p1", lower, s.now
			s.there["p1"], s.there["123"] = gone, gone
			s.next["p1"] = []Successor{{PaymentID: "p2"}}
			if known {
				s.there["p2"] = next
			}
			got, err := s.service.RollBack(bg, s.order(), false)
			old, cur := s.l.payment(old.ID), s.l.Current()
			if known {
				if err != nil || got.Verdict != RollbackStands || cur.PaymentID != "p2" || cur.Amount != lower || cur.Status != heir {
					t.Errorf("%s: %+v, %v, %+v", left, got, err, cur)
				}
				s.stands(old, payment.Ended, payment.Canceled)
				s.holds(Committed)
				s.alerted(AlertAmountOpen)
				continue
			}
			if err != nil || got.Verdict != RollbackSkipped || got.Reason != SkipNoAnswer || len(s.l.Payments) != 1 {
				t.Errorf("%s, nobody tells: %+v, %v, %d payments", left, got, err, len(s.l.Payments))
			}
			if !old.EndedAt.Equal(s.now) || !old.AskAt.Equal(before.AskAt) || old.Phase != before.Phase || old.Status != before.Status {
				t.Errorf("%s, nobody tells: it was %+v, and is %+v", left, before, old)
			}
			s.status(order.Pending)
			s.holds(Held)
			s.alerted()
		}
	}
}

// TestRolledBackAfterItsGoodsWentBack: an order that stands after all takes its goods again; a
// rehearsal tells so too, and takes none.
func TestRolledBackAfterItsGoodsWentBack(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(*shop){
		"authorised": func(s *shop) { f := s.theirs(payment.AuthOK); s.there["p1"], s.there["123"] = f, f },
		"corrected": func(s *shop) {
			gone, heir := s.theirs(payment.AuthCancelDone), s.theirs(payment.AuthOK)
			heir.PaymentID, heir.BaseID, heir.Amount = "p2", "p1", lower
			s.there["p1"], s.there["123"], s.there["p2"] = gone, gone, heir
			s.next["p1"] = []Successor{{PaymentID: "p2"}}
		},
	} {
		for _, rehearse := range []bool{true, false} {
			w, _ := challenged1(t)
			s := open(t, w)
			s.must(func(l *Ledger, tk tick) error { l.releaseHold(tk); return nil })
			put(s)
			for range 2 {
				got, e, err := s.service.RollBackEffect(bg, s.order(), true)
				if err != nil || got.Verdict != RollbackStands || e.To != order.New || e.Goods != -wanted || s.l.Order.Status != order.Pending {
					t.Errorf("%s, what it would move: %+v, %+v, %v", name, got, e, err)
				}
			}
			got, err := s.service.RollBack(bg, s.order(), rehearse)
			if err != nil || got.Verdict != RollbackStands {
				t.Errorf("%s, rehearsed %t: %+v, %v", name, rehearse, got, err)
			}
			if want := map[bool]order.Status{true: order.Pending, false: order.New}[rehearse]; s.l.Order.Status != want {
				t.Errorf("%s, rehearsed %t: %s", name, rehearse, s.l.Order.Status.Name())
			}
			s.holds(map[bool]HoldState{true: Released, false: Committed}[rehearse])
		}
	}
}

// TestRollbackCancelsWithTheOrder: an authorisation that the shop wants cancelled with its order is
// left alone with an order that is skipped, for whose other try nobody can tell yet; where that one
// was paid it is the order's, and the authorisation is one too many.
func TestRollbackCancelsWithTheOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		other  Finding
		want   RollbackVerdict
		reason string
		order  order.Status
		goes   bool
	}{
		"no answer about the other try": {Finding{Kind: NoAnswer}, RollbackSkipped, SkipNoAnswer, order.Pending, false},
		"its page is still open":        {Finding{Kind: Found, Status: payment.Applied}, RollbackSkipped, SkipWaiting, order.Pending, false},
		"it was refused":                {Finding{Kind: Found, Status: payment.AuthNG}, RolledBack, "", order.Canceled, true},
		"it was paid":                   {Finding{Kind: Found, Status: payment.Cleared}, RollbackStands, "", order.Paid, true},
		"it is authorised as well":      {Finding{Kind: Found, Status: payment.AuthOK}, RolledBack, "", order.Canceled, true},
	} {
		for _, later := range []bool{false, true} { // whichever was begun first
			w, p := challenged1(t)
			s := open(t, w)
			s.policy.RollbackCancels = true
			other := *p
			other.ID, other.Seq, other.TradingID, other.PaymentID, other.PaymentIDs = "other", 9, "123_9", "p9", []string{"p9"}
			other.Phase, other.End = payment.Ended, payment.Superseded
			s.l.Payments = []*Payment{&other, p}
			if later {
				s.l.Payments = []*Payment{p, &other}
			}
			f := s.world.found(payment.AuthOK)
			f.BegunAt = p.BegunAt
			s.there["p1"] = f
			tt.other.PaymentID, tt.other.TradingID, tt.other.Type, tt.other.Amount, tt.other.BegunAt = "p9", "123_9", "02", total, p.BegunAt
			s.there["p9"] = tt.other
			got, err := s.service.RollBack(bg, s.order(), false)
			if err != nil || got.Verdict != tt.want || got.Reason != tt.reason {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			s.status(tt.order)
			if now := s.l.payment(p.ID); now.Reverse != tt.goes || (s.reversal(now) != nil) != tt.goes {
				t.Errorf("%s: %+v", name, now)
			}
			if tt.order == order.Pending {
				s.holds(Held)
			}
		}
	}
}
