package app_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
	"kessai/paygentsim"
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
	crashes := 14
	if in.Button == payment.AuthChangeButton || in.Button == payment.SaleChangeButton {
		crashes = 45
	}
	s.do(p.id, fmt.Sprintf("%s %d (%s)", in.Button.Name(), p.id, in.Key), crashes, func() string {
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

// anyStatus is staff changing an order's status as EC-CUBE's machine allows it, and
// saying what becomes of its payment.
func (s *simulation) anyStatus() {
	p := s.some()
	if p == nil {
		return
	}
	l := s.view(p.id)
	var may []order.Status
	for _, to := range order.Statuses() {
		if order.CanTransition(l.Order.Status, to) && (to != order.Canceled || s.chosen(25)) {
			may = append(may, to)
		}
	}
	if len(may) == 0 || s.chosen(5) {
		may = order.Statuses()
	}
	living := []ledger.Living{ledger.LivingCancel, ledger.LivingCancel, ledger.LivingKeep, ledger.LivingAsk}[s.dice.IntN(4)]
	s.setStatus(p, may[s.dice.IntN(len(may))], living)
}

func (s *simulation) setStatus(p *purchase, to order.Status, living ledger.Living) {
	l := s.view(p.id)
	what := to.Name()
	if l.Order.Status == order.Canceled {
		what = "受注の復活"
	}
	s.staff(p, what, fmt.Sprintf("%s %d (payment: %s)", what, p.id, living), func(key string) (ledger.Result, error) {
		return s.app.Ledger.ChangeStatus(context.Background(), ledger.StatusChange{
			Order: p.id, From: l.Order.Status, To: to, Living: living, Actor: "staff:1", Key: key,
		})
	})
}

// staff does something about an order, perhaps by a second click too.
func (s *simulation) staff(p *purchase, what, line string, act func(key string) (ledger.Result, error)) (done bool) {
	p.acts++
	key := fmt.Sprintf("act:%d:%d", p.id, p.acts)
	for again := true; again; again = s.chosen(8) {
		s.do(p.id, line, 10, func() string {
			r, err := act(key)
			if err == nil && !r.Replayed {
				done = true
				s.cover("staff", p.label, what)
			}
			return s.outcome(r, err)
		})
	}
	return done
}

// revive takes a cancelled order in again, or one that was paid when its goods were gone.
func (s *simulation) revive() {
	p := s.someWith(func(p *purchase) bool {
		at := s.view(p.id).Order.Status
		return at == order.Canceled || at == order.Processing && len(s.openAlerts(p.id)) > 0
	})
	if p == nil {
		return
	}
	s.staff(p, "受注の復活", fmt.Sprintf("revive %d", p.id), func(key string) (ledger.Result, error) {
		return s.app.Ledger.Revive(context.Background(), ledger.Revive{Order: p.id, Actor: "staff:1", Key: key})
	})
}

// refund records money given back by hand, whole or in part.
func (s *simulation) refund() {
	if p := s.someWith(func(p *purchase) bool { return s.refundable(p) != nil }); p != nil {
		s.refundOf(p, s.refundable(p))
	}
}

// refundable is a payment of which money may be given back by hand.
func (s *simulation) refundable(p *purchase) *ledger.Payment {
	l := s.view(p.id)
	for _, pay := range l.Payments {
		if ledger.MayRefundByHand(l, pay.ID) == nil {
			return pay
		}
	}
	return nil
}

func (s *simulation) refundOf(p *purchase, pay *ledger.Payment) {
	amount := pay.Amount - pay.HandRefunded
	if s.chosen(40) {
		amount = 1 + order.Yen(s.dice.Int64N(int64(amount)))
	}
	s.staff(p, "返金済み(手動)", fmt.Sprintf("refund %d of %d by hand", amount, p.id), func(key string) (ledger.Result, error) {
		return s.app.Ledger.RefundByHand(context.Background(), ledger.HandRefund{
			Order: p.id, PaymentID: pay.ID, Amount: amount, Left: pay.Worth(), Day: s.Now(), How: "銀行振込", Actor: "staff:1", Key: key,
		})
	})
}

// edit is staff saving other lines, a fee or a discount, and mostly going on to the
// buttons that bring the payment to the new total.
func (s *simulation) edit() {
	p := s.someWith(func(p *purchase) bool {
		l := s.view(p.id)
		return l.Order.Status != order.Processing && l.Order.Status != order.Canceled && l.Current() != nil
	})
	if p != nil {
		s.editOf(p, s.changeSheet)
	}
}

func (s *simulation) editOf(p *purchase, change func(*ledger.Sheet)) {
	v, err := s.Reader.Order(context.Background(), p.id)
	if err != nil {
		s.t.Fatal(err)
	}
	sheet := ledger.Sheet{PaymentRow: v.PaymentRow, Items: v.Items, Shippings: v.Shippings, Totals: v.Totals, Buyer: v.Buyer, Message: v.Message, Note: v.Note}
	change(&sheet)
	in := ledger.Edit{Order: p.id, Version: s.view(p.id).Version, UpdatedAt: v.UpdatedAt, Sheet: sheet, Living: ledger.LivingCancel, Actor: "staff:1"}
	done := s.staff(p, "受注の編集", fmt.Sprintf("edit %d: %d becomes %d", p.id, v.Totals.PaymentTotal, sheet.Totals.PaymentTotal), func(key string) (ledger.Result, error) {
		in.Key = key
		return s.app.Ledger.EditOrder(context.Background(), in)
	})
	if p.edited = p.edited || done; done && !s.smooth && s.chosen(80) {
		s.changeAmount(p)
	}
}

// changeSheet edits a sheet: a quantity, a fee, a discount, everything for nothing, or the memo.
func (s *simulation) changeSheet(sheet *ledger.Sheet) {
	extra := order.Item{Type: order.ItemCharge, Name: "手数料", Quantity: 1, TaxRate: 10, TaxType: order.Taxable, TaxDisplayType: order.TaxIncluded,
		RoundingType: 1, Processor: order.ProcessorCharge}
	total := func() order.Totals {
		t, err := order.Sum(sheet.Items)
		if err != nil {
			s.t.Fatal(err)
		}
		t.UsePoint, t.AddPoint = sheet.Totals.UsePoint, sheet.Totals.AddPoint
		return t
	}
	less := func(by order.Yen) {
		extra.Type, extra.Name, extra.Price = order.ItemDiscount, "割引", -by
		sheet.Items = append(sheet.Items, extra)
	}
	if s.chosen(5) {
		sheet.Note = fmt.Sprintf("メモ%d", s.steps)
		return
	}
	sheet.Items = slices.DeleteFunc(slices.Clone(sheet.Items), func(i order.Item) bool { return i.Type == order.ItemCharge || i.Type == order.ItemDiscount })
	switch d := s.dice.IntN(100); {
	case d < 5:
		less(total().PaymentTotal)
	case d < 35:
		if i := &sheet.Items[0]; s.chosen(50) && i.Quantity > 1 {
			i.Quantity--
		} else {
			i.Quantity++
		}
	case d < 55:
		extra.Price = order.Yen(10 * (1 + s.dice.Int64N(50)))
		sheet.Items = append(sheet.Items, extra)
	default:
		less(min(total().PaymentTotal-1, order.Yen(10*(1+s.dice.Int64N(50)))))
	}
	sheet.Totals = total()
}

// changeAmount presses オーソリ変更 or 売上変更, and the node crashes in it often: a saga
// has many points to go on from.
func (s *simulation) changeAmount(p *purchase) {
	l := s.view(p.id)
	pay := l.Current()
	if pay == nil {
		return
	}
	button := payment.AuthChangeButton
	if pay.Phase == payment.Captured || pay.Method != payment.Card {
		button = payment.SaleChangeButton
	}
	in := ledger.Change{
		Order: p.id, PaymentID: pay.ID, Button: button, Amount: pay.Amount, Total: l.Order.Total, Actor: "staff:1",
		Key: fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks)),
	}
	p.clicks = append(p.clicks, in)
	s.click(p, in)
}

