package ledger

import (
	"context"
	"slices"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// known is a shop whose buyer is at the link type's page, of which these payment_ids were told. At
// the centre the trading_id names none, one, or several payments.
func known(t *testing.T, ids []string, there map[string]payment.Status) *shop {
	t.Helper()
	w, p := atPage(t, payment.Scheme{Method: payment.Card, System: payment.Link})
	for _, id := range ids {
		w.take(w.noticeOf(id, payment.Applied))
	}
	s := open(t, w)
	p = s.l.payment(p.ID)
	for id, status := range there {
		f := s.world.found(status)
		f.PaymentID, f.TradingID, f.Type, f.BegunAt = id, p.TradingID, p.Method.Type(), p.BegunAt
		s.there[id] = f
		if len(there) == 1 {
			s.there[p.TradingID] = f
		}
	}
	return s
}

// TestEachIDIsAskedAbout (money.md §9): the page's first id was not gone on with, and nothing has
// told us yet what became of the second.
func TestEachIDIsAskedAbout(t *testing.T) {
	t.Parallel()
	both := []string{"p1", "p2"}
	for name, tt := range map[string]struct {
		there  map[string]payment.Status
		want   RollbackVerdict
		reason string
		order  order.Status
		stands string // the payment_id it is alive under
	}{
		"the second is authorised":        {map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthOK}, RollbackStands, "", order.New, "p2"},
		"the second is captured":          {map[string]payment.Status{"p1": payment.Applied, "p2": payment.Cleared}, RollbackStands, "", order.Paid, "p2"},
		"the first is authorised":         {map[string]payment.Status{"p1": payment.AuthOK, "p2": payment.AuthNG}, RollbackStands, "", order.New, "p1"},
		"the second is at work":           {map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.CaptureRequested}, RollbackSkipped, SkipNoAnswer, order.Pending, ""},
		"nobody tells of the second":      {map[string]payment.Status{"p1": payment.AuthNG}, RollbackSkipped, SkipNoAnswer, order.Pending, ""},
		"nobody tells of the first":       {map[string]payment.Status{"p2": payment.AuthNG}, RollbackSkipped, SkipNoAnswer, order.Pending, ""},
		"the second is alive, late, both": {map[string]payment.Status{"p2": payment.AuthOK}, RollbackStands, "", order.New, "p2"},
		"neither was gone on with":        {map[string]payment.Status{"p1": payment.Applied, "p2": payment.Applied}, RolledBack, "", order.Canceled, ""},
		"both were refused":               {map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthNG}, RolledBack, "", order.Canceled, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := known(t, both, tt.there)
			s.now = s.l.Payments[0].LimitAt.Add(margin)
			got, err := s.service.RollBack(bg, s.order(), false)
			if err != nil || got.Verdict != tt.want || got.Reason != tt.reason {
				t.Fatalf("%+v, %v", got, err)
			}
			s.status(tt.order)
			if p := s.l.Payments[0]; p.living() != (tt.stands != "") || p.living() && p.PaymentID != tt.stands {
				t.Errorf("%s under %s", p.Phase, p.PaymentID)
			}
		})
	}
}

// TestTheWatchAsksAboutEachID of a page that was left: the second card was authorised.
func TestTheWatchAsksAboutEachID(t *testing.T) {
	t.Parallel()
	s := known(t, []string{"p1", "p2"}, map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthOK})
	p := s.l.Payments[0]
	s.now = p.LimitAt.Add(margin)
	p.AskAt = s.now
	if err := s.service.Watch(bg, DuePayment{OrderID: s.order(), PaymentID: p.ID}); err != nil {
		t.Fatal(err)
	}
	s.status(order.New)
	if p = s.l.Payments[0]; p.Phase != payment.Authorised || p.PaymentID != "p2" {
		t.Errorf("%s under %s", p.Phase, p.PaymentID)
	}
	asked := len(s.asked)
	p.AskAt = s.now
	if err := s.service.Watch(bg, DuePayment{OrderID: s.order(), PaymentID: p.ID}); err != nil || len(s.asked) != asked+1 {
		t.Errorf("%v; a payment that came alive is asked about by its own id: %+v", err, s.asked[asked:])
	}
}

// TestNoOtherTryBesideASecondCard: one card was refused at the link type's page. Whether another one
// was authorised there, of which no notice has told yet, is seen by the trading_id: it names several.
func TestNoOtherTryBesideASecondCard(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ids   []string
		there map[string]payment.Status
		code  string
		order order.Status
	}{
		"none followed":              {[]string{"p1"}, map[string]payment.Status{"p1": payment.AuthNG}, "", order.Processing},
		"one followed, unseen":       {[]string{"p1"}, map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthOK}, "payment.unconfirmed", order.Pending},
		"one followed, and is alive": {[]string{"p1", "p2"}, map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthOK}, "", order.New},
		"the first one is alive":     {[]string{"p1", "p2"}, map[string]payment.Status{"p1": payment.AuthOK, "p2": payment.AuthNG}, "", order.New},
		"one followed, refused":      {[]string{"p1", "p2"}, map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthNG}, "", order.Processing},
		"one followed, not told":     {[]string{"p1", "p2"}, map[string]payment.Status{"p1": payment.AuthNG}, "payment.unconfirmed", order.Pending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := known(t, tt.ids, tt.there)
			if _, err := s.service.Another(bg, s.order()); code(err) != tt.code {
				t.Errorf("%v", err)
			}
			s.status(tt.order)
			if p := s.l.Payments[0]; p.living() && tt.there[p.PaymentID] != payment.AuthOK {
				t.Errorf("it stands under %s", p.PaymentID)
			}
		})
	}
}

