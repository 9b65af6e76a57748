package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// notice is a received notice about an order.
func (s *Shop) notice(id order.ID, noticeID int64) ledger.Notice {
	return ledger.Notice{
		ID: s.ID(), Environment: payment.Simulator, MerchantID: "12345", NoticeID: noticeID, Digest: "d1", PaymentID: "1001",
		TradingID: id.String(), Type: "02", Status: payment.AuthOK, Amount: 1100, BaseID: "1000", PaymentClass: "61", SplitCount: 3, PaymentDate: s.Now().Add(-time.Minute),
		ReceivedAt: s.Now(), State: ledger.NoticeReceived, OrderID: id, NextAt: s.Now(), Asked: 1,
	}
}

func (s *Shop) stored(t *testing.T, noticeID int64) []ledger.Notice {
	t.Helper()
	list, err := s.Store.StoredNotices(context.Background(), payment.Simulator, "12345", noticeID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestNoticesComeBack(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, _ := s.planned(t)
		full := s.notice(id, 1)
		full.Owner, full.LeaseUntil = "node1", s.Now().Add(time.Minute)
		foreign := s.notice(0, 2)
		foreign.State, foreign.NextAt, foreign.PaymentDate = ledger.NoticeForeign, time.Time{}, time.Time{}
		for _, n := range []ledger.Notice{full, foreign, full} { // the third is a duplicate
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		again := full
		again.ID, again.State = s.ID(), ledger.NoticeApplied
		if err := s.Store.AddNotice(ctx, again); err != nil { // so is this
			t.Fatal(err)
		}
		if diff := cmp.Diff([]ledger.Notice{full}, s.stored(t, 1)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]ledger.Notice{foreign}, s.stored(t, 2)); diff != "" {
			t.Error(diff)
		}
		other := s.notice(id, 1)
		other.Digest, other.State, other.Reason, other.ReceivedAt = "d2", ledger.NoticeParked, ledger.ParkConflict, s.Now().Add(time.Second)
		if err := s.Store.AddNotice(ctx, other); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]ledger.Notice{full, other}, s.stored(t, 1)); diff != "" {
			t.Error("other content is another notice: ", diff)
		}
		full.State, full.Asked, full.Owner, full.LeaseUntil, full.NextAt = ledger.NoticeApplied, 2, "", time.Time{}, time.Time{}
		if err := s.Store.SaveNotice(ctx, full); err != nil {
			t.Fatal(err)
		}
		if got := s.stored(t, 1)[0]; got != full {
			t.Error(cmp.Diff(full, got))
		}
		full.ID = s.ID()
		if err := s.Store.SaveNotice(ctx, full); !problem.Is(err, "notice.unknown") {
			t.Errorf("saving one that is not stored: %v", err)
		}
	})
}

// TestParkedTwins: two that come at the same moment are stored once, and are one alert of the
// shop, about the one that is stored.
func TestParkedTwins(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		n := s.notice(0, 7)
		n.State, n.Reason, n.NextAt = ledger.NoticeParked, ledger.ParkMalformed, time.Time{}
		twin := n
		twin.ID = s.ID()
		for _, n := range []ledger.Notice{n, twin, n} {
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		open, err := s.Store.ShopAlerts(ctx, ledger.AlertNoticeParked)
		if err != nil || len(open) != 1 || open[0].Cause != ledger.ParkedAlert(n).Cause {
			t.Errorf("%+v, %v", open, err)
		}
	})
}