// settleByHand is a person who knows from the centre what came of a silent operation.
func (s *simulation) settleByHand() {
	if p := s.someWith(func(p *purchase) bool { return s.silent(p) != nil }); p != nil {
		s.settleOf(p, s.silent(p))
	}
}

// silent is an operation of the order of which nobody knows what came.
func (s *simulation) silent(p *purchase) *ledger.Operation {
	for _, op := range s.view(p.id).Operations {
		if op.State == payment.UnknownState {
			return op
		}
	}
	return nil
}

func (s *simulation) settleOf(p *purchase, open *ledger.Operation) {
	if len(s.wire.slow) > 0 { // what is on its way, nobody can know
		return
	}
	happened, known := s.happened(p, open)
	if !known {
		return
	}
	s.staff(p, "結果の確定", fmt.Sprintf("settle %s of %d: %v", open.Kind, p.id, happened), func(string) (ledger.Result, error) {
		return s.app.Ledger.SettleUnknown(context.Background(), ledger.SettleUnknown{
			Order: p.id, Operation: open.ID, Happened: happened, Reason: "ペイジェントオンラインで確認", Actor: "staff:1",
		})
	})
}

// happened reads off the centre's own record whether an operation's telegram took effect.
func (s *simulation) happened(p *purchase, op *ledger.Operation) (happened, known bool) {
	pay := find(s.view(p.id), op.PaymentID)
	for _, at := range s.books.of(p.id) {
		if at.TradingID != pay.TradingID || at.MerchantID != pay.MerchantID || pay.PaymentID != "" && at.PaymentID != pay.PaymentID {
			continue
		}
		if cancelsCard(op) && (at.Status == paygentsim.AuthorizationCancelled || at.Status == paygentsim.CaptureCancelled) {
			return s.heir(at) == nil, true // gone it is, whoever cancelled it
		}
		for _, c := range at.Changes {
			if c.By == op.Kind.Telegram() && !c.At.Before(op.PlannedAt.Add(-time.Second)) { // planned by a node whose clock may be ahead
				refused := op.Kind == payment.Authorize && payment.Status(c.To).NeverAlive() // some stay at 10
				return !refused, !payment.Status(at.Status).Transit()
			}
		}
	}
	return false, true
}

