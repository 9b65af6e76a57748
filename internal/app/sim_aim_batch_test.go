package app_test

import (
	"strings"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

func (s *simulation) aimBatch(c cell) {
	if kind, bulk := strings.CutPrefix(c.column, "bulk "); bulk {
		s.bulkOf(kind, false, s.placed(c.row))
		return
	}
	if len(s.wire.slow) > 0 {
		return // what is under way arrives when it does, not after days
	}
	var p *purchase
	if hasPage(c.row) {
		p = s.atPageOf(c.row)
	} else {
		p = s.begun(c.row) // without an answer
	}
	if s.view(p.id).Order.Status != order.Pending {
		return
	}
	rest := 24 * time.Hour
	switch c.column {
	case "stands", "canceled at the centre":
		if alive := c.column != "stands"; alive != s.letsGo {
			s.letGo(alive)
		}
		if s.letsGo { // not before its pages are over
			rest = s.view(p.id).Current().LimitAt.Sub(s.Now()) + 3*24*time.Hour
		}
		s.finishAlone(p)
	case "canceled":
		rest = s.view(p.id).Current().LimitAt.Sub(s.Now()) + 3*24*time.Hour
	}
	s.Advance(rest) // nobody works meanwhile
	if rollback := func() { s.rollbackOf(0, false) }; c.column == "canceled at the centre" {
		s.smoothly(rollback) // each of its pages is asked about
	} else {
		rollback()
	}
}

// finished are the columns of an order whose buyer has finished alone when the batch comes.
func finished(column string) bool { return column == "stands" || column == "canceled at the centre" }

// finishAlone is a buyer who pays and does not come back, at a page of which the notice
// gets lost. With 3-D Secure 2.0 nothing is authorised without coming back; but a page of
// 1.0 that was left for it may still be open.
func (s *simulation) finishAlone(p *purchase) {
	if p.label == "card 3DS 2.0" {
		s.smoothly(func() { s.authenticateBy(ledger.ThreeDS1) })
		s.lingers = true
		s.smoothly(func() {
			s.leave(p, false)
			s.submit(p, "pay")
			s.authenticateBy(ledger.ThreeDS2)
			s.leave(p, false)
			s.submit(p, "another try")
		})
		s.lingers = false
		p.tabs = p.tabs[max(0, len(p.tabs)-2):]
	}
	s.stays = true
	s.smoothly(func() {
		if len(p.tabs) > 0 {
			s.visit(p, 0)
		}
		if m := p.way.scheme.Method; m == payment.Conveni || m == payment.ATM {
			s.spoilNotice(p)
			s.moveTo(p, paygentsim.Captured)
		}
	})
	s.stays = false
}
