package reconcile_test

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// lines reads one text per row.
func (r *rig) lines(query string, args ...any) []string {
	r.t.Helper()
	list, err := database.List(context.Background(), r.DB.Read(), database.Scalar[string], query, args...)
	if err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return list
}

// alerts are the kinds of an order's open alerts, sorted.
func (r *rig) alerts(id order.ID) []string {
	r.t.Helper()
	return r.lines("SELECT kind FROM plg_kessai_alert WHERE order_id = ? AND closed_at IS NULL ORDER BY kind", int64(id))
}

// mails are the kinds of an order's queued mails, sorted.
func (r *rig) mails(id order.ID) []string {
	r.t.Helper()
	return r.lines("SELECT kind FROM plg_kessai_outbox WHERE order_id = ? ORDER BY kind, cause", int64(id))
}

// notice is how a stored notice stands: "applied", "parked amount" …
func (r *rig) notice(id int64) string {
	r.t.Helper()
	return strings.Join(r.lines("SELECT TRIM(state || ' ' || reason) FROM plg_kessai_notice WHERE notice_id = ? ORDER BY received_at, id", id), ", ")
}

// same compares lists, an absent one being an empty one.
func (r *rig) same(what string, got []string, want ...string) {
	r.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), append([]string{}, got...)); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// charged sums what the centre holds or has taken.
func (r *rig) charged() (alive int64, authorisations int) {
	for _, p := range r.sim.Payments() {
		if payment.Status(p.Status).Alive() {
			alive += p.Amount
		}
		authorisations++
	}
	return alive, authorisations
}

// expect compares an order with what it should have come to.
func (r *rig) expect(id order.ID, status order.Status, phase payment.Phase, stock int64) {
	r.t.Helper()
	l := r.view(id)
	if l.Order.Status != status {
		r.t.Errorf("order is %s, not %s", l.Order.Status.Name(), status.Name())
	}
	if p := l.Current(); p == nil || p.Phase != phase {
		r.t.Errorf("payment is %+v, not %s", p, phase)
	}
	r.expectStock(stock)
	if open := l.OpenOperation(); open != nil {
		r.t.Errorf("still open: %+v", open)
	}
}

func (r *rig) expectStock(stock int64) {
	r.t.Helper()
	if inStock, inClass := r.Shop.Stock(r.class); inStock != stock || inClass != stock {
		r.t.Errorf("stock is %d and %d, not %d", inStock, inClass, stock)
	}
}

// checkBooks checks what must hold after every test, whatever happened (money.md §11).
func (r *rig) checkBooks() {
	if r.t.Failed() {
		return // it tells enough already
	}
	held := int64(0)
	for _, id := range r.orders {
		l, err := r.Store.View(context.Background(), id)
		if err != nil {
			r.t.Error(err)
			continue
		}
		if l.Hold != nil {
			for _, m := range l.Hold.Movements {
				if m.ProductClassID == r.class {
					held += m.Quantity
				}
			}
		}
		seqs := r.lines("SELECT seq FROM plg_kessai_event WHERE order_id = ? ORDER BY seq", int64(id))
		for i, s := range seqs {
			if s != strconv.Itoa(i+1) {
				r.t.Errorf("order %d: event %s stands where %d should", id, s, i+1)
			}
		}
		if int64(len(seqs)) != l.EventSeq {
			r.t.Errorf("order %d: %d events, the ledger says %d", id, len(seqs), l.EventSeq)
		}
		r.checkMoney(id)
	}
	if inStock, inClass := r.Shop.Stock(r.class); inStock != r.stock-held || inClass != inStock {
		r.t.Errorf("stock is %d and %d, holds say %d", inStock, inClass, r.stock-held)
	}
	r.checkSent()
	r.checkNotices()
}

// checkMoney: what lives at the centre for an order is nothing or its total, unless
// something is open or before a person.
func (r *rig) checkMoney(id order.ID) {
	l, err := r.Store.View(context.Background(), id)
	if err != nil {
		r.t.Error(err)
		return
	}
	busy := len(r.alerts(id)) > 0
	ours := map[string]bool{}
	for _, p := range l.Payments {
		ours[p.TradingID] = true
		busy = busy || !p.AskAt.IsZero()
	}
	for _, op := range l.Operations {
		busy = busy || op.State.Open()
	}
	alive := int64(0)
	for _, p := range r.sim.Payments() {
		if ours[p.TradingID] && payment.Status(p.Status).Alive() {
			alive += p.Amount
		}
	}
	busy = busy || r.abroad
	total := int64(l.Order.Total)
	placed := slices.Contains([]order.Status{order.New, order.InProgress, order.Paid}, l.Order.Status) && l.Order.Paygent()
	if !busy && (alive != 0 && alive != total || placed && alive != total) {
		r.t.Errorf("order %d of %d yen in %s: %d yen live at the centre", id, total, l.Order.Status.Name(), alive)
	}
}

// checkSent: no state-changing telegram was sent twice, no operation succeeded twice.
func (r *rig) checkSent() {
	n := map[string]int{}
	for _, p := range r.wire.sent {
		kind := p.Get("telegram_kind")
		n[kind]++
		if kind == "020" {
			n["020 "+p.Get("trading_id")]++
		}
	}
	for what, times := range n {
		if strings.HasPrefix(what, "020 ") && times > 1 && !r.twice {
			r.t.Errorf("%s left %d times", what, times)
		}
	}
	for _, k := range payment.Kinds() {
		if k == payment.Authorize && r.twice {
			continue
		}
		operations := r.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE kind = ?", string(k))
		if left := n[k.Telegram()]; int64(left) > operations {
			r.t.Errorf("%s left %d times for %d operations", k.Telegram(), left, operations)
		}
	}
	for _, op := range r.lines("SELECT operation_id FROM plg_kessai_event WHERE kind = 'operation_succeeded' GROUP BY operation_id HAVING COUNT(*) > 1") {
		r.t.Errorf("operation %s succeeded more than once", op)
	}
}

// checkNotices: what was acknowledged is stored.
func (r *rig) checkNotices() {
	for _, n := range r.sim.Notices() {
		if n.Delivery == "accepted" && r.notice(n.NoticeID) == "" {
			r.t.Errorf("notice %d was acknowledged and is not stored", n.NoticeID)
		}
	}
}

// code is a problem's code.
func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	return ""
}