// cancelsCard reports the operations that end a card's payment as a correction at the centre does.
func cancelsCard(op *ledger.Operation) bool {
	return op.Kind == payment.CancelAuthorization || op.Kind == payment.CancelCapture
}

// heir is the living payment that a correction at the centre put in another one's place.
func (s *simulation) heir(of paygentsim.Payment) *paygentsim.Payment {
	for _, at := range s.books.of(orderID(of.TradingID)) {
		if at.BaseID != of.PaymentID {
			continue
		}
		if at.Status.Live() {
			return &at
		}
		return s.heir(at)
	}
	return nil
}

// bulk is a job over the newest orders, which the workers of all nodes carry out.
func (s *simulation) bulk() {
	kind := []string{"capture", "cancel", "inquiry", "rollback"}[s.dice.IntN(4)]
	var of []*purchase
	for range 5 {
		if p := s.some(); p != nil && kind != "rollback" && (kind != "cancel" || s.chosen(30)) {
			of = append(of, p)
		}
	}
	s.bulkOf(kind, s.chosen(20), of...)
}

func (s *simulation) bulkOf(kind string, rehearse bool, of ...*purchase) {
	w := job.Wanted{Kind: kind, Requester: "staff:1", Key: fmt.Sprintf("bulk:%d", s.steps), Rehearsal: rehearse, Width: 1 + s.dice.IntN(4)}
	if kind == "rollback" {
		w.Selection.Before = ledger.PendingBefore(s.Now(), s.dice.IntN(3))
	}
	for _, p := range of {
		w.Selection.Orders = append(w.Selection.Orders, job.Chosen{Order: p.id})
	}
	s.do(0, fmt.Sprintf("bulk %s of %v, rehearse %v", kind, w.Selection.Orders, w.Rehearsal), 0, func() string {
		made, err := s.app.Jobs.Create(context.Background(), w)
		if err != nil {
			return s.outcome(ledger.Result{}, err)
		}
		if !w.Rehearsal {
			for _, c := range w.Selection.Orders {
				s.cover("batch", s.labelOf(c.Order), "bulk "+kind)
			}
		}
		s.cover("batch", "*", "bulk "+kind)
		return string(made.State)
	})
	s.do(0, "the job is worked on", 30, s.work)
}

