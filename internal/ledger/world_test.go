package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// world is one order's ledger in memory, with the shop's stock and the member's
// points beside it: what a store would write, checked after every decision.
type world struct {
	t                failer
	l                *Ledger
	policy           Policy
	now              time.Time
	ids              int
	stock            int64
	points           int64
	sheet            Sheet
	keys             map[string]bool // of what staff did
	hosted           bool            // EC-CUBE's own hand moves the order too: every decision meets it first
	shipped          bool
	events           int64
	told, toldPoints int64              // held, by what events of the hold recorded
	open             map[[2]string]bool // alerts by kind and cause
	alerts           map[string]bool    // kinds of which one is open
	mails            []string
	notices          map[string]Notice
}

// failer is what of testing.TB a world needs; rapid's T is one too.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

const (
	class     = int64(7)
	wanted    = int64(2)
	begunWith = int64(5) // in stock
	total     = order.Yen(2200)
)

func newWorld(t failer) *world {
	w := &world{
		t: t, now: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), stock: begunWith, open: map[[2]string]bool{}, alerts: map[string]bool{}, notices: map[string]Notice{}, keys: map[string]bool{},
		policy: Policy{
			Version: 1, Environment: payment.Simulator, MerchantID: "m", TelegramTimeout: 35 * time.Second,
			Confirm: ConfirmRisky, PaymentClasses: []string{"10", "61-3"},
		},
	}
	w.sheet = sheetOf(wanted)
	w.l = &Ledger{Order: Head{ID: 123, Status: order.Processing, Total: total, MethodClass: payment.Scheme{Method: payment.Card, System: payment.Module}.Class()}}
	return w
}

// sheetOf is a sheet with this many pieces at 1,100 yen.
func sheetOf(quantity int64) Sheet {
	s := Sheet{PaymentRow: cardRow, Methods: []MethodRow{
		{cardRow, payment.Scheme{Method: payment.Card, System: payment.Module}.Class(), "ペイジェントクレジット"},
		{storeRow, payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class(), "ペイジェントコンビニ"},
		{cashRow, offlineClass, "銀行振込"},
	}}
	if quantity > 0 {
		s.Items = []order.Item{{
			ID: 1, Type: order.ItemProduct, ProductClassID: class, ShippingID: 1, Name: "器", Price: 1000, Quantity: quantity, Tax: 100, TaxRate: 10,
			TaxType: order.Taxable, TaxDisplayType: order.TaxExcluded, RoundingType: order.RoundHalfUp,
		}}
	}
	s.Shippings = []Shipping{{ID: 1, DeliveryID: 1}}
	return s.summed()
}

const (
	cardRow  = int64(1)
	storeRow = int64(2)
	cashRow  = int64(3)
)

// summed is the sheet with the totals of its lines.
func (s Sheet) summed() Sheet {
	use, add := s.Totals.UsePoint, s.Totals.AddPoint
	sum, err := order.Sum(s.Items)
	if err != nil {
		panic(err)
	}
	s.Totals = sum
	s.Totals.UsePoint, s.Totals.AddPoint = use, add
	return s
}

// priced is the sheet with a discount or a charge that brings it to a total.
func (s Sheet) priced(to order.Yen) Sheet {
	s.Items = slices.DeleteFunc(slices.Clone(s.Items), func(i order.Item) bool { return !i.IsProduct() })
	sum, _ := order.Sum(s.Items)
	if d := to - sum.Total; d != 0 {
		kind := order.ItemCharge
		if d < 0 {
			kind = order.ItemDiscount
		}
		s.Items = append(s.Items, order.Item{Type: kind, Name: kind.Name(), Price: d, Quantity: 1, TaxType: order.NonTaxable, TaxDisplayType: order.TaxIncluded})
	}
	return s.summed()
}

func (w *world) tick() tick {
	return tick{now: w.now, policy: w.policy, node: "node-1", newID: func() string {
		w.ids++
		return fmt.Sprintf("%026d", w.ids)
	}}
}

func clone(l *Ledger) *Ledger {
	c := *l
	if l.Hold != nil {
		h := *l.Hold
		c.Hold = &h
	}
	c.Payments = slices.Clone(l.Payments)
	for i, p := range c.Payments {
		q := *p
		q.PaymentIDs = slices.Clone(p.PaymentIDs)
		c.Payments[i] = &q
	}
	c.Operations = slices.Clone(l.Operations)
	for i, op := range c.Operations {
		o := *op
		c.Operations[i] = &o
	}
	return &c
}

