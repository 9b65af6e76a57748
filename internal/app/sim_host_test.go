package app_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/verify"
)

// hand is what EC-CUBE's own hand did with an order, of which kessai hears nothing.
type hand struct {
	gone     bool            // the order was deleted
	to       order.Status    // where it put the order last
	placed   bool            // the order is, or was, paid by a method that is none of ours
	goods    map[int64]int64 // given back since kessai last saw the order, by product class
	points   int64           // … of the member's
	total    bool            // the total was changed, and nothing became known of a payment since
	eventSeq int64           // … when there were so many events
	lines    map[int64]int64 // taken by changed lines since kessai last decided about the order, by product class
	version  int64           // … which was then
}

// eccube is somebody at EC-CUBE's own pages, or another plugin of it.
func (s *simulation) eccube() {
	if p := s.some(); p != nil {
		s.eccubeOn(p)
	}
}

func (s *simulation) eccubeOn(p *purchase) {
	switch d := s.dice.IntN(100); {
	case p.hand.gone:
	case d < 4:
		s.hostDeletes(p)
	case d < 17:
		s.hostSavesTotal(p)
	case d < 30:
		s.hostSavesLines(p)
	case s.Status(p.id) == order.Processing:
		s.hostPlaces(p, elsewhere()[s.dice.IntN(len(elsewhere()))])
	default:
		if may := s.hostMay(p); len(may) > 0 {
			s.hostMoves(p, may[s.dice.IntN(len(may))])
		}
	}
}

// hostMay are the statuses that EC-CUBE's pages offer, and where other hands put orders.
func (s *simulation) hostMay(p *purchase) []order.Status {
	from := s.Status(p.id)
	may := order.Reachable(from)
	switch from {
	case order.Pending:
		if may = append(may, order.Canceled, order.Processing); s.paidElsewhere(p.id) { // what another plugin was waiting for
			may = append(may, order.New, order.Paid)
		}
	case order.InProgress, order.Paid:
		may = append(may, order.New)
	}
	return may
}

// hostMoves moves an order as EC-CUBE does, with its goods and points.
func (s *simulation) hostMoves(p *purchase, to order.Status) {
	from := s.Status(p.id)
	if !slices.Contains(s.hostMay(p), to) {
		return
	}
	e, err := order.Transition(from, to)
	switch {
	case from != order.Pending:
		if err != nil { // taken back
			e = order.Effects{}
		}
	case to == order.Canceled, to == order.Processing: // what a rollback gives back
		e = order.Effects{Stock: order.Give, UsedPoints: order.Give}
	default:
		e = order.Effects{SetsPaymentDate: to == order.Paid}
	}
	row, name := int64(0), ""
	if to == order.Processing && s.paidElsewhere(p.id) { // the buyer comes back from there
		row, name = p.way.row, "ペイジェント"
	}
	s.hostPuts(p, to, to.Name(), e, row, name)
}

// hostMail is the subject of the mail that EC-CUBE itself sends for an order it places.
const hostMail = "EC-CUBE ご注文ありがとうございます"

// wayElsewhere is how a buyer goes on at EC-CUBE by a method that is none of ours.
type wayElsewhere struct {
	class, name string
	to          order.Status
}

// elsewhere are the ways of EC-CUBE itself and of another plugin, which waits for its payment or has it.
func elsewhere() []wayElsewhere {
	const other = `Plugin\Other\Service\Method\Wallet`
	return []wayElsewhere{
		{`Eccube\Service\Payment\Method\Cash`, "銀行振込で注文", order.New}, {other, "他の決済で注文", order.Paid}, {other, "他の決済を待つ", order.Pending},
	}
}

// paidElsewhere reports an order whose method is none of ours.
func (s *simulation) paidElsewhere(id order.ID) bool {
	_, ours := payment.SchemeOf(s.view(id).Order.MethodClass)
	return !ours && !s.gone(id)
}

// hostPlaces has the buyer of an order that came to nothing here, as far as kessai knows, go on at
// EC-CUBE by another method (decision 0018).
func (s *simulation) hostPlaces(p *purchase, w wayElsewhere) {
	if l := s.view(p.id); l.Order.Status != order.Processing || l.LastStatus != order.Processing {
		return
	}
	p.hand.placed = true
	s.hostPuts(p, w.to, w.name, order.Effects{Stock: order.Take, UsedPoints: order.Take, SetsPaymentDate: w.to == order.Paid}, s.rowOf(w.class), w.name)
}

