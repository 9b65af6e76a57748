package reconcile_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/verify"
	"kessai/paygent"
)

// checkInvariants holds money.md §11 against everything a test left.
func (r *rig) checkInvariants() {
	for _, b := range r.breaches() {
		if r.broken || r.byHand && (b.Rule == verify.OrderStatus || b.Rule == verify.HoldSum || b.Rule == verify.HoldStatus) {
			continue
		}
		r.t.Errorf("verify: %s: order %d, payment %s: %s", b.Rule, b.Order, b.TradingID, b.Cause)
	}
}

func (r *rig) breaches() (all []verify.Breach) {
	if _, err := verify.New(r.Reader).All(context.Background(), func(b verify.Breach) error {
		all = append(all, b)
		return nil
	}); err != nil {
		r.t.Error(err)
	}
	return all
}

// Worlds to break: each is sound, and returns the order it is about.
func (r *rig) sold() order.ID {
	r.t.Helper()
	id := r.paid()
	if _, err := r.change(id, true, "sold "+id.String()); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	return id
}

// shipped is an order that was delivered and paid for.
func (r *rig) shipped() order.ID {
	r.t.Helper()
	id := r.sold()
	if _, err := r.service.ChangeStatus(r.t.Context(), ledger.StatusChange{Order: id, From: order.Paid, To: order.Delivered, Actor: "staff:1", Key: "ship " + id.String()}); err != nil {
		r.t.Fatal(err)
	}
	return id
}

// shippedAndCanceled is one whose payment staff cancelled: 決済未作成 (decision 0010).
func (r *rig) shippedAndCanceled() order.ID {
	r.t.Helper()
	id := r.shipped()
	if _, err := r.change(id, false, "cancel "+id.String()); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	return id
}

// shippedAndClosed is one whose payment was closed with its test environment.
func (r *rig) shippedAndClosed() order.ID {
	r.t.Helper()
	id := r.shipped()
	p := r.view(id).Current()
	if n, err := r.service.CloseTest(r.t.Context(), id, p.Environment, p.MerchantID, "staff:1"); err != nil || n != 1 {
		r.t.Fatal(n, err)
	}
	return id
}

func (r *rig) declined() order.ID {
	r.t.Helper()
	id := r.order(1)
	if _, err := r.pay(id, refusedCard, "k "+id.String()); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rig) unknown() order.ID {
	r.t.Helper()
	id := r.order(1)
	if _, err := r.pay(id, lostAfter, "k "+id.String()); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rig) parked() order.ID {
	r.t.Helper()
	id := r.paid()
	p := r.view(id).Current()
	if _, said := r.notify(paygent.Notice{PaymentID: p.PaymentID, TradingID: p.TradingID, Type: "03", Status: "40", Amount: 1100}); said != "200 result=0" {
		r.t.Fatal(said)
	}
	return id
}

// goods is what an event of a hold records.
func (r *rig) goods(quantity int) string {
	return fmt.Sprintf(`{"goods":[{"class":%d,"quantity":%d}]}`, r.class, quantity)
}

// loosen takes every constraint off a table, so that what it forbids can be written.
func loosen(table string) []string {
	return []string{"ALTER TABLE " + table + " RENAME TO " + table + "_was", "CREATE TABLE " + table + " AS SELECT * FROM " + table + "_was"}
}

// copied inserts a row again with some columns changed.
func copied(table, where string, changes map[string]string, columns ...string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c
		if to, ok := changes[c]; ok {
			list[i] = to
		}
	}
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(list, ", ") + " FROM " + table + " WHERE " + where
}

// told adds an event to the timeline's end, without a gap.
func told(kind, cause, data string) []string {
	return []string{
		fmt.Sprintf(`INSERT INTO plg_kessai_event (order_id, seq, happened_at, kind, actor, cause, data) SELECT order_id, event_seq + 1, updated_at, '%s', 'system', '%s', '%s' FROM plg_kessai_ledger WHERE order_id = {id}`, kind, cause, data),
		"UPDATE plg_kessai_ledger SET event_seq = event_seq + 1 WHERE order_id = {id}",
	}
}