// do lets decide change the ledger, and writes the difference as a store does.
func (w *world) do(decide func(*Ledger, tick) error) error {
	w.t.Helper()
	if then := decide; w.hosted {
		decide = func(l *Ledger, t tick) error {
			if err := l.meetHost(t); err != nil {
				return err
			}
			return then(l, t)
		}
	}
	l := clone(w.l)
	err := decide(l, w.tick())
	for range 2 {
		_, sheet := NeedsSheet(err)
		if !sheet && !NeedsGoods(err) {
			break
		}
		l = clone(w.l)
		l.Goods = &Goods{
			Wanted: order.Movements(w.sheet.Items, nil),
			Stock:  map[int64]Stock{class: {Name: "器", Left: w.stock}}, Points: w.points,
		}
		if sheet {
			s := w.sheet
			l.Sheet = &s
		}
		err = decide(l, w.tick())
	}
	if err != nil {
		return err
	}
	w.write(l)
	return nil
}

// must is do where nothing stands against it.
func (w *world) must(decide func(*Ledger, tick) error) {
	w.t.Helper()
	if err := w.do(decide); err != nil {
		w.t.Fatalf("%v", err)
	}
}

func (w *world) write(left *Ledger) {
	w.t.Helper()
	l := new(Ledger)
	*l = *left // what the decision added stays on the one that it left
	for _, m := range l.Moves {
		for _, v := range m.Movements {
			w.stock += m.Sign * v.Quantity
		}
		w.points += m.Sign * m.Points
	}
	for _, e := range l.Events {
		switch e.Kind {
		case EventHeld, EventHoldChanged, EventReleased:
			for _, m := range e.Data.Goods {
				w.told += m.Quantity
			}
			w.toldPoints += e.Data.Points
		}
		w.events++
		if e.IdemKey != "" {
			if w.keys[e.IdemKey] {
				w.t.Fatalf("%s was done twice", e.IdemKey)
			}
			w.keys[e.IdemKey] = true
		}
		if e.Seq != w.events {
			w.t.Fatalf("event %d stands where %d should", e.Seq, w.events)
		}
	}
	for _, a := range l.Alerts {
		w.open[[2]string{string(a.Kind), a.Cause}] = !a.Close
	}
	clear(w.alerts)
	l.OpenAlerts = nil
	for a, open := range w.open {
		if open {
			w.alerts[a[0]] = true
			l.OpenAlerts = append(l.OpenAlerts, AlertRef{AlertKind(a[0]), a[1]})
		}
	}
	for _, m := range l.Mails {
		if key := string(m.Kind) + " " + m.Cause; !slices.Contains(w.mails, key) {
			w.mails = append(w.mails, key)
		}
	}
	for _, c := range l.Notices {
		w.notices[c.Notice.ID] = c.Notice
	}
	if l.Hold != nil && l.Hold.State == Released {
		l.Hold = nil
	}
	if l.Sheet != nil {
		w.sheet = *l.Sheet
	}
	w.shipped = w.shipped || l.Ship
	l.Events, l.Alerts, l.Mails, l.Notices, l.Moves, l.Goods, l.WakeNotices = nil, nil, nil, nil, nil, nil, false
	l.Sheet, l.Ship, l.LastStatus = nil, false, l.Order.Status
	w.l = l
	w.check()
}

// check is what holds between any two transactions (money.md §11).
func (w *world) check() {
	w.t.Helper()
	held, points := int64(0), int64(0)
	if w.l.Hold != nil {
		points = w.l.Hold.Points
		for _, m := range w.l.Hold.Movements {
			held += m.Quantity
		}
	}
	if w.stock+held != begunWith {
		w.t.Fatalf("%d in stock and %d held of %d", w.stock, held, begunWith)
	}
	if w.told != held || w.toldPoints != points {
		w.t.Fatalf("the timeline holds %d pieces and %d points, the hold %d and %d", w.told, w.toldPoints, held, points)
	}
	if w.points < 0 || points < 0 {
		w.t.Fatalf("points: %d left, %d held", w.points, points)
	}
	open := map[string]int{}
	for _, op := range w.l.Operations {
		if op.State.Open() != (op.OpenKey != "") {
			w.t.Fatalf("operation %s is %s with open key %q", op.ID, op.State, op.OpenKey)
		}
		if op.OpenKey != "" {
			open[op.OpenKey]++
		}
	}
	for key, n := range open {
		if n > 1 {
			w.t.Fatalf("%d operations are open for %s", n, key)
		}
	}
}

// authorize runs transaction A of a card payment and returns its operation.
func (w *world) authorize() *Operation {
	w.t.Helper()
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		op, err = l.planBegin(t, Begin{Order: l.Order.ID, Amount: l.Order.Total, PaymentClass: "10", Actor: Buyer})
		return err
	})
	return w.l.operation(op.ID)
}

// pressed is the button of 売上 or of 取消.
func pressed(capture bool) payment.Button {
	if capture {
		return payment.SaleButton
	}
	return payment.CancelButton
}

