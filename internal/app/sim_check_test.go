package app_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// tooLate is what a node logs that comes to send a telegram more than 5 s after it said so.
const tooLate = `msg="telegram rejected or not sent; nothing happened"`

// check holds the rules of money.md §11 against every order whose ledger changed, and
// now and then the stock against all holds.
func (s *simulation) check() {
	if text := s.log.take(); text != "" {
		for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
			s.note("log %s", line)
		}
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Contains(line, "level=ERROR") && !strings.Contains(line, tooLate) {
				s.t.Errorf("the node logged an error: %s", line)
			}
		}
	}
	touched := s.touched()
	if len(touched) > 0 {
		books := s.centreBooks()
		for _, id := range touched {
			s.note("  %s", s.checkOrder(id, books[int64(id)]))
		}
	}
	if s.steps%20 == 0 {
		s.checkStock()
	}
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

// account is what the centre has of one order.
type account struct {
	alive  order.Yen
	living int
}

func (s *simulation) centreBooks() map[int64]account {
	books := map[int64]account{}
	for _, p := range s.sim.Payments() {
		id := orderOf(p.TradingID)
		a := books[id]
		if payment.Status(p.Status).Alive() {
			a.alive += order.Yen(p.Amount)
			a.living++
		}
		books[id] = a
	}
	return books
}

// checkOrder checks one order, and says where it stands.
func (s *simulation) checkOrder(id order.ID, at account) string {
	l := s.view(id)
	alerts := s.openAlerts(id)
	open := 0
	for _, op := range l.Operations {
		if op.State.Open() {
			open++
		}
	}
	excused := open > 0 || len(alerts) > 0
	state := s.describe(l, alerts)
	bad := func(format string, args ...any) {
		s.t.Errorf("order %d: "+format+"\n%s", append(append([]any{id}, args...), state)...)
	}
	if at.alive != 0 && at.alive != l.Order.Total && !excused && !s.newsUnderWay(id) {
		bad("the centre holds %d of %d", at.alive, l.Order.Total)
	}
	if at.living > 1 && !excused && !s.newsUnderWay(id) {
		bad("the centre holds %d living payments", at.living)
	}
	living := slices.DeleteFunc(slices.Clone(l.Payments), func(p *ledger.Payment) bool { return p.Phase != payment.Authorised && p.Phase != payment.Captured })
	if len(living) > 1 && !excused {
		bad("%d living payments", len(living))
	}
	switch l.Order.Status {
	case order.New, order.InProgress, order.Paid, order.Delivered:
		if len(living) == 0 && !excused && !canceledByStaff(l) {
			bad("it stands without a payment")
		}
	case order.Pending:
		if l.Hold == nil || l.Hold.State != ledger.Held {
			bad("it is under way without a hold")
		}
		if open == 0 {
			bad("it is under way, and nothing is")
		}
	default:
		if l.Hold != nil {
			bad("it keeps a hold")
		}
	}
	s.checkEvents(l, bad)
	s.checkOperations(l, bad)
	return state
}

// newsUnderWay reports whether the shop cannot know yet what the centre did: its notice
// is not delivered, or waits for 094.
func (s *simulation) newsUnderWay(id order.ID) bool {
	if s.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE order_id = ? AND state = 'received'", int64(id)) > 0 {
		return true
	}
	return slices.ContainsFunc(s.sim.Notices(), func(n paygentsim.Notice) bool {
		return orderOf(n.TradingID) == int64(id) && n.Delivery == paygentsim.DeliveryPending
	})
}

// canceledByStaff is a shipped order whose payment staff cancelled: it keeps its
// status (money.md §6), and nobody but they has to know.
func canceledByStaff(l *ledger.Ledger) bool {
	p := l.Current()
	if p == nil || l.Order.Status != order.Delivered {
		return false
	}
	return slices.ContainsFunc(l.Operations, func(op *ledger.Operation) bool {
		return op.PaymentID == p.ID && op.State == payment.Succeeded && (op.Kind == payment.CancelAuthorization || op.Kind == payment.CancelCapture)
	})
}

