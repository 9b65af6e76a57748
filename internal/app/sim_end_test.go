package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// comeToRest takes the faults away and lets days pass: everything that is open has to
// find its end, and both books have to agree.
func (s *simulation) comeToRest() {
	if err := s.sim.SetFaults(paygentsim.Faults{}); err != nil {
		s.t.Fatal(err)
	}
	s.untilDue(3*24*time.Hour, time.Second)
	s.checkAll()
	s.checkNotices()
	s.checkMails()
	// Authorisations end 60 days after they were given, and nobody loses sight of it.
	s.untilDue(62*24*time.Hour, 6*time.Hour)
	s.checkAll()
	s.checkMails()
	for _, p := range s.sim.Payments() {
		if p.Status == paygentsim.Authorized {
			s.t.Errorf("payment %s of %s is still authorised", p.PaymentID, p.TradingID)
		}
	}
}

// untilDue goes from one thing that is due to the next, by steps of at least so much.
func (s *simulation) untilDue(d, least time.Duration) {
	ctx := context.Background()
	for end := s.Now().Add(d); ; {
		s.work()
		_, soonest, err := s.app.Step(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		if _, next, err := s.sim.Step(ctx); err != nil {
			s.t.Fatal(err)
		} else if !next.IsZero() && (soonest.IsZero() || next.Before(soonest)) {
			soonest = next
		}
		if soonest.IsZero() || soonest.After(end) {
			s.Advance(end.Sub(s.Now()))
			s.check()
			return
		}
		s.Advance(max(soonest.Sub(s.Now()), least))
		s.steps++
		s.check()
	}
}

// checkAll checks every order, whether it changed or not: nothing is open, and the
// payments stand where the centre says.
func (s *simulation) checkAll() {
	s.checkStock()
	books := s.centreBooks()
	known := map[string]*ledger.Payment{}
	for _, p := range s.purchases {
		state := s.checkOrder(p.id, books[int64(p.id)])
		l := s.view(p.id)
		if l.Order.Status == order.Pending || l.Hold != nil && l.Hold.State == ledger.Held {
			s.t.Errorf("not at rest: %s", state)
		}
		for _, op := range l.Operations {
			if op.State.Open() {
				s.t.Errorf("still open: %s", state)
			}
			if op.Actor == ledger.System {
				s.cover("reversed by itself: " + string(op.State))
			}
		}
		s.checkStatus(l, state)
		for _, pay := range l.Payments {
			for _, id := range pay.PaymentIDs {
				known[id] = pay
			}
		}
		for _, kind := range s.openAlerts(p.id) {
			s.cover("alert at the end " + kind)
		}
	}
	for _, p := range s.sim.Payments() {
		pay := known[p.PaymentID]
		if pay == nil {
			if p.Status.Live() {
				s.t.Errorf("the centre holds %s of %s, which nobody knows", p.PaymentID, p.TradingID)
			}
			continue
		}
		if want := phaseOf(p.Status); pay.Phase != want {
			s.t.Errorf("%s of %s is %s%s for us, and the centre says %s", p.PaymentID, p.TradingID, pay.Phase, pay.End, p.Status)
		}
		s.cover("end " + string(p.Status) + " " + string(pay.Phase) + " " + string(pay.End))
	}
}

// checkStatus: an order at rest stands where its payment put it.
func (s *simulation) checkStatus(l *ledger.Ledger, state string) {
	var may []order.Status
	switch p := l.Current(); {
	case p != nil && p.Phase == payment.Authorised:
		may = []order.Status{order.New, order.InProgress, order.Delivered}
	case p != nil && p.Phase == payment.Captured:
		may = []order.Status{order.Paid, order.InProgress, order.Delivered}
		if l.Order.PaymentDate.IsZero() {
			s.t.Errorf("paid on no day: %s", state)
		}
	default:
		may = []order.Status{order.Processing, order.Canceled, order.Delivered}
	}
	if !slices.Contains(may, l.Order.Status) {
		s.t.Errorf("the order stands where its payment does not: %s", state)
	}
}

// phaseOf is where a payment must stand for us.
func phaseOf(s paygentsim.Status) payment.Phase {
	switch s {
	case paygentsim.Authorized:
		return payment.Authorised
	case paygentsim.Captured, paygentsim.CapturedFinal:
		return payment.Captured
	}
	return payment.Ended
}

// checkNotices: what was acknowledged is stored, and nothing stored waits.
func (s *simulation) checkNotices() {
	type row struct {
		id            int64
		state, reason string
	}
	rows, err := database.List(context.Background(), s.DB.Read(), func(r database.Row) (v row, err error) {
		return v, r.Scan(&v.id, &v.state, &v.reason)
	}, "SELECT notice_id, state, reason FROM plg_kessai_notice ORDER BY notice_id, id")
	if err != nil {
		s.t.Fatal(err)
	}
	stored := map[int64]bool{}
	for _, r := range rows {
		stored[r.id] = true
		switch {
		case r.state == string(ledger.NoticeParked) && r.reason != "":
		case slices.Contains([]string{string(ledger.NoticeApplied), string(ledger.NoticeSuperseded), string(ledger.NoticeForeign)}, r.state):
		default:
			s.t.Errorf("notice %d is %s %s", r.id, r.state, r.reason)
		}
		s.cover("stored notice " + r.state + r.reason)
	}
	for _, n := range s.sim.Notices() {
		if n.Fault != "" {
			s.cover("notice " + string(n.Fault))
		}
		if n.Delivery == paygentsim.DeliveryPending {
			s.t.Errorf("notice %d is still on its way", n.NoticeID)
		}
		if n.Delivery == paygentsim.DeliveryAccepted && !stored[n.NoticeID] {
			s.t.Errorf("notice %d was acknowledged and not stored", n.NoticeID)
		}
	}
}

// checkMails: each placed order got its one mail, and every queued mail left once.
func (s *simulation) checkMails() {
	for what, query := range map[string]string{
		"queued mails that did not leave": "SELECT COUNT(*) FROM plg_kessai_outbox WHERE sent_at IS NULL",
		"mails tried more than once":      "SELECT COUNT(*) FROM plg_kessai_outbox WHERE attempts <> 1",
		"placed orders without their mail": `SELECT COUNT(*) FROM dtb_order o WHERE o.order_date IS NOT NULL
			AND (SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.order_id = o.id AND m.kind = 'order') <> 1`,
		"mails of orders that were never placed": `SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.kind = 'order'
			AND (SELECT order_date FROM dtb_order o WHERE o.id = m.order_id) IS NULL`,
		"orders whose history has not exactly one mail": `SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.kind = 'order'
			AND (SELECT COUNT(*) FROM dtb_mail_history h WHERE h.order_id = m.order_id) <> 1`,
	} {
		if n := s.Number(query); n != 0 {
			s.t.Errorf("%d %s", n, what)
		}
	}
	files, err := filepath.Glob(filepath.Join(s.config.DataDir, "mail", "*.eml"))
	if err != nil {
		s.t.Fatal(err)
	}
	if queued := s.Number("SELECT COUNT(*) FROM plg_kessai_outbox"); int64(len(files)) != queued {
		s.t.Errorf("%d mails were queued, and %d written", queued, len(files))
	}
}

// dump puts every row into the transcript, for the comparison of two runs.
func (s *simulation) dump() {
	for _, table := range []string{
		"plg_kessai_ledger", "plg_kessai_payment", "plg_kessai_payment_id", "plg_kessai_operation", "plg_kessai_hold",
		"plg_kessai_event", "plg_kessai_alert", "plg_kessai_outbox", "plg_kessai_notice", "dtb_order", "dtb_product_stock",
	} {
		rows, err := database.List(context.Background(), s.DB.Read(), anyRow, "SELECT * FROM "+table+" ORDER BY 1, 2")
		if err != nil {
			s.t.Fatal(err)
		}
		for _, row := range rows {
			s.transcript = append(s.transcript, table+" "+row)
		}
	}
	if name := os.Getenv("KESSAI_SIM_TRANSCRIPT"); name != "" {
		if err := os.WriteFile(name, []byte(s.tail(len(s.transcript))), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// anyRow is a row of any table as text.
func anyRow(r database.Row) (string, error) {
	rows, ok := r.(*sql.Rows)
	if !ok {
		return "", fmt.Errorf("a %T has no columns", r)
	}
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values, refs := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		refs[i] = &values[i]
	}
	err = rows.Scan(refs...)
	return fmt.Sprint(values), err
}

// mustCover fails if the run left out what it is for.
func (s *simulation) mustCover(t *testing.T) {
	t.Helper()
	for _, what := range []string{
		"crash planned", "crash sent", "crash effect", "crash answer", "crash settled", "late sender", "replayed",
		"fault 020 timeout_before", "fault 020 timeout_after", "fault 020 cut_after", "fault 020 garbage_after", "fault 020 error_after",
		"fault 022 timeout_after", "fault 021 timeout_after", "fault 094 timeout_before",
		"notice late", "notice duplicate", "notice reordered", "notice lost", "notice bad_hash",
		"delayed 020", "delayed 021", "delayed 022", "notice while a telegram is under way", "reversed by itself: succeeded",
		"staff 売上", "staff 取消", "staff meanwhile", "buyer meanwhile", "staff 発送済み", "buyer gives up", "buyer double", "buyer second tab", "centre resends",
		"centre 20→32", "centre 20→33", "centre 20→40", "centre 40→60", "centre 40→41",
		"refused stock.short", "refused order.amount_changed", "refused payment.already_captured", "refused operation.unknown",
	} {
		if s.covered[what] == 0 {
			t.Errorf("never met: %s", what)
		}
	}
}
