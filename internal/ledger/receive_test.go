package ledger

import (
	"errors"
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// stored is how the shop's database has a notice.
func (s *shop) stored(id int64) []Notice {
	list, _ := s.StoredNotices(bg, payment.Simulator, "m", id)
	return list
}

// incoming is a notice as the receiver verified it.
func (s *shop) incoming(status payment.Status) Notice {
	n := *s.notice(status)
	n.ID, n.State, n.Digest, n.ReceivedAt = "", "", "d1", time.Time{}
	return n
}

// TestReceive: every notice is stored, in the transaction of what it changes where it is
// applied at once; whose it is decides what becomes of it.
func TestReceive(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put     func(*shop, *Notice)
		state   NoticeState
		reason  ParkReason
		belongs bool
		next    time.Duration // of one that waits
	}{
		"applied":                   {func(*shop, *Notice) {}, NoticeApplied, NotParked, true, 0},
		"to be confirmed":           {func(_ *shop, n *Notice) { n.Status = payment.Cleared }, NoticeReceived, NotParked, true, 0},
		"malformed":                 {func(_ *shop, n *Notice) { n.Reason = ParkMalformed }, NoticeParked, ParkMalformed, true, 0},
		"malformed, of nobody":      {func(_ *shop, n *Notice) { n.Reason, n.PaymentID, n.TradingID = ParkMalformed, "x", "x" }, NoticeParked, ParkMalformed, false, 0},
		"a card validity check":     {func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "x", "" }, NoticeApplied, NotParked, false, 0},
		"ours, without trading_id":  {func(_ *shop, n *Notice) { n.TradingID = "" }, NoticeApplied, NotParked, true, 0},
		"of nobody":                 {func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "x", "x" }, NoticeForeign, NotParked, false, 0},
		"only the order's id fits":  {func(s *shop, n *Notice) { s.l.Payments[0].TradingID, n.PaymentID = "other", "x" }, NoticeParked, ParkNoOrder, true, 0},
		"it cannot be applied now":  {func(s *shop, _ *Notice) { s.failing("Update") }, NoticeReceived, NotParked, true, 10 * time.Second},
		"the same moment as a twin": {func(s *shop, _ *Notice) { s.failWith("commit", problem.New(problem.Conflict, "notice.duplicate", nil)) }, NoticeDuplicate, NotParked, true, 0},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		tt.put(s, &n)
		got, err := s.service.Receive(bg, n)
		if err != nil || got.State != tt.state || got.Reason != tt.reason || (got.OrderID != 0) != tt.belongs || got.ID == "" || !got.ReceivedAt.Equal(s.now) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		stored := s.stored(n.NoticeID)
		if tt.state == NoticeDuplicate {
			continue
		}
		if len(stored) != 1 || stored[0].State != tt.state || stored[0].ID != got.ID {
			t.Errorf("%s: stored %+v", name, stored)
		}
		if want := s.now.Add(tt.next); tt.state == NoticeReceived && !got.NextAt.Equal(want) || tt.state != NoticeReceived && !got.NextAt.IsZero() {
			t.Errorf("%s: next at %s", name, got.NextAt)
		}
	}
}

func (s *shop) failing(call string) { s.failWith(call, errAway) }

func (s *shop) failWith(call string, err error) {
	s.fail = func(c string, _ int) error {
		if c == call {
			return err
		}
		return nil
	}
}

