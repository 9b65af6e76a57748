package checkout_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web/webtest"
	"kessai/paygentsim"
)

// TestStep: wherever a buyer comes from (a reload, the back button, an old tab), the
// page is that of the step the order is at.
func TestStep(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		bring func(r *rig, p webtest.Page)
		want  string
	}{
		"before the buyer": {func(*rig, webtest.Page) {}, pathCard},
		"declined":         {func(r *rig, p webtest.Page) { r.pay(p, declinedCard) }, pathCard},
		"unknown":          {func(r *rig, p webtest.Page) { r.pay(p, lostAnswer) }, pathWait},
		"placed":           {func(r *rig, p webtest.Page) { r.pay(p, goodCard) }, pathComplete},
		"cancelled":        {func(r *rig, p webtest.Page) { r.pay(p, goodCard); r.cancel() }, pathComplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			p := r.card()
			tt.bring(r, p)
			o := url.Values{"o": {named(p)}, "total": p.Find("input[name=total]").Map(func(_ int, s *sel) string { return s.AttrOr("value", "") })}
			sent := r.telegrams("020")
			for _, path := range []string{pathCard, pathWait, pathComplete} {
				r.at(r.Get(path+"?"+o.Encode()), tt.want, http.StatusOK)
			}
			r.at(r.Post(pathStart, o), tt.want, http.StatusOK)
			if name == "unknown" {
				r.at(r.Post(pathGiveUp, o), tt.want, http.StatusOK)
			}
			if n := r.telegrams("020"); n != sent {
				t.Errorf("%d telegrams 020 by looking around", n-sent)
			}
		})
	}
}

// cancel is the staff's 取消 of the first order.
func (r *rig) cancel() {
	r.t.Helper()
	l, err := r.app.Ledger.View(r.t.Context(), 1)
	r.ok(err)
	p := l.Current()
	_, err = r.app.Ledger.Change(r.t.Context(), ledger.Change{Order: 1, PaymentID: p.ID, Button: payment.CancelButton, Amount: p.Amount, Actor: "staff:1", Key: "cancel-1"})
	r.ok(err)
}

func TestCancelledOrderIsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	r.pay(p, goodCard)
	r.cancel()
	p = r.Get(pathComplete + "?o=" + named(p))
	r.says(p, "h1", "このご注文は取り消されました")
	if webtest.Text(p.Document, ".completed") != "" {
		t.Error("a cancelled order is thanked for")
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.pay(r.card(), goodCard)
	r.at(p, pathComplete, http.StatusOK)
	r.says(p, "h1", "ご注文完了")
	r.says(p, ".order-no", "1")
	r.says(p, "main", "hanako@example.com")
	if n := p.Find("form, .btn-main").Length(); n != 0 {
		t.Error("something looks like a second payment")
	}
	if r.status(1) != order.New {
		t.Errorf("order status %v", r.status(1))
	}
	r.says(r.Get("/cart"), "main", "カート内に商品はございません")
}

func TestWait(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	// The first question has no answer either.
	r.ok(r.sim.ForceFault("094", paygentsim.ErrorBefore))
	p := r.pay(r.card(), lostAnswer)
	r.at(p, pathWait, http.StatusOK)
	r.says(p, "main", "二重に請求されることはありません")
	r.says(p, "main", "画面を閉じても確認は続きます")
	if p.Find(`meta[http-equiv="refresh"]`).Length() != 1 {
		t.Error("the page does not refresh itself")
	}
	for range 3 {
		_, _, err := r.app.Step(t.Context())
		r.ok(err)
		r.advance(30 * time.Second)
	}
	p = r.Get(p.Path)
	r.at(p, pathComplete, http.StatusOK)
	if n := r.telegrams("020"); n != 1 {
		t.Errorf("%d telegrams 020", n)
	}
}

// TestGiveUp: what is unknown cannot be given up, and what was placed meanwhile is
// not said to be.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	o := url.Values{"o": {named(p)}}
	wait := r.pay(p, lostAnswer)
	r.at(wait, pathWait, http.StatusOK)
	refused := r.Post(pathGiveUp, o)
	r.at(refused, pathWait, http.StatusOK)
	r.says(refused, "#messages", "いまは中止できません")
	if r.status(1) != order.Pending {
		t.Errorf("order status %v", r.status(1))
	}
	_, _, err := r.app.Step(t.Context())
	r.ok(err)
	placed := r.Post(pathGiveUp, o)
	r.at(placed, pathComplete, http.StatusOK)
	if said := webtest.Text(placed.Document, "#messages"); said != "" {
		t.Errorf("a placed order, and the buyer reads: %s", said)
	}
}

// TestGiveUpStranded: an order in 7 without an operation can be given up; the cart
// stays, and its goods are free again.
func TestGiveUpStranded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	r.exec("UPDATE dtb_order SET order_status_id = 7")
	given := r.Post(pathGiveUp, url.Values{"o": {named(p)}})
	r.at(given, "/cart", http.StatusOK)
	r.says(given, "#messages", "お支払いを中止しました。")
	if given.Find(".line").Length() != 1 {
		t.Error("the cart is empty")
	}
	if r.status(1) != order.Processing {
		t.Errorf("order status %v", r.status(1))
	}
}

// TestTokens: without an order's own token no page tells or does anything.
func TestTokens(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	good := named(r.card())
	forged := good[:len(good)-1] + map[bool]string{true: "A", false: "B"}[good[len(good)-1] != 'A']
	for _, o := range []string{"", "1", forged, "ご注文"} {
		for _, path := range []string{pathCard, pathWait, pathComplete} {
			r.at(r.Get(path+"?o="+url.QueryEscape(o)), path, http.StatusNotFound)
		}
		for _, path := range []string{pathStart, pathCard, pathGiveUp} {
			r.at(r.Post(path, url.Values{"o": {o}, "total": {"2320"}, "card_token": {"tok"}}), path, http.StatusNotFound)
		}
	}
	r.advance(14*24*time.Hour + time.Second)
	p := r.Get(pathCard + "?o=" + good)
	r.at(p, pathCard, http.StatusNotFound)
	r.says(p, "main", "ご注文が見つかりません")
	if r.status(1) != order.Processing || r.telegrams("020") != 0 {
		t.Error("something happened to the order")
	}
}

// TestOtherOrder: the token says which order it is, not the session.
func TestOtherOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.card()
	r.pay(first, goodCard)
	second := r.card()
	if named(first) == named(second) {
		t.Fatal("two orders, one token")
	}
	stranger := webtest.NewClient(t, r.app.Handler())
	for n, p := range []webtest.Page{first, second} {
		got := stranger.Get(pathCard + "?o=" + named(p))
		want := []string{pathComplete, pathCard}[n]
		r.at(got, want, http.StatusOK)
		if want == pathComplete {
			r.says(got, ".order-no", fmt.Sprint(n+1))
		}
	}
}
