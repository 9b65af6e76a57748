package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/verify"
	"kessai/paygentsim"
)

// tooLate is what a node logs that comes to send a telegram more than 5 s after it said so.
const tooLate = `msg="telegram rejected or not sent; nothing happened"`

// purged is what it logs where the centre no longer has what 091 is asked for: one of the
// hostile centre's faults.
const purged = `msg="091 no longer has all that happened;`

// farOff is what a node says whose clock is far off.
const farOff = `msg="this node's clock is too far from the database's`

// check holds the rules of money.md §11, and what the centre holds, against every order
// whose ledger changed, and now and then the stock against all holds.
func (s *simulation) check() {
	if text := s.log.take(); text != "" {
		for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
			s.note("log %s", line)
			if strings.Contains(line, "level=ERROR") && !strings.Contains(line, tooLate) && !strings.Contains(line, purged) && !strings.Contains(line, farOff) && !s.aboutGone(line) {
				s.bad(s.touchedBy, "the node logged an error: %s", line)
			}
		}
	}
	touched := s.touched()
	touched = slices.DeleteFunc(touched, s.gone)
	for _, id := range touched {
		s.note("  %s", s.checkOrder(id))
	}
	if s.unverified = append(s.unverified, touched...); len(s.unverified) > 25 || s.resting {
		slices.Sort(s.unverified)
		if _, err := s.app.VerifyOrders(context.Background(), slices.Compact(s.unverified), s.breach); err != nil {
			s.t.Fatal(err)
		}
		s.unverified = nil
	}
	if s.steps%20 == 0 {
		s.checkStock()
	}
}

// aboutGone: an order was deleted in the middle of an operation, of which nothing can be written.
func (s *simulation) aboutGone(line string) bool {
	m := orderInLog.FindStringSubmatch(line)
	return m != nil && strings.Contains(line, "not_found: order.unknown") && s.gone(orderID(m[1]))
}

var orderInLog = regexp.MustCompile(` order=(\d+) `)

// breach is what kessai verify finds, which sees our books alone.
func (s *simulation) breach(b verify.Breach) error {
	if s.byHand(b) {
		s.cover("verify", "*", string(b.Rule))
		return nil
	}
	s.bad(b.Order, "verify: %s: %s", b.Rule, b.Cause)
	return nil
}

// touched lists the orders whose ledgers changed since the last look.
func (s *simulation) touched() []order.ID {
	type row struct {
		id      order.ID
		version int64
	}
	rows, err := database.List(context.Background(), s.DB.Read(), func(r database.Row) (v row, err error) {
		return v, r.Scan((*int64)(&v.id), &v.version)
	}, "SELECT order_id, version FROM plg_kessai_ledger WHERE updated_at >= ? ORDER BY order_id", s.checked.UnixMilli())
	if err != nil {
		s.t.Fatal(err)
	}
	s.checked = s.Now()
	var touched []order.ID
	for _, r := range rows {
		if s.versions[r.id] != r.version {
			s.versions[r.id] = r.version
			touched = append(touched, r.id)
		}
	}
	return touched
}

// checkOrder checks one order, and says where it stands.
func (s *simulation) checkOrder(id order.ID) string {
	c := &orderCheck{simulation: s, l: s.view(id), p: s.byID[id], alerts: s.openAlerts(id), centre: s.books.of(id)}
	for _, op := range c.l.Operations {
		if op.State.Open() {
			c.open++
		}
	}
	for _, p := range c.l.Payments {
		if living(p) && p.Amount > p.HandRefunded {
			c.living = append(c.living, p)
		}
	}
	c.state = s.describe(c.l, c.alerts)
	c.checkCentre()
	c.checkSum()
	c.checkPlace()
	c.checkHold()
	c.checkEvents()
	c.checkOperations()
	c.coverAgain()
	return c.state
}

// orderCheck is one order's books, ours and the centre's.
type orderCheck struct {
	*simulation
	l      *ledger.Ledger
	p      *purchase
	alerts []string
	open   int
	living []*ledger.Payment
	centre []paygentsim.Payment
	state  string
}

func (c *orderCheck) bad(format string, args ...any) {
	c.simulation.bad(c.l.Order.ID, "%s\n%s", fmt.Sprintf(format, args...), c.state)
}

func living(p *ledger.Payment) bool {
	return p.Phase == payment.Authorised || p.Phase == payment.Captured
}

// excused: something is under way, or a person was told.
func (c *orderCheck) excused() bool { return c.open > 0 || len(c.alerts) > 0 }

