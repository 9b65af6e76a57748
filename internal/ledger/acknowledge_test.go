package ledger

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// shopAlerts is a store in which an alert of the shop may be open.
type shopAlerts struct {
	*shelf
	open   bool
	err    error
	closed []string // what was closed, by whom, why
}

func (b *shopAlerts) AcknowledgeShopAlert(_ context.Context, in Acknowledge, _ time.Time) (bool, error) {
	if b.err != nil || !b.open {
		return false, b.err
	}
	b.open = false
	b.closed = append(b.closed, string(in.Kind)+" "+in.Cause+" "+string(in.Actor)+" "+in.Reason)
	return true, nil
}

// TestWhichAlertsAreClosedByHand: those that nothing else closes; of the others each ends with
// what it is about.
func TestWhichAlertsAreClosedByHand(t *testing.T) {
	t.Parallel()
	byHand := []AlertKind{AlertContradiction, AlertNoticeParked, AlertGoodsMissing}
	in := order.New
	try := func(kind AlertKind, cause string, may bool) {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.l.Order.Status, s.l.LastStatus = in, in
		s.must(func(l *Ledger, tk tick) error { l.alert(tk, kind, cause, EventData{}); return nil })
		_, err := s.service.Acknowledge(t.Context(), Acknowledge{Order: s.order(), Kind: kind, Cause: cause, Reason: "確認", Actor: clerk, Key: "k"})
		want := map[bool]string{false: "alert.not_by_hand"}[may]
		if code(err) != want || s.alerts[string(kind)] == may || MayAcknowledge(kind, cause, in) != may {
			t.Errorf("%s, %s: %v, open %v", kind, cause, err, s.alerts)
		}
	}
	for _, kind := range AlertKinds() {
		try(kind, "x", slices.Contains(byHand, kind))
	}
	// These stand for money of which the two books say different things, and nothing opens
	// them again.
	try(AlertContradiction, heirCause(&Payment{ID: "p"}), false)
	try(AlertContradiction, "p:"+string(Comparison{Kind: AmountDiffers}.event()), false)
	in = order.Delivered
	try(AlertShippedUnpaid, "x", false)
	in = order.Returned // whose payment lapsed after the goods came back: nothing comes that would end it
	try(AlertShippedUnpaid, "x", true)
	try(AlertPaidCanceled, "x", false)
}

// TestWhyItWasSeenTo: a reason is asked, of as many characters as are kept.
func TestWhyItWasSeenTo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ reason, want string }{
		{"", "alert.reason"}, {" 　", "alert.reason"}, {"確認", ""}, {strings.Repeat("確", 500), ""}, {strings.Repeat("確", 501), "alert.reason"},
	} {
		s := open(t, newWorld(t))
		s.must(func(l *Ledger, tk tick) error { l.alert(tk, AlertNoticeParked, "x", EventData{}); return nil })
		_, err := s.service.Acknowledge(t.Context(), Acknowledge{Order: s.order(), Kind: AlertNoticeParked, Cause: "x", Reason: tt.reason, Actor: clerk})
		if code(err) != tt.want || s.alerts[string(AlertNoticeParked)] != (tt.want != "") {
			t.Errorf("%d characters: %v, open %v", len([]rune(tt.reason)), err, s.alerts)
		}
	}
}

// TestAShopsAlertIsSeenTo: the order's timeline has no part in it; a second clerk is told that it was
// closed already, and nobody that it was closed where the database is away.
func TestAShopsAlertIsSeenTo(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	book := &shopAlerts{shelf: s.shelf, open: true}
	service := New(Deps{
		Store: book, Gateway: s.desk, Now: func() time.Time { return s.now }, Node: "node-1", Log: slog.New(slog.DiscardHandler),
		Policy: func(context.Context) (Policy, error) { return s.policy, nil },
	})
	in := Acknowledge{Kind: AlertNoticeParked, Cause: "notice:9", Reason: " 他店の通知 ", Actor: clerk, Key: "k"}
	book.err = errAway
	if _, err := service.Acknowledge(t.Context(), in); !errors.Is(err, errAway) {
		t.Errorf("away: %v", err)
	}
	book.err = nil
	if _, err := service.Acknowledge(t.Context(), in); err != nil || !slices.Equal(book.closed, []string{"notice_parked notice:9 staff:1 他店の通知"}) {
		t.Errorf("%v, %v", err, book.closed)
	}
	if _, err := service.Acknowledge(t.Context(), in); code(err) != "alert.closed" || problem.CategoryOf(err) != problem.NotNow || len(book.closed) != 1 {
		t.Errorf("again: %v, %v", err, book.closed)
	}
	if s.events != 0 {
		t.Errorf("%d lines in an order's timeline", s.events)
	}
}

// TestWhoseContradictions: of this payment alone, and nothing else that is open about it.
func TestWhoseContradictions(t *testing.T) {
	t.Parallel()
	l := &Ledger{OpenAlerts: []AlertRef{
		{AlertContradiction, "p:paygent.35"}, {AlertContradiction, "q:paygent.35"}, {AlertKept, "p:x"}, {AlertContradiction, "p:heir"}, {AlertContradiction, "p"}, {AlertDouble, "p"},
	}}
	if got := l.contradictions(&Payment{ID: "p"}); !slices.Equal(got, []string{"p:paygent.35", "p:heir"}) {
		t.Errorf("%v", got)
	}
	w := newWorld(t) // what our own answer repeats without a status is no word of the centre's
	p := w.authorised("p1")
	w.must(func(l *Ledger, tk tick) error {
		l.contradict(tk, l.payment(p.ID), fact{event: "x"})
		return nil
	})
	for _, told := range []payment.Status{payment.NoStatus, payment.CaptureRequested} {
		w.must(func(l *Ledger, tk tick) error { l.agree(tk, l.payment(p.ID), told); return nil })
		w.alerted(AlertContradiction)
	}
	w.must(func(l *Ledger, tk tick) error { l.agree(tk, l.payment(p.ID), payment.AuthOK); return nil })
	w.alerted()
}
