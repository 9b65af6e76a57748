package reconcile_test

import (
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestTwoPressesAtOneMoment: while the telegram of one is under way another one, from
// another tab or by another person, is refused in words and sends nothing.
func TestTwoPressesAtOneMoment(t *testing.T) {
	t.Parallel()
	type press struct {
		button payment.Button
		sent   string // its telegram
		status order.Status
		phase  payment.Phase
		stock  int64
	}
	sale := press{payment.SaleButton, "022", order.Paid, payment.Captured, 9}
	cancel := press{payment.CancelButton, "021", order.Canceled, payment.Ended, 10}
	change := press{payment.AuthChangeButton, "020", order.New, payment.Authorised, 9}
	for name, tt := range map[string]struct{ first, second press }{
		"売上, then 取消": {sale, cancel}, "取消, then 売上": {cancel, sale}, "売上, then オーソリ変更": {sale, change},
		"オーソリ変更, then 売上": {change, sale}, "オーソリ変更, then 取消": {change, cancel}, "取消, then オーソリ変更": {cancel, change}, "売上 twice": {sale, sale},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			total := int64(1100)
			if tt.first == change || tt.second == change {
				total = 1500
				r.total(id, total)
			}
			p := r.view(id).Current()
			do := func(s *ledger.Service, b payment.Button, key string) error {
				_, err := s.Change(t.Context(), ledger.Change{
					Order: id, PaymentID: p.ID, Button: b, Amount: p.Amount, Total: order.Yen(total), Differs: true, Actor: "staff:1", Key: key,
				})
				return err
			}
			var second error
			r.spy.during = func() { second = do(r.node("node-2"), tt.second.button, "second") }
			before := len(r.wire.sent)
			if err := do(r.service, tt.first.button, "first"); err != nil {
				t.Fatal(err)
			}
			if code(second) != "operation.open" {
				t.Errorf("the second: %v", second)
			}
			for _, sent := range r.wire.sent[before:] {
				if kind := sent.Get("telegram_kind"); kind == tt.second.sent && kind != tt.first.sent && !(tt.first == change && kind == "021") {
					t.Errorf("the second's %s left", kind)
				}
			}
			if tt.first == change {
				r.rest(true)
				r.changed(id, total, true)
				return
			}
			r.total(id, 1100)
			r.settle()
			r.expect(id, tt.first.status, tt.first.phase, tt.first.stock)
			if n := r.wire.count(tt.first.sent, ""); n != 1 {
				t.Errorf("%s left %d times", tt.first.sent, n)
			}
		})
	}
}

// TestTwoSubmitsAtOneMoment: two tabs, two cards, one authorisation.
func TestTwoSubmitsAtOneMoment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	var second error
	r.spy.during = func() { _, second = r.pay(id, goodCard, "second") }
	if _, err := r.pay(id, goodCard, "first"); err != nil {
		t.Fatal(err)
	}
	if code(second) != "order.payment_running" || r.wire.count("020", "") != 1 {
		t.Errorf("the second: %v, 020 left %d times", second, r.wire.count("020", ""))
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestGoneBeforeAnyRequest: stock that ran out, or points that are spent, stop each method
// before anything is written or sent.
func TestGoneBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	for _, s := range payment.Schemes() {
		for name, tt := range map[string]struct {
			take func(*rig, order.ID)
			want string
		}{
			"stock": {func(r *rig, _ order.ID) {
				r.stock = 0
				r.Exec("UPDATE dtb_product_stock SET stock = 0 WHERE product_class_id = ?", r.class)
				r.Exec("UPDATE dtb_product_class SET stock = 0 WHERE id = ?", r.class)
			}, "stock.short"},
			"the class": {func(r *rig, _ order.ID) {
				r.stock = 0
				r.Exec("DELETE FROM dtb_product_stock WHERE product_class_id = ?", r.class)
				r.broken = true
			}, "stock.gone"},
		} {
			t.Run(s.Class()+" "+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				id := r.methodOrder(s)
				tt.take(r, id)
				_, err := r.begin(id, "k", ledger.Beside{Token: "t", Store: "00C002"}, payment.SoftBank)
				l := r.view(id)
				if code(err) != tt.want || l.Order.Status != order.Processing || len(l.Payments)+len(l.Operations) != 0 || l.Hold != nil {
					t.Errorf("%v; in %s with %d payments", err, l.Order.Status.Name(), len(l.Payments))
				}
				if len(r.wire.sent)+len(r.spy.commands) != 0 {
					t.Error("something was sent")
				}
			})
		}
	}
}
