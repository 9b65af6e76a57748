package ledger

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kessai/internal/payment"
	"kessai/internal/problem"
)

// gone has EC-CUBE delete the order: the store knows it no more.
func (s *shop) gone() {
	s.fail = func(call string, _ int) error {
		if call == "View" || call == "Update" {
			return problem.New(problem.NotFound, "order.unknown", nil)
		}
		return nil
	}
}

// once makes the next call of this name fail.
func (s *shop) once(call string) {
	fails, done := s.fail, false
	s.fail = func(c string, n int) error {
		if c == call && !done {
			done = true
			return errAway
		}
		if fails != nil {
			return fails(c, n)
		}
		return nil
	}
}

// TestAnAlertOfAnOrderThatIsGone is closed by hand, for nothing else ends it; one of the shop
// only if it is such a one.
func TestAnAlertOfAnOrderThatIsGone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   Acknowledge
		want string
	}{
		"gone":                 {Acknowledge{Order: 999, Kind: AlertKept}, ""},
		"gone, of any kind":    {Acknowledge{Order: 999, Kind: AlertDouble}, ""},
		"of none, kept":        {Acknowledge{Kind: AlertKept}, ""},
		"of none, not by hand": {Acknowledge{Kind: AlertDouble}, "alert.not_by_hand"},
	} {
		s := open(t, newWorld(t))
		book := &shopAlerts{shelf: s.shelf, open: true}
		service := New(Deps{Store: book, Now: func() time.Time { return s.now }, Node: "node-1", Log: slog.New(slog.DiscardHandler), Policy: s.service.policy})
		tt.in.Cause, tt.in.Reason, tt.in.Actor, tt.in.Key = "p", "確認", clerk, "k"
		if _, err := service.Acknowledge(bg, tt.in); code(err) != tt.want || (len(book.closed) == 1) != (tt.want == "") {
			t.Errorf("%s: %v, closed %v", name, err, book.closed)
		}
	}
}

// TestANoticeOfAnOrderThatIsGone is the shop's, and before a person; where that cannot be written
// it is tried again.
func TestANoticeOfAnOrderThatIsGone(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]bool{"stored": false, "the database is away": true} {
		s, n := parked(t, true)
		n.State, n.Reason = NoticeReceived, NotParked
		s.notices[n.ID] = n
		s.gone()
		if away {
			s.once("AddNotice")
		}
		err := s.service.TakeUpNotice(bg, n)
		got := s.notices[n.ID]
		if put := got.State == NoticeParked && got.Reason == ParkNoOrder && got.OrderID == 0 && got.NextAt.IsZero(); put == away || errors.Is(err, errAway) != away || !away && err != nil {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
}

// TestAParkedNoticeOfAnOrderThatIsGone: a sweep and a worker leave it with the shop's.
func TestAParkedNoticeOfAnOrderThatIsGone(t *testing.T) {
	t.Parallel()
	for name, belongs := range map[string]bool{"of the order": true, "of none": false} {
		s, n := parked(t, belongs)
		s.gone()
		s.calls = nil
		if err := s.service.TryParked(bg, n, &Told{}); err != nil || slices.Contains(s.calls, "ClaimParked") || s.notices[n.ID].State != NoticeParked {
			t.Errorf("%s, a sweep: %v, called %v", name, err, s.calls)
		}
		if err := s.service.TakeUpNotice(bg, n); err != nil || s.notices[n.ID].OrderID != 0 || s.notices[n.ID].State != NoticeParked {
			t.Errorf("%s, a worker: %v, %+v", name, err, s.notices[n.ID])
		}
	}
}

// TestParkingIsTriedAgain: what could not be applied for a day, nor be put before a person, stays.
func TestParkingIsTriedAgain(t *testing.T) {
	t.Parallel()
	s, n := parked(t, true)
	n.State, n.Reason, n.Status = NoticeReceived, NotParked, payment.AuthOK
	s.notices[n.ID] = n
	s.now = s.now.Add(confirmTerm)
	s.failing("Update")
	s.once("AddNotice")
	if err := s.service.TakeUpNotice(bg, n); !errors.Is(err, errAway) || s.notices[n.ID].State != NoticeReceived {
		t.Errorf("%v, %+v", err, s.notices[n.ID])
	}
}

// TestWhatOnlyTheShopCanSee: a notice that says nothing we can use, or contradicts another one, of an
// order that is gone; and one that could not be applied for a day. Each is before a person as the
// shop's; one whose context has ended is left to its sender.
func TestWhatOnlyTheShopCanSee(t *testing.T) {
	t.Parallel()
	receive := func(change func(*shop, *Notice)) func(context.Context, *shop) (string, error) {
		return func(ctx context.Context, s *shop) (string, error) {
			n := s.incoming(payment.AuthOK)
			change(s, &n)
			s.gone()
			got, err := s.service.Receive(ctx, n)
			return got.ID, err
		}
	}
	for name, tt := range map[string]struct {
		do     func(context.Context, *shop) (string, error)
		reason ParkReason
	}{
		"malformed": {receive(func(_ *shop, n *Notice) { n.Reason = ParkMalformed }), ParkMalformed},
		"a conflict": {receive(func(s *shop, n *Notice) {
			twin := *n
			twin.ID, twin.Digest, twin.State = "twin", "d2", NoticeForeign
			s.notices[twin.ID] = twin
		}), ParkConflict},
		"not applied for a day": {func(ctx context.Context, s *shop) (string, error) {
			n := *s.notice(payment.AuthOK)
			n.OrderID = s.order()
			s.notices[n.ID] = n
			s.now = s.now.Add(confirmTerm)
			s.failing("Update")
			return n.ID, s.service.TakeUpNotice(ctx, n)
		}, ParkFailed},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		id, err := tt.do(bg, s)
		if got := s.notices[id]; err != nil || got.State != NoticeParked || got.Reason != tt.reason || got.OrderID != 0 || !got.NextAt.IsZero() {
			t.Errorf("%s: %v, %+v", name, err, got)
		}

		s = open(t, newWorld(t))
		s.authorised("p1")
		ctx, cancel := context.WithCancel(bg)
		cancel()
		if id, err := tt.do(ctx, s); err == nil || s.notices[id].State == NoticeParked {
			t.Errorf("%s, with its context ended: %v, %+v", name, err, s.notices[id])
		}
	}
}