// TestALaterTrysMethodIsNoOther: an order keeps the method of its last try, and what it is paid by is
// the first one that came alive after all: 売上 of that charges nobody twice.
func TestALaterTrysMethodIsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := notHappened(w)
	w.number("p2")
	w.alive(first, "p1", payment.AuthOK)
	p := w.l.payment(first.ID)
	for class, want := range map[string]bool{
		payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class(): false,
		payment.Scheme{Method: payment.Card, System: payment.Link}.Class():      false,
		payment.Scheme{Method: payment.Bank, System: payment.Module}.Class():    true,
		offlineClass: true,
		"":           false,
	} {
		if w.l.Order.MethodClass = class; PaysOtherwise(w.l, p) != want {
			t.Errorf("%q: %t", class, !want)
		}
	}
}

// TestWhatIsAskedAboutAPage: no id twice, none but its own of a payment that came alive or is over,
// none once one is alive; and the trading_id only where it can tell more.
func TestWhatIsAskedAboutAPage(t *testing.T) {
	t.Parallel()
	refused, alive := map[string]payment.Status{"p1": payment.AuthNG, "p2": payment.AuthNG}, map[string]payment.Status{"p1": payment.AuthOK, "p2": payment.AuthNG}
	one, both := []string{"p1"}, []string{"p1", "p2"}
	for name, tt := range map[string]struct {
		ids   []string
		there map[string]payment.Status
		put   func(*Payment)
		each  []string
		page  []string
	}{
		"one id":             {one, refused, func(*Payment) {}, []string{"p1"}, []string{"p1", "123"}},
		"one id, alive":      {one, alive, func(*Payment) {}, []string{"p1"}, []string{"p1"}},
		"one id, no answer":  {one, nil, func(*Payment) {}, []string{"p1"}, []string{"p1"}},
		"two":                {both, refused, func(*Payment) {}, []string{"p1", "p2"}, []string{"p1", "p2"}},
		"two, alive":         {both, alive, func(*Payment) {}, []string{"p1"}, []string{"p1"}},
		"two, the other's":   {both, refused, func(p *Payment) { p.PaymentID = "p2" }, []string{"p2", "p1"}, []string{"p2", "p1"}},
		"one id, a module's": {one, refused, func(p *Payment) { p.System = payment.Module }, []string{"p1"}, []string{"p1"}},
		"which stands":       {both, refused, func(p *Payment) { p.Phase = payment.Authorised }, []string{"p1"}, []string{"p1"}},
		"which is over":      {both, refused, func(p *Payment) { p.Phase, p.End = payment.Ended, payment.Refunded }, []string{"p1"}, []string{"p1"}},
	} {
		s := known(t, tt.ids, tt.there)
		p := s.l.Payments[0]
		tt.put(p)
		asks := func(inquire func(context.Context, *Ledger, *Payment, int64) Finding) (ids []string) {
			s.asked = nil
			inquire(bg, s.l, p, 1)
			for _, q := range s.asked {
				ids = append(ids, q.PaymentID+q.TradingID)
			}
			return ids
		}
		if got := asks(s.service.inquireEach); !slices.Equal(got, tt.each) {
			t.Errorf("%s: asked about %v, want %v", name, got, tt.each)
		}
		if got := asks(s.service.inquirePage); !slices.Equal(got, tt.page) {
			t.Errorf("%s, its page: asked about %v, want %v", name, got, tt.page)
		}
	}
}

// TestWhatAnAnswerLeavesOpen about one of several ids.
func TestWhatAnAnswerLeavesOpen(t *testing.T) {
	t.Parallel()
	found := func(s payment.Status) Finding { return Finding{Kind: Found, Status: s} }
	for name, tt := range map[string]struct {
		f    Finding
		want int
	}{
		"alive":            {found(payment.AuthOK), leavesAlive},
		"captured":         {found(payment.Cleared), leavesAlive},
		"at work":          {found(payment.CaptureRequested), leavesUnclear},
		"no answer":        {Finding{Kind: NoAnswer}, leavesUnclear},
		"there is none":    {Finding{Kind: NoSuch}, leavesWaiting},
		"not gone on with": {found(payment.Applied), leavesWaiting},
		"refused":          {found(payment.AuthNG), leavesNothing},
		"cancelled":        {found(payment.AuthCancelDone), leavesNothing},
		"gone, an heir":    {Finding{Kind: NoSuch, Heir: &Finding{Kind: Found}}, leavesAlive},
		"ended, an heir":   {Finding{Kind: Found, Status: payment.AuthCancelDone, Heir: &Finding{Kind: Found}}, leavesAlive},
	} {
		if got := leavesOpen(&Payment{Method: payment.Card}, tt.f); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if leavesOpen(&Payment{Method: payment.Bank}, found(payment.Abandoned)) != leavesWaiting {
		t.Error("a bank's page that was left can be used again")
	}
}