// checkCentre: what the centre holds is what we say, or we are about to be told, or we
// are going to ask.
func (c *orderCheck) checkCentre() {
	for _, at := range c.centre {
		ours := c.ours(at)
		alive := payment.Status(at.Status).Alive()
		switch {
		case at.MerchantID != c.merchant.MerchantID: // of the environment that is not in force nobody is asked
		case ours != nil && ours.End == payment.Unused && at.MerchantID == c.places[1].merchant.MerchantID: // closed without a telegram
		case payment.Status(at.Status).Transit(): // it goes to where it was sent, or a hand moves it
		case ours != nil && !alive && ours.PaymentID != at.PaymentID: // a card refused before another at the same page
		case ours == nil && !alive, ours != nil && living(ours) == alive:
		case c.open > 0 || len(c.alerts) > 0 || ours != nil && !ours.AskAt.IsZero() || c.newsUnderWay():
		default:
			c.bad("the centre has %s of %s at %s, and nobody here will ever know", at.PaymentID, at.TradingID, at.Status)
		}
		if c.timesBy(at, "022", "101", "341") > 1 {
			c.bad("%s was captured twice by telegrams: %+v", at.PaymentID, at.Changes)
		}
	}
}

// ours is our payment for one of the centre's.
func (c *orderCheck) ours(at paygentsim.Payment) *ledger.Payment {
	for _, p := range c.l.Payments {
		if slices.Contains(p.PaymentIDs, at.PaymentID) {
			return p
		}
	}
	for _, p := range c.l.Payments {
		if p.TradingID == at.TradingID && len(p.PaymentIDs) == 0 && p.MerchantID == at.MerchantID {
			return p
		}
	}
	return nil
}

// timesBy counts how often telegrams brought a payment to 40 from somewhere else than 40.
func (c *orderCheck) timesBy(at paygentsim.Payment, kinds ...string) (n int) {
	for _, ch := range at.Changes {
		if ch.To == paygentsim.Captured && ch.From != paygentsim.CaptureRequested && slices.Contains(kinds, ch.By) {
			n++
		}
	}
	return n
}

// newsUnderWay reports whether a notice of the order has not come yet, which 091 will tell
// if nobody else does, or waits for 094.
func (c *orderCheck) newsUnderWay() bool {
	id := int64(c.l.Order.ID)
	if c.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE order_id = ? AND state = 'received'", id) > 0 {
		return true
	}
	return slices.ContainsFunc(c.sim.Notices(), func(n paygentsim.Notice) bool {
		return orderOf(n.TradingID) == id && (n.Delivery == paygentsim.DeliveryPending ||
			c.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE notice_id = ? AND merchant_id = ?", n.NoticeID, n.MerchantID) == 0)
	})
}

// checkSum: what is alive is nothing or the order's total.
func (c *orderCheck) checkSum() {
	sum := order.Yen(0)
	for _, p := range c.living {
		sum += p.Amount - p.HandRefunded
	}
	if len(c.living) > 1 && !c.excused() {
		c.bad("%d living payments", len(c.living))
	}
	beside := slices.ContainsFunc(c.living, func(p *ledger.Payment) bool { return p.ID != c.l.CurrentID })
	if beside && !c.excused() && c.paidElsewhere(c.l.Order.ID) {
		c.bad("%d are alive beside another payment", sum)
	}
	if sum != 0 && sum != c.l.Order.Total && !c.excused() && !c.unread(c.l) {
		c.bad("%d are alive, and the total is %d", sum, c.l.Order.Total)
	}
}

// place is where the order stands as far as kessai knows.
func (c *orderCheck) place() order.Status {
	if unmet(c.l) {
		return c.l.LastStatus
	}
	return c.l.Order.Status
}

// checkPlace: the order stands where its payment stands.
func (c *orderCheck) checkPlace() {
	if c.paidElsewhere(c.l.Order.ID) || unmet(c.l) && c.p != nil && c.p.hand.placed { // or was, as far as kessai knows
		return
	}
	cur := c.l.Current()
	waits := cur != nil && (cur.Phase == payment.AwaitingBuyer || cur.Phase == payment.AwaitingPayment)
	switch c.place() {
	case order.New, order.InProgress, order.Paid, order.Delivered:
		if len(c.living) == 0 && !waits && !c.excused() && c.l.Order.Total > 0 {
			c.bad("it stands without a payment")
		}
	case order.Pending:
		// What ended at the centre, and may have been corrected there, is asked about until that is
		// known (money.md §4); staff are told.
		unclear := cur != nil && cur.Phase == payment.Unknown && !cur.AskAt.IsZero() && c.excused()
		// Paid by another sum than EC-CUBE made it cost meanwhile: staff give it back, or take the order in.
		if c.open == 0 && !waits && !unclear && !c.paidBeside(c.l) {
			c.bad("it is under way, and nothing is")
		}
	}
}