// TestReceivedAgain: the same notice does nothing; the same id with other content is parked,
// and 094 is asked at once about the payment it names, if that can still move.
func TestReceivedAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*shop, *Notice)
		state NoticeState
		asks  bool
	}{
		"a duplicate": {func(*shop, *Notice) {}, NoticeDuplicate, false},
		"a conflict":  {func(_ *shop, n *Notice) { n.Digest = "d2" }, NoticeParked, true},
		"about one that has ended": {func(s *shop, n *Notice) {
			n.Digest = "d2"
			p := s.l.Current()
			p.Phase, p.End, p.AskAt = payment.Ended, payment.Canceled, time.Time{}
		}, NoticeParked, false},
		"about another payment":    {func(_ *shop, n *Notice) { n.Digest, n.PaymentID = "d2", "p2" }, NoticeParked, false},
		"about none, ours without": {func(s *shop, n *Notice) { n.Digest, n.PaymentID = "d2", ""; s.l.Current().PaymentID = "" }, NoticeParked, false},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		p.AskAt = s.now.Add(48 * time.Hour)
		n := s.incoming(payment.AuthOK)
		if _, err := s.service.Receive(bg, n); err != nil {
			t.Fatal(err)
		}
		tt.put(s, &n)
		got, err := s.service.Receive(bg, n)
		if err != nil || got.State != tt.state || got.State == NoticeParked && (got.Reason != ParkConflict || got.OrderID != s.order()) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if want := map[bool]int{true: 1, false: 2}[tt.state == NoticeDuplicate]; len(s.stored(n.NoticeID)) != want {
			t.Errorf("%s: stored %+v", name, s.stored(n.NoticeID))
		}
		if p = s.l.payment(p.ID); p.AskAt.Equal(s.now) != tt.asks {
			t.Errorf("%s: asked about at %s", name, p.AskAt)
		}
		if s.alerts[string(AlertNoticeParked)] != (tt.state == NoticeParked) {
			t.Errorf("%s: alerts %v", name, s.alerts)
		}
	}
	s := open(t, newWorld(t)) // two of nobody
	n := s.incoming(payment.AuthOK)
	n.PaymentID, n.TradingID = "x", "x"
	if _, err := s.service.Receive(bg, n); err != nil {
		t.Fatal(err)
	}
	n.Digest = "d2"
	if got, err := s.service.Receive(bg, n); err != nil || got.State != NoticeParked || got.Reason != ParkConflict || got.OrderID != 0 || len(s.stored(n.NoticeID)) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestReceivingWithoutADatabase: a notice is acknowledged only where it is stored.
func TestReceivingWithoutADatabase(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(*shop, *Notice){
		"ours":                 func(*shop, *Notice) {},
		"malformed":            func(_ *shop, n *Notice) { n.Reason = ParkMalformed },
		"malformed, of nobody": func(_ *shop, n *Notice) { n.Reason, n.PaymentID, n.TradingID = ParkMalformed, "x", "x" },
		"of nobody":            func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "x", "x" },
		"a card check":         func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "x", "" },
		"a conflict": func(s *shop, n *Notice) {
			if _, err := s.service.Receive(bg, *n); err != nil {
				t.Fatal(err)
			}
			n.Digest = "d2"
		},
	} {
		for n := 1; ; n++ {
			s := open(t, newWorld(t))
			s.authorised("p1")
			in := s.incoming(payment.AuthOK)
			put(s, &in)
			had := len(s.stored(in.NoticeID))
			s.calls = nil
			s.away(n, true)
			_, err := s.service.Receive(bg, in)
			if n > len(s.calls) {
				break
			}
			if !errors.Is(err, errAway) {
				t.Errorf("%s, call %d (%s): %v", name, n, s.calls[n-1], err)
			}
			if s.calls[n-1] != "commit" && len(s.stored(in.NoticeID)) != had {
				t.Errorf("%s, call %d: stored", name, n)
			}
		}
	}
}

