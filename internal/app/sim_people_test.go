package app_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// submit sends the card page with a new key.
func (s *simulation) submit(p *purchase, what string) {
	in := ledger.Begin{
		Order: p.id, Amount: s.view(p.id).Order.Total, PaymentClass: "10", Actor: ledger.Buyer,
		Key: fmt.Sprintf("card:%d:%d", p.id, len(p.submits)),
	}
	card := s.card()
	switch s.dice.IntN(30) {
	case 0:
		in.Amount++ // a page shown before the price changed
	case 1:
		in.PaymentClass, in.SplitCount = "61", 5 // not offered
	case 2:
		in.PaymentClass = "80"
	}
	p.submits = append(p.submits, in)
	s.send(p, in, card, what)
}

func (s *simulation) send(p *purchase, in ledger.Begin, card, what string) {
	in.Beside.Token = s.token(card)
	s.cover("buyer " + what)
	delayed := len(s.wire.slow)
	defer func() { s.impatient(delayed, func() { s.submit(p, "meanwhile") }) }()
	s.do(fmt.Sprintf("%s %d with %s", what, p.id, card), 10, func() string {
		return s.outcome(s.app.Ledger.Begin(context.Background(), in))
	})
}

// card is a good one most of the time.
func (s *simulation) card() string {
	if s.chosen(65) {
		return goodCard
	}
	magic := paygentsim.MagicCards()
	return magic[s.dice.IntN(len(magic))].Number
}

// payAgain goes on with an order, wherever it is.
func (s *simulation) payAgain() {
	if p := s.some(); p != nil {
		s.submit(p, "again")
	}
}

// doubleClick sends a submit once more: nothing may be sent for it but where the first
// one never got as far as transaction A.
func (s *simulation) doubleClick() {
	p := s.some()
	if p == nil || len(p.submits) == 0 {
		return
	}
	in := p.submits[s.dice.IntN(len(p.submits))]
	had := s.wire.total("020")
	known := false
	for _, op := range s.view(p.id).Operations {
		known = known || op.IdemKey == in.Key
	}
	s.send(p, in, s.card(), "double")
	if known && s.wire.total("020") != had {
		s.t.Errorf("order %d: a submit that was taken was sent once more", p.id)
	}
}

// secondTab pays twice from two pages, one after the other.
func (s *simulation) secondTab() {
	if p := s.some(); p != nil {
		s.submit(p, "first tab")
		s.submit(p, "second tab")
	}
}

// impatient tries again while the first telegram is still on its way, and was mostly
// given up meanwhile and settled as not happened.
func (s *simulation) impatient(delayed int, again func()) {
	if len(s.wire.slow) <= delayed || !s.chosen(70) {
		return
	}
	for range 6 { // as long as it takes, unless it arrives before
		s.Advance(time.Minute)
		s.do("a minute passes", 0, s.work)
	}
	again()
}

func (s *simulation) giveUp() {
	p := s.some()
	if p == nil {
		return
	}
	s.cover("buyer gives up")
	s.do(fmt.Sprintf("give up %d", p.id), 0, func() string {
		err := s.app.Ledger.GiveUp(context.Background(), p.id)
		if err == nil {
			return "done"
		}
		return s.outcome(ledger.Result{}, err)
	})
}

// press is staff's 売上 or 取消 of any payment of an order, on any state, with an
// amount that may be stale.
func (s *simulation) press() {
	p := s.some()
	if p == nil {
		return
	}
	l := s.view(p.id)
	if len(l.Payments) == 0 {
		return
	}
	var pay *ledger.Payment
	if cur := l.Current(); cur != nil && !s.chosen(10) {
		pay = cur
	} else {
		pay = l.Payments[s.dice.IntN(len(l.Payments))]
	}
	in := ledger.Change{
		Order: p.id, PaymentID: pay.ID, Button: pressed(s.chosen(60)), Amount: pay.Amount, Actor: "staff:1",
		Key: fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks)),
	}
	if s.chosen(5) {
		in.Amount += 100
	}
	p.clicks = append(p.clicks, in)
	s.click(p, in)
}

// pressAgain presses a button that was pressed before: with the same key, which must
// do nothing, or from another page.
func (s *simulation) pressAgain() {
	p := s.some()
	if p == nil || len(p.clicks) == 0 {
		return
	}
	in := p.clicks[len(p.clicks)-1]
	if s.chosen(50) {
		in.Key = fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks))
		p.clicks = append(p.clicks, in)
	}
	s.click(p, in)
}

func (s *simulation) click(p *purchase, in ledger.Change) {
	what := "取消"
	if in.Button == payment.SaleButton {
		what = "売上"
	}
	s.cover("staff " + what)
	delayed := len(s.wire.slow)
	s.do(fmt.Sprintf("%s %d (%s)", what, p.id, in.Key), 12, func() string {
		return s.outcome(s.app.Ledger.Change(context.Background(), in))
	})
	s.impatient(delayed, func() {
		s.cover("staff meanwhile")
		in.Key = fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks))
		p.clicks = append(p.clicks, in)
		s.click(p, in)
	})
}

// ship is staff working on the order outside the payment's pages: 対応中, 発送済み.
func (s *simulation) ship() {
	p := s.some()
	if p == nil {
		return
	}
	l := s.view(p.id)
	if (l.Order.Status != order.New && l.Order.Status != order.Paid && l.Order.Status != order.InProgress) || l.OpenOperation() != nil {
		return
	}
	to := order.InProgress
	if s.chosen(60) {
		to, p.shipped = order.Delivered, true
	}
	s.cover("staff " + to.Name())
	s.do(fmt.Sprintf("%s %d", to.Name(), p.id), 0, func() string {
		err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE dtb_order SET order_status_id = ? WHERE id = ?", int64(to), int64(p.id))
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
		return "done"
	})
}

// operator is somebody at ペイジェントオンライン, or the centre itself.
func (s *simulation) operator() {
	p, at := s.payment()
	if p == nil {
		return
	}
	moves := at.Status.Moves()
	for i := len(moves) - 1; i >= 0; i-- {
		if payment.Status(moves[i]).Transit() {
			moves = append(moves[:i:i], moves[i+1:]...)
		}
	}
	if len(moves) == 0 {
		return
	}
	to := moves[s.dice.IntN(len(moves))]
	s.cover("centre " + string(at.Status) + "→" + string(to))
	p.outside = true
	s.do(fmt.Sprintf("centre sets %s of %d to %s", at.PaymentID, p.id, to), 0, func() string {
		if _, err := s.sim.SetStatus(at.PaymentID, to, true); err != nil {
			s.t.Fatal(err)
		}
		return "done"
	})
}

// resend has the centre send a payment's notices once more, lost ones too.
func (s *simulation) resend() {
	p, at := s.payment()
	if p == nil {
		return
	}
	s.cover("centre resends")
	s.do(fmt.Sprintf("centre resends %s of %d", at.PaymentID, p.id), 0, func() string {
		n, err := s.sim.ResendNotices(at.PaymentID)
		if err != nil {
			s.t.Fatal(err)
		}
		return strconv.Itoa(n)
	})
}

// payment picks an order with a payment at the centre.
func (s *simulation) payment() (*purchase, paygentsim.Payment) {
	p := s.some()
	if p == nil {
		return nil, paygentsim.Payment{}
	}
	var known []paygentsim.Payment
	for _, at := range s.sim.Payments() {
		if orderOf(at.TradingID) == int64(p.id) {
			known = append(known, at)
		}
	}
	if len(known) == 0 {
		return nil, paygentsim.Payment{}
	}
	return p, known[s.dice.IntN(len(known))]
}
