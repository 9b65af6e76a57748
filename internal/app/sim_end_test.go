package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// comeToRest takes the faults away and lets days pass, then months: everything that is
// open has to find its end, and both books have to agree.
func (s *simulation) comeToRest() {
	s.resting, s.touchedBy = true, 0
	if err := errors.Join(s.sim.SetFaults(paygentsim.Faults{}), s.sim.SetPace(paygentsim.Pace{})); err != nil {
		s.t.Fatal(err)
	}
	for _, n := range s.nodes {
		n.fast = 0
		if n.app == nil {
			s.start(n)
		}
	}
	s.pick()
	s.endTransit()
	s.untilDue(2*time.Hour, time.Minute)
	s.endTransit() // of what a slow centre still moved, which since waits for nothing
	s.untilDue(4*24*time.Hour, 2*time.Hour)
	s.settleSilent()
	if s.t.Failed() {
		return
	}
	s.checkAll(false)
	s.checkMails()
	// Numbers, pages and authorisations end, some 60 days after they were given, and
	// nobody loses sight of it.
	s.untilDue(70*24*time.Hour, 12*time.Hour)
	if s.t.Failed() {
		return
	}
	s.checkAll(true)
	s.checkCards()
	s.checkEverything()
	s.checkNotices()
	s.checkMails()
	if n := s.Number("SELECT COUNT(*) FROM plg_kessai_job WHERE state NOT IN ('done', 'canceled')"); n != 0 {
		s.bad(0, "%d jobs are not done", n)
	}
}

// settleSilent has a person settle what nobody else can (money.md §3): where a re-authorisation bears
// the former trading_id, by which 094 finds several, whether it happened, of which no notice has told,
// or whether the former payment ended by our telegram or by a correction at the centre; and the latter
// where the centre lost differences by which it might have told of a correction.
func (s *simulation) settleSilent() {
	for _, p := range s.purchases {
		op := s.silent(p)
		if op == nil || !slices.ContainsFunc(s.view(p.id).Payments, (*ledger.Payment).ReusesID) && !s.lostSince(p, op) {
			continue
		}
		if at := s.heirOf(p, op); at != nil { // a person sees to it first
			s.move(p, *at, map[paygentsim.Status]paygentsim.Status{paygentsim.Authorized: paygentsim.AuthorizationCancelled, paygentsim.Captured: paygentsim.CaptureCancelled}[at.Status])
			p.outside = true
		}
		s.settleOf(p, op)
		if again := s.silent(p); again != nil && again.ID == op.ID && s.resting {
			s.bad(p.id, "nobody can settle %s", op.ID)
		}
		s.untilDue(2*time.Hour, time.Minute)
	}
}

// lostSince reports a cancellation, put before a person, of a payment of which 094 tells an end, where
// differences were lost after that end or too shortly before it.
func (s *simulation) lostSince(p *purchase, op *ledger.Operation) bool {
	if !cancelsCard(op) ||
		!slices.Contains(s.openAlerts(p.id), string(ledger.AlertUnknown)) {
		return false
	}
	ended := find(s.view(p.id), op.PaymentID).EndedAt
	lost := time.UnixMilli(s.Number("SELECT COALESCE(MAX(lease_until), 0) FROM plg_kessai_lease WHERE name LIKE 'purged:%'"))
	return !ended.IsZero() && ended.Before(lost.Add(24*time.Hour))
}

// heirOf is what took the place of the payment that an operation was to cancel.
func (s *simulation) heirOf(p *purchase, op *ledger.Operation) *paygentsim.Payment {
	if !cancelsCard(op) {
		return nil
	}
	pay := find(s.view(p.id), op.PaymentID)
	for _, at := range s.books.of(p.id) {
		if at.PaymentID == pay.PaymentID {
			return s.heir(at)
		}
	}
	return nil
}

// endTransit finishes what a hand put on its way at the centre.
func (s *simulation) endTransit() {
	for again := true; again; {
		again = false
		for _, at := range s.sim.Payments() {
			if !payment.Status(at.Status).Transit() || !at.NextAt.IsZero() {
				continue
			}
			if _, err := s.sim.SetStatus(at.PaymentID, at.Moves()[0], true); err != nil {
				s.t.Fatal(err)
			}
			again = true
		}
	}
}

// checkAll checks every order, whether it changed or not: nothing is open, and in the end
// nothing waits and the payments stand where the centre says.
func (s *simulation) checkAll(last bool) {
	s.checkStock()
	for _, p := range s.purchases {
		if p.hand.gone {
			continue
		}
		state := s.checkOrder(p.id)
		l := s.view(p.id)
		for _, op := range l.Operations {
			if op.State.Open() && (last || op.State != payment.Planned) {
				s.bad(p.id, "still open: %s %s", op.Kind, state)
			}
			if op.Actor == ledger.System {
				s.cover("other", "*", "reversed by itself: "+string(op.State))
			}
		}
		if !last {
			continue
		}
		if (l.Order.Status == order.Pending || l.Hold != nil && l.Hold.State == ledger.Held) && !s.paidBeside(l) && !s.paidElsewhere(p.id) {
			s.bad(p.id, "not at rest: %s", state)
		}
		s.checkStatus(l, state)
		s.checkAgreement(p, l, state)
		s.explainAlerts(p, l, state)
	}
}