// rollback is the batch over the orders in 決済処理中 (manual 2.4).
func (s *simulation) rollback() {
	s.rollbackOf(s.dice.IntN(4), s.chosen(15))
}

func (s *simulation) rollbackOf(days int, rehearse bool) {
	var canceled []order.ID
	s.do(0, fmt.Sprintf("rollback %d days, rehearse %v", days, rehearse), 0, func() string {
		totals, err := reconcile.Rollback(context.Background(), s.app.Ledger, s.Store, s.Now(), reconcile.RollbackOptions{Days: days, Rehearse: rehearse}, func(r ledger.Rollback, _ ledger.Effect, err error) error {
			if err != nil {
				s.bad(r.Order, "rollback: %v", err)
			}
			s.note("  rollback of %d: %s %s", r.Order, r.Verdict, r.Reason)
			if !rehearse {
				s.cover("batch", s.labelOf(r.Order), string(r.Verdict))
			}
			if !rehearse && r.Verdict == ledger.RolledBack {
				canceled = append(canceled, r.Order)
			}
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
		return fmt.Sprintf("%+v", totals)
	})
	for _, id := range canceled {
		if slices.ContainsFunc(s.view(id).Payments, func(p *ledger.Payment) bool { return p.Reverse && !p.AuthorisedAt.IsZero() }) {
			s.cover("batch", s.labelOf(id), "canceled at the centre")
		}
	}
}

// staffOrder is an order that staff enter, and for which they make a payment in
// ペイジェントオンライン under its id (manual 2.5): at once, later, by another amount, or never.
func (s *simulation) staffOrder() {
	s.staffOrderBy(s.anyWay(), []string{"placed", "paid by hand", "paid by hand", "another amount"}[s.dice.IntN(4)])
}

func (s *simulation) staffOrderBy(w way, what string) {
	w.stored = false
	p := s.draft(w)
	total := s.view(p.id).Order.Total
	row := schemeName(w.scheme)
	if entered := s.staff(p, "受注登録", fmt.Sprintf("staff enter %d", p.id), func(key string) (ledger.Result, error) {
		return s.app.Ledger.PlaceByStaff(context.Background(), ledger.StaffOrder{Order: p.id, Total: total, Actor: "staff:1", Key: key})
	}); !entered {
		return
	}
	s.cover("order by staff", row, "placed")
	if what == "placed" {
		return
	}
	if s.chosen(50) {
		s.pass()
	}
	p.outside = true
	amount, trading := int64(total), s.mark+p.id.String()
	if what == "another amount" {
		amount += 3
	}
	s.do(p.id, fmt.Sprintf("staff make %s of %d at the centre", trading, amount), 0, func() string {
		at, err := s.sim.Foreign(s.merchant.MerchantID, trading, paygentsim.PaymentType(w.scheme.Method.Type()), amount)
		if err != nil {
			s.t.Fatal(err)
		}
		s.cover("order by staff", row, what)
		return at.PaymentID
	})
}

func schemeName(scheme payment.Scheme) string {
	name := map[payment.Method]string{
		payment.Card: "card", payment.Conveni: "conveni", payment.ATM: "ATM", payment.Bank: "bank", payment.Carrier: "carrier", payment.Paidy: "Paidy",
	}[scheme.Method]
	if scheme.System == payment.Link {
		name = "link " + name
	}
	return name
}
