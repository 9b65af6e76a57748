package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// overdue is what 094 says about a payment whose time has come.
func (w *world) overdue(p *Payment, f Finding) *Payment {
	w.t.Helper()
	w.must(func(l *Ledger, tk tick) error {
		l.payment(p.ID).AskAt = tk.now
		return l.watched(tk, p.ID, f, true)
	})
	return w.l.payment(p.ID)
}

func (s *shop) watchOnce(p *Payment) error {
	return s.service.Watch(context.Background(), DuePayment{OrderID: s.order(), PaymentID: p.ID})
}

// TestWatch asks about a payment that is due, by the one id that names it, and takes the
// answer; one that is not due, or is unknown, is not asked about.
func TestWatch(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	p := s.authorised("p1")
	s.there["p1"] = s.world.found(payment.Cleared)
	if err := s.watchOnce(p); err != nil || len(s.asked) != 0 {
		t.Fatalf("%v, asked %+v", err, s.asked)
	}
	if err := s.watchOnce(&Payment{ID: "none"}); err != nil || len(s.asked) != 0 {
		t.Fatalf("%v, asked %+v", err, s.asked)
	}
	s.now = p.AskAt
	if err := s.watchOnce(p); err != nil {
		t.Fatal(err)
	}
	if want := (Inquiry{Environment: payment.Simulator, MerchantID: "m", SettingsVersion: 1, PaymentID: "p1"}); len(s.asked) != 1 || s.asked[0] != want {
		t.Errorf("asked %+v", s.asked)
	}
	s.stands(p, payment.Captured, "")
	s.status(order.Paid)

	w, page := atPage(t, bank)
	s = open(t, w)
	s.now = page.AskAt
	if err := s.watchOnce(page); err != nil || len(s.asked) != 1 || s.asked[0].TradingID != "123" || s.asked[0].PaymentID != "" {
		t.Errorf("%v, asked %+v", err, s.asked)
	}
}

// TestWatchingWithoutADatabase asks nothing unless the question was taken, and takes nothing
// unless it is written: the payment is due again when the lease ends.
func TestWatchingWithoutADatabase(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		s.now = p.AskAt
		s.there["p1"] = s.world.found(payment.Cleared)
		s.away(n, true)
		err := s.watchOnce(p)
		if n > len(s.calls) {
			break
		}
		if !errors.Is(err, errAway) {
			t.Errorf("call %d: %v", n, err)
		}
		if s.calls[n-1] != "commit" && s.l.payment(p.ID).Phase != payment.Authorised {
			t.Errorf("call %d: %+v", n, p)
		}
		if s.l.payment(p.ID).AskAt.IsZero() && s.l.payment(p.ID).Phase == payment.Authorised {
			t.Errorf("call %d: never asked about again", n)
		}
	}
}

// TestNotAskedHere: a payment of another centre is looked at daily and asked about never; one
// whose token's term is over forgets the token, and is asked about in its time.
func TestNotAskedHere(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	p := s.authorised("p1")
	s.now, s.policy.MerchantID = p.AskAt, "other"
	if err := s.watchOnce(p); err != nil || len(s.asked) != 0 || !s.l.payment(p.ID).AskAt.Equal(s.now.Add(24*time.Hour)) {
		t.Errorf("%v, asked %+v, again at %s", err, s.asked, s.l.payment(p.ID).AskAt)
	}
	w, p := challenged(t)
	s = open(t, w)
	s.now = p.AskAt
	if err := s.watchOnce(p); err != nil || len(s.asked) != 0 {
		t.Errorf("%v, asked %+v", err, s.asked)
	}
	if p = s.l.payment(p.ID); p.SealedToken != "" || !p.AskAt.Equal(p.LimitAt.Add(margin)) {
		t.Errorf("%+v", p)
	}
}