func TestNoticesWithADecision(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		n := s.notice(id, 7)
		n.State = ledger.NoticeApplied
		store := func(n ledger.Notice, fresh bool) error {
			return s.try(id, func(l *ledger.Ledger) {
				l.Payments[0].LastNoticeID++
				l.Notices = append(l.Notices, ledger.NoticeChange{Notice: n, New: fresh})
			})
		}
		if err := store(n, true); err != nil {
			t.Fatal(err)
		}
		twice := n
		twice.ID = s.ID()
		if err := store(twice, true); !problem.Is(err, "notice.duplicate") || problem.CategoryOf(err) != problem.Conflict {
			t.Errorf("a duplicate: %v", err)
		}
		if got := s.view(t, id).Payments[0].LastNoticeID; got != 1 {
			t.Errorf("the duplicate was applied: %d", got)
		}
		n.State = ledger.NoticeSuperseded
		if err := store(n, false); err != nil {
			t.Fatal(err)
		}
		if got := s.stored(t, 7); len(got) != 1 || got[0].State != ledger.NoticeSuperseded {
			t.Errorf("%v", got)
		}
	})
}

func TestClaimNotices(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		claim := func(owner string, limit int) ([]ledger.Notice, time.Time) {
			list, next, err := s.Store.ClaimNotices(ctx, owner, s.Now(), s.Now().Add(time.Minute), limit)
			if err != nil {
				t.Fatal(err)
			}
			return list, next
		}
		if list, next := claim("node1", 5); len(list) != 0 || !next.IsZero() {
			t.Fatalf("%v, %v", list, next)
		}
		for i := range 3 {
			n := s.notice(0, int64(i+1))
			n.NextAt = s.Now().Add(time.Duration(i) * time.Minute)
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		done := s.notice(0, 9)
		done.State = ledger.NoticeApplied
		if err := s.Store.AddNotice(ctx, done); err != nil {
			t.Fatal(err)
		}
		list, next := claim("node1", 5)
		if len(list) != 1 || list[0].NoticeID != 1 || list[0].Owner != "node1" || !next.Equal(s.Now().Add(time.Minute)) {
			t.Fatalf("%v, next %v", list, next)
		}
		if list, _ := claim("node2", 5); len(list) != 0 {
			t.Fatalf("claimed twice: %v", list)
		}
		s.Advance(time.Minute)
		if list, next = claim("node2", 1); len(list) != 1 || !next.Equal(s.Now()) { // its lease is over, and another is due
			t.Fatalf("%v, next %v", list, next)
		}
		if list, next = claim("node2", 5); len(list) != 1 || !next.Equal(s.Now().Add(time.Minute)) {
			t.Fatalf("%v, next %v", list, next)
		}
	})
}

func TestMatchPrecedence(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		first, op := s.planned(t)
		second, other := s.planned(t)
		bare := s.Order(Wanted{})
		s.update(t, first, func(l *ledger.Ledger) { l.Payments[0].PaymentID = "1001"; l.Payments[0].PaymentIDs = []string{"1000"} })
		one := ledger.Match{OrderID: first, PaymentID: op.PaymentID}
		two := ledger.Match{OrderID: second, PaymentID: other.PaymentID}
		by := func(m ledger.Match, by ledger.MatchBy) ledger.Match { m.By = by; return m }
		for _, c := range []struct {
			name, payment, base, trading string
			want                         ledger.Match
		}{
			{"payment_id before all", "1001", "9", second.String(), by(one, ledger.ByPaymentID)},
			{"an earlier payment_id", "1000", "", "", by(one, ledger.ByPaymentID)},
			{"base before trading_id", "9", "1001", second.String(), by(one, ledger.ByBaseID)},
			{"trading_id", "9", "8", second.String(), by(two, ledger.ByTradingID)},
			{"order without payment", "9", "", bare.String(), ledger.Match{OrderID: bare, By: ledger.ByOrderID}},
			{"later attempt of an order", "9", "", second.String() + "_9", ledger.Match{OrderID: second, By: ledger.ByOrderID}},
			{"with our mark", "9", "", "AbCd" + bare.String(), ledger.Match{OrderID: bare, By: ledger.ByOrderID}},
			{"with another shop's mark", "9", "", "B" + bare.String(), ledger.Match{}},
			{"with more than our mark", "9", "", "AbCdE" + bare.String(), ledger.Match{}},
			{"zeros in front", "9", "", "0" + bare.String(), ledger.Match{}},
			{"another tail", "9", "", bare.String() + "_x", ledger.Match{}},
			{"an empty tail", "9", "", bare.String() + "_", ledger.Match{}},
			{"no such order", "9", "", "99999", ledger.Match{}},
			{"too large", "9", "", "99999999999999999999", ledger.Match{}},
			{"nothing", "", "", "", ledger.Match{}},
		} {
			n := ledger.Notice{Environment: payment.Simulator, MerchantID: "12345", PaymentID: c.payment, BaseID: c.base, TradingID: c.trading}
			got, err := s.Store.Match(context.Background(), n, "AbCd")
			if err != nil || got != c.want {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		}
		n := ledger.Notice{Environment: payment.Production, MerchantID: "12345", PaymentID: "1001", TradingID: "x"}
		if got, err := s.Store.Match(context.Background(), n, ""); err != nil || got.OrderID != 0 {
			t.Errorf("of another environment: %+v, %v", got, err)
		}
	})
}