// TestTakenUpNotice: one that waits is confirmed by 094, and applied with its state.
func TestTakenUpNotice(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there func(*shop) Finding
		state NoticeState
		order order.Status
		asked int
	}{
		"nothing is to be confirmed any more": {func(s *shop) Finding { s.policy.Confirm = ConfirmNever; return Finding{} }, NoticeApplied, order.Paid, 0},
		"confirmed":                           {func(s *shop) Finding { return s.world.found(payment.Cleared) }, NoticeApplied, order.Paid, 1},
		"094 is behind":                       {func(s *shop) Finding { return s.world.found(payment.AuthOK) }, NoticeReceived, order.New, 1},
		"094 is silent":                       {func(*shop) Finding { return Finding{Kind: NoAnswer} }, NoticeReceived, order.New, 1},
		"094 is ahead":                        {func(s *shop) Finding { return s.world.found(payment.ClearedFinal) }, NoticeSuperseded, order.Paid, 1},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n, err := s.service.Receive(bg, s.incoming(payment.Cleared))
		if err != nil || n.State != NoticeReceived {
			t.Fatalf("%+v, %v", n, err)
		}
		s.there["p1"] = tt.there(s)
		n.Owner, n.LeaseUntil = "node-1", s.now.Add(time.Minute)
		if err := s.service.TakeUpNotice(bg, n); err != nil {
			t.Fatal(err)
		}
		got := s.notices[n.ID]
		if got.State != tt.state || got.Owner != "" || got.Asked != tt.asked || len(s.asked) != tt.asked {
			t.Errorf("%s: %+v, asked %+v", name, got, s.asked)
		}
		if tt.state == NoticeReceived && !got.NextAt.After(s.now) {
			t.Errorf("%s: next at %s", name, got.NextAt)
		}
		s.status(tt.order)
	}
}

// TestTakingUpANoticeWithoutADatabase tells an error until a day has passed; then a person has
// to see it, and where that cannot be written either, it stays.
func TestTakingUpANoticeWithoutADatabase(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s := open(t, newWorld(t))
		s.authorised("p1")
		note, err := s.service.Receive(bg, s.incoming(payment.Cleared))
		if err != nil {
			t.Fatal(err)
		}
		s.there["p1"] = s.world.found(payment.Cleared)
		s.calls = nil
		s.away(n, true)
		err = s.service.TakeUpNotice(bg, note)
		if n > len(s.calls) {
			break
		}
		if !errors.Is(err, errAway) || s.calls[n-1] != "commit" && s.notices[note.ID].State != NoticeReceived {
			t.Errorf("call %d (%s): %v, %+v", n, s.calls[n-1], err, s.notices[note.ID])
		}
	}
}

// TestWhatANoticeIsAbout: the payment of its payment_id, else the one begun under its
// trading_id, as it stands now.
func TestWhatANoticeIsAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	for name, tt := range map[string]struct {
		paygent, trading string
		is               bool
	}{
		"by its id":          {"p1", "x", true},
		"by its trading_id":  {"x", "123", true},
		"neither is of ours": {"x", "x", false},
	} {
		got := w.l.standing(&Notice{PaymentID: tt.paygent, TradingID: tt.trading})
		if (got != nil) != tt.is || tt.is && (got.ID != p.ID || got == w.l.payment(p.ID)) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// parked is a shop with a notice of an order that no payment was found for.
func parked(t *testing.T, belongs bool) (*shop, Notice) {
	t.Helper()
	s := open(t, newWorld(t))
	s.authorised("p1")
	n := *s.notice(payment.AuthOK)
	n.State, n.Reason = NoticeParked, ParkSilent
	if belongs {
		n.OrderID = s.order()
	}
	s.notices[n.ID] = n
	return s, n
}

// TestRetriedByStaff: a parked notice is tried at once, also one whose order came later; the
// press stands in the timeline.
func TestRetriedByStaff(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		belongs bool
		put     func(*shop, *Notice)
		state   NoticeState
		retried bool
	}{
		"of an order":         {true, func(*shop, *Notice) {}, NoticeApplied, true},
		"its order came":      {false, func(*shop, *Notice) {}, NoticeApplied, true},
		"it belongs to none":  {false, func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "x", "x" }, NoticeParked, false},
		"a worker is at it":   {true, func(s *shop, n *Notice) { n.Owner, n.LeaseUntil = "node-2", s.now.Add(time.Second) }, NoticeParked, false},
		"it was applied":      {true, func(_ *shop, n *Notice) { n.State = NoticeApplied }, NoticeApplied, false},
		"still not confirmed": {true, func(_ *shop, n *Notice) { n.Status = payment.Cleared }, NoticeReceived, true},
	} {
		s, n := parked(t, tt.belongs)
		tt.put(s, &n)
		s.notices[n.ID] = n
		twin := n // another one under this id: a conflict
		twin.ID, twin.ReceivedAt, twin.State = "twin", n.ReceivedAt.Add(time.Second), NoticeForeign
		s.notices[twin.ID] = twin
		events := s.events
		got, err := s.service.RetryNotice(bg, n.ID, clerk)
		if err != nil || got.ID != n.ID || got.State != tt.state || (s.events > events) != tt.retried {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if kept := s.notices[n.ID]; !tt.retried && tt.state == NoticeParked && n.Owner == "" && (kept.Owner != "" || !kept.LeaseUntil.IsZero() || kept.State != NoticeParked) {
			t.Errorf("%s: %+v", name, kept)
		}
		if slices.Contains(s.calls, "CloseShopAlert") != tt.retried {
			t.Errorf("%s: called %v", name, s.calls)
		}
	}
	s, _ := parked(t, true)
	if _, err := s.service.RetryNotice(bg, "none", clerk); !problem.Is(err, "notice.unknown") {
		t.Error(err)
	}
}

