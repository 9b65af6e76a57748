package app_test

import (
	"fmt"
	"slices"
	"strconv"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

const firstPaymentID = 900000001

// centreBooks are the centre's, by order; ids are given out one after the other.
type centreBooks struct {
	sim     *paygentsim.Sim
	next    int64
	byOrder map[order.ID][]string
	foreign map[string]bool // of another shop
}

// of is what the centre has of an order, oldest first.
func (b *centreBooks) of(id order.ID) []paygentsim.Payment {
	for ; ; b.next++ {
		p, known := b.sim.Payment(strconv.FormatInt(b.next, 10))
		if !known {
			break
		}
		at := order.ID(orderOf(p.TradingID))
		if b.foreign[p.PaymentID] {
			continue
		}
		b.byOrder[at] = append(b.byOrder[at], p.PaymentID)
	}
	var all []paygentsim.Payment
	for _, paymentID := range b.byOrder[id] {
		if p, known := b.sim.Payment(paymentID); known {
			all = append(all, p)
		}
	}
	return all
}

// trading is the trading_id of a payment of the centre.
func (b *centreBooks) trading(paymentID string) string {
	p, _ := b.sim.Payment(paymentID)
	return p.TradingID
}

// payment picks an order with a payment at the centre that is right for something.
func (s *simulation) payment(right func(paygentsim.Payment) bool) (*purchase, paygentsim.Payment) {
	for range 12 {
		p := s.some()
		if p == nil {
			return nil, paygentsim.Payment{}
		}
		known := slices.DeleteFunc(s.books.of(p.id), func(at paygentsim.Payment) bool { return !right(at) })
		if len(known) > 0 {
			return p, known[s.dice.IntN(len(known))]
		}
	}
	return nil, paygentsim.Payment{}
}

// operator is somebody at ペイジェントオンライン, or the centre itself.
func (s *simulation) operator() {
	p, at := s.payment(func(at paygentsim.Payment) bool { return len(at.Moves()) > 0 })
	if p == nil {
		return
	}
	moves := at.Moves()
	if s.chosen(80) {
		moves = slices.DeleteFunc(moves, func(to paygentsim.Status) bool { return payment.Status(to).Transit() })
	}
	moves = slices.DeleteFunc(moves, func(to paygentsim.Status) bool {
		switch to {
		case paygentsim.CancelCompleted: // of which mostly no notice is sent, and nobody could know
			return !s.everyStatus
		case paygentsim.AuthorizationCancelled: // an ATM's number has no such status in the manual: it is no evidence of anything
			return at.Type == paygentsim.TypeATM
		}
		return false
	})
	if len(moves) == 0 {
		return
	}
	s.move(p, at, moves[s.dice.IntN(len(moves))])
	p.outside = true
}

// atStore is a buyer with a number: at the till or the ATM, on time or late, or a store
// that takes its report back.
func (s *simulation) atStore() {
	p, at := s.payment(func(at paygentsim.Payment) bool {
		return (at.Type == paygentsim.TypeConveni || at.Type == paygentsim.TypeATM) && (at.Status == paygentsim.Applied || at.Status == paygentsim.Preliminary)
	})
	if p == nil {
		return
	}
	switch {
	case at.Type == paygentsim.TypeATM:
		s.move(p, at, paygentsim.Captured)
	case at.Status == paygentsim.Preliminary && s.chosen(30):
		s.move(p, at, paygentsim.PreliminaryCancelled)
	case at.Status == paygentsim.Applied && s.chosen(80):
		s.move(p, at, paygentsim.Preliminary)
	default:
		s.move(p, at, paygentsim.Captured)
	}
}

func (s *simulation) move(p *purchase, at paygentsim.Payment, to paygentsim.Status) {
	s.cover("centre", p.label, string(at.Status)+"→"+string(to))
	s.do(p.id, fmt.Sprintf("centre sets %s of %d to %s", at.PaymentID, p.id, to), 0, func() string {
		if _, err := s.sim.SetStatus(at.PaymentID, to, true); err != nil {
			return err.Error() // its time was over
		}
		return "done"
	})
}

// correct is 補正 in ペイジェントオンライン: a successor of another amount.
func (s *simulation) correct() {
	p, at := s.payment(func(at paygentsim.Payment) bool {
		return at.Type == paygentsim.TypeCard && (at.Status == paygentsim.Authorized || at.Status == paygentsim.Captured)
	})
	if p == nil {
		return
	}
	p.outside = true
	s.cover("centre", p.label, "corrected "+string(at.Status))
	amount := max(1, at.Amount+10*(s.dice.Int64N(60)-40))
	s.do(p.id, fmt.Sprintf("centre corrects %s of %d to %d", at.PaymentID, p.id, amount), 0, func() string {
		q, err := s.sim.Correct(at.PaymentID, amount)
		if err != nil {
			return err.Error()
		}
		return q.PaymentID
	})
}

// resend has the centre send a payment's notices once more, lost ones too.
func (s *simulation) resend() {
	p, at := s.payment(func(paygentsim.Payment) bool { return true })
	if p == nil {
		return
	}
	s.cover("centre", p.label, "notices sent again")
	s.do(p.id, fmt.Sprintf("centre resends %s of %d", at.PaymentID, p.id), 0, func() string {
		n, err := s.sim.ResendNotices(at.PaymentID)
		if err != nil {
			s.t.Fatal(err)
		}
		return strconv.Itoa(n)
	})
}

// foreign is a payment of another shop of the same merchant, which may number its orders
// as we do: behind another mark or, where we have one, without.
func (s *simulation) foreign() {
	types := []paygentsim.PaymentType{paygentsim.TypeCard, paygentsim.TypeConveni, paygentsim.TypePaidy}
	trading, of := fmt.Sprintf("other-%d", s.dice.IntN(1000)), order.ID(0)
	what := "another name"
	if p := s.some(); p != nil && s.mark != "" {
		switch s.dice.IntN(3) {
		case 0:
			trading, what = fmt.Sprintf("C%d", p.id), "another mark"
		case 1:
			trading, what, of = fmt.Sprintf("%d", p.id), "our order's id", p.id
			p.outside = true
		}
	}
	s.do(of, "another shop is paid: "+trading, 0, func() string {
		p, err := s.sim.Foreign(s.merchant.MerchantID, trading, types[s.dice.IntN(len(types))], 1100+int64(s.dice.IntN(7))) // never an order's total
		if err != nil {
			s.t.Fatal(err)
		}
		s.books.foreign[p.PaymentID] = true
		s.cover("payment of another shop", "*", fmt.Sprintf("%s, shared merchant %v", what, s.shared))
		return p.PaymentID
	})
}
