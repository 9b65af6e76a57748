package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestANoticeMeetsEccubesHand: EC-CUBE's own hand took a cancelled order in again, and stock and
// points with it. Whatever becomes of a notice, the hold says so from then on: or nobody would give
// them back.
func TestANoticeMeetsEccubesHand(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do    func(*shop, Notice) error
		state NoticeState
	}{
		"applied": {func(s *shop, n Notice) error { _, err := s.service.Receive(bg, n); return err }, NoticeApplied},
		"malformed": {func(s *shop, n Notice) error {
			n.Reason = ParkMalformed
			_, err := s.service.Receive(bg, n)
			return err
		}, NoticeParked},
		"a conflict": {func(s *shop, n Notice) error {
			twin := n
			twin.ID, twin.Digest, twin.State = "twin", "d2", NoticeForeign
			s.notices[twin.ID] = twin
			_, err := s.service.Receive(bg, n)
			return err
		}, NoticeParked},
		"taken up": {func(s *shop, n Notice) error {
			n.ID, n.OrderID, n.ReceivedAt, n.State = "n", s.order(), s.now, NoticeReceived
			return s.service.TakeUpNotice(bg, n)
		}, NoticeApplied},
		"not applied for a day": {func(s *shop, n Notice) error {
			n.ID, n.OrderID, n.ReceivedAt, n.State = "n", s.order(), s.now.Add(-confirmTerm), NoticeReceived
			s.once("Update")
			return s.service.TakeUpNotice(bg, n)
		}, NoticeParked},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.keeping(order.Canceled)
		if s.l.Hold != nil {
			t.Fatalf("%+v", s.l.Hold)
		}
		n := s.incoming(payment.AuthOK)
		s.l.Order.Status, s.stock = order.InProgress, s.stock-wanted // by EC-CUBE
		if err := tt.do(s, n); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s.holds(Committed)
		s.status(order.InProgress)
		for id, got := range s.notices {
			if id != "twin" && got.State != tt.state {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if got := s.l.Hold; got == nil || got.of(class) != wanted {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