// TestSuccessors: what stored notices of the order tell to correct a payment, the latest
// first, and when an end of it was told.
func TestSuccessors(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, other := s.Order(Wanted{}), s.Order(Wanted{})
		at := s.Now()
		add := func(of order.ID, noticeID int64, paymentID, base string, status payment.Status, change func(*ledger.Notice)) {
			n := s.notice(of, noticeID)
			n.PaymentID, n.BaseID, n.Status, n.ReceivedAt = paymentID, base, status, at
			if change != nil {
				change(&n)
			}
			at = at.Add(time.Minute)
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		begin := at
		add(id, 1, "p2", "p1", "20", nil)
		add(id, 2, "p1", "", "32", nil)
		add(id, 3, "p2", "p1", "32", nil)
		add(id, 4, "p3", "p2", "20", nil)
		add(id, 5, "p4", "p1", "20", nil)
		add(id, 6, "p2", "p1", "60", nil)
		add(other, 7, "p5", "p1", "20", nil)
		add(id, 8, "p6", "p1", "20", func(n *ledger.Notice) { n.MerchantID = "67890" })
		add(id, 9, "p7", "p1", "20", func(n *ledger.Notice) { n.Environment = payment.Test })
		for of, want := range map[string][]ledger.Successor{
			"p1": {{PaymentID: "p2", EndedAt: begin.Add(2 * time.Minute)}, {PaymentID: "p4"}},
			"p2": {{PaymentID: "p3"}},
			"p3": nil,
		} {
			got, err := s.Store.Successors(ctx, id, payment.Simulator, "12345", of)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
				t.Errorf("of %s: %v %s", of, err, diff)
			}
		}
	})
}

// TestSweptAt: the last complete sweep of each merchant, and the last that told of lost
// differences; nobody's lease.
func TestSweptAt(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		swept := func(env payment.Environment, merchant string) time.Time {
			at, err := s.Store.SweptAt(ctx, env, merchant)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		if at := swept(payment.Simulator, "12345"); !at.IsZero() {
			t.Errorf("never, and yet at %s", at)
		}
		for _, at := range []time.Time{s.Now(), s.Now().Add(time.Hour)} {
			if err := s.Store.MarkSwept(ctx, payment.Simulator, "12345", at); err != nil {
				t.Fatal(err)
			}
			if got := swept(payment.Simulator, "12345"); !got.Equal(at) {
				t.Errorf("at %s, not %s", got, at)
			}
		}
		if a, b := swept(payment.Test, "12345"), swept(payment.Simulator, "6"); !a.IsZero() || !b.IsZero() {
			t.Errorf("of another: %s, %s", a, b)
		}
		lost, err := s.Store.PurgedAt(ctx, payment.Simulator, "12345")
		if err != nil || !lost.IsZero() {
			t.Errorf("differences were lost at %s, %v", lost, err)
		}
		if err := s.Store.MarkPurged(ctx, payment.Simulator, "12345", s.Now()); err != nil {
			t.Fatal(err)
		}
		if lost, err = s.Store.PurgedAt(ctx, payment.Simulator, "12345"); err != nil || !lost.Equal(s.Now()) || swept(payment.Simulator, "12345").Equal(lost) {
			t.Errorf("differences were lost at %s, %v", lost, err)
		}
	})
}