// TestAPressKeepsWorkersAway for two minutes.
func TestAPressKeepsWorkersAway(t *testing.T) {
	t.Parallel()
	s, n := parked(t, true)
	s.failing("CloseShopAlert")
	if _, err := s.service.RetryNotice(bg, n.ID, clerk); !errors.Is(err, errAway) {
		t.Fatal(err)
	}
	if got := s.notices[n.ID]; got.Owner != "node-1" || !got.LeaseUntil.Equal(s.now.Add(2*time.Minute)) {
		t.Errorf("%s until %s", got.Owner, got.LeaseUntil)
	}
}

// TestRetryingWithoutADatabase tells an error at whichever call it goes away.
func TestRetryingWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, belongs := range []bool{true, false} {
		for _, nobodys := range []bool{true, false} {
			for n := 1; ; n++ {
				s, note := parked(t, belongs)
				if nobodys {
					note.PaymentID, note.TradingID = "x", "x"
					s.notices[note.ID] = note
				}
				s.away(n, true)
				_, err := s.service.RetryNotice(bg, note.ID, clerk)
				if n > len(s.calls) {
					break
				}
				if !errors.Is(err, errAway) {
					t.Errorf("call %d (%s): %v", n, s.calls[n-1], err)
				}
			}
		}
	}
}

// TestAskedNow: a payment that has not ended is due at once, unless it is due already.
func TestAskedNow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put  func(*shop, *Payment)
		want time.Duration
		ever bool
	}{
		"later":            {func(s *shop, p *Payment) { p.AskAt = s.now.Add(time.Hour) }, 0, true},
		"not watched":      {func(_ *shop, p *Payment) { p.AskAt = time.Time{} }, 0, true},
		"due":              {func(s *shop, p *Payment) { p.AskAt = s.now.Add(-time.Hour) }, -time.Hour, true},
		"ended, unwatched": {func(_ *shop, p *Payment) { p.Phase, p.End, p.AskAt = payment.Ended, payment.Canceled, time.Time{} }, 0, false},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		tt.put(s, p)
		if err := s.service.AskNow(bg, DuePayment{OrderID: s.order(), PaymentID: p.ID}); err != nil {
			t.Fatal(err)
		}
		if p = s.l.payment(p.ID); p.AskAt.IsZero() == tt.ever || tt.ever && !p.AskAt.Equal(s.now.Add(tt.want)) {
			t.Errorf("%s: %s", name, p.AskAt)
		}
	}
	s := open(t, newWorld(t))
	if err := s.service.AskNow(bg, DuePayment{OrderID: s.order(), PaymentID: "none"}); err != nil {
		t.Error(err)
	}
}