// rowOf is the dtb_payment row of a method that is none of ours.
func (s *simulation) rowOf(class string) int64 {
	return s.Number("SELECT MAX(id) FROM dtb_payment WHERE method_class = ?", class)
}

// hostPuts has EC-CUBE put an order into a status, with another method if there is a row.
func (s *simulation) hostPuts(p *purchase, to order.Status, what string, e order.Effects, row int64, method string) {
	v, err := s.Reader.Order(context.Background(), p.id)
	if err != nil {
		s.t.Fatal(err)
	}
	goods := order.Movements(v.Items, nil)
	if e.Stock == order.Take && slices.ContainsFunc(goods, func(m order.Movement) bool { left, _ := s.Stock(m.ProductClassID); return left < m.Quantity }) {
		return // EC-CUBE refuses it
	}
	l := s.view(p.id)
	if l.LastStatus == l.Order.Status {
		p.hand.goods, p.hand.points = map[int64]int64{}, 0
	}
	p.acts++
	p.hand.to = to
	s.cover("EC-CUBE's hand", p.label, what)
	s.note("EC-CUBE moves order %d from %s to %s (%s)", p.id, l.Order.Status, to, what)
	now := database.At(s.Now())
	s.byHost(func(exec func(string, ...any)) {
		exec("UPDATE dtb_order SET order_status_id = ?, update_date = ? WHERE id = ?", int64(to), now, int64(p.id))
		if row != 0 {
			exec("UPDATE dtb_order SET payment_id = ?, payment_method = ? WHERE id = ?", row, method, int64(p.id))
		}
		if placed := to == order.New || to == order.Paid; placed && v.OrderDate.IsZero() {
			exec("UPDATE dtb_order SET order_date = ? WHERE id = ?", now, int64(p.id))
			exec("INSERT INTO dtb_mail_history (order_id, send_date, mail_subject, discriminator_type) VALUES (?, ?, ?, 'mailhistory')", int64(p.id), now, hostMail)
		}
		if e.SetsPaymentDate {
			exec("UPDATE dtb_order SET payment_date = ? WHERE id = ?", now, int64(p.id))
		}
		for _, m := range goods {
			n := int64(e.Stock) * m.Quantity
			p.hand.goods[m.ProductClassID] += n
			exec("UPDATE dtb_product_stock SET stock = stock + ? WHERE product_class_id = ?", n, m.ProductClassID)
			exec("UPDATE dtb_product_class SET stock = stock + ? WHERE id = ?", n, m.ProductClassID)
		}
		if v.CustomerID != 0 {
			used := int64(e.UsedPoints) * v.Totals.UsePoint
			p.hand.points += used
			exec("UPDATE dtb_customer SET point = point + ? WHERE id = ?", used+int64(e.AddedPoints)*v.Totals.AddPoint, v.CustomerID)
		}
	})
}

// hostSavesTotal adds a line at EC-CUBE's 受注登録.
func (s *simulation) hostSavesTotal(p *purchase) {
	at := s.Status(p.id)
	v, err := s.Reader.Order(context.Background(), p.id)
	if err != nil {
		s.t.Fatal(err)
	}
	if at == order.Processing || v.Totals.PaymentTotal < 100 {
		return
	}
	line := order.Item{Type: order.ItemCharge, Name: "手数料", Price: order.Yen(10 * (1 + s.dice.Int64N(50))), Quantity: 1, TaxRate: 10, TaxType: order.Taxable,
		TaxDisplayType: order.TaxIncluded, RoundingType: 1}
	if s.chosen(60) {
		line.Type, line.Name, line.Price = order.ItemDiscount, "割引", -min(v.Totals.PaymentTotal-1, line.Price)
	}
	t, err := order.Sum(append(slices.Clone(v.Items), line))
	if err != nil {
		s.t.Fatal(err)
	}
	s.hostSaves(p, "合計", v.Totals, t)
	s.byHost(func(exec func(string, ...any)) {
		exec(`INSERT INTO dtb_order_item (order_id, order_item_type_id, product_name, price, quantity, tax, tax_rate, tax_adjust, tax_type_id, tax_display_type_id,
rounding_type_id, discriminator_type) VALUES (?, ?, ?, ?, 1, ?, ?, 0, ?, ?, ?, 'orderitem')`, int64(p.id), int64(line.Type), line.Name, int64(line.Price), int64(line.Tax),
			line.TaxRate, int64(line.TaxType), int64(line.TaxDisplayType), int64(line.RoundingType))
		exec("UPDATE dtb_order SET discount = ?, charge = ?, tax = ?, total = ?, payment_total = ?, update_date = ? WHERE id = ?", int64(t.Discount), int64(t.Charge),
			int64(t.Tax), int64(t.Total), int64(t.PaymentTotal), database.At(s.Now()), int64(p.id))
	})
}

