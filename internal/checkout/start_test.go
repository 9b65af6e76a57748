package checkout_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kessai/internal/order"
	"kessai/internal/web/webtest"
)

type sel = goquery.Selection

// TestStartOffline: EC-CUBE's own methods are placed by the confirmation itself, once.
func TestStartOffline(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	confirm := r.confirm(cash)
	for range 2 {
		p := r.Submit(confirm, "#confirm", nil)
		r.at(p, pathComplete, http.StatusOK)
		r.says(p, "main", cash)
	}
	if r.status(1) != order.New {
		t.Errorf("order status %v, want 新規受付", r.status(1))
	}
	if n := r.number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE kind = 'order'"); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	if n := len(r.sim.Requests()); n != 0 {
		t.Errorf("%d telegrams for a bank transfer", n)
	}
}

// TestStartZeroYen: nothing to pay, no card page: 入金済み at once (money.md §6).
func TestStartZeroYen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.exec("UPDATE dtb_product_class SET price02 = 0")
	r.exec("UPDATE dtb_delivery_fee SET fee = 0")
	p := r.Submit(r.confirm(credit), "#confirm", nil)
	r.at(p, pathComplete, http.StatusOK)
	if r.status(1) != order.Paid || r.telegrams("020") != 0 {
		t.Errorf("order status %v, %d telegrams", r.status(1), r.telegrams("020"))
	}
}

// TestStartRecheck: a total that is not the one confirmed is confirmed again, with
// the old and the new.
func TestStartRecheck(t *testing.T) {
	t.Parallel()
	for _, method := range []string{cash, credit} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			confirm := r.confirm(method)
			was := webtest.Text(confirm.Document, ".shop-bar strong")
			r.exec("UPDATE dtb_product_class SET price02 = price02 + 1000 WHERE product_code = 'tenugui-seigaiha'")
			again := r.Submit(confirm, "#confirm", nil)
			r.at(again, "/shopping/confirm", http.StatusOK)
			r.says(again, "#changed", "変更前 "+was)
			r.says(again, "#changed", "変更後 "+webtest.Text(again.Document, ".shop-bar strong"))
			if r.status(1) != order.Processing {
				t.Errorf("order status %v", r.status(1))
			}
			// The old page, in another tab, still says the old total.
			r.at(r.Submit(confirm, "#confirm", nil), "/shopping/confirm", http.StatusOK)
			p := r.Submit(again, "#confirm", nil)
			r.at(p, map[string]string{cash: pathComplete, credit: pathCard}[method], http.StatusOK)
		})
	}
}

func TestStartUnreadable(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := named(r.confirm(cash))
	for _, total := range []string{"", "three thousand", "2320.5", "99999999999999999999"} {
		r.at(r.Post(pathStart, url.Values{"o": {o}, "total": {total}}), pathStart, http.StatusBadRequest)
	}
	if r.status(1) != order.Processing {
		t.Errorf("order status %v", r.status(1))
	}
}

// TestStartShort: the goods went meanwhile. The buyer is told which, where something
// can be done about it.
func TestStartShort(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	confirm := r.confirm(cash)
	r.sellOut()
	p := r.Submit(confirm, "#confirm", nil)
	r.at(p, "/cart", http.StatusOK)
	r.says(p, "#messages", "手ぬぐい「青海波」")
	if r.status(1) != order.Processing {
		t.Errorf("order status %v", r.status(1))
	}
}

func (r *rig) sellOut() {
	r.t.Helper()
	for _, table := range []string{"dtb_product_class", "dtb_product_stock"} {
		r.exec("UPDATE " + table + " SET stock = 0 WHERE stock IS NOT NULL")
	}
}

func TestBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	r.at(r.Get(p.Find(".pay-back a").AttrOr("href", "")), "/shopping", http.StatusOK)
	if r.status(1) != order.Processing {
		t.Errorf("order status %v", r.status(1))
	}
}