// checkAgreement: each of the centre's payments is known, and stands for us where it
// stands there.
func (s *simulation) checkAgreement(p *purchase, l *ledger.Ledger, state string) {
	c := &orderCheck{simulation: s, l: l}
	contradicted := p.outside && slices.Contains(s.openAlerts(p.id), string(ledger.AlertContradiction))
	for _, at := range s.books.of(p.id) {
		if at.MerchantID != s.merchant.MerchantID {
			continue
		}
		ours := c.ours(at)
		if ours == nil {
			if at.Status.Live() && len(s.openAlerts(p.id)) == 0 {
				s.bad(p.id, "the centre holds %s of %s, which nobody knows\n%s", at.PaymentID, at.TradingID, state)
			}
			continue
		}
		if !at.Status.Live() && ours.PaymentID != at.PaymentID { // a card refused before another at the same page
			continue
		}
		if contradicted {
			continue // what a hand took back to where it cannot have been is a person's
		}
		if want := phaseOf(at.Status); ours.Phase != want {
			s.bad(p.id, "%s of %s is %s%s for us, and the centre says %s\n%s", at.PaymentID, at.TradingID, ours.Phase, ours.End, at.Status, state)
		}
		s.cover("end", p.label, string(at.Status)+" "+string(ours.End))
	}
}

// checkStatus: an order at rest stands where its payment put it.
func (s *simulation) checkStatus(l *ledger.Ledger, state string) {
	if unmet(l) || s.paidElsewhere(l.Order.ID) { // or by nothing of ours
		return
	}
	var may []order.Status
	alerted := len(s.openAlerts(l.Order.ID)) > 0
	switch p := l.Current(); {
	case l.Order.Total == 0: // whatever it was, there is nothing to pay any more
		return
	case p != nil && p.Phase == payment.Authorised:
		may = []order.Status{order.New, order.InProgress, order.Delivered}
	case p != nil && p.Phase == payment.Captured:
		may = []order.Status{order.Paid, order.InProgress, order.Delivered}
		if l.Order.PaymentDate.IsZero() && !alerted && p.HandRefunded == 0 && l.Order.Status != order.Returned { // of which it is told when the return is taken back
			s.bad(l.Order.ID, "paid on no day: %s", state)
		}
	default:
		may = []order.Status{order.Processing, order.Canceled, order.Returned}
	}
	if by := s.byID[l.Order.ID]; l.Order.Status == order.Paid && by.acts > 0 || l.Order.Status == by.hand.to {
		return // staff may say so themselves, as in EC-CUBE
	}
	if cur := l.Current(); l.Order.Status == order.Returned || cur != nil && cur.HandRefunded == cur.Amount {
		return // whatever became of its money, a person did it
	}
	if !slices.Contains(may, l.Order.Status) && !alerted {
		s.bad(l.Order.ID, "the order stands where its payment does not: %s", state)
	}
}

// phaseOf is where a payment must stand for us in the end.
func phaseOf(s paygentsim.Status) payment.Phase {
	switch p := payment.Status(s); {
	case p.Authorises():
		return payment.Authorised
	case p.Pays():
		return payment.Captured
	}
	return payment.Ended
}

// explainAlerts: what a person is still asked to look at has a reason in what happened.
func (s *simulation) explainAlerts(p *purchase, l *ledger.Ledger, state string) {
	captured, issued := 0, 0
	for _, at := range s.books.of(p.id) {
		if payment.Status(at.Status).Pays() {
			captured++
		}
		issued++
	}
	for _, kind := range s.openAlerts(p.id) {
		s.cover("alert at the end", p.label, kind)
		ok := false
		switch ledger.AlertKind(kind) {
		case ledger.AlertUnknown, ledger.AlertTransit:
		case ledger.AlertShippedUnpaid, ledger.AlertUnmade, ledger.AlertKept:
			ok = p.acts > 0
		case ledger.AlertDouble:
			// Money for an amount that staff changed since counts as another payment's (money.md
			// §6, whose payment); the order's own number has 金額未反映 instead. So does money for a
			// wrong amount, or of a card that the attempt policy refused, if somebody captured it there.
			ok = captured > 0 && (issued > 1 || p.edited || p.cheated || p.outside || p.hand.placed)
		case ledger.AlertPaidCanceled, ledger.AlertStockShort:
			ok = captured > 0 || kind == string(ledger.AlertStockShort) || p.acts > 0
		case ledger.AlertAmount:
			// One that somebody corrected before we knew it counts as one of a wrong amount.
			ok = p.cheated || p.edited || p.outside
		case ledger.AlertAmountOpen:
			ok = p.acts > 0 || p.outside
		case ledger.AlertReversing:
			ok = false
		case ledger.AlertNoticeParked:
			ok = p.outside || p.cheated || p.edited || issued > 1 || s.moved
		case ledger.AlertContradiction:
			ok = p.outside || p.refuses || p.cheated || len(p.clicks) > 0
		}
		if !ok {
			s.bad(p.id, "an alert that nothing explains: %s\n%s", kind, state)
		}
	}
}

