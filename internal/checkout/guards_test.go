package checkout_test

import (
	"net/http"
	"net/url"
	"testing"

	"kessai/internal/order"
	"kessai/internal/web/webtest"
)

// TestPayElsewhere: the order is not where the card page thought. The buyer is led to where it
// is, and nothing is sent.
func TestPayElsewhere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		bring func(r *rig, p webtest.Page)
		want  string
		says  string // in main
	}{
		"a try under way":            {func(r *rig, _ webtest.Page) { r.exec("UPDATE dtb_order SET order_status_id = 7") }, pathWait, "お支払い"},
		"cancelled":                  {func(r *rig, _ webtest.Page) { r.exec("UPDATE dtb_order SET order_status_id = 3") }, pathComplete, "このご注文は取り消されました"},
		"a payment that is alive":    {func(r *rig, p webtest.Page) { r.pay(p, goodCard); r.exec("UPDATE dtb_order SET order_status_id = 8") }, pathCard, "お支払い"},
		"more points than there are": {func(r *rig, _ webtest.Page) { r.member() }, "/cart", "お支払いは行われていません"},
		"another method": {func(r *rig, _ webtest.Page) {
			p := r.Get("/shopping")
			r.Submit(p, "#procedure", url.Values{"payment": {r.method(p, cash)}})
		}, "/shopping", "お支払い方法が変更されています"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			card := r.card()
			tt.bring(r, card)
			sent, at := r.telegrams("020"), r.status(1)
			p := r.Submit(card, "#card-form", url.Values{"card_token": {r.token(goodCard)}, "key": {"0123456789abcdef0123456789abcdef"}})
			r.at(p, tt.want, http.StatusOK)
			r.says(p, "main", tt.says)
			if r.telegrams("020") != sent || r.status(1) != at {
				t.Errorf("%d telegrams more, order status %v", r.telegrams("020")-sent, r.status(1))
			}
		})
	}
}

// member makes the order that of a member, who has spent their points elsewhere meanwhile.
func (r *rig) member() {
	r.t.Helper()
	r.exec(`INSERT INTO dtb_customer (id, customer_status_id, name01, name02, email, secret_key, point, buy_times, buy_total, create_date, update_date, discriminator_type, password)
VALUES (7, 2, '山田', '花子', 'hanako@example.com', 'secret', 5, 0, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'customer', 'x')`)
	r.exec("UPDATE dtb_order SET use_point = 6, customer_id = 7")
}

// TestPayOddClass: a way to pay that no page offers is no lump sum.
func TestPayOddClass(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.Submit(r.card(), "#card-form", url.Values{"card_token": {r.token(goodCard)}, "payment_class": {"10-x"}})
	r.at(p, pathCard, http.StatusUnprocessableEntity)
	r.says(p, "#f-payment_class-error", "支払い回数")
	if r.telegrams("020") != 0 {
		t.Error("paid all the same")
	}
}

// TestPayWrongAfterPaying: an old page with a mistake in it leads to the order that was placed,
// not to a second payment.
func TestPayWrongAfterPaying(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.card()
	r.at(r.pay(card, goodCard), pathComplete, http.StatusOK)
	r.at(r.Submit(card, "#card-form", url.Values{"card_token": {""}}), pathComplete, http.StatusOK)
}

// TestStartAgainWhenPlaced: what was paid for keeps its total, whatever the goods cost by now.
func TestStartAgainWhenPlaced(t *testing.T) {
	t.Parallel()
	for _, method := range []string{cash, credit} {
		r := newRig(t)
		confirm := r.confirm(method)
		p := r.Submit(confirm, "#confirm", nil)
		if method == credit {
			p = r.pay(p, goodCard)
		}
		r.at(p, pathComplete, http.StatusOK)
		total := r.number("SELECT CAST(payment_total AS INTEGER) FROM dtb_order WHERE id = 1")
		r.exec("UPDATE dtb_product_class SET price02 = price02 + 1000 WHERE product_code = 'tenugui-seigaiha'")
		r.at(r.Post(pathStart, url.Values{"o": {named(confirm)}, "total": {confirm.Find("#confirm input[name=total]").AttrOr("value", "")}}), pathComplete, http.StatusOK)
		if now := r.number("SELECT CAST(payment_total AS INTEGER) FROM dtb_order WHERE id = 1"); now != total {
			t.Errorf("%s: a placed order of %d is one of %d", method, total, now)
		}
		if r.status(1) == order.Processing {
			t.Error("it is to be paid again")
		}
	}
}
