package checkout_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/setting"
	"kessai/internal/web/webtest"
)

// TestPayRefusedForm: what is wrong with the form is said beside the field, and
// nothing is sent.
func TestPayRefusedForm(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change url.Values
		field  string
		says   string
	}{
		"no token":       {url.Values{"card_token": {" "}}, "f-card_number", "カード情報を読み取れませんでした"},
		"too long token": {url.Values{"card_token": {strings.Repeat("t", 201)}}, "f-card_number", "カード情報を読み取れませんでした"},
		"not offered":    {url.Values{"payment_class": {"23"}}, "f-payment_class", "支払い回数"},
		"no class":       {url.Values{"payment_class": {""}}, "f-payment_class", "支払い回数"},
		"odd instalment": {url.Values{"payment_class": {"61-x"}}, "f-payment_class", "支払い回数"},
		"61 without":     {url.Values{"payment_class": {"61"}}, "f-payment_class", "支払い回数"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			form := url.Values{"card_token": {r.token(goodCard)}}
			for k, v := range tt.change {
				form[k] = v
			}
			p := r.Submit(r.card(), "#card-form", form)
			r.at(p, pathCard, http.StatusUnprocessableEntity)
			r.says(p, "#"+tt.field+"-error:not([hidden])", tt.says)
			if p.Find(`#error-summary a[href="#`+tt.field+`"]`).Length() != 1 || p.Find("#"+tt.field).Length() != 1 {
				t.Error("the summary does not lead to the field")
			}
			if r.telegrams("020") != 0 || r.status(1) != order.Processing {
				t.Errorf("%d telegrams, order status %v", r.telegrams("020"), r.status(1))
			}
			r.at(r.pay(p, goodCard), pathComplete, http.StatusOK)
		})
	}
}

// TestPayUnreadable: a form that our page cannot have made.
func TestPayUnreadable(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.card()
	for _, change := range []url.Values{{"key": {""}}, {"key": {"short"}}, {"total": {""}}, {"total": {"1e3"}}} {
		change["card_token"] = []string{r.token(goodCard)}
		p := r.Submit(card, "#card-form", change)
		r.at(p, pathCard, http.StatusBadRequest)
		r.says(p, "main", "もう一度お試しください")
	}
	if r.telegrams("020") != 0 {
		t.Error("a telegram was sent")
	}
}

// TestPayStaleTotal: the page is older than the order.
func TestPayStaleTotal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.card()
	r.exec("UPDATE dtb_order SET total = total + 100, payment_total = payment_total + 100")
	p := r.pay(card, goodCard)
	r.at(p, "/shopping/confirm", http.StatusOK)
	if r.telegrams("020") != 0 || r.status(1) != order.Processing {
		t.Errorf("%d telegrams, order status %v", r.telegrams("020"), r.status(1))
	}
}

// TestPayReplayed: the same page sent again, and many times at once, pays once.
func TestPayReplayed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.card()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			p := r.pay(card, goodCard)
			if at, _, _ := strings.Cut(p.Path, "?"); at != pathComplete && at != pathWait {
				t.Errorf("at %s with %d", p.Path, p.Status)
			}
		})
	}
	wg.Wait()
	r.at(r.pay(card, goodCard), pathComplete, http.StatusOK)
	if n := r.telegrams("020"); n != 1 {
		t.Errorf("%d telegrams 020, want 1", n)
	}
}

// TestPayTwoTabs: two pages with keys of their own pay once too.
func TestPayTwoTabs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one := r.card()
	two := r.Get(pathCard + "?o=" + named(one))
	if one.Find("input[name=key]").AttrOr("value", "") == two.Find("input[name=key]").AttrOr("value", "") {
		t.Fatal("two pages, one key")
	}
	r.at(r.pay(one, goodCard), pathComplete, http.StatusOK)
	r.at(r.pay(two, goodCard), pathComplete, http.StatusOK)
	if n := r.telegrams("020"); n != 1 {
		t.Errorf("%d telegrams 020, want 1", n)
	}
}