// checkNotices: what was acknowledged is stored, and nothing stored waits.
func (s *simulation) checkNotices() {
	type key struct {
		id       int64
		merchant string
	}
	type row struct {
		key
		order         int64
		state, reason string
	}
	rows, err := database.List(context.Background(), s.DB.Read(), func(r database.Row) (v row, err error) {
		return v, r.Scan(&v.id, &v.merchant, &v.order, &v.state, &v.reason)
	}, "SELECT notice_id, merchant_id, COALESCE(order_id, 0), state, reason FROM plg_kessai_notice ORDER BY notice_id, id")
	if err != nil {
		s.t.Fatal(err)
	}
	stored := map[key]bool{}
	for _, r := range rows {
		stored[r.key] = true
		switch {
		case r.state == string(ledger.NoticeParked) && r.reason != "":
		case slices.Contains([]string{string(ledger.NoticeApplied), string(ledger.NoticeSuperseded), string(ledger.NoticeForeign)}, r.state):
		default:
			s.bad(order.ID(r.order), "notice %d is %s %s", r.id, r.state, r.reason)
		}
		s.cover("stored notice", "*", r.state+" "+r.reason)
	}
	for _, n := range s.sim.Notices() {
		if n.Delivery == paygentsim.DeliveryPending {
			s.t.Errorf("notice %d is still on its way", n.NoticeID)
		}
		if n.Delivery == paygentsim.DeliveryAccepted && !stored[key{n.NoticeID, n.MerchantID}] {
			s.t.Errorf("notice %d was acknowledged and not stored", n.NoticeID)
		}
	}
}

// checkMails: each placed order got its one mail, and every queued mail left once.
func (s *simulation) checkMails() {
	for what, query := range map[string]string{
		"queued mails that did not leave": "SELECT COUNT(*) FROM plg_kessai_outbox m WHERE sent_at IS NULL AND EXISTS (SELECT 1 FROM dtb_order o WHERE o.id = m.order_id)",
		"mails tried more than once":      "SELECT COUNT(*) FROM plg_kessai_outbox WHERE attempts <> 1",
		"placed orders without their mail": `SELECT COUNT(*) FROM dtb_order o WHERE o.order_date IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM plg_kessai_event e WHERE e.order_id = o.id AND e.kind = 'order_placed' AND e.actor LIKE 'staff:%')
			AND (SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.order_id = o.id AND m.kind = 'order')
				+ (SELECT COUNT(*) FROM dtb_mail_history h WHERE h.order_id = o.id AND h.mail_subject = '` + hostMail + `') <> 1`,
		"mails of orders that were never placed": `SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.kind = 'order'
			AND EXISTS (SELECT 1 FROM dtb_order o WHERE o.id = m.order_id) AND (SELECT order_date FROM dtb_order o WHERE o.id = m.order_id) IS NULL`,
		"orders whose history has not exactly one mail": `SELECT COUNT(*) FROM plg_kessai_outbox m WHERE m.kind = 'order'
			AND EXISTS (SELECT 1 FROM dtb_order o WHERE o.id = m.order_id) AND (SELECT COUNT(*) FROM dtb_mail_history h WHERE h.order_id = m.order_id) <> 1`,
	} {
		if n := s.Number(query); n != 0 {
			s.t.Errorf("%d %s", n, what)
		}
	}
	files, err := filepath.Glob(filepath.Join(s.config.DataDir, "mail", "*.eml"))
	if err != nil {
		s.t.Fatal(err)
	}
	if queued := s.Number("SELECT COUNT(*) FROM plg_kessai_outbox m WHERE sent_at IS NOT NULL OR EXISTS (SELECT 1 FROM dtb_order o WHERE o.id = m.order_id)"); int64(len(files)) != queued {
		s.t.Errorf("%d mails were queued, and %d written", queued, len(files))
	}
}

// dump puts every row into the transcript, for the comparison of two runs.
func (s *simulation) dump() {
	for _, table := range []string{
		"plg_kessai_ledger", "plg_kessai_payment", "plg_kessai_payment_id", "plg_kessai_operation", "plg_kessai_card", "plg_kessai_hold",
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