// change runs transaction A of 売上 or 取消 of the order's payment.
func (w *world) change(capture bool) *Operation {
	w.t.Helper()
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		p := l.Current()
		op, err = l.planChange(t, Change{Order: l.Order.ID, PaymentID: p.ID, Button: pressed(capture), Amount: p.Amount, Apart: PaysOtherwise(l, p), Actor: "staff:1"})
		return err
	})
	return w.l.operation(op.ID)
}

// send does what MarkSent does.
func (w *world) send(op *Operation) *Operation {
	op = w.l.operation(op.ID)
	op.State, op.SentAt, op.DeadlineAt = payment.Sent, w.now, w.now.Add(w.policy.TelegramTimeout)
	return op
}

// settle is transaction B.
func (w *world) settle(op *Operation, v verdict) {
	w.t.Helper()
	w.must(func(l *Ledger, t tick) error { return l.settle(t, op.ID, v) })
}

// resolve takes an inquiry's answer about an unknown operation.
func (w *world) resolve(op *Operation, f Finding) *Operation {
	w.t.Helper()
	w.must(func(l *Ledger, t tick) error { return l.resolve(t, op.ID, f, true) })
	return w.l.operation(op.ID)
}

// watch asks about a payment if its time has come.
func (w *world) watch(p *Payment, f Finding) {
	w.t.Helper()
	w.must(func(l *Ledger, t tick) error {
		if l.takeWatch(t, p.ID) == nil {
			return nil
		}
		return l.watched(t, p.ID, f, true)
	})
}

// unknown is an operation that was sent and not answered.
func (w *world) unknown(op *Operation) *Operation {
	w.t.Helper()
	w.send(op)
	w.settle(op, verdictOf(Answer{Outcome: Mystery}))
	return w.l.operation(op.ID)
}

// authorised is an order whose payment stands, with this payment_id.
func (w *world) authorised(id string) *Payment {
	w.t.Helper()
	op := w.send(w.authorize())
	w.settle(op, verdictOf(Answer{Outcome: Success, PaymentID: id}))
	return w.l.Current()
}

// captured is an order whose payment was captured by staff and told so by Paygent.
func (w *world) captured(id string) *Payment {
	w.t.Helper()
	w.authorised(id)
	w.settle(w.send(w.change(true)), verdictOf(Answer{Outcome: Success}))
	w.take(w.notice(payment.Cleared))
	return w.l.Current()
}

// found is an inquiry's answer that fits the order's payment.
func (w *world) found(s payment.Status) Finding {
	return Finding{Kind: Found, PaymentID: "p1", TradingID: "123", Type: "02", Status: s, Amount: total, BegunAt: w.now, Alone: true}
}

// notice is a notice that fits the order's payment, with the next id.
func (w *world) notice(s payment.Status) *Notice {
	w.ids++
	n := &Notice{
		ID: fmt.Sprintf("notice %d", w.ids), NoticeID: int64(w.ids), Environment: payment.Simulator, MerchantID: "m", PaymentID: "p1", TradingID: "123",
		Type: "02", Status: s, Amount: total, ReceivedAt: w.now, State: NoticeReceived,
	}
	if p := w.l.Current(); p != nil {
		n.TradingID = p.TradingID
		if p.PaymentID != "" {
			n.PaymentID = p.PaymentID
		}
	}
	return n
}

// take decides a notice without an inquiry.
func (w *world) take(n *Notice) (ask bool) { w.t.Helper(); return w.confirm(n, nil) }

// confirm decides a notice with what 094 said.
func (w *world) confirm(n *Notice, f *Finding) (ask bool) {
	w.t.Helper()
	before := *n
	w.must(func(l *Ledger, t tick) (err error) {
		*n = before
		ask, err = l.decideNotice(t, n, f)
		l.Notices = append(l.Notices, NoticeChange{Notice: *n})
		return err
	})
	return ask
}

func (w *world) status(want order.Status) {
	w.t.Helper()
	if got := w.l.Order.Status; got != want {
		w.t.Errorf("the order is in %s, not %s", got.Name(), want.Name())
	}
}

func (w *world) stands(p *Payment, phase payment.Phase, end payment.End) {
	w.t.Helper()
	if p = w.l.payment(p.ID); p.Phase != phase || p.End != end {
		w.t.Errorf("payment %s is %s %s, not %s %s", p.TradingID, p.Phase, p.End, phase, end)
	}
}

func (w *world) holds(want HoldState) {
	w.t.Helper()
	got := Released
	if w.l.Hold != nil {
		got = w.l.Hold.State
	}
	if got != want {
		w.t.Errorf("the hold is %s, not %s", got, want)
	}
}

var _ failer = (*testing.T)(nil)
