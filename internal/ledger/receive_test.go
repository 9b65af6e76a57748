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

// stored is how the shop's database has a notice, also where it is away now.
func (s *shop) stored(id int64) []Notice {
	s.t.Helper()
	away := s.fail
	s.fail = nil
	defer func() { s.fail = away }()
	list, err := s.shelf.StoredNotices(bg, payment.Simulator, "m", id)
	if err != nil {
		s.t.Fatalf("notice %d: %v", id, err)
	}
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

// TestReceivedAgain: the same notice does nothing, with a date or without; the same id with
// other content is parked, and 094 is asked at once: about the payment_id that it names, and
// about the payment of ours, over or not.
func TestReceivedAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*shop, *Notice)
		state NoticeState
		asks  bool
	}{
		"a duplicate":        {func(*shop, *Notice) {}, NoticeDuplicate, false},
		"without its date":   {func(_ *shop, n *Notice) { n.PaymentDate = time.Time{} }, NoticeDuplicate, false},
		"with another date":  {func(s *shop, n *Notice) { n.PaymentDate = s.now }, NoticeParked, true},
		"a conflict":         {func(_ *shop, n *Notice) { n.Digest = "d2" }, NoticeParked, true},
		"and without a date": {func(_ *shop, n *Notice) { n.Digest, n.PaymentDate = "d2", time.Time{} }, NoticeParked, true},
		"about one that has ended": {func(s *shop, n *Notice) {
			n.Digest = "d2"
			p := s.l.Current()
			p.Phase, p.End, p.AskAt = payment.Ended, payment.Canceled, time.Time{}
		}, NoticeParked, true},
		"under a former id": {func(s *shop, n *Notice) {
			n.Digest = "d2"
			p := s.l.Current()
			p.addPaygentID("p2")
			p.PaymentID = "p2"
		}, NoticeParked, true},
		"about another payment":   {func(_ *shop, n *Notice) { n.Digest, n.PaymentID = "d2", "p2" }, NoticeParked, true},
		"about none of ours":      {func(_ *shop, n *Notice) { n.Digest, n.PaymentID, n.TradingID = "d2", "p2", "123_7" }, NoticeParked, false},
		"about an id we wait for": {func(s *shop, n *Notice) { n.Digest, n.PaymentID = "d2", "p2"; s.l.Current().PaymentID = "" }, NoticeParked, true},
		"malformed":               {func(_ *shop, n *Notice) { n.Digest, n.Reason = "d2", ParkMalformed }, NoticeParked, true},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		p.AskAt = s.now.Add(48 * time.Hour)
		n := s.incoming(payment.AuthOK)
		n.PaymentDate = s.now.Add(-time.Hour)
		if _, err := s.service.Receive(bg, n); err != nil {
			t.Fatal(err)
		}
		tt.put(s, &n)
		malformed := n.Reason == ParkMalformed
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
		if due := got.NextAt.Equal(s.now); tt.state == NoticeParked && due == malformed {
			t.Errorf("%s: taken up at %s", name, got.NextAt)
		}
		if again, err := s.service.Receive(bg, n); err != nil || again.State != NoticeDuplicate {
			t.Errorf("%s, a third time: %+v, %v", name, again, err)
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
	n.Digest, n.PaymentID, n.TradingID = "d3", "p9", "123" // and one that names our order
	if got, err := s.service.Receive(bg, n); err != nil || got.Reason != ParkConflict || got.OrderID != s.order() || !got.NextAt.Equal(s.now) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTwinsOfAnotherDate: of two that come at the same moment the second one's transaction
// tells that there is another, and what it says counts then.
func TestTwinsOfAnotherDate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		date  time.Duration
		state NoticeState
	}{"the same": {0, NoticeDuplicate}, "another": {time.Second, NoticeParked}} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		n.PaymentDate = s.now.Add(-time.Hour)
		first := true
		s.fail = func(call string, _ int) error {
			if call != "Update" || !first {
				return nil
			}
			first = false
			twin := n
			twin.ID, twin.OrderID, twin.State, twin.ReceivedAt = "twin", s.order(), NoticeApplied, s.now
			twin.PaymentDate = n.PaymentDate.Add(tt.date)
			s.notices[twin.ID] = twin
			return problem.New(problem.Conflict, "notice.duplicate", nil)
		}
		got, err := s.service.Receive(bg, n)
		if err != nil || got.State != tt.state || (got.Reason == ParkConflict) != (tt.state == NoticeParked) {
			t.Errorf("%s date: %+v, %v", name, got, err)
		}
	}
}

