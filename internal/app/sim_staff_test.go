package app_test

import (
	"context"
	"fmt"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
)

// press is staff at the order's page.
func (s *simulation) press() {
	if p := s.some(); p != nil {
		s.pressOn(p)
	}
}

// pressOn presses a button of any payment of an order, on any state, with an amount that
// may be stale.
func (s *simulation) pressOn(p *purchase) {
	l := s.view(p.id)
	if len(l.Payments) == 0 {
		return
	}
	pay := l.Current()
	if pay == nil || s.chosen(10) {
		pay = l.Payments[s.dice.IntN(len(l.Payments))]
	}
	in := ledger.Change{
		Order: p.id, PaymentID: pay.ID, Button: s.anyButton(l, pay), Amount: pay.Amount, Total: l.Order.Total, Differs: s.chosen(30), Actor: "staff:1",
		Key: fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks)),
	}
	if s.chosen(5) {
		in.Amount += 100
	}
	p.clicks = append(p.clicks, in)
	s.click(p, in)
}

// anyButton is mostly one that can be pressed now.
func (s *simulation) anyButton(l *ledger.Ledger, pay *ledger.Payment) payment.Button {
	all := payment.Buttons()
	if s.chosen(15) {
		return all[s.dice.IntN(len(all))]
	}
	policy, err := s.app.Ledger.Policy(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	may := ledger.Buttons(l, pay.ID, policy, s.Now())
	var offered []payment.Button
	for _, b := range all {
		if may[b] == nil {
			offered = append(offered, b)
		}
	}
	if len(offered) == 0 {
		return all[s.dice.IntN(len(all))]
	}
	return offered[s.dice.IntN(len(offered))]
}

// pressAgain presses a button that was pressed before: with the same key, which must
// do nothing, or from another page.
func (s *simulation) pressAgain() {
	p := s.someWith(func(p *purchase) bool { return len(p.clicks) > 0 })
	if p == nil {
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
	delayed := len(s.wire.slow)
	s.do(p.id, fmt.Sprintf("%s %d (%s)", in.Button.Name(), p.id, in.Key), 14, func() string {
		r, err := s.app.Ledger.Change(context.Background(), in)
		if err == nil && !r.Replayed {
			s.cover("staff", p.label, in.Button.Name())
		}
		return s.outcome(r, err)
	})
	if s.meanwhile {
		return
	}
	s.impatient(delayed, func() {
		s.cover("staff", p.label, "again meanwhile")
		in.Key = fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks))
		p.clicks = append(p.clicks, in)
		s.click(p, in)
	})
}

// ship is staff working on the order outside the payment's pages: 対応中, 発送済み.
func (s *simulation) ship() {
	p := s.someWith(func(p *purchase) bool {
		l := s.view(p.id)
		return s.mayEdit(l) && l.Order.Status != order.Delivered
	})
	if p == nil {
		return
	}
	to := order.InProgress
	if s.chosen(60) {
		to, p.shipped = order.Delivered, true
	}
	p.moved = true
	s.cover("staff", p.label, to.Name())
	s.do(p.id, fmt.Sprintf("%s %d", to.Name(), p.id), 0, func() string {
		return s.write("UPDATE dtb_order SET order_status_id = ? WHERE id = ?", int64(to), int64(p.id))
	})
}

// mayEdit: an order that stands, with no operation open.
func (s *simulation) mayEdit(l *ledger.Ledger) bool {
	switch l.Order.Status {
	case order.New, order.Paid, order.InProgress, order.Delivered:
		for _, op := range l.Operations {
			if op.State.Open() {
				return false
			}
		}
		return true
	}
	return false
}

// editTotal is staff saving another total: a fee, a discount. What then is done about
// the payment are the buttons of the change.
func (s *simulation) editTotal() {
	p := s.someWith(func(p *purchase) bool {
		l := s.view(p.id)
		return s.mayEdit(l) && l.Current() != nil && len(l.Current().PaymentIDs) > 0
	})
	if p == nil {
		return
	}
	total := int64(s.view(p.id).Order.Total)
	switch d := s.dice.IntN(100); {
	case d < 4:
		total = 0
	case d < 35:
		total += 10 * (1 + s.dice.Int64N(50))
	case d < 45 && len(p.submits) > 0:
		total = int64(p.submits[0].Amount)
	default:
		total = max(1, total-10*(1+s.dice.Int64N(50)))
	}
	p.edited = true
	s.cover("staff", p.label, "合計を変更")
	s.do(p.id, fmt.Sprintf("total of %d becomes %d", p.id, total), 0, func() string {
		return s.write("UPDATE dtb_order SET payment_total = ?, total = ? WHERE id = ?", total, total, int64(p.id))
	})
	if s.chosen(70) {
		s.pressOn(p)
	}
}

func (s *simulation) write(query string, args ...any) string {
	err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return "done"
}

// rollback is the batch over the orders in 決済処理中 (manual 2.4).
func (s *simulation) rollback() {
	days, rehearse := s.dice.IntN(4), s.chosen(15)
	s.do(0, fmt.Sprintf("rollback %d days, rehearse %v", days, rehearse), 0, func() string {
		totals, err := reconcile.Rollback(context.Background(), s.app.Ledger, s.Store, s.Now(), days, rehearse, func(r ledger.Rollback, err error) error {
			if err != nil {
				s.bad(r.Order, "rollback: %v", err)
			}
			s.note("  rollback of %d: %s %s", r.Order, r.Verdict, r.Reason)
			if !rehearse {
				s.cover("batch", s.labelOf(r.Order), string(r.Verdict))
			}
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
		return fmt.Sprintf("%+v", totals)
	})
}