// TestMovedMeanwhile: what 094 said before the payment moved is not taken after it; but a try
// that was only left can still be told to be alive.
func TestMovedMeanwhile(t *testing.T) {
	t.Parallel()
	at := func(ph payment.Phase, st payment.Status, e payment.End) *Payment {
		return &Payment{Method: payment.Bank, Phase: ph, Status: st, End: e}
	}
	was := at(payment.AwaitingBuyer, payment.Applied, "")
	for name, tt := range map[string]struct {
		is   *Payment
		want bool
	}{
		"as it was":      {at(payment.AwaitingBuyer, payment.Applied, ""), true},
		"another status": {at(payment.AwaitingBuyer, payment.Abandoned, ""), false},
		"another phase":  {at(payment.Captured, payment.Applied, ""), false},
		"left":           {at(payment.Ended, payment.Applied, payment.Superseded), true},
		"cancelled":      {at(payment.Ended, payment.Applied, payment.Canceled), false},
		"gone":           {nil, false},
	} {
		if got := tt.is.stillAs(was); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestAtWorkPastItsLimit: a payment that the centre is at work about is asked about again soon.
func TestAtWorkPastItsLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.now = p.LimitAt.Add(margin)
	if p = w.overdue(p, w.found(payment.CaptureRequested)); p.Status != payment.CaptureRequested || !p.AskAt.Equal(w.now.Add(time.Hour)) {
		t.Errorf("%s, asked about at %s", p.Status, p.AskAt)
	}
}

// TestNeverUsed: past limit and margin a payment ends by whatever shows that nobody went on
// with it, also where its status was known before.
func TestNeverUsed(t *testing.T) {
	t.Parallel()
	for status, over := range map[payment.Status]bool{
		payment.Applied: true, payment.ThreeDSRunning: true, payment.ThreeDSAbandoned: true, payment.Abandoned: true, payment.AuthNG: true,
		payment.CaptureRequested: false,
	} {
		for _, known := range []bool{false, true} {
			w, p := challenged1(t)
			w.now = p.LimitAt.Add(margin)
			if known {
				w.l.payment(p.ID).Status = status
			}
			f := w.found(status)
			f.BegunAt = p.BegunAt
			p = w.overdue(p, f)
			if (p.Phase == payment.Ended) != over || p.AskAt.IsZero() != over {
				t.Errorf("%s (known %t): %s %s, asked about at %s", status, known, p.Phase, p.End, p.AskAt)
			}
		}
	}
}

// TestForgottenAuthorisation: an authorisation that the centre no longer knows once its term is
// over has ended, and its 33 was lost (money.md §9). Nothing else ends what has stood, and money
// that was taken is never ended by silence.
func TestForgottenAuthorisation(t *testing.T) {
	t.Parallel()
	gone := Finding{Kind: NoSuch}
	early := func(w *world, _ *Payment) { w.now = w.now.Add(-time.Millisecond) }
	in := func(s order.Status) func(*world, *Payment) {
		return func(w *world, _ *Payment) { w.l.Order.Status, w.l.LastStatus = s, s }
	}
	paidy := func(w *world, p *Payment) { p.Method = payment.Paidy }
	for name, tt := range map[string]struct {
		put    func(*world, *Payment)
		f      Finding
		faint  bool
		ends   bool
		order  order.Status
		hold   HoldState
		alerts []AlertKind
	}{
		"in 1":                   {in(order.New), gone, false, true, order.Canceled, Released, nil},
		"in 4":                   {in(order.InProgress), gone, false, true, order.Canceled, Released, nil},
		"shipped":                {in(order.Delivered), gone, false, true, order.Delivered, Committed, []AlertKind{AlertShippedUnpaid, AlertUnmade}},
		"cancelled by staff":     {in(order.Canceled), gone, false, true, order.Canceled, Released, nil},
		"a moment too early":     {early, gone, false, false, order.New, Committed, nil},
		"not vouched for":        {in(order.New), gone, true, false, order.New, Committed, nil},
		"no answer":              {in(order.New), Finding{Kind: NoAnswer}, false, false, order.New, Committed, nil},
		"only begun there":       {in(order.New), stood(payment.Applied)(newWorld(t)), false, false, order.New, Committed, []AlertKind{AlertContradiction}},
		"captured":               {func(_ *world, p *Payment) { p.Phase, p.Status = payment.Captured, payment.Cleared }, gone, false, false, order.New, Committed, nil},
		"at work there":          {func(_ *world, p *Payment) { p.Status = payment.CancelRequested }, gone, false, true, order.Canceled, Released, nil},
		"an operation is open":   {func(w *world, p *Payment) { w.change(true) }, gone, false, false, order.New, Committed, nil},
		"Paidy's, by either id":  {paidy, Finding{Kind: NoSuch, Alone: true}, false, true, order.Canceled, Released, nil},
		"Paidy's, perhaps moved": {paidy, gone, false, false, order.New, Committed, nil},
		"to be cancelled":        {func(_ *world, p *Payment) { p.Reverse = true }, gone, false, true, order.New, Committed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			w.now = p.LimitAt.Add(margin)
			tt.put(w, w.l.payment(p.ID))
			w.must(func(l *Ledger, tk tick) error {
				l.payment(p.ID).AskAt = tk.now
				return l.watched(tk, p.ID, tt.f, !tt.faint)
			})
			p = w.l.payment(p.ID)
			if ended := p.Phase == payment.Ended; ended != tt.ends || ended && p.End != payment.Unused || !ended && p.Phase == payment.Authorised && p.AskAt.IsZero() {
				t.Errorf("%s %s, asked about at %s", p.Phase, p.End, p.AskAt)
			}
			w.status(tt.order)
			w.holds(tt.hold)
			w.alerted(tt.alerts...)
		})
	}
}