// TestTheTwinCannotBeRead: who is told that a notice is one of two, and cannot see what the other
// one says, acknowledges nothing.
func TestTheTwinCannotBeRead(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.authorised("p1")
	met := false
	s.fail = func(call string, _ int) error {
		switch {
		case call == "Update":
			met = true
			return problem.New(problem.Conflict, "notice.duplicate", nil)
		case call == "StoredNotices" && met:
			return errAway
		}
		return nil
	}
	n := s.incoming(payment.AuthOK)
	if got, err := s.service.Receive(bg, n); !errors.Is(err, errAway) || got.State == NoticeDuplicate || len(s.stored(n.NoticeID)) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestWhoseAConflictIs is not known: it is not stored under an order that it does not name.
func TestWhoseAConflictIs(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	s.authorised("p1")
	n := s.incoming(payment.AuthOK)
	if _, err := s.service.Receive(bg, n); err != nil {
		t.Fatal(err)
	}
	n.Digest = "d2"
	s.failing("Match")
	if got, err := s.service.Receive(bg, n); !errors.Is(err, errAway) || len(s.stored(n.NoticeID)) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestEachTwinIsItsOwn: what contradicts another notice by its date alone is stored beside it
// under a digest of its own, and what differs otherwise under the one that it came with.
func TestEachTwinIsItsOwn(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]string{"another date": "d1", "another content": "d2"} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		n.PaymentDate = s.now
		if _, err := s.service.Receive(bg, n); err != nil {
			t.Fatal(err)
		}
		n.Digest, n.PaymentDate = other, s.now.Add(time.Second)
		got, err := s.service.Receive(bg, n)
		if err != nil || got.Digest == "d1" || (got.Digest == "d2") != (other == "d2") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestConflictTakenUp: 094 alone decides a notice that contradicts another. Until it does the
// notice waits as what it is, before a person from the beginning.
func TestConflictTakenUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there  func(*shop) Finding
		after  time.Duration
		state  NoticeState
		reason ParkReason
		waits  bool
	}{
		"confirmed":               {func(s *shop) Finding { return s.world.found(payment.Cleared) }, 0, NoticeApplied, NotParked, false},
		"094 is ahead":            {func(s *shop) Finding { return s.world.found(payment.ClearedFinal) }, 0, NoticeSuperseded, NotParked, false},
		"094 is behind":           {func(s *shop) Finding { return s.world.found(payment.AuthOK) }, 0, NoticeReceived, ParkConflict, true},
		"no answer":               {func(*shop) Finding { return Finding{Kind: NoAnswer} }, 0, NoticeReceived, ParkConflict, true},
		"no answer for a day":     {func(*shop) Finding { return Finding{Kind: NoAnswer} }, 24 * time.Hour, NoticeParked, ParkSilent, false},
		"a telegram is under way": {func(s *shop) Finding { s.change(true); return Finding{} }, 0, NoticeReceived, ParkConflict, true},
		"as our own telegram left": {func(s *shop) Finding {
			s.settle(s.send(s.change(true)), verdictOf(yes("p1")))
			return Finding{Kind: NoAnswer}
		}, 0, NoticeReceived, ParkConflict, true},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		if _, err := s.service.Receive(bg, n); err != nil {
			t.Fatal(err)
		}
		n.Digest, n.Status = "d2", payment.Cleared
		parked, err := s.service.Receive(bg, n)
		if err != nil || parked.Reason != ParkConflict || !parked.NextAt.Equal(s.now) {
			t.Fatalf("%+v, %v", parked, err)
		}
		s.there["p1"] = tt.there(s)
		s.now = s.now.Add(tt.after)
		if err := s.service.TakeUpNotice(bg, parked); err != nil {
			t.Fatal(err)
		}
		got := s.notices[parked.ID]
		if got.State != tt.state || got.Reason != tt.reason || !got.NextAt.IsZero() != tt.waits || tt.waits && !got.NextAt.After(s.now) {
			t.Errorf("%s: %+v", name, got)
		}
		if s.alerts[string(AlertNoticeParked)] != (tt.reason != NotParked) {
			t.Errorf("%s: alerts %v", name, s.alerts)
		}
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

// TestFailsInPassing: what an order that can be read could not be told at once is not put before
// a person as nobody's: its sender comes again.
func TestFailsInPassing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Notice){
		"a conflict": func(n *Notice) { n.Digest = "d2" },
		"malformed":  func(n *Notice) { n.NoticeID, n.Reason = n.NoticeID+1, ParkMalformed },
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		if _, err := s.service.Receive(bg, n); err != nil {
			t.Fatal(err)
		}
		change(&n)
		had := len(s.stored(n.NoticeID))
		s.failing("Update")
		if got, err := s.service.Receive(bg, n); !errors.Is(err, errAway) || len(s.stored(n.NoticeID)) != had {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		s.fail = nil
		if got, err := s.service.Receive(bg, n); err != nil || got.OrderID != s.order() || len(s.stored(n.NoticeID)) != had+1 {
			t.Errorf("%s, again: %+v, %v", name, got, err)
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
		if slices.Contains(s.calls, "CloseShopAlert") != (tt.retried && !tt.belongs) {
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
	s.failing("Update")
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

// TestParkedTriedAgain: after a sweep a parked notice is looked at, however old it is; what 094
// cures is applied, and what stays as it is costs a look and writes nothing.
func TestParkedTriedAgain(t *testing.T) {
	t.Parallel()
	paid := func(s *shop, n *Notice) { n.Status, s.there["p1"] = payment.Cleared, s.world.found(payment.Cleared) }
	for name, tt := range map[string]struct {
		put    func(*shop, *Notice)
		asked  int
		writes bool
		state  NoticeState
	}{
		"nothing is to be asked":   {func(*shop, *Notice) {}, 0, true, NoticeApplied},
		"it is confirmed":          {paid, 2, true, NoticeApplied},
		"confirmed a year later":   {func(s *shop, n *Notice) { s.now = s.now.Add(365 * 24 * time.Hour); paid(s, n) }, 2, true, NoticeApplied},
		"094 stays silent":         {func(s *shop, n *Notice) { n.Status = payment.Cleared; s.now = s.now.Add(48 * time.Hour) }, 1, false, NoticeParked},
		"asked in the third week":  {func(s *shop, n *Notice) { n.Status = payment.Cleared; s.now = s.now.Add(20*24*time.Hour + time.Hour) }, 1, false, NoticeParked},
		"silent, on its first day": {func(_ *shop, n *Notice) { n.Status, n.Reason = payment.Cleared, ParkNoOrder }, 1, false, NoticeParked},
		"a telegram is under way":  {func(s *shop, n *Notice) { paid(s, n); s.send(s.change(true)) }, 0, false, NoticeParked},
		"staff are at it already":  {func(_ *shop, n *Notice) { n.Owner, n.LeaseUntil = "node-2", n.ReceivedAt.Add(time.Minute) }, 0, false, NoticeParked},
		"it is another amount's now": {func(s *shop, n *Notice) {
			n.Status, n.Amount = payment.Cleared, total+1
			f := s.world.found(payment.Cleared)
			f.Amount = n.Amount
			s.there["p1"] = f
		}, 2, true, NoticeParked},
	} {
		s, n := parked(t, true)
		tt.put(s, &n)
		s.notices[n.ID] = n
		events := s.events
		s.calls = nil
		if err := s.service.TryParked(bg, n, &Told{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.notices[n.ID]; got.State != tt.state || len(s.asked) != tt.asked || (s.events > events) != tt.writes || slices.Contains(s.calls, "Update") != tt.writes {
			t.Errorf("%s: %+v, asked %+v, called %v", name, got, s.asked, s.calls)
		}
	}
}

// TestParkedOfNoOrderTriedAgain: it becomes the order's as soon as it can be told whose it is,
// and the shop's alert with it; until then nothing is written.
func TestParkedOfNoOrderTriedAgain(t *testing.T) {
	t.Parallel()
	retry := func(s *shop, n Notice) error { _, err := s.service.RetryNotice(bg, n.ID, clerk); return err }
	sweep := func(s *shop, n Notice) error { return s.service.TryParked(bg, n, &Told{}) }
	dead := func(s *shop, n Notice) error { // of a node that claimed it
		n.Owner, n.LeaseUntil, n.NextAt = "node-2", s.now, s.now
		return s.service.TakeUpNotice(bg, n)
	}
	for name, do := range map[string]func(*shop, Notice) error{"a sweep": sweep, "staff": retry, "a lease ended": dead} {
		for what, tt := range map[string]struct {
			put    func(*shop, *Notice)
			state  NoticeState
			reason ParkReason
			alert  bool // of the order
		}{
			"its order came":     {func(*shop, *Notice) {}, NoticeApplied, NotParked, false},
			"it stays parked":    {func(_ *shop, n *Notice) { n.Type = "05" }, NoticeParked, ParkType, true},
			"for the same cause": {func(_ *shop, n *Notice) { n.Reason, n.Status, n.Type = ParkType, payment.AuthOK, "05" }, NoticeParked, ParkType, true},
			"nobody's still":     {func(_ *shop, n *Notice) { n.PaymentID, n.TradingID = "x", "x" }, NoticeParked, ParkConflict, false},
		} {
			s, n := parked(t, false)
			n.Reason = ParkConflict
			tt.put(s, &n)
			s.there["p1"] = s.world.found(payment.AuthOK)
			s.notices[n.ID] = n
			shops := AlertRef{AlertNoticeParked, ParkedAlert(n).Cause}
			s.shopOpen[shops] = true
			s.calls = nil
			if err := do(s, n); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			got, ours := s.notices[n.ID], tt.reason != ParkConflict
			if got.State != tt.state || got.Reason != tt.reason || (got.OrderID != 0) != ours || got.Owner != "" || !got.NextAt.IsZero() {
				t.Errorf("%s, %s: %+v", name, what, got)
			}
			if s.shopOpen[shops] == ours || s.alerts[string(AlertNoticeParked)] != tt.alert {
				t.Errorf("%s, %s: the shop's alerts %v, the order's %v", name, what, s.shopOpen, s.alerts)
			}
			if writes := slices.Contains(s.calls, "ClaimParked") || slices.Contains(s.calls, "AddNotice"); name == "a sweep" && !ours && writes {
				t.Errorf("%s, %s: called %v", name, what, s.calls)
			}
		}
	}
}

// TestParkedAndSeen: a parked notice whose alert a person closed is tried like any other. It is
// not put before them again while it stays parked for the same reason, also where it waited
// meanwhile, and is applied where it fits.
func TestParkedAndSeen(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]func(*shop, Notice) error{
		"a sweep":       func(s *shop, n Notice) error { return s.service.TryParked(bg, n, &Told{}) },
		"staff":         func(s *shop, n Notice) error { _, err := s.service.RetryNotice(bg, n.ID, clerk); return err },
		"transaction B": func(s *shop, n Notice) error { n.NextAt = s.now; return s.service.TakeUpNotice(bg, n) },
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n := s.incoming(payment.AuthOK)
		n.PaymentID = "p2" // under our trading_id, and of an earlier time
		f := s.world.found(payment.AuthOK)
		f.PaymentID, f.BegunAt = "p2", s.now.Add(-time.Hour)
		s.there["p1"], s.there["p2"] = s.world.found(payment.AuthOK), f
		n, err := s.service.Receive(bg, n)
		if err != nil || n.State != NoticeReceived {
			t.Fatalf("%+v, %v", n, err)
		}
		if err := s.service.TakeUpNotice(bg, n); err != nil {
			t.Fatal(err)
		}
		if n = s.notices[n.ID]; n.State != NoticeParked || n.Reason != ParkNoOrder {
			t.Fatalf("%s: %+v", name, n)
		}
		if _, err := s.service.Acknowledge(bg, Acknowledge{Order: s.order(), Kind: AlertNoticeParked, Cause: parkCause(&n), Reason: "他店", Actor: clerk, Key: "k"}); err != nil {
			t.Fatal(err)
		}
		s.alerted()
		again := func() {
			t.Helper()
			s.now = s.now.Add(time.Minute)
			n = s.notices[n.ID]
			do := try
			if n.State == NoticeReceived { // it waits for 094, and a worker takes it up
				do = func(s *shop, n Notice) error { return s.service.TakeUpNotice(bg, n) }
			}
			if err := do(s, n); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		again()
		delete(s.there, "p2") // silent
		again()
		again()
		s.there["p2"] = f
		again()
		if n = s.notices[n.ID]; n.State != NoticeParked || n.Reason != ParkNoOrder {
			t.Errorf("%s: %+v", name, n)
		}
		s.alerted()
		if len(s.sent) != 0 {
			t.Errorf("%s: sent %v", name, s.telegrams())
		}
		f.BegunAt = s.now // it fits: another payment of the order
		s.there["p2"] = f
		again()
		if n = s.notices[n.ID]; n.State != NoticeApplied || s.l.holder("p2") == nil {
			t.Errorf("%s: %+v", name, n)
		}
	}
}

// TestAConflictThatWaits is decided by 094 also after it waited for 094.
func TestAConflictThatWaits(t *testing.T) {
	t.Parallel()
	s, n := parked(t, true)
	s.policy.Confirm = ConfirmNever
	n.Reason, n.Status = ParkConflict, payment.Cleared
	s.notices[n.ID] = n
	if got, err := s.service.RetryNotice(bg, n.ID, clerk); err != nil || got.State != NoticeReceived || len(s.asked) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	s.now = s.now.Add(time.Minute)
	if err := s.service.TakeUpNotice(bg, s.notices[n.ID]); err != nil || s.notices[n.ID].State != NoticeReceived || len(s.asked) != 2 {
		t.Errorf("believed without 094: %+v, asked %d times, %v", s.notices[n.ID], len(s.asked), err)
	}
	s.status(order.New)
}

// TestOneQuestionForAPayment: the parked notices of one payment share what 094 told; those of
// another, and what is looked at after something moved, do not.
func TestOneQuestionForAPayment(t *testing.T) {
	t.Parallel()
	s, n := parked(t, true)
	s.now = s.now.Add(48 * time.Hour)
	var told Told
	try := func(change func(*Notice), asked int) {
		t.Helper()
		n := n
		n.ID, n.Status = "other", payment.Cleared
		change(&n)
		s.notices[n.ID] = n
		s.asked = nil
		if err := s.service.TryParked(bg, n, &told); err != nil || len(s.asked) != asked {
			t.Errorf("asked %+v, %v", s.asked, err)
		}
	}
	try(func(*Notice) {}, 1)
	try(func(n *Notice) { n.Status = payment.AuthCancelDone }, 0)
	try(func(n *Notice) { n.PaymentID = "p2" }, 1)
	try(func(n *Notice) { n.TradingID = "x" }, 1)
	try(func(n *Notice) { n.TradingID, n.BaseID = "x", "p1" }, 1)
	s.there["p1"] = s.world.found(payment.Cleared)
	try(func(*Notice) {}, 2) // and is applied
	if s.notices["other"].State != NoticeApplied {
		t.Errorf("%+v", s.notices["other"])
	}
	try(func(n *Notice) { n.Status = payment.AuthCancelDone }, 1) // anew, of the ledger as it stands now
}

// TestTryingParkedWithoutADatabase tells an error at whichever call it goes away.
func TestTryingParkedWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, belongs := range []bool{true, false} {
		for n := 1; ; n++ {
			s, note := parked(t, belongs)
			s.away(n, true)
			err := s.service.TryParked(bg, note, &Told{})
			if n > len(s.calls) {
				break
			}
			if !errors.Is(err, errAway) || s.calls[n-1] != "commit" && s.notices[note.ID].State != NoticeParked {
				t.Errorf("call %d (%s): %v", n, s.calls[n-1], err)
			}
		}
	}
}