// TestParkedAsBefore: only a notice that was parked, and is parked for the same reason.
func TestParkedAsBefore(t *testing.T) {
	t.Parallel()
	of := func(s NoticeState, r ParkReason) Notice { return Notice{State: s, Reason: r} }
	silent := of(NoticeParked, ParkSilent)
	for name, tt := range map[string]struct {
		was, is Notice
		same    bool
	}{
		"in vain":           {silent, silent, true},
		"another reason":    {silent, of(NoticeParked, ParkAmount), false},
		"parked just now":   {of(NoticeReceived, ParkSilent), silent, false},
		"waits again":       {silent, of(NoticeReceived, ParkSilent), false},
		"applied":           {silent, of(NoticeApplied, NotParked), false},
		"was never parked":  {of(NoticeReceived, NotParked), of(NoticeReceived, NotParked), false},
		"applied by others": {of(NoticeApplied, NotParked), silent, false},
	} {
		if got := tt.is.parkedAs(tt.was); got != tt.same {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestParkedTriedAgain: after a sweep a parked notice is looked at; what 094 cures is applied,
// and what stays as it is costs a look and writes nothing.
func TestParkedTriedAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put    func(*shop, *Notice)
		asked  int
		writes bool
		state  NoticeState
	}{
		"nothing is to be asked":  {func(*shop, *Notice) {}, 0, true, NoticeApplied},
		"it is confirmed":         {func(s *shop, n *Notice) { n.Status = payment.Cleared; s.there["p1"] = s.world.found(payment.Cleared) }, 2, true, NoticeApplied},
		"094 stays silent":        {func(s *shop, n *Notice) { n.Status = payment.Cleared; s.now = s.now.Add(48 * time.Hour) }, 1, false, NoticeParked},
		"not asked about again":   {func(s *shop, n *Notice) { n.Status = payment.Cleared; s.now = s.now.Add(8*24*time.Hour + time.Hour) }, 0, false, NoticeParked},
		"staff are at it already": {func(s *shop, n *Notice) { n.Owner, n.LeaseUntil = "node-2", s.now.Add(time.Minute) }, 0, false, NoticeParked},
	} {
		s, n := parked(t, true)
		tt.put(s, &n)
		s.notices[n.ID] = n
		events := s.events
		if err := s.service.TryParked(bg, n, s.now.Add(-time.Minute)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.notices[n.ID]; got.State != tt.state || len(s.asked) != tt.asked || (s.events > events) != tt.writes {
			t.Errorf("%s: %+v, asked %+v", name, got, s.asked)
		}
	}
}

// TestTryingParkedWithoutADatabase tells an error at whichever call it goes away.
func TestTryingParkedWithoutADatabase(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s, note := parked(t, true)
		s.away(n, true)
		err := s.service.TryParked(bg, note, time.Time{})
		if n > len(s.calls) {
			break
		}
		if !errors.Is(err, errAway) || s.calls[n-1] != "commit" && s.notices[note.ID].State != NoticeParked {
			t.Errorf("call %d (%s): %v", n, s.calls[n-1], err)
		}
	}
}

// TestHowOftenParkedIsAskedAbout: after every sweep for a week, then after the first one of
// each of its days.
func TestHowOftenParkedIsAskedAbout(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	came := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		last, now time.Duration // both counted from when it came
		asks      bool
	}{
		"at once":                        {0, time.Minute, true},
		"within the week":                {6*day + time.Hour, 6*day + 2*time.Hour, true},
		"in the week's last moment":      {7*day - time.Hour, 7*day - 1, true},
		"the first sweep after the week": {7*day - time.Minute, 7 * day, true},
		"told of twice at that moment":   {7 * day, 7 * day, false},
		"the second one of that day":     {7 * day, 7*day + time.Hour, false},
		"the last one of that day":       {7*day + time.Hour, 8*day - 1, false},
		"the first one of the next":      {8*day - time.Minute, 8 * day, true},
		"after a pause of days":          {8 * day, 11*day + time.Hour, true},
	} {
		n := Notice{ReceivedAt: came}
		if got := n.isAskedAbout(came.Add(tt.last), came.Add(tt.now)); got != tt.asks {
			t.Errorf("%s: %t", name, got)
		}
	}
	if n := (&Notice{ReceivedAt: came}); !n.isAskedAbout(time.Time{}, came.Add(30*day)) {
		t.Error("not asked about where the sweep before is not known")
	}
}