// TestForgottenByPaidy: a payment of Paidy's may go on under another id, so that neither its id
// nor its trading_id may name any before it is over.
func TestForgottenByPaidy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		named Finding
		phase payment.Phase
	}{
		"there is none":    {Finding{Kind: NoSuch}, payment.Ended},
		"several":          {Finding{Kind: NoAnswer}, payment.Authorised},
		"it is sold there": {Finding{Kind: Found, PaymentID: "p2", TradingID: "123", Type: payment.Paidy.Type(), Status: payment.Cleared, Amount: total}, payment.Captured},
	} {
		w := of(t, payment.Scheme{Method: payment.Paidy, System: payment.Module})
		w.begin(nil)
		p := w.l.Current()
		w.must(func(l *Ledger, tk tick) error {
			l.payment(p.ID).addPaygentID("p1")
			return l.learn(tk, l.payment(p.ID), payment.AuthOK, total, tk.now, "inquiry")
		})
		s := open(t, w)
		p = s.l.payment(p.ID)
		s.now = p.AskAt
		tt.named.BegunAt = p.BegunAt
		s.there["p1"], s.there["123"], s.there["p2"] = Finding{Kind: NoSuch}, tt.named, tt.named
		if err := s.watchOnce(p); err != nil {
			t.Fatal(err)
		}
		if p = s.l.payment(p.ID); p.Phase != tt.phase || p.Phase == payment.Authorised && !p.AskAt.After(s.now) {
			t.Errorf("%s: %s at %s, asked about at %s", name, p.Phase, p.Status, p.AskAt)
		}
	}
}

// TestHowLongAPaymentIsWatched, where 094 tells of something else: as long as something can
// become of it.
func TestHowLongAPaymentIsWatched(t *testing.T) {
	t.Parallel()
	captured := func(s payment.Status) func(*world, *Payment) {
		return func(w *world, p *Payment) { p.Phase, p.Status, p.CapturedAt = payment.Captured, s, w.now }
	}
	ended := func(e payment.End) func(*world, *Payment) {
		return func(_ *world, p *Payment) { p.Phase, p.End, p.Status = payment.Ended, e, payment.NoStatus }
	}
	limit := func(_ *world, p *Payment) time.Time { return p.LimitAt.Add(margin) }
	after := func(d time.Duration) func(*world, *Payment) time.Time {
		return func(w *world, _ *Payment) time.Time { return w.now.Add(d) }
	}
	never := func(*world, *Payment) time.Time { return time.Time{} }
	for name, tt := range map[string]struct {
		put  func(*world, *Payment)
		want func(*world, *Payment) time.Time
	}{
		"authorised":                         {func(*world, *Payment) {}, limit},
		"authorised, without an id":          {func(_ *world, p *Payment) { p.PaymentID, p.PaymentIDs = "", nil }, after(24 * time.Hour)},
		"captured, not told by a notice":     {captured(payment.AuthOK), after(time.Minute)},
		"captured, told":                     {captured(payment.Cleared), never},
		"captured, early report":             {captured(payment.EarlyReport), after(24 * time.Hour)},
		"superseded":                         {ended(payment.Superseded), limit},
		"given up":                           {ended(payment.GivenUp), limit},
		"unreachable":                        {ended(payment.Unreachable), limit},
		"declined":                           {ended(payment.Declined), never},
		"cancelled":                          {ended(payment.Canceled), never},
		"unused":                             {ended(payment.Unused), never},
		"to be cancelled, and still there":   {func(_ *world, p *Payment) { p.Reverse = true }, after(time.Hour)},
		"to be cancelled, but captured":      {func(w *world, p *Payment) { p.Reverse = true; captured(payment.Cleared)(w, p) }, never},
		"captured without an id, by a word":  {func(w *world, p *Payment) { captured(payment.Cleared)(w, p); p.PaymentID = "" }, after(24 * time.Hour)},
		"cancelled without an id, by a word": {func(w *world, p *Payment) { ended(payment.Canceled)(w, p); p.PaymentID = "" }, never},
	} {
		w := newWorld(t)
		p := w.authorised("p1")
		tt.put(w, p)
		p = w.overdue(p, w.foundOf(payment.Conveni, payment.Cleared))
		if want := tt.want(w, p); !p.AskAt.Equal(want) {
			t.Errorf("%s: asked about at %s, not %s", name, p.AskAt, want)
		}
	}
}