// TestParkedNotices: those that waiting may cure, whether their alert is open or was closed by
// hand, and those of no order; by payment, one after the other.
func TestParkedNotices(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		parked := func(after ledger.Notice) (ids []int64, last ledger.Notice) {
			list, err := s.Store.ParkedNotices(ctx, payment.Simulator, "12345", after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				ids, last = append(ids, n.NoticeID), n
			}
			return ids, last
		}
		id, _ := s.planned(t)
		quiet, _ := s.planned(t)
		nobodys := func(n *ledger.Notice, why ledger.ParkReason) { n.OrderID, n.PaymentID, n.Reason = 0, "999", why }
		for i, change := range []func(n *ledger.Notice){
			func(*ledger.Notice) {},
			func(n *ledger.Notice) { n.Reason = ledger.ParkFailed },
			func(n *ledger.Notice) { n.Reason = ledger.ParkNoOrder },
			func(n *ledger.Notice) { n.Reason = ledger.ParkMalformed },
			func(n *ledger.Notice) { n.State, n.Reason = ledger.NoticeApplied, ledger.NotParked },
			func(n *ledger.Notice) { n.Owner, n.LeaseUntil = "node1", s.Now().Add(time.Minute) },
			func(n *ledger.Notice) { n.MerchantID = "999" },
			func(n *ledger.Notice) { n.OrderID, n.PaymentID = quiet, "900" },
			func(n *ledger.Notice) { nobodys(n, ledger.ParkConflict) },
			func(n *ledger.Notice) { nobodys(n, ledger.ParkMalformed) },
			func(n *ledger.Notice) { n.Reason = ledger.ParkConflict },
			func(n *ledger.Notice) { nobodys(n, ledger.ParkConflict); n.State, n.Reason = ledger.NoticeForeign, "" },
			func(n *ledger.Notice) { n.Reason = ledger.ParkEnvironment }, // it came while another was in force
		} {
			n := s.notice(id, int64(i+1))
			n.State, n.Reason, n.NextAt = ledger.NoticeParked, ledger.ParkSilent, time.Time{}
			change(&n)
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
			for _, closed := range []bool{false, true} {
				if n.OrderID != 0 && n.State == ledger.NoticeParked && (!closed || n.OrderID == quiet) {
					s.update(t, n.OrderID, func(l *ledger.Ledger) { s.alert(l, ledger.AlertNoticeParked, ledger.ParkedAlert(n).Cause, closed) })
				}
			}
		}
		var got [][]int64
		ids, last := parked(ledger.Notice{})
		for ; len(ids) > 0; ids, last = parked(last) {
			got = append(got, ids)
		}
		if !cmp.Equal(got, [][]int64{{1, 2}, {3, 13}, {8, 9}}) {
			t.Errorf("%v", got)
		}
	})
}

// TestNoticeThatStays: the row of a notice that stays parked as it was is written alone.
func TestNoticeThatStays(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		n := s.notice(id, 1)
		n.State, n.Reason = ledger.NoticeParked, ledger.ParkSilent
		if err := s.Store.AddNotice(context.Background(), n); err != nil {
			t.Fatal(err)
		}
		for same, more := range map[bool]int64{true: 0, false: 1} {
			version := s.view(t, id).Version
			n.Asked++
			s.update(t, id, func(l *ledger.Ledger) { l.Notices = append(l.Notices, ledger.NoticeChange{Notice: n, Same: same}) })
			if got := s.view(t, id).Version; got != version+more || s.stored(t, 1)[0].Asked != n.Asked {
				t.Errorf("same %v: version %d, then %d", same, version, got)
			}
		}
	})
}