func TestPayDeclined(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.pay(r.card(), declinedCard)
	r.at(p, pathCard, http.StatusOK)
	r.says(p, "#refusal", "決済に失敗しました。1G12 カード使用不可（2003）")
	r.says(p, "#refusal", "カードへの請求は行われていません。")
	if href := p.Find("#refusal a").AttrOr("href", ""); href == "" {
		t.Error("the refusal leads to no other method")
	}
	r.at(r.pay(p, goodCard), pathComplete, http.StatusOK)
}

// TestPayWrongAfterADecline: an error of the form stands alone; the refusal of the try
// before would tell something about this one that is not true.
func TestPayWrongAfterADecline(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.pay(r.card(), declinedCard)
	r.says(p, "#refusal", "1G12")
	p = r.Submit(p, "#card-form", url.Values{"card_token": {""}, "payment_class": {"10"}})
	r.at(p, pathCard, http.StatusUnprocessableEntity)
	r.says(p, "#f-card_number-error", "もう一度入力してください")
	if got := webtest.Text(p.Document, "#refusal"); got != "" {
		t.Errorf("the refusal before is told again: %s", got)
	}
}

// TestPayTooMany: after ten refusals another method is needed (protocol.md §4.6).
func TestPayTooMany(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	for range 10 {
		p = r.pay(p, declinedCard)
		r.at(p, pathCard, http.StatusOK)
	}
	p = r.pay(p, goodCard)
	r.at(p, "/shopping", http.StatusOK)
	r.says(p, "#messages", "別の支払方法をお選びください")
	if n := r.telegrams("020"); n != 10 {
		t.Errorf("%d telegrams 020, want 10", n)
	}
	p = r.Submit(p, "#procedure", url.Values{"payment": {r.method(p, cash)}})
	r.at(r.Submit(p, "#confirm", nil), pathComplete, http.StatusOK)
}

// TestPayShort: the last one was sold while the card was typed.
func TestPayShort(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.card()
	r.sellOut()
	p := r.pay(card, goodCard)
	r.at(p, "/cart", http.StatusOK)
	r.says(p, "#messages", "手ぬぐい「青海波」")
	r.says(p, "#messages", "お支払いは行われていません")
	if r.telegrams("020") != 0 || r.status(1) != order.Processing {
		t.Errorf("%d telegrams, order status %v", r.telegrams("020"), r.status(1))
	}
}

// TestPayOtherMethod: the buyer chose another method in another tab.
func TestPayOtherMethod(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.card()
	p := r.Get("/shopping")
	r.Submit(p, "#procedure", url.Values{"payment": {r.method(p, cash)}})
	p = r.pay(card, goodCard)
	if got := webtest.Text(p.Document, "main"); r.telegrams("020") != 0 || r.status(1) != order.Processing {
		t.Errorf("%d telegrams, order status %v: %s", r.telegrams("020"), r.status(1), got)
	}
	r.at(r.Get(pathCard+"?o="+named(card)), "/shopping", http.StatusOK)
}

// TestPayWithoutThreeDS: 3-D Secure is set, and this node has no page for it. The buyer is
// told to pay in another way, before a card is typed and after; nothing is sent.
func TestPayWithoutThreeDS(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	d := r.deps
	d.Returns = func(order.ID, *ledger.Payment) ledger.Returns { return ledger.Returns{} }
	_, settings, err := app.OpenSettings(t.Context(), r.config, d, r.app.DB)
	r.ok(err)
	_, err = settings.Save(t.Context(), func(v *setting.Values) error {
		v.Card.ThreeD, v.Card.MerchantName, v.Card.HashKey = setting.ThreeD2, "SHOP", "k1"
		return nil
	}, "operator")
	r.ok(err)
	r.advance(time.Minute) // the settings in force are read again
	again := p
	p = r.pay(p, goodCard)
	r.at(p, "/shopping", http.StatusOK)
	r.says(p, "#messages", "現在、クレジットカードはご利用いただけません")
	p = r.Get(again.Path)
	r.at(p, "/shopping", http.StatusOK)
	r.says(p, "#messages", "現在、クレジットカードはご利用いただけません")
	if n := r.telegrams("020") + r.telegrams("450"); n != 0 {
		t.Errorf("%d telegrams", n)
	}
	p = r.Submit(p, "#procedure", url.Values{"payment": {r.method(p, cash)}})
	r.at(r.Submit(p, "#confirm", nil), pathComplete, http.StatusOK)
}