// paidBeside reports money for an order in 決済処理中 whose total EC-CUBE changed: before a person, or
// given back by one, who has yet to cancel the order (manual 2.4).
func (s *simulation) paidBeside(l *ledger.Ledger) bool {
	p := s.byID[l.Order.ID]
	return p != nil && p.hand.total && slices.ContainsFunc(l.Payments, func(p *ledger.Payment) bool {
		return living(p) && (p.HandRefunded == p.Amount || len(s.openAlerts(l.Order.ID)) > 0)
	})
}

// checkHold: goods are held while the order is under way, taken while it stands, and
// here otherwise.
func (c *orderCheck) checkHold() {
	state := ledger.HoldState("none")
	if c.l.Hold != nil {
		state = c.l.Hold.State
	}
	want := ledger.HoldState("none")
	switch c.place() {
	case order.Pending:
		want = ledger.Held
	case order.New, order.InProgress, order.Paid, order.Delivered:
		want = ledger.Committed
	}
	if c.place() == order.Returned { // EC-CUBE leaves the goods out, and the hold with them
		want = state
	}
	if state != want {
		c.bad("its goods are %s, not %s", state, want)
	}
}

// checkEvents: the timeline has no gaps, and no operation succeeded twice.
func (c *orderCheck) checkEvents() {
	type row struct {
		seq             int64
		kind, operation string
	}
	rows, err := database.List(context.Background(), c.DB.Read(), func(r database.Row) (v row, err error) {
		return v, r.Scan(&v.seq, &v.kind, &v.operation)
	}, "SELECT seq, kind, COALESCE(operation_id, '') FROM plg_kessai_event WHERE order_id = ? ORDER BY seq", int64(c.l.Order.ID))
	if err != nil {
		c.t.Fatal(err)
	}
	succeeded := map[string]int{}
	for i, r := range rows {
		if r.seq != int64(i)+1 {
			c.bad("event %d comes where %d is due", r.seq, i+1)
		}
		if r.kind == string(ledger.EventSucceeded) {
			succeeded[r.operation]++
		}
	}
	if int64(len(rows)) != c.l.EventSeq {
		c.bad("%d events, and the ledger says %d", len(rows), c.l.EventSeq)
	}
	for op, n := range succeeded {
		if n > 1 {
			c.bad("operation %s succeeded %d times", op, n)
		}
	}
}

// checkOperations: what was sent left the shop at most once, and one operation alone
// keeps an order busy.
func (c *orderCheck) checkOperations() {
	keys := map[string]int{}
	type sending struct{ kind, payment string }
	may := map[sending]int{}
	for _, op := range c.l.Operations {
		if op.State.Open() != (op.OpenKey != "") {
			c.bad("operation %s is %s with key %q", op.ID, op.State, op.OpenKey)
		}
		if op.OpenKey != "" {
			keys[op.OpenKey]++
		}
		if !op.SentAt.IsZero() {
			may[sending{op.Kind.Telegram(), op.PaymentID}]++
		}
	}
	for key, n := range keys {
		if n > 1 {
			c.bad("%d operations are open under %s", n, key)
		}
	}
	for _, p := range c.l.Payments {
		for _, kind := range payment.Kinds() {
			telegram, sent := kind.Telegram(), 0
			if kind.Begins() {
				sent = c.wire.sent[telegram+" "+p.TradingID]
				if p.Adopted {
					sent = 0
				}
			} else {
				for _, id := range p.PaymentIDs {
					sent += c.wire.sent[telegram+" "+id]
				}
			}
			n := may[sending{telegram, p.ID}]
			for _, q := range c.l.Payments {
				if kind.Begins() && q != p && q.TradingID == p.TradingID && !q.Adopted { // authorised again under the same id
					n += may[sending{telegram, q.ID}]
				}
			}
			if sent > n {
				c.bad("%s of %s was sent %d times by %d operations", telegram, p.TradingID, sent, n)
			}
		}
	}
}

// describe is one line about where an order stands.
func (s *simulation) describe(l *ledger.Ledger, alerts []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "order %d %s %s v%d e%d %d", l.Order.ID, s.labelOf(l.Order.ID), l.Order.Status.Name(), l.Version, l.EventSeq, l.Order.Total)
	if l.Hold != nil {
		fmt.Fprintf(&b, " %s", l.Hold.State)
	}
	for _, p := range l.Payments {
		mark := ""
		if p.ID == l.CurrentID {
			mark = "*"
		}
		fmt.Fprintf(&b, " [%s%s %s %d %s%s/%s", p.TradingID, mark, strings.Join(p.PaymentIDs, ","), p.Amount, p.Phase, p.End, p.Status)
		for _, op := range l.Operations {
			if op.PaymentID == p.ID {
				fmt.Fprintf(&b, " %s:%s:%s%s", op.Kind.Telegram(), op.State, op.Cause, op.Code)
			}
		}
		b.WriteString("]")
	}
	if len(alerts) > 0 {
		fmt.Fprintf(&b, " alerts %v", alerts)
	}
	return b.String()
}