// hostSaves notes that EC-CUBE's 受注登録 saves an order with another total.
func (s *simulation) hostSaves(p *purchase, what string, was, is order.Totals) {
	p.acts++
	p.edited, p.hand.total, p.hand.eventSeq = true, true, s.view(p.id).EventSeq
	s.cover("EC-CUBE's hand", p.label, what)
	s.note("EC-CUBE saves order %d (%s): %d becomes %d", p.id, what, was.PaymentTotal, is.PaymentTotal)
}

// hostSavesLines changes how many of a product an order has at EC-CUBE's 受注登録, which moves the
// difference. A save in the second of our own last write is not seen (decision 0010).
func (s *simulation) hostSavesLines(p *purchase) {
	v, err := s.Reader.Order(context.Background(), p.id)
	if err != nil {
		s.t.Fatal(err)
	}
	l := s.view(p.id)
	i := slices.IndexFunc(v.Items, func(i order.Item) bool { return i.ProductClassID != 0 })
	if i < 0 || !slices.Contains([]order.Status{order.New, order.InProgress, order.Paid, order.Delivered}, l.Order.Status) || s.Now().Sub(l.WrittenAt) < 3*time.Second {
		return
	}
	items, class := slices.Clone(v.Items), v.Items[i].ProductClassID
	n := 1 + s.dice.Int64N(2)
	if items[i].Quantity > 1 && s.chosen(60) {
		n = -1
	}
	if left, _ := s.Stock(class); left < n {
		return // EC-CUBE refuses it
	}
	items[i].Quantity += n
	t, err := order.Sum(items)
	if err != nil || t.PaymentTotal < 1 {
		return // nor does it save that
	}
	if p.hand.lines == nil || p.hand.version != l.Version {
		p.hand.lines = map[int64]int64{}
	}
	p.hand.version = l.Version
	p.hand.lines[class] += n
	s.hostSaves(p, "数量", v.Totals, t)
	s.byHost(func(exec func(string, ...any)) {
		exec("UPDATE dtb_order_item SET quantity = ? WHERE id = ?", items[i].Quantity, items[i].ID)
		exec("UPDATE dtb_order SET subtotal = ?, tax = ?, total = ?, payment_total = ?, update_date = ? WHERE id = ?", int64(t.Subtotal), int64(t.Tax), int64(t.Total),
			int64(t.PaymentTotal), database.At(s.Now()), int64(p.id))
		exec("UPDATE dtb_product_stock SET stock = stock - ? WHERE product_class_id = ?", n, class)
		exec("UPDATE dtb_product_class SET stock = stock - ? WHERE id = ?", n, class)
	})
}

// hostDeletes is 削除 at EC-CUBE's list of orders, which gives nothing back.
func (s *simulation) hostDeletes(p *purchase) {
	if s.Status(p.id) == order.Delivered {
		s.given += s.Number("SELECT add_point FROM dtb_order WHERE id = ? AND customer_id IS NOT NULL UNION ALL SELECT 0 ORDER BY 1 DESC LIMIT 1", int64(p.id))
	}
	l := s.view(p.id)
	if !unmet(l) {
		p.hand.goods = nil
	}
	if p.hand.version != l.Version {
		p.hand.lines = nil
	}
	p.hand.gone = true
	s.cover("EC-CUBE's hand", p.label, "削除")
	s.note("EC-CUBE deletes order %d", p.id)
	s.byHost(func(exec func(string, ...any)) {
		for _, table := range []string{"dtb_mail_history", "dtb_order_item", "dtb_shipping"} {
			exec("DELETE FROM "+table+" WHERE order_id = ?", int64(p.id))
		}
		exec("DELETE FROM dtb_order WHERE id = ?", int64(p.id))
	})
}