const otherID = "'01ZZZZZZZZZZZZZZZZZZZZZZZZ'"

// operationColumns are those of a second operation like the first.
func (r *rig) columns(table string) []string {
	return r.lines("SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid")
}

// TestVerify: for each rule, books that break it alone are reported by it alone. The
// damage is done by SQL; nothing of ours writes such books.
func TestVerify(t *testing.T) {
	t.Parallel()
	operation := func(r *rig, where string, changes map[string]string) string {
		changes["id"], changes["idem_key"] = otherID, "NULL"
		return copied("plg_kessai_operation", where, changes, r.columns("plg_kessai_operation")...)
	}
	cases := []struct {
		rule   verify.Rule
		world  func(*rig) order.ID
		damage func(*rig) []string // {id} stands for the order
		says   string
	}{
		{verify.OrderGone, (*rig).declined, sqls("PRAGMA defer_foreign_keys = ON", "DELETE FROM dtb_order_item WHERE order_id = {id}", "DELETE FROM dtb_shipping WHERE order_id = {id}", "DELETE FROM dtb_order WHERE id = {id}"), "dtb_order does not have"},
		{verify.OrderUnreadable, (*rig).paid, sqls("UPDATE dtb_order SET payment_total = 1100.5 WHERE id = {id}"), "it cannot be read"},
		{verify.LedgerMissing, (*rig).paid, sqls("DELETE FROM plg_kessai_ledger WHERE order_id = {id}"), "no ledger"},
		{verify.AliveAmount, (*rig).paid, sqls("UPDATE dtb_order SET payment_total = 900 WHERE id = {id}"), "1100 yen are alive of an order of 900"},
		{verify.AliveAmount, (*rig).sold, sqls("UPDATE plg_kessai_payment SET hand_refunded = 1 WHERE order_id = {id}"), "1099 yen are alive of an order of 1100"},
		{verify.AliveCanceled, (*rig).paid, func(r *rig) []string {
			return slices.Concat(
				sqls("UPDATE dtb_order SET order_status_id = 3 WHERE id = {id}", "UPDATE plg_kessai_ledger SET last_status = 3 WHERE order_id = {id}",
					"UPDATE plg_kessai_hold SET state = 'released', open_key = NULL, released_at = taken_at WHERE order_id = {id}")(r),
				told("hold_released", "staff", r.goods(-1)), told("order_moved", "staff", `{"order_from":1,"order_to":3}`))
		}, "1100 yen are alive of a cancelled order"},
		{verify.OrderUnpaid, (*rig).paid, sqls("UPDATE plg_kessai_payment SET phase = 'ended', end_reason = 'declined', status = '11', ended_at = begun_at WHERE order_id = {id}"), "no payment waits or is alive"},
		{verify.OrderUnpaid, (*rig).shippedAndCanceled, sqls("UPDATE plg_kessai_alert SET closed_at = opened_at WHERE order_id = {id}"), "no payment waits or is alive"},
		{verify.OrderUnpaid, (*rig).shippedAndClosed, sqls("UPDATE plg_kessai_alert SET closed_at = opened_at WHERE order_id = {id}"), "no payment waits or is alive"},
		{verify.OrderUnpaid, func(r *rig) order.ID { return r.order(1) }, sqls("UPDATE dtb_order SET order_status_id = 1 WHERE id = {id}"), "no payment waits or is alive"},
		{verify.CapturedAmount, (*rig).sold, sqls("UPDATE plg_kessai_operation SET amount = 1101 WHERE order_id = {id} AND kind = 'capture'"), "1101 yen were captured of a payment of 1100"},
		{verify.SucceededTwice, (*rig).sold, func(r *rig) []string {
			return []string{operation(r, "order_id = {id} AND kind = 'capture'", map[string]string{})}
		}, "both succeeded"},
		{verify.SucceededTwice, (*rig).sold, sqls("UPDATE plg_kessai_event SET kind = 'operation_succeeded' WHERE order_id = {id} AND kind = 'operation_planned' AND cause = '' AND operation_id = (SELECT id FROM plg_kessai_operation WHERE order_id = {id} AND kind = 'capture')"), "succeeded 2 times"},
		{verify.OpenKey, (*rig).paid, loose("plg_kessai_operation", "UPDATE plg_kessai_operation SET open_key = 'order:{id}' WHERE order_id = {id}"), "still has the key"},
		{verify.OpenKey, (*rig).unknown, sqls("UPDATE plg_kessai_operation SET open_key = 'order:999' WHERE order_id = {id}"), `with the key "order:999"`},
		{verify.OpenTwice, (*rig).unknown, func(r *rig) []string {
			return []string{operation(r, "order_id = {id}", map[string]string{"open_key": "'payment:' || payment_id"})}
		}, "are both open"},
		{verify.OpenTwice, (*rig).unknown, func(r *rig) []string {
			return append(loosen("plg_kessai_operation"), operation(r, "order_id = {id}", map[string]string{"kind": "'change_amount'"}))
		}, "are both open"},
		{verify.SagaStep, (*rig).sold, sqls("UPDATE plg_kessai_operation SET parent_id = (SELECT id FROM plg_kessai_operation WHERE order_id = {id} AND kind = 'authorize') WHERE order_id = {id} AND kind = 'capture'"), "no saga of the order"},
		{verify.OperationDue, (*rig).unknown, sqls("UPDATE plg_kessai_operation SET due_at = NULL WHERE order_id = {id}"), "no worker will look at it"},
		{verify.OperationDue, (*rig).unknown, sqls("UPDATE plg_kessai_operation SET owner = 'node-9', lease_until = NULL WHERE order_id = {id}"), "without a lease"},
		{verify.OperationDue, (*rig).unknown, sqls("UPDATE plg_kessai_operation SET state = 'sent', deadline_at = NULL WHERE order_id = {id}"), "without a deadline"},
		{verify.OperationDue, (*rig).unknown, sqls("UPDATE plg_kessai_operation SET unknown_at = NULL WHERE order_id = {id}"), "since when"},
		{verify.OperationDue, (*rig).paid, sqls("UPDATE plg_kessai_operation SET owner = 'node-9' WHERE order_id = {id}"), "somebody's"},
		{verify.OperationDue, (*rig).paid, sqls("UPDATE plg_kessai_operation SET settled_at = NULL WHERE order_id = {id}"), "since when"},
		{verify.HoldTwice, (*rig).paid, func(r *rig) []string {
			again := copied("plg_kessai_hold", "order_id = {id}", map[string]string{"id": otherID}, r.columns("plg_kessai_hold")...)
			return slices.Concat(loosen("plg_kessai_hold"), []string{again}, told("hold_taken", "", r.goods(1)))
		}, "2 holds are not released"},
		{verify.HoldSum, (*rig).declined, sqls("UPDATE plg_kessai_event SET kind = 'inquired' WHERE order_id = {id} AND kind = 'hold_released'"), "taken 1 times and given back 0 times"},
		{verify.HoldSum, (*rig).paid, sqls(`UPDATE plg_kessai_hold SET movements = REPLACE(movements, '"quantity":1', '"quantity":4') WHERE order_id = {id}`), "unreleased holds say 4"},
		{verify.HoldSum, (*rig).paid, sqls("UPDATE plg_kessai_hold SET movements = '[]' WHERE order_id = {id}"), "unreleased holds say 0"},
		{verify.HoldSum, (*rig).paid, sqls("UPDATE plg_kessai_hold SET points = points + 500 WHERE order_id = {id}"), "unreleased holds say 500"},
		{verify.HoldSum, (*rig).paid, func(r *rig) []string { return told("hold_changed", "staff", r.goods(2)) }, "the timeline holds 3"},
		{verify.HoldSum, (*rig).declined, sqls(`UPDATE plg_kessai_event SET data = REPLACE(data, '"quantity":1', '"quantity":2') WHERE order_id = {id} AND kind = 'hold_taken'`), "the timeline holds 1"},
		{verify.HoldUnheld, (*rig).paid, func(r *rig) []string {
			return slices.Concat(told("hold_changed", "staff", `{"points":-1}`), told("hold_changed", "staff", `{"points":1}`))
		}, "gives back what was not taken"},
		{verify.HoldUnheld, (*rig).paid, func(r *rig) []string {
			return slices.Concat(told("hold_changed", "staff", r.goods(-2)), told("hold_changed", "staff", r.goods(2)))
		}, "gives back what was not taken"},
		{verify.HoldUnheld, (*rig).declined, sqls("UPDATE plg_kessai_event SET kind = CASE kind WHEN 'hold_taken' THEN 'hold_released' ELSE 'hold_taken' END WHERE order_id = {id} AND kind IN ('hold_taken', 'hold_released')"), "gives back what was not taken"},
		{verify.HoldUnheld, (*rig).paid, sqls("UPDATE plg_kessai_event SET seq = 1000 - seq + (SELECT SUM(seq) FROM plg_kessai_event WHERE order_id = {id} AND kind IN ('hold_taken', 'hold_committed')) WHERE order_id = {id} AND kind IN ('hold_taken', 'hold_committed')", "UPDATE plg_kessai_event SET seq = seq - 1000 WHERE order_id = {id} AND seq > 1000"), "commits what was not taken"},
		{verify.HoldStatus, (*rig).declined, sqls("UPDATE plg_kessai_hold SET state = 'held', open_key = order_id, released_at = NULL WHERE order_id = {id}", "UPDATE plg_kessai_event SET kind = 'inquired' WHERE order_id = {id} AND kind = 'hold_released'"), "keeps its goods"},
		{verify.HoldStatus, (*rig).unknown, sqls("UPDATE plg_kessai_hold SET state = 'released', open_key = NULL, released_at = taken_at WHERE order_id = {id}", "UPDATE plg_kessai_event SET kind = 'inquired' WHERE order_id = {id} AND kind = 'hold_taken'"), "without its goods held"},
		{verify.HoldStatus, (*rig).paid, sqls("UPDATE plg_kessai_hold SET state = 'held' WHERE order_id = {id}"), "without its goods taken"},
		{verify.StockColumns, (*rig).paid, sqls("UPDATE dtb_product_class SET stock = stock + 1 WHERE id = (SELECT MIN(product_class_id) FROM dtb_product_stock WHERE stock = 8)"), "dtb_product_stock says 8, dtb_product_class 9"},
		{verify.NoticeState, (*rig).paid, sqls("UPDATE plg_kessai_notice SET reason = 'amount' WHERE order_id = {id}"), "parked as amount"},
		{verify.NoticeState, (*rig).paid, sqls("UPDATE plg_kessai_notice SET state = 'received', due_at = NULL WHERE order_id = {id}"), "no worker will look at it"},
		{verify.NoticeState, (*rig).paid, sqls("UPDATE plg_kessai_notice SET due_at = 1 WHERE order_id = {id}"), "still to be tried"},
		{verify.NoticeState, (*rig).parked, loose("plg_kessai_notice", "UPDATE plg_kessai_notice SET reason = '' WHERE order_id = {id} AND state = 'parked'"), "parked without a reason"},
		{verify.NoticeState, (*rig).foreign, sqls("UPDATE plg_kessai_notice SET state = 'applied' WHERE order_id IS NULL"), "it is applied, and to no order"},
		{verify.NoticeUntold, (*rig).paid, sqls("UPDATE plg_kessai_event SET kind = 'inquired' WHERE order_id = {id} AND kind = 'notice_applied'"), "the timeline does not say so"},
		{verify.NoticeUntold, (*rig).parked, sqls("DELETE FROM plg_kessai_alert WHERE order_id = {id}"), "nobody was told"},
		{verify.MailTwice, (*rig).paid, func(r *rig) []string {
			again := copied("plg_kessai_outbox", "order_id = {id}", map[string]string{"id": otherID}, r.columns("plg_kessai_outbox")...)
			return append(loosen("plg_kessai_outbox"), again)
		}, "more than once"},
		{verify.EventGap, (*rig).paid, sqls("UPDATE plg_kessai_event SET seq = seq + 1 WHERE order_id = {id} AND seq = (SELECT MAX(seq) FROM plg_kessai_event WHERE order_id = {id})"), "is due"},
		{verify.EventGap, (*rig).paid, sqls("UPDATE plg_kessai_ledger SET event_seq = event_seq + 1 WHERE order_id = {id}"), "the ledger counts"},
		{verify.OrderChain, (*rig).paid, sqls(`UPDATE plg_kessai_event SET data = '{"order_from":4,"order_to":1}' WHERE order_id = {id} AND kind = 'order_moved' AND seq > (SELECT MIN(seq) FROM plg_kessai_event WHERE order_id = {id} AND kind = 'order_moved')`), "it stood in 7"},
		{verify.OrderChain, (*rig).paid, sqls(`UPDATE plg_kessai_event SET data = '{"order_from":7,"order_to":6}' WHERE order_id = {id} AND kind = 'order_moved' AND seq > (SELECT MIN(seq) FROM plg_kessai_event WHERE order_id = {id} AND kind = 'order_moved')`), "the ledger wrote 1"},
		{verify.OrderStatus, (*rig).paid, sqls("UPDATE dtb_order SET order_status_id = 4 WHERE id = {id}"), "the ledger left it in 1"},
		{verify.AlertOpen, (*rig).paid, open(ledger.AlertUnknown, "some-operation"), "operation some-operation is not"},
		{verify.AlertOpen, (*rig).declined, openOnPayment(ledger.AlertReversing), "not alive"},
		{verify.AlertOpen, (*rig).declined, openOnPayment(ledger.AlertDouble), "not alive"},
		{verify.AlertOpen, (*rig).paid, openOnPayment(ledger.AlertTransit), "nobody is at work"},
		{verify.AlertOpen, (*rig).paid, openOnPayment(ledger.AlertAmountOpen), "nothing is left to change"},
		{verify.AlertOpen, (*rig).paid, open(ledger.AlertNoticeParked, "notice:7:x"), "notice:7:x is done with"},
		{verify.AlertUntold, (*rig).paid, sqls("INSERT INTO plg_kessai_alert (order_id, kind, cause, opened_at, closed_at, data) VALUES ({id}, 'stock_short', 'x', 1, 2, '{}')"), "not in the timeline"},
		{verify.PaymentState, (*rig).paid, sqls("UPDATE plg_kessai_payment SET status = '32' WHERE order_id = {id}"), "to which nothing leads"},
		{verify.PaymentState, (*rig).sold, sqls("UPDATE plg_kessai_payment SET end_reason = 'refunded' WHERE order_id = {id}"), "to which nothing leads"},
		{verify.PaymentTimes, (*rig).sold, sqls("UPDATE plg_kessai_payment SET captured_at = NULL WHERE order_id = {id}"), "since when"},
		{verify.PaymentUnwatched, (*rig).paid, sqls("UPDATE plg_kessai_payment SET ask_at = NULL WHERE order_id = {id}"), "nobody will ask"},
		{verify.PaymentUnwatched, (*rig).sold, sqls("UPDATE plg_kessai_payment SET status = '42', transit_at = captured_at, ask_at = NULL WHERE order_id = {id}"), "nobody will ask"},
		{verify.PaymentID, (*rig).paid, sqls("DELETE FROM plg_kessai_payment_id WHERE payment_id = (SELECT id FROM plg_kessai_payment WHERE order_id = {id})"), "not registered"},
		{verify.PaymentID, (*rig).paid, sqls("UPDATE plg_kessai_payment_id SET environment = 'test' WHERE payment_id = (SELECT id FROM plg_kessai_payment WHERE order_id = {id})"), "its id"},
		{verify.PaymentID, (*rig).paid, sqls("UPDATE plg_kessai_payment SET payment_id = (SELECT paygent_id FROM plg_kessai_payment_id WHERE payment_id <> plg_kessai_payment.id) WHERE order_id = {id}"), "not registered"},
		{verify.CurrentPayment, (*rig).paid, sqls("UPDATE plg_kessai_ledger SET current_id = " + otherID + " WHERE order_id = {id}"), "none of its payments"},
		{verify.CurrentPayment, (*rig).paid, sqls("UPDATE plg_kessai_payment SET replaces_id = " + otherID + " WHERE order_id = {id}"), "none of the order's payments"},
		{verify.CardOutcome, (*rig).paid, func(r *rig) []string {
			return []string{
				"INSERT INTO plg_kessai_card (id, customer_id, environment, merchant_id, paygent_card_id, kept_key, brand, masked_number, valid_term, fingerprint, created_at) SELECT " +
					otherID + ", 7, environment, merchant_id, '1', '1', 'V', '', '', '', begun_at FROM plg_kessai_payment WHERE order_id = {id}",
				operation(r, "order_id = {id}", map[string]string{"order_id": "NULL", "payment_id": "NULL", "customer_id": "7", "card_id": otherID, "kind": "'delete_card'"}),
			}
		}, "is kept"},
	}
	covered := map[verify.Rule]bool{}
	for i, tt := range cases {
		covered[tt.rule] = true
		t.Run(fmt.Sprintf("%s %d", tt.rule, i), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.paid() // another order stays sound
			id := tt.world(r)
			for _, b := range r.breaches() {
				t.Fatalf("before the damage: %+v", b)
			}
			r.broken = true
			for _, q := range tt.damage(r) {
				r.Exec(strings.ReplaceAll(q, "{id}", id.String()))
			}
			found := r.breaches()
			if len(found) == 0 {
				t.Error("nothing was noticed")
			}
			for _, b := range found {
				if b.Rule != tt.rule || b.Order != id && b.Subject == "" || !strings.Contains(b.Cause, tt.says) {
					t.Errorf("%+v", b)
				}
			}
		})
	}
	for _, rule := range verify.Rules() {
		if !covered[rule] {
			t.Errorf("no case breaks %s", rule)
		}
	}
}

func sqls(list ...string) func(*rig) []string { return func(*rig) []string { return list } }

func loose(table string, list ...string) func(*rig) []string {
	return func(*rig) []string { return append(loosen(table), list...) }
}

// open opens an alert, and tells so.
func open(kind ledger.AlertKind, cause string) func(*rig) []string {
	return sqls(append(told("alert_opened", cause, fmt.Sprintf(`{"alert":"%s"}`, kind)),
		fmt.Sprintf("INSERT INTO plg_kessai_alert (order_id, kind, cause, opened_at, data) VALUES ({id}, '%s', '%s', 1, '{}')", kind, cause))...)
}

// openOnPayment opens one about the order's payment.
func openOnPayment(kind ledger.AlertKind) func(*rig) []string {
	return func(r *rig) []string {
		return open(kind, r.view(r.orders[len(r.orders)-1]).Payments[0].ID)(r)
	}
}

// foreign is an order beside a notice of another shop's.
func (r *rig) foreign() order.ID {
	r.t.Helper()
	id := r.paid()
	if _, said := r.notify(paygent.Notice{PaymentID: "9999999", TradingID: "Z999999", Status: "20", Amount: 500}); said != "200 result=0" {
		r.t.Fatal(said)
	}
	return id
}