// checkEvents: the timeline has no gaps, and no operation succeeded twice.
func (s *simulation) checkEvents(l *ledger.Ledger, bad func(string, ...any)) {
	type row struct {
		seq             int64
		kind, operation string
	}
	rows, err := database.List(context.Background(), s.DB.Read(), func(r database.Row) (v row, err error) {
		return v, r.Scan(&v.seq, &v.kind, &v.operation)
	}, "SELECT seq, kind, COALESCE(operation_id, '') FROM plg_kessai_event WHERE order_id = ? ORDER BY seq", int64(l.Order.ID))
	if err != nil {
		s.t.Fatal(err)
	}
	succeeded := map[string]int{}
	for i, r := range rows {
		if r.seq != int64(i)+1 {
			bad("event %d comes where %d is due", r.seq, i+1)
		}
		if r.kind == string(ledger.EventSucceeded) {
			succeeded[r.operation]++
		}
	}
	if int64(len(rows)) != l.EventSeq {
		bad("%d events, and the ledger says %d", len(rows), l.EventSeq)
	}
	for op, n := range succeeded {
		if n > 1 {
			bad("operation %s succeeded %d times", op, n)
		}
	}
}

// checkOperations: what was sent left the shop at most once, and one operation alone
// keeps an order busy.
func (s *simulation) checkOperations(l *ledger.Ledger, bad func(string, ...any)) {
	keys, may := map[string]int{}, map[string]int{}
	for _, op := range l.Operations {
		if op.State.Open() != (op.OpenKey != "") {
			bad("operation %s is %s with key %q", op.ID, op.State, op.OpenKey)
		}
		if op.OpenKey != "" {
			keys[op.OpenKey]++
		}
		if op.SentAt.IsZero() {
			continue
		}
		for _, p := range l.Payments {
			if p.ID == op.PaymentID {
				name := p.PaymentID
				if op.Kind.Begins() {
					name = p.TradingID
				}
				may[op.Kind.Telegram()+" "+name]++
			}
		}
	}
	for key, n := range keys {
		if n > 1 {
			bad("%d operations are open under %s", n, key)
		}
	}
	for telegram, n := range may {
		if s.wire.sent[telegram] > n {
			bad("%s was sent %d times by %d operations", telegram, s.wire.sent[telegram], n)
		}
	}
}

// describe is one line about where an order stands.
func (s *simulation) describe(l *ledger.Ledger, alerts []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "order %d %s v%d e%d", l.Order.ID, l.Order.Status.Name(), l.Version, l.EventSeq)
	if l.Hold != nil {
		fmt.Fprintf(&b, " %s", l.Hold.State)
	}
	for _, p := range l.Payments {
		mark := ""
		if p.ID == l.CurrentID {
			mark = "*"
		}
		fmt.Fprintf(&b, " [%s%s %s %s%s/%s", p.TradingID, mark, p.PaymentID, p.Phase, p.End, p.Status)
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
	rows, err := database.List(context.Background(), s.DB.Read(), func(r database.Row) (v row, err error) {
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
	for _, c := range s.classes {
		inStock, inClass := s.Stock(c.id)
		if inStock != inClass || inStock+held[c.id] != c.stock || inStock < 0 {
			s.t.Errorf("class %d: %d and %d in stock, %d held, of %d", c.id, inStock, inClass, held[c.id], c.stock)
		}
	}
	if left := s.Points(s.member); left+points != memberPoints {
		s.t.Errorf("the member has %d points, %d are held, of %d", left, points, memberPoints)
	}
}

// coverage is a table of what the run met.
func (s *simulation) coverage() string {
	for _, r := range s.sim.Requests() {
		if r.Fault != "" && r.Kind != "token" {
			s.covered["fault "+r.Kind+" "+string(r.Fault)]++
		}
	}
	keys := make([]string, 0, len(s.covered))
	for k := range s.covered {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, "  %5d  %s\n", s.covered[k], k)
	}
	return b.String()
}