// TestShopAlertByHand is closed once, and keeps who closed it and why; a second press of the same
// form finds it done, and one that came up again since it was shown stays.
func TestShopAlertByHand(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		n := s.notice(0, 5)
		n.State, n.Reason = ledger.NoticeParked, ledger.ParkMalformed
		if err := s.Store.AddNotice(ctx, n); err != nil {
			t.Fatal(err)
		}
		cause := ledger.ParkedAlert(n).Cause
		in := ledger.Acknowledge{Kind: ledger.AlertNoticeParked, Cause: cause, Opened: s.Now(), Actor: "staff:1", Reason: "電話", Key: "k1"}
		press := func(what string, change func(*ledger.Acknowledge), want bool, fails string) {
			t.Helper()
			in := in
			change(&in)
			if closed, err := s.Store.AcknowledgeShopAlert(ctx, in, s.Now()); closed != want || fails == "" && err != nil || fails != "" && !problem.Is(err, fails) {
				t.Errorf("%s: closed %v, %v", what, closed, err)
			}
		}
		press("another's", func(a *ledger.Acknowledge) { a.Cause = "x" }, false, "")
		press("an older one", func(a *ledger.Acknowledge) { a.Opened = s.Now().Add(-time.Hour) }, false, "alert.reopened")
		press("as shown", func(*ledger.Acknowledge) {}, true, "")
		press("a second press", func(*ledger.Acknowledge) {}, true, "")
		press("another form", func(a *ledger.Acknowledge) { a.Key, a.Reason = "k2", "x" }, false, "")
		press("without a key", func(a *ledger.Acknowledge) { a.Key = "" }, false, "")
		again := ledger.ParkedAlert(n)
		again.At = s.Now().Add(time.Minute)
		if err := s.Store.OpenShopAlert(ctx, again); err != nil {
			t.Fatal(err)
		}
		press("it came up again", func(*ledger.Acknowledge) {}, false, "alert.reopened")
		press("and is seen", func(a *ledger.Acknowledge) { a.Opened = again.At }, true, "")
		other := s.notice(0, 6)
		got, err := s.Reader.ParkedAlerts(ctx, []ledger.Notice{other, n})
		if err != nil || got[0].Kind != "" || got[1].Open || got[1].Data.Actor != "staff:1" || got[1].Data.Text != "電話" || got[1].Data.NoticeID != 5 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestAlertClosedAsSeen: a person closes the alert that was shown; one that came up again since
// stays, and with it all of what was decided.
func TestAlertClosedAsSeen(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, _ := s.planned(t)
		first := s.Now()
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertNoticeParked, "a", false) })
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertGoodsMissing, "b", false) })
		seen := func(opened time.Time) error {
			return s.Store.Update(ctx, id, func(l *ledger.Ledger) error {
				l.Alerts = append(l.Alerts,
					ledger.AlertChange{Kind: ledger.AlertGoodsMissing, Cause: "b", At: s.Now(), Close: true},
					ledger.AlertChange{Kind: ledger.AlertNoticeParked, Cause: "a", At: s.Now(), Close: true, Opened: opened})
				return nil
			})
		}
		open := func() int {
			list, err := s.Reader.Alerts(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertNoticeParked, "a", true) })
		s.Advance(time.Minute)
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertNoticeParked, "a", false) })
		if err := seen(first); !problem.Is(err, "alert.reopened") || open() != 2 {
			t.Errorf("as it was before: %v, %d open", err, open())
		}
		if err := seen(s.Now()); err != nil || open() != 0 {
			t.Errorf("as it is: %v, %d open", err, open())
		}
	})
}