// checkStock: what is in stock and what unreleased holds took is what there was, in
// both columns; so are the member's points.
func (s *simulation) checkStock() {
	type row struct {
		movements string
		points    int64
	}
	ctx := context.Background()
	rows, err := database.List(ctx, s.DB.Read(), func(r database.Row) (v row, err error) {
		return v, r.Scan(&v.movements, &v.points)
	}, "SELECT movements, points FROM plg_kessai_hold WHERE open_key IS NOT NULL")
	if err != nil {
		s.t.Fatal(err)
	}
	held, points := map[int64]int64{}, int64(0)
	for _, r := range rows {
		var moves []struct{ Class, Quantity int64 }
		if err := json.Unmarshal([]byte(r.movements), &moves); err != nil {
			s.t.Fatal(err)
		}
		for _, m := range moves {
			held[m.Class] += m.Quantity
		}
		points += r.points
	}
	s.heldByHost(held, &points)
	left := map[int64][2]int64{}
	_, err = database.List(ctx, s.DB.Read(), func(r database.Row) (int, error) {
		var class int64
		var both [2]int64
		err := r.Scan(&class, database.Whole(&both[0], "test", nil), database.Whole(&both[1], "test", nil))
		left[class] = both
		return 0, err
	}, "SELECT c.id, c.stock, s.stock FROM dtb_product_class c JOIN dtb_product_stock s ON s.product_class_id = c.id WHERE c.stock IS NOT NULL")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range s.classes {
		if n := left[c.id]; n[0] != n[1] || n[0]+held[c.id] != c.stock || n[0] < 0 {
			s.bad(0, "class %d: %v in stock, %d held, of %d", c.id, n, held[c.id], c.stock)
		}
	}
	// Orders give points when they are shipped, and have taken none back until they are returned.
	given := s.Number("SELECT COALESCE(SUM(add_point), 0) FROM dtb_order WHERE customer_id = ? AND order_status_id = 5", s.member)
	if given += s.given; s.Points(s.member)+points-given != memberPoints {
		s.bad(0, "the member has %d points, %d are held, %d given, of %d", s.Points(s.member), points, given, memberPoints)
	}
}

// checkEverything looks over all rows, whoever touched them.
func (s *simulation) checkEverything() {
	s.checkStock()
	for what, query := range map[string]string{
		"timelines have gaps": `SELECT COUNT(*) FROM plg_kessai_ledger l WHERE l.event_seq <> (SELECT COUNT(*) FROM plg_kessai_event e WHERE e.order_id = l.order_id)`,
		"orders have two unreleased holds": `SELECT COUNT(*) FROM (SELECT order_id FROM plg_kessai_hold WHERE open_key IS NOT NULL
			GROUP BY order_id HAVING COUNT(*) > 1) x`,
		"orders in 7 hold nothing": `SELECT COUNT(*) FROM dtb_order o JOIN plg_kessai_ledger l ON l.order_id = o.id AND l.last_status = o.order_status_id
			WHERE o.order_status_id = 7 AND NOT EXISTS (SELECT 1 FROM plg_kessai_hold h WHERE h.order_id = o.id AND h.open_key IS NOT NULL)`,
		"orders in 3 or 8 hold goods": `SELECT COUNT(*) FROM dtb_order o JOIN plg_kessai_ledger l ON l.order_id = o.id AND l.last_status = o.order_status_id
			WHERE o.order_status_id IN (3, 8) AND EXISTS (SELECT 1 FROM plg_kessai_hold h WHERE h.order_id = o.id AND h.open_key IS NOT NULL)`,
		"operations are open that nobody will take up": `SELECT COUNT(*) FROM plg_kessai_operation WHERE open_key IS NOT NULL
			AND state = 'unknown' AND next_ask_at IS NULL`,
		"mails were queued for orders that were never placed": `SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.kind = 'order'
			AND EXISTS (SELECT 1 FROM dtb_order o WHERE o.id = m.order_id) AND (SELECT order_date FROM dtb_order o WHERE o.id = m.order_id) IS NULL`,
		"notices are parked without a reason": `SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'parked' AND reason = ''`,
	} {
		if n := s.Number(query); n != 0 {
			s.bad(0, "%d %s", n, what)
		}
	}
	if _, err := s.app.Verify(context.Background(), s.breach); err != nil {
		s.t.Fatal(err)
	}
}