// byHost is one transaction of EC-CUBE's.
func (s *simulation) byHost(do func(exec func(query string, args ...any))) {
	err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		do(func(query string, args ...any) {
			if _, err := tx.Exec(ctx, query, args...); err != nil {
				s.t.Fatalf("%s: %v", query, err)
			}
		})
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// view is an order's ledger, an empty one once it was deleted.
func (s *simulation) view(id order.ID) *ledger.Ledger {
	if s.gone(id) {
		return &ledger.Ledger{Order: ledger.Head{ID: id}}
	}
	return s.rig.view(id)
}

func (s *simulation) gone(id order.ID) bool {
	p := s.byID[id]
	return p != nil && p.hand.gone
}

// unmet reports an order that EC-CUBE moved since kessai last decided about it.
func unmet(l *ledger.Ledger) bool { return l.LastStatus != 0 && l.LastStatus != l.Order.Status }

// heldByHost takes away from what holds say what EC-CUBE has given back of it since.
func (s *simulation) heldByHost(held map[int64]int64, points *int64) {
	for _, p := range s.purchases {
		if p.hand.lines != nil && (p.hand.gone || p.hand.version == s.view(p.id).Version) {
			for class, n := range p.hand.lines {
				held[class] += n
			}
		}
		if p.hand.goods == nil || !p.hand.gone && !unmet(s.view(p.id)) {
			continue
		}
		for class, n := range p.hand.goods {
			held[class] -= n
		}
		*points -= p.hand.points
	}
}

// unread reports a total that EC-CUBE saved, with nothing known of the order's payments since:
// that is when 金額未反映 opens.
func (s *simulation) unread(l *ledger.Ledger) bool {
	p := s.byID[l.Order.ID]
	return p != nil && p.hand.total && p.hand.eventSeq == l.EventSeq
}

// byHand reports a breach that verify has to find where EC-CUBE's hand did what nobody here
// was told of.
func (s *simulation) byHand(b verify.Breach) bool {
	if s.byID[b.Order] == nil {
		return false
	}
	if s.gone(b.Order) {
		return b.Rule == verify.OrderGone
	}
	l := s.view(b.Order)
	switch b.Rule {
	case verify.OrderUnpaid:
		return unmet(l) || s.unread(l)
	case verify.AliveAmount:
		return s.unread(l)
	}
	return false
}

// aimHost has EC-CUBE's hand do something to an order that stands, and somebody go on with it.
func (s *simulation) aimHost(c cell) {
	if i := slices.IndexFunc(elsewhere(), func(w wayElsewhere) bool { return w.name == c.column }); i >= 0 {
		s.aimElsewhere(c.row, elsewhere()[i])
		return
	}
	p := s.standing(c.row)
	to := map[string]order.Status{"注文取消し": order.Canceled, "返品": order.Returned, "対応中": order.InProgress, "発送済み": order.Delivered, "新規受付": order.New}[c.column]
	switch c.column {
	case "合計":
		s.hostSavesTotal(p)
	case "数量":
		s.untilDue(10*time.Second, time.Second)
		s.hostSavesLines(p)
	case "削除":
		s.hostDeletes(p)
	case "返品":
		s.smoothly(func() { s.setStatus(p, order.Delivered, ledger.LivingAsk) })
	case "新規受付":
		s.smoothly(func() { s.setStatus(p, order.InProgress, ledger.LivingAsk) })
	}
	if to != 0 {
		s.hostMoves(p, to)
	}
	if s.chosen(50) {
		s.pressOn(p)
	} else {
		s.do(p.id, fmt.Sprintf("leave %d", p.id), 0, s.work)
	}
}

// aimElsewhere has a buyer whose payment came to nothing go on at EC-CUBE, perhaps with the centre's
// page still open.
func (s *simulation) aimElsewhere(row string, w wayElsewhere) {
	var p *purchase
	if hasPage(row) {
		p = s.atPageOf(row)
		s.leave(p, true)
	} else {
		p = s.begun(row)
	}
	s.smoothly(func() { s.untilDue(10*time.Minute, time.Second) }) // in which it is known that nothing came of it
	if s.hostPlaces(p, w); len(p.tabs) > 0 && s.chosen(50) {
		s.visit(p, 0)
	}
	s.do(p.id, fmt.Sprintf("leave %d", p.id), 0, s.work)
}
