package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

func (s *Shop) alert(l *ledger.Ledger, kind ledger.AlertKind, cause string, closed bool) {
	l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: kind, Cause: cause, Close: closed, At: s.Now(), Data: ledger.EventData{Code: "P010"}})
}

func TestAlertsOpenCloseAndReopen(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		open := func() int64 {
			return s.Number("SELECT COUNT(*) FROM plg_kessai_alert WHERE order_id = ? AND closed_at IS NULL", int64(id))
		}
		opened := func(cause string) int64 {
			return s.Number("SELECT opened_at FROM plg_kessai_alert WHERE order_id = ? AND cause = ?", int64(id), cause)
		}
		first := s.Now().UnixMilli()
		s.update(t, id, func(l *ledger.Ledger) {
			s.alert(l, ledger.AlertUnknown, "a", false)
			s.alert(l, ledger.AlertUnknown, "b", false)
			s.alert(l, ledger.AlertDouble, "c", true) // was never open
			s.alert(l, ledger.AlertTransit, "d", false)
			s.alert(l, ledger.AlertTransit, "d", true) // the last word counts
		})
		if n := open(); n != 2 {
			t.Fatalf("%d open", n)
		}
		s.Advance(time.Minute)
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertUnknown, "a", false) })
		if opened("a") != first {
			t.Error("an open alert was opened anew")
		}
		s.update(t, id, func(l *ledger.Ledger) {
			if want := []ledger.AlertRef{{Kind: ledger.AlertUnknown, Cause: "a"}, {Kind: ledger.AlertUnknown, Cause: "b"}}; !cmp.Equal(want, l.OpenAlerts) {
				t.Errorf("a decision sees %v open", l.OpenAlerts)
			}
			s.alert(l, ledger.AlertUnknown, "a", true)
			s.alert(l, ledger.AlertUnknown, "nobody", true)
		})
		if n := open(); n != 1 {
			t.Fatalf("%d open after closing", n)
		}
		s.Advance(time.Minute)
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertUnknown, "a", false) })
		if open() != 2 || opened("a") != s.Now().UnixMilli() || opened("b") != first {
			t.Errorf("%d open, a since %d", open(), opened("a"))
		}
	})
}

func TestMailsAreQueuedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		other, _ := s.planned(t)
		queue := func(id order.ID, kind ledger.MailKind, cause string) {
			s.update(t, id, func(l *ledger.Ledger) {
				l.Mails = append(l.Mails, ledger.Mail{ID: s.ID(), Kind: kind, Cause: cause, At: s.Now()})
			})
		}
		queue(id, ledger.MailOrder, "placed")
		queue(id, ledger.MailOrder, "placed")
		queue(id, ledger.MailOrder, "again by staff:1")
		queue(id, ledger.MailMismatch, "placed")
		queue(other, ledger.MailOrder, "placed")
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE order_id = ?", int64(id)); n != 3 {
			t.Errorf("%d mails", n)
		}
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE next_at = queued_at AND sent_at IS NULL AND attempts = 0"); n != 4 {
			t.Errorf("%d mails wait", n)
		}
	})
}

func TestEventsAreNumberedWithoutGaps(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		for n := range 5 {
			s.Advance(time.Second)
			s.update(t, id, func(l *ledger.Ledger) {
				for range n {
					s.note(l, ledger.EventObserved)
				}
				l.Events = append(l.Events, ledger.Event{At: s.Now(), Kind: ledger.EventInquired, Actor: ledger.System}) // left to the store
			})
		}
		if got := s.view(t, id).EventSeq; got != 15 {
			t.Errorf("event_seq %d", got)
		}
		s.noGaps(t, id)
	})
}

// TestEnumsAreAccepted writes every word of lists that later kinds will lengthen.
func TestEnumsAreAccepted(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			for _, k := range ledger.EventKinds() {
				s.note(l, k)
			}
			for _, k := range ledger.AlertKinds() {
				s.alert(l, k, "x", false)
			}
			for _, k := range ledger.MailKinds() {
				l.Mails = append(l.Mails, ledger.Mail{ID: s.ID(), Kind: k, Cause: "x", At: s.Now()})
			}
		})
		if err := s.try(id, func(l *ledger.Ledger) { s.note(l, "nonsense") }); err == nil {
			t.Error("a word outside the list was accepted")
		}
	})
}