// TestWhenACaptureIsAskedAbout, if no notice has said that it is through: a minute later, then
// along the schedule for a day, then daily (money.md §6).
func TestWhenACaptureIsAskedAbout(t *testing.T) {
	t.Parallel()
	for since, want := range map[time.Duration]time.Duration{ // both counted from the capture
		0:                          time.Minute,
		time.Minute - 1:            time.Minute,
		time.Minute:                5 * time.Minute,
		5*time.Minute - 1:          5 * time.Minute,
		5 * time.Minute:            30 * time.Minute,
		30*time.Minute - 1:         30 * time.Minute,
		30 * time.Minute:           90 * time.Minute,
		24*time.Hour - time.Second: 25*time.Hour - time.Second,
		24 * time.Hour:             48 * time.Hour,
	} {
		at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		if got := watchCapture(&Payment{CapturedAt: at, Status: payment.AuthOK}, at.Add(since)).Sub(at); got != want {
			t.Errorf("after %s: at %s, not %s", since, got, want)
		}
	}
}

// TestOvertakenWhileItWasAsked: the answer of 094 is older than what became known while it was on
// its way. It is not taken, and moves nothing back.
func TestOvertakenWhileItWasAsked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		told      payment.Status
		meanwhile func(*shop, *Payment)
		phase     payment.Phase
		end       payment.End
		status    payment.Status
		order     order.Status
		hold      HoldState
	}{
		"captured there, told by a notice, and refunded by staff": {payment.Cleared, func(s *shop, _ *Payment) {
			n, f := s.notice(payment.Cleared), s.world.found(payment.Cleared)
			s.confirm(n, &f)
			s.settle(s.send(s.change(false)), verdictOf(Answer{Outcome: Success}))
		}, payment.Ended, payment.Refunded, payment.Cleared, order.Canceled, Released},
		"captured by staff": {payment.AuthOK, func(s *shop, _ *Payment) {
			s.settle(s.send(s.change(true)), verdictOf(Answer{Outcome: Success}))
			s.take(s.notice(payment.Cleared))
		}, payment.Captured, "", payment.Cleared, order.Paid, Committed},
		"asked about by another node, after the lease": {payment.CaptureRequested, func(s *shop, p *Payment) {
			f := s.world.found(payment.AuthOK)
			s.must(func(l *Ledger, tk tick) error { return l.watched(tk, p.ID, f, true) })
		}, payment.Authorised, "", payment.AuthOK, order.New, Committed},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		s.now = p.AskAt
		s.there["p1"] = s.world.found(tt.told)
		taken := false
		s.fail = func(call string, _ int) error {
			if call == "Update" && taken {
				tt.meanwhile(s, p)
			}
			taken = taken || call == "Update"
			return nil
		}
		if err := s.watchOnce(p); err != nil || len(s.asked) != 1 {
			t.Errorf("%s: %v, asked %+v", name, err, s.asked)
		}
		if now := s.l.payment(p.ID); now.Phase != tt.phase || now.End != tt.end || now.Status != tt.status {
			t.Errorf("%s: %s %s at %q", name, now.Phase, now.End, now.Status)
		}
		s.status(tt.order)
		s.holds(tt.hold)
		s.alerted()
	}
}
